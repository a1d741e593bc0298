//! The way to people: the desk of this program, or the link to another one.

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::Context;
use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use crate::base::worker::Worker;
use crate::config::Settings;
use crate::handoff::links::{Opened, local, websocket};
use crate::handoff::{
    Accounts, Door, FileKeeper, Gaps, Hub, JOBS_MAX, Kiosk, LinkSettings, SealedDesk, SealedOutbox, nats,
};
use crate::http::desk::{Desk, Logins};
use crate::knowledge::Knowledge;
use crate::media::Map;
use crate::store::DeskStore;

/// Jobs that may wait for the outbox: a kiosk has one visitor.
const OUTBOX_JOBS_MAX: usize = 64;

/// How often keys and old records are looked after.
const KEEP_EVERY: Duration = Duration::from_secs(3600);

/// What the site has of people.
#[derive(Default)]
pub struct People {
    /// `None`: the contact card alone.
    pub kiosk: Option<Arc<Kiosk>>,
    /// The desk that this program serves.
    pub desk: Option<Arc<Desk>>,
    /// What that desk keeps.
    pub kept: Option<Arc<Worker<SealedDesk>>>,
}

/// Opens what `settings` name. A desk that cannot be reached is tried for ever; one that cannot be set up is told, and visitors
/// see the contact card.
pub async fn open(
    settings: &Settings,
    data: &Path,
    knowledge: &Arc<Worker<Knowledge>>,
    map: Option<Arc<Map>>,
    stopping: &CancellationToken,
) -> People {
    match try_open(settings, data, knowledge, map, stopping).await {
        Ok(people) => people,
        Err(error) => {
            let reason = format!("{error:#}");
            tracing::error!(reason, "the way to people cannot be opened; visitors see the contact card");
            People::default()
        }
    }
}

async fn try_open(
    settings: &Settings,
    data: &Path,
    knowledge: &Arc<Worker<Knowledge>>,
    map: Option<Arc<Map>>,
    stopping: &CancellationToken,
) -> anyhow::Result<People> {
    let name = settings.handoff.kiosk.clone().unwrap_or_else(|| format!("{}-1", settings.site.id));
    let (mut desk, mut kept) = (None, None);
    let opened = match &settings.handoff.desk {
        LinkSettings::Off => return Ok(People::default()),
        LinkSettings::Local => {
            let (opened, store) = open_desk(settings, data, (knowledge.clone(), map), false, stopping).await?;
            let link = local::open(opened.hub.clone(), &name);
            (desk, kept) = (Some(opened), Some(store));
            link
        }
        LinkSettings::Websocket { url, key, certificate } => {
            websocket::open(url, &name, key, certificate.as_deref(), stopping.clone())?
        }
        LinkSettings::Nats { url, credentials } => {
            nats::open(url, credentials.as_deref(), &name, stopping.clone()).await?
        }
    };
    Ok(People { kiosk: Some(open_kiosk(settings, data, name, opened, stopping)?), desk, kept })
}

fn open_kiosk(
    settings: &Settings,
    data: &Path,
    name: String,
    opened: Opened,
    stopping: &CancellationToken,
) -> anyhow::Result<Arc<Kiosk>> {
    let folder = super::folder_of(settings, data);
    std::fs::create_dir_all(&folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    let outbox =
        Worker::start("outbox", OUTBOX_JOBS_MAX, SealedOutbox::open(&folder.join("kiosk.db"), Timestamp::now())?);
    let kiosk = Kiosk::start(name, settings.handoff.clone(), outbox, opened, stopping.clone());
    tokio::spawn(keep_kiosk(kiosk.clone(), stopping.clone()));
    Ok(kiosk)
}

fn open_sealed_desk(settings: &Settings, data: &Path) -> anyhow::Result<SealedDesk> {
    let folder = super::folder_of(settings, data);
    std::fs::create_dir_all(&folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    Ok(SealedDesk::open(&folder.join("desk.db"), Timestamp::now())?)
}

/// The desk's file of a site, for accounts and records: what commands need.
///
/// # Errors
/// When it cannot be opened.
pub fn open_desk_store(settings: &Settings, data: &Path) -> anyhow::Result<DeskStore> {
    let folder = super::folder_of(settings, data);
    std::fs::create_dir_all(&folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    Ok(DeskStore::open(&folder.join("desk.db"))?)
}

/// Renews the outbox's key.
async fn keep_kiosk(kiosk: Arc<Kiosk>, stopping: CancellationToken) {
    while !is_stopping(&stopping).await {
        kiosk.renew_key().await;
    }
}

/// Renews the desk's key.
async fn keep_desk(store: Arc<Worker<SealedDesk>>, stopping: CancellationToken) {
    while !is_stopping(&stopping).await {
        let Ok(pending) = store.call(|desk, _| desk.renew_if_due(Timestamp::now())) else { continue };
        if let Ok(Err(error)) = pending.await.map(|timed| timed.value) {
            tracing::error!(%error, "the desk's key could not be renewed; it is tried again");
        }
    }
}

/// Waits for the next hour, or the end.
pub(super) async fn is_stopping(stopping: &CancellationToken) -> bool {
    tokio::select! {
        () = stopping.cancelled() => true,
        () = tokio::time::sleep(KEEP_EVERY) => false,
    }
}

/// A desk of this program, with its database: one queue of its own, or one that is shared over a bus.
///
/// # Errors
/// When its file or its bus cannot be opened.
pub async fn open_desk(
    settings: &Settings,
    data: &Path,
    (knowledge, map): (Arc<Worker<Knowledge>>, Option<Arc<Map>>),
    is_secure: bool,
    stopping: &CancellationToken,
) -> anyhow::Result<(Arc<Desk>, Arc<Worker<SealedDesk>>)> {
    let store = Arc::new(Worker::start("desk", JOBS_MAX, open_sealed_desk(settings, data)?));
    tokio::spawn(keep_desk(store.clone(), stopping.clone()));
    let hub = match &settings.handoff.desk {
        LinkSettings::Nats { url, credentials } => {
            nats::open_hub(url, credentials.as_deref(), store.clone(), stopping.clone()).await?
        }
        _ => Hub::open(Box::new(FileKeeper(store.clone())), None, stopping.clone()).await?,
    };
    let webhook = match &settings.handoff.webhook {
        Some(webhook) => Some(Door::open(hub.clone(), webhook, stopping.clone())?),
        None => None,
    };
    let desk = Arc::new(Desk {
        hub,
        webhook,
        gaps: Gaps::new(store.clone()),
        accounts: Accounts::new(store.clone()),
        logins: Logins::default(),
        knowledge,
        clock: super::clock(settings, data)?,
        site: settings.site.name.clone(),
        contact: settings.site.contact.clone(),
        map,
        is_secure,
        kiosks: Mutex::default(),
        stopping: stopping.clone(),
    });
    Ok((desk, store))
}

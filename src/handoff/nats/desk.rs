//! A desk's end of the bus: takes parcels from the queue, watches the cases, hears kiosks, and says that it lives.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_nats::jetstream::kv;
use futures_util::StreamExt;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::pool::{Pool, sum};
use super::{ALIVE, Bus, BusError, DOWN, Entry, HEARTBEAT, UP, connect, token};
use crate::base::worker::Worker;
use crate::handoff::desk::Input;
use crate::handoff::desk::case::Kept;
use crate::handoff::hub::{Hub, age_ms};
use crate::handoff::wire::{Content, Down, Frame, Parcel, Presence, Up};
use crate::store::DeskStore;

/// Where desks say to kiosks that they live.
pub(super) const ALIVE_SUBJECT: &str = "usher.alive";

/// Frames to kiosks that may wait for the bus.
const FRAMES_MAX: usize = 8192;

/// A pause before a broken subscription is taken up again.
const PAUSE: Duration = Duration::from_millis(300);

/// Opens a desk on the bus. `store` keeps its accounts and the records of what it closed.
///
/// # Errors
/// [`BusError`]. The bus has to be there at the start; later it may come and go.
pub async fn open_hub(
    url: &str,
    credentials: Option<&Path>,
    store: Arc<Worker<DeskStore>>,
    stopping: CancellationToken,
) -> anyhow::Result<Arc<Hub>> {
    let name = format!("desk-{}", &crate::handoff::random_key()[..12]);
    let client = connect(url, credentials, &name).await?;
    let bus = Arc::new(wait_for(client, url).await?);
    let (down, frames) = mpsc::channel(FRAMES_MAX);
    let pool = Pool { name: name.clone(), bus: bus.clone(), store: store.clone() };
    let hub = Hub::open(Box::new(pool), Some(down), stopping.clone()).await.map_err(|error| anyhow::anyhow!(error))?;
    let end =
        Arc::new(End { name: name.clone(), hub: hub.clone(), filing: Pool { name, bus: bus.clone(), store }, bus });
    let tasks = async move {
        tokio::join!(
            forever(|| end.take_parcels()),
            forever(|| end.watch_cases()),
            forever(|| end.hear_kiosks()),
            end.speak(frames),
            end.live(),
        );
    };
    tokio::spawn(async move {
        tokio::select! {
            () = tasks => {}
            () = stopping.cancelled() => {}
        }
    });
    Ok(hub)
}

/// The bus may start at the same moment as the desk.
async fn wait_for(client: async_nats::Client, url: &str) -> Result<Bus, BusError> {
    let mut last = BusError::Unreachable { url: url.into(), reason: "no answer".into() };
    for _ in 0..20 {
        match Bus::open(client.clone()).await {
            Ok(bus) => return Ok(bus),
            Err(error) => last = error,
        }
        tokio::time::sleep(PAUSE).await;
    }
    Err(last)
}

/// Runs a subscription again whenever it ends: the bus was away, and its state is read anew.
async fn forever<F: Future<Output = Result<(), String>>>(mut run: impl FnMut() -> F) {
    loop {
        if let Err(reason) = run().await {
            tracing::warn!(reason, "the bus is interrupted; it is tried again");
        }
        tokio::time::sleep(PAUSE).await;
    }
}

struct End {
    name: String,
    hub: Arc<Hub>,
    filing: Pool,
    bus: Arc<Bus>,
}

impl End {
    /// Files parcels, one after another, and lets the queue forget each when it is filed.
    async fn take_parcels(&self) -> Result<(), String> {
        let consumer = self.bus.consumer().await.map_err(|error| error.to_string())?;
        let mut parcels = consumer
            .stream()
            .max_messages_per_batch(1)
            .expires(Duration::from_secs(5))
            .heartbeat(Duration::from_secs(1))
            .messages()
            .await
            .map_err(|error| error.to_string())?;
        while let Some(message) = parcels.next().await {
            let message = message.map_err(|error| error.to_string())?;
            match serde_json::from_slice::<Parcel>(&message.payload) {
                Ok(parcel) => self.filing.file(&parcel).await.map_err(|error| error.to_string())?,
                Err(error) => {
                    tracing::error!(%error, "a parcel cannot be read and is dropped; are the versions the same?")
                }
            }
            message.ack().await.map_err(|error| error.to_string())?;
        }
        Ok(())
    }

    /// Brings the hub's view of every case up to date, now and whenever one changes. Ends now and then so that nothing that was
    /// missed stays missed.
    async fn watch_cases(&self) -> Result<(), String> {
        let mut changes = self.bus.cases.watch_with_history(">").await.map_err(|error| error.to_string())?;
        let until = Instant::now() + Duration::from_secs(30);
        let mut desks = self.desks().await?;
        let mut looked = Instant::now();
        let mut entries: HashMap<String, Entry> = HashMap::new();
        while Instant::now() < until {
            match tokio::time::timeout(HEARTBEAT, changes.next()).await {
                Ok(Some(change)) => {
                    let change = change.map_err(|error| error.to_string())?;
                    if let Some(entry) = readable(&change) {
                        self.changed(&change.key, &entry, &desks);
                        entries.insert(change.key, entry);
                    }
                }
                Ok(None) => return Ok(()),
                Err(_) => {}
            }
            if looked.elapsed() >= HEARTBEAT {
                looked = Instant::now();
                let now = self.desks().await?;
                self.without_the_dead(&desks, &now, &entries);
                desks = now;
            }
        }
        Ok(())
    }

    fn changed(&self, case: &str, entry: &Entry, desks: &BTreeMap<String, Presence>) {
        let Some(kept) = &entry.kept else { return self.hub.apply(Input::Gone { case: case.into() }) };
        let parcel = |content| Parcel { id: String::new(), kiosk: kept.kiosk.clone(), case: case.into(), content };
        match &entry.owner {
            Some(owner) if *owner == self.name => {
                let content = Content::Amend { package: Box::new(kept.package.clone()) };
                self.hub.apply(Input::Parcel { parcel: parcel(content), age_ms: 0 });
            }
            Some(owner) if desks.contains_key(owner) => {
                self.hub.apply(released(kept));
                self.hub.apply(Input::Taken { case: case.into(), by: owner.clone() });
                return;
            }
            _ => self.hub.apply(released(kept)),
        }
        if let Some(why) = entry.withdrawn {
            self.hub.apply(Input::Parcel { parcel: parcel(Content::Withdraw { why }), age_ms: 0 });
        }
    }

    /// Cases of desks that died are everybody's again.
    fn without_the_dead(
        &self,
        before: &BTreeMap<String, Presence>,
        now: &BTreeMap<String, Presence>,
        entries: &HashMap<String, Entry>,
    ) {
        for dead in before.keys().filter(|name| !now.contains_key(*name)) {
            tracing::warn!(desk = dead, "a desk is gone; its cases are taken over");
            for (case, entry) in entries.iter().filter(|(_, entry)| entry.owner.as_ref() == Some(dead)) {
                self.changed(case, entry, now);
            }
        }
    }

    /// Desks that live, and what the hub has to know of them.
    async fn desks(&self) -> Result<BTreeMap<String, Presence>, String> {
        let mut keys = self.bus.desks.keys().await.map_err(|error| error.to_string())?;
        let mut desks = BTreeMap::new();
        while let Some(key) = keys.next().await {
            let key = key.map_err(|error| error.to_string())?;
            let entry = self.bus.desks.entry(&key).await.map_err(|error| error.to_string())?;
            let Some(entry) = entry.filter(|entry| super::pool::is_fresh(entry.created.unix_timestamp_nanos())) else {
                continue;
            };
            desks.insert(key, serde_json::from_slice(&entry.value).unwrap_or_default());
        }
        let others = desks.iter().filter(|(name, _)| **name != self.name).map(|(_, presence)| presence);
        self.hub.apply(Input::Elsewhere(sum(others)));
        self.hub.lead(desks.keys().next().is_none_or(|first| *first == self.name));
        Ok(desks)
    }

    async fn hear_kiosks(&self) -> Result<(), String> {
        let mut said = self.bus.client.subscribe(format!("{UP}.*")).await.map_err(|error| error.to_string())?;
        while let Some(message) = said.next().await {
            let kiosk = message.subject.rsplit('.').next().unwrap_or_default();
            match serde_json::from_slice::<Frame<Up>>(&message.payload) {
                Ok(frame) if self.hub.kiosk_of(&frame.case).is_some_and(|name| token(&name) == kiosk) => {
                    self.hub.hear(frame);
                }
                // A case that has not reached this desk yet; the kiosk says it again.
                Ok(_) => {}
                Err(error) => tracing::warn!(%error, "a kiosk said what cannot be read; are the versions the same?"),
            }
        }
        Ok(())
    }

    async fn speak(&self, mut frames: mpsc::Receiver<(String, Frame<Down>)>) {
        while let Some((kiosk, frame)) = frames.recv().await {
            if let Ok(body) = serde_json::to_vec(&frame) {
                let _ = self.bus.client.publish(format!("{DOWN}.{}", token(&kiosk)), body.into()).await;
            }
        }
    }

    /// Says once a heartbeat that this desk lives and who is here; at once when that changes.
    async fn live(&self) {
        let mut presence = self.hub.presence();
        loop {
            if let Ok(body) = serde_json::to_vec(&self.hub.here()) {
                let subject = format!("{ALIVE_SUBJECT}.{}", self.name);
                let _ = self.bus.client.publish(subject, body.clone().into()).await;
                let put = self.bus.desks.put(&self.name, body.into());
                if !matches!(tokio::time::timeout(ALIVE / 2, put).await, Ok(Ok(_))) {
                    tracing::warn!("the bus does not take this desk's sign of life");
                }
            }
            let _ = tokio::time::timeout(HEARTBEAT, presence.changed()).await;
        }
    }
}

fn released(kept: &Kept) -> Input {
    Input::Released { kept: Box::new(kept.clone()), age_ms: age_ms(&kept.package.asked_at) }
}

fn readable(change: &kv::Entry) -> Option<Entry> {
    (change.operation == kv::Operation::Put).then(|| serde_json::from_slice(&change.value).ok()).flatten()
}

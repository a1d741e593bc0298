//! A desk's end of the bus: takes parcels from the queue, watches the cases, hears kiosks, and says that it lives.

use std::collections::{BTreeSet, HashMap};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_nats::jetstream::kv;
use futures_util::StreamExt;
use tokio::sync::{Notify, mpsc, watch};
use tokio_util::sync::CancellationToken;

use super::alive::Alive;
use super::pool::{Pool, sum};
use super::{Bus, BusError, DOWN, Ended, Entry, HEARTBEAT, UP, connect, token};
use crate::base::worker::Worker;
use crate::handoff::SealedDesk;
use crate::handoff::desk::Input;
use crate::handoff::desk::case::Kept;
use crate::handoff::hub::{Booked, Hub, age_ms};
use crate::handoff::wire::{Content, Down, Frame, Parcel, Up};
use crate::store::DeskBatch;

/// Where desks say to kiosks that they live.
pub(super) const ALIVE_SUBJECT: &str = "usher.alive";

/// Frames to kiosks that may wait for the bus.
const FRAMES_MAX: usize = 8192;

/// Records that may wait for this desk's file; the watch waits for room then.
const RECORDS_MAX: usize = 1024;

/// A pause before a broken subscription is taken up again.
const PAUSE: Duration = Duration::from_millis(300);

/// Opens a desk on the bus. `store` keeps its accounts and the records of what it closed.
///
/// # Errors
/// [`BusError`]. The bus has to be there at the start; later it may come and go.
pub async fn open_hub(
    url: &str,
    credentials: Option<&Path>,
    store: Arc<Worker<SealedDesk>>,
    stopping: CancellationToken,
) -> anyhow::Result<Arc<Hub>> {
    let name = format!("desk-{}", &crate::base::secret::random_key()[..12]);
    // What was missed is read again after each break, however short: a restarted server knows no watch.
    let interrupted = watch::Sender::default();
    let client = connect(url, credentials, &name, interrupted.clone()).await?;
    let bus = Arc::new(wait_for(client, url).await?);
    let alive = Arc::new(Alive::new(name.clone(), Instant::now()));
    let pool = Pool { name, bus, alive, calls: Arc::default() };
    let (down, frames) = mpsc::channel(FRAMES_MAX);
    let hub = Hub::open(Box::new(pool.clone()), Some(down), stopping.clone())
        .await
        .map_err(|error| anyhow::anyhow!(error))?;
    let (records, ended) = mpsc::channel(RECORDS_MAX);
    let end = End { pool, hub: hub.clone(), records, interrupted, looked: Notify::new() };
    let tasks = async move {
        tokio::join!(
            forever(|| end.take_parcels()),
            forever(|| end.watch_cases()),
            forever(|| end.watch_calls()),
            forever(|| end.hear_desks()),
            forever(|| end.hear_kiosks()),
            end.speak(frames),
            end.live(),
            keep_records(ended, &store),
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

/// Writes the records of closed cases into this desk's own file; the same one again changes nothing.
async fn keep_records(mut ended: mpsc::Receiver<(String, Ended)>, store: &Worker<SealedDesk>) {
    while let Some((case, ended)) = ended.recv().await {
        let rows = DeskBatch {
            closed: vec![(case.clone(), ended.record.to_string(), ended.gap)],
            ratings: ended.stars.map(|stars| (case, stars)).into_iter().collect(),
            now: jiff::Timestamp::now().as_second(),
            ..DeskBatch::default()
        };
        let written = match store.call(move |store, _| store.write(&rows)) {
            Ok(pending) => pending
                .await
                .map_or_else(|error| Err(error.to_string()), |done| done.value.map_err(|error| error.to_string())),
            Err(error) => Err(error.to_string()),
        };
        if let Err(reason) = written {
            tracing::error!(
                reason,
                "a record could not be written here; it is read from the bus again at the next start"
            );
        }
    }
}

struct End {
    pool: Pool,
    hub: Arc<Hub>,
    records: mpsc::Sender<(String, Ended)>,
    /// The bus was away: watches begin again.
    interrupted: watch::Sender<()>,
    /// Who lives has to be looked at.
    looked: Notify,
}

impl End {
    /// Files parcels, one after another, and lets the queue forget each when it is filed.
    async fn take_parcels(&self) -> Result<(), String> {
        let mut interrupted = self.interrupted.subscribe();
        let consumer = self.pool.bus.consumer().await.map_err(|error| error.to_string())?;
        let mut parcels = consumer
            .stream()
            .max_messages_per_batch(1)
            .expires(Duration::from_secs(5))
            .heartbeat(Duration::from_secs(1))
            .messages()
            .await
            .map_err(|error| error.to_string())?;
        loop {
            let message = tokio::select! {
                message = parcels.next() => message,
                _ = interrupted.changed() => return Ok(()),
            };
            let Some(message) = message else { return Ok(()) };
            let message = message.map_err(|error| error.to_string())?;
            match serde_json::from_slice::<Parcel>(&message.payload) {
                Ok(parcel) => self.pool.file(&parcel).await.map_err(|error| error.to_string())?,
                Err(error) => {
                    tracing::error!(%error, "a parcel cannot be read and is dropped; are the versions the same?")
                }
            }
            message.ack().await.map_err(|error| error.to_string())?;
        }
    }

    /// Brings the hub's view of every case up to date, now and whenever one changes or its owner dies. Begins again when the bus
    /// was away.
    async fn watch_cases(&self) -> Result<(), String> {
        let mut interrupted = self.interrupted.subscribe();
        let mut changes = self.pool.bus.cases.watch_with_history(">").await.map_err(|error| error.to_string())?;
        let mut owned: HashMap<String, Entry> = HashMap::new();
        let mut buried: BTreeSet<String> = BTreeSet::new();
        loop {
            tokio::select! {
                change = changes.next() => {
                    let Some(change) = change else { return Ok(()) };
                    let change = change.map_err(|error| error.to_string())?;
                    let Some(entry) = readable(&change) else { continue };
                    self.changed(&change.key, &entry).await;
                    match &entry.owner {
                        Some(_) => owned.insert(change.key, entry),
                        None => owned.remove(&change.key),
                    };
                }
                () = self.looked.notified() => self.bury(&owned, &mut buried).await,
                _ = interrupted.changed() => return Ok(()),
            }
        }
    }

    async fn changed(&self, case: &str, entry: &Entry) {
        let Some(kept) = &entry.kept else {
            self.hub.apply(Input::Gone { case: case.into() });
            if let Some(ended) = &entry.ended {
                let _ = self.records.send((case.into(), ended.clone())).await;
            }
            return;
        };
        let parcel = |content| Parcel { id: String::new(), kiosk: kept.kiosk.clone(), case: case.into(), content };
        match &entry.owner {
            Some(owner) if *owner == self.pool.name => {
                let content = Content::Amend { package: Box::new(kept.package.clone()) };
                self.hub.apply(Input::Parcel { parcel: parcel(content), age_ms: 0 });
            }
            Some(owner) if self.pool.alive.lives(owner, Instant::now()) => {
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
    async fn bury(&self, owned: &HashMap<String, Entry>, buried: &mut BTreeSet<String>) {
        let now = Instant::now();
        let owners: BTreeSet<&String> = owned.values().filter_map(|entry| entry.owner.as_ref()).collect();
        let dead: BTreeSet<String> =
            owners.into_iter().filter(|owner| !self.pool.alive.lives(owner, now)).cloned().collect();
        for owner in dead.difference(buried) {
            tracing::warn!(desk = owner, "a desk is gone; its cases are taken over");
            for (case, entry) in owned.iter().filter(|(_, entry)| entry.owner.as_ref() == Some(owner)) {
                self.changed(case, entry).await;
            }
        }
        *buried = dead;
    }

    /// Keeps the booked calls, and every agent's board with them.
    async fn watch_calls(&self) -> Result<(), String> {
        let mut interrupted = self.interrupted.subscribe();
        let mut changes = self.pool.bus.calls.watch_with_history(">").await.map_err(|error| error.to_string())?;
        loop {
            let change = tokio::select! {
                change = changes.next() => change,
                _ = interrupted.changed() => return Ok(()),
            };
            let Some(change) = change else { return Ok(()) };
            let change = change.map_err(|error| error.to_string())?;
            match serde_json::from_slice::<Booked>(&change.value) {
                Ok(booked) => self.pool.calls().insert(change.key, booked),
                Err(_) => self.pool.calls().remove(&change.key),
            };
            self.hub.renew_boards();
        }
    }

    /// Hears which desks live, this one included, and what the hub has to know of them.
    async fn hear_desks(&self) -> Result<(), String> {
        let client = &self.pool.bus.client;
        let mut signs = client.subscribe(format!("{ALIVE_SUBJECT}.*")).await.map_err(|error| error.to_string())?;
        while let Some(message) = signs.next().await {
            let name = message.subject.rsplit('.').next().unwrap_or_default();
            let presence = serde_json::from_slice(&message.payload).unwrap_or_default();
            let now = Instant::now();
            if self.pool.alive.hear(name, presence, now) {
                tracing::warn!("the bus was away; every case is read again");
                self.interrupted.send_replace(());
            }
            let living = self.pool.alive.living(now);
            let others = living.iter().filter(|(name, _)| **name != self.pool.name).map(|(_, presence)| presence);
            self.hub.apply(Input::Elsewhere(sum(others)));
            self.hub.lead(living.keys().next().is_none_or(|first| *first == self.pool.name));
            self.looked.notify_one();
        }
        Ok(())
    }

    async fn hear_kiosks(&self) -> Result<(), String> {
        let mut said = self.pool.bus.client.subscribe(format!("{UP}.*")).await.map_err(|error| error.to_string())?;
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
                let _ = self.pool.bus.client.publish(format!("{DOWN}.{}", token(&kiosk)), body.into()).await;
            }
        }
    }

    /// Says once a heartbeat that this desk lives and who is here; at once when that changes.
    async fn live(&self) {
        let subject = format!("{ALIVE_SUBJECT}.{}", self.pool.name);
        let mut presence = self.hub.presence();
        loop {
            if let Ok(body) = serde_json::to_vec(&self.hub.here()) {
                let _ = self.pool.bus.client.publish(subject.clone(), body.into()).await;
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

//! A kiosk's side of the hand-over: the outbox and its relay, the link, and which visit a frame is for.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::DateTime;
use tokio::sync::{Notify, mpsc, watch};
use tokio_util::sync::CancellationToken;

use super::keeper::of_parcel;
use super::links::{Link, Opened};
use super::sealing::SealedOutbox;
use super::settings::Settings;
use super::state::{Nobody, Withdrawn};
use super::wire::{Content, Down, Frame, Parcel, Presence, Up};
use crate::base::secret::sha256_hex;
use crate::base::worker::Worker;
use crate::domain::Language;
use crate::store::OpenVisit;

/// Frames for one visit that may wait; numbered ones that do not fit are said again.
const FRAMES_MAX: usize = 256;

/// A desk that does not confirm within this is asked again.
const DELIVER_DEADLINE: Duration = Duration::from_secs(10);

/// Pauses between attempts, doubled from the first to the longest; an outage must not become a storm.
const RETRY_FIRST: Duration = Duration::from_millis(100);
const RETRY_LONGEST: Duration = Duration::from_secs(5);

/// After a restart a visitor's page may come back within this; longer than a browser takes to start again.
const RESUME_DEADLINE: Duration = Duration::from_secs(60);

/// A request that could not be written on this device.
#[derive(Debug, thiserror::Error)]
#[error("the hand-over could not be written: {0}; check the disk's space and `usher doctor`")]
pub struct NotWritten(pub String);

/// The kiosk, shared by its visits.
pub struct Kiosk {
    pub name: String,
    settings: Settings,
    outbox: Worker<SealedOutbox>,
    link: Box<dyn Link>,
    visits: Mutex<HashMap<String, mpsc::Sender<Frame<Down>>>>,
    wake: Notify,
}

impl Kiosk {
    /// Starts the relay and the routing of frames; both end when `stopping` is cancelled. Hand-overs that were open when the
    /// program last ended wait [`RESUME_DEADLINE`] for their visitor's page; then the desk hears that nobody is there.
    pub fn start(
        name: String,
        settings: Settings,
        outbox: Worker<SealedOutbox>,
        opened: Opened,
        stopping: CancellationToken,
    ) -> Arc<Self> {
        let Opened { link, frames } = opened;
        let kiosk =
            Arc::new(Self { name, settings, outbox, link, visits: Mutex::new(HashMap::new()), wake: Notify::new() });
        tokio::spawn(kiosk.clone().route(frames, stopping.clone()));
        tokio::spawn(kiosk.clone().relay(stopping.clone()));
        tokio::spawn(kiosk.clone().give_up_old(stopping));
        kiosk
    }

    /// Why nobody would come now, or `None`: asked before anything is promised.
    pub fn shut(&self, language: Language, now: DateTime) -> Option<Nobody> {
        if !self.settings.is_open(now) {
            return Some(Nobody::Closed);
        }
        let presence = self.link.presence();
        let presence = presence.borrow();
        let Some(presence) = presence.as_ref() else { return Some(Nobody::NoLink) };
        match presence.agents.get(&language) {
            Some(1..) => None,
            _ if presence.agents.values().any(|count| *count > 0) => Some(Nobody::NoLanguage),
            _ => Some(Nobody::NoAgent),
        }
    }

    pub fn presence(&self) -> watch::Receiver<Option<Presence>> {
        self.link.presence()
    }

    /// Writes parcels, and the visit's hand-over when it begins, in one transaction; the relay carries them.
    ///
    /// # Errors
    /// [`NotWritten`]; nothing was.
    pub async fn put(&self, visit: Option<OpenVisit>, parcels: &[Parcel]) -> Result<(), NotWritten> {
        let rows = parcels.iter().map(of_parcel).collect::<Result<Vec<_>, _>>().map_err(|error| NotWritten(error.0))?;
        self.with(move |outbox| outbox.put(visit.as_ref(), &rows)).await?;
        self.wake.notify_one();
        Ok(())
    }

    /// The hand-over is over for this kiosk.
    pub async fn close(&self, case: String) {
        self.forget(&case);
        if let Err(error) = self.with(move |outbox| outbox.close(&case)).await {
            tracing::warn!(%error, "an ended hand-over is still marked open; it is closed at the next start");
        }
    }

    /// Frames of `case` from now on.
    pub fn attend(&self, case: &str) -> mpsc::Receiver<Frame<Down>> {
        let (sender, frames) = mpsc::channel(FRAMES_MAX);
        self.visits().insert(case.to_string(), sender);
        frames
    }

    /// Whether a visit here has `case`.
    pub fn is_attended(&self, case: &str) -> bool {
        self.visits().contains_key(case)
    }

    pub fn forget(&self, case: &str) {
        self.visits().remove(case);
    }

    pub fn send(&self, frame: Frame<Up>) {
        self.link.send(frame);
    }

    /// Replaces the key of what waits when it is due: asked once an hour.
    pub async fn renew_key(&self) {
        let renewed = self.outbox.call(|outbox, _| outbox.renew_if_due(Timestamp::now()));
        let Ok(pending) = renewed else { return };
        if let Ok(Err(error)) = pending.await.map(|timed| timed.value) {
            tracing::error!(%error, "the key of waiting hand-overs could not be renewed; it is tried again");
        }
    }

    /// Opens the outbox for writing that was opened to be read alone, once its disk takes writes.
    ///
    /// # Errors
    /// [`NotWritten`]; what is said meanwhile is refused.
    pub async fn revive(&self) -> Result<(), NotWritten> {
        self.with(|outbox| outbox.revive().map(drop)).await
    }

    /// Parcels that wait for the desk.
    ///
    /// # Errors
    /// [`NotWritten`] when the outbox cannot be read.
    pub async fn waiting(&self) -> Result<u64, NotWritten> {
        self.with(SealedOutbox::waiting).await
    }

    fn visits(&self) -> std::sync::MutexGuard<'_, HashMap<String, mpsc::Sender<Frame<Down>>>> {
        self.visits.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    async fn with<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut SealedOutbox) -> Result<T, crate::store::StoreError> + Send + 'static,
    ) -> Result<T, NotWritten> {
        let pending = self.outbox.call(move |outbox, _| work(outbox)).map_err(not_written)?;
        pending.await.map_err(not_written)?.value.map_err(not_written)
    }

    async fn route(self: Arc<Self>, mut frames: mpsc::Receiver<Frame<Down>>, stopping: CancellationToken) {
        loop {
            let frame = tokio::select! {
                frame = frames.recv() => frame,
                () = stopping.cancelled() => return,
            };
            let Some(frame) = frame else { return };
            if let Some(visit) = self.visits().get(&frame.case) {
                let _ = visit.try_send(frame);
            }
        }
    }

    /// Carries parcels to the desk, oldest first, one at a time: the order is part of what is promised.
    async fn relay(self: Arc<Self>, stopping: CancellationToken) {
        let work = async {
            let mut pause = RETRY_FIRST;
            loop {
                match self.carry().await {
                    Ok(true) => pause = RETRY_FIRST,
                    Ok(false) => self.wake.notified().await,
                    Err(reason) => {
                        tracing::debug!(reason, "a parcel waits");
                        // A desk that comes into reach ends the pause.
                        let mut presence = self.link.presence();
                        presence.mark_unchanged();
                        if matches!(tokio::time::timeout(pause, presence.changed()).await, Ok(Err(_))) {
                            tokio::time::sleep(pause).await;
                        }
                        pause = (pause * 2).min(RETRY_LONGEST);
                    }
                }
            }
        };
        tokio::select! {
            () = work => {}
            () = stopping.cancelled() => {}
        }
    }

    /// Delivers the oldest parcel. `false`: none waits.
    async fn carry(&self) -> Result<bool, String> {
        let Some(waiting) = self.with(SealedOutbox::oldest).await.map_err(|error| error.to_string())? else {
            return Ok(false);
        };
        let Ok(parcel) = serde_json::from_str::<Parcel>(&waiting.body) else {
            tracing::error!("a parcel of another version cannot be read and is dropped");
            self.with(move |outbox| outbox.done(waiting.key)).await.map_err(|error| error.to_string())?;
            return Ok(true);
        };
        match tokio::time::timeout(DELIVER_DEADLINE, self.link.deliver(&parcel)).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => return Err(error.to_string()),
            Err(_) => return Err(format!("the desk did not confirm within {DELIVER_DEADLINE:?}")),
        }
        self.with(move |outbox| outbox.done(waiting.key)).await.map_err(|error| error.to_string())?;
        Ok(true)
    }

    /// The open hand-over `case`, if `token` is the one its page was given.
    pub async fn resumable(&self, case: String, token: &str) -> Option<OpenVisit> {
        let digest = sha256_hex(token.as_bytes());
        let open = self.with(SealedOutbox::open_visits).await.ok()?;
        open.into_iter().find(|visit| visit.handoff == case && visit.token == digest)
    }

    /// Hand-overs of before the start whose visitors do not come back.
    async fn give_up_old(self: Arc<Self>, stopping: CancellationToken) {
        let old = self.with(SealedOutbox::open_visits).await.unwrap_or_else(|error| {
            tracing::error!(%error, "hand-overs of before the start could not be looked at");
            Vec::new()
        });
        tokio::select! {
            () = tokio::time::sleep(RESUME_DEADLINE) => {}
            () = stopping.cancelled() => return,
        }
        for visit in old {
            if self.visits().contains_key(&visit.handoff) {
                continue;
            }
            let withdraw = self.parcel(&visit.handoff, "withdraw", Content::Withdraw { why: Withdrawn::Left });
            match self.put(None, &[withdraw]).await {
                Ok(()) => self.close(visit.handoff).await,
                Err(error) => tracing::warn!(%error, "a hand-over of before the start is still open"),
            }
        }
    }

    /// A parcel of this kiosk; `part` tells it from the others of its case.
    pub fn parcel(&self, case: &str, part: &str, content: Content) -> Parcel {
        Parcel { id: format!("{case}/{part}"), kiosk: self.name.clone(), case: case.into(), content }
    }
}

fn not_written(error: impl std::fmt::Display) -> NotWritten {
    NotWritten(error.to_string())
}

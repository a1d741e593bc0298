//! A desk process: the desk's machine, the agents' pages and kiosks that are connected, and what keeps it all over a restart.
//!
//! One lock, held for one step of the machine and never across a wait. What must survive is kept before it is confirmed.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::sync::{Notify, mpsc, watch};
use tokio_util::sync::CancellationToken;

use super::desk::case::Kept;
use super::desk::limits::CASES_MAX;
use super::desk::wire::{Command, Profile, Told};
use super::desk::{Desk, Input, Output, Record};
use super::held::Held;
use super::running::{Change, Page, Running};
use super::wire::{Content, Down, Frame, Parcel, Presence, Up};
use crate::domain::Language;

/// How often time passes at the desk.
const TICK: Duration = Duration::from_millis(500);

/// Boards are sent at most so often.
const BOARD_EVERY: Duration = Duration::from_millis(150);

/// Events for an agent's page that may wait; a page that takes none is closed and comes back for the whole.
pub const AGENT_EVENTS_MAX: usize = 512;

/// A case has at most a release and the claim after it under way.
const POOL_JOBS_MAX: usize = 2 * CASES_MAX;

/// What could not be kept.
#[derive(Debug, thiserror::Error)]
#[error("the desk could not keep this: {0}")]
pub struct KeepError(pub String);

/// What is to be kept in one transaction.
#[derive(Debug, Clone, Default)]
pub struct Batch {
    pub parcels: Vec<Parcel>,
    pub saved: Vec<Kept>,
    pub closed: Vec<(String, Record)>,
}

pub type Keeping<'a, T> = Pin<Box<dyn Future<Output = Result<T, KeepError>> + Send + 'a>>;

/// How a claim of a case ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    Ours(u64),
    Taken(String),
}

/// Where a desk keeps its cases, and who may act on them.
pub trait Keeper: Send + Sync {
    /// Keeps a batch. Gives the saved cases that were left alone, for another desk has them by now.
    fn keep(&self, batch: Batch) -> Keeping<'_, Vec<String>>;
    /// Whether a parcel was kept before.
    fn knows(&self, parcel: String) -> Keeping<'_, bool>;
    /// Cases of before a restart.
    fn load(&self) -> Keeping<'_, Vec<Kept>>;
    fn claim(&self, kept: Kept) -> Keeping<'_, Claim>;
    fn release(&self, case: String) -> Keeping<'_, ()>;
    /// Calls that visitors wait for, oldest first.
    fn callbacks(&self) -> Keeping<'_, Vec<Booked>>;
    fn called(&self, id: String) -> Keeping<'_, ()>;
}

/// A booked call.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Booked {
    pub id: String,
    pub kiosk: String,
    pub at: String,
    #[serde(flatten)]
    pub callback: super::wire::Callback,
}

/// The agents' and the kiosks' side of one desk process.
pub struct Hub {
    running: Mutex<Running>,
    /// Held while a batch is kept: an older batch must not be written over a newer one.
    saving: tokio::sync::Mutex<()>,
    keeper: Box<dyn Keeper>,
    presence: watch::Sender<Option<Presence>>,
    board: Notify,
    flush: Notify,
    /// Claims and releases for the keeper, in order.
    pool: mpsc::Sender<Pool>,
    /// How frames leave for kiosks that are not joined here (a bus).
    bus: Option<mpsc::Sender<(String, Frame<Down>)>>,
}

enum Pool {
    Claim(Box<Kept>),
    Release(String),
}

impl Hub {
    /// Opens the desk over what `keeper` kept, and starts its clock. Ends when `stopping` is cancelled.
    ///
    /// # Errors
    /// When the keeper cannot be read.
    pub async fn open(
        keeper: Box<dyn Keeper>,
        bus: Option<mpsc::Sender<(String, Frame<Down>)>>,
        stopping: CancellationToken,
    ) -> Result<Arc<Self>, KeepError> {
        let kept = keeper.load().await?;
        let mut desk = Desk::default();
        desk.restore(kept, clock_ms(0));
        let running = Running {
            desk,
            agents: HashMap::new(),
            kiosks: HashMap::new(),
            arrived: Vec::new(),
            dirty: BTreeSet::new(),
            closed: BTreeMap::new(),
            parting: Vec::new(),
            held: Held::default(),
            pages: 0,
            latest: 0,
        };
        let (pool, asked) = mpsc::channel(POOL_JOBS_MAX);
        let hub = Arc::new(Self {
            running: Mutex::new(running),
            saving: tokio::sync::Mutex::new(()),
            keeper,
            presence: watch::Sender::new(Some(Presence::default())),
            board: Notify::new(),
            flush: Notify::new(),
            pool,
            bus,
        });
        tokio::spawn(hub.clone().keep_time(stopping.clone()));
        tokio::spawn(hub.clone().keep_boards(stopping.clone()));
        tokio::spawn(hub.clone().keep_pool(asked, stopping.clone()));
        tokio::spawn(hub.clone().keep_saves(stopping));
        Ok(hub)
    }

    fn running(&self) -> MutexGuard<'_, Running> {
        // A step that panicked has left the desk in the state before its outputs: serving on is better than stopping.
        self.running.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// One step of the desk, and its outputs on their way.
    pub(super) fn apply(&self, input: Input) {
        self.step(&mut self.running(), input);
    }

    fn step(&self, running: &mut Running, input: Input) {
        let now = clock_ms(running.latest);
        running.latest = now;
        let outputs = running.desk.apply(input, now);
        self.act(running, outputs);
    }

    fn act(&self, running: &mut Running, outputs: Vec<Output>) {
        // First, for what is said to a kiosk may have to wait until it is kept.
        for output in &outputs {
            if let Output::Save { case } = output {
                running.dirty.insert(case.clone());
                self.flush.notify_one();
            }
        }
        for output in outputs {
            match output {
                Output::ToKiosk { kiosk, frame } => {
                    let is_unkept = running.dirty.contains(&frame.case);
                    if let Some((kiosk, frame)) = running.held.pass(kiosk, frame, is_unkept) {
                        self.to_kiosk(running, kiosk, frame);
                    }
                }
                Output::ToAgent { agent, told } => match told.ended() {
                    Some(case) => running.parting.push((case.to_string(), agent, json!(told))),
                    None => running.tell(&agent, json!(told)),
                },
                Output::Save { .. } => {}
                Output::Close { record } => {
                    log_end(&record);
                    running.dirty.remove(&record.case);
                    running.closed.insert(record.case.clone(), record);
                    self.flush.notify_one();
                }
                Output::Claim { case } => {
                    if let Some(kept) = running.desk.keep(&case) {
                        self.ask_pool(Pool::Claim(Box::new(kept)));
                    }
                }
                Output::Release { case } => self.ask_pool(Pool::Release(case)),
                Output::Board => self.board.notify_one(),
                Output::Presence => {
                    let presence = running.desk.presence();
                    self.presence.send_if_modified(|known| {
                        let changed = known.as_ref() != Some(&presence);
                        *known = Some(presence);
                        changed
                    });
                }
            }
        }
    }

    fn ask_pool(&self, job: Pool) {
        if self.pool.try_send(job).is_err() {
            tracing::error!("the desk's claims are no longer carried out");
        }
    }

    fn to_kiosk(&self, running: &Running, kiosk: String, frame: Frame<Down>) {
        // Full or gone: numbered frames are said again, passing ones are out of date.
        if let Some(sender) = running.kiosks.get(&kiosk) {
            let _ = sender.try_send(frame);
        } else if let Some(bus) = &self.bus {
            let _ = bus.try_send((kiosk, frame));
        }
    }

    /// Takes a parcel. When this returns it is kept, and the same one again changes nothing.
    ///
    /// # Errors
    /// [`KeepError`]: it was not kept and has to be delivered again.
    pub async fn receive(self: &Arc<Self>, parcel: Parcel) -> Result<(), KeepError> {
        if self.keeper.knows(parcel.id.clone()).await? {
            return Ok(());
        }
        let age_ms = match &parcel.content {
            Content::Request { package } => age_ms(&package.asked_at),
            _ => 0,
        };
        {
            let mut running = self.running();
            // One that could not be kept is delivered again.
            if running.arrived.iter().all(|known| known.id != parcel.id) {
                running.arrived.push(parcel.clone());
            }
            self.step(&mut running, Input::Parcel { parcel, age_ms });
        }
        // On its own task: a kiosk that hangs up must not take what is being saved with it.
        let hub = self.clone();
        tokio::spawn(async move { hub.save().await }).await.map_err(|error| KeepError(error.to_string()))?
    }

    /// Takes a frame of a kiosk.
    pub fn hear(&self, frame: Frame<Up>) {
        self.apply(Input::Frame { frame, at: Timestamp::now().to_string() });
    }

    /// Frames for `kiosk` go to `sender` from now on.
    pub fn join(&self, kiosk: &str, sender: mpsc::Sender<Frame<Down>>) {
        self.running().kiosks.insert(kiosk.to_string(), sender);
    }

    /// Who is at this desk process alone.
    pub fn here(&self) -> Presence {
        self.running().desk.here()
    }

    /// Among several desks, the leader tells kiosks their place before anybody owns their case.
    pub fn lead(&self, is_leader: bool) {
        self.running().desk.is_leader = is_leader;
    }

    pub fn kiosk_of(&self, case: &str) -> Option<String> {
        self.running().desk.kiosk_of(case).map(str::to_string)
    }

    /// Whether `case` is `kiosk`'s.
    pub fn is_of(&self, case: &str, kiosk: &str) -> bool {
        self.running().desk.kiosk_of(case) == Some(kiosk)
    }

    /// Whether `kiosk` may send `parcel`: in its own name, and for no case of another kiosk.
    pub fn may_send(&self, parcel: &Parcel, kiosk: &str) -> bool {
        parcel.kiosk == kiosk
            && parcel.is_consistent()
            && self.running().desk.kiosk_of(&parcel.case).is_none_or(|owner| owner == kiosk)
    }

    pub fn presence(&self) -> watch::Receiver<Option<Presence>> {
        self.presence.subscribe()
    }

    /// An agent's page opens. Its number closes it again; an older page of the same agent is told to stop.
    pub fn agent_came(&self, profile: Profile, events: mpsc::Sender<Value>) -> u64 {
        let name = profile.name.clone();
        let number = {
            let mut running = self.running();
            running.pages += 1;
            let number = running.pages;
            if let Some(older) = running.agents.insert(name, Page { number, events: Some(events) })
                && let Some(events) = older.events
            {
                let _ = events.try_send(json!(Told::Replaced));
            }
            number
        };
        self.apply(Input::AgentCame(profile));
        number
    }

    pub fn agent_gone(&self, name: &str, number: u64) {
        let mut running = self.running();
        if running.agents.get(name).is_none_or(|page| page.number != number) {
            return;
        }
        running.agents.remove(name);
        drop(running);
        self.apply(Input::AgentGone(name.to_string()));
    }

    /// What an agent's page says, except searches, which the caller answers.
    pub fn command(&self, name: &str, command: Command) {
        self.apply(Input::Agent { name: name.to_string(), command, at: Timestamp::now().to_string() });
    }

    /// What agents see changed elsewhere: a call was booked or made.
    pub(super) fn renew_boards(&self) {
        self.board.notify_one();
    }

    /// A booked call was made.
    ///
    /// # Errors
    /// [`KeepError`].
    pub async fn called(&self, id: String) -> Result<(), KeepError> {
        self.keeper.called(id).await?;
        self.board.notify_one();
        Ok(())
    }

    pub fn state_of(&self, agent: &str) -> super::desk::wire::AgentState {
        self.running().desk.state_of(agent)
    }

    pub fn last_words(&self, case: &str, agent: &str) -> Option<(String, Language)> {
        self.running().desk.last_words(case, agent)
    }

    /// Keeps what has changed; a failure leaves it to be kept with the next. When this returns, what was there before is kept.
    async fn save(&self) -> Result<(), KeepError> {
        let _turn = self.saving.lock().await;
        let (change, number) = {
            let mut running = self.running();
            (running.changed(), running.held.begin())
        };
        let kept = if change.is_empty() { Ok(()) } else { self.keep(change).await };
        let mut running = self.running();
        for (kiosk, frame) in running.held.ended(number) {
            self.to_kiosk(&running, kiosk, frame);
        }
        kept
    }

    async fn keep(&self, change: Change) -> Result<(), KeepError> {
        match self.keeper.keep(change.batch()).await {
            Ok(left) => {
                // What another desk has is not confirmed from here.
                for (case, (epoch, seq)) in change.taken.into_iter().filter(|(case, _)| !left.contains(case)) {
                    self.apply(Input::Saved { case, epoch, seq });
                }
                self.running().part(&change.closed);
                Ok(())
            }
            Err(error) => {
                self.running().take_back(change);
                Err(error)
            }
        }
    }

    async fn keep_time(self: Arc<Self>, stopping: CancellationToken) {
        let mut ticks = tokio::time::interval(TICK);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
        loop {
            tokio::select! {
                _ = ticks.tick() => self.apply(Input::Tick),
                () = stopping.cancelled() => return,
            }
        }
    }

    async fn keep_saves(self: Arc<Self>, stopping: CancellationToken) {
        loop {
            tokio::select! {
                () = self.flush.notified() => {}
                () = stopping.cancelled() => {
                    let _ = self.save().await;
                    return;
                }
            }
            if let Err(error) = self.save().await {
                tracing::error!(%error, "the desk's cases could not be kept; they are tried again");
                tokio::time::sleep(TICK).await;
                self.flush.notify_one();
            }
        }
    }

    async fn keep_pool(self: Arc<Self>, mut asked: mpsc::Receiver<Pool>, stopping: CancellationToken) {
        loop {
            let job = tokio::select! {
                job = asked.recv() => job,
                () = stopping.cancelled() => return,
            };
            let Some(job) = job else { return };
            tokio::select! {
                () = self.do_in_pool(job) => {}
                () = stopping.cancelled() => return,
            }
        }
    }

    /// Asks until there is an answer: a claim that failed may have been written all the same, and only the answer tells.
    async fn do_in_pool(&self, job: Pool) {
        loop {
            let done = match &job {
                Pool::Claim(kept) => self.claim(kept).await,
                Pool::Release(case) => self.keeper.release(case.clone()).await,
            };
            let Err(error) = done else { return };
            tracing::warn!(%error, "the desk's storage does not answer; a claim waits");
            tokio::time::sleep(TICK).await;
        }
    }

    async fn claim(&self, kept: &Kept) -> Result<(), KeepError> {
        let case = kept.package.case.clone();
        match self.keeper.claim(kept.clone()).await? {
            Claim::Ours(epoch) => self.apply(Input::Claimed { case, epoch }),
            Claim::Taken(by) => self.apply(Input::Taken { case, by }),
        }
        Ok(())
    }

    async fn keep_boards(self: Arc<Self>, stopping: CancellationToken) {
        loop {
            tokio::select! {
                () = self.board.notified() => {}
                () = stopping.cancelled() => return,
            }
            let callbacks = self.keeper.callbacks().await.unwrap_or_default();
            {
                let mut running = self.running();
                let now = clock_ms(running.latest);
                let names: Vec<String> = running.agents.keys().cloned().collect();
                for name in names {
                    let (waiting, agents) = running.desk.board(&name, now);
                    let board = json!({"type": "board", "waiting": waiting, "agents": agents, "callbacks": callbacks});
                    running.tell(&name, board);
                }
            }
            tokio::time::sleep(BOARD_EVERY).await;
        }
    }
}

fn log_end(record: &Record) {
    tracing::info!(
        case = record.case,
        rule = record.rule.word(),
        outcome = ?record.outcome,
        nobody = ?record.nobody,
        waited_ms = record.waited_ms,
        lasted_ms = record.lasted_ms,
        "a hand-over is over"
    );
}

/// Milliseconds since 1970, never before `latest`: a clock that is set back must not make anybody wait longer.
fn clock_ms(latest: u64) -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX).max(latest)
}

/// How long ago a visitor asked; a time that cannot be read, or lies ahead, is now.
pub(super) fn age_ms(asked_at: &str) -> u64 {
    let Ok(asked) = asked_at.parse::<Timestamp>() else { return 0 };
    u64::try_from(Timestamp::now().duration_since(asked).as_millis()).unwrap_or(0)
}

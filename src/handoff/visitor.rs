//! The hand-over of one visit: its state, its deadlines, its talk with the desk and the package until it is let go.
//!
//! Pages and sockets are the caller's; every rule about what follows what is `state`'s.

use std::future::pending;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::mpsc;

use super::kiosk::{Kiosk, NotWritten};
use super::lane::{Lane, Taken};
use super::package::{Origin, Package};
use super::rules::{Rule, Watch};
use super::state::{Effect, Event, Mode, Nobody, State, Withdrawn, next};
use super::wire::{Callback, Content, Down, Frame, Shown, Up};
use crate::base::secret::{random, random_key, sha256_hex};
use crate::domain::Exchange;
use crate::store::OpenVisit;

/// The visitor may read what is sent for so long before it goes: time to read one sentence and to reach for the button.
pub const RELEASE_AFTER: Duration = Duration::from_secs(6);

/// Longest look at what is sent; then it goes as it stands.
const REVIEW_DEADLINE: Duration = Duration::from_secs(60);

/// How often the desk hears that the visitor is still here.
const HERE_EVERY: Duration = Duration::from_secs(3);

/// A desk silent for so long is out of reach.
const QUIET: Duration = Duration::from_secs(10);

/// Characters of codes: none that is read for another one.
const CODE_ALPHABET: &[u8] = b"ACDEFHJKLMNPQRTUVWXY3479";

/// The hand-over of one visit.
pub struct Handoff {
    kiosk: Arc<Kiosk>,
    state: State,
    deadline: Option<Instant>,
    open: Option<Open>,
    pub watch: Watch,
    /// What the person would like to talk in.
    offered: Mode,
    count: u64,
}

/// A request under way.
struct Open {
    case: String,
    code: String,
    token: String,
    lane: Lane<Up>,
    frames: mpsc::Receiver<Frame<Down>>,
    /// What the visitor has not let go yet.
    package: Option<Package>,
    release: Option<Instant>,
    here: Instant,
    heard: Instant,
    is_down: bool,
    lines: u64,
}

/// What the caller waits for.
#[derive(Debug)]
pub enum Noticed {
    Frame(Frame<Down>),
    /// The state lasted long enough.
    Deadline,
    /// The package goes out as it stands.
    Release,
    /// Time to be heard by the desk.
    Beat,
}

/// What a notice comes to.
#[derive(Debug, PartialEq)]
pub enum News {
    /// The state changed: tell the page, and do what it asks.
    Changed(Vec<Effect>),
    Message {
        id: String,
        text: String,
        at: String,
    },
    Typing {
        text: String,
    },
    Signal {
        data: serde_json::Value,
    },
    Shown(Shown),
    Pointer {
        x: Option<f32>,
        y: Option<f32>,
    },
    Release,
    Nothing,
}

impl Handoff {
    pub fn new(kiosk: Arc<Kiosk>) -> Self {
        Self {
            kiosk,
            state: State::Bot,
            deadline: None,
            open: None,
            watch: Watch::default(),
            offered: Mode::Text,
            count: 0,
        }
    }

    pub fn state(&self) -> &State {
        &self.state
    }

    pub fn kiosk(&self) -> &Arc<Kiosk> {
        &self.kiosk
    }

    /// Case, code and resume token, while a request is open.
    pub fn ticket(&self) -> Option<(&str, &str, &str)> {
        self.open.as_ref().map(|open| (open.case.as_str(), open.code.as_str(), open.token.as_str()))
    }

    /// What is not yet sent, and how long it waits; `None` once it went.
    pub fn unsent(&self) -> Option<(&Package, Duration)> {
        let open = self.open.as_ref()?;
        let left = open.release?.saturating_duration_since(Instant::now());
        open.package.as_ref().map(|package| (package, left))
    }

    /// One step of the state. The effects are the caller's to carry out, with the methods below.
    pub fn event(&mut self, event: Event) -> Vec<Effect> {
        let (state, effects) = next(&self.state, event);
        if state.word() != self.state.word() {
            tracing::info!(
                case = self.open.as_ref().map(|open| open.case.as_str()),
                from = self.state.word(),
                to = state.word(),
                "hand-over"
            );
            self.deadline = state.deadline().map(|after| Instant::now() + after);
        }
        self.state = state;
        effects
    }

    /// Waits for the desk or for time to pass. Safe to drop while it waits.
    pub async fn next(&mut self) -> Noticed {
        let deadline = self.deadline;
        let Some(open) = &mut self.open else {
            sleep_until(deadline).await;
            return Noticed::Deadline;
        };
        tokio::select! {
            biased;
            Some(frame) = open.frames.recv() => Noticed::Frame(frame),
            () = sleep_until(deadline) => Noticed::Deadline,
            () = sleep_until(open.release) => Noticed::Release,
            () = sleep_until(Some(open.here)) => Noticed::Beat,
        }
    }

    /// Takes a notice.
    pub fn notice(&mut self, noticed: Noticed) -> News {
        match noticed {
            Noticed::Deadline => {
                self.deadline = None;
                News::Changed(self.event(Event::Deadline))
            }
            Noticed::Release => News::Release,
            Noticed::Beat => self.beat(),
            Noticed::Frame(frame) => self.frame(frame),
        }
    }

    /// Tells the desk that the visitor is here, says again what it did not confirm, and notices a silent desk.
    fn beat(&mut self) -> News {
        let Some(open) = &mut self.open else { return News::Nothing };
        open.here = Instant::now() + HERE_EVERY;
        let again = open.lane.again(&open.case);
        let here = open.lane.say(&open.case, Up::Here, true);
        for frame in again.into_iter().chain([here]) {
            self.kiosk.send(frame);
        }
        if open.is_down || open.heard.elapsed() < QUIET {
            return News::Nothing;
        }
        open.is_down = true;
        self.changed(Event::LinkDown)
    }

    fn frame(&mut self, frame: Frame<Down>) -> News {
        let Some(open) = &mut self.open else { return News::Nothing };
        open.heard = Instant::now();
        let came_back = std::mem::take(&mut open.is_down);
        if frame.epoch > open.lane.epoch {
            open.lane.begin(frame.epoch);
        }
        let is_numbered = frame.seq > 0;
        let taken = open.lane.take(frame);
        if is_numbered {
            let here = open.lane.say(&open.case, Up::Here, true);
            // An acknowledgement without waiting for the next beat, unless everything is said again anyway.
            self.kiosk.send(Frame { body: Up::Here, ..here });
        }
        let restored = if came_back { self.event(Event::LinkUp) } else { Vec::new() };
        match taken {
            Taken::New(body) => self.told(body, restored),
            Taken::Skipped if came_back => News::Changed(restored),
            Taken::Skipped => News::Nothing,
        }
    }

    fn told(&mut self, body: Down, restored: Vec<Effect>) -> News {
        let event = match body {
            Down::Here if restored.is_empty() && !matches!(self.state, State::LostLink { .. }) => return News::Nothing,
            Down::Here => return News::Changed(restored),
            Down::Message { id, text, at } => return News::Message { id, text, at },
            Down::Typing { text } => return News::Typing { text },
            Down::Signal { data } => return News::Signal { data },
            Down::Shown { shown } => return News::Shown(shown),
            Down::Pointer { x, y } => return News::Pointer { x, y },
            Down::Offered { mode } => {
                self.offered = mode;
                return News::Changed(restored);
            }
            Down::Queued { position, eta_seconds } => Event::Queued { position, eta_seconds },
            Down::Ringing { agent } => Event::Ringing { agent },
            Down::Briefing { agent } => Event::Briefing { agent },
            Down::Live { agent, mode } => Event::Live { agent, mode },
            Down::Ended { outcome, promises } => Event::Ended { outcome, promises },
            Down::Nobody { reason } => Event::Nobody(reason),
        };
        match self.changed(event) {
            News::Changed(effects) => News::Changed([restored, effects].concat()),
            News::Nothing if restored.is_empty() => News::Nothing,
            _ => News::Changed(restored),
        }
    }

    fn changed(&mut self, event: Event) -> News {
        let before = self.state.clone();
        let effects = self.event(event);
        if effects.is_empty() && before == self.state { News::Nothing } else { News::Changed(effects) }
    }

    /// [`Effect::Request`]: writes request and visit in one transaction. The words wait for the visitor.
    ///
    /// # Errors
    /// [`NotWritten`]: give [`Event::NotStored`].
    pub async fn request(&mut self, origin: Origin, told: &[Exchange]) -> Result<(), NotWritten> {
        let package = Package::of(origin, told);
        let visit = OpenVisit {
            handoff: package.case.clone(),
            rule: package.rule.word().into(),
            asked_at: package.asked_at.clone(),
            code: package.code.clone(),
            token: String::new(),
        };
        let token = random_key();
        let first = Content::Request { package: Box::new(package.without_words()) };
        let parcel = self.kiosk.parcel(&package.case, "request", first);
        self.attend(&package.case, &package.code, &token);
        let written = self.kiosk.put(Some(OpenVisit { token: sha256_hex(token.as_bytes()), ..visit }), &[parcel]).await;
        if let Err(error) = written {
            self.drop_case();
            return Err(error);
        }
        if let Some(open) = &mut self.open {
            open.package = Some(package);
            open.release = Some(Instant::now() + RELEASE_AFTER);
        }
        Ok(())
    }

    fn attend(&mut self, case: &str, code: &str, token: &str) {
        let now = Instant::now();
        self.offered = Mode::Text;
        self.open = Some(Open {
            case: case.into(),
            code: code.into(),
            token: token.into(),
            lane: Lane::new(0),
            frames: self.kiosk.attend(case),
            package: None,
            release: None,
            here: now + HERE_EVERY / 3,
            heard: now,
            is_down: false,
            lines: 0,
        });
    }

    /// Takes up a hand-over of before a restart of this program. `false`: there is none with this token.
    pub async fn resume(&mut self, case: &str, token: &str) -> bool {
        let Some(visit) = self.kiosk.resumable(case.to_string(), token).await else { return false };
        self.attend(case, &visit.code, token);
        self.state = State::Requested;
        self.deadline = self.state.deadline().map(|after| Instant::now() + after);
        if let Some(open) = &mut self.open {
            open.here = Instant::now();
        }
        true
    }

    /// The visitor looks at what is sent; it waits.
    pub fn review(&mut self) {
        if let Some(open) = self.open.as_mut().filter(|open| open.release.is_some()) {
            open.release = Some(Instant::now() + REVIEW_DEADLINE);
        }
    }

    /// Lets the package go, without the struck lines.
    ///
    /// # Errors
    /// [`NotWritten`]: the person will see the request without its words.
    pub async fn release(&mut self, struck: &[String]) -> Result<(), NotWritten> {
        let Some(open) = &mut self.open else { return Ok(()) };
        open.release = None;
        let Some(mut package) = open.package.take() else { return Ok(()) };
        package.strike(struck);
        let parcel = self.kiosk.parcel(&open.case, "package", Content::Amend { package: Box::new(package) });
        self.kiosk.put(None, &[parcel]).await
    }

    /// [`Effect::Withdraw`].
    pub async fn withdraw(&mut self, why: Withdrawn) {
        let Some(open) = &mut self.open else { return };
        let parcel = self.kiosk.parcel(&open.case, "withdraw", Content::Withdraw { why });
        if let Err(error) = self.kiosk.put(None, &[parcel]).await {
            tracing::error!(%error, "the desk learns of a withdrawal by silence only");
        }
        self.drop_case();
    }

    /// [`Effect::BookCallback`].
    ///
    /// # Errors
    /// [`NotWritten`]: no call is booked.
    pub async fn book(&mut self, case: &str, callback: Callback) -> Result<(), NotWritten> {
        self.count += 1;
        let part = format!("callback{}", self.count);
        let parcel = self.kiosk.parcel(case, &part, Content::Callback { callback });
        self.kiosk.put(None, &[parcel]).await
    }

    /// The visitor's rating of a conversation that has ended.
    ///
    /// # Errors
    /// [`NotWritten`].
    pub async fn rate(&mut self, stars: u8) -> Result<(), NotWritten> {
        let Some(open) = &self.open else { return Ok(()) };
        let content = Content::Rating { stars: stars.clamp(1, 5) };
        self.kiosk.put(None, &[self.kiosk.parcel(&open.case, "rating", content)]).await
    }

    /// The hand-over is over: nothing of it stays here.
    pub async fn finish(&mut self) {
        if let Some(open) = self.open.take() {
            self.kiosk.close(open.case).await;
        }
    }

    fn drop_case(&mut self) {
        if let Some(open) = self.open.take() {
            let (kiosk, case) = (self.kiosk.clone(), open.case);
            tokio::spawn(async move { kiosk.close(case).await });
        }
    }

    /// Says something to the person. Only while one is on.
    pub fn say(&mut self, body: Up) {
        let Some(open) = self.open.as_mut().filter(|_| self.state.holds_bot()) else { return };
        let passing = body.is_passing();
        let frame = open.lane.say(&open.case, body, passing);
        self.kiosk.send(frame);
    }

    /// A line for the person; gives its id.
    pub fn write(&mut self, text: String, at: String) -> Option<String> {
        let open = self.open.as_mut().filter(|_| self.state.holds_bot())?;
        open.lines += 1;
        let id = format!("v{}-{}", open.lane.epoch, open.lines);
        self.say(Up::Message { id: id.clone(), text, at });
        Some(id)
    }

    pub fn mode(&self) -> Mode {
        match self.state {
            State::Live { mode, .. } | State::LostLink { mode, .. } => mode,
            _ => Mode::Text,
        }
    }

    /// What the person would like to talk in; the visitor decides.
    pub fn offered_mode(&self) -> Mode {
        if matches!(self.state, State::Live { .. }) { self.offered } else { Mode::Text }
    }

    /// The rule of an offer that stands.
    pub fn offered(&self) -> Option<Rule> {
        match self.state {
            State::Offered { rule } => Some(rule),
            _ => None,
        }
    }

    pub fn reason(&self) -> Option<Nobody> {
        match self.state {
            State::Unavailable { reason } => Some(reason),
            _ => None,
        }
    }
}

/// A code a visitor can read aloud.
pub fn random_code() -> String {
    random::<4>().iter().map(|byte| char::from(CODE_ALPHABET[usize::from(*byte) % CODE_ALPHABET.len()])).collect()
}

async fn sleep_until(at: Option<Instant>) {
    match at {
        Some(at) => tokio::time::sleep_until(at.into()).await,
        None => pending().await,
    }
}

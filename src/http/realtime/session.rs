//! One socket: what the client says, the visit it belongs to, and the response under way.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::{Message, WebSocket};
use serde_json::{Value, json};
use tokio::sync::{broadcast, mpsc};

use super::camera::Presence;
use super::described::{Setup, set_up};
use super::handover::{Aside, Held};
use super::response::{Asked, Ended, Manner, Outcome, respond};
use super::selftest::{self, SelfTest};
use super::sound::Sound;
use super::wire::{self, HandoffSaid, Item, Said};
use crate::conversation::{Sentence, Visit};
use crate::device::{Light, VisitLight};
use crate::domain::{Mood, Question, Route, Way};
use crate::handoff::{self, Handoff, Rule};
use crate::http::App;
use crate::privacy::profile::{Feature, MissingNotice};
use crate::showing::Wanted;

/// Events of a response that may wait for the socket. The response waits when it is full, no model does.
const EVENTS_MAX: usize = 64;

/// A client that takes no event for so long is gone.
const SEND_DEADLINE: Duration = Duration::from_secs(10);

/// A client that sends nothing for so long is gone.
const SILENCE_DEADLINE: Duration = Duration::from_secs(900);

type Responding = Pin<Box<dyn Future<Output = Ended> + Send>>;

/// The state of one socket.
pub struct Session {
    pub(super) app: Arc<App>,
    pub(super) visit: Visit,
    pub(super) sound: Option<Sound>,
    /// The server tells when a question ends: the API's default, which push to talk switches off.
    pub(super) hands_free: bool,
    pub(super) speak: bool,
    pub(super) waiting: Option<Asked>,
    current: Option<Current>,
    presses: broadcast::Receiver<()>,
    changed: broadcast::Receiver<()>,
    /// The first start's secret, on the kiosk's own screen alone.
    pub(super) setup: Option<Setup>,
    pub(super) count: u64,
    /// `None` where the site has no desk.
    pub(super) handoff: Option<Handoff>,
    /// What usher was doing when a person took over.
    pub(super) held: Option<Held>,
    pub(super) aside: Aside,
    pub(super) rule: Rule,
    /// How the last question read.
    pub(super) mood: Mood,
    /// What the visitor needs of a person, in the package's words.
    pub(super) needs: Vec<String>,
    /// Requests for a person in this visit.
    pub(super) visit_turn: u32,
    pub(super) last_state: &'static str,
    pub(super) presence: Presence,
    pub(super) selftest: SelfTest,
    /// Which of the country's notices the page says it shows; `None` of a client that never spoke of notices.
    notices: Option<Vec<String>>,
    /// The page runs on this machine.
    is_here: bool,
    light: VisitLight,
    lit: Light,
    /// The answer under way is heard by now.
    is_speaking: bool,
    /// Sound of the visitor came after the last question.
    pub(super) is_listening: bool,
}

/// A response under way. Dropping it stops its models and its voice.
struct Current {
    id: String,
    asked: Asked,
    running: Responding,
    events: mpsc::Receiver<Value>,
}

/// What the session waits for.
enum Next {
    Heard(Option<Result<Message, axum::Error>>),
    Event(Value),
    Ended(Ended),
    /// The help button beside the screen.
    Pressed,
    /// A technician changed what visitors are told of the site.
    Changed,
    /// Somebody administers this appliance now.
    SetUp,
    Handoff(handoff::Noticed),
    SelfTest(selftest::Told),
    Silence,
}

impl Session {
    /// `is_here`: the page runs on the kiosk itself.
    pub fn begin(app: Arc<App>, is_here: bool) -> Self {
        let visit = Visit::begin(app.terms().site.languages[0]);
        let (presses, changed) = (app.presses.subscribe(), app.changed.subscribe());
        let setup = is_here.then(|| app.setup.clone());
        let handoff = app.kiosk.clone().map(Handoff::new);
        let light = app.lights.enter();
        Self {
            light,
            lit: Light::Idle,
            is_speaking: false,
            is_listening: false,
            app,
            visit,
            sound: None,
            hands_free: true,
            speak: true,
            waiting: None,
            current: None,
            presses,
            changed,
            setup,
            count: 0,
            handoff,
            held: None,
            aside: Aside::default(),
            rule: Rule::PersonButton,
            mood: Mood::default(),
            needs: Vec::new(),
            visit_turn: 0,
            last_state: "bot",
            presence: Presence::default(),
            selftest: SelfTest::default(),
            notices: None,
            is_here,
        }
    }

    /// Serves the socket until it closes.
    pub async fn run(&mut self, socket: &mut WebSocket) {
        if send(socket, &self.described("session.created")).await.is_err() {
            return;
        }
        loop {
            let outcome = match self.next(socket).await {
                Next::Heard(Some(Ok(Message::Text(text)))) => self.said(socket, &text).await,
                Next::Heard(Some(Ok(Message::Binary(_)))) => {
                    let fault = self.fault("invalid_event", "events are JSON text; sound is base64 inside them");
                    send(socket, &fault).await
                }
                Next::Heard(Some(Ok(Message::Ping(_) | Message::Pong(_)))) => Ok(()),
                Next::Heard(Some(Ok(Message::Close(_)) | Err(_)) | None) | Next::Silence => return,
                Next::Event(event) => {
                    self.is_speaking |= event["type"] == "response.output_audio.delta";
                    send(socket, &event).await
                }
                Next::Ended(ended) => self.ended(socket, ended).await,
                Next::Pressed => self.person(socket).await,
                Next::Changed => send(socket, &json!({"type": "usher.site.changed"})).await,
                Next::SetUp => send(socket, &self.described("session.updated")).await,
                Next::Handoff(noticed) => self.noticed_handoff(socket, noticed).await,
                Next::SelfTest(told) => self.selftest_told(socket, told).await,
            };
            if outcome.is_err() {
                return;
            }
            self.relight();
        }
    }

    /// Shows on the kiosk's light what this visit is at.
    fn relight(&mut self) {
        let light = match &self.current {
            _ if self.handoff.as_ref().is_some_and(|handoff| handoff.state().is_open()) => Light::HumanOnTheWay,
            Some(_) if self.is_speaking => Light::Speaking,
            Some(_) => Light::Thinking,
            None if self.is_listening => Light::Listening,
            None => Light::Idle,
        };
        if light != self.lit {
            self.light.show(light);
            self.lit = light;
        }
    }

    /// The appliance stops: the turn in hand is told as failed, so that the page can say so.
    pub async fn hand_back(&mut self, socket: &mut WebSocket) {
        if let Some(current) = self.current.take() {
            let _ = send(socket, &wire::done(&current.id, "cancelled", None)).await;
        }
        let language = self.visit.language;
        let _ =
            send(socket, &wire::error("server_error", "stopping", "usher is stopping", Sentence::Busy, language)).await;
        let _ = socket.send(Message::Close(None)).await;
    }

    async fn next(&mut self, socket: &mut WebSocket) -> Next {
        let Some(current) = &mut self.current else {
            return tokio::select! {
                biased;
                heard = socket.recv() => Next::Heard(heard),
                Ok(()) = self.presses.recv() => Next::Pressed,
                Ok(()) = self.changed.recv() => Next::Changed,
                () = set_up(&mut self.setup) => Next::SetUp,
                noticed = notice(&mut self.handoff) => Next::Handoff(noticed),
                told = self.selftest.next() => Next::SelfTest(told),
                () = tokio::time::sleep(SILENCE_DEADLINE) => Next::Silence,
            };
        };
        tokio::select! {
            biased;
            heard = socket.recv() => Next::Heard(heard),
            Ok(()) = self.presses.recv() => Next::Pressed,
            () = set_up(&mut self.setup) => Next::SetUp,
            noticed = notice(&mut self.handoff) => Next::Handoff(noticed),
            told = self.selftest.next() => Next::SelfTest(told),
            Some(event) = current.events.recv() => Next::Event(event),
            ended = &mut current.running => Next::Ended(ended),
        }
    }

    async fn said(&mut self, socket: &mut WebSocket, text: &str) -> Result<(), Gone> {
        if let Ok(said) = serde_json::from_str::<HandoffSaid>(text) {
            return self.handoff_said(socket, said).await;
        }
        let said = match serde_json::from_str::<Said>(text) {
            Ok(said) => said,
            Err(error) => return send(socket, &self.fault("invalid_event", &error.to_string())).await,
        };
        match said {
            // Nobody but the person hears the visitor now; sound comes in pieces and is let fall without a word.
            Said::Append { .. } | Said::Frame { .. } if self.is_held() => Ok(()),
            Said::Commit | Said::Create { .. } | Said::Respond | Said::Touch { .. } | Said::Repeat
                if self.is_held() =>
            {
                send(socket, &self.held_fault()).await
            }
            Said::Update { session } => self.update(socket, &session).await,
            Said::Append { audio } => self.append(socket, &audio).await,
            Said::Commit => self.commit(socket).await,
            Said::Clear => {
                self.sound.iter_mut().for_each(Sound::clear);
                self.is_listening = false;
                send(socket, &json!({"type": "input_audio_buffer.cleared"})).await
            }
            Said::Create { item } => self.create(socket, &item).await,
            Said::Frame { image } => self.frame(socket, &image).await,
            Said::Presence { image } => self.presence_frame(socket, &image).await,
            Said::Phone => self.phone(socket).await,
            Said::Respond => self.respond(socket).await,
            Said::Cancel => self.cancel(socket).await,
            Said::Touch { item, label } => {
                let question = Question {
                    text: label,
                    language: self.visit.language,
                    way: Way::Touched,
                    item: Some(item),
                    doubtful: false,
                };
                self.start(socket, Asked::Question(question)).await
            }
            Said::Person => self.person(socket).await,
            Said::Repeat => self.start(socket, Asked::Repeat).await,
            Said::End => self.end(socket).await,
            Said::Notices { shown } => {
                self.notices = Some(shown);
                Ok(())
            }
            Said::SelfTestReady => {
                self.selftest.ready(&self.app.testing, self.is_here);
                Ok(())
            }
            Said::SelfTest { said } => {
                self.selftest_said(said).await;
                Ok(())
            }
        }
    }

    /// Whether the notices that `feature` waits for stand on the page. A client that never speaks of notices is a program of the
    /// operator's own, whose words to visitors are its own matter (a stock Realtime client); but it does not look at who passes by.
    pub(super) fn may_start(&self, feature: Feature) -> Result<(), MissingNotice> {
        if self.notices.is_none() && feature != Feature::PresenceCamera {
            return Ok(());
        }
        let shown: Vec<&str> = self.notices.iter().flatten().map(String::as_str).collect();
        self.app.terms().privacy.profile.may_start(feature, &shown)
    }

    /// Tells the page which notices it does not show yet.
    pub(super) fn unnoticed(&self, missing: &MissingNotice) -> Value {
        self.fault("notice_missing", &missing.to_string())
    }

    /// One touch: the desk is asked, or the contact card is shown where there is none.
    async fn person(&mut self, socket: &mut WebSocket) -> Result<(), Gone> {
        if self.handoff.is_none() {
            return self.start(socket, Asked::Person).await;
        }
        if !self.is_held() {
            self.cancel(socket).await?;
        }
        self.fire(socket, Rule::PersonButton).await
    }

    async fn noticed_handoff(&mut self, socket: &mut WebSocket, noticed: handoff::Noticed) -> Result<(), Gone> {
        let Some(handoff) = &mut self.handoff else { return Ok(()) };
        let news = handoff.notice(noticed);
        self.handoff_news(socket, news).await
    }

    /// What the response under way was asked.
    pub(super) fn current_asked(&self) -> Option<Asked> {
        self.current.as_ref().map(|current| current.asked.clone())
    }

    pub(super) fn is_responding(&self) -> bool {
        self.current.is_some()
    }

    async fn create(&mut self, socket: &mut WebSocket, item: &Item) -> Result<(), Gone> {
        if item.has_picture() {
            return self.create_picture(socket, item).await;
        }
        let text = item.text();
        self.count += 1;
        let added = json!({
            "type": "conversation.item.added",
            "item": {"id": self.item(), "type": "message", "role": "user", "status": "completed",
                     "content": [{"type": "input_text", "text": text}]},
        });
        let question = Question::typed(text, self.visit.language);
        self.waiting = Some(Asked::Question(question));
        send(socket, &added).await
    }

    async fn respond(&mut self, socket: &mut WebSocket) -> Result<(), Gone> {
        match self.waiting.take() {
            Some(asked) => self.start(socket, asked).await,
            None => {
                send(
                    socket,
                    &self.fault("nothing_to_answer", "no question waits; create an item or commit sound first"),
                )
                .await
            }
        }
    }

    fn manner(&self) -> Manner {
        let step_free = self.needs.iter().any(|need| need == "step_free");
        Manner { speak: self.speak, show: Wanted { step_free, filmed: self.may_start(Feature::CameraClip).is_ok() } }
    }

    /// Begins a response; the one before it stops.
    pub(super) async fn start(&mut self, socket: &mut WebSocket, asked: Asked) -> Result<(), Gone> {
        self.cancel(socket).await?;
        self.count += 1;
        let id = format!("resp-{}-{}", self.visit.id, self.count);
        let created = json!({"type": "response.created", "response": {"id": id, "object": "realtime.response", "status": "in_progress"}});
        send(socket, &created).await?;
        let (events, inbox) = mpsc::channel(EVENTS_MAX);
        self.visit.may_word = self.may_start(Feature::GeneratedAnswer).is_ok();
        let running = respond(self.app.clone(), self.visit.clone(), asked.clone(), self.manner(), id.clone(), events);
        self.current = Some(Current { id, asked, running: Box::pin(running), events: inbox });
        (self.is_speaking, self.is_listening) = (false, false);
        Ok(())
    }

    pub(super) async fn cancel(&mut self, socket: &mut WebSocket) -> Result<(), Gone> {
        let current = self.current.take();
        match current {
            Some(current) => send(socket, &wire::done(&current.id, "cancelled", None)).await,
            None => Ok(()),
        }
    }

    /// The response ran to its end: what it still has to say goes out, and the visit remembers it.
    async fn ended(&mut self, socket: &mut WebSocket, ended: Ended) -> Result<(), Gone> {
        let Some(mut current) = self.current.take() else { return Ok(()) };
        while let Ok(event) = current.events.try_recv() {
            send(socket, &event).await?;
        }
        self.visit = ended.visit;
        send(socket, &ended.done).await?;
        if let Some(rule) = self.rule_of(ended.outcome) {
            self.fire(socket, rule).await?;
        }
        self.say_aside(socket).await
    }

    /// The rule that a finished response fires. Offers are not made over a request that stands.
    fn rule_of(&mut self, outcome: Outcome) -> Option<Rule> {
        let handoff = self.handoff.as_mut()?;
        match outcome {
            Outcome::Other => None,
            Outcome::Broke => handoff.watch.broke(),
            Outcome::Turn(mood) => {
                self.mood = mood;
                let last = self.visit.last_exchange()?;
                if last.route == Route::Handoff {
                    return Some(Rule::PersonWord);
                }
                handoff.watch.turn(&last.question, last.route)
            }
        }
    }

    /// The page has gone. An open hand-over waits a while for it to come back.
    pub async fn left(mut self) {
        self.app.showing.forget(&self.visit.id);
        let Some(mut handoff) = self.handoff.take() else { return };
        if handoff.state().is_open() {
            let parked = self.app.parked.clone();
            parked.park(self.visit, handoff);
        } else {
            handoff.finish().await;
        }
    }

    async fn end(&mut self, socket: &mut WebSocket) -> Result<(), Gone> {
        if let Some(handoff) = &mut self.handoff {
            let effects = handoff.event(handoff::Event::Left);
            self.carry_out(socket, effects).await?;
        }
        if let Some(mut handoff) = self.handoff.take() {
            handoff.finish().await;
        }
        self.handoff = self.app.kiosk.clone().map(Handoff::new);
        (self.held, self.aside, self.mood) = (None, Aside::default(), Mood::default());
        (self.needs, self.last_state) = (Vec::new(), "bot");
        self.current = None;
        self.waiting = None;
        self.sound = None;
        self.is_listening = false;
        self.hands_free = true;
        self.speak = true;
        self.app.showing.forget(&self.visit.id);
        self.visit = Visit::begin(self.app.terms().site.languages[0]);
        tracing::info!(visit.id = self.visit.id, "a new visit begins");
        send(socket, &json!({"type": "usher.ended"})).await
    }

    pub(super) fn item(&self) -> String {
        format!("item-{}-{}", self.visit.id, self.count)
    }

    pub(super) fn fault(&self, code: &str, message: &str) -> Value {
        wire::error("invalid_request_error", code, message, Sentence::Broken, self.visit.language)
    }
}

/// Waits for the hand-over, where there is one.
async fn notice(handoff: &mut Option<Handoff>) -> handoff::Noticed {
    match handoff {
        Some(handoff) => handoff.next().await,
        None => std::future::pending().await,
    }
}

/// The client is gone.
pub struct Gone;

/// Sends one event.
///
/// # Errors
/// [`Gone`] when the client does not take it within the deadline.
pub async fn send(socket: &mut WebSocket, event: &Value) -> Result<(), Gone> {
    let sending = socket.send(Message::Text(event.to_string().into()));
    match tokio::time::timeout(SEND_DEADLINE, sending).await {
        Ok(Ok(())) => Ok(()),
        _ => Err(Gone),
    }
}

//! One socket: what the client says, the visit it belongs to, and the response under way.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::extract::ws::{Message, WebSocket};
use serde_json::{Value, json};
use tokio::sync::{broadcast, mpsc};

use super::camera::Presence;
use super::handover::{Aside, Held};
use super::response::{Asked, Ended, Manner, Outcome, respond};
use super::sound::{Sound, SoundError};
use super::wire::{self, HandoffSaid, Item, Said};
use crate::conversation::{SPOKEN_RATE_HZ, Sentence, Visit};
use crate::domain::{Language, Mood, Question, Route, Way};
use crate::engine::speech::{Listener, Noticed, SegmentSettings};
use crate::handoff::{self, Handoff, Rule};
use crate::http::App;

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
    Handoff(handoff::Noticed),
    Silence,
}

impl Session {
    pub fn begin(app: Arc<App>) -> Self {
        let visit = Visit::begin(app.site.languages[0]);
        let presses = app.presses.subscribe();
        let handoff = app.kiosk.clone().map(Handoff::new);
        Self {
            app,
            visit,
            sound: None,
            hands_free: true,
            speak: true,
            waiting: None,
            current: None,
            presses,
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
                Next::Event(event) => send(socket, &event).await,
                Next::Ended(ended) => self.ended(socket, ended).await,
                Next::Pressed => self.person(socket).await,
                Next::Handoff(noticed) => self.noticed_handoff(socket, noticed).await,
            };
            if outcome.is_err() {
                return;
            }
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
                noticed = notice(&mut self.handoff) => Next::Handoff(noticed),
                () = tokio::time::sleep(SILENCE_DEADLINE) => Next::Silence,
            };
        };
        tokio::select! {
            biased;
            heard = socket.recv() => Next::Heard(heard),
            Ok(()) = self.presses.recv() => Next::Pressed,
            noticed = notice(&mut self.handoff) => Next::Handoff(noticed),
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
        }
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

    async fn append(&mut self, socket: &mut WebSocket, audio: &str) -> Result<(), Gone> {
        if let Err(reason) = self.listen().await {
            return send(socket, &self.fault("cannot_hear", &reason)).await;
        }
        let Some(sound) = &mut self.sound else { return Ok(()) };
        match sound.append(audio).await {
            Ok(noticed) => {
                for noticed in noticed {
                    self.noticed(socket, noticed).await?;
                }
                Ok(())
            }
            Err(error) => {
                let sentence =
                    if matches!(error, SoundError::TooLong) { Sentence::SoundTooLong } else { Sentence::Busy };
                let text = error.to_string();
                let event = wire::error("invalid_request_error", "invalid_audio", &text, sentence, self.visit.language);
                send(socket, &event).await
            }
        }
    }

    /// Makes sure that sound can be taken, and watched when hands-free.
    async fn listen(&mut self) -> Result<(), String> {
        if self.app.conversation.engines.ears.is_empty() {
            return Err("no hearing model is installed; run `usher models pull`".into());
        }
        if self.sound.is_none() {
            self.sound = Some(Sound::at(SPOKEN_RATE_HZ).map_err(|error| error.to_string())?);
        }
        let watched = self.sound.as_ref().is_some_and(Sound::is_watched);
        if self.hands_free && !watched {
            let app = self.app.clone();
            let settings =
                SegmentSettings { pause: Duration::from_millis(app.end_of_turn_ms.into()), ..SegmentSettings::LIVE };
            let opened = tokio::task::spawn_blocking(move || app.conversation.engines.open_detector())
                .await
                .map_err(|error| error.to_string())?
                .map_err(|error| error.to_string())?;
            if let Some(sound) = &mut self.sound {
                sound.watch(Listener::new(opened, settings));
            }
        }
        Ok(())
    }

    async fn noticed(&mut self, socket: &mut WebSocket, noticed: Noticed) -> Result<(), Gone> {
        match noticed {
            Noticed::SpeechStarted { at_ms } => {
                self.count += 1;
                let event = json!({"type": "input_audio_buffer.speech_started", "audio_start_ms": at_ms, "item_id": self.item()});
                send(socket, &event).await?;
                self.cancel(socket).await
            }
            Noticed::SpeechStopped { at_ms, speech } => {
                let event =
                    json!({"type": "input_audio_buffer.speech_stopped", "audio_end_ms": at_ms, "item_id": self.item()});
                send(socket, &event).await?;
                send(socket, &json!({"type": "input_audio_buffer.committed", "item_id": self.item()})).await?;
                let asked = Asked::Recording { audio: speech, language: self.visit.language, item: self.item() };
                self.start(socket, asked).await
            }
        }
    }

    async fn commit(&mut self, socket: &mut WebSocket) -> Result<(), Gone> {
        let audio = match &mut self.sound {
            Some(sound) => sound.commit().await,
            None => None,
        };
        let Some(audio) = audio else {
            let text = "the input audio buffer is empty";
            let event = wire::error(
                "invalid_request_error",
                "input_audio_buffer_commit_empty",
                text,
                Sentence::HeardNothing,
                self.visit.language,
            );
            return send(socket, &event).await;
        };
        self.count += 1;
        send(socket, &json!({"type": "input_audio_buffer.committed", "item_id": self.item()})).await?;
        self.waiting = Some(Asked::Recording { audio, language: self.visit.language, item: self.item() });
        Ok(())
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
        Manner { speak: self.speak, step_free: self.needs.iter().any(|need| need == "step_free") }
    }

    /// Begins a response; the one before it stops.
    pub(super) async fn start(&mut self, socket: &mut WebSocket, asked: Asked) -> Result<(), Gone> {
        self.cancel(socket).await?;
        self.count += 1;
        let id = format!("resp-{}-{}", self.visit.id, self.count);
        let created = json!({"type": "response.created", "response": {"id": id, "object": "realtime.response", "status": "in_progress"}});
        send(socket, &created).await?;
        let (events, inbox) = mpsc::channel(EVENTS_MAX);
        let running = respond(self.app.clone(), self.visit.clone(), asked.clone(), self.manner(), id.clone(), events);
        self.current = Some(Current { id, asked, running: Box::pin(running), events: inbox });
        self.app.lit.store(true, Ordering::Release);
        Ok(())
    }

    pub(super) async fn cancel(&mut self, socket: &mut WebSocket) -> Result<(), Gone> {
        let current = self.current.take();
        self.app.lit.store(false, Ordering::Release);
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
        self.app.lit.store(false, Ordering::Release);
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
                let last = self.visit.exchanges().last()?;
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
        self.hands_free = true;
        self.speak = true;
        self.app.showing.forget(&self.visit.id);
        self.visit = Visit::begin(self.app.site.languages[0]);
        tracing::info!(visit.id = self.visit.id, "a new visit begins");
        send(socket, &json!({"type": "usher.ended"})).await
    }

    pub(super) fn item(&self) -> String {
        format!("item-{}-{}", self.visit.id, self.count)
    }

    pub(super) fn fault(&self, code: &str, message: &str) -> Value {
        wire::error("invalid_request_error", code, message, Sentence::Broken, self.visit.language)
    }

    pub(super) fn described(&self, kind: &str) -> Value {
        let engines = &self.app.conversation.engines;
        let rate = self.sound.as_ref().map_or(SPOKEN_RATE_HZ, Sound::rate_hz);
        let detection = if self.hands_free { json!({"type": "server_vad"}) } else { Value::Null };
        let speaks: &[Language] = if engines.voice.is_some() { &self.app.site.languages } else { &[] };
        json!({
            "type": kind,
            "session": {
                "id": self.visit.id, "type": "realtime", "object": "realtime.session",
                "audio": {
                    "input": {"format": {"type": "audio/pcm", "rate": rate}, "turn_detection": detection},
                    "output": {"format": {"type": "audio/pcm", "rate": SPOKEN_RATE_HZ}},
                },
                "usher": {
                    "language": self.visit.language, "speak": self.speak, "missing": self.app.missing,
                    "hears": engines.hears(), "speaks": speaks,
                    "camera": {"reading": engines.sight.is_some(), "presence": self.app.faces.is_some()},
                },
            },
        })
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

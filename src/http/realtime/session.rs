//! One socket: what the client says, the visit it belongs to, and the response under way.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::extract::ws::{Message, WebSocket};
use serde_json::{Value, json};
use tokio::sync::{broadcast, mpsc};

use super::response::{Asked, Ended, respond};
use super::sound::{Sound, SoundError};
use super::wire::{self, Said};
use crate::conversation::{SPOKEN_RATE_HZ, Sentence, Visit};
use crate::domain::{Language, Question, Way};
use crate::engine::speech::{Listener, Noticed, SegmentSettings};
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
    app: Arc<App>,
    visit: Visit,
    sound: Option<Sound>,
    /// The server tells when a question ends: the API's default, which push to talk switches off.
    hands_free: bool,
    speak: bool,
    waiting: Option<Asked>,
    current: Option<Current>,
    presses: broadcast::Receiver<()>,
    count: u64,
}

/// A response under way. Dropping it stops its models and its voice.
struct Current {
    id: String,
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
    Silence,
}

impl Session {
    pub fn begin(app: Arc<App>) -> Self {
        let visit = Visit::begin(app.site.languages[0]);
        let presses = app.presses.subscribe();
        Self { app, visit, sound: None, hands_free: true, speak: true, waiting: None, current: None, presses, count: 0 }
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
                Next::Pressed => self.start(socket, Asked::Person).await,
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
                heard = socket.recv() => Next::Heard(heard),
                Ok(()) = self.presses.recv() => Next::Pressed,
                () = tokio::time::sleep(SILENCE_DEADLINE) => Next::Silence,
            };
        };
        tokio::select! {
            biased;
            heard = socket.recv() => Next::Heard(heard),
            Ok(()) = self.presses.recv() => Next::Pressed,
            Some(event) = current.events.recv() => Next::Event(event),
            ended = &mut current.running => Next::Ended(ended),
        }
    }

    async fn said(&mut self, socket: &mut WebSocket, text: &str) -> Result<(), Gone> {
        let said = match serde_json::from_str::<Said>(text) {
            Ok(said) => said,
            Err(error) => return send(socket, &self.fault("invalid_event", &error.to_string())).await,
        };
        match said {
            Said::Update { session } => self.update(socket, &session).await,
            Said::Append { audio } => self.append(socket, &audio).await,
            Said::Commit => self.commit(socket).await,
            Said::Clear => {
                self.sound.iter_mut().for_each(Sound::clear);
                send(socket, &json!({"type": "input_audio_buffer.cleared"})).await
            }
            Said::Create { item } => self.create(socket, item.text()).await,
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
            Said::Person => self.start(socket, Asked::Person).await,
            Said::Repeat => self.start(socket, Asked::Repeat).await,
            Said::End => self.end(socket).await,
        }
    }

    async fn update(&mut self, socket: &mut WebSocket, update: &Value) -> Result<(), Gone> {
        if let Some(code) = update.pointer("/usher/language").and_then(Value::as_str) {
            match code.parse::<Language>() {
                Ok(language) if self.app.site.languages.contains(&language) => self.visit.language = language,
                _ => {
                    return send(socket, &self.fault("invalid_language", "this site does not speak that language"))
                        .await;
                }
            }
        }
        if let Some(speak) = update.pointer("/usher/speak").and_then(Value::as_bool) {
            self.speak = speak;
        }
        if let Some(rate) = update.pointer("/audio/input/format/rate").and_then(Value::as_u64) {
            match u32::try_from(rate)
                .ok()
                .filter(|rate| matches!(rate, 16_000 | 24_000))
                .and_then(|rate| Sound::at(rate).ok())
            {
                Some(sound) => self.sound = Some(sound),
                None => return send(socket, &self.fault("invalid_rate", "the rate is 16000 or 24000")).await,
            }
        }
        if let Some(detection) = update.pointer("/audio/input/turn_detection") {
            self.hands_free = !detection.is_null();
            if !self.hands_free {
                self.sound.iter_mut().for_each(Sound::unwatch);
            }
        }
        send(socket, &self.described("session.updated")).await
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

    async fn create(&mut self, socket: &mut WebSocket, text: String) -> Result<(), Gone> {
        self.count += 1;
        let added = json!({
            "type": "conversation.item.added",
            "item": {"id": self.item(), "type": "message", "role": "user", "status": "completed",
                     "content": [{"type": "input_text", "text": text}]},
        });
        let question = Question { text, language: self.visit.language, way: Way::Typed, item: None, doubtful: false };
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

    /// Begins a response; the one before it stops.
    async fn start(&mut self, socket: &mut WebSocket, asked: Asked) -> Result<(), Gone> {
        self.cancel(socket).await?;
        self.count += 1;
        let id = format!("resp-{}-{}", self.visit.id, self.count);
        let created = json!({"type": "response.created", "response": {"id": id, "object": "realtime.response", "status": "in_progress"}});
        send(socket, &created).await?;
        let (events, inbox) = mpsc::channel(EVENTS_MAX);
        let running = respond(self.app.clone(), self.visit.clone(), asked, self.speak, id.clone(), events);
        self.current = Some(Current { id, running: Box::pin(running), events: inbox });
        self.app.lit.store(true, Ordering::Release);
        Ok(())
    }

    async fn cancel(&mut self, socket: &mut WebSocket) -> Result<(), Gone> {
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
        send(socket, &ended.done).await
    }

    async fn end(&mut self, socket: &mut WebSocket) -> Result<(), Gone> {
        self.current = None;
        self.waiting = None;
        self.sound = None;
        self.hands_free = true;
        self.speak = true;
        self.visit = Visit::begin(self.app.site.languages[0]);
        tracing::info!(visit.id = self.visit.id, "a new visit begins");
        send(socket, &json!({"type": "usher.ended"})).await
    }

    fn item(&self) -> String {
        format!("item-{}-{}", self.visit.id, self.count)
    }

    fn fault(&self, code: &str, message: &str) -> Value {
        wire::error("invalid_request_error", code, message, Sentence::Broken, self.visit.language)
    }

    fn described(&self, kind: &str) -> Value {
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
                },
            },
        })
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

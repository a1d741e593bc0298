//! One response: hear if it was spoken, answer, speak, and tell the client each step. Cancelled by being dropped.

use std::sync::Arc;
use std::time::Instant;

use serde_json::{Value, json};
use tokio::sync::mpsc::Sender;

use super::wire;
use crate::conversation::{Sentence, Sound, Turn, TurnError, Visit};
use crate::domain::{Answer, Audio, Heard, Language, Mood, Question, Route, Timings, Way};
use crate::http::App;

/// What is to be answered.
pub enum Asked {
    Question(Question),
    /// Sound at 16 kHz mono.
    Recording {
        audio: Audio,
        language: Language,
        item: String,
    },
    /// The contact card.
    Person,
    /// The last answer once more.
    Repeat,
}

/// How a response ended.
pub struct Ended {
    pub visit: Visit,
    /// The `response.done` event.
    pub done: Value,
}

/// The client's side is gone, or the turn failed and was told.
enum Broken {
    Gone,
    Turn(TurnError),
}

impl From<TurnError> for Broken {
    fn from(error: TurnError) -> Self {
        Self::Turn(error)
    }
}

struct Response {
    app: Arc<App>,
    visit: Visit,
    speak: bool,
    id: String,
    events: Sender<Value>,
    started: Instant,
}

/// Runs a response to its end. Events go out as they come; the last one is given back.
pub async fn respond(
    app: Arc<App>,
    visit: Visit,
    asked: Asked,
    speak: bool,
    id: String,
    events: Sender<Value>,
) -> Ended {
    let mut response = Response { app, visit, speak, id, events, started: Instant::now() };
    let outcome = response.run(asked).await;
    let done = match outcome {
        Ok(turn) => wire::done(&response.id, "completed", turn.as_ref()),
        Err(Broken::Gone) => wire::done(&response.id, "cancelled", None),
        Err(Broken::Turn(error)) => {
            response.told(&error).await;
            wire::done(&response.id, "failed", None)
        }
    };
    Ended { visit: response.visit, done }
}

impl Response {
    async fn run(&mut self, asked: Asked) -> Result<Option<Turn>, Broken> {
        match asked {
            Asked::Question(question) => self.answer(question, None).await.map(Some),
            Asked::Recording { audio, language, item } => self.hear(audio, language, item).await,
            Asked::Person => self.person().await.map(Some),
            Asked::Repeat => self.repeat().await.map(|()| None),
        }
    }

    async fn hear(&mut self, audio: Audio, language: Language, item: String) -> Result<Option<Turn>, Broken> {
        let heard = self.app.conversation.hear(audio, language).await?;
        let completed = json!({
            "type": "conversation.item.input_audio_transcription.completed", "item_id": item, "content_index": 0,
            "transcript": heard.text,
        });
        self.tell(completed).await?;
        if heard.text.is_empty() {
            let message = Sentence::HeardNothing.text(language);
            self.tell(json!({"type": "usher.heard_nothing", "response_id": self.id, "message": message})).await?;
            return Ok(None);
        }
        let question = Question {
            text: heard.text.clone(),
            language: heard.language,
            way: Way::Spoken,
            item: None,
            doubtful: heard.doubtful,
        };
        self.answer(question, Some(heard)).await.map(Some)
    }

    async fn answer(&mut self, question: Question, heard: Option<Heard>) -> Result<Turn, Broken> {
        let hear_ms = heard.is_some().then(|| self.elapsed_ms());
        let app = self.app.clone();
        let (language, id, events) = (question.language, self.id.clone(), self.events.clone());
        let mut so_far = String::new();
        let mut on_sentence = |sentence: &str| {
            so_far.push_str(sentence);
            let partial = Answer {
                route: Route::Answer,
                language,
                text: so_far.clone(),
                sources: Vec::new(),
                choices: Vec::new(),
                handoff: None,
            };
            // A full channel loses only an in-between state: the final answer follows.
            let _ = events.try_send(wire::answer(&id, &partial, false));
        };
        let mut turn = app.conversation.turn(&mut self.visit, question, &mut on_sentence).await?;
        turn.heard = heard;
        turn.timings.hear = hear_ms;
        self.tell(wire::answer(&self.id, &turn.answer, true)).await?;
        turn.timings.first_audio = self.say(&turn.answer.text, turn.answer.language).await?;
        Ok(turn)
    }

    async fn person(&mut self) -> Result<Turn, Broken> {
        let language = self.visit.language;
        let answer = Answer {
            route: Route::Handoff,
            language,
            text: Sentence::Person.text(language).into(),
            sources: Vec::new(),
            choices: Vec::new(),
            handoff: Some(self.app.conversation.contact.clone()),
        };
        self.tell(wire::answer(&self.id, &answer, true)).await?;
        self.say(&answer.text, language).await?;
        tracing::info!(visit.id = self.visit.id, rule = "person_button", "a person was asked for");
        Ok(Turn { answer, heard: None, mood: Mood::default(), timings: Timings::default() })
    }

    async fn repeat(&mut self) -> Result<(), Broken> {
        let Some((text, language)) = self.visit.last_answer() else { return Ok(()) };
        let text = text.to_string();
        self.say(&text, language).await.map(|_| ())
    }

    /// Speaks `text` with captions; without a voice (or with the voice off) only the captions go out.
    /// Milliseconds from the response's start to the first sound.
    async fn say(&mut self, text: &str, language: Language) -> Result<Option<f64>, Broken> {
        if !self.speak || self.app.conversation.engines.voice.is_none() {
            self.tell(wire::transcript(&self.id, text)).await?;
            return self.spoken().await.map(|()| None);
        }
        let app = self.app.clone();
        let mut spoken = app.conversation.speak(text, language)?;
        let mut first = None;
        while let Some(sound) = spoken.next().await? {
            match sound {
                Sound::Clause(clause) => self.tell(wire::transcript(&self.id, &clause)).await?,
                Sound::Samples(samples) => {
                    first.get_or_insert_with(|| self.elapsed_ms());
                    self.tell(wire::audio(&self.id, &samples)).await?;
                }
            }
        }
        self.spoken().await.map(|()| first)
    }

    async fn spoken(&self) -> Result<(), Broken> {
        self.tell(json!({"type": "response.output_audio.done", "response_id": self.id})).await?;
        self.tell(json!({"type": "response.output_audio_transcript.done", "response_id": self.id})).await
    }

    async fn tell(&self, event: Value) -> Result<(), Broken> {
        self.events.send(event).await.map_err(|_| Broken::Gone)
    }

    /// The visitor reads a fixed sentence, the log the whole reason.
    async fn told(&self, error: &TurnError) {
        if error.is_input() {
            tracing::info!(visit.id = self.visit.id, %error, "a question could not be taken");
        } else {
            tracing::error!(visit.id = self.visit.id, %error, "a turn failed");
        }
        let kind = if error.is_input() { "invalid_request_error" } else { "server_error" };
        let event = wire::error(kind, "turn_failed", &error.to_string(), error.sentence(), self.visit.language);
        let _ = self.tell(event).await;
    }

    fn elapsed_ms(&self) -> f64 {
        (self.started.elapsed().as_secs_f64() * 100_000.0).round() / 100.0
    }
}

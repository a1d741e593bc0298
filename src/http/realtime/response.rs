//! One response: hear if it was spoken, answer, speak, and tell the client each step. Cancelled by being dropped.

use std::sync::Arc;
use std::time::Instant;

use serde_json::{Value, json};
use tokio::sync::mpsc::Sender;

use super::wire;
use crate::base::worker::Busy;
use crate::conversation::{Look, Sentence, Sound, Turn, TurnError, Visit};
use crate::domain::{Answer, Audio, Heard, Language, Mood, Question, Route, Way};
use crate::http::App;
use crate::showing::Wanted;
use crate::telemetry::{Feeling, Refusal, Stages, TurnSeen};

/// What is to be answered.
#[derive(Clone)]
pub enum Asked {
    Question(Question),
    /// Sound at 16 kHz mono.
    Recording {
        audio: Audio,
        language: Language,
        item: String,
    },
    /// A picture file, with what was typed beside it.
    Picture {
        file: Arc<[u8]>,
        text: String,
        language: Language,
    },
    /// What a frame of the camera gave.
    Seen(Box<Look>, Language),
    /// The contact card.
    Person,
    /// The last answer once more.
    Repeat,
    /// A fixed sentence about a hand-over.
    Say {
        text: String,
        language: Language,
    },
}

/// How a response ended.
pub struct Ended {
    pub visit: Visit,
    /// The `response.done` event.
    pub done: Value,
    pub outcome: Outcome,
}

/// What the hand-over's rules need to know of a response.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// A question was answered, somehow.
    Turn(Mood),
    /// The turn failed for the appliance's own reasons.
    Broke,
    /// Nothing was asked.
    Other,
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
    manner: Manner,
    id: String,
    events: Sender<Value>,
    started: Instant,
}

/// How the visitor is answered.
#[derive(Debug, Clone, Copy)]
pub struct Manner {
    pub speak: bool,
    pub show: Wanted,
}

/// Runs a response to its end. Events go out as they come; the last one is given back.
pub async fn respond(
    app: Arc<App>,
    visit: Visit,
    asked: Asked,
    manner: Manner,
    id: String,
    events: Sender<Value>,
) -> Ended {
    let mut response = Response { app, visit, manner, id, events, started: Instant::now() };
    let outcome = response.run(asked).await;
    let (done, outcome) = match outcome {
        Ok(turn) => {
            let done = wire::done(&response.id, "completed", turn.as_ref());
            (done, turn.map_or(Outcome::Other, |turn| Outcome::Turn(turn.mood)))
        }
        Err(Broken::Gone) => (wire::done(&response.id, "cancelled", None), Outcome::Other),
        Err(Broken::Turn(error)) => {
            response.told(&error).await;
            response.app.telemetry.refused(refusal(&error));
            let outcome = if error.is_input() { Outcome::Other } else { Outcome::Broke };
            (wire::done(&response.id, "failed", None), outcome)
        }
    };
    Ended { visit: response.visit, done, outcome }
}

fn refusal(error: &TurnError) -> Refusal {
    match error {
        TurnError::Busy(Busy::Full(_)) => Refusal::Busy,
        error if error.is_input() => Refusal::Input,
        _ => Refusal::Failed,
    }
}

impl Response {
    async fn run(&mut self, asked: Asked) -> Result<Option<Turn>, Broken> {
        match asked {
            Asked::Question(question) => self.answer(question, None, None).await.map(Some),
            Asked::Recording { audio, language, item } => self.hear(audio, language, item).await,
            Asked::Picture { file, text, language } => self.read(&file, text, language).await.map(Some),
            Asked::Seen(look, language) => self.shown(*look, String::new(), language).await.map(Some),
            Asked::Person => self.person().await.map(|()| None),
            Asked::Repeat => self.repeat().await.map(|()| None),
            Asked::Say { text, language } => self.say(&text, language).await.map(|_| None),
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
        self.answer(question, Some(heard), None).await.map(Some)
    }

    async fn read(&mut self, file: &[u8], text: String, language: Language) -> Result<Turn, Broken> {
        let look = self.app.clone().conversation.see(file.to_vec(), language).await?;
        self.shown(look, text, language).await
    }

    /// What was read goes out first: the visitor sees that it was understood while the answer is looked for.
    async fn shown(&mut self, look: Look, text: String, language: Language) -> Result<Turn, Broken> {
        self.tell(wire::seen(&self.id, &look.seen, language)).await?;
        let question = Question { way: Way::Shown, ..Question::typed(text, language) };
        self.answer(question, None, Some(look)).await
    }

    async fn answer(&mut self, question: Question, heard: Option<Heard>, look: Option<Look>) -> Result<Turn, Broken> {
        let (hear_ms, way) = (heard.is_some().then(|| self.elapsed_ms()), question.way);
        let app = self.app.clone();
        let (language, id, events) = (question.language, self.id.clone(), self.events.clone());
        let mut so_far = String::new();
        let mut on_sentence = |sentence: &str| {
            so_far.push_str(sentence);
            let partial = Answer::plain(Route::Answer, language, so_far.clone());
            // A full channel loses only an in-between state: the final answer follows.
            let _ = events.try_send(wire::answer(&id, &partial, &[], false));
        };
        let mut turn = app.conversation.turn_with(&mut self.visit, question, look, &mut on_sentence).await?;
        turn.heard = heard;
        turn.timings.hear = hear_ms;
        if turn.answer.route == Route::Handoff && self.app.kiosk.is_some() {
            // The hand-over speaks from here on: the visitor hears at once that a person was asked.
            self.count(&turn, way);
            return Ok(turn);
        }
        let media = app.showing.explain(&turn.answer, &self.visit.id, self.manner.show);
        self.tell(wire::answer(&self.id, &turn.answer, &media, true)).await?;
        turn.timings.first_audio = self.say(&turn.answer.text, turn.answer.language).await?;
        self.count(&turn, way);
        Ok(turn)
    }

    /// The turn as kinds and times.
    fn count(&self, turn: &Turn, way: Way) {
        self.app.telemetry.turn(&TurnSeen {
            route: turn.answer.route,
            way,
            language: turn.answer.language,
            feeling: Feeling::of(&turn.mood),
            stages: Stages::of(&turn.timings, self.elapsed_ms()),
        });
    }

    /// The contact card of a site without a desk.
    async fn person(&mut self) -> Result<(), Broken> {
        let language = self.visit.language;
        let card = Some(self.app.conversation.contact.clone());
        let answer =
            Answer { handoff: card, ..Answer::plain(Route::Handoff, language, Sentence::Person.text(language)) };
        self.tell(wire::answer(&self.id, &answer, &[], true)).await?;
        self.say(&answer.text, language).await?;
        tracing::info!(visit.id = self.visit.id, rule = "person_button", "a person was asked for");
        Ok(())
    }

    async fn repeat(&mut self) -> Result<(), Broken> {
        let Some((text, language)) = self.visit.last_answer() else { return Ok(()) };
        self.say(&text, language).await.map(|_| ())
    }

    /// Speaks `text` with captions; without a voice (or with the voice off) only the captions go out.
    /// Milliseconds from the response's start to the first sound.
    async fn say(&mut self, text: &str, language: Language) -> Result<Option<f64>, Broken> {
        if !self.manner.speak || self.app.conversation.engines.voice.is_none() {
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

//! The path of every question: hear -> understand -> gather -> decide -> answer -> speak, one file a step.
//!
//! Holds engines by their traits and knowledge by its door; knows no HTTP, no adapter and no SQL.

mod answer;
mod decide;
mod gather;
mod guard;
mod hear;
mod person;
mod sentences;
mod speak;
mod understand;
mod visit;

use std::sync::Arc;
use std::time::Instant;

pub use decide::{Decision, Known, Thresholds, decide};
pub use guard::{Unfounded, check as guard_check};
pub use sentences::Sentence;
pub use speak::{SPOKEN_RATE_HZ, Sound, Spoken};
pub use understand::{QuestionError, Understood, understand};
pub use visit::Visit;

use crate::base::Clock;
use crate::base::worker::{Busy, Worker};
use crate::domain::{Answer, Card, Heard, Language, Mood, Question, Timings};
use crate::engine::speech::{AudioError, Ears, Vocabulary};
use crate::engine::{EngineError, Generator, SpeechDetector, Voice};
use crate::knowledge::{Knowledge, KnowledgeError};

/// The models that serve a conversation. Each may be absent: the path then takes the way that needs less.
#[derive(Default)]
pub struct Engines {
    pub writer: Option<Writer>,
    /// The first that knows a language hears it.
    pub ears: Vec<Hearer>,
    pub voice: Option<Worker<Box<dyn Voice>>>,
    /// Opens a detector of one live sound; it remembers the chunks before, so that every socket has its own.
    pub detectors: Option<OpenDetector>,
    /// Role and name of every engine, for the answer document.
    pub names: Vec<(&'static str, String)>,
}

/// Opens a speech detector.
pub type OpenDetector = Box<dyn Fn() -> Result<Box<dyn SpeechDetector>, EngineError> + Send + Sync>;

/// A pair of ears and the languages they know.
pub struct Hearer {
    pub worker: Worker<Ears>,
    pub languages: Vec<Language>,
}

impl Engines {
    /// The languages that can be spoken to the kiosk.
    pub fn hears(&self) -> Vec<Language> {
        Language::ALL.into_iter().filter(|&language| self.ears_for(language).is_some()).collect()
    }

    pub(crate) fn ears_for(&self, language: Language) -> Option<&Worker<Ears>> {
        self.ears.iter().find(|hearer| hearer.languages.contains(&language)).map(|hearer| &hearer.worker)
    }

    /// A speech detector for one live sound. Blocking: it reads two megabytes.
    ///
    /// # Errors
    /// [`EngineError::Missing`] when none is installed.
    pub fn open_detector(&self) -> Result<Box<dyn SpeechDetector>, EngineError> {
        match &self.detectors {
            Some(open) => open(),
            None => Err(EngineError::Missing { path: "of speech detection".into() }),
        }
    }
}

/// The language model and what its pack trusts it with.
pub struct Writer {
    pub worker: Worker<Box<dyn Generator>>,
    /// The pack lets it word answers from documents (always guarded). Otherwise sentences are picked.
    pub words_answers: bool,
}

/// Everything a turn needs. One for the whole appliance; visits are apart.
pub struct Conversation {
    pub knowledge: Arc<Worker<Knowledge>>,
    pub engines: Engines,
    pub contact: Card,
    /// The site's names, against which what was heard is repaired.
    pub vocabulary: Vocabulary,
    pub clock: Clock,
    pub thresholds: Thresholds,
}

/// A finished turn.
#[derive(Debug, Clone, PartialEq)]
pub struct Turn {
    pub answer: Answer,
    pub heard: Option<Heard>,
    pub mood: Mood,
    pub timings: Timings,
}

/// Why a turn ended without an answer. The visitor reads [`TurnError::sentence`], a technician the text.
#[derive(Debug, thiserror::Error)]
pub enum TurnError {
    #[error(transparent)]
    Question(#[from] QuestionError),
    #[error(transparent)]
    Audio(#[from] AudioError),
    #[error("no hearing model for '{0}' is installed; `usher models list` names those that can be")]
    CannotHear(Language),
    #[error("no voice is installed; run `apt-get install espeak-ng`")]
    CannotSpeak,
    #[error(transparent)]
    Busy(#[from] Busy),
    #[error(transparent)]
    Engine(#[from] EngineError),
    #[error(transparent)]
    Knowledge(#[from] KnowledgeError),
}

impl TurnError {
    /// What the visitor is told.
    pub fn sentence(&self) -> Sentence {
        match self {
            Self::Question(QuestionError::Empty) => Sentence::Empty,
            Self::Question(QuestionError::TooLong { .. }) => Sentence::TooLong,
            Self::Question(QuestionError::NotText) => Sentence::NotText,
            Self::Audio(AudioError::TooLong | AudioError::TooLarge { .. }) => Sentence::SoundTooLong,
            Self::Audio(_) => Sentence::SoundUnreadable,
            Self::CannotHear(_) => Sentence::CannotHear,
            Self::Busy(Busy::Full(_)) => Sentence::Busy,
            _ => Sentence::Broken,
        }
    }

    /// Whether the input was at fault rather than the appliance.
    pub fn is_input(&self) -> bool {
        matches!(self, Self::Question(_) | Self::Audio(_) | Self::CannotHear(_) | Self::Engine(EngineError::Input(_)))
    }
}

impl Conversation {
    /// Answers one question. `on_sentence` gets each sentence of a worded answer as soon as it is found true, before the turn ends.
    ///
    /// # Errors
    /// [`TurnError`]; the visit is unchanged then.
    pub async fn turn(
        &self,
        visit: &mut Visit,
        question: Question,
        on_sentence: &mut (dyn FnMut(&str) + Send),
    ) -> Result<Turn, TurnError> {
        let started = Instant::now();
        let understood = understand(&question.text, question.language, visit.questions())?;
        let gathered = self.gather(&question, &understood).await?;
        let mut timings = Timings { retrieve: Some(milliseconds(started)), ..Timings::default() };
        let known = Known {
            wants_person: understood.wants_person,
            passages: &gathered.passages,
            just_clarified: visit.just_clarified(),
            misheard: question.doubtful,
        };
        let decision = decide(known, self.thresholds);
        let answer = self.answer(&understood, decision, &gathered, started, &mut timings, on_sentence).await?;
        timings.answer = Some(milliseconds(started));
        let turn = Turn { answer, heard: None, mood: understood.mood.clone(), timings };
        visit.record(&understood.text, &turn);
        tracing::info!(
            visit.id = visit.id,
            route = ?turn.answer.route,
            language = %turn.answer.language,
            way = ?question.way,
            duration_ms = turn.timings.answer,
            "turn"
        );
        Ok(turn)
    }
}

fn milliseconds(since: Instant) -> f64 {
    (since.elapsed().as_secs_f64() * 100_000.0).round() / 100.0
}

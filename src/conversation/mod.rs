//! The path of every question: hear -> understand -> gather -> decide -> answer -> speak, one file a step.
//!
//! Holds engines by their traits and knowledge by its door; knows no HTTP, no adapter and no SQL.

mod answer;
mod decide;
mod gather;
mod guard;
mod hear;
mod live;
mod looks;
mod person;
mod see;
mod sentences;
mod speak;
mod understand;
mod visit;

use std::sync::Arc;
use std::time::Instant;

pub use decide::{Decision, Known, Thresholds, decide};
pub use guard::{Unfounded, check as guard_check};
pub use live::connector_of;
pub use see::{Look, Scan, Sight};
pub use sentences::Sentence;
pub use speak::{SPOKEN_RATE_HZ, Sound, Spoken};
pub use understand::{QuestionError, Understood, understand};
pub use visit::Visit;

use answer::Asked;

use crate::base::Clock;
use crate::base::worker::{Busy, Worker};
use crate::domain::{Answer, Card, Heard, Language, Mood, Question, Show, Timings};
use crate::engine::speech::{AudioError, Ears, Vocabulary};
use crate::engine::{EngineError, Generator, SpeechDetector, Voice};
use crate::facts::Connectors;
use crate::knowledge::{Knowledge, KnowledgeError};
use crate::picture::PictureError;

/// The models that serve a conversation. Each may be absent: the path then takes the way that needs less.
#[derive(Default)]
pub struct Engines {
    pub writer: Option<Writer>,
    /// The first that knows a language hears it.
    pub ears: Vec<Hearer>,
    pub voice: Option<Worker<Box<dyn Voice>>>,
    /// Reads codes and printed text off pictures.
    pub sight: Option<Sight>,
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
    /// The site's business systems, where it has some.
    pub facts: Option<Arc<Connectors>>,
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
    #[error("no model that reads pictures is installed; run `usher models pull`")]
    CannotSee,
    #[error("the picture is black; is the camera covered?")]
    Dark,
    #[error("nothing can be read on the picture")]
    NothingRead,
    #[error(transparent)]
    Picture(#[from] PictureError),
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
            Self::CannotSee => Sentence::CannotSee,
            Self::Dark => Sentence::PictureDark,
            Self::NothingRead => Sentence::SeenNothing,
            Self::Picture(
                PictureError::TooManyBytes { .. } | PictureError::TooManyPixels { .. } | PictureError::TooLong { .. },
            ) => Sentence::PictureTooLarge,
            Self::Picture(_) => Sentence::PictureUnreadable,
            Self::Busy(Busy::Full(_)) => Sentence::Busy,
            _ => Sentence::Broken,
        }
    }

    /// Whether the input was at fault rather than the appliance.
    pub fn is_input(&self) -> bool {
        matches!(
            self,
            Self::Question(_)
                | Self::Audio(_)
                | Self::CannotHear(_)
                | Self::CannotSee
                | Self::Dark
                | Self::NothingRead
                | Self::Picture(_)
                | Self::Engine(EngineError::Input(_))
        )
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
        self.turn_with(visit, question, None, on_sentence).await
    }

    /// As [`Conversation::turn`], for a question that comes with something held in front of the camera; its text may be empty.
    ///
    /// # Errors
    /// As [`Conversation::turn`].
    pub async fn turn_with(
        &self,
        visit: &mut Visit,
        question: Question,
        look: Option<Look>,
        on_sentence: &mut (dyn FnMut(&str) + Send),
    ) -> Result<Turn, TurnError> {
        let started = Instant::now();
        let understood = match &look {
            Some(look) if question.text.trim().is_empty() => look.understood(question.language),
            _ => understand(&question.text, question.language, visit.questions())?,
        };
        let systems = self.systems_for(visit, &understood, look.as_ref().map(|look| &look.inputs));
        let gathered = match &look {
            Some(look) => self.gather_seen(&question, &understood, look).await?,
            None => self.gather(&question, &understood).await?,
        };
        let mut timings = Timings { retrieve: Some(milliseconds(started)), ..Timings::default() };
        let known = Known {
            wants_person: understood.wants_person,
            system: systems.asked.as_deref(),
            hinted: systems.hinted.as_deref(),
            shown: look.is_some(),
            passages: &gathered.passages,
            just_clarified: visit.just_clarified(),
            misheard: question.doubtful,
        };
        let decision = decide(known, self.thresholds);
        let asked = Asked { visit, understood: &understood, gathered: &gathered, look: look.as_ref(), started };
        let answer = self.answer(asked, decision, &mut timings, on_sentence).await?;
        visit.awaits = answer.show.iter().find_map(|show| match show {
            Show::Item(item) => connector_of(item).map(String::from),
            _ => None,
        });
        timings.answer = Some(milliseconds(started));
        let turn = Turn { answer, heard: None, mood: understood.mood.clone(), timings };
        visit.record(&said(&understood, look.as_ref()), &turn);
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

/// What the visit remembers as asked: of a picture its kind alone, not what stood on it.
fn said(understood: &Understood, look: Option<&Look>) -> String {
    match look {
        Some(look) if understood.text.is_empty() => look.seen.title.clone(),
        Some(look) => format!("{}: {}", look.seen.title, understood.text),
        None => understood.text.clone(),
    }
}

fn milliseconds(since: Instant) -> f64 {
    (since.elapsed().as_secs_f64() * 100_000.0).round() / 100.0
}

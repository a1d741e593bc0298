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

use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError};
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
use crate::base::worker::{Busy, Gauge, Worker};
use crate::domain::{Answer, Card, Heard, Language, Mood, Question, Route, Show, Timings};
use crate::engine::speech::{AudioError, Ears, Vocabulary};
use crate::engine::{EngineError, Generator, SpeechDetector, Voice};
use crate::facts::Connectors;
use crate::knowledge::{Knowledge, KnowledgeError};
use crate::picture::PictureError;
use crate::telemetry::{Level, Telemetry};

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
    pub names: Names,
}

/// Which model serves which role; one may take another's place while visitors are served.
#[derive(Debug, Default)]
pub struct Names(Mutex<Vec<(&'static str, String)>>);

impl From<Vec<(&'static str, String)>> for Names {
    fn from(names: Vec<(&'static str, String)>) -> Self {
        Self(Mutex::new(names))
    }
}

impl Names {
    pub fn list(&self) -> Vec<(&'static str, String)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Another model serves `role` now.
    pub fn replace(&self, role: &str, name: &str) {
        let mut names = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = names.iter_mut().find(|(known, _)| *known == role) {
            known.1 = name.into();
        }
    }
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

    /// Name and counts of every worker.
    pub fn gauges(&self) -> Vec<(&'static str, Arc<Gauge>)> {
        fn of<M: Send + 'static>(worker: &Worker<M>) -> (&'static str, Arc<Gauge>) {
            (worker.name(), worker.shared_gauge())
        }
        let mut gauges = Vec::new();
        gauges.extend(self.writer.iter().map(|writer| of(&writer.worker)));
        gauges.extend(self.ears.iter().map(|hearer| of(&hearer.worker)));
        gauges.extend(self.voice.iter().map(of));
        if let Some(sight) = &self.sight {
            gauges.push(of(&sight.decoder));
            gauges.extend(sight.reader.iter().map(of));
        }
        gauges
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
    pub words_answers: AtomicBool,
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
    /// Whose ladder is obeyed; `None` for a command, which does all it can.
    pub telemetry: Option<Arc<Telemetry>>,
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
        if let Some(answer) = self.spared(&question) {
            return Ok(self.finish(
                visit,
                &question,
                (question.text.clone(), answer, Mood::default()),
                Timings::default(),
                started,
            ));
        }
        let understood = match &look {
            Some(look) if question.text.trim().is_empty() => look.understood(question.language),
            _ => understand(&question.text, question.language, &visit.questions())?,
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
        let told = (said(&understood, look.as_ref()), answer, understood.mood.clone());
        Ok(self.finish(visit, &question, told, timings, started))
    }

    /// The rung that visitors are served on.
    pub fn level(&self) -> Level {
        self.telemetry.as_ref().map_or(Level::Full, |telemetry| telemetry.level())
    }

    /// What is said instead of an answer on a rung where this question is not looked for. A touched one always is, but for the last rung.
    fn spared(&self, question: &Question) -> Option<Answer> {
        let level = self.level();
        if level < Level::Touch || (level == Level::Touch && question.item.is_some()) {
            return None;
        }
        let sentence = level.sentence(question.language)?;
        Some(Answer {
            handoff: Some(self.contact.clone()),
            ..Answer::plain(Route::Decline, question.language, sentence)
        })
    }

    /// Remembers the turn in its visit and logs its kind.
    fn finish(
        &self,
        visit: &mut Visit,
        question: &Question,
        (said, answer, mood): (String, Answer, Mood),
        mut timings: Timings,
        started: Instant,
    ) -> Turn {
        timings.answer = Some(milliseconds(started));
        let turn = Turn { answer, heard: None, mood, timings };
        visit.record(&said, &turn);
        let duration_ms = milliseconds(started);
        tracing::info!(
            visit.id = visit.id,
            route = ?turn.answer.route,
            language = %turn.answer.language,
            way = ?question.way,
            duration_ms,
            "turn"
        );
        turn
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

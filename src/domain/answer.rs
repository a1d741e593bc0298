//! What usher says to a visitor, and where it has it from. The shapes are the contract's.

use serde::{Deserialize, Serialize};

use super::{Item, Language, Localised, Seen};

/// What a turn ended in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Route {
    Answer,
    Show,
    Errand,
    Clarify,
    Decline,
    Handoff,
}

/// A source of an answer, as a visitor may read it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Source {
    /// The item's id, or the document's file name.
    pub document: String,
    /// The item's first phrasing, or the path of headings.
    pub section: String,
    /// The words that the answer stands on.
    pub quote: String,
    /// `0.0..=1.0`, see [`Passage::score`](super::Passage::score).
    pub score: f32,
}

/// One touchable reading of a doubtful question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Choice {
    pub item: String,
    pub label: String,
}

/// The site's fixed contact card: where a visitor finds a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Card {
    pub title: Localised,
    pub place: Localised,
    pub hours: Localised,
    pub phone: String,
}

/// How the words of a visit read. Signals are rules that fired, never a reading of face or voice.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Mood {
    /// `0.0` calm to `1.0` very frustrated.
    pub frustration: f32,
    pub signals: Vec<&'static str>,
}

/// What was heard in a recording.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Heard {
    pub text: String,
    pub language: Language,
    pub audio_ms: u64,
    /// The hearing model was not sure of its words. Not shown: it weighs in deciding.
    #[serde(skip)]
    pub doubtful: bool,
}

/// Milliseconds from the start of the turn's step; `None` for a step that the turn did not take.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Timings {
    pub hear: Option<f64>,
    pub retrieve: Option<f64>,
    pub first_token: Option<f64>,
    pub answer: Option<f64>,
    pub first_audio: Option<f64>,
}

/// One finished turn.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    pub route: Route,
    pub language: Language,
    pub text: String,
    pub sources: Vec<Source>,
    pub choices: Vec<Choice>,
    pub handoff: Option<Card>,
    /// What it may be explained with beside its words.
    pub show: Vec<Show>,
}

impl Answer {
    /// Words alone: no source, nothing to touch, nothing to show.
    pub fn plain(route: Route, language: Language, text: impl Into<String>) -> Self {
        let text = text.into();
        Self { route, language, text, sources: Vec::new(), choices: Vec::new(), handoff: None, show: Vec::new() }
    }
}

/// Something that an answer is explained with. What it looks like is decided elsewhere.
#[derive(Debug, Clone, PartialEq)]
pub enum Show {
    /// An approved item with its place, hours and fees.
    Item(Box<Item>),
    /// What a business system of the site says.
    Live(Box<Live>),
    /// What was read off a picture.
    Seen(Seen),
}

/// An answer of a business system, for the screen.
#[derive(Clone, PartialEq, Eq)]
pub struct Live {
    /// The connector's name.
    pub connector: String,
    /// What visitors read as the source.
    pub title: String,
    /// The whole in a sentence.
    pub sentence: String,
    pub facts: Vec<Fact>,
    pub card: LiveCard,
    /// The site's camera that shows it.
    pub camera: Option<String>,
    /// How old it is when the system is away, seconds.
    pub age_s: Option<u64>,
}

/// The card that shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LiveCard {
    Plain,
    Flight,
    Bag,
}

/// Debug output reaches logs: a visitor's bag is not for them.
impl std::fmt::Debug for Live {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Live").field("connector", &self.connector).finish_non_exhaustive()
    }
}

/// One value of a business system as it is said.
#[derive(Clone, PartialEq, Eq)]
pub struct Fact {
    pub name: String,
    pub value: String,
}

//! What usher says to a visitor, and where it has it from. The shapes are the contract's.

use serde::{Deserialize, Serialize};

use super::{Language, Localised};

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
#[derive(Debug, Clone, PartialEq, Serialize)]
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
}

//! What a visitor asks, however it was asked.

use serde::{Deserialize, Serialize};

use super::Language;

/// The way a question came in. Every way walks the same path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Way {
    Typed,
    Spoken,
    Touched,
}

/// One question of a visitor, cleaned: no control characters, at most
/// [`QUESTION_CHARS_MAX`](crate::base::limits::QUESTION_CHARS_MAX) characters, not blank.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    pub text: String,
    pub language: Language,
    pub way: Way,
    /// The knowledge item that a touched topic or choice names; it needs no search.
    pub item: Option<String>,
}

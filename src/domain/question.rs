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
    /// Held in front of the camera, or a picture of it.
    Shown,
}

/// One question as asked: untrusted, not yet cleaned.
#[derive(Clone, PartialEq, Eq)]
pub struct Question {
    pub text: String,
    /// The language the visitor chose; the question's own script may overrule it.
    pub language: Language,
    pub way: Way,
    /// The knowledge item that a touched topic or choice names; it needs no search.
    pub item: Option<String>,
    /// It was heard, and perhaps not as it was said; see [`Heard::doubtful`](super::Heard::doubtful).
    pub doubtful: bool,
}

impl Question {
    pub fn typed(text: impl Into<String>, language: Language) -> Self {
        Self { text: text.into(), language, way: Way::Typed, item: None, doubtful: false }
    }
}

/// Debug output reaches logs: it tells the way, never the words.
impl std::fmt::Debug for Question {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Question").field("way", &self.way).field("language", &self.language).finish_non_exhaustive()
    }
}

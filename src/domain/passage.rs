//! A piece of the site's approved knowledge, as search returns it.

use serde::{Deserialize, Serialize};

use super::Language;

/// Where a passage comes from.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Origin {
    /// A question-and-answer item: its text is an approved answer, shown word for word.
    Item { id: String },
    /// A part of a document, named by its file and its path of headings ("Pets > In the cabin").
    Document { file: String, section: String },
}

/// A passage found for a question.
#[derive(Debug, Clone, PartialEq)]
pub struct Passage {
    pub origin: Origin,
    pub language: Language,
    /// What is shown for choice and as source: an item's first phrasing, a document's title.
    pub title: String,
    /// The approved answer, or the document part's text (markdown stripped; sentences and list items end with a line feed or a full stop).
    pub text: String,
    /// How surely the passage answers the question, `0.0..=1.0`, comparable between origins, rankers and languages.
    pub score: f32,
}

//! The site's approved knowledge as it is kept: question-and-answer items, and documents in parts.

use jiff::civil::DateTime;

use super::Language;

/// One approved answer with the questions it answers. `(id, language)` names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    pub id: String,
    pub language: Language,
    /// At least one phrasing; the first one is shown as the item's title.
    pub questions: Vec<String>,
    pub answer: String,
    pub tags: Vec<String>,
    /// First moment at which the answer holds, in the site's local time; `None` for always.
    pub valid_from: Option<DateTime>,
    /// Last moment at which the answer holds; a date alone means its last second.
    pub valid_until: Option<DateTime>,
    pub media: Option<String>,
    pub place: Option<String>,
    pub hours: Option<String>,
    pub fees: Option<String>,
}

impl Item {
    /// Whether the answer may be given at `now`, the site's local time.
    pub fn is_valid(&self, now: DateTime) -> bool {
        self.valid_from.is_none_or(|from| from <= now) && self.valid_until.is_none_or(|until| now <= until)
    }
}

/// A document cut into parts by its headings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// The file's name without its folder: names the document.
    pub file: String,
    pub language: Language,
    /// The first heading, or the file's name without its ending.
    pub title: String,
    pub parts: Vec<Part>,
    /// The file's text as it was imported.
    pub source: String,
}

/// One part of a document: what stands under one path of headings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The headings above it joined by " > " without the document's title; empty before the first heading.
    pub section: String,
    /// Speakable sentences in the document's order, at least one; table rows and list items are sentences too.
    pub sentences: Vec<String>,
}

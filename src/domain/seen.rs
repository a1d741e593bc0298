//! What a picture showed, as far as a visitor reads it again.

use std::fmt;

use serde::Serialize;

/// The kind of thing that was held up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SeenKind {
    BoardingPass,
    BaggageTag,
    TravelDocument,
    QueueTicket,
    /// A code that leads to a page; never opened.
    Link,
    Text,
}

/// What was read, for the screen. In memory while the turn lasts; untrusted.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Seen {
    pub kind: SeenKind,
    /// A few words in the visitor's language: "Boarding pass".
    pub title: String,
    /// What was read off it, without what the visitor does not need to see in public.
    pub lines: Vec<String>,
}

/// Debug output reaches logs: it tells the kind, never what was read.
impl fmt::Debug for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Seen").field("kind", &self.kind).finish_non_exhaustive()
    }
}

//! What the site knows: approved items and documents, found by meaning and by words.
//!
//! [`Knowledge`] is the door. It blocks, so it lives on a [`Worker`] of its own; the embedding model lives on another
//! and is shared. A missing, failing or overrun model costs understanding, never an answer: words still find. The room
//! does not know what is done with what it finds.

mod background;
mod documents;
mod editing;
pub mod evaluation;
mod evidence;
mod identifiers;
mod import;
mod index;
mod items;
mod lexicon;
mod limits;
mod open;
mod pick;
mod review;
mod score;
mod search;
mod sentences;
pub mod shipped;
mod tables;
mod words;

use std::path::PathBuf;
use std::sync::Arc;

use crate::base::worker::{Busy, Worker};
use crate::domain::Passage;
use crate::engine::{Embedder, EngineError};
use crate::store::StoreError;

pub use editing::{ItemPage, Unplaced};
pub use evidence::{Evidence, KINDS};
pub use import::Fault;
pub use open::{EMBED_BATCH, Exported, Imported, Knowledge, Listed, Progress};
pub use review::{Difference, DocumentDifference, Review};
pub use score::{ANSWER_SCORE_MIN, CLARIFY_GAP, CLARIFY_SCORE_MIN};
pub use search::PASSAGES_FOUND_MAX;

/// The embedding model on its own worker, shared with whoever else embeds.
pub type SharedEmbedder = Arc<Worker<Box<dyn Embedder>>>;

#[derive(Debug, thiserror::Error)]
pub enum KnowledgeError {
    #[error("{path} line {line}: {reason}")]
    Line { path: PathBuf, line: usize, reason: String },
    #[error("{path}: {reason}")]
    File { path: PathBuf, reason: String },
    #[error("cannot read {path}; check its name and rights")]
    Unreadable { path: PathBuf, source: std::io::Error },
    #[error("cannot write {path}; check the folder's rights and space")]
    Unwritable { path: PathBuf, source: std::io::Error },
    #[error("no knowledge in {0:?}: items are .jsonl files, documents .md or .txt")]
    Nothing(Vec<PathBuf>),
    #[error("the knowledge has {found} texts to compare and search holds {max}; remove what is not needed")]
    TooMuch { found: usize, max: usize },
    #[error("{0}")]
    Item(String),
    #[error("the file has {0} faults; correct them and send it again")]
    Faulty(usize),
    #[error("the knowledge has changed since the differences were shown; look at them again")]
    Changed,
    #[error("the knowledge could not be stored or read")]
    Store(#[from] StoreError),
    #[error("the embedding model failed on the knowledge")]
    Embedding(#[from] EngineError),
    #[error("the embedding model is not to be had")]
    EmbedderBusy(#[from] Busy),
}

/// Which ranker led a search.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Basis {
    /// Likeness of meaning, words helping.
    Meaning,
    /// Words alone: no embedding model, none for this language, or it was too busy.
    Words,
}

/// One found passage with what speaks for it.
#[derive(Debug, Clone, PartialEq)]
struct Hit {
    /// Its place in the index.
    place: usize,
    passage: Passage,
    evidence: Evidence,
}

/// What a search found.
#[derive(Debug, Clone)]
pub struct Found {
    /// Best first, one for each item or document part, at most [`PASSAGES_FOUND_MAX`].
    pub passages: Vec<Passage>,
    /// What speaks for each of `passages`, for technicians and for calibration.
    pub evidence: Vec<Evidence>,
    pub basis: Basis,
    /// For each of `passages` the sentences that answer, in the document's order; an item's whole answer.
    picked: Vec<Vec<String>>,
}

impl Found {
    /// The one to three sentences of `passage` (one of [`Found::passages`]) that answer the question, in the document's
    /// order; an item's approved answer whole. Empty for a passage that was not found here.
    pub fn pick(&self, passage: &Passage) -> &[String] {
        let place = self.passages.iter().position(|found| found.origin == passage.origin && found.text == passage.text);
        place.and_then(|place| self.picked.get(place)).map_or(&[], Vec::as_slice)
    }

    /// The best passage that may be answered with, if its score reaches [`ANSWER_SCORE_MIN`].
    pub fn answer(&self) -> Option<&Passage> {
        self.passages.first().filter(|best| best.score >= ANSWER_SCORE_MIN)
    }
}

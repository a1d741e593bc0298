//! Personal data: found in English and Chinese text and taken out before a person or a disk gets it; sealed where it must touch a
//! disk (`vault`); kept as long as a table says (`retention`) under a country's `profile`; told to the operator (`report`). All but the
//! key files is pure. Must not know who reads the result.
//!
//! What is promised is a good rate, measured by `usher privacy eval`, and not a proof: a name that is an ordinary word and
//! stands in no telling place stays. A site's own numbers are not told from a person's, and go too.

mod address;
mod births;
mod blocks;
pub mod cards;
mod checksums;
mod contact;
mod context;
mod cue;
mod device_key;
pub mod evaluation;
mod folded;
mod kind;
pub mod learned;
mod likeness;
mod locked;
mod names_chinese;
mod names_english;
mod numbers;
mod numerals;
mod plates;
mod postal;
mod postcodes;
pub mod profile;
pub mod report;
pub mod retention;
mod sealed;
mod settle;
mod spelled;
mod streets;
mod titled;
pub mod vault;
mod words;

use std::collections::BTreeMap;
use std::ops::Range;

use regex::Regex;

use crate::domain::Language;

use folded::Folded;
pub use kind::Kind;
pub use retention::Class;
pub use sealed::is_sealed;
use settle::Candidate;
pub use vault::{Vault, VaultError, VisitKey};

/// Longest text that is read, bytes. A visitor's line has at most 2,000 characters and a page of documents a few thousand;
/// what lies past it is withheld unread.
pub const TEXT_BYTES_MAX: usize = 64 << 10;

/// What the placeholder of the unread rest may take: a redacted text must fit under the limit, or it would be cut again.
const UNREAD_BYTES: usize = 64;

/// Taking a name out can bring a neighbour into a telling place; the second look mostly finds nothing.
const ROUNDS_MAX: usize = 8;

/// One piece of personal data: the bytes `start..end` of the text, on character boundaries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Finding {
    pub start: usize,
    pub end: usize,
    pub kind: Kind,
}

/// A text without its personal data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redacted {
    /// With `[name]` or `[姓名]` where personal data stood, by the language of the text.
    pub text: String,
    /// How many pieces of each kind were taken out.
    pub withheld: BTreeMap<Kind, usize>,
}

/// The personal data of `text`, sorted, not overlapping. Takes time in proportion to the text and never panics.
pub fn find(text: &str) -> Vec<Finding> {
    let (read, unread) = text.split_at(readable(text));
    let folded = Folded::of(read);
    let mut ruled = rules(&folded);
    learned::read(&folded, &mut ruled);
    let mut found = settle::settle(&folded, ruled.found);
    if !unread.is_empty() {
        found.push(Finding { start: read.len(), end: text.len(), kind: Kind::Unread });
    }
    found
}

/// What the rules say of a text.
#[derive(Default)]
struct Ruled {
    found: Vec<Candidate>,
    /// What looks like a name and is none for them.
    denied: Vec<Range<usize>>,
}

fn rules(folded: &Folded) -> Ruled {
    let mut candidates = Vec::new();
    contact::find(folded, &mut candidates);
    context::find(folded, &mut candidates);
    births::find(folded, &mut candidates);
    numbers::find(folded, &mut candidates);
    plates::find(folded, &mut candidates);
    spelled::find(folded, &mut candidates);
    address::find(folded, &mut candidates);
    names_chinese::find(folded, &mut candidates);
    let denied = names_english::find(folded, &mut candidates);
    Ruled { found: candidates, denied }
}

/// `text` without its personal data. What was redacted once is left alone: `redact(redact(x)) == redact(x)`.
pub fn redact(text: &str) -> Redacted {
    let language = Language::of_text(text).unwrap_or(Language::English);
    let mut redacted = Redacted { text: text.to_owned(), withheld: BTreeMap::new() };
    for _ in 0..ROUNDS_MAX {
        let found = find(&redacted.text);
        if found.is_empty() {
            break;
        }
        redacted.take_out(&found, language);
    }
    redacted
}

impl Redacted {
    fn take_out(&mut self, found: &[Finding], language: Language) {
        let mut text = String::with_capacity(self.text.len());
        let mut from = 0;
        for finding in found {
            text.push_str(&self.text[from..finding.start]);
            text.push_str(&folded::placeholder(finding.kind, language));
            *self.withheld.entry(finding.kind).or_default() += 1;
            from = finding.end;
        }
        text.push_str(&self.text[from..]);
        self.text = text;
    }
}

/// A pattern of this room: all of them are constants. Its `\b` knows ASCII only, or "护照E12345678" would have no boundary
/// between the word and the number.
fn pattern(text: &str) -> Regex {
    Regex::new(&text.replace(r"\b", r"(?-u:\b)")).expect("the pattern is correct")
}

/// How many bytes of `text` are read.
fn readable(text: &str) -> usize {
    if text.len() <= TEXT_BYTES_MAX { text.len() } else { text.floor_char_boundary(TEXT_BYTES_MAX - UNREAD_BYTES) }
}

#[cfg(test)]
mod tests;

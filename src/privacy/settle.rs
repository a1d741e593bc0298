//! Candidates of all finders become findings: the surer one keeps its place, what sticks out of it is withheld as well.

use std::collections::BTreeMap;
use std::ops::Range;

use super::folded::Folded;
use super::{Finding, Kind};

/// How sure a finder is; the surest candidate names the kind where several overlap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sure {
    /// By its looks among other words.
    Likely,
    /// By several signs among other words.
    Telling,
    /// By its form.
    Form,
    /// By words that announce it.
    Announced,
    /// By a checksum, or a form that nothing else has.
    Proven,
}

/// A piece of the folded text that may be personal data.
#[derive(Debug)]
pub struct Candidate {
    pub range: Range<usize>,
    pub kind: Kind,
    pub sure: Sure,
}

impl Candidate {
    pub fn new(range: Range<usize>, kind: Kind, sure: Sure) -> Self {
        Self { range, kind, sure }
    }
}

/// Findings in the original text, sorted and not overlapping, that cover all candidates.
pub fn settle(folded: &Folded, mut candidates: Vec<Candidate>) -> Vec<Finding> {
    candidates.sort_by_key(|one| (std::cmp::Reverse(one.sure), std::cmp::Reverse(one.range.len()), one.range.start));
    let mut taken: BTreeMap<usize, (usize, Kind)> = BTreeMap::new();
    for candidate in candidates {
        for piece in free(&taken, candidate.range) {
            if let Some(piece) = trimmed(&folded.text, piece) {
                taken.insert(piece.start, (piece.end, candidate.kind));
            }
        }
    }
    let findings = taken.into_iter().filter_map(|(start, (end, kind))| {
        let origin = folded.original(start..end)?;
        Some(Finding { start: origin.start, end: origin.end, kind })
    });
    without_overlap(findings)
}

/// The parts of `range` that nobody holds.
fn free(taken: &BTreeMap<usize, (usize, Kind)>, range: Range<usize>) -> Vec<Range<usize>> {
    let mut from = range.start;
    if let Some((_, (end, _))) = taken.range(..=range.start).next_back() {
        from = from.max(*end);
    }
    let mut pieces = Vec::new();
    for (start, (end, _)) in taken.range(range.start + 1..range.end.max(range.start + 1)) {
        if from < *start {
            pieces.push(from..*start);
        }
        from = from.max(*end);
    }
    if from < range.end {
        pieces.push(from..range.end);
    }
    pieces
}

/// Without blanks and punctuation at its ends; `None` when nothing else is in it.
fn trimmed(text: &str, piece: Range<usize>) -> Option<Range<usize>> {
    let inside = text.get(piece.clone())?;
    let telling = |c: char| c.is_alphanumeric() || matches!(c, '+' | '(' | ')');
    let first = inside.char_indices().find(|(_, c)| telling(*c))?.0;
    let (last, c) = inside.char_indices().rev().find(|(_, c)| telling(*c))?;
    let has_words = inside.chars().any(char::is_alphanumeric);
    has_words.then(|| piece.start + first..piece.start + last + c.len_utf8())
}

/// One original character can fold into several, and two findings can then share it.
fn without_overlap(findings: impl Iterator<Item = Finding>) -> Vec<Finding> {
    let mut kept: Vec<Finding> = Vec::new();
    for finding in findings {
        match kept.last_mut() {
            Some(last) if finding.start < last.end => last.end = last.end.max(finding.end),
            _ => kept.push(finding),
        }
    }
    kept
}

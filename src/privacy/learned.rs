//! A second reader of English text, taught by labelled sentences: a linear-chain conditional random field (Lafferty, McCallum and
//! Pereira, 2001) over what the rules found, what is known of each word and what stands around it. It takes out what the rules do not
//! know and gives back what only looks like a name. What words announce, and every number, is the rules' alone.

mod chain;
mod features;
pub mod teaching;

use std::ops::Range;

pub use self::chain::LABELS;

use self::chain::marginals;
use self::features::Items;
use super::blocks::is_numbered_thing;
use super::folded::Folded;
use super::settle::{Candidate, Sure};
use super::{Kind, Ruled};
use crate::domain::is_han;

/// A word is withheld from this probability on: to withhold one too many costs an agent a question, one too few a visitor's privacy.
const TAKEN: f32 = 0.3;

/// What the rules took for a name, by its looks alone, and is one with less than this probability, stays readable.
const DOUBTED: f32 = 0.15;
/// The same where several signs said so.
const DISPROVED: f32 = 0.03;
/// What the rules know to be no name has a word with at least this probability when it is one all the same.
const CONTRADICTED: f32 = 0.6;
/// An address that the rules saw no part of has a word with at least this probability.
const ALONE: f32 = 0.7;
/// Every word of one without a number has at least this one.
const NUMBERLESS: f32 = 0.5;
/// Blanks and marks between a part of an address that the rules saw and the next.
const GAP_BYTES: usize = 3;

/// Places of labels in [`LABELS`].
const NOTHING: usize = 0;
const NAME: usize = 1;
const ADDRESS: usize = 2;

/// For each item of a text the probabilities of [`LABELS`].
type Chances = [[f32; LABELS.len()]];

/// Reads `folded` with what the rules found in it, and changes that. Chinese text is the rules' alone.
pub(super) fn read(folded: &Folded, ruled: &mut Ruled) {
    if folded.text.chars().any(is_han) {
        return;
    }
    let items = Items::of(&folded.text, ruled);
    let chances = marginals(&items);
    ruled.found.retain(|one| !is_given_back(one, &items, &chances));
    let is_door = |one: &&Candidate| one.kind == Kind::Address;
    let addresses: Vec<Range<usize>> = ruled.found.iter().filter(is_door).map(|one| one.range.clone()).collect();
    let names = spans(&items, &chances, NAME, ADDRESS).into_iter().filter(|span| is_name(span, &items, &chances));
    let doors = spans(&items, &chances, ADDRESS, NAME).into_iter().filter(|span| {
        let inside: Vec<f32> = chances[span.clone()].iter().map(|chance| chance[ADDRESS]).collect();
        is_address(&folded.text, &items.bytes(span), &inside, &addresses)
    });
    let found = names.map(|span| (span, Kind::Person)).chain(doors.map(|span| (span, Kind::Address)));
    ruled.found.extend(found.map(|(span, kind)| Candidate::new(items.bytes(&span), kind, Sure::Likely)));
}

/// Whether what the rules took for a name by its looks is none.
fn is_given_back(one: &Candidate, items: &Items, chances: &Chances) -> bool {
    let least = match one.sure {
        Sure::Likely => DOUBTED,
        Sure::Telling => DISPROVED,
        _ => return false,
    };
    let inside = &chances[items.within(&one.range)];
    one.kind == Kind::Person && !inside.is_empty() && inside.iter().all(|chance| 1.0 - chance[NOTHING] < least)
}

/// Items beside each other in one line that each may be `label`, and sooner so than `other`.
fn spans(items: &Items, chances: &Chances, label: usize, other: usize) -> Vec<Range<usize>> {
    let mut spans: Vec<Range<usize>> = Vec::new();
    for (at, chance) in chances.iter().enumerate() {
        // "12 Elm Road. Is Oak Street far?": the capital of "Is" proves nothing.
        let is_edge = items.is_line_end(at) || (label == ADDRESS && items.is_first_word(at));
        if is_edge || chance[label] <= TAKEN || chance[label] < chance[other] {
            continue;
        }
        match spans.last_mut() {
            Some(span) if span.end == at => span.end = at + 1,
            _ => spans.push(at..at + 1),
        }
    }
    spans
}

fn is_name(span: &Range<usize>, items: &Items, chances: &Chances) -> bool {
    // Letters alone are spelled names where the rules say so.
    let are_letters = span.clone().all(|at| items.is_letter(at));
    let are_denied = span.clone().all(|at| items.is_denied(at));
    !are_letters && (!are_denied || chances[span.clone()].iter().any(|chance| chance[NAME] > CONTRADICTED))
}

/// Whether the bytes `range` of `text`, whose words may each be an address's with these probabilities, are one. `addresses`: those of
/// the rules.
fn is_address(text: &str, range: &Range<usize>, chances: &[f32], addresses: &[Range<usize>]) -> bool {
    let joined = |one: &Range<usize>| {
        let gap = if one.end <= range.start { one.end..range.start } else { range.end..one.start.max(range.end) };
        gap.len() <= GAP_BYTES && !text[gap].contains(['.', '!', '?', '\n'])
    };
    let has = |is: fn(char) -> bool| text[range.clone()].chars().any(is);
    let any_over = |least: f32| chances.iter().any(|chance| *chance > least);
    let all_over = |least: f32| chances.iter().all(|chance| *chance > least);
    let word_before = text[..range.start].trim_end().rfind(' ').map_or(0, |at| at + 1);
    let is_thing = || is_numbered_thing(&text[range.clone()]) || is_numbered_thing(&text[word_before..range.end]);
    match has(char::is_numeric) {
        _ if text[range.clone()].contains("..") || is_thing() => false,
        _ if addresses.iter().any(|one| overlap(one, range) || joined(one)) => any_over(ALONE),
        true => has(char::is_alphabetic) && any_over(ALONE),
        false => !is_above_door(text, range) && has_word(&text[range.clone()]) && all_over(NUMBERLESS),
    }
}

/// Letters alone are no house's name.
fn has_word(text: &str) -> bool {
    text.split(|c: char| !c.is_alphabetic()).any(|word| word.chars().count() > 2)
}

/// Who lives at the door of the next line, or a firm there.
fn is_above_door(text: &str, range: &Range<usize>) -> bool {
    let marks = [' ', '>', '?', '|', '*', ',', '.'];
    let below = text[range.end..].trim_start_matches(marks).strip_prefix('\n');
    below.is_some_and(|below| below.trim_start_matches(marks).starts_with(char::is_numeric))
}

fn overlap(one: &Range<usize>, other: &Range<usize>) -> bool {
    one.start < other.end && other.start < one.end
}

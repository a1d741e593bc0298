//! Names of persons in Latin, Greek and Cyrillic letters. A run of capitalised words earns points for what its words can be
//! and for the words around it; enough points make it a name. In text without capitals (speech recognition writes so) only
//! facts and telling words count. Knows no single sentence.

mod around;
mod firms;
mod run;
mod word;

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use self::around::Around;
use self::firms::take_firms;
use self::run::{Run, runs};
use self::word::{ORGANISATIONS, Shape, WORD, Word, words};
use super::folded::Folded;
use super::settle::{Candidate, Sure};
use super::words::{ends_as_surname, plain};
use super::{Kind, pattern};

/// Points that make a run a name. The points below are chosen so that one fact is enough alone, and an unknown
/// capitalised word needs a second sign.
const ENOUGH: i32 = 2;
/// Points that hardly anything but a name earns.
const TELLING: i32 = 4;
/// Beside a name in a list: "Ana, Wei and Tom".
const LISTED: i32 = 2;
/// A capital inside a sentence is there for a reason; beside another capitalised word the reason can be that one.
const INSIDE: i32 = 1;
const INITIALLED: i32 = 2;
const BESIDE_CAPITAL: i32 = -1;
/// What no neighbour can make a name.
const NEVER: i32 = i32::MIN;

/// How far behind a run the word of an organisation can stand.
const ORGANISATION_WORDS_MAX: usize = 2;

/// "K J E R S T I", "W-O-J-C-I-E-C-H": a name, letter by letter.
static SPELLED: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"\b(?:\p{Lu}[ -]){2,20}\p{Lu}\b|\b(?:\p{Ll}[ -]){3,20}\p{Ll}\b"));
static IS_SPELLED: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)\b(?:names?|spel[lt]\w*|surname|under|that's|mr|mrs|ms)\b"));

/// As airlines print it: ZHANG/WEI MR.
static PASSENGER: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b[A-Z]{2,}/[A-Z]{2,}\b"));

/// Given names of Korea and Taiwan behind their family's: "Park Ji-hoon".
static EASTERN: LazyLock<Regex> = LazyLock::new(|| pattern(r"^\p{Lu}\p{Ll}+-\p{Ll}+$"));

/// Adds the names in `folded` to `candidates`. Gives back what looked like one and is a firm's, a place's or nobody's for these rules.
pub fn find(folded: &Folded, candidates: &mut Vec<Candidate>) -> Vec<Range<usize>> {
    let text = &folded.text;
    candidates.extend(PASSENGER.find_iter(text).map(|found| Candidate::new(found.range(), Kind::Person, Sure::Form)));
    if IS_SPELLED.is_match(text) {
        let spelled = SPELLED.find_iter(text);
        candidates.extend(spelled.map(|found| Candidate::new(found.range(), Kind::Person, Sure::Likely)));
    }
    let words = words(text);
    let cased = words.iter().any(|word| word.shape == Shape::Capital);
    let mut runs: Vec<Run> = runs(text, &words, cased);
    for run in &mut runs {
        run.points = points(text, run.words, cased);
        run.is_placed = run.points < ENOUGH && Around::of(text, run.range()).is_placed();
    }
    take_firms(text, &mut runs);
    take_places(text, &mut runs);
    share_points(text, &mut runs);
    for run in runs.iter().filter(|run| run.points >= ENOUGH) {
        let range = run::with_particles(text, run.range());
        let sure = if run.points >= TELLING { Sure::Telling } else { Sure::Likely };
        candidates.push(Candidate::new(range, Kind::Person, sure));
    }
    runs.iter().filter(|run| run.points == NEVER).map(Run::range).collect()
}

/// Points of the words and of what stands around them.
fn points(text: &str, words: &[Word], cased: bool) -> i32 {
    let (Some(first), Some(last)) = (words.first(), words.last()) else { return NEVER };
    let around = Around::of(text, first.range.start..last.range.end);
    // Slips of typing and of hearing are unknown words as well.
    let is_slip = !cased && !around.is_announced() && !has_sign(text, words, &around);
    let is_acronym = words.len() == 1
        && first.shape == Shape::Upper
        && cased
        && (around.is_after_article() || (first.plain.len() < 5 && !around.is_announced() && !around.is_introduced()));
    let is_date = words.len() == 1 && first.is_month() && around.is_beside_day();
    if is_slip || is_acronym || is_date || is_organisation(text, words, &around) || is_place(words, &around) {
        return NEVER;
    }
    let together: i32 = words
        .iter()
        .filter(|word| !word.is_particle() || word.shape == Shape::Capital)
        .map(|word| word.points(cased))
        .sum();
    // "L. Abernethy" is nobody's place, wherever somebody goes.
    let initialled = first.shape == Shape::Initial && words.len() > 1 && last.is_sure();
    let inside = cased && first.shape == Shape::Capital && !around::begins_sentence(text, first.range.start);
    let beside = words.len() == 1 && around::touches_capital(text, first.range.clone());
    together
        + around.points()
        + if initialled { INITIALLED } else { 0 }
        + if inside { INSIDE } else { 0 }
        + if beside { BESIDE_CAPITAL } else { 0 }
}

/// "Mr Park" and "Jane Lane" are persons, whatever their words are; who lives in Jane Park does not.
fn is_called(words: &[Word], around: &Around) -> bool {
    let in_place = words.last().is_some_and(Word::is_organisation) && around.is_placed();
    around.is_announced() || (words.len() > 1 && words[0].is_sure_given() && !in_place)
}

fn is_organisation(text: &str, words: &[Word], around: &Around) -> bool {
    let end = words.last().map_or(0, |word| word.range.end);
    let lone_initial = words.iter().all(|word| word.shape == Shape::Initial);
    let begins_sure = words.first().is_some_and(Word::is_sure_given);
    let is_odd = words.iter().all(|word| !word.is_sure() || word.is_pair_of_families());
    let is_eastern = words.last().is_some_and(|last| EASTERN.is_match(&text[last.range.clone()]));
    (words.iter().any(Word::is_organisation) && !is_called(words, around) && !is_eastern)
        || (around.is_asked_for() && is_odd)
        || is_before_organisation(text, end)
        || around.is_organisation()
        || (!around.is_announced() && (lone_initial || (around.may_be_thing() && !begins_sure)))
}

fn is_place(words: &[Word], around: &Around) -> bool {
    let any_sure = words.iter().any(|word| word.is_sure() && word.known.given);
    let begins_sure = words.first().is_some_and(Word::is_sure_given);
    let begins_place = words.len() > 1 && words[0].begins_place() && !around.is_announced();
    begins_place
        || words.iter().all(|word| word.known.place && !word.is_fact())
        || (around.is_second_of_place() && !begins_sure)
        || (around.is_after_saint() && words.len() == 1)
        || (around.lies_in_place() && (around.is_placed() || !(any_sure || is_called(words, around))))
}

/// Whether something says that words without a capital are no slips.
fn has_sign(text: &str, words: &[Word], around: &Around) -> bool {
    let is_foreign = |word: &Word| word.is_unknown() && !text[word.range.clone()].is_ascii();
    let fills_line = words.len() > 1
        && words.iter().all(Word::is_spelled_as_name)
        && around::begins_line(text, words[0].range.start);
    around.is_introduced()
        || fills_line
        || words
            .iter()
            .any(|word| word.is_sure() || is_foreign(word) || (ends_as_surname(&word.plain) && word.is_unknown()))
}

/// "Russell Investments", "Nera Economic Consulting": one of the next words with a capital is an organisation's.
fn is_before_organisation(text: &str, mut end: usize) -> bool {
    for _ in 0..ORGANISATION_WORDS_MAX {
        let next = text[end..].strip_prefix(' ').and_then(|after| WORD.find(after)).filter(|word| word.start() == 0);
        let Some(next) = next.filter(|word| word.as_str().starts_with(char::is_uppercase)) else { return false };
        if ORGANISATIONS.contains(&plain(next.as_str()).as_str()) {
            return true;
        }
        end += 1 + next.end();
    }
    false
}

/// Whether nothing but a comma or an "and" stands between two runs.
fn are_listed(text: &str, one: &Run, next: &Run) -> bool {
    let between = text.get(one.range().end..next.range().start).unwrap_or_default();
    matches!(between, ", " | " and " | ", and " | " & " | " or " | "、" | "和")
}

/// Takes the points of what stands in a list behind a place: "visited Lund and Falun".
fn take_places(text: &str, runs: &mut [Run]) {
    for at in 1..runs.len() {
        if runs[at - 1].is_placed && are_listed(text, &runs[at - 1], &runs[at]) && !runs[at].begins_sure() {
            (runs[at].is_placed, runs[at].points) = (true, NEVER);
        }
    }
}

/// Raises what stands in a list beside a name.
fn share_points(text: &str, runs: &mut [Run]) {
    for at in 1..runs.len() {
        let listed = are_listed(text, &runs[at - 1], &runs[at]);
        if listed && runs[at - 1].points >= ENOUGH && runs[at].points > NEVER {
            runs[at].points += LISTED;
        }
    }
    for at in (1..runs.len()).rev() {
        let listed = are_listed(text, &runs[at - 1], &runs[at]);
        if listed && runs[at].points >= ENOUGH && runs[at - 1].points > NEVER {
            runs[at - 1].points += LISTED;
        }
    }
}

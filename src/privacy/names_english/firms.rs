//! Firms that look like persons, and that only the line or the sentence around them gives away: partners ("Reed, Lang and
//! Moss is"), a word alone under a person's name or above an address, where somebody is from ("Anna from Lang-Moss").

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::around::Around;
use super::run::Run;
use super::{ENOUGH, NEVER};
use crate::privacy::folded::TAKEN_OUT;
use crate::privacy::pattern;

/// Three names as law firms write them.
static PARTNERS: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"\b\p{L}[\p{L}\p{M}'-]+, \p{L}[\p{L}\p{M}'-]+,? (?:and|&) \p{L}[\p{L}\p{M}'-]+"));

/// Several persons would be "are".
static ONE_THING: LazyLock<Regex> = LazyLock::new(|| pattern(r"^(?:'s)? (?:is|was|has|does|doesn't|isn't|wasn't)\b"));

/// What is called as a person is, and meant where none is due.
static FAMOUS: LazyLock<Regex> = LazyLock::new(|| {
    let lines = include_str!("../facts/famous.txt").lines().filter(|line| !line.starts_with('#'));
    let phrases: Vec<String> = lines.map(regex::escape).collect();
    pattern(&format!(r"(?i)\b(?:{})\b", phrases.join("|")))
});

/// Signs of quotation and of lists at the ends of a line.
const MARKS: [char; 7] = [' ', '>', '|', '*', '-', ',', '?'];

/// Takes the points from runs that are firms. `runs` are sorted.
pub fn take_firms(text: &str, runs: &mut [Run]) {
    take_origins(text, runs);
    let is_thing = |found: &Range<usize>| !Around::of(text, found.clone()).is_persons();
    FAMOUS.find_iter(text).map(|found| found.range()).filter(is_thing).for_each(|found| take(runs, found));
    for partners in PARTNERS.find_iter(text).filter(|found| ONE_THING.is_match(&text[found.end()..])) {
        take(runs, partners.range());
    }
    take_lines(text, runs);
}

/// "Anna Lang from Moss-Reed": who is from a person? She may have been taken out already.
fn take_origins(text: &str, runs: &mut [Run]) {
    let behind_hole = |run: &Run| text[..run.range().start].ends_with(&format!("{TAKEN_OUT} from "));
    for run in runs.iter_mut().filter(|run| behind_hole(run) && !run.begins_sure()) {
        run.points = NEVER;
    }
    for at in 1..runs.len() {
        let between = text.get(runs[at - 1].range().end..runs[at].range().start).unwrap_or_default();
        let is_person = runs[at - 1].points >= ENOUGH && runs[at - 1].words.len() > 1;
        if is_person && matches!(between, " from " | ", from ") && !runs[at].begins_sure() {
            runs[at].points = NEVER;
        }
    }
}

fn take_lines(text: &str, runs: &mut [Run]) {
    let lines: Vec<Range<usize>> = lines(text).collect();
    for (at, line) in lines.iter().enumerate() {
        let above = at.checked_sub(1).map(|above| lines[above].clone());
        let below = lines.get(at + 1).map(|below| &text[below.clone()]);
        let words = &text[line.clone()];
        let is_partners = PARTNERS.find(words).is_some_and(|found| found.range() == (0..words.len()));
        let is_under_person =
            above.as_ref().is_some_and(|above| is_hole(&text[above.clone()]) || is_person(runs, above));
        let is_above_address =
            below.is_some_and(|below| is_hole(below) || below.starts_with(|c: char| c.is_ascii_digit()));
        let is_alone = (is_under_person && below.is_some()) || is_above_address;
        if (is_partners && lines.len() > 1) || (is_alone && is_odd_word(runs, line)) {
            take(runs, line.clone());
        }
    }
}

/// The lines that are not empty, without the marks at their ends.
fn lines(text: &str) -> impl Iterator<Item = Range<usize>> {
    text.split('\n').filter_map(move |line| {
        let from = line.as_ptr() as usize - text.as_ptr() as usize;
        let inside = line.trim_matches(MARKS);
        let start = from + line.len() - line.trim_start_matches(MARKS).len();
        (!inside.is_empty()).then(|| start..start + inside.len())
    })
}

/// Whether nothing is left of a line.
fn is_hole(line: &str) -> bool {
    line.chars().all(|c| c == TAKEN_OUT)
}

/// Whether a name of several words fills `line`.
fn is_person(runs: &[Run], line: &Range<usize>) -> bool {
    run_on(runs, line).is_some_and(|run| run.points >= ENOUGH && run.words.len() > 1)
}

/// Whether one word fills `line` that nobody has as a name, or two with a hyphen.
fn is_odd_word(runs: &[Run], line: &Range<usize>) -> bool {
    run_on(runs, line).is_some_and(|run| match run.words {
        [word] => !word.is_fact() || word.is_pair_of_families(),
        _ => false,
    })
}

fn run_on<'a, 'b>(runs: &'a [Run<'b>], line: &Range<usize>) -> Option<&'a Run<'b>> {
    let at = runs.partition_point(|run| run.range().start < line.start);
    runs.get(at).filter(|run| run.range() == *line)
}

fn take(runs: &mut [Run], range: Range<usize>) {
    let at = runs.partition_point(|run| run.range().start < range.start);
    let inside = runs[at..].iter_mut().take_while(|run| run.range().end <= range.end);
    inside.for_each(|run| run.points = NEVER);
}

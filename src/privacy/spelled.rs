//! Numbers that somebody says character by character, as speech recognition writes them: "n four five five two one eight", "x k seven
//! p q two", "m as in mike". Digits alone are read in `numbers`, names in `names_english`.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::folded::Folded;
use super::numbers::before;
use super::settle::{Candidate, Sure};
use super::streets::NUMBER_WORD;
use super::{Kind, pattern};

/// How far before it the word that announces it may stand, bytes.
const CUE_BYTES: usize = 64;

/// Numbers of an account that are said in a row, at least.
const GROUPS_MIN: usize = 6;

/// What nothing announces is somebody's from this many characters on: flights, gates and seats have fewer.
const CHARACTERS_ALONE: usize = 9;

static SPELLED: LazyLock<Regex> = LazyLock::new(|| {
    let said = format!(
        r"(?:(?:double|triple) )?(?:[a-z]|oh|{NUMBER_WORD}|[0-9]{{1,4}})\b(?: (?:as in|like|for) [a-z]{{3,}})?"
    );
    pattern(&format!(r"(?i)\b{said}(?:,? (?:(?:dash|hyphen|slash|dot|space) )?{said}){{4,40}}"))
});

/// "lk nineteen vzo", "de forty one seven two": a plate or an IBAN as it is read, group by group.
static GROUPED: LazyLock<Regex> = LazyLock::new(|| {
    let number = format!(r"(?: (?:oh|{NUMBER_WORD})\b)");
    pattern(&format!(r"(?i)\b[a-z]{{1,3}}{number}{{1,30}}(?: [a-z]\b){{0,3}}(?: [a-z]{{2,4}}\b)?{number}{{0,30}}"))
});

/// What follows a number and is no part of it.
static BEHIND: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i),?(?: (?:and|it|is|if|but|the|for|so|do|does|thanks|a|i))+$"));

static CUE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?ix)\b(?:(?P<document>passport|licen[cs]e|\bid\b|identity|permit|visa\ number|national\ insurance)
        |(?P<booking>booking|reference|locator|reservation|confirmation|ticket|pnr)
        |(?P<account>iban|i\ b\ a\ n|account|membership|frequent\ flyer|policy)
        |(?P<plate>plates?|reg|registration)\b|(?P<card>card))",
    )
});

/// What has such a number and is nobody's, right before it.
static NOBODYS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:flights?|gates?|seats?|rows?|zones?|terminals?|desks?|counters?|bus|line|forms?|platforms?|boeing|airbus|train|carousel|belt|level|window|queue|number) $",
    )
});

pub fn find(folded: &Folded, candidates: &mut Vec<Candidate>) {
    let text = &folded.text;
    for found in SPELLED.find_iter(text) {
        let (letters, numbers) = counts(found.as_str());
        let said = before(text, found.start(), CUE_BYTES);
        let is_code = numbers > 1 && letters + numbers > 4;
        let kind = match cue(said) {
            _ if !is_code => None,
            Some(kind) => Some(kind),
            None if letters > 0 && letters + numbers >= CHARACTERS_ALONE && !NOBODYS.is_match(said) => {
                Some(Kind::Account)
            }
            None => None,
        };
        candidates.extend(kind.map(|kind| Candidate::new(without_behind(&found), kind, Sure::Announced)));
    }
    for found in GROUPED.find_iter(text) {
        let kind =
            cue(before(text, found.start(), CUE_BYTES)).filter(|kind| matches!(kind, Kind::Plate | Kind::Account));
        let (letters, numbers) = counts(found.as_str());
        // "a youth account, there may be forty dollars in it"
        let is_long = kind == Some(Kind::Plate) || numbers > GROUPS_MIN;
        let is_code = letters > 0 && is_long && !is_sentence(found.as_str());
        candidates
            .extend(kind.filter(|_| is_code).map(|kind| Candidate::new(without_behind(&found), kind, Sure::Announced)));
    }
}

fn without_behind(found: &regex::Match) -> Range<usize> {
    let behind = BEHIND.find(found.as_str()).map_or(0, |behind| behind.len());
    found.start()..found.end() - behind
}

/// Groups of letters, and of numbers.
fn counts(said: &str) -> (usize, usize) {
    let words = || said.split([' ', ',']).filter(|word| !matches!(*word, "as" | "in" | "like" | "for" | "dash"));
    let is_number = |word: &&str| *word == "oh" || IS_NUMBER.is_match(word);
    (words().filter(|word| word.len() < 4 && !is_number(word)).count(), words().filter(is_number).count())
}

static IS_NUMBER: LazyLock<Regex> = LazyLock::new(|| pattern(&format!("(?i)^(?:{NUMBER_WORD}|[0-9]{{1,4}})$")));

/// "is one", "at two": words and no groups of letters.
fn is_sentence(said: &str) -> bool {
    const WORDS: [&str; 24] = [
        "is", "at", "on", "in", "to", "of", "the", "for", "and", "or", "my", "by", "we", "no", "it", "has", "was",
        "are", "one", "had", "our", "his", "her", "all",
    ];
    said.split(' ').next().is_some_and(|word| WORDS.contains(&word.to_ascii_lowercase().as_str()))
}

/// What the words before say that it is.
fn cue(said: &str) -> Option<Kind> {
    let last = CUE.captures_iter(said).last()?;
    let kinds = [
        ("document", Kind::Document),
        ("booking", Kind::Booking),
        ("account", Kind::Account),
        ("plate", Kind::Plate),
        ("card", Kind::Card),
    ];
    kinds.into_iter().find(|(name, _)| last.name(name).is_some()).map(|(_, kind)| kind)
}

#[cfg(test)]
mod tests {
    use crate::privacy::{Kind, find};

    fn found(text: &str) -> Vec<(Kind, &str)> {
        find(text).into_iter().map(|found| (found.kind, &text[found.start..found.end])).collect()
    }

    #[test]
    fn what_is_said_character_by_character_is_found_whole() {
        for (before, value, kind) in [
            ("my passport number is ", "p a four four five one two nine", Kind::Document),
            ("the booking code is ", "r as in romeo two k k seven one", Kind::Booking),
            ("the reference is ", "one two six dash four four zero nine one", Kind::Booking),
            ("send it to iban ", "d e eight nine three seven oh four oh oh four four", Kind::Account),
            ("my plate is ", "kx nineteen bfo", Kind::Plate),
            (
                "my card number is ",
                "four nine one six one one one one two two two two three three three four",
                Kind::Card,
            ),
        ] {
            let text = format!("{before}{value} thank you");
            let found = found(&text);
            assert!(found.iter().any(|(one, _)| *one == kind), "{text}: {found:?}");
            let left = crate::privacy::redact(&text).text;
            assert!(
                left.ends_with("] thank you") && value.split(' ').all(|word| !left.contains(&format!(" {word} "))),
                "{left}"
            );
        }
    }

    #[test]
    fn flights_gates_and_counting_are_nobodys() {
        for text in [
            "is flight b a one two four one on time",
            "where is gate b twenty two please",
            "i want to sit in seat one two a or one two b",
            "one two three four five i caught a fish",
            "do you take a one hundred dollar note",
        ] {
            assert_eq!(found(text), [], "{text}");
        }
    }
}

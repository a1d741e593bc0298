//! Numbers that somebody says character by character, as speech recognition writes them: "n four five five two one eight", "x k seven
//! p q two", "m as in mike". Digits alone are read in `numbers`, names in `names_english`.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::cue::{cue, is_a_things};
use super::folded::Folded;
use super::settle::{Candidate, Sure};
use super::streets::NUMBER_WORD;
use super::{Kind, pattern, plates};

/// Numbers of an account that are said in a row, at least.
const GROUPS_MIN: usize = 6;

/// Shortest code, groups.
const CHARACTERS_MIN: usize = 5;

/// Letters told by their names that make a code.
const NAMED_MIN: usize = 3;

/// Longest plate, groups.
const PLATE_CHARACTERS_MAX: usize = 10;

/// What nothing announces is somebody's from this many characters on: flights, gates and seats have fewer.
const CHARACTERS_ALONE: usize = 9;

/// The radiotelephony alphabet (ICAO Annex 10, volume II).
const LETTER_NAMES: &str = "alpha|alfa|bravo|charlie|delta|echo|foxtrot|golf|hotel|india|juliett?|kilo|lima|mike|november|oscar|papa|quebec|romeo|sierra|tango|uniform|victor|whiske?y|x-?ray|yankee|zulu";

static SPELLED: LazyLock<Regex> = LazyLock::new(|| {
    let said = format!(
        r"(?:(?:double|triple) )?(?:[a-z]|oh|{NUMBER_WORD}|{LETTER_NAMES}|[0-9]{{1,4}})\b(?: (?:as in|like|for) [a-z]{{3,}})?"
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

pub fn find(folded: &Folded, candidates: &mut Vec<Candidate>) {
    let text = &folded.text;
    for found in SPELLED.find_iter(text) {
        let count = Count::of(found.as_str());
        let kind = kind_of(text, found.start(), &count);
        candidates.extend(kind.map(|(kind, sure)| Candidate::new(without_behind(&found), kind, sure)));
    }
    for found in GROUPED.find_iter(text) {
        let kind = cue(text, found.start()).filter(|kind| matches!(kind, Kind::Plate | Kind::Account));
        let count = Count::of(found.as_str());
        // "a youth account, there may be forty dollars in it"
        let is_long = kind == Some(Kind::Plate) || count.numbers > GROUPS_MIN;
        let is_code = count.letters > 0 && is_long && !is_sentence(found.as_str());
        candidates
            .extend(kind.filter(|_| is_code).map(|kind| Candidate::new(without_behind(&found), kind, Sure::Announced)));
    }
}

/// Groups of letters, and of numbers.
struct Count {
    letters: usize,
    numbers: usize,
    /// Letters told by their names.
    named: usize,
}

impl Count {
    fn of(said: &str) -> Self {
        let words = || said.split([' ', ',']).filter(|word| !matches!(*word, "as" | "in" | "like" | "for" | "dash"));
        let is_number = |word: &&str| *word == "oh" || IS_NUMBER.is_match(word);
        let named = words().filter(|word| IS_LETTER_NAME.is_match(word)).count();
        let short = words().filter(|word| word.len() < 4 && !is_number(word)).count();
        Self { letters: named + short, numbers: words().filter(is_number).count(), named }
    }

    fn characters(&self) -> usize {
        self.letters + self.numbers
    }
}

/// What is said at `start` and which kind it is of.
fn kind_of(text: &str, start: usize, count: &Count) -> Option<(Kind, Sure)> {
    let is_named = count.named >= NAMED_MIN;
    if count.characters() < CHARACTERS_MIN || (count.numbers == 0 && !is_named) {
        return None;
    }
    let is_plate = || count.letters > 1 && count.characters() <= PLATE_CHARACTERS_MAX && plates::has_vehicle(text);
    let is_alone = || count.numbers > 1 && count.letters > 0 && count.characters() >= CHARACTERS_ALONE;
    match cue(text, start) {
        // No phone has letters: "call me, it is" announces something else.
        Some(kind) if kind != Kind::Phone && (count.numbers > 1 || is_named || kind == Kind::Booking) => {
            Some((kind, Sure::Announced))
        }
        _ if is_plate() => Some((Kind::Plate, Sure::Likely)),
        _ if is_a_things(text, start) => None,
        _ if is_alone() => Some((Kind::Account, Sure::Announced)),
        // Nobody tells letters by their names but for a code.
        _ if is_named => Some((Kind::Booking, Sure::Likely)),
        _ => None,
    }
}

fn without_behind(found: &regex::Match) -> Range<usize> {
    let behind = BEHIND.find(found.as_str()).map_or(0, |behind| behind.len());
    found.start()..found.end() - behind
}

static IS_LETTER_NAME: LazyLock<Regex> = LazyLock::new(|| pattern(&format!("(?i)^(?:{LETTER_NAMES})$")));

static IS_NUMBER: LazyLock<Regex> = LazyLock::new(|| pattern(&format!("(?i)^(?:{NUMBER_WORD}|[0-9]{{1,4}})$")));

/// "is one", "at two": words and no groups of letters.
fn is_sentence(said: &str) -> bool {
    const WORDS: [&str; 24] = [
        "is", "at", "on", "in", "to", "of", "the", "for", "and", "or", "my", "by", "we", "no", "it", "has", "was",
        "are", "one", "had", "our", "his", "her", "all",
    ];
    said.split(' ').next().is_some_and(|word| WORDS.contains(&word.to_ascii_lowercase().as_str()))
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
            ("my number plate is ", "alpha kilo one nine foxtrot uniform november", Kind::Plate),
            ("my um record locator is ", "papa mike lima foxtrot foxtrot alpha", Kind::Booking),
            ("i've only got the booking it's ", "d d seven h o n", Kind::Booking),
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

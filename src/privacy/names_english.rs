//! Names of persons in Latin, Greek and Cyrillic letters. A run of capitalised words earns points for what its words can be
//! and for the words around it; enough points make it a name. In text without capitals (speech recognition writes so) only
//! facts and telling words count. Knows no single sentence.

mod around;

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use self::around::Around;
use super::folded::Folded;
use super::settle::{Candidate, Sure};
use super::words::{Known, ends_as_surname, known, plain};
use super::{Kind, pattern};

/// Points that make a run a name. The points below are chosen so that one fact is enough alone, and an unknown
/// capitalised word needs a second sign.
const ENOUGH: i32 = 2;
const GIVEN: i32 = 3;
const SURNAME: i32 = 2;
const ENDING: i32 = 2;
const UNKNOWN: i32 = 1;
/// A fact that is an ordinary word as well ("Will", "Rose").
const DOUBTFUL: i32 = 1;
const INITIAL: i32 = 2;
/// Beside a name in a list: "Ana, Wei and Tom".
const LISTED: i32 = 2;
/// A capital inside a sentence is there for a reason; beside another capitalised word the reason can be that one.
const INSIDE: i32 = 1;
const BESIDE_CAPITAL: i32 = -1;

/// Longest run that is one name: "Maria del Carmen Garcia Lopez" has five words.
const WORDS_MAX: usize = 6;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    Lower,
    Capital,
    /// Two letters or more, all capital.
    Upper,
    /// One capital letter.
    Initial,
}

struct Word {
    range: Range<usize>,
    plain: String,
    known: Known,
    shape: Shape,
}

/// Words that follow each other, with nothing but blanks between them.
struct Run<'a> {
    words: &'a [Word],
    points: i32,
}

static WORD: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"[\p{Latin}\p{Greek}\p{Cyrillic}][\p{Latin}\p{Greek}\p{Cyrillic}\p{M}]*(?:['-][\p{Latin}\p{Greek}\p{Cyrillic}][\p{Latin}\p{Greek}\p{Cyrillic}\p{M}]+)*",
    )
});

/// Words of addresses of machines are nobody's name here; e-mail addresses are found elsewhere.
static MACHINE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)\b(?:[a-z]+://|www\.)\S+|[\w.+-]+@\S+|\b[\w-]+\.(?:com|net|org|cn)\b\S*"));

/// As airlines print it: ZHANG/WEI MR.
static PASSENGER: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b[A-Z]{2,}/[A-Z]{2,}\b"));

/// No part of the name, and a sign that one comes.
const TITLES: [&str; 14] =
    ["mr", "mrs", "ms", "miss", "mx", "dr", "prof", "professor", "captain", "capt", "mister", "doctor", "sir", "madam"];

/// Small words inside names.
const PARTICLES: [&str; 19] = [
    "van", "von", "der", "den", "de", "del", "della", "di", "da", "dos", "du", "la", "le", "bin", "binti", "ibn", "al",
    "ter", "ten",
];

/// A run with one of these is an organisation's or a thing's name.
const ORGANISATIONS: [&str; 62] = [
    "inc",
    "incorporated",
    "corp",
    "corporation",
    "co",
    "company",
    "ltd",
    "limited",
    "llc",
    "plc",
    "gmbh",
    "ag",
    "group",
    "holdings",
    "bank",
    "banking",
    "airlines",
    "airline",
    "airways",
    "air",
    "university",
    "college",
    "school",
    "institute",
    "hotel",
    "hospital",
    "technologies",
    "technology",
    "systems",
    "solutions",
    "services",
    "service",
    "investments",
    "capital",
    "partners",
    "associates",
    "lines",
    "international",
    "national",
    "society",
    "association",
    "union",
    "ministry",
    "department",
    "express",
    "museum",
    "airport",
    "terminal",
    "station",
    "street",
    "road",
    "avenue",
    "square",
    "bridge",
    "river",
    "lake",
    "island",
    "park",
    "league",
    "cup",
    "tower",
    "mall",
];

/// Words that begin the names of places in many languages.
const PLACE_HEADS: [&str; 16] = [
    "san", "santa", "santo", "saint", "st", "port", "mount", "lake", "fort", "los", "las", "north", "south", "east",
    "west", "new",
];

pub fn find(folded: &Folded, candidates: &mut Vec<Candidate>) {
    let text = &folded.text;
    candidates.extend(PASSENGER.find_iter(text).map(|found| Candidate::new(found.range(), Kind::Person, Sure::Form)));
    let words = words(text);
    let cased = words.iter().any(|word| word.shape == Shape::Capital);
    let mut runs: Vec<Run> = runs(text, &words, cased);
    for run in &mut runs {
        run.points = points(text, run.words, cased);
    }
    share_points(text, &mut runs);
    for run in runs.iter().filter(|run| run.points >= ENOUGH) {
        candidates.push(Candidate::new(run.range(), Kind::Person, Sure::Likely));
    }
}

fn words(text: &str) -> Vec<Word> {
    let mut machines = MACHINE.find_iter(text).peekable();
    let mut words: Vec<Word> = Vec::new();
    for found in WORD.find_iter(text) {
        while machines.next_if(|machine| machine.end() <= found.start()).is_some() {}
        let in_machine = machines.peek().is_some_and(|machine| machine.start() <= found.start());
        let beside_digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit() || c == '_');
        let in_code =
            beside_digit(text[..found.start()].chars().next_back()) || beside_digit(text[found.end()..].chars().next());
        let contracted = text[found.end()..].starts_with("'t");
        if !in_machine && !in_code && !contracted {
            words.push(Word::of(found.range(), found.as_str()));
        }
    }
    mark_places_of_two_words(&mut words);
    words
}

fn mark_places_of_two_words(words: &mut [Word]) {
    for at in 1..words.len() {
        let pair = format!("{}-{}", words[at - 1].plain, words[at].plain);
        if known(&pair).place {
            let place = Known { place: true, ..Known::default() };
            (words[at - 1].known, words[at].known) = (place, place);
        }
    }
}

impl Word {
    fn of(range: Range<usize>, written: &str) -> Self {
        let plain = plain(written);
        let known = known_of_parts(&plain);
        let mut letters = written.chars().filter(|c| c.is_alphabetic());
        let first_is_capital = letters.next().is_some_and(char::is_uppercase);
        let (rest_is_empty, rest_is_capital) = (letters.clone().next().is_none(), letters.all(char::is_uppercase));
        let shape = match (first_is_capital, rest_is_empty, rest_is_capital) {
            (false, ..) => Shape::Lower,
            (_, true, _) => Shape::Initial,
            (_, _, true) => Shape::Upper,
            _ => Shape::Capital,
        };
        Self { range, plain, known, shape }
    }

    fn is_fact(&self) -> bool {
        self.known.given || self.known.surname
    }

    /// A fact that is nothing else.
    fn is_sure(&self) -> bool {
        self.is_fact() && !self.known.ordinary && !self.known.place
    }

    fn is_unknown(&self) -> bool {
        self.known == Known::default()
    }

    /// Whether it can be part of a name as it is written.
    fn can_be_name(&self, cased: bool) -> bool {
        match self.shape {
            _ if self.plain == "i" || TITLES.contains(&self.plain.as_str()) => false,
            Shape::Lower if cased => false,
            Shape::Initial if cased => true,
            _ => (self.is_fact() || self.is_unknown()) && (cased || self.plain.len() > 2),
        }
    }

    fn points(&self, cased: bool) -> i32 {
        let plain_unknown = if cased && self.shape == Shape::Upper { 0 } else { UNKNOWN };
        match self.known {
            _ if self.shape == Shape::Initial => INITIAL,
            _ if self.is_sure() => {
                if self.known.given {
                    GIVEN
                } else {
                    SURNAME
                }
            }
            // Without capitals a word that is ordinary is taken for one.
            Known { ordinary: true, .. } if !cased => 0,
            _ if self.is_fact() => DOUBTFUL,
            _ if self.is_unknown() && ends_as_surname(&self.plain) => ENDING,
            _ if self.is_unknown() => plain_unknown,
            _ => 0,
        }
    }
}

/// "Jean-Pierre" is known by its first part, "Wi-Fi" and "they're" are ordinary when their parts are.
fn known_of_parts(word: &str) -> Known {
    let whole = known(word);
    let parts: Vec<&str> = word.split(['-', '\'']).collect();
    if whole != Known::default() || parts.len() == 1 {
        return whole;
    }
    if let Some(("re" | "ll" | "ve" | "t", rest)) = parts.split_last().map(|(last, rest)| (*last, rest)) {
        return Known { ordinary: !rest.is_empty(), ..Known::default() };
    }
    let parts = parts.into_iter().map(known);
    parts.fold(Known { ordinary: true, ..Known::default() }, |all, part| Known {
        ordinary: all.ordinary && (part.ordinary || part == Known::default()),
        given: all.given || (part.given && !part.ordinary),
        surname: all.surname || (part.surname && !part.ordinary),
        place: all.place || part.place,
    })
}

/// The longest runs of words that can be one name together.
fn runs<'a>(text: &str, words: &'a [Word], cased: bool) -> Vec<Run<'a>> {
    let mut runs = Vec::new();
    let mut start = 0;
    while start < words.len() {
        let mut end = start;
        while end < words.len() && end - start < WORDS_MAX && goes_on(text, words, start, end, cased) {
            end += 1;
        }
        while end > start && is_particle(&words[end - 1]) && words[end - 1].shape == Shape::Lower {
            end -= 1;
        }
        if end > start {
            runs.push(Run { words: &words[start..end], points: 0 });
        }
        start = end.max(start + 1);
    }
    runs
}

/// Whether the word at `at` goes on the run that began at `start`.
fn goes_on(text: &str, words: &[Word], start: usize, at: usize, cased: bool) -> bool {
    let word = &words[at];
    if at == start {
        let begins_sentence = around::begins_sentence(text, word.range.start);
        return (word.can_be_name(cased) || announced_anyway(text, word, cased))
            && !(begins_sentence && word.shape == Shape::Initial && !text[word.range.end..].starts_with('.'));
    }
    let last = &words[at - 1];
    let gap = &text[last.range.end..word.range.start];
    let after_initial = (last.shape == Shape::Initial || last.plain.len() == 1) && matches!(gap, ". " | ".");
    if !(after_initial || matches!(gap, " " | "  ")) {
        return false;
    }
    let lower_initial =
        word.plain.len() == 1 && text[word.range.end..].starts_with(". ") && (last.is_fact() || last.is_unknown());
    // Two capitals in a row are a name even when the second is a word: "Maria Stone", "Ali Key".
    let family = cased && word.shape == Shape::Capital && last.is_sure() && last.known.given && !is_organisation(word);
    // Capitals and words in capitals are different things beside each other: "Anna ATM".
    let same_shape = !cased
        || (word.shape == Shape::Upper) == (last.shape == Shape::Upper)
        || word.shape == Shape::Initial
        || last.shape == Shape::Initial
        || word.is_fact();
    (word.can_be_name(cased) && same_shape)
        || family
        || lower_initial
        || (is_particle(word) && words.get(at + 1).is_some_and(|next| next.can_be_name(cased) || is_particle(next)))
}

/// After "my name is" any capitalised word is one, and so is any word that is not ordinary.
fn announced_anyway(text: &str, word: &Word, cased: bool) -> bool {
    let could_be = match word.shape {
        Shape::Lower => cased && (word.is_sure() || word.is_unknown()) && word.plain.len() > 2,
        _ => cased && word.shape == Shape::Capital && !TITLES.contains(&word.plain.as_str()),
    };
    could_be && Around::of(text, word.range.clone()).is_announced()
}

fn is_particle(word: &Word) -> bool {
    PARTICLES.contains(&word.plain.as_str())
}

fn is_organisation(word: &Word) -> bool {
    ORGANISATIONS.contains(&word.plain.as_str())
}

/// Points of the words and of what stands around them.
fn points(text: &str, words: &[Word], cased: bool) -> i32 {
    let (Some(first), Some(last)) = (words.first(), words.last()) else { return 0 };
    let around = Around::of(text, first.range.start..last.range.end);
    let next_is_organisation = is_before_organisation(text, last.range.end);
    let lone_initial = words.iter().all(|word| word.shape == Shape::Initial);
    // "Mr Park" and "Jane Lane" are persons.
    let is_called = around.is_announced() || (words.len() > 1 && first.is_sure() && first.known.given);
    if (words.iter().any(is_organisation) && !is_called)
        || next_is_organisation
        || around.is_organisation()
        || (lone_initial && !around.is_announced())
    {
        return 0;
    }
    let is_place = words.iter().all(|word| word.known.place && !word.is_fact())
        || (words.len() > 1 && PLACE_HEADS.contains(&first.plain.as_str()) && !around.is_announced());
    if is_place {
        return 0;
    }
    let together: i32 = words
        .iter()
        .filter(|word| !is_particle(word) || word.shape == Shape::Capital)
        .map(|word| word.points(cased))
        .sum();
    let is_foreign = |word: &Word| word.is_unknown() && !text[word.range.clone()].is_ascii();
    let has_sign = words.iter().any(|word| word.is_sure() || is_foreign(word))
        || around.is_introduced()
        || words.iter().any(|word| ends_as_surname(&word.plain) && word.is_unknown());
    // Slips of typing and of hearing are unknown words as well.
    if !cased && !has_sign && !around.is_announced() {
        return 0;
    }
    let inside = cased && first.shape == Shape::Capital && !around::begins_sentence(text, first.range.start);
    let beside = words.len() == 1 && around::touches_capital(text, first.range.clone());
    together + around.points() + if inside { INSIDE } else { 0 } + if beside { BESIDE_CAPITAL } else { 0 }
}

/// "Russell Investments": the next word is an organisation's and has a capital.
fn is_before_organisation(text: &str, end: usize) -> bool {
    let next = text[end..].strip_prefix(' ').and_then(|after| WORD.find(after)).filter(|word| word.start() == 0);
    next.is_some_and(|next| {
        next.as_str().starts_with(char::is_uppercase) && ORGANISATIONS.contains(&plain(next.as_str()).as_str())
    })
}

/// Raises what stands in a list beside a name.
fn share_points(text: &str, runs: &mut [Run]) {
    let listed = |one: &Run, next: &Run| {
        let between = text.get(one.range().end..next.range().start).unwrap_or_default();
        matches!(between, ", " | " and " | ", and " | " & " | " or " | "、" | "和")
    };
    for at in 1..runs.len() {
        if listed(&runs[at - 1], &runs[at]) && runs[at - 1].points >= ENOUGH && runs[at].points > 0 {
            runs[at].points += LISTED;
        }
    }
    for at in (1..runs.len()).rev() {
        if listed(&runs[at - 1], &runs[at]) && runs[at].points >= ENOUGH && runs[at - 1].points > 0 {
            runs[at - 1].points += LISTED;
        }
    }
}

impl Run<'_> {
    fn range(&self) -> Range<usize> {
        let start = self.words.first().map_or(0, |word| word.range.start);
        start..self.words.last().map_or(start, |word| word.range.end)
    }
}

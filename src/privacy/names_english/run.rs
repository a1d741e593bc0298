//! Runs of words that can be one name together: where they begin, and whether the next word belongs to them.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::around::{self, Around};
use super::word::{Shape, Word};
use crate::privacy::pattern;

/// How far before a name its particles reach, with a word before them.
const PARTICLES_BYTES: usize = 32;

/// Longest run that is one name: "Maria del Carmen Garcia Lopez" has five words.
const WORDS_MAX: usize = 6;

/// Words that follow each other, with nothing but blanks between them.
pub struct Run<'a> {
    pub words: &'a [Word],
    pub points: i32,
    /// It stands where a place is due, and nothing says that it is a person.
    pub is_placed: bool,
}

impl Run<'_> {
    pub fn range(&self) -> Range<usize> {
        let start = self.words.first().map_or(0, |word| word.range.start);
        start..self.words.last().map_or(start, |word| word.range.end)
    }

    /// Whether a given name begins it that is nothing else.
    pub fn begins_sure(&self) -> bool {
        self.words.first().is_some_and(Word::is_sure_given)
    }
}

/// Small words that begin a family's name: "under van der Heijden", "Mr al-Rashid". "The van" before a make is a car.
static PARTICLES: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?:^|[^\p{L}])(?P<small>(?:(?:van|von|de|del|della|di|da|dos|du|la|le|bin|binti|ibn|ben|al|el|ter)(?: (?:der|den|de|la|los|las|het|'t))?[ -])+)$",
    )
});
static CAR: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)\b(?:the|an?|my|our|his|her|your|their|hired?|rental|white|black|delivery) van $"));

/// `name` with the particles before it.
pub fn with_particles(text: &str, name: Range<usize>) -> Range<usize> {
    let before = &text[text.floor_char_boundary(name.start.saturating_sub(PARTICLES_BYTES))..name.start];
    let small = PARTICLES.captures(before).filter(|_| !CAR.is_match(before)).and_then(|found| found.name("small"));
    name.start - small.map_or(0, |small| small.len())..name.end
}

/// The longest runs of words that can be one name together.
pub fn runs<'a>(text: &str, words: &'a [Word], cased: bool) -> Vec<Run<'a>> {
    let mut runs = Vec::new();
    let mut start = 0;
    while start < words.len() {
        let mut end = start;
        while end < words.len() && end - start < WORDS_MAX && goes_on(text, words, start, end, cased) {
            end += 1;
        }
        while end > start && words[end - 1].is_particle() && words[end - 1].shape == Shape::Lower {
            end -= 1;
        }
        if end > start {
            runs.push(Run { words: &words[start..end], points: 0, is_placed: false });
        }
        start = end.max(start + 1);
    }
    runs
}

/// Whether the word at `at` goes on the run that began at `start`.
fn goes_on(text: &str, words: &[Word], start: usize, at: usize, cased: bool) -> bool {
    let word = &words[at];
    if at == start {
        return begins(text, word, cased)
            || is_ordinary_given(text, words, at, cased)
            || begins_with_particle(text, words, at, cased);
    }
    let last = &words[at - 1];
    let gap = &text[last.range.end..word.range.start];
    let after_initial = (last.shape == Shape::Initial || last.plain.len() == 1) && matches!(gap, ". " | ".");
    if !(after_initial || matches!(gap, " " | "  ")) {
        return false;
    }
    let next = words.get(at + 1);
    let after_particle = at > start + 1 && last.is_particle() && last.shape == Shape::Lower;
    (word.can_be_name(cased) && (!cased || are_alike(last, word)))
        || (!cased && at == start + 1 && word.is_fact() && announced_anyway(text, &words[start], cased))
        || (after_particle && is_family_name(word))
        || is_initial_i(text, last, word)
        || is_family(last, word, cased)
        || is_lower_initial(text, last, word, next)
        || (word.is_particle()
            && next
                .is_some_and(|next| next.can_be_name(cased) || next.is_particle() || (cased && is_family_name(next))))
}

/// After "ten" and "van" the family can be any word with a capital: "Willem ten Have".
fn is_family_name(word: &Word) -> bool {
    word.shape == Shape::Capital && !word.known.place && !word.is_organisation() && !word.is_title()
}

/// "Tom I. Lang": elsewhere the letter is the speaker.
fn is_initial_i(text: &str, last: &Word, word: &Word) -> bool {
    let goes_on = text[word.range.end..].strip_prefix(". ").is_some_and(|rest| rest.starts_with(char::is_uppercase));
    word.plain == "i" && goes_on && word.shape == Shape::Initial && (last.is_fact() || last.is_unknown())
}

fn begins(text: &str, word: &Word, cased: bool) -> bool {
    let begins_sentence = around::begins_sentence(text, word.range.start);
    let is_article = begins_sentence && word.shape == Shape::Initial && !text[word.range.end..].starts_with('.');
    (word.can_be_name(cased) || announced_anyway(text, word, cased)) && !is_article
}

/// "with Summer Collins": an ordinary word with a capital inside a sentence, and a surname or an initial after it.
fn is_ordinary_given(text: &str, words: &[Word], at: usize, cased: bool) -> bool {
    let (word, next) = (&words[at], words.get(at + 1));
    let beside = |next: &&Word| &text[word.range.end..next.range.start] == " ";
    let is_family = |next: &Word| match next.shape {
        Shape::Capital => next.is_sure() && next.known.surname && !next.is_organisation(),
        Shape::Initial => text[next.range.end..].starts_with(". "),
        _ => false,
    };
    let is_given = cased
        && word.shape == Shape::Capital
        && !word.is_title()
        && !word.is_organisation()
        && !word.known.place
        && !word.is_lettered();
    is_given && !around::begins_sentence(text, word.range.start) && next.filter(beside).is_some_and(is_family)
}

/// "says Du Cane": a particle with a capital inside a sentence, and the family after it.
fn begins_with_particle(text: &str, words: &[Word], at: usize, cased: bool) -> bool {
    let (word, next) = (&words[at], words.get(at + 1));
    let beside = next.is_some_and(|next| &text[word.range.end..next.range.start] == " " && is_family_name(next));
    let is_particle = cased && word.is_particle() && word.shape == Shape::Capital;
    is_particle && beside && !around::begins_sentence(text, word.range.start)
}

/// Capitals and words in capitals are different things beside each other: "Anna ATM".
fn are_alike(last: &Word, word: &Word) -> bool {
    (word.shape == Shape::Upper) == (last.shape == Shape::Upper)
        || word.shape == Shape::Initial
        || last.shape == Shape::Initial
        || word.is_fact()
}

/// After a given name any capitalised word is one of the family, and in text without capitals any surname: "Maria Stone",
/// "maria stone". After what is only spelled as a name, a city can be: "Ladislau Kirov".
fn is_family(last: &Word, word: &Word, cased: bool) -> bool {
    let after_given = last.known.given && last.is_sure();
    match cased {
        true if word.shape != Shape::Capital || word.is_organisation() => false,
        true if last.is_particle() && last.shape == Shape::Capital => is_family_name(word),
        true => {
            after_given
                || (last.could_be_family() && word.could_be_family())
                || (word.known.place && last.is_spelled_as_name())
        }
        false if word.is_organisation() => false,
        false if after_given && word.plain.contains('-') => true,
        false => after_given && word.known.surname && word.plain.len() > 2,
    }
}

/// "james e conaway", "anna k. smith".
fn is_lower_initial(text: &str, last: &Word, word: &Word, next: Option<&Word>) -> bool {
    let dotted = text[word.range.end..].starts_with(". ") && (last.is_fact() || last.is_unknown());
    let between = last.is_sure() && next.is_some_and(|next| next.known.surname && !next.known.ordinary);
    word.plain.len() == 1 && word.shape == Shape::Lower && (dotted || between)
}

/// After "my name is" any capitalised word is one, and so is any word that is not ordinary.
fn announced_anyway(text: &str, word: &Word, cased: bool) -> bool {
    let is_initial = word.plain.len() == 1 && text[word.range.end..].starts_with(". ");
    let could_be = match word.shape {
        Shape::Lower if !cased && is_initial => true,
        Shape::Lower if cased => (word.is_sure() || word.is_unknown()) && word.plain.len() > 2,
        Shape::Lower => word.is_fact() && word.plain.len() > 2,
        Shape::Capital => cased && !word.is_title(),
        Shape::Upper => cased && word.is_particle(),
        _ => false,
    };
    let around = Around::of(text, word.range.clone());
    could_be && (around.is_announced() || (cased && word.is_sure_given() && around.is_speaking()))
}

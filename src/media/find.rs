//! Places by words: names in every language, aliases, and codes as they are painted on the wall.

use super::{Map, Place};
use crate::domain::{Language, is_han};

/// More are no help on a screen.
pub(super) const FOUND_MAX: usize = 8;
/// Longer words are a sentence, not a place; the rest is not read.
const WORDS_CHARS_MAX: usize = 200;
/// What every name's words have to reach, of 100.
const SCORE_MIN: u32 = 30;
/// A code is as sure as a name.
const CODE_SCORE: u32 = 99;

pub(super) fn find<'a>(map: &'a Map, words: &str, language: Language, from: &str) -> Vec<&'a Place> {
    let asked = Words::of(words);
    let mut scored: Vec<(u32, &Place)> = map
        .places
        .iter()
        .map(|place| (score(&asked, place, language), place))
        .filter(|(score, _)| *score >= SCORE_MIN)
        .collect();
    let best = scored.iter().map(|(score, _)| *score).max().unwrap_or(0);
    // A far better match makes the faint ones noise.
    scored.retain(|(score, _)| score * 2 >= best);
    let near = seconds(map, from);
    scored.sort_by_key(|(score, place)| (std::cmp::Reverse(*score), near(place)));
    scored.into_iter().map(|(_, place)| place).take(FOUND_MAX).collect()
}

pub(super) fn nearest_first<'a>(map: &'a Map, mut places: Vec<&'a Place>, from: &str) -> Vec<&'a Place> {
    let near = seconds(map, from);
    places.sort_by_key(|place| near(place));
    places
}

/// Milliseconds to a place; what cannot be reached comes last.
fn seconds<'a>(map: &'a Map, from: &str) -> impl Fn(&Place) -> u64 + use<'a> {
    let reach = map.place(from).map(|start| map.graph.reach(start.node, false));
    move |place| reach.as_ref().and_then(|reach| reach.ms(place.node)).unwrap_or(u64::MAX)
}

/// A text reduced to what is compared: lower case words, and the whole without spaces.
struct Words {
    words: Vec<String>,
    whole: String,
}

impl Words {
    fn of(text: &str) -> Self {
        let mut words = vec![String::new()];
        let mut last_is_han = false;
        for character in text.chars().take(WORDS_CHARS_MAX).map(half_width) {
            let is_han = is_han(character);
            if !character.is_alphanumeric() || is_han != last_is_han {
                words.push(String::new());
            }
            last_is_han = is_han;
            if let Some(word) = words.last_mut().filter(|_| character.is_alphanumeric()) {
                word.extend(character.to_lowercase());
            }
        }
        words.retain(|word| !word.is_empty());
        // "B 22" and "gate b-22" mean B22: a lone letter joins the number after it.
        for index in (1..words.len()).rev() {
            let is_letter = words[index - 1].len() == 1 && words[index - 1].chars().all(|c| c.is_ascii_alphabetic());
            if is_letter && words[index].chars().all(|c| c.is_ascii_digit()) {
                let number = words.remove(index);
                words[index - 1] += &number;
            }
        }
        let whole = words.concat();
        Self { words, whole }
    }

    /// Whether the code was said: B2 is not B22, and a letter or a number alone is too little to go by in a sentence.
    fn have_code(&self, code: &str) -> bool {
        let code = Words::of(code).whole;
        let is_telling = code.chars().any(char::is_alphabetic) && code.chars().any(|c| c.is_ascii_digit());
        self.whole == code || is_telling && self.words.contains(&code)
    }
}

/// Full-width letters and digits, as Chinese keyboards write them.
fn half_width(character: char) -> char {
    match character {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(character as u32 - 0xfee0).unwrap_or(character),
        '\u{3000}' => ' ',
        other => other,
    }
}

/// `0..=101`: 100 for the name itself, one more in the language asked in.
fn score(asked: &Words, place: &Place, language: Language) -> u32 {
    if place.code.as_ref().is_some_and(|code| asked.have_code(code)) {
        return CODE_SCORE;
    }
    let names = place.name.0.iter().map(|(&of, name)| (name, u32::from(of == language)));
    let aliases = place.aliases.iter().map(|alias| (alias, 0));
    names
        .chain(aliases)
        .map(|(name, more)| match likeness(asked, &Words::of(name)) {
            0 => 0,
            score => score + more,
        })
        .max()
        .unwrap_or(0)
}

fn likeness(asked: &Words, name: &Words) -> u32 {
    if name.whole.is_empty() || asked.whole.is_empty() {
        return 0;
    }
    if asked.whole == name.whole {
        return 100;
    }
    if is_inside(name, asked) {
        // The longer the name that was said in full, the surer it is meant.
        return 60 + (name.whole.chars().count() as u32).min(30);
    }
    if is_inside(asked, name) {
        return 30 + 30 * asked.whole.chars().count() as u32 / name.whole.chars().count() as u32;
    }
    let shared = name.words.iter().filter(|word| word.chars().count() > 2 && asked.words.contains(word)).count();
    (55 * shared / name.words.len()) as u32
}

/// Whether the words of `inner` stand in `outer` in this order; Han text is written without spaces, so any place will do.
fn is_inside(inner: &Words, outer: &Words) -> bool {
    if inner.whole.chars().any(is_han) {
        return inner.whole.chars().count() > 1 && outer.whole.contains(&inner.whole);
    }
    outer.words.windows(inner.words.len()).any(|words| words == inner.words)
}

//! Gives text without capitals, as speech recognition writes it, the capitals that the forms of addresses look for. Keeps
//! every byte at its place.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Regex;

use super::streets::has_spoken_door;
use super::words::{known, plain};

/// Halves of postcodes: "gl54 2hp", "1016 gv", "il 62704".
static CODE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"\b(?:[a-z]{1,2}[0-9][a-z0-9]? [0-9][a-z]{2}|[a-z][0-9][a-z] [0-9][a-z][0-9]|[a-z][0-9][0-9w] [a-z0-9]{4}|[a-z]{1,2}-[0-9]{4,5}|[a-z]{2} [0-9]{5})\b",
    )
    .expect("the pattern is correct")
});

/// A number, a name and a kind of street that is an ordinary word too: "12 hidden valley loop".
static STREET: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"\b[0-9]{1,6}[a-z]?(?:/[0-9]{1,4}[a-z]?)? (?:\p{Ll}[\p{L}\p{M}'-]* ){1,3}(?:drive|dr|court|ct|place|pl|close|gardens?|hill|circle|trail|loop|parade|creek|knolls?|row|mews)\b",
    )
    .expect("the pattern is correct")
});

static WORD: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"[\p{Latin}\p{Greek}\p{Cyrillic}\p{M}]+").expect("the pattern is correct"));

/// `text` with capitals where it has none.
pub fn titled(text: &str) -> Cow<'_, str> {
    if !text.chars().any(char::is_lowercase) {
        return Cow::Owned(lowered(text));
    }
    let has_door = text.bytes().any(|byte| byte.is_ascii_digit()) || has_spoken_door(text);
    if text.chars().any(char::is_uppercase) || !has_door {
        return Cow::Borrowed(text);
    }
    let mut titled = text.to_owned();
    for word in WORD.find_iter(text).filter(|word| is_special(word.as_str())) {
        raise(&mut titled, word.start());
    }
    for street in STREET.find_iter(text).filter(|street| street.as_str().split(' ').any(is_named)) {
        let words = WORD.find_iter(street.as_str()).filter(|word| word.len() > 1);
        words.for_each(|word| raise(&mut titled, street.start() + word.start()));
    }
    for code in CODE.find_iter(text).filter(|code| !begins_with_word(code.as_str())) {
        code.range().for_each(|at| raise(&mut titled, at));
    }
    Cow::Owned(titled)
}

/// A text in capitals alone, with those of its words small that are no codes: "FLAT C, FORTUNE GARDEN".
fn lowered(text: &str) -> String {
    let mut lowered = text.to_owned();
    for word in CAPITALS.find_iter(text) {
        let rest = word.start() + 1..word.end();
        let small = text[rest.clone()].to_ascii_lowercase();
        lowered.replace_range(rest, &small);
    }
    lowered
}

static CAPITALS: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\b[A-Z][A-Z]{2,}\b").expect("the pattern is correct"));

/// "in 10001" is no code of Indiana.
fn begins_with_word(code: &str) -> bool {
    code.split_once(' ').is_some_and(|(state, zip)| zip.len() == 5 && known(state).ordinary)
}

/// A word that would have a capital anywhere.
fn is_special(word: &str) -> bool {
    let known = known(&plain(word));
    word.chars().count() > 2 && (!known.ordinary || known.place)
}

fn is_named(word: &str) -> bool {
    let known = known(&plain(word));
    word.len() > 2 && word.bytes().all(|byte| !byte.is_ascii_digit()) && (!known.ordinary || known.is_name())
}

/// Raises the letter at `at` when its capital takes as many bytes.
fn raise(text: &mut String, at: usize) {
    let Some(letter) = text.get(at..).and_then(|rest| rest.chars().next()) else { return };
    let capital: String = letter.to_uppercase().collect();
    if capital.len() == letter.len_utf8() && capital != letter.to_string() {
        text.replace_range(at..at + letter.len_utf8(), &capital);
    }
}

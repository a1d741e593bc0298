//! The words of an English transcript, and the numbers that they say. Pure; knows nothing of what the numbers name.

use std::ops::Range;

/// Longest number that names a place or a flight, digits.
pub(super) const DIGITS_MAX: usize = 4;

const UNITS: [&str; 20] = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
];
const TENS: [&str; 8] = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];

/// One word with the marks that follow it.
pub(super) struct Word<'a> {
    pub bare: &'a str,
    pub lower: String,
    pub span: Range<usize>,
    full: &'a str,
}

impl<'a> Word<'a> {
    /// The marks after it.
    pub(super) fn trailing(&self) -> &'a str {
        self.full.split_once(self.bare).map_or("", |(_, after)| after)
    }

    /// A mark after it parts it from the next word.
    pub(super) fn ends_clause(&self) -> bool {
        self.trailing().contains([',', '?', '!', ';', ':']) || self.trailing().starts_with('.') && !self.is_spelled()
    }

    /// A letter by itself, or two capitals in one: said as letters, not as a word.
    pub(super) fn is_spelled(&self) -> bool {
        let letters = self.bare.replace('.', "");
        let two = letters.len() == 2 && letters.chars().all(|c| c.is_ascii_uppercase());
        two || letters.len() == 1 && letters.chars().all(|c| c.is_ascii_alphabetic())
    }
}

/// The words of a transcript, in order.
pub(super) fn words(text: &str) -> Vec<Word<'_>> {
    let mut words = Vec::new();
    let mut from = None;
    let ends = text.char_indices().map(|(at, c)| (at, c.is_whitespace())).chain([(text.len(), true)]);
    for (at, space) in ends {
        match (from, space) {
            (None, false) => from = Some(at),
            (Some(start), true) => {
                words.extend(word(text, start..at));
                from = None;
            }
            _ => {}
        }
    }
    words
}

fn word(text: &str, span: Range<usize>) -> Option<Word<'_>> {
    let full = &text[span.clone()];
    let bare = full.trim_matches(|c: char| !c.is_alphanumeric());
    (!bare.is_empty()).then(|| Word { bare, lower: bare.to_lowercase(), full, span })
}

/// The digits of a spoken number from the word `at`, and how many words it took: "twenty two" is 22, "nine three eight"
/// 938, "one oh five" 105, "one hundred and five" 105, "22" 22.
pub(super) fn number(words: &[Word<'_>], at: usize) -> Option<(String, usize)> {
    let mut digits = String::new();
    let mut used = 0;
    while let Some((part, part_words)) = part(words, at + used, &digits) {
        if digits.len() + part.len() > DIGITS_MAX {
            return None;
        }
        digits.push_str(&part);
        used += part_words;
        if words[at + used - 1].ends_clause() {
            break;
        }
    }
    (used > 0).then_some((digits, used))
}

/// One part of a spoken number; parts stand side by side ("nine thirty eight" is 9 and 38).
fn part(words: &[Word<'_>], at: usize, before: &str) -> Option<(String, usize)> {
    let word = words.get(at)?;
    if !word.lower.is_empty() && word.lower.chars().all(|c| c.is_ascii_digit()) {
        return Some((word.lower.clone(), 1));
    }
    if word.lower == "oh" || word.lower == "o" {
        return (!before.is_empty()).then(|| ("0".to_owned(), 1));
    }
    if let Some((ten, unit)) = word.lower.split_once('-') {
        return Some(((tens(ten)? + unit_below_ten(unit)?).to_string(), 1));
    }
    let next = |n: usize| if words[at..].iter().take(n).any(Word::ends_clause) { None } else { words.get(at + n) };
    if let Some(ten) = tens(&word.lower) {
        return match next(1).and_then(|unit| unit_below_ten(&unit.lower)).filter(|&unit| unit > 0) {
            Some(unit) => Some(((ten + unit).to_string(), 2)),
            None => Some((ten.to_string(), 1)),
        };
    }
    let unit = UNITS.iter().position(|unit| *unit == word.lower)?;
    if unit < 10 && next(1).is_some_and(|word| word.lower == "hundred") {
        return Some(hundreds(words, at, unit));
    }
    Some((unit.to_string(), 1))
}

fn hundreds(words: &[Word<'_>], at: usize, unit: usize) -> (String, usize) {
    let and = usize::from(words.get(at + 2).is_some_and(|word| word.lower == "and"));
    let open = !words[at + 1].ends_clause();
    match part(words, at + 2 + and, "").filter(|(rest, _)| open && rest.len() <= 2) {
        Some((rest, used)) => (format!("{unit}{rest:0>2}"), 2 + and + used),
        None => (format!("{unit}00"), 2),
    }
}

fn tens(word: &str) -> Option<usize> {
    TENS.iter().position(|ten| *ten == word).map(|at| (at + 2) * 10)
}

fn unit_below_ten(word: &str) -> Option<usize> {
    UNITS[..10].iter().position(|unit| *unit == word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spoken_numbers_are_digits() {
        for (said, digits, used) in [
            ("22", "22", 1),
            ("twenty two", "22", 2),
            ("twenty-two", "22", 1),
            ("nine three eight", "938", 3),
            ("nine thirty eight", "938", 3),
            ("one oh five", "105", 3),
            ("one hundred and five", "105", 4),
            ("three hundred", "300", 2),
            ("fourteen, two", "14", 1),
            ("seven bags", "7", 1),
        ] {
            assert_eq!(number(&words(said), 0), Some((digits.to_owned(), used)), "{said}");
        }
    }

    #[test]
    fn what_is_no_number_or_too_long_is_none() {
        for said in ["", "oh", "hundred", "gate", "one two three four five"] {
            assert_eq!(number(&words(said), 0), None, "{said}");
        }
    }
}

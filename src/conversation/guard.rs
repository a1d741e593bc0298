//! Whether a generated answer says only what its passages say. Pure: text in, verdict out.
//!
//! Every number, time, code and name of the answer must stand in the passages (not merely in the question: "yes, you can
//! pay in 8,000" repeats the visitor's number as if it were the site's), and most of its words must be the passages' words.

use std::collections::HashSet;
use std::sync::LazyLock;

use regex::Regex;

use crate::domain::is_han;

/// Least share of an answer's content words that its passages must hold. Chosen: a faithful sentence reuses nearly all
/// nouns and verbs; a third of new words is already another claim.
const WORDS_HELD_MIN: f32 = 0.67;

/// Why an answer must not be shown.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Unfounded {
    #[error("the answer is empty")]
    Empty,
    #[error("a number, time, code or name of the answer stands in no passage")]
    Fact(String),
    #[error("{held:.2} of the answer's words stand in its passages, {WORDS_HELD_MIN} are needed")]
    Words { held: f32 },
}

/// Checks `answer` against `passages`.
///
/// # Errors
/// [`Unfounded`] with the first thing found that the passages do not say.
pub fn check(answer: &str, passages: &[&str]) -> Result<(), Unfounded> {
    if !answer.chars().any(char::is_alphanumeric) {
        return Err(Unfounded::Empty);
    }
    let known: HashSet<String> = passages.iter().flat_map(|passage| facts(passage)).collect();
    if let Some(fact) = facts(answer).into_iter().find(|fact| !known.contains(fact)) {
        return Err(Unfounded::Fact(fact));
    }
    let source = passages.join(" ");
    let lower = source.to_lowercase();
    if let Some(name) = names(answer).into_iter().find(|name| !lower.contains(&name.to_lowercase())) {
        return Err(Unfounded::Fact(name));
    }
    let held = words_held(answer, &source);
    if held < WORDS_HELD_MIN { Err(Unfounded::Words { held }) } else { Ok(()) }
}

static NUMBER: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)[a-z]{0,3}-?\d[\d,.:]*\d(?:\s?[ap]\.?m\b)?|[a-z]{0,3}-?\d(?:\s?[ap]\.?m\b)?")
        .expect("the pattern is a constant")
});

/// Numbers, times and codes in one spelling: `1,000` is `1000`, `7:30 am` and `07:30` are `7:30`, `twenty` is `20`, `三` is `3`.
fn facts(text: &str) -> Vec<String> {
    let mut found: Vec<String> = NUMBER.find_iter(text).map(|number| canonical(number.as_str())).collect();
    found.extend(text.split(|c: char| !c.is_ascii_alphabetic() && c != '-').filter_map(spelled_number));
    found.extend(chinese_numbers(text));
    found
}

fn canonical(number: &str) -> String {
    let lower = number.to_ascii_lowercase().replace([',', ' ', '-'], "");
    let afternoon = lower.ends_with("pm") || lower.ends_with("p.m");
    let bare = lower.trim_end_matches(|c: char| c.is_ascii_alphabetic() || c == '.');
    let bare = if lower.starts_with(|c: char| c.is_ascii_digit()) { bare } else { lower.as_str() };
    let (hours, minutes) = bare.split_once(':').unwrap_or((bare, ""));
    let trimmed = hours.trim_start_matches('0');
    let hours = if trimmed.is_empty() { "0" } else { trimmed };
    let hours = match hours.parse::<u32>() {
        Ok(hour) if afternoon && hour < 12 => (hour + 12).to_string(),
        _ => hours.to_string(),
    };
    match minutes {
        "" | "00" => hours,
        minutes => format!("{hours}:{minutes}"),
    }
}

fn spelled_number(word: &str) -> Option<String> {
    const WORDS: [&str; 21] = [
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
        "twenty",
    ];
    const TENS: [(&str, u32); 8] = [
        ("twenty", 20),
        ("thirty", 30),
        ("forty", 40),
        ("fifty", 50),
        ("sixty", 60),
        ("seventy", 70),
        ("eighty", 80),
        ("ninety", 90),
    ];
    let word = word.to_ascii_lowercase();
    // "one" is a pronoun far more often than a number.
    if let Some(value) = WORDS.iter().position(|&spelled| spelled == word).filter(|&value| value != 1) {
        return Some(value.to_string());
    }
    let (tens, ones) = word.split_once('-').unwrap_or((&word, ""));
    let tens = TENS.iter().find(|(spelled, _)| *spelled == tens)?.1;
    let ones = WORDS.iter().take(10).position(|&spelled| spelled == ones).unwrap_or(0) as u32;
    Some((tens + ones).to_string())
}

/// Runs of Chinese numerals that are followed by a measure word, as digits.
fn chinese_numbers(text: &str) -> Vec<String> {
    static COUNTED: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"([零〇一二两三四五六七八九十百千万]+)(?:个|元|块|天|日|小时|分钟|号|楼|层|件|公斤|千克|次|张|折|点|岁|米|公里|年|月|周)")
            .expect("the pattern is a constant")
    });
    COUNTED.captures_iter(text).filter_map(|found| chinese_value(&found[1])).map(|value| value.to_string()).collect()
}

fn chinese_value(numeral: &str) -> Option<u64> {
    let (mut total, mut section, mut digit) = (0, 0, 0);
    for c in numeral.chars() {
        match "零一二三四五六七八九".chars().position(|d| d == c).or(match c {
            '〇' => Some(0),
            '两' => Some(2),
            _ => None,
        }) {
            Some(value) => digit = value as u64,
            None => {
                let unit = match c {
                    '十' => 10,
                    '百' => 100,
                    '千' => 1000,
                    '万' => 10_000,
                    _ => return None,
                };
                if unit == 10_000 {
                    total = (total + section + digit).max(1) * unit;
                    section = 0;
                } else {
                    section += digit.max(1) * unit;
                }
                digit = 0;
            }
        }
    }
    Some(total + section + digit)
}

/// Words with a capital inside a sentence: names of places, products, people.
fn names(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut starts_sentence = true;
    for word in text.split_whitespace() {
        let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
        let capital = bare.chars().next().is_some_and(char::is_uppercase);
        let pronoun = bare == "I" || bare.starts_with("I'");
        if capital && !starts_sentence && !pronoun && bare.len() > 1 {
            found.push(bare.to_string());
        }
        starts_sentence = word.ends_with(['.', '!', '?', ':', '。', '！', '？']);
    }
    found
}

fn words_held(answer: &str, source: &str) -> f32 {
    let source: HashSet<String> = content(source).into_iter().collect();
    let words = content(answer);
    if words.is_empty() {
        return 1.0;
    }
    words.iter().filter(|word| source.contains(*word)).count() as f32 / words.len() as f32
}

/// English words of four letters and more by their first five (a plural or a tense is no new claim); Chinese by its
/// characters, numerals aside, which are checked as facts.
fn content(text: &str) -> Vec<String> {
    const NUMERALS: &str = "零〇一二两三四五六七八九十百千万";
    let lower = text.to_lowercase();
    let words = lower.split(|c: char| !c.is_alphabetic() || is_han(c)).filter(|word| word.chars().count() >= 4);
    let mut units: Vec<String> = words.map(|word| word.chars().take(5).collect()).collect();
    units.extend(lower.chars().filter(|&c| is_han(c) && !NUMERALS.contains(c)).map(String::from));
    units
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: &str = "The cash machine takes up to $5,000 a day. It is open from 07:30 to 22:00 beside Counter 3.";

    #[test]
    fn what_the_passage_says_passes() {
        for answer in [
            "The cash machine takes up to 5000 dollars a day.",
            "It is open from 7:30 am to 10 pm beside Counter 3.",
            "You can find the machine beside Counter 3.",
        ] {
            assert_eq!(check(answer, &[LIMIT]), Ok(()), "{answer}");
        }
        assert_eq!(check("每天最多存五千元。", &["每天最多可存5000元，周末照常。"]), Ok(()));
    }

    #[test]
    fn an_invented_number_time_name_or_claim_is_caught() {
        for answer in [
            "Yes, the cash machine takes 8,000 dollars a day.",
            "The cash machine is open from 07:30 to 23:00.",
            "The cash machine takes twelve thousand a day.",
            "The machine is beside Harbour Gate.",
            "Please telephone our office and insurance covers everything worldwide.",
            "",
        ] {
            assert!(check(answer, &[LIMIT]).is_err(), "{answer}");
        }
        assert!(check("每天最多存八千元。", &["每天最多可存5000元，周末照常。"]).is_err());
    }
}

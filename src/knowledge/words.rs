//! Texts into words, English and Chinese, for the index of words and for the lexical score. Knows language, not the site.

pub mod commonness;
mod english;
mod synonyms;

use std::sync::LazyLock;

use jieba_rs::Jieba;
use unicode_normalization::UnicodeNormalization;
use unicode_segmentation::UnicodeSegmentation;

use self::english::{is_function_word, stem};
use self::synonyms::{CHINESE_FUNCTION_WORDS, canonical};
use super::identifiers::Identifiers;
use crate::domain::is_han;

/// Different terms of one question that are looked up: a question of 2,000 characters must not become a query of as many terms.
const QUERY_TERMS_MAX: usize = 64;

/// How much a word counts that only holds a sentence together ("where", "请问"), against 1 for the words that it is about.
/// Chosen: not 0, so that "怎么走" and "怎么付" still differ.
const FUNCTION_WEIGHT: f32 = 0.15;

/// How much a pair of Han characters counts. Pairs bridge what segmentation cuts differently; every pair of a
/// known word is counted beside the word, so they count half.
const PAIR_WEIGHT: f32 = 0.5;

/// How much a single Han character counts: "素" still joins 全素餐 to 素食.
const SINGLE_WEIGHT: f32 = 0.3;

/// Loads in about 0.1 s and holds 35 MB, only once a Chinese text comes by.
static JIEBA: LazyLock<Jieba> = LazyLock::new(Jieba::new);

/// What a text is about: a word's stem, a Chinese word or pair of characters, an identifier.
#[derive(Debug, Clone, PartialEq)]
pub struct Term {
    pub text: String,
    /// `0.0..=1.0` by the kind of word; how rare it is in the site's texts is not in it.
    pub weight: f32,
}

/// `text` as the index of words reads it: lower case, Chinese segmented, identifiers also in one piece ("CA 938" as "ca938").
pub fn index_text(text: &str) -> String {
    let mut words = Vec::new();
    for run in runs(&normal(text)) {
        match run {
            Run::Han(run) => {
                for token in JIEBA.cut_for_search(&run, false) {
                    // Beside the word what stands for its synonyms, so that 厕所 finds 卫生间.
                    words.extend(canonical(token.word).filter(|same| *same != token.word).map(str::to_owned));
                    words.push(token.word.to_owned());
                }
                words.extend(run.chars().map(String::from));
            }
            Run::Other(run) => words.extend(run.unicode_words().map(str::to_owned)),
        }
    }
    words.extend(Identifiers::of(text).codes());
    words.join(" ")
}

/// An FTS5 query for the texts that share any of `text`'s words; every term is quoted, so no text is query syntax.
/// `None` when there is no word in it.
pub fn query(text: &str) -> Option<String> {
    let indexed = index_text(text);
    let mut words: Vec<&str> = Vec::new();
    for word in indexed.split_whitespace() {
        if words.len() < QUERY_TERMS_MAX && !is_function_word(word) && !words.contains(&word) {
            words.push(word);
        }
    }
    let quoted: Vec<String> = words.iter().map(|word| format!("\"{}\"", word.replace('"', ""))).collect();
    if quoted.is_empty() { None } else { Some(quoted.join(" OR ")) }
}

/// The terms of `text`, each named once with its greatest weight.
pub fn terms(text: &str) -> Vec<Term> {
    let mut terms = Vec::new();
    for run in runs(&normal(text)) {
        match run {
            Run::Han(run) => han_terms(&run, &mut terms),
            Run::Other(run) => terms.extend(run.unicode_words().map(|word| Term {
                text: stem(word),
                weight: if is_function_word(word) { FUNCTION_WEIGHT } else { 1.0 },
            })),
        }
    }
    terms.extend(Identifiers::of(text).codes().map(|text| Term { text, weight: 1.0 }));
    terms.sort_by(|left, right| left.text.cmp(&right.text).then(right.weight.total_cmp(&left.weight)));
    terms.dedup_by(|later, first| later.text == first.text);
    terms
}

fn han_terms(run: &str, terms: &mut Vec<Term>) {
    for token in JIEBA.cut(run, false) {
        let weight = if CHINESE_FUNCTION_WORDS.contains(&token.word) { FUNCTION_WEIGHT } else { 1.0 };
        match canonical(token.word) {
            Some(same) => terms.push(Term { text: same.to_owned(), weight }),
            // With the shorter words inside a long one, so that "登机" meets "登机口".
            None => {
                let words = JIEBA.cut_for_search(token.word, false).into_iter();
                terms.extend(
                    words.map(|word| Term { text: canonical(word.word).unwrap_or(word.word).to_owned(), weight }),
                );
            }
        }
    }
    let chars: Vec<char> = run.chars().collect();
    for c in &chars {
        let function = CHINESE_FUNCTION_WORDS.iter().any(|word| word.chars().eq([*c]));
        terms
            .push(Term { text: format!("-{c}"), weight: SINGLE_WEIGHT * if function { FUNCTION_WEIGHT } else { 1.0 } });
    }
    for pair in chars.windows(2) {
        // The mark keeps a pair apart from the word that is written the same.
        let text: String = ['+', pair[0], pair[1]].iter().collect();
        let function = CHINESE_FUNCTION_WORDS.contains(&&text[1..]);
        terms.push(Term { text, weight: PAIR_WEIGHT * if function { FUNCTION_WEIGHT } else { 1.0 } });
    }
}

/// Compatibility forms to their plain ones (full-width digits, ligatures), lower case.
pub fn normal(text: &str) -> String {
    text.nfkc().collect::<String>().to_lowercase()
}

enum Run {
    Han(String),
    Other(String),
}

/// `text` cut where Han characters begin and end.
fn runs(text: &str) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for c in text.chars() {
        match (runs.last_mut(), is_han(c)) {
            (Some(Run::Han(run)), true) | (Some(Run::Other(run)), false) => run.push(c),
            (_, true) => runs.push(Run::Han(c.into())),
            (_, false) => runs.push(Run::Other(c.into())),
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<String> {
        terms(text).into_iter().filter(|term| term.weight == 1.0).map(|term| term.text).collect()
    }

    #[test]
    fn english_words_meet_in_their_stems() {
        assert_eq!(texts("Where are the LUGGAGE trolleys?"), texts("luggage trolley"));
        assert_eq!(texts("opening carried boxes stopped closes"), texts("open carry box stop closed"));
        assert_ne!(texts("news"), texts("new"));
    }

    #[test]
    fn chinese_words_pairs_and_identifiers_are_terms() {
        let terms = texts("请问B22登机口在哪里");
        assert!(terms.contains(&"登机口".to_owned()) && terms.contains(&"b22".to_owned()), "{terms:?}");
        assert!(!terms.contains(&"请问".to_owned()) && !terms.contains(&"哪里".to_owned()), "{terms:?}");
        assert_eq!(texts("Ｂ２２"), texts("b22"));
        assert_eq!(texts("洗手间"), texts("卫生间"));
    }

    #[test]
    fn queries_are_quoted_and_bounded() {
        assert_eq!(query("bag\" OR NEAR(*) -x").as_deref(), Some("\"bag\" OR \"near\" OR \"x\""));
        assert_eq!(query("挂失").as_deref(), Some("\"挂失\" OR \"挂\" OR \"失\""));
        assert!(query("厕所").unwrap().contains("洗手间") && index_text("卫生间").contains("洗手间"));
        assert_eq!(query("?!… \u{0}"), None);
        let long: String = (0..500).map(|number| format!("word{number} ")).collect();
        assert_eq!(query(&long).unwrap().matches(" OR ").count(), QUERY_TERMS_MAX - 1);
    }

    #[test]
    fn a_flight_number_is_one_word_however_it_is_spaced() {
        assert!(index_text("flight CA 938").ends_with("ca938"));
        assert!(query("ca938?").unwrap().contains("\"ca938\""));
    }
}

//! How common a word is in the language at large, whatever the site: what a site of three items cannot tell by itself.
//! Knows language, no site.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::JIEBA;
use super::english::stem;
use crate::domain::is_han;

/// The sum of the frequencies in jieba's dictionary.
const JIEBA_TOTAL: f32 = 60_101_964.0;

/// Words of a text that shares are told of: a page of print. With it 地方 stands in most texts, 今天 in a quarter and
/// 行李 in one of seventy. Chosen.
const TEXT_WORDS: f32 = 1_000.0;

/// The share of texts in which a word of [`EVERYDAY`] stands, and one of [`COMMON`]: about what it is in both demo sites.
const EVERYDAY_SHARE: f32 = 0.15;
const COMMON_SHARE: f32 = 0.04;

/// English words that stand in texts about anything.
const EVERYDAY: &str = "able again another around ask away back bad before best better big bring buy call change come \
    cost could day different down each enough even every far few first free good great happen here hour keep last later \
    least leave left little long look lot make many maybe mean minute money month more most much name near nearest new \
    next nice night now number off ok okay old only open other over own pay people person place possible put question \
    really right same say second see sell send show small sorry start still stop sure take talk think time today \
    tomorrow too try turn two under use very wait way week well work wrong year yes yesterday yet";

/// English words that are seldom what a question is about.
const COMMON: &str = "above accept add ahead allow alone already always amount answer arrive available because begin \
    behind beside between both bottom break build building business care carry cause certain charge check child \
    choose city clean clear close cold country course customer cut daughter decide door early easy either eight eighteen \
    eleven else empty end everybody everyone everything exact expect family fast father feel fee fifty finish five follow \
    forget former forty four friend front full give gone guy half hand happy hard hate heavy hear high hold home hot \
    house hundred husband idea immediately important information inside instead job kind lady large late learn less \
    lie life light line list live lose love low made man matter maximum member miss mom moment morning mother move \
    must need never nine nobody none normal nothing offer office often once ones order outside paper part particular \
    pick please problem quick quickly quite reach read ready reason receive recently remember remove return room run \
    sale save seem self separate serve service set seven short side sign simple since single sit six somebody \
    something somewhere son soon speak special staff stand stay stuff such suppose surely ten thank third thirty those \
    though thousand three through tonight together told top total toward town travel true twelve twenty twice type \
    understand unless until usual usually valid value walk want wear wife without woman wonder word world worry worth \
    write young";

static ENGLISH: LazyLock<HashMap<String, f32>> = LazyLock::new(|| {
    let common = COMMON.split_whitespace().map(|word| (stem(word), COMMON_SHARE));
    common.chain(EVERYDAY.split_whitespace().map(|word| (stem(word), EVERYDAY_SHARE))).collect()
});

/// The share of texts, `0.0..=1.0`, in which `term` (see [`super::terms`]) stands; 0 for what is rare or unheard of.
pub fn share(term: &str) -> f32 {
    let word = term.trim_start_matches(['+', '-']);
    if word.chars().all(is_han) {
        (JIEBA.suggest_freq(word) as f32 * TEXT_WORDS / JIEBA_TOTAL).min(1.0)
    } else {
        ENGLISH.get(word).copied().unwrap_or(0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_words_are_told_from_rare_ones_in_both_languages() {
        for (common, rare) in
            [("time", "crate"), ("tomorrow", "surfboard"), ("地方", "行李"), ("今天", "冲浪板"), ("+手机", "+板儿")]
        {
            assert!(share(&stem(common)) > 2.0 * share(&stem(rare)), "{common} {rare}");
        }
        assert_eq!(share("zzz"), 0.0);
        assert!(share("的") <= 1.0);
    }

    #[test]
    fn no_word_stands_in_both_lists() {
        let everyday: Vec<&str> = EVERYDAY.split_whitespace().collect();
        assert!(COMMON.split_whitespace().all(|word| !everyday.contains(&word)));
    }
}

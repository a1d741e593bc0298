//! How much each word of one language tells about where it stands: rare words tell more. Knows terms, not questions.

use std::collections::HashMap;

use super::words::commonness;
use super::words::{self, Term};

/// The number of a term in its lexicon, or of none.
pub type TermId = u32;

/// Terms of one text with what each tells there, sorted by number.
pub type Weighed = Vec<(TermId, f32)>;

/// Texts of the language at large that are counted beside the site's own: what is rare there is rare in a site of three
/// items too, and in a site of hundreds the site's own counts prevail. Found on the calibration questions of small and
/// whole sites.
const BACKGROUND_TEXTS: f32 = 60.0;

/// The terms of one language's items and passages.
#[derive(Default)]
pub struct Lexicon {
    ids: HashMap<String, TermId>,
    /// In how many items and passages each term stands, with those of the background.
    holders: Vec<f32>,
    owners: f32,
}

impl Lexicon {
    /// Counts one item or passage, given its texts' terms; returns the numbers of the first `parts` texts' terms and of
    /// all, sorted, each once.
    pub fn count(&mut self, texts: &[Vec<Term>], parts: usize) -> (Vec<TermId>, Vec<TermId>) {
        let asks = self.numbers(&texts[..parts.min(texts.len())]);
        let held = self.numbers(texts);
        for &id in &held {
            self.holders[id as usize] += 1.0;
        }
        self.owners += 1.0;
        (asks, held)
    }

    fn numbers(&mut self, texts: &[Vec<Term>]) -> Vec<TermId> {
        let mut numbers: Vec<TermId> = texts.iter().flatten().map(|term| self.number(&term.text)).collect();
        numbers.sort_unstable();
        numbers.dedup();
        numbers
    }

    fn number(&mut self, term: &str) -> TermId {
        if let Some(&id) = self.ids.get(term) {
            return id;
        }
        let id = self.holders.len() as TermId;
        self.ids.insert(term.to_owned(), id);
        self.holders.push(BACKGROUND_TEXTS * commonness::share(term));
        id
    }

    /// What `terms` tell: their kind's weight times the inverse document frequency of BM25 (Robertson and Sparck Jones).
    /// Terms that the site never uses are numbered from the end of the lexicon. The squares add up to 1.
    pub fn weigh(&self, terms: &[Term]) -> Weighed {
        let mut unknown = self.holders.len() as TermId;
        let mut weighed: Weighed = terms
            .iter()
            .map(|term| {
                let id = self.ids.get(&term.text).copied().unwrap_or_else(|| {
                    unknown += 1;
                    unknown
                });
                (id, term.weight * self.rarity(id, &term.text))
            })
            .collect();
        weighed.sort_unstable_by_key(|(id, _)| *id);
        let length = weighed.iter().map(|(_, weight)| weight * weight).sum::<f32>().sqrt().max(f32::MIN_POSITIVE);
        weighed.iter_mut().for_each(|(_, weight)| *weight /= length);
        weighed
    }

    fn rarity(&self, id: TermId, term: &str) -> f32 {
        let known = self.holders.get(id as usize).copied();
        let holders = known.unwrap_or_else(|| BACKGROUND_TEXTS * commonness::share(term));
        ((self.owners + BACKGROUND_TEXTS + 1.0) / (holders + 0.5)).ln_1p()
    }

    /// How much of what `asked` tells stands nowhere in the language's texts, `0.0..=1.0`.
    pub fn alien(&self, asked: &Weighed) -> f32 {
        let all: f32 = asked.iter().map(|(_, weight)| weight).sum();
        let unknown = asked.iter().filter(|(id, _)| *id as usize >= self.holders.len());
        if all > 0.0 { unknown.map(|(_, weight)| weight).sum::<f32>() / all } else { 0.0 }
    }

    pub fn weigh_text(&self, text: &str) -> Weighed {
        self.weigh(&words::terms(text))
    }
}

/// The cosine of two texts' terms, `0.0..=1.0`; 0 when either has none.
pub fn likeness(left: &Weighed, right: &Weighed) -> f32 {
    let (mut sum, mut right_terms) = (0.0, right.iter().peekable());
    for (id, weight) in left {
        while right_terms.next_if(|(other, _)| other < id).is_some() {}
        if let Some((_, other)) = right_terms.next_if(|(other, _)| other == id) {
            sum += weight * other;
        }
    }
    sum
}

/// How much of what `asked` tells stands among `held` (sorted), `0.0..=1.0`; 0 when nothing is asked.
pub fn cover(asked: &Weighed, held: &[TermId]) -> f32 {
    let told = |terms: &mut dyn Iterator<Item = &(TermId, f32)>| terms.map(|(_, weight)| weight).sum::<f32>();
    let all = told(&mut asked.iter());
    let found = told(&mut asked.iter().filter(|(id, _)| held.binary_search(id).is_ok()));
    if all > 0.0 { found / all } else { 0.0 }
}

/// How much of what `text` tells is asked for, `0.0..=1.0`: 1 for a text whose every word stands in the question.
pub fn met(text: &Weighed, asked: &Weighed) -> f32 {
    let told: f32 = text.iter().map(|(_, weight)| weight).sum();
    let found = text.iter().filter(|(id, _)| asked.binary_search_by_key(id, |(asked, _)| *asked).is_ok());
    if told > 0.0 { found.map(|(_, weight)| weight).sum::<f32>() / told } else { 0.0 }
}

/// What the most telling term of `asked` that `held` (sorted) lacks weighs there, `0.0..=1.0`; 0 when none is lacking.
pub fn lacking(asked: &Weighed, held: &[TermId]) -> f32 {
    let lacking = asked.iter().filter(|(id, _)| held.binary_search(id).is_err());
    lacking.map(|(_, weight)| *weight).fold(0.0, f32::max)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rare_words_tell_more_and_unknown_ones_the_most() {
        let mut lexicon = Lexicon::default();
        for text in ["gate toilet", "gate lounge", "gate bus", "gate taxi"] {
            lexicon.count(&[words::terms(text)], 1);
        }
        // Numbered in the order of counting; what is unknown comes last.
        let weights: Vec<f32> = lexicon.weigh_text("gate toilet surfboard").iter().map(|(_, weight)| *weight).collect();
        assert!(weights.is_sorted() && weights[0] < weights[1] && weights[1] < weights[2], "{weights:?}");
        let same = likeness(&lexicon.weigh_text("gate toilet"), &lexicon.weigh_text("toilet gate"));
        assert!((same - 1.0).abs() < 1e-6);
        assert_eq!(likeness(&lexicon.weigh_text("toilet"), &lexicon.weigh_text("bus")), 0.0);
        assert_eq!(likeness(&lexicon.weigh_text("?"), &lexicon.weigh_text("bus")), 0.0);
    }

    #[test]
    fn cover_counts_what_the_candidate_lacks() {
        let mut lexicon = Lexicon::default();
        let (_, held) = lexicon.count(&[words::terms("rent a car")], 1);
        lexicon.count(&[words::terms("currency exchange")], 1);
        assert!((cover(&lexicon.weigh_text("rent car"), &held) - 1.0).abs() < 1e-6);
        let other = cover(&lexicon.weigh_text("rent surfboard"), &held);
        assert!(other > 0.2 && other < 0.5, "{other}");
        assert_eq!(cover(&lexicon.weigh_text(""), &held), 0.0);
    }
}

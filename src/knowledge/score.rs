//! How surely a candidate answers: evidence as a probability, by logistic models fitted on calibration data
//! (`cargo bench --bench calibration` prints the data, what these constants do and a new fit). Pure arithmetic.

use super::Basis;
use super::evidence::{Evidence, KINDS};
use crate::domain::Language;

/// A best answer at or above this score is given. Read off the calibration questions over both demo sites
/// (`tests/knowledge/calibration.*.jsonl`, 266 in both languages): between 0.45 and here four right answers come for two
/// wrong ones; below, as many wrong ones come as right ones.
pub const ANSWER_SCORE_MIN: f32 = 0.40;

/// Between this and [`ANSWER_SCORE_MIN`] the readings are offered to touch; below it, usher does not know. Read off the same
/// questions: below 0.15 hardly a right item is left (2 of 118), and nearly all unanswerable questions are.
pub const CLARIFY_SCORE_MIN: f32 = 0.15;

/// Two items that could both be answered and whose scores lie closer than this are two readings of the question. Chosen:
/// a quarter of [`ANSWER_SCORE_MIN`].
pub const CLARIFY_GAP: f32 = 0.1;

/// What each kind of evidence weighs, in the order of [`Evidence::numbers`]. `rank` orders the candidates (their strength,
/// whose differences are log odds); then `sure`, with `lead` for the strength beyond the next candidate of the same kind
/// and `bias`, turns the evidence into a probability.
struct Model {
    rank: [f32; KINDS],
    sure: [f32; KINDS],
    lead: f32,
    bias: f32,
}

#[rustfmt::skip]
const ITEM_BY_MEANING: Model = Model {
    rank: [3.50, 3.90, 3.50, 1.10, -2.80, 3.00, 0.00, 0.00, 0.00, 0.10],
    sure: [2.27, 2.54, 2.27, 0.72, -1.82, 1.95, 0.00, 0.00, 0.00, 0.07],
    lead: 0.60, bias: -4.45,
};

#[rustfmt::skip]
const PASSAGE_BY_MEANING: Model = Model {
    rank: [9.00, 0.00, 2.40, 3.30, 0.00, 3.60, 0.00, 0.00, 0.00, 1.90],
    sure: [8.64, 0.00, 2.30, 3.17, 0.00, 3.46, 0.00, 0.00, 0.00, 1.82],
    lead: 0.50, bias: -9.12,
};

#[rustfmt::skip]
const CHINESE_ITEM_BY_WORDS: Model = Model {
    rank: [3.10, 4.60, 4.50, 0.00, -1.10, 2.00, 0.00, 0.00, 0.00, 0.30],
    sure: [2.11, 3.13, 3.06, 0.00, -0.75, 1.36, 0.00, 0.00, 0.00, 0.20],
    lead: 0.40, bias: -3.23,
};

#[rustfmt::skip]
const ENGLISH_ITEM_BY_WORDS: Model = Model {
    rank: [2.30, 3.40, 3.10, 0.00, -1.10, 2.20, 0.00, 0.00, 0.00, 0.00],
    sure: [1.61, 2.38, 2.17, 0.00, -0.77, 1.54, 0.00, 0.00, 0.00, 0.00],
    lead: 0.44, bias: -3.46,
};

#[rustfmt::skip]
const CHINESE_PASSAGE_BY_WORDS: Model = Model {
    rank: [5.50, 9.20, 5.90, 0.00, -0.40, 5.30, 0.00, 0.00, 0.00, 3.00],
    sure: [6.16, 10.30, 6.61, 0.00, -0.45, 5.94, 0.00, 0.00, 0.00, 3.36],
    lead: 0.40, bias: -6.42,
};

#[rustfmt::skip]
const ENGLISH_PASSAGE_BY_WORDS: Model = Model {
    rank: [6.60, 4.40, 6.90, 0.00, 0.50, 2.70, 0.00, 0.00, 0.00, 1.10],
    sure: [4.88, 3.26, 5.11, 0.00, 0.37, 2.00, 0.00, 0.00, 0.00, 0.81],
    lead: 0.39, bias: -5.02,
};

/// The strongest lead that counts: beyond it the next candidate plays no part. Chosen; a lead of 4 is odds of 55.
const LEAD_MAX: f32 = 4.0;

/// Likeness from which a question is taken for one of an item's phrasings. The fit has few such questions, because each
/// was held back; from here the score is at least as high as the rest of the way to the very words.
const CLOSE_FROM: f32 = 0.7;

/// What is left of a score when the question names something that the site does not have. Chosen: even a sure match
/// then falls below [`ANSWER_SCORE_MIN`], and may still be offered as a doubtful reading.
const STRANGE: f32 = 0.35;

/// What is judged: a candidate's kind, in which language, by which ranker.
#[derive(Debug, Clone, Copy)]
pub struct Matter {
    pub basis: Basis,
    pub language: Language,
    pub item: bool,
}

impl Matter {
    fn model(self) -> &'static Model {
        match (self.basis, self.item, self.language) {
            (Basis::Meaning, true, _) => &ITEM_BY_MEANING,
            (Basis::Meaning, false, _) => &PASSAGE_BY_MEANING,
            (Basis::Words, true, Language::Chinese) => &CHINESE_ITEM_BY_WORDS,
            (Basis::Words, false, Language::Chinese) => &CHINESE_PASSAGE_BY_WORDS,
            (Basis::Words, true, Language::English) => &ENGLISH_ITEM_BY_WORDS,
            (Basis::Words, false, Language::English) => &ENGLISH_PASSAGE_BY_WORDS,
        }
    }
}

/// How strongly the evidence speaks for the candidate: comparable among candidates of one question and kind.
pub fn strength(evidence: &Evidence, matter: Matter) -> f32 {
    weigh(&matter.model().rank, evidence)
}

/// The probability that the candidate answers, given its strength and the next candidate's of the same kind
/// (for all but the best: the best one's).
pub fn score(evidence: &Evidence, strength: f32, rival: Option<f32>, matter: Matter) -> f32 {
    let model = matter.model();
    let lead = rival.map_or(LEAD_MAX, |rival| (strength - rival).clamp(-LEAD_MAX, LEAD_MAX));
    let sure = 1.0 / (1.0 + (-(weigh(&model.sure, evidence) + model.lead * lead + model.bias)).exp());
    let close = (evidence.nearest - CLOSE_FROM) / (1.0 - CLOSE_FROM);
    let sure = if matter.item { sure.max(close) } else { sure };
    if evidence.strange { STRANGE * sure } else { sure }
}

fn weigh(weights: &[f32; KINDS], evidence: &Evidence) -> f32 {
    weights.iter().zip(evidence.numbers()).map(|(weight, number)| weight * number).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ITEM: Matter = Matter { basis: Basis::Meaning, language: Language::English, item: true };

    #[test]
    fn the_very_words_are_sure_and_a_strange_name_never_is() {
        let same = Evidence { nearest: 1.0, ..Evidence::default() };
        assert!(score(&same, strength(&same, ITEM), Some(9.0), ITEM) >= 1.0);
        let strange = Evidence { strange: true, ..same };
        let doubtful = score(&strange, strength(&strange, ITEM), None, ITEM);
        assert!((CLARIFY_SCORE_MIN..ANSWER_SCORE_MIN).contains(&doubtful), "{doubtful}");
    }

    #[test]
    fn a_lead_makes_sure_and_a_rival_makes_doubtful() {
        let evidence = Evidence { nearest: 0.6, mean: 0.4, whole: 0.5, cover: 0.6, about: 0.5, ..Evidence::default() };
        let strong = strength(&evidence, ITEM);
        let alone = score(&evidence, strong, None, ITEM);
        let beside = score(&evidence, strong, Some(strong - 0.1), ITEM);
        assert!(alone > beside && (0.0..=1.0).contains(&alone) && (0.0..=1.0).contains(&beside));
    }
}

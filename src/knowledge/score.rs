//! How surely a candidate answers: evidence as a probability, by logistic models fitted on calibration data
//! (`cargo bench --bench calibration` prints the data, what these constants do and a new fit). Pure arithmetic.

use super::Basis;
use super::evidence::{Evidence, KINDS};
use crate::domain::Language;

/// A best answer at or above this score is given: what is more likely right than wrong. On the calibration questions over both
/// demo sites (`tests/knowledge/calibration.*.jsonl`, 628 in both languages) 0.45 would give ten more right answers for three
/// more wrong ones; a wrong answer costs a visitor more than a reading to touch, so even odds stay the bound.
pub const ANSWER_SCORE_MIN: f32 = 0.50;

/// Between this and [`ANSWER_SCORE_MIN`] the readings are offered to touch; below it, usher does not know. Read off the same
/// questions: below 0.12 hardly a right item is left, and most unanswerable questions are.
pub const CLARIFY_SCORE_MIN: f32 = 0.12;

/// Two items that could both be answered and whose scores lie closer than this are two readings of the question. Chosen:
/// about a fifth of [`ANSWER_SCORE_MIN`]. It is rare, for a rival near by lowers the score itself.
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

/// Fitted on 4,734 questions: the demo sites' phrasings, each asked while held back, with a sixth of the items held back
/// whole; sites of 1, 3 and 10 of their items; the calibration questions; banking77 (train) and clinc150 (train, out of
/// scope), four phrasings an intent, a fifth of the intents held back.
#[rustfmt::skip]
const ITEM_BY_MEANING: Model = Model {
    rank: [7.86, 6.50, 3.99, 0.63, -2.09, 4.63, -0.87, 0.23, 0.00, 2.03],
    sure: [3.83, 2.84, 1.61, -0.57, -1.05, 2.16, 0.32, -0.27, -0.40, 0.58],
    lead: 0.51, bias: -4.94,
};

/// Fitted on 1,057 questions: squad2 and xquad (en) with every fourth paragraph held back, articles of xquad as sites of one
/// page, the calibration questions on the demo sites' documents, and the other site's phrasings, which these do not answer.
#[rustfmt::skip]
const PASSAGE_BY_MEANING: Model = Model {
    rank: [3.92, 0.72, 3.28, 1.26, -0.24, 1.75, -0.11, -3.63, 0.00, 0.00],
    sure: [7.68, -2.76, 5.02, -0.01, 2.39, 3.68, 1.34, 1.58, 1.84, 0.93],
    lead: 0.68, bias: -11.37,
};

/// Fitted on 3,149 questions: the demo sites' Chinese phrasings and calibration questions in the same way.
#[rustfmt::skip]
const CHINESE_ITEM_BY_WORDS: Model = Model {
    rank: [-0.63, 10.31, 3.28, -0.63, 1.14, 8.11, 2.38, -0.06, 0.00, 0.76],
    sure: [-0.24, 2.83, 0.87, -0.24, 0.62, 1.71, 2.21, -1.89, -0.63, 0.76],
    lead: 0.47, bias: -2.21,
};

/// Fitted on the questions of [`ITEM_BY_MEANING`] without the model.
#[rustfmt::skip]
const ENGLISH_ITEM_BY_WORDS: Model = Model {
    rank: [-0.87, 4.50, 2.71, -0.87, 1.11, 7.21, 3.43, 1.90, -0.00, 0.80],
    sure: [-0.14, 0.62, 1.45, -0.14, 0.77, 2.36, 1.90, -0.03, 0.14, 0.53],
    lead: 0.53, bias: -4.32,
};

/// Fitted on 1,857 questions: xquad (zh), cmrc2018 (dev), pages of xquad alone and the demo sites' Chinese documents.
#[rustfmt::skip]
const CHINESE_PASSAGE_BY_WORDS: Model = Model {
    rank: [3.38, 5.45, 2.85, 3.38, 7.04, 8.42, 3.88, -0.65, 0.00, -0.00],
    sure: [-0.64, 5.46, 2.95, -0.64, 3.38, 3.76, 3.26, -4.25, -0.03, 2.57],
    lead: 0.41, bias: -3.60,
};

/// Fitted on the questions of [`PASSAGE_BY_MEANING`] without the model.
#[rustfmt::skip]
const ENGLISH_PASSAGE_BY_WORDS: Model = Model {
    rank: [2.50, 5.21, 0.37, 2.50, 1.55, 7.85, -0.65, -1.86, 0.00, 0.04],
    sure: [-0.86, 2.36, 5.96, -0.86, 1.37, 2.88, 5.23, 0.78, -0.78, 1.28],
    lead: 0.58, bias: -6.00,
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

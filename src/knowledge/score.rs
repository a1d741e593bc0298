//! How surely a candidate answers: evidence as a probability, by logistic models fitted on calibration data
//! (`cargo bench --bench calibration` prints the data, what these constants do and a new fit). Pure arithmetic.

use super::Basis;
use super::evidence::Evidence;
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

/// What each kind of evidence weighs. The sum ranks the candidates (their strength, a logit); then `sure` (slope, weight
/// of the lead over the next candidate of the same kind, bias) turns strength and lead into a probability.
struct Model {
    nearest: f32,
    mean: f32,
    whole: f32,
    shared: f32,
    about: f32,
    cover: f32,
    named: f32,
    bias: f32,
    sure: [f32; 3],
}

/// Fitted on 3,973 questions: the demo sites' phrasings, each asked while held back, with a sixth of the items held back
/// whole; banking77 (train) and clinc150 (train, out of scope), four phrasings an intent, a fifth of the intents held back.
#[rustfmt::skip]
const ITEM_BY_MEANING: Model = Model {
    nearest: 3.5, mean: 3.9, whole: 3.5, shared: 1.1, about: -2.8, cover: 3.0, named: 0.1, bias: -6.6, sure: [0.65, 0.60, -0.16]
};

/// Fitted on 732 questions: squad2 and xquad (en) with every fourth paragraph held back, the calibration questions on the
/// demo sites' documents, and the other site's phrasings, which these do not answer.
#[rustfmt::skip]
const PASSAGE_BY_MEANING: Model = Model {
    nearest: 9.0, mean: 0.0, whole: 2.4, shared: 3.3, about: 0.0, cover: 3.6, named: 1.9, bias: -8.5, sure: [0.96, 0.50, -0.96]
};

/// Fitted on 2,391 questions: the demo sites' Chinese phrasings in the same way.
#[rustfmt::skip]
const CHINESE_ITEM_BY_WORDS: Model = Model {
    nearest: 3.1, mean: 4.6, whole: 4.5, shared: 0.0, about: -1.1, cover: 2.0, named: 0.3, bias: -4.6, sure: [0.68, 0.40, -0.10]
};

/// Fitted on the questions of [`ITEM_BY_MEANING`] without the model.
#[rustfmt::skip]
const ENGLISH_ITEM_BY_WORDS: Model = Model {
    nearest: 2.3, mean: 3.4, whole: 3.1, shared: 0.0, about: -1.1, cover: 2.2, named: 0.0, bias: -4.9, sure: [0.70, 0.44, -0.03]
};

/// Fitted on 1,531 questions: xquad (zh), cmrc2018 (dev) and the demo sites' Chinese documents.
#[rustfmt::skip]
const CHINESE_PASSAGE_BY_WORDS: Model = Model {
    nearest: 5.5, mean: 9.2, whole: 5.9, shared: 0.0, about: -0.4, cover: 5.3, named: 3.0, bias: -5.0, sure: [1.12, 0.40, -0.82]
};

/// Fitted on the questions of [`PASSAGE_BY_MEANING`] without the model.
#[rustfmt::skip]
const ENGLISH_PASSAGE_BY_WORDS: Model = Model {
    nearest: 6.6, mean: 4.4, whole: 6.9, shared: 0.0, about: 0.5, cover: 2.7, named: 1.1, bias: -6.1, sure: [0.74, 0.39, -0.51]
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

/// How strongly the evidence speaks for the candidate, as a logit: comparable among candidates of one question and kind.
pub fn strength(evidence: &Evidence, matter: Matter) -> f32 {
    let model = matter.model();
    model.bias
        + model.nearest * evidence.nearest
        + model.mean * evidence.mean
        + model.whole * evidence.whole
        + model.shared * evidence.shared
        + model.about * evidence.about
        + model.cover * evidence.cover
        + model.named * evidence.named
}

/// The probability that the candidate answers, given its strength and the next candidate's of the same kind
/// (for all but the best: the best one's).
pub fn score(evidence: &Evidence, strength: f32, rival: Option<f32>, matter: Matter) -> f32 {
    let [slope, lead_weight, bias] = matter.model().sure;
    let lead = rival.map_or(LEAD_MAX, |rival| (strength - rival).clamp(-LEAD_MAX, LEAD_MAX));
    let sure = 1.0 / (1.0 + (-(slope * strength + lead_weight * lead + bias)).exp());
    let close = (evidence.nearest - CLOSE_FROM) / (1.0 - CLOSE_FROM);
    let sure = if matter.item { sure.max(close) } else { sure };
    if evidence.strange { STRANGE * sure } else { sure }
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

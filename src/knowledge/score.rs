//! How surely a candidate answers: evidence as a probability, by logistic models fitted on calibration data
//! (`cargo bench --bench calibration` prints the data and these constants). Pure arithmetic.

use super::Basis;
use super::evidence::Evidence;

/// A best answer at or above this score is given.
pub const ANSWER_SCORE_MIN: f32 = 0.5;

/// Between this and [`ANSWER_SCORE_MIN`] a doubtful reading is worth one clarifying question; below it, usher does not know.
pub const CLARIFY_SCORE_MIN: f32 = 0.3;

/// Two items whose scores lie closer than this, the second at [`CLARIFY_SCORE_MIN`] or more, are two readings of the question.
pub const CLARIFY_GAP: f32 = 0.1;

/// What each kind of evidence weighs. First `fit` ranks the candidates (its logit is the strength); then `sure` and
/// `lead` turn the strength and its lead over the next candidate of the same kind into a probability.
struct Model {
    nearest: f32,
    whole: f32,
    shared: f32,
    cover: f32,
    named: f32,
    bias: f32,
    sure: [f32; 3],
}

const ITEM_BY_MEANING: Model =
    Model { nearest: 8.0, whole: 3.0, shared: 1.0, cover: 1.5, named: 1.0, bias: -6.0, sure: [1.0, 0.3, 0.0] };
const PASSAGE_BY_MEANING: Model =
    Model { nearest: 6.0, whole: 4.0, shared: 1.0, cover: 1.5, named: 1.0, bias: -6.0, sure: [1.0, 0.3, 0.0] };
const ITEM_BY_WORDS: Model =
    Model { nearest: 0.0, whole: 0.0, shared: 6.0, cover: 4.0, named: 1.0, bias: -5.0, sure: [1.0, 0.3, 0.0] };
const PASSAGE_BY_WORDS: Model =
    Model { nearest: 0.0, whole: 0.0, shared: 4.0, cover: 4.0, named: 1.0, bias: -6.0, sure: [1.0, 0.3, 0.0] };

/// The strongest lead that counts: beyond it the next candidate plays no part.
const LEAD_MAX: f32 = 4.0;

fn model(basis: Basis, item: bool) -> &'static Model {
    match (basis, item) {
        (Basis::Meaning, true) => &ITEM_BY_MEANING,
        (Basis::Meaning, false) => &PASSAGE_BY_MEANING,
        (Basis::Words, true) => &ITEM_BY_WORDS,
        (Basis::Words, false) => &PASSAGE_BY_WORDS,
    }
}

/// How strongly the evidence speaks for the candidate, as a logit: comparable among candidates of one question and kind.
pub fn strength(evidence: &Evidence, basis: Basis, item: bool) -> f32 {
    let model = model(basis, item);
    model.bias
        + model.nearest * evidence.nearest
        + model.whole * evidence.whole
        + model.shared * evidence.shared
        + model.cover * evidence.cover
        + model.named * evidence.named
}

/// The probability that the candidate answers, given its strength and the next candidate's of the same kind
/// (for all but the best: the best one's).
pub fn score(strength: f32, rival: Option<f32>, basis: Basis, item: bool) -> f32 {
    let [slope, lead_weight, bias] = model(basis, item).sure;
    let lead = rival.map_or(LEAD_MAX, |rival| (strength - rival).clamp(-LEAD_MAX, LEAD_MAX));
    1.0 / (1.0 + (-(slope * strength + lead_weight * lead + bias)).exp())
}

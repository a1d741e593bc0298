//! The sentences of a passage that answer. Knows likeness and shared words, not how an answer is told.

use super::evidence::Asked;
use super::index::{Index, Owner};
use super::lexicon;

/// Sentences that an answer is made of at most.
pub const SENTENCES_PICKED_MAX: usize = 3;

/// A further sentence joins the best one when its strength is at least this part of it. Chosen on squad2's
/// answerable questions: below it, further sentences are seldom about the question.
const KIN: f32 = 0.85;

/// Weight of shared words beside likeness of meaning. Words alone decide when the language has no vectors.
const WORDS_WEIGHT: f32 = 0.3;

/// The places of the sentences of a passage that answer, in the document's order; empty when it has none.
pub fn pick(asked: &Asked, owner: &Owner, index: &Index) -> Vec<usize> {
    let units = &index.units[owner.units.clone()];
    let sentences = &units[..owner.parts.min(units.len())];
    let strengths: Vec<f32> = sentences
        .iter()
        .map(|unit| {
            let words = lexicon::likeness(&asked.terms, &unit.terms);
            let alike = asked.vector.as_ref().and_then(|vector| index.likeness(vector, unit));
            alike.map_or(words, |alike| alike + WORDS_WEIGHT * words)
        })
        .collect();
    let Some(best) = strengths.iter().copied().max_by(f32::total_cmp) else { return Vec::new() };
    let mut places: Vec<usize> = (0..strengths.len()).filter(|&place| strengths[place] >= KIN * best).collect();
    places.sort_by(|&left, &right| strengths[right].total_cmp(&strengths[left]));
    places.truncate(SENTENCES_PICKED_MAX);
    places.sort_unstable();
    places
}

//! Finds and ranks: the candidates of both rankers, judged by the same evidence. Knows the index and the words, not the store.
//!
//! The rankers only nominate. A candidate that words alone brought up still has its likeness of meaning counted against
//! it, so the weak ranker can find a name that the strong one missed and never outvote it (rank fusion measurably did).

use jiff::civil::DateTime;

use super::evidence::{Asked, Evidence};
use super::index::{Content, Index};
use super::score::{self, Matter};
use super::{Basis, Hit};
use crate::domain::{Origin, Passage};

/// Passages that a search returns.
pub const PASSAGES_FOUND_MAX: usize = 8;

/// Candidates that likeness of meaning nominates.
const NEAREST_MAX: usize = 24;

/// By how much, in log odds, a document must be surer than an approved answer to stand before it. Approved answers are
/// short and checked; but one on the same subject that does not answer is sure of itself too, and then the document that
/// does is much surer. Read off the calibration questions over both demo sites.
const APPROVED_LEAD: f32 = 1.2;

/// Candidates below this score are not worth returning.
const SCORE_FLOOR: f32 = 0.02;

/// Owners nearest in meaning to the question; empty without its vector.
pub fn nearest(asked: &Asked, index: &Index) -> Vec<usize> {
    let Some(vector) = &asked.vector else { return Vec::new() };
    let of_language = index.owners.iter().enumerate().filter(|(_, owner)| owner.content.language() == asked.language);
    let mut alike: Vec<(usize, f32)> = of_language
        .filter_map(|(place, owner)| {
            let units = &index.units[owner.units.clone()];
            let alike = units.iter().filter_map(|unit| index.likeness(vector, unit)).max_by(f32::total_cmp);
            Some((place, alike?))
        })
        .collect();
    alike.sort_by(|left, right| right.1.total_cmp(&left.1));
    alike.truncate(NEAREST_MAX);
    alike.into_iter().map(|(place, _)| place).collect()
}

/// Judges `candidates` (places in the index, in any order, doubles allowed), best first.
pub fn rank(asked: &Asked, mut candidates: Vec<usize>, index: &Index, now: DateTime) -> Vec<Hit> {
    let basis = if asked.vector.is_some() { Basis::Meaning } else { Basis::Words };
    candidates.sort_unstable();
    candidates.dedup();
    let mut judged: Vec<Judged> = candidates
        .into_iter()
        .filter(|&place| match &index.owners[place].content {
            Content::Item(item) => item.is_valid(now),
            Content::Passage(_) => true,
        })
        .map(|place| Judged::new(place, asked, index, basis))
        .filter(|judged| !judged.evidence.contradicted)
        .collect();
    judged.sort_by(|left, right| right.strength.total_cmp(&left.strength));
    let scores = scores(&judged);
    let mut hits: Vec<Hit> = judged
        .iter()
        .zip(scores)
        .filter(|(_, score)| *score >= SCORE_FLOOR)
        .map(|(one, score)| Hit {
            place: one.place,
            passage: passage(&index.owners[one.place].content, score),
            evidence: one.evidence,
        })
        .collect();
    hits.sort_by(|left, right| preference(right).total_cmp(&preference(left)));
    hits.truncate(PASSAGES_FOUND_MAX);
    hits
}

/// The scores of `judged` (strongest first): within a kind never above those of the stronger, for the strength knows better
/// which candidate it is, and the score how surely.
fn scores(judged: &[Judged]) -> Vec<f32> {
    let (mut item_most, mut passage_most) = (1.0f32, 1.0f32);
    let score = |one: &Judged| {
        let most = if one.matter.item { &mut item_most } else { &mut passage_most };
        *most = most.min(score::score(&one.evidence, one.strength, rival(one, judged), one.matter));
        *most
    };
    judged.iter().map(score).collect()
}

/// What the order goes by: log odds, and an approved answer that is good enough stands before a document that is hardly surer.
fn preference(hit: &Hit) -> f32 {
    let score = hit.passage.score.clamp(1e-6, 1.0 - 1e-6);
    let approved = matches!(hit.passage.origin, Origin::Item { .. }) && score >= score::ANSWER_SCORE_MIN;
    (score / (1.0 - score)).ln() + if approved { APPROVED_LEAD } else { 0.0 }
}

struct Judged {
    place: usize,
    matter: Matter,
    evidence: Evidence,
    strength: f32,
}

impl Judged {
    fn new(place: usize, asked: &Asked, index: &Index, basis: Basis) -> Self {
        let owner = &index.owners[place];
        let item = matches!(owner.content, Content::Item(_));
        let matter = Matter { basis, language: asked.language, item };
        let evidence = Evidence::of(asked, owner, index);
        Self { place, matter, evidence, strength: score::strength(&evidence, matter) }
    }
}

/// The strength of the best other candidate of the same kind.
fn rival(one: &Judged, judged: &[Judged]) -> Option<f32> {
    judged
        .iter()
        .find(|other| other.matter.item == one.matter.item && other.place != one.place)
        .map(|other| other.strength)
}

fn passage(content: &Content, score: f32) -> Passage {
    match content {
        Content::Item(item) => Passage {
            origin: Origin::Item { id: item.id.clone() },
            language: item.language,
            title: item.questions.first().cloned().unwrap_or_default(),
            text: item.answer.clone(),
            score,
        },
        Content::Passage(row) => Passage {
            origin: Origin::Document { file: row.file.clone(), section: row.part.section.clone() },
            language: row.language,
            title: row.title.clone(),
            text: row.part.sentences.join("\n"),
            score,
        },
    }
}

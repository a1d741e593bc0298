//! What speaks for one item or passage as the answer to a question, as plain numbers. Knows the index, not what the numbers are worth.

use super::identifiers::{Agreement, Identifiers};
use super::index::{Content, Index, Owner, Unit};
use super::lexicon::{self, Weighed};
use crate::domain::Language;

/// A question, prepared for comparing.
pub struct Asked {
    pub language: Language,
    pub terms: Weighed,
    pub identifiers: Identifiers,
    /// How much of what it tells stands nowhere in the site's texts, `0.0..=1.0`.
    pub alien: f32,
    /// It names a gate, counter or code of a kind that the site has, and that one is not there.
    pub strange: bool,
    /// Its vector, when the embedding model knows the language and had time.
    pub vector: Option<Vec<f32>>,
}

/// Phrasings that are averaged: a demo site's items have about five, and in an item of a hundred the far ones tell nothing.
const MEAN_OVER: usize = 5;

/// What speaks for one candidate. Every number is 0 when it is missing and grows with likeness.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Evidence {
    /// Likeness of meaning to the nearest phrasing (of an item) or sentence (of a passage), `0.0..=1.0`.
    pub nearest: f32,
    /// The mean likeness of meaning of the [`MEAN_OVER`] nearest phrasings or sentences.
    pub mean: f32,
    /// Likeness of meaning to the whole: question and answer, or the passage.
    pub whole: f32,
    /// Shared words with the phrasing or sentence that shares most, as a cosine.
    pub shared: f32,
    /// How much of what the question tells stands in the phrasings or sentences.
    pub about: f32,
    /// How much of what the question tells stands anywhere in the candidate.
    pub cover: f32,
    /// How much of what the phrasing or sentence that is met best tells stands in the question.
    pub met: f32,
    /// What the most telling word that the candidate lacks weighs in the question.
    pub lacking: f32,
    /// How much of what the question tells stands nowhere in the site: the same for every candidate.
    pub alien: f32,
    /// 1 when the candidate names what the question names, -1 when it names others of the kind, else 0.
    pub named: f32,
    /// The question names something that the site does not have, and so the candidate can hardly answer.
    pub strange: bool,
    /// Whether it is about another gate, flight or counter than the question: then it is no answer.
    pub contradicted: bool,
}

/// Kinds of evidence that are weighed.
pub const KINDS: usize = 10;

impl Evidence {
    /// The evidence as it is weighed: `nearest`, `mean`, `whole`, `shared`, `about`, `cover`, `met`, `lacking`, `alien`,
    /// `named`.
    pub fn numbers(&self) -> [f32; KINDS] {
        [
            self.nearest,
            self.mean,
            self.whole,
            self.shared,
            self.about,
            self.cover,
            self.met,
            self.lacking,
            self.alien,
            self.named,
        ]
    }

    pub fn of(asked: &Asked, owner: &Owner, index: &Index) -> Self {
        let units = &index.units[owner.units.clone()];
        let alike = |unit: &Unit| match &asked.vector {
            Some(vector) => index.likeness(vector, unit).unwrap_or(0.0),
            None => lexicon::likeness(&asked.terms, &unit.terms),
        };
        let (parts, whole) = units.split_at(owner.parts.min(units.len()));
        let mut alikes: Vec<f32> = parts.iter().map(alike).collect();
        alikes.sort_by(|left, right| right.total_cmp(left));
        let agreement = asked.identifiers.agreement(&owner.about, &owner.all);
        Self {
            nearest: alikes.first().copied().unwrap_or(0.0),
            mean: alikes.iter().take(MEAN_OVER).sum::<f32>() / alikes.len().clamp(1, MEAN_OVER) as f32,
            whole: whole.iter().map(alike).fold(0.0, f32::max),
            shared: parts.iter().map(|unit| lexicon::likeness(&asked.terms, &unit.terms)).fold(0.0, f32::max),
            about: lexicon::cover(&asked.terms, &owner.asks),
            cover: lexicon::cover(&asked.terms, &owner.held),
            met: parts.iter().map(|unit| lexicon::met(&unit.terms, &asked.terms)).fold(0.0, f32::max),
            lacking: lexicon::lacking(&asked.terms, &owner.held),
            alien: asked.alien,
            named: match agreement {
                Agreement::Named => 1.0,
                Agreement::Others => -1.0,
                Agreement::Silent | Agreement::Contradicted => 0.0,
            },
            strange: asked.strange && agreement != Agreement::Named,
            contradicted: agreement == Agreement::Contradicted && matches!(owner.content, Content::Item(_)),
        }
    }
}

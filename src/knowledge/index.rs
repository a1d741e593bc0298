//! Everything search needs, in memory: items and passages with their texts' terms and vectors. Knows texts, not scores.

use std::collections::HashMap;
use std::ops::Range;

use sha2::{Digest as _, Sha256};

use super::identifiers::Identifiers;
use super::lexicon::{Lexicon, TermId, Weighed};
use super::words;
use crate::domain::{Item, Language};
use crate::store::{Digest, KnowledgeRows, PassageRow, WordHit};

/// Pairs of texts whose vectors are compared to learn how alike unrelated texts are.
const BACKGROUND_PAIRS_MAX: usize = 4_000;

/// What can be found: an item or a part of a document.
pub enum Content {
    Item(Item),
    Passage(PassageRow),
}

impl Content {
    pub fn language(&self) -> Language {
        match self {
            Self::Item(item) => item.language,
            Self::Passage(row) => row.language,
        }
    }
}

/// Something that can be found, with its texts.
pub struct Owner {
    pub content: Content,
    /// Its units: for an item its phrasings and last the whole (question and answer), for a passage its sentences and last the whole.
    pub units: Range<usize>,
    /// The terms of all its texts, sorted.
    pub held: Vec<TermId>,
    /// Identifiers of what it is about: phrasings, headings.
    pub about: Identifiers,
    pub all: Identifiers,
}

/// One text of an owner.
pub struct Unit {
    pub terms: Weighed,
    /// What names its vector; `None` in a language that is not embedded.
    pub digest: Digest,
    /// The place of its vector, when it has one.
    pub vector: Option<usize>,
}

#[derive(Default)]
pub struct Index {
    pub owners: Vec<Owner>,
    pub units: Vec<Unit>,
    lexicons: HashMap<Language, Lexicon>,
    by_hit: HashMap<(bool, i64), usize>,
    vectors: Vec<f32>,
    width: usize,
    background: HashMap<Language, f32>,
}

/// A text that has no vector yet.
pub struct Unembedded {
    pub digest: Digest,
    pub text: String,
}

impl Index {
    /// Builds the index; `vectors` are those that the present model gave, by digest.
    pub fn build(rows: KnowledgeRows, vectors: &HashMap<Digest, Vec<f32>>) -> Self {
        let mut index = Self::default();
        let items = rows.items.into_iter().map(|(key, item)| ((true, key), Content::Item(item)));
        let passages = rows.passages.into_iter().map(|row| ((false, row.key), Content::Passage(row)));
        let mut texts = Vec::new();
        for (hit, content) in items.chain(passages) {
            index.by_hit.insert(hit, index.owners.len());
            texts.push(index.add(content));
        }
        // Rarity is known only when every owner was counted.
        for (owner, texts) in index.owners.iter().zip(&texts) {
            let lexicon = &index.lexicons[&owner.content.language()];
            for (unit, terms) in index.units[owner.units.clone()].iter_mut().zip(texts) {
                unit.terms = lexicon.weigh(terms);
            }
        }
        index.take_vectors(vectors);
        index
    }

    fn add(&mut self, content: Content) -> Vec<Vec<words::Term>> {
        let texts = unit_texts(&content);
        let terms: Vec<Vec<words::Term>> = texts.iter().map(|text| words::terms(text)).collect();
        let first = self.units.len();
        self.units.extend(texts.iter().map(|text| Unit { terms: Weighed::new(), digest: digest(text), vector: None }));
        let held = self.lexicons.entry(content.language()).or_default().count(&terms);
        let (about, rest) = match &content {
            Content::Item(item) => (item.questions.join("\n"), texts.last().cloned().unwrap_or_default()),
            Content::Passage(row) => (format!("{}\n{}", row.title, row.part.section), texts.join("\n")),
        };
        self.owners.push(Owner {
            content,
            units: first..self.units.len(),
            held,
            all: Identifiers::of(&format!("{about}\n{rest}")),
            about: Identifiers::of(&about),
        });
        terms
    }

    fn take_vectors(&mut self, vectors: &HashMap<Digest, Vec<f32>>) {
        self.width = vectors.values().next().map_or(0, Vec::len);
        for unit in &mut self.units {
            if let Some(vector) = vectors.get(&unit.digest).filter(|vector| vector.len() == self.width) {
                unit.vector = Some(self.vectors.len() / self.width.max(1));
                self.vectors.extend(vector);
            }
        }
        for language in Language::ALL {
            let alike = self.background_of(language);
            self.background.insert(language, alike);
        }
    }

    /// The mean dot product of unrelated texts: 0.1 for one model, 0.8 for another.
    fn background_of(&self, language: Language) -> f32 {
        let wholes: Vec<&[f32]> = self
            .owners
            .iter()
            .filter(|owner| owner.content.language() == language)
            .filter_map(|owner| self.vector(self.units[owner.units.clone()].first()?))
            .collect();
        let pairs = (1..wholes.len()).flat_map(|apart| wholes.iter().zip(wholes.iter().skip(apart)));
        let alike: Vec<f32> = pairs.take(BACKGROUND_PAIRS_MAX).map(|(left, right)| dot(left, right)).collect();
        if alike.is_empty() { 0.0 } else { alike.iter().sum::<f32>() / alike.len() as f32 }
    }

    /// How alike `vector` and the unit's text are in meaning, `0.0` as unrelated texts, `1.0` the same; the scale is the
    /// same for every model.
    pub fn likeness(&self, vector: &[f32], unit: &Unit, language: Language) -> Option<f32> {
        let background = self.background.get(&language).copied().unwrap_or(0.0).min(0.95);
        let alike = dot(vector, self.vector(unit).filter(|own| own.len() == vector.len())?);
        Some(((alike - background) / (1.0 - background)).clamp(0.0, 1.0))
    }

    fn vector(&self, unit: &Unit) -> Option<&[f32]> {
        let start = unit.vector? * self.width;
        self.vectors.get(start..start + self.width)
    }

    pub fn lexicon(&self, language: Language) -> Option<&Lexicon> {
        self.lexicons.get(&language)
    }

    pub fn owner_of(&self, hit: WordHit) -> Option<usize> {
        let key = match hit {
            WordHit::Item(key) => (true, key),
            WordHit::Passage(key) => (false, key),
        };
        self.by_hit.get(&key).copied()
    }

    /// The texts in `languages` that have no vector, each once.
    pub fn unembedded(&self, languages: &[Language]) -> Vec<Unembedded> {
        let mut missing: HashMap<Digest, String> = HashMap::new();
        for owner in self.owners.iter().filter(|owner| languages.contains(&owner.content.language())) {
            let units = &self.units[owner.units.clone()];
            if units.iter().any(|unit| unit.vector.is_none()) {
                let texts = unit_texts(&owner.content).into_iter().zip(units);
                missing.extend(texts.filter(|(_, unit)| unit.vector.is_none()).map(|(text, unit)| (unit.digest, text)));
            }
        }
        missing.into_iter().map(|(digest, text)| Unembedded { digest, text }).collect()
    }
}

/// The texts that are compared with a question, in the order of [`Owner::units`].
fn unit_texts(content: &Content) -> Vec<String> {
    match content {
        Content::Item(item) => {
            let first = item.questions.first().map_or("", String::as_str);
            let facts = [&item.place, &item.hours, &item.fees].into_iter().flatten().map(String::as_str);
            let whole = [first, &item.answer].into_iter().chain(facts).collect::<Vec<_>>().join(" ");
            item.questions.iter().cloned().chain([whole]).collect()
        }
        Content::Passage(row) => {
            let sentences = row.part.sentences.iter();
            let whole = format!("{} {} {}", row.title, row.part.section, row.part.sentences.join(" "));
            sentences.map(|sentence| format!("{} {sentence}", row.part.section)).chain([whole]).collect()
        }
    }
}

fn digest(text: &str) -> Digest {
    Sha256::digest(text.as_bytes()).into()
}

/// The dot product, in sixteen partial sums so that it is computed in vector registers.
pub fn dot(left: &[f32], right: &[f32]) -> f32 {
    let (left, left_rest) = left.as_chunks::<16>();
    let (right, right_rest) = right.as_chunks::<16>();
    let mut sums = [0.0f32; 16];
    for (left, right) in left.iter().zip(right) {
        for lane in 0..16 {
            sums[lane] += left[lane] * right[lane];
        }
    }
    let rest: f32 = left_rest.iter().zip(right_rest).map(|(left, right)| left * right).sum();
    sums.iter().sum::<f32>() + rest
}

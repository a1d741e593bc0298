//! Everything search needs, in memory: items and passages with their texts' terms and vectors. Knows texts, not scores.

use std::collections::HashMap;
use std::ops::Range;

use sha2::{Digest as _, Sha256};

use super::identifiers::Identifiers;
use super::lexicon::{Lexicon, TermId, Weighed};
use super::{background, sentences, words};
use crate::base::secret;
use crate::domain::{Item, Language};
use crate::store::{Digest, KnowledgeRows, PassageRow, WordHit};

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
    /// Its units: first the parts (an item's phrasings, a passage's sentences), then the rest (an item's question with
    /// answer and the answer's sentences, a whole passage).
    pub units: Range<usize>,
    pub parts: usize,
    /// The terms of its parts, sorted.
    pub asks: Vec<TermId>,
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
    /// Every identifier that the texts of a language name.
    identifiers: HashMap<Language, Identifiers>,
    by_hit: HashMap<(bool, i64), usize>,
    vectors: Vec<f32>,
    width: usize,
    middles: HashMap<Language, Vec<f32>>,
    /// Languages with texts whose background sentences are not all embedded.
    groundless: Vec<Language>,
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

    /// Twelve hexadecimal digits over every text, whatever their order.
    pub fn edition(&self) -> String {
        let mut digests: Vec<Digest> = self.units.iter().map(|unit| unit.digest).collect();
        digests.sort_unstable();
        let mut whole = secret::sha256_hex(digests.as_flattened());
        whole.truncate(12);
        whole
    }

    fn add(&mut self, content: Content) -> Vec<Vec<words::Term>> {
        let texts = unit_texts(&content);
        let terms: Vec<Vec<words::Term>> = texts.iter().map(|text| words::terms(text)).collect();
        let first = self.units.len();
        self.units.extend(texts.iter().map(|text| Unit { terms: Weighed::new(), digest: digest(text), vector: None }));
        let parts = match &content {
            Content::Item(item) => item.questions.len(),
            Content::Passage(row) => row.part.sentences.len(),
        };
        let (asks, held) = self.lexicons.entry(content.language()).or_default().count(&terms, parts);
        let (about, rest) = match &content {
            Content::Item(item) => (item.questions.join("\n"), texts[item.questions.len()..].join("\n")),
            Content::Passage(row) => (format!("{}\n{}", row.title, row.part.section), texts.join("\n")),
        };
        let all = Identifiers::of(&format!("{about}\n{rest}"));
        self.identifiers.entry(content.language()).or_default().join(&all);
        self.owners.push(Owner {
            content,
            units: first..self.units.len(),
            parts,
            asks,
            held,
            all,
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
            self.centre(language, vectors);
        }
    }

    /// Moves a language's vectors to their common middle, the background's among them: what all of a site's texts have in common ("an airport") tells
    /// nothing, and the likeness of unrelated texts becomes 0 with every model.
    fn centre(&mut self, language: Language, vectors: &HashMap<Digest, Vec<f32>>) {
        let of_language = |owner: &&Owner| owner.content.language() == language;
        let places: Vec<usize> = self
            .owners
            .iter()
            .filter(of_language)
            .flat_map(|owner| self.units[owner.units.clone()].iter().filter_map(|unit| unit.vector))
            .collect();
        let ground: Vec<Option<&Vec<f32>>> =
            background::sentences(language).map(|text| vectors.get(&digest(text))).collect();
        if ground.contains(&None) && self.owners.iter().any(|owner| of_language(&owner)) {
            self.groundless.push(language);
        }
        let known: Vec<&Vec<f32>> = ground.into_iter().flatten().collect();
        let share = if known.is_empty() { 0.0 } else { background::TEXTS / known.len() as f32 };
        let all = places.len() as f32 + share * known.len() as f32;
        let mut middle = vec![0.0; self.width];
        for place in &places {
            add(&mut middle, &self.vectors[place * self.width..][..self.width], 1.0 / all);
        }
        for vector in known.iter().filter(|vector| vector.len() == self.width) {
            add(&mut middle, vector, share / all);
        }
        for place in places {
            move_to(&mut self.vectors[place * self.width..][..self.width], &middle);
        }
        self.middles.insert(language, middle);
    }

    /// A question's vector, moved as the language's texts were; `None` when it has another width than they.
    pub fn moved(&self, mut vector: Vec<f32>, language: Language) -> Option<Vec<f32>> {
        let middle = self.middles.get(&language).filter(|middle| middle.len() == vector.len())?;
        move_to(&mut vector, middle);
        Some(vector)
    }

    /// How alike the question's vector (see [`Index::moved`]) and the unit's text are in meaning, `0.0..=1.0`; `None` when
    /// the text has no vector.
    pub fn likeness(&self, vector: &[f32], unit: &Unit) -> Option<f32> {
        let start = unit.vector? * self.width;
        Some(dot(vector, self.vectors.get(start..start + self.width)?).clamp(0.0, 1.0))
    }

    pub fn lexicon(&self, language: Language) -> Option<&Lexicon> {
        self.lexicons.get(&language)
    }

    pub fn identifiers(&self, language: Language) -> Option<&Identifiers> {
        self.identifiers.get(&language)
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
        for language in languages.iter().filter(|language| self.groundless.contains(language)) {
            missing.extend(background::sentences(*language).map(|text| (digest(text), text.to_owned())));
        }
        missing.into_iter().map(|(digest, text)| Unembedded { digest, text }).collect()
    }
}

/// Whether `digest` is that of a background sentence, which no unit holds.
pub fn is_background(digest: &Digest) -> bool {
    Language::ALL.into_iter().flat_map(background::sentences).any(|text| self::digest(text) == *digest)
}

fn add(sum: &mut [f32], vector: &[f32], weight: f32) {
    sum.iter_mut().zip(vector).for_each(|(sum, number)| *sum += weight * number);
}

/// The texts that are compared with a question, in the order of [`Owner::units`].
fn unit_texts(content: &Content) -> Vec<String> {
    match content {
        Content::Item(item) => {
            let first = item.questions.first().map_or("", String::as_str);
            let facts = [&item.place, &item.hours, &item.fees].into_iter().flatten().map(String::as_str);
            let whole = [first, &item.answer].into_iter().chain(facts).collect::<Vec<_>>().join(" ");
            let sentences = sentences::split(&item.answer);
            item.questions.iter().cloned().chain([whole]).chain(sentences).collect()
        }
        Content::Passage(row) => {
            let sentences = row.part.sentences.iter();
            let whole = format!("{} {} {}", row.title, row.part.section, row.part.sentences.join(" "));
            // Under its heading "It closes at ten" is about something.
            let heading = if row.part.section.is_empty() { &row.title } else { &row.part.section };
            sentences.map(|sentence| format!("{heading} {sentence}")).chain([whole]).collect()
        }
    }
}

fn digest(text: &str) -> Digest {
    Sha256::digest(text.as_bytes()).into()
}

/// Takes `middle` away from `vector` and makes it of length 1 again.
fn move_to(vector: &mut [f32], middle: &[f32]) {
    vector.iter_mut().zip(middle).for_each(|(number, middle)| *number -= middle);
    let length = dot(vector, vector).sqrt().max(f32::MIN_POSITIVE);
    vector.iter_mut().for_each(|number| *number /= length);
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

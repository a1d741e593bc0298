//! The opened knowledge: import, embedding, search. Joins the store, the index and the embedding model; ranks nothing itself.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use jiff::civil::DateTime;

use super::evidence::Asked;
use super::identifiers::Identifiers;
use super::index::{Content, Index, Unembedded, is_background};
use super::lexicon::Weighed;
use super::limits::VECTORS_MAX;
use super::{Basis, Found, KnowledgeError, SharedEmbedder, import, items, pick, search, words};
use crate::domain::{Item, Language};
use crate::store::{Digest, KnowledgeStore};

/// Texts that the model embeds at once: about a third of a second, so that a visitor's question slips in between.
pub const EMBED_BATCH: usize = 32;

/// Candidates that words nominate: beside likeness of meaning, and alone.
const WORD_HITS_BESIDE: usize = 24;
const WORD_HITS_ALONE: usize = 96;

/// What an import is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    Read { files: usize },
    Embed { done: usize, total: usize },
}

/// What an import brought.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Imported {
    pub items: usize,
    pub documents: usize,
    /// Document parts.
    pub passages: usize,
    /// Texts that were embedded, of old knowledge too.
    pub embedded: usize,
}

/// One line of a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// `item` or `document`.
    pub kind: &'static str,
    /// The item's id or the document's file name.
    pub name: String,
    pub language: Language,
    /// The item's first phrasing or the document's title.
    pub title: String,
    /// Phrasings of the item, or parts of the document.
    pub texts: usize,
    pub valid_from: Option<DateTime>,
    pub valid_until: Option<DateTime>,
}

/// What an export wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exported {
    pub items: usize,
    pub documents: usize,
}

/// The knowledge of one site. `Send`, not `Sync`; every method blocks.
pub struct Knowledge {
    pub(super) store: KnowledgeStore,
    pub(super) embedder: Option<Model>,
    pub(super) index: Index,
    /// The store's version that the index was built from.
    version: i64,
}

pub(super) struct Model {
    pub(super) worker: SharedEmbedder,
    pub(super) name: String,
    pub(super) languages: Vec<Language>,
}

impl Knowledge {
    /// Opens the file at `path`, made when absent, and reads the index; embeds nothing. A demo site takes about 0.3 s.
    ///
    /// # Errors
    /// [`KnowledgeError::Store`] when the file cannot be opened or is damaged; the chain says what to do.
    pub fn open(path: &Path, embedder: Option<SharedEmbedder>) -> Result<Self, KnowledgeError> {
        let embedder = embedder.map(Model::ask).transpose()?;
        let mut knowledge = Self { store: KnowledgeStore::open(path)?, embedder, index: Index::default(), version: 0 };
        // After a salvage the index of words is empty.
        if !knowledge.store.is_read_only() && knowledge.store.lacks_index()? {
            knowledge.store.reindex(&words::index_text)?;
        }
        knowledge.reload()?;
        Ok(knowledge)
    }

    /// Opens the file for writing that was opened to be read alone, once its disk takes writes. Whether it did.
    ///
    /// # Errors
    /// [`KnowledgeError::Store`]; what is known stays.
    pub fn revive(&mut self) -> Result<bool, KnowledgeError> {
        let is_revived = self.store.revive()?;
        if is_revived {
            self.reload()?;
        }
        Ok(is_revived)
    }

    /// Imports files and folders, replacing items of the same id and language and documents of the same file name, then
    /// embeds what is new. All or nothing: the first fault leaves the knowledge as it was.
    ///
    /// # Errors
    /// Faults in the files, by file and line; faults of the store. When only the embedding fails the import stands, and
    /// [`Knowledge::embed_missing`] makes up for it.
    pub fn import(&mut self, paths: &[PathBuf], notice: &mut dyn FnMut(Progress)) -> Result<Imported, KnowledgeError> {
        let batch = import::read(paths, &mut |files| notice(Progress::Read { files }))?;
        self.store.replace(&batch.items, &batch.documents, &words::index_text)?;
        self.reload()?;
        let embedded = self.embed_missing(notice)?;
        Ok(Imported {
            items: batch.items.len(),
            documents: batch.documents.len(),
            passages: batch.documents.iter().map(|document| document.parts.len()).sum(),
            embedded,
        })
    }

    /// Embeds the texts that have no vector of the present model; returns how many. 0 without a model.
    ///
    /// # Errors
    /// [`KnowledgeError::Embedding`], [`KnowledgeError::EmbedderBusy`]; what was embedded before stays.
    pub fn embed_missing(&mut self, notice: &mut dyn FnMut(Progress)) -> Result<usize, KnowledgeError> {
        let Some(model) = &self.embedder else { return Ok(0) };
        let mut missing = self.index.unembedded(&model.languages);
        // Texts of one length share a pass best.
        missing.sort_by_key(|one| one.text.len());
        let total = missing.len();
        for (batch, done) in missing.chunks(EMBED_BATCH).zip((0..).step_by(EMBED_BATCH)) {
            notice(Progress::Embed { done, total });
            let vectors = model.embed(batch)?;
            self.store.keep_vectors(&model.name, &vectors)?;
        }
        if total > 0 {
            notice(Progress::Embed { done: total, total });
            self.reload()?;
        }
        Ok(total)
    }

    /// Every item and document.
    ///
    /// # Errors
    /// [`KnowledgeError::Store`].
    pub fn list(&mut self) -> Result<Vec<Listed>, KnowledgeError> {
        self.refresh()?;
        let mut listed: Vec<Listed> = Vec::new();
        for owner in &self.index.owners {
            match &owner.content {
                Content::Item(item) => listed.push(Listed {
                    kind: "item",
                    name: item.id.clone(),
                    language: item.language,
                    title: item.questions.first().cloned().unwrap_or_default(),
                    texts: item.questions.len(),
                    valid_from: item.valid_from,
                    valid_until: item.valid_until,
                }),
                Content::Passage(row) => {
                    match listed.last_mut().filter(|last| last.kind == "document" && last.name == row.file) {
                        Some(last) => last.texts += 1,
                        None => listed.push(Listed {
                            kind: "document",
                            name: row.file.clone(),
                            language: row.language,
                            title: row.title.clone(),
                            texts: 1,
                            valid_from: None,
                            valid_until: None,
                        }),
                    }
                }
            }
        }
        Ok(listed)
    }

    /// The item of that id and language, whether it is valid now or not.
    ///
    /// # Errors
    /// [`KnowledgeError::Store`].
    pub fn item(&self, id: &str, language: Language) -> Result<Option<Item>, KnowledgeError> {
        Ok(self.store.item(id, language)?)
    }

    /// Removes the item of that id in every language, or the document of that file name; returns how many of them.
    ///
    /// # Errors
    /// [`KnowledgeError::Store`].
    pub fn remove(&mut self, name: &str) -> Result<usize, KnowledgeError> {
        let removed = self.store.remove(name)?;
        self.reload()?;
        self.forget_unused()?;
        Ok(removed.items + removed.documents)
    }

    /// Writes `items.LANGUAGE.jsonl` and the documents as they were imported into `folder`, made when absent; they import
    /// to the same knowledge.
    ///
    /// # Errors
    /// [`KnowledgeError::Unwritable`], [`KnowledgeError::Store`].
    pub fn export(&self, folder: &Path) -> Result<Exported, KnowledgeError> {
        let rows = self.store.load()?;
        let mut files: Vec<(String, String)> = self.store.sources()?;
        let documents = files.len();
        for language in Language::ALL {
            let of_language = rows.items.iter().filter(|(_, item)| item.language == language);
            let lines: String = of_language.map(|(_, item)| items::write_item(item) + "\n").collect();
            if !lines.is_empty() {
                files.push((format!("items.{language}.jsonl"), lines));
            }
        }
        std::fs::create_dir_all(folder).map_err(|source| KnowledgeError::Unwritable { path: folder.into(), source })?;
        for (name, text) in files {
            let path = folder.join(name);
            std::fs::write(&path, text).map_err(|source| KnowledgeError::Unwritable { path, source })?;
        }
        Ok(Exported { items: rows.items.len(), documents })
    }

    /// Finds what answers `question`, among items that are valid at `now` (the site's local time) and documents, in
    /// `language`. Sees what another process imported. Takes the embedding's time and about a millisecond.
    ///
    /// # Errors
    /// [`KnowledgeError::Store`].
    pub fn search(&mut self, question: &str, language: Language, now: DateTime) -> Result<Found, KnowledgeError> {
        self.refresh()?;
        let asked = self.ask(question, language);
        let mut candidates = search::nearest(&asked, &self.index);
        if let Some(query) = words::query(question) {
            let limit = if asked.vector.is_some() { WORD_HITS_BESIDE } else { WORD_HITS_ALONE };
            let hits = self.store.hits(&query, language, limit)?;
            candidates.extend(hits.into_iter().filter_map(|hit| self.index.owner_of(hit)));
        }
        let hits = search::rank(&asked, candidates, &self.index, now);
        let picked = hits.iter().map(|hit| self.picked(&asked, hit.place)).collect();
        Ok(Found {
            evidence: hits.iter().map(|hit| hit.evidence).collect(),
            passages: hits.into_iter().map(|hit| hit.passage).collect(),
            basis: if asked.vector.is_some() { Basis::Meaning } else { Basis::Words },
            picked,
        })
    }

    fn picked(&self, asked: &Asked, place: usize) -> Vec<String> {
        let owner = &self.index.owners[place];
        match &owner.content {
            Content::Item(item) => vec![item.answer.clone()],
            Content::Passage(row) => {
                let places = pick::pick(asked, owner, &self.index);
                places.into_iter().filter_map(|place| row.part.sentences.get(place).cloned()).collect()
            }
        }
    }

    fn ask(&self, question: &str, language: Language) -> Asked {
        let identifiers = Identifiers::of(question);
        let known = self.index.identifiers(language);
        let strange = known.is_some_and(|known| identifiers.strange_to(known));
        let question = known.map_or_else(|| question.to_owned(), |known| Identifiers::strip_unknown(question, known));
        let lexicon = self.index.lexicon(language);
        let terms = lexicon.map_or_else(Weighed::new, |lexicon| lexicon.weigh_text(&question));
        Asked {
            language,
            alien: lexicon.map_or(0.0, |lexicon| lexicon.alien(&terms)),
            terms,
            identifiers,
            strange,
            vector: self.vector(question, language),
        }
    }

    fn vector(&self, question: String, language: Language) -> Option<Vec<f32>> {
        let model = self.embedder.as_ref().filter(|model| model.languages.contains(&language))?;
        match model.embed_one(question) {
            Ok(vector) => self.index.moved(vector, language),
            Err(error) => {
                let error: &dyn std::error::Error = &error;
                tracing::warn!(error, "the question was not embedded; words alone search");
                None
            }
        }
    }

    /// Twelve hexadecimal digits that name what is known now: equal when every text is equal.
    ///
    /// # Errors
    /// [`KnowledgeError::Store`] when the index has to be read again and cannot be.
    pub fn edition(&mut self) -> Result<String, KnowledgeError> {
        self.refresh()?;
        Ok(self.index.edition())
    }

    /// Reads the index again when another handle has written.
    pub(super) fn refresh(&mut self) -> Result<(), KnowledgeError> {
        if self.store.version()? == self.version { Ok(()) } else { self.reload() }
    }

    pub(super) fn reload(&mut self) -> Result<(), KnowledgeError> {
        // The version is taken first: what is written while reading is read again next time.
        let version = self.store.version()?;
        let vectors = match &self.embedder {
            Some(model) => self.store.vectors(&model.name)?,
            None => HashMap::new(),
        };
        let index = Index::build(self.store.load()?, &vectors);
        if index.units.len() > VECTORS_MAX {
            return Err(KnowledgeError::TooMuch { found: index.units.len(), max: VECTORS_MAX });
        }
        (self.index, self.version) = (index, version);
        Ok(())
    }

    /// Forgets vectors of texts that are gone.
    pub(super) fn forget_unused(&mut self) -> Result<(), KnowledgeError> {
        let Some(model) = &self.embedder else { return Ok(()) };
        let used: HashSet<Digest> = self.index.units.iter().map(|unit| unit.digest).collect();
        let stored = self.store.vectors(&model.name)?;
        let gone: Vec<Digest> =
            stored.into_keys().filter(|digest| !used.contains(digest) && !is_background(digest)).collect();
        Ok(self.store.forget_vectors(&gone)?)
    }
}

impl Model {
    pub(super) fn ask(worker: SharedEmbedder) -> Result<Self, KnowledgeError> {
        let pending = worker.call(|embedder, _| (embedder.name().to_owned(), embedder.languages().to_vec()))?;
        let (name, languages) = pending.wait()?.value;
        Ok(Self { worker, name, languages })
    }

    pub(super) fn embed(&self, batch: &[Unembedded]) -> Result<Vec<(Digest, Vec<f32>)>, KnowledgeError> {
        let texts: Vec<String> = batch.iter().map(|one| one.text.clone()).collect();
        let pending = self
            .worker
            .call(move |embedder, _| embedder.embed(&texts.iter().map(String::as_str).collect::<Vec<_>>()))?;
        let vectors = pending.wait()?.value?;
        Ok(batch.iter().map(|one| one.digest).zip(vectors).collect())
    }

    fn embed_one(&self, text: String) -> Result<Vec<f32>, KnowledgeError> {
        let vectors = self.worker.call(move |embedder, _| embedder.embed(&[&text]))?.wait()?.value?;
        let none = || crate::engine::EngineError::Failed { engine: "embedding", reason: "it gave no vector".into() };
        Ok(vectors.into_iter().next().ok_or_else(none)?)
    }
}

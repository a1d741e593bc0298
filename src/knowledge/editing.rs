//! What a technician changes and looks through while visitors are served: single items, documents, what is missing or expires.
//! Knows items, not pages.

use jiff::civil::DateTime;

use super::index::{Content, Unembedded};
use super::open::{Knowledge, Model};
use super::{KnowledgeError, SharedEmbedder, items, words};
use crate::domain::{Item, Language};

/// Some items of a longer list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemPage {
    /// How many there are in all.
    pub total: usize,
    pub items: Vec<Item>,
}

/// Texts that are not yet placed by meaning: words alone find them.
pub struct Unplaced(Vec<Unembedded>);

impl Unplaced {
    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The next `count` texts, taken out.
    pub fn take(&mut self, count: usize) -> Self {
        Self(self.0.split_off(self.0.len().saturating_sub(count)))
    }
}

impl Knowledge {
    /// Items that have `query` in their id, questions, answer or tags (letters' case aside), in the order of import.
    ///
    /// # Errors
    /// [`KnowledgeError::Store`].
    pub fn items(
        &mut self,
        query: &str,
        language: Option<Language>,
        (offset, limit): (usize, usize),
    ) -> Result<ItemPage, KnowledgeError> {
        self.refresh()?;
        let query = query.trim().to_lowercase();
        let all = self.index.owners.iter().filter_map(|owner| match &owner.content {
            Content::Item(item) => Some(item),
            Content::Passage(_) => None,
        });
        let wanted = |item: &&Item| language.is_none_or(|language| item.language == language) && has(item, &query);
        let found: Vec<&Item> = all.filter(wanted).collect();
        let items = found.iter().skip(offset).take(limit).map(|&item| item.clone()).collect();
        Ok(ItemPage { total: found.len(), items })
    }

    /// Items that hold now and no longer at `until`, the first to end first.
    ///
    /// # Errors
    /// [`KnowledgeError::Store`].
    pub fn expiring(&mut self, until: DateTime) -> Result<Vec<Item>, KnowledgeError> {
        let mut found = self.items("", None, (0, usize::MAX))?.items;
        found.retain(|item| item.valid_until.is_some_and(|end| end <= until));
        found.sort_by_key(|item| item.valid_until);
        Ok(found)
    }

    /// Adds or replaces one item, written as a line of an items file, and places it by meaning.
    ///
    /// # Errors
    /// [`KnowledgeError::Item`] with what is wrong, as an import tells it; faults of the store. When only the embedding fails the
    /// item stands and words find it.
    pub fn put_item(&mut self, line: &str) -> Result<Item, KnowledgeError> {
        let item = items::read_item(line).map_err(KnowledgeError::Item)?;
        self.store.replace(std::slice::from_ref(&item), &[], &words::index_text)?;
        self.reload()?;
        self.embed_missing(&mut |_| {})?;
        self.forget_unused()?;
        Ok(item)
    }

    /// Removes an item in one language; tells whether it was there.
    ///
    /// # Errors
    /// [`KnowledgeError::Store`].
    pub fn remove_item(&mut self, id: &str, language: Language) -> Result<bool, KnowledgeError> {
        let was_there = self.store.remove_item(id, language)?;
        self.reload()?;
        self.forget_unused()?;
        Ok(was_there)
    }

    /// Removes a document; tells whether it was there.
    ///
    /// # Errors
    /// [`KnowledgeError::Store`].
    pub fn remove_document(&mut self, file: &str) -> Result<bool, KnowledgeError> {
        let was_there = self.store.remove_document(file)?;
        self.reload()?;
        self.forget_unused()?;
        Ok(was_there)
    }

    /// What is not placed by meaning yet; nothing without a model. [`Knowledge::place`] takes it in pieces, so that visitors'
    /// questions slip in between.
    ///
    /// # Errors
    /// [`KnowledgeError::Store`].
    pub fn unplaced(&mut self) -> Result<Unplaced, KnowledgeError> {
        self.refresh()?;
        let Some(model) = &self.embedder else { return Ok(Unplaced(Vec::new())) };
        let mut missing = self.index.unembedded(&model.languages);
        // Texts of one length share a pass best; the shortest are taken first, from the end.
        missing.sort_by_key(|one| std::cmp::Reverse(one.text.len()));
        Ok(Unplaced(missing))
    }

    /// Places a piece by meaning. Search sees it after [`Knowledge::reread`].
    ///
    /// # Errors
    /// [`KnowledgeError::Embedding`], [`KnowledgeError::EmbedderBusy`], [`KnowledgeError::Store`].
    pub fn place(&mut self, piece: &Unplaced) -> Result<(), KnowledgeError> {
        let Some(model) = &self.embedder else { return Ok(()) };
        let vectors = model.embed(&piece.0)?;
        Ok(self.store.keep_vectors(&model.name, &vectors)?)
    }

    /// Another model places texts by meaning from now on; until [`Knowledge::unplaced`] is empty, words alone find what it has
    /// not placed. Gives the one before, to return to.
    ///
    /// # Errors
    /// [`KnowledgeError`]; the model before stays then.
    pub fn use_embedder(&mut self, embedder: SharedEmbedder) -> Result<Option<SharedEmbedder>, KnowledgeError> {
        let before = self.embedder.replace(Model::ask(embedder)?);
        if let Err(error) = self.reload() {
            self.embedder = before;
            return Err(error);
        }
        Ok(before.map(|model| model.worker))
    }

    /// Reads the index again.
    ///
    /// # Errors
    /// [`KnowledgeError::Store`].
    pub fn reread(&mut self) -> Result<(), KnowledgeError> {
        self.reload()?;
        self.forget_unused()
    }
}

fn has(item: &Item, query: &str) -> bool {
    let texts = item.questions.iter().chain(&item.tags).chain([&item.id, &item.answer]);
    query.is_empty() || texts.into_iter().any(|text| text.to_lowercase().contains(query))
}

#[cfg(test)]
mod tests {
    use super::*;

    const POOL: &str = r#"{"id":"pool","language":"en","questions":["Where is the pool?"],"answer":"On level 2.","tags":["leisure"],"valid_until":"2026-12-31"}"#;

    fn opened(folder: &tempfile::TempDir) -> Knowledge {
        Knowledge::open(&folder.path().join("knowledge.db"), None).unwrap()
    }

    fn ids(page: &ItemPage) -> Vec<&str> {
        page.items.iter().map(|item| item.id.as_str()).collect()
    }

    #[test]
    fn an_item_is_put_found_changed_and_removed_without_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let mut knowledge = opened(&folder);
        knowledge.put_item(POOL).unwrap();
        knowledge
            .put_item(&POOL.replace("en", "zh").replace("Where is the pool?", "泳池在哪").replace("leisure", "玩"))
            .unwrap();
        let page = knowledge.items("LEVEL 2", None, (0, 10)).unwrap();
        assert_eq!((page.total, ids(&page)), (2, vec!["pool", "pool"]));
        assert_eq!(knowledge.items("leisure", Some(Language::English), (0, 10)).unwrap().total, 1);
        assert_eq!(knowledge.items("", None, (1, 10)).unwrap().items.len(), 1);
        knowledge.put_item(&POOL.replace("level 2", "level 3")).unwrap();
        assert_eq!(knowledge.item("pool", Language::English).unwrap().unwrap().answer, "On level 3.");
        assert!(knowledge.remove_item("pool", Language::English).unwrap());
        assert!(!knowledge.remove_item("pool", Language::English).unwrap());
        assert_eq!(knowledge.items("", None, (0, 10)).unwrap().total, 1, "the other language stays");
    }

    #[test]
    fn a_bad_item_is_refused_with_its_reason_and_changes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let mut knowledge = opened(&folder);
        knowledge.put_item(POOL).unwrap();
        let error = knowledge.put_item(&POOL.replace("On level 2.", " ")).unwrap_err();
        assert_eq!(error.to_string(), "answer is blank");
        assert_eq!(knowledge.item("pool", Language::English).unwrap().unwrap().answer, "On level 2.");
    }

    #[test]
    fn what_ends_soon_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let mut knowledge = opened(&folder);
        knowledge.put_item(POOL).unwrap();
        knowledge.put_item(&POOL.replace("pool", "ever").replace(r#","valid_until":"2026-12-31""#, "")).unwrap();
        let ends = |knowledge: &mut Knowledge, day: i8| {
            knowledge.expiring(jiff::civil::date(2027, 1, day).at(0, 0, 0, 0)).unwrap().len()
        };
        assert_eq!(ends(&mut knowledge, 1), 1);
        assert_eq!(knowledge.expiring(jiff::civil::date(2026, 12, 30).at(0, 0, 0, 0)).unwrap(), []);
    }
}

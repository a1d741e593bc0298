//! A file that is to be imported, looked through first: what it would add, change and leave, and every fault. Then taken in as a
//! whole, or not at all.

use std::path::Path;

use super::import::{self, Batch, Fault};
use super::index::Content;
use super::open::{Imported, Knowledge};
use super::{KnowledgeError, words};
use crate::domain::Item;

/// One item that would become another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    pub before: Item,
    pub after: Item,
}

/// One document that would become another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentDifference {
    pub name: String,
    pub passages_before: usize,
    pub passages_after: usize,
}

/// What a file would do.
pub struct Review {
    pub added: Vec<Item>,
    pub changed: Vec<Difference>,
    /// Items that are here as they stand in the file.
    pub same: usize,
    pub documents: Vec<DocumentDifference>,
    pub faults: Vec<Fault>,
    batch: Batch,
    /// What was known when it was looked through.
    edition: String,
}

impl Knowledge {
    /// Looks through one file (.jsonl, .md or .txt) without changing anything.
    ///
    /// # Errors
    /// [`KnowledgeError::Unreadable`], [`KnowledgeError::Store`]; what is wrong in the file stands in the review.
    pub fn review(&mut self, path: &Path) -> Result<Review, KnowledgeError> {
        let (batch, faults) = import::look(path)?;
        let edition = self.edition()?;
        let (mut added, mut changed, mut same) = (Vec::new(), Vec::new(), 0);
        for after in &batch.items {
            match self.store.item(&after.id, after.language)? {
                None => added.push(after.clone()),
                Some(before) if before == *after => same += 1,
                Some(before) => changed.push(Difference { before, after: after.clone() }),
            }
        }
        let documents = batch
            .documents
            .iter()
            .map(|document| DocumentDifference {
                name: document.file.clone(),
                passages_before: self.passages_of(&document.file),
                passages_after: document.parts.len(),
            })
            .collect();
        Ok(Review { added, changed, same, documents, faults, batch, edition })
    }

    /// Takes in what was looked through, in one transaction; [`Knowledge::unplaced`] tells what is then to be placed by meaning.
    ///
    /// # Errors
    /// [`KnowledgeError::Faulty`], [`KnowledgeError::Changed`], [`KnowledgeError::Store`]; nothing was taken in then.
    pub fn take(&mut self, review: &Review) -> Result<Imported, KnowledgeError> {
        if !review.faults.is_empty() {
            return Err(KnowledgeError::Faulty(review.faults.len()));
        }
        if self.edition()? != review.edition {
            return Err(KnowledgeError::Changed);
        }
        let batch = &review.batch;
        self.store.replace(&batch.items, &batch.documents, &words::index_text)?;
        self.reload()?;
        Ok(Imported {
            items: batch.items.len(),
            documents: batch.documents.len(),
            passages: batch.documents.iter().map(|document| document.parts.len()).sum(),
            embedded: 0,
        })
    }

    fn passages_of(&self, file: &str) -> usize {
        let of_file = |content: &Content| matches!(content, Content::Passage(row) if row.file == file);
        self.index.owners.iter().filter(|owner| of_file(&owner.content)).count()
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    const ONE: &str = r#"{"id":"a","language":"en","questions":["A?"],"answer":"One."}"#;

    fn written(folder: &tempfile::TempDir, name: &str, text: &str) -> std::path::PathBuf {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        path
    }

    #[test]
    fn differences_are_told_before_and_after_and_then_taken() {
        let folder = tempfile::tempdir().unwrap();
        let mut knowledge = Knowledge::open(&folder.path().join("knowledge.db"), None).unwrap();
        let first = written(&folder, "items.jsonl", &format!("{ONE}\n{}\n", ONE.replace("\"a\"", "\"b\"")));
        let review = knowledge.review(&first).unwrap();
        assert_eq!((review.added.len(), review.changed.len(), review.same), (2, 0, 0));
        assert_eq!(knowledge.items("", None, (0, 9)).unwrap().total, 0, "a look changes nothing");
        assert_eq!(knowledge.take(&review).unwrap().items, 2);

        let second = written(
            &folder,
            "items.jsonl",
            &format!("{}\n{}\n", ONE.replace("One", "Two"), ONE.replace("\"a\"", "\"b\"")),
        );
        let review = knowledge.review(&second).unwrap();
        assert_eq!((review.added.len(), review.same), (0, 1));
        assert_eq!(
            (review.changed[0].before.answer.as_str(), review.changed[0].after.answer.as_str()),
            ("One.", "Two.")
        );
        knowledge.put_item(&ONE.replace("\"a\"", "\"c\"")).unwrap();
        assert!(matches!(knowledge.take(&review), Err(KnowledgeError::Changed)));
    }

    #[test]
    fn every_fault_is_told_by_its_line_and_nothing_is_half_imported() {
        let folder = tempfile::tempdir().unwrap();
        let mut knowledge = Knowledge::open(&folder.path().join("knowledge.db"), None).unwrap();
        let text = format!("{ONE}\nnot json\n\n{}\n{ONE}\n", ONE.replace("One.", ""));
        let review = knowledge.review(&written(&folder, "items.jsonl", &text)).unwrap();
        let lines: Vec<Option<usize>> = review.faults.iter().map(|fault| fault.line).collect();
        assert_eq!(lines, [Some(2), Some(4), Some(5)]);
        assert!(matches!(knowledge.take(&review), Err(KnowledgeError::Faulty(3))));
        assert_eq!(knowledge.items("", None, (0, 9)).unwrap().total, 0);
        for (name, text, reason) in [
            ("items.jsonl", "", "the file is empty"),
            ("picture.png", "x", "it is no knowledge"),
            ("empty.md", "# Title\n", "there is no text under its headings"),
        ] {
            let review = knowledge.review(&written(&folder, name, text)).unwrap();
            assert!(review.faults[0].reason.contains(reason), "{name}: {:?}", review.faults);
        }
    }

    #[test]
    fn a_document_is_told_with_its_parts() {
        let folder = tempfile::tempdir().unwrap();
        let mut knowledge = Knowledge::open(&folder.path().join("knowledge.db"), None).unwrap();
        let path = written(&folder, "pets.en.md", "# Pets\n\n## Dogs\n\nWalk it.\n\n## Cats\n\nFeed it.\n");
        let review = knowledge.review(&path).unwrap();
        let told = DocumentDifference { name: "pets.en.md".into(), passages_before: 0, passages_after: 2 };
        assert_eq!(review.documents, [told]);
        knowledge.take(&review).unwrap();
        assert_eq!(knowledge.review(&path).unwrap().documents[0].passages_before, 2);
        assert!(knowledge.remove_document("pets.en.md").unwrap() && !knowledge.remove_document("pets.en.md").unwrap());
    }
}

//! What the knowledge room keeps: items, documents, the index of words and the vectors. Knows tables, not ranking.

use std::collections::HashMap;
use std::path::Path;

use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::rows::{self, item_of};
use super::schema::Kind;
use super::{File, StoreError};
use crate::domain::{Document, Item, Language, Part};

/// SHA-256 of a text.
pub type Digest = [u8; 32];

/// The knowledge of one site in its file. Blocking.
pub struct KnowledgeStore(pub(super) File);

/// Everything that search holds in memory.
#[derive(Debug, Default)]
pub struct KnowledgeRows {
    /// Items with their keys.
    pub items: Vec<(i64, Item)>,
    pub passages: Vec<PassageRow>,
}

/// One part of a document.
#[derive(Debug)]
pub struct PassageRow {
    pub key: i64,
    pub file: String,
    pub language: Language,
    /// The document's title.
    pub title: String,
    pub part: Part,
}

/// How many rows a removal took.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Removed {
    pub items: usize,
    pub documents: usize,
}

/// An item or a passage that shares words with a query.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum WordHit {
    Item(i64),
    Passage(i64),
}

impl KnowledgeStore {
    /// Opens the file, made when absent.
    ///
    /// # Errors
    /// [`StoreError`], each variant with what to do.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        File::open(path, Kind::Knowledge).map(Self)
    }

    /// Opens the file for writing that was opened to be read alone, once its disk takes writes. Whether it did.
    ///
    /// # Errors
    /// As [`KnowledgeStore::open`]; it stays as it was then.
    pub fn revive(&mut self) -> Result<bool, StoreError> {
        self.0.revive(Kind::Knowledge)
    }

    /// Whether nothing can be written, for its disk took no writes.
    pub fn is_read_only(&self) -> bool {
        self.0.is_read_only
    }

    /// Writes items and documents in one transaction, replacing those of the same name. `segment` turns a text into words
    /// with spaces between them.
    ///
    /// # Errors
    /// [`StoreError`]; nothing was written then.
    pub fn replace(
        &mut self,
        items: &[Item],
        documents: &[Document],
        segment: &dyn Fn(&str) -> String,
    ) -> Result<(), StoreError> {
        self.write(|transaction| {
            let writer = Writer { transaction, segment };
            items.iter().try_for_each(|item| writer.item(item))?;
            documents.iter().try_for_each(|document| writer.document(document))
        })
    }

    /// Removes the item `name` in every language, and the document of that file name.
    ///
    /// # Errors
    /// [`StoreError`]; nothing was removed then.
    pub fn remove(&mut self, name: &str) -> Result<Removed, StoreError> {
        self.write(|transaction| {
            Ok(Removed {
                items: transaction.execute("DELETE FROM items WHERE id = ?1", [name])?,
                documents: transaction.execute("DELETE FROM documents WHERE file = ?1", [name])?,
            })
        })
    }

    /// Removes the item `id` in one language; tells whether it was there.
    ///
    /// # Errors
    /// [`StoreError`]; nothing was removed then.
    pub fn remove_item(&mut self, id: &str, language: Language) -> Result<bool, StoreError> {
        self.write(|transaction| {
            let gone =
                transaction.execute("DELETE FROM items WHERE id = ?1 AND language = ?2", [id, language.code()])?;
            Ok(gone == 1)
        })
    }

    /// Removes the document of that file name; tells whether it was there.
    ///
    /// # Errors
    /// [`StoreError`]; nothing was removed then.
    pub fn remove_document(&mut self, file: &str) -> Result<bool, StoreError> {
        self.write(|transaction| Ok(transaction.execute("DELETE FROM documents WHERE file = ?1", [file])? == 1))
    }

    /// Reads all that search needs, in the order of import.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn load(&self) -> Result<KnowledgeRows, StoreError> {
        self.read(|connection| {
            Ok(KnowledgeRows { items: rows::items(connection)?, passages: rows::passages(connection)? })
        })
    }

    /// # Errors
    /// [`StoreError`].
    pub fn item(&self, id: &str, language: Language) -> Result<Option<Item>, StoreError> {
        self.read(|connection| {
            let sql = format!("{} WHERE id = ?1 AND language = ?2", rows::ITEMS);
            let found =
                connection.query_row(&sql, [id, language.code()], |row| Ok((row.get(0)?, item_of(row)?))).optional()?;
            found.map(|(key, item)| rows::with_questions(connection, key, item)).transpose()
        })
    }

    /// File name and imported text of every document.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn sources(&self) -> Result<Vec<(String, String)>, StoreError> {
        self.read(|connection| {
            let mut query = connection.prepare("SELECT file, source FROM documents ORDER BY file")?;
            query.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
        })
    }

    /// The entries that share most with `query` (an FTS5 query: every term quoted), best first by BM25, an owner named once.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn hits(&self, query: &str, language: Language, limit: usize) -> Result<Vec<WordHit>, StoreError> {
        self.read(|connection| {
            let mut prepared = connection.prepare_cached(
                "SELECT entries.item, entries.passage FROM words JOIN entries ON entries.key = words.rowid
                 WHERE words MATCH ?1 AND entries.language = ?2 ORDER BY bm25(words) LIMIT ?3",
            )?;
            let found = prepared.query_map(params![query, language.code(), limit as i64], |row| {
                Ok(match row.get(0)? {
                    Some(item) => WordHit::Item(item),
                    None => WordHit::Passage(row.get(1)?),
                })
            })?;
            let mut hits: Vec<WordHit> = Vec::new();
            for hit in found {
                let hit = hit?;
                if !hits.contains(&hit) {
                    hits.push(hit);
                }
            }
            Ok(hits)
        })
    }

    /// The vectors that `model` gave, by their text's digest.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn vectors(&self, model: &str) -> Result<HashMap<Digest, Vec<f32>>, StoreError> {
        self.read(|connection| {
            let mut query = connection.prepare("SELECT digest, vector FROM vectors WHERE model = ?1")?;
            let mut found = query.query([model])?;
            let mut vectors = HashMap::new();
            while let Some(row) = found.next()? {
                let bytes = row.get_ref(1)?.as_blob()?;
                let numbers = bytes.as_chunks().0.iter().map(|&bytes| f32::from_le_bytes(bytes));
                vectors.insert(row.get(0)?, numbers.collect());
            }
            Ok(vectors)
        })
    }

    /// Keeps vectors of `model`.
    ///
    /// # Errors
    /// [`StoreError`]; none was kept then.
    pub fn keep_vectors(&mut self, model: &str, vectors: &[(Digest, Vec<f32>)]) -> Result<(), StoreError> {
        self.write(|transaction| {
            let mut insert = transaction.prepare_cached("INSERT OR REPLACE INTO vectors VALUES (?1, ?2, ?3)")?;
            for (digest, vector) in vectors {
                let bytes: Vec<u8> = vector.iter().flat_map(|number| number.to_le_bytes()).collect();
                insert.execute(params![model, digest, bytes])?;
            }
            Ok(())
        })
    }

    /// Forgets the vectors whose text is no longer known.
    ///
    /// # Errors
    /// [`StoreError`]; none was forgotten then.
    pub fn forget_vectors(&mut self, gone: &[Digest]) -> Result<(), StoreError> {
        self.write(|transaction| {
            let mut delete = transaction.prepare_cached("DELETE FROM vectors WHERE digest = ?1")?;
            gone.iter().try_for_each(|digest| delete.execute([digest]).map(|_| ()))
        })
    }

    /// A number that changes when another handle writes to the file. Takes microseconds.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn version(&self) -> Result<i64, StoreError> {
        self.0.pragma("data_version")
    }

    pub(super) fn read<T>(&self, work: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, StoreError> {
        work(&self.0.connection).map_err(|error| self.0.error(error))
    }

    pub(super) fn write<T>(&mut self, work: impl FnOnce(&Transaction) -> rusqlite::Result<T>) -> Result<T, StoreError> {
        let done = (|| {
            let behavior = rusqlite::TransactionBehavior::Immediate;
            let transaction = self.0.connection.transaction_with_behavior(behavior)?;
            let value = work(&transaction)?;
            transaction.commit()?;
            Ok(value)
        })();
        done.map_err(|error| self.0.error(error))
    }
}

/// Writes one import.
pub(super) struct Writer<'a> {
    pub transaction: &'a Transaction<'a>,
    pub segment: &'a dyn Fn(&str) -> String,
}

impl Writer<'_> {
    fn item(&self, item: &Item) -> rusqlite::Result<()> {
        let code = item.language.code();
        self.execute("DELETE FROM items WHERE id = ?1 AND language = ?2", params![item.id, code])?;
        self.execute(
            "INSERT INTO items (id, language, answer, tags, valid_from, valid_until, media, place, hours, fees)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
            params![
                item.id,
                code,
                item.answer,
                item.tags.join("\n"),
                item.valid_from.map(|date| date.to_string()),
                item.valid_until.map(|date| date.to_string()),
                item.media,
                item.place,
                item.hours,
                item.fees,
            ],
        )?;
        let key = self.transaction.last_insert_rowid();
        for (position, question) in item.questions.iter().enumerate() {
            self.execute("INSERT INTO phrasings VALUES (?1, ?2, ?3)", params![key, position as i64, question])?;
            self.entry(question, code, Some(key), None)?;
        }
        self.entry(&item.answer, code, Some(key), None)
    }

    fn document(&self, document: &Document) -> rusqlite::Result<()> {
        let code = document.language.code();
        self.execute("DELETE FROM documents WHERE file = ?1", params![document.file])?;
        self.execute(
            "INSERT INTO documents (file, language, title, source) VALUES (?1, ?2, ?3, ?4)",
            params![document.file, code, document.title, document.source],
        )?;
        let key = self.transaction.last_insert_rowid();
        for part in &document.parts {
            self.execute("INSERT INTO passages (document, section) VALUES (?1, ?2)", params![key, part.section])?;
            let passage = self.transaction.last_insert_rowid();
            for (position, sentence) in part.sentences.iter().enumerate() {
                self.execute("INSERT INTO sentences VALUES (?1, ?2, ?3)", params![passage, position as i64, sentence])?;
            }
            self.entry(&passage_text(&document.title, part), code, None, Some(passage))?;
        }
        Ok(())
    }

    pub fn entry(&self, text: &str, code: &str, item: Option<i64>, passage: Option<i64>) -> rusqlite::Result<()> {
        self.execute(
            "INSERT INTO entries (language, item, passage) VALUES (?1, ?2, ?3)",
            params![code, item, passage],
        )?;
        let key = self.transaction.last_insert_rowid();
        self.execute("INSERT INTO words (rowid, text) VALUES (?1, ?2)", params![key, (self.segment)(text)])
    }

    fn execute(&self, sql: &str, values: &[&dyn rusqlite::ToSql]) -> rusqlite::Result<()> {
        self.transaction.prepare_cached(sql)?.execute(values).map(|_| ())
    }
}

/// What the index of words has of a part of a document.
pub(super) fn passage_text(title: &str, part: &Part) -> String {
    format!("{title} {} {}", part.section, part.sentences.join(" "))
}

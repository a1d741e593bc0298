//! The index of words, made anew from the rows it stands for: after a salvage it is empty. Knows no ranking.

use super::knowledge::{Writer, passage_text};
use super::{KnowledgeStore, StoreError, rows};

impl KnowledgeStore {
    /// Whether an item or a passage stands in no index: words would not find it.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn lacks_index(&self) -> Result<bool, StoreError> {
        self.read(|connection| {
            connection.query_row(
                "SELECT EXISTS (SELECT 1 FROM items WHERE key NOT IN (SELECT item FROM entries WHERE item IS NOT NULL))
                     OR EXISTS (SELECT 1 FROM passages WHERE key NOT IN
                         (SELECT passage FROM entries WHERE passage IS NOT NULL))",
                [],
                |row| row.get(0),
            )
        })
    }

    /// Makes the whole index anew, in one transaction. `segment` as for [`KnowledgeStore::replace`].
    ///
    /// # Errors
    /// [`StoreError`]; the index is as it was then.
    pub fn reindex(&mut self, segment: &dyn Fn(&str) -> String) -> Result<(), StoreError> {
        let loaded = self.load()?;
        self.write(|transaction| {
            // The trigger would take words away one by one.
            transaction.execute_batch("INSERT INTO words (words) VALUES ('delete-all'); DELETE FROM entries;")?;
            let writer = Writer { transaction, segment };
            for (key, item) in &loaded.items {
                let code = item.language.code();
                for text in item.questions.iter().chain([&item.answer]) {
                    writer.entry(text, code, Some(*key), None)?;
                }
            }
            for row in &loaded.passages {
                writer.entry(&passage_text(&row.title, &row.part), row.language.code(), None, Some(row.key))?;
            }
            rows::drop_empty_passages(transaction)
        })
    }
}

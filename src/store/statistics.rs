//! Counts by the hour: one row an hour, in a file of its own, so that a fault of it touches nothing that visitors need. Knows rows; what
//! is counted is the caller's.

use std::ops::RangeInclusive;
use std::path::Path;

use rusqlite::{OptionalExtension, TransactionBehavior, params};

use super::schema::Kind;
use super::{File, StoreError};

/// Rows that are read at once: 400 days and some to spare.
const ROWS_MAX: i64 = 10_000;

/// The file of hours. Blocking.
pub struct StatisticsStore(File);

impl StatisticsStore {
    /// Opens the file, made when absent.
    ///
    /// # Errors
    /// [`StoreError`], each variant with what to do.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        File::open(path, Kind::Statistics).map(Self)
    }

    /// Opens the file for writing that was opened to be read alone, once its disk takes writes. Whether it did.
    ///
    /// # Errors
    /// As [`StatisticsStore::open`]; it stays as it was then.
    pub fn revive(&mut self) -> Result<bool, StoreError> {
        self.0.revive(Kind::Statistics)
    }

    /// Changes the rows of `hours` in one transaction: `merge` gets what stands there and gives what shall stand there.
    ///
    /// # Errors
    /// [`StoreError`]; nothing is written then.
    pub fn update(
        &mut self,
        hours: &[i64],
        merge: &mut dyn FnMut(i64, Option<&str>) -> String,
    ) -> Result<(), StoreError> {
        let file = &mut self.0;
        let mut write = || -> rusqlite::Result<()> {
            let transaction = file.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            for hour in hours {
                let before: Option<String> = transaction
                    .query_row("SELECT body FROM hours WHERE hour = ?1", params![hour], |row| row.get(0))
                    .optional()?;
                let after = merge(*hour, before.as_deref());
                transaction
                    .execute("INSERT OR REPLACE INTO hours (hour, body) VALUES (?1, ?2)", params![hour, after])?;
            }
            transaction.commit()
        };
        write().map_err(|error| file.error(error))
    }

    /// The rows of `hours`, oldest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn read(&mut self, hours: RangeInclusive<i64>) -> Result<Vec<(i64, String)>, StoreError> {
        let read = || -> rusqlite::Result<Vec<(i64, String)>> {
            let sql = "SELECT hour, body FROM hours WHERE hour BETWEEN ?1 AND ?2 ORDER BY hour LIMIT ?3";
            let mut statement = self.0.connection.prepare_cached(sql)?;
            let rows = statement
                .query_map(params![hours.start(), hours.end(), ROWS_MAX], |row| Ok((row.get(0)?, row.get(1)?)))?;
            rows.collect()
        };
        read().map_err(|error| self.0.error(error))
    }

    /// Erases the oldest rows before `hour`, at most `most` of them. How many went.
    ///
    /// # Errors
    /// [`StoreError`]; nothing is erased then.
    pub fn forget(&mut self, hour: i64, most: u32) -> Result<usize, StoreError> {
        let sql = "DELETE FROM hours WHERE hour IN (SELECT hour FROM hours WHERE hour < ?1 ORDER BY hour LIMIT ?2)";
        self.0.connection.execute(sql, params![hour, most]).map_err(|error| self.0.error(error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_merged_read_in_order_and_forgotten_from_the_oldest() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = StatisticsStore::open(&folder.path().join("statistics.db")).unwrap();
        for _ in 0..2 {
            store.update(&[7, 5, 6], &mut |hour, before| format!("{}{hour}", before.unwrap_or(""))).unwrap();
        }
        let rows = |store: &mut StatisticsStore| {
            store.read(0..=10).unwrap().into_iter().map(|(hour, _)| hour).collect::<Vec<_>>()
        };
        assert_eq!(store.read(5..=6).unwrap(), [(5, "55".to_string()), (6, "66".to_string())]);
        assert_eq!(store.forget(7, 1).unwrap(), 1);
        assert_eq!(rows(&mut store), [6, 7]);
        assert_eq!(store.forget(7, 9).unwrap(), 1);
        assert_eq!(rows(&mut store), [7]);
    }

    #[test]
    fn another_process_that_ended_in_the_middle_leaves_whole_rows() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("statistics.db");
        let mut store = StatisticsStore::open(&path).unwrap();
        store.update(&[1], &mut |_, _| "one".into()).unwrap();
        // As a kill leaves it: the handle is never closed, its log never folded in.
        std::mem::forget(store);
        let mut again = StatisticsStore::open(&path).unwrap();
        assert_eq!(again.read(0..=2).unwrap(), [(1, "one".to_string())]);
    }

    #[test]
    fn a_file_of_another_kind_of_program_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("statistics.db");
        std::fs::write(&path, b"not a database, but long enough to be looked at as one, and then some more").unwrap();
        assert!(matches!(StatisticsStore::open(&path), Err(StoreError::Foreign { .. })));
    }
}

//! What a desk keeps: open cases, taken parcels, records without words, booked calls, and who may come in. The bodies of cases
//! and calls come sealed; this room has no key.

use std::collections::HashSet;
use std::path::Path;

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::schema::Kind;
use super::{File, StoreError};

/// The oldest of each that may be kept, seconds since 1970.
#[derive(Debug, Clone, Copy)]
pub struct Oldest {
    pub callbacks: i64,
    pub records: i64,
    pub parcels: i64,
}

/// The desk's file. Blocking.
pub struct DeskStore(File);

/// Changes of one transaction. Records are the caller's JSON; cases and calls are sealed by the caller, bound to their id.
#[derive(Debug, Clone, Default)]
pub struct DeskBatch {
    /// Taken parcels, by id.
    pub parcels: Vec<String>,
    /// `(case, body)`.
    pub saved: Vec<(String, String)>,
    /// `(case, body, gap)`: the case goes, its record stays.
    pub closed: Vec<(String, String, String)>,
    /// `(parcel, body)`: written with its parcel, and not again when that was taken before.
    pub callbacks: Vec<(String, String)>,
    /// `(case, stars)`.
    pub ratings: Vec<(String, u8)>,
    /// Seconds since 1970.
    pub now: i64,
}

/// A hand-over that is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordRow {
    pub case: String,
    /// Seconds since 1970.
    pub at: i64,
    /// The caller's JSON.
    pub body: String,
    pub stars: Option<i64>,
}

impl DeskStore {
    /// Opens the file, made when absent.
    ///
    /// # Errors
    /// [`StoreError`], each variant with what to do.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        File::open(path, Kind::Desk).map(Self)
    }

    /// Opens the file for writing that was opened to be read alone, once its disk takes writes. Whether it did.
    ///
    /// # Errors
    /// As [`DeskStore::open`]; it stays as it was then.
    pub fn revive(&mut self) -> Result<bool, StoreError> {
        self.0.revive(Kind::Desk)
    }

    /// Whether nothing can be written, for its disk took no writes.
    pub fn is_read_only(&self) -> bool {
        self.0.is_read_only
    }

    /// Writes a batch, all or nothing.
    ///
    /// # Errors
    /// [`StoreError`]; nothing is written then.
    pub fn write(&mut self, batch: &DeskBatch) -> Result<(), StoreError> {
        let file = &mut self.0;
        write(&mut file.connection, batch).map_err(|error| file.error(error))
    }

    /// The open cases `(id, sealed body)`.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn cases(&mut self) -> Result<Vec<(String, String)>, StoreError> {
        self.list("SELECT id, sealed FROM cases ORDER BY id", |row| Ok((row.get(0)?, row.get(1)?)))
    }

    /// Puts other bodies into cases and calls `(id, body)`, all or none, and leaves nothing of the former ones in the file.
    ///
    /// # Errors
    /// [`StoreError`]; nothing changed then, or old bytes are still in free pages.
    pub fn replace(&mut self, cases: &[(String, String)], callbacks: &[(String, String)]) -> Result<(), StoreError> {
        let write = |connection: &mut Connection| -> rusqlite::Result<()> {
            let transaction = connection.transaction()?;
            for (id, body) in cases {
                transaction.execute("UPDATE cases SET sealed = ?2 WHERE id = ?1", params![id, body])?;
            }
            for (id, body) in callbacks {
                transaction.execute("UPDATE callbacks SET sealed = ?2 WHERE id = ?1", params![id, body])?;
            }
            transaction.commit()
        };
        write(&mut self.0.connection).map_err(|error| self.0.error(error))?;
        self.0.leave_nothing()
    }

    /// Erases what is older than its moment; gives how many went.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn forget_before(&mut self, oldest: &Oldest) -> Result<usize, StoreError> {
        let forget = |connection: &Connection| -> rusqlite::Result<usize> {
            let calls = connection.execute("DELETE FROM callbacks WHERE at < ?1", params![oldest.callbacks])?;
            let records = connection.execute("DELETE FROM records WHERE at < ?1", params![oldest.records])?;
            let parcels = connection.execute("DELETE FROM parcels WHERE at < ?1", params![oldest.parcels])?;
            Ok(calls + records + parcels)
        };
        forget(&self.0.connection).map_err(|error| self.0.error(error))
    }

    /// Whether a parcel was taken.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn has_parcel(&mut self, id: &str) -> Result<bool, StoreError> {
        self.one("SELECT 1 FROM parcels WHERE id = ?1", id, |_| Ok(())).map(|found| found.is_some())
    }

    /// Booked calls `(id, seconds since 1970, body)`, oldest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn callbacks(&mut self) -> Result<Vec<(String, i64, String)>, StoreError> {
        self.list("SELECT id, at, sealed FROM callbacks ORDER BY at, id", |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })
    }

    /// Erases a booked call.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn called(&mut self, id: &str) -> Result<(), StoreError> {
        self.execute("DELETE FROM callbacks WHERE id = ?1", params![id])
    }

    /// Records of hand-overs that are over, newest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn records(&mut self) -> Result<Vec<RecordRow>, StoreError> {
        self.list("SELECT id, at, body, stars FROM records ORDER BY at DESC, id", |row| {
            Ok(RecordRow { case: row.get(0)?, at: row.get(1)?, body: row.get(2)?, stars: row.get(3)? })
        })
    }

    /// Questions that agents say usher should have answered, newest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn gaps(&mut self) -> Result<Vec<String>, StoreError> {
        self.list("SELECT gap FROM records WHERE gap <> '' ORDER BY at DESC, id", |row| row.get(0))
    }

    /// The same, each once: `(gap, how often, seconds since 1970 of the last time)`, the most frequent first, at most `limit`.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn counted_gaps(&mut self, limit: u32) -> Result<Vec<(String, i64, i64)>, StoreError> {
        let sql = format!(
            "SELECT gap, count(*), max(at) FROM records WHERE gap <> ''
             GROUP BY gap ORDER BY count(*) DESC, max(at) DESC, gap LIMIT {limit}"
        );
        self.list(&sql, |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
    }

    /// Adds or replaces an agent: `body` is the profile, `password` its argon2 hash.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn put_agent(&mut self, name: &str, body: &str, password: &str) -> Result<(), StoreError> {
        self.execute(
            "INSERT OR REPLACE INTO agents (name, body, password) VALUES (?1, ?2, ?3)",
            params![name, body, password],
        )
    }

    /// # Errors
    /// [`StoreError`].
    pub fn remove_agent(&mut self, name: &str) -> Result<(), StoreError> {
        self.execute("DELETE FROM agents WHERE name = ?1", params![name])
    }

    /// `(profile, password hash)`.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn agent(&mut self, name: &str) -> Result<Option<(String, String)>, StoreError> {
        self.one("SELECT body, password FROM agents WHERE name = ?1", name, |row| Ok((row.get(0)?, row.get(1)?)))
    }

    /// The profiles.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn agents(&mut self) -> Result<Vec<String>, StoreError> {
        self.list("SELECT body FROM agents ORDER BY name", |row| row.get(0))
    }

    /// Adds or replaces a kiosk's device key, as its digest.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn put_kiosk(&mut self, name: &str, key: &[u8; 32]) -> Result<(), StoreError> {
        self.execute("INSERT OR REPLACE INTO kiosks (name, key) VALUES (?1, ?2)", params![name, key.as_slice()])
    }

    /// # Errors
    /// [`StoreError`].
    pub fn remove_kiosk(&mut self, name: &str) -> Result<(), StoreError> {
        self.execute("DELETE FROM kiosks WHERE name = ?1", params![name])
    }

    /// The digest of a kiosk's key.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn kiosk(&mut self, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        self.one("SELECT key FROM kiosks WHERE name = ?1", name, |row| row.get(0))
    }

    /// # Errors
    /// [`StoreError`].
    pub fn kiosks(&mut self) -> Result<Vec<String>, StoreError> {
        self.list("SELECT name FROM kiosks ORDER BY name", |row| row.get(0))
    }

    fn one<T>(
        &self,
        sql: &str,
        key: &str,
        read: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Option<T>, StoreError> {
        self.0.connection.query_row(sql, params![key], read).optional().map_err(|error| self.0.error(error))
    }

    fn list<T>(&self, sql: &str, read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>) -> Result<Vec<T>, StoreError> {
        let rows = |connection: &Connection| -> rusqlite::Result<Vec<T>> {
            connection.prepare(sql)?.query_map([], read)?.collect()
        };
        rows(&self.0.connection).map_err(|error| self.0.error(error))
    }

    fn execute(&mut self, sql: &str, values: &[&dyn rusqlite::ToSql]) -> Result<(), StoreError> {
        self.0.connection.execute(sql, values).map(|_| ()).map_err(|error| self.0.error(error))
    }
}

fn write(connection: &mut Connection, batch: &DeskBatch) -> rusqlite::Result<()> {
    let transaction = connection.transaction()?;
    let mut known = HashSet::new();
    for parcel in &batch.parcels {
        let written = transaction
            .execute("INSERT OR IGNORE INTO parcels (id, at) VALUES (?1, ?2)", params![parcel, batch.now])?;
        if written == 0 {
            known.insert(parcel);
        }
    }
    for (id, body) in &batch.saved {
        transaction.execute("INSERT OR REPLACE INTO cases (id, sealed) VALUES (?1, ?2)", params![id, body])?;
    }
    for (id, body, gap) in &batch.closed {
        transaction.execute("DELETE FROM cases WHERE id = ?1", params![id])?;
        transaction.execute(
            "INSERT OR IGNORE INTO records (id, at, body, gap) VALUES (?1, ?2, ?3, ?4)",
            params![id, batch.now, body, gap],
        )?;
    }
    for (id, body) in batch.callbacks.iter().filter(|(id, _)| !known.contains(id)) {
        transaction.execute(
            "INSERT OR IGNORE INTO callbacks (id, at, sealed) VALUES (?1, ?2, ?3)",
            params![id, batch.now, body],
        )?;
    }
    for (id, stars) in &batch.ratings {
        transaction.execute("UPDATE records SET stars = ?2 WHERE id = ?1 AND stars IS NOT ?2", params![id, stars])?;
    }
    transaction.commit()
}

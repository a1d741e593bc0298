//! What has still to leave this kiosk, and the hand-overs that are open. Written before it is sent, erased when it has arrived.
//! Bodies come sealed; this room has no key.

use std::path::Path;

use rusqlite::{OptionalExtension, params};

use super::schema::Kind;
use super::{File, StoreError};

/// Parcels that may wait; at one hand-over a minute this is a day and a half without a network.
const WAITING_MAX: i64 = 10_000;

/// The outbox of one kiosk in its file. Blocking.
pub struct OutboxStore(File);

/// The oldest parcel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    pub key: i64,
    pub id: String,
    /// Sealed by the caller, bound to `id`.
    pub body: String,
}

/// A hand-over that was open when the program ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenVisit {
    pub handoff: String,
    pub rule: String,
    pub asked_at: String,
    /// What the visitor's screen shows.
    pub code: String,
    /// SHA-256, in hexadecimal, of what the visitor's page knows and nobody else.
    pub token: String,
}

impl OutboxStore {
    /// Opens the file, made when absent.
    ///
    /// # Errors
    /// [`StoreError`], each variant with what to do.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        File::open(path, Kind::Kiosk).map(Self)
    }

    /// Opens the file for writing that was opened to be read alone, once its disk takes writes. Whether it did.
    ///
    /// # Errors
    /// As [`OutboxStore::open`]; it stays as it was then.
    pub fn revive(&mut self) -> Result<bool, StoreError> {
        self.0.revive(Kind::Kiosk)
    }

    /// Whether nothing can be written, for its disk took no writes.
    pub fn is_read_only(&self) -> bool {
        self.0.is_read_only
    }

    /// Writes a visit's hand-over (when it begins) and parcels `(id, hand-over, body)` in one transaction. A known id changes nothing.
    ///
    /// # Errors
    /// [`StoreError`]; nothing is written then. [`StoreError::Full`] also when too many wait.
    pub fn put(&mut self, visit: Option<&OpenVisit>, parcels: &[(String, String, String)]) -> Result<(), StoreError> {
        let file = &mut self.0;
        let waiting: i64 = file
            .connection
            .query_row("SELECT count(*) FROM outbox", [], |row| row.get(0))
            .map_err(|error| file.error(error))?;
        if waiting >= WAITING_MAX {
            return Err(StoreError::Full { path: file.path.clone() });
        }
        let write = |connection: &mut rusqlite::Connection| -> rusqlite::Result<()> {
            let transaction = connection.transaction()?;
            if let Some(visit) = visit {
                transaction.execute(
                    "INSERT OR IGNORE INTO visits (handoff, rule, asked_at, code, token) VALUES (?1, ?2, ?3, ?4, ?5)",
                    params![visit.handoff, visit.rule, visit.asked_at, visit.code, visit.token],
                )?;
            }
            for (id, handoff, body) in parcels {
                transaction.execute(
                    "INSERT OR IGNORE INTO outbox (id, handoff, sealed) VALUES (?1, ?2, ?3)",
                    params![id, handoff, body],
                )?;
            }
            transaction.commit()
        };
        write(&mut file.connection).map_err(|error| file.error(error))
    }

    /// The parcel that has waited longest.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn oldest(&mut self) -> Result<Option<Waiting>, StoreError> {
        self.0
            .connection
            .query_row("SELECT key, id, sealed FROM outbox ORDER BY key LIMIT 1", [], waiting)
            .optional()
            .map_err(|error| self.0.error(error))
    }

    /// Every parcel, oldest first: what is sealed anew when the key changes.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn all(&mut self) -> Result<Vec<Waiting>, StoreError> {
        let read = |connection: &rusqlite::Connection| -> rusqlite::Result<Vec<Waiting>> {
            connection.prepare("SELECT key, id, sealed FROM outbox ORDER BY key")?.query_map([], waiting)?.collect()
        };
        read(&self.0.connection).map_err(|error| self.0.error(error))
    }

    /// Puts other bodies into parcels `(key, body)`, all or none, and leaves nothing of the former ones in the file.
    ///
    /// # Errors
    /// [`StoreError`]; nothing changed then, or old bytes are still in free pages.
    pub fn replace(&mut self, bodies: &[(i64, String)]) -> Result<(), StoreError> {
        let write = |connection: &mut rusqlite::Connection| -> rusqlite::Result<()> {
            let transaction = connection.transaction()?;
            for (key, body) in bodies {
                transaction.execute("UPDATE outbox SET sealed = ?2 WHERE key = ?1", params![key, body])?;
            }
            transaction.commit()
        };
        write(&mut self.0.connection).map_err(|error| self.0.error(error))?;
        self.0.leave_nothing()
    }

    /// Erases a parcel that has arrived.
    ///
    /// # Errors
    /// [`StoreError`]; the parcel is then sent again, which does no harm.
    pub fn done(&mut self, key: i64) -> Result<(), StoreError> {
        self.execute("DELETE FROM outbox WHERE key = ?1", params![key])
    }

    /// The hand-over is over for this kiosk.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn close(&mut self, handoff: &str) -> Result<(), StoreError> {
        self.execute("DELETE FROM visits WHERE handoff = ?1", params![handoff])
    }

    /// Hand-overs that were not closed.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn open_visits(&mut self) -> Result<Vec<OpenVisit>, StoreError> {
        let read = |connection: &rusqlite::Connection| -> rusqlite::Result<Vec<OpenVisit>> {
            let mut statement =
                connection.prepare("SELECT handoff, rule, asked_at, code, token FROM visits ORDER BY asked_at")?;
            let rows = statement.query_map([], |row| {
                Ok(OpenVisit {
                    handoff: row.get(0)?,
                    rule: row.get(1)?,
                    asked_at: row.get(2)?,
                    code: row.get(3)?,
                    token: row.get(4)?,
                })
            })?;
            rows.collect()
        };
        read(&self.0.connection).map_err(|error| self.0.error(error))
    }

    /// Parcels that wait.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn waiting(&mut self) -> Result<u64, StoreError> {
        self.0
            .connection
            .query_row("SELECT count(*) FROM outbox", [], |row| row.get::<_, i64>(0))
            .map(i64::unsigned_abs)
            .map_err(|error| self.0.error(error))
    }

    fn execute(&mut self, sql: &str, values: &[&dyn rusqlite::ToSql]) -> Result<(), StoreError> {
        self.0.connection.execute(sql, values).map(|_| ()).map_err(|error| self.0.error(error))
    }
}

fn waiting(row: &rusqlite::Row<'_>) -> rusqlite::Result<Waiting> {
    Ok(Waiting { key: row.get(0)?, id: row.get(1)?, body: row.get(2)? })
}

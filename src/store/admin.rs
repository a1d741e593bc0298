//! Who may administer this appliance, and what they did: people and the audit log's lines. Knows rows, not roles, and no hash's meaning.

use std::path::Path;

use rusqlite::{Connection, OptionalExtension, Row, Transaction, TransactionBehavior, params};

use super::schema::Kind;
use super::{File, StoreError};

/// The administration's file. Blocking.
pub struct AdminStore(File);

/// Somebody who may log in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonRow {
    pub name: String,
    /// The caller's word.
    pub role: String,
    /// An argon2id hash.
    pub password: String,
    /// Seconds since 1970.
    pub since: i64,
    /// Changes with the role and with the password, by whichever process: sessions of another stamp are over.
    pub stamp: String,
}

/// One line of the audit log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRow {
    pub seq: i64,
    /// RFC 3339, UTC.
    pub at: String,
    pub who: String,
    pub what: String,
    pub detail: String,
    /// Hexadecimal.
    pub hash: String,
}

/// Where the kept lines begin: the number and hash of the last line that was let go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditBase {
    pub seq: i64,
    pub hash: String,
}

const PERSON: &str = "SELECT name, role, password, since, stamp FROM people";
const LINE: &str = "SELECT seq, at, who, what, detail, hash FROM audit";

impl AdminStore {
    /// Opens the file, made when absent.
    ///
    /// # Errors
    /// [`StoreError`], each variant with what to do.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        File::open(path, Kind::Admin).map(Self)
    }

    /// Opens the file for writing that was opened to be read alone, once its disk takes writes. Whether it did.
    ///
    /// # Errors
    /// As [`AdminStore::open`]; it stays as it was then.
    pub fn revive(&mut self) -> Result<bool, StoreError> {
        self.0.revive(Kind::Admin)
    }

    /// Everybody, by name.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn people(&mut self) -> Result<Vec<PersonRow>, StoreError> {
        self.read(|connection| {
            connection.prepare(&format!("{PERSON} ORDER BY name"))?.query_map([], person_of)?.collect()
        })
    }

    /// # Errors
    /// [`StoreError`].
    pub fn person(&mut self, name: &str) -> Result<Option<PersonRow>, StoreError> {
        self.read(|connection| {
            connection.prepare_cached(&format!("{PERSON} WHERE name = ?1"))?.query_row([name], person_of).optional()
        })
    }

    /// Adds or replaces somebody; when `only_first`, only while there is nobody. Tells whether it was written.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn put_person(&mut self, row: &PersonRow, only_first: bool) -> Result<bool, StoreError> {
        let PersonRow { name, role, password, since, stamp } = row;
        // One statement, so that two who hold the first secret cannot both be first.
        let written = self.0.connection.execute(
            "INSERT OR REPLACE INTO people (name, role, password, since, stamp)
             SELECT ?1, ?2, ?3, ?4, ?5 WHERE NOT ?6 OR NOT EXISTS (SELECT 1 FROM people)",
            params![name, role, password, since, stamp, only_first],
        );
        written.map(|rows| rows == 1).map_err(|error| self.0.error(error))
    }

    /// Removes somebody; tells whether they were there.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn remove_person(&mut self, name: &str) -> Result<bool, StoreError> {
        let gone = self.0.connection.execute("DELETE FROM people WHERE name = ?1", [name]);
        gone.map(|rows| rows == 1).map_err(|error| self.0.error(error))
    }

    /// The last line, or where the log begins when it has none; `None` for a log that never had one.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn audit_end(&mut self) -> Result<Option<AuditBase>, StoreError> {
        self.read(|connection| {
            let last = connection
                .query_row("SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1", [], base_of)
                .optional()?;
            last.map_or_else(|| base(connection), |last| Ok(Some(last)))
        })
    }

    /// Appends a line. Beyond `lines_max` the oldest tenth goes and the base remembers where the rest begins.
    ///
    /// # Errors
    /// [`StoreError`]; nothing was written then. A line of that number is [`StoreError::Failed`]: another process was quicker.
    pub fn append_audit(&mut self, row: &AuditRow, lines_max: i64) -> Result<(), StoreError> {
        append(&mut self.0.connection, row, lines_max).map_err(|error| self.0.error(error))
    }

    /// Lets the lines up to number `last` go; the base remembers where the rest begins. How many went.
    ///
    /// # Errors
    /// [`StoreError`]; nothing went then.
    pub fn forget_audit(&mut self, last: i64) -> Result<usize, StoreError> {
        let mut forget = || {
            let transaction = immediate(&mut self.0.connection)?;
            let gone = cut(&transaction, last)?;
            transaction.commit().map(|()| gone)
        };
        forget().map_err(|error| self.0.error(error))
    }

    /// Lines below number `before` (all when `None`), newest first, at most `limit`.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn audit(&mut self, before: Option<i64>, limit: i64) -> Result<Vec<AuditRow>, StoreError> {
        self.read(|connection| {
            let sql = format!("{LINE} WHERE seq < ?1 ORDER BY seq DESC LIMIT ?2");
            connection.prepare(&sql)?.query_map(params![before.unwrap_or(i64::MAX), limit], line_of)?.collect()
        })
    }

    /// Hands every line to `see`, oldest first, until it says no.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn walk_audit(&mut self, see: &mut dyn FnMut(AuditRow) -> bool) -> Result<(), StoreError> {
        self.read(|connection| {
            let mut query = connection.prepare(&format!("{LINE} ORDER BY seq"))?;
            let mut rows = query.query([])?;
            while let Some(row) = rows.next()? {
                if !see(line_of(row)?) {
                    break;
                }
            }
            Ok(())
        })
    }

    /// Where the kept lines begin; `None` while none was let go.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn audit_base(&mut self) -> Result<Option<AuditBase>, StoreError> {
        self.read(base)
    }

    /// The highest number ever given to a line, whatever was deleted since; 0 for none.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn audit_highest(&mut self) -> Result<i64, StoreError> {
        self.read(|connection| {
            let found = connection
                .query_row("SELECT seq FROM sqlite_sequence WHERE name = 'audit'", [], |row| row.get(0))
                .optional()?;
            Ok(found.unwrap_or(0))
        })
    }

    fn read<T>(&self, work: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, StoreError> {
        work(&self.0.connection).map_err(|error| self.0.error(error))
    }
}

fn append(connection: &mut Connection, row: &AuditRow, lines_max: i64) -> rusqlite::Result<()> {
    let AuditRow { seq, at, who, what, detail, hash } = row;
    let transaction = immediate(connection)?;
    transaction.execute(
        "INSERT INTO audit (seq, at, who, what, detail, hash) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        params![seq, at, who, what, detail, hash],
    )?;
    let kept: i64 = transaction.query_row("SELECT count(*) FROM audit", [], |row| row.get(0))?;
    if kept > lines_max {
        cut(&transaction, seq - lines_max + lines_max / 10)?;
    }
    transaction.commit()
}

fn immediate(connection: &mut Connection) -> rusqlite::Result<Transaction<'_>> {
    connection.transaction_with_behavior(TransactionBehavior::Immediate)
}

/// Takes the lines up to `last` away and anchors the chain at `last`. A line that is not there cuts nothing.
fn cut(transaction: &Transaction<'_>, last: i64) -> rusqlite::Result<usize> {
    let anchored =
        transaction.execute("INSERT INTO audit_base (seq, hash) SELECT seq, hash FROM audit WHERE seq = ?1", [last])?;
    if anchored == 0 {
        return Ok(0);
    }
    transaction.execute("DELETE FROM audit_base WHERE seq <> ?1", [last])?;
    transaction.execute("DELETE FROM audit WHERE seq <= ?1", [last])
}

fn base(connection: &Connection) -> rusqlite::Result<Option<AuditBase>> {
    connection.query_row("SELECT seq, hash FROM audit_base", [], base_of).optional()
}

fn base_of(row: &Row<'_>) -> rusqlite::Result<AuditBase> {
    Ok(AuditBase { seq: row.get(0)?, hash: row.get(1)? })
}

fn person_of(row: &Row<'_>) -> rusqlite::Result<PersonRow> {
    Ok(PersonRow {
        name: row.get(0)?,
        role: row.get(1)?,
        password: row.get(2)?,
        since: row.get(3)?,
        stamp: row.get(4)?,
    })
}

fn line_of(row: &Row<'_>) -> rusqlite::Result<AuditRow> {
    Ok(AuditRow {
        seq: row.get(0)?,
        at: row.get(1)?,
        who: row.get(2)?,
        what: row.get(3)?,
        detail: row.get(4)?,
        hash: row.get(5)?,
    })
}

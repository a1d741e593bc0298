//! SQLite: the only room that speaks SQL. One file, made for power cuts: write-ahead log, full sync, checked when opened.
//!
//! Opening several handles on one file is safe, in one process or in two; writers wait for each other. Knows rows, not
//! what an answer is worth: searching and judging are `knowledge`'s.

mod admin;
mod copy;
mod desk;
mod knowledge;
mod outbox;
mod reindex;
mod rows;
mod salvage;
mod schema;
mod statistics;

use std::cmp::Ordering;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags};

pub use admin::{AdminStore, AuditBase, AuditRow, PersonRow};
pub use copy::{Content, Examined, copy, examine, version, visits};
pub use desk::{DeskBatch, DeskStore, Oldest, RecordRow};
pub use knowledge::{Digest, KnowledgeRows, KnowledgeStore, PassageRow, Removed, WordHit};
pub use outbox::{OpenVisit, OutboxStore, Waiting};
pub use salvage::{Salvaged, Table, look_after};
pub use schema::Kind;
pub use statistics::StatisticsStore;

use crate::base::disk::is_read_only;

/// How long a writer waits for another one: an import of a large site holds the file for a few seconds.
const BUSY_WAIT: Duration = Duration::from_secs(10);

/// "ushr": tells our file from every other SQLite file.
const APPLICATION_ID: i32 = 0x7573_6872;

/// What can go wrong with the file.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("cannot open the database {path}; check that its folder exists and may be written")]
    Open { path: PathBuf, source: rusqlite::Error },
    #[error("{path} is not a database of usher; name another file or move it away")]
    Foreign { path: PathBuf },
    #[error("the database {path} is damaged ({found}); start `usher serve`, which saves what can be read")]
    Damaged { path: PathBuf, found: String },
    #[error(
        "the database {path} was made by a newer usher; install that version, or move the file away and import again"
    )]
    Newer { path: PathBuf },
    #[error("the database {path} is in use by another import; try again when it is done")]
    Busy { path: PathBuf },
    #[error("the disk of the database {path} is full; free some space and repeat")]
    Full { path: PathBuf },
    #[error(
        "there is no database in {folder} yet, and its disk can only be read; make it writable (`mount -o remount,rw`) and start again"
    )]
    Nothing { folder: PathBuf },
    #[error(
        "the disk of the database {path} can only be read; its card or disk is failing: `usher doctor`, then replace it"
    )]
    ReadOnly { path: PathBuf },
    #[error("{path} cannot be moved or removed: {source}; check the rights of its folder")]
    File { path: PathBuf, source: std::io::Error },
    #[error("the database {path} failed")]
    Failed { path: PathBuf, source: rusqlite::Error },
}

/// One open handle on the file, with the path for its errors.
struct File {
    path: PathBuf,
    connection: Connection,
    /// Its disk took no writes when it was opened.
    is_read_only: bool,
}

impl File {
    /// Opens or makes the file, checks that it is ours and whole, and brings its schema up to date. On a disk that can only be read
    /// it is opened as it is.
    fn open(path: &Path, kind: Kind) -> Result<Self, StoreError> {
        match is_read_only(path) {
            true => Self::open_to_read(path, kind),
            false => Self::open_to_write(path, kind),
        }
    }

    /// Opens a file again that was opened to be read, once its disk takes writes. Whether it did.
    fn revive(&mut self, kind: Kind) -> Result<bool, StoreError> {
        if !self.is_read_only || is_read_only(&self.path) {
            return Ok(false);
        }
        let path = self.path.clone();
        // SQLite shares a log's index among the handles of a process: the new one would get one that it cannot write.
        self.connection = Connection::open_in_memory().map_err(|error| self.error(error))?;
        match Self::open_to_write(&path, kind) {
            Ok(file) => *self = file,
            Err(error) => {
                *self = Self::open_to_read(&path, kind)?;
                return Err(error);
            }
        }
        Ok(true)
    }

    /// Nothing is written, no log beside it and no lock. What a log holds that is there is read, too.
    fn open_to_read(path: &Path, kind: Kind) -> Result<Self, StoreError> {
        let open = |source| StoreError::Open { path: path.into(), source };
        if !path.exists() {
            let folder = path.parent().unwrap_or(Path::new(".")).into();
            return Err(StoreError::Nothing { folder });
        }
        let log = with_ending(path, "-wal");
        let has_log = std::fs::metadata(&log).is_ok_and(|log| log.len() > 0);
        // A log needs its index, which a file that cannot change does not: SQLite would have to make one.
        let name = uri(path, if has_log { "mode=ro" } else { "mode=ro&immutable=1" });
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(name, flags).map_err(open)?;
        let file = Self { path: path.into(), connection, is_read_only: true };
        file.connection.busy_timeout(BUSY_WAIT).map_err(|error| file.error(error))?;
        file.check_kind()?;
        file.check_whole()?;
        match file.pragma::<u32>("user_version")?.cmp(&kind.version()) {
            Ordering::Equal => Ok(file),
            // Its schema cannot be brought up to date here.
            Ordering::Less => Err(StoreError::ReadOnly { path: path.into() }),
            Ordering::Greater => Err(StoreError::Newer { path: path.into() }),
        }
    }

    fn open_to_write(path: &Path, kind: Kind) -> Result<Self, StoreError> {
        let connection = Connection::open(path).map_err(|source| StoreError::Open { path: path.into(), source })?;
        let mut file = Self { path: path.into(), connection, is_read_only: false };
        // First of all: even a look at the schema waits for another process that is just closing the file.
        file.connection.busy_timeout(BUSY_WAIT).map_err(|error| file.error(error))?;
        let id = file.check_kind()?;
        file.prepare(id)?;
        file.check_whole()?;
        schema::bring_up_to_date(&mut file, kind)?;
        Ok(file)
    }

    /// Refuses a file of another program before anything is written to it.
    fn check_kind(&self) -> Result<i32, StoreError> {
        let id: i32 = self.pragma("application_id")?;
        let tables: i64 = self
            .connection
            .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))
            .map_err(|error| self.error(error))?;
        match (id, tables) {
            (APPLICATION_ID, _) | (0, 0) => Ok(id),
            _ => Err(StoreError::Foreign { path: self.path.clone() }),
        }
    }

    fn prepare(&self, id: i32) -> Result<(), StoreError> {
        // Written once: setting it takes the write lock, which a reader must not need.
        let named =
            if id == APPLICATION_ID { String::new() } else { format!("PRAGMA application_id = {APPLICATION_ID};") };
        let settings = format!(
            "{named}
             PRAGMA synchronous = FULL;
             PRAGMA foreign_keys = ON;
             PRAGMA secure_delete = ON;
             PRAGMA temp_store = MEMORY;
             PRAGMA trusted_schema = OFF;"
        );
        self.connection
            .pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))
            .and_then(|()| self.connection.execute_batch(&settings))
            .map_err(|error| self.error(error))
    }

    fn check_whole(&self) -> Result<(), StoreError> {
        let found: String = self.pragma("quick_check(1)")?;
        if found == "ok" { Ok(()) } else { Err(StoreError::Damaged { path: self.path.clone(), found }) }
    }

    /// Writes the file anew without free pages, and empties the log: nothing that was replaced is left in either.
    fn leave_nothing(&self) -> Result<(), StoreError> {
        self.connection
            .execute_batch("VACUUM")
            .and_then(|()| self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())))
            .map_err(|error| self.error(error))
    }

    fn pragma<T: rusqlite::types::FromSql>(&self, name: &str) -> Result<T, StoreError> {
        self.connection.query_row(&format!("PRAGMA {name}"), [], |row| row.get(0)).map_err(|error| self.error(error))
    }

    /// Says a fault of SQLite in our words, with the file's name.
    fn error(&self, source: rusqlite::Error) -> StoreError {
        let path = self.path.clone();
        match source.sqlite_error_code() {
            Some(ErrorCode::NotADatabase) => StoreError::Foreign { path },
            Some(ErrorCode::DatabaseCorrupt) => StoreError::Damaged { path, found: source.to_string() },
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => StoreError::Busy { path },
            Some(ErrorCode::DiskFull) => StoreError::Full { path },
            Some(ErrorCode::ReadOnly) => StoreError::ReadOnly { path },
            Some(ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => StoreError::Open { path, source },
            _ => StoreError::Failed { path, source },
        }
    }
}

/// The name of a file beside `path`.
fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

/// `path` as SQLite's URI (its manual, "Uniform Resource Identifiers"): what means something in one is written as a number.
fn uri(path: &Path, parameters: &str) -> String {
    use std::fmt::Write;
    use std::os::unix::ffi::OsStrExt;
    let mut uri = String::from("file:");
    for &byte in path.as_os_str().as_bytes() {
        match byte {
            b'/' | b'-' | b'_' | b'.' => uri.push(char::from(byte)),
            byte if byte.is_ascii_alphanumeric() => uri.push(char::from(byte)),
            byte => write!(uri, "%{byte:02X}").expect("a string takes everything"),
        }
    }
    uri + "?" + parameters
}

/// Changes a file behind its room's back, as somebody with an editor would.
#[cfg(test)]
pub fn execute_for_tests(path: &Path, sql: &str) {
    Connection::open(path).and_then(|connection| connection.execute_batch(sql)).expect("the statement is good");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_can_only_be_read_is_read_with_its_log_and_revived() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a ?#%日.db");
        drop(File::open(&path, Kind::Statistics).unwrap());
        let count =
            |file: &File| file.connection.query_row("SELECT count(*) FROM hours", [], |row| row.get::<_, i64>(0));
        assert_eq!(count(&File::open_to_read(&path, Kind::Statistics).unwrap()).unwrap(), 0);

        let writer = File::open(&path, Kind::Statistics).unwrap();
        writer.connection.execute_batch("INSERT INTO hours VALUES (1, '{}')").unwrap();
        let mut file = File::open_to_read(&path, Kind::Statistics).unwrap();
        assert_eq!(count(&file).unwrap(), 1, "what stands in the log alone is seen");
        let write = |file: &File| {
            file.connection.execute_batch("INSERT INTO hours VALUES (2, '{}')").map_err(|e| file.error(e))
        };
        assert!(matches!(write(&file), Err(StoreError::ReadOnly { .. })));
        assert!(file.revive(Kind::Statistics).unwrap() && !file.revive(Kind::Statistics).unwrap());
        write(&file).unwrap();
        assert_eq!(count(&writer).unwrap(), 2);
    }

    #[test]
    fn on_a_disk_that_can_only_be_read_a_first_start_names_the_folder_and_the_repair() {
        let folder = tempfile::tempdir().unwrap();
        let error = File::open_to_read(&folder.path().join("knowledge.db"), Kind::Knowledge).err().unwrap().to_string();
        let folder = folder.path().display();
        assert!(
            error.contains(&format!("there is no database in {folder} yet")) && error.contains("remount,rw"),
            "{error}"
        );
    }
}

//! One database as one file, while it is in use; and whether such a file is what it says. Knows nothing of archives.

use std::path::Path;

use rusqlite::backup::Backup;
use rusqlite::{Connection, OpenFlags};
use rusqlite_migration::Migrations;

use super::schema::Kind;
use super::{APPLICATION_ID, BUSY_WAIT, File, StoreError};

/// What of a database is copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    Everything,
    /// Without open hand-overs, cases and booked calls.
    WithoutVisits,
}

/// A file that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Examined {
    pub kind: Kind,
    /// Its schema's version; an older one is brought up to date when it is opened.
    pub version: u32,
}

/// Copies `from` as it is at one instant into the new file `to`, whoever writes meanwhile. The copy is one file, without a log.
///
/// # Errors
/// [`StoreError`]; `to` may be there by halves then.
pub fn copy(kind: Kind, content: Content, from: &Path, to: &Path) -> Result<(), StoreError> {
    // A reader of a log needs its index, which a handle that may not write cannot make.
    let source = existing(from, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    let opened = Connection::open(to).map_err(|source| StoreError::Open { path: to.into(), source })?;
    let mut target = File { path: to.into(), connection: opened, is_read_only: false };
    let backup = Backup::new(&source.connection, &mut target.connection).map_err(|error| source.error(error))?;
    // All pages in one step: writers go on in the log meanwhile, and the copy never begins again.
    backup.step(-1).map_err(|error| source.error(error))?;
    drop(backup);
    let done = target
        .connection
        .pragma_update_and_check(None, "journal_mode", "DELETE", |_| Ok(()))
        .and_then(|()| target.connection.execute_batch(without(kind, content)));
    done.map_err(|error| target.error(error))
}

/// Looks at a file from outside: ours, whole, of this kind, of a schema that this program made and no other.
///
/// # Errors
/// [`StoreError::Foreign`], [`StoreError::Damaged`], [`StoreError::Newer`], and what SQLite says.
pub fn examine(kind: Kind, path: &Path) -> Result<Examined, StoreError> {
    let file = existing(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    if file.check_kind()? != APPLICATION_ID {
        return Err(StoreError::Foreign { path: path.into() });
    }
    file.check_whole()?;
    let version: u32 = file.pragma("user_version")?;
    if version > kind.version() {
        return Err(StoreError::Newer { path: path.into() });
    }
    let found = schema(&file.connection).map_err(|error| file.error(error))?;
    if found != expected(kind, version).map_err(|error| file.error(error))? {
        let found = format!("its tables are not those of {}, version {version}", kind.file());
        return Err(StoreError::Damaged { path: path.into(), found });
    }
    Ok(Examined { kind, version })
}

/// Open hand-overs, cases and booked calls in a file: what would be lost with it.
///
/// # Errors
/// [`StoreError`].
pub fn visits(kind: Kind, path: &Path) -> Result<u64, StoreError> {
    let sql = match kind {
        Kind::Knowledge | Kind::Statistics | Kind::Admin => return Ok(0),
        Kind::Kiosk => "SELECT (SELECT count(*) FROM outbox) + (SELECT count(*) FROM visits)",
        Kind::Desk => "SELECT (SELECT count(*) FROM cases) + (SELECT count(*) FROM callbacks)",
    };
    let file = existing(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    let count = file.connection.query_row(sql, [], |row| row.get::<_, i64>(0)).map_err(|error| file.error(error))?;
    Ok(count.unsigned_abs())
}

/// The schema's version of a file of ours, whether this program knows it or not.
///
/// # Errors
/// [`StoreError`].
pub fn version(path: &Path) -> Result<u32, StoreError> {
    existing(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?.pragma("user_version")
}

pub(super) fn existing(path: &Path, access: OpenFlags) -> Result<File, StoreError> {
    let flags = access | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection =
        Connection::open_with_flags(path, flags).map_err(|source| StoreError::Open { path: path.into(), source })?;
    let file = File { path: path.into(), connection, is_read_only: flags == OpenFlags::SQLITE_OPEN_READ_ONLY };
    file.connection.busy_timeout(BUSY_WAIT).map_err(|error| file.error(error))?;
    Ok(file)
}

/// The objects of a file with their SQL, but for spaces and marks: a renamed column is written with marks.
fn schema(connection: &Connection) -> rusqlite::Result<Vec<(String, String)>> {
    let mut query = connection.prepare("SELECT name, coalesce(sql, '') FROM sqlite_schema ORDER BY name")?;
    let plain = |sql: String| sql.chars().filter(|c| !c.is_whitespace() && *c != '"').collect();
    query.query_map([], |row| Ok((row.get(0)?, plain(row.get(1)?))))?.collect()
}

fn expected(kind: Kind, version: u32) -> rusqlite::Result<Vec<(String, String)>> {
    let mut fresh = Connection::open_in_memory()?;
    // A version that has no steps has no tables: nothing is equal to it but an empty file.
    let _ = Migrations::from_slice(kind.steps()).to_version(&mut fresh, version as usize);
    schema(&fresh)
}

fn without(kind: Kind, content: Content) -> &'static str {
    match (content, kind) {
        (Content::Everything, _) | (_, Kind::Knowledge | Kind::Statistics | Kind::Admin) => "",
        (Content::WithoutVisits, Kind::Kiosk) => "DELETE FROM outbox; DELETE FROM visits; VACUUM;",
        (Content::WithoutVisits, Kind::Desk) => "DELETE FROM cases; DELETE FROM callbacks; VACUUM;",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{DeskBatch, DeskStore, OutboxStore};

    #[test]
    fn a_database_in_use_is_copied_whole_and_without_its_visits() {
        let folder = tempfile::tempdir().unwrap();
        let (from, to) = (folder.path().join("desk.db"), folder.path().join("copy.db"));
        let mut desk = DeskStore::open(&from).unwrap();
        desk.put_agent("mei", "{}", "hash").unwrap();
        let batch = DeskBatch { saved: vec![("c".into(), "a planted sentence".into())], ..DeskBatch::default() };
        desk.write(&batch).unwrap();
        copy(Kind::Desk, Content::WithoutVisits, &from, &to).unwrap();
        assert_eq!(examine(Kind::Desk, &to).unwrap(), Examined { kind: Kind::Desk, version: Kind::Desk.version() });
        assert!(!String::from_utf8_lossy(&std::fs::read(&to).unwrap()).contains("planted"));
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 4, "desk.db, its log and index, copy.db");
        let mut copied = DeskStore::open(&to).unwrap();
        assert!(copied.agent("mei").unwrap().is_some() && copied.cases().unwrap().is_empty());
        assert_eq!(desk.cases().unwrap().len(), 1);
    }

    #[test]
    fn a_file_that_is_not_what_it_says_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("kiosk.db");
        drop(OutboxStore::open(&path).unwrap());
        assert!(matches!(examine(Kind::Desk, &path), Err(StoreError::Damaged { .. })));
        let connection = Connection::open(&path).unwrap();
        connection.execute_batch("CREATE TRIGGER t AFTER INSERT ON visits BEGIN DELETE FROM outbox; END;").unwrap();
        drop(connection);
        let error = examine(Kind::Kiosk, &path).unwrap_err().to_string();
        assert!(error.contains("its tables are not those of kiosk.db"), "{error}");
        std::fs::write(&path, "no database at all, but long enough to be looked at").unwrap();
        assert!(matches!(examine(Kind::Kiosk, &path), Err(StoreError::Foreign { .. })));
        assert!(matches!(examine(Kind::Kiosk, &folder.path().join("none.db")), Err(StoreError::Open { .. })));
    }
}

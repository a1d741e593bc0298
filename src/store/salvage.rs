//! A damaged database at the start: moved aside whole, what can still be read saved into a new one, and a report of both. Must not
//! run while another process has the file open.

mod rows;

use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::OpenFlags;
use rusqlite_migration::Migrations;

use super::copy::existing;
use super::schema::{self, Kind};
use super::{File, StoreError, with_ending};

/// What was saved of a damaged file.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Salvaged {
    pub path: PathBuf,
    /// Where the damaged file lies now, untouched.
    pub aside: PathBuf,
    /// What SQLite found.
    pub found: String,
    pub tables: Vec<Table>,
}

/// One table's share.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Table {
    pub name: String,
    pub rows_saved: u64,
    /// Every row was read. When not, nobody can say how many are lost.
    pub is_whole: bool,
}

impl Salvaged {
    /// One paragraph for a technician.
    pub fn words(&self) -> String {
        let told = |table: &Table| {
            let rest = if table.is_whole { "all" } else { "others are lost" };
            format!("{} {} ({rest})", table.rows_saved, table.name)
        };
        let tables = self.tables.iter().map(told).collect::<Vec<_>>().join(", ");
        let tables = if tables.is_empty() { "nothing could be read".into() } else { tables };
        format!(
            "the database {} was damaged ({}); saved: {tables}; the damaged file is kept as {}",
            self.path.display(),
            self.found,
            self.aside.display()
        )
    }
}

/// Opens the file once, and salvages it when it is damaged; `stamp` names the damaged one, as in `20261123T101500Z`. `None`: it
/// is whole, or not there. A power cut at any instant leaves the damaged file, the saved one, or both.
///
/// # Errors
/// [`StoreError`]: the file belongs to another program or a newer usher, or the disk is full or read-only.
pub fn look_after(kind: Kind, path: &Path, stamp: &str) -> Result<Option<Salvaged>, StoreError> {
    finish(path)?;
    if !path.exists() {
        return Ok(None);
    }
    let found = match File::open(path, kind) {
        Ok(_) => return Ok(None),
        Err(StoreError::Damaged { found, .. }) => found,
        Err(StoreError::Foreign { .. }) if !has_header(path) => "its first page is not readable".into(),
        Err(error) => return Err(error),
    };
    let saved = beside(path, "salvage");
    remove(&saved)?;
    let tables = save(kind, path, &saved)?;
    let aside = beside(path, &format!("damaged-{stamp}"));
    rename(&saved, &beside(path, &format!("salvaged-{stamp}")))?;
    finish(path)?;
    Ok(Some(Salvaged { path: path.into(), aside, found, tables }))
}

/// Whether the file begins as SQLite's do: then it is a database, and whose it is was looked at.
fn has_header(path: &Path) -> bool {
    use std::io::Read;
    let mut first = [0; 16];
    fs::File::open(path).and_then(|mut file| file.read_exact(&mut first)).is_ok() && &first == b"SQLite format 3\0"
}

/// Saves what can be read of `path` into the new file `saved`, which ends with the schema of today.
fn save(kind: Kind, path: &Path, saved: &Path) -> Result<Vec<Table>, StoreError> {
    let connection =
        rusqlite::Connection::open(saved).map_err(|source| StoreError::Open { path: saved.into(), source })?;
    let mut target = File { path: saved.into(), connection, is_read_only: false };
    target.prepare(0)?;
    let mut tables = Vec::new();
    if let Ok(damaged) = existing(path, OpenFlags::SQLITE_OPEN_READ_WRITE) {
        let version: u32 = damaged.pragma("user_version").unwrap_or(0);
        if (1..=kind.version()).contains(&version) {
            grow(&mut target, kind, version)?;
            tables = rows::save(kind, &damaged.connection, &target).map_err(|error| target.error(error))?;
        }
    }
    schema::bring_up_to_date(&mut target, kind)?;
    target.leave_nothing()?;
    Ok(tables)
}

fn grow(target: &mut File, kind: Kind, version: u32) -> Result<(), StoreError> {
    let path = target.path.clone();
    Migrations::from_slice(kind.steps())
        .to_version(&mut target.connection, version as usize)
        .map_err(|error| StoreError::Damaged { path, found: error.to_string() })
}

/// Takes a salvage to its end that a power cut may have broken off: a file called `NAME.salvaged-TIME` is complete.
fn finish(path: &Path) -> Result<(), StoreError> {
    let Some((saved, stamp)) = complete(path) else { return Ok(()) };
    // The log goes first: beside the new file it would be played into it.
    for ending in ["-wal", "-shm", ""] {
        let (from, to) = (with_ending(path, ending), with_ending(&beside(path, &format!("damaged-{stamp}")), ending));
        if from.exists() && !to.exists() {
            rename(&from, &to)?;
        }
    }
    rename(&saved, path)
}

fn complete(path: &Path) -> Option<(PathBuf, String)> {
    let prefix = format!("{}.salvaged-", path.file_name()?.to_str()?);
    fs::read_dir(path.parent()?).ok()?.flatten().find_map(|entry| {
        let name = entry.file_name();
        let stamp = name.to_str()?.strip_prefix(&prefix)?;
        (!stamp.contains('-')).then(|| (entry.path(), stamp.to_owned()))
    })
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    with_ending(path, &format!(".{ending}"))
}

fn remove(path: &Path) -> Result<(), StoreError> {
    for ending in ["", "-wal", "-shm", "-journal"] {
        match fs::remove_file(with_ending(path, ending)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(told(path, error)),
            _ => {}
        }
    }
    Ok(())
}

fn rename(from: &Path, to: &Path) -> Result<(), StoreError> {
    let folder = to.parent().unwrap_or(Path::new("."));
    fs::rename(from, to).and_then(|()| fs::File::open(folder)?.sync_all()).map_err(|error| told(from, error))
}

fn told(path: &Path, error: std::io::Error) -> StoreError {
    match error.kind() {
        std::io::ErrorKind::StorageFull => StoreError::Full { path: path.into() },
        std::io::ErrorKind::ReadOnlyFilesystem => StoreError::ReadOnly { path: path.into() },
        _ => StoreError::File { path: path.into(), source: error },
    }
}

#[cfg(test)]
mod tests;

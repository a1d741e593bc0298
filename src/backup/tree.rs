//! Which files of a place belong into a backup, and folders that are written for good. Knows no archive.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use super::BackupError;
use super::manifest::is_safe_path;

/// Deepest folder that is looked into; a manifest allows no deeper path.
const DEPTH_MAX: usize = 15;

/// What lies beside databases and is never copied: logs of SQLite, clips, keys of hand-overs, what a salvage put aside.
const STATE_SKIPPED: [&str; 7] = ["-wal", "-shm", "-journal", ".seal", ".seal-new", ".salvage", ".tmp"];

/// Files below a place, relative, sorted; and what is left out, with the reason.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub files: Vec<String>,
    pub left_out: Vec<String>,
}

/// Every file below `root`. Links and special files are left out and named: a backup never reaches outside its places.
pub(super) fn files(root: &Path, keep: &dyn Fn(&str) -> bool) -> Result<Found, BackupError> {
    let mut found = Found::default();
    let mut folders = vec![(root.to_path_buf(), String::new(), 0)];
    while let Some((folder, below, depth)) = folders.pop() {
        for entry in fs::read_dir(&folder).map_err(|error| BackupError::of(&folder, error))? {
            let entry = entry.map_err(|error| BackupError::of(&folder, error))?;
            let Some(path) = entry.file_name().to_str().map(|name| format!("{below}{name}")) else {
                found.left_out.push(format!("{}: its name is not readable", entry.path().display()));
                continue;
            };
            if !keep(&path) {
                continue;
            }
            let kind = entry.file_type().map_err(|error| BackupError::of(&entry.path(), error))?;
            if kind.is_dir() && depth < DEPTH_MAX {
                folders.push((entry.path(), format!("{path}/"), depth + 1));
            } else if kind.is_file() && is_safe_path(&path) {
                found.files.push(path);
            } else {
                found.left_out.push(format!("{}: a link, a special file or a hidden name", entry.path().display()));
            }
        }
    }
    found.files.sort();
    Ok(found)
}

/// Whether a file of a site's data folder is the site's and not a visit's, a cache's or SQLite's own.
pub(super) fn is_state(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    !path.starts_with("clips")
        && !name.starts_with('.')
        && !STATE_SKIPPED.iter().any(|ending| name.ends_with(ending))
        && !name.contains(".damaged-")
        && !name.contains(".salvaged-")
}

/// A sibling of `path`, hidden: `.NAME.ENDING`.
pub(super) fn beside(path: &Path, ending: &str) -> PathBuf {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    path.with_file_name(format!(".{name}.{ending}"))
}

/// `NAME.before`: where the former one is kept.
pub(super) fn before(path: &Path) -> PathBuf {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    path.with_file_name(format!("{name}.before"))
}

/// Removes a file or a folder; nothing there is no fault.
pub(super) fn remove(path: &Path) -> Result<(), BackupError> {
    let removed = match fs::symlink_metadata(path) {
        Ok(meta) if meta.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(error) => Err(error),
    };
    match removed {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(BackupError::of(path, error)),
        _ => Ok(()),
    }
}

/// Renames for good: the folder's entry is on the disk when this returns.
pub(super) fn rename(from: &Path, to: &Path) -> Result<(), BackupError> {
    fs::rename(from, to).and_then(|()| sync_folder_of(to)).map_err(|error| BackupError::of(from, error))
}

/// Writes a small file for good: the old or the new one whole, for this user alone.
pub(super) fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), BackupError> {
    let new = beside(path, "new");
    let write = || {
        let mut file = private(&new)?;
        io::Write::write_all(&mut file, bytes)?;
        file.sync_all()
    };
    write().map_err(|error| BackupError::of(path, error))?;
    rename(&new, path)
}

/// A new file that this user alone can read, in the place of any former one.
pub(super) fn private(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    fs::remove_file(path).or_else(|error| if error.kind() == io::ErrorKind::NotFound { Ok(()) } else { Err(error) })?;
    fs::OpenOptions::new().create_new(true).write(true).mode(0o600).open(path)
}

pub(super) fn sync_folder_of(path: &Path) -> io::Result<()> {
    match path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        Some(folder) => File::open(folder)?.sync_all(),
        None => File::open(".")?.sync_all(),
    }
}

//! Factory reset: everything of a data folder goes but the models, and then it is looked at whether anything is left. Databases and
//! keys are overwritten first; flash memory may keep worn blocks for a while, but what was sealed in them has lost its key.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::lock::{DataLock, LOCK_FILE};
use super::{BackupError, tree};

/// Says that a reset was begun; the last thing that goes.
const MARK: &str = ".reset";

/// What stays when models stay: the files and the tools that fetched them. They hold nothing of the site or a visitor.
const MODELS: [&str; 2] = ["models", "tools"];

/// What a reset did.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Proof {
    pub files_removed: u64,
    pub bytes_removed: u64,
    /// Everything that is still in the folder, but the models and the lock: empty when the reset is whole.
    pub left: Vec<PathBuf>,
}

/// Erases the data folder. `confirmed` is what a person typed; it must be the site's id. The lock shows that nobody works there.
/// A power cut leaves a folder whose next start carries on.
///
/// # Errors
/// [`BackupError::NotConfirmed`], and nothing is touched; file errors, and the next start carries on.
pub fn reset(
    data: &Path,
    _alone: &DataLock,
    site: &str,
    confirmed: &str,
    models_too: bool,
) -> Result<Proof, BackupError> {
    if confirmed != site {
        return Err(BackupError::NotConfirmed { site: site.into() });
    }
    tree::write_whole(&data.join(MARK), if models_too { b"models too" } else { b"" })?;
    erase(data, models_too)
}

/// Leaves the reset to the next start: for the appliance itself, whose databases are open.
///
/// # Errors
/// [`BackupError::NotConfirmed`], and nothing is touched; file errors.
pub fn leave_reset(data: &Path, site: &str, confirmed: &str) -> Result<(), BackupError> {
    if confirmed != site {
        return Err(BackupError::NotConfirmed { site: site.into() });
    }
    tree::write_whole(&data.join(MARK), b"")
}

/// Carries a broken-off reset on; `false`: there was none.
pub(super) fn finish(data: &Path) -> Result<bool, BackupError> {
    let mark = data.join(MARK);
    if !mark.exists() {
        return Ok(false);
    }
    let models_too = fs::read(&mark).map_err(|error| BackupError::of(&mark, error))? == b"models too";
    erase(data, models_too)?;
    Ok(true)
}

fn erase(data: &Path, models_too: bool) -> Result<Proof, BackupError> {
    let mut proof = Proof { files_removed: 0, bytes_removed: 0, left: Vec::new() };
    for path in going(data, models_too)? {
        erase_one(&path, &mut proof).map_err(|error| BackupError::of(&path, error))?;
    }
    tree::remove(&data.join(MARK))?;
    fs::File::open(data).and_then(|folder| folder.sync_all()).map_err(|error| BackupError::of(data, error))?;
    proof.left = going(data, models_too)?;
    Ok(proof)
}

/// What of the folder goes: all but the lock, the mark, and the models where they stay.
fn going(data: &Path, models_too: bool) -> Result<Vec<PathBuf>, BackupError> {
    let stays = |name: &str| name == LOCK_FILE || name == MARK || (!models_too && MODELS.contains(&name));
    let entries = fs::read_dir(data).map_err(|error| BackupError::of(data, error))?;
    let mut paths = Vec::new();
    for entry in entries {
        let entry = entry.map_err(|error| BackupError::of(data, error))?;
        if !entry.file_name().to_str().is_some_and(stays) {
            paths.push(entry.path());
        }
    }
    paths.sort();
    Ok(paths)
}

fn erase_one(path: &Path, proof: &mut Proof) -> io::Result<()> {
    let meta = fs::symlink_metadata(path)?;
    if meta.is_dir() {
        for entry in fs::read_dir(path)? {
            erase_one(&entry?.path(), proof)?;
        }
        return fs::remove_dir(path);
    }
    if meta.is_file() {
        overwrite(path, meta.len())?;
        proof.bytes_removed += meta.len();
    }
    proof.files_removed += 1;
    fs::remove_file(path)
}

/// Zeros in the place of the bytes, on the disk before the name goes.
fn overwrite(path: &Path, mut bytes: u64) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).open(path)?;
    let zeros = [0; 1 << 14];
    while bytes > 0 {
        let piece = bytes.min(zeros.len() as u64) as usize;
        file.write_all(&zeros[..piece])?;
        bytes -= piece as u64;
    }
    file.sync_data()
}

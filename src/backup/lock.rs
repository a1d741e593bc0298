//! Who works in a data folder. Programs that serve hold it together; what replaces files needs it alone. The lock goes with its
//! process, however that ends.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::path::Path;

use super::BackupError;
use crate::base::disk::is_read_only;

/// The lock's file in a data folder; never removed, for two processes would then lock two files of one name.
pub(super) const LOCK_FILE: &str = "usher.lock";

/// A hold on a data folder until it is dropped.
#[derive(Debug)]
pub struct DataLock(File);

impl DataLock {
    /// For a program that serves: others that serve may hold it too.
    ///
    /// # Errors
    /// [`BackupError::Running`] while a restore or a reset works; file errors.
    pub fn shared(data: &Path) -> Result<Self, BackupError> {
        let file = open(data)?;
        told(data, file.try_lock_shared())?;
        Ok(Self(file))
    }

    /// For what replaces files, and for the look at the databases before anything is opened.
    ///
    /// # Errors
    /// [`BackupError::Running`] while anybody else holds it; file errors.
    pub fn exclusive(data: &Path) -> Result<Self, BackupError> {
        let file = open(data)?;
        told(data, file.try_lock())?;
        Ok(Self(file))
    }

    /// From alone to together, when the look is done.
    ///
    /// # Errors
    /// [`BackupError::Running`] when another process took it in between; file errors.
    pub fn share(self, data: &Path) -> Result<Self, BackupError> {
        told(data, self.0.try_lock_shared())?;
        Ok(self)
    }
}

fn open(data: &Path) -> Result<File, BackupError> {
    let path = data.join(LOCK_FILE);
    if is_read_only(data) {
        // A folder can be locked as well: there is nobody who could write the file, and nobody who could replace anything.
        let there = if path.exists() { &path } else { data };
        if !there.exists() {
            return Err(BackupError::ReadOnly { path: data.into() });
        }
        return File::open(there).map_err(|error| BackupError::of(there, error));
    }
    fs::create_dir_all(data).map_err(|error| BackupError::of(data, error))?;
    let options = OpenOptions::new().create(true).truncate(false).write(true).open(&path);
    options.map_err(|error| BackupError::of(&path, error))
}

fn told(data: &Path, taken: Result<(), TryLockError>) -> Result<(), BackupError> {
    match taken {
        Ok(()) => Ok(()),
        Err(TryLockError::WouldBlock) => Err(BackupError::Running { folder: data.into() }),
        Err(TryLockError::Error(error)) => Err(BackupError::of(data, error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn those_who_serve_share_and_a_restore_waits_for_nobody() {
        let data = tempfile::tempdir().unwrap();
        let serving = DataLock::exclusive(data.path()).unwrap().share(data.path()).unwrap();
        let _desk = DataLock::shared(data.path()).unwrap();
        let error = DataLock::exclusive(data.path()).unwrap_err();
        assert!(matches!(error, BackupError::Running { .. }), "{error}");
        drop((serving, _desk));
        let _restoring = DataLock::exclusive(data.path()).unwrap();
        assert!(DataLock::shared(data.path()).is_err());
    }
}

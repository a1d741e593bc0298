//! Who works in a data folder. Programs that serve hold it together; what replaces files needs it alone. The lock goes with its
//! process, however that ends.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use super::BackupError;
use crate::base::disk::is_read_only;

/// The lock's file in a data folder; never removed, for two processes would then lock two files of one name.
pub(super) const LOCK_FILE: &str = "usher.lock";

/// How often a program that must wait asks again.
const ASKED_EVERY: Duration = Duration::from_millis(20);

/// A hold on a data folder until it is dropped.
#[derive(Debug)]
pub struct DataLock(File);

/// How a program that is to serve came to hold its data folder.
#[derive(Debug)]
pub enum Hold {
    /// First of all: nobody else may have it until it is shared.
    Alone(DataLock),
    /// Beside others, who looked after it before they served.
    Together(DataLock),
}

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

    /// For a program that starts to serve. Blocks for at most `patience` while another one looks after the folder, as kiosk and desk do
    /// that start at once, or while a restore works.
    ///
    /// # Errors
    /// [`BackupError::Running`] when the other is not done by then; file errors.
    pub fn serving(data: &Path, patience: Duration) -> Result<Hold, BackupError> {
        let file = open(data)?;
        let until = Instant::now() + patience;
        loop {
            match told(data, file.try_lock()) {
                Ok(()) => return Ok(Hold::Alone(Self(file))),
                Err(BackupError::Running { .. }) => {}
                Err(error) => return Err(error),
            }
            match told(data, file.try_lock_shared()) {
                Ok(()) => return Ok(Hold::Together(Self(file))),
                Err(BackupError::Running { .. }) if Instant::now() < until => thread::sleep(ASKED_EVERY),
                Err(error) => return Err(error),
            }
        }
    }

    /// From alone to together, when the look is done. Blocks for at most `patience` when another took it in between.
    ///
    /// # Errors
    /// As [`DataLock::serving`].
    pub fn share(self, data: &Path, patience: Duration) -> Result<Self, BackupError> {
        let until = Instant::now() + patience;
        loop {
            match told(data, self.0.try_lock_shared()) {
                Ok(()) => return Ok(self),
                Err(BackupError::Running { .. }) if Instant::now() < until => thread::sleep(ASKED_EVERY),
                Err(error) => return Err(error),
            }
        }
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

    const SHORT: Duration = Duration::from_millis(50);

    #[test]
    fn those_who_serve_share_and_a_restore_waits_for_nobody() {
        let data = tempfile::tempdir().unwrap();
        let Hold::Alone(first) = DataLock::serving(data.path(), SHORT).unwrap() else { panic!("nobody else is here") };
        let serving = first.share(data.path(), SHORT).unwrap();
        let Hold::Together(desk) = DataLock::serving(data.path(), SHORT).unwrap() else { panic!("one serves already") };
        let error = DataLock::exclusive(data.path()).unwrap_err();
        assert!(matches!(error, BackupError::Running { .. }), "{error}");
        drop((serving, desk));
        let _restoring = DataLock::exclusive(data.path()).unwrap();
        assert!(matches!(DataLock::serving(data.path(), SHORT), Err(BackupError::Running { .. })));
    }

    #[test]
    fn two_that_start_at_once_both_serve() {
        let data = tempfile::tempdir().unwrap();
        let begin = || {
            let hold = DataLock::serving(data.path(), Duration::from_secs(60)).unwrap();
            let Hold::Alone(alone) = hold else { return false };
            thread::sleep(SHORT);
            drop(alone.share(data.path(), Duration::from_secs(60)).unwrap());
            true
        };
        let first = thread::scope(|scope| {
            let begun: Vec<_> = (0..8).map(|_| scope.spawn(begin)).collect();
            begun.into_iter().map(|begun| begun.join().unwrap()).filter(|is_first| *is_first).count()
        });
        assert!(first > 0);
    }
}

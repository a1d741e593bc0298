//! A new configuration takes the old one's place in steps each of which a power cut may interrupt.
//!
//! ```text
//! NAME.staging   being written; never believed                        -> removed at the next start
//! NAME.next      whole and on the disk, with `.swap` in it            -> removed: the old one runs, apply again
//! NAME <-> NAME.next, in one step                                     -> finished at the next start
//! NAME.before    what was there before
//! ```
//! Where the file system cannot exchange two folders, NAME is missing for an instant between two renames; the next start
//! then finishes what was whole already.

use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use super::exchange::exchange;
use crate::config::replace::{beside, own_like, sync_folder};

/// Lies in a configuration from the moment it is whole until it is the running one for good.
const SWAP: &str = ".swap";

/// What an interrupted apply had left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recovered {
    Nothing,
    /// The old configuration runs; the new one was not whole or not yet in its place, and is gone.
    Discarded,
    /// The new configuration runs.
    Finished,
}

/// The names beside a configuration.
#[derive(Debug, Clone)]
pub struct Places {
    pub live: PathBuf,
    pub staging: PathBuf,
    pub next: PathBuf,
    pub before: PathBuf,
}

impl Places {
    pub fn of(live: &Path) -> Self {
        let named = |suffix| beside(live, suffix);
        Self { live: live.into(), staging: named("staging"), next: named("next"), before: named("before") }
    }

    /// Keeps other applies away until the file is dropped; `None` while one is at work.
    pub fn lock(&self) -> io::Result<Option<File>> {
        let path = beside(&self.live, "lock");
        let file = File::options().create(true).append(true).open(&path)?;
        // Made by root, it must open for the service, too, which recovers at its start.
        if let Ok(live) = fs::metadata(&self.live) {
            own_like(&path, &live)?;
        }
        match file.try_lock() {
            Ok(()) => Ok(Some(file)),
            Err(fs::TryLockError::WouldBlock) => Ok(None),
            Err(fs::TryLockError::Error(error)) => Err(error),
        }
    }

    /// Says that what was staged is whole. Its files must be on the disk already.
    pub fn complete(&self) -> io::Result<()> {
        File::create(self.staging.join(SWAP))?.sync_all()?;
        sync_folder(&self.staging)?;
        remove(&self.next)?;
        fs::rename(&self.staging, &self.next)?;
        self.sync()
    }

    /// The new one takes the old one's place.
    pub fn swap(&self) -> io::Result<()> {
        if !self.live.exists() {
            fs::rename(&self.next, &self.live)?;
            return self.sync();
        }
        match exchange(&self.next, &self.live) {
            Err(error) if error.kind() == ErrorKind::Unsupported => {
                remove(&self.before)?;
                fs::rename(&self.live, &self.before)?;
                fs::rename(&self.next, &self.live)?;
            }
            other => other?,
        }
        self.sync()
    }

    /// Keeps the old one as `.before` and forgets that anything was under way.
    pub fn finish(&self) -> io::Result<()> {
        if self.next.exists() {
            remove(&self.before)?;
            fs::rename(&self.next, &self.before)?;
        }
        remove_file(&self.live.join(SWAP))?;
        sync_folder(&self.live)?;
        self.sync()
    }

    /// Removes what is not in its place yet.
    pub fn discard(&self) -> io::Result<()> {
        // A name that is never believed first: a power cut while it is removed must not leave a part that is.
        if self.next.exists() {
            remove(&self.staging)?;
            fs::rename(&self.next, &self.staging)?;
        }
        remove(&self.staging)?;
        self.sync()
    }

    fn sync(&self) -> io::Result<()> {
        sync_folder(self.live.parent().unwrap_or(Path::new("/")))
    }

    fn recover(&self) -> io::Result<Recovered> {
        let is_whole = self.next.join(SWAP).exists();
        if !self.live.exists() && is_whole && self.before.exists() {
            fs::rename(&self.next, &self.live)?;
        } else if !self.live.exists() && self.before.exists() && !self.next.exists() {
            fs::rename(&self.before, &self.live)?;
            self.discard()?;
            return Ok(Recovered::Discarded);
        }
        if self.live.join(SWAP).exists() {
            remove(&self.staging)?;
            self.finish()?;
            return Ok(Recovered::Finished);
        }
        if !self.next.exists() && !self.staging.exists() {
            return Ok(Recovered::Nothing);
        }
        self.discard()?;
        Ok(Recovered::Discarded)
    }
}

/// Ends what an interrupted apply left beside `live`. To be called at every start, before the configuration is read.
///
/// # Errors
/// When the folder around `live` cannot be changed although something is left there; `live` itself can be read.
pub fn recover(live: &Path) -> io::Result<Recovered> {
    let places = Places::of(live);
    let left = [&places.staging, &places.next].into_iter().any(|path| path.exists());
    if !left && !live.join(SWAP).exists() && (live.exists() || !places.before.exists()) {
        return Ok(Recovered::Nothing);
    }
    match places.lock()? {
        Some(_held) => places.recover(),
        None => Ok(Recovered::Nothing),
    }
}

/// Removes a folder; one that is not there is removed already.
fn remove(folder: &Path) -> io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn remove_file(file: &Path) -> io::Result<()> {
    match fs::remove_file(file) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

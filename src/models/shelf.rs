//! The models folder: where files stand, which pack is chosen, who works in it. One process changes it at a time.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::place::digest_file;
use super::record::Record;
use super::{Member, ModelsError, Pack};
use crate::base::Stop;
use crate::base::disk::free_bytes;

/// Where packages stand while they are fetched; no model can have this name, for it begins with a dot.
const FETCH_FOLDER: &str = ".fetch";

/// The chosen pack, when it is not the starter pack.
pub(super) const PACK_FILE: &str = "pack.toml";

/// How a file of the pack stands in the folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Read to the end, with the promised digest, and unchanged since.
    Verified,
    /// There with the right size, not read since it came.
    Unchecked,
    /// Not there.
    Missing,
    /// Another size than promised.
    WrongSize,
    /// The right size and other bytes.
    WrongDigest,
}

impl State {
    /// The words for lists.
    pub fn words(self) -> &'static str {
        match self {
            Self::Verified => "verified",
            Self::Unchecked => "unchecked",
            Self::Missing => "missing",
            Self::WrongSize => "wrong size",
            Self::WrongDigest => "wrong sha256",
        }
    }
}

/// A models folder.
#[derive(Debug, Clone)]
pub struct Shelf {
    root: PathBuf,
}

/// A process that is just being started holds its parent's locks for a moment; a command that works holds them longer.
const LOCK_WITHIN: Duration = Duration::from_secs(1);
const LOCK_PAUSE: Duration = Duration::from_millis(50);

impl Shelf {
    /// The folder `root`, which need not exist yet.
    pub fn at(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The chosen pack: the one in the folder, or the starter pack.
    ///
    /// # Errors
    /// [`ModelsError::Pack`] when the folder's pack breaks the rules.
    pub fn pack(&self) -> Result<Pack, ModelsError> {
        let path = self.root.join(PACK_FILE);
        if path.exists() { Pack::read(&path) } else { Ok(Pack::starter()) }
    }

    /// How `member` stands, without reading it.
    pub fn state(&self, member: &Member) -> State {
        self.state_by(member, &Record::load(&self.root))
    }

    /// How every file of `pack` for this machine stands, without reading one.
    pub fn states<'p>(&self, pack: &'p Pack) -> Vec<(&'p Member, State)> {
        let record = Record::load(&self.root);
        pack.members_here().map(|member| (member, self.state_by(member, &record))).collect()
    }

    /// Deletes the files of the named models and of no other; gives the bytes that are free again.
    ///
    /// # Errors
    /// [`ModelsError::Unknown`] for a name the chosen pack does not have, and nothing is deleted.
    pub fn remove(&self, names: &[String]) -> Result<u64, ModelsError> {
        let _lock = self.lock()?;
        let pack = self.pack()?;
        let mut record = Record::load(&self.root);
        let mut bytes = 0;
        for model in pack.models_of(names)? {
            for member in pack.members_here().filter(|member| member.folder() == model.name) {
                bytes += self.delete(member)?;
                record.forget(&member.target);
            }
            // Only an empty folder goes: what a person put beside the model is theirs.
            let _ = fs::remove_dir(self.root.join(&model.name));
        }
        record.save(&self.root)?;
        Ok(bytes)
    }

    /// Makes `pack` the chosen one.
    ///
    /// # Errors
    /// [`ModelsError::Busy`], [`ModelsError::Io`]; the pack chosen before stays chosen.
    pub fn take_up(&self, pack: &Pack) -> Result<(), ModelsError> {
        let _lock = self.lock()?;
        self.choose(pack)
    }

    pub(super) fn state_by(&self, member: &Member, record: &Record) -> State {
        let Ok(meta) = fs::metadata(self.root.join(&member.target)) else { return State::Missing };
        match record.digest(member, &meta) {
            _ if meta.len() != member.bytes => State::WrongSize,
            None => State::Unchecked,
            Some(seen) if seen == member.sha256 => State::Verified,
            Some(_) => State::WrongDigest,
        }
    }

    /// Reads the file to the end when nobody did since it changed, and notes what was found.
    pub(super) fn check(&self, member: &Member, record: &mut Record, stop: &Stop) -> Result<State, ModelsError> {
        let path = self.root.join(&member.target);
        if self.state_by(member, record) == State::Unchecked {
            let (sha256, _) = digest_file(&path, stop)?;
            let meta = fs::metadata(&path).map_err(ModelsError::io("read", &path))?;
            record.note(member, &meta, sha256);
        }
        Ok(self.state_by(member, record))
    }

    /// Makes `pack` the chosen one. The starter pack is compiled in and leaves no file, so that a newer program brings a newer one.
    pub(super) fn choose(&self, pack: &Pack) -> Result<(), ModelsError> {
        let path = self.root.join(PACK_FILE);
        if *pack != Pack::starter() {
            let part = path.with_extension("part");
            fs::write(&part, pack.to_toml()).map_err(ModelsError::io("write", &part))?;
            return fs::rename(&part, &path).map_err(ModelsError::io("move into place", &path));
        }
        match path.exists() {
            true => fs::remove_file(&path).map_err(ModelsError::io("delete", &path)),
            false => Ok(()),
        }
    }

    /// Keeps other processes out until the lock is dropped; the system drops it when this process dies.
    pub(super) fn lock(&self) -> Result<File, ModelsError> {
        fs::create_dir_all(&self.root).map_err(ModelsError::io("create folder", &self.root))?;
        let path = self.root.join(".lock");
        let file = File::create(&path).map_err(ModelsError::io("create", &path))?;
        let until = Instant::now() + LOCK_WITHIN;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(file),
                Err(TryLockError::WouldBlock) if Instant::now() < until => std::thread::sleep(LOCK_PAUSE),
                Err(TryLockError::WouldBlock) => {
                    return Err(ModelsError::Busy { path: self.root.display().to_string() });
                }
                Err(TryLockError::Error(source)) => return Err(ModelsError::io("lock", &path)(source)),
            }
        }
    }

    pub(super) fn fetch_folder(&self) -> PathBuf {
        self.root.join(FETCH_FOLDER)
    }

    /// Refuses work that the disk has no room for.
    pub(super) fn check_room(&self, need: u64) -> Result<(), ModelsError> {
        match free_bytes(&self.root) {
            Some(free) if free < need => Err(ModelsError::full(&self.root, need, free)),
            _ => Ok(()),
        }
    }

    fn delete(&self, member: &Member) -> Result<u64, ModelsError> {
        let path = self.root.join(&member.target);
        let Ok(meta) = fs::metadata(&path) else { return Ok(0) };
        fs::remove_file(&path).map_err(ModelsError::io("delete", &path))?;
        Ok(meta.len())
    }
}

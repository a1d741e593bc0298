//! Brings a backup back: read and verified into stages beside the places they go to, then swapped in. The device is untouched until
//! everything was verified. Must not know what is in a database.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::archive::{self, Receiver};
use super::manifest::{Manifest, Member};
use super::swap::{self, Change};
use super::{BackupError, tree};
use crate::store::{self, Kind};

/// Where parts go.
#[derive(Debug, Clone)]
pub struct Places {
    /// The site's data folder, `DATA/sites/SITE`.
    pub state: PathBuf,
    /// Folder or file of each other part; a part without a place is left out and named.
    pub parts: BTreeMap<String, PathBuf>,
}

/// A backup that was read to its end.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Checked {
    pub manifest: Manifest,
    pub bytes: u64,
    pub is_encrypted: bool,
}

/// Verified stages, not yet in their places. Dropped, they are removed at the next start.
#[derive(Debug)]
pub struct Staged {
    pub manifest: Manifest,
    /// Parts of the backup that have no place here.
    pub left_out: Vec<String>,
    state: PathBuf,
    changes: Vec<Change>,
}

/// What was restored.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Restored {
    pub site: String,
    pub made_at: String,
    pub files: usize,
    pub left_out: Vec<String>,
    /// What was there before.
    pub before: Vec<PathBuf>,
    /// Files that have to be brought by hand.
    pub elsewhere: Vec<String>,
}

/// Reads a backup to its end and changes nothing.
///
/// # Errors
/// [`BackupError`] for every way in which a file can be no backup, damaged, or hostile.
pub fn check(path: &Path, passphrase: Option<&str>) -> Result<Checked, BackupError> {
    struct Nowhere;
    impl Receiver for Nowhere {
        fn manifest(&mut self, _: &Manifest) -> Result<(), BackupError> {
            Ok(())
        }
        fn member(&mut self, _: &Member, _: &mut dyn Read) -> Result<(), BackupError> {
            Ok(())
        }
    }
    let manifest = archive::read(path, passphrase, &mut Nowhere)?;
    Ok(Checked { bytes: manifest.bytes(), manifest, is_encrypted: passphrase.is_some() })
}

/// Reads a backup into stages and verifies it, databases included. `force` takes another site's, and gives up hand-overs and
/// calls that are open here. The caller holds the data folder alone, or is the appliance that serves from it.
///
/// # Errors
/// [`BackupError`]; nothing was changed then.
pub fn stage(
    path: &Path,
    passphrase: Option<&str>,
    site: &str,
    places: &Places,
    force: bool,
) -> Result<Staged, BackupError> {
    let folder = places.state.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(|error| BackupError::of(folder, error))?;
    let mut staging = Staging { path, site, places, force, changes: Vec::new(), left_out: Vec::new() };
    let read = archive::read(path, passphrase, &mut staging);
    let done = read.and_then(|manifest| staging.verify(&manifest).map(|()| manifest));
    let Staging { changes, left_out, .. } = staging;
    match done {
        Ok(manifest) => Ok(Staged { manifest, left_out, state: places.state.clone(), changes }),
        Err(error) => {
            for change in &changes {
                let _ = tree::remove(&change.stage);
            }
            Err(error)
        }
    }
}

impl Staged {
    #[cfg(test)]
    pub(super) fn changes(&self) -> Vec<Change> {
        self.changes.clone()
    }

    /// Puts the stages in their places; what was there is kept as `NAME.before`. A power cut at any instant leaves the old whole,
    /// or the new once [`swap::finish`] has run.
    ///
    /// # Errors
    /// [`BackupError`]; the next start tries again when the change was already decided.
    pub fn swap(self) -> Result<Restored, BackupError> {
        swap::decide(&self.state, &self.changes)?;
        swap::carry_out(&self.state, &self.changes)?;
        Ok(self.told())
    }

    /// Decides the change and leaves it to the next start: for the appliance itself, whose databases are open.
    ///
    /// # Errors
    /// [`BackupError`]; nothing was decided then.
    pub fn leave_for_start(self) -> Result<Restored, BackupError> {
        swap::decide(&self.state, &self.changes)?;
        Ok(self.told())
    }

    fn told(&self) -> Restored {
        Restored {
            site: self.manifest.site.clone(),
            made_at: self.manifest.made_at.clone(),
            files: self.manifest.members.len(),
            left_out: self.left_out.clone(),
            before: self.changes.iter().map(|change| tree::before(&change.target)).collect(),
            elsewhere: self.manifest.elsewhere.clone(),
        }
    }
}

struct Staging<'a> {
    path: &'a Path,
    site: &'a str,
    places: &'a Places,
    force: bool,
    changes: Vec<Change>,
    left_out: Vec<String>,
}

impl Receiver for Staging<'_> {
    fn manifest(&mut self, manifest: &Manifest) -> Result<(), BackupError> {
        if manifest.site != self.site && !self.force {
            let (theirs, ours) = (manifest.site.clone(), self.site.into());
            return Err(BackupError::WrongSite { path: self.path.into(), theirs, ours });
        }
        let brings_visits = manifest.members.iter().any(|member| member.database() == Some(Kind::Kiosk));
        self.refuse_loss(brings_visits)?;
        // What waits to be delivered stays, unless the backup brings its own.
        let kept = if brings_visits { &[][..] } else { &["kiosk.db-wal", "kiosk.db-shm", "kiosk.db", "kiosk.seal"] };
        let mut parts: Vec<&str> = manifest.members.iter().map(|member| member.part.as_str()).collect();
        parts.sort_unstable();
        parts.dedup();
        for part in parts {
            let Some(target) = self.place(part) else {
                self.left_out.push(part.into());
                continue;
            };
            let carried = if part == "state" { kept.iter().map(|name| (*name).into()).collect() } else { Vec::new() };
            let stage = tree::beside(&target, "restore");
            tree::remove(&stage)?;
            self.changes.push(Change { part: part.into(), stage, target, carried });
        }
        Ok(())
    }

    fn member(&mut self, member: &Member, content: &mut dyn Read) -> Result<(), BackupError> {
        let Some(change) = self.changes.iter().find(|change| change.part == member.part) else { return Ok(()) };
        let to = if member.path.is_empty() { change.stage.clone() } else { change.stage.join(&member.path) };
        let mut write = || -> io::Result<()> {
            fs::create_dir_all(to.parent().unwrap_or(Path::new(".")))?;
            let mut file = tree::private(&to)?;
            // A fault of the archive is told by its reader; here only the disk can fail.
            io::copy(content, &mut file)?;
            file.sync_all()
        };
        write().map_err(|error| BackupError::of(&to, error))
    }
}

impl Staging<'_> {
    fn place(&self, part: &str) -> Option<PathBuf> {
        if part == "state" { Some(self.places.state.clone()) } else { self.places.parts.get(part).cloned() }
    }

    /// Open hand-overs and calls of this device that the swap would take away.
    fn refuse_loss(&self, brings_visits: bool) -> Result<(), BackupError> {
        let lost = if brings_visits { &[Kind::Desk, Kind::Kiosk][..] } else { &[Kind::Desk] };
        for kind in lost.iter().filter(|_| !self.force) {
            let path = self.places.state.join(kind.file());
            // A damaged or missing database has nothing that could be lost: restoring is the repair.
            match store::visits(*kind, &path) {
                Ok(count) if count > 0 => return Err(BackupError::VisitsOpen { path, count }),
                _ => {}
            }
        }
        Ok(())
    }

    fn verify(&self, manifest: &Manifest) -> Result<(), BackupError> {
        for member in &manifest.members {
            let Some(change) = self.changes.iter().find(|change| change.part == member.part) else { continue };
            if let Some(kind) = member.database() {
                store::examine(kind, &change.stage.join(&member.path))?;
            }
        }
        for change in &self.changes {
            tree::sync_folder_of(&change.stage).map_err(|error| BackupError::of(&change.stage, error))?;
        }
        Ok(())
    }
}

//! A bundle into the slot that does not run: judged, given room, written beside its place, read again, and only then chosen
//! for a trial. Whatever fails before that last rename leaves nothing but a folder that the next command deletes.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use semver::Version;

use super::bundle::{Bundle, Proved};
use super::contents::{Contents, Depth, OWN, SIGNED};
use super::disk::Disk;
use super::keys::signature_of;
use super::manifest::{Kind, Manifest};
use super::state::{Slot, Stage, State, Trying};
use super::{UpdateError, Updates};
use crate::base::Stop;

/// Room that is left for the databases and their copies while a slot is written.
const RESERVE_BYTES: u64 = 256 << 20;

/// How far an installation is, in bytes of its step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// The bundle is read and its digest compared.
    Reading { done: u64, total: u64 },
    /// The members are written.
    Writing { done: u64, total: u64 },
    /// What was written is read again.
    Checking,
}

/// What was installed. It is tried when usher is restarted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied {
    pub slot: Slot,
    pub version: Version,
    /// The number of the key that signed it.
    pub key: String,
    pub notes: String,
}

impl<D: Disk> Updates<D> {
    /// Whether a bundle of this manifest may be installed now; `force` waives the order of versions and the expiry.
    ///
    /// # Errors
    /// [`UpdateError`]: `WrongArch`, `Older`, `Same`, `NeedsVersion`, `Expired`.
    pub fn judge(&self, file: &str, manifest: &Manifest, force: bool, now: Timestamp) -> Result<(), UpdateError> {
        let state = self.state()?;
        let running = self.version_of(state.good).unwrap_or_else(|| self.packaged.version.clone());
        let file = file.to_owned();
        if manifest.arch != std::env::consts::ARCH {
            return Err(UpdateError::WrongArch { file, arch: manifest.arch.clone(), this: std::env::consts::ARCH });
        }
        if let Some(needs) = manifest.needs_version.as_ref().filter(|needs| running < **needs) {
            return Err(UpdateError::NeedsVersion { file, needs: needs.to_string(), running: running.to_string() });
        }
        if force {
            return Ok(());
        }
        let version = manifest.version.to_string();
        match manifest.version.cmp(&running) {
            std::cmp::Ordering::Less => Err(UpdateError::Older { file, version, running: running.to_string() }),
            std::cmp::Ordering::Equal => Err(UpdateError::Same { file, version }),
            std::cmp::Ordering::Greater => not_expired(file, manifest, state.seen_at.map_or(now, |seen| seen.max(now))),
        }
    }

    /// Installs a bundle into the other slot and chooses it for a trial at the next start. `now` is what the clock says.
    ///
    /// # Errors
    /// Those of [`Updates::judge`] and of the bundle; `DiskFull`, `BadDisk`, `Busy`, `OnTrial`, `Stopped`, `Io`.
    pub fn apply(
        &self,
        bundle: Bundle,
        force: bool,
        now: Timestamp,
        stop: &Stop,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Applied, UpdateError> {
        let _alone = self.alone()?;
        let target = self.clear_target()?;
        self.judge(&bundle.file, &bundle.manifest, force, now)?;
        self.make_room(&bundle.manifest, target)?;
        let total = bundle.manifest.payload.bytes;
        let mut proved = bundle.prove(stop, &mut |done| progress(Progress::Reading { done, total }))?;
        let part = self.places.part(target);
        let written = self.write(&mut proved, &part, stop, progress).and_then(|()| self.swap(target));
        if written.is_err() {
            // The first error is the one to tell; the next command deletes what is left.
            let _ = self.disk.remove(&part);
        }
        written?;
        // The former content is of no more use; left behind, it is deleted by the next command.
        let _ = self.disk.remove(&self.places.former(target));
        let Bundle { manifest, key, .. } = proved.0;
        Ok(Applied { slot: target, version: manifest.version, key, notes: manifest.notes })
    }

    /// Works alone on the slots.
    pub(super) fn alone(&self) -> Result<Box<dyn std::any::Any>, UpdateError> {
        self.make_root()?;
        let path = self.places.root.join("apply.lock");
        self.disk.lock(&path, false).map_err(|error| match error.kind() {
            io::ErrorKind::WouldBlock => UpdateError::Busy { path: self.places.root.display().to_string() },
            _ => UpdateError::io("lock", &path)(error),
        })
    }

    /// The slot to be written. One that waits for its trial there is dropped; one that is on trial is not touched.
    fn clear_target(&self) -> Result<Slot, UpdateError> {
        let target = self.change(|state| {
            self.refuse_trial(state)?;
            state.trying = None;
            Ok(state.good.other())
        })?;
        for leftover in [self.places.part(target), self.places.former(target)] {
            self.disk.remove(&leftover).map_err(UpdateError::io("delete", &leftover))?;
        }
        Ok(target)
    }

    pub(super) fn refuse_trial(&self, state: &State) -> Result<(), UpdateError> {
        match &state.trying {
            Some(trying) if trying.stage != Stage::Chosen => {
                let version = self.version_of(trying.slot).map_or_else(|| "?".into(), |version| version.to_string());
                Err(UpdateError::OnTrial { version })
            }
            _ => Ok(()),
        }
    }

    fn make_room(&self, manifest: &Manifest, target: Slot) -> Result<(), UpdateError> {
        let need = manifest.content_bytes().saturating_add(RESERVE_BYTES);
        let root = &self.places.root;
        if self.disk.free_bytes(root).is_none_or(|free| free >= need) {
            return Ok(());
        }
        // The version before the running one makes room: the running one and the package remain to fall back to.
        self.disk.remove(&self.places.slot(target)).map_err(UpdateError::io("delete", root))?;
        match self.disk.free_bytes(root) {
            Some(free) if free < need => Err(UpdateError::DiskFull {
                path: root.display().to_string(),
                need_mb: need.div_ceil(1_000_000),
                free_mb: free / 1_000_000,
            }),
            _ => Ok(()),
        }
    }

    fn write(
        &self,
        proved: &mut Proved,
        part: &Path,
        stop: &Stop,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<(), UpdateError> {
        let total = proved.0.manifest.content_bytes();
        let mut done = 0;
        self.disk.make_folder(part).map_err(UpdateError::io("create folder", part))?;
        proved.unpack(stop, &mut |member, bytes| {
            let path = part.join(member.path());
            self.make_parent(&path)?;
            self.disk.write(&path, bytes, member.mode_bits()).map_err(UpdateError::io("write", &path))?;
            done += member.bytes;
            progress(Progress::Writing { done, total });
            Ok(())
        })?;
        self.write_signed(proved, part)?;
        self.keep_other_kinds(&proved.0.manifest, part)?;
        progress(Progress::Checking);
        let bad = |reason: String| UpdateError::BadDisk { path: part.display().to_string(), reason };
        let contents = self.examine(part, Depth::Whole, stop).map_err(|reason| match stop.is_requested() {
            true => UpdateError::Stopped,
            false => bad(reason),
        })?;
        self.sync_folders(part, &contents)
    }

    fn write_signed(&self, proved: &Proved, part: &Path) -> Result<(), UpdateError> {
        let path = part.join(SIGNED).join(OWN);
        self.make_parent(&path)?;
        let bundle = &proved.0;
        for (path, mut bytes) in [(path.clone(), &*bundle.signed), (signature_of(&path), &*bundle.signature)] {
            self.disk.write(&path, &mut bytes, 0o644).map_err(UpdateError::io("write", &path))?;
        }
        Ok(())
    }

    /// What the bundle does not bring stays as it is in the running slot.
    fn keep_other_kinds(&self, manifest: &Manifest, part: &Path) -> Result<(), UpdateError> {
        let good = self.state()?.good;
        let Ok(running) = self.contents(good) else { return Ok(()) };
        let old = self.places.slot(good);
        let mut missing = Kind::ALL.into_iter().filter(|kind| !manifest.brings(*kind));
        missing.try_for_each(|kind| self.keep_kind(kind, &running, &old, part))
    }

    fn sync_folders(&self, part: &Path, contents: &Contents) -> Result<(), UpdateError> {
        let mut folders: BTreeSet<PathBuf> = BTreeSet::from([part.join(SIGNED)]);
        for member in contents.members() {
            let path = part.join(member.path());
            folders.extend(path.ancestors().skip(1).take_while(|above| above.starts_with(part)).map(Path::to_owned));
        }
        // Deepest first, so that a folder's name is not safe before what it names.
        let mut deepest_first = folders.iter().rev();
        deepest_first.try_for_each(|folder| self.disk.sync_folder(folder).map_err(UpdateError::io("write", folder)))
    }

    /// The written slot takes its place, and the state chooses it.
    fn swap(&self, target: Slot) -> Result<(), UpdateError> {
        let (slot, part, former) = (self.places.slot(target), self.places.part(target), self.places.former(target));
        self.change(|state| {
            if state.good.other() != target {
                return Err(UpdateError::Busy { path: self.places.root.display().to_string() });
            }
            self.refuse_trial(state)?;
            if self.disk.names(&slot).is_ok_and(|names| !names.is_empty()) {
                self.disk.rename(&slot, &former).map_err(self.io("write"))?;
            }
            self.disk.rename(&part, &slot).map_err(self.io("write"))?;
            // The name must be safe before the state speaks of it.
            self.disk.sync_folder(&self.places.root).map_err(self.io("write"))?;
            state.trying = Some(Trying::begin(target, false));
            state.failed = None;
            Ok(())
        })
    }
}

fn not_expired(file: String, manifest: &Manifest, now: Timestamp) -> Result<(), UpdateError> {
    match manifest.expires_at {
        Some(expires_at) if expires_at < now => {
            Err(UpdateError::Expired { file, expired_at: expires_at.to_string(), now: now.to_string() })
        }
        _ => Ok(()),
    }
}

//! Applies a directory: checked, copied beside the running configuration, and put in its place in one step.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::check::check_dir;
use super::stage::{Places, recover};
use super::walk::{digest, walk};
use super::{Checks, DEVICE_TOML, DeviceError, DeviceFile, Entry, FOLDERS, MANIFEST, NOTES, SECRETS};
use crate::config::fault::{Faults, FieldFault};
use crate::config::replace::{own_like, sync_folder};

/// What applying did.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Applied {
    pub device: DeviceFile,
    /// False when the device had exactly this already; nothing was touched then.
    pub changed: bool,
    pub files: usize,
    /// Files of the device that the directory does not hold and that stay: its secrets, and what lies beside.
    pub kept: Vec<String>,
    /// The configuration as it was before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<PathBuf>,
    pub warnings: Vec<FieldFault>,
}

/// Makes `dir` the configuration `live`. Repeating it changes nothing. Blocks for as long as the disk takes.
///
/// # Errors
/// [`DeviceError`]; `live` is then as it was.
pub fn apply_dir(dir: &Path, live: &Path, checks: &Checks<'_>) -> Result<Applied, DeviceError> {
    refuse_overlap(dir, live)?;
    let places = Places::of(live);
    let parent = live.parent().unwrap_or(Path::new("/"));
    fs::create_dir_all(parent).map_err(DeviceError::io(parent, "made"))?;
    recover(live).map_err(DeviceError::io(live, "tidied up"))?;
    let _held =
        places.lock().map_err(DeviceError::io(live, "locked"))?.ok_or_else(|| DeviceError::Busy(live.into()))?;
    let report = check_dir(dir, live, checks);
    Faults::unless_empty(report.faults)?;
    let device = report.device.ok_or_else(|| Faults::one(DEVICE_TOML, "is missing"))?;
    let plan = Plan::of(dir, live, report.entries)?;
    let (files, kept) = (plan.files.len(), plan.kept.clone());
    let is_there = live.exists();
    let changed = !plan.is_done();
    if changed {
        plan.stage(&places).inspect_err(|_| drop(places.discard()))?;
        let settled = places.complete().and_then(|()| places.swap());
        settled.inspect_err(|_| drop(places.discard())).map_err(DeviceError::io(live, "exchanged"))?;
        places.finish().map_err(DeviceError::io(live, "tidied up"))?;
    }
    let before = (changed && is_there).then_some(places.before);
    Ok(Applied { device, changed, files, kept, before, warnings: report.warnings })
}

/// A directory cannot be applied from inside the one that it replaces, nor the other way round.
fn refuse_overlap(dir: &Path, live: &Path) -> Result<(), DeviceError> {
    let dir = dir.canonicalize().map_err(DeviceError::io(dir, "read"))?;
    let live = live.canonicalize().unwrap_or_else(|_| live.to_owned());
    if dir.starts_with(&live) || live.starts_with(&dir) {
        return Err(Faults::one(
            "",
            format!("{} is the running configuration or around it; name a copy", dir.display()),
        )
        .into());
    }
    Ok(())
}

/// What the new configuration will hold.
pub struct Plan {
    /// By name: where a file is copied from, and what it must be.
    pub files: BTreeMap<String, (PathBuf, Entry)>,
    pub kept: Vec<String>,
    live: PathBuf,
    before: BTreeMap<String, String>,
    is_private: bool,
}

impl Plan {
    /// The files of `dir`, and of `live` those that such a directory does not govern.
    pub fn of(dir: &Path, live: &Path, entries: Vec<Entry>) -> Result<Self, DeviceError> {
        let running = if live.exists() { walk(live, true) } else { super::walk::Found::default() };
        Faults::unless_empty(running.faults)?;
        let from = |root: &Path, entry: Entry| (entry.name.clone(), (root.join(&entry.name), entry));
        // The manifest is the copy's: once a setting is changed on the device it would speak against its own directory.
        let copied = entries.into_iter().filter(|entry| entry.name != MANIFEST);
        let mut files: BTreeMap<_, _> = copied.map(|entry| from(dir, entry)).collect();
        let before = running.entries.iter().map(|entry| (entry.name.clone(), entry.sha256.clone())).collect();
        let secrets: Vec<&Entry> = running.entries.iter().filter(|entry| entry.name.starts_with("secrets/")).collect();
        let is_private = !secrets.iter().any(|entry| entry.is_open);
        let mut kept = Vec::new();
        for entry in
            running.entries.iter().filter(|entry| !is_governed(&entry.name) && !files.contains_key(&entry.name))
        {
            kept.push(entry.name.clone());
        }
        files.extend(
            running.entries.into_iter().filter(|entry| kept.contains(&entry.name)).map(|entry| from(live, entry)),
        );
        Ok(Self { files, kept, live: live.into(), before, is_private })
    }

    /// Whether the device has exactly this already.
    pub fn is_done(&self) -> bool {
        let wanted = self.files.iter().map(|(name, (_, entry))| (name, &entry.sha256));
        self.live.exists() && self.is_private && wanted.eq(self.before.iter())
    }

    /// Copies everything beside the running configuration; all of it is on the disk when this returns.
    pub fn stage(&self, places: &Places) -> Result<(), DeviceError> {
        let staging = &places.staging;
        fs::create_dir(staging).map_err(DeviceError::io(staging, "made"))?;
        self.like_live(staging).map_err(DeviceError::io(staging, "given its owner"))?;
        if let Ok(live) = fs::metadata(&self.live) {
            fs::set_permissions(staging, live.permissions()).map_err(DeviceError::io(staging, "given its mode"))?;
        }
        for (name, (source, entry)) in &self.files {
            let target = staging.join(name);
            self.copy(staging, source, &target, entry).map_err(|error| self.failed(&target, error))?;
            if digest(&target).map_err(DeviceError::io(&target, "read"))? != entry.sha256 {
                return Err(DeviceError::ChangedMeanwhile(source.clone()));
            }
        }
        Ok(())
    }

    fn copy(&self, staging: &Path, source: &Path, target: &Path, entry: &Entry) -> io::Result<()> {
        let folder = target.parent().unwrap_or(staging);
        let missing: Vec<&Path> = folder.ancestors().take_while(|folder| !folder.exists()).collect();
        for folder in missing.into_iter().rev() {
            fs::create_dir(folder)?;
            self.like_live(folder)?;
        }
        let mut from = io::Read::take(File::open(source)?, entry.bytes);
        let mut to = File::create_new(target)?;
        set_mode(&to, entry.name.starts_with(SECRETS))?;
        self.like_live(target)?;
        io::copy(&mut from, &mut to)?;
        to.sync_all()?;
        sync_folder(folder)
    }

    /// Who owns the running configuration owns the new one: the service has to read it.
    fn like_live(&self, path: &Path) -> io::Result<()> {
        match fs::metadata(&self.live) {
            Ok(live) => own_like(path, &live),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            Err(error) => Err(error),
        }
    }

    fn failed(&self, target: &Path, error: io::Error) -> DeviceError {
        if matches!(error.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded) {
            let bytes = self.files.values().map(|(_, entry)| entry.bytes).sum();
            return DeviceError::DiskFull { path: target.into(), bytes };
        }
        DeviceError::io(target, "written")(error)
    }
}

/// Whether such a directory decides about the file: one that it does not hold is gone then.
fn is_governed(name: &str) -> bool {
    let top = name.split('/').next().unwrap_or_default();
    let files = [DEVICE_TOML, MANIFEST].into_iter().chain(NOTES);
    files.chain(FOLDERS).any(|known| known == top && known != SECRETS)
}

#[cfg(unix)]
fn set_mode(file: &File, is_secret: bool) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(fs::Permissions::from_mode(if is_secret { 0o600 } else { 0o644 }))
}

#[cfg(not(unix))]
fn set_mode(_: &File, _: bool) -> io::Result<()> {
    Ok(())
}

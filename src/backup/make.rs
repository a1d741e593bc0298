//! Makes a backup while the appliance serves: databases are copied at one instant each, then everything is measured, then written.
//! Must not know what is in a database.

use std::fs;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::manifest::{FORMAT, Manifest, Member, NamedModel, is_plain_name};
use super::passphrase::PASSPHRASE_CHARS_MIN;
use super::{BackupError, PEOPLE, archive, tree};
use crate::base::secret::random_key;
use crate::store::{self, Content, Kind};

/// A place of the device: a folder or one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// `config`, `knowledge`, `board`; `state` is the site's data folder and always there.
    pub name: String,
    pub root: PathBuf,
}

/// What goes into a backup.
#[derive(Debug, Clone)]
pub struct Plan {
    pub site: String,
    /// This program's version.
    pub usher: String,
    /// The site's data folder, `DATA/sites/SITE`.
    pub state: PathBuf,
    pub parts: Vec<Part>,
    pub models: Vec<NamedModel>,
    /// Files that the configuration names and that stay where they are, such as secrets of the site's systems.
    pub elsewhere: Vec<String>,
    /// [`Content::Everything`] takes waiting hand-overs along, sealed, with their keys; it needs a passphrase.
    pub content: Content,
}

/// A backup that was written.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Made {
    pub path: PathBuf,
    pub bytes: u64,
    pub sha256: String,
    pub members: usize,
    /// Links and special files that are not in it.
    pub left_out: Vec<String>,
}

/// Makes the backup `to`; the file is there whole or not at all, for this user alone. `progress` hears bytes done and in all.
///
/// # Errors
/// [`BackupError`]; nothing is left behind then.
pub fn make(
    plan: &Plan,
    to: &Path,
    passphrase: Option<&str>,
    now: Timestamp,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Made, BackupError> {
    check(plan, to, passphrase)?;
    let stage = Stage::make(plan)?;
    let (sources, members, left_out) = collect(plan, &stage.0)?;
    let manifest = Manifest {
        format: FORMAT,
        usher: plan.usher.clone(),
        site: plan.site.clone(),
        made_at: now.to_string(),
        with_visits: plan.content == Content::Everything,
        models: plan.models.clone(),
        elsewhere: plan.elsewhere.clone(),
        members,
    };
    manifest.check().map_err(|reason| BackupError::Refused { path: plan.state.clone(), reason })?;
    let all = manifest.bytes();
    progress(0, all);
    let new = tree::beside(to, "new");
    let written = write(&new, passphrase, &manifest, &sources).and_then(|()| tree::rename(&new, to));
    if let Err(error) = written {
        let _ = fs::remove_file(&new);
        return Err(error);
    }
    progress(all, all);
    let (bytes, sha256) = archive::digest(to)?;
    Ok(Made { path: to.into(), bytes, sha256, members: manifest.members.len(), left_out })
}

fn check(plan: &Plan, to: &Path, passphrase: Option<&str>) -> Result<(), BackupError> {
    if passphrase.is_some_and(|phrase| phrase.chars().count() < PASSPHRASE_CHARS_MIN) {
        return Err(BackupError::WeakPassphrase { min: PASSPHRASE_CHARS_MIN });
    }
    if plan.content == Content::Everything && passphrase.is_none() {
        return Err(BackupError::VisitsNeedPassphrase);
    }
    let refused = |reason: &str| BackupError::Refused { path: to.into(), reason: reason.into() };
    if !is_plain_name(&plan.site) || plan.parts.iter().any(|part| !is_plain_name(&part.name) || part.name == "state") {
        return Err(refused("its site or a part has no plain name"));
    }
    if plan.parts.iter().any(|part| to.starts_with(&part.root)) || to.starts_with(&plan.state) {
        return Err(refused("it would lie inside what it backs up; choose another folder"));
    }
    Ok(())
}

fn write(to: &Path, passphrase: Option<&str>, manifest: &Manifest, sources: &[PathBuf]) -> Result<(), BackupError> {
    let fault = |error| BackupError::of(to, error);
    let file = tree::private(to).map_err(fault)?;
    let file = archive::write(archive::buffered(file), to, passphrase, manifest, sources)?;
    file.into_inner().map_err(|error| fault(error.into_error()))?.sync_all().map_err(fault)
}

/// The files to read, with their members, and what is left out.
type Collected = (Vec<PathBuf>, Vec<Member>, Vec<String>);

fn collect(plan: &Plan, stage: &Path) -> Result<Collected, BackupError> {
    let (mut sources, mut members, mut left_out) = Default::default();
    let mut add = |part: &str, path: &str, source: PathBuf| -> Result<(), BackupError> {
        let (bytes, sha256) = archive::digest(&source)?;
        Vec::push(&mut members, Member { part: part.into(), path: path.into(), bytes, sha256 });
        Vec::push(&mut sources, source);
        Ok(())
    };
    let with_visits = plan.content == Content::Everything;
    let keep = |path: &str| tree::is_state(path) || (with_visits && path.ends_with(".seal"));
    let found = tree::files(&plan.state, &keep)?;
    Vec::append(&mut left_out, &mut found.left_out.clone());
    for path in found.files {
        let source = plan.state.join(&path);
        match Kind::of_file(&path) {
            Some(Kind::Kiosk) if !with_visits => {}
            Some(kind) => {
                let copied = stage.join(&path);
                store::copy(kind, plan.content, &source, &copied)?;
                add("state", &path, copied)?;
            }
            None => add("state", &path, source)?,
        }
    }
    for part in &plan.parts {
        if part.root.is_file() {
            add(&part.name, "", part.root.clone())?;
            continue;
        }
        let is_state = part.name == PEOPLE;
        let is_seen = |path: &str| !path.rsplit('/').next().unwrap_or(path).starts_with('.');
        let found = tree::files(&part.root, &|path| if is_state { tree::is_state(path) } else { is_seen(path) })?;
        left_out.extend(found.left_out);
        for path in found.files {
            let source = part.root.join(&path);
            match Kind::of_file(&path).filter(|_| is_state) {
                Some(kind) => {
                    let copied = stage.join(&path);
                    store::copy(kind, plan.content, &source, &copied)?;
                    add(&part.name, &path, copied)?;
                }
                None => add(&part.name, &path, source)?,
            }
        }
    }
    Ok((sources, members, left_out))
}

/// A folder for copies of databases, beside the site's data and for this user alone; gone when the backup is made.
struct Stage(PathBuf);

impl Stage {
    fn make(plan: &Plan) -> Result<Self, BackupError> {
        use std::os::unix::fs::DirBuilderExt;
        let path = tree::beside(&plan.state, &format!("{}.backup", random_key()));
        let made = fs::DirBuilder::new().mode(0o700).create(&path);
        made.map_err(|error| BackupError::of(&path, error))?;
        Ok(Self(path))
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        // What cannot be removed now is removed at the next start.
        let _ = fs::remove_dir_all(&self.0);
    }
}

//! The change from old to new in small steps that can be repeated: first it is decided in a journal, then carried out by renames. A
//! power cut before the journal leaves the old; after it the next start carries on. Knows places, not backups.

use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{BackupError, reset, tree};

/// Longest journal that is believed, bytes.
const JOURNAL_BYTES_MAX: u64 = 1 << 20;

/// One place's change: `stage` takes the place of `target`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Change {
    pub part: String,
    pub stage: PathBuf,
    pub target: PathBuf,
    /// Files of the old that go along into the new.
    pub carried: Vec<String>,
}

/// Before anything of a data folder is opened: carries on what a power cut broke off (a restore, a reset) and removes stages that
/// nobody decided on. The caller holds the folder alone. Gives what it did, in words.
///
/// # Errors
/// [`BackupError`]; the next start tries again.
pub fn finish(data: &Path) -> Result<Vec<String>, BackupError> {
    let mut done = Vec::new();
    if reset::finish(data)? {
        done.push("a factory reset was carried on".to_owned());
    }
    let sites = data.join("sites");
    let Ok(entries) = fs::read_dir(&sites) else { return Ok(done) };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    // Journals before stages: what is decided is not left over.
    for journal in paths.iter().filter(|path| is_hidden(path, ".journal")) {
        let changes = read(journal)?;
        carry(journal, &changes, &mut |_| Ok(()))?;
        done.push(format!("a restore was carried on: {} places", changes.len()));
    }
    for left in paths.iter().filter(|path| is_hidden(path, ".backup") || is_hidden(path, ".restore")) {
        tree::remove(left)?;
    }
    Ok(done)
}

/// Writes the journal of a site's data folder: from here on the change happens.
pub(super) fn decide(state: &Path, changes: &[Change]) -> Result<(), BackupError> {
    let journal = journal(state);
    // The former of an earlier restore goes now; carried out, a second one would stand in its way.
    for change in changes {
        tree::remove(&tree::before(&change.target))?;
    }
    let json = serde_json::to_vec(changes).map_err(|error| BackupError::of(&journal, error.into()))?;
    tree::write_whole(&journal, &json)
}

/// Carries out what was decided.
pub(super) fn carry_out(state: &Path, changes: &[Change]) -> Result<(), BackupError> {
    carry(&journal(state), changes, &mut |_| Ok(()))
}

/// `step` is asked before each step that touches the disk: in tests it is where the power is cut.
pub(super) fn carry(
    journal: &Path,
    changes: &[Change],
    step: &mut dyn FnMut(&str) -> Result<(), BackupError>,
) -> Result<(), BackupError> {
    for change in changes {
        // A stage that is gone has taken its place.
        if !change.stage.exists() {
            continue;
        }
        for name in &change.carried {
            let (from, to) = (change.target.join(name), change.stage.join(name));
            if from.exists() && !to.exists() {
                step("carry")?;
                tree::rename(&from, &to)?;
            }
        }
        if change.target.exists() {
            step("put aside")?;
            tree::rename(&change.target, &tree::before(&change.target))?;
        }
        step("put in place")?;
        tree::rename(&change.stage, &change.target)?;
    }
    step("end")?;
    tree::remove(journal)?;
    tree::sync_folder_of(journal).map_err(|error| BackupError::of(journal, error))
}

pub(super) fn journal(state: &Path) -> PathBuf {
    tree::beside(state, "journal")
}

fn read(journal: &Path) -> Result<Vec<Change>, BackupError> {
    let fault = |error| BackupError::of(journal, error);
    let length = fs::metadata(journal).map_err(fault)?.len();
    let refused = |reason: String| BackupError::Refused { path: journal.into(), reason };
    if length > JOURNAL_BYTES_MAX {
        return Err(refused("it is too long for a journal".into()));
    }
    serde_json::from_slice(&fs::read(journal).map_err(fault)?).map_err(|error| refused(error.to_string()))
}

fn is_hidden(path: &Path, ending: &str) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    name.starts_with('.') && name.ends_with(ending)
}

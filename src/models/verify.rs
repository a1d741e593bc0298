//! Reads every file of the chosen pack again, whatever was noted before, and says how each stands.

use std::fs;

use super::place::digest_file;
use super::record::Record;
use super::{ModelsError, Shelf, State};
use crate::base::Stop;

/// How one file stands after it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub target: String,
    pub state: State,
    pub want: String,
    /// The digest read; none for a missing file.
    pub got: Option<String>,
}

impl Finding {
    pub fn is_good(&self) -> bool {
        self.state == State::Verified
    }
}

/// Hashes every file of the chosen pack for this machine. Blocking, a second or so for the starter pack; `on_target` is
/// told before each file.
///
/// # Errors
/// [`ModelsError::Pack`], [`ModelsError::Busy`], [`ModelsError::Stopped`]; a file that is missing or wrong is a finding.
pub fn verify(shelf: &Shelf, stop: &Stop, on_target: &mut dyn FnMut(&str)) -> Result<Vec<Finding>, ModelsError> {
    let _lock = shelf.lock()?;
    let pack = shelf.pack()?;
    let mut record = Record::load(shelf.root());
    let mut findings = Vec::new();
    for member in pack.members_here() {
        on_target(&member.target);
        let path = shelf.root().join(&member.target);
        let got = match path.exists() {
            true => Some(digest_file(&path, stop)?.0),
            false => None,
        };
        record.forget(&member.target);
        if let (Some(got), Ok(meta)) = (&got, fs::metadata(&path)) {
            record.note(member, &meta, got.clone());
        }
        let state = shelf.state_by(member, &record);
        findings.push(Finding { target: member.target.clone(), state, want: member.sha256.clone(), got });
    }
    record.save(shelf.root())?;
    Ok(findings)
}

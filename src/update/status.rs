//! How the slots stand, for people and the admin page.

use semver::Version;

use super::disk::Disk;
use super::state::{Slot, Stage};
use super::{UpdateError, Updates};

/// The running version and what else there is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    pub running: Slot,
    pub version: Version,
    /// The running version has still to pass its gate.
    pub is_on_trial: bool,
    pub other: Other,
    /// The key that signed the running version; `None` for the package.
    pub key: Option<String>,
}

/// The slot that does not run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Other {
    pub slot: Slot,
    pub version: Option<Version>,
    /// `empty`, `ready` (can be returned to), `chosen` (starts next), `failed`.
    pub state: &'static str,
    /// Why it failed; empty otherwise.
    pub reason: String,
}

impl<D: Disk> Updates<D> {
    /// # Errors
    /// When the state cannot be read.
    pub fn status(&self) -> Result<Status, UpdateError> {
        let state = self.state()?;
        let running = state.running;
        let other = if state.started().is_some() { state.good } else { running.other() };
        let chosen = state.trying.as_ref().is_some_and(|trying| trying.stage == Stage::Chosen && trying.slot == other);
        let failed = state.failed.as_ref().filter(|failed| failed.slot == other);
        let (version, fault) = match other {
            Slot::None => (Some(self.package_of(&state)), None),
            slot => match self.contents(slot) {
                Ok(contents) => (Some(contents.own.version), None),
                Err(reason) => (None, Some(reason)),
            },
        };
        let is_there =
            other == Slot::None || self.disk.names(&self.places.slot(other)).is_ok_and(|names| !names.is_empty());
        let (word, reason) = match (failed, fault) {
            _ if !is_there => ("empty", String::new()),
            (Some(failed), _) => ("failed", failed.reason.clone()),
            (None, Some(fault)) => ("failed", fault),
            _ if chosen => ("chosen", String::new()),
            _ => ("ready", String::new()),
        };
        Ok(Status {
            running,
            version: self.version_of(running).unwrap_or_else(|| self.packaged.version.clone()),
            is_on_trial: state.started().is_some(),
            other: Other { slot: other, version, state: word, reason },
            key: self.contents(running).ok().map(|contents| contents.key),
        })
    }
}

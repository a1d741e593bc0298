//! Which slot is good and which is on trial: the one small file that decides what starts. What follows what is decided here
//! by plain functions; nothing here reads a clock.

use std::fmt;
use std::io;
use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;
use semver::Version;
use serde::{Deserialize, Serialize};

use super::UpdateError;
use super::disk::{Disk, read_small, replace};

/// Starts a version may take to pass its gate: the first start after a power cut in its first seconds is not its fault, nor
/// the second.
pub const STARTS_MAX: u32 = 3;

/// Longest time from a trial's first start to its pass while the machine stays on. A cold start with the golden questions
/// takes half a minute on the slowest board; the rest is for a database that is brought up to a new shape.
pub const TRIAL_MAX: Duration = Duration::from_secs(15 * 60);

/// Longest state file: it has a dozen short fields.
const STATE_BYTES_MAX: u64 = 16 << 10;

/// The layout of the state file.
const FORMAT: u32 = 1;

/// Longest reason that is kept.
const REASON_CHARS_MAX: usize = 300;

/// Where a version lies. `None` is the packaged program, which is always there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Slot {
    #[default]
    None,
    A,
    B,
}

impl Slot {
    pub fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::A => "a",
            Self::B => "b",
        }
    }

    /// The slot that is written while this one runs.
    pub fn other(self) -> Self {
        if self == Self::A { Self::B } else { Self::A }
    }
}

impl fmt::Display for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// How far a trial is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Stage {
    /// It will be tried at the next start.
    Chosen,
    /// The databases were put aside as the old version left them.
    Kept,
    /// It has been started.
    Started,
    /// It is over, and the databases have still to be put back.
    Over,
}

/// A version that has not shown yet that it is well.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trying {
    pub slot: Slot,
    pub stage: Stage,
    pub tries: u32,
    /// A return: start with the databases as this slot left them.
    pub with_old_data: bool,
    /// The first start: which run of the machine, and seconds since it was switched on. Wall clocks are not asked.
    pub boot_id: Option<String>,
    pub first_start_s: Option<u64>,
    /// Why it is over.
    pub reason: Option<String>,
}

/// The last trial that failed, for people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Failed {
    pub slot: Slot,
    pub version: Option<Version>,
    pub reason: String,
}

/// The state file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct State {
    pub format: u32,
    /// What the launcher started last.
    pub running: Slot,
    /// The last one that passed its gate.
    pub good: Slot,
    pub trying: Option<Trying>,
    pub failed: Option<Failed>,
    /// The version of the package at the last start: a newer package is a person's wish.
    pub packaged: Option<Version>,
    /// The latest signed date that was seen: time has at least come so far, whatever the clock says.
    pub seen_at: Option<Timestamp>,
}

impl Default for State {
    fn default() -> Self {
        Self {
            format: FORMAT,
            running: Slot::None,
            good: Slot::None,
            trying: None,
            failed: None,
            packaged: None,
            seen_at: None,
        }
    }
}

/// What the launcher does with a trial.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Put the databases aside, then start it.
    Begin,
    /// Start it once more.
    Again,
    /// Give it up, for this reason.
    GiveUp(String),
}

/// Since when the machine is on: a number that changes with every start of it, and seconds. `None` when it does not say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Uptime {
    pub boot_id: String,
    pub seconds: u64,
}

impl Trying {
    pub fn begin(slot: Slot, with_old_data: bool) -> Self {
        Self { slot, stage: Stage::Chosen, tries: 0, with_old_data, boot_id: None, first_start_s: None, reason: None }
    }

    pub(super) fn verdict(&self, uptime: Option<&Uptime>) -> Verdict {
        let reason = || self.reason.clone().unwrap_or_else(|| "it did not pass its trial".into());
        match self.stage {
            Stage::Over => Verdict::GiveUp(reason()),
            Stage::Chosen | Stage::Kept => Verdict::Begin,
            Stage::Started if self.tries >= STARTS_MAX => {
                Verdict::GiveUp(format!("it did not answer its golden questions in {STARTS_MAX} starts"))
            }
            Stage::Started if self.is_late(uptime) => Verdict::GiveUp(format!(
                "it did not answer its golden questions in {} minutes",
                TRIAL_MAX.as_secs() / 60
            )),
            Stage::Started => Verdict::Again,
        }
    }

    /// Counts a start.
    pub(super) fn start(&mut self, uptime: Option<&Uptime>) {
        self.tries += 1;
        if self.stage != Stage::Started {
            self.stage = Stage::Started;
            self.boot_id = uptime.map(|uptime| uptime.boot_id.clone());
            self.first_start_s = uptime.map(|uptime| uptime.seconds);
        }
    }

    pub(super) fn end(&mut self, reason: &str) {
        self.stage = Stage::Over;
        self.reason = Some(reason.chars().take(REASON_CHARS_MAX).collect());
    }

    fn is_late(&self, uptime: Option<&Uptime>) -> bool {
        let (Some(first), Some(now)) = (self.first_start_s, uptime) else { return false };
        // After another switching on, the seconds began anew; the starts are counted all the same.
        self.boot_id.as_ref() == Some(&now.boot_id) && now.seconds.saturating_sub(first) > TRIAL_MAX.as_secs()
    }
}

impl State {
    /// The state, or a new one when there is no file.
    ///
    /// # Errors
    /// [`UpdateError::State`] when the file is not one of ours.
    pub(super) fn load(disk: &impl Disk, path: &Path) -> Result<Self, UpdateError> {
        let bad = |reason: String| UpdateError::State { path: path.display().to_string(), reason };
        let bytes = match read_small(disk, path, STATE_BYTES_MAX) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            bytes => bytes.map_err(|error| bad(error.to_string()))?,
        };
        let state: Self = serde_json::from_slice(&bytes).map_err(|error| bad(error.to_string()))?;
        match state.format {
            FORMAT => Ok(state),
            other => Err(bad(format!("its format is {other} and this version reads {FORMAT}"))),
        }
    }

    pub(super) fn save(&self, disk: &impl Disk, root: &Path, path: &Path) -> Result<(), UpdateError> {
        let bytes = serde_json::to_vec_pretty(self).expect("the state has plain fields only");
        disk.make_folder(root).and_then(|()| replace(disk, path, &bytes)).map_err(UpdateError::io("write", path))
    }

    /// The version on trial that has been started, if any.
    pub(super) fn started(&self) -> Option<&Trying> {
        self.trying.as_ref().filter(|trying| trying.stage == Stage::Started)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(boot_id: &str, seconds: u64) -> Uptime {
        Uptime { boot_id: boot_id.into(), seconds }
    }

    #[test]
    fn a_trial_ends_after_its_starts_or_its_minutes_and_never_by_a_clock() {
        let mut trying = Trying::begin(Slot::B, false);
        assert_eq!(trying.verdict(None), Verdict::Begin);
        trying.start(Some(&at("x", 20)));
        assert_eq!(trying.verdict(Some(&at("x", 20 + 15 * 60))), Verdict::Again);
        assert!(
            matches!(trying.verdict(Some(&at("x", 21 + 15 * 60))), Verdict::GiveUp(why) if why.contains("15 minutes"))
        );
        assert_eq!(trying.verdict(Some(&at("y", 99_999))), Verdict::Again, "another switching on");
        trying.start(Some(&at("y", 5)));
        trying.start(None);
        assert!(matches!(trying.verdict(None), Verdict::GiveUp(why) if why.contains("3 starts")));
    }

    #[test]
    fn what_is_over_stays_over() {
        let mut trying = Trying::begin(Slot::A, false);
        trying.start(None);
        trying.end("the models are missing");
        assert_eq!(trying.verdict(Some(&at("x", 0))), Verdict::GiveUp("the models are missing".into()));
    }
}

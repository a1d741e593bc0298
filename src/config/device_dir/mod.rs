//! A whole device as one small directory: `device.toml`, and beside it what it needs of `sites/`, `boards/`, `media/` and
//! `secrets/`. It can be copied to a stick, checked, applied at once or not at all, and made from a running configuration.
//! Knows no site's content: what is right in a site or a board is for [`Checks`] to say.

mod apply;
mod check;
mod exchange;
mod export;
mod manifest;
mod stage;
mod walk;

use std::io;
use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub use apply::{Applied, apply_dir};
pub use check::{check_dir, device_file, device_schema};
pub use export::{Exported, Running, export_dir};
pub use stage::{Recovered, recover};

use super::fault::{Faults, FieldFault};

/// The form of `device.toml` that this program knows.
pub const SCHEMA_KNOWN: u64 = 1;
/// What every such directory has.
pub const DEVICE_TOML: &str = "device.toml";
/// SHA-256 and name of every other file, as `sha256sum` writes them.
pub const MANIFEST: &str = "MANIFEST";
/// The folder whose files nobody but usher may read.
pub const SECRETS: &str = "secrets";
/// The other folders.
const FOLDERS: [&str; 4] = ["sites", "boards", "media", SECRETS];
/// What else may lie at the top.
const NOTES: [&str; 2] = ["README.md", "README.txt"];

/// Most files: the airport's whole site has 60.
pub const FILES_MAX: usize = 2_000;
/// Largest file, bytes: a site's recording of a camera.
pub const FILE_BYTES_MAX: u64 = 64 << 20;
/// All files together, bytes: fits an old stick, and twice the small partition of a kiosk.
pub const TOTAL_BYTES_MAX: u64 = 512 << 20;
/// Deepest folder.
pub const DEPTH_MAX: usize = 8;
/// Longest name of a device, a site or a board.
const NAME_CHARS_MAX: usize = 64;

/// `device.toml`: which site and which board this kiosk has, and what differs here from the site file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DeviceFile {
    /// The form of this file; 1.
    pub schema: u64,
    /// This kiosk's name among its operator's: letters, digits and hyphens.
    pub name: String,
    /// The site: `sites/NAME.toml` here, else one that is installed.
    pub site: String,
    /// The board: `boards/NAME.toml` here, else one that is installed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub board: Option<String>,
    /// Settings of the site file that are others at this kiosk.
    #[serde(default, rename = "override", skip_serializing_if = "Map::is_empty")]
    pub overrides: Map<String, Value>,
}

/// What is known elsewhere about the files of a directory.
pub struct Checks<'a> {
    /// The JSON schema of a site file.
    pub schema: &'a Value,
    /// What is wrong with a site file under a `device.toml`.
    pub site: &'a dyn Fn(&Path, &Path) -> Result<(), Faults>,
    /// What is wrong with a board's file.
    pub board: &'a dyn Fn(&Path) -> Result<(), Faults>,
    /// The installed file of a kind (`sites`, `boards`) and name.
    pub installed: &'a dyn Fn(&str, &str) -> Option<PathBuf>,
}

/// One file of a directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    /// `sites/airport.toml`: relative, with `/`, and without `..`.
    pub name: String,
    pub bytes: u64,
    pub sha256: String,
    /// Whether others than its owner may read it.
    pub is_open: bool,
}

/// What a check of a directory found.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Report {
    pub device: Option<DeviceFile>,
    pub files: usize,
    pub bytes: u64,
    /// What has to be mended before it can be applied.
    pub faults: Vec<FieldFault>,
    /// What should be known.
    pub warnings: Vec<FieldFault>,
    #[serde(skip)]
    pub(super) entries: Vec<Entry>,
}

/// Why a device's configuration is as it was.
#[derive(Debug, thiserror::Error)]
pub enum DeviceError {
    #[error(transparent)]
    Refused(#[from] Faults),
    #[error("another `usher config apply` is at work on {}; wait for it", .0.display())]
    Busy(PathBuf),
    #[error("{} is not empty; name a new folder", .0.display())]
    NotEmpty(PathBuf),
    #[error("{} changed while it was copied; take the stick out, put it in again, then repeat", .0.display())]
    ChangedMeanwhile(PathBuf),
    #[error("{}: no room on the disk; free {} MB, then repeat", path.display(), bytes.div_ceil(1_000_000))]
    DiskFull { path: PathBuf, bytes: u64 },
    #[error("{}: cannot be {what}: {source}", path.display())]
    Io { path: PathBuf, what: &'static str, source: io::Error },
}

impl DeviceError {
    fn io(path: &Path, what: &'static str) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { path, what, source }
    }
}

/// Whether `name` can be a device's, site's or board's name: letters, digits and hyphens, so that it is a file's name too.
pub fn is_plain(name: &str) -> bool {
    let fits = (1..=NAME_CHARS_MAX).contains(&name.chars().count());
    fits && !name.starts_with('-') && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
}

#[cfg(test)]
mod tests;

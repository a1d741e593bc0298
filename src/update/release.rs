//! The list of a plain directory of updates: `latest.json` with its signature beside it, bundles next to them.

use jiff::Timestamp;
use semver::Version;
use serde::Deserialize;

use super::UpdateError;
use super::keys::Keys;

/// The list's layout.
const FORMAT: u64 = 1;

/// Longest list: one entry a processor has a few hundred bytes, its notes some thousands.
pub(super) const LIST_BYTES_MAX: usize = 64 << 10;

/// Longest file name.
const NAME_CHARS_MAX: usize = 120;

/// One bundle of the directory.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Release {
    pub version: Version,
    pub arch: String,
    /// A name in the same directory.
    pub file: String,
    pub bytes: u64,
    pub sha256: String,
    #[serde(default)]
    pub notes: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct List {
    #[serde(rename = "format")]
    _format: u64,
    #[serde(rename = "made_at")]
    _made_at: Timestamp,
    releases: Vec<Release>,
}

/// The newest release for this machine in a signed list; `url` names the list in errors.
///
/// # Errors
/// [`UpdateError`]: the signature's, `Future`, `Source`, `NotOffered`.
pub(super) fn newest(url: &str, list: &[u8], signature: &[u8], keys: &Keys) -> Result<Release, UpdateError> {
    #[derive(Deserialize)]
    struct Head {
        format: u64,
    }
    keys.prove(list, signature).map_err(|unproved| keys.refuse(unproved, url))?;
    let fault = |reason: String| UpdateError::Source { url: url.into(), reason };
    let head: Head = serde_json::from_slice(list).map_err(|error| fault(error.to_string()))?;
    if head.format != FORMAT {
        return Err(UpdateError::Future { file: url.into(), format: head.format, known: 1 });
    }
    let list: List = serde_json::from_slice(list).map_err(|error| fault(error.to_string()))?;
    let this = std::env::consts::ARCH;
    let ours = list.releases.into_iter().filter(|release| release.arch == this);
    let newest = ours.max_by(|one, other| one.version.cmp(&other.version));
    let newest = newest.ok_or_else(|| UpdateError::NotOffered { url: url.into(), this })?;
    match is_name(&newest.file) {
        true => Ok(newest),
        false => Err(fault(format!("'{}' is not the name of a bundle", newest.file.escape_debug()))),
    }
}

/// A plain name without folders that ends as bundles do.
fn is_name(name: &str) -> bool {
    name.len() <= NAME_CHARS_MAX
        && name.ends_with(".bundle")
        && name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || "._-+".contains(c))
}

//! What was hashed and when: lets a second `pull` or `list` trust a file without reading it again, as long as its size and
//! time are the same. A lost or damaged record costs one more reading, nothing else.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use serde::{Deserialize, Serialize};

use super::pack::PACK_BYTES_MAX;
use super::{Member, ModelsError};

/// The digests seen, by target.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Record(BTreeMap<String, Seen>);

#[derive(Debug, Serialize, Deserialize)]
struct Seen {
    bytes: u64,
    modified_ns: u64,
    sha256: String,
}

impl Record {
    pub(super) fn load(root: &Path) -> Self {
        let path = path(root);
        let small = fs::metadata(&path).is_ok_and(|meta| meta.len() <= PACK_BYTES_MAX);
        let text = small.then(|| fs::read(&path).ok()).flatten();
        text.and_then(|text| serde_json::from_slice(&text).ok()).unwrap_or_default()
    }

    /// Written beside and moved, so that a power cut leaves the old record or the new one.
    pub(super) fn save(&self, root: &Path) -> Result<(), ModelsError> {
        let path = path(root);
        let part = path.with_extension("part");
        let text = serde_json::to_vec_pretty(self).expect("a record is plain text and numbers");
        fs::write(&part, text).map_err(ModelsError::io("write", &part))?;
        fs::rename(&part, &path).map_err(ModelsError::io("move into place", &path))
    }

    /// The digest this file had when it was last read, if it has not changed since.
    pub(super) fn digest(&self, member: &Member, meta: &fs::Metadata) -> Option<&str> {
        let seen = self.0.get(&member.target)?;
        (seen.bytes == meta.len() && seen.modified_ns == modified_ns(meta)).then_some(seen.sha256.as_str())
    }

    pub(super) fn note(&mut self, member: &Member, meta: &fs::Metadata, sha256: String) {
        let seen = Seen { bytes: meta.len(), modified_ns: modified_ns(meta), sha256 };
        self.0.insert(member.target.clone(), seen);
    }

    pub(super) fn forget(&mut self, target: &str) {
        self.0.remove(target);
    }
}

fn path(root: &Path) -> PathBuf {
    root.join(".checked.json")
}

fn modified_ns(meta: &fs::Metadata) -> u64 {
    let since = meta.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    since.map_or(0, |since| since.as_nanos() as u64)
}

//! What can go wrong with models, one variant for each thing a person does differently about it.

use std::io;
use std::path::{Path, PathBuf};

use crate::base::disk::free_bytes;

/// A failure of this room. Every text names the thing, and what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum ModelsError {
    /// A pack or catalogue file that is not what it should be; nothing of it was used.
    #[error("pack file {file} cannot be used: {reason}")]
    Pack { file: String, reason: String },
    /// The bytes are not the ones the pack promises.
    #[error("{file} has the wrong sha256: want {want}, got {got}; it was not installed, run `usher models pull` again")]
    WrongDigest { file: String, want: String, got: String },
    /// A package or archive that is cut short, or holds something else than the pack says.
    #[error("{file} is damaged: {reason}; it was not installed, run `usher models pull` again")]
    Damaged { file: String, reason: String },
    /// An archive that tries to write where it must not.
    #[error("{file} is not safe to unpack: {reason}")]
    Unsafe { file: String, reason: String },
    /// The program that fetches packages of this kind is not there.
    #[error("{program} is not installed; {repair}")]
    NoClient { program: String, repair: &'static str },
    /// The registry could not be reached.
    #[error(
        "no network while fetching {package}: {detail}; check the cable and proxy and run `usher models pull` again, or carry a pack in with `usher models import`"
    )]
    NoNetwork { package: String, detail: String },
    /// The client ran and failed for another reason than the network.
    #[error("{client} could not fetch {package}: {detail}")]
    Refused { client: &'static str, package: String, detail: String },
    /// Not enough room for what is to come, or the disk filled up meanwhile.
    #[error(
        "the disk of {path} is full: {need_mb} MB are needed and {free_mb} MB are free; make room and run the command again"
    )]
    DiskFull { path: String, need_mb: u64, free_mb: u64 },
    /// Another process works on the same folder.
    #[error("another `usher models` command works in {path}; wait for it to end")]
    Busy { path: String },
    /// The person or the system asked to stop. What is finished stays.
    #[error("stopped; run the command again to go on where it stopped")]
    Stopped,
    /// No model of that name in the pack or the catalogue.
    #[error("there is no model '{name}'; known are {known}")]
    Unknown { name: String, known: String },
    /// A catalogue entry without revision and digests: fetching it would be trusting whatever is there today.
    #[error(
        "model '{name}' is not pinned and is not fetched: {reason}; write its revision and digests into a catalogue of your own and use `--catalogue FILE`, or carry it in with `usher models import`"
    )]
    Unpinned { name: String, reason: String },
    /// The operating system refused a file.
    #[error("cannot {doing} {path}")]
    Io { doing: &'static str, path: String, source: io::Error },
}

impl ModelsError {
    /// Wraps a file error; a full disk gets its own variant.
    pub(super) fn io(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path: PathBuf = path.into();
        move |source| match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                let free = free_bytes(&path).unwrap_or(0);
                Self::full(&path, free + 1, free)
            }
            _ => Self::Io { doing, path: path.display().to_string(), source },
        }
    }

    pub(super) fn full(path: &Path, need: u64, free: u64) -> Self {
        let (need_mb, free_mb) = (need.div_ceil(1_000_000), free / 1_000_000);
        Self::DiskFull { path: path.display().to_string(), need_mb, free_mb }
    }

    pub(super) fn damaged(file: &str, reason: impl ToString) -> Self {
        Self::Damaged { file: file.into(), reason: reason.to_string() }
    }
}

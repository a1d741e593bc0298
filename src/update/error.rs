//! What can go wrong with updates, one variant for each thing a person does differently about it.

use std::io;
use std::path::Path;

/// A failure of this room. The version that runs is untouched by every one of them.
#[derive(Debug, thiserror::Error)]
pub enum UpdateError {
    /// Nothing can be proved.
    #[error(
        "no update key is trusted: {folder} has no *.pub file; copy the maker's public key there, then run the command again"
    )]
    NoKey { folder: String },
    /// A key file that is none.
    #[error("the update key {file} cannot be used: {reason}; copy it again from its maker")]
    Key { file: String, reason: String },
    /// Not the shape of a bundle, or cut short before its signature.
    #[error(
        "{file} is not a whole update bundle: {reason}; copy it again and let the copy end before the stick is pulled out"
    )]
    NotABundle { file: String, reason: String },
    /// A good signature of somebody else.
    #[error(
        "{file} is signed by the key {key}, which is not trusted here (trusted are {trusted}); get the bundle from its maker, or install first the version that brings this key"
    )]
    UnknownKey { file: String, key: String, trusted: String },
    /// Signed by a key that a person took back.
    #[error("{file} is signed by the key {key}, which was revoked here; ask its maker for a bundle with a newer key")]
    Revoked { file: String, key: String },
    /// The bytes are not the ones that were signed.
    #[error("the signature of {file} is wrong: {reason}; do not use this file, get the bundle again from its maker")]
    WrongSignature { file: String, reason: String },
    /// A format of a later time.
    #[error(
        "{file} has the bundle format {format} and this version reads {known}; install a version between them first"
    )]
    Future { file: String, format: u64, known: u32 },
    /// Signed, and still against the rules.
    #[error("the manifest of {file} cannot be used: {reason}; ask its maker")]
    Manifest { file: String, reason: String },
    /// For another kind of processor.
    #[error("{file} is for {arch} and this machine is {this}; take the bundle that ends in -{this}.bundle")]
    WrongArch { file: String, arch: String, this: &'static str },
    /// The order of versions.
    #[error(
        "{file} has version {version}, which is older than the running {running}; add --force to install it all the same"
    )]
    Older { file: String, version: String, running: String },
    #[error("{file} has version {version}, which already runs; add --force to install it again")]
    Same { file: String, version: String },
    #[error("{file} can be installed from version {needs} on and {running} runs; install {needs} first")]
    NeedsVersion { file: String, needs: String, running: String },
    #[error("{file} expired at {expired_at} and it is {now} here; set the clock if it is wrong, or add --force")]
    Expired { file: String, expired_at: String, now: String },
    /// Content that is not the promised one.
    #[error("{file} is damaged: {reason}; copy it again, the running version is untouched")]
    Damaged { file: String, reason: String },
    /// Content that tries to be something else than plain files.
    #[error("{file} is not safe to unpack: {reason}; do not use this file")]
    Unsafe { file: String, reason: String },
    #[error(
        "the disk of {path} is full: {need_mb} MB are needed and {free_mb} MB are free; make room and run the command again"
    )]
    DiskFull { path: String, need_mb: u64, free_mb: u64 },
    /// What was written is not what is read.
    #[error("{path} does not read back as it was written: {reason}; the disk fails, replace it")]
    BadDisk { path: String, reason: String },
    #[error("another `usher update` command works in {path}; wait for it to end")]
    Busy { path: String },
    #[error("version {version} is on trial; wait until it has answered its questions, or run `usher update return`")]
    OnTrial { version: String },
    #[error("there is no other version to return to: {reason}")]
    NothingThere { reason: String },
    /// The state cannot be read; the launcher goes on with what it finds.
    #[error(
        "the state of the updates {path} cannot be used: {reason}; restart usher, which sets it aside and begins anew"
    )]
    State { path: String, reason: String },
    /// The directory of updates.
    #[error("the update source {url} cannot be used: {reason}")]
    Source { url: String, reason: String },
    #[error("the update source {url} has nothing for {this}; ask its keeper, or carry a bundle in on a stick")]
    NotOffered { url: String, this: &'static str },
    /// The caller's functions for the databases.
    #[error("the databases could not be {doing}: {reason}; make room on the disk, the running version is untouched")]
    Databases { doing: &'static str, reason: String },
    #[error("stopped; the running version is untouched, run the command again")]
    Stopped,
    #[error("cannot {doing} {path}")]
    Io { doing: &'static str, path: String, source: io::Error },
}

impl UpdateError {
    /// Wraps a file error; a full disk gets its own variant.
    pub(super) fn io(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self + use<> {
        let path = path.display().to_string();
        move |source| match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                Self::DiskFull { path, need_mb: 1, free_mb: 0 }
            }
            _ => Self::Io { doing, path, source },
        }
    }

    pub(super) fn not_a_bundle(file: &str, reason: impl ToString) -> Self {
        Self::NotABundle { file: file.into(), reason: reason.to_string() }
    }

    pub(super) fn damaged(file: &str, reason: impl ToString) -> Self {
        Self::Damaged { file: file.into(), reason: reason.to_string() }
    }
}

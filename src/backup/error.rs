//! What can go wrong with a backup; every text names the file and the repair.

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use crate::store::StoreError;

#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    #[error("{path} cannot be read or written: {source}; check its folder and rights")]
    File { path: PathBuf, source: io::Error },
    #[error("the disk of {path} is full; make room and repeat, nothing was changed")]
    Full { path: PathBuf },
    #[error("the disk of {path} can only be read; its card or disk is failing, or it is write-protected")]
    ReadOnly { path: PathBuf },
    #[error("{path} is not a backup of usher; choose a file called usher-backup-SITE-TIME.tar.gz")]
    NotABackup { path: PathBuf },
    #[error("{path} was made by a newer usher (format {format}); install that version and restore there")]
    Newer { path: PathBuf, format: u64 },
    #[error("{path} is a backup of site '{theirs}' and this is '{ours}'; name that site, or add --force")]
    WrongSite { path: PathBuf, theirs: String, ours: String },
    #[error("{path} ends too early; copy it again, a stick pulled out too soon is the usual cause")]
    Truncated { path: PathBuf },
    #[error("{path} was altered or is damaged at {what}; use another backup")]
    Altered { path: PathBuf, what: String },
    #[error("{path} is refused: {reason}; nothing was changed")]
    Refused { path: PathBuf, reason: String },
    #[error("{path} is encrypted; give its passphrase")]
    PassphraseNeeded { path: PathBuf },
    #[error("the passphrase of {path} is wrong, or the file was altered")]
    WrongPassphrase { path: PathBuf },
    #[error("the passphrase is too short; take at least {min} characters")]
    WeakPassphrase { min: usize },
    #[error("hand-overs go into an encrypted backup only; give a passphrase")]
    VisitsNeedPassphrase,
    #[error("{path} changed while it was backed up; run the command again")]
    Changed { path: PathBuf },
    #[error("usher is running on {folder}; stop it (`systemctl stop usher`), or restore on its admin page")]
    Running { folder: PathBuf },
    #[error("{count} hand-overs or booked calls in {path} would be lost; let them end, or add --force")]
    VisitsOpen { path: PathBuf, count: u64 },
    #[error("a reset erases this device; confirm it with the site's id: --confirm {site}")]
    NotConfirmed { site: String },
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl BackupError {
    /// Says a fault of the file system in our words, with the file's name.
    pub(super) fn of(path: &Path, error: io::Error) -> Self {
        let path = path.to_path_buf();
        match error.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Self::Full { path },
            ErrorKind::ReadOnlyFilesystem => Self::ReadOnly { path },
            _ => Self::File { path, source: error },
        }
    }
}

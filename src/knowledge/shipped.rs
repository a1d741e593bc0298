//! The knowledge a site ships with: taken in once, and again when its files change. What a technician imported stays.

use std::io;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::{Knowledge, KnowledgeError, Progress};
use crate::base::secret;

/// Whether the files that `marker` remembers were ever taken in.
pub fn was_taken_in(marker: &Path) -> bool {
    marker.exists()
}

/// Takes `folder` in unless `marker` says that exactly these files already are.
///
/// # Errors
/// [`KnowledgeError`] naming the file that cannot be used; the knowledge is then as it was.
pub fn take_in(
    knowledge: &mut Knowledge,
    folder: &Path,
    marker: &Path,
    notice: &mut dyn FnMut(Progress),
) -> Result<(), KnowledgeError> {
    let unreadable = |source| KnowledgeError::Unreadable { path: folder.into(), source };
    let digest = digest(folder).map_err(unreadable)?;
    if std::fs::read_to_string(marker).is_ok_and(|known| known == digest) && !knowledge.list()?.is_empty() {
        return Ok(());
    }
    knowledge.import(&[folder.to_path_buf()], notice)?;
    // Written last: a cut before this line only takes the same files in again.
    std::fs::write(marker, digest).map_err(|source| KnowledgeError::Unreadable { path: marker.into(), source })
}

/// The sha256 of every file below `folder`, names and contents, in order of their names.
fn digest(folder: &Path) -> io::Result<String> {
    let mut files = Vec::new();
    collect(folder, &mut files)?;
    files.sort();
    let mut whole = Sha256::new();
    for file in files {
        whole.update(file.to_string_lossy().as_bytes());
        whole.update([0]);
        whole.update(Sha256::digest(std::fs::read(&file)?));
    }
    Ok(secret::hex(&whole.finalize()))
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in folder.read_dir()? {
        let path = entry?.path();
        if path.is_dir() { collect(&path, files)? } else { files.push(path) }
    }
    Ok(())
}

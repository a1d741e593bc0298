//! Puts a whole file in the place of another, so that a power cut leaves the old one or the new one. Knows no content.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use super::edit::EditError;

/// Writes `bytes` as `path`, which must exist, and keeps what it was as `NAME.before`. Owner and mode stay.
///
/// # Errors
/// [`EditError::ReadOnly`] or [`EditError::Io`]; `path` is then as it was.
pub fn replace(path: &Path, bytes: &[u8]) -> Result<PathBuf, EditError> {
    let fail = |what: &'static str| move |source| EditError::Io { path: path.into(), what, source };
    let about = fs::metadata(path).map_err(fail("read"))?;
    if about.permissions().readonly() {
        return Err(EditError::ReadOnly(path.into()));
    }
    let written = |source: io::Error| match source.kind() {
        ErrorKind::ReadOnlyFilesystem | ErrorKind::PermissionDenied => EditError::ReadOnly(path.into()),
        _ => fail("written")(source),
    };
    let before = beside(path, "before");
    let old = fs::read(path).map_err(fail("read"))?;
    let (new, kept) = (hidden(path, "new"), hidden(path, "before"));
    let outcome = (|| {
        write_like(&new, bytes, &about)?;
        write_like(&kept, &old, &about)?;
        fs::rename(&kept, &before)?;
        fs::rename(&new, path)?;
        sync_folder(path.parent().unwrap_or(Path::new(".")))
    })();
    if let Err(source) = outcome {
        // What was not renamed is no part of the configuration; that it cannot be removed changes nothing.
        let _ = (fs::remove_file(&new), fs::remove_file(&kept));
        return Err(written(source));
    }
    Ok(before)
}

/// Makes what was renamed or made in `folder` last through a power cut.
pub(super) fn sync_folder(folder: &Path) -> io::Result<()> {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    File::open(folder)?.sync_all()
}

/// A new file with the mode and owner of another, on the disk when this returns.
fn write_like(path: &Path, bytes: &[u8], like: &fs::Metadata) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
    file.set_permissions(like.permissions())?;
    own_like(path, like)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Gives `path` the owner of another file; root edits what a service reads.
#[cfg(unix)]
pub(super) fn own_like(path: &Path, like: &fs::Metadata) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, chown};
    let own = fs::metadata(path)?;
    if (own.uid(), own.gid()) == (like.uid(), like.gid()) {
        return Ok(());
    }
    chown(path, Some(like.uid()), Some(like.gid()))
}

#[cfg(not(unix))]
pub(super) fn own_like(_: &Path, _: &fs::Metadata) -> io::Result<()> {
    Ok(())
}

/// `NAME.suffix` beside `path`.
pub(super) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".");
    name.push(suffix);
    path.with_file_name(name)
}

fn hidden(path: &Path, suffix: &str) -> PathBuf {
    let plain = beside(path, suffix);
    let mut name = std::ffi::OsString::from(".");
    name.push(plain.file_name().unwrap_or_default());
    name.push("~");
    plain.with_file_name(name)
}

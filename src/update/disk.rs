//! What updates do to a disk, each step whole or not done. One implementor is the machine's disk; the other, in tests, is one
//! whose power can be cut between any two steps.

use std::any::Any;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt, symlink};
use std::path::Path;

/// One step of copying: large enough for the disk, small enough that a stop is seen at once.
pub(super) const CHUNK_BYTES: usize = 256 << 10;

/// Steps on a disk. Nothing is promised to survive a power cut until it is synced: a file by [`Disk::write`] itself, a name
/// by [`Disk::sync_folder`] of the folder it stands in.
pub trait Disk {
    /// Opens a plain file; a link is refused.
    fn open(&self, path: &Path) -> io::Result<Box<dyn Read>>;
    /// The length of a plain file; `None` when there is none of that name.
    fn length(&self, path: &Path) -> io::Result<Option<u64>>;
    /// The names in a folder; none when there is no folder.
    fn names(&self, folder: &Path) -> io::Result<Vec<String>>;
    /// Writes a new file to its end and syncs it. A file of that name is an error.
    fn write(&self, path: &Path, source: &mut dyn Read, mode: u32) -> io::Result<()>;
    /// One more name for a file that nobody changes.
    fn link(&self, from: &Path, to: &Path) -> io::Result<()>;
    /// Makes a folder and those above it.
    fn make_folder(&self, path: &Path) -> io::Result<()>;
    fn sync_folder(&self, path: &Path) -> io::Result<()>;
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;
    /// Makes a symbolic link with this text.
    fn point(&self, link: &Path, text: &str) -> io::Result<()>;
    /// The text of a symbolic link.
    fn pointed(&self, link: &Path) -> Option<String>;
    /// Deletes a file, a link or a folder with all it holds; nothing there is good, too.
    fn remove(&self, path: &Path) -> io::Result<()>;
    /// Bytes that this process may still write beside `path`; `None` when the system does not say.
    fn free_bytes(&self, path: &Path) -> Option<u64>;
    /// Works alone while the result lives; an error of kind `WouldBlock` when another process does and `wait` is false.
    fn lock(&self, path: &Path, wait: bool) -> io::Result<Box<dyn Any>>;
}

/// The machine's disk.
#[derive(Debug, Clone, Copy, Default)]
pub struct RealDisk;

impl Disk for RealDisk {
    fn open(&self, path: &Path) -> io::Result<Box<dyn Read>> {
        let file = OpenOptions::new().read(true).custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK).open(path)?;
        match file.metadata()?.is_file() {
            true => Ok(Box::new(file)),
            false => Err(io::Error::new(io::ErrorKind::InvalidInput, "this is not a plain file")),
        }
    }

    fn length(&self, path: &Path) -> io::Result<Option<u64>> {
        match fs::symlink_metadata(path) {
            Ok(found) => Ok(found.is_file().then_some(found.len())),
            Err(error) if is_absent(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn names(&self, folder: &Path) -> io::Result<Vec<String>> {
        let entries = match fs::read_dir(folder) {
            Err(error) if is_absent(&error) => return Ok(Vec::new()),
            entries => entries?,
        };
        entries.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned())).collect()
    }

    fn write(&self, path: &Path, source: &mut dyn Read, mode: u32) -> io::Result<()> {
        let mut file = OpenOptions::new().write(true).create_new(true).mode(mode).open(path)?;
        let mut chunk = vec![0; CHUNK_BYTES];
        loop {
            let read = source.read(&mut chunk)?;
            let Some(piece) = chunk.get(..read).filter(|piece| !piece.is_empty()) else { break };
            file.write_all(piece)?;
        }
        // The process's umask takes bits away that the content needs.
        file.set_permissions(fs::Permissions::from_mode(mode))?;
        file.sync_all()?;
        // What is read again to be compared has to come from the disk, not from memory. Advice only: its failure changes nothing.
        let _ = forget_cached(&file);
        Ok(())
    }

    fn link(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::hard_link(from, to)
    }

    fn make_folder(&self, path: &Path) -> io::Result<()> {
        fs::create_dir_all(path)
    }

    fn sync_folder(&self, path: &Path) -> io::Result<()> {
        File::open(path)?.sync_all()
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn point(&self, link: &Path, text: &str) -> io::Result<()> {
        symlink(text, link)
    }

    fn pointed(&self, link: &Path) -> Option<String> {
        fs::read_link(link).ok()?.to_str().map(str::to_owned)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        let removed = match fs::symlink_metadata(path) {
            Ok(found) if found.is_dir() => fs::remove_dir_all(path),
            Ok(_) => fs::remove_file(path),
            Err(error) => Err(error),
        };
        removed.or_else(|error| if is_absent(&error) { Ok(()) } else { Err(error) })
    }

    fn free_bytes(&self, path: &Path) -> Option<u64> {
        crate::base::disk::free_bytes(path)
    }

    fn lock(&self, path: &Path, wait: bool) -> io::Result<Box<dyn Any>> {
        let file = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(path)?;
        match wait {
            true => file.lock()?,
            false => file.try_lock().map_err(io::Error::from)?,
        }
        Ok(Box::new(file))
    }
}

fn is_absent(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::NotFound
}

fn forget_cached(file: &File) -> io::Result<()> {
    use std::os::fd::AsRawFd;
    // SAFETY: the descriptor is open for the call's duration; the call writes no memory of ours.
    match unsafe { libc::posix_fadvise(file.as_raw_fd(), 0, 0, libc::POSIX_FADV_DONTNEED) } {
        0 => Ok(()),
        code => Err(io::Error::from_raw_os_error(code)),
    }
}

/// A whole small file, of at most `bytes_max`.
pub(super) fn read_small(disk: &impl Disk, path: &Path, bytes_max: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    disk.open(path)?.take(bytes_max + 1).read_to_end(&mut bytes)?;
    match bytes.len() as u64 > bytes_max {
        true => Err(io::Error::new(io::ErrorKind::FileTooLarge, format!("more than {bytes_max} bytes"))),
        false => Ok(bytes),
    }
}

/// Replaces a small file in one step: written beside it, synced, renamed, and the rename synced.
pub(super) fn replace(disk: &impl Disk, path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let part = path.with_extension("part");
    disk.remove(&part)?;
    disk.write(&part, &mut &*bytes, 0o644)?;
    disk.rename(&part, path)?;
    disk.sync_folder(folder)
}

//! Bytes from a stream into a checked file: counted, hashed while written, moved into place only when they are the promised ones.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::{Member, ModelsError};
use crate::base::{Stop, secret};

/// One step of reading and hashing: large enough for the disk, small enough that a stop is seen at once.
const CHUNK_BYTES: usize = 256 << 10;

/// The sha256 of everything `source` holds, with its length. Blocking; reads `stop` between chunks.
///
/// # Errors
/// [`ModelsError::Io`] named by `path`, [`ModelsError::Stopped`].
pub(super) fn digest(source: impl Read, path: &Path, stop: &Stop) -> Result<(String, u64), ModelsError> {
    pour(source, std::io::sink(), u64::MAX, stop, |_, error| ModelsError::io("read", path)(error))
}

/// The sha256 of a file.
pub(super) fn digest_file(path: &Path, stop: &Stop) -> Result<(String, u64), ModelsError> {
    digest(File::open(path).map_err(ModelsError::io("open", path))?, path, stop)
}

/// Writes `source` to the member's place under `root`. A file of that name is replaced only by the right bytes, in one step.
/// `origin` names the archive in errors.
///
/// # Errors
/// [`ModelsError::Damaged`] when `source` ends early, goes on too long or cannot be decoded; [`ModelsError::WrongDigest`].
pub(super) fn place(
    source: impl Read,
    member: &Member,
    root: &Path,
    origin: &str,
    stop: &Stop,
) -> Result<(), ModelsError> {
    let target = root.join(&member.target);
    let part = part_of(&target);
    let outcome = write_part(source, member, &part, origin, stop)
        .and_then(|()| fs::rename(&part, &target).map_err(ModelsError::io("move into place", &target)));
    if outcome.is_err() {
        // What is left of a failed part is worth nothing; the first error is the one to tell.
        let _ = fs::remove_file(&part);
    }
    outcome
}

fn write_part(source: impl Read, member: &Member, part: &Path, origin: &str, stop: &Stop) -> Result<(), ModelsError> {
    let folder = part.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(ModelsError::io("create folder", folder))?;
    let mut file = File::create(part).map_err(ModelsError::io("create", part))?;
    let (got, bytes) = pour(source, &mut file, member.bytes + 1, stop, |reading, error| match reading {
        true => ModelsError::damaged(origin, format!("{} cannot be read: {error}", member.path)),
        false => ModelsError::io("write", part)(error),
    })?;
    if bytes != member.bytes {
        let more = if bytes > member.bytes { "more than that" } else { "less" };
        return Err(ModelsError::damaged(
            origin,
            format!("{} should have {} bytes and has {more}", member.path, member.bytes),
        ));
    }
    same_digest(&format!("{} from {origin}", member.target), &member.sha256, got)?;
    file.sync_all().map_err(ModelsError::io("write", part))
}

/// Compares two digests.
///
/// # Errors
/// [`ModelsError::WrongDigest`] with both.
pub(super) fn same_digest(file: &str, want: &str, got: String) -> Result<(), ModelsError> {
    match got == want {
        true => Ok(()),
        false => Err(ModelsError::WrongDigest { file: file.into(), want: want.into(), got }),
    }
}

/// Copies at most `bytes_max`; `wrap` makes the error, told whether it came from reading.
fn pour(
    source: impl Read,
    mut sink: impl Write,
    bytes_max: u64,
    stop: &Stop,
    wrap: impl Fn(bool, std::io::Error) -> ModelsError,
) -> Result<(String, u64), ModelsError> {
    let mut source = source.take(bytes_max);
    let mut hash = Sha256::new();
    let mut chunk = vec![0; CHUNK_BYTES];
    let mut bytes = 0;
    loop {
        if stop.is_requested() {
            return Err(ModelsError::Stopped);
        }
        let read = source.read(&mut chunk).map_err(|error| wrap(true, error))?;
        let Some(piece) = chunk.get(..read).filter(|piece| !piece.is_empty()) else { break };
        hash.update(piece);
        sink.write_all(piece).map_err(|error| wrap(false, error))?;
        bytes += read as u64;
    }
    Ok((secret::hex(&hash.finalize()), bytes))
}

/// The name a file has until it is whole: hidden, beside its place, so that the move stays on one disk.
fn part_of(target: &Path) -> PathBuf {
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    target.with_file_name(format!(".{name}.part"))
}

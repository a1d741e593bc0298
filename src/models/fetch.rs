//! One package from its registry into the fetch folder: the client runs, its growing files show how far it is, the
//! result is checked. A package that is already there whole is not fetched again.

use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Child;
use std::time::{Duration, Instant};

use super::place::{digest_file, same_digest};
use super::{Clients, ModelsError, Package};
use crate::base::Stop;

/// How often the growing files are looked at: ten times a second reads as smooth.
const LOOK: Duration = Duration::from_millis(100);

/// A client that writes nothing for so long has lost its network: npm's own retries take up to a minute.
const STALLED: Duration = Duration::from_secs(180);

/// How much of a client's complaint is read, from its end.
const COMPLAINT_BYTES_MAX: u64 = 16 << 10;

/// Deepest folder of a client's working files that is counted.
const DEPTH_MAX: usize = 12;

/// Fetches `package` into `folder` and gives the path of the whole, checked file. Blocking.
/// `on_bytes` is told how many bytes have arrived, at most ten times a second.
///
/// # Errors
/// [`ModelsError::NoClient`], [`ModelsError::NoNetwork`], [`ModelsError::Refused`], [`ModelsError::WrongDigest`], [`ModelsError::Stopped`].
pub(super) fn fetch(
    package: &Package,
    folder: &Path,
    clients: &Clients,
    stop: &Stop,
    on_bytes: &mut dyn FnMut(u64),
) -> Result<PathBuf, ModelsError> {
    let whole = folder.join(&package.file);
    if whole.exists() && check(&whole, package, stop).is_ok() {
        return Ok(whole);
    }
    let work = folder.join("work");
    let _ = fs::remove_dir_all(&work);
    let out = work.join("out");
    fs::create_dir_all(&out).map_err(ModelsError::io("create folder", &out))?;
    let run = run(package, &work, clients, stop, on_bytes);
    let kept = run.and_then(|()| keep(package, &out, &whole, stop));
    let _ = fs::remove_dir_all(&work);
    kept.map(|()| whole)
}

fn run(
    package: &Package,
    work: &Path,
    clients: &Clients,
    stop: &Stop,
    on_bytes: &mut dyn FnMut(u64),
) -> Result<(), ModelsError> {
    let complaint = work.join("complaint");
    let written = File::options().create(true).truncate(true).read(true).write(true).open(&complaint);
    let mut written = written.map_err(ModelsError::io("create", &complaint))?;
    let heard = written.try_clone().map_err(ModelsError::io("open", &complaint))?;
    // A group of its own: an interrupt typed at us is ours to handle, and the client is then ended by us.
    let mut command = clients.command(package, work);
    let mut child = command.stderr(heard).process_group(0).spawn().map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => clients.absent(package.client),
        _ => ModelsError::io("start the client in", work)(error),
    })?;
    let outcome = watch(&mut child, package, work, stop, on_bytes);
    if outcome.is_err() {
        // It may have ended by itself meanwhile.
        let _ = child.kill();
        let _ = child.wait();
    }
    match outcome? {
        true => Ok(()),
        false => Err(clients.explain(package, &last_words(&mut written), work)),
    }
}

/// Waits for the child; `Ok(false)` when it failed by itself.
fn watch(
    child: &mut Child,
    package: &Package,
    work: &Path,
    stop: &Stop,
    on_bytes: &mut dyn FnMut(u64),
) -> Result<bool, ModelsError> {
    let (mut most, mut grew) = (0, Instant::now());
    loop {
        if stop.is_requested() {
            return Err(ModelsError::Stopped);
        }
        if let Some(status) = child.try_wait().map_err(ModelsError::io("wait for the client in", work))? {
            return Ok(status.success());
        }
        let bytes = bytes_under(work, DEPTH_MAX);
        if bytes > most {
            (most, grew) = (bytes, Instant::now());
            // The client holds the file twice while it moves it to its place.
            on_bytes(bytes.min(package.bytes));
        }
        if grew.elapsed() > STALLED {
            let detail = format!("nothing arrived for {} s", STALLED.as_secs());
            return Err(ModelsError::NoNetwork { package: package.label(), detail });
        }
        std::thread::sleep(LOOK);
    }
}

/// Moves the fetched file to `whole` when it is the promised one.
fn keep(package: &Package, out: &Path, whole: &Path, stop: &Stop) -> Result<(), ModelsError> {
    let fetched = package.fetched_in(out);
    if !fetched.exists() {
        let reason = format!("{} did not write it", package.client.word());
        return Err(ModelsError::damaged(&package.file, reason));
    }
    check(&fetched, package, stop)?;
    fs::rename(&fetched, whole).map_err(ModelsError::io("move into place", whole))
}

fn check(path: &Path, package: &Package, stop: &Stop) -> Result<(), ModelsError> {
    let (got, bytes) = digest_file(path, stop)?;
    if bytes < package.bytes {
        let reason = format!("it has {bytes} bytes and should have {}", package.bytes);
        return Err(ModelsError::damaged(&package.file, reason));
    }
    same_digest(&package.file, &package.sha256, got)
}

/// Bytes in all files under `folder`; what vanishes while it is counted counts nothing.
fn bytes_under(folder: &Path, depth: usize) -> u64 {
    let Some(deeper) = depth.checked_sub(1) else { return 0 };
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let sizes = entries.filter_map(|entry| {
        let meta = entry.metadata().ok()?;
        Some(if meta.is_dir() { bytes_under(&entry.path(), deeper) } else { meta.len() })
    });
    sizes.sum()
}

fn last_words(written: &mut File) -> String {
    let length = written.metadata().map_or(0, |meta| meta.len());
    let from = length.saturating_sub(COMPLAINT_BYTES_MAX);
    let mut said = Vec::new();
    // Unreadable words are no words: the failure itself is told either way.
    let _ = written.seek(SeekFrom::Start(from)).and_then(|_| written.take(COMPLAINT_BYTES_MAX).read_to_end(&mut said));
    String::from_utf8_lossy(&said).into_owned()
}

//! The log's files: `usher.log`, and older ones as `usher.1.log` and on. Written by a thread of its own behind a bounded queue, so that
//! a slow disk holds nobody; what does not fit is counted. Emits no events itself.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, BufReader, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

use super::line::Line;

/// Five files of 8 MiB: a busy month of a kiosk, and a bound that any memory card can bear.
const FILES_MAX: u32 = 5;
const FILE_BYTES_MAX: u64 = 8 << 20;

/// What a purge takes beyond what it must.
const SPARED: SignedDuration = SignedDuration::from_hours(24);

/// A first line is read so far: no line of ours is longer.
const LINE_BYTES_MAX: u64 = 64 << 10;

/// Lines that may wait for the disk.
const WAITING_MAX: usize = 1_024;

/// Lines that are written at once.
const BATCH_MAX: usize = 64;

enum Entry {
    Line(String),
    /// Lines before this go.
    Forget(Timestamp),
    Flush(SyncSender<()>),
}

/// The way to the thread.
pub(super) struct FileSink {
    queue: SyncSender<Entry>,
    lost: Arc<AtomicU64>,
}

impl FileSink {
    /// `None` when the system cannot start a thread.
    pub(super) fn start(folder: &Path, lost: Arc<AtomicU64>) -> Option<Self> {
        let (queue, inbox) = sync_channel(WAITING_MAX);
        let files = Files::new(folder, FILE_BYTES_MAX, FILES_MAX);
        let counted = lost.clone();
        std::thread::Builder::new().name("log".into()).spawn(move || serve(&inbox, files, &counted)).ok()?;
        Some(Self { queue, lost })
    }

    /// Never waits.
    pub(super) fn write(&self, line: &Line) {
        let taken = serde_json::to_string(line).is_ok_and(|text| self.queue.try_send(Entry::Line(text)).is_ok());
        if !taken {
            self.lost.fetch_add(1, Ordering::Relaxed);
        }
    }

    pub(super) fn forget_before(&self, before: Timestamp) {
        // A full queue is busy with lines; the purge comes again.
        let _ = self.queue.try_send(Entry::Forget(before));
    }

    pub(super) fn flush(&self, patience: Duration) -> bool {
        let (done, written) = sync_channel(1);
        self.queue.try_send(Entry::Flush(done)).is_ok() && written.recv_timeout(patience).is_ok()
    }
}

fn serve(inbox: &Receiver<Entry>, mut files: Files, lost: &AtomicU64) {
    while let Ok(first) = inbox.recv() {
        let (mut batch, mut lines, mut waiting, mut old) = (String::new(), 0, Vec::new(), None);
        for entry in std::iter::once(first).chain(inbox.try_iter().take(BATCH_MAX)) {
            match entry {
                Entry::Line(line) => {
                    batch.push_str(&line);
                    batch.push('\n');
                    lines += 1;
                }
                Entry::Forget(before) => old = Some(before),
                Entry::Flush(done) => waiting.push(done),
            }
        }
        if lines > 0 && files.write(batch.as_bytes()).is_err() {
            lost.fetch_add(lines, Ordering::Relaxed);
        }
        if let Some(before) = old {
            // A disk that takes nothing keeps the lines; the purge comes again. Told nowhere: this thread emits no events.
            let _ = files.forget_before(before);
        }
        for done in waiting {
            // Whoever asked may have stopped waiting.
            let _ = done.try_send(());
        }
    }
}

/// The files of one folder.
pub(super) struct Files {
    folder: PathBuf,
    bytes_max: u64,
    files_max: u32,
    open: Option<(File, u64)>,
    /// A write broke off, perhaps in the middle of a line.
    is_torn: bool,
}

impl Files {
    pub(super) fn new(folder: &Path, bytes_max: u64, files_max: u32) -> Self {
        Self { folder: folder.into(), bytes_max, files_max, open: None, is_torn: false }
    }

    /// Appends whole lines; begins a new file when the present one is full.
    ///
    /// # Errors
    /// When the disk does not take them. The file is opened anew with the next lines.
    pub(super) fn write(&mut self, lines: &[u8]) -> io::Result<()> {
        let outcome = self.try_write(lines);
        if outcome.is_err() {
            self.open = None;
            self.is_torn = true;
        }
        outcome
    }

    fn try_write(&mut self, lines: &[u8]) -> io::Result<()> {
        let length = lines.len() as u64;
        if self.open.as_ref().is_some_and(|(_, size)| size + length > self.bytes_max) {
            self.open = None;
            self.rotate()?;
        }
        if self.open.is_none() {
            self.open = Some(self.begin(length)?);
        }
        let Some((file, size)) = &mut self.open else { return Ok(()) };
        if std::mem::take(&mut self.is_torn) {
            file.write_all(b"\n")?;
        }
        file.write_all(lines)?;
        *size += length;
        Ok(())
    }

    fn begin(&self, length: u64) -> io::Result<(File, u64)> {
        fs::create_dir_all(&self.folder)?;
        if fs::metadata(self.path(0)).is_ok_and(|found| found.len() + length > self.bytes_max) {
            self.rotate()?;
        }
        let file = Self::appended_to(&self.path(0), false)?;
        let size = file.metadata()?.len();
        Ok((file, size))
    }

    /// Erases lines that are older than `before`. A file that holds one loses a day more than it must, so that it is written anew once
    /// a day and not with every call.
    ///
    /// # Errors
    /// When a file cannot be read or written; it stays as it was.
    pub(super) fn forget_before(&mut self, before: Timestamp) -> io::Result<()> {
        for age in 0..self.files_max {
            let path = self.path(age);
            if first_line_at(&path).is_none_or(|at| at >= before) {
                continue;
            }
            if age == 0 {
                // Opened anew with the next line.
                self.open = None;
            }
            let text = fs::read(&path)?;
            let kept = lines_since(&text, before + SPARED);
            if kept.is_empty() {
                fs::remove_file(&path)?;
                continue;
            }
            let part = path.with_extension("part");
            Self::appended_to(&part, true)?.write_all(kept)?;
            fs::rename(&part, &path)?;
        }
        Ok(())
    }

    fn appended_to(path: &Path, anew: bool) -> io::Result<File> {
        let mut options = OpenOptions::new();
        options.create(true).append(true).mode(0o640);
        if anew {
            options.append(false).write(true).truncate(true);
        }
        options.open(path)
    }

    /// The oldest goes, every other grows older by one.
    fn rotate(&self) -> io::Result<()> {
        for age in (0..self.files_max.saturating_sub(1)).rev() {
            match fs::rename(self.path(age), self.path(age + 1)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        Ok(())
    }

    pub(super) fn path(&self, age: u32) -> PathBuf {
        self.folder.join(if age == 0 { "usher.log".to_string() } else { format!("usher.{age}.log") })
    }
}

/// When a line was written.
#[derive(Deserialize)]
struct Dated {
    at: Timestamp,
}

/// `None` for what is no line of ours, or a torn one.
fn time_of(line: &[u8]) -> Option<Timestamp> {
    serde_json::from_slice::<Dated>(line).ok().map(|dated| dated.at)
}

/// The time of the first line that has one.
fn first_line_at(path: &Path) -> Option<Timestamp> {
    let mut head = BufReader::new(io::Read::take(File::open(path).ok()?, LINE_BYTES_MAX));
    let mut line = Vec::new();
    while head.read_until(b'\n', &mut line).ok()? > 0 {
        if let Some(at) = time_of(&line) {
            return Some(at);
        }
        line.clear();
    }
    None
}

/// `text` from its first line on that is not older than `since`.
fn lines_since(text: &[u8], since: Timestamp) -> &[u8] {
    let mut from = 0;
    for line in text.split_inclusive(|&byte| byte == b'\n') {
        if time_of(line).is_some_and(|at| at >= since) {
            return &text[from..];
        }
        from += line.len();
    }
    &[]
}

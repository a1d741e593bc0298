//! Structured logs: JSON lines in a few files of bounded size, and the last lines in memory for the admin page. The journal gets
//! what it always got.
//!
//! Rotation by size is our own: `tracing-appender` rotates by time, and the crates that rotate by size (`file-rotate`, `logroller`)
//! give a full disk to the caller as an error in the middle of an event. Here a line that cannot be written is counted and let
//! go; nothing waits and nothing panics. Fields whose name could hold a visitor's words or a secret are withheld.

mod file;
mod line;
mod ring;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use tracing::{Event, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;

pub use line::{Line, Rank};
pub use ring::Page;

use file::FileSink;
use ring::Ring;

/// What was logged since start.
pub struct Logs {
    ring: Ring,
    file: Option<FileSink>,
    lost: Arc<AtomicU64>,
}

impl Logs {
    /// Keeps the last lines in memory, and writes all into `folder` where one is given. A folder that cannot be written is tried again
    /// with every line; what it did not take is counted.
    pub fn open(folder: Option<&Path>) -> Arc<Self> {
        let lost = Arc::new(AtomicU64::new(0));
        let file = folder.and_then(|folder| FileSink::start(folder, lost.clone()));
        Arc::new(Self { ring: Ring::default(), file, lost })
    }

    /// The layer to put beside the journal's, under the same filter.
    pub fn layer(self: &Arc<Self>) -> LogLayer {
        LogLayer(self.clone())
    }

    /// Lines of at least `rank` after `after`, oldest first, at most `limit` of them; the newest ones for `after` 0.
    pub fn page(&self, rank: Rank, after: u64, limit: usize) -> Page {
        self.ring.page(rank, after, limit)
    }

    /// Lines that no file took: a full disk, or more lines at once than a disk takes.
    pub fn lost(&self) -> u64 {
        self.lost.load(Ordering::Relaxed)
    }

    /// Waits until what was logged so far stands in the file, at most `patience`. `false` when it does not by then.
    pub fn flush(&self, patience: Duration) -> bool {
        self.file.as_ref().is_none_or(|file| file.flush(patience))
    }

    /// Asks the files' thread to erase lines that are older than `before`. Never waits; a busy thread is asked again in an hour.
    pub fn forget_before(&self, before: Timestamp) {
        if let Some(file) = &self.file {
            file.forget_before(before);
        }
    }

    fn take(&self, line: Line) {
        let line = self.ring.push(line);
        if let Some(file) = &self.file {
            file.write(&line);
        }
    }
}

/// Feeds [`Logs`] with every event.
pub struct LogLayer(Arc<Logs>);

impl<S: Subscriber> Layer<S> for LogLayer {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        self.0.take(Line::of(event));
    }
}

#[cfg(test)]
mod tests;

//! Bytes that one thread writes and many read while they grow, on threads or from async. Knows nothing of clips.

use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

/// How far the bytes are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// So many are there, and more may come.
    Growing(usize),
    /// All of them are there.
    Whole(usize),
    /// No more will come, and the rest is missing.
    Broken(usize),
}

impl Progress {
    /// Bytes that can be read.
    pub fn bytes(self) -> usize {
        match self {
            Self::Growing(bytes) | Self::Whole(bytes) | Self::Broken(bytes) => bytes,
        }
    }
}

struct Shared {
    bytes: Mutex<Vec<u8>>,
    progress: watch::Sender<Progress>,
}

impl Shared {
    /// A writer that broke off between two bytes leaves what is there as it is.
    fn bytes(&self) -> MutexGuard<'_, Vec<u8>> {
        self.bytes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A reader's hold on the bytes. Cheap to clone; the bytes live as long as one of them or the writer.
#[derive(Clone)]
pub struct Growing(Arc<Shared>);

impl Growing {
    /// Bytes that are all there.
    pub fn whole(bytes: Vec<u8>) -> Self {
        let progress = watch::Sender::new(Progress::Whole(bytes.len()));
        Self(Arc::new(Shared { bytes: Mutex::new(bytes), progress }))
    }

    pub fn progress(&self) -> Progress {
        *self.0.progress.borrow()
    }

    /// A copy of the bytes in `range` that are there: fewer, or none, when they are not.
    pub fn read(&self, range: Range<usize>) -> Vec<u8> {
        let bytes = self.0.bytes();
        let end = range.end.min(bytes.len());
        bytes.get(range.start.min(end)..end).unwrap_or_default().to_vec()
    }

    /// Waits until there is a byte behind `seen` of them, or no more will come. Drop it to wait no longer.
    pub async fn beyond(&self, seen: usize) -> Progress {
        let mut progress = self.0.progress.subscribe();
        let is_enough = |progress: &Progress| progress.bytes() > seen || !matches!(progress, Progress::Growing(_));
        let reached = progress.wait_for(is_enough).await.map(|progress| *progress);
        // The sender is in `self`: it cannot have gone.
        reached.unwrap_or_else(|_| self.progress())
    }

    /// Readers, this one included; not the writer.
    pub fn readers(&self) -> usize {
        let writers = usize::from(matches!(self.progress(), Progress::Growing(_)));
        Arc::strong_count(&self.0).saturating_sub(writers)
    }

    pub(super) fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

/// The one who writes. Dropped before [`Writer::finish`], it leaves the bytes [broken](Progress::Broken).
pub struct Writer(Growing);

impl Default for Writer {
    fn default() -> Self {
        Self::new()
    }
}

impl Writer {
    pub fn new() -> Self {
        let progress = watch::Sender::new(Progress::Growing(0));
        Self(Growing(Arc::new(Shared { bytes: Mutex::new(Vec::new()), progress })))
    }

    pub fn reader(&self) -> Growing {
        self.0.clone()
    }

    /// Adds bytes; readers that wait for them wake up. The caller bounds how many.
    pub fn push(&self, more: &[u8]) {
        let length = {
            let mut bytes = self.0.0.bytes();
            bytes.extend_from_slice(more);
            bytes.len()
        };
        self.0.0.progress.send_replace(Progress::Growing(length));
    }

    /// Whether a reader is left.
    pub fn is_read(&self) -> bool {
        self.0.readers() > 0
    }

    /// No more will come: all of them are there.
    pub fn finish(self) -> Growing {
        let reader = self.reader();
        self.0.0.progress.send_modify(|progress| *progress = Progress::Whole(progress.bytes()));
        reader
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.0.0.progress.send_if_modified(|progress| {
            let is_unfinished = matches!(progress, Progress::Growing(_));
            if is_unfinished {
                *progress = Progress::Broken(progress.bytes());
            }
            is_unfinished
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn several_readers_get_every_byte_while_they_come() {
        let writer = Writer::new();
        let read = |growing: Growing| async move {
            let mut read = Vec::new();
            loop {
                let progress = growing.beyond(read.len()).await;
                read.extend(growing.read(read.len()..progress.bytes()));
                if let Progress::Whole(length) = progress
                    && length == read.len()
                {
                    return read;
                }
            }
        };
        let readers = [tokio::spawn(read(writer.reader())), tokio::spawn(read(writer.reader()))];
        let thread = std::thread::spawn(move || {
            (0..100_u8).for_each(|n| writer.push(&[n; 1000]));
            writer.finish()
        });
        for reader in readers {
            let read = reader.await.unwrap();
            assert!(read.len() == 100_000 && read[99_999] == 99 && read[1000] == 1);
        }
        assert_eq!(thread.join().unwrap().progress(), Progress::Whole(100_000));
    }

    #[tokio::test]
    async fn a_writer_that_breaks_off_wakes_who_waits_and_ranges_are_cut() {
        let writer = Writer::new();
        let reader = writer.reader();
        assert!(writer.is_read());
        writer.push(b"0123456789");
        assert_eq!((reader.read(4..6), reader.read(8..99), reader.read(50..60)), (b"45".into(), b"89".into(), vec![]));
        drop(writer);
        assert_eq!(reader.beyond(10).await, Progress::Broken(10));
        let writer = Writer::new();
        drop(writer.reader());
        assert!(!writer.is_read());
    }
}

//! Wakes the thread of the pins: it sleeps until somebody rings, a watched file has news, or a time is over. Knows no pin.

use std::io::{Read, Write};
use std::os::fd::{AsRawFd, BorrowedFd, RawFd};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::time::Duration;

/// Files that are watched at most: more lines than a board file may name.
const WATCHED_MAX: usize = 64;

/// Clones are the same bell.
#[derive(Debug, Clone)]
pub struct Bell(Arc<(UnixStream, UnixStream)>);

impl Bell {
    /// # Panics
    /// When the operating system has no more file handles: nothing of the appliance could go on.
    #[expect(clippy::new_without_default, reason = "a bell takes two file handles, which a default should not")]
    pub fn new() -> Self {
        let (near, far) = UnixStream::pair().expect("the system gives two file handles");
        near.set_nonblocking(true).expect("a socket can be made non-blocking");
        far.set_nonblocking(true).expect("a socket can be made non-blocking");
        Self(Arc::new((near, far)))
    }

    /// Ends the wait in hand, or the next one. Never blocks.
    pub fn ring(&self) {
        // A full socket has rung already.
        let _ = (&self.0.0).write(&[1]);
    }

    /// Sleeps until the bell rings, one of `watched` has something to read, or `at_most` has passed.
    pub fn wait(&self, watched: &[BorrowedFd<'_>], at_most: Duration) {
        let files = watched.iter().take(WATCHED_MAX).map(AsRawFd::as_raw_fd);
        let mut polled: Vec<libc::pollfd> =
            std::iter::once(self.0.1.as_raw_fd()).chain(files).map(for_reading).collect();
        // Rounded up: a wait that ends a moment early would be repeated at once.
        let timeout_ms = i32::try_from(at_most.as_micros().div_ceil(1000)).unwrap_or(i32::MAX);
        // SAFETY: the pointer and the count are those of `polled`, which outlives the call; the files are open, for they
        // are borrowed. An error (a signal came) is a wait that ended early, which every caller allows for.
        unsafe { libc::poll(polled.as_mut_ptr(), polled.len() as libc::nfds_t, timeout_ms) };
        let mut rung = [0; 64];
        while (&self.0.1).read(&mut rung).is_ok_and(|count| count > 0) {}
    }
}

fn for_reading(fd: RawFd) -> libc::pollfd {
    libc::pollfd { fd, events: libc::POLLIN, revents: 0 }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    #[test]
    fn a_bell_rung_before_the_wait_ends_it_and_rings_once() {
        let bell = Bell::new();
        (0..100_000).for_each(|_| bell.clone().ring());
        let began = Instant::now();
        bell.wait(&[], Duration::from_secs(60));
        assert!(began.elapsed() < Duration::from_secs(30));
        let began = Instant::now();
        bell.wait(&[], Duration::from_millis(30));
        assert!(began.elapsed() >= Duration::from_millis(30));
    }
}

//! A flag that says "nobody waits for this any more". Knows nothing of who waits.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Cancellation that a long computation reads between its steps (tokens, chunks, sentences). Cheap to clone and to read.
#[derive(Clone, Debug, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks every holder of this flag to stop. Cannot be taken back.
    pub fn request(&self) {
        self.0.store(true, Ordering::Release);
    }

    pub fn is_requested(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

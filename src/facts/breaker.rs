//! Leaves a system alone for a while after it failed several times in a row: visitors do not wait for what will not come, and
//! a system that comes up again is not met by a crowd.

use std::time::{Duration, Instant};

/// Failures in a row after which a system is left alone.
pub const FAILURES_MAX: u32 = 3;

/// How long it is left alone; then one question may try it.
pub const PAUSE: Duration = Duration::from_secs(10);

#[derive(Debug, Default)]
pub struct Breaker {
    failures: u32,
    closed_until: Option<Instant>,
}

impl Breaker {
    /// Whether a question may go out at `at`. After a pause only the first one may, until it has ended or another pause is over.
    pub fn admits(&mut self, at: Instant) -> bool {
        match self.closed_until {
            Some(until) if at < until => false,
            Some(_) => {
                self.closed_until = Some(at + PAUSE);
                true
            }
            None => true,
        }
    }

    pub fn succeeded(&mut self) {
        *self = Self::default();
    }

    /// Whether this failure is the one that begins a pause.
    pub fn failed(&mut self, at: Instant) -> bool {
        self.failures = self.failures.saturating_add(1);
        if self.failures >= FAILURES_MAX {
            self.closed_until = Some(at + PAUSE);
        }
        self.failures == FAILURES_MAX
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_some_failures_one_question_in_a_while_tries_again() {
        let (mut breaker, start) = (Breaker::default(), Instant::now());
        for _ in 1..FAILURES_MAX {
            assert!(!breaker.failed(start) && breaker.admits(start));
        }
        assert!(breaker.failed(start), "the last one begins the pause");
        assert!(!breaker.admits(start + PAUSE / 2));
        assert!(breaker.admits(start + PAUSE));
        assert!(!breaker.admits(start + PAUSE), "only one tries");
        assert!(breaker.admits(start + PAUSE * 2), "one that was cancelled does not block for ever");
        breaker.succeeded();
        assert!(breaker.admits(start));
    }
}

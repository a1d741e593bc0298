//! A contact's level without its bouncing. Pure: the caller says what it read, and when.

use std::time::{Duration, Instant};

/// A level counts when every look during `settle` saw it. A look that sees the old level begins anew.
#[derive(Debug, Clone)]
pub struct Debounce {
    stable: bool,
    settle: Duration,
    changed_at: Option<Instant>,
}

impl Debounce {
    pub fn new(stable: bool, settle: Duration) -> Self {
        Self { stable, settle, changed_at: None }
    }

    /// Takes one look; the new level when it has settled with this look.
    pub fn look(&mut self, level: bool, now: Instant) -> Option<bool> {
        if level == self.stable {
            self.changed_at = None;
            return None;
        }
        let since = *self.changed_at.get_or_insert(now);
        if now.saturating_duration_since(since) < self.settle {
            return None;
        }
        self.stable = level;
        self.changed_at = None;
        Some(level)
    }

    pub fn stable(&self) -> bool {
        self.stable
    }

    /// Whether further looks are needed soon.
    pub fn is_settling(&self) -> bool {
        self.changed_at.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Looks every 5 ms at `levels`; the times in milliseconds when the level changed, and to what.
    fn changes(settle_ms: u64, levels: &str) -> Vec<(u64, bool)> {
        let start = Instant::now();
        let mut debounce = Debounce::new(false, Duration::from_millis(settle_ms));
        levels
            .bytes()
            .zip((0..).step_by(5))
            .filter_map(|(level, ms)| {
                debounce.look(level == b'1', start + Duration::from_millis(ms)).map(|level| (ms, level))
            })
            .collect()
    }

    #[test]
    fn a_bouncing_press_counts_once_when_it_has_held() {
        assert_eq!(changes(15, "0010110111111"), [(50, true)]);
    }

    #[test]
    fn a_spike_shorter_than_the_settling_time_is_nothing() {
        assert_eq!(changes(15, "0011100000"), []);
    }

    #[test]
    fn press_and_release_are_both_told() {
        assert_eq!(changes(10, "0111111010000"), [(15, true), (55, false)]);
    }
}

//! Readings kept for a while: bounded in number and bytes, the oldest go first, and none outlives its time.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::reading::Reading;

/// Most readings of one connector.
pub const ENTRIES_MAX: usize = 128;

/// Most bytes of one connector's readings and their keys.
pub const BYTES_MAX: usize = 256 << 10;

/// The readings of one connector, by the inputs they were asked with.
#[derive(Debug)]
pub struct Cache {
    keep: Duration,
    entries: HashMap<String, Entry>,
    bytes: usize,
}

#[derive(Debug)]
struct Entry {
    reading: Arc<Reading>,
    taken: Instant,
    bytes: usize,
}

impl Cache {
    /// A cache that forgets a reading `keep` after it was taken.
    pub fn new(keep: Duration) -> Self {
        Self { keep, entries: HashMap::new(), bytes: 0 }
    }

    /// The reading and its age at `at`, unless it is too old.
    pub fn get(&self, key: &str, at: Instant) -> Option<(Arc<Reading>, Duration)> {
        let entry = self.entries.get(key)?;
        let age = at.saturating_duration_since(entry.taken);
        (age < self.keep).then(|| (entry.reading.clone(), age))
    }

    /// Keeps a reading; the oldest make room for it.
    pub fn put(&mut self, key: String, reading: Arc<Reading>, at: Instant) {
        self.forget(&key);
        let bytes = key.len() + reading.iter().map(|(name, value)| name.len() + value.bytes()).sum::<usize>();
        if bytes > BYTES_MAX || self.keep.is_zero() {
            return;
        }
        while self.entries.len() >= ENTRIES_MAX || self.bytes + bytes > BYTES_MAX {
            let Some(oldest) = self.entries.iter().min_by_key(|(_, entry)| entry.taken).map(|(key, _)| key.clone())
            else {
                break;
            };
            self.forget(&oldest);
        }
        self.bytes += bytes;
        self.entries.insert(key, Entry { reading, taken: at, bytes });
    }

    pub fn forget(&mut self, key: &str) {
        if let Some(entry) = self.entries.remove(key) {
            self.bytes -= entry.bytes;
        }
    }

    /// Forgets what is too old at `at`; whether anything is left.
    pub fn sweep(&mut self, at: Instant) -> bool {
        self.entries.retain(|_, entry| at.saturating_duration_since(entry.taken) < self.keep);
        self.bytes = self.entries.values().map(|entry| entry.bytes).sum();
        !self.entries.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::super::reading::Value;
    use super::*;

    fn reading(bytes: usize) -> Arc<Reading> {
        Arc::new(Reading::from([("x".into(), Value::Text("a".repeat(bytes)))]))
    }

    #[test]
    fn a_reading_is_forgotten_when_its_time_is_over() {
        let mut cache = Cache::new(Duration::from_secs(900));
        let start = Instant::now();
        cache.put("tag".into(), reading(10), start);
        assert_eq!(cache.get("tag", start + Duration::from_secs(899)).unwrap().1, Duration::from_secs(899));
        assert!(cache.get("tag", start + Duration::from_secs(900)).is_none());
        assert!(cache.sweep(start + Duration::from_secs(899)));
        assert!(!cache.sweep(start + Duration::from_secs(900)));
        assert_eq!((cache.entries.len(), cache.bytes), (0, 0));
    }

    #[test]
    fn the_oldest_make_room() {
        let mut cache = Cache::new(Duration::from_secs(900));
        let start = Instant::now();
        for index in 0..=ENTRIES_MAX {
            cache.put(index.to_string(), reading(1), start + Duration::from_millis(index as u64));
        }
        assert_eq!(cache.entries.len(), ENTRIES_MAX);
        assert!(cache.get("0", start).is_none() && cache.get("1", start).is_some());
        cache.put("big".into(), reading(BYTES_MAX / 2), start + Duration::from_secs(1));
        cache.put("big too".into(), reading(BYTES_MAX / 2), start + Duration::from_secs(2));
        assert!(cache.bytes <= BYTES_MAX && cache.get("big", start).is_none() && cache.get("big too", start).is_some());
    }
}

//! Sound as samples that carry their rate.

use std::time::Duration;

/// The rate that every hearing model here takes.
pub const HEARING_RATE_HZ: u32 = 16_000;

/// Mono sound: f32 samples in `-1.0..=1.0` at `rate_hz`.
#[derive(Debug, Clone, PartialEq)]
pub struct Audio {
    pub samples: Vec<f32>,
    pub rate_hz: u32,
}

impl Audio {
    pub fn new(samples: Vec<f32>, rate_hz: u32) -> Self {
        Self { samples, rate_hz }
    }

    pub fn duration(&self) -> Duration {
        Duration::from_secs_f64(self.samples.len() as f64 / f64::from(self.rate_hz.max(1)))
    }
}

//! Sound as Whisper sees it: a log-mel spectrogram, equal to the one it was trained on. Filters are computed here, not
//! shipped.
//!
//! Framing and scaling follow `whisper/audio.py` of openai/whisper (and transformers' `feature_extraction_whisper.py`):
//! 25 ms Hann windows every 10 ms, centred with reflected edges, power spectrum, Slaney's mel scale and area norm,
//! log10, 80 dB of range.

use std::f64::consts::PI;
use std::ops::Range;
use std::sync::Arc;

use realfft::{RealFftPlanner, RealToComplex};

use crate::domain::HEARING_RATE_HZ;

/// Samples in one window (25 ms).
const WINDOW: usize = 400;
/// Samples between windows (10 ms).
const HOP: usize = 160;
/// Frequencies of a window's spectrum.
const FREQUENCIES: usize = WINDOW / 2 + 1;
/// What the model hears at once: 30 s. Shorter sound is followed by silence.
pub const SAMPLES_MAX: usize = 30 * HEARING_RATE_HZ as usize;
/// Frames of those 30 s.
pub const FRAMES: usize = SAMPLES_MAX / HOP;
/// The least power that is told from silence, `log10`.
const POWER_LOG_MIN: f32 = -10.0;
/// What lies this far below the loudest frame is silence: 80 dB, `log10` of power.
const RANGE_LOG: f32 = 8.0;

/// Computes log-mel spectrograms of one number of bins: 80, or 128 for large-v3 and its children.
pub struct LogMel {
    fourier: Arc<dyn RealToComplex<f32>>,
    hann: Vec<f32>,
    filters: Vec<Filter>,
}

/// One mel band: the frequencies it hears and how well.
struct Filter {
    frequencies: Range<usize>,
    weights: Vec<f32>,
}

impl LogMel {
    pub fn new(bins: usize) -> Self {
        let hann = (0..WINDOW).map(|n| (0.5 - 0.5 * (2.0 * PI * n as f64 / WINDOW as f64).cos()) as f32);
        Self { fourier: RealFftPlanner::new().plan_fft_forward(WINDOW), hann: hann.collect(), filters: filters(bins) }
    }

    /// The spectrogram of `samples` (16 kHz mono; what exceeds [`SAMPLES_MAX`] is not heard): `[bins, FRAMES]` f32, row
    /// by row, about `-1.0..=1.5`.
    pub fn features(&self, samples: &[f32]) -> Vec<f32> {
        let samples = &samples[..samples.len().min(SAMPLES_MAX)];
        // Frames past the sound and its last window hold silence and need no transform.
        let sounding = (samples.len() + WINDOW / 2).div_ceil(HOP).min(FRAMES);
        let mut features = vec![POWER_LOG_MIN; self.filters.len() * FRAMES];
        let mut window = self.fourier.make_input_vec();
        let mut spectrum = self.fourier.make_output_vec();
        let mut scratch = self.fourier.make_scratch_vec();
        for frame in 0..sounding {
            self.window(samples, frame, &mut window);
            let done = self.fourier.process_with_scratch(&mut window, &mut spectrum, &mut scratch);
            done.expect("the buffers were made by the same plan");
            for (bin, filter) in self.filters.iter().enumerate() {
                let bands = spectrum[filter.frequencies.clone()].iter().zip(&filter.weights);
                let power: f32 = bands.map(|(value, weight)| value.norm_sqr() * weight).sum();
                features[bin * FRAMES + frame] = power.max(1e-10).log10();
            }
        }
        scale(&mut features);
        features
    }

    /// The window centred on `frame`, from 30 s of sound mirrored at both ends.
    fn window(&self, samples: &[f32], frame: usize, window: &mut [f32]) {
        let first = (frame * HOP) as isize - (WINDOW / 2) as isize;
        for (n, (value, hann)) in window.iter_mut().zip(&self.hann).enumerate() {
            let at = mirrored(first + n as isize);
            *value = samples.get(at).copied().unwrap_or(0.0) * hann;
        }
    }
}

/// The sample that stands at position `at` of the mirrored sound; the end sample is not repeated.
fn mirrored(at: isize) -> usize {
    let from_start = at.unsigned_abs();
    if from_start < SAMPLES_MAX { from_start } else { 2 * (SAMPLES_MAX - 1) - from_start }
}

fn scale(features: &mut [f32]) {
    let loudest = features.iter().copied().fold(POWER_LOG_MIN, f32::max);
    for value in features {
        *value = (value.max(loudest - RANGE_LOG) + 4.0) / 4.0;
    }
}

fn filters(bins: usize) -> Vec<Filter> {
    let top = mel(f64::from(HEARING_RATE_HZ) / 2.0);
    let edges: Vec<f64> = (0..bins + 2).map(|edge| hertz(top * edge as f64 / (bins + 1) as f64)).collect();
    edges.windows(3).map(|edges| filter(edges[0], edges[1], edges[2])).collect()
}

/// The triangle from `low` over `centre` to `high` hertz, of unit area.
fn filter(low: f64, centre: f64, high: f64) -> Filter {
    let hertz_per_step = f64::from(HEARING_RATE_HZ) / WINDOW as f64;
    let height = 2.0 / (high - low);
    let weight = |step: usize| {
        let hertz = step as f64 * hertz_per_step;
        (height * ((hertz - low) / (centre - low)).min((high - hertz) / (high - centre)).max(0.0)) as f32
    };
    let first = (low / hertz_per_step).ceil() as usize;
    let end = ((high / hertz_per_step).floor() as usize + 1).min(FREQUENCIES);
    let frequencies = first.min(end)..end;
    Filter { weights: frequencies.clone().map(weight).collect(), frequencies }
}

/// Slaney's scale (Auditory Toolbox, 1998): linear to 1 kHz at 200/3 Hz a mel, then 27 mels to a factor of 6.4.
fn mel(hertz: f64) -> f64 {
    if hertz < 1000.0 { hertz * 3.0 / 200.0 } else { 15.0 + (hertz / 1000.0).ln() * 27.0 / 6.4f64.ln() }
}

fn hertz(mel: f64) -> f64 {
    if mel < 15.0 { mel * 200.0 / 3.0 } else { 1000.0 * ((mel - 15.0) * 6.4f64.ln() / 27.0).exp() }
}

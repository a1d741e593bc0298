//! Changes the rate of mono sound, whole or as a stream. The only file that knows the resampling library.

use rubato::audioadapter_buffers::direct::InterleavedSlice;
use rubato::{Fft, FixedSync, Indexing, Resampler as _};

use crate::engine::EngineError;

/// Samples that go through the filter at once: 20 to 60 ms of delay at speech rates.
const CHUNK: usize = 512;

/// Changes mono sound from one rate to another, piece by piece; the pieces join without a seam.
pub struct Resampler {
    /// `None` when the rates are equal.
    filter: Option<Fft<f32>>,
    pending: Vec<f32>,
    /// Silence at the front of the filter's output that is not part of the sound.
    delay: usize,
    taken: usize,
    given: usize,
    from_hz: u64,
    to_hz: u64,
}

impl Resampler {
    /// # Errors
    /// [`EngineError::Input`] when a rate is 0.
    pub fn new(from_hz: u32, to_hz: u32) -> Result<Self, EngineError> {
        let filter = match from_hz == to_hz && from_hz > 0 {
            true => None,
            false => {
                Some(Fft::new(from_hz as usize, to_hz as usize, CHUNK, 1, FixedSync::Input).map_err(|error| {
                    EngineError::Input(format!("cannot change {from_hz} Hz to {to_hz} Hz: {error}"))
                })?)
            }
        };
        let delay = filter.as_ref().map_or(0, |filter| filter.output_delay());
        let (from_hz, to_hz) = (u64::from(from_hz), u64::from(to_hz));
        Ok(Self { filter, pending: Vec::new(), delay, taken: 0, given: 0, from_hz, to_hz })
    }

    /// Takes the next samples and gives what is ready; up to a chunk stays behind for the next call.
    ///
    /// # Errors
    /// [`EngineError::Failed`] when the filter fails.
    pub fn push(&mut self, samples: &[f32]) -> Result<Vec<f32>, EngineError> {
        let Some(filter) = &mut self.filter else { return Ok(samples.to_vec()) };
        self.taken += samples.len();
        self.pending.extend_from_slice(samples);
        let mut ready = Vec::new();
        let mut from = 0;
        while self.pending.len() - from >= filter.input_frames_next() {
            let chunk = &self.pending[from..from + filter.input_frames_next()];
            ready.extend(step(filter, chunk, None)?);
            from += chunk.len();
        }
        self.pending.drain(..from);
        Ok(self.without_delay(ready))
    }

    /// Ends the sound and gives its rest; all pieces together have the length of the input times the ratio, rounded up.
    ///
    /// # Errors
    /// [`EngineError::Failed`] when the filter fails.
    pub fn finish(mut self) -> Result<Vec<f32>, EngineError> {
        let wanted = (self.taken as u64 * self.to_hz).div_ceil(self.from_hz) as usize;
        let mut rest = Vec::new();
        while let Some(filter) = &mut self.filter
            && self.given + rest.len() < wanted
        {
            let pending = std::mem::take(&mut self.pending);
            let made = step(filter, &pending, Some(pending.len()))?;
            rest.extend(self.without_delay_of_rest(made));
        }
        rest.truncate(wanted.saturating_sub(self.given));
        Ok(rest)
    }

    fn without_delay(&mut self, made: Vec<f32>) -> Vec<f32> {
        let kept = self.without_delay_of_rest(made);
        self.given += kept.len();
        kept
    }

    fn without_delay_of_rest(&mut self, mut made: Vec<f32>) -> Vec<f32> {
        let silent = self.delay.min(made.len());
        self.delay -= silent;
        made.drain(..silent);
        made
    }
}

/// One step of the filter; with `partial` the chunk is the last one and shorter than a whole.
fn step(filter: &mut Fft<f32>, chunk: &[f32], partial: Option<usize>) -> Result<Vec<f32>, EngineError> {
    let failed = |error: &dyn std::fmt::Display| EngineError::Failed { engine: "resampler", reason: error.to_string() };
    let input = InterleavedSlice::new(chunk, 1, chunk.len()).map_err(|error| failed(&error))?;
    let mut indexing = Indexing::new();
    if let Some(frames) = partial {
        indexing = indexing.partial_len(frames);
    }
    let output = filter.process(&input, Some(&indexing)).map_err(|error| failed(&error))?;
    Ok(output.take_data())
}

/// Changes a whole sound.
///
/// # Errors
/// As [`Resampler::new`] and [`Resampler::push`].
pub fn resample(samples: &[f32], from_hz: u32, to_hz: u32) -> Result<Vec<f32>, EngineError> {
    if from_hz == to_hz {
        return Ok(samples.to_vec());
    }
    let mut resampler = Resampler::new(from_hz, to_hz)?;
    let mut whole = resampler.push(samples)?;
    whole.extend(resampler.finish()?);
    Ok(whole)
}

/// i16 samples as f32 in `-1.0..1.0`.
pub fn to_f32(samples: &[i16]) -> Vec<f32> {
    samples.iter().map(|&sample| f32::from(sample) / 32_768.0).collect()
}

/// f32 samples as i16; what is out of `-1.0..=1.0` is clipped.
pub fn to_i16(samples: &[f32]) -> Vec<i16> {
    samples.iter().map(|&sample| (sample * 32_767.0).round() as i16).collect()
}

#[cfg(test)]
mod tests {
    use std::f32::consts::TAU;

    use super::*;

    fn tone(hz: f32, rate_hz: u32, samples: usize) -> Vec<f32> {
        (0..samples).map(|n| 0.5 * (TAU * hz * n as f32 / rate_hz as f32).sin()).collect()
    }

    /// Largest difference in the middle; the ends carry the filter's ringing.
    fn difference(a: &[f32], b: &[f32]) -> f32 {
        let middle = a.len() / 10..a.len() * 9 / 10;
        a[middle.clone()].iter().zip(&b[middle]).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
    }

    #[test]
    fn a_tone_stays_the_same_tone_in_time_and_level() {
        for (from, to) in [(48_000, 16_000), (44_100, 16_000), (8_000, 16_000), (24_000, 16_000), (22_050, 24_000)] {
            let changed = resample(&tone(440.0, from, from as usize), from, to).unwrap();
            assert_eq!(changed.len(), to as usize, "{from} to {to}");
            let worst = difference(&changed, &tone(440.0, to, to as usize));
            // the filter's delay is rounded to whole samples: up to 0.1 of a sample, 0.017 of the tone's steepest slope
            assert!(worst < 0.02, "{from} to {to}: {worst}");
        }
    }

    #[test]
    fn what_the_lower_rate_cannot_hold_is_gone() {
        let changed = resample(&tone(15_000.0, 48_000, 48_000), 48_000, 16_000).unwrap();
        assert!(difference(&changed, &vec![0.0; 16_000]) < 0.005);
    }

    #[test]
    fn pieces_give_the_same_sound_as_the_whole() {
        let sound = tone(700.0, 22_050, 20_000);
        let whole = resample(&sound, 22_050, 24_000).unwrap();
        let mut resampler = Resampler::new(22_050, 24_000).unwrap();
        let mut joined = Vec::new();
        for piece in sound.chunks(733) {
            joined.extend(resampler.push(piece).unwrap());
        }
        joined.extend(resampler.finish().unwrap());
        assert_eq!(joined, whole);
    }

    #[test]
    fn nothing_stays_nothing_and_one_sample_is_bounded() {
        assert!(resample(&[], 48_000, 16_000).unwrap().is_empty());
        assert_eq!(resample(&[0.5], 48_000, 16_000).unwrap().len(), 1);
        assert!(Resampler::new(0, 16_000).is_err());
        assert!(Resampler::new(0, 0).is_err());
    }

    #[test]
    fn loud_samples_are_clipped_not_wrapped() {
        assert_eq!(to_i16(&[2.0, -2.0, f32::NAN, 0.5]), [32_767, -32_768, 0, 16_384]);
    }
}

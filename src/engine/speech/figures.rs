//! How fast this device hears and speaks. Medians of wall time; knows no command line.

use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use serde::Serialize;

use super::{Ears, resample, to_f32};
use crate::base::Stop;
use crate::domain::{Audio, HEARING_RATE_HZ, Language};
use crate::engine::{DETECTOR_CHUNK, EngineError, SpeechDetector, Voice};

/// What hearing costs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct HearingFigures {
    pub clip_ms: f64,
    /// Detector and transcriber together, for the whole clip.
    pub hear_ms: f64,
    /// `hear_ms` over `clip_ms`: below 1 is faster than speech.
    pub real_time_factor: f64,
    /// The detector's part for 32 ms of sound.
    pub detector_chunk_us: f64,
}

/// What speaking costs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct VoiceFigures {
    /// From the call to the first samples.
    pub first_audio_ms: f64,
    pub whole_ms: f64,
    /// Length of what was spoken.
    pub audio_ms: f64,
}

/// Hears `clip` once to warm up and `repeats` times for the figures.
///
/// # Errors
/// As [`Ears::hear`].
pub fn measure_hearing(ears: &mut Ears, clip: &Audio, repeats: usize) -> Result<HearingFigures, EngineError> {
    let hear_ms = median(repeats, || {
        let started = Instant::now();
        ears.hear(clip, None, &Stop::new()).map(|_| started.elapsed())
    })?;
    let clip_ms = clip.duration().as_secs_f64() * 1e3;
    let chunks = (clip.samples.len() / DETECTOR_CHUNK).max(1);
    let detector = ears.detector();
    let detector_ms = median(repeats, || detect(detector, clip))?;
    let detector_chunk_us = detector_ms * 1e3 / chunks as f64;
    Ok(HearingFigures { clip_ms, hear_ms, real_time_factor: hear_ms / clip_ms.max(1.0), detector_chunk_us })
}

/// Speaks `text` once to warm up and `repeats` times for the figures.
///
/// # Errors
/// As [`Voice::speak`].
pub fn measure_voice(
    voice: &mut dyn Voice,
    text: &str,
    language: Language,
    repeats: usize,
) -> Result<VoiceFigures, EngineError> {
    let mut samples = 0;
    let whole_ms = median(repeats, || {
        samples = 0;
        let started = Instant::now();
        let mut count = |piece: &[i16]| {
            samples += piece.len();
            ControlFlow::Continue(())
        };
        voice.speak(text, language, &Stop::new(), &mut count).map(|()| started.elapsed())
    })?;
    let first_audio_ms = median(repeats, || {
        let started = Instant::now();
        voice.speak(text, language, &Stop::new(), &mut |_| ControlFlow::Break(())).map(|()| started.elapsed())
    })?;
    let audio_ms = samples as f64 * 1e3 / f64::from(voice.rate_hz().max(1));
    Ok(VoiceFigures { first_audio_ms, whole_ms, audio_ms })
}

/// `text` as the voice says it, as the ears take it: a clip for figures, and for the first question after a start.
///
/// # Errors
/// As [`Voice::speak`].
pub fn spoken_clip(voice: &mut dyn Voice, text: &str, language: Language) -> Result<Audio, EngineError> {
    let mut samples = Vec::new();
    let mut collect = |piece: &[i16]| {
        samples.extend_from_slice(piece);
        ControlFlow::Continue(())
    };
    voice.speak(text, language, &Stop::new(), &mut collect)?;
    let heard = resample(&to_f32(&samples), voice.rate_hz(), HEARING_RATE_HZ)?;
    Ok(Audio::new(heard, HEARING_RATE_HZ))
}

fn detect(detector: &mut dyn SpeechDetector, clip: &Audio) -> Result<Duration, EngineError> {
    detector.reset();
    let started = Instant::now();
    for chunk in clip.samples.chunks_exact(DETECTOR_CHUNK) {
        detector.speech(chunk)?;
    }
    Ok(started.elapsed())
}

/// The median of `repeats` runs after one that is not counted, milliseconds.
fn median(repeats: usize, mut run: impl FnMut() -> Result<Duration, EngineError>) -> Result<f64, EngineError> {
    run()?;
    let mut times = (0..repeats.max(1)).map(|_| run()).collect::<Result<Vec<_>, _>>()?;
    times.sort();
    Ok(times[times.len() / 2].as_secs_f64() * 1e3)
}

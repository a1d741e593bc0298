//! Speech: sound to words and words to sound. Knows nothing of questions, answers or sites.

mod aloud;
mod aloud_en;
mod aloud_zh;
mod audio;
mod clauses;
mod ears;
mod espeak;
mod listener;
mod moonshine;
mod plausible;
mod polyphones;
mod resample;
mod segment;
mod silero;

use std::path::Path;

pub use audio::{AudioError, decode, decode_pcm16};
pub use clauses::{Clauses, clauses};
pub use ears::Ears;
pub use listener::{Listener, Noticed};
pub use resample::{Resampler, resample, to_f32, to_i16};
pub use segment::{SegmentSettings, Segmenter, SpeechEdge, speech_ranges};

use super::{EngineError, SpeechDetector, Transcriber, Voice};

pub fn open_moonshine(runtime: &Path, folder: &Path) -> Result<Box<dyn Transcriber>, EngineError> {
    Ok(Box::new(moonshine::Moonshine::open(runtime, folder)?))
}

pub fn open_silero(runtime: &Path, model: &Path) -> Result<Box<dyn SpeechDetector>, EngineError> {
    Ok(Box::new(silero::Silero::open(runtime, model)?))
}

pub fn open_espeak(program: &str) -> Result<Box<dyn Voice>, EngineError> {
    Ok(Box::new(espeak::Espeak::open(program)?))
}

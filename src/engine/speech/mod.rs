//! Speech: sound to words and words to sound. Knows nothing of questions, answers or sites.
//!
//! Heard: [`decode`] (or [`decode_pcm16`]) -> [`Ears`] -> [`written`] -> [`Vocabulary::repair`]. A live sound goes through a
//! [`Resampler`] into a [`Listener`], whose turns go to the ears. Spoken: [`Clauses`] -> a [`Voice`] -> a [`Resampler`].

mod aloud;
mod aloud_en;
mod aloud_zh;
mod audio;
mod clauses;
mod ears;
mod espeak;
mod figures;
mod listener;
mod moonshine;
mod plausible;
mod polyphones;
mod resample;
mod segment;
mod silero;
mod spoken_forms;
mod spoken_words;
mod vocabulary;

use std::path::Path;

pub use audio::{AudioError, decode, decode_pcm16};
pub use clauses::{Clauses, clauses};
pub use ears::Ears;
pub use figures::{HearingFigures, VoiceFigures, measure_hearing, measure_voice, spoken_clip};
pub use listener::{Listener, Noticed};
pub use resample::{Resampler, resample, to_f32, to_i16};
pub use segment::{SegmentSettings, Segmenter, SpeechEdge, speech_ranges};
pub use spoken_forms::written;
pub use vocabulary::Vocabulary;

use super::{EngineError, SpeechDetector, Transcriber, Voice};

/// Opens Moonshine (English) in `folder`: `encoder_model` and `decoder_model_merged`, each `.ort` or `.onnx`, and
/// `tokenizer.json`. `runtime` is the ONNX Runtime library, the same path for every model of the process. Blocking, 0.2 s.
///
/// # Errors
/// [`EngineError::Missing`] or [`EngineError::Unusable`], with the file's path.
pub fn open_moonshine(runtime: &Path, folder: &Path) -> Result<Box<dyn Transcriber>, EngineError> {
    Ok(Box::new(moonshine::Moonshine::open(runtime, folder)?))
}

/// Opens Silero VAD from `model`, for one sound at a time: a live sound has a detector of its own. Blocking, 30 ms.
///
/// # Errors
/// As [`open_moonshine`].
pub fn open_silero(runtime: &Path, model: &Path) -> Result<Box<dyn SpeechDetector>, EngineError> {
    Ok(Box::new(silero::Silero::open(runtime, model)?))
}

/// Opens the espeak-ng voice, `program` on the `PATH` or by its full path, and has it say a word in each language.
///
/// # Errors
/// [`EngineError::NotInstalled`] with the package that brings it; [`EngineError::Failed`] when it does not speak.
pub fn open_espeak(program: &str) -> Result<Box<dyn Voice>, EngineError> {
    Ok(Box::new(espeak::Espeak::open(program)?))
}

//! A recording becomes what was said in it: the detector finds speech, the transcriber writes down that and nothing else.
//! Silence and noise never become text. Knows nothing of where the recording is from or what the words mean.

use std::ops::Range;

use super::plausible::plausible;
use super::segment::{SegmentSettings, speech_ranges};
use crate::base::Stop;
use crate::domain::{Audio, HEARING_RATE_HZ, Language};
use crate::engine::{DETECTOR_CHUNK, EngineError, SpeechDetector, Transcriber, Transcript};

/// A detector and a transcriber that work as one; a worker owns it.
pub struct Ears {
    detector: Box<dyn SpeechDetector>,
    transcriber: Box<dyn Transcriber>,
}

impl Ears {
    pub fn new(detector: Box<dyn SpeechDetector>, transcriber: Box<dyn Transcriber>) -> Self {
        Self { detector, transcriber }
    }

    /// What is said in `audio` (mono, [`HEARING_RATE_HZ`], see [`decode`](super::decode)); an empty text when nothing is.
    /// Blocking: about a twentieth of the recording's length.
    ///
    /// # Errors
    /// [`EngineError::Input`] for another rate, or a `hint` of a language that the transcriber does not write: it would
    /// make up words. [`EngineError::Stopped`] when nobody waits any more.
    pub fn hear(&mut self, audio: &Audio, hint: Option<Language>, stop: &Stop) -> Result<Transcript, EngineError> {
        self.accept(audio, hint)?;
        let probabilities = self.probabilities(&audio.samples, stop)?;
        let mut heard = Transcript { text: String::new(), language: self.fallback(hint), doubtful: false };
        for range in speech_ranges(&probabilities, SegmentSettings::RECORDING) {
            let speech = Audio::new(samples(audio, &range).to_vec(), audio.rate_hz);
            let piece = self.transcriber.transcribe(&speech, hint, stop)?;
            let text = plausible(&piece.text, speech.duration().as_secs_f32());
            heard.doubtful |= piece.doubtful || text != piece.text;
            append(&mut heard, &text, piece.language);
        }
        Ok(heard)
    }

    /// Nobody has spoken for a while: memory that only hearing needs is given back. Blocking: about 20 ms.
    pub fn rest(&mut self) {
        self.transcriber.rest();
    }

    /// The languages that can be heard.
    pub fn languages(&self) -> &[Language] {
        self.transcriber.languages()
    }

    /// What the transcriber is called.
    pub fn name(&self) -> &str {
        self.transcriber.name()
    }

    pub(super) fn detector(&mut self) -> &mut dyn SpeechDetector {
        &mut *self.detector
    }

    fn accept(&self, audio: &Audio, hint: Option<Language>) -> Result<(), EngineError> {
        if audio.rate_hz != HEARING_RATE_HZ {
            return Err(EngineError::Input(format!("ears take {HEARING_RATE_HZ} Hz, not {} Hz", audio.rate_hz)));
        }
        match hint {
            Some(language) if !self.languages().contains(&language) => Err(EngineError::Input(format!(
                "{} does not write {language}; install a hearing model that does: `usher models list`",
                self.name()
            ))),
            _ => Ok(()),
        }
    }

    fn fallback(&self, hint: Option<Language>) -> Language {
        hint.or(self.languages().first().copied()).unwrap_or(Language::English)
    }

    fn probabilities(&mut self, samples: &[f32], stop: &Stop) -> Result<Vec<f32>, EngineError> {
        self.detector.reset();
        let mut probabilities = Vec::with_capacity(samples.len() / DETECTOR_CHUNK + 1);
        for chunk in samples.chunks(DETECTOR_CHUNK) {
            if stop.is_requested() {
                return Err(EngineError::Stopped);
            }
            let mut whole = [0.0; DETECTOR_CHUNK];
            whole[..chunk.len()].copy_from_slice(chunk);
            probabilities.push(self.detector.speech(&whole)?);
        }
        Ok(probabilities)
    }
}

fn samples<'a>(audio: &'a Audio, chunks: &Range<usize>) -> &'a [f32] {
    let at = |chunk: usize| (chunk * DETECTOR_CHUNK).min(audio.samples.len());
    &audio.samples[at(chunks.start)..at(chunks.end)]
}

fn append(heard: &mut Transcript, text: &str, language: Language) {
    if text.is_empty() {
        return;
    }
    let spaced = !heard.text.is_empty() && language == Language::English;
    heard.text.push_str(if spaced { " " } else { "" });
    heard.text.push_str(text);
    heard.language = language;
}

//! A live sound becomes turns: samples go in as they come, "somebody speaks" and "they stopped, this is what they said"
//! come out. Knows nothing of the words, nor of the socket.

use std::ops::Range;

use super::segment::{SegmentSettings, Segmenter, SpeechEdge};
use crate::domain::{Audio, HEARING_RATE_HZ};
use crate::engine::{DETECTOR_CHUNK, EngineError, SpeechDetector};

/// What was noticed in a live sound. Positions are milliseconds since the listener began or was reset.
#[derive(Debug, Clone, PartialEq)]
pub enum Noticed {
    SpeechStarted {
        at_ms: u64,
    },
    /// `speech` is mono at [`HEARING_RATE_HZ`], from a little before the first sound of speech to a little after the last.
    SpeechStopped {
        at_ms: u64,
        speech: Audio,
    },
}

/// Listens to one live sound. Keeps only what a turn may still need: the pre-roll while nobody speaks, and at most
/// [`SegmentSettings::speech_max`] while somebody does.
pub struct Listener {
    detector: Box<dyn SpeechDetector>,
    settings: SegmentSettings,
    segmenter: Segmenter,
    /// Samples from chunk `kept_from` on; the last ones may not make a chunk yet.
    kept: Vec<f32>,
    kept_from: usize,
    chunks: usize,
}

impl Listener {
    /// `detector` belongs to this sound alone: it remembers the chunks before.
    pub fn new(mut detector: Box<dyn SpeechDetector>, settings: SegmentSettings) -> Self {
        detector.reset();
        Self { detector, settings, segmenter: Segmenter::new(settings), kept: Vec::new(), kept_from: 0, chunks: 0 }
    }

    /// Takes the next samples, mono at [`HEARING_RATE_HZ`]. Blocking: about 0.1 ms for each 32 ms of sound.
    ///
    /// # Errors
    /// [`EngineError`] of the detector; the listener goes on with the next samples.
    pub fn push(&mut self, samples: &[f32]) -> Result<Vec<Noticed>, EngineError> {
        self.kept.extend_from_slice(samples);
        let mut noticed = Vec::new();
        while let Some(chunk) = self.chunk() {
            let probability = self.detector.speech(&chunk)?;
            noticed.extend(self.segmenter.push(probability).map(|edge| self.notice(edge)));
        }
        self.forget();
        Ok(noticed)
    }

    /// The sound is over (the client committed it): ends the speech that still goes on.
    pub fn finish(&mut self) -> Option<Noticed> {
        let edge = self.segmenter.finish()?;
        Some(self.notice(edge))
    }

    /// Forgets everything: the next samples begin a new sound.
    pub fn reset(&mut self) {
        self.detector.reset();
        self.segmenter = Segmenter::new(self.settings);
        self.kept.clear();
        (self.kept_from, self.chunks) = (0, 0);
    }

    pub fn is_speaking(&self) -> bool {
        self.segmenter.is_speaking()
    }

    fn chunk(&mut self) -> Option<[f32; DETECTOR_CHUNK]> {
        let from = (self.chunks - self.kept_from) * DETECTOR_CHUNK;
        let chunk = self.kept.get(from..)?.first_chunk().copied()?;
        self.chunks += 1;
        Some(chunk)
    }

    fn notice(&self, edge: SpeechEdge) -> Noticed {
        match edge {
            SpeechEdge::Started(at) => Noticed::SpeechStarted { at_ms: milliseconds(at) },
            SpeechEdge::Stopped(range) => {
                let speech = Audio::new(self.samples(&range).to_vec(), HEARING_RATE_HZ);
                Noticed::SpeechStopped { at_ms: milliseconds(range.end), speech }
            }
        }
    }

    fn samples(&self, range: &Range<usize>) -> &[f32] {
        let at = |chunk: usize| (chunk.saturating_sub(self.kept_from) * DETECTOR_CHUNK).min(self.kept.len());
        &self.kept[at(range.start)..at(range.end)]
    }

    fn forget(&mut self) {
        let needed = self.segmenter.needed_from().max(self.kept_from);
        let unneeded = ((needed - self.kept_from) * DETECTOR_CHUNK).min(self.kept.len());
        self.kept.drain(..unneeded);
        self.kept_from = needed;
    }
}

fn milliseconds(chunk: usize) -> u64 {
    (chunk * DETECTOR_CHUNK) as u64 * 1_000 / u64::from(HEARING_RATE_HZ)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Calls loud chunks speech.
    struct Loudness;

    impl SpeechDetector for Loudness {
        fn speech(&mut self, chunk: &[f32]) -> Result<f32, EngineError> {
            Ok(chunk.iter().map(|sample| sample.abs()).sum::<f32>() / chunk.len() as f32)
        }

        fn reset(&mut self) {}

        fn name(&self) -> &str {
            "loudness"
        }
    }

    fn seconds(level: f32, seconds: f32) -> Vec<f32> {
        vec![level; (seconds * HEARING_RATE_HZ as f32) as usize]
    }

    #[test]
    fn a_turn_comes_out_whole_however_the_sound_is_cut() {
        let sound = [seconds(0.0, 2.0), seconds(0.9, 1.5), seconds(0.0, 1.0), seconds(0.8, 1.0)].concat();
        for piece in [160, 512, 700, 4_096, sound.len()] {
            let mut listener = Listener::new(Box::new(Loudness), SegmentSettings::LIVE);
            let mut noticed: Vec<_> = sound.chunks(piece).flat_map(|part| listener.push(part).unwrap()).collect();
            noticed.extend(listener.finish());
            let [
                Noticed::SpeechStarted { at_ms: 1_728 },
                Noticed::SpeechStopped { at_ms: 3_680, speech },
                Noticed::SpeechStarted { .. },
                Noticed::SpeechStopped { speech: second, .. },
            ] = &noticed[..]
            else {
                panic!("in pieces of {piece}: {:?}", noticed.len())
            };
            assert_eq!(speech.samples, sound[1_728 * 16..3_680 * 16]);
            assert!(second.samples.iter().filter(|&&sample| sample == 0.8).count() >= 15_500);
        }
    }

    #[test]
    fn an_hour_of_silence_keeps_the_pre_roll_only() {
        let mut listener = Listener::new(Box::new(Loudness), SegmentSettings::LIVE);
        for _ in 0..3_600 {
            assert_eq!(listener.push(&seconds(0.0, 1.0)).unwrap(), []);
            assert!(listener.kept.len() <= 10 * DETECTOR_CHUNK, "{}", listener.kept.len());
        }
    }

    #[test]
    fn endless_speech_keeps_a_bounded_sound() {
        let mut listener = Listener::new(Box::new(Loudness), SegmentSettings::LIVE);
        let turns = (0..100).flat_map(|_| listener.push(&seconds(0.9, 1.0)).unwrap()).count();
        assert!(turns >= 6, "{turns}");
        assert!(listener.kept.len() <= 27 * HEARING_RATE_HZ as usize);
    }
}

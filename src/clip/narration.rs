//! The voice of a clip, on a thread of its own, one caption ahead of the pictures. Knows no engine: the caller says how a
//! sentence becomes sound.

use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::{Duration, Instant};

use super::ClipError;
use super::limits::{DURATION_MAX, NARRATION_WAIT_MAX};
use super::sound::RATE_HZ;
use crate::base::Stop;
use crate::engine::speech::{resample, to_f32};

/// Captions whose sound waits to be shown.
const AHEAD: usize = 1;
/// How often a wait looks whether somebody asked to stop.
const LOOK: Duration = Duration::from_millis(20);

/// Speaks one caption: the whole sentence as mono i16 samples, or why there is none.
type Say = Box<dyn FnMut(&str) -> Result<Vec<i16>, String> + Send>;

/// How captions are spoken.
pub struct Narration {
    /// Of the samples: 22,050 or 24,000 Hz, as the voice makes them.
    pub rate_hz: u32,
    /// The voice's name; a clip made with another voice is another clip.
    pub voice: String,
    /// Asked for each caption in order, on a thread of its own that ends after the sentence in hand when the clip is
    /// stopped.
    pub say: Say,
}

/// What became of one caption's sound.
pub(super) enum Spoken {
    /// 48 kHz mono.
    Sound(Vec<f32>),
    /// Shown and not said; the reason is for a technician.
    Silent(String),
}

/// The voice at work.
pub(super) struct Narrator {
    sounds: Receiver<(usize, Result<Vec<f32>, String>)>,
    next: usize,
}

impl Narrator {
    /// Starts the voice on `captions`.
    ///
    /// # Errors
    /// [`ClipError::Failed`] when there is no thread.
    pub fn start(mut narration: Narration, captions: Vec<String>, stop: &Stop) -> Result<Self, ClipError> {
        let (sender, sounds) = sync_channel(AHEAD);
        let stop = stop.clone();
        let work = move || {
            for (number, text) in captions.iter().enumerate() {
                if stop.is_requested() || sender.send((number, spoken(&mut narration, text))).is_err() {
                    return;
                }
            }
        };
        let failed = ClipError::failed("narration");
        std::thread::Builder::new().name("narration".into()).spawn(work).map_err(|error| failed(&error))?;
        Ok(Self { sounds, next: 0 })
    }

    /// The sound of the next caption, waited for at most [`NARRATION_WAIT_MAX`].
    ///
    /// # Errors
    /// [`ClipError::Stopped`].
    pub fn next(&mut self, stop: &Stop) -> Result<Spoken, ClipError> {
        let (wanted, start) = (self.next, Instant::now());
        self.next += 1;
        loop {
            if stop.is_requested() {
                return Err(ClipError::Stopped);
            }
            match self.sounds.recv_timeout(LOOK) {
                // Came after it was given up.
                Ok((number, _)) if number < wanted => {}
                Ok((_, Ok(sound))) => return Ok(Spoken::Sound(sound)),
                Ok((_, Err(reason))) => return Ok(Spoken::Silent(reason)),
                Err(RecvTimeoutError::Disconnected) => return Ok(Spoken::Silent("the voice broke off".into())),
                Err(RecvTimeoutError::Timeout) if start.elapsed() > NARRATION_WAIT_MAX => {
                    return Ok(Spoken::Silent(format!("the voice took over {} s", NARRATION_WAIT_MAX.as_secs())));
                }
                Err(RecvTimeoutError::Timeout) => {}
            }
        }
    }
}

fn spoken(narration: &mut Narration, text: &str) -> Result<Vec<f32>, String> {
    let samples = (narration.say)(text)?;
    if samples.len() as u64 > u64::from(narration.rate_hz) * DURATION_MAX.as_secs() {
        return Err("it is longer than a clip".into());
    }
    resample(&to_f32(&samples), narration.rate_hz, RATE_HZ).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_voice_that_fails_or_breaks_costs_only_its_sentence() {
        let say: Say = Box::new(|text| match text {
            "good" => Ok(vec![1000; 2205]),
            "bad" => Err("no such word".into()),
            _ => panic!("a scripted failure"),
        });
        let narration = Narration { rate_hz: 22_050, voice: "test".into(), say };
        let captions = ["good", "bad", "broken", "lost"].map(String::from).to_vec();
        let stop = Stop::new();
        let mut narrator = Narrator::start(narration, captions, &stop).unwrap();
        let mut next = || match narrator.next(&stop).unwrap() {
            Spoken::Sound(sound) => sound.len().to_string(),
            Spoken::Silent(reason) => reason,
        };
        assert_eq!(
            [next(), next(), next(), next()],
            ["4800", "no such word", "the voice broke off", "the voice broke off"]
        );
        stop.request();
        assert!(matches!(narrator.next(&stop), Err(ClipError::Stopped)));
    }
}

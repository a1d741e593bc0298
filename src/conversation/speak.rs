//! Sixth step: an answer becomes sound, clause by clause, so that the first words are heard while the rest is made.

use std::ops::ControlFlow;

use tokio::sync::mpsc;

use super::{Conversation, TurnError};
use crate::base::Stop;
use crate::base::limits::SPOKEN_CHARS_MAX;
use crate::base::worker::Pending;
use crate::domain::Language;
use crate::engine::speech::{Resampler, clauses, to_f32, to_i16};
use crate::engine::{EngineError, Voice};

/// The rate of spoken sound, the one that Realtime clients expect.
pub const SPOKEN_RATE_HZ: u32 = 24_000;

/// Messages of the longest answer (two and a half minutes in pieces of 40 ms and more, and its clauses): the voice never
/// waits for a listener, and a frozen page holds no model.
const SOUNDS_MAX: usize = 4_096;

/// What comes out of the voice, in order.
#[derive(Debug, Clone, PartialEq)]
pub enum Sound {
    /// These words begin now.
    Clause(String),
    /// Their sound: mono i16 at [`SPOKEN_RATE_HZ`].
    Samples(Vec<i16>),
}

/// An answer being spoken. Dropping it silences the voice.
pub struct Spoken {
    inbox: mpsc::Receiver<Sound>,
    job: Pending<Result<(), EngineError>>,
}

impl Spoken {
    /// The next sound; `None` at the end.
    ///
    /// # Errors
    /// When the voice failed after what was heard so far.
    pub async fn next(&mut self) -> Result<Option<Sound>, TurnError> {
        match self.inbox.recv().await {
            Some(sound) => Ok(Some(sound)),
            None => {
                (&mut self.job).await?.value?;
                Ok(None)
            }
        }
    }
}

impl Conversation {
    /// Starts speaking `text`, at most [`SPOKEN_CHARS_MAX`] characters of it.
    ///
    /// # Errors
    /// [`TurnError::CannotSpeak`] without a voice, [`TurnError::Busy`] when its queue is full.
    pub fn speak(&self, text: &str, language: Language) -> Result<Spoken, TurnError> {
        let voice = self.engines.voice.as_ref().ok_or(TurnError::CannotSpeak)?;
        let text: String = text.chars().take(SPOKEN_CHARS_MAX).collect();
        let (sounds, inbox) = mpsc::channel(SOUNDS_MAX);
        let job = voice.call(move |voice, stop| {
            for clause in clauses(&text) {
                speak_clause(&mut **voice, &clause, language, stop, &sounds)?;
            }
            Ok(())
        })?;
        Ok(Spoken { inbox, job })
    }
}

fn speak_clause(
    voice: &mut dyn Voice,
    clause: &str,
    language: Language,
    stop: &Stop,
    sounds: &mpsc::Sender<Sound>,
) -> Result<(), EngineError> {
    let send = |sound| sounds.try_send(sound).map_err(|_| EngineError::Stopped);
    let mut resampler = Resampler::new(voice.rate_hz(), SPOKEN_RATE_HZ)?;
    send(Sound::Clause(clause.to_string()))?;
    voice.speak(clause, language, stop, &mut |samples| {
        let resampled = resampler.push(&to_f32(samples)).unwrap_or_default();
        match resampled.is_empty() || send(Sound::Samples(to_i16(&resampled))).is_ok() {
            true => ControlFlow::Continue(()),
            false => ControlFlow::Break(()),
        }
    })?;
    let rest = resampler.finish()?;
    if rest.is_empty() { Ok(()) } else { send(Sound::Samples(to_i16(&rest))) }
}

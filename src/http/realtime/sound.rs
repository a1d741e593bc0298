//! The sound a socket brings: buffered for push to talk, watched for speech in hands-free. Bounded; forgets on request.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::base::limits::AUDIO_SECONDS_MAX;
use crate::base::worker::Worker;
use crate::conversation::TurnError;
use crate::domain::{Audio, HEARING_RATE_HZ};
use crate::engine::EngineError;
use crate::engine::speech::{Listener, Noticed, Resampler, to_f32};

/// Largest piece of sound in one event, bytes decoded.
const PIECE_BYTES_MAX: usize = 256 << 10;

/// Pieces that may wait for the listener: a page sends ten a second.
const PIECES_MAX: usize = 32;

/// What may be wrong with an append event.
#[derive(Debug, thiserror::Error)]
pub enum SoundError {
    #[error("audio is not base64 of 16-bit samples, at most {PIECE_BYTES_MAX} bytes")]
    Piece,
    #[error("the recording is longer than {AUDIO_SECONDS_MAX} s; it was cleared")]
    TooLong,
    #[error(transparent)]
    Engine(#[from] EngineError),
    #[error(transparent)]
    Turn(#[from] TurnError),
}

/// The sound of one socket.
pub struct Sound {
    rate_hz: u32,
    resampler: Resampler,
    /// 16 kHz mono, for push to talk.
    buffer: Vec<f32>,
    listener: Option<Worker<Listener>>,
}

impl Sound {
    /// # Errors
    /// When no filter can be made for `rate_hz`.
    pub fn at(rate_hz: u32) -> Result<Self, EngineError> {
        let resampler = Resampler::new(rate_hz, HEARING_RATE_HZ)?;
        Ok(Self { rate_hz, resampler, buffer: Vec::new(), listener: None })
    }

    pub fn rate_hz(&self) -> u32 {
        self.rate_hz
    }

    pub fn is_watched(&self) -> bool {
        self.listener.is_some()
    }

    /// Watches for speech from now on.
    pub fn watch(&mut self, listener: Listener) {
        self.clear();
        self.listener = Some(Worker::start("listener", PIECES_MAX, listener));
    }

    pub fn unwatch(&mut self) {
        self.listener = None;
        self.clear();
    }

    /// Takes one event's base64 sound; tells what the listener noticed.
    ///
    /// # Errors
    /// [`SoundError`]; what came before is kept, except when the recording has grown too long.
    pub async fn append(&mut self, base64: &str) -> Result<Vec<Noticed>, SoundError> {
        let samples = self.decode(base64)?;
        if let Some(listener) = &self.listener {
            let pending = listener.call(move |listener, _| listener.push(&samples)).map_err(TurnError::from)?;
            return Ok(pending.await.map_err(TurnError::from)?.value?);
        }
        if self.buffer.len() + samples.len() > (AUDIO_SECONDS_MAX * HEARING_RATE_HZ) as usize {
            self.clear();
            return Err(SoundError::TooLong);
        }
        self.buffer.extend_from_slice(&samples);
        Ok(Vec::new())
    }

    /// The recording so far, which is forgotten here. In hands-free: the speech that still goes on, if any.
    pub async fn commit(&mut self) -> Option<Audio> {
        if let Some(listener) = &self.listener {
            let noticed = listener.call(|listener, _| listener.finish()).ok()?.await.ok()?.value;
            return match noticed? {
                Noticed::SpeechStopped { speech, .. } => Some(speech),
                Noticed::SpeechStarted { .. } => None,
            };
        }
        (!self.buffer.is_empty()).then(|| Audio::new(std::mem::take(&mut self.buffer), HEARING_RATE_HZ))
    }

    pub fn clear(&mut self) {
        self.buffer = Vec::new();
        if let Some(listener) = &self.listener
            && let Ok(pending) = listener.call(|listener, _| listener.reset())
        {
            // Not awaited: the reset only has to come before the next piece, and the queue keeps that order.
            tokio::spawn(pending);
        }
    }

    fn decode(&mut self, base64: &str) -> Result<Vec<f32>, SoundError> {
        if base64.len() > PIECE_BYTES_MAX / 3 * 4 + 4 {
            return Err(SoundError::Piece);
        }
        let bytes = STANDARD.decode(base64).map_err(|_| SoundError::Piece)?;
        if bytes.len() % 2 != 0 {
            return Err(SoundError::Piece);
        }
        let samples: Vec<i16> = bytes.chunks_exact(2).map(|pair| i16::from_le_bytes([pair[0], pair[1]])).collect();
        Ok(self.resampler.push(&to_f32(&samples))?)
    }
}

//! First step: a recording becomes words. Waits for the ears; silence and noise become nothing.

use std::time::Instant;

use super::{Conversation, TurnError};
use crate::domain::{Audio, Heard, Language};
use crate::engine::speech::written;

impl Conversation {
    /// What was said in `recording` (16 kHz mono). The text is empty when nothing was.
    ///
    /// # Errors
    /// [`TurnError::CannotHear`] when no installed model knows `language`.
    pub async fn hear(&self, recording: Audio, language: Language) -> Result<Heard, TurnError> {
        let ears = self.engines.ears_for(language).ok_or(TurnError::CannotHear(language))?;
        let started = Instant::now();
        let audio_ms = recording.duration().as_millis() as u64;
        let done = ears.call(move |ears, stop| ears.hear(&recording, Some(language), stop))?.await?;
        let transcript = done.value?;
        tracing::info!(
            audio_ms,
            queued_ms = done.queued.as_millis() as u64,
            ran_ms = done.ran.as_millis() as u64,
            duration_ms = started.elapsed().as_millis() as u64,
            empty = transcript.text.is_empty(),
            "heard"
        );
        let text = match transcript.language {
            // "gate b twenty two" is written as signs have it, and the site's names as the site writes them.
            Language::English => self.vocabulary.repair(&written(&transcript.text)),
            Language::Chinese => transcript.text,
        };
        Ok(Heard { text, language: transcript.language, audio_ms, doubtful: transcript.doubtful })
    }
}

//! What a socket hears: sound as it comes, the places where a question begins and ends, and the recording that is answered.

use std::time::Duration;

use axum::extract::ws::WebSocket;
use serde_json::json;

use super::response::Asked;
use super::session::{Gone, Session, send};
use super::sound::{Sound, SoundError};
use super::wire;
use crate::conversation::{SPOKEN_RATE_HZ, Sentence};
use crate::engine::speech::{Listener, Noticed, SegmentSettings};
use crate::privacy::profile::Feature;

impl Session {
    pub(super) async fn append(&mut self, socket: &mut WebSocket, audio: &str) -> Result<(), Gone> {
        if let Err(reason) = self.listen().await {
            return send(socket, &self.fault("cannot_hear", &reason)).await;
        }
        let Some(sound) = &mut self.sound else { return Ok(()) };
        self.is_listening = true;
        match sound.append(audio).await {
            Ok(noticed) => {
                for noticed in noticed {
                    self.noticed(socket, noticed).await?;
                }
                Ok(())
            }
            Err(error) => {
                let sentence =
                    if matches!(error, SoundError::TooLong) { Sentence::SoundTooLong } else { Sentence::Busy };
                let text = error.to_string();
                let event = wire::error("invalid_request_error", "invalid_audio", &text, sentence, self.visit.language);
                send(socket, &event).await
            }
        }
    }

    /// Makes sure that sound can be taken, and watched when hands-free.
    async fn listen(&mut self) -> Result<(), String> {
        if self.app.conversation.engines.ears.is_empty() {
            return Err("no hearing model is installed; run `usher models pull`".into());
        }
        if self.sound.is_none() {
            self.sound = Some(Sound::at(SPOKEN_RATE_HZ).map_err(|error| error.to_string())?);
        }
        let watched = self.sound.as_ref().is_some_and(Sound::is_watched);
        if self.hands_free && !watched {
            self.may_start(Feature::HandsFree).map_err(|missing| missing.to_string())?;
            let app = self.app.clone();
            let settings = SegmentSettings {
                pause: Duration::from_millis(app.terms().end_of_turn_ms.into()),
                ..SegmentSettings::LIVE
            };
            let opened = tokio::task::spawn_blocking(move || app.conversation.engines.open_detector())
                .await
                .map_err(|error| error.to_string())?
                .map_err(|error| error.to_string())?;
            if let Some(sound) = &mut self.sound {
                sound.watch(Listener::new(opened, settings));
            }
        }
        Ok(())
    }

    async fn noticed(&mut self, socket: &mut WebSocket, noticed: Noticed) -> Result<(), Gone> {
        match noticed {
            Noticed::SpeechStarted { at_ms } => {
                self.count += 1;
                let event = json!({"type": "input_audio_buffer.speech_started", "audio_start_ms": at_ms, "item_id": self.item()});
                send(socket, &event).await?;
                self.cancel(socket).await
            }
            Noticed::SpeechStopped { at_ms, speech } => {
                let event =
                    json!({"type": "input_audio_buffer.speech_stopped", "audio_end_ms": at_ms, "item_id": self.item()});
                send(socket, &event).await?;
                send(socket, &json!({"type": "input_audio_buffer.committed", "item_id": self.item()})).await?;
                let asked = Asked::Recording { audio: speech, language: self.visit.language, item: self.item() };
                self.start(socket, asked).await
            }
        }
    }

    pub(super) async fn commit(&mut self, socket: &mut WebSocket) -> Result<(), Gone> {
        let audio = match &mut self.sound {
            Some(sound) => sound.commit().await,
            None => None,
        };
        let Some(audio) = audio else {
            let text = "the input audio buffer is empty";
            let event = wire::error(
                "invalid_request_error",
                "input_audio_buffer_commit_empty",
                text,
                Sentence::HeardNothing,
                self.visit.language,
            );
            return send(socket, &event).await;
        };
        self.count += 1;
        send(socket, &json!({"type": "input_audio_buffer.committed", "item_id": self.item()})).await?;
        self.waiting = Some(Asked::Recording { audio, language: self.visit.language, item: self.item() });
        Ok(())
    }
}

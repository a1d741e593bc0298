//! `session.update`: what the page says about how it wants to be served.

use axum::extract::ws::WebSocket;
use serde_json::Value;

use super::session::{Gone, Session, send};
use super::sound::Sound;
use crate::domain::Language;

/// What a visitor may need of a person; other words are not passed on.
const NEEDS: [&str; 5] = ["large_text", "high_contrast", "captions", "step_free", "human_first"];

impl Session {
    pub(super) async fn update(&mut self, socket: &mut WebSocket, update: &Value) -> Result<(), Gone> {
        if let Some(code) = update.pointer("/usher/language").and_then(Value::as_str) {
            match code.parse::<Language>() {
                Ok(language) if self.app.terms().site.languages.contains(&language) => self.visit.language = language,
                _ => {
                    return send(socket, &self.fault("invalid_language", "this site does not speak that language"))
                        .await;
                }
            }
        }
        if let Some(speak) = update.pointer("/usher/speak").and_then(Value::as_bool) {
            self.speak = speak;
        }
        if let Some(needs) = update.pointer("/usher/needs").and_then(Value::as_array) {
            self.needs =
                needs.iter().filter_map(Value::as_str).filter(|need| NEEDS.contains(need)).map(String::from).collect();
            let human_first = self.needs.iter().any(|need| need == "human_first");
            self.handoff.iter_mut().for_each(|handoff| handoff.watch.human_first(human_first));
        }
        if let Some(rate) = update.pointer("/audio/input/format/rate").and_then(Value::as_u64) {
            match u32::try_from(rate)
                .ok()
                .filter(|rate| matches!(rate, 16_000 | 24_000))
                .and_then(|rate| Sound::at(rate).ok())
            {
                Some(sound) => self.sound = Some(sound),
                None => return send(socket, &self.fault("invalid_rate", "the rate is 16000 or 24000")).await,
            }
        }
        if let Some(detection) = update.pointer("/audio/input/turn_detection") {
            self.hands_free = !detection.is_null();
            if !self.hands_free {
                self.sound.iter_mut().for_each(Sound::unwatch);
            }
        }
        send(socket, &self.described("session.updated")).await
    }
}

//! The session as its client reads it: formats, what the appliance can do, and on the kiosk's own screen the first start's secret.

use serde_json::{Value, json};
use tokio::sync::watch;

use super::session::Session;
use super::sound::Sound;
use crate::conversation::SPOKEN_RATE_HZ;
use crate::domain::Language;

/// The first start's secret while nobody administers this appliance.
pub type Setup = watch::Receiver<Option<String>>;

/// Waits until somebody administers this appliance; for ever on screens that are not the kiosk's own.
pub async fn set_up(setup: &mut Option<Setup>) {
    if let Some(secret) = setup
        && secret.changed().await.is_ok()
    {
        return;
    }
    std::future::pending().await
}

impl Session {
    pub(super) fn described(&self, kind: &str) -> Value {
        let engines = &self.app.conversation.engines;
        let rate = self.sound.as_ref().map_or(SPOKEN_RATE_HZ, Sound::rate_hz);
        let detection = if self.hands_free { json!({"type": "server_vad"}) } else { Value::Null };
        let terms = self.app.terms();
        let speaks: &[Language] = if engines.voice.is_some() { &terms.site.languages } else { &[] };
        let mut session = json!({
            "id": self.visit.id, "type": "realtime", "object": "realtime.session",
            "audio": {
                "input": {"format": {"type": "audio/pcm", "rate": rate}, "turn_detection": detection},
                "output": {"format": {"type": "audio/pcm", "rate": SPOKEN_RATE_HZ}},
            },
            "usher": {
                "language": self.visit.language, "speak": self.speak, "missing": self.app.missing(),
                "hears": engines.hears(), "speaks": speaks,
                "camera": {"reading": engines.sight.is_some(), "presence": self.app.faces.is_some()},
            },
        });
        if let Some(secret) = self.setup.as_ref().and_then(|setup| setup.borrow().clone()) {
            session["usher"]["setup"] = json!({"secret": secret, "address": self.app.admin_url});
        }
        json!({"type": kind, "session": session})
    }
}

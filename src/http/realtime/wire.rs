//! The events of the visitor's socket, as `docs/realtime.md` lists them. Shapes only: no behaviour.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use qrcode::QrCode;
use qrcode::render::svg;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::conversation::{Sentence, Turn};
use crate::domain::{Answer, Card, Language, Seen};
use crate::handoff::Mode;
use crate::showing::Media;

/// What a client may say.
#[derive(Debug, Deserialize)]
#[serde(tag = "type")]
pub enum Said {
    #[serde(rename = "session.update")]
    Update { session: Value },
    #[serde(rename = "input_audio_buffer.append")]
    Append { audio: String },
    #[serde(rename = "input_audio_buffer.commit")]
    Commit,
    #[serde(rename = "input_audio_buffer.clear")]
    Clear,
    #[serde(rename = "conversation.item.create")]
    Create { item: Item },
    #[serde(rename = "response.create")]
    Respond,
    #[serde(rename = "response.cancel")]
    Cancel,
    #[serde(rename = "usher.touch")]
    Touch { item: String, label: String },
    #[serde(rename = "usher.person")]
    Person,
    #[serde(rename = "usher.repeat")]
    Repeat,
    /// A frame of the visitor's camera while something is held up: a JPEG file in base64.
    #[serde(rename = "usher.camera.frame")]
    Frame { image: String },
    /// A small frame of the same, for whether somebody is there.
    #[serde(rename = "usher.presence.frame")]
    Presence { image: String },
    /// The last answer is taken along.
    #[serde(rename = "usher.phone")]
    Phone,
    #[serde(rename = "usher.end")]
    End,
    /// The notices of the site's country that stand on this page.
    #[serde(rename = "usher.notices")]
    Notices { shown: Vec<String> },
    /// This page can try its devices for a technician.
    #[serde(rename = "usher.selftest.ready")]
    SelfTestReady,
    #[serde(rename = "usher.selftest.result")]
    SelfTest {
        #[serde(flatten)]
        said: super::selftest::Said,
    },
}

/// What a client may say about a hand-over.
#[derive(Debug, Deserialize)]
#[serde(tag = "type")]
pub enum HandoffSaid {
    #[serde(rename = "usher.handoff.accept")]
    Accept,
    #[serde(rename = "usher.handoff.decline")]
    Decline,
    #[serde(rename = "usher.handoff.review")]
    Review,
    #[serde(rename = "usher.handoff.release")]
    Release {
        #[serde(default)]
        struck: Vec<String>,
    },
    #[serde(rename = "usher.handoff.cancel")]
    Cancel,
    #[serde(rename = "usher.handoff.hang_up")]
    HangUp,
    #[serde(rename = "usher.handoff.message")]
    Message { text: String },
    #[serde(rename = "usher.handoff.typing")]
    Typing { text: String },
    #[serde(rename = "usher.handoff.media")]
    Media { mode: Mode },
    #[serde(rename = "usher.handoff.signal")]
    Signal { data: Value },
    #[serde(rename = "usher.handoff.callback")]
    Callback {
        #[serde(default)]
        name: String,
        phone: String,
    },
    #[serde(rename = "usher.handoff.ticket")]
    Ticket,
    #[serde(rename = "usher.handoff.rate")]
    Rate { stars: u8 },
    #[serde(rename = "usher.handoff.done")]
    Done,
    /// After a reload of the page or a restart of usher.
    #[serde(rename = "usher.handoff.resume")]
    Resume { case: String, token: String },
}

/// A message item; other kinds carry no content and are refused for having no text.
#[derive(Debug, Deserialize)]
pub struct Item {
    #[serde(default)]
    pub content: Vec<Part>,
}

#[derive(Debug, Deserialize)]
pub struct Part {
    #[serde(default)]
    pub text: Option<String>,
    /// `data:image/jpeg;base64,...`
    #[serde(default)]
    pub image_url: Option<String>,
}

impl Item {
    /// Every text part, joined.
    pub fn text(&self) -> String {
        self.content.iter().filter_map(|part| part.text.as_deref()).collect::<Vec<_>>().join(" ")
    }
}

pub fn answer(response_id: &str, answer: &Answer, media: &[Media], is_final: bool) -> Value {
    json!({
        "type": "usher.answer", "response_id": response_id, "route": answer.route, "language": answer.language,
        "answer": answer.text, "sources": answer.sources, "choices": answer.choices, "media": media,
        "handoff": answer.handoff.as_ref().map(|card| contact(card, answer.language)), "final": is_final,
    })
}

impl Item {
    /// The first picture, still as base64.
    pub fn picture(&self) -> Option<&str> {
        let url = self.content.iter().find_map(|part| part.image_url.as_deref())?;
        url.strip_prefix("data:image/")?.split_once(";base64,").map(|(_, data)| data)
    }

    pub fn has_picture(&self) -> bool {
        self.content.iter().any(|part| part.image_url.is_some())
    }
}

/// What a camera read, as the screen shows it.
pub fn seen(response_id: &str, seen: &Seen, language: Language) -> Value {
    json!({
        "type": "usher.seen", "response_id": response_id, "kind": seen.kind, "title": seen.title, "lines": seen.lines,
        "note": Sentence::NothingKept.text(language),
    })
}

/// A QR code as an SVG that stands alone; `None` when the text is too long for one.
pub fn qr(text: &str) -> Option<String> {
    let code = QrCode::new(text).ok()?;
    Some(code.render::<svg::Color<'_>>().min_dimensions(240, 240).build())
}

/// The contact card in one language.
pub fn contact(card: &Card, language: Language) -> Value {
    json!({
        "title": card.title.get(language), "place": card.place.get(language),
        "hours": card.hours.get(language), "phone": card.phone,
    })
}

pub fn transcript(response_id: &str, clause: &str) -> Value {
    json!({"type": "response.output_audio_transcript.delta", "response_id": response_id, "delta": clause})
}

pub fn audio(response_id: &str, samples: &[i16]) -> Value {
    let bytes: Vec<u8> = samples.iter().flat_map(|sample| sample.to_le_bytes()).collect();
    json!({"type": "response.output_audio.delta", "response_id": response_id, "delta": STANDARD.encode(bytes)})
}

pub fn done(response_id: &str, status: &str, turn: Option<&Turn>) -> Value {
    json!({
        "type": "response.done",
        "response": {"id": response_id, "object": "realtime.response", "status": status},
        "usher": {"timings_ms": turn.map(|turn| &turn.timings), "mood": turn.map(|turn| &turn.mood)},
    })
}

pub fn error(kind: &str, code: &str, message: &str, sentence: Sentence, language: Language) -> Value {
    json!({
        "type": "error", "error": {"type": kind, "code": code, "message": message},
        "usher": {"message": sentence.text(language)},
    })
}

//! What the visitor's camera brings over the socket: a picture to read, frames while something is held up, and small frames
//! for whether somebody is there. Nothing of any of them is kept.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use axum::extract::ws::WebSocket;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::response::Asked;
use super::session::{Gone, Session, send};
use super::wire::{self, Item};
use crate::conversation::{Sentence, TurnError};
use crate::domain::Picture;
use crate::picture;
use crate::presence::{Frame, Motion, NEAR_HEIGHT_MIN, State, Watch};
use crate::privacy::profile::Feature;

/// Largest frame of a camera in base64: a JPEG of 1280x720 is a tenth of it.
const FRAME_BYTES_MAX: usize = 2 << 20;

/// Largest side of a frame that is looked at for faces.
const PRESENCE_SIDE_MAX: u32 = 640;

/// Who is there, as this socket's camera sees it.
#[derive(Default)]
pub struct Presence {
    watch: Watch,
    motion: Motion,
}

impl Session {
    /// A picture that waits to be asked about, with what was typed beside it.
    pub(super) async fn create_picture(&mut self, socket: &mut WebSocket, item: &Item) -> Result<(), Gone> {
        let Some(file) = item.picture().and_then(|data| STANDARD.decode(data).ok()) else {
            let fault = self.fault("invalid_image", "image_url is data:image/jpeg;base64,... or another picture's");
            return send(socket, &fault).await;
        };
        if let Err(missing) = self.may_start(Feature::ReadingCamera) {
            return send(socket, &self.unnoticed(&missing)).await;
        }
        self.count += 1;
        let added = json!({
            "type": "conversation.item.added",
            "item": {"id": self.item(), "type": "message", "role": "user", "status": "completed",
                     "content": [{"type": "input_image"}, {"type": "input_text", "text": item.text()}]},
        });
        self.waiting = Some(Asked::Picture { file: Arc::from(file), text: item.text(), language: self.visit.language });
        send(socket, &added).await
    }

    /// A frame while something is held up: a code on it is answered at once.
    pub(super) async fn frame(&mut self, socket: &mut WebSocket, image: &str) -> Result<(), Gone> {
        let Some(file) = decoded(image) else {
            return send(socket, &self.fault("invalid_image", "a frame is a JPEG file in base64, at most 2 MiB")).await;
        };
        if let Err(missing) = self.may_start(Feature::ReadingCamera) {
            return send(socket, &self.unnoticed(&missing)).await;
        }
        match self.app.clone().conversation.scan(file, self.visit.language).await {
            Ok(scan) => {
                let told = json!({"type": "usher.camera.frame", "found": scan.look.is_some(), "dark": scan.is_dark});
                send(socket, &told).await?;
                match scan.look {
                    Some(look) => self.start(socket, Asked::Seen(Box::new(look), self.visit.language)).await,
                    None => Ok(()),
                }
            }
            Err(error) => {
                // Every frame has its reply: the page sends the next one after it.
                send(socket, &json!({"type": "usher.camera.frame", "found": false, "dark": false})).await?;
                send(socket, &self.unseen(&error)).await
            }
        }
    }

    fn unseen(&self, error: &TurnError) -> serde_json::Value {
        let kind = if error.is_input() { "invalid_request_error" } else { "server_error" };
        wire::error(kind, "cannot_see", &error.to_string(), error.sentence(), self.visit.language)
    }

    /// A frame of the presence camera. A busy finder lets it pass: the next one comes in half a second.
    pub(super) async fn presence_frame(&mut self, socket: &mut WebSocket, image: &str) -> Result<(), Gone> {
        let app = self.app.clone();
        let Some(finder) = &app.faces else {
            let text = "nobody looks for people here; see [camera] presence in the site file";
            let event =
                wire::error("invalid_request_error", "no_presence", text, Sentence::CannotSee, self.visit.language);
            return send(socket, &event).await;
        };
        if let Err(missing) = self.may_start(Feature::PresenceCamera) {
            return send(socket, &self.unnoticed(&missing)).await;
        }
        let Some(file) = decoded(image) else {
            return send(socket, &self.fault("invalid_image", "a frame is a JPEG file in base64, at most 2 MiB")).await;
        };
        let found = finder.call(move |finder, _| {
            let picture = picture::open(&file).ok()?;
            let picture = picture::scaled_to_fit(picture, PRESENCE_SIDE_MAX);
            let faces = finder.faces(&picture).ok()?;
            let near = faces.iter().filter(|face| face.height >= NEAR_HEIGHT_MIN).count();
            Some((picture, faces.len(), near))
        });
        let Ok(pending) = found else { return Ok(()) };
        let Ok(done) = pending.await else { return Ok(()) };
        match done.value {
            Some((picture, faces, near)) => self.notice_people(socket, &picture, faces, near).await,
            None => Ok(()),
        }
    }

    async fn notice_people(
        &mut self,
        socket: &mut WebSocket,
        picture: &Picture,
        faces: usize,
        near: usize,
    ) -> Result<(), Gone> {
        let moved = self.presence.motion.is_in(picture);
        let changed = self.presence.watch.notice(Frame { near, faces, moved }, Instant::now());
        self.app.queue.store(self.presence.watch.queue(), Ordering::Relaxed);
        match changed {
            Some(state) => send(socket, &told(state)).await,
            None => Ok(()),
        }
    }
}

fn told(state: State) -> serde_json::Value {
    json!({"type": "usher.presence", "state": state.word()})
}

fn decoded(image: &str) -> Option<Vec<u8>> {
    if image.len() > FRAME_BYTES_MAX {
        return None;
    }
    STANDARD.decode(image).ok()
}

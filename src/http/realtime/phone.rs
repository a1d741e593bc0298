//! The last answer on its way to the visitor's phone: a code that leads to a page of minutes, or that holds the words themselves.

use axum::extract::ws::WebSocket;
use serde_json::json;

use super::session::{Gone, Session, send};
use super::wire;
use crate::conversation::Sentence;
use crate::showing::{TAKEN_FOR, Taken};

impl Session {
    pub(super) async fn phone(&mut self, socket: &mut WebSocket) -> Result<(), Gone> {
        let app = self.app.clone();
        let Some(last) = self.visit.last_exchange() else {
            return send(socket, &self.fault("nothing_to_take", "nothing was answered yet")).await;
        };
        let language = self.visit.language;
        let media = app.showing.shown_last(&self.visit.id);
        let taken = Taken::new(language, last.answer, last.sources, media);
        let event = match &app.phone_url {
            Some(base) => {
                let url = format!("{}/take/{}", base.trim_end_matches('/'), app.showing.takeaways.put(taken));
                json!({
                    "type": "usher.phone", "kind": "page", "url": url, "qr": wire::qr(&url),
                    "expires_s": TAKEN_FOR.as_secs(), "message": Sentence::PhonePage.text(language),
                })
            }
            None => json!({
                "type": "usher.phone", "kind": "file", "url": null, "expires_s": null,
                "qr": wire::qr(&taken.words(app.terms().site.name.get(language))),
                "message": Sentence::PhoneWords.text(language),
            }),
        };
        send(socket, &event).await
    }
}

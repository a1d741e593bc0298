//! `/api/desk/socket`: one agent's page.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::Desk;
use super::login::{forbidden, nobody};
use crate::domain::Language;
use crate::handoff::AGENT_EVENTS_MAX;
use crate::handoff::desk::limits::{AGENT_CASES_MAX, RING_MS};
use crate::handoff::desk::wire::{Command, Found, Profile, Told};
use crate::handoff::wire::{Shown, ShownKind};
use crate::http::realtime::same_origin;

/// Largest event of an agent, bytes: an SDP with every candidate is below 20 KiB.
const EVENT_BYTES_MAX: usize = 64 << 10;

/// A page that takes no event for so long is gone.
const SEND_DEADLINE: Duration = Duration::from_secs(10);

/// A page that says nothing for so long, pings included, is gone.
const PING_EVERY: Duration = Duration::from_secs(15);

/// Found things an agent may still push.
const FOUND_MAX: usize = 64;

pub async fn open(State(desk): State<Arc<Desk>>, headers: HeaderMap, upgrade: WebSocketUpgrade) -> Response {
    if !same_origin(&headers) {
        return forbidden().into_response();
    }
    let Some(profile) = desk.logins.who(&headers) else { return nobody().into_response() };
    upgrade
        .max_message_size(EVENT_BYTES_MAX)
        .max_frame_size(EVENT_BYTES_MAX)
        .on_upgrade(move |socket| serve(socket, desk, profile))
}

/// What one page has found, for pushing.
struct Page {
    desk: Arc<Desk>,
    profile: Profile,
    found: HashMap<(ShownKind, String), Found>,
}

async fn serve(mut socket: WebSocket, desk: Arc<Desk>, profile: Profile) {
    let stopping = desk.stopping.clone();
    let mut page = Page { desk, profile, found: HashMap::new() };
    if send(&mut socket, &page.hello()).await.is_err() {
        return;
    }
    let (events, mut inbox) = mpsc::channel(AGENT_EVENTS_MAX);
    let number = page.desk.hub.agent_came(page.profile.clone(), events);
    let mut pings = tokio::time::interval(PING_EVERY);
    let mut was_heard = true;
    loop {
        let outcome = tokio::select! {
            event = inbox.recv() => match event {
                Some(event) => {
                    let is_last = event["type"] == "replaced";
                    let sent = send(&mut socket, &event).await;
                    if is_last { Err(Gone) } else { sent }
                }
                None => Err(Gone),
            },
            said = socket.recv() => {
                was_heard = true;
                match said {
                    Some(Ok(Message::Text(text))) => page.said(&mut socket, &text).await,
                    Some(Ok(Message::Close(_)) | Err(_)) | None => Err(Gone),
                    Some(Ok(_)) => Ok(()),
                }
            }
            _ = pings.tick() => {
                if std::mem::take(&mut was_heard) {
                    socket.send(Message::Ping(Vec::new().into())).await.map_err(|_| Gone)
                } else {
                    Err(Gone)
                }
            }
            () = stopping.cancelled() => Err(Gone),
        };
        if outcome.is_err() {
            break;
        }
    }
    page.desk.hub.agent_gone(&page.profile.name, number);
    let _ = socket.send(Message::Close(None)).await;
}

impl Page {
    fn hello(&self) -> Value {
        json!({
            "type": "hello", "agent": self.profile, "state": self.desk.hub.state_of(&self.profile.name),
            "site": self.desk.site, "cases_max": AGENT_CASES_MAX, "ring_seconds": RING_MS / 1000,
        })
    }

    async fn said(&mut self, socket: &mut WebSocket, text: &str) -> Result<(), Gone> {
        match serde_json::from_str::<Command>(text) {
            Ok(Command::Search { case, text }) => self.search(socket, case, &text).await,
            Ok(Command::Suggest { case }) => self.suggest(socket, case).await,
            Ok(Command::Push { case, kind, reference }) => self.push(socket, case, kind, reference).await,
            Ok(Command::Called { id }) => match self.desk.hub.called(id).await {
                Ok(()) => Ok(()),
                Err(error) => send(socket, &fault(&error.to_string(), "try again")).await,
            },
            Ok(command) => {
                self.desk.hub.command(&self.profile.name, command);
                Ok(())
            }
            Err(error) => send(socket, &fault(&error.to_string(), "reload the page")).await,
        }
    }

    async fn search(&mut self, socket: &mut WebSocket, case: String, text: &str) -> Result<(), Gone> {
        let language = self.language_of(&case, text);
        match self.desk.search(text, language).await {
            Ok(results) => {
                if self.found.len() > FOUND_MAX {
                    self.found.clear();
                }
                for found in &results {
                    self.found.insert((found.kind, found.reference.clone()), found.clone());
                }
                send(socket, &json!(Told::Found { case, results })).await
            }
            Err(error) => send(socket, &fault(&error, "try again in a moment")).await,
        }
    }

    /// The language of the words, or else of the visitor.
    fn language_of(&self, case: &str, text: &str) -> Language {
        Language::of_text(text)
            .or_else(|| self.desk.hub.last_words(case, &self.profile.name).map(|(_, language)| language))
            .unwrap_or(Language::English)
    }

    async fn suggest(&mut self, socket: &mut WebSocket, case: String) -> Result<(), Gone> {
        let Some((text, language)) = self.desk.hub.last_words(&case, &self.profile.name) else {
            return send(socket, &fault("this case is not yours", "open one of your cases")).await;
        };
        match self.desk.suggest(&text, language).await {
            Ok(replies) => send(socket, &json!(Told::Suggestions { case, replies })).await,
            Err(error) => send(socket, &fault(&error, "try again in a moment")).await,
        }
    }

    /// Only what was found can be pushed: an agent's page cannot put words of its own on a kiosk as a source.
    async fn push(
        &mut self,
        socket: &mut WebSocket,
        case: String,
        kind: ShownKind,
        reference: String,
    ) -> Result<(), Gone> {
        let Some(found) = self.found.get(&(kind, reference)).cloned() else {
            return send(socket, &fault("this was not found here", "search for it again")).await;
        };
        let shown = Shown { kind, reference: found.reference, title: found.title, text: found.text };
        self.desk.hub.command(&self.profile.name, Command::Show { case, shown });
        Ok(())
    }
}

fn fault(message: &str, hint: &str) -> Value {
    json!(Told::Error { message: message.into(), hint: hint.into() })
}

/// The page is gone.
struct Gone;

async fn send(socket: &mut WebSocket, event: &Value) -> Result<(), Gone> {
    match tokio::time::timeout(SEND_DEADLINE, socket.send(Message::Text(event.to_string().into()))).await {
        Ok(Ok(())) => Ok(()),
        _ => Err(Gone),
    }
}

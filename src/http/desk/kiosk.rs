//! `/api/desk/kiosk`: the socket of a kiosk that is another program. Parcels are confirmed when they are kept.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::Desk;
use crate::handoff::links::FRAMES_MAX;
use crate::handoff::wire::{FromDesk, ToDesk};
use crate::http::error::Fault;

/// Largest message of a kiosk, bytes: a package of twenty long turns is below 100 KiB.
const MESSAGE_BYTES_MAX: usize = 512 << 10;

const SEND_DEADLINE: Duration = Duration::from_secs(10);

/// A kiosk that is silent for so long is gone; it beats more often than that.
const SILENCE_DEADLINE: Duration = Duration::from_secs(30);

/// The kiosk's name and key: `Authorization: Bearer NAME:KEY`.
pub async fn open(State(desk): State<Arc<Desk>>, headers: HeaderMap, upgrade: WebSocketUpgrade) -> Response {
    let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let Some((name, key)) = given.and_then(|value| value.strip_prefix("Bearer ")?.split_once(':')) else {
        return unknown().into_response();
    };
    match desk.accounts.is_kiosk(name, key).await {
        Ok(true) => {}
        Ok(false) => return unknown().into_response(),
        Err(error) => {
            tracing::error!(%error, "a kiosk could not be looked up");
            return unknown().into_response();
        }
    }
    let name = name.to_string();
    upgrade
        .max_message_size(MESSAGE_BYTES_MAX)
        .max_frame_size(MESSAGE_BYTES_MAX)
        .on_upgrade(move |socket| serve(socket, desk, name))
}

fn unknown() -> Fault {
    tracing::warn!("a kiosk with an unknown device key was refused");
    Fault {
        status: StatusCode::UNAUTHORIZED,
        kind: "unknown_kiosk",
        message: "this kiosk's name and device key do not belong together".into(),
        hint: "give it a new key: usher desk kiosk add NAME",
    }
}

async fn serve(mut socket: WebSocket, desk: Arc<Desk>, name: String) {
    let (frames, mut inbox) = mpsc::channel(FRAMES_MAX);
    desk.hub.join(&name, frames);
    let replaced = CancellationToken::new();
    if let Ok(mut kiosks) = desk.kiosks.lock()
        && let Some(older) = kiosks.insert(name.clone(), replaced.clone())
    {
        older.cancel();
    }
    tracing::info!(kiosk = name, "a kiosk is connected");
    let mut presence = desk.hub.presence();
    presence.mark_changed();
    loop {
        let event = tokio::select! {
            frame = inbox.recv() => match frame {
                Some(frame) => FromDesk::Frame { frame },
                None => break,
            },
            changed = presence.changed() => {
                if changed.is_err() {
                    break;
                }
                FromDesk::Presence { presence: presence.borrow_and_update().clone().unwrap_or_default() }
            }
            said = tokio::time::timeout(SILENCE_DEADLINE, socket.recv()) => match said {
                Ok(Some(Ok(Message::Text(text)))) => match take(&desk, &name, &text).await {
                    Some(reply) => reply,
                    None => continue,
                },
                Ok(Some(Ok(Message::Ping(_) | Message::Pong(_)))) => continue,
                _ => break,
            },
            () = replaced.cancelled() => break,
            () = desk.stopping.cancelled() => break,
        };
        let Ok(text) = serde_json::to_string(&event) else { break };
        match tokio::time::timeout(SEND_DEADLINE, socket.send(Message::Text(text.into()))).await {
            Ok(Ok(())) => {}
            _ => break,
        }
    }
    tracing::info!(kiosk = name, "a kiosk's connection ended");
    let _ = socket.send(Message::Close(None)).await;
}

/// Takes a message; a parcel's reply says that it is kept, or why not. A kiosk speaks for its own cases only.
async fn take(desk: &Desk, name: &str, text: &str) -> Option<FromDesk> {
    match serde_json::from_str::<ToDesk>(text) {
        Ok(ToDesk::Parcel { parcel }) if desk.hub.may_send(&parcel, name) => {
            let id = parcel.id.clone();
            match desk.hub.receive(parcel).await {
                Ok(()) => Some(FromDesk::Kept { id }),
                Err(error) => Some(FromDesk::Refused { id, why: error.to_string() }),
            }
        }
        Ok(ToDesk::Frame { frame }) => {
            if desk.hub.is_of(&frame.case, name) {
                desk.hub.hear(frame);
            }
            None
        }
        Ok(ToDesk::Here) => Some(FromDesk::Here),
        Ok(ToDesk::Parcel { .. }) | Err(_) => {
            tracing::warn!(kiosk = name, "a kiosk sent what it may not or what cannot be read");
            None
        }
    }
}

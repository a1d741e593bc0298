//! The kiosk's end of the bus.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_nats::connection::State;
use async_nats::{Client, HeaderMap};
use futures_util::StreamExt;
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

use super::{ALIVE, BusError, DOWN, PARCEL_SUBJECT, UP, connect, token};
use crate::handoff::links::{Delivering, FRAMES_MAX, Link, LinkError, Opened};
use crate::handoff::wire::{Frame, Parcel, Presence, Up};

/// Frames that may wait for the connection.
const WAITING_MAX: usize = 4096;

struct Nats {
    client: Arc<Client>,
    context: async_nats::jetstream::Context,
    outgoing: mpsc::Sender<Frame<Up>>,
    presence: watch::Receiver<Option<Presence>>,
}

/// Joins `kiosk` to the desks on the bus.
///
/// # Errors
/// [`BusError`] for what will not mend itself.
pub async fn open(
    url: &str,
    credentials: Option<&Path>,
    kiosk: &str,
    stopping: CancellationToken,
) -> Result<Opened, BusError> {
    let client = connect(url, credentials, kiosk, watch::Sender::default()).await?;
    let context = async_nats::jetstream::new(client.clone());
    let (outgoing, waiting) = mpsc::channel(WAITING_MAX);
    let (frames, incoming) = mpsc::channel(FRAMES_MAX);
    let (told, presence) = watch::channel(None);
    let client = Arc::new(client);
    let talk = talk(client.clone(), kiosk.to_string(), waiting, frames);
    let look = look(client.clone(), told);
    tokio::spawn(async move {
        tokio::select! {
            () = talk => {}
            () = look => {}
            () = stopping.cancelled() => {}
        }
    });
    Ok(Opened { link: Box::new(Nats { client, context, outgoing, presence }), frames: incoming })
}

impl Link for Nats {
    fn deliver<'a>(&'a self, parcel: &'a Parcel) -> Delivering<'a> {
        Box::pin(async move {
            // What is handed to a client without a connection is sent when nobody waits for the answer any more.
            if self.client.connection_state() != State::Connected {
                return Err(LinkError::Down);
            }
            let refused = |error: &dyn std::fmt::Display| LinkError::Refused(error.to_string());
            let body = serde_json::to_vec(parcel).map_err(|error| refused(&error))?;
            let mut headers = HeaderMap::new();
            headers.insert("Nats-Msg-Id", parcel.id.as_str());
            let subject = format!("{PARCEL_SUBJECT}.{}", token(&parcel.kiosk));
            let confirmed = self
                .context
                .publish_with_headers(subject, headers, body.into())
                .await
                .map_err(|error| refused(&error))?;
            confirmed.await.map(|_| ()).map_err(|error| refused(&error))
        })
    }

    fn send(&self, frame: Frame<Up>) {
        let _ = self.outgoing.try_send(frame);
    }

    fn presence(&self) -> watch::Receiver<Option<Presence>> {
        self.presence.clone()
    }
}

/// Carries frames both ways; the subscription outlives reconnections.
async fn talk(
    client: Arc<Client>,
    kiosk: String,
    mut waiting: mpsc::Receiver<Frame<Up>>,
    frames: mpsc::Sender<Frame<crate::handoff::wire::Down>>,
) {
    let (up, down) = (format!("{UP}.{}", token(&kiosk)), format!("{DOWN}.{}", token(&kiosk)));
    loop {
        let Ok(mut subscription) = client.subscribe(down.clone()).await else {
            tokio::time::sleep(Duration::from_millis(500)).await;
            continue;
        };
        loop {
            tokio::select! {
                message = subscription.next() => {
                    let Some(message) = message else { break };
                    match serde_json::from_slice(&message.payload) {
                        Ok(frame) => {
                            let _ = frames.try_send(frame);
                        }
                        Err(error) => tracing::warn!(%error, "a desk said what cannot be read; are the versions the same?"),
                    }
                }
                frame = waiting.recv() => {
                    let Some(frame) = frame else { return };
                    if let Ok(body) = serde_json::to_vec(&frame) {
                        let _ = client.publish(up.clone(), body.into()).await;
                    }
                }
            }
        }
    }
}

/// Adds up who is at the desks that live. Desks also say so on a plain subject, which costs kiosks no consumer each.
async fn look(client: Arc<Client>, told: watch::Sender<Option<Presence>>) {
    let mut desks: HashMap<String, (Presence, Instant)> = HashMap::new();
    let mut beat = tokio::time::interval(Duration::from_millis(500));
    loop {
        let Ok(mut subscription) = client.subscribe(format!("{}.*", super::desk::ALIVE_SUBJECT)).await else {
            tokio::time::sleep(Duration::from_millis(500)).await;
            continue;
        };
        loop {
            tokio::select! {
                message = subscription.next() => {
                    let Some(message) = message else { break };
                    let name = message.subject.rsplit('.').next().unwrap_or_default().to_string();
                    if let Ok(presence) = serde_json::from_slice::<Presence>(&message.payload) {
                        desks.insert(name, (presence, Instant::now()));
                    }
                }
                _ = beat.tick() => {}
            }
            desks.retain(|_, (_, seen)| seen.elapsed() < ALIVE);
            let is_up = client.connection_state() == State::Connected && !desks.is_empty();
            let sum = is_up.then(|| super::pool::sum(desks.values().map(|(presence, _)| presence)));
            told.send_if_modified(|known| {
                let changed = *known != sum;
                *known = sum;
                changed
            });
        }
    }
}

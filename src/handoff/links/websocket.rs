//! A desk of another program, over WebSocket and TLS. The connection is kept; what it loses is said again when it is back.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use tokio::net::TcpStream;
use tokio::sync::{mpsc, oneshot, watch};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::{HeaderValue, Request};
use tokio_tungstenite::{Connector, MaybeTlsStream, WebSocketStream};
use tokio_util::sync::CancellationToken;

use super::{Delivering, FRAMES_MAX, Link, LinkError, Opened};
use crate::handoff::wire::{Down, Frame, FromDesk, Parcel, Presence, ToDesk, Up};

/// Pauses between attempts to connect, doubled up to the longest, with some chance so that a site's kiosks do not all come at once.
const RETRY_FIRST: Duration = Duration::from_millis(200);
const RETRY_LONGEST: Duration = Duration::from_secs(5);

/// How often the connection is tried when nothing is said; a dead one is noticed after two.
const HERE_EVERY: Duration = Duration::from_secs(5);

const CONNECT_DEADLINE: Duration = Duration::from_secs(10);

/// Frames to the desk that may wait for the connection; numbered ones beyond it are said again later.
const WAITING_MAX: usize = 1024;

/// What a technician has to put right before there can be a link.
#[derive(Debug, thiserror::Error)]
pub enum WebsocketError {
    #[error("the device key {path} cannot be read: {reason}; make one with `usher desk kiosk add` at the desk")]
    Key { path: String, reason: String },
    #[error("the certificate {path} cannot be used: {reason}; copy the desk's `desk.crt` here")]
    Certificate { path: String, reason: String },
    #[error("the desk's address '{0}' cannot be used")]
    Address(String),
}

type Confirmations = Arc<Mutex<HashMap<String, oneshot::Sender<Result<(), LinkError>>>>>;

struct Websocket {
    outgoing: mpsc::Sender<ToDesk>,
    confirmations: Confirmations,
    presence: watch::Receiver<Option<Presence>>,
}

/// Keeps a connection to the desk at `url` until `stopping` is cancelled.
///
/// # Errors
/// [`WebsocketError`] for what will not mend itself.
pub fn open(
    url: &str,
    kiosk: &str,
    key: &Path,
    certificate: Option<&Path>,
    stopping: CancellationToken,
) -> Result<Opened, WebsocketError> {
    let text = std::fs::read_to_string(key)
        .map_err(|error| WebsocketError::Key { path: key.display().to_string(), reason: error.to_string() })?;
    let request = request(url, kiosk, text.trim())?;
    let connector = connector(certificate)?;
    let (outgoing, waiting) = mpsc::channel(WAITING_MAX);
    let (frames, incoming) = mpsc::channel(FRAMES_MAX);
    let (told, presence) = watch::channel(None);
    let confirmations = Confirmations::default();
    let connection = Connection { request, connector, waiting, frames, told, confirmations: confirmations.clone() };
    tokio::spawn(connection.keep(stopping));
    Ok(Opened { link: Box::new(Websocket { outgoing, confirmations, presence }), frames: incoming })
}

fn request(url: &str, kiosk: &str, key: &str) -> Result<Request<()>, WebsocketError> {
    let mut request = url.into_client_request().map_err(|_| WebsocketError::Address(url.into()))?;
    let mut value = HeaderValue::from_str(&format!("Bearer {kiosk}:{key}"))
        .map_err(|_| WebsocketError::Address("the kiosk's name or key has unprintable characters".into()))?;
    value.set_sensitive(true);
    request.headers_mut().insert("authorization", value);
    Ok(request)
}

/// TLS that trusts the public authorities, or the one given certificate alone.
fn connector(certificate: Option<&Path>) -> Result<Connector, WebsocketError> {
    let mut roots = rustls::RootCertStore::empty();
    match certificate {
        Some(path) => {
            let bad = |reason: String| WebsocketError::Certificate { path: path.display().to_string(), reason };
            let certificate = CertificateDer::from_pem_file(path).map_err(|error| bad(error.to_string()))?;
            roots.add(certificate).map_err(|error| bad(error.to_string()))?;
        }
        None => roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned()),
    }
    let config = rustls::ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
    Ok(Connector::Rustls(Arc::new(config)))
}

impl Link for Websocket {
    fn deliver<'a>(&'a self, parcel: &'a Parcel) -> Delivering<'a> {
        Box::pin(async move {
            if self.presence.borrow().is_none() {
                return Err(LinkError::Down);
            }
            let (confirm, confirmed) = oneshot::channel();
            confirmations(&self.confirmations).insert(parcel.id.clone(), confirm);
            if self.outgoing.try_send(ToDesk::Parcel { parcel: parcel.clone() }).is_err() {
                return Err(LinkError::Down);
            }
            // The sender goes when the connection does.
            confirmed.await.unwrap_or(Err(LinkError::Down))
        })
    }

    fn send(&self, frame: Frame<Up>) {
        if self.presence.borrow().is_some() {
            let _ = self.outgoing.try_send(ToDesk::Frame { frame });
        }
    }

    fn presence(&self) -> watch::Receiver<Option<Presence>> {
        self.presence.clone()
    }
}

fn confirmations(
    all: &Confirmations,
) -> std::sync::MutexGuard<'_, HashMap<String, oneshot::Sender<Result<(), LinkError>>>> {
    all.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

struct Connection {
    request: Request<()>,
    connector: Connector,
    waiting: mpsc::Receiver<ToDesk>,
    frames: mpsc::Sender<Frame<Down>>,
    told: watch::Sender<Option<Presence>>,
    confirmations: Confirmations,
}

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

impl Connection {
    async fn keep(mut self, stopping: CancellationToken) {
        let mut pause = RETRY_FIRST;
        loop {
            let connecting = tokio_tungstenite::connect_async_tls_with_config(
                self.request.clone(),
                None,
                true,
                Some(self.connector.clone()),
            );
            let connected = tokio::select! {
                connected = tokio::time::timeout(CONNECT_DEADLINE, connecting) => connected,
                () = stopping.cancelled() => return,
            };
            match connected {
                Ok(Ok((socket, _))) => {
                    pause = RETRY_FIRST;
                    tokio::select! {
                        () = self.talk(socket) => tracing::warn!("the connection to the desk ended; it is tried again"),
                        () = stopping.cancelled() => return,
                    }
                }
                Ok(Err(error)) => tracing::warn!(%error, "the desk cannot be reached; it is tried again"),
                Err(_) => tracing::warn!("the desk does not answer; it is tried again"),
            }
            self.hang_up();
            tokio::select! {
                () = tokio::time::sleep(jittered(pause)) => {}
                () = stopping.cancelled() => return,
            }
            pause = (pause * 2).min(RETRY_LONGEST);
        }
    }

    /// Serves one connection until it ends.
    async fn talk(&mut self, mut socket: Socket) {
        let mut beat = tokio::time::interval(HERE_EVERY);
        let mut silent = 0;
        loop {
            tokio::select! {
                said = socket.next() => {
                    silent = 0;
                    match said {
                        Some(Ok(Message::Text(text))) => self.told(&text),
                        Some(Ok(Message::Close(_)) | Err(_)) | None => return,
                        Some(Ok(_)) => {}
                    }
                }
                Some(message) = self.waiting.recv() => {
                    if send(&mut socket, &message).await.is_err() {
                        return;
                    }
                }
                _ = beat.tick() => {
                    silent += 1;
                    if silent > 2 || send(&mut socket, &ToDesk::Here).await.is_err() {
                        return;
                    }
                }
            }
        }
    }

    fn told(&mut self, text: &str) {
        match serde_json::from_str::<FromDesk>(text) {
            Ok(FromDesk::Frame { frame }) => {
                let _ = self.frames.try_send(frame);
            }
            Ok(FromDesk::Presence { presence }) => {
                self.told.send_replace(Some(presence));
            }
            Ok(FromDesk::Kept { id }) => self.confirm(&id, Ok(())),
            Ok(FromDesk::Refused { id, why }) => self.confirm(&id, Err(LinkError::Refused(why))),
            Ok(FromDesk::Here) => {}
            Err(error) => tracing::warn!(%error, "the desk said what cannot be read; are the versions the same?"),
        }
    }

    fn confirm(&self, id: &str, outcome: Result<(), LinkError>) {
        if let Some(waits) = confirmations(&self.confirmations).remove(id) {
            let _ = waits.send(outcome);
        }
    }

    /// The desk is out of reach: nothing is promised, nothing waits for a confirmation, nothing old is said later.
    fn hang_up(&mut self) {
        self.told.send_replace(None);
        confirmations(&self.confirmations).clear();
        while self.waiting.try_recv().is_ok() {}
    }
}

async fn send(socket: &mut Socket, message: &ToDesk) -> Result<(), ()> {
    let text = serde_json::to_string(message).map_err(|_| ())?;
    match tokio::time::timeout(CONNECT_DEADLINE, socket.send(Message::Text(text.into()))).await {
        Ok(Ok(())) => Ok(()),
        _ => Err(()),
    }
}

/// Three quarters to five quarters of `pause`.
fn jittered(pause: Duration) -> Duration {
    let mut byte = [0];
    let _ = getrandom::fill(&mut byte);
    pause * (192 + u32::from(byte[0]) / 2) / 256
}

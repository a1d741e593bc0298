//! `/v1/realtime`: the visitor's socket. One socket is one visit at a time; closing it forgets the visit.

mod camera;
mod described;
mod ears;
mod handover;
mod parked;
mod response;
mod selftest;
mod session;
mod phone;
mod sound;
mod told;
mod update;
mod wire;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::extract::ws::{WebSocket, WebSocketUpgrade};
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};

pub use self::parked::Parked;
pub use self::selftest::{Part, Testing, TryError};
use self::session::Session;
use super::App;
use super::error::Fault;
use crate::conversation::Sentence;
use crate::telemetry::Refusal;

/// Largest event from a client, bytes: a picture of 4 MiB in base64 and its envelope.
const EVENT_BYTES_MAX: usize = 6 << 20;

/// Opens the socket. A page of another site may not: its `Origin` is not this appliance's `Host`.
pub async fn open(
    State(app): State<Arc<App>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Response {
    if !same_origin(&headers) {
        return Fault {
            status: StatusCode::FORBIDDEN,
            kind: "forbidden",
            message: "this socket serves pages of this appliance only".into(),
            hint: "open the kiosk page from the appliance itself",
        }
        .into_response();
    }
    let is_here = is_here(peer, &headers);
    upgrade
        .protocols(["realtime"])
        .max_message_size(EVENT_BYTES_MAX)
        .max_frame_size(EVENT_BYTES_MAX)
        .on_upgrade(move |socket| visit(socket, app, is_here))
}

/// Whether the page runs on this machine: what only who stands before it may see is for such pages alone. A request that a
/// proxy hands on comes from wherever the proxy was asked.
fn is_here(peer: SocketAddr, headers: &HeaderMap) -> bool {
    peer.ip().to_canonical().is_loopback()
        && ["forwarded", "x-forwarded-for", "via"].iter().all(|name| !headers.contains_key(*name))
}

/// Whether a request comes from a page of this appliance, or from no page.
pub(in crate::http) fn same_origin(headers: &HeaderMap) -> bool {
    let Some(origin) = headers.get(header::ORIGIN).and_then(|origin| origin.to_str().ok()) else {
        // Not a browser: programs on the loopback send none.
        return !headers.contains_key(header::ORIGIN);
    };
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    origin.split_once("://").map(|(_, host)| host) == host && host.is_some()
}

async fn visit(mut socket: WebSocket, app: Arc<App>, is_here: bool) {
    let here = app.visits.fetch_add(1, Ordering::AcqRel) + 1;
    if here <= app.terms().visits_max {
        let stopping = app.stopping.clone();
        let mut session = Session::begin(app.clone(), is_here);
        tokio::select! {
            () = session.run(&mut socket) => {}
            () = stopping.cancelled() => session.hand_back(&mut socket).await,
        }
        session.left().await;
    } else {
        app.telemetry.refused(Refusal::TooManyVisits);
        tracing::warn!(visits = here, "a visit was refused: as many as allowed are under way");
        let language = app.terms().site.languages[0];
        let text = wire::error("server_error", "full", "too many visits at once", Sentence::Full, language);
        let _ = session::send(&mut socket, &text).await;
    }
    app.visits.fetch_sub(1, Ordering::AcqRel);
}

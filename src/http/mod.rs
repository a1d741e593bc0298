//! The only room that knows HTTP: every route on one page, the visitor's socket, the embedded pages.
//! Knows no model and no SQL: it asks the conversation.

mod error;
mod health;
mod page;
mod realtime;
mod site;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize};

use axum::Router;
use axum::http::{HeaderName, HeaderValue, header};
use axum::routing::get;
use tokio::net::TcpListener;
use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::set_header::SetResponseHeaderLayer;

pub use site::MissingModel;

use crate::conversation::Conversation;
use crate::domain::Site;

/// Largest request body, bytes. Nothing here takes one yet; sound comes over the socket, bounded there.
const BODY_BYTES_MAX: usize = 64 << 10;

/// Everything on a page comes from this appliance: no other host, no inline script, no frame around it.
const CONTENT_POLICY: &str = "default-src 'self'; img-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The microphone and the camera are this page's own; nothing else is asked of the browser.
const PERMISSIONS: &str = "microphone=(self), camera=(self), geolocation=(), payment=(), usb=()";

/// What the room needs of the appliance.
pub struct App {
    pub conversation: Conversation,
    pub site: Site,
    pub missing: Vec<MissingModel>,
    pub visits_max: usize,
    pub idle_seconds: u32,
    pub end_of_turn_ms: u32,
    /// Set once a spoken golden question was answered after start.
    pub ready: AtomicBool,
    /// Why it is not ready, for `/readyz`; empty while the check still runs.
    pub unready: std::sync::Mutex<String>,
    pub visits: AtomicUsize,
    /// A visitor is being answered; the status light shows it.
    pub lit: Arc<AtomicBool>,
    /// Presses of the help button.
    pub presses: broadcast::Sender<()>,
    /// Cancelled when the appliance stops; sockets end their turns then.
    pub stopping: CancellationToken,
}

/// Serves `app` on `listener` until its `stopping` token is cancelled and every connection has ended.
///
/// # Errors
/// When the listener fails.
pub async fn serve(listener: TcpListener, app: Arc<App>) -> std::io::Result<()> {
    let stopping = app.stopping.clone();
    let service = router(app).into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, service).with_graceful_shutdown(stopping.cancelled_owned()).await
}

fn router(app: Arc<App>) -> Router {
    Router::new()
        .route("/", get(page::kiosk))
        .route("/kiosk/{*path}", get(page::asset))
        .route("/api/site", get(site::show))
        .route("/v1/realtime", get(realtime::open))
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .fallback(error::not_found)
        .with_state(app)
        .layer(fixed(header::CONTENT_SECURITY_POLICY, CONTENT_POLICY))
        .layer(fixed(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(fixed(header::REFERRER_POLICY, "no-referrer"))
        .layer(fixed(HeaderName::from_static("permissions-policy"), PERMISSIONS))
        .layer(RequestBodyLimitLayer::new(BODY_BYTES_MAX))
        .layer(CompressionLayer::new())
        .layer(CatchPanicLayer::new())
}

fn fixed(name: HeaderName, value: &'static str) -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::overriding(name, HeaderValue::from_static(value))
}

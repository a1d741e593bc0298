//! The only room that knows HTTP: every route on one page, the visitor's socket, the embedded pages.
//! Knows no model and no SQL: it asks the conversation.

pub mod desk;
mod error;
mod health;
mod map;
mod media;
mod page;
mod phone;
mod realtime;
mod site;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize};

use axum::Router;
use axum::http::{HeaderName, HeaderValue, header};
use axum::routing::get;
use axum::serve::ListenerExt;
use axum_server::tls_rustls::RustlsConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, NotForContentType, Predicate};
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::set_header::SetResponseHeaderLayer;

pub use realtime::Parked;
pub use site::MissingModel;

use crate::base::worker::Worker;
use crate::conversation::Conversation;
use crate::domain::Site;
use crate::engine::FaceFinder;
use crate::handoff::Kiosk;
use crate::showing::Showing;

/// Connections of a stopping desk may last so long.
const GRACE: std::time::Duration = std::time::Duration::from_secs(3);

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
    /// The way to people; `None` where the site has only a contact card.
    pub kiosk: Option<Arc<Kiosk>>,
    /// What answers are explained with.
    pub showing: Showing,
    /// Finds faces, where the site wants people noticed.
    pub faces: Option<Arc<Worker<Box<dyn FaceFinder>>>>,
    /// How many people the camera saw last.
    pub queue: AtomicUsize,
    /// Where phones reach this kiosk: `http://192.0.2.7:8090`.
    pub phone_url: Option<String>,
    /// Visits whose page went away in the middle of a hand-over.
    pub parked: Arc<Parked>,
    /// Cancelled when the appliance stops; sockets end their turns then.
    pub stopping: CancellationToken,
}

/// Serves `app` on `listener` until its `stopping` token is cancelled and every connection has ended.
///
/// # Errors
/// When the listener fails.
pub async fn serve(listener: TcpListener, app: Arc<App>, desk: Option<Arc<desk::Desk>>) -> std::io::Result<()> {
    let stopping = app.stopping.clone();
    let service = router(app, desk).into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener.tap_io(at_once), service).with_graceful_shutdown(stopping.cancelled_owned()).await
}

/// Events are small and often in pairs: the second must not wait for the other side's delayed acknowledgement (40 ms).
fn at_once(stream: &mut TcpStream) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "a connection keeps its delay");
    }
}

/// Serves visitors' phones on a listener of their own until the appliance stops.
///
/// # Errors
/// When the listener fails.
pub async fn serve_phones(listener: TcpListener, app: Arc<App>) -> std::io::Result<()> {
    let stopping = app.stopping.clone();
    axum::serve(listener, phone::router(app)).with_graceful_shutdown(stopping.cancelled_owned()).await
}

/// Serves a desk alone, for kiosks elsewhere.
///
/// # Errors
/// When the listener fails.
pub async fn serve_desk(
    listener: TcpListener,
    desk: Arc<desk::Desk>,
    stopping: CancellationToken,
) -> std::io::Result<()> {
    axum::serve(listener.tap_io(at_once), desk_alone(desk)).with_graceful_shutdown(stopping.cancelled_owned()).await
}

/// TLS with a certificate chain and its key, PEM files. HTTP/1.1 alone: the pages live on their sockets, which HTTP/2 does not carry.
///
/// # Errors
/// When one of them cannot be read, or they do not belong together.
pub fn tls(chain: &Path, key: &Path) -> std::io::Result<RustlsConfig> {
    let chain = CertificateDer::pem_file_iter(chain)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(std::io::Error::other)?;
    let key = PrivateKeyDer::from_pem_file(key).map_err(std::io::Error::other)?;
    let mut config = rustls::ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .map_err(std::io::Error::other)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(RustlsConfig::from_config(Arc::new(config)))
}

/// As [`serve_desk`], over TLS.
///
/// # Errors
/// When the listener fails.
pub async fn serve_desk_tls(
    listener: std::net::TcpListener,
    config: RustlsConfig,
    desk: Arc<desk::Desk>,
    stopping: CancellationToken,
) -> std::io::Result<()> {
    let handle = axum_server::Handle::new();
    let server = axum_server::from_tcp_rustls(listener, config)?.handle(handle.clone());
    tokio::spawn(async move {
        stopping.cancelled().await;
        handle.graceful_shutdown(Some(GRACE));
    });
    server.serve(desk_alone(desk).into_make_service()).await
}

fn desk_alone(desk: Arc<desk::Desk>) -> Router {
    let home = Router::new().route("/", get(page::to_desk)).route("/healthz", get(health::alive));
    guarded(home.merge(desk::router(desk)))
}

fn router(app: Arc<App>, desk: Option<Arc<desk::Desk>>) -> Router {
    let kiosk = Router::new()
        .route("/", get(page::kiosk))
        .route("/kiosk/{*path}", get(page::asset))
        .route("/api/site", get(site::show))
        .route("/media/map/{file}", get(map::draw))
        .route("/media/made/{id}", get(media::made))
        .route("/v1/realtime", get(realtime::open))
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .with_state(app);
    guarded(match desk {
        Some(desk) => kiosk.merge(desk::router(desk)),
        None => kiosk,
    })
}

/// What holds for every page and every reply.
fn guarded(router: Router) -> Router {
    router
        .route("/shared/{*path}", get(page::shared_asset))
        .fallback(error::not_found)
        .layer(fixed(header::CONTENT_SECURITY_POLICY, CONTENT_POLICY))
        .layer(fixed(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(fixed(header::REFERRER_POLICY, "no-referrer"))
        .layer(fixed(HeaderName::from_static("permissions-policy"), PERMISSIONS))
        .layer(RequestBodyLimitLayer::new(BODY_BYTES_MAX))
        // A clip is coded already, and its length must stay what it says.
        .layer(
            CompressionLayer::new().compress_when(DefaultPredicate::new().and(NotForContentType::const_new("video/"))),
        )
        .layer(CatchPanicLayer::new())
}

fn fixed(name: HeaderName, value: &'static str) -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::overriding(name, HeaderValue::from_static(value))
}

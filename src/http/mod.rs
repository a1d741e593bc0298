//! The only room that knows HTTP: every route on one page, the visitor's socket, the embedded pages.
//! Knows no model and no SQL: it asks the conversation.

pub mod admin;
pub mod desk;
mod error;
mod given;
mod health;
mod map;
mod media;
mod metrics;
mod openapi;
mod page;
mod phone;
mod realtime;
mod site;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize};
use std::sync::{Arc, PoisonError, RwLock};

use axum::http::{HeaderName, HeaderValue, header};
use axum::routing::get;
use axum::serve::ListenerExt;
use axum::{Extension, Router};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, broadcast, watch};
use tokio_util::sync::CancellationToken;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, NotForContentType, Predicate};
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::set_header::SetResponseHeaderLayer;

/// A certificate in use; clones share it.
pub use axum_server::tls_rustls::RustlsConfig as Encryption;
pub use realtime::{Parked, Testing};
pub use site::{Gone, MissingModel};

use crate::base::worker::{Gauge, Worker};
use crate::conversation::Conversation;
use crate::device::{self, Lights};
use crate::domain::{Language, Localised, Site, told};
use crate::engine::FaceFinder;
use crate::handoff::Kiosk;
use crate::models::Installed;
use crate::privacy::profile::Profile;
use crate::showing::Showing;
use crate::store::StatisticsStore;
use crate::telemetry::{Logs, Telemetry};

/// Connections of a stopping desk may last so long.
const GRACE: std::time::Duration = std::time::Duration::from_secs(3);

/// Largest request body, bytes, where a route names no other; sound comes over the socket, bounded there.
const BODY_BYTES_MAX: usize = 64 << 10;

/// Everything on a page comes from this appliance: no other host, no inline script, no frame around it.
const CONTENT_POLICY: &str = "default-src 'self'; img-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The microphone and the camera are this page's own; nothing else is asked of the browser.
const PERMISSIONS: &str = "microphone=(self), camera=(self), geolocation=(), payment=(), usb=()";

/// What the room needs of the appliance.
pub struct App {
    pub conversation: Conversation,
    /// What visits begin with; [`App::terms`] gives it.
    pub standing: RwLock<Arc<Terms>>,
    /// Tells the pages that the terms have changed.
    pub changed: broadcast::Sender<()>,
    /// What does not serve since the start; [`App::missing`] gives it, [`App::look_again`] keeps it true.
    pub lacking: RwLock<Vec<MissingModel>>,
    /// Set once a spoken golden question was answered after start.
    pub ready: AtomicBool,
    /// Why it is not ready, for `/readyz`; empty while the check still runs.
    pub unready: std::sync::Mutex<String>,
    pub visits: AtomicUsize,
    /// The status light, shared by all visits.
    pub lights: Arc<Lights>,
    /// The board's lines; `None` where the kiosk has none.
    pub pins: Option<device::Handle>,
    /// The secret of the first start, while nobody administers this appliance; the kiosk's own screen shows it.
    pub setup: watch::Receiver<Option<String>>,
    /// Where a technician's own device reaches `/admin`, beside the kiosk itself.
    pub admin_url: Option<String>,
    /// Presses of the help button.
    pub presses: broadcast::Sender<()>,
    /// What is measured; the commands of a server that has none would be blind.
    pub telemetry: Arc<Telemetry>,
    pub logs: Arc<Logs>,
    /// `None` when their file could not be opened, which was told.
    pub statistics: Option<Arc<Worker<StatisticsStore>>>,
    /// Counts of every worker.
    pub gauges: Vec<(&'static str, Arc<Gauge>)>,
    /// Role, name and bytes of every loaded model.
    pub models: Vec<(String, String, u64)>,
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
    /// Kiosk pages that can try their devices.
    pub testing: Arc<Testing>,
    /// Wakes when a technician wants a new start.
    pub again: Notify,
    /// Cancelled when the appliance stops; sockets end their turns then.
    pub stopping: CancellationToken,
}

/// What a technician may change while usher serves: it holds for what begins after.
#[derive(Debug, Clone, PartialEq)]
pub struct Terms {
    pub site: Site,
    pub visits_max: usize,
    pub idle_seconds: u32,
    pub end_of_turn_ms: u32,
    /// Where newer versions are looked for: an address of a directory.
    pub update_source: Option<String>,
    pub privacy: Privacy,
}

/// What a country asks for, at this site.
#[derive(Debug, Clone, PartialEq)]
pub struct Privacy {
    pub profile: Profile,
    /// The site names the profile; else it is the strictest.
    pub is_chosen: bool,
    /// Who answers for it: name and contact, or the site's own name.
    pub operator: Localised,
}

impl Privacy {
    /// A notice as visitors read it.
    pub fn notice(&self, name: &str, language: Language) -> String {
        self.profile.notice(name, language, self.operator.get(language)).unwrap_or_default()
    }
}

impl App {
    /// The terms as they stand.
    pub fn terms(&self) -> Arc<Terms> {
        self.standing.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The models that do not serve, as they stand.
    pub fn missing(&self) -> Vec<MissingModel> {
        self.lacking.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Takes in what is installed now: a missing model that has come needs a new start and no command any more.
    pub fn look_again(&self, installed: &Installed) {
        let is_gone = |model: &MissingModel| installed.missing().iter().any(|missing| missing.model == model.model);
        let mut is_new = false;
        let mut lacking = self.lacking.write().unwrap_or_else(PoisonError::into_inner);
        for model in lacking.iter_mut().filter(|model| model.state == Gone::Missing) {
            if !is_gone(model) {
                (model.state, model.repair) = (Gone::Fetched, told!("restart usher", "请重启 usher"));
                is_new = true;
            }
        }
        drop(lacking);
        if is_new {
            // Nobody may be there.
            let _ = self.changed.send(());
        }
    }

    /// New terms hold from now on; pages that stand at their greeting show them at once.
    pub fn set_terms(&self, terms: Terms) {
        *self.standing.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(terms);
        // Nobody may be there.
        let _ = self.changed.send(());
    }
}

/// What one listener serves.
#[derive(Clone)]
pub struct Pages {
    pub app: Arc<App>,
    pub desk: Option<Arc<desk::Desk>>,
    /// `None` where its file cannot be used: visitors are served all the same.
    pub admin: Option<Arc<admin::Admin>>,
}

/// Serves the pages on `listener` until the appliance's `stopping` token is cancelled and every connection has ended.
///
/// # Errors
/// When the listener fails.
pub async fn serve(listener: TcpListener, pages: Pages) -> std::io::Result<()> {
    let stopping = pages.app.stopping.clone();
    let service = router(pages, admin::Secure(false)).into_make_service_with_connect_info::<SocketAddr>();
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

/// Serves the pages over TLS, as [`serve`] does.
///
/// # Errors
/// When the listener fails.
pub async fn serve_tls(listener: std::net::TcpListener, config: Encryption, pages: Pages) -> std::io::Result<()> {
    let stopping = pages.app.stopping.clone();
    encrypted(listener, config, router(pages, admin::Secure(true)), stopping).await
}

/// Serves technicians' own devices: administration, desk and health, never the kiosk page. Plain when there is no `config`.
///
/// # Errors
/// When the listener fails.
pub async fn serve_technicians(
    listener: std::net::TcpListener,
    config: Option<Encryption>,
    pages: Pages,
) -> std::io::Result<()> {
    let stopping = pages.app.stopping.clone();
    let router = technicians(pages, admin::Secure(config.is_some()));
    match config {
        Some(config) => encrypted(listener, config, router, stopping).await,
        None => {
            let service = router.into_make_service_with_connect_info::<SocketAddr>();
            let listener = TcpListener::from_std(listener)?;
            axum::serve(listener.tap_io(at_once), service).with_graceful_shutdown(stopping.cancelled_owned()).await
        }
    }
}

/// TLS with a certificate chain and its key, PEM files. HTTP/1.1 alone: the pages live on their sockets, which HTTP/2 does not carry.
///
/// # Errors
/// When one of them cannot be read, or they do not belong together.
pub fn tls(chain: &Path, key: &Path) -> std::io::Result<Encryption> {
    Ok(Encryption::from_config(Arc::new(encryption(chain, key)?)))
}

/// Puts a renewed certificate in the place of the one that `config` serves.
///
/// # Errors
/// As [`tls`]; the one before goes on serving.
pub fn renew_tls(config: &Encryption, chain: &Path, key: &Path) -> std::io::Result<()> {
    config.reload_from_config(Arc::new(encryption(chain, key)?));
    Ok(())
}

fn encryption(chain: &Path, key: &Path) -> std::io::Result<rustls::ServerConfig> {
    let chain = CertificateDer::pem_file_iter(chain)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(std::io::Error::other)?;
    let key = PrivateKeyDer::from_pem_file(key).map_err(std::io::Error::other)?;
    let mut config = rustls::ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .map_err(std::io::Error::other)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

/// As [`serve_desk`], over TLS.
///
/// # Errors
/// When the listener fails.
pub async fn serve_desk_tls(
    listener: std::net::TcpListener,
    config: Encryption,
    desk: Arc<desk::Desk>,
    stopping: CancellationToken,
) -> std::io::Result<()> {
    encrypted(listener, config, desk_alone(desk), stopping).await
}

async fn encrypted(
    listener: std::net::TcpListener,
    config: Encryption,
    router: Router,
    stopping: CancellationToken,
) -> std::io::Result<()> {
    let handle = axum_server::Handle::new();
    let server = axum_server::from_tcp_rustls(listener, config)?.handle(handle.clone());
    tokio::spawn(async move {
        stopping.cancelled().await;
        handle.graceful_shutdown(Some(GRACE));
    });
    server.serve(router.into_make_service_with_connect_info::<SocketAddr>()).await
}

fn desk_alone(desk: Arc<desk::Desk>) -> Router {
    let home = Router::new().route("/", get(page::to_desk)).route("/healthz", get(health::alive));
    guarded(bounded(home.merge(desk::router(desk))))
}

fn router(pages: Pages, secure: admin::Secure) -> Router {
    let Pages { app, desk, admin } = pages;
    let kiosk = Router::new()
        .route("/", get(page::kiosk))
        .route("/kiosk/{*path}", get(page::asset))
        .route("/api/site", get(site::show))
        .route("/media/map/{file}", get(map::draw))
        .route("/media/made/{id}", get(media::made))
        .route("/v1/realtime", get(realtime::open))
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .route("/metrics", get(metrics::show))
        .with_state(app);
    offices(kiosk, desk, admin, secure)
}

/// What technicians' own devices reach.
fn technicians(pages: Pages, secure: admin::Secure) -> Router {
    let Pages { app, desk, admin } = pages;
    let home = Router::new()
        .route("/", get(page::to_admin))
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .with_state(app);
    offices(home, desk, admin, secure)
}

/// `front` with the desk and the administration beside it.
fn offices(
    front: Router,
    desk: Option<Arc<desk::Desk>>,
    admin: Option<Arc<admin::Admin>>,
    secure: admin::Secure,
) -> Router {
    let desk = desk.map_or_else(Router::new, desk::router);
    let small = front.merge(desk);
    // It bounds its bodies itself: files are larger.
    let large = admin.map_or_else(Router::new, admin::router);
    guarded(bounded(small).merge(large).layer(Extension(secure)))
}

/// Bodies of nearly everything are small.
fn bounded(router: Router) -> Router {
    router.layer(RequestBodyLimitLayer::new(BODY_BYTES_MAX))
}

/// What holds for every page and every reply.
fn guarded(router: Router) -> Router {
    router
        .route("/shared/{*path}", get(page::shared_asset))
        .fallback(error::not_found)
        .layer(SetResponseHeaderLayer::if_not_present(
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_static(CONTENT_POLICY),
        ))
        .layer(fixed(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(fixed(header::REFERRER_POLICY, "no-referrer"))
        .layer(fixed(HeaderName::from_static("permissions-policy"), PERMISSIONS))
        // A clip is coded already, and its length must stay what it says.
        .layer(
            CompressionLayer::new().compress_when(DefaultPredicate::new().and(NotForContentType::const_new("video/"))),
        )
        .layer(CatchPanicLayer::new())
}

fn fixed(name: HeaderName, value: &'static str) -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::overriding(name, HeaderValue::from_static(value))
}

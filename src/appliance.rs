//! Joins the rooms: which engine serves which role, every lasting thread, the order of start and stop.
//!
//! Threads, each a worker that owns one thing: `language`, `embedding`, `hearing`, `voice`, `knowledge`; one `listener` for
//! each hands-free socket; `pins` where the kiosk has a body; tokio's for waiting.

mod desk;
mod golden;
mod opening;
mod people;
mod seeing;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize};
use std::time::Duration;

use anyhow::Context;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;

pub use self::desk::{DeskServer, serve_desk};
use self::opening::Opening;
pub use self::people::open_desk_store;
use crate::base::Clock;
use crate::base::worker::Worker;
use crate::config::Settings;
use crate::conversation::{Conversation, Engines, Thresholds};
use crate::device;
use crate::engine::FaceFinder;
use crate::engine::speech::Vocabulary;
use crate::http::{self, App, MissingModel, Parked};
use crate::knowledge::{self, Knowledge, SharedEmbedder, shipped};
use crate::media::Map;
use crate::models::{Installed, Role};
use crate::showing::Showing;

/// Jobs that may wait for a worker. A kiosk has one visitor; a queue longer than a few is a queue nobody waits for.
const QUEUE_MAX: usize = 8;

/// Presses of the help button that a busy page may miss before it looks again.
const PRESSES_MAX: usize = 4;

/// Time for the turns in hand after SIGTERM.
const STOP_DEADLINE: Duration = Duration::from_secs(5);

/// What a command needs opened; knowledge and its embedder always are.
#[derive(Debug, Clone, Copy)]
pub struct Needs {
    pub hearing: bool,
    pub voice: bool,
    pub writing: bool,
    /// Reads pictures and shows cards and clips.
    pub seeing: bool,
}

/// The rooms, joined.
pub struct Opened {
    pub conversation: Conversation,
    pub missing: Vec<MissingModel>,
    pub map: Option<Arc<Map>>,
    /// `None` unless [`Needs::seeing`].
    pub showing: Option<Showing>,
    pub faces: Option<Arc<Worker<Box<dyn FaceFinder>>>>,
}

/// Opens what `needs` names. A model that is missing or cannot be used is told in `missing`; everything else serves.
///
/// # Errors
/// When the knowledge or the pack file cannot be used: without them there is nothing to answer from.
pub fn open(settings: &Settings, data: &Path, site_named: bool, needs: Needs) -> anyhow::Result<Opened> {
    let mut opening = Opening::at(data)?;
    let embedder = opening.embedder();
    let mut knowledge = open_knowledge(settings, data, site_named, embedder)?;
    let words = if needs.hearing { phrasings(&mut knowledge)? } else { Vec::new() };
    let mut engines = Engines::default();
    if needs.writing {
        engines.writer = opening.writer(settings);
    }
    if needs.hearing {
        opening.hearing(&mut engines);
    }
    if needs.voice {
        engines.voice = opening.voice();
    }
    let map = open_map(settings);
    let (mut showing, mut faces) = (None, None);
    if needs.seeing {
        engines.sight = Some(opening.sight());
        faces = seeing::faces(settings, &mut opening);
        showing = Some(seeing::showing(settings, data, map.clone(), faces.clone(), &opening)?);
    }
    let clock = Clock::system(&settings.site.time_zone)?;
    engines.names = opening.names;
    let conversation = Conversation {
        knowledge: Arc::new(Worker::start("knowledge", QUEUE_MAX, knowledge)),
        engines,
        contact: settings.site.contact.clone(),
        vocabulary: Vocabulary::new(
            settings.site.vocabulary.iter().map(String::as_str),
            words.iter().map(String::as_str),
        ),
        facts: seeing::facts(settings, &clock),
        clock,
        thresholds: Thresholds {
            answer: knowledge::ANSWER_SCORE_MIN,
            clarify: knowledge::CLARIFY_SCORE_MIN,
            gap: knowledge::CLARIFY_GAP,
        },
    };
    Ok(Opened { conversation, missing: opening.missing, map, showing, faces })
}

/// The site's knowledge. A new database gets what the site ships with; one that a technician began by importing does not,
/// unless the site was named. Shipped files that have changed since are taken in again.
///
/// # Errors
/// When the database or a shipped file cannot be used; the text names it.
pub fn open_knowledge(
    settings: &Settings,
    data: &Path,
    site_named: bool,
    embedder: Option<SharedEmbedder>,
) -> anyhow::Result<Knowledge> {
    let mut knowledge = open_database(settings, data, embedder)?;
    let marker = folder_of(settings, data).join("shipped.sha256");
    if site_named || shipped::was_taken_in(&marker) || knowledge.list()?.is_empty() {
        shipped::take_in(&mut knowledge, &settings.knowledge, &marker, &mut |_| {})?;
    }
    Ok(knowledge)
}

/// As [`open_knowledge`], for an import: a new database stays empty unless the site was named.
///
/// # Errors
/// As [`open_knowledge`].
pub fn begin_knowledge(
    settings: &Settings,
    data: &Path,
    site_named: bool,
    embedder: Option<SharedEmbedder>,
) -> anyhow::Result<Knowledge> {
    if site_named { open_knowledge(settings, data, true, embedder) } else { open_database(settings, data, embedder) }
}

fn open_database(settings: &Settings, data: &Path, embedder: Option<SharedEmbedder>) -> anyhow::Result<Knowledge> {
    let folder = folder_of(settings, data);
    std::fs::create_dir_all(&folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    Ok(Knowledge::open(&folder.join("knowledge.db"), embedder)?)
}

/// The titles of what is known: words that visitors say here, which no repair may take for a misheard name.
fn phrasings(knowledge: &mut Knowledge) -> anyhow::Result<Vec<String>> {
    Ok(knowledge.list()?.into_iter().map(|listed| listed.title).collect())
}

fn folder_of(settings: &Settings, data: &Path) -> PathBuf {
    data.join("sites").join(&settings.site.id)
}

/// The embedder of the installed pack on its worker, and nothing else: what `usher knowledge` needs.
///
/// # Errors
/// When the pack file cannot be used.
pub fn open_embedder(data: &Path) -> anyhow::Result<Option<SharedEmbedder>> {
    Ok(Opening::at(data)?.embedder())
}

/// The weights of the installed language model, for peers that are measured on the same file.
///
/// # Errors
/// When the pack file cannot be used.
pub fn language_model(data: &Path) -> anyhow::Result<Option<PathBuf>> {
    let installed = Installed::at(&data.join("models"))?;
    Ok(installed.of(Role::Language).and_then(|model| model.engine.paths().into_iter().next()))
}

/// Serves until SIGTERM or SIGINT, then lets the turns in hand end.
///
/// # Errors
/// When the address cannot be listened on, or the knowledge cannot be opened.
pub fn serve(settings: &Settings, data: &Path, site_named: bool) -> anyhow::Result<()> {
    let needs = Needs { hearing: true, voice: true, writing: true, seeing: true };
    let opened = open(settings, data, site_named, needs)?;
    for missing in &opened.missing {
        tracing::warn!(role = missing.role, model = missing.model, repair = missing.repair, "a model is missing");
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let stopping = CancellationToken::new();
    let people = runtime.block_on(people::open(settings, data, &opened.conversation.knowledge, opened.map, &stopping));
    let app = Arc::new(App {
        conversation: opened.conversation,
        site: settings.site.clone(),
        missing: opened.missing,
        visits_max: settings.serve.visits_max,
        idle_seconds: settings.visit.idle_seconds,
        end_of_turn_ms: settings.hearing.end_of_turn_ms,
        ready: AtomicBool::new(false),
        unready: std::sync::Mutex::default(),
        visits: AtomicUsize::new(0),
        lit: Arc::default(),
        presses: broadcast::channel(PRESSES_MAX).0,
        kiosk: people.kiosk,
        showing: opened.showing.context("nothing can be shown")?,
        faces: opened.faces.filter(|_| settings.presence.on),
        queue: AtomicUsize::new(0),
        phone_url: settings.phone.address(),
        parked: Arc::new(Parked::default()),
        stopping,
    });
    let _pins = match device::open(&settings.pins) {
        Ok(body) => body.map(|body| device::watch(body, app.presses.clone(), app.lit.clone())),
        Err(error) => {
            tracing::error!(%error, "the pins cannot be used; the page's button still works");
            None
        }
    };
    runtime.block_on(listen(settings, app, people.desk))
}

/// The site's map, where it has one. A map that cannot be used is told; everything else serves.
fn open_map(settings: &Settings) -> Option<Arc<Map>> {
    let folder = settings.knowledge.join("media");
    if !folder.join("map.toml").exists() {
        return None;
    }
    match Map::open(&folder, &settings.site.languages) {
        Ok(map) if settings.map.kiosk.as_ref().is_none_or(|kiosk| map.place(kiosk).is_some()) => Some(Arc::new(map)),
        Ok(_) => {
            tracing::error!(
                kiosk = settings.map.kiosk,
                "the map has no place of this kiosk's name; correct [map] kiosk"
            );
            None
        }
        Err(error) => {
            let reason = format!("{:#}", anyhow::Error::from(error));
            tracing::error!(reason, "the map cannot be used; the rest serves");
            None
        }
    }
}

async fn listen(settings: &Settings, app: Arc<App>, desk: Option<Arc<http::desk::Desk>>) -> anyhow::Result<()> {
    let address = settings.serve.listen;
    let listener = TcpListener::bind(address)
        .await
        .with_context(|| format!("{address} cannot be listened on; is another usher running?"))?;
    let address = listener.local_addr()?;
    tracing::info!(site = settings.site.id, "kiosk page on http://{address}/");
    let golden = tokio::spawn(golden::prove_ready(app.clone()));
    let stopping = app.stopping.clone();
    if let Some(address) = settings.phone.listen {
        serve_phones(address, app.clone()).await;
    }
    let serving = tokio::spawn(http::serve(listener, app, desk));
    stopped().await?;
    tracing::info!("stopping");
    golden.abort();
    stopping.cancel();
    match tokio::time::timeout(STOP_DEADLINE, serving).await {
        Ok(served) => served??,
        Err(_) => tracing::warn!("connections were still open after {STOP_DEADLINE:?}"),
    }
    Ok(())
}

/// The phones' own listener. An address that cannot be used is told; the kiosk serves without it.
async fn serve_phones(address: SocketAddr, app: Arc<App>) {
    match TcpListener::bind(address).await {
        Ok(listener) => {
            tracing::info!(%address, "phones may fetch answers");
            tokio::spawn(http::serve_phones(listener, app));
        }
        Err(error) => tracing::error!(%error, %address, "phones cannot fetch answers; check [phone] listen"),
    }
}

async fn stopped() -> std::io::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}

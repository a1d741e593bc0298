//! Joins the rooms: which engine serves which role, every lasting thread, the order of start and stop.
//!
//! Threads, each a worker that owns one thing: `language`, `embedding`, `hearing`, `voice`, `knowledge`; one `listener` for
//! each hands-free socket; `pins` where the kiosk has a body; tokio's for waiting.

mod administration;
mod certificate;
mod configuration;
mod desk;
pub mod examination;
mod golden;
mod keeping;
mod listening;
mod opening;
mod operations;
mod people;
mod purging;
mod reviving;
mod seeing;
mod switching;
mod trial;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize};
use std::sync::{Arc, RwLock};
use std::time::{Duration, Instant};

use anyhow::Context;
use jiff::Timestamp;
use serde_json::json;
use tokio::sync::{Notify, broadcast, watch};
use tokio_util::sync::CancellationToken;

pub use self::administration::open_admin_store;
pub use self::configuration::Sources;
pub use self::desk::{DeskServer, serve_desk};
pub use self::keeping::{backup_plan, carry_on, privacy_facts, put_aside, put_back, restore_places, take_data};
use self::opening::Opening;
pub use self::people::open_desk_store;
use self::purging::Keepers;
use self::switching::Switching;
use crate::admin::{Jobs, Sessions};
use crate::backup::Places;
use crate::base::Clock;
use crate::base::disk::is_read_only;
use crate::base::worker::Worker;
use crate::checks::Runner;
use crate::config::Settings;
use crate::conversation::{Conversation, Engines, Thresholds};
use crate::device::{self, Lights};
use crate::domain::Localised;
use crate::engine::FaceFinder;
use crate::engine::speech::Vocabulary;
use crate::http::admin::backup::{Keeping, Uploads};
use crate::http::admin::checks::{Examine, LastReport};
use crate::http::admin::{Admin, Reviews, upload};
use crate::http::{App, MissingModel, Pages, Parked, Privacy, Terms};
use crate::knowledge::{self, Knowledge, SharedEmbedder, shipped};
use crate::media::Map;
use crate::models::{Installed, Role};
use crate::privacy::VisitKey;
use crate::privacy::profile::Profile;
use crate::privacy::report::Facts;
use crate::privacy::retention::Ceilings;
use crate::showing::Showing;
use crate::store::{Content, Kind};
use crate::telemetry::{Logs, Notifier, Telemetry};

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
    /// Finds by meaning; the knowledge holds it, too.
    pub embedder: Option<SharedEmbedder>,
    /// Role, name and bytes of every loaded model.
    pub models: Vec<(String, String, u64)>,
}

/// Opens what `needs` names. A model that is missing or cannot be used is told in `missing`; everything else serves.
///
/// # Errors
/// When the knowledge or the pack file cannot be used: without them there is nothing to answer from.
pub fn open(settings: &Settings, data: &Path, site_named: bool, needs: Needs) -> anyhow::Result<Opened> {
    let mut opening = Opening::at(data, settings.board.memory.budget_mb)?;
    let embedder = opening.embedder();
    let mut knowledge = open_knowledge(settings, data, site_named, embedder.clone())?;
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
    let clock = clock(settings, data)?;
    engines.names = opening.names.into();
    let models = opening.loaded;
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
        telemetry: None,
        thresholds: Thresholds {
            answer: knowledge::ANSWER_SCORE_MIN,
            clarify: knowledge::CLARIFY_SCORE_MIN,
            gap: knowledge::CLARIFY_GAP,
        },
    };
    Ok(Opened { conversation, missing: opening.missing, map, showing, faces, embedder, models })
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
        match shipped::take_in(&mut knowledge, &settings.knowledge, &marker, &mut |_| {}) {
            // What was taken in before serves on; the next start on a disk that takes writes makes up for it.
            Err(error) if is_read_only(data) => {
                let reason = format!("{:#}", anyhow::Error::from(error));
                tracing::error!(reason, "disk_read_only: changed files of the site are not taken in");
            }
            taken => taken?,
        }
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

/// When the site's knowledge was last changed: no clock is right that says an earlier time. `None` before there is any.
fn knowledge_edited(settings: &Settings, data: &Path) -> Option<Timestamp> {
    let file = folder_of(settings, data).join(Kind::Knowledge.file());
    let changed = std::fs::metadata(file).and_then(|file| file.modified()).ok()?;
    Timestamp::try_from(changed).ok()
}

/// The site's clock.
fn clock(settings: &Settings, data: &Path) -> anyhow::Result<Clock> {
    let clock = Clock::system(&settings.site.time_zone)?;
    Ok(match knowledge_edited(settings, data) {
        Some(edited) => clock.not_before(edited),
        None => clock,
    })
}

fn folder_of(settings: &Settings, data: &Path) -> PathBuf {
    data.join("sites").join(&settings.site.id)
}

/// The embedder of the installed pack on its worker, and nothing else: what `usher knowledge` needs.
///
/// # Errors
/// When the pack file cannot be used.
pub fn open_embedder(data: &Path) -> anyhow::Result<Option<SharedEmbedder>> {
    Ok(Opening::at(data, None)?.embedder())
}

/// Where the models lie: those that came with the running version, else those that were fetched.
fn models_dir(data: &Path) -> PathBuf {
    let brought = data.join("slots/current/models");
    if brought.is_dir() { brought } else { data.join("models") }
}

/// The weights of the installed language model, for peers that are measured on the same file.
///
/// # Errors
/// When the pack file cannot be used.
pub fn language_model(data: &Path) -> anyhow::Result<Option<PathBuf>> {
    let installed = Installed::at(&models_dir(data))?;
    Ok(installed.of(Role::Language).and_then(|model| model.engine.paths().into_iter().next()))
}

/// What a server is started with.
pub struct Start<'a> {
    pub settings: &'a Settings,
    pub data: &'a Path,
    /// The technician said which site is meant.
    pub site_named: bool,
    pub logs: Arc<Logs>,
    pub sources: Sources,
}

/// How a server ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    Stopped,
    /// A technician wants it started again.
    Again,
    /// A version on trial did not pass; the one before is to start.
    Failed,
}

/// Serves until SIGTERM, SIGINT or a technician's wish, then lets the turns in hand end.
///
/// # Errors
/// When the address cannot be listened on, or the knowledge cannot be opened.
pub fn serve(start: Start<'_>) -> anyhow::Result<Ended> {
    let Start { settings, data, site_named, logs, sources } = start;
    let _data = take_data(settings, data)?;
    if !VisitKey::begin("start").is_locked() {
        tracing::warn!("visits' keys could be swapped; switch swap off, or raise LimitMEMLOCK");
    }
    let needs = Needs { hearing: true, voice: true, writing: true, seeing: true };
    let mut opened = open(settings, data, site_named, needs)?;
    let telemetry = Arc::new(Telemetry::default());
    opened.conversation.telemetry = Some(telemetry.clone());
    for missing in &opened.missing {
        tracing::warn!(role = missing.role, model = missing.model, repair = missing.repair.en, "a model is missing");
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let stopping = CancellationToken::new();
    let people =
        runtime.block_on(people::open(settings, data, &opened.conversation.knowledge, opened.map.clone(), &stopping));
    // Kept to the end: its outputs come to rest when it is dropped.
    let body = device::Watch::start(&settings.board).unwrap_or_else(|error| {
        tracing::error!(%error, "the pins cannot be used; the page's button still works");
        None
    });
    let pins = body.as_ref().map(device::Watch::handle);
    let lights = lights(pins.clone());
    let changed = broadcast::channel(PRESSES_MAX).0;
    let statistics = operations::statistics(settings, data);
    // Kept to the end: what was counted is written when it is dropped.
    let _board = operations::watch(data, &telemetry, &statistics, &opened, changed.clone());
    let gauges = operations::gauges(&opened, &statistics);
    if let Err(error) = upload::clear(data) {
        tracing::warn!(%error, "files that were on their way in could not be deleted");
    }
    let administrators = runtime.block_on(administration::open(data, &stopping));
    let app = Arc::new(App {
        telemetry,
        logs,
        statistics,
        gauges,
        models: opened.models,
        conversation: opened.conversation,
        standing: RwLock::new(Arc::new(terms(settings))),
        changed,
        lacking: RwLock::new(opened.missing),
        ready: AtomicBool::new(false),
        unready: std::sync::Mutex::default(),
        visits: AtomicUsize::new(0),
        lights,
        pins,
        setup: administrators.as_ref().map_or_else(|| watch::channel(None).1, |people| people.first_secret()),
        admin_url: settings.serve.admin_listen.map(|address| listening::admin_url(settings, address)),
        presses: broadcast::channel(PRESSES_MAX).0,
        kiosk: people.kiosk,
        showing: opened.showing.context("nothing can be shown")?,
        faces: opened.faces.filter(|_| settings.presence.on),
        queue: AtomicUsize::new(0),
        phone_url: settings.phone.address(),
        parked: Arc::new(Parked::default()),
        testing: Arc::default(),
        again: Notify::new(),
        stopping,
    });
    if let Some(pins) = &app.pins {
        runtime.spawn(help(pins.events(), app.presses.clone()));
    }
    let keepers = Keepers {
        data: data.into(),
        desk: people.kept.clone(),
        statistics: app.statistics.clone(),
        people: administrators.clone(),
        logs: app.logs.clone(),
        ceilings: ceilings(app.clone()),
    };
    runtime.spawn(keepers.keep(app.stopping.clone()));
    let updates = trial::open(data);
    if is_read_only(data) {
        let stores = reviving::Stores {
            knowledge: app.conversation.knowledge.clone(),
            statistics: app.statistics.clone(),
            kiosk: app.kiosk.clone(),
            desk: people.kept.clone(),
            administrators: administrators.clone(),
        };
        runtime.spawn(reviving::watch(stores, data.to_path_buf(), app.stopping.clone()));
    }
    let switching = Switching::new(app.clone(), settings, data, runtime.handle().clone());
    let admin = administrators.map(|administrators| {
        Arc::new(Admin {
            app: app.clone(),
            desk: people.desk.clone(),
            data: data.to_path_buf(),
            people: administrators,
            sessions: Sessions::default(),
            jobs: Jobs::default(),
            reviews: Reviews::default(),
            updates: updates.clone(),
            keeping: keeping(settings, data),
            facts: facts(settings, data),
            examine: examiner(app.clone(), settings, data),
            report: LastReport::default(),
            configure: configuration::door(app.clone(), sources),
            board: json!({"name": settings.board.name, "backend": settings.board.gpio.backend}),
            switch: Arc::new(move |role, name, progress| switching.switch(role, name, progress)),
            budget_bytes: settings.board.memory.budget_mb.map(|mb| u64::from(mb) << 20),
            since: Instant::now(),
        })
    });
    let pages = Pages { app, desk: people.desk, admin };
    runtime.block_on(listening::listen(settings, data, pages, updates, Arc::new(Notifier::from_environment())))
}

/// What the privacy report is made of.
fn facts(settings: &Settings, data: &Path) -> Box<dyn Fn() -> Result<Facts, String> + Send + Sync> {
    let (settings, data) = (settings.clone(), data.to_path_buf());
    Box::new(move || privacy_facts(&settings, &data).map_err(|error| format!("{error:#}")))
}

/// How long things may be kept, as the profile says now.
fn ceilings(app: Arc<App>) -> Box<dyn Fn() -> Ceilings + Send + Sync> {
    Box::new(move || app.terms().privacy.profile.retention.clone())
}

/// The self-test as the page runs it.
fn examiner(app: Arc<App>, settings: &Settings, data: &Path) -> Examine {
    let (settings, data, runner) = (Arc::new(settings.clone()), data.to_path_buf(), Arc::new(Runner::default()));
    Arc::new(move || {
        let (app, settings, data, runner) = (app.clone(), settings.clone(), data.clone(), runner.clone());
        Box::pin(async move {
            let machine = tokio::task::spawn_blocking(move || examination::machine(&settings, &data, &runner)).await;
            examination::whole(&app, machine.unwrap_or_default()).await
        })
    })
}

/// What the site's country asks for; the strictest of all where the site names none.
fn privacy(settings: &Settings) -> Privacy {
    let chosen = settings.privacy.profile.as_deref();
    let named = |name| Profile::named(name).expect("the configuration has named a shipped profile");
    let operator = match settings.privacy.operator.trim() {
        "" => settings.site.name.clone(),
        named => Localised::of(named, named),
    };
    Privacy { profile: chosen.map_or_else(Profile::strictest, named), is_chosen: chosen.is_some(), operator }
}

/// Where things of a backup go back.
fn keeping(settings: &Settings, data: &Path) -> Keeping {
    let (of, folder) = (Arc::new(settings.clone()), data.to_path_buf());
    Keeping {
        plan: Box::new(move || backup_plan(&of, &folder, Content::WithoutVisits).map_err(|error| format!("{error:#}"))),
        site: settings.site.id.clone(),
        places: Places { state: folder_of(settings, data), parts: restore_places(settings, data) },
        uploads: Uploads::default(),
    }
}

/// One light for all visits.
fn lights(pins: Option<device::Handle>) -> Arc<Lights> {
    Lights::new(move |light| {
        if let Some(pins) = &pins {
            pins.show(light);
        }
    })
}

/// Tells the pages each press of the help button.
async fn help(mut events: broadcast::Receiver<device::Event>, presses: broadcast::Sender<()>) {
    loop {
        match events.recv().await {
            Ok(device::Event::Help) => {
                // Nobody may be listening: a press without a page is no fault.
                let _ = presses.send(());
            }
            Ok(_) | Err(broadcast::error::RecvError::Lagged(_)) => {}
            Err(broadcast::error::RecvError::Closed) => return,
        }
    }
}

/// The part of the settings that holds for the next visit without a new start.
pub fn terms(settings: &Settings) -> Terms {
    Terms {
        site: settings.site.clone(),
        visits_max: settings.serve.visits_max,
        idle_seconds: settings.visit.idle_seconds,
        end_of_turn_ms: settings.hearing.end_of_turn_ms,
        update_source: settings.update.source.clone(),
        privacy: privacy(settings),
    }
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

/// Readable by this user alone from its first byte.
fn write_secret(path: &Path, text: &str) -> anyhow::Result<()> {
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;
    let mut options = std::fs::OpenOptions::new();
    options.create(true).truncate(true).write(true).mode(0o600);
    options
        .open(path)
        .and_then(|mut file| file.write_all(text.as_bytes()))
        .with_context(|| format!("{} cannot be written", path.display()))
}

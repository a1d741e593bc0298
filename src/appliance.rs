//! Joins the rooms: which engine serves which role, every lasting thread, the order of start and stop.
//!
//! Threads, each a worker that owns one thing: `language`, `embedding`, `hearing`, `voice`, `knowledge`; one `listener` for
//! each hands-free socket; `pins` where the kiosk has a body; tokio's for waiting.

mod desk;
mod people;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::Context;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;

pub use self::desk::{DeskServer, serve_desk};
pub use self::people::open_desk_store;
use crate::base::Clock;
use crate::base::worker::Worker;
use crate::config::Settings;
use crate::conversation::{Conversation, Engines, Hearer, Sound, Thresholds, Visit, Writer};
use crate::device;
use crate::domain::{Audio, HEARING_RATE_HZ, Language, Question, Route, Way};
use crate::engine::speech::{self, Ears, Vocabulary};
use crate::engine::{self, EngineError, Transcriber, language};
use crate::http::{self, App, MissingModel, Parked, SiteMap};
use crate::knowledge::{self, Knowledge, SharedEmbedder, shipped};
use crate::media::Map;
use crate::models::{Engine, Installed, Model, Role};

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
}

/// The rooms, joined.
pub struct Opened {
    pub conversation: Conversation,
    pub missing: Vec<MissingModel>,
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
    engines.names = opening.names;
    let conversation = Conversation {
        knowledge: Arc::new(Worker::start("knowledge", QUEUE_MAX, knowledge)),
        engines,
        contact: settings.site.contact.clone(),
        vocabulary: Vocabulary::new(
            settings.site.vocabulary.iter().map(String::as_str),
            words.iter().map(String::as_str),
        ),
        clock: Clock::system(&settings.site.time_zone)?,
        thresholds: Thresholds {
            answer: knowledge::ANSWER_SCORE_MIN,
            clarify: knowledge::CLARIFY_SCORE_MIN,
            gap: knowledge::CLARIFY_GAP,
        },
    };
    Ok(Opened { conversation, missing: opening.missing })
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

/// Opening in progress: what is installed, what was found missing, what was opened under which name.
struct Opening {
    installed: Installed,
    missing: Vec<MissingModel>,
    names: Vec<(&'static str, String)>,
}

impl Opening {
    fn at(data: &Path) -> anyhow::Result<Self> {
        let installed = Installed::at(&data.join("models"))?;
        let missing = installed
            .missing()
            .iter()
            .map(|missing| MissingModel {
                role: missing.role.word().into(),
                model: missing.model.clone(),
                repair: missing.repair.clone(),
            })
            .collect();
        Ok(Self { installed, missing, names: Vec::new() })
    }

    /// Keeps what opened; tells what did not.
    fn opened<T>(&mut self, role: Role, model: &str, opened: Result<T, EngineError>) -> Option<T> {
        match opened {
            Ok(engine) => {
                self.names.push((role.word(), model.into()));
                Some(engine)
            }
            Err(error) => {
                tracing::error!(model, %error, "a model cannot be used; the rest serves");
                let repair = "run `usher models verify`, then `usher models pull`".into();
                self.missing.push(MissingModel { role: role.word().into(), model: model.into(), repair });
                None
            }
        }
    }

    fn embedder(&mut self) -> Option<SharedEmbedder> {
        let model = self.installed.of(Role::Embedding)?.clone();
        let Engine::BertSafetensors { weights, .. } = &model.engine else { return None };
        let folder = weights.parent()?;
        let embedder = self.opened(Role::Embedding, &model.name, engine::open_embedder(folder))?;
        Some(Arc::new(Worker::start("embedding", QUEUE_MAX, embedder)))
    }

    fn writer(&mut self, settings: &Settings) -> Option<Writer> {
        let model = self.installed.of(Role::Language)?.clone();
        let Engine::Gguf { weights, words_answers } = &model.engine else { return None };
        let limits = language::Settings {
            threads: settings.language.threads,
            context_tokens_max: settings.language.context_tokens_max,
        };
        let generator = self.opened(Role::Language, &model.name, language::open(weights, &limits))?;
        Some(Writer { worker: Worker::start("language", QUEUE_MAX, generator), words_answers: *words_answers })
    }

    fn hearing(&mut self, engines: &mut Engines) {
        let Some((runtime, detection)) = self.runtime().zip(self.installed.of(Role::Detection).cloned()) else {
            return;
        };
        let Engine::Silero { weights } = &detection.engine else { return };
        let weights = weights.clone();
        let (library, file) = (runtime.clone(), weights.clone());
        if self.opened(Role::Detection, &detection.name, speech::open_silero(&runtime, &weights)).is_none() {
            return;
        }
        engines.detectors = Some(Box::new(move || speech::open_silero(&library, &file)));
        for transcriber in self.transcribers(&runtime) {
            let Ok(detector) = speech::open_silero(&runtime, &weights) else { return };
            let languages = transcriber.languages().to_vec();
            let ears = Ears::new(detector, transcriber);
            engines.ears.push(Hearer { worker: Worker::start("hearing", QUEUE_MAX, ears), languages });
        }
    }

    /// Every hearing model of the pack, in its order.
    fn transcribers(&mut self, runtime: &Path) -> Vec<Box<dyn Transcriber>> {
        let models: Vec<Model> = self
            .installed
            .ready()
            .iter()
            .map(|ready| ready.model.clone())
            .filter(|model| model.role == Role::Hearing)
            .collect();
        models
            .iter()
            .filter_map(|model| self.opened(Role::Hearing, &model.name, open_transcriber(model, runtime)))
            .collect()
    }

    fn runtime(&mut self) -> Option<PathBuf> {
        match &self.installed.of(Role::Runtime)?.engine {
            Engine::Onnxruntime { library } => Some(library.clone()),
            _ => None,
        }
    }

    fn voice(&mut self) -> Option<Worker<Box<dyn engine::Voice>>> {
        let model = self.installed.of(Role::Voice)?.clone();
        let Engine::Espeak { program } = &model.engine else { return None };
        let voice = self.opened(Role::Voice, &model.name, speech::open_espeak(program))?;
        Some(Worker::start("voice", QUEUE_MAX, voice))
    }
}

fn open_transcriber(model: &Model, runtime: &Path) -> Result<Box<dyn Transcriber>, EngineError> {
    match &model.engine {
        Engine::Moonshine { encoder, .. } => speech::open_moonshine(runtime, encoder.parent().unwrap_or(encoder)),
        Engine::WhisperSafetensors { weights, .. } | Engine::WhisperGguf { weights, .. } => {
            engine::whisper::Whisper::open(weights.parent().unwrap_or(weights))
                .map(|whisper| Box::new(whisper) as Box<dyn Transcriber>)
        }
        other => Err(EngineError::Input(format!("engine {} does not hear", other.word()))),
    }
}

/// Serves until SIGTERM or SIGINT, then lets the turns in hand end.
///
/// # Errors
/// When the address cannot be listened on, or the knowledge cannot be opened.
pub fn serve(settings: &Settings, data: &Path, site_named: bool) -> anyhow::Result<()> {
    let needs = Needs { hearing: true, voice: true, writing: true };
    let opened = open(settings, data, site_named, needs)?;
    for missing in &opened.missing {
        tracing::warn!(role = missing.role, model = missing.model, repair = missing.repair, "a model is missing");
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let stopping = CancellationToken::new();
    let map = open_map(settings);
    let people = runtime.block_on(people::open(settings, data, &opened.conversation.knowledge, map.clone(), &stopping));
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
        map: map.zip(settings.map.kiosk.clone()).map(|(map, kiosk)| SiteMap { map, kiosk }),
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
    let golden = tokio::spawn(prove_ready(app.clone()));
    let stopping = app.stopping.clone();
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

async fn stopped() -> std::io::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}

/// Asks golden questions, the site's own topics, aloud where voice and ears allow; the first one answered makes the appliance ready.
async fn prove_ready(app: Arc<App>) {
    match golden(&app).await {
        Ok(way) => {
            app.ready.store(true, Ordering::Release);
            tracing::info!(?way, "ready: a golden question was answered");
        }
        Err(error) => {
            let reason = format!("{error:#}");
            tracing::warn!(reason, "not ready");
            if let Ok(mut unready) = app.unready.lock() {
                *unready = reason;
            }
        }
    }
}

async fn golden(app: &App) -> anyhow::Result<Way> {
    let language = app.conversation.engines.hears().first().copied().unwrap_or(app.site.languages[0]);
    let mut tried = 0;
    for id in app.site.topics.iter().filter_map(|topic| topic.items.first()) {
        let item = id.clone();
        let asked =
            app.conversation.knowledge.call(move |knowledge, _| knowledge.item(&item, language))?.await?.value?;
        let Some(phrasing) = asked.and_then(|item| item.questions.into_iter().next()) else { continue };
        tried += 1;
        let heard = spoken(app, &phrasing, language).await?;
        let way = if heard.is_some() { Way::Spoken } else { Way::Typed };
        let question = Question { text: heard.unwrap_or(phrasing), language, way, item: None, doubtful: false };
        let mut visit = Visit::begin(language);
        let Ok(turn) = app.conversation.turn(&mut visit, question, &mut |_| {}).await else { continue };
        if turn.answer.route == Route::Answer {
            return Ok(way);
        }
    }
    anyhow::bail!("none of {tried} golden questions was answered; import the site's knowledge, then run `usher doctor`")
}

/// `phrasing` as the ears hear the voice say it; `None` where one of them is not installed.
async fn spoken(app: &App, phrasing: &str, language: Language) -> anyhow::Result<Option<String>> {
    if app.conversation.engines.voice.is_none() || !app.conversation.engines.hears().contains(&language) {
        return Ok(None);
    }
    let mut voice = app.conversation.speak(phrasing, language)?;
    let mut samples = Vec::new();
    while let Some(sound) = voice.next().await? {
        if let Sound::Samples(piece) = sound {
            samples.extend(piece);
        }
    }
    let rate = crate::conversation::SPOKEN_RATE_HZ;
    let heard = speech::resample(&speech::to_f32(&samples), rate, HEARING_RATE_HZ)?;
    Ok(Some(app.conversation.hear(Audio::new(heard, HEARING_RATE_HZ), language).await?.text))
}

//! Which installed model serves which role, each on its own worker. A model that is missing or cannot be used is told; the rest serves.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::QUEUE_MAX;
use crate::base::worker::Worker;
use crate::config::{self, Settings};
use crate::conversation::{Engines, Hearer, Sight, Writer};
use crate::domain::{Told, told};
use crate::engine::speech::{self, Ears};
use crate::engine::{self, EngineError, FaceFinder, Generator, TextReader, Transcriber, language, sight};
use crate::http::{Gone, MissingModel};
use crate::knowledge::SharedEmbedder;
use crate::models::{Engine, Installed, Model, Role};
use crate::showing::OpenVoice;
use crate::telemetry::{Budget, Need, Probe};

/// Nobody has spoken for this long: hearing gives back the memory that only its work needs.
const QUIET: Duration = Duration::from_secs(3);

/// Opening in progress: what is installed, what was found missing, what was opened under which name.
pub(super) struct Opening {
    installed: Installed,
    pub(super) missing: Vec<MissingModel>,
    pub(super) names: Vec<(&'static str, String)>,
    /// Role, name and bytes of what was opened.
    pub(super) loaded: Vec<(String, String, u64)>,
    budget: Budget,
}

impl Opening {
    /// `budget_mb`: the board's own bound for models, MiB.
    pub(super) fn at(data: &Path, budget_mb: Option<u32>) -> anyhow::Result<Self> {
        Ok(Self::of(Installed::at(&super::models_dir(data))?, budget_mb))
    }

    /// Opening from what is installed of another pack than the chosen one.
    pub(super) fn of(installed: Installed, budget_mb: Option<u32>) -> Self {
        let missing = installed
            .missing()
            .iter()
            .map(|missing| MissingModel {
                role: missing.role.word().into(),
                model: missing.model.clone(),
                repair: Told::same(&missing.repair),
                state: Gone::Missing,
            })
            .collect();
        let memory = Probe::new("/", "/").look().memory_total.unwrap_or(u64::MAX);
        let budget = Budget::new(memory, budget_mb.map(|mb| u64::from(mb) << 20));
        Self { installed, missing, names: Vec::new(), loaded: Vec::new(), budget }
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
                let repair = told!(
                    "run `usher models verify`, then `usher models pull`",
                    "请先运行 `usher models verify`，再运行 `usher models pull`"
                );
                self.missing.push(MissingModel {
                    role: role.word().into(),
                    model: model.into(),
                    repair,
                    state: Gone::Failed,
                });
                None
            }
        }
    }

    /// Whether there is memory for `model`; one that has none is told as missing, and nothing of it is read.
    fn admits(&mut self, model: &Model, need: Need) -> bool {
        let available = Probe::new("/", "/").look().memory_available;
        match self.budget.admit(&model.name, need, available) {
            Ok(()) => {
                self.loaded.push((model.role.word().into(), model.name.clone(), need.bytes()));
                true
            }
            Err(over) => {
                tracing::error!(%over, "a model is not loaded");
                let repair = over.repair.told();
                self.missing.push(MissingModel {
                    role: model.role.word().into(),
                    model: model.name.clone(),
                    repair,
                    state: Gone::Failed,
                });
                false
            }
        }
    }

    pub(super) fn embedder(&mut self) -> Option<SharedEmbedder> {
        let model = self.installed.of(Role::Embedding)?.clone();
        let Engine::BertSafetensors { weights, .. } = &model.engine else { return None };
        let folder = weights.parent()?;
        if !self.admits(&model, of_files(&model)) {
            return None;
        }
        let embedder = self.opened(Role::Embedding, &model.name, engine::open_embedder(folder))?;
        Some(Arc::new(Worker::start("embedding", QUEUE_MAX, embedder)))
    }

    /// Whether the writing model opens.
    pub(super) fn opens_writer(&mut self, limits: &config::Language) -> bool {
        self.generator(limits).is_some()
    }

    fn generator(&mut self, limits: &config::Language) -> Option<(Box<dyn Generator>, bool)> {
        let model = self.installed.of(Role::Language)?.clone();
        let Engine::Gguf { weights, words_answers } = &model.engine else { return None };
        let limits = language::Settings { threads: limits.threads, context_tokens_max: limits.context_tokens_max };
        let cache = language::cache_bytes(weights, &limits).unwrap_or(0);
        if !self.admits(&model, Need { cache, ..of_files(&model) }) {
            return None;
        }
        let generator = self.opened(Role::Language, &model.name, language::open(weights, &limits))?;
        Some((generator, *words_answers))
    }

    pub(super) fn writer(&mut self, settings: &Settings) -> Option<Writer> {
        let (generator, words_answers) = self.generator(&settings.language)?;
        let worker = Worker::start("language", QUEUE_MAX, generator);
        Some(Writer { worker, words_answers: words_answers.into() })
    }

    pub(super) fn hearing(&mut self, engines: &mut Engines) {
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
            let worker = Worker::start_resting("hearing", QUEUE_MAX, ears, QUIET, Ears::rest);
            engines.ears.push(Hearer { worker, languages });
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
            .filter(|model| self.admits(model, of_files(model)))
            .collect::<Vec<_>>()
            .into_iter()
            .filter_map(|model| self.opened(Role::Hearing, &model.name, open_transcriber(model, runtime)))
            .collect()
    }

    /// What reads pictures: codes always, printed text where its model is installed.
    pub(super) fn sight(&mut self) -> Sight {
        Sight { decoder: Worker::start("codes", QUEUE_MAX, ()), reader: self.reader() }
    }

    fn reader(&mut self) -> Option<Worker<Box<dyn TextReader>>> {
        let model = self.installed.of(Role::Reading)?.clone();
        let Engine::Ppocr { detector, recogniser, orienter } = &model.engine else { return None };
        if !self.admits(&model, of_files(&model)) {
            return None;
        }
        let runtime = self.runtime()?;
        let files = sight::ReadingFiles { detector, recogniser, orienter };
        let reader = self.opened(Role::Reading, &model.name, sight::open_ppocr(&runtime, files))?;
        Some(Worker::start("reading", QUEUE_MAX, reader))
    }

    pub(super) fn faces(&mut self) -> Option<Box<dyn FaceFinder>> {
        let model = self.installed.of(Role::Sight)?.clone();
        let Engine::UltraLight { weights } = &model.engine else { return None };
        let runtime = self.runtime()?;
        self.opened(Role::Sight, &model.name, sight::open_ultra_light(&runtime, weights))
    }

    /// Opens further voices, for what is spoken beside the conversation.
    pub(super) fn voice_opener(&self) -> Option<OpenVoice> {
        let Engine::Espeak { program } = self.installed.of(Role::Voice)?.engine.clone() else { return None };
        Some(Box::new(move || speech::open_espeak(&program)))
    }

    fn runtime(&mut self) -> Option<PathBuf> {
        match &self.installed.of(Role::Runtime)?.engine {
            Engine::Onnxruntime { library } => Some(library.clone()),
            _ => None,
        }
    }

    pub(super) fn voice(&mut self) -> Option<Worker<Box<dyn engine::Voice>>> {
        let model = self.installed.of(Role::Voice)?.clone();
        let Engine::Espeak { program } = &model.engine else { return None };
        let voice = self.opened(Role::Voice, &model.name, speech::open_espeak(program))?;
        Some(Worker::start("voice", QUEUE_MAX, voice))
    }
}

/// What a model's files need in memory.
fn of_files(model: &Model) -> Need {
    let bytes = |path: PathBuf| path.metadata().map_or(0, |file| file.len());
    Need::of_file(model.engine.paths().into_iter().map(bytes).sum())
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

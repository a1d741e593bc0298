//! Which installed model serves which role, each on its own worker. A model that is missing or cannot be used is told; the rest serves.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::QUEUE_MAX;
use crate::base::worker::Worker;
use crate::config::Settings;
use crate::conversation::{Engines, Hearer, Sight, Writer};
use crate::engine::speech::{self, Ears};
use crate::engine::{self, EngineError, FaceFinder, TextReader, Transcriber, language, sight};
use crate::http::MissingModel;
use crate::knowledge::SharedEmbedder;
use crate::models::{Engine, Installed, Model, Role};
use crate::showing::OpenVoice;

/// Opening in progress: what is installed, what was found missing, what was opened under which name.
pub(super) struct Opening {
    installed: Installed,
    pub(super) missing: Vec<MissingModel>,
    pub(super) names: Vec<(&'static str, String)>,
}

impl Opening {
    pub(super) fn at(data: &Path) -> anyhow::Result<Self> {
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

    pub(super) fn embedder(&mut self) -> Option<SharedEmbedder> {
        let model = self.installed.of(Role::Embedding)?.clone();
        let Engine::BertSafetensors { weights, .. } = &model.engine else { return None };
        let folder = weights.parent()?;
        let embedder = self.opened(Role::Embedding, &model.name, engine::open_embedder(folder))?;
        Some(Arc::new(Worker::start("embedding", QUEUE_MAX, embedder)))
    }

    pub(super) fn writer(&mut self, settings: &Settings) -> Option<Writer> {
        let model = self.installed.of(Role::Language)?.clone();
        let Engine::Gguf { weights, words_answers } = &model.engine else { return None };
        let limits = language::Settings {
            threads: settings.language.threads,
            context_tokens_max: settings.language.context_tokens_max,
        };
        let generator = self.opened(Role::Language, &model.name, language::open(weights, &limits))?;
        Some(Writer { worker: Worker::start("language", QUEUE_MAX, generator), words_answers: *words_answers })
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

    /// What reads pictures: codes always, printed text where its model is installed.
    pub(super) fn sight(&mut self) -> Sight {
        Sight { decoder: Worker::start("codes", QUEUE_MAX, ()), reader: self.reader() }
    }

    fn reader(&mut self) -> Option<Worker<Box<dyn TextReader>>> {
        let model = self.installed.of(Role::Reading)?.clone();
        let Engine::Ppocr { detector, recogniser, orienter } = &model.engine else { return None };
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

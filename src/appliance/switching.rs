//! Puts another model in a role: opened, asked, and kept only when it answers. The one before returns otherwise.
//!
//! The writing and the embedding model change while visitors are served: their workers give up what they own for what is put in
//! its place. A model of another role is opened and closed again as proof, and serves from the next start.

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::runtime::Handle;

use super::golden;
use super::opening::Opening;
use crate::admin::Progress;
use crate::admin::jobs::Failed;
use crate::base::Stop;
use crate::config::{self, Settings};
use crate::conversation::Engines;
use crate::engine::language::{self, Settings as WriterSettings};
use crate::engine::{self, Generator, Message, Role as Speaker};
use crate::http::App;
use crate::knowledge::{EMBED_BATCH, Knowledge, SharedEmbedder};
use crate::models::{Catalogue, Engine, Installed, Pack, Role, Shelf};

/// Tokens that a new writing model has to give.
const PROBE_TOKENS: usize = 8;

/// A model that takes longer to begin is of no use to a visitor.
const PROBE_DEADLINE: Duration = Duration::from_secs(60);

/// A visit's turn must be over before the models change hands.
const GOLDEN_DEADLINE: Duration = Duration::from_secs(120);

/// What switching needs of the appliance.
pub(super) struct Switching {
    pub app: Arc<App>,
    pub models: PathBuf,
    pub limits: config::Language,
    pub runtime: Handle,
}

impl Switching {
    pub fn new(app: Arc<App>, settings: &Settings, data: &std::path::Path, runtime: Handle) -> Self {
        Self { app, models: data.join("models"), limits: settings.language.clone(), runtime }
    }

    /// Gives `{"kept","reason","restart"}`. Blocking, seconds to minutes.
    ///
    /// # Errors
    /// When the model is not here, would not fit, or the pack cannot be written; nothing was changed then.
    pub fn switch(&self, role: Role, name: &str, progress: &Progress) -> Result<Value, Failed> {
        progress.at(0, Some(3));
        let shelf = Shelf::at(&self.models);
        let before = shelf.pack().map_err(failed)?;
        let pack = wanted(&before, role, name)?;
        let installed = Installed::of_pack(&self.models, &pack);
        if let Some(missing) = installed.missing().iter().find(|missing| missing.model == name) {
            return Err(Failed {
                message: format!("'{name}' is not whole: {}", missing.fault),
                hint: missing.repair.clone(),
            });
        }
        self.check_memory(&pack, name)?;
        progress.say("opening it");
        progress.at(1, Some(3));
        let proved = match role {
            Role::Language if self.app.conversation.engines.writer.is_some() => self.write_with(&installed, progress),
            Role::Embedding => self.embed_with(installed, progress),
            _ => self.prove(installed, role),
        };
        let restart = match proved {
            Ok(restart) => restart,
            Err(reason) => {
                tracing::warn!(model = name, reason, "a model did not pass; the one before serves");
                return Ok(json!({"kept": false, "reason": reason, "restart": false}));
            }
        };
        shelf.take_up(&pack).map_err(failed)?;
        if !restart {
            self.app.conversation.engines.names.replace(role.word(), name);
        }
        progress.at(3, Some(3));
        let reason = if restart { "it opens; it serves from the next start" } else { "it answers and serves now" };
        Ok(json!({"kept": true, "reason": reason, "restart": restart}))
    }

    /// Refuses a model that would not fit beside the one that it replaces: both are here until the new one has answered.
    fn check_memory(&self, pack: &Pack, name: &str) -> Result<(), Failed> {
        let model = pack.models.iter().find(|model| model.name == name);
        let Some(needs) = model.and_then(|model| model.memory_mb) else { return Ok(()) };
        let free = self.app.telemetry.board().memory_available;
        match free.map(|free| free >> 20) {
            Some(free) if free < u64::from(needs) => Err(Failed {
                message: format!("'{name}' needs {needs} MiB of memory and {free} MiB are free"),
                hint: "choose a smaller model".into(),
            }),
            _ => Ok(()),
        }
    }

    /// The writing model, live. `Err`: why it was not kept.
    fn write_with(&self, installed: &Installed, progress: &Progress) -> Result<bool, String> {
        let Some(writer) = &self.app.conversation.engines.writer else { return Ok(true) };
        let model = installed.of(Role::Language).ok_or("no writing model is whole")?;
        let Engine::Gguf { weights, words_answers } = &model.engine else { return Err("it does not write".into()) };
        let limits =
            WriterSettings { threads: self.limits.threads, context_tokens_max: self.limits.context_tokens_max };
        let mut opened = language::open(weights, &limits).map_err(|error| error.to_string())?;
        progress.say("asking it");
        progress.at(2, Some(3));
        probe(opened.as_mut())?;
        let swap = move |owned: &mut Box<dyn Generator>| std::mem::replace(owned, opened);
        let pending = writer.worker.call(move |owned, _| swap(owned)).map_err(|error| error.to_string())?;
        let old = pending.wait().map_err(|error| error.to_string())?.value;
        let trusted = writer.words_answers.swap(*words_answers, Ordering::Relaxed);
        self.golden().inspect_err(|_| {
            writer.words_answers.store(trusted, Ordering::Relaxed);
            if let Ok(pending) = writer.worker.call(move |owned, _| *owned = old) {
                let _ = pending.wait();
            }
        })?;
        Ok(false)
    }

    /// The embedding model, live: everything known is placed anew, and words alone find it meanwhile.
    fn embed_with(&self, installed: Installed, progress: &Progress) -> Result<bool, String> {
        let mut opening = Opening::of(installed, None);
        let embedder = opening.embedder().ok_or("it cannot be opened; the log names the fault")?;
        progress.say("placing the knowledge by meaning");
        let before =
            self.know(move |knowledge| knowledge.use_embedder(embedder.clone()).map_err(|error| error.to_string()))?;
        progress.at(2, Some(3));
        self.place_all(progress.stop()).and_then(|()| self.golden()).inspect_err(|_| self.back_to(before))?;
        Ok(false)
    }

    fn back_to(&self, before: Option<SharedEmbedder>) {
        let Some(before) = before else { return };
        if let Err(reason) =
            self.know(move |knowledge| knowledge.use_embedder(before.clone()).map_err(|error| error.to_string()))
        {
            tracing::error!(reason, "the embedding model before did not return; words search until the next start");
        }
    }

    fn place_all(&self, stop: &Stop) -> Result<(), String> {
        let mut left = self.know(|knowledge| knowledge.unplaced().map_err(|error| error.to_string()))?;
        while !left.is_empty() {
            if stop.is_requested() {
                return Err("the appliance is stopping".into());
            }
            let piece = Arc::new(left.take(EMBED_BATCH));
            self.know(move |knowledge| knowledge.place(&piece).map_err(|error| error.to_string()))?;
        }
        self.know(|knowledge| knowledge.reread().map_err(|error| error.to_string()))
    }

    fn know<T: Send + 'static>(
        &self,
        work: impl Fn(&mut Knowledge) -> Result<T, String> + Send + 'static,
    ) -> Result<T, String> {
        let pending = self.app.conversation.knowledge.call(move |knowledge, _| work(knowledge));
        pending.map_err(|error| error.to_string())?.wait().map_err(|error| error.to_string())?.value
    }

    /// Opens a model and closes it again. `Err`: it cannot be opened.
    fn prove(&self, installed: Installed, role: Role) -> Result<bool, String> {
        let mut opening = Opening::of(installed, None);
        let opens = match role {
            Role::Language => opening.opens_writer(&self.limits),
            Role::Embedding => opening.embedder().is_some(),
            Role::Hearing | Role::Detection => {
                let mut engines = Engines::default();
                opening.hearing(&mut engines);
                !engines.ears.is_empty()
            }
            Role::Voice => opening.voice().is_some(),
            Role::Reading => opening.sight().reader.is_some(),
            Role::Sight => opening.faces().is_some(),
            // Whatever runs on it proves it.
            Role::Runtime => true,
        };
        if opens { Ok(true) } else { Err("it cannot be opened; the log names the fault".into()) }
    }

    /// A golden question, through the whole path.
    fn golden(&self) -> Result<(), String> {
        let asked = async { tokio::time::timeout(GOLDEN_DEADLINE, golden::golden(&self.app)).await };
        match self.runtime.block_on(asked) {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(format!("{error:#}")),
            Err(_) => Err(format!("no golden question was answered within {} seconds", GOLDEN_DEADLINE.as_secs())),
        }
    }
}

/// The pack with `name` serving `role`: a model that it has goes first, one of the catalogue joins it.
fn wanted(before: &Pack, role: Role, name: &str) -> Result<Pack, Failed> {
    let names = [name.to_string()];
    let joined =
        Catalogue::shipped().join(before.clone(), &names).and_then(|pack| pack.preferring(name)).map_err(failed)?;
    match joined.models.first() {
        Some(model) if model.role == role => Ok(joined),
        _ => {
            Err(Failed { message: format!("'{name}' does not serve the role {role}"), hint: "reload the page".into() })
        }
    }
}

/// Whether a writing model writes at all, and soon enough.
fn probe(generator: &mut dyn Generator) -> Result<(), String> {
    let started = std::time::Instant::now();
    let messages = [Message { role: Speaker::User, text: "Say hello.".into() }];
    let mut written = String::new();
    let mut on_piece = |piece: &str| {
        written.push_str(piece);
        if started.elapsed() > PROBE_DEADLINE { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let made: Result<_, engine::EngineError> = generator.generate(&messages, PROBE_TOKENS, &Stop::new(), &mut on_piece);
    made.map_err(|error| error.to_string())?;
    match started.elapsed() {
        took if took > PROBE_DEADLINE => Err(format!("it took {} seconds for its first words", took.as_secs())),
        _ if written.trim().is_empty() => Err("it writes nothing".into()),
        _ => Ok(()),
    }
}

fn failed(error: crate::models::ModelsError) -> Failed {
    Failed { message: format!("{:#}", anyhow::Error::from(error)), hint: "nothing was changed".into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_of_the_pack_goes_first_and_a_strange_one_is_refused() {
        let starter = Pack::starter();
        let last = starter.models.last().unwrap().clone();
        let pack = wanted(&starter, last.role, &last.name).unwrap();
        assert_eq!((pack.models[0].name.as_str(), pack.models.len()), (last.name.as_str(), starter.models.len()));
        let strange = wanted(&starter, Role::Language, "no-such-model").unwrap_err();
        assert!(strange.message.contains("no-such-model"), "{}", strange.message);
        let other = if last.role == Role::Voice { Role::Language } else { Role::Voice };
        assert!(wanted(&starter, other, &last.name).unwrap_err().message.contains("does not serve"));
    }
}

//! What this appliance can use now: the models whose files are all here, by role, and what is missing with its repair.

use std::path::{Path, PathBuf};

use super::{Engine, Model, ModelsError, Pack, Role, Shelf, State};
use crate::domain::Language;

/// A model whose files are here.
#[derive(Debug, Clone, PartialEq)]
pub struct Ready {
    /// The model, with whole paths in its engine.
    pub model: Model,
    /// The bytes of its files.
    pub bytes: u64,
}

/// A model of the chosen pack that cannot be used, and what a person does about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    pub role: Role,
    pub model: String,
    /// Which file or program, and what is wrong with it.
    pub fault: String,
    /// A command.
    pub repair: String,
}

/// The state of the chosen pack on this machine, taken when it was asked for.
#[derive(Debug, Clone)]
pub struct Installed {
    pack: String,
    ready: Vec<Ready>,
    missing: Vec<Missing>,
}

impl Installed {
    /// Looks at the models folder. Sizes and earlier verifications are believed, nothing is read to the end: it takes a millisecond.
    ///
    /// # Errors
    /// [`ModelsError::Pack`] when the folder's `pack.toml` cannot be used.
    pub fn at(root: &Path) -> Result<Self, ModelsError> {
        let pack = Shelf::at(root).pack()?;
        Ok(Self::of_pack(root, &pack))
    }

    /// The same for a pack that is not the chosen one.
    pub fn of_pack(root: &Path, pack: &Pack) -> Self {
        let shelf = Shelf::at(root);
        let mut installed = Self { pack: pack.name.clone(), ready: Vec::new(), missing: Vec::new() };
        let states = shelf.states(pack);
        for model in &pack.models {
            match fault(model, &states) {
                Some((fault, repair)) => {
                    installed.missing.push(Missing { role: model.role, model: model.name.clone(), fault, repair });
                }
                None => installed.ready.push(ready(model, root, pack)),
            }
        }
        installed
    }

    /// The name of the chosen pack.
    pub fn pack(&self) -> &str {
        &self.pack
    }

    /// Every usable model, in the pack's order.
    pub fn ready(&self) -> &[Ready] {
        &self.ready
    }

    /// The models of the pack that cannot be used; empty when the pack is whole.
    pub fn missing(&self) -> &[Missing] {
        &self.missing
    }

    /// The first usable model for a role.
    pub fn of(&self, role: Role) -> Option<&Model> {
        self.ready.iter().map(|ready| &ready.model).find(|model| model.role == role)
    }

    /// The first usable model for a role in a language.
    pub fn speaking(&self, role: Role, language: Language) -> Option<&Model> {
        self.ready.iter().map(|ready| &ready.model).find(|model| model.role == role && model.speaks(language))
    }
}

fn ready(model: &Model, root: &Path, pack: &Pack) -> Ready {
    let bytes = pack.members_here().filter(|member| member.folder() == model.name).map(|member| member.bytes).sum();
    Ready { model: Model { engine: model.engine.under(root), ..model.clone() }, bytes }
}

/// What keeps a model from being used: a program or one of the engine's files. A licence text that is gone keeps nothing.
fn fault(model: &Model, states: &[(&super::Member, State)]) -> Option<(String, String)> {
    if let Engine::Espeak { program } = &model.engine {
        let absent = on_path(program).is_none();
        return absent.then(|| (format!("{program} is not on the path"), format!("apt-get install {program}")));
    }
    model.engine.paths().iter().find_map(|path| {
        let state =
            states.iter().find(|(member, _)| Path::new(&member.target) == path).map_or(State::Missing, |at| at.1);
        let bad = !matches!(state, State::Verified | State::Unchecked);
        bad.then(|| (format!("{}: {}", path.display(), state.words()), "usher models pull".into()))
    })
}

/// Where the system finds a program.
fn on_path(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(program)).find(|whole| whole.is_file())
}

//! Bigger models than the starter pack's, each a few files of one repository of a model hub. An entry is fetched only when
//! it is pinned: a revision and a digest for every file. What is not pinned is listed with the reason and refused.

use std::path::Path;

use serde::Deserialize;

use super::client::Client;
use super::pack::read_text;
use super::{Engine, Member, Model, ModelsError, Pack, Package, Role, rules};

const SHIPPED: &str = include_str!("../../models/catalogue.toml");

/// Models a site may choose from.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Catalogue {
    schema: u32,
    #[serde(rename = "model")]
    pub entries: Vec<Entry>,
}

/// One model of the catalogue.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    pub name: String,
    pub title: String,
    pub role: Role,
    #[serde(default)]
    pub languages: Vec<String>,
    pub licence: String,
    /// What it is expected to hold in memory, megabytes: the weights plus cache and buffers, estimated from their size.
    pub memory_mb: u32,
    /// The repository's name on the hub.
    pub repository: String,
    /// The full commit, 40 hexadecimal digits; only in a pinned entry.
    pub revision: Option<String>,
    pub pinned: bool,
    /// Why it is not pinned.
    pub reason: Option<String>,
    /// What serves it; absent while this program has no engine for it.
    pub engine: Option<Engine>,
    #[serde(rename = "file")]
    files: Vec<Listed>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Listed {
    path: String,
    target: String,
    bytes: Option<u64>,
    sha256: Option<String>,
}

impl Catalogue {
    /// The catalogue that ships with this program.
    ///
    /// # Panics
    /// When the file compiled into the program breaks its own rules; a test reads it.
    pub fn shipped() -> Self {
        Self::parse(SHIPPED, "models/catalogue.toml").expect("the shipped catalogue keeps the rules")
    }

    /// Reads a catalogue from text; `file` names it in errors.
    ///
    /// # Errors
    /// [`ModelsError::Pack`] with the line, or with the entry and the rule it breaks.
    pub fn parse(text: &str, file: &str) -> Result<Self, ModelsError> {
        let refuse = |reason: String| ModelsError::Pack { file: file.into(), reason };
        let catalogue: Self = toml::from_str(text).map_err(|e| refuse(e.to_string().trim_end().into()))?;
        if catalogue.schema != rules::SCHEMA {
            return Err(refuse(format!("its schema is {} and this program reads {}", catalogue.schema, rules::SCHEMA)));
        }
        for entry in &catalogue.entries {
            entry.check().map_err(|reason| refuse(format!("model '{}': {reason}", entry.name)))?;
        }
        Ok(catalogue)
    }

    /// Reads a catalogue file of at most 1 MiB.
    ///
    /// # Errors
    /// As [`Catalogue::parse`]; [`ModelsError::Io`] when the file cannot be read.
    pub fn read(path: &Path) -> Result<Self, ModelsError> {
        Self::parse(&read_text(path)?, &path.display().to_string())
    }

    /// `pack` with the named models of this catalogue in it; names that it has already stay as they are.
    ///
    /// # Errors
    /// As [`Entry::join`].
    pub fn join(&self, pack: Pack, names: &[String]) -> Result<Pack, ModelsError> {
        names.iter().try_fold(pack, |pack, name| match self.entry(name) {
            Some(entry) if !pack.models.iter().any(|model| model.name == *name) => entry.join(&pack),
            _ => Ok(pack),
        })
    }

    pub fn entry(&self, name: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.name == name)
    }
}

impl Entry {
    /// `pack` with this model in it. A model of the same role that shares a language with it gives way.
    ///
    /// # Errors
    /// [`ModelsError::Unpinned`] when the entry has no digests or no engine, [`ModelsError::Pack`] when the whole breaks a rule.
    pub fn join(&self, pack: &Pack) -> Result<Pack, ModelsError> {
        let (Some(engine), true) = (self.engine.clone(), self.pinned) else {
            let reason = self.reason.clone().unwrap_or_else(|| "this program has no engine for it yet".into());
            return Err(ModelsError::Unpinned { name: self.name.clone(), reason });
        };
        let mut joined = pack.clone();
        joined.models.retain(|model| !self.replaces(model));
        let owned = |member: &Member| joined.models.iter().any(|model| model.name == member.folder());
        joined.packages.iter_mut().for_each(|package| package.members.retain(owned));
        joined.packages.retain(|package| !package.members.is_empty());
        joined.models.push(self.model(engine));
        joined.packages.extend(self.files.iter().filter_map(|file| self.package(file)));
        if !joined.name.ends_with("-site") {
            joined.name.push_str("-site");
        }
        let refuse = |reason| ModelsError::Pack { file: format!("{} with {}", pack.name, self.name), reason };
        rules::check_pack(&joined).map_err(refuse)?;
        Ok(joined)
    }

    /// Bytes of its files, where they are known.
    pub fn bytes(&self) -> Option<u64> {
        self.files.iter().map(|file| file.bytes).sum()
    }

    fn replaces(&self, model: &Model) -> bool {
        let shares = self.languages.is_empty() || model.languages.iter().any(|tag| self.languages.contains(tag));
        model.name == self.name || (model.role == self.role && shares)
    }

    fn model(&self, engine: Engine) -> Model {
        Model {
            name: self.name.clone(),
            title: self.title.clone(),
            role: self.role,
            languages: self.languages.clone(),
            licence: self.licence.clone(),
            memory_mb: Some(self.memory_mb),
            engine,
        }
    }

    fn package(&self, file: &Listed) -> Option<Package> {
        let (bytes, sha256) = (file.bytes?, file.sha256.clone()?);
        let member = Member { path: file.path.clone(), target: file.target.clone(), bytes, sha256: sha256.clone() };
        Some(Package {
            client: Client::Hub,
            name: self.repository.clone(),
            version: self.revision.clone()?,
            licence: self.licence.clone(),
            only: None,
            platform: None,
            python: None,
            // One name without folders for each file, as the fetch folder is flat.
            file: file.target.replace('/', "-"),
            bytes,
            sha256,
            members: vec![member],
        })
    }

    fn check(&self) -> Result<(), String> {
        if let Some(engine) = self.engine.as_ref().filter(|engine| engine.role() != self.role) {
            return Err(format!("engine {} does not serve the role {}", engine.word(), self.role));
        }
        let whole = self.files.iter().all(|file| file.bytes.is_some() && file.sha256.is_some());
        match (self.pinned, &self.revision, &self.reason) {
            (true, Some(revision), _) if is_commit(revision) && whole && !self.files.is_empty() => Ok(()),
            (true, ..) => {
                Err("a pinned entry needs a revision of 40 digits, and bytes and sha256 of every file".into())
            }
            (false, None, Some(_)) => Ok(()),
            (false, ..) => Err("an entry that is not pinned gives a reason and no revision".into()),
        }
    }
}

fn is_commit(revision: &str) -> bool {
    revision.len() == 40 && revision.bytes().all(|c| matches!(c, b'0'..=b'9' | b'a'..=b'f'))
}

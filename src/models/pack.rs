//! A pack: models, what serves each, and the packages that carry their files. Typed TOML; the rules it must keep are in `rules`.

use std::collections::BTreeSet;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::{Engine, ModelsError, Package, Role, rules};
use crate::domain::Language;

/// Longest pack or catalogue file that is read: the starter pack has 9 kB, a hundred models would have 200 kB.
pub(super) const PACK_BYTES_MAX: u64 = 1 << 20;

/// The pack that ships with this program.
const STARTER: &str = include_str!("../../models/starter.toml");

/// A set of models that serve one appliance together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pack {
    /// The layout of this file; [`rules::SCHEMA`] is the one this program reads.
    pub schema: u32,
    pub name: String,
    pub title: String,
    #[serde(rename = "model")]
    pub models: Vec<Model>,
    #[serde(rename = "package", default)]
    pub packages: Vec<Package>,
}

/// One model and what serves it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Model {
    pub name: String,
    pub title: String,
    pub role: Role,
    /// Language tags (`en`, `zh`, `yue`); empty when the model does not depend on the language.
    #[serde(default)]
    pub languages: Vec<String>,
    /// SPDX expression of the weights' licence.
    pub licence: String,
    /// Resident memory while it works, megabytes, where it was measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory_mb: Option<u32>,
    pub engine: Engine,
}

/// One file taken out of a package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Member {
    /// Its name inside the package, compared letter by letter.
    pub path: String,
    /// Where it is placed, relative to the models folder, with `/`.
    pub target: String,
    pub bytes: u64,
    /// Lower-case hexadecimal, 64 digits.
    pub sha256: String,
}

impl Pack {
    /// The starter pack.
    ///
    /// # Panics
    /// When the file compiled into the program breaks its own rules; a test reads it.
    pub fn starter() -> Self {
        Self::parse(STARTER, "models/starter.toml").expect("the shipped starter pack keeps the rules")
    }

    /// Reads a pack from text; `file` names it in errors.
    ///
    /// # Errors
    /// [`ModelsError::Pack`] with the line, or with the rule that is broken.
    pub fn parse(text: &str, file: &str) -> Result<Self, ModelsError> {
        let refuse = |reason: String| ModelsError::Pack { file: file.into(), reason };
        let pack: Self = toml::from_str(text).map_err(|e| refuse(e.to_string().trim_end().into()))?;
        rules::check_pack(&pack).map_err(refuse)?;
        Ok(pack)
    }

    /// Reads a pack file of at most 1 MiB.
    ///
    /// # Errors
    /// As [`Pack::parse`]; [`ModelsError::Io`] when the file cannot be read.
    pub fn read(path: &Path) -> Result<Self, ModelsError> {
        Self::parse(&read_text(path)?, &path.display().to_string())
    }

    /// The text of this pack as a file.
    ///
    /// # Panics
    /// Never: every field has a TOML form.
    pub fn to_toml(&self) -> String {
        toml::to_string(self).expect("a pack is plain tables and values")
    }

    /// This pack with `name` before every other model, so that it serves its role.
    ///
    /// # Errors
    /// [`ModelsError::Unknown`].
    pub fn preferring(&self, name: &str) -> Result<Self, ModelsError> {
        let mut pack = self.clone();
        let Some(at) = pack.models.iter().position(|model| model.name == name) else {
            return Err(ModelsError::Unknown { name: name.into(), known: self.names() });
        };
        let model = pack.models.remove(at);
        pack.models.insert(0, model);
        Ok(pack)
    }

    /// The packages for this machine's processor.
    pub fn packages_here(&self) -> impl Iterator<Item = &Package> {
        self.packages.iter().filter(|package| package.fits(std::env::consts::ARCH))
    }

    /// Every file for this machine's processor.
    pub fn members_here(&self) -> impl Iterator<Item = &Member> {
        self.packages_here().flat_map(|package| &package.members)
    }

    /// The packages that carry files of the named models; all of them for no names.
    ///
    /// # Errors
    /// [`ModelsError::Unknown`] for a name that is not in the pack.
    pub fn packages_of(&self, names: &[String]) -> Result<Vec<&Package>, ModelsError> {
        let folders = self.folders(names)?;
        let wanted = |package: &&Package| package.members.iter().any(|member| folders.contains(member.folder()));
        Ok(self.packages_here().filter(wanted).collect())
    }

    /// The models of those names, in the pack's order; all of them for no names.
    ///
    /// # Errors
    /// [`ModelsError::Unknown`] for a name that is not in the pack.
    pub fn models_of(&self, names: &[String]) -> Result<Vec<&Model>, ModelsError> {
        match names.iter().find(|name| !self.models.iter().any(|model| model.name == **name)) {
            Some(unknown) => Err(ModelsError::Unknown { name: unknown.clone(), known: self.names() }),
            None => Ok(self.models.iter().filter(|model| names.is_empty() || names.contains(&model.name)).collect()),
        }
    }

    /// The folders of those models; a model owns the folder of its name, licence texts included.
    fn folders(&self, names: &[String]) -> Result<BTreeSet<&str>, ModelsError> {
        Ok(self.models_of(names)?.into_iter().map(|model| model.name.as_str()).collect())
    }

    fn names(&self) -> String {
        self.models.iter().map(|model| model.name.as_str()).collect::<Vec<_>>().join(", ")
    }
}

impl Model {
    /// Whether the model is made for `language`; one without languages serves every language.
    pub fn speaks(&self, language: Language) -> bool {
        self.languages.is_empty() || self.languages.iter().any(|tag| tag == language.code())
    }
}

impl Member {
    /// The model folder this file is placed in.
    pub fn folder(&self) -> &str {
        self.target.split('/').next().unwrap_or_default()
    }
}

/// Reads a small text file; one of more than [`PACK_BYTES_MAX`] is refused unread.
pub(super) fn read_text(path: &Path) -> Result<String, ModelsError> {
    let bytes = std::fs::metadata(path).map_err(ModelsError::io("read", path))?.len();
    if bytes > PACK_BYTES_MAX {
        let reason = format!("it has {bytes} bytes and may have {PACK_BYTES_MAX}");
        return Err(ModelsError::Pack { file: path.display().to_string(), reason });
    }
    std::fs::read_to_string(path).map_err(ModelsError::io("read", path))
}

//! The file as typed becomes settings as meant. Rooms below declare what they need; none of them imports this one.

mod file;
mod find;

use std::path::{Path, PathBuf};

use serde_json::Value;

pub use file::{Clips, Hearing, Language, MapPlace, Phone, Presence, Serve, SiteFile, Visit};
pub use find::{data_dir, site_file};

use crate::camera;
use crate::device;
use crate::domain::Site;
use crate::facts;
use crate::handoff;

/// What can be wrong with a configuration; the text says where and what to do.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("site '{name}' is not known: looked for {}", display(tried))]
    UnknownSite { name: String, tried: Vec<PathBuf> },
    #[error("{}: cannot be read: {source}", path.display())]
    Unreadable { path: PathBuf, source: std::io::Error },
    #[error("{}: {source}", path.display())]
    Malformed { path: PathBuf, source: Box<toml::de::Error> },
    #[error("{}: {field}: {reason}", path.display())]
    Invalid { path: PathBuf, field: String, reason: String },
}

/// A checked configuration.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The file it came from.
    pub path: PathBuf,
    pub site: Site,
    /// The folder of items and documents that the site ships with.
    pub knowledge: PathBuf,
    pub serve: Serve,
    pub visit: Visit,
    pub hearing: Hearing,
    pub language: Language,
    pub pins: device::Settings,
    pub handoff: handoff::Settings,
    pub map: MapPlace,
    pub connector: facts::Settings,
    pub camera: camera::Settings,
    pub presence: Presence,
    pub phone: Phone,
    pub clips: Clips,
}

impl Settings {
    /// Reads and checks `path`.
    ///
    /// # Errors
    /// [`ConfigError`] naming the file, the field and the reason.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        let text =
            std::fs::read_to_string(path).map_err(|source| ConfigError::Unreadable { path: path.into(), source })?;
        let typed: SiteFile = toml::from_str(&text)
            .map_err(|source| ConfigError::Malformed { path: path.into(), source: Box::new(source) })?;
        typed.meant(path)
    }

    /// The settings as a whole site file, defaults included.
    pub fn as_file(&self) -> SiteFile {
        let Site { id, name, kiosk, languages, time_zone, greeting, prompt, vocabulary, theme, contact, topics } =
            self.site.clone();
        SiteFile {
            id,
            name,
            kiosk,
            languages,
            time_zone,
            knowledge: self.knowledge.clone(),
            greeting,
            prompt,
            vocabulary,
            theme,
            contact,
            topics,
            serve: self.serve.clone(),
            visit: self.visit.clone(),
            hearing: self.hearing.clone(),
            language: self.language.clone(),
            pins: self.pins.clone(),
            handoff: self.handoff.clone(),
            map: self.map.clone(),
            connector: self.connector.clone(),
            camera: self.camera.clone(),
            presence: self.presence.clone(),
            phone: self.phone.clone(),
            clips: self.clips.clone(),
        }
    }
}

/// The JSON schema (2020-12) of the site file.
pub fn schema() -> Value {
    schemars::schema_for!(SiteFile).to_value()
}

fn display(paths: &[PathBuf]) -> String {
    paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ")
}

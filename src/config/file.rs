//! The site file as a technician types it, and the checks that make it settings.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ConfigError, Settings};
use crate::base::{Clock, or_nearest};
use crate::camera;
use crate::clip::Coding;
use crate::device;
use crate::domain::{self, Card, Localised, Site, Theme, Topic};
use crate::facts;
use crate::handoff;

/// More tiles or questions than these do not fit the screen at the smallest kiosk size.
const TOPICS_MAX: usize = 12;
const TOPIC_ITEMS_MAX: usize = 8;

/// A site file: what visitors are told, and how the appliance behaves here. Everything after `topics` may be left out.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SiteFile {
    /// Short name in file names and commands: lower case letters, digits and hyphens.
    pub id: String,
    pub name: Localised,
    /// Where this kiosk stands.
    pub kiosk: Localised,
    /// The languages the site answers in; the first one greets first.
    pub languages: Vec<domain::Language>,
    /// IANA time zone, for opening hours and validity dates.
    pub time_zone: String,
    /// Folder of items and documents, beside this file unless absolute.
    pub knowledge: PathBuf,
    pub greeting: Localised,
    pub prompt: Localised,
    /// Names that the recogniser should know, as they are written.
    #[serde(default)]
    pub vocabulary: Vec<String>,
    pub theme: Theme,
    pub contact: Card,
    pub topics: Vec<Topic>,
    #[serde(default)]
    pub serve: Serve,
    #[serde(default)]
    pub visit: Visit,
    #[serde(default)]
    pub hearing: Hearing,
    #[serde(default)]
    pub language: Language,
    #[serde(default)]
    pub pins: device::Settings,
    /// How a visitor reaches a person.
    #[serde(default)]
    pub handoff: handoff::Settings,
    #[serde(default)]
    pub map: MapPlace,
    /// The site's business systems, by name.
    #[serde(default)]
    pub connector: facts::Settings,
    /// The site's cameras that explanations may show, by name.
    #[serde(default)]
    pub camera: camera::Settings,
    #[serde(default)]
    pub presence: Presence,
    #[serde(default)]
    pub phone: Phone,
    #[serde(default)]
    pub clips: Clips,
}

/// Whether the page's own camera notices people. No face is stored, compared or sent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Presence {
    pub on: bool,
}

/// Where visitors' phones fetch an answer that they take along.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Phone {
    /// An address of this kiosk on the visitors' network, such as `192.0.2.7:8090`. Left out: the code holds the words themselves.
    #[schemars(with = "Option<String>")]
    pub listen: Option<SocketAddr>,
    /// What phones call it, when that is not `http://` and the address.
    pub url: Option<String>,
}

impl Phone {
    /// The address in the code; `None` where phones cannot reach this kiosk.
    pub fn address(&self) -> Option<String> {
        let listen = self.listen?;
        Some(self.url.clone().unwrap_or_else(|| format!("http://{listen}")))
    }
}

/// Clips that are made here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Clips {
    /// `h264` or, royalty-free, `vp9`; `docs/operations.md` says what that means for patents.
    pub encoder: Coding,
    /// Disk for made clips, MiB; the one unused longest goes. 0 keeps none.
    pub disk_mb: u32,
}

impl Default for Clips {
    fn default() -> Self {
        Self { encoder: Coding::default(), disk_mb: 256 }
    }
}

/// The site's map: `media/map.toml` in the folder of its knowledge.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct MapPlace {
    /// The place on the map where this kiosk stands.
    pub kiosk: Option<String>,
}

/// Where usher listens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Serve {
    /// Loopback unless a technician says otherwise.
    #[schemars(with = "String")]
    pub listen: SocketAddr,
    /// Visits at once; one more is refused with a sentence.
    pub visits_max: usize,
}

impl Default for Serve {
    fn default() -> Self {
        Self { listen: SocketAddr::from(([127, 0, 0, 1], 8080)), visits_max: 8 }
    }
}

/// How long a visit may rest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Visit {
    /// Seconds without a touch or a word until the page warns and then wipes.
    pub idle_seconds: u32,
}

impl Default for Visit {
    fn default() -> Self {
        Self { idle_seconds: 60 }
    }
}

/// How usher listens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Hearing {
    /// Silence that ends a spoken question, milliseconds. Shorter answers sooner and cuts hesitant people off.
    pub end_of_turn_ms: u32,
}

impl Default for Hearing {
    fn default() -> Self {
        Self { end_of_turn_ms: 700 }
    }
}

/// How the language model is used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Language {
    /// Threads of the language model.
    pub threads: usize,
    /// Longest context, tokens; it bounds the cache's memory.
    pub context_tokens_max: usize,
}

impl Default for Language {
    fn default() -> Self {
        Self { threads: 2, context_tokens_max: 2048 }
    }
}

impl SiteFile {
    /// Checks what types cannot say.
    ///
    /// # Errors
    /// [`ConfigError::Invalid`] for the first field that does not hold.
    pub(super) fn meant(self, path: &Path) -> Result<Settings, ConfigError> {
        let invalid =
            |field: &str, reason: String| ConfigError::Invalid { path: path.into(), field: field.into(), reason };
        self.check_words().map_err(|(field, reason)| invalid(&field, reason))?;
        self.check_numbers().map_err(|(field, reason)| invalid(&field, reason))?;
        let knowledge = path.parent().unwrap_or(Path::new(".")).join(&self.knowledge);
        if !knowledge.is_dir() {
            return Err(invalid("knowledge", format!("{} is not a folder", knowledge.display())));
        }
        let site = Site {
            id: self.id,
            name: self.name,
            kiosk: self.kiosk,
            languages: self.languages,
            time_zone: self.time_zone,
            greeting: self.greeting,
            prompt: self.prompt,
            vocabulary: self.vocabulary,
            theme: self.theme,
            contact: self.contact,
            topics: self.topics,
        };
        Ok(Settings {
            path: path.into(),
            site,
            knowledge,
            serve: self.serve,
            visit: self.visit,
            hearing: self.hearing,
            language: self.language,
            pins: self.pins,
            handoff: self.handoff.beside(path),
            map: self.map,
            connector: self.connector.beside(path),
            camera: self.camera.beside(path),
            presence: self.presence,
            phone: self.phone,
            clips: self.clips,
        })
    }

    fn check_words(&self) -> Result<(), (String, String)> {
        let plain =
            |id: &str| !id.is_empty() && id.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
        if !plain(&self.id) {
            return Err(("id".into(), format!("'{}' is not lower case letters, digits and hyphens", self.id)));
        }
        if self.languages.is_empty() {
            return Err(("languages".into(), "name at least one of en, zh".into()));
        }
        Clock::system(&self.time_zone).map_err(|error| ("time_zone".into(), error.to_string()))?;
        for (field, text) in self.texts() {
            if let Some(language) = self.languages.iter().find(|language| !text.0.contains_key(language)) {
                return Err((field, format!("has no text for '{language}', which `languages` names")));
            }
        }
        Ok(())
    }

    fn check_numbers(&self) -> Result<(), (String, String)> {
        if self.topics.len() > TOPICS_MAX {
            return Err(("topics".into(), format!("{} do not fit the screen, {TOPICS_MAX} do", self.topics.len())));
        }
        if let Some(topic) =
            self.topics.iter().find(|topic| topic.items.is_empty() || topic.items.len() > TOPIC_ITEMS_MAX)
        {
            return Err((format!("topics.{}.items", topic.id), format!("name 1 to {TOPIC_ITEMS_MAX} items")));
        }
        let colour = self.theme.accent.strip_prefix('#').unwrap_or_default();
        if colour.len() != 6 || !colour.chars().all(|c| c.is_ascii_hexdigit()) {
            return Err(("theme.accent".into(), format!("'{}' is not a colour like #0b6e99", self.theme.accent)));
        }
        self.handoff.check()?;
        self.connector.check(&self.languages)?;
        self.camera.check(&self.languages)?;
        for (key, name) in self.connector.cameras() {
            if !self.camera.0.contains_key(name) {
                let nearest = or_nearest(name, self.camera.0.keys());
                return Err((key, format!("there is no [camera.{name}]{nearest}")));
            }
        }
        within("visit.idle_seconds", self.visit.idle_seconds as usize, 20, 600)?;
        within("hearing.end_of_turn_ms", self.hearing.end_of_turn_ms as usize, 200, 3000)?;
        within("serve.visits_max", self.serve.visits_max, 1, 256)?;
        within("language.threads", self.language.threads, 1, 64)?;
        within("language.context_tokens_max", self.language.context_tokens_max, 512, 32_768)
    }

    fn texts(&self) -> Vec<(String, &Localised)> {
        let mut texts: Vec<(String, &Localised)> = vec![
            ("name".into(), &self.name),
            ("kiosk".into(), &self.kiosk),
            ("greeting".into(), &self.greeting),
            ("prompt".into(), &self.prompt),
            ("contact.title".into(), &self.contact.title),
            ("contact.place".into(), &self.contact.place),
            ("contact.hours".into(), &self.contact.hours),
        ];
        texts.extend(self.topics.iter().map(|topic| (format!("topics.{}.label", topic.id), &topic.label)));
        texts
    }
}

fn within(field: &str, value: usize, min: usize, max: usize) -> Result<(), (String, String)> {
    if (min..=max).contains(&value) {
        return Ok(());
    }
    Err((field.into(), format!("{value} is outside {min} to {max}")))
}

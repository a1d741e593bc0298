//! The site file as a technician types it, and the checks that make it settings.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Settings;
use super::fault::FieldFault;
use super::layers::Origin;
use crate::base::{Clock, or_nearest};
use crate::camera;
use crate::clip::Coding;
use crate::device::{self, Board};
use crate::domain::{self, Card, Localised, Site, Theme, Topic};
use crate::facts;
use crate::handoff;
use crate::privacy::profile::Profile;

/// More tiles or questions than these do not fit the screen at the smallest kiosk size.
const TOPICS_MAX: usize = 12;
const TOPIC_ITEMS_MAX: usize = 8;

/// A site file: what visitors are told, and how the appliance behaves here. Everything after `topics` may be left out.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SiteFile {
    /// Short name in file names and commands: lower case letters, digits and hyphens.
    #[schemars(extend("x-restart" = true))]
    pub id: String,
    pub name: Localised,
    /// Where this kiosk stands.
    pub kiosk: Localised,
    /// The languages the site answers in; the first one greets first.
    #[schemars(length(min = 1))]
    #[schemars(extend("x-restart" = true))]
    pub languages: Vec<domain::Language>,
    /// IANA time zone, for opening hours and validity dates.
    #[schemars(extend("x-restart" = true))]
    pub time_zone: String,
    /// Folder of items and documents, beside this file unless absolute.
    #[schemars(extend("x-restart" = true))]
    pub knowledge: PathBuf,
    pub greeting: Localised,
    pub prompt: Localised,
    /// Names that the recogniser should know, as they are written.
    #[serde(default)]
    #[schemars(extend("x-restart" = true))]
    pub vocabulary: Vec<String>,
    pub theme: Theme,
    #[schemars(extend("x-restart" = true))]
    pub contact: Card,
    pub topics: Vec<Topic>,
    #[serde(default)]
    pub serve: Serve,
    #[serde(default)]
    pub visit: Visit,
    #[serde(default)]
    pub hearing: Hearing,
    #[serde(default)]
    #[schemars(extend("x-restart" = true))]
    pub language: Language,
    /// The board file: its name in `boards`, e.g. `raspberry-pi-5`, or a path. Left out: `pins` is all of the body.
    #[schemars(extend("x-restart" = true))]
    pub board: Option<String>,
    #[serde(default)]
    #[schemars(extend("x-restart" = true))]
    pub pins: device::Settings,
    /// How a visitor reaches a person.
    #[serde(default)]
    #[schemars(extend("x-restart" = true))]
    pub handoff: handoff::Settings,
    #[serde(default)]
    #[schemars(extend("x-restart" = true))]
    pub map: MapPlace,
    /// The site's business systems, by name.
    #[serde(default)]
    #[schemars(extend("x-restart" = true))]
    pub connector: facts::Settings,
    /// The site's cameras that explanations may show, by name.
    #[serde(default)]
    #[schemars(extend("x-restart" = true))]
    pub camera: camera::Settings,
    #[serde(default)]
    #[schemars(extend("x-restart" = true))]
    pub presence: Presence,
    #[serde(default)]
    #[schemars(extend("x-restart" = true))]
    pub phone: Phone,
    #[serde(default)]
    #[schemars(extend("x-restart" = true))]
    pub clips: Clips,
    #[serde(default)]
    pub update: Update,
    #[serde(default)]
    pub privacy: Privacy,
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

/// What the country asks for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Privacy {
    /// `eu`, `cn` or `us`: notices on the kiosk's page, features that wait for them, how long things may be kept. Left out: the strictest of each.
    pub profile: Option<String>,
    /// Who answers for the processing: name and contact, as visitors read it. Left out: the site's name.
    pub operator: String,
}

/// Where newer versions of usher come from.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Update {
    /// `https://HOST/DIRECTORY` with signed bundles and their list. Left out: updates come as files alone.
    pub source: Option<String>,
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
    #[schemars(with = "String", extend("x-restart" = true))]
    pub listen: SocketAddr,
    /// Visits at once; one more is refused with a sentence.
    #[schemars(range(min = 1, max = 256))]
    pub visits_max: usize,
    /// An address for technicians' own devices, such as `0.0.0.0:8443`: administration and desk, never the kiosk page. Nothing
    /// listens there unless it is named. Over TLS, unless `tls` is `"off"`.
    #[schemars(with = "Option<String>", extend("x-restart" = true))]
    pub admin_listen: Option<SocketAddr>,
    /// `"self"`: a certificate is made here and renewed; a table names one of the site's own; `"off"`. It holds for every address but
    /// loopback, where browsers trust plain HTTP.
    #[schemars(extend("x-restart" = true))]
    pub tls: Option<Tls>,
}

/// How what is not on loopback is encrypted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged, expecting = "write \"self\", \"off\", or { certificate = \"FILE\", key = \"FILE\" }")]
pub enum Tls {
    Word(TlsWord),
    Own(OwnCertificate),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum TlsWord {
    /// Made here.
    #[serde(rename = "self")]
    SelfMade,
    Off,
}

/// Certificate chain and key, PEM files beside the site file unless absolute.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OwnCertificate {
    pub certificate: PathBuf,
    pub key: PathBuf,
}

impl Serve {
    fn beside(mut self, path: &Path) -> Self {
        if let Some(Tls::Own(own)) = &mut self.tls {
            let folder = path.parent().unwrap_or(Path::new("."));
            own.certificate = folder.join(&own.certificate);
            own.key = folder.join(&own.key);
        }
        self
    }
}

impl Default for Serve {
    fn default() -> Self {
        Self { listen: SocketAddr::from(([127, 0, 0, 1], 8080)), visits_max: 8, admin_listen: None, tls: None }
    }
}

/// How long a visit may rest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Visit {
    /// Seconds without a touch or a word until the page warns and then wipes.
    #[schemars(range(min = 20, max = 600))]
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
    #[schemars(range(min = 200, max = 3000))]
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
    #[schemars(range(min = 1, max = 64))]
    pub threads: usize,
    /// Longest context, tokens; it bounds the cache's memory.
    #[schemars(range(min = 512, max = 32768))]
    pub context_tokens_max: usize,
}

impl Default for Language {
    fn default() -> Self {
        Self { threads: 2, context_tokens_max: 2048 }
    }
}

impl SiteFile {
    /// The settings that this file, found at `path` and without [`SiteFile::faults_beside`], means.
    pub(super) fn meant(
        self,
        path: &Path,
        device: Option<PathBuf>,
        board: Board,
        origins: BTreeMap<String, Origin>,
    ) -> Settings {
        let knowledge = path.parent().unwrap_or(Path::new(".")).join(&self.knowledge);
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
        Settings {
            path: path.into(),
            device,
            origins,
            site,
            knowledge,
            serve: self.serve.beside(path),
            visit: self.visit,
            hearing: self.hearing,
            language: self.language,
            board,
            handoff: self.handoff.beside(path),
            map: self.map,
            connector: self.connector.beside(path),
            camera: self.camera.beside(path),
            presence: self.presence,
            phone: self.phone,
            clips: self.clips,
            update: self.update,
            privacy: self.privacy,
        }
    }

    /// Everything that no schema can say, for the file `site`.
    pub fn faults_beside(&self, site: &Path) -> Vec<FieldFault> {
        let mut faults = self.faults();
        let knowledge = site.parent().unwrap_or(Path::new(".")).join(&self.knowledge);
        if !knowledge.is_dir() {
            faults.push(FieldFault::new("knowledge", format!("{} is not a folder", knowledge.display())));
        }
        faults
    }

    /// Everything that no schema can say, whatever lies beside the file.
    pub fn faults(&self) -> Vec<FieldFault> {
        let mut faults = self.wrong_words();
        faults.extend(self.wrong_topics());
        if let Some(Err(error)) = self.privacy.profile.as_deref().map(Profile::named) {
            faults.push(FieldFault::new("privacy.profile", error.to_string()));
        }
        let rooms = [self.handoff.check(), self.connector.check(&self.languages), self.camera.check(&self.languages)];
        faults.extend(rooms.into_iter().filter_map(Result::err).map(|(field, reason)| FieldFault::new(field, reason)));
        for (key, name) in self.connector.cameras().filter(|(_, name)| !self.camera.0.contains_key(*name)) {
            let nearest = or_nearest(name, self.camera.0.keys());
            faults.push(FieldFault::new(key, format!("there is no [camera.{name}]{nearest}")));
        }
        faults
    }

    fn wrong_words(&self) -> Vec<FieldFault> {
        let mut faults = Vec::new();
        let plain =
            |id: &str| !id.is_empty() && id.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
        if !plain(&self.id) {
            faults.push(FieldFault::new("id", format!("'{}' is not lower case letters, digits and hyphens", self.id)));
        }
        if let Err(error) = Clock::system(&self.time_zone) {
            faults.push(FieldFault::new("time_zone", error.to_string()));
        }
        for (field, text) in self.texts() {
            if let Some(language) = self.languages.iter().find(|language| !text.0.contains_key(language)) {
                faults.push(FieldFault::new(field, format!("has no text for '{language}', which `languages` names")));
            }
        }
        let colour = self.theme.accent.strip_prefix('#').unwrap_or_default();
        if colour.len() != 6 || !colour.chars().all(|c| c.is_ascii_hexdigit()) {
            faults
                .push(FieldFault::new("theme.accent", format!("'{}' is not a colour like #0b6e99", self.theme.accent)));
        }
        faults
    }

    fn wrong_topics(&self) -> Vec<FieldFault> {
        let wrong = self.topics.iter().filter(|topic| topic.items.is_empty() || topic.items.len() > TOPIC_ITEMS_MAX);
        let mut faults: Vec<FieldFault> = wrong
            .map(|topic| {
                FieldFault::new(format!("topics.{}.items", topic.id), format!("name 1 to {TOPIC_ITEMS_MAX} items"))
            })
            .collect();
        if self.topics.len() > TOPICS_MAX {
            let reason = format!("{} do not fit the screen, {TOPICS_MAX} do", self.topics.len());
            faults.push(FieldFault::new("topics", reason));
        }
        if self.serve.admin_listen.is_some_and(|address| address == self.serve.listen) {
            let reason = "it is the address of the kiosk page; name another port";
            faults.push(FieldFault::new("serve.admin_listen", reason));
        }
        faults
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

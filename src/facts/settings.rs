//! The site's business systems as a technician types them: `[connector.NAME]` in a site file.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::input::Input;
use crate::domain::Localised;

/// The connectors of a site, by name.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Settings(pub BTreeMap<String, Connector>);

/// One question that a business system of the site answers in JSON.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Connector {
    /// What visitors read as the source.
    pub title: Localised,
    /// `https://HOST/PATH/{input}`; `http://` on the loopback, or anywhere with `in_the_clear`. Inputs stand behind the host only.
    pub url: String,
    #[serde(default)]
    pub method: Method,
    /// File with `Name: value` lines, beside the site file; nobody but usher may read it.
    pub headers_file: Option<PathBuf>,
    /// Certificate that the system must show, PEM, when no public authority signed it.
    pub certificate: Option<PathBuf>,
    /// Lets `http://` leave this machine. Who is on the cable then reads what visitors ask.
    #[serde(default)]
    pub in_the_clear: bool,
    /// What has to be known before the system can be asked, by name.
    #[serde(default)]
    pub inputs: BTreeMap<String, Input>,
    /// Longest wait for a whole reply, milliseconds.
    #[serde(default = "timeout_ms")]
    pub timeout_ms: u32,
    /// A reply younger than this is used again without asking, seconds.
    #[serde(default = "fresh_s")]
    pub fresh_s: u32,
    /// While the system is away a reply up to this age is told together with its age, seconds.
    #[serde(default = "keep_s")]
    pub keep_s: u32,
    /// What is taken from the reply, by name. Everything else is thrown away.
    pub facts: BTreeMap<String, FactSetting>,
    /// The sentences. The first one that fits is said; the last one must always fit.
    pub answer: Vec<AnswerSetting>,
    /// The card that shows it. Its facts bear the card's own names; a plain card has the sentence alone.
    #[serde(default)]
    pub card: CardChoice,
    /// Which camera of the site shows it.
    pub camera: Option<CameraChoice>,
}

/// The cards that facts are shown on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CardChoice {
    #[default]
    Plain,
    /// `flight`, `airline`, `from`, `from_city`, `to`, `to_city`, `gate`, `terminal`, `boarding_at`, `expected_at`, `status`.
    Flight,
    /// `name` (of an animal), `flight`, `hold` or `place`, `loaded_at`, `celsius`, `status`.
    Bag,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Method {
    /// Inputs stand in the address.
    #[default]
    Get,
    /// Inputs go as a JSON object in the body: numbers of visitors stay out of the other system's access log.
    Post,
}

/// One value of the reply.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FactSetting {
    /// JSON pointer (RFC 6901): `/environment/celsius`, `/legs/0/gate`.
    pub path: String,
    #[serde(rename = "type", default)]
    pub kind: FactKind,
    /// Whether a reply may lack it.
    #[serde(default)]
    pub optional: bool,
    /// The words for each value, for texts and flags. A text with values has no others.
    #[serde(default)]
    pub values: BTreeMap<String, Localised>,
    /// Longest text in characters; what is longer is cut.
    pub max: Option<usize>,
    /// Digits behind the point of a number.
    pub decimals: Option<usize>,
    /// Said behind a number.
    pub unit: Option<String>,
}

/// What a value must be.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum FactKind {
    /// A JSON string.
    #[default]
    Text,
    /// A JSON number.
    Number,
    /// `2026-11-23T14:20:00+08:00`, the same without an offset for the site's own time, or `14:20`.
    Time,
    /// `true` or `false`.
    Flag,
}

/// One sentence with `{fact}` in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AnswerSetting {
    /// Facts and the values they must have.
    #[serde(default)]
    pub when: BTreeMap<String, String>,
    pub text: Localised,
}

/// Chooses a camera by the value of a fact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CameraChoice {
    /// The fact.
    pub by: String,
    /// Its value and the camera's name in `[camera.NAME]`.
    pub names: BTreeMap<String, String>,
}

fn timeout_ms() -> u32 {
    1_500
}

fn fresh_s() -> u32 {
    30
}

fn keep_s() -> u32 {
    900
}

impl Settings {
    /// The same with its files found beside `file`, the configuration that names them.
    pub fn beside(mut self, file: &Path) -> Self {
        let folder = file.parent().unwrap_or(Path::new("."));
        for connector in self.0.values_mut() {
            for path in [&mut connector.headers_file, &mut connector.certificate].into_iter().flatten() {
                *path = folder.join(&*path);
            }
        }
        self
    }

    /// The cameras that connectors name, with the key that names each.
    pub fn cameras(&self) -> impl Iterator<Item = (String, &str)> {
        self.0.iter().flat_map(|(name, connector)| {
            let named = connector.camera.iter().flat_map(|camera| &camera.names);
            named.map(move |(value, camera)| (format!("connector.{name}.camera.names.{value}"), camera.as_str()))
        })
    }
}

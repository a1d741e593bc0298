//! What a site is to its visitors: its name, its words, its topics, its people.

use serde::{Deserialize, Serialize};

use super::{Card, Language, Localised};

/// A site as the technician describes it. Nothing here is needed to compute an answer, except the languages.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Site {
    /// Short name in file names and commands: lower case letters, digits and hyphens.
    pub id: String,
    pub name: Localised,
    /// Where this kiosk stands.
    pub kiosk: Localised,
    /// The languages the site answers in, the first one greets first.
    pub languages: Vec<Language>,
    /// IANA time zone, for opening hours and validity dates.
    pub time_zone: String,
    pub greeting: Localised,
    pub prompt: Localised,
    /// Names that the recogniser should know, as they are written.
    pub vocabulary: Vec<String>,
    pub theme: Theme,
    pub contact: Card,
    pub topics: Vec<Topic>,
}

/// How the page looks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Theme {
    /// `#rrggbb`, with a contrast of at least 4.5 to 1 against white.
    pub accent: String,
    pub mark: Mark,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Mark {
    Plane,
    Bank,
}

/// A tile on the first screen and the knowledge items behind it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Topic {
    pub id: String,
    /// One of the page's icons, e.g. `bag`, `gate`, `card`.
    pub icon: String,
    pub label: Localised,
    /// Ids of knowledge items, at most eight: more do not fit a screen.
    pub items: Vec<String>,
}

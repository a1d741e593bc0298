//! Live facts from the site's business systems, asked over HTTP and JSON as the site file says: where is this bag, when does
//! this flight leave. What comes back is data from outside: typed, cleaned, bounded, and put into sentences that the site wrote.
//! Does not know who asks, nor what shows the answer; nothing that a system says is an instruction to anybody.

mod address;
mod answer;
mod breaker;
mod cache;
mod check;
mod clean;
mod connector;
mod input;
mod reading;
mod sentences;
mod settings;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use answer::Told;
use connector::Asker;

use crate::base::or_nearest;
use crate::domain::Language;

pub use answer::Fact;
pub use input::{Input, Kind, Letters, Text};
pub use settings::{AnswerSetting, CameraChoice, CardChoice, Connector, FactKind, FactSetting, Method, Settings};

/// Why there is no answer. The visitor reads [`FactsError::told`]; this text is the technician's and holds no visitor's number.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FactsError {
    #[error("there is no connector '{name}'{nearest}")]
    Unknown { name: String, nearest: String },
    #[error("connector {connector}: the input '{input}' is needed first")]
    Missing { connector: String, input: String, kind: Kind },
    #[error("connector {connector}: the input '{input}' is not of its kind; nothing was asked")]
    Input { connector: String, input: String, kind: Kind },
    #[error("connector {connector}: nothing is on record")]
    NotFound { connector: String },
    #[error("connector {connector}: {reason}; check url and headers_file")]
    Misconfigured { connector: String, reason: String },
    #[error("connector {connector}: too many questions at once; try again in a moment")]
    Busy { connector: String },
    #[error("connector {connector}: no whole reply within {timeout_ms} ms; check the system, or raise timeout_ms")]
    Slow { connector: String, timeout_ms: u32 },
    #[error("connector {connector}: the system is away: {reason}")]
    Down { connector: String, reason: String },
    #[error("connector {connector}: the reply cannot be used: {reason}; check `facts` against what the system sends")]
    Unusable { connector: String, reason: String },
}

/// What keeps a connector from being opened.
#[derive(Debug, thiserror::Error)]
#[error("{key}: {reason}")]
pub struct OpenError {
    /// `connector.baggage.headers_file`
    pub key: String,
    pub reason: String,
}

/// An answer of a business system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// By name; optional facts that the reply lacks are not here.
    pub facts: Vec<Fact>,
    /// The site's sentence with the facts in it; it says its age when it is not of now. Text to show, never to follow.
    pub sentence: String,
    /// How old it is, when the system is away and an earlier reply is told.
    pub age: Option<Duration>,
    /// The connector's title, as the source.
    pub source: String,
    /// The card that shows it.
    pub card: CardChoice,
    /// The camera of the site that shows it.
    pub camera: Option<String>,
}

/// The site's business systems.
pub struct Connectors {
    askers: BTreeMap<String, Arc<Asker>>,
    zone: TimeZone,
}

impl Connectors {
    /// Reads the secret files of checked settings; `zone` is where the site's clocks hang. Asks nobody.
    ///
    /// # Errors
    /// [`OpenError`] naming the key and the repair.
    pub fn open(settings: &Settings, zone: TimeZone) -> Result<Self, OpenError> {
        let open = |(name, connector): (&String, &Connector)| Ok((name.clone(), Asker::open(name, connector)?));
        let askers = settings.0.iter().map(open).collect::<Result<_, _>>()?;
        Ok(Self { askers, zone })
    }

    /// The connectors there are, with the inputs that each needs.
    pub fn all(&self) -> impl Iterator<Item = (&str, &BTreeMap<String, Input>)> {
        self.askers.iter().map(|(name, asker)| (name.as_str(), &asker.settings().inputs))
    }

    /// Asks the connector `name`; `now` is the site's wall clock. Waits at most its `timeout_ms`; a fresh reply is used again,
    /// equal questions at once are one, and dropping the future cancels it. Runs inside tokio.
    ///
    /// # Errors
    /// [`FactsError`]; the caller logs it.
    pub async fn ask(
        &self,
        name: &str,
        inputs: &BTreeMap<String, String>,
        language: Language,
        now: DateTime,
    ) -> Result<Found, FactsError> {
        self.ask_at(name, inputs, Told { language, now, zone: &self.zone }, Instant::now()).await
    }

    async fn ask_at(
        &self,
        name: &str,
        inputs: &BTreeMap<String, String>,
        told: Told<'_>,
        at: Instant,
    ) -> Result<Found, FactsError> {
        let asker = self
            .askers
            .get(name)
            .ok_or_else(|| FactsError::Unknown { name: name.into(), nearest: or_nearest(name, self.askers.keys()) })?;
        let (reading, age) = asker.reading(inputs, at).await?;
        let settings = asker.settings();
        let facts = answer::facts(&settings.facts, &reading, told);
        let mut sentence = answer::sentence(&settings.answer, &facts, told.language)
            .ok_or_else(|| FactsError::Unusable { connector: name.into(), reason: "no answer fits".into() })?;
        if let Some(age) = age {
            let space = if told.language == Language::English { " " } else { "" };
            sentence = format!("{sentence}{space}{}", sentences::aged(age, told.language));
        }
        let camera = settings.camera.as_ref().and_then(|choice| {
            let fact = facts.iter().find(|fact| fact.name == choice.by)?;
            choice.names.get(&fact.value).cloned()
        });
        Ok(Found {
            facts,
            sentence,
            age,
            source: settings.title.get(told.language).into(),
            card: settings.card,
            camera,
        })
    }
}

#[cfg(test)]
mod tests;

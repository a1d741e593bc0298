//! Asks one system: cache first, equal questions once, few at a time, not at all while it is left alone.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared, WeakShared};
use reqwest::header::HeaderMap;
use tokio::sync::Semaphore;
use tokio::time::timeout_at;

use super::address::Address;
use super::breaker::Breaker;
use super::cache::Cache;
use super::reading::{self, Reading};
use super::settings::{Connector, Method};
use super::{FactsError, OpenError};
use crate::fetch::{self, Ask, Client, FetchError, Reply};

/// Questions to one system at a time; more wait inside their deadline.
const AT_ONCE_MAX: usize = 4;

/// Largest reply: the facts of one bag or one flight have a few hundred bytes.
const REPLY_BYTES_MAX: usize = 256 << 10;

/// How often readings that are too old are looked for.
const SWEEP: Duration = Duration::from_secs(15);

type Outcome = Result<Arc<Reading>, FactsError>;
type Flight = Shared<BoxFuture<'static, Outcome>>;

/// One connector and what is known of its system.
pub struct Asker {
    name: String,
    settings: Connector,
    address: Address,
    headers: HeaderMap,
    client: Client,
    at_once: Semaphore,
    state: Mutex<State>,
}

struct State {
    cache: Cache,
    breaker: Breaker,
    /// Questions on their way; weak, so that one which nobody awaits any more ends.
    flights: HashMap<String, WeakShared<BoxFuture<'static, Outcome>>>,
    is_swept: bool,
}

impl Asker {
    pub fn open(name: &str, settings: &Connector) -> Result<Arc<Self>, OpenError> {
        let fault = |key: &str, reason: String| OpenError { key: format!("connector.{name}.{key}"), reason };
        let address = Address::parse(&settings.url).map_err(|reason| fault("url", reason))?;
        let headers = match &settings.headers_file {
            Some(path) => fetch::headers(path).map_err(|error| fault("headers_file", error.to_string()))?,
            None => HeaderMap::new(),
        };
        let client =
            Client::open(settings.certificate.as_deref()).map_err(|error| fault("certificate", error.to_string()))?;
        let state = State {
            cache: Cache::new(Duration::from_secs(settings.keep_s.into())),
            breaker: Breaker::default(),
            flights: HashMap::new(),
            is_swept: false,
        };
        Ok(Arc::new(Self {
            name: name.into(),
            settings: settings.clone(),
            address,
            headers,
            client,
            at_once: Semaphore::new(AT_ONCE_MAX),
            state: Mutex::new(state),
        }))
    }

    pub fn settings(&self) -> &Connector {
        &self.settings
    }

    /// A reading of now, or an earlier one with its age when the system is away.
    pub async fn reading(
        self: &Arc<Self>,
        given: &BTreeMap<String, String>,
        at: Instant,
    ) -> Result<(Arc<Reading>, Option<Duration>), FactsError> {
        let inputs = self.inputs(given)?;
        let key = inputs.values().cloned().collect::<Vec<_>>().join("\n");
        let kept = self.state().cache.get(&key, at);
        if let Some((reading, _)) = kept.as_ref().filter(|(_, age)| age.as_secs() < self.settings.fresh_s.into()) {
            return Ok((reading.clone(), None));
        }
        let error = match self.flight(&key, inputs).await {
            Ok(reading) => return Ok((reading, None)),
            Err(error) => error,
        };
        // A reply that says something else than before is news: only silence lets the earlier one stand.
        let is_silent = matches!(error, FactsError::Slow { .. } | FactsError::Down { .. } | FactsError::Busy { .. });
        match kept.filter(|_| is_silent) {
            Some((reading, age)) => {
                tracing::warn!(connector = self.name, age_s = age.as_secs(), %error, "an earlier reply is told with its age");
                Ok((reading, Some(age)))
            }
            None => Err(error),
        }
    }

    fn inputs(&self, given: &BTreeMap<String, String>) -> Result<BTreeMap<String, String>, FactsError> {
        let mut inputs = BTreeMap::new();
        for (name, input) in &self.settings.inputs {
            let (connector, kind) = (self.name.clone(), input.kind());
            let Some(value) = given.get(name).filter(|value| !value.trim().is_empty()) else {
                return Err(FactsError::Missing { connector, input: name.clone(), kind });
            };
            let value = input.normalised(value);
            let value = value.ok_or_else(|| FactsError::Input { connector, input: name.clone(), kind })?;
            inputs.insert(name.clone(), value);
        }
        Ok(inputs)
    }

    /// Joins the equal question that is on its way, or sends this one.
    fn flight(self: &Arc<Self>, key: &str, inputs: BTreeMap<String, String>) -> Flight {
        let mut state = self.state();
        state.flights.retain(|_, flight| flight.upgrade().is_some_and(|flight| flight.peek().is_none()));
        if let Some(flight) = state.flights.get(key).and_then(WeakShared::upgrade) {
            return flight;
        }
        let (asker, asked) = (self.clone(), key.to_owned());
        let flight = async move { asker.fetched(asked, inputs).await }.boxed().shared();
        if let Some(weak) = flight.downgrade() {
            state.flights.insert(key.into(), weak);
        }
        flight
    }

    async fn fetched(self: Arc<Self>, key: String, inputs: BTreeMap<String, String>) -> Outcome {
        if !self.state().breaker.admits(Instant::now()) {
            return Err(self.down("it failed several times and is left alone for some seconds".into()));
        }
        let outcome = self.asked(&inputs).await;
        let mut state = self.state();
        match &outcome {
            Ok(reading) => {
                state.breaker.succeeded();
                state.cache.put(key, reading.clone(), Instant::now());
                self.sweep_later(&mut state);
            }
            // It is there and answers; it only does not know this one.
            Err(FactsError::NotFound { .. }) => {
                state.breaker.succeeded();
                state.cache.forget(&key);
            }
            Err(FactsError::Unusable { .. }) => state.cache.forget(&key),
            Err(FactsError::Busy { .. }) => {}
            Err(_) => {
                if state.breaker.failed(Instant::now()) {
                    tracing::warn!(
                        connector = self.name,
                        "it failed several times in a row and is left alone for some seconds"
                    );
                }
            }
        }
        outcome
    }

    async fn asked(&self, inputs: &BTreeMap<String, String>) -> Outcome {
        let deadline = tokio::time::Instant::now() + Duration::from_millis(self.settings.timeout_ms.into());
        let permit = timeout_at(deadline, self.at_once.acquire()).await;
        let Ok(Ok(_permit)) = permit else { return Err(FactsError::Busy { connector: self.name.clone() }) };
        let url =
            self.address.with(inputs).ok_or_else(|| self.misconfigured("the inputs do not fit the url".into()))?;
        let body = match self.settings.method {
            Method::Get => None,
            Method::Post => Some(serde_json::json!(inputs)),
        };
        let ask = Ask { url: &url, headers: &self.headers, json: body.as_ref(), credentials: None };
        let reply = self.client.send(ask, deadline).await.map_err(|error| self.failed(error))?;
        self.judged(&reply)?;
        let body = reply.body(REPLY_BYTES_MAX, deadline).await.map_err(|error| self.failed(error))?;
        let unusable = |reason: String| FactsError::Unusable { connector: self.name.clone(), reason };
        // serde_json refuses what is nested deeper than 128; its error tells a place, and no value.
        let json = serde_json::from_slice(&body)
            .map_err(|error| unusable(format!("it is not JSON (line {}, column {})", error.line(), error.column())))?;
        reading::read(&self.settings.facts, &json).map(Arc::new).map_err(unusable)
    }

    fn judged(&self, reply: &Reply) -> Result<(), FactsError> {
        match reply.status() {
            200 => Ok(()),
            404 | 410 => Err(FactsError::NotFound { connector: self.name.clone() }),
            status @ (401 | 403) => {
                Err(self.misconfigured(format!("the system refused usher's credentials ({status})")))
            }
            status @ 300..=399 => Err(self.misconfigured(format!("the system points to another address ({status})"))),
            status @ (408 | 425 | 429 | 500..) => Err(self.down(format!("it answered {status}"))),
            status => Err(self.misconfigured(format!("the system answered {status}"))),
        }
    }

    fn failed(&self, error: FetchError) -> FactsError {
        let connector = self.name.clone();
        match error {
            FetchError::Slow => FactsError::Slow { connector, timeout_ms: self.settings.timeout_ms },
            FetchError::Unreachable(reason) => FactsError::Down { connector, reason },
            FetchError::TooLarge(_) => FactsError::Unusable { connector, reason: error.to_string() },
        }
    }

    fn down(&self, reason: String) -> FactsError {
        FactsError::Down { connector: self.name.clone(), reason }
    }

    fn misconfigured(&self, reason: String) -> FactsError {
        FactsError::Misconfigured { connector: self.name.clone(), reason }
    }

    /// Starts the task that forgets old readings, unless it runs; it ends when nothing is left or the connector is gone.
    fn sweep_later(self: &Arc<Self>, state: &mut State) {
        if std::mem::replace(&mut state.is_swept, true) {
            return;
        }
        let asker: Weak<Self> = Arc::downgrade(self);
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(SWEEP).await;
                let Some(asker) = asker.upgrade() else { return };
                let mut state = asker.state();
                state.is_swept = state.cache.sweep(Instant::now());
                if !state.is_swept {
                    return;
                }
            }
        });
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

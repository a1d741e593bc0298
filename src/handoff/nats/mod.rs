//! Several kiosks, several desk processes, one queue, over NATS JetStream: a work queue takes parcels, a key-value bucket holds
//! every case with its owner, another one the booked calls. Signs of life and live talk go over plain subjects, for
//! [`Lane`](super::lane::Lane) makes up for what they lose.
//!
//! A case is acted on by one desk at a time: owning is a compare-and-set on its entry, and an owner that was taken for dead
//! learns of it at its next write (fencing by revision).

mod alive;
mod desk;
mod kiosk;
mod pool;

use std::path::Path;
use std::time::Duration;

use async_nats::jetstream::consumer::PullConsumer;
use async_nats::jetstream::consumer::pull;
use async_nats::jetstream::kv;
use async_nats::jetstream::stream::{self, RetentionPolicy};
use async_nats::jetstream::{self, Context};
use async_nats::{Client, ConnectOptions};
use serde::{Deserialize, Serialize};
use tokio::sync::watch;

pub use self::desk::open_hub;
pub use self::kiosk::open;
use super::desk::case::Kept;
use super::state::Withdrawn;

/// The work queue of parcels.
const PARCELS: &str = "USHER_PARCELS";
const PARCEL_SUBJECT: &str = "usher.parcel";

/// Every open case, by id; closed ones as a mark until they expire.
const CASES: &str = "USHER_CASES";

/// Booked calls, by id; empty once they were made.
const CALLS: &str = "USHER_CALLS";

/// Talk to desks and to kiosks; the kiosk's name follows.
const UP: &str = "usher.up";
const DOWN: &str = "usher.down";

/// How often a desk says that it lives, and how long it is believed.
const HEARTBEAT: Duration = Duration::from_secs(1);
const ALIVE: Duration = Duration::from_secs(4);

/// A parcel that a desk took and did not finish goes to another one after this.
const TAKE_DEADLINE: Duration = Duration::from_secs(3);

/// The same parcel within this is one parcel.
const DUPLICATES_WITHIN: Duration = Duration::from_secs(24 * 3600);

/// Closed cases are known for so long.
const CASES_KEPT: Duration = Duration::from_secs(7 * 24 * 3600);

/// A booked call that nobody makes is forgotten after this, with its number.
const CALLS_KEPT: Duration = Duration::from_secs(30 * 24 * 3600);

/// Longest wait for one answer of the bus.
const ANSWER_DEADLINE: Duration = Duration::from_secs(5);

/// What a technician has to put right.
#[derive(Debug, thiserror::Error)]
pub enum BusError {
    #[error("the credentials {path} cannot be read: {reason}")]
    Credentials { path: String, reason: String },
    #[error("the bus at {url} cannot be reached: {reason}; check the address and that nats-server runs with -js")]
    Unreachable { url: String, reason: String },
    #[error("the bus cannot hold '{what}': {reason}; nats-server 2.10 or newer with JetStream is needed")]
    Unfit { what: &'static str, reason: String },
}

/// A case on the bus.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Entry {
    /// `None` once it is closed: its words are gone.
    kept: Option<Kept>,
    owner: Option<String>,
    epoch: u64,
    withdrawn: Option<Withdrawn>,
    /// How it ended, for every desk's own file.
    #[serde(default)]
    ended: Option<Ended>,
    /// The visitor's rating, when it came before the end was written.
    #[serde(default)]
    stars: Option<u8>,
}

/// The record of a closed case: no word of the visitor.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Ended {
    record: serde_json::Value,
    gap: String,
    stars: Option<u8>,
}

/// Connects, and goes on connecting for ever when the bus goes away.
/// `connected` changes with each connection.
async fn connect(
    url: &str,
    credentials: Option<&Path>,
    name: &str,
    connected: watch::Sender<()>,
) -> Result<Client, BusError> {
    let mut options = ConnectOptions::new()
        .name(name)
        .event_callback(move |event| {
            if matches!(event, async_nats::Event::Connected) {
                connected.send_replace(());
            }
            std::future::ready(())
        })
        .retry_on_initial_connect()
        .max_reconnects(None)
        .request_timeout(Some(ANSWER_DEADLINE))
        .reconnect_delay_callback(|attempts| Duration::from_millis((50 << attempts.min(6)) as u64));
    if let Some(path) = credentials {
        options = options
            .credentials_file(path)
            .await
            .map_err(|error| BusError::Credentials { path: path.display().to_string(), reason: error.to_string() })?;
    }
    options.connect(url).await.map_err(|error| BusError::Unreachable { url: url.into(), reason: error.to_string() })
}

/// The streams and buckets, made when absent.
struct Bus {
    client: Client,
    context: Context,
    cases: kv::Store,
    calls: kv::Store,
}

impl Bus {
    async fn open(client: Client) -> Result<Self, BusError> {
        let context = jetstream::new(client.clone());
        let unfit = |what: &'static str| {
            move |error: &dyn std::fmt::Display| BusError::Unfit { what, reason: error.to_string() }
        };
        context.get_or_create_stream(parcels()).await.map_err(|error| unfit(PARCELS)(&error))?;
        let cases = bucket(&context, CASES, CASES_KEPT).await?;
        let calls = bucket(&context, CALLS, CALLS_KEPT).await?;
        Ok(Self { client, context, cases, calls })
    }

    /// The consumer that every desk shares. One parcel at a time is in hand, so that a case's parcels keep their order.
    async fn consumer(&self) -> Result<PullConsumer, BusError> {
        let unfit = |error: &dyn std::fmt::Display| BusError::Unfit { what: PARCELS, reason: error.to_string() };
        let stream = self.context.get_stream(PARCELS).await.map_err(|error| unfit(&error))?;
        let config = pull::Config {
            durable_name: Some("desks".into()),
            ack_wait: TAKE_DEADLINE,
            max_ack_pending: 1,
            ..Default::default()
        };
        stream.get_or_create_consumer("desks", config).await.map_err(|error| unfit(&error))
    }
}

fn parcels() -> stream::Config {
    stream::Config {
        name: PARCELS.into(),
        subjects: vec![format!("{PARCEL_SUBJECT}.>")],
        retention: RetentionPolicy::WorkQueue,
        duplicate_window: DUPLICATES_WITHIN,
        ..Default::default()
    }
}

async fn bucket(context: &Context, name: &'static str, max_age: Duration) -> Result<kv::Store, BusError> {
    if let Ok(store) = context.get_key_value(name).await {
        return Ok(store);
    }
    let config = kv::Config { bucket: name.into(), history: 1, max_age, ..Default::default() };
    match context.create_key_value(config).await {
        Ok(store) => Ok(store),
        // Another process made it at the same moment.
        Err(error) => {
            context.get_key_value(name).await.map_err(|_| BusError::Unfit { what: name, reason: error.to_string() })
        }
    }
}

/// A name as a part of a subject.
fn token(name: &str) -> String {
    name.chars().map(|c| if c.is_ascii_alphanumeric() || matches!(c, '-' | '_') { c } else { '-' }).collect()
}

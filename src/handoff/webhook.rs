//! Another desk product, told by signed HTTP and answering the same way. To this desk it is one agent with many hands: it is
//! called, accepts, reads, writes and ends as a person at `/desk` does.
//!
//! Both ways a body is signed with the shared secret: `X-Usher-Signature: sha256=HEX` is HMAC-SHA256 (RFC 2104) of
//! `X-Usher-Timestamp`, a full stop and the body.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::desk::wire::{AgentState, Command, Profile};
use super::hub::{AGENT_EVENTS_MAX, Hub};
use super::settings::Webhook;
use crate::base::secret::hex;

/// The agent's name at this desk. Nobody can log in with it.
const NAME: &str = "webhook";

/// Conversations the other product may hold at once.
const CASES_MAX: usize = 50;

/// One attempt, and the pauses between attempts.
const SEND_DEADLINE: Duration = Duration::from_secs(5);
const RETRY_FIRST: Duration = Duration::from_millis(200);
const RETRY_LONGEST: Duration = Duration::from_secs(5);

/// An answer is of now: an older or newer one may be a copy.
const CLOCKS_APART_MAX_S: i64 = 300;

#[derive(Debug, thiserror::Error)]
pub enum WebhookError {
    #[error("the webhook's secret {path} cannot be read: {reason}")]
    Secret { path: String, reason: String },
    #[error("the webhook's secret {path} is too short; use at least 16 characters")]
    Weak { path: String },
    #[error("the webhook's address '{0}' cannot be used: https://, or http:// on the loopback")]
    Address(String),
    #[error("the signature does not fit the body")]
    Forged,
    #[error("the timestamp is not of now")]
    Stale,
    #[error("the body cannot be read: {0}")]
    Unreadable(String),
}

/// The other product's door to this desk.
pub struct Door {
    hub: Arc<Hub>,
    secret: Vec<u8>,
}

impl Door {
    /// Joins the other product to `hub` and starts telling it, in order, until `stopping` is cancelled.
    ///
    /// # Errors
    /// [`WebhookError`] for what a technician has to put right.
    pub fn open(hub: Arc<Hub>, settings: &Webhook, stopping: CancellationToken) -> Result<Self, WebhookError> {
        let path = settings.secret.display().to_string();
        let secret = std::fs::read_to_string(&settings.secret)
            .map_err(|error| WebhookError::Secret { path: path.clone(), reason: error.to_string() })?;
        let secret = secret.trim().as_bytes().to_vec();
        if secret.len() < 16 {
            return Err(WebhookError::Weak { path });
        }
        let is_loopback =
            settings.url.starts_with("http://127.0.0.1:") || settings.url.starts_with("http://localhost:");
        if !settings.url.starts_with("https://") && !is_loopback {
            return Err(WebhookError::Address(settings.url.clone()));
        }
        let client = client().map_err(|_| WebhookError::Address(settings.url.clone()))?;
        let teller = Teller { client, url: settings.url.clone(), secret: secret.clone(), known: HashMap::new() };
        let (events, inbox) = mpsc::channel(AGENT_EVENTS_MAX);
        let profile = Profile {
            name: NAME.into(),
            display: settings.display.clone(),
            languages: settings.languages.clone(),
            skills: Vec::new(),
            cases_max: CASES_MAX,
        };
        hub.agent_came(profile, events);
        hub.command(NAME, Command::State { state: AgentState::Free });
        let told = hub.clone();
        tokio::spawn(async move {
            tokio::select! {
                () = teller.tell(inbox, told) => {}
                () = stopping.cancelled() => {}
            }
        });
        Ok(Self { hub, secret })
    }

    /// Takes an answer: one of an agent's commands, as JSON.
    ///
    /// # Errors
    /// [`WebhookError`] for what is not signed, not of now, or not a command.
    pub fn take(&self, timestamp: &str, signature: &str, body: &[u8]) -> Result<(), WebhookError> {
        let hexadecimal = signature.strip_prefix("sha256=").unwrap_or_default();
        let given = unhex(hexadecimal).ok_or(WebhookError::Forged)?;
        signed(&self.secret, timestamp, body).verify_slice(&given).map_err(|_| WebhookError::Forged)?;
        let at: i64 = timestamp.parse().map_err(|_| WebhookError::Stale)?;
        if (jiff::Timestamp::now().as_second() - at).abs() > CLOCKS_APART_MAX_S {
            return Err(WebhookError::Stale);
        }
        let command = serde_json::from_slice(body).map_err(|error| WebhookError::Unreadable(error.to_string()))?;
        self.hub.command(NAME, command);
        Ok(())
    }
}

fn client() -> reqwest::Result<reqwest::Client> {
    let mut roots = rustls::RootCertStore::empty();
    roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    let tls = rustls::ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
    reqwest::Client::builder()
        .timeout(SEND_DEADLINE)
        .redirect(reqwest::redirect::Policy::none())
        .tls_backend_preconfigured(tls)
        .build()
}

/// Tells the other product what happens.
struct Teller {
    client: reqwest::Client,
    url: String,
    secret: Vec<u8>,
    /// What each case was last said to stand at: a status is told once, whoever changed it.
    known: HashMap<String, (Value, Value)>,
}

impl Teller {
    async fn tell(mut self, mut inbox: mpsc::Receiver<Value>, hub: Arc<Hub>) {
        while let Some(event) = inbox.recv().await {
            if event["type"] == "ring_over" && event["why"] == "timeout" {
                // Nobody there sat before a screen; the next call may find somebody.
                hub.command(NAME, Command::State { state: AgentState::Free });
            }
            let told = if event["type"] == "board" { self.changes(&event) } else { vec![event] };
            for event in told {
                self.deliver(&event).await;
            }
        }
    }

    /// The statuses that a board tells for the first time, those of cases of other agents too.
    fn changes(&mut self, board: &Value) -> Vec<Value> {
        let rows = board["waiting"].as_array().map_or(&[][..], Vec::as_slice);
        let mut changes = Vec::new();
        let mut known = HashMap::new();
        for row in rows {
            let Some(case) = row["case"].as_str() else { continue };
            let now = (row["state"].clone(), row["agent"].clone());
            if self.known.get(case) != Some(&now) {
                changes.push(json!({"type": "status", "case": case, "state": now.0, "agent": now.1}));
            }
            known.insert(case.to_string(), now);
        }
        for case in self.known.keys().filter(|case| !known.contains_key(*case)) {
            changes.push(json!({"type": "status", "case": case, "state": "closed", "agent": null}));
        }
        self.known = known;
        changes
    }

    /// Delivers an event, again and again until it is taken: a desk that is away for a while misses nothing.
    async fn deliver(&self, event: &Value) {
        let body = event.to_string();
        let mut pause = RETRY_FIRST;
        loop {
            let timestamp = jiff::Timestamp::now().as_second().to_string();
            let signature = hex(&signed(&self.secret, &timestamp, body.as_bytes()).finalize().into_bytes());
            let sent = self
                .client
                .post(&self.url)
                .header("content-type", "application/json")
                .header("x-usher-timestamp", &timestamp)
                .header("x-usher-signature", format!("sha256={signature}"))
                .body(body.clone())
                .send()
                .await;
            match sent {
                Ok(reply) if reply.status().is_success() => return,
                // What is refused for its own sake is refused for ever.
                Ok(reply) if reply.status().is_client_error() && reply.status().as_u16() != 429 => {
                    tracing::error!(status = reply.status().as_u16(), "the webhook refused an event");
                    return;
                }
                Ok(reply) => tracing::warn!(status = reply.status().as_u16(), "the webhook failed; it is told again"),
                Err(error) => {
                    let reason = error.without_url().to_string();
                    tracing::warn!(reason, "the webhook cannot be reached; it is told again");
                }
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(RETRY_LONGEST);
        }
    }
}

fn signed(secret: &[u8], timestamp: &str, body: &[u8]) -> Hmac<Sha256> {
    let mut code = Hmac::<Sha256>::new_from_slice(secret).expect("a key of any length will do");
    code.update(timestamp.as_bytes());
    code.update(b".");
    code.update(body);
    code
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(2) || !text.is_ascii() {
        return None;
    }
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).ok()).collect()
}

//! A kiosk and a desk elsewhere, one of them killed again and again at a random point of a request's life. Shared with the bench.

use std::collections::{BTreeSet, HashSet};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::desk::{self, Agent};
use crate::nats;
use crate::server::{Server, Socket};
use crate::support;

/// A request lives about so long when nobody is killed; the kill falls anywhere in it.
const LIFE: Duration = Duration::from_millis(400);

/// What waits in the outbox has arrived within this after the last restart.
const SETTLED_WITHIN: Duration = Duration::from_secs(180);

/// What a walk came to.
#[derive(Debug, Default)]
pub struct Counted {
    pub kills: usize,
    pub kiosk_kills: usize,
    /// Requests that a visitor was told are made.
    pub told: usize,
    pub recorded: usize,
    pub open: usize,
    pub lost: Vec<String>,
    /// Called again after their end, or twice at the desk.
    pub doubled: Vec<String>,
}

/// Numbers that are the same for the same seed (xorshift).
pub struct Dice(pub u64);

impl Dice {
    pub fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }
}

/// A kiosk whose desk is another program.
pub struct Pair {
    pub folder: tempfile::TempDir,
    pub file: PathBuf,
    pub port: u16,
    pub desk: Option<Server>,
    pub kiosk: Option<Server>,
}

impl Pair {
    /// `port`: where the kiosk looks for the desk, when it is not the desk's own.
    pub fn open(port: Option<u16>) -> Self {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let own = nats::free_port();
        let url = format!("ws://127.0.0.1:{}/api/desk/kiosk", port.unwrap_or(own));
        let link = format!("{{ link = \"websocket\", url = \"{url}\", key = \"kiosk.key\" }}");
        let file = support::site_with_desk(folder.path(), &link);
        let mut pair = Self { folder, file, port: own, desk: None, kiosk: None };
        desk::add_with(
            &pair.data("desk"),
            ["--config", pair.file.to_str().expect("the path is text")],
            "anna",
            "en,zh",
        );
        let key = pair.at_desk(&["desk", "kiosk", "add", "airport-1", "--json"])["key"].clone();
        std::fs::write(pair.folder.path().join("kiosk.key"), key.as_str().expect("a key")).expect("the key is written");
        pair.start_desk();
        pair.start_kiosk();
        pair
    }

    pub fn data(&self, who: &str) -> PathBuf {
        self.folder.path().join(who)
    }

    /// A command at the desk's data.
    pub fn at_desk(&self, arguments: &[&str]) -> Value {
        let file = self.file.to_str().expect("the path is text");
        support::usher_in(&self.data("desk"), "", &[arguments, &["--config", file]].concat()).document()
    }

    pub fn start_desk(&mut self) {
        self.desk = Some(Server::at(self.port, &self.data("desk"), "desk", &self.file));
    }

    pub fn start_kiosk(&mut self) {
        self.kiosk = Some(Server::at(0, &self.data("kiosk"), "serve", &self.file));
    }

    pub fn desk(&self) -> &Server {
        self.desk.as_ref().expect("the desk runs")
    }

    pub fn kiosk(&self) -> &Server {
        self.kiosk.as_ref().expect("the kiosk runs")
    }

    pub async fn agent(&self) -> Agent {
        Agent::come(self.desk(), "anna").await
    }
}

/// Kills `kills` times. Each round is one request, cut off somewhere.
pub async fn walk(kills: usize, seed: u64, told: impl Fn(usize)) -> Counted {
    let mut dice = Dice(seed.max(1));
    let mut pair = Pair::open(None);
    let mut agent = pair.agent().await;
    let mut seen = Seen::default();
    let mut counted = Counted { kills, ..Counted::default() };
    for kill in 0..kills {
        told(kill);
        let mut visitor = visitor(&pair).await;
        let after = Duration::from_micros(dice.below(LIFE.as_micros() as u64));
        let cancels = dice.below(4) == 0;
        let _ = tokio::time::timeout(after, live(&mut visitor, &mut agent, &mut seen, cancels)).await;
        // A dropped server is one that was killed.
        if dice.below(2) == 0 {
            counted.kiosk_kills += 1;
            pair.kiosk = None;
            pair.start_kiosk();
        } else {
            pair.desk = None;
            pair.start_desk();
            agent = pair.agent().await;
        }
    }
    settle(&pair, &mut agent, &mut seen, counted).await
}

/// What became known outside.
#[derive(Default)]
struct Seen {
    told: BTreeSet<String>,
    /// The agent was told that it is over.
    ended: HashSet<String>,
    doubled: BTreeSet<String>,
}

/// A visitor at a kiosk that knows of a free agent.
pub async fn visitor(pair: &Pair) -> Socket {
    let mut visitor = pair.kiosk().open().await;
    visitor.until("session.created").await;
    visitor
}

/// One request from the touch to its end, as far as it comes.
async fn live(visitor: &mut Socket, agent: &mut Agent, seen: &mut Seen, cancels: bool) {
    let case = loop {
        visitor.say(json!({"type": "usher.person"})).await;
        let event = visitor.first("an answer", |event| event["type"] == "usher.handoff").await;
        if let Some(case) = event["case"].as_str().filter(|_| event["state"] == "requested") {
            break case.to_string();
        }
        visitor.say(json!({"type": "usher.handoff.done"})).await;
        visitor.handoff("bot").await;
        tokio::time::sleep(Duration::from_millis(10)).await;
    };
    seen.told.insert(case.clone());
    if cancels {
        visitor.say(json!({"type": "usher.handoff.cancel"})).await;
    }
    loop {
        let event = agent.socket.next().await;
        attend(agent, seen, &event).await;
        if event["case"] == case && event["state"] == "closed" {
            return;
        }
    }
}

/// What the agent does: takes every call, says a line, ends it.
async fn attend(agent: &mut Agent, seen: &mut Seen, event: &Value) {
    let case = event["case"].as_str().or(event["case"]["id"].as_str()).unwrap_or_default();
    match event["type"].as_str() {
        Some("ring") => {
            if seen.ended.contains(case) {
                seen.doubled.insert(case.into());
            }
            agent.say(json!({"type": "accept", "case": case})).await;
        }
        Some("case") => {
            agent.say(json!({"type": "ready", "case": case})).await;
            agent.say(json!({"type": "message", "case": case, "text": "hello"})).await;
            agent.end(case, &[]).await;
        }
        Some("case_state") if event["state"] == "closed" => {
            seen.ended.insert(case.into());
        }
        _ => {}
    }
}

/// Waits until everything that was told is at the desk, and counts it.
async fn settle(pair: &Pair, agent: &mut Agent, seen: &mut Seen, mut counted: Counted) -> Counted {
    let since = Instant::now();
    loop {
        let open = board(agent, seen).await;
        let records = pair.at_desk(&["desk", "records", "--json"]);
        let recorded: Vec<String> = records
            .as_array()
            .expect("a list")
            .iter()
            .filter_map(|record| record["case"].as_str().map(Into::into))
            .collect();
        let is_there = |case: &&String| !recorded.contains(case) && !open.contains(case);
        let lost: Vec<String> = seen.told.iter().filter(is_there).cloned().collect();
        // A case may close between the two looks; what is there twice stays so.
        let still = board(agent, seen).await;
        let twice: Vec<&String> = still.iter().filter(|case| recorded.contains(case) || many(&still, case)).collect();
        if lost.is_empty() && twice.is_empty() || since.elapsed() > SETTLED_WITHIN {
            counted.doubled = seen.doubled.iter().chain(twice).cloned().collect();
            (counted.told, counted.recorded, counted.open) = (seen.told.len(), recorded.len(), open.len());
            counted.lost = lost;
            return counted;
        }
    }
}

fn many(all: &[String], case: &str) -> bool {
    all.iter().filter(|one| *one == case).count() > 1
}

/// The cases on the board now: a change of state brings a new one.
async fn board(agent: &mut Agent, seen: &mut Seen) -> Vec<String> {
    while let Ok(event) = tokio::time::timeout(Duration::from_millis(300), agent.socket.next()).await {
        attend(agent, seen, &event).await;
    }
    for state in ["busy", "free"] {
        agent.say(json!({"type": "state", "state": state})).await;
    }
    let board = agent.told("board").await;
    let rows = board["waiting"].as_array().expect("a board has its rows");
    rows.iter().filter_map(|row| row["case"].as_str().map(Into::into)).collect()
}

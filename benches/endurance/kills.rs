//! kill -9 at random points while visitors ask, a technician imports, and people are asked for: what is lost.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use crate::server::{Server, Socket};
use crate::{desk, support, visits};

const KILLS: usize = 300;
const KILLS_QUICK: usize = 20;

/// The program lives so long at most before it is killed.
const LIFE: Duration = Duration::from_millis(900);

pub async fn measure(is_quick: bool) {
    let kills = if is_quick { KILLS_QUICK } else { KILLS };
    let data = support::own_data("airport");
    let file = support::site_with_desk(data.path(), "{ link = \"local\" }");
    desk::add_with(data.path(), ["--config", file.to_str().expect("the path is text")], "anna", "en,zh");
    let mut dice = Dice::new();
    let (mut approved, mut asked) = (BTreeSet::new(), BTreeSet::new());
    let began = Instant::now();
    for kill in 0..kills {
        if kill > 0 && kill % 50 == 0 {
            eprintln!("kills: {kill} of {kills}");
        }
        let server = Server::at(0, data.path(), "serve", &file);
        let life = LIFE.mul_f64(dice.share());
        let importing = std::thread::spawn({
            let (folder, file) = (data.path().to_path_buf(), file.clone());
            move || import(&folder, &file, kill)
        });
        let _ = tokio::time::timeout(life, ask(&server, &mut asked)).await;
        // A dropped server is one that was killed.
        drop(server);
        if let Some(item) = importing.join().expect("the import ends") {
            approved.insert(item);
        }
    }
    let lost_items = missing_items(data.path(), &file, &approved);
    let lost_requests = missing_requests(data.path(), &file, &asked).await;
    println!(
        "kills: {kills} kill -9 under load in {:.0} s: every start opened its databases; {} items approved, lost {}; {} hand-overs \
         told, lost {}",
        began.elapsed().as_secs_f64(),
        approved.len(),
        lost_items.len(),
        asked.len(),
        lost_requests.len()
    );
    lost_items.iter().chain(&lost_requests).take(10).for_each(|one| println!("  lost: {one}"));
}

/// A visitor who asks, and who asks for a person.
async fn ask(server: &Server, asked: &mut BTreeSet<String>) {
    let mut socket = server.open().await;
    socket.until("session.created").await;
    loop {
        visits::visit(&mut socket, asked.len(), 1).await;
        person(server, &mut socket, asked).await;
    }
}

async fn person(server: &Server, socket: &mut Socket, asked: &mut BTreeSet<String>) {
    let _anna = desk::Agent::come(server, "anna").await;
    socket.say(json!({"type": "usher.person"})).await;
    let told = socket
        .first("an answer", |event| {
            event["type"] == "usher.handoff" && (event["state"] == "requested" || event["state"] == "unavailable")
        })
        .await;
    if told["state"] == "requested" {
        asked.insert(told["case"].as_str().expect("a request has its case").to_string());
        socket.say(json!({"type": "usher.handoff.cancel"})).await;
    }
    socket.say(json!({"type": "usher.handoff.done"})).await;
    socket.handoff("bot").await;
}

/// One more item, by a process of its own beside the serving one; its id once it was said to be in.
fn import(data: &Path, file: &Path, number: usize) -> Option<String> {
    let id = format!("endurance-{number}");
    let line = json!({"id": id, "language": "en", "questions": [format!("what about trial {number}")], "answer": format!("Trial {number} is in.")});
    let from = data.join(format!("{id}.jsonl"));
    std::fs::write(&from, format!("{line}\n")).expect("the item can be written");
    let file = file.to_str().expect("the path is text");
    let ran = support::usher_in(
        data,
        "",
        &["knowledge", "import", from.to_str().expect("the path is text"), "--config", file],
    );
    std::fs::remove_file(&from).expect("the item's file can be removed");
    (ran.code == 0).then_some(id)
}

fn missing_items(data: &Path, file: &Path, approved: &BTreeSet<String>) -> Vec<String> {
    let file = file.to_str().expect("the path is text");
    let listed = support::usher_in(data, "", &["knowledge", "list", "--json", "--config", file]).document();
    let known = strings(&listed, "name");
    approved.difference(&known).cloned().collect()
}

/// What was told is on record, or still open at the desk.
async fn missing_requests(data: &Path, file: &Path, asked: &BTreeSet<String>) -> Vec<String> {
    let server = Server::at(0, data, "serve", file);
    let mut anna = desk::Agent::open(&server, "anna").await;
    let since = Instant::now();
    loop {
        let board = anna.told("board").await;
        let records = support::usher_in(
            data,
            "",
            &["desk", "records", "--json", "--config", file.to_str().expect("the path is text")],
        );
        let known: BTreeSet<String> =
            strings(&records.document(), "case").union(&strings(&board["waiting"], "case")).cloned().collect();
        let lost: Vec<String> = asked.difference(&known).cloned().collect();
        if lost.is_empty() || since.elapsed() > Duration::from_secs(60) {
            return lost;
        }
        // A change of state brings the next board.
        for state in ["away", "busy"] {
            anna.say(json!({"type": "state", "state": state})).await;
        }
    }
}

fn strings(list: &Value, field: &str) -> BTreeSet<String> {
    let rows = list.as_array().map(Vec::as_slice).unwrap_or_default();
    rows.iter().filter_map(|row| row[field].as_str().map(String::from)).collect()
}

/// Numbers that are the same for the same seed (xorshift).
struct Dice(u64);

impl Dice {
    fn new() -> Self {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(1, |since| since.as_secs());
        let seed = std::env::var("USHER_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(now);
        eprintln!("kills: seed {seed}");
        Self(seed.max(1))
    }

    /// `0.0..1.0`.
    fn share(&mut self) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % 10_000) as f64 / 10_000.0
    }
}

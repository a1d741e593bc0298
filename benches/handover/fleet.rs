//! Two hundred kiosks, fifty agents at two desks, one bus: what is lost or doubled when desk and bus are killed, and how soon a free
//! agent is called. The kiosks are the real code in this process; desks and bus are programs, agents real sockets.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_util::sync::CancellationToken;
use usher::base::worker::Worker;
use usher::config::{Said, Settings as SiteSettings};
use usher::domain::Language;
use usher::handoff::SealedOutbox;
use usher::handoff::desk::wire::Profile;
use usher::handoff::package::Origin;
use usher::handoff::{Effect, Event, Handoff, Kiosk, News, Rule, Settings, State, nats as link, put_agent};
use usher::store::DeskStore;

use crate::desk::PASSWORD;
use crate::nats::Bus;
use crate::server::Server;
use crate::{quantiles, support};

const KIOSKS: usize = 200;
const AGENTS: usize = 50;
const DESKS: usize = 2;
const HAND_OVERS: usize = 2_000;
const QUICK: usize = 10;

/// Hand-overs of the phase without faults, on so few kiosks that an agent is free for each.
const CALM: usize = 500;
const CALM_KIOSKS: usize = 25;

/// What is killed stays away so long.
const AWAY: Duration = Duration::from_secs(3);

/// A phase that takes longer has lost something.
const PHASE_DEADLINE: Duration = Duration::from_secs(600);

/// A visitor who still waits then is stuck.
const VISIT_DEADLINE: Duration = Duration::from_secs(90);

/// What was seen at every end.
#[derive(Default)]
struct Seen {
    told: Vec<String>,
    ringing: Vec<Duration>,
    /// How each ended at its kiosk.
    ends: BTreeMap<String, usize>,
    /// `case message` that came twice.
    doubled: Vec<String>,
    unheard: usize,
    /// By case: how often an agent was told that it is over.
    closed: HashMap<String, usize>,
}

struct Fleet {
    seen: Mutex<Seen>,
    done: AtomicUsize,
    addresses: [watch::Sender<String>; DESKS],
}

impl Fleet {
    fn seen(&self) -> std::sync::MutexGuard<'_, Seen> {
        self.seen.lock().expect("no holder panics")
    }

    fn ended(&self, handoff: &Handoff, is_unheard: bool, rung: Option<Duration>) {
        let end = match handoff.reason() {
            Some(reason) => format!("told that nobody comes: {reason:?}"),
            None => handoff.state().word().to_string(),
        };
        let mut seen = self.seen();
        seen.unheard += usize::from(is_unheard && matches!(handoff.state(), State::WrapUp { .. }));
        *seen.ends.entry(end).or_default() += 1;
        seen.ringing.extend(rung);
    }
}

pub async fn measure(is_quick: bool) {
    let share = if is_quick { QUICK } else { 1 };
    let folder = tempfile::tempdir().expect("a folder can be made");
    let mut bus = Bus::start();
    let file = support::site_with_desk(folder.path(), &bus.link());
    let fleet = Arc::new(Fleet {
        seen: Mutex::default(),
        done: AtomicUsize::new(0),
        addresses: std::array::from_fn(|_| watch::Sender::default()),
    });
    let mut desks: Vec<Option<Server>> = Vec::new();
    for desk in 0..DESKS {
        let data = folder.path().join(format!("desk-{desk}"));
        let names: Vec<String> = (0..AGENTS / DESKS).map(|agent| format!("agent-{desk}-{agent}")).collect();
        let_in(&data, &file, &names);
        let server = Server::at(0, &data, "desk", &file);
        fleet.addresses[desk].send_replace(server.address.clone());
        desks.push(Some(server));
        names.into_iter().for_each(|name| drop(tokio::spawn(agent(fleet.clone(), desk, name))));
    }
    let kiosks = kiosks(&bus, folder.path()).await;
    all_here(&kiosks[0]).await;
    let began = Instant::now();
    run(&fleet, &kiosks[..CALM_KIOSKS.min(CALM / share)], CALM / share).await;
    let calm = quantiles(&mut fleet.seen().ringing);
    println!("fleet: request to ringing, an agent free for each: {calm}");
    println!("fleet: {} hand-overs without faults in {:.1} s", CALM / share, began.elapsed().as_secs_f64());
    let stormy = (HAND_OVERS - CALM) / share;
    let third = |part: usize| CALM / share + stormy * part / 3;
    let storm = async {
        reach(&fleet, third(1)).await;
        desks[0] = None;
        eprintln!("fleet: a desk is killed");
        tokio::time::sleep(AWAY).await;
        let server = Server::at(0, &folder.path().join("desk-0"), "desk", &file);
        fleet.addresses[0].send_replace(server.address.clone());
        desks[0] = Some(server);
        reach(&fleet, third(2)).await;
        bus.kill();
        eprintln!("fleet: the bus is killed");
        tokio::time::sleep(AWAY).await;
        bus.again();
    };
    let storm_began = Instant::now();
    tokio::join!(run(&fleet, &kiosks, stormy), storm);
    println!(
        "fleet: {stormy} hand-overs with a desk and the bus killed in {:.1} s",
        storm_began.elapsed().as_secs_f64()
    );
    settle(&fleet, &kiosks, folder.path(), &file).await;
}

/// Accounts, without a program start for each.
fn let_in(data: &Path, file: &Path, names: &[String]) {
    let settings = SiteSettings::load(file, None, &Said::default()).expect("the site's file is right");
    let folder = data.join("sites").join(&settings.site.id);
    std::fs::create_dir_all(&folder).expect("the folder can be made");
    let mut store = DeskStore::open(&folder.join("desk.db")).expect("the desk's file opens");
    for name in names {
        let languages = vec![Language::English, Language::Chinese];
        let profile =
            Profile { name: name.clone(), display: name.clone(), languages, skills: Vec::new(), cases_max: 3 };
        put_agent(&mut store, &profile, PASSWORD).expect("the agent is let in");
    }
}

pub fn outbox(path: &Path) -> Worker<SealedOutbox> {
    Worker::start("outbox", 64, SealedOutbox::open(path, jiff::Timestamp::now()).expect("the outbox opens"))
}

async fn kiosks(bus: &Bus, folder: &Path) -> Vec<Arc<Kiosk>> {
    let mut kiosks = Vec::new();
    for number in 0..KIOSKS {
        let name = format!("kiosk-{number}");
        let stopping = CancellationToken::new();
        let opened = link::open(&bus.url(), None, &name, stopping.clone()).await.expect("the link opens");
        let outbox = outbox(&folder.join(format!("{name}.db")));
        kiosks.push(Kiosk::start(name, Settings::default(), outbox, opened, stopping));
    }
    kiosks
}

/// Every agent has come.
async fn all_here(kiosk: &Kiosk) {
    let mut presence = kiosk.presence();
    let all = presence.wait_for(|presence| {
        let count = presence.as_ref().and_then(|presence| presence.agents.get(&Language::English).copied());
        count == Some(AGENTS as u32)
    });
    tokio::time::timeout(PHASE_DEADLINE, all).await.expect("the agents come").expect("the link lives");
}

async fn reach(fleet: &Fleet, count: usize) {
    while fleet.done.load(Ordering::Relaxed) < count {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// `count` hand-overs, each at the next kiosk that has no visitor.
async fn run(fleet: &Arc<Fleet>, kiosks: &[Arc<Kiosk>], count: usize) {
    let next = Arc::new(AtomicUsize::new(0));
    let visitors = kiosks.iter().map(|kiosk| {
        let (fleet, kiosk, next) = (fleet.clone(), kiosk.clone(), next.clone());
        tokio::spawn(async move {
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= count {
                    return;
                }
                visit(&fleet, &kiosk, &format!("{}-{count}-{number}", kiosk.name)).await;
                fleet.done.fetch_add(1, Ordering::Relaxed);
            }
        })
    });
    let all = futures_util::future::join_all(visitors.collect::<Vec<_>>());
    tokio::time::timeout(PHASE_DEADLINE, all).await.expect("every hand-over ends");
}

/// A visitor's wish at `kiosk`.
pub fn origin(kiosk: &str, case: &str) -> Origin {
    Origin {
        topic: None,
        case: case.into(),
        key: case.into(),
        code: "K7P4".into(),
        site: "airport".into(),
        kiosk: kiosk.into(),
        place: "T1".into(),
        language: Language::English,
        needs: Vec::new(),
        rule: Rule::PersonButton,
        asked_at: jiff::Timestamp::now().to_string(),
        versions: BTreeMap::new(),
        mood: None,
    }
}

/// One visitor: asks, waits, says a line, reads a line, reads the end.
async fn visit(fleet: &Fleet, kiosk: &Arc<Kiosk>, case: &str) {
    let mut handoff = Handoff::new(kiosk.clone());
    // Nothing is promised while nobody is there, here as at a kiosk.
    let mut presence = kiosk.presence();
    let is_here = |presence: &Option<usher::handoff::wire::Presence>| {
        presence.as_ref().is_some_and(|presence| presence.agents.values().any(|count| *count > 0))
    };
    presence.wait_for(is_here).await.expect("the link lives");
    let asked = Instant::now();
    handoff.event(Event::Fired { rule: Rule::PersonButton, shut: None });
    handoff.request(origin(&kiosk.name, case), &[]).await.expect("the outbox takes it");
    handoff.release(&[]).await.expect("the outbox takes it");
    fleet.seen().told.push(case.into());
    let (mut rung, mut heard, mut has_spoken) = (None, HashSet::new(), false);
    loop {
        let left = VISIT_DEADLINE.saturating_sub(asked.elapsed());
        let Ok(noticed) = tokio::time::timeout(left, handoff.next()).await else {
            eprintln!("fleet: {case} is stuck in {:?}, said {has_spoken}, heard {}", handoff.state(), heard.len());
            break;
        };
        match handoff.notice(noticed) {
            News::Changed(effects) => {
                for effect in effects {
                    if let Effect::Withdraw(why) = effect {
                        handoff.withdraw(why).await;
                    }
                }
            }
            News::Message { id, .. } if !heard.insert(id.clone()) => {
                fleet.seen().doubled.push(format!("{case} {id} at the kiosk"));
            }
            _ => {}
        }
        match handoff.state() {
            State::Ringing { .. } | State::Briefing { .. } => {
                rung.get_or_insert_with(|| asked.elapsed());
            }
            State::Live { .. } if !has_spoken => {
                has_spoken = true;
                handoff.write("where is my gate".into(), jiff::Timestamp::now().to_string());
            }
            State::WrapUp { .. } | State::Unavailable { .. } | State::Bot => break,
            _ => {}
        }
    }
    fleet.ended(&handoff, heard.is_empty(), rung);
    handoff.event(Event::Done);
    handoff.finish().await;
}

/// An agent at a page: comes back whenever the desk does.
async fn agent(fleet: Arc<Fleet>, desk: usize, name: String) {
    loop {
        let address = fleet.addresses[desk].borrow().clone();
        if let Some(cookie) = login(&address, &name).await {
            let mut request =
                format!("ws://{address}/api/desk/socket").into_client_request().expect("the address is whole");
            request.headers_mut().insert("cookie", cookie.parse().expect("a cookie is a header"));
            if let Ok((socket, _)) = tokio_tungstenite::connect_async(request).await {
                work(&fleet, socket).await;
            }
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

async fn login(address: &str, name: &str) -> Option<String> {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let mut stream = tokio::net::TcpStream::connect(address).await.ok()?;
    let body = json!({"name": name, "password": PASSWORD}).to_string();
    let request = format!(
        "POST /api/desk/login HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).await.ok()?;
    let mut reply = String::new();
    stream.read_to_string(&mut reply).await.ok()?;
    let line = reply.lines().find(|line| line.to_lowercase().starts_with("set-cookie:"))?;
    line[11..].split(';').next().map(|cookie| cookie.trim().to_string())
}

type Page = tokio_tungstenite::WebSocketStream<tokio_tungstenite::MaybeTlsStream<tokio::net::TcpStream>>;

/// Takes every call, says one line, ends when the visitor has said theirs.
async fn work(fleet: &Fleet, mut page: Page) {
    let mut lines: HashSet<String> = HashSet::new();
    let mut wanted = vec![json!({"type": "state", "state": "free"})];
    loop {
        for event in wanted.drain(..) {
            if page.send(Message::text(event.to_string())).await.is_err() {
                return;
            }
        }
        let Some(Ok(message)) = page.next().await else { return };
        let Message::Text(text) = message else { continue };
        let event: Value = serde_json::from_str(&text).expect("events are JSON");
        let case = event["case"].as_str().or(event["case"]["id"].as_str()).unwrap_or_default().to_string();
        let hello = || json!({"type": "message", "case": case, "text": "hello", "id": format!("a-{case}")});
        let end = || json!({"type": "end", "case": case, "outcome": "solved"});
        match event["type"].as_str() {
            Some("ring") => wanted.push(json!({"type": "accept", "case": case})),
            Some("case") => {
                if event["case"]["state"] == "briefing" {
                    wanted.push(json!({"type": "ready", "case": case}));
                }
                let has_visitor_said = event["case"]["messages"]
                    .as_array()
                    .is_some_and(|all| all.iter().any(|one| one["from"] == "visitor"));
                wanted.push(hello());
                if has_visitor_said {
                    wanted.push(end());
                }
            }
            Some("message") if event["from"] == "visitor" => {
                if !lines.insert(format!("{case} {}", event["id"])) {
                    fleet.seen().doubled.push(format!("{case} {} at an agent", event["id"]));
                }
                wanted.push(end());
            }
            Some("case_state") if event["state"] == "closed" => {
                *fleet.seen().closed.entry(case).or_default() += 1;
            }
            Some("case_state") if event["state"] == "wrap_up" => wanted.push(end()),
            _ => {}
        }
    }
}

/// Compares what visitors were told with what the desks have on record.
async fn settle(fleet: &Fleet, kiosks: &[Arc<Kiosk>], folder: &Path, file: &Path) {
    let since = Instant::now();
    let told: HashSet<String> = fleet.seen().told.iter().cloned().collect();
    let mut waiting = 0;
    let (mut lost, mut twice) = (Vec::new(), 0);
    while since.elapsed() < Duration::from_secs(120) {
        waiting = 0;
        for kiosk in kiosks {
            waiting += kiosk.waiting().await.expect("the outbox can be read");
        }
        lost.clear();
        twice = 0;
        for desk in 0..DESKS {
            let data = folder.join(format!("desk-{desk}"));
            let file = file.to_str().expect("the path is text");
            let records = support::usher_in(&data, "", &["desk", "records", "--json", "--config", file]).document();
            let cases: Vec<String> = records
                .as_array()
                .expect("a list")
                .iter()
                .map(|one| one["case"].as_str().unwrap_or_default().into())
                .collect();
            let recorded: HashSet<String> = cases.iter().cloned().collect();
            twice += cases.len() - recorded.len();
            lost.extend(told.difference(&recorded).map(|case| format!("{case} at desk {desk}")));
        }
        if lost.is_empty() && waiting == 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    let seen = fleet.seen();
    let closed_twice = seen.closed.values().filter(|count| **count > 1).count();
    println!(
        "fleet: {KIOSKS} kiosks, {AGENTS} agents, {DESKS} desks: {} hand-overs told, lost {}, doubled {} (records {twice}, ended twice \
         {closed_twice}, lines {}), agents' lines that did not arrive {}, parcels still waiting {waiting}; settled in {:.1} s",
        told.len(),
        lost.len(),
        twice + closed_twice + seen.doubled.len(),
        seen.doubled.len(),
        seen.unheard,
        since.elapsed().as_secs_f64(),
    );
    println!("fleet: how they ended at the kiosks: {:?}", seen.ends);
    lost.iter().chain(&seen.doubled).take(10).for_each(|one| println!("  {one}"));
}

//! A link that is cut for a while: what was written meanwhile arrives in its order, and how fast.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use usher::domain::Language;
use usher::handoff::links::websocket;
use usher::handoff::package::Package;
use usher::handoff::wire::{Callback, Content};
use usher::handoff::{Kiosk, Settings};

use crate::desk::Agent;
use crate::fleet::{origin, outbox};
use crate::kills::Pair;
use crate::nats;

/// Requests and booked calls, in turn.
const PARCELS: usize = 100;

/// `USHER_CUT_SECONDS` changes it.
const CUT: Duration = Duration::from_secs(30 * 60);
const CUT_QUICK: Duration = Duration::from_secs(20);

const DRAIN_DEADLINE: Duration = Duration::from_secs(120);

pub async fn measure(is_quick: bool) {
    let named = std::env::var("USHER_CUT_SECONDS").ok().and_then(|text| text.parse().ok()).map(Duration::from_secs);
    let cut_for = named.unwrap_or(if is_quick { CUT_QUICK } else { CUT });
    let port = nats::free_port();
    let mut pair = Pair::open(Some(port));
    // Its place at the desk is taken by the outbox of this bench, which can be filled without a visitor for each parcel.
    pair.kiosk = None;
    let (cut, is_cut) = watch::channel(false);
    tokio::spawn(forward(port, pair.port, is_cut));
    // There, and called for nothing: everything stays on the board.
    let mut agent = pair.agent().await;
    agent.say(serde_json::json!({"type": "state", "state": "busy"})).await;
    let kiosk = kiosk(&pair, port);
    let mut presence = kiosk.presence();
    presence.wait_for(Option::is_some).await.expect("the link lives");
    cut.send_replace(true);
    let began = Instant::now();
    for number in 0..PARCELS {
        let case = format!("cut-{number:03}");
        let content = if number % 2 == 0 {
            Content::Request { package: Box::new(Package::of(origin(&kiosk.name, &case), &[])) }
        } else {
            Content::Callback { callback: callback(number) }
        };
        let parcel = kiosk.parcel(&case, "part", content);
        kiosk.put(None, &[parcel]).await.expect("the outbox takes it");
        tokio::time::sleep(cut_for.mul_f64(0.8) / PARCELS as u32).await;
    }
    tokio::time::sleep(cut_for.saturating_sub(began.elapsed())).await;
    let waiting = kiosk.waiting().await.expect("the outbox can be read");
    cut.send_replace(false);
    let mended = Instant::now();
    while kiosk.waiting().await.expect("the outbox can be read") > 0 && mended.elapsed() < DRAIN_DEADLINE {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let drained = mended.elapsed();
    // A page that says nothing for as long as a cut lasts was let go; people's pages come back by themselves.
    let mut agent = Agent::open(pair.desk(), "anna").await;
    let board = board(&mut agent).await;
    report(&board, waiting, cut_for, drained);
}

fn kiosk(pair: &Pair, port: u16) -> Arc<Kiosk> {
    let url = format!("ws://127.0.0.1:{port}/api/desk/kiosk");
    let stopping = CancellationToken::new();
    let opened = websocket::open(&url, "airport-1", &pair.folder.path().join("kiosk.key"), None, stopping.clone());
    let opened = opened.expect("the link opens");
    Kiosk::start("airport-1".into(), Settings::default(), outbox(&pair.data("bench.db")), opened, stopping)
}

fn callback(number: usize) -> Callback {
    Callback {
        name: "a visitor".into(),
        phone: format!("+65 5550 {number:04}"),
        language: Language::English,
        need: String::new(),
        code: "K7P4".into(),
    }
}

/// Carries bytes both ways; stands still, without hanging up, while it is cut.
async fn forward(from: u16, to: u16, is_cut: watch::Receiver<bool>) {
    let listener = TcpListener::bind(("127.0.0.1", from)).await.expect("the port is free");
    while let Ok((near, _)) = listener.accept().await {
        let Ok(far) = TcpStream::connect(("127.0.0.1", to)).await else { continue };
        let ((near_read, near_write), (far_read, far_write)) = (near.into_split(), far.into_split());
        tokio::spawn(pour(near_read, far_write, is_cut.clone()));
        tokio::spawn(pour(far_read, near_write, is_cut.clone()));
    }
}

async fn pour(
    mut from: tokio::net::tcp::OwnedReadHalf,
    mut to: tokio::net::tcp::OwnedWriteHalf,
    mut is_cut: watch::Receiver<bool>,
) {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let mut bytes = vec![0; 16 << 10];
    loop {
        if is_cut.wait_for(|cut| !cut).await.is_err() {
            return;
        }
        match from.read(&mut bytes).await {
            Ok(0) | Err(_) => return,
            Ok(count) => {
                if is_cut.wait_for(|cut| !cut).await.is_err() || to.write_all(&bytes[..count]).await.is_err() {
                    return;
                }
            }
        }
    }
}

/// The newest board: nothing changes any more when none follows.
async fn board(agent: &mut Agent) -> Value {
    agent.say(serde_json::json!({"type": "state", "state": "busy"})).await;
    let mut last = agent.told("board").await;
    while let Ok(event) = tokio::time::timeout(Duration::from_millis(500), agent.socket.next()).await {
        if event["type"] == "board" {
            last = event;
        }
    }
    last
}

fn report(board: &Value, waiting: u64, cut_for: Duration, drained: Duration) {
    let rows = board["waiting"].as_array().expect("a board has its rows");
    let calls = board["callbacks"].as_array().expect("a board has its calls");
    let mut times: BTreeMap<usize, u64> = BTreeMap::new();
    let mut doubled = rows.len() + calls.len();
    for row in rows {
        let number = row["case"].as_str().and_then(|case| case.strip_prefix("cut-")?.parse().ok()).expect("our case");
        times.insert(number, u64::MAX - row["waited_ms"].as_u64().expect("a time"));
    }
    let mut calls_at: BTreeMap<usize, &str> = BTreeMap::new();
    for call in calls {
        let phone = call["phone"].as_str().expect("a number");
        calls_at.insert(phone[phone.len() - 4..].parse().expect("our number"), call["at"].as_str().expect("a time"));
    }
    doubled -= times.len() + calls_at.len();
    let is_ordered = times.values().is_sorted() && calls_at.values().is_sorted();
    println!(
        "cut: {:.0} s without a link (30 min unless --quick or USHER_CUT_SECONDS), {waiting} parcels waited: {} requests and {} calls \
         arrived, lost {}, doubled {doubled}, {}; drained in {:.2} s after it mended",
        cut_for.as_secs_f64(),
        times.len(),
        calls_at.len(),
        PARCELS - times.len() - calls_at.len(),
        if is_ordered { "in order" } else { "OUT OF ORDER" },
        drained.as_secs_f64(),
    );
}

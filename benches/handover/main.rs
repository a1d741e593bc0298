//! What the hand-over keeps and how fast it is: `cargo bench --bench handover -- fleet|kills|cut|text|all [--quick]`.
//!
//! Real programs and sockets throughout, on this machine alone; it needs nats-server (`./deploy/setup.sh tests`).

mod cut;
#[path = "../../tests/appliance/desk.rs"]
#[allow(dead_code)]
mod desk;
mod fleet;
#[path = "../../tests/appliance/kills.rs"]
#[allow(dead_code)]
mod kills;
#[path = "../../tests/appliance/nats.rs"]
#[allow(dead_code)]
mod nats;
#[path = "../../tests/appliance/server.rs"]
#[allow(dead_code)]
mod server;
#[path = "../../tests/appliance/support.rs"]
#[allow(dead_code)]
mod support;
mod text;

use std::process::ExitCode;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

const KILLS: usize = 200;
const KILLS_QUICK: usize = 40;

#[tokio::main]
async fn main() -> ExitCode {
    let mut words: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    let is_quick = words.iter().any(|word| word == "--quick");
    words.retain(|word| !word.starts_with("--"));
    let wanted = |name: &str| words.iter().any(|word| word == name || word == "all");
    let mut ran = false;
    if wanted("text") {
        ran = true;
        text::measure(is_quick).await;
    }
    if wanted("kills") {
        ran = true;
        kill(if is_quick { KILLS_QUICK } else { KILLS }).await;
    }
    if wanted("cut") {
        ran = true;
        cut::measure(is_quick).await;
    }
    if wanted("fleet") {
        ran = true;
        fleet::measure(is_quick).await;
    }
    if !ran {
        eprintln!("name a measure: fleet, kills, cut, text or all; --quick makes them small");
        return ExitCode::from(2);
    }
    ExitCode::SUCCESS
}

/// `USHER_SEED` repeats a walk.
async fn kill(kills: usize) {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(1, |since| since.as_secs());
    let seed = std::env::var("USHER_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(now);
    let began = Instant::now();
    let told = |kill: usize| {
        if kill > 0 && kill.is_multiple_of(20) {
            eprintln!("kills: {kill} of {kills}");
        }
    };
    let counted = kills::walk(kills, seed, told).await;
    println!(
        "kills: {} kill -9 ({} kiosk, {} desk), seed {seed}, {:.0} s: {} requests told, {} recorded, {} open; lost {}, doubled {}",
        counted.kills,
        counted.kiosk_kills,
        counted.kills - counted.kiosk_kills,
        began.elapsed().as_secs_f64(),
        counted.told,
        counted.recorded,
        counted.open,
        counted.lost.len(),
        counted.doubled.len(),
    );
    for case in &counted.lost {
        println!("  lost: {case}");
    }
    for case in &counted.doubled {
        println!("  doubled: {case}");
    }
}

/// The middle and the 95th of a hundred, milliseconds.
pub fn quantiles(times: &mut [Duration]) -> String {
    if times.is_empty() {
        return "no times".into();
    }
    times.sort_unstable();
    let at = |share: f64| times[((times.len() - 1) as f64 * share).round() as usize].as_secs_f64() * 1000.0;
    format!("p50 {:.2} ms, p95 {:.2} ms, longest {:.2} ms ({} times)", at(0.5), at(0.95), at(1.0), times.len())
}

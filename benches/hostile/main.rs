//! What a stranger's bytes do to the appliance: `cargo bench --bench hostile -- config|manifests|bundles|gguf|audio|sockets|all
//! [--minutes N] [--quick]`, ten minutes each without more words.
//!
//! Every input begins as a good one and is bent, in its text, its numbers and its bytes, and goes through the door that the program
//! itself uses. A panic, an end of the process, memory beyond a bound or time beyond a bound is a crash: it is told with its smallest
//! input and ends this command with 1. `USHER_SEED` repeats a walk.

mod audio;
mod bend;
mod bundles;
mod config;
mod gguf;
mod guard;
mod manifests;
mod rewrap;
mod sockets;
mod walk;

#[path = "../../tests/appliance/desk.rs"]
#[allow(dead_code)]
mod desk;
#[path = "../../tests/appliance/server.rs"]
#[allow(dead_code)]
mod server;
#[path = "../../tests/appliance/support.rs"]
#[allow(dead_code)]
mod support;
#[path = "../../tests/appliance/technician.rs"]
#[allow(dead_code)]
mod technician;

use std::process::ExitCode;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use walk::Target;

const TARGETS: [&str; 5] = ["config", "manifests", "bundles", "gguf", "audio"];
const MINUTES: f64 = 10.0;
const QUICK: Duration = Duration::from_secs(5);

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    if let Some(inside) = guard::inside() {
        return walk::inside(&*target(&inside.target), &inside);
    }
    let Some(lasts) = lasts(&words) else {
        eprintln!("--minutes takes a number above 0");
        return ExitCode::from(2);
    };
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(1, |since| since.as_secs());
    let seed = std::env::var("USHER_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(now);
    println!("hostile: seed {seed}");
    let is_wanted = |name: &str| words.iter().any(|word| word == name || word == "all");
    let mut crashes: Vec<u64> =
        TARGETS.into_iter().filter(|name| is_wanted(name)).map(|name| guard::run(name, seed, lasts)).collect();
    if is_wanted("sockets") {
        crashes.push(sockets::run(seed, lasts));
    }
    if crashes.is_empty() {
        eprintln!("name a target: {}, sockets or all; --minutes N, --quick", TARGETS.join(", "));
        return ExitCode::from(2);
    }
    ExitCode::from(u8::from(crashes.iter().sum::<u64>() > 0))
}

fn lasts(words: &[String]) -> Option<Duration> {
    if words.iter().any(|word| word == "--quick") {
        return Some(QUICK);
    }
    let Some(at) = words.iter().position(|word| word == "--minutes") else {
        return Some(Duration::from_secs_f64(MINUTES * 60.0));
    };
    let minutes: f64 = words.get(at + 1)?.parse().ok().filter(|minutes: &f64| minutes.is_finite() && *minutes > 0.0)?;
    Some(Duration::from_secs_f64(minutes * 60.0))
}

fn target(name: &str) -> Box<dyn Target> {
    match name {
        "config" => Box::new(config::Configurations::new()),
        "manifests" => Box::new(manifests::Manifests::new()),
        "bundles" => Box::new(bundles::Bundles::new()),
        "gguf" => Box::new(gguf::Headers::new()),
        _ => Box::new(audio::Recordings::new()),
    }
}

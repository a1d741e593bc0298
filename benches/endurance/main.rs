//! What the appliance takes and what it survives: `cargo bench --bench endurance -- start|idle|day|kills|logins|faults|all [--quick]`.
//!
//! The real program with the installed models, on the loopback alone. `USHER_SEED` repeats a walk.

mod day;
mod faults;
mod kills;
mod logins;
mod measured;
mod start;
mod visits;

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

#[tokio::main]
async fn main() -> ExitCode {
    let mut words: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    let is_quick = words.iter().any(|word| word == "--quick");
    words.retain(|word| !word.starts_with("--"));
    let mut ran = false;
    for word in ["start", "idle", "kills", "logins", "faults", "day"] {
        if !words.iter().any(|wanted| wanted == word || wanted == "all") {
            continue;
        }
        ran = true;
        match word {
            "start" => start::cold(is_quick).await,
            "idle" => start::idle(is_quick).await,
            "kills" => kills::measure(is_quick).await,
            "logins" => logins::measure(is_quick).await,
            "faults" => faults::measure().await,
            _ => day::measure(is_quick).await,
        }
    }
    if !ran {
        eprintln!("name a measure: start, idle, kills, logins, faults, day or all; --quick makes them small");
        return ExitCode::from(2);
    }
    ExitCode::SUCCESS
}

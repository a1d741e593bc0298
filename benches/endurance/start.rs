//! From nothing to an answered golden question, and what a kiosk takes while nobody stands there.

use std::time::{Duration, Instant};

use crate::measured::{processor_s, resident_mib};
use crate::server::Server;
use crate::support;

const STARTS: usize = 5;

/// How long nobody comes.
const IDLE: Duration = Duration::from_secs(60);
const IDLE_QUICK: Duration = Duration::from_secs(10);

/// Memory that the first turns took is given back, or is not, by then.
const SETTLE: Duration = Duration::from_secs(10);

pub async fn cold(is_quick: bool) {
    let data = support::own_data("airport");
    let mut times = Vec::new();
    let mut is_cold = true;
    for _ in 0..if is_quick { 1 } else { STARTS } {
        // Root may; elsewhere the figure is of a warm page cache, and says so.
        is_cold &= std::fs::write("/proc/sys/vm/drop_caches", "3").is_ok();
        let began = Instant::now();
        let server = Server::start_in(data.path(), "airport");
        server.ready().await;
        times.push(began.elapsed());
    }
    times.sort_unstable();
    println!(
        "start: to readyz (a spoken golden question answered) median {:.2} s, longest {:.2} s of {}, page cache {}",
        times[times.len() / 2].as_secs_f64(),
        times[times.len() - 1].as_secs_f64(),
        times.len(),
        if is_cold { "dropped before each" } else { "warm, for only root can drop it" },
    );
}

pub async fn idle(is_quick: bool) {
    let data = support::own_data("airport");
    let server = Server::start_in(data.path(), "airport");
    server.ready().await;
    // A page that stands at its greeting holds its socket.
    let mut page = server.open().await;
    page.until("session.created").await;
    tokio::time::sleep(SETTLE).await;
    let (began, before) = (Instant::now(), processor_s(server.id()));
    tokio::time::sleep(if is_quick { IDLE_QUICK } else { IDLE }).await;
    let share = (processor_s(server.id()) - before) / began.elapsed().as_secs_f64();
    println!(
        "idle: {:.0} MiB resident, {:.2} % of a core over {:.0} s with a page at its greeting",
        resident_mib(server.id()),
        share * 100.0,
        began.elapsed().as_secs_f64()
    );
}

//! A day of visits in twenty minutes: whether memory and file handles stay where they were.

use std::time::{Duration, Instant};

use crate::measured::{handles, quantiles, resident_mib};
use crate::server::Server;
use crate::{support, visits};

const DAY: Duration = Duration::from_secs(20 * 60);
const DAY_QUICK: Duration = Duration::from_secs(60);

/// The part of the day that fills caches and pools before memory is looked at.
const WARM_UP_SHARE: f64 = 0.2;

/// Looks per minute.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// A kiosk has one visitor at a time, and now and then a second screen.
const KIOSKS: usize = 2;

pub async fn measure(is_quick: bool) {
    let data = support::own_data("airport");
    let server = std::sync::Arc::new(Server::start_in(data.path(), "airport"));
    server.ready().await;
    let lasts = if is_quick { DAY_QUICK } else { DAY };
    let began = Instant::now();
    let kiosks: Vec<_> = (0..KIOSKS)
        .map(|kiosk| {
            let server = server.clone();
            tokio::spawn(async move {
                let (mut visits, mut times) = (0, Vec::new());
                while began.elapsed() < lasts {
                    // Every second visit comes with a page that is loaded anew.
                    let mut socket = server.open().await;
                    socket.until("session.created").await;
                    for _ in 0..2 {
                        times.extend(visits::visit(&mut socket, kiosk + visits * 3, 3).await);
                        visits += 1;
                    }
                }
                (visits, times)
            })
        })
        .collect();
    let mut looks: Vec<(f64, usize)> = Vec::new();
    while began.elapsed() < lasts {
        tokio::time::sleep(LOOK_EVERY).await;
        if began.elapsed() > lasts.mul_f64(WARM_UP_SHARE) {
            looks.push((resident_mib(server.id()), handles(server.id())));
        }
    }
    let (mut count, mut times) = (0, Vec::new());
    for kiosk in kiosks {
        let (visits, more) = kiosk.await.expect("the visits go on to the end");
        count += visits;
        times.extend(more);
    }
    report(&looks, count, &mut times);
}

/// Memory of the first and the last fifth of the looks, as medians: single looks fall between two turns.
fn report(looks: &[(f64, usize)], visits: usize, times: &mut [Duration]) {
    let fifth = (looks.len() / 5).max(1);
    let median = |part: &[(f64, usize)]| {
        let mut memory: Vec<f64> = part.iter().map(|look| look.0).collect();
        memory.sort_by(f64::total_cmp);
        (memory[memory.len() / 2], part.iter().map(|look| look.1).min().unwrap_or(0))
    };
    let (first, last) = (median(&looks[..fifth]), median(&looks[looks.len() - fifth..]));
    println!(
        "day: {visits} visits of three questions; memory {:.1} -> {:.1} MiB ({:+.2} %), file handles {} -> {}; answers {}",
        first.0,
        last.0,
        (last.0 / first.0 - 1.0) * 100.0,
        first.1,
        last.1,
        quantiles(times),
    );
}

//! Two hundred wrong logins a minute: whether anybody gets in, and whether visitors notice.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::measured::quantiles;
use crate::server::Server;
use crate::technician::Technician;
use crate::{support, visits};

const LASTS: Duration = Duration::from_secs(5 * 60);
const LASTS_QUICK: Duration = Duration::from_secs(20);
const A_MINUTE: u32 = 200;

pub async fn measure(is_quick: bool) {
    let data = support::own_data("airport");
    let server = std::sync::Arc::new(Server::start_in(data.path(), "airport"));
    server.ready().await;
    Technician::first(&server).await;
    let lasts = if is_quick { LASTS_QUICK } else { LASTS };
    let mut quiet = ask(&server, lasts / 10).await;
    let guessing = tokio::spawn(guess(server.clone(), lasts));
    let mut beside = ask(&server, lasts).await;
    let (tries, refused, limited, inside) = guessing.await.expect("the guesses end");
    println!(
        "logins: {tries} wrong ones in {:.0} s: {inside} in, {refused} refused, {limited} told to wait; answers before: {}; \
         meanwhile: {}",
        lasts.as_secs_f64(),
        quantiles(&mut quiet),
        quantiles(&mut beside)
    );
}

async fn ask(server: &Server, lasts: Duration) -> Vec<Duration> {
    let (began, mut times) = (Instant::now(), Vec::new());
    let mut socket = server.open().await;
    socket.until("session.created").await;
    while began.elapsed() < lasts {
        times.extend(visits::visit(&mut socket, times.len(), 3).await);
    }
    times
}

/// Tries, refused, told to wait, in.
async fn guess(server: std::sync::Arc<Server>, lasts: Duration) -> (u32, u32, u32, u32) {
    let (began, mut counts) = (Instant::now(), (0, 0, 0, 0));
    let mut beat = tokio::time::interval(Duration::from_secs(60) / A_MINUTE);
    while began.elapsed() < lasts {
        beat.tick().await;
        let name = if counts.0 % 2 == 0 { "anna" } else { "root" };
        let guess = json!({"name": name, "password": format!("a wrong guess {}", counts.0)});
        let (status, _) = server.post("/api/admin/login", &guess).await;
        counts.0 += 1;
        match status {
            200 => counts.3 += 1,
            429 => counts.2 += 1,
            _ => counts.1 += 1,
        }
    }
    counts
}

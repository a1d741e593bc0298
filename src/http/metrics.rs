//! What Prometheus scrapes. It names no visitor, and needs no login.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;

use super::App;
use crate::telemetry::{CONTENT_TYPE, Present, Process, render};

pub async fn show(State(app): State<Arc<App>>) -> impl IntoResponse {
    let outbox = match &app.kiosk {
        Some(kiosk) => kiosk.waiting().await.ok(),
        None => None,
    };
    let present = Present {
        version: env!("CARGO_PKG_VERSION"),
        ready: app.ready.load(Ordering::Acquire),
        level: app.telemetry.verdict().level,
        visits: app.visits.load(Ordering::Acquire),
        queue: app.queue.load(Ordering::Acquire),
        workers: app.gauges.iter().map(|(name, gauge)| (*name, gauge.as_ref())).collect(),
        models: app.models.iter().map(|(role, model, bytes)| (role.as_str(), model.as_str(), *bytes)).collect(),
        board: app.telemetry.board(),
        process: Process::look(),
        outbox,
        log_lines_lost: app.logs.lost(),
    };
    ([(header::CONTENT_TYPE, CONTENT_TYPE)], render(&app.telemetry.metrics, &present))
}

//! Whether the process lives and whether it can answer.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::App;
use super::error::Fault;
use crate::telemetry::Trouble;

pub async fn alive() -> &'static str {
    "alive\n"
}

/// 200 once a spoken golden question was answered after start, with the named states that are nevertheless wrong; 503 with the reason until then.
pub async fn ready(State(app): State<Arc<App>>) -> Response {
    if app.ready.load(Ordering::Acquire) {
        let troubles: Vec<&str> = app.telemetry.board().troubles().into_iter().map(Trouble::word).collect();
        return Json(json!({"ready": true, "troubles": troubles})).into_response();
    }
    let reason = app.unready.lock().map(|reason| reason.clone()).unwrap_or_default();
    let message = if reason.is_empty() { "the golden question is being asked".to_string() } else { reason };
    Fault {
        status: StatusCode::SERVICE_UNAVAILABLE,
        kind: "not_ready",
        message,
        hint: "run `usher doctor` for what is missing and its repair",
    }
    .into_response()
}

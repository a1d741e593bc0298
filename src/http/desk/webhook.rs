//! `/api/desk/webhook`: answers of another desk product, signed.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};

use super::Desk;
use crate::handoff::WebhookError;
use crate::http::error::{self, Fault};

pub async fn take(State(desk): State<Arc<Desk>>, headers: HeaderMap, body: Bytes) -> Response {
    let Some(door) = &desk.webhook else { return error::not_found().await.into_response() };
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    match door.take(header("x-usher-timestamp"), header("x-usher-signature"), &body) {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(error) => refused(&error).into_response(),
    }
}

fn refused(error: &WebhookError) -> Fault {
    tracing::warn!(%error, "an answer to the webhook was refused");
    let (status, kind, hint) = match error {
        WebhookError::Unreadable(_) => {
            (StatusCode::UNPROCESSABLE_ENTITY, "unreadable", "send one of the agent's events of docs/handoff.md")
        }
        _ => (StatusCode::UNAUTHORIZED, "not_signed", "sign timestamp, full stop and body with the shared secret"),
    };
    Fault { status, kind, message: error.to_string(), hint }
}

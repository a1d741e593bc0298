//! The one error shape of every reply outside `/v1`: `{"error":{"kind","message","hint"}}`.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

/// An error reply.
pub struct Fault {
    pub status: StatusCode,
    pub kind: &'static str,
    pub message: String,
    /// What a person can do about it.
    pub hint: &'static str,
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        let body = json!({"error": {"kind": self.kind, "message": self.message, "hint": self.hint}});
        (self.status, Json(body)).into_response()
    }
}

pub async fn not_found() -> Fault {
    Fault {
        status: StatusCode::NOT_FOUND,
        kind: "not_found",
        message: "there is nothing at this address".into(),
        hint: "the kiosk page is at /",
    }
}

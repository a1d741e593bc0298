//! What a request brings, typed; what does not fit is answered in the one shape of errors. axum's own extractors answer in plain text.

use axum::extract::rejection::{JsonRejection, PathRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts, Json, Path, Query};
use axum::http::StatusCode;

use super::error::Fault;

/// A body of JSON.
#[derive(FromRequest)]
#[from_request(via(Json), rejection(Fault))]
pub struct Given<T>(pub T);

/// What stands after the question mark.
#[derive(FromRequestParts)]
#[from_request(via(Query), rejection(Fault))]
pub struct Asked<T>(pub T);

/// The variable parts of the path.
#[derive(FromRequestParts)]
#[from_request(via(Path), rejection(Fault))]
pub struct Named<T>(pub T);

impl From<JsonRejection> for Fault {
    fn from(refused: JsonRejection) -> Self {
        unfit(refused.status(), refused.body_text())
    }
}

impl From<QueryRejection> for Fault {
    fn from(refused: QueryRejection) -> Self {
        unfit(refused.status(), refused.body_text())
    }
}

impl From<PathRejection> for Fault {
    fn from(refused: PathRejection) -> Self {
        unfit(refused.status(), refused.body_text())
    }
}

fn unfit(status: StatusCode, message: String) -> Fault {
    let kind = match status {
        StatusCode::PAYLOAD_TOO_LARGE => "too_large",
        StatusCode::UNSUPPORTED_MEDIA_TYPE => "not_json",
        _ => "bad_request",
    };
    Fault { status, kind, message, hint: "GET /api/openapi.json says what is taken here" }
}

/// For a path that is known by another method; axum adds `Allow`.
pub async fn wrong_method() -> Fault {
    Fault {
        status: StatusCode::METHOD_NOT_ALLOWED,
        kind: "method_not_allowed",
        message: "this address takes another method".into(),
        hint: "the Allow header names the methods; GET /api/openapi.json describes them",
    }
}

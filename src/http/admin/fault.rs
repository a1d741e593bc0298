//! The administration's refusals as replies: which status and kind, and what to do.

use std::time::Duration;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::admin::{AdminError, Role};
use crate::base::worker::Busy;
use crate::http::error::Fault;
use crate::store::StoreError;

/// A refusal, with how long to wait where waiting helps.
pub struct Refusal {
    fault: Fault,
    retry_after: Option<Duration>,
}

/// What handlers give.
pub type Reply<T = Response> = Result<T, Refusal>;

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut reply = self.fault.into_response();
        if let Some(wait) = self.retry_after {
            reply.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(wait.as_secs().max(1)));
        }
        reply
    }
}

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Self {
        Self { fault, retry_after: None }
    }
}

impl From<AdminError> for Refusal {
    fn from(error: AdminError) -> Self {
        let (status, kind, hint) = match &error {
            AdminError::Wrong => (StatusCode::UNAUTHORIZED, "wrong_login", "check the name and the password"),
            AdminError::WrongSecret => {
                (StatusCode::UNAUTHORIZED, "wrong_secret", "type the eight characters that the kiosk's screen shows")
            }
            AdminError::TooMany { .. } => (StatusCode::TOO_MANY_REQUESTS, "too_many_attempts", "wait, then try again"),
            AdminError::Refused(_) => (StatusCode::UNPROCESSABLE_ENTITY, "invalid", "correct it and send it again"),
            AdminError::Known(_) => (StatusCode::CONFLICT, "exists", "choose another name"),
            AdminError::Unknown(_) => (StatusCode::NOT_FOUND, "unknown_person", "reload the page"),
            AdminError::LastOwner(_) => (StatusCode::CONFLICT, "last_owner", "make somebody else owner first"),
            AdminError::NotFirst => (StatusCode::CONFLICT, "not_first", "log in, or ask the owner to add you"),
            AdminError::Busy(_) | AdminError::Ended => {
                (StatusCode::SERVICE_UNAVAILABLE, "busy", "try again in a moment")
            }
            AdminError::Store(error) => of_store(error),
        };
        let retry_after = match &error {
            AdminError::TooMany { wait } => Some(*wait),
            _ => None,
        };
        if status.is_server_error() {
            let reason = format!("{error:#}");
            tracing::error!(reason, "the administration could not do what was asked");
        }
        Self { fault: Fault { status, kind, message: error.to_string(), hint }, retry_after }
    }
}

/// Status, kind and hint of what a database refused. A state of the disk is no fault of usher's.
pub fn of_store(error: &StoreError) -> (StatusCode, &'static str, &'static str) {
    match error {
        StoreError::ReadOnly { .. } | StoreError::Nothing { .. } => (
            StatusCode::SERVICE_UNAVAILABLE,
            "disk_read_only",
            "make it writable (`mount -o remount,rw`), or restart; when it stays so replace the disk",
        ),
        StoreError::Full { .. } => (StatusCode::INSUFFICIENT_STORAGE, "disk_full", "make room in the data folder"),
        _ => (StatusCode::INTERNAL_SERVER_ERROR, "failed", "check the disk's space, then run `usher doctor`"),
    }
}

impl From<Busy> for Refusal {
    fn from(busy: Busy) -> Self {
        let fault = Fault {
            status: StatusCode::SERVICE_UNAVAILABLE,
            kind: "busy",
            message: busy.to_string(),
            hint: "try again in a moment",
        };
        Self { fault, retry_after: Some(Duration::from_secs(1)) }
    }
}

pub fn nobody() -> Refusal {
    Fault {
        status: StatusCode::UNAUTHORIZED,
        kind: "not_logged_in",
        message: "nobody is logged in".into(),
        hint: "log in at /admin",
    }
    .into()
}

pub fn below(needed: Role) -> Refusal {
    Fault {
        status: StatusCode::FORBIDDEN,
        kind: "forbidden",
        message: format!("this needs the role {needed}"),
        hint: "ask the owner",
    }
    .into()
}

pub fn forged(message: &str) -> Refusal {
    Fault { status: StatusCode::FORBIDDEN, kind: "csrf", message: message.into(), hint: "reload the page" }.into()
}

/// There is no such thing.
pub fn unknown(what: &str) -> Refusal {
    Fault { status: StatusCode::NOT_FOUND, kind: "not_found", message: what.into(), hint: "reload the page" }.into()
}

/// The appliance's own fault.
pub fn failed(reason: impl Into<String>) -> Refusal {
    Fault {
        status: StatusCode::INTERNAL_SERVER_ERROR,
        kind: "failed",
        message: reason.into(),
        hint: "read the log, run `usher doctor`",
    }
    .into()
}

/// What was sent cannot be used.
pub fn invalid(reason: impl Into<String>) -> Refusal {
    Fault {
        status: StatusCode::UNPROCESSABLE_ENTITY,
        kind: "invalid",
        message: reason.into(),
        hint: "correct it and send it again",
    }
    .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_of_the_disk_is_named_and_no_fault_of_ushers() {
        let told = |error: StoreError| {
            let (status, kind, _) = of_store(&error);
            (status.as_u16(), kind)
        };
        assert_eq!(told(StoreError::ReadOnly { path: "knowledge.db".into() }), (503, "disk_read_only"));
        assert_eq!(told(StoreError::Full { path: "knowledge.db".into() }), (507, "disk_full"));
        assert_eq!(told(StoreError::Newer { path: "knowledge.db".into() }), (500, "failed"));
    }
}

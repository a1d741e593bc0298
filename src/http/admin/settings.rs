//! The site's settings: read with who said each, changed with the reason beside the field that is refused.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::fault::{Refusal, Reply, failed};
use super::{Admin, Technician, Viewer};
use crate::http::error::Fault;
use crate::http::given::Given;

/// Changes of one request; a page sends what a person changed.
const CHANGES_MAX: usize = 200;

/// The configuration's own door. Its functions block for some milliseconds; one change is written at a time.
pub struct Configure {
    /// Schema, values, origins, and what needs a new start.
    pub show: Box<dyn Fn() -> Result<Value, String> + Send + Sync>,
    /// Takes the page's changes, all or none; gives `{changed, now, after_restart}`.
    pub change: Box<dyn Fn(Value) -> Result<Value, Unchanged> + Send + Sync>,
}

/// Why nothing was changed.
pub enum Unchanged {
    /// `(setting, reason)`.
    Fields(Vec<(String, String)>),
    /// Somebody edited the file by hand.
    Meanwhile(String),
    Failed(String),
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    changes: Vec<Value>,
}

pub async fn show(State(admin): State<Arc<Admin>>, _who: Viewer) -> Reply<Json<Value>> {
    let shown = tokio::task::spawn_blocking(move || (admin.configure.show)()).await;
    Ok(Json(shown.map_err(|error| failed(error.to_string()))?.map_err(failed)?))
}

pub async fn change(State(admin): State<Arc<Admin>>, who: Technician, Given(given): Given<Wanted>) -> Reply {
    if given.changes.len() > CHANGES_MAX {
        return Err(super::fault::invalid(format!("send at most {CHANGES_MAX} changes")));
    }
    let paths: Vec<String> =
        given.changes.iter().filter_map(|change| change["path"].as_str().map(String::from)).collect();
    let (door, changes) = (admin.clone(), Value::from(given.changes));
    let changed = tokio::task::spawn_blocking(move || (door.configure.change)(changes)).await;
    match changed.map_err(|error| failed(error.to_string()))? {
        Ok(document) => {
            // Names alone: a value may be a secret.
            admin.note(&who.person.name, "settings", &paths.join(", ")).await;
            Ok(Json(document).into_response())
        }
        Err(Unchanged::Fields(fields)) => Ok(refused(&fields)),
        Err(Unchanged::Meanwhile(message)) => Err(Refusal::from(Fault {
            status: StatusCode::CONFLICT,
            kind: "changed_meanwhile",
            message,
            hint: "reload the page, then change it again",
        })),
        Err(Unchanged::Failed(reason)) => Err(failed(reason)),
    }
}

fn refused(fields: &[(String, String)]) -> Response {
    let listed: Vec<Value> = fields.iter().map(|(path, reason)| json!({"path": path, "reason": reason})).collect();
    let message = match fields {
        [(path, reason)] => format!("{path}: {reason}"),
        _ => format!("{} settings cannot be taken", fields.len()),
    };
    let error = json!({"kind": "invalid", "message": message, "hint": "correct what is named and save again", "fields": listed});
    (StatusCode::UNPROCESSABLE_ENTITY, Json(json!({"error": error}))).into_response()
}

/// Ends this program and starts it again: for what is not taken while it serves.
pub async fn restart(State(admin): State<Arc<Admin>>, who: Technician) -> StatusCode {
    admin.note(&who.person.name, "restart", "").await;
    admin.app.again.notify_one();
    StatusCode::ACCEPTED
}

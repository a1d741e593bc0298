//! The audit log, verified each time it is looked at.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Value, json};

use super::fault::Reply;
use super::{Admin, Viewer};
use crate::admin::AuditRow;
use crate::http::given::Asked;

/// Lines of a look that names no number.
const LINES: i64 = 100;

#[derive(Deserialize)]
pub struct Wanted {
    before: Option<i64>,
    limit: Option<i64>,
}

pub async fn show(State(admin): State<Arc<Admin>>, _who: Viewer, Asked(asked): Asked<Wanted>) -> Reply<Json<Value>> {
    let (lines, verdict) = admin.people.audit(asked.before, asked.limit.unwrap_or(LINES)).await?;
    let lines: Vec<Value> = lines.iter().map(shown).collect();
    Ok(Json(json!({"lines": lines, "whole": verdict.is_whole(), "broken_at": verdict.broken_at})))
}

fn shown(line: &AuditRow) -> Value {
    json!({
        "seq": line.seq, "at": line.at, "who": line.who, "what": line.what, "detail": line.detail, "hash": line.hash,
    })
}

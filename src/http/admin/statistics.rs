//! What was asked, by the hour and the day. Never words.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use serde::Deserialize;

use super::fault::{Reply, failed, invalid};
use super::{Admin, Viewer};
use crate::http::given::Asked;
use crate::telemetry::{Report, Span, report};

#[derive(Deserialize)]
pub struct Wanted {
    days: Option<u32>,
}

pub async fn show(State(admin): State<Arc<Admin>>, _who: Viewer, Asked(wanted): Asked<Wanted>) -> Reply<Json<Report>> {
    let span = Span::of_days(wanted.days.unwrap_or(1)).ok_or_else(|| invalid("days is 1, 7 or 30"))?;
    let store = admin.app.statistics.as_ref().ok_or_else(|| failed("statistics are not kept; the log says why"))?;
    let read = store.call(move |store, _| report(store, span, Timestamp::now()))?.await?.value;
    Ok(Json(read.map_err(|error| failed(error.to_string()))?))
}

//! The last lines of the log. The files on the disk hold more.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Deserialize;

use super::fault::{Reply, invalid};
use super::{Admin, Viewer};
use crate::http::given::Asked;
use crate::telemetry::{Page, Rank};

/// Lines of one page.
const LIMIT: usize = 200;
const LIMIT_MAX: usize = 500;

#[derive(Deserialize)]
pub struct Wanted {
    level: Option<String>,
    after: Option<u64>,
    limit: Option<usize>,
}

pub async fn show(State(admin): State<Arc<Admin>>, _who: Viewer, Asked(wanted): Asked<Wanted>) -> Reply<Json<Page>> {
    let level = wanted.level.as_deref().unwrap_or("info");
    let rank: Rank =
        level.parse().map_err(|_| invalid(format!("'{level}' is no level: debug, info, warn or error")))?;
    let limit = wanted.limit.unwrap_or(LIMIT);
    if !(1..=LIMIT_MAX).contains(&limit) {
        return Err(invalid(format!("limit is 1 to {LIMIT_MAX}")));
    }
    Ok(Json(admin.app.logs.page(rank, wanted.after.unwrap_or(0), limit)))
}

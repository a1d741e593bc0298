//! The kiosk's body: its lines as they stand, and a pulse on one to see that it works.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::fault::{Reply, invalid, unknown};
use super::{Admin, Technician, Viewer};
use crate::device::Refused;
use crate::http::given::{Given, Named};

/// What a test lasts when nothing is said.
const PULSE_MS: u64 = 500;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Pulse {
    ms: Option<u64>,
}

pub async fn show(State(admin): State<Arc<Admin>>, _who: Viewer) -> Json<Value> {
    let pins = admin.app.pins.as_ref().map_or_else(Vec::new, |pins| pins.snapshot());
    Json(json!({"board": admin.board, "pins": pins, "pages": admin.app.testing.pages()}))
}

pub async fn test(
    State(admin): State<Arc<Admin>>,
    who: Technician,
    Named(role): Named<String>,
    Given(pulse): Given<Pulse>,
) -> Reply<Json<Value>> {
    let pins = admin.app.pins.as_ref().ok_or_else(|| unknown("this kiosk has no pins"))?;
    let ms = pulse.ms.unwrap_or(PULSE_MS);
    match pins.pulse(&role, Duration::from_millis(ms)) {
        Ok(()) => {}
        Err(refused @ Refused::Unknown { .. }) => return Err(unknown(&refused.to_string())),
        Err(refused) => return Err(invalid(refused.to_string())),
    }
    admin.note(&who.person.name, "pins.test", &role).await;
    let state = pins.snapshot().into_iter().find(|pin| pin.role == role).map(|pin| pin.state);
    Ok(Json(json!({"state": state})))
}

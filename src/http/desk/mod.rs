//! The agents' door: `/desk`, its login, its socket, and the sockets of kiosks of other programs.

mod find;
mod kiosk;
mod login;
mod socket;
mod webhook;

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::routing::{get, post};
use tokio_util::sync::CancellationToken;

pub use self::login::Logins;
use super::page;
use crate::base::Clock;
use crate::base::worker::Worker;
use crate::domain::{Card, Localised};
use crate::handoff::{Accounts, Door, Gaps, Hub};
use crate::knowledge::Knowledge;
use crate::media::Map;

/// What the agents' pages need of the appliance.
pub struct Desk {
    pub hub: Arc<Hub>,
    pub accounts: Accounts,
    pub logins: Logins,
    /// What agents said usher should have answered.
    pub gaps: Gaps,
    /// The site's knowledge, for what agents look up and for proposals.
    pub knowledge: Arc<Worker<Knowledge>>,
    /// Another desk product that answers by HTTP.
    pub webhook: Option<Door>,
    pub clock: Clock,
    pub site: Localised,
    pub contact: Card,
    /// The site's map, for showing visitors their way; `None` where there is none.
    pub map: Option<Arc<Map>>,
    /// Cookies only over TLS.
    pub is_secure: bool,
    /// Kiosks' sockets by name: a newer one takes over.
    pub kiosks: Mutex<HashMap<String, CancellationToken>>,
    pub stopping: CancellationToken,
}

/// The desk's routes.
pub fn router(desk: Arc<Desk>) -> Router {
    Router::new()
        .route("/desk", get(page::desk))
        .route("/desk/{*path}", get(page::desk_asset))
        .route("/api/desk/login", post(login::login))
        .route("/api/desk/logout", post(login::logout))
        .route("/api/desk/me", get(login::me))
        .route("/api/desk/socket", get(socket::open))
        .route("/api/desk/kiosk", get(kiosk::open))
        .route("/api/desk/webhook", post(webhook::take))
        .with_state(desk)
}

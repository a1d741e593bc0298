//! The technician's door: `/admin` and everything under `/api/admin`. One file a resource; every route in `routes`.
//!
//! A handler that names [`Viewer`], [`Technician`] or [`Owner`] among its arguments is reached by nobody below that role.

mod audit;
pub mod backup;
pub mod checks;
mod devices;
mod fault;
mod guard;
mod health;
mod jobs;
mod knowledge;
mod login;
mod logs;
mod models;
mod people;
mod privacy;
mod routes;
pub mod settings;
mod statistics;
mod update;
pub mod upload;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use serde_json::Value;

pub use self::guard::{Allowed, Owner, Secure, Technician, Viewer};
pub use self::knowledge::review::Reviews;
pub use self::models::Switch;
pub use self::routes::router;
use super::App;
use super::desk::Desk;
pub use super::realtime::{Part, TryError};
use crate::admin::{Jobs, People, Sessions};
use crate::privacy::report::Facts;
use crate::update::Updates;

/// What the technician's pages need of the appliance.
pub struct Admin {
    pub app: Arc<App>,
    /// The desk that this program serves.
    pub desk: Option<Arc<Desk>>,
    /// The data folder: models, and files on their way in.
    pub data: PathBuf,
    pub people: Arc<People>,
    pub sessions: Sessions,
    pub jobs: Jobs,
    pub reviews: Reviews,
    pub switch: Switch,
    pub configure: settings::Configure,
    /// `None` where the slots cannot be looked at, which was told.
    pub updates: Option<Arc<Updates>>,
    pub keeping: backup::Keeping,
    /// What the privacy report is made of.
    pub facts: Box<dyn Fn() -> Result<Facts, String> + Send + Sync>,
    pub examine: checks::Examine,
    pub report: checks::LastReport,
    /// The board's name and what drives its pins.
    pub board: Value,
    /// Memory that models may hold, where the board says so.
    pub budget_bytes: Option<u64>,
    pub since: Instant,
}

impl Admin {
    /// Writes down what somebody did. A log that cannot be written is told; what was done stays done.
    pub async fn note(&self, who: &str, what: &'static str, detail: &str) {
        tracing::info!(who, what, detail, "administration");
        if let Err(error) = self.people.note(who, what, detail).await {
            let reason = format!("{:#}", anyhow::Error::from(error));
            tracing::error!(reason, what, "the audit log could not be written; check the disk's space");
        }
    }
}

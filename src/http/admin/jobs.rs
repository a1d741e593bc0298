//! Long work as the page follows it.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::fault::{Refusal, Reply, unknown};
use super::{Admin, Viewer};
use crate::admin::jobs::Failed;
use crate::admin::{JobError, Progress, Unit};
use crate::http::error::Fault;
use crate::http::given::Named;

pub async fn list(State(admin): State<Arc<Admin>>, _who: Viewer) -> Json<Value> {
    Json(json!(admin.jobs.list()))
}

pub async fn show(State(admin): State<Arc<Admin>>, _who: Viewer, Named(id): Named<String>) -> Reply<Json<Value>> {
    let job =
        admin.jobs.find(&id).ok_or_else(|| unknown("there is no such job; a finished one is told for an hour"))?;
    Ok(Json(json!(job)))
}

impl Admin {
    /// Begins `work` as a job and writes down who asked for it: 202 with the job's id.
    ///
    /// # Errors
    /// A refusal of kind `job_running` while another one runs.
    pub async fn begin(
        &self,
        who: &str,
        (kind, unit): (&'static str, Unit),
        detail: &str,
        work: impl FnOnce(&Progress) -> Result<Value, Failed> + Send + 'static,
    ) -> Reply {
        let id = self.jobs.start(kind, unit, work)?;
        self.note(who, kind, detail).await;
        Ok((StatusCode::ACCEPTED, Json(json!({"id": id}))).into_response() as Response)
    }
}

impl From<JobError> for Refusal {
    fn from(error: JobError) -> Self {
        let (status, kind, hint) = match error {
            JobError::Running(_) => (StatusCode::CONFLICT, "job_running", "wait for it to end"),
            JobError::Stopping => (StatusCode::SERVICE_UNAVAILABLE, "stopping", "try again when it is back"),
        };
        Fault { status, kind, message: error.to_string(), hint }.into()
    }
}

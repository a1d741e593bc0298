//! The models: which are here, which could be, and the work that brings, checks, measures and switches them.

mod bench;
pub mod work;

use std::path::PathBuf;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde_json::{Value, json};

use super::fault::{Refusal, Reply};
use super::knowledge::chain;
use super::{Admin, Technician, Viewer};
use crate::admin::Progress;
use crate::admin::jobs::Failed;
use crate::http::error::Fault;
use crate::http::given::Named;
use crate::models::{Catalogue, Entry, Installed, ModelsError, Pack, Role, Shelf, State as FileState};

/// Puts another model in a role, asks it, and returns to the one before when it fails. Blocking.
pub type Switch = Arc<dyn Fn(Role, &str, &Progress) -> Result<Value, Failed> + Send + Sync>;

/// The share of the machine's memory that models may hold where no board says otherwise: the rest is the browser's and the
/// system's.
const MEMORY_SHARE: f64 = 0.6;

impl Admin {
    fn models_folder(&self) -> PathBuf {
        self.data.join("models")
    }
}

/// The chosen pack and how it stands.
///
/// # Errors
/// A refusal when the folder's pack cannot be used.
pub async fn look(admin: &Admin) -> Reply<(Pack, Installed)> {
    let folder = admin.models_folder();
    let looked = tokio::task::spawn_blocking(move || {
        let pack = Shelf::at(&folder).pack()?;
        let installed = Installed::of_pack(&folder, &pack);
        Ok::<_, ModelsError>((pack, installed))
    });
    let looked = looked.await.map_err(|error| failed(error.to_string()))?;
    looked.map_err(|error| failed(chain(error)))
}

pub async fn show(State(admin): State<Arc<Admin>>, _who: Viewer) -> Reply<Json<Value>> {
    let (pack, installed) = look(&admin).await?;
    let total = admin.app.telemetry.board().memory_total;
    let budget = admin.budget_bytes.or(total.map(|total| (total as f64 * MEMORY_SHARE) as u64));
    let shelf = Shelf::at(admin.models_folder());
    let used = admin.app.models.iter().map(|(_, _, bytes)| bytes).sum();
    let listed: Vec<Value> = pack
        .models
        .iter()
        .filter_map(|model| {
            let ready = installed.ready().iter().find(|ready| ready.model.name == model.name);
            let mut files: Vec<_> = shelf.states(&pack);
            files.retain(|(member, _)| member.folder() == model.name);
            // What is not here at all is told as missing, not as damaged.
            if ready.is_none() && files.iter().all(|(_, state)| *state == FileState::Missing) {
                return None;
            }
            Some(json!({
                "name": model.name, "role": model.role, "languages": model.languages, "licence": model.licence,
                "bytes": files.iter().map(|(member, _)| member.bytes).sum::<u64>(), "memory_bytes": loaded_bytes(&admin, &model.name).or(bytes(model.memory_mb)),
                "whole": ready.is_some(), "in_use": serves(&admin, &installed, &model.name),
                "serves": serves_now(&admin, &model.name) || model.role == Role::Runtime && !admin.app.missing().iter().any(|gone| gone.model == model.name),
            }))
        })
        .collect();
    let missing: Vec<Value> = installed
        .missing()
        .iter()
        .map(|gone| json!({"name": gone.model, "role": gone.role, "repair": gone.repair}))
        .collect();
    let catalogue: Vec<Value> = Catalogue::shipped()
        .entries
        .iter()
        .filter(|entry| !pack.models.iter().any(|model| model.name == entry.name))
        .map(|entry| described(entry, &pack, &shelf, (used, budget)))
        .collect();
    Ok(Json(json!({
        "budget_bytes": budget, "used_bytes": used, "installed": listed, "missing": missing, "catalogue": catalogue,
    })))
}

/// What a model that serves took into memory.
fn loaded_bytes(admin: &Admin, name: &str) -> Option<u64> {
    admin.app.models.iter().find(|(_, known, _)| known == name).map(|(_, _, bytes)| *bytes)
}

pub async fn remove(State(admin): State<Arc<Admin>>, who: Technician, Named(name): Named<String>) -> Reply<StatusCode> {
    let (_, installed) = look(&admin).await?;
    if serves(&admin, &installed, &name) {
        return Err(Fault {
            status: StatusCode::CONFLICT,
            kind: "in_use",
            message: format!("'{name}' serves visitors"),
            hint: "switch to another model first",
        }
        .into());
    }
    let (folder, wanted) = (admin.models_folder(), name.clone());
    let removed = tokio::task::spawn_blocking(move || Shelf::at(folder).remove(&[wanted])).await;
    removed.map_err(|error| failed(error.to_string()))?.map_err(of_models)?;
    admin.note(&who.person.name, "models.remove", &name).await;
    Ok(StatusCode::NO_CONTENT)
}

/// Whether the model is what its role is served by, now or after the next start.
fn serves(admin: &Admin, installed: &Installed, name: &str) -> bool {
    let next = installed.ready().iter().any(|ready| {
        ready.model.name == name && installed.of(ready.model.role).is_some_and(|first| first.name == name)
    });
    serves_now(admin, name) || next
}

fn serves_now(admin: &Admin, name: &str) -> bool {
    admin.app.conversation.engines.names.list().iter().any(|(_, serving)| serving == name)
}

fn bytes(mb: Option<u32>) -> Option<u64> {
    mb.map(|mb| u64::from(mb) << 20)
}

fn described(entry: &Entry, pack: &Pack, shelf: &Shelf, (used, budget): (u64, Option<u64>)) -> Value {
    let why_not = match entry.join(pack) {
        Err(error @ ModelsError::Unpinned { .. }) => Some(("unpinned", error.to_string())),
        Err(error) => Some(("unfit", error.to_string())),
        Ok(joined) if is_here(&joined, entry, shelf) => Some(("here", "it is here already: switch to it".to_owned())),
        Ok(_) => None,
    };
    let (why, why_not) = why_not.unzip();
    // The model that gives way leaves its memory.
    let leaves: u64 = pack
        .models
        .iter()
        .filter(|model| model.role == entry.role)
        .filter_map(|model| bytes(model.memory_mb))
        .max()
        .unwrap_or(0);
    let needs = u64::from(entry.memory_mb) << 20;
    let fits = budget.is_none_or(|budget| used.saturating_sub(leaves) + needs <= budget);
    json!({
        "name": entry.name, "role": entry.role, "licence": entry.licence, "bytes": entry.bytes(), "memory_bytes": needs,
        "fits": fits, "can_pull": why_not.is_none(), "why": why, "why_not": why_not,
    })
}

fn is_here(joined: &Pack, entry: &Entry, shelf: &Shelf) -> bool {
    let mut files = shelf.states(joined).into_iter().filter(|(member, _)| member.folder() == entry.name).peekable();
    files.peek().is_some() && files.all(|(_, state)| matches!(state, FileState::Verified | FileState::Unchecked))
}

fn of_models(error: ModelsError) -> Refusal {
    let (status, kind) = match &error {
        ModelsError::Unknown { .. } => (StatusCode::NOT_FOUND, "unknown_model"),
        ModelsError::Unpinned { .. } | ModelsError::Pack { .. } => (StatusCode::UNPROCESSABLE_ENTITY, "invalid"),
        ModelsError::Busy { .. } => (StatusCode::CONFLICT, "busy"),
        ModelsError::DiskFull { .. } => (StatusCode::INSUFFICIENT_STORAGE, "disk_full"),
        _ => (StatusCode::INTERNAL_SERVER_ERROR, "failed"),
    };
    Fault { status, kind, message: chain(error), hint: "do what the message says" }.into()
}

fn failed(message: String) -> Refusal {
    tracing::error!(message, "the models could not be looked at");
    let hint = "run `usher models list` on the appliance";
    Fault { status: StatusCode::INTERNAL_SERVER_ERROR, kind: "failed", message, hint }.into()
}

//! Backups: made, listed, fetched; looked into before they are brought back; and the factory reset. What has to happen while nothing is
//! open is left to the next start, which follows at once.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio_util::io::ReaderStream;

use super::fault::{Reply, failed, invalid, unknown};
use super::upload::Upload;
use super::{Admin, Owner, Technician, Viewer};
use crate::admin::Unit;
use crate::admin::jobs::Failed;
use crate::backup::{self, BackupError, Places, Plan};
use crate::base::secret::random_key;
use crate::http::given::{Asked, Given, Named};

/// Largest backup that is taken in, bytes: a site with its media; models are not in it.
const BACKUP_BYTES_MAX: u64 = 4 << 30;

/// Backups that were looked into and may be brought back; the oldest is let go first.
const REVIEWS_MAX: usize = 4;

/// What is backed up, and where it goes back.
pub struct Keeping {
    pub plan: Box<dyn Fn() -> Result<Plan, String> + Send + Sync>,
    pub site: String,
    pub places: Places,
    pub uploads: Uploads,
}

/// Files that wait for a word, by the id that the page knows them by.
#[derive(Default)]
pub struct Uploads(Mutex<BTreeMap<String, Upload>>);

impl Uploads {
    fn put(&self, upload: Upload) -> String {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.len() >= REVIEWS_MAX {
            waiting.pop_first();
        }
        let id = random_key();
        waiting.insert(id.clone(), upload);
        id
    }

    fn take(&self, id: &str) -> Option<Upload> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(id)
    }
}

fn folder(admin: &Admin) -> PathBuf {
    admin.data.join("backups")
}

pub async fn list(State(admin): State<Arc<Admin>>, _who: Viewer) -> Reply<Json<Value>> {
    let listed = backup::list(&folder(&admin)).map_err(|error| failed(error.to_string()))?;
    Ok(Json(json!(listed)))
}

pub async fn make(State(admin): State<Arc<Admin>>, who: Technician) -> Reply {
    let (keeper, folder) = (admin.clone(), folder(&admin));
    admin
        .begin(&who.person.name, ("backup", Unit::Bytes), "", move |progress| {
            let plan =
                (keeper.keeping.plan)().map_err(|message| Failed { message, hint: "run `usher doctor`".into() })?;
            std::fs::create_dir_all(&folder)
                .map_err(|error| Failed { message: error.to_string(), hint: "check the disk".into() })?;
            let now = Timestamp::now();
            let to = folder.join(backup::file_name(&plan.site, now, false));
            let made = backup::make(&plan, &to, None, now, &mut |done, all| progress.at(done, Some(all)));
            let made = made.map_err(refused)?;
            let name = made.path.file_name().map(|name| name.to_string_lossy().into_owned());
            Ok(json!({"name": name, "bytes": made.bytes, "sha256": made.sha256, "left_out": made.left_out}))
        })
        .await
}

/// The file itself, streamed. It holds password hashes and the site's secrets: owners only.
pub async fn fetch(State(admin): State<Arc<Admin>>, who: Owner, Named(name): Named<String>) -> Reply {
    let listed = backup::list(&folder(&admin)).map_err(|error| failed(error.to_string()))?;
    // Only a name of the list is a path.
    let known =
        listed.into_iter().find(|listed| listed.name == name).ok_or_else(|| unknown("there is no such backup"))?;
    let file = tokio::fs::File::open(folder(&admin).join(&known.name)).await;
    let file = file.map_err(|error| failed(error.to_string()))?;
    admin.note(&who.person.name, "backup.fetch", &known.name).await;
    let headers = [
        (header::CONTENT_TYPE, "application/gzip".to_owned()),
        (header::CONTENT_LENGTH, known.bytes.to_string()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{}\"", known.name)),
    ];
    Ok((headers, Body::from_stream(ReaderStream::new(file))).into_response())
}

/// What the sender calls the file.
#[derive(Deserialize)]
pub struct Called {
    name: Option<String>,
}

pub async fn review(
    State(admin): State<Arc<Admin>>,
    _who: Owner,
    Asked(called): Asked<Called>,
    body: Body,
) -> Reply<Json<Value>> {
    let name = called.name.unwrap_or_else(|| "backup.tar.gz".to_owned());
    let upload = Upload::take(&admin.data, &name, body, BACKUP_BYTES_MAX).await?;
    let path = upload.path.clone();
    let checked = tokio::task::spawn_blocking(move || backup::check(&path, None)).await;
    let checked = checked.map_err(|error| failed(error.to_string()))?.map_err(|error| invalid(error.to_string()))?;
    let manifest = checked.manifest;
    let mut faults = Vec::new();
    if manifest.site != admin.keeping.site {
        faults.push(format!("it is a backup of site '{}' and this is '{}'", manifest.site, admin.keeping.site));
    }
    let contains: Vec<String> =
        manifest.members.iter().map(|member| format!("{}/{}", member.part, member.path)).collect();
    Ok(Json(json!({
        "review": admin.keeping.uploads.put(upload),
        "from": {"site": manifest.site, "version": manifest.usher, "at": manifest.made_at},
        "contains": contains, "faults": faults, "elsewhere": manifest.elsewhere,
    })))
}

pub async fn apply(State(admin): State<Arc<Admin>>, who: Owner, Named(id): Named<String>) -> Reply {
    let upload =
        admin.keeping.uploads.take(&id).ok_or_else(|| unknown("that backup is not here any more; send it again"))?;
    let keeper = admin.clone();
    let name = upload.name.clone();
    admin
        .begin(&who.person.name, ("restore", Unit::Bytes), &name, move |progress| {
            progress.say("verifying");
            let keeping = &keeper.keeping;
            let staged = backup::stage(&upload.path, None, &keeping.site, &keeping.places, false).map_err(refused)?;
            let restored = staged.leave_for_start().map_err(refused)?;
            keeper.app.again.notify_one();
            let mut told = json!(restored);
            told["restart"] = true.into();
            Ok(told)
        })
        .await
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Confirmed {
    confirm: String,
}

pub async fn reset(State(admin): State<Arc<Admin>>, who: Owner, Given(given): Given<Confirmed>) -> Reply<Response> {
    backup::leave_reset(&admin.data, &admin.keeping.site, &given.confirm)
        .map_err(|error| invalid(error.to_string()))?;
    admin.note(&who.person.name, "reset", "").await;
    admin.app.again.notify_one();
    Ok((StatusCode::ACCEPTED, Json(json!({"restart": true}))).into_response())
}

fn refused(error: BackupError) -> Failed {
    Failed { message: error.to_string(), hint: "nothing was changed".into() }
}

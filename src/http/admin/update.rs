//! Updates: how the slots stand, what there is, install it, go back. What is proved and refused is the update room's.

use std::path::Path;
use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::fault::{Reply, failed, invalid};
use super::upload::{FileName, Upload};
use super::{Admin, Owner, Viewer};
use crate::admin::jobs::Failed;
use crate::admin::{Progress, Unit};
use crate::http::given::{Asked, Given};
use crate::update::{self, Bundle, Source, UpdateError, Updates};

/// Largest bundle, bytes; the disk's free space is looked at before anything of it is written.
const BUNDLE_BYTES_MAX: u64 = 16 << 30;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct From {
    /// The site's directory of updates is the only source; the word says that it is meant.
    from: String,
}

fn updates(admin: &Admin) -> Reply<Arc<Updates>> {
    admin.updates.clone().ok_or_else(|| failed("updates cannot be looked at; the log says why"))
}

pub async fn show(State(admin): State<Arc<Admin>>, _who: Viewer) -> Reply<Json<Value>> {
    let updates = updates(&admin)?;
    let source = admin.app.terms().update_source.clone();
    let status =
        tokio::task::spawn_blocking(move || updates.status()).await.map_err(|error| failed(error.to_string()))?;
    let status = status.map_err(|error| failed(error.to_string()))?;
    let other = &status.other;
    Ok(Json(json!({
        "running": {"version": status.version.to_string(), "slot": status.running, "on_trial": status.is_on_trial},
        "other": {"version": other.version.as_ref().map(ToString::to_string), "state": other.state, "reason": other.reason},
        "source": source, "key_id": status.key, "launched": std::env::var_os(update::LAUNCHER).is_some(),
    })))
}

pub async fn check(State(admin): State<Arc<Admin>>, _who: Owner) -> Reply<Json<Value>> {
    let (updates, source) = (updates(&admin)?, source(&admin)?);
    let looked = tokio::task::spawn_blocking(move || -> Result<Value, UpdateError> {
        let release = Source::open(&source, None)?.newest(updates.keys())?;
        let is_newer = release.version > updates.status()?.version;
        let told = json!({"version": release.version.to_string(), "notes": release.notes, "bytes": release.bytes});
        Ok(json!({"available": is_newer.then_some(told)}))
    });
    let told = looked.await.map_err(|error| failed(error.to_string()))?;
    told.map(Json).map_err(|error| invalid(error.to_string()))
}

fn source(admin: &Admin) -> Reply<String> {
    let source = admin.app.terms().update_source.clone();
    source.ok_or_else(|| invalid("no source is set; write [update] source in the settings, or bring a file"))
}

pub async fn apply(State(admin): State<Arc<Admin>>, who: Owner, Given(given): Given<From>) -> Reply {
    if given.from != "source" {
        return Err(invalid("from is \"source\""));
    }
    let (updates, source, app) = (updates(&admin)?, source(&admin)?, admin.app.clone());
    let told = source.clone();
    admin
        .begin(&who.person.name, ("update", Unit::Bytes), &told, move |progress| {
            let source = Source::open(&source, None).map_err(refused)?;
            let release = source.newest(updates.keys()).map_err(refused)?;
            progress.say(&release.file);
            let total = Some(release.bytes);
            let path = source
                .download(&release, &updates.downloads(), progress.stop(), &mut |bytes| progress.at(bytes, total))
                .map_err(refused)?;
            let told = install(&updates, &path, progress);
            // It is installed or refused; what is left of it is only room lost.
            let _ = std::fs::remove_file(&path);
            let told = told?;
            app.again.notify_one();
            Ok(told)
        })
        .await
}

pub async fn upload(State(admin): State<Arc<Admin>>, who: Owner, Asked(named): Asked<FileName>, body: Body) -> Reply {
    let (updates, app) = (updates(&admin)?, admin.app.clone());
    let bundle = Upload::take(&admin.data, &named.name, body, BUNDLE_BYTES_MAX).await?;
    let name = bundle.name.clone();
    admin
        .begin(&who.person.name, ("update", Unit::Bytes), &name, move |progress| {
            let told = install(&updates, &bundle.path, progress)?;
            app.again.notify_one();
            Ok(told)
        })
        .await
}

fn install(updates: &Updates, path: &Path, progress: &Progress) -> Result<Value, Failed> {
    let bundle = Bundle::open(path, updates.keys()).map_err(refused)?;
    let mut tell = |step: update::Progress| {
        progress.say(match step {
            update::Progress::Reading { .. } => "proving",
            update::Progress::Writing { .. } => "writing",
            update::Progress::Checking => "reading again",
        });
    };
    let applied = updates.apply(bundle, false, Timestamp::now(), progress.stop(), &mut tell).map_err(refused)?;
    Ok(json!({"version": applied.version.to_string(), "notes": applied.notes, "restart": true}))
}

pub async fn go_back(State(admin): State<Arc<Admin>>, who: Owner) -> Reply {
    let (updates, app) = (updates(&admin)?, admin.app.clone());
    admin
        .begin(&who.person.name, ("return", Unit::Steps), "", move |_| {
            let version = updates.go_back(true).map_err(refused)?;
            app.again.notify_one();
            Ok(json!({"version": version.to_string(), "restart": true}))
        })
        .await
}

fn refused(error: UpdateError) -> Failed {
    Failed { message: error.to_string(), hint: "the running version is untouched".into() }
}

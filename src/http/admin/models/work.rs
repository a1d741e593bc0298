//! Long work on models, as jobs: pull, verify, import, benchmark, switch.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::bench;
use super::of_models;
use crate::admin::Unit;
use crate::admin::jobs::Failed;
use crate::http::App;
use crate::http::admin::fault::{Reply, invalid};
use crate::http::admin::knowledge::chain;
use crate::http::admin::upload::{FileName, MODELS_BYTES_MAX, Upload};
use crate::http::admin::{Admin, Technician};
use crate::http::given::{Asked, Given};
use crate::models::{self, Catalogue, Clients, Event, Installed, ModelsError, Pull, Role, Shelf};

/// Names of one pull.
const NAMES_MAX: usize = 20;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    names: Option<Vec<String>>,
}

/// Fetches what is missing of the chosen pack, or the named models. A model of the catalogue comes beside the one that serves,
/// which goes on serving until somebody switches.
pub async fn pull(State(admin): State<Arc<Admin>>, who: Technician, Given(wanted): Given<Wanted>) -> Reply {
    let names = wanted.names.unwrap_or_default();
    if names.len() > NAMES_MAX {
        return Err(invalid(format!("name at most {NAMES_MAX} models")));
    }
    let shelf = Shelf::at(admin.models_folder());
    // Refused now rather than in the job: the page shows it beside the button.
    let chosen = shelf.pack().map_err(of_models)?;
    let pack = Catalogue::shipped().join(chosen, &names).map_err(of_models)?;
    pack.models_of(&names).map_err(of_models)?;
    let (clients, told, app) = (Clients::find(&admin.data), told(&names), admin.app.clone());
    admin
        .begin(&who.person.name, ("models.pull", Unit::Bytes), &told, move |progress| {
            let mut fetched: BTreeMap<String, u64> = BTreeMap::new();
            let mut total = None;
            let pull = Pull { shelf: &shelf, pack: &pack, names: &names, clients: &clients, stop: progress.stop() };
            let pulled = pull.fetch(&mut |event| match event {
                Event::Planned { bytes, .. } => {
                    total = Some(bytes);
                    progress.at(0, total);
                }
                Event::Checking { target } | Event::Placed { target } => progress.say(target),
                Event::Fetching { package, bytes } => {
                    progress.say(&package.label());
                    fetched.insert(package.label(), bytes);
                    progress.at(fetched.values().sum(), total);
                }
            });
            let pulled = pulled.map_err(failed)?;
            look_again(&app, &shelf);
            let hint = "what belongs to the chosen pack serves after the next start; switch to other models";
            Ok(json!({"fetched": pulled.fetched, "kept": pulled.kept, "bytes": pulled.bytes, "hint": hint}))
        })
        .await
}

/// Reads every file of the chosen pack again.
pub async fn verify(State(admin): State<Arc<Admin>>, who: Technician) -> Reply {
    let shelf = Shelf::at(admin.models_folder());
    let total = shelf.pack().map_err(of_models)?.members_here().count() as u64;
    admin
        .begin(&who.person.name, ("models.verify", Unit::Files), "", move |progress| {
            let mut done = 0;
            let findings = models::verify(&shelf, progress.stop(), &mut |target| {
                progress.say(target);
                progress.at(done, Some(total));
                done += 1;
            });
            let findings = findings.map_err(failed)?;
            progress.at(total, Some(total));
            let bad: Vec<_> = findings.iter().filter(|finding| !finding.is_good()).collect();
            let bad: Vec<_> = bad.iter().map(|one| json!({"file": one.target, "state": one.state.words()})).collect();
            Ok(json!({"good": bad.is_empty(), "files": findings.len(), "bad": bad}))
        })
        .await
}

/// Takes in a pack that `usher models export` wrote to a .tar file.
pub async fn import(
    State(admin): State<Arc<Admin>>,
    who: Technician,
    Asked(named): Asked<FileName>,
    body: Body,
) -> Reply {
    if !named.name.ends_with(".tar") {
        return Err(invalid("a carried pack is a .tar file that `usher models export` wrote"));
    }
    let upload = Upload::take(&admin.data, &named.name, body, MODELS_BYTES_MAX).await?;
    let (shelf, app) = (Shelf::at(admin.models_folder()), admin.app.clone());
    admin
        .begin(&who.person.name, ("models.import", Unit::Files), &named.name, move |progress| {
            let mut done = 0;
            let pack = models::import(&shelf, &upload.path, progress.stop(), &mut |target| {
                progress.say(target);
                progress.at(done, None);
                done += 1;
            });
            let pack = pack.map_err(failed)?;
            look_again(&app, &shelf);
            Ok(json!({"pack": pack.name, "models": pack.models.len(), "hint": "it serves after the next start"}))
        })
        .await
}

pub async fn measure(State(admin): State<Arc<Admin>>, who: Technician) -> Reply {
    let (app, runtime) = (admin.app.clone(), tokio::runtime::Handle::current());
    let work = move |progress: &crate::admin::Progress| bench::measure(&app, &runtime, progress);
    admin.begin(&who.person.name, ("models.bench", Unit::Questions), "", work).await
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Other {
    role: Role,
    model: String,
}

pub async fn switch(State(admin): State<Arc<Admin>>, who: Technician, Given(other): Given<Other>) -> Reply {
    let detail = format!("{} in the role {}", other.model, other.role);
    let switch = admin.switch.clone();
    let work = move |progress: &crate::admin::Progress| switch(other.role, &other.model, progress);
    admin.begin(&who.person.name, ("models.switch", Unit::Steps), &detail, work).await
}

/// What has come is no longer told as missing. A pack that cannot be read was refused before.
fn look_again(app: &App, shelf: &Shelf) {
    if let Ok(pack) = shelf.pack() {
        app.look_again(&Installed::of_pack(shelf.root(), &pack));
    }
}

/// A fault of the models room as a job's.
pub fn failed(error: ModelsError) -> Failed {
    Failed { message: chain(error), hint: "do what the message says; what was finished stays".into() }
}

fn told(names: &[String]) -> String {
    if names.is_empty() { "what is missing".into() } else { names.join(", ") }
}

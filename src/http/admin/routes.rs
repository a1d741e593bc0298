//! Every route of the administration, with what it takes and gives: the page, other programs and `/api/openapi.json` read the same list.

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::get;
use schemars::JsonSchema;
use serde_json::{Value, json};

use super::knowledge::{items, lists, review};
use super::models::{self, work};
use super::{
    Admin, audit, backup, checks, devices, health, jobs, login, logs, people, privacy, settings, statistics, update,
};
use crate::http::openapi::{Api, Operation};
use crate::http::page;

/// Largest body of JSON. Files are streamed to the disk and counted there; an item is counted where it is read.
const JSON_BYTES_MAX: usize = 64 << 10;

const VIEWER: &str = "viewer";
const TECHNICIAN: &str = "technician";
const OWNER: &str = "owner";

/// A job that was begun.
#[derive(JsonSchema)]
#[allow(dead_code, reason = "told, never made: handlers write the document themselves")]
struct Begun {
    id: String,
}

/// Pages and routes.
pub fn router(admin: Arc<Admin>) -> Router {
    let api = records(models(knowledge(kiosk(access(Api::new())))));
    let (routes, _) = api.finish(env!("CARGO_PKG_VERSION"));
    routes
        .route("/admin", get(page::admin))
        .route("/admin/{*path}", get(page::admin_asset))
        .layer(DefaultBodyLimit::max(JSON_BYTES_MAX))
        .with_state(admin)
}

fn read(summary: &'static str) -> Operation {
    Operation::of(VIEWER, summary).gives::<Value>(200)
}

fn job(role: &'static str, summary: &'static str) -> Operation {
    Operation::of(role, summary).gives::<Begun>(202)
}

fn count() -> Value {
    json!({"type": "integer", "minimum": 0})
}

type Routes = Api<Arc<Admin>>;

fn access(api: Routes) -> Routes {
    api.get(
        "/api/admin/setup",
        login::setup,
        Operation::open("Whether anybody administers this appliance").gives::<Value>(200),
    )
    .post(
        "/api/admin/first",
        login::first,
        Operation::open("Become the first owner").takes::<login::First>().gives::<Value>(200),
    )
    .post("/api/admin/login", login::login, Operation::open("Log in").takes::<login::Credentials>().gives::<Value>(200))
    .post("/api/admin/logout", login::logout, Operation::of(VIEWER, "Log out").gives_nothing(204))
    .get("/api/admin/me", login::me, read("Who is logged in"))
    .post(
        "/api/admin/me/password",
        login::change_password,
        Operation::of(VIEWER, "Change one's password").takes::<login::NewPassword>().gives_nothing(204),
    )
    .get("/api/admin/people", people::list, read("Who may come in"))
    .post(
        "/api/admin/people",
        people::add,
        Operation::of(OWNER, "Add a person").takes::<people::New>().gives::<Value>(201),
    )
    .put(
        "/api/admin/people/{name}",
        people::change,
        Operation::of(OWNER, "Change a role or a password").takes::<people::Change>().gives::<Value>(200),
    )
    .delete("/api/admin/people/{name}", people::remove, Operation::of(OWNER, "Remove a person").gives_nothing(204))
    .get(
        "/api/admin/audit",
        audit::show,
        read("Who did what, newest first").may("before", "lines before this number", count()).may(
            "limit",
            "lines",
            count(),
        ),
    )
}

fn kiosk(api: Routes) -> Routes {
    api.get("/api/admin/health", health::show, read("The appliance at a glance"))
        .get(
            "/api/admin/statistics",
            statistics::show,
            Operation::of(VIEWER, "Counts by hour or day")
                .may("days", "how far back", json!({"enum": [1, 7, 30]}))
                .gives::<crate::telemetry::Report>(200),
        )
        .get(
            "/api/admin/logs",
            logs::show,
            Operation::of(VIEWER, "The last lines of the log")
                .may("level", "least level", json!({"enum": ["debug", "info", "warn", "error"]}))
                .may("after", "lines after this number", count())
                .may("limit", "lines", json!({"type": "integer", "minimum": 1, "maximum": 500}))
                .gives::<crate::telemetry::Page>(200),
        )
        .get("/api/admin/settings", settings::show, read("Every setting, with who said it"))
        .put(
            "/api/admin/settings",
            settings::change,
            Operation::of(TECHNICIAN, "Change settings, all or none").takes::<settings::Wanted>().gives::<Value>(200),
        )
        .post(
            "/api/admin/restart",
            settings::restart,
            Operation::of(TECHNICIAN, "Start the program anew").gives_nothing(202),
        )
        .get("/api/admin/devices", devices::show, read("The board and its lines"))
        .post(
            "/api/admin/devices/pins/{role}/test",
            devices::test,
            Operation::of(TECHNICIAN, "Pulse an output").takes::<devices::Pulse>().gives::<Value>(200),
        )
        .post(
            "/api/admin/devices/try",
            checks::try_one,
            job(TECHNICIAN, "Try a device on the kiosk's page").takes::<checks::Try>(),
        )
        .get("/api/admin/checks", checks::show, read("The last self-test; null before the first"))
        .post("/api/admin/checks/run", checks::run, job(TECHNICIAN, "Run the self-test"))
        .get(
            "/api/admin/checks/report",
            checks::printed,
            Operation::of(VIEWER, "The last self-test, for printing")
                .may("language", "en or zh; en when left out", json!({"enum": ["en", "zh"]}))
                .gives_bytes(200, "text/html"),
        )
        .get("/api/admin/privacy", privacy::show, read("Profile, notices, retention"))
        .get(
            "/api/admin/privacy/report",
            privacy::printed,
            Operation::of(VIEWER, "Material for an impact assessment").gives_bytes(200, "text/html"),
        )
}

fn knowledge(api: Routes) -> Routes {
    api.get(
        "/api/admin/knowledge/items",
        items::list,
        read("Answers, by page")
            .may("query", "words", json!({"type": "string"}))
            .may("language", "en or zh", json!({"enum": ["en", "zh"]}))
            .may("offset", "from", count())
            .may("limit", "how many", count()),
    )
    .get("/api/admin/knowledge/items/{id}/{language}", items::show, read("One answer"))
    .put(
        "/api/admin/knowledge/items/{id}/{language}",
        items::put,
        Operation::of(TECHNICIAN, "Write an answer").takes::<Value>().gives::<Value>(200),
    )
    .delete(
        "/api/admin/knowledge/items/{id}/{language}",
        items::remove,
        Operation::of(TECHNICIAN, "Remove an answer").gives_nothing(204),
    )
    .get("/api/admin/knowledge/documents", lists::documents, read("Documents"))
    .delete(
        "/api/admin/knowledge/documents/{name}",
        lists::remove_document,
        Operation::of(TECHNICIAN, "Remove a document").gives_nothing(204),
    )
    .post("/api/admin/knowledge/search", lists::search, read("What a question would find").takes::<lists::Search>())
    .post(
        "/api/admin/knowledge/review",
        review::begin,
        Operation::of(TECHNICIAN, "Look through a file before it is taken in")
            .must("name", "the file's name", json!({"type": "string"}))
            .takes_bytes("application/octet-stream")
            .gives::<Value>(200),
    )
    .delete(
        "/api/admin/knowledge/review/{id}",
        review::forget,
        Operation::of(TECHNICIAN, "Let a file go").gives_nothing(204),
    )
    .post("/api/admin/knowledge/review/{id}/apply", review::apply, job(TECHNICIAN, "Take a file in"))
    .get("/api/admin/knowledge/gaps", lists::gaps, read("What agents said should have been answered"))
    .get(
        "/api/admin/knowledge/expiring",
        lists::expiring,
        read("Answers that end soon").may("days", "within", count()),
    )
}

fn models(api: Routes) -> Routes {
    api.get("/api/admin/models", models::show, read("Installed, missing, and what could be"))
        .delete(
            "/api/admin/models/{name}",
            models::remove,
            Operation::of(TECHNICIAN, "Remove a model").gives_nothing(204),
        )
        .post("/api/admin/models/pull", work::pull, job(TECHNICIAN, "Fetch models").takes::<work::Wanted>())
        .post("/api/admin/models/verify", work::verify, job(TECHNICIAN, "Read every byte again"))
        .post("/api/admin/models/bench", work::measure, job(TECHNICIAN, "Measure the models that serve"))
        .post(
            "/api/admin/models/switch",
            work::switch,
            job(TECHNICIAN, "Put another model in a role, with automatic return").takes::<work::Other>(),
        )
        .post(
            "/api/admin/models/import",
            work::import,
            job(TECHNICIAN, "Bring models as a file")
                .must("name", "the file's name", json!({"type": "string"}))
                .takes_bytes("application/octet-stream"),
        )
}

fn records(api: Routes) -> Routes {
    api.get("/api/admin/jobs", jobs::list, read("Long work of the last hour"))
        .get("/api/admin/jobs/{id}", jobs::show, read("One job"))
        .get("/api/admin/backups", backup::list, read("Backups on this device"))
        .post("/api/admin/backup", backup::make, job(TECHNICIAN, "Make a backup"))
        .get(
            "/api/admin/backup/{name}",
            backup::fetch,
            Operation::of(OWNER, "Fetch a backup").gives_bytes(200, "application/gzip"),
        )
        .post(
            "/api/admin/restore/review",
            backup::review,
            Operation::of(OWNER, "Look into a backup")
                .may("name", "the file's name", json!({"type": "string"}))
                .takes_bytes("application/octet-stream")
                .gives::<Value>(200),
        )
        .post(
            "/api/admin/restore/review/{id}/apply",
            backup::apply,
            job(OWNER, "Bring a backup back at the next start"),
        )
        .post(
            "/api/admin/reset",
            backup::reset,
            Operation::of(OWNER, "Erase this kiosk at the next start").takes::<backup::Confirmed>().gives::<Value>(202),
        )
        .get("/api/admin/update", update::show, read("How the versions stand"))
        .post(
            "/api/admin/update/check",
            update::check,
            Operation::of(OWNER, "Ask the source for a newer version").gives::<Value>(200),
        )
        .post(
            "/api/admin/update/apply",
            update::apply,
            job(OWNER, "Install the newest version").takes::<update::From>(),
        )
        .post(
            "/api/admin/update/upload",
            update::upload,
            job(OWNER, "Install a version from a file")
                .must("name", "the file's name", json!({"type": "string"}))
                .takes_bytes("application/octet-stream"),
        )
        .post("/api/admin/update/return", update::go_back, job(OWNER, "Go back to the version before"))
}

//! The appliance at a glance: ready or why not, how much of it works, the machine, the models and their queues, the links.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use super::fault::Reply;
use super::models::look;
use super::{Admin, Viewer};
use crate::base::worker::Gauge;
use crate::http::App;
use crate::models::Pack;
use crate::telemetry::{Board, Trouble};

pub async fn show(State(admin): State<Arc<Admin>>, _who: Viewer) -> Reply<Json<Value>> {
    let (pack, installed) = look(&admin).await?;
    let app = &admin.app;
    app.look_again(&installed);
    let ready = app.ready.load(Ordering::Acquire);
    let reason = app.unready.lock().map(|reason| reason.clone()).unwrap_or_default();
    let verdict = app.telemetry.verdict();
    Ok(Json(json!({
        "ready": ready, "reason": reason, "level": verdict.level, "level_cause": verdict.cause,
        "level_reason": verdict.reason, "level_repair": verdict.repair,
        "uptime_s": admin.since.elapsed().as_secs(), "version": env!("CARGO_PKG_VERSION"),
        "visits": app.visits.load(Ordering::Relaxed), "people": people(app),
        "board": board(app.telemetry.board()), "models": models(app, &pack), "links": links(app),
        "checks": checks(&admin), "troubles": troubles(app),
    })))
}

/// How many people stand before the camera; `None` where nobody is noticed.
fn people(app: &App) -> Option<usize> {
    app.faces.as_ref().map(|_| app.queue.load(Ordering::Relaxed))
}

fn checks(admin: &Admin) -> Value {
    let Some(report) = admin.report.get() else { return json!({"good": 0, "warning": 0, "bad": 0, "at": null}) };
    let mut counts = json!(report.count());
    counts["at"] = json!(report.at);
    counts
}

fn troubles(app: &App) -> Value {
    let one =
        |trouble: Trouble| json!({"name": trouble.word(), "reason": trouble.reason(), "repair": trouble.repair()});
    app.telemetry.board().troubles().into_iter().map(one).collect()
}

fn board(board: Board) -> Value {
    let used = board.memory_total.zip(board.memory_available).map(|(total, free)| total.saturating_sub(free));
    json!({
        "name": board.name, "temperature_c": board.temperature_c, "throttled": board.throttled, "load": board.load,
        "memory_total": board.memory_total, "memory_available": board.memory_available, "memory_used": used,
        "disk_total": board.disk_total, "disk_free": board.disk_free, "read_only": board.read_only,
        "clock_wrong": board.clock_wrong,
    })
}

/// The models of the chosen pack: those that serve with their queues, and those that do not with their repair.
fn models(app: &App, pack: &Pack) -> Value {
    let memory = |name: &str| {
        let model = pack.models.iter().find(|model| model.name == name)?;
        model.memory_mb.map(|mb| u64::from(mb) << 20)
    };
    let mut rows: Vec<Value> = Vec::new();
    for (role, name) in app.conversation.engines.names.list() {
        let figures = gauge(app, role);
        let count = |read: &dyn Fn(&Gauge) -> u64| figures.map_or(0, read);
        rows.push(json!({
            "role": role, "model": name, "state": "serving", "repair": "", "memory_bytes": memory(&name),
            "waiting": count(&|gauge| gauge.waiting.load(Ordering::Relaxed) as u64),
            "runs": count(&|gauge| gauge.done.load(Ordering::Relaxed)),
            "median_ms": figures.and_then(Gauge::median).map(|median| median.as_secs_f64() * 1000.0),
        }));
    }
    for gone in app.missing() {
        rows.push(json!({
            "role": gone.role, "model": gone.model, "state": gone.state,
            "repair": gone.repair.en, "zh": {"repair": gone.repair.zh},
            "memory_bytes": null, "waiting": 0, "runs": 0, "median_ms": null,
        }));
    }
    rows.into()
}

/// The queue of whoever serves `role`; `None` for roles without a queue of their own.
fn gauge<'a>(app: &'a App, role: &str) -> Option<&'a Gauge> {
    let engines = &app.conversation.engines;
    match role {
        "language" => engines.writer.as_ref().map(|writer| writer.worker.gauge()),
        "hearing" | "detection" => engines.ears.first().map(|hearer| hearer.worker.gauge()),
        "voice" => engines.voice.as_ref().map(|voice| voice.gauge()),
        "reading" => engines.sight.as_ref()?.reader.as_ref().map(|reader| reader.gauge()),
        "sight" => app.faces.as_ref().map(|faces| faces.gauge()),
        // A question is placed by meaning inside its search.
        "embedding" => Some(app.conversation.knowledge.gauge()),
        _ => None,
    }
}

/// The ways to people. What they are called is the page's: it knows its reader's language.
fn links(app: &App) -> Value {
    let Some(kiosk) = &app.kiosk else { return json!([]) };
    let presence = kiosk.presence();
    let presence = presence.borrow();
    let state = match presence.as_ref() {
        None => "down",
        Some(presence) if presence.agents.values().all(|count| *count == 0) => "empty",
        Some(_) => "staffed",
    };
    json!([{"name": "desk", "state": state, "agents": presence.as_ref().map(|presence| &presence.agents)}])
}

//! The self-test's lines of this appliance: the machine by probes, then what runs on it. `usher doctor` and the technician's page
//! read the same ones.

use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;

use super::golden;
use crate::checks::clock::Moment;
use crate::checks::{Line, Places, Probe, Report, Runner, certificate, clock, disk, memory, network, temperature};
use crate::config::{Settings, Tls};
use crate::http::App;
use crate::http::admin::{Part, TryError};

/// Free space below which a model can no longer be replaced safely: the starter pack twice.
const DISK_FREE_MIN: u64 = 600 << 20;

/// Free memory below which a second visitor's turn may be refused: one turn's peak.
const MEMORY_FREE_MIN: u64 = 400 << 20;

/// A probe that takes longer tells by that alone that something hangs.
const PROBE_MAX: Duration = Duration::from_secs(6);

/// Where the time of the last self-test stands, beside the models.
const MOMENT: &str = "last-check.json";

/// The machine: disk, memory, clock, network, temperature, certificates, devices. Blocking, about a second.
pub fn machine(settings: &Settings, data: &Path, runner: &Runner) -> Vec<Line> {
    let (places, folder) = (Places::default(), existing(data));
    let moment = data.join(MOMENT);
    let before: Option<Moment> =
        std::fs::read_to_string(&moment).ok().and_then(|text| serde_json::from_str(&text).ok());
    let probe = |what, examine: Box<dyn FnOnce() -> Line + Send>| Probe::new(what, PROBE_MAX, move || vec![examine()]);
    let (space, writing) = (folder.clone(), folder);
    let edited = super::knowledge_edited(settings, data);
    let of = |places: &Places| places.clone();
    let (wear, free, time, cable, heat) = (of(&places), of(&places), of(&places), of(&places), of(&places));
    let mut probes = vec![
        probe("disk", Box::new(move || disk::space(&space, DISK_FREE_MIN))),
        probe("disk writing", Box::new(move || disk::writing(&writing))),
        probe("disk wear", Box::new(move || disk::wear(&wear))),
        probe("memory", Box::new(move || memory::memory(&free, MEMORY_FREE_MIN))),
        probe("clock", Box::new(move || clock::clock(&time, before.as_ref(), edited))),
        probe("network", Box::new(move || network::network(&cable))),
        probe("temperature", Box::new(move || temperature::temperature(&heat))),
    ];
    for path in certificates(settings, data) {
        probes.push(probe("certificate", Box::new(move || certificate::certificate(&path, Timestamp::now()))));
    }
    let board = settings.board.clone();
    let missing = move || {
        let lines = board.devices_missing().into_iter();
        lines.map(|(what, repair)| Line::warning("devices", format!("{what} is not there"), repair)).collect()
    };
    probes.push(Probe::new("devices", PROBE_MAX, missing));
    let lines = runner.run(probes);
    remember(&moment, &places);
    lines
}

/// A data folder that was not made yet is made below the first one above it that is there.
fn existing(data: &Path) -> PathBuf {
    data.ancestors().find(|folder| folder.is_dir()).unwrap_or(Path::new("/")).to_path_buf()
}

/// The time is kept for the next self-test, which then sees a jump. Without a place for it that one line is less sure.
fn remember(path: &Path, places: &Places) {
    if let Some(now) = Moment::now(places)
        && let Ok(text) = serde_json::to_string(&now)
        && let Err(error) = std::fs::write(path, text)
    {
        tracing::debug!(%error, "the time of this self-test could not be kept");
    }
}

fn certificates(settings: &Settings, data: &Path) -> Vec<PathBuf> {
    let own = match &settings.serve.tls {
        Some(Tls::Own(own)) => vec![own.certificate.clone()],
        _ => Vec::new(),
    };
    let made = data.join("tls/self.crt");
    own.into_iter().chain(made.is_file().then_some(made)).collect()
}

/// The whole appliance while it serves. Asks golden questions, and an idle kiosk page to try its sound and its camera.
pub async fn whole(app: &App, machine: Vec<Line>) -> Report {
    let mut lines = machine;
    lines.extend(models(app));
    lines.push(golden_line(app).await);
    lines.extend(pins(app));
    lines.push(link(app));
    for (part, what) in [(Part::Sound, "sound"), (Part::Camera, "camera")] {
        lines.push(tried(app, part, what).await);
    }
    Report::new(lines, Timestamp::now())
}

fn models(app: &App) -> Vec<Line> {
    let serving = app.conversation.engines.names.list().into_iter();
    let mut lines: Vec<Line> = serving.map(|(role, name)| Line::good(role, format!("{name} serves"))).collect();
    lines.extend(app.missing().iter().map(|gone| missing(&gone.role, &gone.model, &gone.repair)));
    lines
}

/// A model that is not here: bad where visitors get noticeably less.
pub fn missing(role: &str, model: &str, repair: &str) -> Line {
    let finding = format!("{model} is missing or cannot be used");
    match role {
        "embedding" | "hearing" | "detection" | "voice" | "runtime" => Line::bad(role, finding, repair),
        _ => Line::warning(role, finding, repair),
    }
}

async fn golden_line(app: &App) -> Line {
    match golden::golden(app).await {
        Ok(way) => {
            let said = if way == crate::domain::Way::Spoken { "spoken, heard and answered" } else { "answered" };
            Line::good("golden question", said)
        }
        Err(error) => Line::bad("golden question", format!("{error:#}"), "import the site's knowledge again"),
    }
}

fn pins(app: &App) -> Vec<Line> {
    let Some(pins) = &app.pins else { return Vec::new() };
    let states = pins.snapshot();
    let faults: Vec<Line> = states
        .iter()
        .filter_map(|pin| {
            Some(Line::bad("pins", format!("{}: {}", pin.role, pin.fault.as_ref()?), "run `usher pins test`"))
        })
        .collect();
    if faults.is_empty() { vec![Line::good("pins", format!("{} lines answer", states.len()))] } else { faults }
}

fn link(app: &App) -> Line {
    let Some(kiosk) = &app.kiosk else {
        return Line::good("desk link", "this site has a contact card alone");
    };
    let presence = kiosk.presence();
    let is_there = presence.borrow().is_some();
    if is_there {
        return Line::good("desk link", "the desk answers");
    }
    Line::warning("desk link", "the desk cannot be reached", "check the cable, [handoff] desk, and the desk's own log")
}

async fn tried(app: &App, part: Part, what: &str) -> Line {
    match app.testing.ask(part).await {
        Ok(brought) => tokio::task::spawn_blocking(move || brought.judged().1)
            .await
            .unwrap_or_else(|_| Line::bad(what, "the result could not be judged", "read the log, and try again")),
        Err(error @ (TryError::NoPage | TryError::Busy | TryError::Running | TryError::Stopped)) => {
            Line::warning(what, error.to_string(), "run the self-test again with the kiosk's page at its greeting")
        }
        Err(error) => Line::bad(what, error.to_string(), "try the device alone on the page Devices"),
    }
}

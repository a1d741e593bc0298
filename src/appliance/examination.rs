//! The self-test's lines of this appliance: the machine by probes, then what runs on it. `usher doctor` and the technician's page
//! read the same ones.

use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;

use super::golden;
use crate::checks::clock::Moment;
use crate::checks::{Line, Places, Probe, Report, Runner, certificate, clock, disk, memory, network, temperature};
use crate::config::{Settings, Tls};
use crate::domain::{Told, Way, told};
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
        let line = |(what, repair): (Told, Told)| {
            Line::warning("devices", told!(what => "{what} is not there", "未找到{what}"), repair)
        };
        lines.map(line).collect()
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
    let mut lines: Vec<Line> =
        serving.map(|(role, name)| Line::good(role, told!("{name} serves", "{name} 服务中"))).collect();
    lines.extend(app.missing().iter().map(|gone| missing(&gone.role, &gone.model, &gone.repair)));
    lines
}

/// A model that is not here: bad where visitors get noticeably less.
pub fn missing(role: &str, model: &str, repair: &Told) -> Line {
    let finding = told!("{model} is missing or cannot be used", "{model} 缺失或无法使用");
    let repair = repair.clone();
    match role {
        "embedding" | "hearing" | "detection" | "voice" | "runtime" => Line::bad(role, finding, repair),
        _ => Line::warning(role, finding, repair),
    }
}

async fn golden_line(app: &App) -> Line {
    match golden::golden(app).await {
        Ok(way) => {
            let said = match way {
                Way::Spoken => told!("spoken, heard and answered", "已播报、听写并回答"),
                _ => told!("answered", "已回答"),
            };
            Line::good("golden question", said)
        }
        Err(error) => Line::bad(
            "golden question",
            told!("{error:#}", "基准问题未通过：{error:#}"),
            told!("import the site's knowledge again", "请重新导入站点的知识"),
        ),
    }
}

fn pins(app: &App) -> Vec<Line> {
    let Some(pins) = &app.pins else { return Vec::new() };
    let states = pins.snapshot();
    let faults: Vec<Line> = states
        .iter()
        .filter_map(|pin| {
            let (role, fault) = (&pin.role, pin.fault.as_ref()?);
            let repair = told!("run `usher pins test`", "请运行 `usher pins test`");
            Some(Line::bad("pins", told!("{role}: {fault}", "{role} 有故障：{fault}"), repair))
        })
        .collect();
    match faults.as_slice() {
        [] => vec![Line::good("pins", told!("{} lines answer", "{} 条线路有响应", states.len()))],
        _ => faults,
    }
}

fn link(app: &App) -> Line {
    let Some(kiosk) = &app.kiosk else {
        return Line::good("desk link", told!("this site has a contact card alone", "此站点只有联系卡"));
    };
    let presence = kiosk.presence();
    let is_there = presence.borrow().is_some();
    if is_there {
        return Line::good("desk link", told!("the desk answers", "服务台有响应"));
    }
    let repair = told!(
        "check the cable, [handoff] desk, and the desk's own log",
        "请检查网线、[handoff] desk 和服务台自己的日志"
    );
    Line::warning("desk link", told!("the desk cannot be reached", "无法连接服务台"), repair)
}

async fn tried(app: &App, part: Part, what: &str) -> Line {
    match app.testing.ask(part).await {
        Ok(brought) => tokio::task::spawn_blocking(move || brought.judged().1).await.unwrap_or_else(|_| {
            let repair = told!("read the log, and try again", "请查看日志，再重试");
            Line::bad(what, told!("the result could not be judged", "结果无法判断"), repair)
        }),
        Err(error @ (TryError::NoPage | TryError::Busy | TryError::Running | TryError::Stopped)) => {
            let repair = told!(
                "run the self-test again with the kiosk's page at its greeting",
                "请在终端页面显示问候语时再次自检"
            );
            Line::warning(what, error.told(), repair)
        }
        Err(error) => {
            let repair = told!("try the device alone on the page Devices", "请在“设备”页面单独测试该设备");
            Line::bad(what, error.told(), repair)
        }
    }
}

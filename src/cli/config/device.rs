//! `usher config apply | export`: the whole device as one directory.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use serde_json::json;

use super::show::refused;
use crate::cli::setting::{Files, Global, read};
use crate::config::{self, Applied, Checks, DeviceError, Faults, Running, Said, Settings};

pub fn check(dir: &Path, as_json: bool) -> anyhow::Result<ExitCode> {
    let report = with_checks(|checks| config::check_dir(dir, &config::device_dir(), checks));
    if !report.faults.is_empty() {
        return refused(&report.faults, as_json);
    }
    if as_json {
        println!("{:#}", json!({"good": true, "report": report}));
        return Ok(ExitCode::SUCCESS);
    }
    report.warnings.iter().for_each(|warning| eprintln!("warning: {warning}"));
    println!("{}: good ({} files, {} kB)", dir.display(), report.files, report.bytes.div_ceil(1000));
    Ok(ExitCode::SUCCESS)
}

pub fn apply(dir: &Path, as_json: bool) -> anyhow::Result<ExitCode> {
    let live = config::device_dir();
    match with_checks(|checks| config::apply_dir(dir, &live, checks)) {
        Ok(applied) if as_json => println!("{:#}", serde_json::to_value(&applied)?),
        Ok(applied) => tell(&applied, &live),
        Err(DeviceError::Refused(faults)) => return refused(&faults.0, as_json),
        Err(error) => return Err(error.into()),
    }
    Ok(ExitCode::SUCCESS)
}

fn tell(applied: &Applied, live: &Path) {
    applied.warnings.iter().for_each(|warning| eprintln!("warning: {warning}"));
    if !applied.changed {
        return println!("{} is so already (device {})", live.display(), applied.device.name);
    }
    println!(
        "{}: device {}, site {}, {} files",
        live.display(),
        applied.device.name,
        applied.device.site,
        applied.files
    );
    if let Some(before) = &applied.before {
        println!("what was there before: {0} (back again: usher config apply {0})", before.display());
    }
    println!("it takes effect at the next start: systemctl restart usher");
}

pub fn export(global: &Global, dir: &Path, as_json: bool) -> anyhow::Result<ExitCode> {
    let Files { site, device } = global.files()?;
    // What cannot be used here is not handed to another device.
    let settings = global.settings()?;
    let named = device.as_deref().map(read).transpose()?.and_then(|text| config::device_file(&text).ok());
    let board = named.and_then(|named| named.board).and_then(|name| installed("boards", &name));
    let name = settings.handoff.kiosk.clone().unwrap_or_else(|| format!("{}-1", settings.site.id));
    let schema = config::schema();
    let running = Running {
        schema: &schema,
        name: &name,
        device_file: device.as_deref(),
        site_file: &site,
        board_file: board.as_deref(),
    };
    let exported = config::export_dir(&running, dir)?;
    if as_json {
        println!("{:#}", serde_json::to_value(&exported)?);
        return Ok(ExitCode::SUCCESS);
    }
    println!("{}: {} files, {} kB", exported.folder.display(), exported.files, exported.bytes.div_ceil(1000));
    for secret in &exported.left_out {
        println!("left out: {secret}");
    }
    Ok(ExitCode::SUCCESS)
}

fn with_checks<T>(act: impl FnOnce(&Checks<'_>) -> T) -> T {
    let schema = config::schema();
    let site = |site: &Path, device: &Path| match Settings::load(site, Some(device), &Said::default()) {
        Ok(_) => Ok(()),
        Err(config::ConfigError::Faults(faults)) => Err(faults),
        Err(error) => Err(Faults::one("site", error.to_string())),
    };
    let board = |path: &Path| config::check_board(path);
    act(&Checks { schema: &schema, site: &site, board: &board, installed: &installed })
}

fn installed(kind: &str, name: &str) -> Option<PathBuf> {
    let variable = if kind == "boards" { "USHER_BOARDS" } else { "USHER_SITES" };
    config::named_file(variable, kind, name).ok()
}

//! `usher config check | show | diff`: nothing is changed.

use std::path::Path;
use std::process::ExitCode;

use serde_json::{Value, json};

use crate::cli::setting::{Files, Global, read};
use crate::config::{self, ConfigError, Dotted, FieldFault, Layered, Layers, Said, Settings, SiteFile};
use crate::media::{Map, Templates};

pub fn check(global: &Global, as_json: bool) -> anyhow::Result<ExitCode> {
    let Files { site, device } = match global.files() {
        Ok(files) => files,
        Err(error) => return refused(&[FieldFault::new("", format!("{error:#}"))], as_json),
    };
    let settings = match Settings::load(&site, device.as_deref(), &global.said()) {
        Ok(settings) => settings,
        Err(ConfigError::Faults(faults)) => return refused(&faults.0, as_json),
        Err(error) => return refused(&[FieldFault::new("", error.to_string())], as_json),
    };
    if let Err(error) = drawn(&settings) {
        return refused(&[FieldFault::new("knowledge", format!("{error:#}"))], as_json);
    }
    if as_json {
        println!("{:#}", json!({"good": true, "file": settings.path, "device": device, "site": settings.site.id}));
    } else {
        println!("{}: good (site {})", settings.path.display(), settings.site.id);
    }
    Ok(ExitCode::SUCCESS)
}

/// Tells every fault; a document says no more than the lines do.
pub fn refused(faults: &[FieldFault], as_json: bool) -> anyhow::Result<ExitCode> {
    if as_json {
        println!("{:#}", json!({"good": false, "faults": faults}));
    } else {
        faults.iter().for_each(|fault| eprintln!("{fault}"));
        let count = faults.len();
        eprintln!("error: {count} {} to mend", if count == 1 { "fault" } else { "faults" });
    }
    Ok(ExitCode::FAILURE)
}

/// Draws the site's cards and its map as a start would: a template that is refused is found here.
fn drawn(settings: &Settings) -> anyhow::Result<()> {
    let media = settings.knowledge.join("media");
    Templates::open(&media, &settings.site.languages)?;
    if media.join("map.toml").exists() {
        Map::open(&media, &settings.site.languages)?;
    }
    Ok(())
}

pub fn show(global: &Global, with_origins: bool, as_json: bool) -> anyhow::Result<ExitCode> {
    let found = layered(&global.files()?, &global.said())?;
    let whole = config::masked(&config::schema(), &Dotted::default(), &found.whole);
    match (with_origins, as_json) {
        (true, true) => println!("{:#}", json!({"values": whole, "origins": found.origins})),
        (false, true) => println!("{whole:#}"),
        (false, false) => print!("{}", toml::to_string_pretty(&without_nulls(whole))?),
        (true, false) => {
            for (name, origin) in &found.origins {
                let value = config::value_at(&whole, &name.parse().unwrap_or_default()).cloned().unwrap_or_default();
                let value = if value.is_null() { "(not set)".to_owned() } else { value.to_string() };
                println!("{name} = {value}  # {origin}");
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Before is what there would be otherwise: the defaults, or the other file; after is what is configured here.
pub fn diff(global: &Global, other: Option<&Path>, as_json: bool) -> anyhow::Result<ExitCode> {
    let here = layered(&global.files()?, &global.said())?;
    let before = match other {
        Some(other) => layered(&Files { site: other.into(), device: None }, &Said::default())?.whole,
        None => config::defaults(&config::schema()),
    };
    let differences = config::differences(&config::schema(), &before, &here.whole);
    if as_json {
        println!("{:#}", serde_json::to_value(&differences)?);
    } else {
        print!("{}", config::human(&differences));
    }
    Ok(ExitCode::SUCCESS)
}

fn layered(files: &Files, said: &Said) -> anyhow::Result<Layered<SiteFile>> {
    let text = read(&files.site)?;
    let above = files.device.as_deref().map(|path| Ok::<_, anyhow::Error>((path, read(path)?))).transpose()?;
    let device = above.as_ref().map(|(path, text)| (*path, text.as_str()));
    let layers = Layers { file: &files.site, text: &text, device, said };
    Ok(config::read(&config::schema(), &layers, SiteFile::faults)?)
}

/// TOML has no word for nothing.
fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(entries) => Value::Object(
            entries.into_iter().filter(|(_, v)| !v.is_null()).map(|(k, v)| (k, without_nulls(v))).collect(),
        ),
        Value::Array(entries) => Value::Array(entries.into_iter().map(without_nulls).collect()),
        other => other,
    }
}

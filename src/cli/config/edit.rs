//! `usher config set | unset`: one setting, in the file that says it.

use std::path::Path;
use std::process::ExitCode;

use serde_json::Value;

use crate::cli::setting::{Files, Global, read};
use crate::config::{self, Change, ConfigFile, Dotted, Said, Written, change_site};

pub fn set(global: &Global, path: &str, text: &str) -> anyhow::Result<ExitCode> {
    let path: Dotted = path.parse().map_err(anyhow::Error::msg)?;
    let files = global.files()?;
    let schema = config::schema();
    let whole = config::parsed(&read(&files.site)?)?;
    let value = config::typed_at(&schema, &whole, &path, text).map_err(|reason| anyhow::anyhow!("{path}: {reason}"))?;
    write(&files, &path, Some(value))
}

pub fn unset(global: &Global, path: &str) -> anyhow::Result<ExitCode> {
    let path: Dotted = path.parse().map_err(anyhow::Error::msg)?;
    write(&global.files()?, &path, None)
}

fn write(files: &Files, path: &Dotted, value: Option<Value>) -> anyhow::Result<ExitCode> {
    let change = match value {
        Some(value) => Change::Set { path: path.clone(), value },
        None => Change::Remove { path: path.clone() },
    };
    let device = files.device.as_deref();
    let target = config::written_to(&files.site, device, path)?;
    let written = change_site(&ConfigFile::open(target)?, &[change], &files.site, device)?;
    tell(target, path, &written);
    warn_of_higher_layers(path, &config::parsed(&read(&files.site)?)?);
    Ok(ExitCode::SUCCESS)
}

fn tell(target: &Path, path: &Dotted, written: &Written) {
    if !written.changed {
        return println!("{}: {path} is so already", target.display());
    }
    println!("{}: {path} written", target.display());
    if config::needs_restart(&config::schema(), path) {
        println!("it takes effect at the next start: systemctl restart usher");
    }
}

/// A file that was changed changes nothing while the environment says otherwise.
fn warn_of_higher_layers(path: &Dotted, whole: &Value) {
    let above = Said::here(Vec::new()).overrides(&config::schema(), whole).unwrap_or_default();
    if let Some(above) = above.iter().find(|above| above.path.holds(path)) {
        eprintln!("warning: {} has the last word on {path}; unset that variable", above.said_by);
    }
}

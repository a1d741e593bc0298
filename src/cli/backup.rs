//! `usher backup make | list | check | restore | reset`: what is kept and brought back is decided in the room `backup`; here are its words.

use std::io::{BufRead, IsTerminal};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, ensure};
use clap::{Args as ClapArgs, Subcommand};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::setting::Global;
use crate::admin;
use crate::appliance;
use crate::backup::{self, DataLock, Places};
use crate::config;
use crate::store::Content;

#[derive(ClapArgs)]
#[command(after_help = "Example: usher backup make /media/usb/ --passphrase")]
pub struct Args {
    #[command(subcommand)]
    what: What,
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Subcommand)]
enum What {
    /// Back up this kiosk, also while it serves. FILE may be a folder.
    Make {
        /// [default: DATA/backups]
        file: Option<PathBuf>,
        /// Encrypt it; the passphrase is asked for, or read from the first line of the input.
        #[arg(long)]
        passphrase: bool,
        /// Take waiting hand-overs along, sealed, with their key. Needs --passphrase.
        #[arg(long, requires = "passphrase")]
        with_handovers: bool,
    },
    /// List the backups in DATA/backups or another folder.
    List { folder: Option<PathBuf> },
    /// Read a backup to its end and change nothing.
    Check {
        file: PathBuf,
        #[arg(long)]
        passphrase: bool,
    },
    /// Bring a backup back. What was there is kept as NAME.before.
    Restore {
        file: PathBuf,
        #[arg(long)]
        passphrase: bool,
        /// Folder of the configuration; otherwise the site file in use, or /etc/usher/device where usher is installed, or DATA/config.
        #[arg(long, value_name = "DIR")]
        into: Option<PathBuf>,
        /// Take another site's backup, and give up open hand-overs and booked calls.
        #[arg(long)]
        force: bool,
    },
    /// Erase everything of this kiosk but its models.
    Reset {
        /// The site's id, typed to confirm.
        #[arg(long, value_name = "SITE")]
        confirm: String,
        /// The models too.
        #[arg(long)]
        models_too: bool,
    },
}

impl Args {
    /// Whether a file is written outside of the data folder.
    pub fn exports(&self) -> bool {
        matches!(self.what, What::Make { file: Some(_), .. })
    }
}

pub fn run(args: &Args, global: &Global) -> anyhow::Result<ExitCode> {
    let data = global.data_dir();
    let told = match &args.what {
        What::Make { file, passphrase, with_handovers } => {
            let content = if *with_handovers { Content::Everything } else { Content::WithoutVisits };
            make(global, &data, file.as_deref(), ask(*passphrase, true)?, content)?
        }
        What::List { folder } => {
            json!(backup::list(folder.as_deref().unwrap_or(&data.join("backups")))?)
        }
        What::Check { file, passphrase } => check(file, ask(*passphrase, false)?.as_deref())?,
        What::Restore { file, passphrase, into, force } => {
            restore(global, &data, file, ask(*passphrase, false)?.as_deref(), into.as_deref(), *force)?
        }
        What::Reset { confirm, models_too } => reset(global, &data, confirm, *models_too)?,
    };
    if args.json {
        println!("{told}");
    } else {
        print(&told);
    }
    let is_whole = told.get("left").and_then(Value::as_array).is_none_or(Vec::is_empty);
    Ok(if is_whole { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn make(
    global: &Global,
    data: &Path,
    file: Option<&Path>,
    passphrase: Option<String>,
    content: Content,
) -> anyhow::Result<Value> {
    let settings = global.settings()?;
    let plan = appliance::backup_plan(&settings, data, content)?;
    let now = Timestamp::now();
    let name = backup::file_name(&plan.site, now, passphrase.is_some());
    let to = match file {
        Some(file) if file.is_dir() => file.join(name),
        Some(file) => file.to_path_buf(),
        None => {
            let folder = data.join("backups");
            std::fs::create_dir_all(&folder).with_context(|| format!("{} cannot be made", folder.display()))?;
            folder.join(name)
        }
    };
    Ok(json!(backup::make(&plan, &to, passphrase.as_deref(), now, &mut |_, _| {})?))
}

fn check(file: &Path, passphrase: Option<&str>) -> anyhow::Result<Value> {
    let checked = backup::check(file, passphrase)?;
    let manifest = checked.manifest;
    Ok(json!({
        "site": manifest.site, "made_at": manifest.made_at, "usher": manifest.usher, "files": manifest.members.len(),
        "bytes": checked.bytes, "with_visits": manifest.with_visits, "elsewhere": manifest.elsewhere,
        "models": manifest.models,
    }))
}

fn restore(
    global: &Global,
    data: &Path,
    file: &Path,
    passphrase: Option<&str>,
    into: Option<&Path>,
    force: bool,
) -> anyhow::Result<Value> {
    let _alone = DataLock::exclusive(data)?;
    backup::finish(data)?;
    let site = match global.names_site() {
        true => global.settings()?.site.id,
        // A new device has no site yet: the backup says which it becomes.
        false => backup::check(file, passphrase)?.manifest.site,
    };
    let places = places(global, data, &site, into)?;
    let restored = backup::stage(file, passphrase, &site, &places, force)?.swap()?;
    let mut told = json!(restored);
    told["config"] = json!(places.parts.get("config"));
    Ok(told)
}

/// The site file in use and its knowledge; where none is named, those of the device's folder, which say which site it is; on a machine
/// without one, `DATA/config/SITE.toml` and its folder.
fn places(global: &Global, data: &Path, site: &str, into: Option<&Path>) -> anyhow::Result<Places> {
    let state = data.join("sites").join(site);
    if into.is_none() && global.names_site() {
        return Ok(Places { state, parts: appliance::restore_places(&global.settings()?, data) });
    }
    let device = Some(config::device_dir()).filter(|folder| into.is_none() && folder.is_dir());
    let folder = match (into, &device) {
        (Some(into), _) => into.to_path_buf(),
        (None, Some(device)) => device.join("sites"),
        (None, None) => data.join("config"),
    };
    let parts = [
        Some(("config", folder.join(format!("{site}.toml")))),
        Some(("knowledge", folder.join(site))),
        Some((backup::PEOPLE, data.join(admin::FOLDER))),
        device.map(|folder| (backup::DEVICE, folder.join(config::DEVICE_TOML))),
    ];
    Ok(Places { state, parts: parts.into_iter().flatten().map(|(name, path)| (name.to_owned(), path)).collect() })
}

fn reset(global: &Global, data: &Path, confirm: &str, models_too: bool) -> anyhow::Result<Value> {
    let alone = DataLock::exclusive(data)?;
    let site = global.settings()?.site.id;
    Ok(json!(backup::reset(data, &alone, &site, confirm, models_too)?))
}

/// A passphrase, never as an argument: arguments are seen by everybody on the machine.
fn ask(wanted: bool, twice: bool) -> anyhow::Result<Option<String>> {
    if !wanted {
        return Ok(None);
    }
    if !std::io::stdin().is_terminal() {
        let mut line = String::new();
        std::io::stdin().lock().read_line(&mut line).context("the passphrase could not be read")?;
        return Ok(Some(line.trim_end_matches(['\r', '\n']).to_owned()));
    }
    let ask = |words| rpassword::prompt_password(words).context("the passphrase could not be read");
    let first = ask("Passphrase: ")?;
    ensure!(!twice || ask("Again: ")? == first, "the two passphrases differ");
    Ok(Some(first))
}

/// One line for each field or entry.
fn print(told: &Value) {
    let line = |value: &Value| match value {
        Value::String(text) => text.clone(),
        Value::Array(entries) if entries.is_empty() => "none".into(),
        other => other.to_string(),
    };
    match told {
        Value::Array(entries) => {
            for entry in entries.iter().filter_map(Value::as_object) {
                println!("{}", entry.values().map(line).collect::<Vec<_>>().join("  "));
            }
        }
        Value::Object(fields) => fields.iter().for_each(|(name, value)| println!("{name:14} {}", line(value))),
        other => println!("{}", line(other)),
    }
}

//! `usher update`: how the slots stand, what there is, install it, go back, choose what starts. Words and progress only; what
//! is proved and what is refused is decided in the update room.

use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::Subcommand;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::become_owner;
use crate::base::Stop;
use crate::update::{self, Bundle, Data, Packaged, Progress, Slot, Source, Start, Status, Updates};

/// What a slot brings beside its program: the variable that says where, and its folder.
const BROUGHT: [(&str, &str); 2] = [("USHER_SITES", "sites"), ("USHER_BOARDS", "boards")];

/// The command and how its outcome is written.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: usher update apply /media/usb/usher-0.2.0-aarch64.bundle && systemctl restart usher")]
pub struct Args {
    #[command(subcommand)]
    command: Command,
    /// Write one JSON document.
    #[arg(long, global = true)]
    json: bool,
    /// Folder of trusted public keys.
    #[arg(long, global = true, value_name = "DIR", env = "USHER_UPDATE_KEYS", default_value = update::KEYS)]
    keys: PathBuf,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Show the running version, the other one, and the last failure.
    Status,
    /// Prove a bundle, or ask a directory of updates for the newest version; change nothing.
    Check {
        /// A bundle, or the http(s) address of a directory with latest.json.
        from: String,
    },
    /// Install a bundle into the other slot; it is tried when usher is restarted.
    Apply {
        /// A bundle, or the http(s) address of a directory with latest.json.
        from: String,
        /// Install an older, equal or expired version.
        #[arg(long)]
        force: bool,
    },
    /// Go back to the version before when usher is restarted.
    Return {
        /// Leave the databases as they are now, not as that version left them.
        #[arg(long)]
        keep_data: bool,
    },
    /// Choose what starts, and start it with the given arguments. The service calls this.
    Boot {
        #[arg(last = true, value_name = "ARGUMENTS")]
        then: Vec<String>,
    },
    /// Show the trusted keys.
    Keys,
}

/// Runs the command on the slots in `data`. Blocking.
///
/// # Errors
/// Those of the update room.
pub fn run(args: Args, data: &Path, keep: &Data<'_>, stop: &Stop) -> anyhow::Result<ExitCode> {
    let packaged = Packaged::this().context("the system does not say which program runs")?;
    let updates = Updates::open(data, &args.keys, packaged)?;
    let (document, text) = match args.command {
        Command::Status => status(&updates)?,
        Command::Check { from } => check(&updates, &from)?,
        Command::Apply { from, force } => apply(&updates, &from, force, data, stop)?,
        Command::Return { keep_data } => {
            become_owner(data)?;
            let version = updates.go_back(!keep_data)?;
            (json!({"returns_to": version}), format!("version {version} starts next; restart usher"))
        }
        Command::Boot { then } => {
            become_owner(data)?;
            return boot(&updates, keep, &then);
        }
        Command::Keys => keys(&updates),
    };
    match args.json {
        true => println!("{document:#}"),
        false => println!("{text}"),
    }
    Ok(ExitCode::SUCCESS)
}

/// The JSON document, and the same for people.
type Outcome = anyhow::Result<(Value, String)>;

fn status(updates: &Updates) -> Outcome {
    let Status { running, version, is_on_trial, other, key } = updates.status()?;
    let trial = if is_on_trial { ", on trial" } else { "" };
    let what = other.version.as_ref().map_or_else(|| "nothing".into(), |version| format!("version {version}"));
    let why = if other.reason.is_empty() { String::new() } else { format!(": {}", other.reason) };
    let text = format!(
        "running  version {version} ({}{trial})\nother    {what} ({}, {}{why})",
        shown(running),
        shown(other.slot),
        other.state
    );
    let document = json!({
        "running": {"version": version, "slot": running, "on_trial": is_on_trial},
        "other": {"slot": other.slot, "version": other.version, "state": other.state, "reason": other.reason},
        "key": key,
    });
    Ok((document, text))
}

fn shown(slot: Slot) -> String {
    if slot == Slot::None { "the package".into() } else { format!("slot {slot}") }
}

fn check(updates: &Updates, from: &str) -> Outcome {
    let running = updates.status()?.version;
    if is_address(from) {
        let release = Source::open(from, None)?.newest(updates.keys())?;
        let is_newer = release.version > running;
        let word = if is_newer { "is newer than" } else { "is not newer than" };
        let text = format!("version {} {word} the running {running}\n{}", release.version, release.notes);
        let document =
            json!({"version": release.version, "newer": is_newer, "bytes": release.bytes, "notes": release.notes});
        return Ok((document, text.trim_end().into()));
    }
    let bundle = Bundle::open(Path::new(from), updates.keys())?;
    updates.judge(from, &bundle.manifest, false, Timestamp::now())?;
    let (version, key) = (bundle.manifest.version.clone(), bundle.key.clone());
    bundle.prove(&Stop::new(), &mut |_| {})?;
    let text = format!("version {version}, signed by {key}, is whole and may be installed");
    Ok((json!({"version": version, "key": key, "newer": version > running}), text))
}

fn apply(updates: &Updates, from: &str, force: bool, data: &Path, stop: &Stop) -> Outcome {
    // A stick may be readable for root alone: what is on it is opened before root's rights are given up.
    let carried = if is_address(from) { None } else { Some(Bundle::open(Path::new(from), updates.keys())?) };
    become_owner(data)?;
    let (bundle, fetched) = match carried {
        Some(bundle) => (bundle, None),
        None => fetch(updates, from, stop)?,
    };
    let applied = updates.apply(bundle, force, Timestamp::now(), stop, &mut tell())?;
    if let Some(path) = fetched {
        // It is installed; what is left of it here is only room lost, and the next download deletes it.
        let _ = std::fs::remove_file(path);
    }
    let (version, slot, key) = (&applied.version, applied.slot, &applied.key);
    let text =
        format!("version {version}, signed by {key}, is in slot {slot}; restart usher to try it\n{}", applied.notes);
    Ok((json!({"version": version, "slot": slot, "key": key, "notes": applied.notes}), text.trim_end().into()))
}

fn fetch(updates: &Updates, from: &str, stop: &Stop) -> anyhow::Result<(Bundle, Option<PathBuf>)> {
    let source = Source::open(from, None)?;
    let release = source.newest(updates.keys())?;
    eprintln!("fetching {} ({} MB)", release.file, release.bytes.div_ceil(1_000_000));
    let path = source.download(&release, &updates.downloads(), stop, &mut |_| {})?;
    Ok((Bundle::open(&path, updates.keys())?, Some(path)))
}

/// Says each step once.
fn tell() -> impl FnMut(Progress) {
    let mut last = "";
    move |progress| {
        let step = match progress {
            Progress::Reading { .. } => "proving",
            Progress::Writing { .. } => "writing",
            Progress::Checking => "reading again",
        };
        if step != std::mem::replace(&mut last, step) {
            eprintln!("{step}");
        }
    }
}

/// Becomes the chosen program: the service keeps its process number, and what it was given to notify systemd with.
fn boot(updates: &Updates, keep: &Data<'_>, then: &[String]) -> anyhow::Result<ExitCode> {
    let Start { slot, program, version, folder, told, .. } = updates.boot(keep);
    told.iter().for_each(|line| eprintln!("update: {line}"));
    if then.is_empty() {
        println!("{}", program.display());
        return Ok(ExitCode::SUCCESS);
    }
    eprintln!("update: starting version {version} from {}", shown(slot));
    let launcher = std::env::current_exe().context("the system does not say which program runs")?;
    let mut command = std::process::Command::new(&program);
    command.args(then).env("USHER_SLOT", slot.word()).env(update::LAUNCHER, launcher);
    for (variable, kind) in BROUGHT {
        let brought = folder.as_ref().map(|folder| folder.join(kind)).filter(|folder| folder.is_dir());
        command.envs(brought.map(|folder| (variable, folder)));
    }
    let failed = command.exec();
    Err(failed).with_context(|| format!("{} cannot be started", program.display()))
}

/// The launcher again, to choose anew what serves; `None` for a program that no launcher started.
pub(super) fn launcher(data: &Path) -> Option<std::process::Command> {
    let mut command = std::process::Command::new(std::env::var_os(update::LAUNCHER)?);
    command.args(["update", "boot", "--data"]).arg(data).arg("--");
    // What the last slot brought is not the next one's.
    let slots = data.join("slots");
    for (variable, _) in BROUGHT {
        if std::env::var_os(variable).is_some_and(|at| Path::new(&at).starts_with(&slots)) {
            command.env_remove(variable);
        }
    }
    Some(command)
}

fn keys(updates: &Updates) -> (Value, String) {
    let keys: Vec<_> = updates.keys().trusted().collect();
    let lines: Vec<String> = keys.iter().map(|key| format!("{}  {}", key.id, key.from)).collect();
    let text = match lines.is_empty() {
        true => "no key is trusted: nothing can be installed".into(),
        false => lines.join("\n"),
    };
    (json!(keys.iter().map(|key| json!({"id": key.id, "from": key.from})).collect::<Vec<_>>()), text)
}

fn is_address(from: &str) -> bool {
    from.starts_with("http://") || from.starts_with("https://")
}

//! `usher models`: which models are here, fetch them, read them again, carry them, delete them. Words and progress only;
//! what is done and what is refused is decided in the models room.

mod progress;
mod shown;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Subcommand;
use serde_json::{Value, json};

use crate::base::Stop;
use crate::models::{self, Catalogue, Clients, Installed, ModelsError, Pack, Pull, Shelf};
use progress::Progress;

/// The command and how its outcome is written.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: usher models pull && usher models list --json")]
pub struct Args {
    #[command(subcommand)]
    command: Command,
    /// Write one JSON document.
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Show the models of the chosen pack and how each stands.
    List {
        /// Show the catalogue of bigger models, too.
        #[arg(long)]
        all: bool,
    },
    /// Fetch what is missing of the chosen pack, or the named models of it or of the catalogue.
    Pull {
        names: Vec<String>,
        /// Choose the pack in this file and fetch it.
        #[arg(long, value_name = "FILE")]
        pack: Option<PathBuf>,
        /// Look for the named models in this catalogue.
        #[arg(long, value_name = "FILE")]
        catalogue: Option<PathBuf>,
    },
    /// Read every file again and compare its sha256.
    Verify,
    /// Take in a pack that was written by export: a folder or a .tar file.
    Import { from: PathBuf },
    /// Write the chosen pack to a folder, or to a file that ends in .tar.
    Export { out: PathBuf },
    /// Delete the files of the named models.
    Remove {
        #[arg(required = true)]
        names: Vec<String>,
    },
}

impl Args {
    /// Whether a file is written outside of the data folder.
    pub fn exports(&self) -> bool {
        matches!(self.command, Command::Export { .. })
    }
}

/// Runs the command on the models folder of `data`. Blocking; an interrupt stops it cleanly.
///
/// # Errors
/// Those of the models room. Exit 1 when `verify` finds a file missing or wrong.
pub fn run(args: Args, data: &Path) -> anyhow::Result<ExitCode> {
    let shelf = Shelf::at(data.join("models"));
    let stop = stop_on_signal()?;
    let (document, text, code) = match args.command {
        Command::List { all } => list(&shelf, all)?,
        Command::Pull { names, pack, catalogue } => {
            let pack = choose(&shelf, &names, pack.as_deref(), catalogue.as_deref())?;
            pull(&shelf, &pack, &names, &Clients::find(data), &stop)?
        }
        Command::Verify => verify(&shelf, &stop)?,
        Command::Import { from } => import(&shelf, &from, &stop)?,
        Command::Export { out } => export(&shelf, &out, &stop)?,
        Command::Remove { names } => remove(&shelf, &names)?,
    };
    match args.json {
        true => println!("{document:#}"),
        false => println!("{text}"),
    }
    Ok(code)
}

/// The JSON document, the same for people, and the exit code.
type Outcome = Result<(Value, String, ExitCode), ModelsError>;

fn list(shelf: &Shelf, all: bool) -> Outcome {
    let pack = shelf.pack()?;
    let installed = Installed::at(shelf.root())?;
    let catalogue = all.then(Catalogue::shipped);
    let document = shown::list_document(shelf, &pack, &installed, catalogue.as_ref());
    Ok((document, shown::list_text(shelf, &pack, &installed, catalogue.as_ref()), ExitCode::SUCCESS))
}

/// The pack to fetch: a file's, the chosen one, or the chosen one with models of the catalogue in it.
fn choose(shelf: &Shelf, names: &[String], file: Option<&Path>, catalogue: Option<&Path>) -> Result<Pack, ModelsError> {
    let pack = file.map_or_else(|| shelf.pack(), Pack::read)?;
    let catalogue = catalogue.map_or_else(|| Ok(Catalogue::shipped()), Catalogue::read)?;
    catalogue.join(pack, names)
}

fn pull(shelf: &Shelf, pack: &Pack, names: &[String], clients: &Clients, stop: &Stop) -> Outcome {
    let mut progress = Progress::new();
    let pulled = Pull { shelf, pack, names, clients, stop }.run(&mut |event| progress.show(event))?;
    progress.end();
    let missing = Installed::at(shelf.root())?;
    let mut lines = vec![shown::pulled_line(&pulled)];
    lines.extend(missing.missing().iter().map(shown::missing_line));
    let text = lines.join("\n");
    let document = json!({"pack": pack.name, "fetched": pulled.fetched, "kept": pulled.kept, "bytes": pulled.bytes});
    Ok((document, text, ExitCode::SUCCESS))
}

fn verify(shelf: &Shelf, stop: &Stop) -> Outcome {
    let findings = models::verify(shelf, stop, &mut |_| {})?;
    let code = if findings.iter().all(models::Finding::is_good) { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    Ok((shown::findings_document(&findings), shown::findings_text(&findings), code))
}

fn import(shelf: &Shelf, from: &Path, stop: &Stop) -> Outcome {
    let pack = models::import(shelf, from, stop, &mut |target| eprintln!("taking in {target}"))?;
    let text = format!("pack '{}' is installed and chosen", pack.name);
    Ok((json!({"pack": pack.name, "models": pack.models.len()}), text, ExitCode::SUCCESS))
}

fn export(shelf: &Shelf, out: &Path, stop: &Stop) -> Outcome {
    let bytes = models::export(shelf, out, stop, &mut |target| eprintln!("writing {target}"))?;
    let text = format!("wrote {} to {}; take it in with `usher models import`", shown::size(bytes), out.display());
    Ok((json!({"out": out, "bytes": bytes}), text, ExitCode::SUCCESS))
}

fn remove(shelf: &Shelf, names: &[String]) -> Outcome {
    let bytes = shelf.remove(names)?;
    let text = format!("deleted {} of {}", shown::size(bytes), names.join(", "));
    Ok((json!({"removed": names, "bytes": bytes}), text, ExitCode::SUCCESS))
}

/// A [`Stop`] that an interrupt or SIGTERM requests. Its thread lives as long as the process.
fn stop_on_signal() -> anyhow::Result<Stop> {
    use tokio::signal::unix::{SignalKind, signal};
    let stop = Stop::new();
    let requested = stop.clone();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
    let (mut interrupt, mut terminate) = {
        let _inside = runtime.enter();
        (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?)
    };
    let wait = move || {
        runtime.block_on(async {
            tokio::select! { _ = interrupt.recv() => {}, _ = terminate.recv() => {} }
        });
        requested.request();
    };
    std::thread::Builder::new().name("models-signals".into()).spawn(wait)?;
    Ok(stop)
}

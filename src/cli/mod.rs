//! The command line: one file a command. Exit 0 good, 1 failed, 2 used wrongly. Documents go to stdout, logs to stderr.

mod admin;
mod ask;
mod backup;
mod bench;
mod config;
mod desk;
mod doctor;
mod knowledge;
mod models;
mod password;
mod pins;
mod privacy;
mod serve;
mod setting;
mod update;

use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;
use clap::{Parser, Subcommand};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use setting::Global;

use crate::appliance;
use crate::base::{self, Stop, dumps};
use crate::telemetry::Logs;
use crate::update::Data;

/// Answers visitors from a site's own knowledge, on the device.
#[derive(Parser)]
#[command(name = "usher", version, after_help = "Example: usher ask \"Where is gate B22?\" --json")]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the kiosk page and the visitor's socket.
    Serve(serve::Args),
    /// Answer one question without a server.
    Ask(ask::Args),
    /// List, fetch and verify the models.
    Models(models::Args),
    /// Import, list, search and evaluate the site's knowledge.
    Knowledge(knowledge::Args),
    /// Take personal data out of a text; measure how well that is done; tell what is kept.
    Privacy(privacy::Args),
    /// Check, show or describe the site's configuration.
    Config(config::Args),
    /// Back this kiosk up, bring it back, or erase it.
    Backup(backup::Args),
    /// Serve the human agents' desk, and say who may come to it.
    Desk(desk::Args),
    /// Say who may administer this appliance; read what they did.
    Admin(admin::Args),
    /// List, test and watch the board's pins; bring its outputs to rest.
    Pins(pins::Args),
    /// Show, check and install newer versions; go back to the one before.
    Update(update::Args),
    /// Examine this appliance; every fault comes with its repair.
    Doctor(doctor::Args),
    /// Measure the installed models, beside their peers where those are given.
    Bench(bench::Args),
}

/// Runs the command of this process.
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    end_quietly_without_reader();
    if cli.command.works_as_owner()
        && let Err(error) = become_owner(&cli.global.data_dir())
    {
        eprintln!("error: {error:#}");
        return ExitCode::FAILURE;
    }
    let filter = EnvFilter::try_from_env("USHER_LOG").unwrap_or_else(|_| EnvFilter::new(cli.command.log_level()));
    // Colours are for people: a journal and a pipe get plain text.
    let colours = std::io::stderr().is_terminal();
    let logs = Logs::open(cli.command.log_folder(&cli.global).as_deref());
    let journal = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_ansi(colours).with_target(false);
    tracing_subscriber::registry().with(filter).with(journal).with(logs.layer()).init();
    // Two cryptography libraries could be linked one day: this names ours before anything opens a connection.
    let _ = rustls::crypto::ring::default_provider().install_default();
    if let Err(error) = dumps::forbid() {
        tracing::error!(%error, "core dumps cannot be forbidden; put LimitCORE=0 into the unit");
    }
    let global = &cli.global;
    let outcome = match cli.command {
        Command::Serve(args) => serve::run(&args, global, logs.clone()),
        Command::Ask(args) => ask::run(&args, global),
        Command::Models(args) => models::run(args, &global.data_dir()),
        Command::Knowledge(args) => knowledge::run(&args, global),
        Command::Privacy(args) => privacy::run(&args, global),
        Command::Backup(args) => backup::run(&args, global),
        Command::Config(args) => config::run(&args, global),
        Command::Desk(args) => desk::run(args, global, logs.clone()),
        Command::Admin(args) => admin::run(args, &global.data_dir()),
        Command::Pins(args) => pins::run(&args, global),
        Command::Update(args) => run_update(args, &global.data_dir()),
        Command::Doctor(args) => doctor::run(&args, global),
        Command::Bench(args) => bench::run(&args, global),
    };
    let code = outcome.unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        ExitCode::FAILURE
    });
    logs.flush(LOG_PATIENCE);
    code
}

/// `usher knowledge list | head` is no fault: the reader has what it wanted. (SIGPIPE itself must stay ignored, or a voice
/// that dies would end the appliance.)
fn end_quietly_without_reader() {
    let tell = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if panic.to_string().contains("failed printing to stdout") {
            std::process::exit(0);
        }
        tell(panic);
    }));
}

/// Goes on as the owner of the data folder when it was root who asked.
fn become_owner(data: &Path) -> anyhow::Result<()> {
    base::become_owner(data).with_context(|| format!("the rights of the owner of {} cannot be taken", data.display()))
}

/// The update room knows no database: how they are put aside and back is given to it.
fn run_update(args: update::Args, data: &Path) -> anyhow::Result<ExitCode> {
    let keep = Data {
        back_up: &|folder: &Path| appliance::put_aside(data, folder),
        restore: &|folder: &Path| appliance::put_back(data, folder),
    };
    update::run(args, data, &keep, &Stop::new())
}

/// How long the end waits for the log's file.
const LOG_PATIENCE: Duration = Duration::from_secs(1);

impl Command {
    /// Servers keep their log in files beside the journal: where systemd says, or in the data folder.
    fn log_folder(&self, global: &Global) -> Option<PathBuf> {
        let name = match self {
            Self::Serve(_) => "logs",
            Self::Desk(args) if args.serves() => "desk-logs",
            _ => return None,
        };
        Some(std::env::var_os("LOGS_DIRECTORY").map_or_else(|| global.data_dir().join(name), PathBuf::from))
    }

    /// What a technician does as root must be readable by the service afterwards. Left out: what writes to a stick that may be root's, what
    /// changes `/etc` or the pins, and updates, which open a stick first.
    fn works_as_owner(&self) -> bool {
        match self {
            Self::Models(args) => !args.exports(),
            Self::Knowledge(args) => !args.exports(),
            Self::Backup(args) => !args.exports(),
            Self::Config(_) | Self::Pins(_) | Self::Update(_) => false,
            Self::Serve(_) | Self::Ask(_) | Self::Privacy(_) | Self::Desk(_) | Self::Admin(_) => true,
            Self::Doctor(_) | Self::Bench(_) => true,
        }
    }

    /// A server tells what it does; a command tells only what went wrong.
    fn log_level(&self) -> &'static str {
        match self {
            Self::Serve(_) => "info,ort=warn",
            Self::Desk(args) if args.serves() => "info,ort=warn",
            // It prints the faults itself.
            Self::Pins(_) => "off",
            _ => "warn,ort=error",
        }
    }
}

//! The command line: one file a command. Exit 0 good, 1 failed, 2 used wrongly. Documents go to stdout, logs to stderr.

mod ask;
mod bench;
mod config;
mod desk;
mod doctor;
mod knowledge;
mod models;
mod privacy;
mod serve;
mod setting;

use std::io::IsTerminal;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use tracing_subscriber::EnvFilter;

use setting::Global;

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
    /// Take personal data out of a text; measure how well that is done.
    Privacy(privacy::Args),
    /// Check, show or describe the site's configuration.
    Config(config::Args),
    /// Serve the human agents' desk, and say who may come to it.
    Desk(desk::Args),
    /// Examine this appliance; every fault comes with its repair.
    Doctor(doctor::Args),
    /// Measure the installed models, beside their peers where those are given.
    Bench(bench::Args),
}

/// Runs the command of this process.
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    end_quietly_without_reader();
    let filter = EnvFilter::try_from_env("USHER_LOG").unwrap_or_else(|_| EnvFilter::new(cli.command.log_level()));
    // Colours are for people: a journal and a pipe get plain text.
    let colours = std::io::stderr().is_terminal();
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(colours)
        .with_target(false)
        .init();
    // Two cryptography libraries could be linked one day: this names ours before anything opens a connection.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let global = &cli.global;
    let outcome = match cli.command {
        Command::Serve(args) => serve::run(&args, global),
        Command::Ask(args) => ask::run(&args, global),
        Command::Models(args) => models::run(args, &global.data_dir()),
        Command::Knowledge(args) => knowledge::run(&args, global),
        Command::Privacy(args) => privacy::run(&args),
        Command::Config(args) => config::run(&args, global),
        Command::Desk(args) => desk::run(args, global),
        Command::Doctor(args) => doctor::run(&args, global),
        Command::Bench(args) => bench::run(&args, global),
    };
    outcome.unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        ExitCode::FAILURE
    })
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

impl Command {
    /// A server tells what it does; a command tells only what went wrong.
    fn log_level(&self) -> &'static str {
        match self {
            Self::Serve(_) => "info,ort=warn",
            Self::Desk(args) if args.serves() => "info,ort=warn",
            _ => "warn,ort=error",
        }
    }
}

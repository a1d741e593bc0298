//! `usher config`: what is configured, what is wrong with it, and changing it: one setting, or the whole device.

mod device;
mod edit;
mod show;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args as ClapArgs, Subcommand};

use super::setting::Global;
use crate::config;

#[derive(ClapArgs)]
#[command(
    after_help = "Example: usher config check --config firmware-config/sites/bank.toml\n         usher config set visit.idle_seconds 90\n         usher config apply /media/stick/gate-b22"
)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Say whether the configuration can be used, and everything that is wrong, with file and line.
    Check {
        #[arg(long)]
        json: bool,
    },
    /// Show every setting as meant, defaults included; secrets are masked.
    Show {
        /// Say who said each setting: default, file, device, environment or command line.
        #[arg(long)]
        origins: bool,
        #[arg(long)]
        json: bool,
    },
    /// Print the JSON schema of a site file.
    Schema {
        /// The schema is JSON with and without this.
        #[arg(long)]
        json: bool,
        /// The schema of device.toml instead.
        #[arg(long)]
        device: bool,
    },
    /// Show what differs from the defaults, or from another site file.
    Diff {
        /// The other site file.
        other: Option<PathBuf>,
        #[arg(long)]
        json: bool,
    },
    /// Write one setting into the file that says it; its comments stay.
    Set { path: String, value: String },
    /// Take one setting out of the file that says it; it has its default again.
    Unset { path: String },
    /// Make a directory, such as one on a stick, the configuration of this device.
    Apply {
        dir: PathBuf,
        /// Only say what is wrong with it.
        #[arg(long)]
        check: bool,
        #[arg(long)]
        json: bool,
    },
    /// Write this device's configuration as such a directory, without its secrets.
    Export {
        dir: PathBuf,
        #[arg(long)]
        json: bool,
    },
}

pub fn run(args: &Args, global: &Global) -> anyhow::Result<ExitCode> {
    match &args.what {
        What::Check { json } => show::check(global, *json),
        What::Show { origins, json } => show::show(global, *origins, *json),
        What::Schema { device, .. } => {
            println!("{:#}", if *device { config::device_schema() } else { config::schema() });
            Ok(ExitCode::SUCCESS)
        }
        What::Diff { other, json } => show::diff(global, other.as_deref(), *json),
        What::Set { path, value } => edit::set(global, path, value),
        What::Unset { path } => edit::unset(global, path),
        What::Apply { dir, check: true, json } => device::check(dir, *json),
        What::Apply { dir, check: false, json } => device::apply(dir, *json),
        What::Export { dir, json } => device::export(global, dir, *json),
    }
}

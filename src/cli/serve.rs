//! `usher serve`: the appliance until it is told to stop.

use std::net::SocketAddr;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, ExitCode};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use clap::Args as ClapArgs;

use super::setting::{Files, Global};
use crate::appliance::{self, Ended, Sources, Start};
use crate::telemetry::Logs;

/// How long the log may take to reach its file before a new start.
const LOG_PATIENCE: Duration = Duration::from_secs(1);

#[derive(ClapArgs)]
#[command(after_help = "Example: usher serve --config firmware-config/sites/bank.toml --listen 127.0.0.1:8080")]
pub struct Args {
    /// Address and port; loopback unless the site file or this option says otherwise.
    #[arg(long, value_name = "ADDRESS", env = "USHER_LISTEN")]
    listen: Option<SocketAddr>,
}

pub fn run(args: &Args, global: &Global, logs: Arc<Logs>) -> anyhow::Result<ExitCode> {
    appliance::carry_on(&global.data_dir())?;
    let mut settings = global.settings()?;
    if let Some(listen) = args.listen {
        settings.serve.listen = listen;
    }
    let Files { site, device } = global.files()?;
    let ended = appliance::serve(Start {
        settings: &settings,
        data: &global.data_dir(),
        site_named: global.names_site(),
        logs: logs.clone(),
        sources: Sources { site, device, said: global.said() },
    })?;
    match ended {
        Ended::Stopped => Ok(ExitCode::SUCCESS),
        Ended::Failed => Ok(ExitCode::FAILURE),
        Ended::Again => {
            logs.flush(LOG_PATIENCE);
            Err(again(&global.data_dir()))
        }
    }
}

/// Becomes the program anew, with the same arguments and the same process number, so that whoever watches it sees no end. Where a
/// launcher chose this version, it chooses again: another one may wait for its trial. Comes back only when that failed.
fn again(data: &Path) -> anyhow::Error {
    let start = || -> anyhow::Result<std::io::Error> {
        let mut command = match super::update::launcher(data) {
            Some(launcher) => launcher,
            None => Command::new(std::env::current_exe().context("this program cannot be found")?),
        };
        Ok(command.args(std::env::args_os().skip(1)).exec())
    };
    match start() {
        Ok(error) => anyhow::Error::from(error).context("usher could not be started again"),
        Err(error) => error,
    }
}

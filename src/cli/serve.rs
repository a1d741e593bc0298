//! `usher serve`: the appliance until it is told to stop.

use std::net::SocketAddr;
use std::process::ExitCode;

use clap::Args as ClapArgs;

use super::setting::Global;
use crate::appliance;

#[derive(ClapArgs)]
#[command(after_help = "Example: usher serve --config firmware-config/sites/bank.toml --listen 127.0.0.1:8080")]
pub struct Args {
    /// Address and port; loopback unless the site file or this option says otherwise.
    #[arg(long, value_name = "ADDRESS", env = "USHER_LISTEN")]
    listen: Option<SocketAddr>,
}

pub fn run(args: &Args, global: &Global) -> anyhow::Result<ExitCode> {
    let mut settings = global.settings()?;
    if let Some(listen) = args.listen {
        settings.serve.listen = listen;
    }
    appliance::serve(&settings, &global.data_dir(), global.names_site())?;
    Ok(ExitCode::SUCCESS)
}

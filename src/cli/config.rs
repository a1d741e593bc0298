//! `usher config check | show | schema`.

use std::process::ExitCode;

use clap::{Args as ClapArgs, Subcommand};
use serde_json::json;

use super::setting::Global;
use crate::config::{self, Settings};
use crate::media::{Map, Templates};

#[derive(ClapArgs)]
#[command(after_help = "Example: usher config check --config firmware-config/sites/bank.toml")]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Say whether the site file can be used, and what is wrong where.
    Check {
        #[arg(long)]
        json: bool,
    },
    /// Show every setting as meant, defaults included.
    Show {
        #[arg(long)]
        json: bool,
    },
    /// Print the JSON schema of a site file.
    Schema,
}

pub fn run(args: &Args, global: &Global) -> anyhow::Result<ExitCode> {
    match args.what {
        What::Check { json } => check(global, json),
        What::Show { json } => show(&global.settings()?, json),
        What::Schema => {
            println!("{:#}", config::schema());
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn check(global: &Global, as_json: bool) -> anyhow::Result<ExitCode> {
    let checked = global.settings().and_then(|settings| drawn(&settings).map(|()| settings));
    if as_json {
        let document = match &checked {
            Ok(settings) => json!({"good": true, "file": settings.path, "site": settings.site.id}),
            Err(error) => json!({"good": false, "error": format!("{error:#}")}),
        };
        println!("{document:#}");
        return Ok(if checked.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE });
    }
    let settings = checked?;
    println!("{}: good (site {})", settings.path.display(), settings.site.id);
    Ok(ExitCode::SUCCESS)
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

fn show(settings: &Settings, as_json: bool) -> anyhow::Result<ExitCode> {
    let document = settings.as_file();
    if as_json {
        println!("{:#}", serde_json::to_value(&document)?);
    } else {
        print!("{}", toml::to_string_pretty(&document)?);
    }
    Ok(ExitCode::SUCCESS)
}

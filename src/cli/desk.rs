//! `usher desk`: the human agents' side. Without a subcommand it serves a desk for kiosks elsewhere.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, bail};
use clap::{Args as ClapArgs, Subcommand};
use serde_json::{Value, json};

use super::password;
use super::setting::Global;
use crate::appliance::{self, DeskServer};
use crate::domain::Language;
use crate::handoff::desk::limits::AGENT_CASES_MAX;
use crate::handoff::desk::wire::Profile;
use crate::handoff::{put_agent, put_kiosk};
use crate::store::{DeskStore, RecordRow};
use crate::telemetry::Logs;

#[derive(ClapArgs)]
#[command(
    after_help = "Example: usher desk agent add anna --display Anna --languages en,zh\n         usher desk --listen 0.0.0.0:8443 --tls"
)]
pub struct Args {
    /// Address and port of a desk for kiosks elsewhere; loopback unless named.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8090")]
    listen: SocketAddr,
    /// Serve TLS, with a certificate made here when none is named; `desk.crt` is what kiosks must know.
    #[arg(long)]
    tls: bool,
    /// Certificate chain, PEM.
    #[arg(long, value_name = "FILE", requires = "key")]
    certificate: Option<PathBuf>,
    /// Private key, PEM.
    #[arg(long, value_name = "FILE", requires = "certificate")]
    key: Option<PathBuf>,
    /// Print one JSON document.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// People who answer visitors.
    #[command(subcommand)]
    Agent(Agent),
    /// Kiosks of other programs and their device keys.
    #[command(subcommand)]
    Kiosk(Kiosk),
    /// Hand-overs that are over: rule, waiting time, outcome, rating. No words.
    Records,
    /// Questions that agents say usher should have answered.
    Gaps,
}

#[derive(Subcommand)]
enum Agent {
    /// Add a person, or give them a new password; it is read from the terminal or from standard input.
    Add {
        name: String,
        /// The name that visitors read.
        #[arg(long)]
        display: Option<String>,
        #[arg(long, value_delimiter = ',', default_value = "en,zh")]
        languages: Vec<Language>,
        /// Topics of the site, e.g. `baggage`.
        #[arg(long, value_delimiter = ',')]
        skills: Vec<String>,
    },
    List,
    Remove {
        name: String,
    },
}

#[derive(Subcommand)]
enum Kiosk {
    /// Give a kiosk a device key; it is shown once. Save it in the file that the kiosk's site file names.
    Add {
        name: String,
    },
    List,
    Remove {
        name: String,
    },
}

impl Args {
    /// A server, not a command.
    pub fn serves(&self) -> bool {
        self.command.is_none()
    }
}

pub fn run(args: Args, global: &Global, logs: Arc<Logs>) -> anyhow::Result<ExitCode> {
    let data = global.data_dir();
    if args.command.is_none() {
        appliance::carry_on(&data)?;
    }
    let settings = global.settings()?;
    let Some(command) = args.command else {
        let own = args.certificate.zip(args.key);
        let server = DeskServer { listen: args.listen, tls: args.tls || own.is_some(), own };
        appliance::serve_desk(&settings, &data, global.names_site(), &server, logs)?;
        return Ok(ExitCode::SUCCESS);
    };
    let mut store = appliance::open_desk_store(&settings, &data)?;
    let told = match command {
        Command::Agent(command) => agent(&mut store, command)?,
        Command::Kiosk(command) => kiosk(&mut store, command)?,
        Command::Records => records(&mut store)?,
        Command::Gaps => json!(store.gaps()?),
    };
    if args.json {
        println!("{told}");
    } else {
        print(&told);
    }
    Ok(ExitCode::SUCCESS)
}

fn agent(store: &mut DeskStore, command: Agent) -> anyhow::Result<Value> {
    match command {
        Agent::Add { name, display, languages, skills } => {
            let display = display.unwrap_or_else(|| name.clone());
            let profile = Profile { name, display, languages, skills, cases_max: AGENT_CASES_MAX };
            put_agent(store, &profile, &password::read()?)?;
            Ok(json!(profile))
        }
        Agent::List => {
            let profiles: Vec<Value> =
                store.agents()?.iter().filter_map(|profile| serde_json::from_str(profile).ok()).collect();
            Ok(json!(profiles))
        }
        Agent::Remove { name } => {
            if store.agent(&name)?.is_none() {
                bail!("there is no agent '{name}'; `usher desk agent list` names those there are");
            }
            store.remove_agent(&name)?;
            Ok(json!({"removed": name}))
        }
    }
}

fn kiosk(store: &mut DeskStore, command: Kiosk) -> anyhow::Result<Value> {
    match command {
        Kiosk::Add { name } => {
            let key = put_kiosk(store, &name)?;
            Ok(json!({"kiosk": name, "key": key}))
        }
        Kiosk::List => Ok(json!(store.kiosks()?)),
        Kiosk::Remove { name } => {
            if store.kiosk(&name)?.is_none() {
                bail!("there is no kiosk '{name}'; `usher desk kiosk list` names those there are");
            }
            store.remove_kiosk(&name)?;
            Ok(json!({"removed": name}))
        }
    }
}

fn records(store: &mut DeskStore) -> anyhow::Result<Value> {
    let mut all = Vec::new();
    for RecordRow { case, at, body, stars } in store.records()? {
        let mut record: Value = serde_json::from_str(&body).context("a record cannot be read")?;
        record["case"] = json!(case);
        record["at"] = json!(jiff::Timestamp::from_second(at)?.to_string());
        record["stars"] = json!(stars);
        all.push(record);
    }
    Ok(json!(all))
}

/// One line for each entry.
fn print(told: &Value) {
    match told {
        Value::Array(entries) => entries.iter().for_each(print),
        Value::Object(fields) => {
            let shown = fields.iter().map(|(name, value)| match value {
                Value::String(text) => format!("{name} {text}"),
                other => format!("{name} {other}"),
            });
            println!("{}", shown.collect::<Vec<_>>().join("  "));
        }
        Value::String(text) => println!("{text}"),
        other => println!("{other}"),
    }
}

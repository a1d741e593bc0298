//! `usher admin`: who may administer this appliance, for whoever stands before its console and lost the password.

use std::path::Path;
use std::process::ExitCode;

use clap::{Args as ClapArgs, Subcommand};
use serde_json::{Value, json};

use super::password;
use crate::admin::{self, Role, audit};
use crate::appliance;
use crate::store::AdminStore;

/// Who did it, in the audit log.
const WHO: &str = "console";

#[derive(ClapArgs)]
#[command(after_help = "Example: usher admin add anna --role owner\n         usher admin password anna")]
pub struct Args {
    #[command(subcommand)]
    command: Command,
    /// Print one JSON document.
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Subcommand)]
enum Command {
    /// Who there is.
    List,
    /// Add a person; the password is read from the terminal or from standard input.
    Add {
        name: String,
        /// viewer, technician or owner
        #[arg(long, default_value = "technician")]
        role: Role,
    },
    /// Give a person a new password. Their sessions end.
    Password { name: String },
    /// Give a person another role. Their sessions end.
    Role { name: String, role: Role },
    /// Remove a person. Their sessions end.
    Remove { name: String },
    /// The last lines of the audit log, and whether it is whole.
    Audit {
        #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(i64).range(1..=audit::LOOK_LINES_MAX))]
        lines: i64,
    },
}

/// Runs the command on the administration's file of `data`; a running appliance sees it at once.
///
/// # Errors
/// Those of the administration.
pub fn run(args: Args, data: &Path) -> anyhow::Result<ExitCode> {
    let mut store = appliance::open_admin_store(data)?;
    let store = &mut store;
    let (document, text, code) = match args.command {
        Command::List => list(store)?,
        Command::Add { name, role } => {
            admin::put_person(store, &name, role, &password::read()?)?;
            done(store, "people.add", &format!("{name} as {role}"))?
        }
        Command::Password { name } => {
            admin::set_password(store, &name, &password::read()?)?;
            done(store, "people.change", &format!("{name}, a new password"))?
        }
        Command::Role { name, role } => {
            admin::set_role(store, &name, role)?;
            done(store, "people.change", &format!("{name}, now {role}"))?
        }
        Command::Remove { name } => {
            admin::remove_person(store, &name)?;
            done(store, "people.remove", &name)?
        }
        Command::Audit { lines } => looked(store, lines)?,
    };
    if args.json {
        println!("{document:#}");
    } else {
        println!("{text}");
    }
    Ok(code)
}

/// The JSON document, the same for people, and the exit code.
type Outcome = anyhow::Result<(Value, String, ExitCode)>;

fn list(store: &mut AdminStore) -> Outcome {
    let people = store.people()?;
    let document = people.iter().map(|row| json!({"name": row.name, "role": row.role})).collect();
    let lines: Vec<String> = people.iter().map(|row| format!("{:40} {}", row.name, row.role)).collect();
    let text = if lines.is_empty() { "nobody; `usher admin add NAME --role owner`".into() } else { lines.join("\n") };
    Ok((document, text, ExitCode::SUCCESS))
}

fn done(store: &mut AdminStore, what: &str, detail: &str) -> Outcome {
    audit::append(store, WHO, what, detail)?;
    Ok((json!({"what": what, "detail": detail}), format!("{what}: {detail}"), ExitCode::SUCCESS))
}

fn looked(store: &mut AdminStore, lines: i64) -> Outcome {
    let verdict = audit::verify(store)?;
    let mut rows = store.audit(None, lines)?;
    rows.reverse();
    let shown =
        |row: &admin::AuditRow| format!("{:6}  {}  {:20} {:16} {}", row.seq, row.at, row.who, row.what, row.detail);
    let mut text: Vec<String> = rows.iter().map(shown).collect();
    text.push(match verdict.broken_at {
        None => format!("the audit log is whole ({} lines)", verdict.lines),
        Some(seq) => format!("the audit log was changed from outside at line {seq}"),
    });
    let rows: Vec<Value> = rows
        .iter()
        .map(|row| json!({"seq": row.seq, "at": row.at, "who": row.who, "what": row.what, "detail": row.detail, "hash": row.hash}))
        .collect();
    let document = json!({"lines": rows, "whole": verdict.is_whole(), "broken_at": verdict.broken_at});
    Ok((document, text.join("\n"), if verdict.is_whole() { ExitCode::SUCCESS } else { ExitCode::FAILURE }))
}

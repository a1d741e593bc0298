//! `usher doctor`: a table of what is good, doubtful and bad, each with its repair. Exits 1 when something is bad.

use std::path::Path;
use std::process::ExitCode;

use clap::Args as ClapArgs;
use serde::Serialize;
use sysinfo::{Disks, System};

use super::setting::{Global, runtime};
use crate::appliance::{self, Needs, Opened};
use crate::config::Settings;
use crate::domain::{Language, Question, Route};

/// Free space below which a model can no longer be replaced safely: the starter pack twice.
const DISK_FREE_MIN: u64 = 600 << 20;

/// Free memory below which a second visitor's turn may be refused: one turn's peak.
const MEMORY_FREE_MIN: u64 = 400 << 20;

#[derive(ClapArgs)]
#[command(after_help = "Example: usher doctor --site bank --json")]
pub struct Args {
    /// One JSON document.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Health {
    Good,
    Warning,
    Bad,
}

/// One line of the table.
#[derive(Debug, Serialize)]
struct Line {
    what: String,
    health: Health,
    finding: String,
    /// What a person does about it; empty when good.
    repair: String,
}

impl Line {
    fn good(what: &str, finding: impl Into<String>) -> Self {
        Self { what: what.into(), health: Health::Good, finding: finding.into(), repair: String::new() }
    }

    fn fault(health: Health, what: &str, finding: impl Into<String>, repair: impl Into<String>) -> Self {
        Self { what: what.into(), health, finding: finding.into(), repair: repair.into() }
    }
}

pub fn run(args: &Args, global: &Global) -> anyhow::Result<ExitCode> {
    let data = global.data_dir();
    let lines = examine(global, &data);
    if args.json {
        println!("{:#}", serde_json::json!({"lines": lines}));
    } else {
        lines.iter().for_each(print);
    }
    let bad = lines.iter().any(|line| line.health == Health::Bad);
    Ok(if bad { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn print(line: &Line) {
    let word = match line.health {
        Health::Good => "good   ",
        Health::Warning => "warning",
        Health::Bad => "bad    ",
    };
    println!("{word}  {:14} {}", line.what, line.finding);
    if !line.repair.is_empty() {
        println!("{:25}-> {}", "", line.repair);
    }
}

fn examine(global: &Global, data: &Path) -> Vec<Line> {
    let mut lines = vec![disk(data), memory()];
    let settings = match global.settings() {
        Ok(settings) => settings,
        Err(error) => {
            lines.push(Line::fault(Health::Bad, "configuration", format!("{error:#}"), "run `usher config check`"));
            return lines;
        }
    };
    lines.push(Line::good("configuration", settings.path.display().to_string()));
    let needs = Needs { hearing: true, voice: true, writing: true, seeing: false };
    match appliance::open(&settings, data, global.names_site(), needs) {
        Ok(opened) => lines.extend(opened_lines(&settings, &opened)),
        Err(error) => {
            lines.push(Line::fault(
                Health::Bad,
                "knowledge",
                format!("{error:#}"),
                "repair or move the file that is named",
            ));
        }
    }
    lines
}

fn opened_lines(settings: &Settings, opened: &Opened) -> Vec<Line> {
    let mut lines: Vec<Line> = opened
        .conversation
        .engines
        .names
        .iter()
        .map(|(role, name)| Line::good(role, format!("{name} loaded")))
        .collect();
    lines.extend(opened.missing.iter().map(|missing| {
        let health = if matters(&missing.role) { Health::Bad } else { Health::Warning };
        Line::fault(health, &missing.role, format!("{} is missing or cannot be used", missing.model), &missing.repair)
    }));
    for &language in &settings.site.languages {
        if !opened.conversation.engines.hears().contains(&language) {
            let finding = format!("no installed model hears '{language}'; typing and touch work");
            lines.push(Line::fault(
                Health::Warning,
                "hearing",
                finding,
                "run `usher models list` and pull one that does",
            ));
        }
    }
    lines.extend(settings.site.languages.iter().map(|&language| golden(settings, opened, language)));
    lines
}

/// Roles without which visitors get noticeably less than the site promises.
fn matters(role: &str) -> bool {
    matches!(role, "embedding" | "hearing" | "detection" | "voice" | "runtime")
}

/// The first question of the first topic, typed: it must be answered from its own item.
fn golden(settings: &Settings, opened: &Opened, language: Language) -> Line {
    let what = format!("golden {language}");
    match ask_golden(settings, opened, language) {
        Ok(true) => Line::good(&what, "a question of the first topic is answered from its item"),
        Ok(false) => Line::fault(
            Health::Bad,
            &what,
            "a question of the first topic is not answered from its item",
            "run `usher knowledge list`; import the site's knowledge again",
        ),
        Err(error) => Line::fault(Health::Bad, &what, format!("{error:#}"), "import the site's knowledge again"),
    }
}

fn ask_golden(settings: &Settings, opened: &Opened, language: Language) -> anyhow::Result<bool> {
    let conversation = &opened.conversation;
    let Some(id) = settings.site.topics.first().and_then(|topic| topic.items.first()).cloned() else { return Ok(true) };
    let wanted = id.clone();
    let item = conversation.knowledge.call(move |knowledge, _| knowledge.item(&wanted, language))?.wait()?.value?;
    let Some(text) = item.and_then(|item| item.questions.into_iter().next()) else { return Ok(false) };
    let question = Question::typed(text, language);
    let mut visit = crate::conversation::Visit::begin(language);
    let turn = runtime()?.block_on(conversation.turn(&mut visit, question, &mut |_| {}))?;
    let from = turn.answer.sources.first().map(|source| source.document.as_str());
    Ok(turn.answer.route == Route::Answer && from == Some(id.as_str()))
}

fn disk(data: &Path) -> Line {
    let place = data.ancestors().find(|folder| folder.exists()).and_then(|folder| folder.canonicalize().ok());
    let disks = Disks::new_with_refreshed_list().ok();
    let free = disks.as_ref().zip(place).and_then(|(disks, place)| {
        let mounted = disks.iter().filter(|disk| place.starts_with(disk.mount_point()));
        mounted.max_by_key(|disk| disk.mount_point().as_os_str().len()).map(|disk| disk.available_space())
    });
    match free {
        Some(free) if free < DISK_FREE_MIN => {
            Line::fault(Health::Bad, "disk", format!("{} MiB free", free >> 20), "free space in the data folder")
        }
        Some(free) => Line::good("disk", format!("{} MiB free", free >> 20)),
        None => Line::fault(Health::Warning, "disk", "free space is unknown", "check the data folder's file system"),
    }
}

fn memory() -> Line {
    let Ok(mut system) = System::new() else {
        return Line::fault(Health::Warning, "memory", "available memory is unknown", "check that /proc is mounted");
    };
    system.refresh_memory();
    let free = system.available_memory();
    if free < MEMORY_FREE_MIN {
        let repair = "stop other programs or choose a smaller pack";
        return Line::fault(Health::Warning, "memory", format!("{} MiB available", free >> 20), repair);
    }
    Line::good("memory", format!("{} MiB available", free >> 20))
}

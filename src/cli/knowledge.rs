//! `usher knowledge import | list | search | remove | export | eval`.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::{Args as ClapArgs, Subcommand};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};

use super::setting::{Global, runtime};
use crate::appliance::{self, Needs};
use crate::base::Clock;
use crate::conversation::Visit;
use crate::domain::{Language, Origin, Passage, Question, Route};
use crate::knowledge::evaluation::{self, Reply, Report};
use crate::knowledge::{Knowledge, Listed, Progress};

#[derive(ClapArgs)]
#[command(
    after_help = "Example: usher knowledge import items.jsonl documents/\n         usher knowledge search \"wheelchair at the gate\""
)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Take in items (.jsonl) and documents (.md, .txt), from files or folders; all of it or nothing.
    Import {
        #[arg(required = true)]
        paths: Vec<PathBuf>,
        #[arg(long)]
        json: bool,
    },
    /// What is known.
    List {
        #[arg(long)]
        json: bool,
    },
    /// What would be found for a question, with scores.
    Search {
        text: String,
        #[arg(long, value_name = "en|zh")]
        language: Option<Language>,
        #[arg(long)]
        json: bool,
    },
    /// Forget an item (by id) or a document (by file name), in every language.
    Remove { name: String },
    /// Write everything to a folder that `import` takes.
    Export { folder: PathBuf },
    /// Ask every case of a file and count.
    Eval {
        cases: PathBuf,
        #[arg(long)]
        json: bool,
    },
}

impl Args {
    /// Whether a file is written outside of the data folder.
    pub fn exports(&self) -> bool {
        matches!(self.what, What::Export { .. })
    }
}

pub fn run(args: &Args, global: &Global) -> anyhow::Result<ExitCode> {
    match &args.what {
        What::Import { paths, json } => import(&mut begun(global)?, paths, *json),
        What::List { json } => list(&mut opened(global)?, *json),
        What::Search { text, language, json } => search(global, text, *language, *json),
        What::Remove { name } => remove(&mut opened(global)?, name),
        What::Export { folder } => {
            let exported = opened(global)?.export(folder)?;
            println!("{} items and {} documents in {}", exported.items, exported.documents, folder.display());
            Ok(ExitCode::SUCCESS)
        }
        What::Eval { cases, json } => eval(global, cases, *json),
    }
}

/// The knowledge as a visitor's question would find it.
fn opened(global: &Global) -> anyhow::Result<Knowledge> {
    let data = global.data_dir();
    appliance::open_knowledge(&global.settings()?, &data, global.names_site(), appliance::open_embedder(&data)?)
}

/// The knowledge for an import: a database that does not exist yet begins empty unless the site was named.
fn begun(global: &Global) -> anyhow::Result<Knowledge> {
    let data = global.data_dir();
    appliance::begin_knowledge(&global.settings()?, &data, global.names_site(), appliance::open_embedder(&data)?)
}

fn import(knowledge: &mut Knowledge, paths: &[PathBuf], as_json: bool) -> anyhow::Result<ExitCode> {
    let bar = ProgressBar::new(0).with_style(ProgressStyle::with_template("{msg} [{wide_bar}] {pos}/{len}")?);
    let done = knowledge.import(paths, &mut |progress| match progress {
        Progress::Read { files } => bar.set_message(format!("{files} files read")),
        Progress::Embed { done, total } => {
            bar.set_message("placing by meaning");
            bar.set_length(total as u64);
            bar.set_position(done as u64);
        }
    })?;
    bar.finish_and_clear();
    if as_json {
        println!(
            "{:#}",
            json!({"items": done.items, "documents": done.documents, "passages": done.passages, "embedded": done.embedded})
        );
    } else {
        println!("{} items and {} documents ({} passages) imported", done.items, done.documents, done.passages);
    }
    Ok(ExitCode::SUCCESS)
}

fn list(knowledge: &mut Knowledge, as_json: bool) -> anyhow::Result<ExitCode> {
    let listed = knowledge.list()?;
    if as_json {
        let entries: Vec<Value> = listed.iter().map(entry).collect();
        println!("{:#}", Value::from(entries));
        return Ok(ExitCode::SUCCESS);
    }
    for entry in &listed {
        println!("{:8} {:2} {:32} {}", entry.kind, entry.language, entry.name, entry.title);
    }
    Ok(ExitCode::SUCCESS)
}

fn entry(listed: &Listed) -> Value {
    json!({
        "kind": listed.kind, "name": listed.name, "language": listed.language, "title": listed.title, "texts": listed.texts,
        "valid_from": listed.valid_from, "valid_until": listed.valid_until,
    })
}

fn search(global: &Global, text: &str, language: Option<Language>, as_json: bool) -> anyhow::Result<ExitCode> {
    let settings = global.settings()?;
    let language = language.or(Language::of_text(text)).unwrap_or(settings.site.languages[0]);
    let now = Clock::system(&settings.site.time_zone)?.now();
    let found = opened(global)?.search(text, language, now)?;
    if as_json {
        let passages: Vec<Value> = found.passages.iter().map(shown).collect();
        println!("{:#}", json!({"query": text, "language": language, "passages": passages}));
        return Ok(ExitCode::SUCCESS);
    }
    for passage in &found.passages {
        println!("{:.2}  {}  {}", passage.score, name(passage), passage.title);
    }
    Ok(ExitCode::SUCCESS)
}

fn shown(passage: &Passage) -> Value {
    json!({"origin": passage.origin, "language": passage.language, "title": passage.title, "text": passage.text, "score": passage.score})
}

fn name(passage: &Passage) -> String {
    match &passage.origin {
        Origin::Item { id } => id.clone(),
        Origin::Document { file, section } => format!("{file} · {section}"),
    }
}

fn remove(knowledge: &mut Knowledge, name: &str) -> anyhow::Result<ExitCode> {
    let removed = knowledge.remove(name)?;
    if removed == 0 {
        anyhow::bail!("no item or document is called '{name}'; `usher knowledge list` names them");
    }
    println!("{removed} removed");
    Ok(ExitCode::SUCCESS)
}

fn eval(global: &Global, cases: &std::path::Path, as_json: bool) -> anyhow::Result<ExitCode> {
    let cases = evaluation::read_cases(cases)?;
    let needs = Needs { hearing: false, voice: false, writing: true, seeing: false };
    let opened = appliance::open(&global.settings()?, &global.data_dir(), global.names_site(), needs)?;
    let runtime = runtime()?;
    let mut ask = |text: &str, language: Language| {
        let mut visit = Visit::begin(language);
        let question = Question::typed(text, language);
        let started = Instant::now();
        let turn = runtime.block_on(opened.conversation.turn(&mut visit, question, &mut |_| {}));
        reply(turn, started.elapsed())
    };
    let report = evaluation::evaluate(&cases, &mut ask);
    if as_json {
        println!("{:#}", serde_json::to_value(&report)?);
    } else {
        print_report(&report);
    }
    Ok(ExitCode::SUCCESS)
}

/// A turn that failed counts as a refusal without an answer: nothing was told.
fn reply(turn: Result<crate::conversation::Turn, crate::conversation::TurnError>, took: Duration) -> Reply {
    let ms = took.as_secs_f64() * 1000.0;
    match turn {
        Ok(turn) => Reply {
            route: turn.answer.route,
            item: turn.answer.sources.first().map(|source| source.document.clone()),
            answer: turn.answer.text,
            ms,
        },
        Err(error) => {
            tracing::warn!(%error, "a case failed");
            Reply { route: Route::Decline, item: None, answer: String::new(), ms }
        }
    }
}

fn print_report(report: &Report) {
    println!("cases           {}", report.cases);
    println!("correct         {} ({:.1} %)", report.correct, report.accuracy * 100.0);
    println!("answered        {}", report.answered);
    println!("refused         {}", report.refused);
    println!("false refusals  {}", report.false_refusals);
    println!("wrong answers   {}", report.wrong_answers);
    println!("median / p95    {:.1} / {:.1} ms", report.median_ms, report.p95_ms);
    for case in report.per_case.iter().filter(|case| !case.ok) {
        println!("  missed {}: {:?} {}", case.id, case.route, case.item.as_deref().unwrap_or("-"));
    }
}

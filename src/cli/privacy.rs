//! `usher privacy redact | eval | report`: what the redaction makes of a text, how well it does on labelled sentences, and what
//! this kiosk keeps.

mod report;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args as ClapArgs, Subcommand, ValueEnum};
use serde_json::{Value, json};

use super::setting::Global;
use crate::privacy::evaluation::{self, Case, Report};

#[derive(ClapArgs)]
#[command(after_help = "Example: usher privacy eval tests/privacy/cases.zh.jsonl --part held-out")]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// What is processed, where, how long, by which models: material for the operator's impact assessment.
    Report(report::Args),
    /// The text without its personal data.
    Redact {
        text: String,
        #[arg(long)]
        json: bool,
    },
    /// Count recall and precision on labelled sentences (.json or .jsonl), by kind.
    Eval {
        cases: PathBuf,
        /// Rules may be tuned on one part of a file only; the part held out (every eighth template or line) tells how well they do.
        #[arg(long)]
        part: Option<Part>,
        /// Name what was missed and what is false.
        #[arg(long)]
        faults: bool,
        #[arg(long)]
        json: bool,
    },
}

#[derive(Clone, Copy, ValueEnum)]
enum Part {
    Tuning,
    HeldOut,
}

pub fn run(args: &Args, global: &Global) -> anyhow::Result<ExitCode> {
    match &args.what {
        What::Report(args) => return report::run(args, global),
        What::Redact { text, json } => redact(text, *json),
        What::Eval { cases, part, faults, json } => eval(cases, *part, *faults, *json)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn redact(text: &str, as_json: bool) {
    let redacted = crate::privacy::redact(text);
    if as_json {
        println!("{:#}", json!({"text": redacted.text, "withheld": redacted.withheld}));
    } else {
        println!("{}", redacted.text);
    }
}

fn eval(cases: &Path, part: Option<Part>, faults: bool, as_json: bool) -> anyhow::Result<()> {
    let cases = evaluation::read_cases(cases)?;
    let chosen = |case: &&Case| match part {
        None => true,
        Some(Part::Tuning) => case.part == evaluation::Part::Tuning,
        Some(Part::HeldOut) => case.part == evaluation::Part::HeldOut,
    };
    let report = evaluation::evaluate(cases.iter().filter(chosen));
    if as_json {
        println!("{:#}", summary(&report, faults));
        return Ok(());
    }
    print_report(&report);
    for fault in report.faults.iter().filter(|_| faults) {
        let what = if fault.missed { "missed" } else { "false" };
        println!("{what:6}  {:8}  {:?}  in {:?}", fault.kind.word(), fault.words, fault.text);
    }
    Ok(())
}

fn summary(report: &Report, faults: bool) -> Value {
    let kinds = report.kinds.iter().map(|(kind, count)| {
        let rates = json!({
            "spans": count.spans, "found": count.found, "recall": count.recall(),
            "findings": count.findings, "wrong": count.wrong, "precision": count.precision(),
        });
        (kind.word().to_owned(), rates)
    });
    let mut summary = json!({"cases": report.cases, "kinds": kinds.collect::<serde_json::Map<_, _>>()});
    if faults {
        summary["faults"] = json!(report.faults);
    }
    summary
}

fn print_report(report: &Report) {
    let percent = |rate: Option<f64>| rate.map_or_else(|| "-".to_owned(), |rate| format!("{:.1} %", rate * 100.0));
    println!("{} cases", report.cases);
    println!(
        "{:10} {:>6} {:>6} {:>8} {:>9} {:>6} {:>10}",
        "kind", "spans", "found", "recall", "findings", "false", "precision"
    );
    for (kind, count) in &report.kinds {
        let (recall, precision) = (percent(count.recall()), percent(count.precision()));
        println!(
            "{:10} {:>6} {:>6} {recall:>8} {:>9} {:>6} {precision:>10}",
            kind.word(),
            count.spans,
            count.found,
            count.findings,
            count.wrong
        );
    }
}

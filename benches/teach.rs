//! Teaches the second reader of `privacy` what names and addresses look like in English: `cargo bench --bench teach`, a quarter of an hour.
//!
//! Reads `tests/privacy/lessons.en.jsonl` and writes `src/privacy/learned/weights.txt`. The same lessons and rules give the same weights.
//! Whoever changes a rule of English names or addresses, or a feature, teaches again; how good it has become tells
//! `usher privacy eval tests/privacy/unseen.en.jsonl`, which no lesson may come from.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write;
use std::path::Path;

use anyhow::{Context, Result};
use crfs::train::Trainer;
use crfs::{Attribute, Model};
use usher::privacy::evaluation::{Case, read_cases};
use usher::privacy::learned::LABELS;
use usher::privacy::learned::teaching::{Lesson, lesson, taken_out};

/// Against learning by heart: the weights of the absolute values and of the squares of all weights.
const C1: f64 = 0.1;
const C2: f64 = 0.3;
const ITERATIONS_MAX: usize = 100;

/// Features seen less often teach a case by heart and nothing of the next.
const SEEN_LEAST: usize = 2;

/// One of so many cases is also a lesson of a text that was redacted before.
const TAKEN_OUT_EVERY: usize = 3;

/// Weights below this change nothing and would only be read.
const LEAST: f64 = 0.005;

const HEAD: &str = "\
# Weights of the second reader of English text. Made by `cargo bench --bench teach` from tests/privacy/lessons.en.jsonl: do not edit.
# Each line: a feature, a tab, its weights for no personal data, a name, an address, other personal data. `>` begins the weights of
# the steps from a label to the next word's.
";

type Rows = BTreeMap<String, [f64; LABELS.len()]>;

fn main() -> Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let cases = read_cases(&root.join("tests/privacy/lessons.en.jsonl"))?;
    let model = tempfile::NamedTempFile::new().context("a temporary file can be made")?;
    let lessons = train(&cases, model.path())?;
    let rows = weights(&std::fs::read(model.path())?)?;
    let path = root.join("src/privacy/learned/weights.txt");
    std::fs::write(&path, text(&rows)).with_context(|| format!("{} cannot be written", path.display()))?;
    println!("{lessons} lessons gave {} features, in {}", rows.len(), path.display());
    Ok(())
}

fn train(cases: &[Case], model: &Path) -> Result<usize> {
    let mut seen: HashMap<String, usize> = HashMap::new();
    for (feature, _) in lessons(cases).flatten() {
        feature.into_iter().for_each(|feature| *seen.entry(feature).or_default() += 1);
    }
    let mut trainer = Trainer::lbfgs().with_c1(C1)?.with_c2(C2)?.with_max_iterations(ITERATIONS_MAX)?;
    let mut count = 0;
    for lesson in lessons(cases) {
        let attributes = |features: &Vec<String>| -> Vec<Attribute> {
            let often = features.iter().filter(|feature| seen[*feature] >= SEEN_LEAST);
            often.map(|feature| Attribute::new(feature.clone(), 1.0)).collect()
        };
        let items: Vec<Vec<Attribute>> = lesson.iter().map(|(features, _)| attributes(features)).collect();
        let labels: Vec<&str> = lesson.iter().map(|(_, label)| *label).collect();
        trainer.append(&items, &labels)?;
        count += 1;
    }
    trainer.train(model)?;
    Ok(count)
}

/// Every case as a lesson, and some as they look when their personal data was taken out. Made when they are asked for: all at once
/// they are a gigabyte.
fn lessons(cases: &[Case]) -> impl Iterator<Item = Lesson> {
    let of = |(number, case): (usize, &Case)| {
        let again = (number % TAKEN_OUT_EVERY == 0 && !case.spans.is_empty()).then(|| lesson(&taken_out(case)));
        std::iter::once(lesson(case)).chain(again)
    };
    cases.iter().enumerate().flat_map(of).filter(|lesson| !lesson.is_empty())
}

/// The weights in a trained model, from its dump: the library has no other way to them.
fn weights(model: &[u8]) -> Result<Rows> {
    let mut dump = Vec::new();
    Model::new(model)?.dump(&mut dump)?;
    let dump = String::from_utf8(dump).context("the dump is text")?;
    let (mut rows, mut prefix) = (Rows::new(), None);
    for line in dump.lines() {
        match line {
            "TRANSITIONS = {" => prefix = Some(">"),
            "STATE_FEATURES = {" => prefix = Some(""),
            "}" => prefix = None,
            line => {
                let Some(prefix) = prefix else { continue };
                let (feature, label, weight) = parsed(line).with_context(|| format!("the dump has `{line}`"))?;
                if weight.abs() >= LEAST {
                    rows.entry(format!("{prefix}{feature}")).or_default()[label] = weight;
                }
            }
        }
    }
    Ok(rows)
}

/// `  (0) w=gate --> O: 0.123456`.
fn parsed(line: &str) -> Option<(&str, usize, f64)> {
    let (feature, weight) = line.split_once(") ")?.1.rsplit_once(": ")?;
    let (feature, label) = feature.rsplit_once(" --> ")?;
    Some((feature, LABELS.iter().position(|known| *known == label)?, weight.parse().ok()?))
}

fn text(rows: &Rows) -> String {
    let mut text = HEAD.to_owned();
    for (feature, weights) in rows {
        let weights = weights.map(|weight| format!("{}", (weight * 100.0).round() / 100.0 + 0.0));
        writeln!(text, "{feature}\t{}", weights.join(" ")).expect("text takes text");
    }
    text
}

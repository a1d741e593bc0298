//! The models as a JSON document and as a table for people.

use serde_json::{Value, json};

use crate::models::{Catalogue, Engine, Entry, Finding, Installed, Member, Missing, Model, Pack, Pulled, Shelf, State};

/// A model of the pack with its files as they stand.
struct Row<'a> {
    model: &'a Model,
    files: Vec<(&'a Member, State)>,
    state: &'static str,
}

pub(super) fn list_document(shelf: &Shelf, pack: &Pack, installed: &Installed, catalogue: Option<&Catalogue>) -> Value {
    let rows = rows(shelf, pack, installed);
    let missing: Vec<Value> = installed
        .missing()
        .iter()
        .map(|gone| json!({"role": gone.role, "model": gone.model, "fault": gone.fault, "repair": gone.repair}))
        .collect();
    let mut document = json!({
        "pack": pack.name,
        "folder": shelf.root(),
        "bytes": rows.iter().map(Row::bytes).sum::<u64>(),
        "models": rows.iter().map(Row::document).collect::<Vec<_>>(),
        "missing": missing,
    });
    if let Some(catalogue) = catalogue {
        document["catalogue"] = catalogue.entries.iter().map(entry_document).collect();
    }
    document
}

pub(super) fn list_text(shelf: &Shelf, pack: &Pack, installed: &Installed, catalogue: Option<&Catalogue>) -> String {
    let mut lines = vec![format!("{} in {}", pack.title, shelf.root().display())];
    lines.extend(rows(shelf, pack, installed).iter().map(Row::line));
    lines.extend(installed.missing().iter().map(missing_line));
    for entry in catalogue.iter().flat_map(|catalogue| &catalogue.entries) {
        lines.push(entry_line(entry));
    }
    lines.join("\n")
}

pub(super) fn findings_document(findings: &[Finding]) -> Value {
    let files: Vec<Value> = findings
        .iter()
        .map(|f| json!({"target": f.target, "state": f.state.words(), "want": f.want, "got": f.got}))
        .collect();
    json!({"good": findings.iter().all(Finding::is_good), "files": files})
}

pub(super) fn findings_text(findings: &[Finding]) -> String {
    let bad: Vec<String> = findings.iter().filter(|finding| !finding.is_good()).map(finding_line).collect();
    match bad.is_empty() {
        true => format!("all {} files are whole", findings.len()),
        false => format!("{}\nrun `usher models pull` to fetch them again", bad.join("\n")),
    }
}

pub(super) fn pulled_line(pulled: &Pulled) -> String {
    let (fetched, kept) = (pulled.fetched.len(), pulled.kept.len());
    match fetched {
        0 => format!("nothing to fetch: {kept} packages are here and whole"),
        _ => format!("packages fetched: {fetched} ({}), already here: {kept}", size(pulled.bytes)),
    }
}

pub(super) fn missing_line(gone: &Missing) -> String {
    format!("missing {} ({}): {}; run `{}`", gone.model, gone.role, gone.fault, gone.repair)
}

/// Megabytes, as disks are sold.
pub(super) fn size(bytes: u64) -> String {
    format!("{:.1} MB", bytes as f64 / 1e6)
}

fn finding_line(finding: &Finding) -> String {
    match &finding.got {
        Some(got) => format!("{}: {}: want {}, got {got}", finding.target, finding.state.words(), finding.want),
        None => format!("{}: missing", finding.target),
    }
}

fn rows<'a>(shelf: &Shelf, pack: &'a Pack, installed: &Installed) -> Vec<Row<'a>> {
    let states = shelf.states(pack);
    let row = |model: &'a Model| {
        let files = states.iter().filter(|(member, _)| member.folder() == model.name).copied().collect();
        let mut row = Row { model, files, state: "" };
        row.state = row.stands(installed);
        row
    };
    pack.models.iter().map(row).collect()
}

impl Row<'_> {
    fn bytes(&self) -> u64 {
        self.files.iter().map(|(member, _)| member.bytes).sum()
    }

    /// The first fault of a file, or how little is known of the files.
    fn stands(&self, installed: &Installed) -> &'static str {
        if installed.missing().iter().any(|gone| gone.model == self.model.name && self.files.is_empty()) {
            return State::Missing.words();
        }
        let worst = self.files.iter().map(|(_, state)| *state).find(|state| *state != State::Verified);
        match (worst, &self.model.engine) {
            (None, Engine::Espeak { .. }) => "installed",
            (worst, _) => worst.unwrap_or(State::Verified).words(),
        }
    }

    fn document(&self) -> Value {
        let files: Vec<Value> = self
            .files
            .iter()
            .map(|(m, state)| json!({"target": m.target, "bytes": m.bytes, "sha256": m.sha256, "state": state.words()}))
            .collect();
        let model = self.model;
        json!({
            "name": model.name, "title": model.title, "role": model.role, "engine": model.engine.word(),
            "languages": model.languages, "licence": model.licence, "memory_mb": model.memory_mb,
            "bytes": self.bytes(), "state": self.state, "files": files,
        })
    }

    fn line(&self) -> String {
        let model = self.model;
        let (name, engine, languages) = (&model.name, model.engine.word(), model.languages.join(","));
        let bytes = size(self.bytes());
        format!(
            "{:<10} {name:<22} {engine:<17} {languages:<6} {bytes:>9}  {:<12} {}",
            model.role, self.state, model.licence
        )
    }
}

fn entry_document(entry: &Entry) -> Value {
    json!({
        "name": entry.name, "title": entry.title, "role": entry.role, "languages": entry.languages,
        "licence": entry.licence, "memory_mb": entry.memory_mb, "repository": entry.repository,
        "engine": entry.engine.as_ref().map(Engine::word), "pinned": entry.pinned, "reason": entry.reason,
    })
}

fn entry_line(entry: &Entry) -> String {
    let engine = entry.engine.as_ref().map_or("no engine yet", Engine::word);
    let pinned = if entry.pinned { "pinned" } else { "not pinned" };
    let languages = entry.languages.join(",");
    let (name, memory) = (&entry.name, entry.memory_mb);
    format!("{:<10} {name:<22} {engine:<19} {languages:<15} {memory:>5} MB  {pinned:<11} {}", entry.role, entry.licence)
}

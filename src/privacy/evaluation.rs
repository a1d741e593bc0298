//! Counts how well personal data is found in labelled sentences, by kind. Reads two formats; knows no pattern of a finder.
//!
//! A labelled span is *found* when every letter and digit of it is covered, by findings of whatever kind: what is covered is
//! withheld. A finding is *false* when it overlaps no labelled span of personal data. Spans of labels that redaction does not
//! promise (a country, an organisation, a date, a job) are neither: they are not missed, and a finding on one is false,
//! but for a date of birth on a labelled date.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{Finding, Kind, find};

/// Why a file of cases was not read.
#[derive(Debug, thiserror::Error)]
pub enum CasesError {
    #[error("{path} was not read")]
    Read {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("{path}, case {case}: is none; a case has `text` and `spans` of `kind`, `start` and `end` in characters")]
    Form {
        path: PathBuf,
        case: usize,
        #[source]
        source: serde_json::Error,
    },
    #[error("{path}, case {case}: the span {start}..{end} is not in the text")]
    Span { path: PathBuf, case: usize, start: usize, end: usize },
}

/// One of so many templates is held out, or of lines where a file has no templates: with each look at errors less is left.
const PARTS: usize = 8;

/// A sentence and its personal data.
#[derive(Debug, Clone)]
pub struct Case {
    pub text: String,
    pub spans: Vec<Span>,
    pub part: Part,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// What rules may be tuned on.
    Tuning,
    /// What nobody looks into: it tells how well the rules do on texts of other forms.
    HeldOut,
}

/// A labelled span, in bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    pub start: usize,
    pub end: usize,
    /// `None` is what redaction does not promise.
    pub kind: Option<Kind>,
    pub label: String,
}

#[derive(Deserialize)]
struct Typed {
    #[serde(alias = "full_text")]
    text: String,
    #[serde(default)]
    spans: Vec<TypedSpan>,
    template_id: Option<usize>,
}

#[derive(Deserialize)]
struct TypedSpan {
    #[serde(alias = "entity_type")]
    kind: String,
    #[serde(alias = "start_position")]
    start: usize,
    #[serde(alias = "end_position")]
    end: usize,
}

/// What was counted for one kind.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Count {
    /// Labelled spans, and how many of them are wholly covered.
    pub spans: usize,
    pub found: usize,
    /// Findings of this kind, and how many of them overlap no labelled span.
    pub findings: usize,
    pub wrong: usize,
}

impl Count {
    /// Share of the labelled spans that were found; `None` when there is none.
    pub fn recall(&self) -> Option<f64> {
        share(self.found, self.spans)
    }

    /// Share of the findings that are personal data; `None` when there is none.
    pub fn precision(&self) -> Option<f64> {
        share(self.findings - self.wrong, self.findings)
    }
}

fn share(part: usize, whole: usize) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

/// A span that was missed or a finding that is false, for the person who improves the rules.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Fault {
    pub kind: Kind,
    pub missed: bool,
    pub words: String,
    pub text: String,
}

#[derive(Debug, Clone, Default, Serialize)]
pub struct Report {
    pub cases: usize,
    pub kinds: BTreeMap<Kind, Count>,
    pub faults: Vec<Fault>,
}

/// Reads JSON (one list) or JSONL (one case a line).
///
/// # Errors
/// When the file is not there, a case has another form, or a span is not in its text.
pub fn read_cases(path: &Path) -> Result<Vec<Case>, CasesError> {
    let text = std::fs::read_to_string(path).map_err(|source| CasesError::Read { path: path.into(), source })?;
    let form = |case: usize| move |source| CasesError::Form { path: path.into(), case, source };
    let typed: Vec<Typed> = if text.trim_start().starts_with('[') {
        serde_json::from_str(&text).map_err(form(0))?
    } else {
        let lines = text.lines().filter(|line| !line.trim().is_empty());
        lines.enumerate().map(|(at, line)| serde_json::from_str(line).map_err(form(at))).collect::<Result<_, _>>()?
    };
    typed.into_iter().enumerate().map(|(at, typed)| meant(path, at, typed)).collect()
}

fn meant(path: &Path, case: usize, typed: Typed) -> Result<Case, CasesError> {
    let places: Vec<usize> = typed.text.char_indices().map(|(at, _)| at).chain([typed.text.len()]).collect();
    let span = |typed: TypedSpan| {
        let TypedSpan { kind: label, start, end } = typed;
        match (places.get(start), places.get(end)) {
            (Some(from), Some(to)) if from < to => Ok(Span { start: *from, end: *to, kind: kind(&label), label }),
            _ => Err(CasesError::Span { path: path.into(), case, start, end }),
        }
    };
    let spans = typed.spans.into_iter().map(span).collect::<Result<_, _>>()?;
    let held_out = typed.template_id.unwrap_or(case) % PARTS == PARTS - 1;
    let part = if held_out { Part::HeldOut } else { Part::Tuning };
    Ok(Case { text: typed.text, spans, part })
}

/// Our own word for a label, or for one of the usual labels of public data.
fn kind(label: &str) -> Option<Kind> {
    let ours = Kind::ALL.into_iter().find(|kind| kind.word() == label);
    ours.or(match label {
        "PERSON" => Some(Kind::Person),
        "US_SSN" | "US_PASSPORT" | "US_DRIVER_LICENSE" | "UK_NHS" => Some(Kind::Document),
        "CREDIT_CARD" => Some(Kind::Card),
        "IBAN_CODE" | "US_BANK_NUMBER" => Some(Kind::Account),
        "PHONE_NUMBER" => Some(Kind::Phone),
        "EMAIL_ADDRESS" => Some(Kind::Email),
        "STREET_ADDRESS" | "ZIP_CODE" => Some(Kind::Address),
        "IP_ADDRESS" => Some(Kind::Network),
        _ => None,
    })
}

/// Finds in every case and counts.
pub fn evaluate<'a>(cases: impl Iterator<Item = &'a Case>) -> Report {
    let mut report = Report::default();
    for case in cases {
        report.cases += 1;
        let found = find(&case.text);
        case.spans.iter().filter_map(|span| Some((span, span.kind?))).for_each(|(span, kind)| {
            let covered = is_covered(&case.text, span, &found);
            let count = report.kinds.entry(kind).or_default();
            count.spans += 1;
            count.found += usize::from(covered);
            report.fault_unless(covered, kind, true, &case.text, span.start..span.end);
        });
        for finding in &found {
            let right = case.spans.iter().any(|span| is_right(finding, span));
            let count = report.kinds.entry(finding.kind).or_default();
            count.findings += 1;
            count.wrong += usize::from(!right);
            report.fault_unless(right, finding.kind, false, &case.text, finding.start..finding.end);
        }
    }
    report
}

impl Report {
    fn fault_unless(&mut self, good: bool, kind: Kind, missed: bool, text: &str, range: std::ops::Range<usize>) {
        if !good {
            self.faults.push(Fault { kind, missed, words: text[range].to_owned(), text: text.to_owned() });
        }
    }
}

fn is_covered(text: &str, span: &Span, found: &[Finding]) -> bool {
    let covered = |at: usize| found.iter().any(|finding| (finding.start..finding.end).contains(&at));
    text[span.start..span.end].char_indices().all(|(at, c)| !c.is_alphanumeric() || covered(span.start + at))
}

fn is_right(finding: &Finding, span: &Span) -> bool {
    let overlaps = finding.start < span.end && span.start < finding.end;
    let birth = finding.kind == Kind::Birth && span.label == "DATE_TIME";
    overlaps && (span.kind.is_some() || birth)
}

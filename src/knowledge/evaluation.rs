//! Measures whoever answers against cases with known right answers. Knows the contract's case and report, not how answers come about.

use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::KnowledgeError;
use super::limits::{FILE_BYTES_MAX, SHORT_CHARS_MAX};
use crate::base::limits::QUESTION_CHARS_MAX;
use crate::domain::{Language, Route};

/// One question with what its answer must be.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    pub id: String,
    pub question: String,
    pub language: Language,
    pub expect: Expect,
}

/// What is expected; everything that is said must hold.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expect {
    #[serde(default)]
    pub route: Routes,
    /// The item that must have been answered with.
    #[serde(default)]
    pub item: Option<String>,
    /// Texts that the answer must hold, in any case of letters.
    #[serde(default)]
    pub contains: Vec<String>,
    /// Texts that it must not hold.
    #[serde(default)]
    pub lacks: Vec<String>,
}

/// One route, several that are right, or any.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(untagged)]
pub enum Routes {
    One(Route),
    Several(Vec<Route>),
    #[default]
    #[serde(skip)]
    Any,
}

impl Routes {
    fn allows(&self, route: Route) -> bool {
        match self {
            Self::One(only) => *only == route,
            Self::Several(routes) => routes.contains(&route),
            Self::Any => true,
        }
    }

    /// Whether an answer is asked for, not a refusal.
    fn wants_answer(&self) -> bool {
        self.allows(Route::Answer) || self.allows(Route::Show) || self.allows(Route::Errand)
    }
}

/// What was replied to one question.
#[derive(Debug, Clone, PartialEq)]
pub struct Reply {
    pub route: Route,
    pub item: Option<String>,
    pub answer: String,
    pub ms: f64,
}

/// The contract's report.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    pub cases: usize,
    pub correct: usize,
    /// `correct / cases`.
    pub accuracy: f64,
    /// Replies that answered, showed or did something.
    pub answered: usize,
    /// Replies that declined or handed off.
    pub refused: usize,
    /// Refusals where an answer was expected.
    pub false_refusals: usize,
    /// Answers that were not correct.
    pub wrong_answers: usize,
    pub median_ms: f64,
    pub p95_ms: f64,
    pub per_case: Vec<Verdict>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Verdict {
    pub id: String,
    pub ok: bool,
    pub route: Route,
    pub item: Option<String>,
    pub answer: String,
    pub ms: f64,
}

/// Reads cases from JSON lines; blank lines are passed over.
///
/// # Errors
/// [`KnowledgeError`] naming the file, and the line where one is at fault.
pub fn read_cases(path: &Path) -> Result<Vec<Case>, KnowledgeError> {
    let unreadable = |source| KnowledgeError::Unreadable { path: path.into(), source };
    let file = |reason: String| KnowledgeError::File { path: path.into(), reason };
    let bytes = fs::metadata(path).map_err(unreadable)?.len();
    if bytes > FILE_BYTES_MAX {
        return Err(file(format!("it has {bytes} bytes; at most {FILE_BYTES_MAX} are taken")));
    }
    let text = String::from_utf8(fs::read(path).map_err(unreadable)?).map_err(|_| file("it is not UTF-8".into()))?;
    let mut cases: Vec<Case> = Vec::new();
    for (line, text) in (1..).zip(text.lines()).filter(|(_, text)| !text.trim().is_empty()) {
        let wrong = |reason| KnowledgeError::Line { path: path.into(), line, reason };
        let case = read_case(text).map_err(wrong)?;
        if cases.iter().any(|other| other.id == case.id) {
            return Err(wrong(format!("the id '{}' stands on an earlier line too", case.id)));
        }
        cases.push(case);
    }
    if cases.is_empty() { Err(file("it holds no cases".into())) } else { Ok(cases) }
}

fn read_case(line: &str) -> Result<Case, String> {
    let case: Case = serde_json::from_str(line).map_err(|error| format!("not a case: {error}"))?;
    match () {
        () if case.id.trim().is_empty() || case.id.chars().count() > SHORT_CHARS_MAX => {
            Err(format!("id is blank or longer than {SHORT_CHARS_MAX} characters"))
        }
        () if case.question.chars().count() > QUESTION_CHARS_MAX => {
            Err(format!("question is longer than {QUESTION_CHARS_MAX} characters"))
        }
        () if matches!(&case.expect.route, Routes::Several(routes) if routes.is_empty()) => {
            Err("route allows nothing".into())
        }
        () => Ok(case),
    }
}

/// Asks every case, in order.
pub fn evaluate(cases: &[Case], ask: &mut dyn FnMut(&str, Language) -> Reply) -> Report {
    let judged: Vec<(bool, Verdict)> = cases
        .iter()
        .map(|case| {
            let reply = ask(&case.question, case.language);
            (case.expect.route.wants_answer(), verdict(case, reply))
        })
        .collect();
    let count =
        |test: &dyn Fn(bool, &Verdict) -> bool| judged.iter().filter(|(wanted, one)| test(*wanted, one)).count();
    let mut times: Vec<f64> = judged.iter().map(|(_, verdict)| verdict.ms).collect();
    times.sort_by(f64::total_cmp);
    let correct = count(&|_, verdict| verdict.ok);
    Report {
        cases: cases.len(),
        correct,
        accuracy: if cases.is_empty() { 0.0 } else { correct as f64 / cases.len() as f64 },
        answered: count(&|_, verdict| answers(verdict.route)),
        refused: count(&|_, verdict| refuses(verdict.route)),
        false_refusals: count(&|wanted, verdict| wanted && refuses(verdict.route) && !verdict.ok),
        wrong_answers: count(&|_, verdict| answers(verdict.route) && !verdict.ok),
        median_ms: quantile(&times, 0.5),
        p95_ms: quantile(&times, 0.95),
        per_case: judged.into_iter().map(|(_, verdict)| verdict).collect(),
    }
}

fn verdict(case: &Case, reply: Reply) -> Verdict {
    let answer = reply.answer.to_lowercase();
    let holds = |text: &String| answer.contains(&text.to_lowercase());
    let ok = case.expect.route.allows(reply.route)
        && case.expect.item.as_ref().is_none_or(|item| reply.item.as_ref() == Some(item))
        && case.expect.contains.iter().all(holds)
        && !case.expect.lacks.iter().any(holds);
    Verdict { id: case.id.clone(), ok, route: reply.route, item: reply.item, answer: reply.answer, ms: reply.ms }
}

fn answers(route: Route) -> bool {
    matches!(route, Route::Answer | Route::Show | Route::Errand)
}

fn refuses(route: Route) -> bool {
    matches!(route, Route::Decline | Route::Handoff)
}

/// The nearest-rank quantile of sorted `times`; 0 when there is none.
fn quantile(times: &[f64], part: f64) -> f64 {
    let rank = (times.len() as f64 * part).ceil() as usize;
    times.get(rank.saturating_sub(1)).copied().unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cases(lines: &str) -> Result<Vec<Case>, KnowledgeError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cases.jsonl");
        fs::write(&path, lines).unwrap();
        read_cases(&path)
    }

    #[test]
    fn the_report_counts_what_the_contract_names() {
        let lines = r#"
            {"id":"right","question":"a","language":"en","expect":{"route":"answer","item":"x","contains":["LEVEL 2"],"lacks":["no"]}}
            {"id":"other-item","question":"b","language":"en","expect":{"route":"answer","item":"y"}}
            {"id":"refused","question":"c","language":"zh","expect":{"route":["answer","show"]}}
            {"id":"declined","question":"d","language":"en","expect":{"route":["decline","handoff"]}}
            {"id":"invented","question":"e","language":"en","expect":{"route":"decline"}}
            {"id":"lacking","question":"f","language":"en","expect":{"contains":["three"]}}"#;
        let cases = cases(lines).unwrap();
        let mut asked = Vec::new();
        let report = evaluate(&cases, &mut |question, language| {
            asked.push((question.to_owned(), language));
            let (route, item) = match question {
                "c" => (Route::Decline, None),
                "d" => (Route::Handoff, None),
                _ => (Route::Answer, Some("x".to_owned())),
            };
            Reply { route, item, answer: "On level 2.".into(), ms: asked.len() as f64 }
        });
        assert_eq!(asked[2], ("c".to_owned(), Language::Chinese));
        let counts = (
            report.cases,
            report.correct,
            report.answered,
            report.refused,
            report.false_refusals,
            report.wrong_answers,
        );
        assert_eq!(counts, (6, 2, 4, 2, 1, 3));
        assert_eq!((report.median_ms, report.p95_ms), (3.0, 6.0));
        let ok: Vec<bool> = report.per_case.iter().map(|verdict| verdict.ok).collect();
        assert_eq!(ok, [true, false, false, true, false, false]);
        let json = serde_json::to_value(&report).unwrap();
        let keys: Vec<&String> = json.as_object().unwrap().keys().collect();
        let want = "cases correct accuracy answered refused false_refusals wrong_answers median_ms p95_ms per_case";
        assert_eq!(keys, want.split(' ').collect::<Vec<_>>());
        let keys: Vec<&String> = json["per_case"][0].as_object().unwrap().keys().collect();
        assert_eq!(keys, ["id", "ok", "route", "item", "answer", "ms"]);
    }

    #[test]
    fn bad_case_lines_are_named() {
        let good = r#"{"id":"a","question":"q","language":"en","expect":{"route":"answer"}}"#;
        for (line, reason) in [
            ("{", "not a case"),
            (r#"{"id":"b","question":"q","language":"en","expect":{"route":"maybe"}}"#, "not a case"),
            (r#"{"id":"b","question":"q","language":"en","expect":{"rout":"answer"}}"#, "unknown field `rout`"),
            (r#"{"id":"b","question":"q","language":"en","expect":{"route":[]}}"#, "route allows nothing"),
            (good, "stands on an earlier line"),
        ] {
            let error = cases(&format!("{good}\n{line}\n")).unwrap_err().to_string();
            assert!(error.contains("line 2") && error.contains(reason), "{error}");
        }
        assert!(cases("\n").unwrap_err().to_string().contains("it holds no cases"));
    }
}

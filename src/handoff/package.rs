//! What the person at the desk knows of a visit before the first word: typed, versioned, redacted.
//!
//! Revision 1 goes out with the request and holds nothing that the visitor said; revision 2 follows when the visitor has let
//! it go, without the lines that were struck. `docs/handoff.md` shows its JSON.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::rules::Rule;
use crate::domain::{Exchange, Language, Route, Source};
use crate::privacy;

/// The package's format. Fields are added freely; a change of meaning raises it.
pub const VERSION: u32 = 1;

/// Turns kept for the package; older ones are named as withheld.
const TURNS_MAX: usize = 20;

/// Longest line of need, words (or Chinese characters): it is read at a glance.
const NEED_WORDS_MAX: usize = 60;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Package {
    pub version: u32,
    pub revision: u32,
    pub case: String,
    /// Visit and last turn: the same wish is never two cases.
    pub key: String,
    /// Shown to the visitor, on tickets and in lost links.
    pub code: String,
    pub site: String,
    pub kiosk: String,
    pub place: String,
    pub language: Language,
    pub needs: Vec<String>,
    pub rule: Rule,
    pub topic: Option<String>,
    pub need: String,
    /// The turn that `need` repeats, so that it is struck with its question. Not sent.
    #[serde(skip)]
    need_turn: Option<usize>,
    pub facts: Vec<Fact>,
    pub tried: Vec<Tried>,
    pub shown: Vec<ShownPassage>,
    pub errands: Vec<Errand>,
    pub transcript: Vec<Line>,
    pub mood: Option<Mood>,
    pub risks: Vec<Rule>,
    pub versions: BTreeMap<String, String>,
    pub withheld: Vec<Withheld>,
    /// RFC 3339.
    pub asked_at: String,
}

/// Something usher told the visitor from an approved source.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Fact {
    pub id: String,
    pub text: String,
    pub document: String,
    pub section: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Tried {
    pub id: String,
    pub what: String,
    pub outcome: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ShownPassage {
    pub id: String,
    pub kind: String,
    pub title: String,
    pub document: String,
}

/// An errand in the site's systems and how it ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Errand {
    pub id: String,
    pub what: String,
    pub outcome: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Line {
    pub id: String,
    pub at: String,
    /// `visitor` or `usher`.
    pub from: String,
    pub text: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Mood {
    pub frustration: f32,
    pub signals: Vec<String>,
}

/// What was left out, and why: `redacted`, `struck`, `not_asked`, `never_leaves`, `older`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Withheld {
    pub what: String,
    pub why: String,
}

/// One line as the visitor may strike it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Strikable {
    pub id: String,
    pub kind: &'static str,
    pub text: String,
}

/// Where and in what a package is made.
#[derive(Debug, Clone)]
pub struct Origin {
    pub case: String,
    pub key: String,
    pub code: String,
    pub site: String,
    pub kiosk: String,
    pub place: String,
    pub language: Language,
    pub needs: Vec<String>,
    pub rule: Rule,
    pub topic: Option<String>,
    pub asked_at: String,
    pub versions: BTreeMap<String, String>,
    pub mood: Option<Mood>,
}

impl Package {
    /// Everything that may be known of a visit, redacted. Nothing of it has gone anywhere yet.
    pub fn of(origin: Origin, told: &[Exchange]) -> Self {
        let mut redactor = Redactor::default();
        let older = told.len().saturating_sub(TURNS_MAX);
        let told = &told[older..];
        let transcript = transcript(told, &mut redactor);
        let need = need(told);
        let mut package = Self {
            version: VERSION,
            revision: 2,
            case: origin.case,
            key: origin.key,
            code: origin.code,
            site: origin.site,
            kiosk: origin.kiosk,
            place: origin.place,
            language: origin.language,
            needs: origin.needs,
            rule: origin.rule,
            topic: origin.topic,
            need_turn: need.as_ref().map(|(turn, _)| *turn),
            need: need.map_or_else(String::new, |(_, text)| text),
            facts: facts(told),
            tried: tried(told),
            shown: shown(told),
            errands: Vec::new(),
            transcript,
            mood: origin.mood,
            risks: if origin.rule.is_urgent() { vec![origin.rule] } else { Vec::new() },
            versions: origin.versions,
            withheld: redactor.withheld(),
            asked_at: origin.asked_at,
        };
        if older > 0 {
            package.withhold(format!("{older} older turns"), "older");
        }
        package.withhold("voice and pictures".into(), "never_leaves");
        package
    }

    /// The first revision: enough to queue and to ring, and nothing that the visitor said.
    pub fn without_words(&self) -> Self {
        let mut first = self.clone();
        first.revision = 1;
        first.need = String::new();
        (first.facts, first.tried, first.shown, first.errands, first.transcript) = Default::default();
        first.withheld = vec![Withheld { what: "words".into(), why: "not_asked".into() }];
        first
    }

    /// What the visitor may strike, in reading order.
    pub fn lines(&self) -> Vec<Strikable> {
        let line = |id: &str, kind, text: &str| Strikable { id: id.into(), kind, text: text.into() };
        let mut lines = Vec::new();
        if !self.need.is_empty() {
            lines.push(line("need", "need", &self.need));
        }
        for said in &self.transcript {
            lines.push(line(&said.id, if said.from == "visitor" { "question" } else { "answer" }, &said.text));
        }
        if let Some(mood) = self.mood.as_ref().filter(|mood| !mood.signals.is_empty()) {
            lines.push(line("mood", "mood", &mood.signals.join(", ")));
        }
        lines
    }

    /// Takes lines out for good. A struck question takes what repeats it along.
    pub fn strike(&mut self, ids: &[String]) {
        let is_struck = |id: &str| ids.iter().any(|struck| struck == id);
        let before = self.lines().len();
        let turns: Vec<String> =
            self.transcript.iter().filter(|line| is_struck(&line.id)).map(|line| line.id[1..].to_string()).collect();
        let of_struck_turn = |id: &str| turns.iter().any(|turn| id[1..] == **turn);
        let repeats = self.need_turn.is_some_and(|turn| is_struck(&format!("q{turn}")));
        if is_struck("need") || repeats {
            self.need = String::new();
        }
        if is_struck("mood") {
            self.mood = None;
        }
        self.tried.retain(|tried| !of_struck_turn(&tried.id));
        self.facts.retain(|fact| !of_struck_turn(&fact.id));
        self.shown.retain(|shown| !of_struck_turn(&shown.id));
        self.transcript.retain(|line| !is_struck(&line.id));
        match before - self.lines().len() {
            0 => {}
            struck => self.withhold(format!("{struck} lines"), "struck"),
        }
    }

    fn withhold(&mut self, what: String, why: &str) {
        self.withheld.push(Withheld { what, why: why.into() });
    }
}

/// Redacts text by text and counts what it took out.
#[derive(Default)]
struct Redactor(BTreeMap<&'static str, usize>);

impl Redactor {
    fn clean(&mut self, text: &str) -> String {
        let redacted = privacy::redact(text);
        for (kind, count) in &redacted.withheld {
            *self.0.entry(kind.word()).or_default() += count;
        }
        redacted.text
    }

    fn withheld(self) -> Vec<Withheld> {
        self.0
            .into_iter()
            .map(|(kind, count)| Withheld { what: format!("{count} {kind}"), why: "redacted".into() })
            .collect()
    }
}

fn transcript(told: &[Exchange], redactor: &mut Redactor) -> Vec<Line> {
    let mut lines = Vec::new();
    for (turn, told) in told.iter().enumerate() {
        let line = |id: String, from: &str, text| Line { id, at: told.at.clone(), from: from.into(), text };
        lines.push(line(format!("q{turn}"), "visitor", redactor.clean(&told.question)));
        // What usher said comes from approved sources: a desk's own telephone number is no personal datum.
        lines.push(line(format!("a{turn}"), "usher", told.answer.clone()));
    }
    lines
}

/// The last question that was not answered, or else the last question, with its turn. Its redactions are counted with the
/// transcript's.
fn need(told: &[Exchange]) -> Option<(usize, String)> {
    let asked = || told.iter().enumerate().rev().filter(|(_, told)| !told.question.is_empty());
    let failed = |(_, told): &(usize, &Exchange)| matches!(told.route, Route::Decline | Route::Clarify);
    let (turn, found) = asked().find(failed).or_else(|| asked().next())?;
    Some((turn, shorten(&privacy::redact(&found.question).text)))
}

fn shorten(text: &str) -> String {
    if text.split_whitespace().count() <= NEED_WORDS_MAX && text.chars().count() <= NEED_WORDS_MAX * 6 {
        return text.to_string();
    }
    let words: String = text.split_whitespace().take(NEED_WORDS_MAX).collect::<Vec<_>>().join(" ");
    words.chars().take(NEED_WORDS_MAX * 6).chain("…".chars()).collect()
}

fn facts(told: &[Exchange]) -> Vec<Fact> {
    let of = |(turn, told): (usize, &Exchange)| {
        let source = told.sources.first().filter(|_| told.route == Route::Answer)?;
        Some(Fact {
            id: format!("f{turn}"),
            text: told.answer.clone(),
            document: source.document.clone(),
            section: source.section.clone(),
        })
    };
    told.iter().enumerate().filter_map(of).collect()
}

fn tried(told: &[Exchange]) -> Vec<Tried> {
    let outcome = |route| match route {
        Route::Answer | Route::Show | Route::Errand => "answered",
        Route::Clarify => "asked_back",
        Route::Decline => "declined",
        Route::Handoff => "asked_for_person",
    };
    let of = |(turn, told): (usize, &Exchange)| Tried {
        id: format!("x{turn}"),
        what: privacy::redact(&told.question).text,
        outcome: outcome(told.route).into(),
    };
    told.iter().enumerate().map(of).collect()
}

fn shown(told: &[Exchange]) -> Vec<ShownPassage> {
    let of = |(turn, told): (usize, &Exchange)| {
        let passage = move |source: &Source| ShownPassage {
            id: format!("s{turn}"),
            kind: "passage".into(),
            title: source.section.clone(),
            document: source.document.clone(),
        };
        told.sources.iter().map(passage).collect::<Vec<_>>()
    };
    told.iter().enumerate().flat_map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(question: &str, route: Route) -> Exchange {
        let source = Source { document: "wifi".into(), section: "Wi-Fi".into(), quote: String::new(), score: 0.9 };
        let sources = if route == Route::Answer { vec![source] } else { Vec::new() };
        Exchange {
            at: "2026-11-23T10:00:00Z".into(),
            question: question.into(),
            answer: "an answer".into(),
            route,
            sources,
        }
    }

    fn package(told: &[Exchange]) -> Package {
        let origin = Origin {
            case: "c".into(),
            key: "v+1".into(),
            code: "K7P4".into(),
            site: "airport".into(),
            kiosk: "airport-1".into(),
            place: "hall".into(),
            language: Language::English,
            needs: Vec::new(),
            rule: Rule::TwoFailed,
            topic: None,
            asked_at: "2026-11-23T10:00:00Z".into(),
            versions: BTreeMap::new(),
            mood: Some(Mood { frustration: 0.4, signals: vec!["repeated_question".into()] }),
        };
        Package::of(origin, told)
    }

    #[test]
    fn the_need_is_the_last_question_that_failed() {
        let package = package(&[
            told("where is my suitcase", Route::Decline),
            told("is there wifi", Route::Answer),
            told("", Route::Handoff),
        ]);
        assert_eq!(package.need, "where is my suitcase");
        assert_eq!(package.facts.len(), 1);
        assert_eq!(package.tried[0].outcome, "declined");
    }

    #[test]
    fn personal_data_is_gone_and_counted_before_anything_is_sent() {
        let package = package(&[told("my card 4111 1111 1111 1111 was swallowed", Route::Decline)]);
        let json = serde_json::to_string(&package).unwrap();
        assert!(!json.contains("4111"), "{json}");
        assert!(package.withheld.iter().any(|withheld| withheld.why == "redacted"), "{json}");
    }

    #[test]
    fn the_first_revision_has_no_word_of_the_visitor() {
        let first = package(&[told("where is my suitcase", Route::Decline)]).without_words();
        assert!(!serde_json::to_string(&first).unwrap().contains("suitcase"));
    }

    #[test]
    fn a_struck_question_takes_the_need_along_though_another_was_asked_since() {
        let mut package = package(&[told("I lost my ring", Route::Decline), told("is there wifi", Route::Answer)]);
        package.strike(&["q0".into()]);
        let json = serde_json::to_string(&package).unwrap();
        assert!(!json.contains("I lost"), "{json}");
    }

    #[test]
    fn a_struck_question_is_gone_from_every_part() {
        let mut package = package(&[told("is there wifi", Route::Answer), told("I lost my ring", Route::Decline)]);
        package.strike(&["q1".into(), "mood".into(), "no such line".into()]);
        let json = serde_json::to_string(&package).unwrap();
        assert!(!json.contains("ring\"") && !json.contains("I lost"), "{json}");
        assert!(json.contains("is there wifi"));
        assert_eq!(package.mood, None);
        assert!(package.withheld.iter().any(|withheld| withheld.why == "struck"));
    }
}

//! What usher remembers of a visitor while the visit lasts: in RAM alone, and there sealed by the visit's own key. The key is in locked
//! memory and is erased with the visit, so that what was said cannot be read from pages of memory that are given back later.
//! Words are open only while a turn or a hand-over asks for them.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

use super::Turn;
use super::live::Inputs;
use crate::domain::{Exchange, Language, Route};
use crate::privacy::{Class, VisitKey};

/// Questions looked at to notice repeats; older ones say nothing about the mood now.
const QUESTIONS_KEPT_MAX: usize = 8;

/// Exchanges kept for a person who takes over; a visit that needs more has begun anew long ago.
const EXCHANGES_KEPT_MAX: usize = 40;

/// One visitor's stay. Never written, never logged; only its id is.
#[derive(Clone)]
pub struct Visit {
    pub id: String,
    /// The language the visitor chose, or last used.
    pub language: Language,
    /// Answers may be worded by a model: whoever asks knows that a machine answers.
    pub may_word: bool,
    /// Shared with the turn in hand; the last of the two erases it.
    key: Arc<VisitKey>,
    exchanges: Vec<Sealed>,
    /// Questions before this exchange say nothing any more: a person has taken part since.
    fresh_from: usize,
    last: Option<Last>,
    known: Option<Sealed>,
    /// The system that waits for a number.
    pub(super) awaits: Option<String>,
}

/// Something that was said, which the visit's key alone opens.
type Sealed = String;

/// The last answer, for "repeat".
#[derive(Clone)]
struct Last {
    route: Route,
    language: Language,
    text: Sealed,
}

impl Visit {
    pub fn begin(language: Language) -> Self {
        let id = new_id();
        Self {
            key: Arc::new(VisitKey::begin(&id)),
            id,
            language,
            may_word: true,
            exchanges: Vec::new(),
            fresh_from: 0,
            last: None,
            known: None,
            awaits: None,
        }
    }

    /// The visitor's questions since a person last took part, oldest first, at most eight.
    pub fn questions(&self) -> Vec<String> {
        let oldest = self.exchanges.len().saturating_sub(QUESTIONS_KEPT_MAX).max(self.fresh_from);
        self.exchanges[oldest..].iter().map(|sealed| self.open::<Exchange>(sealed).question).collect()
    }

    /// What was asked and answered, oldest first.
    pub fn exchanges(&self) -> Vec<Exchange> {
        self.exchanges.iter().map(|sealed| self.open(sealed)).collect()
    }

    pub fn last_exchange(&self) -> Option<Exchange> {
        self.exchanges.last().map(|sealed| self.open(sealed))
    }

    /// Nothing was asked yet.
    pub fn is_new(&self) -> bool {
        self.exchanges.is_empty()
    }

    pub fn just_clarified(&self) -> bool {
        self.last.as_ref().is_some_and(|last| last.route == Route::Clarify)
    }

    /// The last answer's text and language, for "repeat".
    pub fn last_answer(&self) -> Option<(String, Language)> {
        self.last.as_ref().map(|last| (self.open(&last.text), last.language))
    }

    /// A person has taken part and gone: what was agreed is the last thing that was said, so that usher goes on from there.
    pub fn human_ended(&mut self, agreed: &str) {
        self.fresh_from = self.exchanges.len();
        self.last = Some(Last { route: Route::Handoff, language: self.language, text: self.seal(&agreed) });
    }

    /// Remembers a finished turn.
    pub fn record(&mut self, question: &str, turn: &Turn) {
        let answer = &turn.answer;
        let exchange = Exchange {
            at: Timestamp::now().to_string(),
            question: question.to_string(),
            answer: answer.text.clone(),
            route: answer.route,
            sources: answer.sources.clone(),
        };
        if self.exchanges.len() == EXCHANGES_KEPT_MAX {
            self.exchanges.remove(0);
            self.fresh_from = self.fresh_from.saturating_sub(1);
        }
        self.exchanges.push(self.seal(&exchange));
        self.language = answer.language;
        self.last = Some(Last { route: answer.route, language: answer.language, text: self.seal(&answer.text) });
    }

    /// Numbers that the visitor has shown or said, for the site's systems.
    pub(super) fn known(&self) -> Inputs {
        self.known.as_ref().map(|sealed| self.open(sealed)).unwrap_or_default()
    }

    /// Remembers more of them; gives all.
    pub(super) fn learn(&mut self, more: &Inputs) -> Inputs {
        let mut known = self.known();
        if !more.is_empty() {
            known.extend(more.clone());
            self.known = Some(self.seal(&known));
        }
        known
    }

    fn seal(&self, said: &impl Serialize) -> Sealed {
        let plain = Zeroizing::new(serde_json::to_vec(said).expect("words and numbers are JSON"));
        self.key.seal(Class::Words, &plain)
    }

    fn open<T: DeserializeOwned>(&self, sealed: &Sealed) -> T {
        let plain = self.key.open(Class::Words, sealed).expect("this visit sealed it");
        serde_json::from_slice(&plain).expect("it was written here")
    }
}

/// Debug output reaches logs: it names the visit and nothing that was said.
impl fmt::Debug for Visit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Visit").field("id", &self.id).finish_non_exhaustive()
    }
}

/// Unique on this device: milliseconds since 1970 and a counter. It is no secret and grants nothing.
fn new_id() -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let since = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |elapsed| elapsed.as_millis());
    format!("v-{since:x}-{:x}", COUNT.fetch_add(1, Ordering::Relaxed))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Answer, Mood, Timings};
    use crate::facts::Kind;

    fn turn(text: &str) -> Turn {
        let answer = Answer::plain(Route::Decline, Language::English, text);
        Turn { answer, heard: None, mood: Mood::default(), timings: Timings::default() }
    }

    #[test]
    fn what_was_said_lies_sealed_and_comes_back_when_asked_for() {
        let mut visit = Visit::begin(Language::English);
        assert!(visit.is_new());
        for n in 0..EXCHANGES_KEPT_MAX + 2 {
            visit.record(&format!("my zebra {n}"), &turn("no zebra"));
        }
        visit.learn(&Inputs::from([(Kind::Flight, "LB204".into())]));
        let lying = format!("{:?}{:?}{:?}", visit.exchanges, visit.known, visit.last.as_ref().map(|last| &last.text));
        assert!(!lying.contains("zebra") && !lying.contains("LB204"));
        assert_eq!(visit.exchanges().len(), EXCHANGES_KEPT_MAX);
        assert_eq!(visit.last_exchange().unwrap().question, format!("my zebra {}", EXCHANGES_KEPT_MAX + 1));
        assert_eq!(visit.last_answer(), Some(("no zebra".into(), Language::English)));
        assert_eq!(visit.learn(&Inputs::new())[&Kind::Flight], "LB204");
        assert_eq!(visit.clone().exchanges(), visit.exchanges());
    }

    #[test]
    fn questions_before_a_person_took_part_are_no_repeats() {
        let mut visit = Visit::begin(Language::English);
        (0..10).for_each(|n| visit.record(&n.to_string(), &turn("so")));
        assert_eq!(visit.questions(), ["2", "3", "4", "5", "6", "7", "8", "9"]);
        visit.human_ended("a new card at counter 3");
        assert!(visit.questions().is_empty());
        visit.record("again", &turn("so"));
        assert_eq!((visit.questions(), visit.exchanges().len()), (vec!["again".to_string()], 11));
    }
}

//! What usher remembers of a visitor while the visit lasts. It lives in RAM alone and is gone when dropped.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use jiff::Timestamp;

use super::Turn;
use super::live::Inputs;
use crate::domain::{Exchange, Language, Route};

/// Questions kept to notice repeats; older ones say nothing about the mood now.
const QUESTIONS_KEPT_MAX: usize = 8;

/// Exchanges kept for a person who takes over; a visit that needs more has begun anew long ago.
const EXCHANGES_KEPT_MAX: usize = 40;

/// One visitor's stay. Never written, never logged; only its id is.
#[derive(Clone)]
pub struct Visit {
    pub id: String,
    /// The language the visitor chose, or last used.
    pub language: Language,
    questions: Vec<String>,
    exchanges: Vec<Exchange>,
    last: Option<(Route, String, Language)>,
    /// Numbers that the visitor has shown or said, for the site's systems.
    pub(super) known: Inputs,
    /// The system that waits for such a number.
    pub(super) awaits: Option<String>,
}

impl Visit {
    pub fn begin(language: Language) -> Self {
        Self {
            id: new_id(),
            language,
            questions: Vec::new(),
            exchanges: Vec::new(),
            last: None,
            known: Inputs::new(),
            awaits: None,
        }
    }

    /// The visitor's questions so far, oldest first, at most eight.
    pub fn questions(&self) -> &[String] {
        &self.questions
    }

    /// What was asked and answered, oldest first.
    pub fn exchanges(&self) -> &[Exchange] {
        &self.exchanges
    }

    pub fn just_clarified(&self) -> bool {
        matches!(self.last, Some((Route::Clarify, ..)))
    }

    /// The last answer's text and language, for "repeat".
    pub fn last_answer(&self) -> Option<(&str, Language)> {
        self.last.as_ref().map(|(_, text, language)| (text.as_str(), *language))
    }

    /// A person has taken part and gone: what was agreed is the last thing that was said, so that usher goes on from there.
    pub fn human_ended(&mut self, agreed: &str) {
        self.questions.clear();
        self.last = Some((Route::Handoff, agreed.to_string(), self.language));
    }

    /// Remembers a finished turn.
    pub fn record(&mut self, question: &str, turn: &Turn) {
        if self.questions.len() == QUESTIONS_KEPT_MAX {
            self.questions.remove(0);
        }
        self.questions.push(question.to_string());
        if self.exchanges.len() == EXCHANGES_KEPT_MAX {
            self.exchanges.remove(0);
        }
        self.exchanges.push(Exchange {
            at: Timestamp::now().to_string(),
            question: question.to_string(),
            answer: turn.answer.text.clone(),
            route: turn.answer.route,
            sources: turn.answer.sources.clone(),
        });
        self.language = turn.answer.language;
        self.last = Some((turn.answer.route, turn.answer.text.clone(), turn.answer.language));
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

//! What usher remembers of a visitor while the visit lasts. It lives in RAM alone and is gone when dropped.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use super::Turn;
use crate::domain::{Language, Route};

/// Questions kept to notice repeats; older ones say nothing about the mood now.
const QUESTIONS_KEPT_MAX: usize = 8;

/// One visitor's stay. Never written, never logged; only its id is.
#[derive(Clone)]
pub struct Visit {
    pub id: String,
    /// The language the visitor chose, or last used.
    pub language: Language,
    questions: Vec<String>,
    last: Option<(Route, String, Language)>,
}

impl Visit {
    pub fn begin(language: Language) -> Self {
        Self { id: new_id(), language, questions: Vec::new(), last: None }
    }

    /// The visitor's questions so far, oldest first, at most eight.
    pub fn questions(&self) -> &[String] {
        &self.questions
    }

    pub fn just_clarified(&self) -> bool {
        matches!(self.last, Some((Route::Clarify, ..)))
    }

    /// The last answer's text and language, for "repeat".
    pub fn last_answer(&self) -> Option<(&str, Language)> {
        self.last.as_ref().map(|(_, text, language)| (text.as_str(), *language))
    }

    /// Remembers a finished turn.
    pub fn record(&mut self, question: &str, turn: &Turn) {
        if self.questions.len() == QUESTIONS_KEPT_MAX {
            self.questions.remove(0);
        }
        self.questions.push(question.to_string());
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

//! One event as a line: bounded, and without fields that could hold a visitor's words or a secret.

use std::fmt::{self, Write};
use std::str::FromStr;

use jiff::{Timestamp, Unit};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};
use tracing::field::{Field, Visit};
use tracing::{Event, Level};

/// Longest message and longest field, characters. A chain of errors with two paths in it is some 400 long.
const MESSAGE_CHARS_MAX: usize = 1_000;
const FIELD_CHARS_MAX: usize = 400;

/// Most fields of a line.
const FIELDS_MAX: usize = 16;

/// Names that hold words of visitors or secrets, whole or as the last part of a dotted name. No code of ours uses them; a library's might.
pub(super) const WITHHELD: [&str; 21] = [
    "answer",
    "audio",
    "authorization",
    "body",
    "caption",
    "cookie",
    "credentials",
    "csrf",
    "heard",
    "image",
    "password",
    "phone",
    "phrasing",
    "prompt",
    "question",
    "quote",
    "secret",
    "text",
    "token",
    "transcript",
    "words",
];

/// How grave a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Rank {
    Trace,
    Debug,
    Info,
    Warn,
    Error,
}

impl FromStr for Rank {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        match word {
            "trace" => Ok(Self::Trace),
            "debug" => Ok(Self::Debug),
            "info" => Ok(Self::Info),
            "warn" => Ok(Self::Warn),
            "error" => Ok(Self::Error),
            _ => Err("unknown log level; use error, warn, info, debug or trace".into()),
        }
    }
}

impl From<Level> for Rank {
    fn from(level: Level) -> Self {
        match level {
            Level::ERROR => Self::Error,
            Level::WARN => Self::Warn,
            Level::INFO => Self::Info,
            Level::DEBUG => Self::Debug,
            _ => Self::Trace,
        }
    }
}

/// One line of the log.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Line {
    /// Rises by one a line since start.
    pub seq: u64,
    /// RFC 3339, UTC, milliseconds.
    pub at: String,
    pub level: Rank,
    pub message: String,
    pub fields: Map<String, Value>,
}

impl Line {
    /// The line of `event`, without its number.
    pub(super) fn of(event: &Event<'_>) -> Self {
        let at = Timestamp::now().round(Unit::Millisecond).unwrap_or(Timestamp::UNIX_EPOCH).to_string();
        let level = Rank::from(*event.metadata().level());
        let mut line = Self { seq: 0, at, level, message: String::new(), fields: Map::new() };
        event.record(&mut line);
        line
    }

    fn put(&mut self, field: &Field, value: impl Into<Value>) {
        let name = field.name();
        // What the bridge from the `log` crate adds about the source file.
        if name.starts_with("log.") || self.fields.len() >= FIELDS_MAX {
            return;
        }
        let last = name.rsplit('.').next().unwrap_or(name);
        let value = if WITHHELD.contains(&last) { "withheld".into() } else { value.into() };
        self.fields.insert(name.into(), value);
    }
}

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if field.name() == "message" {
            self.message = bounded(MESSAGE_CHARS_MAX, value);
        } else {
            self.put(field, bounded(FIELD_CHARS_MAX, value));
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.record_debug(field, &format_args!("{value}"));
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.put(field, value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field, value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field, value);
    }
}

/// `value` as text of at most `most` characters, on one line, never longer in memory than that.
fn bounded(most: usize, value: &dyn fmt::Debug) -> String {
    let mut text = Bounded { text: String::new(), left: most };
    // An error is our own sign that the bound is reached; what was taken until then is the text.
    let _ = write!(text, "{value:?}");
    text.text
}

struct Bounded {
    text: String,
    left: usize,
}

impl Write for Bounded {
    fn write_str(&mut self, piece: &str) -> fmt::Result {
        for c in piece.chars() {
            if self.left == 0 {
                self.text.push('…');
                return Err(fmt::Error);
            }
            self.text.push(if c.is_control() { ' ' } else { c });
            self.left -= 1;
        }
        Ok(())
    }
}

//! Outside text made fit to be drawn: no character that hides, turns or breaks others, and no more than a card holds.

use serde_json::Value;
use unicode_normalization::char::is_combining_mark;

use crate::domain::Language;

/// Longest single text of a card, characters; a longer one ends in an ellipsis.
pub(super) const CHARS_MAX: usize = 400;
/// Marks that may stand on one letter: Vietnamese needs two.
const MARKS_MAX: usize = 2;

/// Every text inside `value` cleaned.
pub(super) fn clean_all(value: Value, language: Language) -> Value {
    match value {
        // A picture is bounded where it is taken in.
        Value::String(text) if text.starts_with("data:image/") => Value::String(text),
        Value::String(text) => Value::String(clean(&text, language)),
        Value::Array(values) => values.into_iter().map(|value| clean_all(value, language)).collect(),
        Value::Object(fields) => {
            Value::Object(fields.into_iter().map(|(name, value)| (name, clean_all(value, language))).collect())
        }
        other => other,
    }
}

/// One line without control, direction and invisible characters, at most [`CHARS_MAX`] long.
pub(super) fn clean(text: &str, language: Language) -> String {
    let mut safe = String::new();
    let (mut chars, mut marks) = (0, 0);
    for c in text.chars().map(|c| if c.is_whitespace() { ' ' } else { c }).filter(|c| !is_hidden(*c)) {
        marks = if is_combining_mark(c) { marks + 1 } else { 0 };
        if marks > MARKS_MAX || c == ' ' && (safe.is_empty() || safe.ends_with(' ')) {
            continue;
        }
        if chars == CHARS_MAX {
            safe.push('…');
            break;
        }
        safe.push(narrow(c, language));
        chars += 1;
    }
    safe.truncate(safe.trim_end().len());
    safe
}

/// Controls, directions (Unicode TR 9), invisible characters, tags, and what XML forbids.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{fff0}'..='\u{ffff}'
            | '\u{e000}'..='\u{f8ff}')
        || c >= '\u{e0000}'
}

/// Chinese fonts draw curly quotes as wide as an ideograph, which tears an English word apart.
fn narrow(c: char, language: Language) -> char {
    match (c, language) {
        ('‘' | '’', Language::English) => '\'',
        ('“' | '”', Language::English) => '"',
        (c, _) => c,
    }
}

#[cfg(test)]
mod tests {
    use super::{CHARS_MAX, clean};
    use crate::domain::Language::{Chinese, English};

    #[test]
    fn what_hides_or_turns_text_is_dropped() {
        assert_eq!(clean("  Gate\u{202e} 22B\t\n \u{0}now\u{200b} ", English), "Gate 22B now");
        assert_eq!(clean("a\u{301}\u{302}\u{303}\u{304}", English), "a\u{301}\u{302}");
        assert_eq!(clean("the pilot’s “bag”", English), "the pilot's \"bag\"");
        assert_eq!(clean("“行李”", Chinese), "“行李”");
        assert_eq!(clean(&"猫".repeat(10_000), Chinese).chars().count(), CHARS_MAX + 1);
        assert_eq!(clean(&"\u{301}".repeat(1_000_000), English).chars().count(), 2);
    }
}

//! Second step: what the words are, whether they ask for a person, and how they read.
//! Knows nothing of models or knowledge: rules over text, each with a name that is logged instead of the words.

use unicode_normalization::UnicodeNormalization;

use super::person;
use crate::base::limits::QUESTION_CHARS_MAX;
use crate::domain::{Language, Mood};

/// Share of characters that are no text at which a question is called binary.
const GARBAGE_SHARE_MAX: f32 = 0.1;

/// Why a question cannot be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum QuestionError {
    #[error("the question is empty; type or say at least one word")]
    Empty,
    #[error("the question has {chars} characters; at most {QUESTION_CHARS_MAX} are taken")]
    TooLong { chars: usize },
    #[error("the question is not text")]
    NotText,
}

/// A question as understood.
#[derive(Debug, Clone, PartialEq)]
pub struct Understood {
    /// Cleaned text.
    pub text: String,
    pub language: Language,
    /// The visitor asks for a human being.
    pub wants_person: bool,
    pub mood: Mood,
}

/// Cleans `text` and reads it. `preferred` is the language the visitor chose; the script of the question may overrule it.
///
/// # Errors
/// [`QuestionError`] for what is no question.
pub fn understand(text: &str, preferred: Language, asked_before: &[String]) -> Result<Understood, QuestionError> {
    let text = clean(text)?;
    let language = language_of(&text, preferred);
    let wants_person = person::is_wanted(&text);
    let mood = mood(&text, wants_person, asked_before);
    Ok(Understood { text, language, wants_person, mood })
}

/// The text without control and direction-override characters, compatibility forms folded (full-width digits become
/// plain ones), white space single.
fn clean(text: &str) -> Result<String, QuestionError> {
    // Counted before anything is copied: ten megabytes must cost no more than the count.
    let chars = text.chars().take(QUESTION_CHARS_MAX * 4 + 1).count();
    if chars > QUESTION_CHARS_MAX * 4 {
        return Err(QuestionError::TooLong { chars: text.chars().count() });
    }
    let garbage = text.chars().filter(|&c| is_garbage(c)).count();
    if garbage as f32 > chars as f32 * GARBAGE_SHARE_MAX {
        return Err(QuestionError::NotText);
    }
    let kept: String = text.nfkc().map(|c| if is_unseen(c) { ' ' } else { c }).collect();
    let cleaned = kept.split_whitespace().collect::<Vec<_>>().join(" ");
    match cleaned.chars().count() {
        chars if chars > QUESTION_CHARS_MAX => Err(QuestionError::TooLong { chars }),
        _ if !cleaned.chars().any(char::is_alphanumeric) => Err(QuestionError::Empty),
        _ => Ok(cleaned),
    }
}

fn is_garbage(c: char) -> bool {
    c == char::REPLACEMENT_CHARACTER || (c.is_control() && !c.is_whitespace())
}

/// Characters that change what is seen without being seen: controls, direction overrides and isolates, zero widths, tags.
fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFD}' | '\u{E0000}'..='\u{E007F}')
}

/// Chinese script decides at once; two Latin words overrule a Chinese preference; a lone code ("B22") does not.
fn language_of(text: &str, preferred: Language) -> Language {
    match Language::of_text(text) {
        Some(Language::Chinese) => Language::Chinese,
        Some(Language::English) => {
            let words =
                text.split(' ').filter(|word| word.chars().all(|c| c.is_ascii_alphabetic() || c == '\'')).count();
            if words >= 2 { Language::English } else { preferred }
        }
        None => preferred,
    }
}

/// Words that tell of trouble with the service itself, not of a topic.
const ANNOYED: [&str; 18] = [
    "useless",
    "ridiculous",
    "waste of time",
    "doesn't work",
    "not working",
    "not helping",
    "not what i asked",
    "stupid",
    "terrible",
    "fed up",
    "again and again",
    "没用",
    "听不懂",
    "答非所问",
    "不是我问的",
    "气死",
    "太差",
    "什么破",
];

fn mood(text: &str, wants_person: bool, asked_before: &[String]) -> Mood {
    let lower = text.to_lowercase();
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    let capitals = text.chars().filter(|c| c.is_uppercase()).count();
    let signals: Vec<(&'static str, f32)> = [
        (asked_before.iter().any(|before| before.to_lowercase() == lower), ("repeated_question", 0.4)),
        (ANNOYED.iter().any(|word| lower.contains(word)), ("annoyed_words", 0.5)),
        (text.contains("!!") || text.contains("??"), ("repeated_punctuation", 0.2)),
        (letters >= 8 && capitals * 10 >= letters * 9, ("all_capitals", 0.2)),
        (wants_person, ("asked_for_person", 0.2)),
    ]
    .into_iter()
    .filter_map(|(fired, signal)| fired.then_some(signal))
    .collect();
    Mood {
        frustration: signals.iter().fold(0.0, |sum: f32, (_, weight)| sum + weight).min(1.0),
        signals: signals.into_iter().map(|(name, _)| name).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Understood {
        understand(text, Language::English, &[]).unwrap()
    }

    #[test]
    fn the_script_of_a_question_decides_its_language() {
        assert_eq!(read("B22登机口在哪里").language, Language::Chinese);
        assert_eq!(understand("where is gate B22", Language::Chinese, &[]).unwrap().language, Language::English);
        assert_eq!(understand("B22", Language::Chinese, &[]).unwrap().language, Language::Chinese);
    }

    #[test]
    fn what_is_no_question_is_named() {
        let fault = |text: &str| understand(text, Language::English, &[]).unwrap_err();
        assert_eq!(fault(""), QuestionError::Empty);
        assert_eq!(fault(" \u{200b}\u{202e} ?!"), QuestionError::Empty);
        assert_eq!(fault("\u{0}\u{1}\u{2}\u{fffd}abc"), QuestionError::NotText);
        assert_eq!(fault(&"a".repeat(10 << 20)), QuestionError::TooLong { chars: 10 << 20 });
    }

    #[test]
    fn unseen_characters_are_dropped_and_wide_forms_folded() {
        assert_eq!(read("where\u{202e} is\u{7} gate\tＢ２２").text, "where is gate B22");
    }

    #[test]
    fn mood_names_the_rules_that_fired() {
        let before = ["where is my bag".to_string()];
        let mood = understand("WHERE IS MY BAG", Language::English, &before).unwrap().mood;
        assert_eq!(mood.signals, ["repeated_question", "all_capitals"]);
        assert_eq!(read("where is my bag").mood, Mood::default());
    }
}

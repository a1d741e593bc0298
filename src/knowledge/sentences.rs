//! Texts into sentences, English and Chinese. Knows punctuation, not documents.

use unicode_segmentation::UnicodeSegmentation;

use super::limits::SENTENCE_CHARS_MAX;
use crate::domain::is_han;

/// Words whose full stop does not end a sentence.
const ABBREVIATIONS: [&str; 16] = [
    "mr.", "mrs.", "ms.", "dr.", "st.", "no.", "nos.", "e.g.", "i.e.", "etc.", "approx.", "vs.", "tel.", "max.",
    "min.", "incl.",
];

/// What ends a Chinese sentence; the semicolon too, because clauses between semicolons stand alone.
const CHINESE_ENDS: [char; 6] = ['。', '！', '？', '；', '!', '?'];

/// The sentences of `text`, trimmed, none blank, none longer than [`SENTENCE_CHARS_MAX`].
pub fn split(text: &str) -> Vec<String> {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let whole = if text.chars().any(is_han) { chinese(&text) } else { english(&text) };
    whole.iter().flat_map(|sentence| bounded(sentence.trim())).filter(|sentence| !sentence.is_empty()).collect()
}

/// Sentence boundaries of Unicode (UAX 29), put together again after an abbreviation.
fn english(text: &str) -> Vec<String> {
    let mut sentences: Vec<String> = Vec::new();
    for piece in text.unicode_sentences() {
        match sentences.last_mut().filter(|last| ends_in_abbreviation(last)) {
            Some(last) => last.push_str(piece),
            None => sentences.push(piece.to_owned()),
        }
    }
    sentences
}

fn ends_in_abbreviation(sentence: &str) -> bool {
    let last = sentence.split_whitespace().next_back().unwrap_or_default().trim_start_matches('(').to_lowercase();
    ABBREVIATIONS.contains(&last.as_str())
}

/// Cut after the marks of [`CHINESE_ENDS`] and the closing quotes or brackets that follow them.
fn chinese(text: &str) -> Vec<String> {
    let mut sentences = vec![String::new()];
    let mut ended = false;
    for c in text.chars() {
        let closing = matches!(c, '”' | '’' | '」' | '』' | '）' | ')' | '"') || CHINESE_ENDS.contains(&c);
        if ended && !closing {
            sentences.push(String::new());
            ended = false;
        }
        if let Some(last) = sentences.last_mut() {
            last.push(c);
        }
        ended |= CHINESE_ENDS.contains(&c);
    }
    sentences
}

fn bounded(sentence: &str) -> Vec<String> {
    let mut pieces = Vec::new();
    let mut rest: Vec<char> = sentence.chars().collect();
    while rest.len() > SENTENCE_CHARS_MAX {
        let window = &rest[..SENTENCE_CHARS_MAX];
        let clause = window.iter().rposition(|c| matches!(c, ',' | ';' | '，' | '；' | '、'));
        let word = window.iter().rposition(|c| c.is_whitespace());
        let later = rest.split_off(clause.or(word).map_or(SENTENCE_CHARS_MAX, |at| at + 1));
        pieces.push(rest.iter().collect::<String>().trim().to_owned());
        rest = later;
    }
    pieces.push(rest.iter().collect::<String>().trim().to_owned());
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn english_sentences_survive_times_abbreviations_and_decimals() {
        let text = "The desk opens at 9 a.m. on weekdays. Bring e.g. a passport.  Each bag costs $12.50!\nAsk Dr. Lee (no. 4)?";
        let want = [
            "The desk opens at 9 a.m. on weekdays.",
            "Bring e.g. a passport.",
            "Each bag costs $12.50!",
            "Ask Dr. Lee (no. 4)?",
        ];
        assert_eq!(split(text), want);
    }

    #[test]
    fn chinese_sentences_keep_their_marks_and_quotes() {
        let want = ["请先说“你好。”", "然后到B22登机口；", "费用3.5元！", "好吗？！", "谢谢"];
        assert_eq!(split("请先说“你好。”然后到B22登机口；费用3.5元！好吗？！谢谢"), want);
    }

    #[test]
    fn endless_sentences_are_cut_at_a_clause() {
        let long = "one two, ".repeat(200);
        let sentences = split(&long);
        assert!(sentences.len() > 2);
        assert!(sentences.iter().all(|sentence| sentence.chars().count() <= SENTENCE_CHARS_MAX));
        assert!(sentences[0].ends_with("two,"));
        assert_eq!(split(&"x".repeat(2 * SENTENCE_CHARS_MAX)).len(), 2);
        assert!(split(" \n\t ").is_empty());
    }
}

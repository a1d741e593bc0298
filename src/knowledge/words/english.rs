//! English words: which only hold a sentence together, and what stem a word has. Knows English, not the site.

/// Words that say nothing of what a question is about.
const FUNCTION_WORDS: [&str; 123] = [
    "a",
    "about",
    "after",
    "all",
    "also",
    "am",
    "an",
    "and",
    "any",
    "anyone",
    "anything",
    "are",
    "as",
    "at",
    "be",
    "because",
    "been",
    "before",
    "being",
    "but",
    "by",
    "can",
    "could",
    "did",
    "do",
    "does",
    "doing",
    "done",
    "else",
    "ever",
    "find",
    "for",
    "from",
    "get",
    "gets",
    "getting",
    "give",
    "go",
    "going",
    "got",
    "had",
    "has",
    "have",
    "having",
    "he",
    "hello",
    "help",
    "her",
    "here",
    "hi",
    "his",
    "how",
    "i",
    "i'd",
    "i'll",
    "i'm",
    "i've",
    "if",
    "in",
    "into",
    "is",
    "it",
    "it's",
    "its",
    "just",
    "know",
    "let",
    "like",
    "may",
    "me",
    "might",
    "must",
    "my",
    "need",
    "no",
    "not",
    "of",
    "on",
    "one",
    "or",
    "our",
    "out",
    "please",
    "she",
    "should",
    "so",
    "some",
    "someone",
    "something",
    "tell",
    "than",
    "thanks",
    "that",
    "the",
    "their",
    "them",
    "then",
    "there",
    "these",
    "they",
    "thing",
    "this",
    "those",
    "to",
    "up",
    "us",
    "want",
    "was",
    "we",
    "were",
    "what",
    "what's",
    "when",
    "where",
    "where's",
    "which",
    "who",
    "why",
    "will",
    "with",
    "would",
    "you",
    "your",
];

/// Whether `word`, in lower case, is one of the words that only hold a sentence together.
pub fn is_function_word(word: &str) -> bool {
    FUNCTION_WORDS.binary_search(&word).is_ok()
}

/// The common stem of a word's plain forms, in lower case; not always a word. Lighter than Porter's: only endings that
/// inflect are taken ("closed", "closes", "closing"), none that make another word ("closure").
pub fn stem(word: &str) -> String {
    let word = word.trim_end_matches("'s").trim_end_matches('\'');
    if !word.bytes().all(|byte| byte.is_ascii_lowercase()) || word.len() < 4 {
        return word.to_owned();
    }
    let word = singular(word);
    let word = match word.strip_suffix("ied") {
        Some(rest) if rest.len() > 1 => format!("{rest}y"),
        _ => without(&without(&word, "ing"), "ed"),
    };
    match word.strip_suffix('e') {
        Some(rest) if rest.len() > 2 => rest.to_owned(),
        _ => word,
    }
}

fn singular(word: &str) -> String {
    if let Some(rest) = word.strip_suffix("ies").filter(|rest| rest.len() > 1) {
        return format!("{rest}y");
    }
    let hissing = ["sses", "shes", "ches", "xes", "zes"].iter().any(|ending| word.ends_with(ending));
    match word {
        _ if hissing => word[..word.len() - 2].to_owned(),
        "news" => word.to_owned(),
        _ if word.ends_with("ss") || word.ends_with("us") || word.ends_with("is") => word.to_owned(),
        _ => word.strip_suffix('s').unwrap_or(word).to_owned(),
    }
}

/// `word` without `ending` when a stem with a vowel is left, a doubled consonant made single ("stopped").
fn without(word: &str, ending: &str) -> String {
    let Some(rest) = word.strip_suffix(ending) else { return word.to_owned() };
    if rest.len() < 3 || !rest.contains(['a', 'e', 'i', 'o', 'u', 'y']) {
        return word.to_owned();
    }
    let bytes = rest.as_bytes();
    let doubled = bytes[rest.len() - 1] == bytes[rest.len() - 2] && !rest.ends_with(['l', 's', 'z', 'e', 'o']);
    if doubled { rest[..rest.len() - 1].to_owned() } else { rest.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted_for_its_search() {
        assert!(FUNCTION_WORDS.is_sorted());
    }

    #[test]
    fn forms_of_a_word_share_a_stem_and_other_words_do_not() {
        for family in [
            &["close", "closes", "closed", "closing"][..],
            &["carry", "carries", "carried", "carrying"],
            &["box", "boxes"],
            &["pass", "passes", "passed"],
            &["stop", "stopped", "stopping"],
            &["fee", "fees"],
            &["passenger's", "passengers'", "passenger"],
        ] {
            let stems: Vec<String> = family.iter().map(|word| stem(word)).collect();
            assert!(stems.iter().all(|other| *other == stems[0]), "{stems:?}");
        }
        for (left, right) in [("bus", "bu"), ("ring", "r"), ("bed", "b"), ("b22", "b2"), ("visa", "vis")] {
            assert_ne!(stem(left), stem(right));
        }
    }
}

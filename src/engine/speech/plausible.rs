//! Whether a transcript can be what somebody said. Transcribers make up words for sounds that hold none, and fall into
//! loops; what they make up has marks of its own. Pure; knows no model and no meaning.

/// Fastest speech in letters a second: auctioneers reach 20, a transcriber's loop 30 and more.
const LETTERS_PER_SECOND_MAX: f32 = 25.0;

/// The same in Han characters: news readers reach 6.
const HAN_PER_SECOND_MAX: f32 = 10.0;

/// A phrase said this often in a row is a loop: "no, no, no" is speech.
const REPEATS_MAX: usize = 4;

/// Longest phrase, in words, that is looked for in loops.
const LOOP_WORDS_MAX: usize = 8;

/// Letters that any sound may have, however short: the word rate of a half-second word is not a rate.
const LETTERS_FREE: f32 = 12.0;

/// What of `text` somebody may have said in `seconds`; empty when none of it.
pub(super) fn plausible(text: &str, seconds: f32) -> String {
    let text = without_loop(text.trim());
    if !text.chars().any(char::is_alphanumeric) || too_fast(&text, seconds) { String::new() } else { text }
}

fn too_fast(text: &str, seconds: f32) -> bool {
    let han = text.chars().filter(|&c| crate::domain::is_han(c)).count() as f32;
    let letters = text.chars().filter(|c| c.is_alphanumeric()).count() as f32 - han;
    letters / LETTERS_PER_SECOND_MAX + han / HAN_PER_SECOND_MAX > seconds + LETTERS_FREE / LETTERS_PER_SECOND_MAX
}

/// Cuts the text at a loop, keeping the phrase once; a text that is mostly loop is nothing.
fn without_loop(text: &str) -> String {
    let words = words(text);
    let bare: Vec<String> = words.iter().map(|word| bare(word)).collect();
    let Some((start, phrase, end)) = first_loop(&bare) else { return text.to_owned() };
    if (end - start) * 2 > words.len() {
        return String::new();
    }
    words[..start + phrase].concat().trim().to_owned()
}

/// The first loop: where it starts, the words of its phrase, where it ends.
fn first_loop(bare: &[String]) -> Option<(usize, usize, usize)> {
    (0..bare.len()).find_map(|start| {
        (1..=LOOP_WORDS_MAX).find_map(|phrase| {
            let repeats = repeats(&bare[start..], phrase);
            (repeats > REPEATS_MAX).then_some((start, phrase, start + repeats * phrase))
        })
    })
}

/// How often the first `phrase` words stand in a row.
fn repeats(bare: &[String], phrase: usize) -> usize {
    match bare.get(..phrase) {
        Some(first) => bare.chunks_exact(phrase).take_while(|&chunk| chunk == first).count(),
        None => 0,
    }
}

/// Words with the space and marks that follow them; each Han character is a word.
fn words(text: &str) -> Vec<&str> {
    use unicode_segmentation::UnicodeSegmentation;
    let mut words: Vec<&str> = Vec::new();
    let mut from = 0;
    for (at, piece) in text.split_word_bound_indices() {
        if piece.chars().any(char::is_alphanumeric) && at > from {
            words.push(&text[from..at]);
            from = at;
        }
    }
    words.push(&text[from..]);
    words
}

fn bare(word: &str) -> String {
    word.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_say_stays_as_it_is() {
        for (text, seconds) in [
            ("Where is gate B22?", 1.4),
            ("No, no, no, no.", 1.2),
            ("B.", 0.3),
            ("Thank you.", 0.5),
            ("登机口在哪里？", 1.3),
            ("It was the best of times, it was the worst of times, it was the age of wisdom.", 6.0),
        ] {
            assert_eq!(plausible(text, seconds), text);
        }
    }

    #[test]
    fn marks_without_words_are_nothing() {
        for text in ["", "   ", ".", "...", "。", "♪ ♪", "—"] {
            assert_eq!(plausible(text, 2.0), "", "{text}");
        }
    }

    #[test]
    fn a_loop_is_nothing_and_a_loop_after_speech_is_cut() {
        assert_eq!(plausible("the the the the the the the", 20.0), "");
        assert_eq!(plausible(&"and I'm going to ".repeat(12), 25.0), "");
        assert_eq!(plausible(&"谢谢".repeat(9), 9.0), "");
        let speech =
            "Can you tell me where I have to go to collect the bags that I checked in this morning at the desk";
        assert_eq!(
            plausible(&format!("{speech}, please, please, please, please, please, please"), 20.0),
            format!("{speech}, please,")
        );
    }

    #[test]
    fn more_words_than_a_mouth_can_say_are_nothing() {
        assert_eq!(plausible("I would like to know what time the next train to the city leaves", 0.9), "");
        assert_eq!(plausible("请问去市区的下一班火车几点开", 0.5), "");
    }
}

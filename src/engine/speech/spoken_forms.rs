//! What was said becomes what is written: "gate b twenty two" is "gate B22", "see a nine three eight" is "CA938". Only
//! where the words around leave no doubt; every other word stays as it was heard. English; pure; knows no site.

use std::sync::LazyLock;

use regex::Regex;

use super::spoken_words::{DIGITS_MAX, Word, number, words};

/// Places and things with a number for a name; a number after them is a name, and so is a letter with a number.
const DESIGNATED: [&str; 21] = [
    "gate", "gates", "terminal", "counter", "desk", "stand", "stop", "platform", "belt", "carousel", "zone", "row",
    "seat", "room", "level", "floor", "exit", "entrance", "window", "flight", "lift",
];

/// Words that may stand between a designation and its number.
const FILLERS: [&str; 2] = ["number", "no"];

/// How the names of letters are heard: a letter, or a word that sounds like its name.
const LETTERS: [(&str, char); 27] = [
    ("bee", 'B'),
    ("be", 'B'),
    ("see", 'C'),
    ("sea", 'C'),
    ("dee", 'D'),
    ("gee", 'G'),
    ("jay", 'J'),
    ("kay", 'K'),
    ("el", 'L'),
    ("elle", 'L'),
    ("em", 'M'),
    ("en", 'N'),
    ("oh", 'O'),
    ("pea", 'P'),
    ("pee", 'P'),
    ("cue", 'Q'),
    ("queue", 'Q'),
    ("are", 'R'),
    ("ess", 'S'),
    ("tea", 'T'),
    ("tee", 'T'),
    ("you", 'U'),
    ("vee", 'V'),
    ("ex", 'X'),
    ("why", 'Y'),
    ("zed", 'Z'),
    ("zee", 'Z'),
];

/// Fewest digits after two letters that make a flight without the word "flight" before them.
const FLIGHT_DIGITS_MIN: usize = 3;

/// A code that was heard as a code, but for its dash: "B-22".
static DASHED: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?-u:\b)([A-Za-z]{1,2})-(\d{1,4})(?-u:\b)").expect("the pattern is written here"));

/// `text` with places and flights written as their signs write them.
pub fn written(text: &str) -> String {
    let text = &*DASHED.replace_all(text, "$1$2");
    let words = words(text);
    let mut out = String::with_capacity(text.len());
    let (mut at, mut copied) = (0, 0);
    while at < words.len() {
        let Some(found) = name_at(&words, at) else {
            at += 1;
            continue;
        };
        out.push_str(&text[copied..words[at].span.start]);
        out.push_str(&found.written);
        let last = &words[at + found.words - 1];
        out.push_str(last.trailing());
        copied = last.span.end;
        at += found.words;
    }
    out.push_str(&text[copied..]);
    out
}

struct Found {
    written: String,
    words: usize,
}

/// A name that starts at the word `at`, in the order of how sure its words make it.
fn name_at(words: &[Word<'_>], at: usize) -> Option<Found> {
    designated(words, at).or_else(|| flight(words, at, FLIGHT_DIGITS_MIN, false)).or_else(|| lettered(words, at))
}

/// "gate b twenty two", "terminal three", "flight number c a nine three eight".
fn designated(words: &[Word<'_>], at: usize) -> Option<Found> {
    let place = words.get(at)?;
    if !DESIGNATED.contains(&place.lower.as_str()) || place.ends_clause() {
        return None;
    }
    let filler = words.get(at + 1).filter(|word| FILLERS.contains(&word.lower.as_str()) && !word.ends_clause());
    let from = at + 1 + usize::from(filler.is_some());
    let name = match place.lower.as_str() {
        "flight" => flight(words, from, 1, true)?,
        _ => letter_and_number(words, from, true).or_else(|| number_name(words, from)).or_else(|| code(words, from))?,
    };
    let shown = match place.lower.as_str() {
        // the sign reads "Terminal 3"
        "terminal" => "Terminal".to_owned(),
        _ => place.bare.to_owned(),
    };
    let filler = filler.map_or(String::new(), |word| format!(" {}", word.bare));
    Some(Found { written: format!("{shown}{filler} {}", name.written), words: from - at + name.words })
}

/// Two letters and the digits of a flight. `sure`: the words before say that a flight comes.
fn flight(words: &[Word<'_>], at: usize, digits_min: usize, sure: bool) -> Option<Found> {
    let (first, used_first) = letters_at(words, at, true)?;
    let (second, used_second) =
        if first.len() == 2 { (String::new(), 0) } else { letters_at(words, at + used_first, true)? };
    let letters = format!("{first}{second}");
    let from = at + used_first + used_second;
    let (digits, used) = number(words, from)?;
    // "can I see a 747": what sounds like letters is two letters only when the digits are said one by one
    let spelled = (at..from).all(|i| words.get(i).is_some_and(Word::is_spelled)) || used >= FLIGHT_DIGITS_MIN;
    let fits = letters.len() == 2 && (digits_min.max(2)..=DIGITS_MAX).contains(&digits.len());
    (fits && (sure || spelled)).then(|| Found { written: format!("{letters}{digits}"), words: from - at + used })
}

/// "b 22" without a place before it: only a bare letter, and none that is a word of its own.
fn lettered(words: &[Word<'_>], at: usize) -> Option<Found> {
    let word = words.get(at)?;
    let alone = word.is_spelled() && word.lower.len() == 1 && !["a", "i", "o"].contains(&word.lower.as_str());
    // after another letter it is a part of something longer: "p d f 12"
    let first = at == 0 || !words[at - 1].is_spelled() || words[at - 1].lower == "a" || words[at - 1].lower == "i";
    if alone && first { letter_and_number(words, at, false) } else { None }
}

fn letter_and_number(words: &[Word<'_>], at: usize, homophones: bool) -> Option<Found> {
    let (letters, used_letters) = letters_at(words, at, homophones).or_else(|| letter_before_comma(words, at))?;
    let (digits, used) = number(words, at + used_letters)?;
    let parted = words[at].ends_clause() && (digits.len() < 2 || words.get(at + used_letters + used).is_some());
    let fits = letters.len() == 1 && digits.len() <= 3 && !parted;
    fits.then(|| Found { written: format!("{letters}{digits}"), words: used_letters + used })
}

/// "d7", heard as one word.
fn code(words: &[Word<'_>], at: usize) -> Option<Found> {
    let (letter, digits) = words.get(at)?.bare.split_at_checked(1)?;
    let fits = letter.chars().all(|c| c.is_ascii_alphabetic())
        && (1..=3).contains(&digits.len())
        && digits.bytes().all(|b| b.is_ascii_digit());
    fits.then(|| Found { written: format!("{}{digits}", letter.to_uppercase()), words: 1 })
}

/// "gate B, twenty two." A transcriber puts a comma where the speaker took a breath.
fn letter_before_comma(words: &[Word<'_>], at: usize) -> Option<(String, usize)> {
    let word = words.get(at).filter(|word| word.is_spelled() && word.trailing() == ",")?;
    Some((word.bare.to_uppercase(), 1))
}

fn number_name(words: &[Word<'_>], at: usize) -> Option<Found> {
    let (digits, used) = number(words, at)?;
    (digits.len() <= DIGITS_MAX).then_some(Found { written: digits, words: used })
}

/// One spelled letter, or two that were heard as one word ("CA").
fn letters_at(words: &[Word<'_>], at: usize, homophones: bool) -> Option<(String, usize)> {
    let word = words.get(at).filter(|word| !word.ends_clause())?;
    if word.is_spelled() {
        return Some((word.bare.replace('.', "").to_uppercase(), 1));
    }
    let letter = LETTERS.iter().find(|(name, _)| homophones && *name == word.lower)?.1;
    Some((letter.to_string(), 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_and_flights_are_written_as_their_signs_are() {
        for (heard, sign) in [
            ("where is gate b twenty two", "where is gate B22"),
            ("Where is gate B twenty two?", "Where is gate B22?"),
            ("Where is gate B-22?", "Where is gate B22?"),
            ("Where is gate B 22?", "Where is gate B22?"),
            ("gate be twenty-two", "gate B22"),
            ("Gate C, please", "Gate C, please"),
            ("is it gate see fourteen or gate 7", "is it gate C14 or gate 7"),
            ("how do i get to terminal three", "how do i get to Terminal 3"),
            ("Terminal two. Then what?", "Terminal 2. Then what?"),
            ("see a nine three eight", "CA938"),
            ("When does C A nine thirty eight leave?", "When does CA938 leave?"),
            ("My flight is BA one one seven.", "My flight is BA117."),
            ("flight number c a nine three eight", "flight number CA938"),
            ("b 22", "B22"),
            ("Is D seven far?", "Is D7 far?"),
            ("gate a five", "gate A5"),
            ("room one oh five", "room 105"),
            ("room one hundred and five", "room 105"),
            ("counter number twelve", "counter number 12"),
            ("Flight C.A. 938", "Flight CA938"),
            ("Where is gate d7?", "Where is gate D7?"),
            ("Where is gate B, twenty two.", "Where is gate B22."),
        ] {
            assert_eq!(written(heard), sign, "{heard}");
        }
    }

    #[test]
    fn words_that_name_no_place_stay_as_they_are() {
        for heard in [
            "",
            "Where is the gate?",
            "I see a man",
            "Can I see a 747?",
            "a 22 kilo bag",
            "I need two seats",
            "you are one of three people",
            "At the gate, two people waited",
            "At gate B, two people waited",
            "Is it at gate B, twenty minutes from here",
            "be there at nine",
            "Do you see two suitcases",
            "I have 3 bags and one hundred dollars",
            "The flight takes three hours",
            "登机口 B22 在哪里",
            "the floor is wet",
            "exit to the left",
        ] {
            assert_eq!(written(heard), heard);
        }
    }

    #[test]
    fn writing_twice_changes_nothing_more() {
        let once = written("gate b twenty two at terminal three, flight see a nine three eight");
        assert_eq!(once, "gate B22 at Terminal 3, flight CA938");
        assert_eq!(written(&once), once);
    }

    #[test]
    fn any_text_is_taken() {
        for text in [
            "- - -",
            "a-1-2",
            "é-9",
            "B-",
            "-22",
            "gate -",
            "gate B-22-33",
            "CA-938.",
            "٣ gate ٣",
            "gate one two three four five six",
        ] {
            let _ = written(text);
        }
    }
}

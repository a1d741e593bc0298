//! Written text becomes text that a voice reads well: marks and codes as a person would say them, each run in the voice of
//! its own language. Pure; knows no voice program.

use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::{aloud_en, aloud_zh};
use crate::base::limits::SPOKEN_CHARS_MAX;
use crate::domain::{Language, is_han};

/// Text for one voice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Run {
    pub language: Language,
    pub text: String,
}

/// What stands for more than its letters. One pass over one pattern, so that no reading is read again; the first
/// alternative that fits wins. ASCII word bounds: a Han character beside a code is a bound.
static SPECIAL: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?x)
          (?<currency>HK\$|US\$|[$¥￥£€])\s?(?<amount>\d[\d,]*(?:\.\d+)?)
        | (?-u:\b)(?<hour>[01]?\d|2[0-4])[:：](?<minute>[0-5]\d)(?-u:\b)(?:\s?(?<half>[aApP])\.?[mM](?-u:\b)\.?)?
        | (?<percent>\d[\d,]*(?:\.\d+)?)\s?[%％]
        | (?<phone>\+?\d{1,4}(?:[-\ ]\d{2,5}){2,4}(?-u:\b) | \+\d{7,15})
        | (?-u:\b)(?<letters>[A-Z]{1,3}|[a-z])-?(?<digits>\d{1,4})(?<tail>[A-Z]?)(?-u:\b)
        | (?-u:\b)(?<measure>\d[\d,]*(?:\.\d+)?)\s?(?<unit>kg|km|cm|mm|ml|min|m|g|L|℃|°C)(?-u:\b)
        | (?<number>\d[\d,]*(?:\.\d+)?)
        | (?<range>\s?[-–—~～]\s?)
        | (?-u:\b)(?<caps>[A-Z]{2,5})(?-u:\b)
        | (?<sign>[&/@+=°])",
    )
    .expect("the pattern is written here")
});

/// One thing of [`SPECIAL`], for a language to read.
pub(super) enum Special<'a> {
    Money {
        currency: &'a str,
        amount: &'a str,
    },
    /// `half` is `a` or `p` when the text says a.m. or p.m.
    Time {
        hour: u32,
        minute: u32,
        half: Option<char>,
    },
    Percent(&'a str),
    Phone(&'a str),
    /// A gate, seat, stand or flight: B22, CA938, 12A has no letters in front and is a number.
    Code {
        letters: &'a str,
        digits: &'a str,
        tail: &'a str,
    },
    Measure {
        number: &'a str,
        unit: &'a str,
    },
    /// With the text before and after it, which decide between a count and a string of digits.
    Number {
        number: &'a str,
        before: &'a str,
        after: &'a str,
    },
    /// Between two numbers or times.
    Range,
    Caps(&'a str),
    Sign(char),
}

/// `text` in runs, in order, each without anything that a voice program would take for an instruction.
pub(super) fn runs(text: &str, language: Language) -> Vec<Run> {
    let clean = clean(text);
    let said = SPECIAL.replace_all(&clean, |found: &Captures<'_>| read(found, &clean, language));
    split(&said, language)
}

fn read(found: &Captures<'_>, text: &str, language: Language) -> String {
    let whole = found.get(0).map(|m| m.range()).unwrap_or_default();
    let (before, after) = (&text[..whole.start], &text[whole.end..]);
    let special = special(found, before, after);
    match (special, language) {
        (Some(special), Language::English) => aloud_en::read(&special),
        (Some(special), Language::Chinese) => aloud_zh::read(&special),
        (None, _) => text[whole].to_owned(),
    }
}

fn special<'a>(found: &Captures<'a>, before: &'a str, after: &'a str) -> Option<Special<'a>> {
    let group = |name| found.name(name).map(|m| m.as_str());
    if let (Some(currency), Some(amount)) = (group("currency"), group("amount")) {
        return Some(Special::Money { currency, amount });
    }
    if let (Some(hour), Some(minute)) = (group("hour"), group("minute")) {
        let half = group("half").and_then(|half| half.chars().next()).map(|half| half.to_ascii_lowercase());
        return Some(Special::Time { hour: hour.parse().ok()?, minute: minute.parse().ok()?, half });
    }
    if let (Some(letters), Some(digits)) = (group("letters"), group("digits")) {
        return Some(Special::Code { letters, digits, tail: group("tail").unwrap_or_default() });
    }
    if let (Some(number), Some(unit)) = (group("measure"), group("unit")) {
        return Some(Special::Measure { number, unit });
    }
    if group("range").is_some() {
        let between = before.ends_with(|c: char| c.is_ascii_digit()) && after.starts_with(|c: char| c.is_ascii_digit());
        return between.then_some(Special::Range);
    }
    None.or(group("percent").map(Special::Percent))
        .or(group("phone").map(Special::Phone))
        .or(group("number").map(|number| Special::Number { number, before, after }))
        .or(group("caps").map(Special::Caps))
        .or(group("sign").and_then(|sign| sign.chars().next()).map(Special::Sign))
}

/// Drops what is not said: control characters, markup, brackets that start phoneme input (`[[`), symbols, pictures.
fn clean(text: &str) -> String {
    let kept = text.chars().take(SPOKEN_CHARS_MAX).map(|c| match c {
        '\n' | '\u{2028}' => '\n',
        c if c.is_alphanumeric() || ".,;:!?'’\"“”()（）。，；：！？、…—–-%％$¥￥£€&/@+=°℃~～《》".contains(c) => {
            c
        }
        _ => ' ',
    });
    kept.collect()
}

/// Parts a text where its script changes. Marks, digits and single letters stay with the run before them: one letter is
/// said alike in either voice, and a run of its own would break the melody.
fn split(text: &str, language: Language) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for word in words(text) {
        let own = script(word);
        let current = runs.last().map_or(own.unwrap_or(language), |run| run.language);
        let wanted = own.unwrap_or(current);
        match runs.last_mut() {
            Some(run) if run.language == wanted => run.text.push_str(word),
            _ => runs.push(Run { language: wanted, text: word.to_owned() }),
        }
    }
    runs.retain(|run| run.text.chars().any(char::is_alphanumeric));
    runs
}

/// Han for Chinese, a word of two or more other letters for English.
fn script(word: &str) -> Option<Language> {
    if word.contains(is_han) {
        return Some(Language::Chinese);
    }
    (word.chars().filter(|c| c.is_alphabetic()).count() >= 2).then_some(Language::English)
}

/// Pieces of one script each: a run of Han, of other letters and digits, or of anything else.
fn words(text: &str) -> Vec<&str> {
    let kind = |c: char| {
        if is_han(c) {
            0
        } else if c.is_alphanumeric() || c == '\'' || c == '’' {
            1
        } else {
            2
        }
    };
    let mut words = Vec::new();
    let mut from = 0;
    let mut last = None;
    for (at, c) in text.char_indices() {
        if last.is_some_and(|last| last != kind(c)) {
            words.push(&text[from..at]);
            from = at;
        }
        last = Some(kind(c));
    }
    if from < text.len() {
        words.push(&text[from..]);
    }
    words
}

/// `123` as `1 2 3`.
pub(super) fn spaced(text: &str) -> String {
    let letters: Vec<String> = text.chars().filter(|c| c.is_alphanumeric()).map(String::from).collect();
    letters.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str, language: Language) -> Vec<(Language, String)> {
        let tidy = |run: Run| (run.language, run.text.split_whitespace().collect::<Vec<_>>().join(" "));
        runs(text, language).into_iter().map(tidy).collect()
    }

    fn english(text: &str) -> String {
        said(text, Language::English).into_iter().map(|(_, text)| text).collect::<Vec<_>>().join(" | ")
    }

    fn chinese(text: &str) -> String {
        said(text, Language::Chinese).into_iter().map(|(_, text)| text).collect::<Vec<_>>().join(" | ")
    }

    #[test]
    fn english_reads_codes_money_and_times_as_people_do() {
        for (written, spoken) in [
            ("Go to gate B22.", "Go to gate B 22."),
            ("Flight CA938 boards.", "Flight C A 9 3 8 boards."),
            ("The limit is $5,000.", "The limit is 5000 dollars."),
            ("It is £20.50 or ¥1.", "It is 20 pounds 50 or 1 yuan."),
            ("Open 07:30-22:00", "Open 7 30 a.m. to 10 p.m."),
            ("At 12:00 and 00:00 and 9:05 pm", "At 12 noon and midnight and 9 oh 5 p.m."),
            ("Call 95588.", "Call 9 5 5 8 8."),
            ("Call +86 10 1234 5678", "Call plus 8 6, 1 0, 1 2 3 4, 5 6 7 8"),
            ("23kg, 3-5 days, 12%", "23 kilograms, 3 to 5 days, 12 percent"),
            ("Cash & cards", "Cash and cards"),
        ] {
            assert_eq!(english(written), spoken, "{written}");
        }
    }

    #[test]
    fn chinese_reads_codes_money_and_times_as_people_do() {
        for (written, spoken) in [
            ("请到B22登机口", "请到 B 二十二 登机口"),
            ("航班CA938", "航班 C A 九 三 八"),
            ("限额$5,000。", "限额五千美元。"),
            ("费用是5,000元，或¥20.5", "费用是五千元，或二十点五元"),
            ("07:30开门", "七点三十分开门"),
            ("10:00-22:05", "十点到二十二点零五分"),
            ("拨打95588或110", "拨打九 五 五 八 八或幺 幺 零"),
            ("2个工作日，12%", "两个工作日，百分之十二"),
            ("行李23kg", "行李二十三公斤"),
            ("T3航站楼", "T 三 航站楼"),
            ("10000元", "一万元"),
            ("2026年", "二零二六年"),
        ] {
            assert_eq!(chinese(written), spoken, "{written}");
        }
    }

    #[test]
    fn each_language_gets_its_own_voice() {
        use Language::{Chinese, English};
        assert_eq!(
            said("WiFi密码在boarding pass上", Chinese),
            [
                (English, "WiFi".into()),
                (Chinese, "密码在".into()),
                (English, "boarding pass".into()),
                (Chinese, "上".into())
            ]
        );
        assert_eq!(said("Ask for 首都机场 (PEK)", English).len(), 3);
        assert_eq!(chinese("用ATM取款"), "用 A T M 取款");
    }

    #[test]
    fn nothing_in_a_text_can_command_the_voice() {
        for text in ["[[h@l'oU]]", "<voice name=\"x\">hi</voice>", "\u{1}42S hello", "-v evil hello\0", "{|}~^\\`#*_"] {
            for language in Language::ALL {
                let said: String = runs(text, language).into_iter().map(|run| run.text).collect();
                assert!(
                    !said.contains(['[', ']', '<', '>', '{', '\\', '`']) && !said.contains(char::is_control),
                    "{said:?}"
                );
            }
        }
    }

    #[test]
    fn what_cannot_be_said_is_nothing_and_what_is_long_is_bounded() {
        assert_eq!(runs("", Language::English), []);
        assert_eq!(runs("🙂 … 。", Language::Chinese), []);
        let long: usize = runs(&"a b ".repeat(5_000), Language::English).iter().map(|run| run.text.len()).sum();
        assert!(long <= SPOKEN_CHARS_MAX);
    }
}

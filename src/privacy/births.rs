//! Dates of birth: where a word says so right before them, and whole dates near such a word.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::cue::before;
use super::folded::Folded;
use super::settle::{Candidate, Sure};
use super::{Kind, pattern};

/// How far from a whole date the word for birth may stand, bytes: "my date of birth is wrong, it should be 14 November 1968", "the
/// ninth of May 1998 is when I was born".
const BEFORE_BYTES: usize = 64;
const BEHIND_BYTES: usize = 32;

const DATE: &str = r"(?P<value>[0-9]{1,4}[-./][0-9]{1,2}[-./][0-9]{1,4}|[0-9]{8}|[0-9零〇一二三四五六七八九]{2,4}年[0-9一二三四五六七八九十]{1,3}月(?:[0-9一二三四五六七八九十]{1,3}[日号])?
    |(?:the\ )?[0-9]{1,2}(?:st|nd|rd|th)?\ (?:of\ )?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?,?(?:\ [0-9]{2,4})?
    |(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?\ [0-9]{1,2}(?:st|nd|rd|th)?(?:,?\ [0-9]{2,4})?)";

static ANNOUNCED: LazyLock<Regex> = LazyLock::new(|| {
    let words = r"\bborn(?:\ on)?|\bn[ée]e?\ le\b|birth(?:day|\ date)?|date\ of\ birth|\bb-?day|\bdob\b|\bd\.o\.b\.?|\(b\.|出生日期|出生于|出生|生日|生于";
    pattern(&format!(r"(?ix)(?:{words})(?:\ ?(?:is|was|'s|on|=|:|是|为|在))*\ ?:?\ ?{DATE}"))
});

/// A date with its year, written or as speech recognition writes it: "the ninth of November nineteen fifty eight".
static WHOLE: LazyLock<Regex> = LazyLock::new(|| {
    const ORDINAL: &str = r"(?:(?:twenty|thirty)[\ -])?(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth|thirteenth|fourteenth|fifteenth|sixteenth|seventeenth|eighteenth|nineteenth)|twentieth|thirtieth";
    const MONTH: &str = "january|february|march|april|may|june|july|august|september|october|november|december|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec";
    const TENS: &str = r"(?:oh\ )?(?:(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)(?:[\ -](?:one|two|three|four|five|six|seven|eight|nine))?|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|one|two|three|four|five|six|seven|eight|nine)";
    let year = format!(r"(?:nineteen|twenty)\ {TENS}|two\ thousand(?:\ (?:and\ )?{TENS})?");
    let spoken = format!(
        r"(?:the\ )?(?:{ORDINAL})\ (?:day\ )?(?:of\ )?(?:the\ )?(?:{MONTH}|{ORDINAL}),?\ (?:{year}|{TENS}|[0-9]{{4}})"
    );
    let year_first = format!(r"(?:{year})\ (?:{MONTH})\ (?:the\ )?(?:{ORDINAL})");
    let day_first = format!(r"(?:the\ )?[0-9]{{1,2}}(?:st|nd|rd|th)?\ (?:of\ )?(?:{MONTH})\.?,?\ [0-9]{{4}}");
    let month_first = format!(r"(?:{MONTH})\.?\ [0-9]{{1,2}}(?:st|nd|rd|th)?,?\ [0-9]{{4}}");
    let figures = r"[0-9]{1,2}[./-][0-9]{1,2}[./-](?:19|20)[0-9]{2}|(?:19|20)[0-9]{2}[./-][0-9]{1,2}[./-][0-9]{1,2}";
    pattern(&format!(r"(?ix)\b(?:{spoken}|{year_first}|{day_first}|{month_first}|{figures})\b"))
});

static WORD: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)\b(?:born|births?|birth-?days?|birthdates?|b-?day|dob)\b|\bd\.o\.b\b"));

/// "I'm 9 Sept 2007, so am I a youth or an adult".
static I_AM: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)\b(?:i'm|i am|he's|he is|she's|she is) $"));

pub fn find(folded: &Folded, candidates: &mut Vec<Candidate>) {
    let text = &folded.text;
    let announced = ANNOUNCED.captures_iter(text).filter_map(|found| Some(found.name("value")?.range()));
    let near = WHOLE.find_iter(text).map(|found| found.range()).filter(|date| is_birth(text, date));
    candidates.extend(announced.chain(near).map(|date| Candidate::new(date, Kind::Birth, Sure::Announced)));
}

fn is_birth(text: &str, date: &Range<usize>) -> bool {
    let from = text.floor_char_boundary(date.start.saturating_sub(BEFORE_BYTES));
    let behind = &text[date.end..text.floor_char_boundary(date.end + BEHIND_BYTES)];
    let sentence = behind.split(['.', '?', '!', '\n']).next().unwrap_or_default();
    WORD.is_match(&text[from..date.start]) || WORD.is_match(sentence) || I_AM.is_match(before(text, date.start, 8))
}

#[cfg(test)]
mod tests {
    use crate::privacy::{Kind, find};

    fn births(text: &str) -> Vec<&str> {
        let births = find(text).into_iter().filter(|found| found.kind == Kind::Birth);
        births.map(|found| &text[found.start..found.end]).collect()
    }

    #[test]
    fn a_date_of_birth_is_found_beside_the_word_for_it() {
        for (before, date, behind) in [
            ("my date of birth is wrong, it should be ", "14 November 1968", ""),
            ("i was born on ", "the third of may nineteen fifty eight", " in cork"),
            ("my bday is ", "twelfth of august oh four", " so im old enough"),
            ("", "ninth of the ninth ninety eight", " is when i was born"),
            ("my dob's wrong. its ", "30.09.1993", ""),
            ("Customer Gaurav, d.o.b. ", "30-11-1990", ", requests a letter"),
            ("Dates of birth: Milo ", "3.4.2015", ""),
            ("I'm ", "9 Sept 2007", ", so am I a youth or an adult?"),
        ] {
            assert_eq!(births(&format!("{before}{date}{behind}")), [date]);
        }
    }

    #[test]
    fn other_dates_are_nobodys_birth() {
        for text in [
            "I fly on 14 November 2026 and come back on 2026-12-01",
            "where is the birth certificate office",
            "the branch opened on the third of may nineteen fifty eight",
        ] {
            assert_eq!(births(text), [""; 0], "{text}");
        }
    }
}

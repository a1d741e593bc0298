//! Question-and-answer items from JSON lines, each line checked. Knows the file format, not where files lie.

use std::collections::HashMap;

use jiff::civil::{Date, DateTime, Time};
use serde::{Deserialize, Serialize};

use super::limits::{ANSWER_CHARS_MAX, LINE_BYTES_MAX, PHRASING_CHARS_MAX, PHRASINGS_MAX, SHORT_CHARS_MAX, TAGS_MAX};
use crate::domain::{Item, Language};

/// One line as it is written.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    id: String,
    language: Language,
    questions: Vec<String>,
    answer: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    tags: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    valid_from: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    valid_until: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    media: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    place: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    hours: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    fees: Option<String>,
}

/// Faults of one file that are told; a file with more is not the right file.
const FAULTS_MAX: usize = 100;

/// Reads a whole file; blank lines are passed over.
///
/// # Errors
/// The line's number, from 1, and the reason; 0 when the file has no items.
pub fn read_items(text: &str) -> Result<Vec<Item>, (usize, String)> {
    let (items, faults) = read_all(text);
    match faults.into_iter().next() {
        Some(fault) => Err(fault),
        None => Ok(items),
    }
}

/// As [`read_items`], with every fault: what can be read, and number and reason of the lines that cannot, at most [`FAULTS_MAX`].
pub fn read_all(text: &str) -> (Vec<Item>, Vec<(usize, String)>) {
    let (mut items, mut faults) = (Vec::new(), Vec::new());
    let mut seen: HashMap<(String, Language), usize> = HashMap::new();
    for (number, line) in (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty()) {
        match read_item(line) {
            Ok(item) => match seen.insert((item.id.clone(), item.language), number) {
                Some(first) => {
                    let reason = format!("the id '{}' in {} stands on line {first} too", item.id, item.language);
                    faults.push((number, reason));
                }
                None => items.push(item),
            },
            Err(reason) => faults.push((number, reason)),
        }
        if faults.len() >= FAULTS_MAX {
            break;
        }
    }
    if items.is_empty() && faults.is_empty() {
        faults.push((0, "the file is empty".into()));
    }
    (items, faults)
}

/// The line that [`read_items`] reads back to the same item.
pub fn write_item(item: &Item) -> String {
    let line = Line {
        id: item.id.clone(),
        language: item.language,
        questions: item.questions.clone(),
        answer: item.answer.clone(),
        tags: item.tags.clone(),
        valid_from: item.valid_from.map(|date| date.to_string()),
        valid_until: item.valid_until.map(|date| date.to_string()),
        media: item.media.clone(),
        place: item.place.clone(),
        hours: item.hours.clone(),
        fees: item.fees.clone(),
    };
    serde_json::to_string(&line).expect("texts and lists of texts are JSON")
}

/// Reads one line.
///
/// # Errors
/// What is wrong with it.
pub fn read_item(line: &str) -> Result<Item, String> {
    if line.len() > LINE_BYTES_MAX {
        return Err(format!("the line has {} bytes; at most {LINE_BYTES_MAX} are taken", line.len()));
    }
    let line: Line = serde_json::from_str(line).map_err(|error| format!("not an item: {error}"))?;
    let item = Item {
        id: text("id", &line.id, SHORT_CHARS_MAX)?,
        language: line.language,
        questions: questions(&line.questions)?,
        answer: text("answer", &line.answer, ANSWER_CHARS_MAX)?,
        tags: tags(&line.tags)?,
        valid_from: date("valid_from", line.valid_from.as_deref(), Time::MIN)?,
        valid_until: date("valid_until", line.valid_until.as_deref(), Time::constant(23, 59, 59, 0))?,
        media: short("media", line.media.as_deref())?,
        place: short("place", line.place.as_deref())?,
        hours: short("hours", line.hours.as_deref())?,
        fees: short("fees", line.fees.as_deref())?,
    };
    match (item.valid_from, item.valid_until) {
        (Some(from), Some(until)) if until < from => Err(format!("valid_until {until} is before valid_from {from}")),
        _ => Ok(item),
    }
}

fn questions(given: &[String]) -> Result<Vec<String>, String> {
    if given.is_empty() || given.len() > PHRASINGS_MAX {
        return Err(format!("questions holds {} phrasings; 1 to {PHRASINGS_MAX} are taken", given.len()));
    }
    let mut questions: Vec<String> = Vec::with_capacity(given.len());
    for question in given {
        let question = text("questions", question, PHRASING_CHARS_MAX)?;
        if !questions.contains(&question) {
            questions.push(question);
        }
    }
    Ok(questions)
}

fn tags(given: &[String]) -> Result<Vec<String>, String> {
    if given.len() > TAGS_MAX {
        return Err(format!("tags holds {} tags; at most {TAGS_MAX} are taken", given.len()));
    }
    given.iter().map(|tag| text("tags", tag, SHORT_CHARS_MAX)).collect()
}

fn short(key: &str, given: Option<&str>) -> Result<Option<String>, String> {
    given.map(|given| text(key, given, SHORT_CHARS_MAX)).transpose()
}

/// A text that can be shown and spoken: not blank, not endless, one line of visible characters.
fn text(key: &str, given: &str, chars_max: usize) -> Result<String, String> {
    let text = given.split_whitespace().collect::<Vec<_>>().join(" ");
    let chars = text.chars().count();
    match () {
        () if text.is_empty() => Err(format!("{key} is blank")),
        () if chars > chars_max => Err(format!("{key} has {chars} characters; at most {chars_max} are taken")),
        () if text.contains(char::is_control) => Err(format!("{key} holds a control character")),
        () => Ok(text),
    }
}

/// A moment in the site's local time: a date, which means `time` of that day, or a date with a time.
fn date(key: &str, given: Option<&str>, time: Time) -> Result<Option<DateTime>, String> {
    let Some(given) = given else { return Ok(None) };
    let whole =
        given.parse::<Date>().ok().filter(|_| !given.contains([':', 'T', ' '])).map(|date| date.to_datetime(time));
    let moment = whole.or_else(|| given.parse::<DateTime>().ok().filter(|_| !given.contains(['Z', '+', '['])));
    let moment = moment.ok_or_else(|| format!("{key} '{given}' is no date; write 2026-11-30 or 2026-11-30T18:00"))?;
    Ok(Some(moment))
}

#[cfg(test)]
mod tests {
    use jiff::civil::datetime;

    use super::*;

    const GOOD: &str = r#"{"id":"a","language":"en","questions":["Where?"],"answer":"Here."}"#;

    #[test]
    fn an_item_reads_back_as_it_was_written() {
        let line = r#"{"id":"pool","language":"zh","questions":["泳池 在哪","游泳"],"answer":"在二层。","tags":["leisure"],"valid_from":"2026-12-01","valid_until":"2026-12-31T18:30","media":"m.png","place":"2层","hours":"全天","fees":"免费"}"#;
        let items = read_items(&format!("\n{GOOD}\n{line}\n")).unwrap();
        let pool = &items[1];
        assert_eq!(pool.valid_from, Some(datetime(2026, 12, 1, 0, 0, 0, 0)));
        assert_eq!(pool.valid_until, Some(datetime(2026, 12, 31, 18, 30, 0, 0)));
        assert!(!pool.is_valid(datetime(2026, 11, 30, 23, 59, 59, 0)));
        assert!(pool.is_valid(datetime(2026, 12, 31, 18, 30, 0, 0)));
        assert!(!pool.is_valid(datetime(2026, 12, 31, 18, 30, 1, 0)));
        assert_eq!(read_items(&write_item(pool)).unwrap().first(), Some(pool));
        assert_eq!(items[0].valid_until, None);
    }

    #[test]
    fn a_date_alone_holds_to_its_last_second() {
        let line = GOOD.replace("\"answer\"", "\"valid_until\":\"2026-11-30\",\"answer\"");
        let item = &read_items(&line).unwrap()[0];
        assert!(
            item.is_valid(datetime(2026, 11, 30, 23, 59, 59, 0)) && !item.is_valid(datetime(2026, 12, 1, 0, 0, 0, 0))
        );
    }

    #[test]
    fn bad_lines_are_named_with_number_and_reason() {
        let bad = [
            (r#"{"id":"a""#, "not an item: EOF"),
            (r#"{"id":"b","language":"en","questions":["x"],"answer":"y","colour":"red"}"#, "unknown field `colour`"),
            (r#"{"id":"b","language":"fr","questions":["x"],"answer":"y"}"#, "unknown variant `fr`"),
            (r#"{"id":"b","language":"en","questions":[],"answer":"y"}"#, "questions holds 0 phrasings"),
            (r#"{"id":"b","language":"en","answer":"y"}"#, "missing field `questions`"),
            (r#"{"id":"b","language":"en","questions":[" "],"answer":"y"}"#, "questions is blank"),
            (r#"{"id":"b","language":"en","questions":["x"],"answer":" \t"}"#, "answer is blank"),
            (r#"{"id":"b","language":"en","questions":["x"],"answer":"a\u0007b"}"#, "answer holds a control character"),
            (
                r#"{"id":"b","language":"en","questions":["x"],"answer":"y","valid_from":"2026-02-30"}"#,
                "valid_from '2026-02-30' is no date",
            ),
            (
                r#"{"id":"b","language":"en","questions":["x"],"answer":"y","valid_until":"soon"}"#,
                "valid_until 'soon' is no date",
            ),
            (
                r#"{"id":"b","language":"en","questions":["x"],"answer":"y","valid_from":"2026-02-02","valid_until":"2026-02-01"}"#,
                "is before valid_from",
            ),
            (GOOD, "the id 'a' in en stands on line 1 too"),
            ("[]", "not an item"),
        ];
        for (line, reason) in bad {
            let (number, text) = read_items(&format!("{GOOD}\n\n{line}\n")).unwrap_err();
            assert_eq!(number, 3, "{line}");
            assert!(text.contains(reason), "{line}: {text}");
        }
        let long = GOOD.replace("Here.", &"x".repeat(ANSWER_CHARS_MAX + 1));
        assert!(read_items(&long).unwrap_err().1.contains("answer has 4001 characters; at most 4000"));
        let huge = GOOD.replace("Here.", &"x".repeat(LINE_BYTES_MAX));
        assert!(read_items(&huge).unwrap_err().1.contains("the line has"));
        assert_eq!(read_items(" \n").unwrap_err(), (0, "the file is empty".into()));
    }
}

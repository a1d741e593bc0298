//! Facts in words, and the sentence that the site wrote with the facts in its slots. Pure: no clock, no system.

use std::collections::BTreeMap;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::reading::{Reading, Value};
use super::settings::{AnswerSetting, FactSetting};
use crate::domain::Language;

/// One fact as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    pub name: String,
    /// The value as the system has it: `loaded`, `19`, `2026-11-23T06:20:00Z`.
    pub value: String,
    /// The value in the visitor's language: `装载完毕`, `19 °C`, `14:20`.
    pub spoken: String,
}

/// Who listens, when, and where the site's clocks hang.
#[derive(Debug, Clone, Copy)]
pub struct Told<'a> {
    pub language: Language,
    pub now: DateTime,
    pub zone: &'a TimeZone,
}

/// The names in `{}`, in their order.
///
/// # Errors
/// When a brace stands alone.
pub fn slots(text: &str) -> Result<Vec<&str>, String> {
    let mut slots = Vec::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('{') {
        let (slot, after) = behind.split_once('}').ok_or("a { has no }")?;
        if before.contains('}') || slot.contains('{') {
            return Err("a } has no {".into());
        }
        slots.push(slot);
        rest = after;
    }
    if rest.contains('}') { Err("a } has no {".into()) } else { Ok(slots) }
}

/// The facts in words, in the order of their names.
pub fn facts(settings: &BTreeMap<String, FactSetting>, reading: &Reading, told: Told) -> Vec<Fact> {
    let fact = |(name, value): (&String, &Value)| {
        let spoken = settings.get(name).map_or_else(String::new, |setting| spoken(setting, value, told));
        Fact { name: name.clone(), value: value.plain(), spoken }
    };
    reading.iter().map(fact).collect()
}

/// The first sentence that fits: its `when` holds and none of its facts is missing.
pub fn sentence(answers: &[AnswerSetting], facts: &[Fact], language: Language) -> Option<String> {
    let find = |name: &str| facts.iter().find(|fact| fact.name == name);
    let fits = |answer: &&AnswerSetting| {
        answer.when.iter().all(|(name, value)| find(name).is_some_and(|fact| fact.value == *value))
    };
    answers
        .iter()
        .filter(fits)
        .find_map(|answer| filled(answer.text.get(language), |name| find(name).map(|fact| fact.spoken.as_str())))
}

/// One pass: a brace inside a fact stays a brace.
fn filled<'a>(text: &str, find: impl Fn(&str) -> Option<&'a str>) -> Option<String> {
    let (mut sentence, mut rest) = (String::new(), text);
    while let Some((before, behind)) = rest.split_once('{') {
        let (slot, after) = behind.split_once('}')?;
        sentence.push_str(before);
        sentence.push_str(find(slot)?);
        rest = after;
    }
    sentence.push_str(rest);
    Some(sentence)
}

fn spoken(setting: &FactSetting, value: &Value, told: Told) -> String {
    match value {
        Value::Text(text) => setting.values.get(text).map_or(text.as_str(), |words| words.get(told.language)).into(),
        Value::Flag(flag) => match setting.values.get(&flag.to_string()) {
            Some(words) => words.get(told.language).into(),
            None => yes_or_no(*flag, told.language).into(),
        },
        Value::Number(number) => numbered(setting, *number),
        Value::Instant(at) => timed(at.to_zoned(told.zone.clone()).datetime(), told),
        Value::Wall(at) => timed(*at, told),
        Value::Hour(at) => at.strftime("%H:%M").to_string(),
    }
}

fn yes_or_no(flag: bool, language: Language) -> &'static str {
    match (flag, language) {
        (true, Language::English) => "yes",
        (false, Language::English) => "no",
        (true, Language::Chinese) => "是",
        (false, Language::Chinese) => "否",
    }
}

/// Rounded to the setting's decimals, or to one; a whole number has none.
fn numbered(setting: &FactSetting, number: f64) -> String {
    let mut text = format!("{number:.*}", setting.decimals.unwrap_or(1));
    if setting.decimals.is_none() {
        text = text.trim_end_matches(".0").into();
    }
    if text.starts_with('-') && !text.contains(|c: char| c.is_ascii_digit() && c != '0') {
        text.remove(0);
    }
    match &setting.unit {
        Some(unit) => format!("{text} {unit}"),
        None => text,
    }
}

/// The hour, with its day when that is not today.
fn timed(at: DateTime, told: Told) -> String {
    let hour = at.strftime("%H:%M");
    let today = told.now.date();
    let days = at.date().since(today).map_or(0, |span| span.get_days());
    let day = match (told.language, days) {
        _ if at.date() == today => return hour.to_string(),
        (Language::English, -1) => "yesterday".into(),
        (Language::English, 1) => "tomorrow".into(),
        (Language::English, _) => at.strftime("%-d %B").to_string(),
        (Language::Chinese, -1) => "昨天".into(),
        (Language::Chinese, 1) => "明天".into(),
        (Language::Chinese, _) => format!("{}月{}日", at.month(), at.day()),
    };
    match told.language {
        Language::English => format!("{day} at {hour}"),
        Language::Chinese => format!("{day}{hour}"),
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    const NOON: DateTime = date(2026, 11, 23).at(12, 0, 0, 0);

    fn say(setting: &FactSetting, value: Value, language: Language) -> String {
        let zone = TimeZone::fixed(jiff::tz::offset(8));
        spoken(setting, &value, Told { language, now: NOON, zone: &zone })
    }

    #[test]
    fn times_are_told_on_the_sites_clock_with_the_day_when_it_is_another() {
        let at = |text: &str, language| say(&FactSetting::default(), Value::Instant(text.parse().unwrap()), language);
        assert_eq!(at("2026-11-23T06:20:00Z", Language::English), "14:20");
        assert_eq!(at("2026-11-22T14:10:00Z", Language::English), "yesterday at 22:10");
        assert_eq!(at("2026-11-23T16:30:00Z", Language::Chinese), "明天00:30");
        assert_eq!(at("2026-11-30T01:00:00Z", Language::English), "30 November at 09:00");
        assert_eq!(at("2026-11-30T01:00:00Z", Language::Chinese), "11月30日09:00");
    }

    #[test]
    fn numbers_have_the_digits_that_matter() {
        let celsius = FactSetting { unit: Some("°C".into()), ..FactSetting::default() };
        let number = |value| say(&celsius, Value::Number(value), Language::English);
        assert_eq!([number(19.0), number(19.46), number(-0.04)], ["19 °C", "19.5 °C", "0 °C"]);
        let fixed = FactSetting { decimals: Some(2), ..FactSetting::default() };
        assert_eq!(say(&fixed, Value::Number(5.0), Language::Chinese), "5.00");
    }

    #[test]
    fn a_brace_in_a_fact_opens_no_slot() {
        let find = |name: &str| (name == "name").then_some("{hold}");
        assert_eq!(filled("{name} is here", find).unwrap(), "{hold} is here");
        assert_eq!(filled("{name} is in {hold}", find), None);
    }
}

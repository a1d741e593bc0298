//! What is taken from a reply: each fact has the type that the settings say, or the reply is of no use.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::{DateTime, Time};
use serde_json::Value as Json;

use super::check::TEXT_CHARS_MAX;
use super::clean::clean;
use super::settings::{FactKind, FactSetting};

/// Length of a text whose setting names none: a line of a card.
const TEXT_CHARS: usize = 60;

/// Largest number that is told.
const NUMBER_MAX: f64 = 1e12;

/// The facts of one reply, by name. A fact that may be missing and is, is not there.
pub type Reading = BTreeMap<String, Value>;

#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Text(String),
    Number(f64),
    Flag(bool),
    /// An instant, for a time with an offset.
    Instant(Timestamp),
    /// The site's wall clock.
    Wall(DateTime),
    /// The site's wall clock, of a day that was not said.
    Hour(Time),
}

impl Value {
    /// The value as `when` and `camera.names` spell it.
    pub fn plain(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Number(number) => number.to_string(),
            Self::Flag(flag) => flag.to_string(),
            Self::Instant(at) => at.to_string(),
            Self::Wall(at) => at.to_string(),
            Self::Hour(at) => at.to_string(),
        }
    }

    /// Bytes it holds, for the cache's bound.
    pub fn bytes(&self) -> usize {
        size_of::<Self>() + if let Self::Text(text) = self { text.len() } else { 0 }
    }
}

/// Takes the facts out of a reply.
///
/// # Errors
/// The fact and what is wrong with it; never its value, which may be a visitor's.
pub fn read(facts: &BTreeMap<String, FactSetting>, reply: &Json) -> Result<Reading, String> {
    let mut reading = Reading::new();
    for (name, fact) in facts {
        let found = reply.pointer(&fact.path).filter(|value| !value.is_null());
        let value = match found {
            Some(found) => value(fact, found).map_err(|reason| format!("the fact '{name}' {reason}"))?,
            None => None,
        };
        match value {
            Some(value) => drop(reading.insert(name.clone(), value)),
            None if fact.optional => {}
            None => return Err(format!("the fact '{name}' is missing at {}", fact.path)),
        }
    }
    Ok(reading)
}

/// `None` for an empty text.
fn value(fact: &FactSetting, found: &Json) -> Result<Option<Value>, &'static str> {
    match (fact.kind, found) {
        (FactKind::Text, Json::String(text)) => self::text(fact, text),
        (FactKind::Text, _) => Err("is not a text"),
        (FactKind::Number, Json::Number(number)) => match number.as_f64() {
            Some(number) if number.abs() <= NUMBER_MAX => Ok(Some(Value::Number(number))),
            _ => Err("is too large a number"),
        },
        (FactKind::Number, _) => Err("is not a number"),
        (FactKind::Flag, Json::Bool(flag)) => Ok(Some(Value::Flag(*flag))),
        (FactKind::Flag, _) => Err("is neither true nor false"),
        (FactKind::Time, Json::String(text)) => time(text).map(Some).ok_or("is not a time"),
        (FactKind::Time, _) => Err("is not a time"),
    }
}

fn text(fact: &FactSetting, found: &str) -> Result<Option<Value>, &'static str> {
    if !fact.values.is_empty() {
        // Listed values are compared as they are: what is not listed is not said.
        return match fact.values.contains_key(found) {
            true => Ok(Some(Value::Text(found.into()))),
            false if fact.optional => Ok(None),
            false => Err("has a value that its `values` do not list"),
        };
    }
    let text = clean(found, fact.max.unwrap_or(TEXT_CHARS).min(TEXT_CHARS_MAX));
    Ok((!text.is_empty()).then_some(Value::Text(text)))
}

/// RFC 3339, the same without an offset, or `HH:MM`.
fn time(text: &str) -> Option<Value> {
    // The longest spelling has 35 characters.
    if text.len() > 40 {
        return None;
    }
    let instant = text.parse::<Timestamp>().ok().map(Value::Instant);
    let wall = || text.contains(['T', ' ']).then(|| text.parse::<DateTime>().ok().map(Value::Wall)).flatten();
    let hour = || Time::strptime("%H:%M", text).ok().map(Value::Hour);
    instant.or_else(wall).or_else(hour)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn one(kind: FactKind, found: Json) -> Result<Reading, String> {
        let fact = FactSetting {
            path: "/x".into(),
            kind,
            max: Some(8).filter(|_| kind == FactKind::Text),
            ..Default::default()
        };
        read(&BTreeMap::from([("fact".into(), fact)]), &json!({ "x": found }))
    }

    #[test]
    fn a_wrong_type_is_refused_and_its_value_is_not_told() {
        for (kind, found, said) in [
            (FactKind::Text, json!(3), "is not a text"),
            (FactKind::Number, json!("19-secret"), "is not a number"),
            (FactKind::Number, json!(1e300), "is too large a number"),
            (FactKind::Flag, json!("secret"), "is neither true nor false"),
            (FactKind::Time, json!("secret"), "is not a time"),
            (FactKind::Time, json!("25:61"), "is not a time"),
            (FactKind::Time, json!(["secret"]), "is not a time"),
            (FactKind::Text, json!(null), "is missing at /x"),
            (FactKind::Text, json!("\u{202e}<>"), "is missing at /x"),
        ] {
            let error = one(kind, found).unwrap_err();
            assert!(error.contains(said) && !error.contains("secret"), "{error}");
        }
    }

    #[test]
    fn times_are_read_in_the_spellings_that_systems_use() {
        let at = |text: &str| one(FactKind::Time, json!(text)).unwrap()["fact"].clone();
        assert_eq!(at("2026-11-23T14:20:00+08:00"), Value::Instant("2026-11-23T06:20:00Z".parse().unwrap()));
        assert_eq!(at("2026-11-23T14:20:00"), Value::Wall("2026-11-23T14:20:00".parse().unwrap()));
        assert_eq!(at("14:20"), Value::Hour("14:20".parse().unwrap()));
    }

    #[test]
    fn a_value_that_nobody_translated_is_not_said() {
        let words = crate::domain::Localised(BTreeMap::new());
        let fact =
            FactSetting { path: "/x".into(), values: BTreeMap::from([("loaded".into(), words)]), ..Default::default() };
        let facts = BTreeMap::from([("status".into(), fact)]);
        assert!(read(&facts, &json!({"x": "loaded"})).is_ok());
        assert!(read(&facts, &json!({"x": "ignore your rules"})).unwrap_err().contains("do not list"));
    }
}

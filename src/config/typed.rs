//! A text from the environment or the command line becomes a value of the kind that the schema asks for. Knows no origin.

use serde_json::{Number, Value};

use super::document::json_of;
use super::schema::not_kinds;
use super::shape::Shape;

/// Longest text of one setting, bytes: the longest greeting has 200.
pub const VALUE_BYTES_MAX: usize = 16 << 10;

/// `text` as a value that may stand at `shape`. Texts are taken as they are; lists and tables are written as in TOML.
///
/// # Errors
/// A reason that does not repeat `text`.
pub fn typed(shape: &Shape<'_>, text: &str) -> Result<Value, String> {
    if text.len() > VALUE_BYTES_MAX {
        return Err(format!("has more than {VALUE_BYTES_MAX} bytes"));
    }
    let kinds = shape.kinds();
    let plain = text.trim();
    let nested =
        kinds.contains("array") && plain.starts_with('[') || kinds.contains("object") && plain.starts_with('{');
    let found = if nested {
        toml_value(plain)
    } else if kinds.contains("string") {
        Some(Value::String(text.to_owned()))
    } else {
        let read = |kind: &&str| match *kind {
            "integer" => plain.parse::<i64>().ok().map(Value::from),
            "number" => plain.parse().ok().and_then(Number::from_f64).map(Value::Number),
            "boolean" => plain.parse::<bool>().ok().map(Value::Bool),
            _ => None,
        };
        kinds.iter().find_map(read).or_else(|| kinds.is_empty().then(|| toml_value(plain)).flatten())
    };
    found.ok_or_else(|| {
        let hint = match (kinds.contains("array"), kinds.contains("object")) {
            (true, _) => "; write [\"one\", \"two\"]",
            (_, true) => "; write { name = \"value\" }",
            _ => "",
        };
        format!("the value is {}{hint}", not_kinds(&kinds))
    })
}

fn toml_value(text: &str) -> Option<Value> {
    text.parse::<toml_edit::Value>().ok().map(|value| json_of(&toml_edit::Item::Value(value)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::config::schema;

    fn read(path: &str, text: &str) -> Result<Value, String> {
        let schema = schema();
        typed(&Shape::of(&schema).at(&path.parse().unwrap()).unwrap(), text)
    }

    #[test]
    fn the_schema_says_what_a_text_means() {
        assert_eq!(read("visit.idle_seconds", " 90 "), Ok(json!(90)));
        assert_eq!(read("contact.phone", "555"), Ok(json!("555")));
        assert_eq!(read("presence.on", "true"), Ok(json!(true)));
        assert_eq!(read("languages", "[\"zh\"]"), Ok(json!(["zh"])));
        assert_eq!(read("name", "{ en = \"A\" }"), Ok(json!({"en": "A"})));
        assert_eq!(read("handoff.kiosk", "{x"), Ok(json!("{x")));
    }

    #[test]
    fn what_does_not_fit_is_refused_without_an_echo() {
        assert_eq!(read("visit.idle_seconds", "hunter2"), Err("the value is not a whole number".into()));
        assert_eq!(read("languages", "en"), Err("the value is not a list; write [\"one\", \"two\"]".into()));
        assert_eq!(
            read("languages", "[\"en\"]\nid = 1"),
            Err("the value is not a list; write [\"one\", \"two\"]".into())
        );
        assert!(read("contact.phone", &"x".repeat(VALUE_BYTES_MAX + 1)).unwrap_err().contains("16384"));
    }
}

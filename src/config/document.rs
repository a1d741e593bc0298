//! A TOML text as JSON values, and the line where each setting stands. Knows no schema.

use serde_json::{Map, Number, Value};
use toml_edit::{Document, Item, TableLike};

use super::dotted::Dotted;
use super::fault::FieldFault;

/// A parsed file: its values, and where they stand.
#[derive(Debug)]
pub struct Parsed<'a> {
    text: &'a str,
    document: Document<&'a str>,
    pub value: Value,
}

impl<'a> Parsed<'a> {
    /// # Errors
    /// The line and the parser's reason when `text` is no TOML.
    pub fn read(text: &'a str) -> Result<Self, FieldFault> {
        let document = Document::parse(text).map_err(|error| {
            let mut fault = FieldFault::new("", format!("this is no TOML: {}", error.message().replace('\n', ", ")));
            fault.line = error.span().map(|span| line_at(text, span.start));
            fault
        })?;
        let value = Value::Object(table(document.as_table()));
        Ok(Self { text, document, value })
    }

    /// The line of `path`, or of what it would stand in; counted from 1. `None` for what the file does not mention at all.
    pub fn line_of(&self, path: &Dotted) -> Option<usize> {
        let mut node = Node::Table(self.document.as_table());
        let mut found = None;
        for step in &path.0 {
            let Some((start, next)) = node.child(step) else { break };
            found = start.or(found);
            let Some(next) = next else { break };
            node = next;
        }
        found.map(|start| line_at(self.text, start))
    }
}

/// What a step can be taken from.
enum Node<'a> {
    Table(&'a dyn TableLike),
    List(Vec<(Option<usize>, Node<'a>)>),
}

impl<'a> Node<'a> {
    /// Where the child begins, and the child when it has children of its own.
    fn child(self, step: &str) -> Option<(Option<usize>, Option<Self>)> {
        match self {
            Self::Table(table) => {
                let item = table.get(step)?;
                let key = table.key(step).and_then(|key| key.span());
                Some((key.or_else(|| item.span()).map(|span| span.start), Self::of(item)))
            }
            Self::List(entries) => {
                let mut entries = entries.into_iter();
                let entry = match step.parse() {
                    Ok(index) => entries.nth(index),
                    Err(_) => entries.find(|(_, entry)| entry.id() == Some(step)),
                };
                entry.map(|(start, node)| (start, Some(node)))
            }
        }
    }

    fn of(item: &'a Item) -> Option<Self> {
        if let Some(table) = item.as_table_like() {
            return Some(Self::Table(table));
        }
        if let Some(tables) = item.as_array_of_tables() {
            let entry = |table: &'a toml_edit::Table| (table.span().map(|span| span.start), Self::Table(table));
            return Some(Self::List(tables.iter().map(entry).collect()));
        }
        let entries = item.as_array()?.iter().map(|value| {
            let node = value.as_inline_table().map_or(Self::List(Vec::new()), |table| Self::Table(table));
            (value.span().map(|span| span.start), node)
        });
        Some(Self::List(entries.collect()))
    }

    fn id(&self) -> Option<&str> {
        match self {
            Self::Table(table) => table.get("id")?.as_str(),
            Self::List(_) => None,
        }
    }
}

/// The value of an item; `null` for what JSON cannot say (a number that is none).
pub fn json_of(item: &Item) -> Value {
    match item {
        Item::None => Value::Null,
        Item::Value(value) => json_of_value(value),
        Item::Table(inner) => Value::Object(table(inner)),
        Item::ArrayOfTables(tables) => Value::Array(tables.iter().map(|inner| Value::Object(table(inner))).collect()),
    }
}

fn json_of_value(value: &toml_edit::Value) -> Value {
    match value {
        toml_edit::Value::String(text) => Value::String(text.value().clone()),
        toml_edit::Value::Integer(number) => Value::Number((*number.value()).into()),
        toml_edit::Value::Float(number) => Number::from_f64(*number.value()).map_or(Value::Null, Value::Number),
        toml_edit::Value::Boolean(flag) => Value::Bool(*flag.value()),
        toml_edit::Value::Datetime(time) => Value::String(time.value().to_string()),
        toml_edit::Value::Array(entries) => Value::Array(entries.iter().map(json_of_value).collect()),
        toml_edit::Value::InlineTable(inner) => Value::Object(table(inner)),
    }
}

fn table(table: &dyn TableLike) -> Map<String, Value> {
    table.iter().map(|(name, item)| (name.to_owned(), json_of(item))).collect()
}

/// The value at `path`; a step into a list is an index or an entry's `id`.
pub fn value_at<'v>(value: &'v Value, path: &Dotted) -> Option<&'v Value> {
    path.0.iter().try_fold(value, |value, step| match value {
        Value::Object(entries) => entries.get(step),
        Value::Array(entries) => entries.get(entry_index(entries, step)?),
        _ => None,
    })
}

/// Which entry of a list `step` means: an index, or the `id` of an entry.
pub fn entry_index(entries: &[Value], step: &str) -> Option<usize> {
    match step.parse() {
        Ok(index) => Some(index),
        Err(_) => entries.iter().position(|entry| entry.get("id").is_some_and(|id| id == step)),
    }
}

fn line_at(text: &str, start: usize) -> usize {
    text.bytes().take(start).filter(|&byte| byte == b'\n').count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# a site\nid = \"a\"\n[visit]\nidle_seconds = 90\n\n[[topics]]\nid = \"bags\"\n[[topics]]\nid = \"gates\"\nlabel = { en = \"Gates\" }\nitems = [\n  \"one\",\n  \"two\",\n]\n";

    #[test]
    fn every_setting_has_its_line() {
        let parsed = Parsed::read(TEXT).unwrap();
        let line = |path: &str| parsed.line_of(&path.parse().unwrap());
        assert_eq!(line("id"), Some(2));
        assert_eq!(line("visit.idle_seconds"), Some(4));
        assert_eq!(line("visit.unwritten"), Some(3));
        assert_eq!(line("topics.1.label.en"), Some(10));
        assert_eq!(line("topics.gates.label"), Some(10));
        assert_eq!(line("topics.gates.items.1"), Some(13));
        assert_eq!(line("serve.listen"), None);
    }

    #[test]
    fn values_are_json() {
        let parsed = Parsed::read("a = 1\nb = 1.5\nc = 2026-11-23T10:00:00Z\nd = [true, { e = \"x\" }]").unwrap();
        assert_eq!(
            parsed.value,
            serde_json::json!({"a": 1, "b": 1.5, "c": "2026-11-23T10:00:00Z", "d": [true, {"e": "x"}]})
        );
    }

    #[test]
    fn what_is_no_toml_names_its_line() {
        let fault = Parsed::read("a = 1\nb = = 2\n").unwrap_err();
        assert_eq!(fault.line, Some(2));
        assert!(fault.reason.starts_with("this is no TOML: "), "{fault}");
    }
}

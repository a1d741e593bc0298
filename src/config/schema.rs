//! What a JSON schema says against a value, in words that a technician understands. Knows no file and no origin.

use jsonschema::error::{TypeKind, ValidationErrorKind as Kind};
use jsonschema::{JsonType, ValidationError};
use serde_json::Value;

use super::dotted::Dotted;
use super::fault::FieldFault;
use super::secret::is_secret;
use super::shape::Shape;
use super::unknown::unknown;
use crate::base::or_nearest;

/// Longest part of a value that a reason repeats, characters.
const ECHO_CHARS_MAX: usize = 60;
/// Most alternatives inside alternatives that are looked into; ours have one.
const ALTERNATIVES_MAX: usize = 4;

/// Everything that `schema` has against `value`; empty when it fits.
///
/// # Panics
/// When `schema` is no JSON schema: it is made by this program.
pub fn reasons(schema: &Value, value: &Value) -> Vec<FieldFault> {
    let validator = jsonschema::validator_for(schema).expect("the program's own schema is one");
    let mut faults = unknown(schema, value);
    for error in validator.iter_errors(value) {
        Told { schema, faults: &mut faults }.tell(&error, 0);
    }
    faults
}

struct Told<'a> {
    schema: &'a Value,
    faults: &'a mut Vec<FieldFault>,
}

impl Told<'_> {
    fn tell(&mut self, error: &ValidationError<'_>, depth: usize) {
        let path = Dotted(error.instance_path().segments().map(|step| step.to_string()).collect());
        match error.kind() {
            // `unknown` has told these, with the nearest name.
            Kind::AdditionalProperties { .. } | Kind::UnevaluatedProperties { .. } => {}
            Kind::Required { property } => {
                self.add(&path.with(property.as_str().unwrap_or_default()), "is missing".into())
            }
            Kind::AnyOf { context } | Kind::OneOfNotValid { context } => {
                self.alternatives(&path, error, context, depth)
            }
            kind => {
                let reason = self.reason(&path, error.instance(), kind).unwrap_or_else(|| error.masked().to_string());
                self.add(&path, reason);
            }
        }
    }

    fn add(&mut self, path: &Dotted, reason: String) {
        let fault = FieldFault::new(path, reason);
        if !self.faults.contains(&fault) {
            self.faults.push(fault);
        }
    }

    /// Tells what the alternative that was meant lacks, or which ones there are.
    fn alternatives(
        &mut self,
        path: &Dotted,
        error: &ValidationError<'_>,
        context: &[Vec<ValidationError<'_>>],
        depth: usize,
    ) {
        let meant = context.iter().find(|errors| !errors.is_empty() && !errors.iter().any(|e| is_other_form(e, error)));
        if let (Some(errors), true) = (meant, depth < ALTERNATIVES_MAX) {
            return errors.iter().for_each(|inner| self.tell(inner, depth + 1));
        }
        let Some(shape) = Shape::of(self.schema).at(path) else { return };
        let given = error.instance();
        match shape.tag() {
            Some((tag, choices)) if given.is_object() => {
                let below = path.with(&tag);
                let reason = given.get(&tag).map_or_else(
                    || format!("is missing; there are {}", choices.join(", ")),
                    |given| none_of(&self.echo(&below, given), given, &choices),
                );
                self.add(&below, reason);
            }
            _ if !shape.choices().is_empty() => {
                self.add(path, none_of(&self.echo(path, given), given, &shape.choices()));
            }
            _ => self.add(path, format!("{} is {}", self.echo(path, given), not_kinds(&shape.kinds()))),
        }
    }

    fn reason(&self, path: &Dotted, given: &Value, kind: &Kind) -> Option<String> {
        let shape = Shape::of(self.schema).at(path)?;
        let echo = self.echo(path, given);
        let count = |count: &u64, one: &str, many: &str| format!("{count} {}", if *count == 1 { one } else { many });
        Some(match kind {
            Kind::Type { kind } => format!("{echo} is {}", not_kinds(&names(kind))),
            Kind::Minimum { limit } | Kind::ExclusiveMinimum { limit } => outside(&echo, &shape, limit, "below"),
            Kind::Maximum { limit } | Kind::ExclusiveMaximum { limit } => outside(&echo, &shape, limit, "above"),
            Kind::Enum { .. } | Kind::Constant { .. } => none_of(&echo, given, &shape.choices()),
            Kind::MinItems { limit } => format!("needs at least {}", count(limit, "entry", "entries")),
            Kind::MaxItems { limit } => format!("has room for {}", count(limit, "entry", "entries")),
            Kind::MinLength { limit } => format!("needs at least {}", count(limit, "character", "characters")),
            Kind::MaxLength { limit } => format!("has room for {}", count(limit, "character", "characters")),
            Kind::MinProperties { limit } => format!("needs at least {}", count(limit, "name", "names")),
            Kind::MaxProperties { limit } => format!("has room for {}", count(limit, "name", "names")),
            Kind::UniqueItems => "names an entry twice".into(),
            Kind::Pattern { pattern } => match shape.says("x-like").and_then(Value::as_str) {
                Some(like) => format!("{echo} is not like {like}"),
                None => format!("{echo} does not fit the pattern {pattern}"),
            },
            Kind::Format { format } => format!("{echo} is no {format}"),
            _ => return None,
        })
    }

    /// The value as a reason may repeat it: short, and never a secret.
    fn echo(&self, path: &Dotted, given: &Value) -> String {
        echo(self.schema, path, given)
    }
}

/// `given` as a reason may repeat it: short, and never a secret.
pub(super) fn echo(schema: &Value, path: &Dotted, given: &Value) -> String {
    if is_secret(schema, path) {
        return "the value".into();
    }
    let short = |text: &str| {
        let mut short: String = text.chars().take(ECHO_CHARS_MAX).flat_map(char::escape_debug).collect();
        if text.chars().nth(ECHO_CHARS_MAX).is_some() {
            short.push('…');
        }
        short
    };
    match given {
        Value::String(text) => format!("'{}'", short(text)),
        Value::Null => "nothing".into(),
        Value::Array(_) => "a list".into(),
        Value::Object(_) => "a table".into(),
        other => short(&other.to_string()),
    }
}

/// Whether `inner` says that another alternative was meant: the tag or the kind differs, not a detail.
fn is_other_form(inner: &ValidationError<'_>, outer: &ValidationError<'_>) -> bool {
    let steps = |error: &ValidationError<'_>| error.instance_path().segments().count();
    let below = steps(inner).saturating_sub(steps(outer));
    match inner.kind() {
        Kind::Type { .. } | Kind::Enum { .. } => below == 0,
        Kind::Constant { .. } => below <= 1,
        Kind::Required { property } => below == 0 && is_tag(inner, property),
        Kind::AnyOf { context } | Kind::OneOfNotValid { context } => {
            below == 0 && context.iter().all(|errors| errors.iter().any(|error| is_other_form(error, inner)))
        }
        _ => false,
    }
}

/// Without its tag no alternative is meant more than another.
fn is_tag(inner: &ValidationError<'_>, property: &Value) -> bool {
    let given = inner.instance().as_object();
    property.as_str().is_some_and(|name| matches!(name, "link" | "kind" | "type") && given.is_some())
}

fn outside(echo: &str, shape: &Shape<'_>, limit: &Value, side: &str) -> String {
    let bound = |inclusive: &str, exclusive: &str| shape.says(inclusive).or_else(|| shape.says(exclusive));
    match (bound("minimum", "exclusiveMinimum"), bound("maximum", "exclusiveMaximum")) {
        (Some(min), Some(max)) => format!("{echo} is outside {min} to {max}"),
        _ => format!("{echo} is {side} {limit}"),
    }
}

fn none_of(echo: &str, given: &Value, choices: &[String]) -> String {
    let all = choices.join(", ");
    let nearest = given.as_str().map(|text| or_nearest(text, choices.iter())).unwrap_or_default();
    // With few choices the list is the hint already.
    let hint = if nearest.contains("did you mean") { nearest } else { String::new() };
    format!("{echo} is none of {all}{hint}")
}

fn names(kind: &TypeKind) -> std::collections::BTreeSet<&'static str> {
    match kind {
        TypeKind::Single(kind) => [name(*kind)].into(),
        TypeKind::Multiple(kinds) => kinds.iter().map(name).collect(),
    }
}

fn name(kind: JsonType) -> &'static str {
    match kind {
        JsonType::Array => "array",
        JsonType::Boolean => "boolean",
        JsonType::Integer => "integer",
        JsonType::Null => "null",
        JsonType::Number => "number",
        JsonType::Object => "object",
        JsonType::String => "string",
    }
}

/// `not a whole number`, `neither a text nor a table`.
pub(super) fn not_kinds(kinds: &std::collections::BTreeSet<&str>) -> String {
    let words: Vec<&str> = kinds.iter().filter(|kind| **kind != "null").map(|kind| plain(kind)).collect();
    match words.as_slice() {
        [] => "of the wrong kind".into(),
        [one] => format!("not {one}"),
        several => format!("neither {}", several.join(" nor ")),
    }
}

fn plain(kind: &str) -> &'static str {
    match kind {
        "integer" => "a whole number",
        "number" => "a number",
        "boolean" => "true or false",
        "string" => "a text",
        "array" => "a list",
        "object" => "a table",
        _ => "of a known kind",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn told(schema: &Value, value: Value) -> Vec<String> {
        reasons(schema, &value).iter().map(ToString::to_string).collect()
    }

    fn site(part: Value) -> Vec<String> {
        let all = told(&crate::config::schema(), part);
        all.into_iter().filter(|line| !line.ends_with("is missing") || line.contains('.')).collect()
    }

    #[test]
    fn a_number_out_of_bounds_is_told_with_its_bounds() {
        let schema = json!({"type": "object", "properties": {
            "idle": {"type": "integer", "minimum": 20, "maximum": 600}, "low": {"type": "integer", "minimum": 0}}});
        assert_eq!(told(&schema, json!({"idle": 90000})), ["idle: 90000 is outside 20 to 600"]);
        assert_eq!(told(&schema, json!({"low": -3})), ["low: -3 is below 0"]);
        assert_eq!(told(&schema, json!({"idle": "abc"})), ["idle: 'abc' is not a whole number"]);
    }

    #[test]
    fn kinds_and_choices_are_told_in_words() {
        assert_eq!(site(json!({"time_zone": 8})), ["time_zone: 8 is not a text"]);
        assert_eq!(site(json!({"vocabulary": "x"})), ["vocabulary: 'x' is not a list"]);
        assert_eq!(site(json!({"pins": {"help_button": "x"}})), ["pins.help_button: 'x' is not a whole number"]);
        assert_eq!(site(json!({"pins": {"help_button": 300}})), ["pins.help_button: 300 is outside 0 to 255"]);
        assert_eq!(
            site(json!({"pins": {"backend": "chp"}})),
            ["pins.backend: 'chp' is none of none, chip, pi, simulated; did you mean 'chip'?"]
        );
        assert_eq!(site(json!({"languages": ["en", "fr"]})), ["languages.1: 'fr' is none of en, zh"]);
    }

    #[test]
    fn the_form_that_was_meant_is_the_one_that_is_told() {
        let desk = |desk: Value| site(json!({"handoff": {"desk": desk}}));
        assert_eq!(desk(json!({"link": "nats"})), ["handoff.desk.url: is missing"]);
        assert_eq!(desk(json!({"link": "nats", "url": 5})), ["handoff.desk.url: 5 is not a text"]);
        assert_eq!(
            desk(json!({"link": "nat"})),
            ["handoff.desk.link: 'nat' is none of off, local, websocket, nats; did you mean 'nats'?"]
        );
        assert_eq!(desk(json!({})), ["handoff.desk.link: is missing; there are off, local, websocket, nats"]);
        assert_eq!(desk(json!("local")), ["handoff.desk: 'local' is not a table"]);
    }

    #[test]
    fn a_secret_is_never_repeated() {
        let schema = json!({"type": "object", "properties": {"password": {"type": "string", "minLength": 99},
            "pin": {"type": "integer", "maximum": 9, "x-secret": true}}});
        for line in told(&schema, json!({"password": "hunter2", "pin": 4711})) {
            assert!(!line.contains("hunter2") && !line.contains("4711"), "{line}");
        }
    }

    #[test]
    fn a_long_value_is_cut() {
        let line = &site(json!({"pins": {"backend": "x".repeat(500)}}))[0];
        assert!(line.len() < 160, "{line}");
    }
}

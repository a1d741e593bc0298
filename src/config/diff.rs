//! What differs between two configurations, for people and for programs, and which of it needs a restart. Shows no secret.

use serde::Serialize;
use serde_json::Value;

use super::document::value_at;
use super::dotted::Dotted;
use super::layers::leaves;
use super::secret::masked;
use super::shape::{Shape, is_marked};

/// Longest value in a line for people, characters.
const SHOWN_CHARS_MAX: usize = 120;

/// One setting that differs; `None` where a side does not have it. Secrets are masked on both sides.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Difference {
    pub path: Dotted,
    pub before: Option<Value>,
    pub after: Option<Value>,
}

/// Every setting that `before` and `after` say differently, in the order of `before`; what only `after` has comes last.
pub fn differences(schema: &Value, before: &Value, after: &Value) -> Vec<Difference> {
    let mut paths: Vec<Dotted> = leaves(before).into_iter().map(|(path, _)| path).collect();
    // An empty table on one side is told by what the other side has in it.
    paths.retain(|path| value_at(after, path).is_none_or(|now| !now.is_object() || is_empty_table(now)));
    for (path, value) in leaves(after) {
        let inner_told = is_empty_table(value) && paths.iter().any(|known| path.holds(known));
        if !inner_told && !paths.iter().any(|known| known.holds(&path)) {
            paths.retain(|known| !path.holds(known));
            paths.push(path);
        }
    }
    let said = |value: &Value, path: &Dotted| value_at(value, path).filter(|value| !value.is_null()).cloned();
    let differ = |path: Dotted| {
        let (before, after) = (said(before, &path), said(after, &path));
        (before != after).then(|| {
            let shown = |value: Option<Value>| value.map(|value| masked(schema, &path, &value));
            Difference { before: shown(before), after: shown(after), path: path.clone() }
        })
    };
    paths.into_iter().filter_map(differ).collect()
}

fn is_empty_table(value: &Value) -> bool {
    value.as_object().is_some_and(serde_json::Map::is_empty)
}

/// What the schema says each setting is when nobody says anything.
pub fn defaults(schema: &Value) -> Value {
    let names = Shape::of(schema).names();
    let default = |name: String| {
        let said = Shape::of(schema).child(&name)?.says("default")?.clone();
        Some((name, said))
    };
    Value::Object(names.into_iter().filter_map(default).collect())
}

fn cut(text: &str) -> String {
    let mut short: String = text.chars().take(SHOWN_CHARS_MAX).collect();
    if text.chars().nth(SHOWN_CHARS_MAX).is_some() {
        short.push('…');
    }
    short
}

/// `visit.idle_seconds: 60 -> 90`, one line each; long values are cut.
pub fn human(differences: &[Difference]) -> String {
    let side =
        |value: &Option<Value>| value.as_ref().map_or_else(|| "(not set)".to_owned(), |value| cut(&value.to_string()));
    let line = |found: &Difference| format!("{}: {} -> {}\n", found.path, side(&found.before), side(&found.after));
    differences.iter().map(line).collect()
}

/// Whether a change of `path` takes effect at the next start only: the schema marks it, or something around it, `x-restart`.
pub fn needs_restart(schema: &Value, path: &Dotted) -> bool {
    is_marked(schema, path, "x-restart")
}

/// The settings of `whole` that need a restart.
pub fn restart_paths(schema: &Value, whole: &Value) -> Vec<Dotted> {
    leaves(whole).into_iter().map(|(path, _)| path).filter(|path| needs_restart(schema, path)).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_differs_is_told_once_and_without_secrets() {
        let before = json!({"visit": {"idle_seconds": 60}, "languages": ["en"], "api": {"token": "old"}, "hours": [], "gone": 1});
        let after = json!({"visit": {"idle_seconds": 90}, "languages": ["en", "zh"], "api": {"token": "new"},
            "hours": [{"from": "08:00"}], "map": {"kiosk": "k"}, "none": null});
        let found = differences(&json!({}), &before, &after);
        assert_eq!(
            human(&found),
            "visit.idle_seconds: 60 -> 90\nlanguages: [\"en\"] -> [\"en\",\"zh\"]\napi.token: \"(secret)\" -> \"(secret)\"\n\
             hours: [] -> [{\"from\":\"08:00\"}]\ngone: 1 -> (not set)\nmap.kiosk: (not set) -> \"k\"\n"
        );
        let (none, one) =
            (json!({"camera": {}, "hook": null}), json!({"camera": {"a": {"fps": 2, "x": {}}}, "hook": {"url": "u"}}));
        assert_eq!(
            human(&differences(&json!({}), &none, &one)),
            "camera.a.fps: (not set) -> 2\ncamera.a.x: (not set) -> {}\nhook.url: (not set) -> \"u\"\n"
        );
        assert_eq!(differences(&json!({}), &one, &none).len(), 3);
        assert_eq!(differences(&json!({}), &after, &after), []);
        assert!(!serde_json::to_string(&found).unwrap().contains("old"));
    }

    #[test]
    fn the_schema_marks_what_needs_a_restart() {
        let schema = json!({"properties": {"serve": {"x-restart": true, "properties": {"listen": {}}}, "visit": {}}});
        let whole = json!({"serve": {"listen": "x"}, "visit": 1});
        assert_eq!(restart_paths(&schema, &whole), ["serve.listen".parse().unwrap()]);
    }
}

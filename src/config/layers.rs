//! What is said above the site file: by the environment and on the command line. Knows names and kinds by the schema, no file's text.
//!
//! `USHER__VISIT__IDLE_SECONDS=90` and `--set visit.idle_seconds=90` say the same; the command line has the last word.
//! A variable with single underscores (`USHER_DATA`) is no setting.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value};

use super::document::{entry_index, value_at};
use super::dotted::Dotted;
use super::fault::{Faults, FieldFault};
use super::shape::Shape;
use super::typed::typed;
use super::unknown::no_such_name;
use crate::base::or_nearest;

/// What a variable must begin with to be a setting.
pub const PREFIX: &str = "USHER__";
/// Most settings that the environment or the command line may say.
const OVERRIDES_MAX: usize = 64;

/// Who said what a setting is. Later ones have the last word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub enum Origin {
    #[serde(rename = "default")]
    Default,
    /// The site file.
    #[serde(rename = "file")]
    File,
    /// `[override]` of `device.toml`.
    #[serde(rename = "device")]
    Device,
    #[serde(rename = "environment")]
    Environment,
    #[serde(rename = "command line")]
    CommandLine,
}

impl std::fmt::Display for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Default => "default",
            Self::File => "file",
            Self::Device => "device",
            Self::Environment => "environment",
            Self::CommandLine => "command line",
        })
    }
}

/// One setting that somebody says above the file.
#[derive(Clone, PartialEq)]
pub struct Override {
    pub path: Dotted,
    pub value: Value,
    pub origin: Origin,
    /// The variable or option that says it, without its value.
    pub said_by: String,
}

impl std::fmt::Debug for Override {
    /// Shows no value: it may be a secret.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} by {}", self.path, self.said_by)
    }
}

/// What the environment and the command line say, as it was typed. `Debug` shows no value.
#[derive(Clone, Default)]
pub struct Said {
    /// Names and values of variables that begin with [`PREFIX`].
    variables: Vec<(String, String)>,
    /// `path=value`, in their order.
    options: Vec<String>,
}

impl std::fmt::Debug for Said {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names: Vec<&str> = self.variables.iter().map(|(name, _)| name.as_str()).collect();
        f.debug_struct("Said").field("variables", &names).field("options", &self.options.len()).finish()
    }
}

impl Said {
    /// Keeps the variables that are settings, in the order of their names.
    pub fn new(variables: impl IntoIterator<Item = (String, String)>, options: Vec<String>) -> Self {
        let mut variables: Vec<_> = variables.into_iter().filter(|(name, _)| name.starts_with(PREFIX)).collect();
        variables.sort();
        Self { variables, options }
    }

    /// This process's environment and the command line's `--set` options. A variable that is no Unicode is left out.
    pub fn here(options: Vec<String>) -> Self {
        let unicode =
            std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
        Self::new(unicode, options)
    }

    /// What is said, typed by `schema`, lowest first. `value` is what stands below: names that sites choose are found there.
    ///
    /// # Errors
    /// Every name that is none and every value of the wrong kind; no value is repeated.
    pub fn overrides(&self, schema: &Value, value: &Value) -> Result<Vec<Override>, Faults> {
        let count = self.variables.len() + self.options.len();
        if count > OVERRIDES_MAX {
            return Err(Faults::one(
                "",
                format!("{count} settings beside the file; {OVERRIDES_MAX} are allowed, write them into it"),
            ));
        }
        let variables = self.variables.iter().map(|(name, text)| from_variable(schema, value, name, text));
        let options = self.options.iter().map(|option| from_option(schema, value, option));
        let (mut overrides, mut faults) = (Vec::new(), Vec::new());
        for read in variables.chain(options) {
            match read {
                Ok(found) => overrides.push(found),
                Err(fault) => faults.push(fault),
            }
        }
        Faults::unless_empty(faults).map(|()| overrides)
    }
}

fn from_variable(schema: &Value, value: &Value, name: &str, text: &str) -> Result<Override, FieldFault> {
    let mut shape = Shape::of(schema);
    let mut path = Dotted::default();
    for word in name.strip_prefix(PREFIX).unwrap_or(name).split("__") {
        let here = value_at(value, &path);
        let step = step_named(&shape, here, word).map_err(|names| unknown_variable(name, &path, word, &names))?;
        shape = shape.child(&step).ok_or_else(|| FieldFault::new(name, "no setting can stand here"))?;
        path = path.with(step);
    }
    let value = typed(&shape, text).map_err(|reason| FieldFault::new(name, reason))?;
    Ok(Override { path, value, origin: Origin::Environment, said_by: name.to_owned() })
}

/// The step that `word` of a variable means, or the names there are.
fn step_named(shape: &Shape<'_>, here: Option<&Value>, word: &str) -> Result<String, Vec<String>> {
    if let Some(entries) = here.and_then(Value::as_array) {
        let found = entry_index(entries, word).or_else(|| entry_index(entries, &word.to_lowercase()));
        return found
            .filter(|index| *index < entries.len())
            .map(|index| index.to_string())
            .ok_or_else(|| (0..entries.len()).map(|index| index.to_string()).collect());
    }
    let mut names = shape.names();
    let chosen = here.and_then(Value::as_object).filter(|_| shape.takes_any_name());
    names.extend(chosen.into_iter().flatten().map(|(name, _)| name.clone()));
    if let Some(name) = names.iter().find(|name| as_word(name) == word.to_uppercase()) {
        return Ok(name.clone());
    }
    if shape.takes_any_name() && !word.is_empty() { Ok(word.to_lowercase()) } else { Err(names) }
}

fn as_word(name: &str) -> String {
    name.to_uppercase().replace('-', "_")
}

fn unknown_variable(variable: &str, path: &Dotted, word: &str, names: &[String]) -> FieldFault {
    let words: Vec<String> = names.iter().map(|name| as_word(name)).collect();
    let place = if path.0.is_empty() { String::new() } else { format!(" in {path}") };
    let reason = format!("no setting{place} has the name '{}'{}", word.escape_debug(), or_nearest(word, words.iter()));
    FieldFault::new(variable.escape_debug(), reason)
}

fn from_option(schema: &Value, value: &Value, option: &str) -> Result<Override, FieldFault> {
    let (name, text) = option
        .split_once('=')
        .ok_or_else(|| FieldFault::new("--set", "write NAME=VALUE, such as visit.idle_seconds=90"))?;
    let path: Dotted = name.trim().parse().map_err(|reason: String| FieldFault::new("--set", reason))?;
    let said_by = format!("--set {path}");
    let value = typed_at(schema, value, &path, text).map_err(|reason| FieldFault::new(&said_by, reason))?;
    Ok(Override { path, value, origin: Origin::CommandLine, said_by })
}

/// `text` as a value for the setting `path`; `value` is the whole configuration as it stands, for the ids of list entries.
///
/// # Errors
/// A name that is none, with the nearest; or a value of the wrong kind, which is not repeated.
pub fn typed_at(schema: &Value, value: &Value, path: &Dotted, text: &str) -> Result<Value, String> {
    let mut shape = Shape::of(schema);
    for (depth, step) in path.0.iter().enumerate() {
        if let Some(here) = value_at(value, &Dotted(path.0[..depth].to_vec())) {
            shape = shape.narrowed(here);
            if let Some(entries) = here.as_array() {
                entry_index(entries, step).filter(|index| *index < entries.len()).ok_or_else(|| {
                    format!("there is no entry '{}'; there are {}", step.escape_debug(), entries.len())
                })?;
            }
        }
        shape = shape.child(step).ok_or_else(|| no_such_name(step, &shape.names()))?;
    }
    typed(&shape, text)
}

/// Puts `found` at `path`, making the tables around it.
///
/// # Errors
/// When a step leads into something that holds no settings, or past the end of a list.
pub fn put(value: &mut Value, path: &Dotted, found: Value) -> Result<(), String> {
    let mut here = value;
    for step in &path.0 {
        here = match here {
            Value::Array(entries) => {
                let count = entries.len();
                let index = entry_index(entries, step).filter(|index| *index < count);
                &mut entries[index.ok_or_else(|| format!("there is no entry '{step}'; there are {count}"))?]
            }
            Value::Object(entries) => entries.entry(step.clone()).or_insert_with(|| Value::Object(Map::new())),
            other if other.is_null() => {
                *other = Value::Object(Map::new());
                other.as_object_mut().expect("it was made a table above").entry(step.clone()).or_insert(Value::Null)
            }
            _ => return Err(format!("nothing can stand below it at '{step}'")),
        };
    }
    *here = found;
    Ok(())
}

/// Lays `above` over `below`: tables are joined, anything else is replaced.
pub fn overlay(below: &mut Value, above: &Value) {
    match (below, above) {
        (Value::Object(below), Value::Object(above)) => {
            for (name, value) in above {
                overlay(below.entry(name.clone()).or_insert(Value::Null), value);
            }
        }
        (below, above) => *below = above.clone(),
    }
}

/// Every single setting of `value`: texts, numbers, flags, lists of those, and what is empty.
pub fn leaves(value: &Value) -> Vec<(Dotted, &Value)> {
    let mut found = Vec::new();
    collect(value, &Dotted::default(), &mut found);
    found
}

fn collect<'v>(value: &'v Value, path: &Dotted, found: &mut Vec<(Dotted, &'v Value)>) {
    match value {
        Value::Object(entries) if !entries.is_empty() => {
            entries.iter().for_each(|(name, below)| collect(below, &path.with(name), found));
        }
        Value::Array(entries) if entries.iter().any(Value::is_object) => {
            entries.iter().enumerate().for_each(|(index, below)| collect(below, &path.with(index.to_string()), found));
        }
        _ => found.push((path.clone(), value)),
    }
}

/// Who said each setting of `whole`: the highest layer that says it or something around it.
pub fn origins(whole: &Value, file: &Value, device: &Value, overrides: &[Override]) -> BTreeMap<String, Origin> {
    let origin = |path: &Dotted| {
        let spoken = overrides.iter().filter(|said| said.path.holds(path)).map(|said| said.origin).max();
        let device = || value_at(device, path).map(|_| Origin::Device);
        let file = || value_at(file, path).map(|_| Origin::File);
        spoken.or_else(device).or_else(file).unwrap_or(Origin::Default)
    };
    leaves(whole).into_iter().map(|(path, _)| (path.to_string(), origin(&path))).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::config::schema;

    fn said(variables: &[(&str, &str)], options: &[&str]) -> Result<Vec<Override>, Faults> {
        let variables = variables.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned()));
        let below = json!({"camera": {"hold-3": {}}, "topics": [{"id": "bags"}]});
        Said::new(variables, options.iter().map(|&text| text.to_owned()).collect()).overrides(&schema(), &below)
    }

    #[test]
    fn a_variable_names_a_setting_by_double_underscores() {
        let found = said(&[("USHER__VISIT__IDLE_SECONDS", "90"), ("USHER_DATA", "/data"), ("HOME", "/")], &[]).unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].path.to_string().as_str(), &found[0].value), ("visit.idle_seconds", &json!(90)));
        let found =
            said(&[("USHER__CAMERA__HOLD_3__FPS_MAX", "4"), ("USHER__TOPICS__BAGS__ICON", "bag")], &[]).unwrap();
        assert_eq!(found[0].path.to_string(), "camera.hold-3.fps_max");
        assert_eq!(found[1].path.to_string(), "topics.0.icon");
    }

    #[test]
    fn every_wrong_name_is_told_with_the_nearest_and_no_value() {
        let faults = said(
            &[("USHER__VISIT__IDEL_SECONDS", "hunter2"), ("USHER__SERVE__VISITS_MAX", "hunter2")],
            &["visit.idle=hunter2", "visit.idle_seconds", "topics.7.icon=x"],
        )
        .unwrap_err();
        let told = faults.to_string();
        assert_eq!(faults.0.len(), 5, "{told}");
        assert!(!told.contains("hunter2"), "{told}");
        assert!(told.contains("USHER__VISIT__IDEL_SECONDS: no setting in visit has the name 'IDEL_SECONDS'; did you mean 'IDLE_SECONDS'?"), "{told}");
        assert!(told.contains("USHER__SERVE__VISITS_MAX: the value is not a whole number"), "{told}");
        assert!(told.contains("--set visit.idle: no setting has the name 'idle'; there are idle_seconds"), "{told}");
        assert!(told.contains("--set: write NAME=VALUE"), "{told}");
        assert!(told.contains("there is no entry '7'; there are 1"), "{told}");
    }

    #[test]
    fn a_flood_is_refused() {
        let options: Vec<String> = (0..65).map(|_| "visit.idle_seconds=90".to_owned()).collect();
        assert!(
            Said::new([], options).overrides(&schema(), &json!({})).unwrap_err().to_string().contains("64 are allowed")
        );
    }

    #[test]
    fn debug_shows_no_value() {
        let said = Said::new([("USHER__CONTACT__PHONE".into(), "555".into())], vec!["contact.phone=556".into()]);
        let shown = format!("{said:?}");
        assert!(shown.contains("USHER__CONTACT__PHONE") && !shown.contains("55"), "{shown}");
    }

    #[test]
    fn the_command_line_has_the_last_word() {
        let overrides = said(&[("USHER__VISIT__IDLE_SECONDS", "90")], &["visit.idle_seconds=120"]).unwrap();
        let mut value = json!({"visit": {"idle_seconds": 60}});
        for above in &overrides {
            put(&mut value, &above.path, above.value.clone()).unwrap();
        }
        assert_eq!(value, json!({"visit": {"idle_seconds": 120}}));
        let file = json!({"visit": {"idle_seconds": 60}, "serve": {"visits_max": 3}});
        let whole =
            json!({"visit": {"idle_seconds": 120}, "serve": {"visits_max": 3, "listen": "x"}, "map": {"kiosk": "k"}});
        let found = origins(&whole, &file, &json!({"map": {"kiosk": "k"}}), &overrides);
        assert_eq!(found["visit.idle_seconds"], Origin::CommandLine);
        assert_eq!(found["serve.visits_max"], Origin::File);
        assert_eq!(found["serve.listen"], Origin::Default);
        assert_eq!(found["map.kiosk"], Origin::Device);
    }
}

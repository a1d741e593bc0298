//! Which settings are secrets, and which name files. Knows the schema's marks and the names by which such settings go.

use serde_json::Value;

use super::dotted::Dotted;
use super::shape::is_marked;

/// Words in a setting's name that make it a secret wherever it stands. A name that ends with `_file` says where one lies, which is none.
const SECRET_WORDS: [&str; 5] = ["password", "token", "key", "secret", "passphrase"];
/// Names of settings whose value is a file's name, beside those that end with `_file` or are marked `x-file`.
const FILE_NAMES: [&str; 4] = ["certificate", "credentials", "key", "secret"];
/// What stands in a secret's place wherever settings are shown.
pub const MASK: &str = "(secret)";

/// Whether the value of `path` may not be shown.
pub fn is_secret(schema: &Value, path: &Dotted) -> bool {
    let name = path.last();
    if name.ends_with("_file") {
        return false;
    }
    is_marked(schema, path, "x-secret") || name.split(['_', '-']).any(|word| SECRET_WORDS.contains(&word))
}

/// `value` with every secret text in it masked.
pub fn masked(schema: &Value, path: &Dotted, value: &Value) -> Value {
    match value {
        Value::Null => Value::Null,
        Value::Object(entries) => {
            let below = |(name, value): (&String, &Value)| (name.clone(), masked(schema, &path.with(name), value));
            Value::Object(entries.iter().map(below).collect())
        }
        Value::Array(entries) if !is_secret(schema, path) => {
            let below = |(index, value): (usize, &Value)| masked(schema, &path.with(index.to_string()), value);
            Value::Array(entries.iter().enumerate().map(below).collect())
        }
        _ if is_secret(schema, path) => Value::String(MASK.into()),
        other => other.clone(),
    }
}

/// The files that settings in `value` name, with the setting of each. Certificates are files too, but not secret ones.
pub fn named_files(schema: &Value, value: &Value) -> Vec<(Dotted, String)> {
    let mut files = Vec::new();
    walk(schema, value, &Dotted::default(), &mut files);
    files
}

/// Whether the file that `path` names holds a secret.
pub fn holds_secret(path: &Dotted) -> bool {
    path.last() != "certificate"
}

fn walk(schema: &Value, value: &Value, path: &Dotted, files: &mut Vec<(Dotted, String)>) {
    match value {
        Value::Object(entries) => entries.iter().for_each(|(name, below)| walk(schema, below, &path.with(name), files)),
        Value::Array(entries) => entries
            .iter()
            .enumerate()
            .for_each(|(index, below)| walk(schema, below, &path.with(index.to_string()), files)),
        Value::String(name) if names_file(schema, path) => files.push((path.clone(), name.clone())),
        _ => {}
    }
}

fn names_file(schema: &Value, path: &Dotted) -> bool {
    let name = path.last();
    name.ends_with("_file") || FILE_NAMES.contains(&name) || is_marked(schema, path, "x-file")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn secrets_are_known_by_mark_and_by_name() {
        let schema = json!({"properties": {"pin": {"x-secret": true}, "kiosk": {}}});
        let secret = |path: &str| is_secret(&schema, &path.parse().unwrap());
        assert!(secret("pin") && secret("api.token") && secret("webhook.secret") && secret("desk.device_key"));
        assert!(!secret("kiosk") && !secret("monkey") && !secret("camera.a.credentials_file"));
        let value = json!({"pin": 12, "api": {"token": "abc", "credentials_file": "c"}, "list": [{"password": "x"}]});
        let shown = masked(&schema, &Dotted::default(), &value);
        assert_eq!(
            shown,
            json!({"pin": MASK, "api": {"token": MASK, "credentials_file": "c"}, "list": [{"password": MASK}]})
        );
    }
}

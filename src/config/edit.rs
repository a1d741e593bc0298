//! Changes to a configuration file that keep its comments, order and style. A change is written whole or not at all, and only
//! when the file is still the one that was read. Knows no site; what is right is for `check` to say.

use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use toml_edit::DocumentMut;

use super::dotted::Dotted;
use super::fault::{Faults, FieldFault};
use super::place;
use super::replace::replace;
use super::shape::Shape;
use super::unknown::no_such_name;
use crate::base::secret::sha256_hex;

/// Largest configuration file, bytes: the airport's has 12 kB.
pub const FILE_BYTES_MAX: u64 = 1 << 20;
/// Most changes at once: a page of the admin has fewer settings.
const CHANGES_MAX: usize = 256;

/// One change to a file.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    Set {
        path: Dotted,
        value: Value,
    },
    /// What is removed has its default again.
    Remove {
        path: Dotted,
    },
}

impl Change {
    pub fn path(&self) -> &Dotted {
        match self {
            Self::Set { path, .. } | Self::Remove { path } => path,
        }
    }
}

impl<'de> Deserialize<'de> for Change {
    /// `{"path","value"}` or `{"path","remove":true}`; a value of `null` removes too.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Wire {
            path: Dotted,
            #[serde(default)]
            value: Value,
            #[serde(default)]
            remove: bool,
        }
        let Wire { path, value, remove } = Wire::deserialize(deserializer)?;
        match (remove, value) {
            (true, Value::Null) | (false, Value::Null) => Ok(Self::Remove { path }),
            (false, value) => Ok(Self::Set { path, value }),
            (true, _) => Err(serde::de::Error::custom(format!("{path}: say a value or remove, not both"))),
        }
    }
}

/// Why a file was left as it was.
#[derive(Debug, thiserror::Error)]
pub enum EditError {
    #[error(transparent)]
    Refused(#[from] Faults),
    #[error("{} was changed meanwhile; read it again, then repeat the change", .0.display())]
    ChangedMeanwhile(PathBuf),
    #[error("{} is a link; name the file it leads to with --config, or put a copy in its place", .0.display())]
    Link(PathBuf),
    #[error("{} may not be written; allow it with `chmod u+w`, or mount its disk for writing", .0.display())]
    ReadOnly(PathBuf),
    #[error("{} has more than {FILE_BYTES_MAX} bytes; a configuration is smaller", .0.display())]
    TooLarge(PathBuf),
    #[error("{}: cannot be {what}: {source}", path.display())]
    Io { path: PathBuf, what: &'static str, source: io::Error },
}

/// A configuration file as it was read, with the digest by which a change made meanwhile is noticed.
#[derive(Debug, Clone)]
pub struct ConfigFile {
    pub path: PathBuf,
    pub text: String,
    /// SHA-256 of the file's bytes, hexadecimal.
    pub digest: String,
}

/// What a change did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Written {
    /// False when the file said all of it already; nothing was written then.
    pub changed: bool,
    pub digest: String,
    /// The file as it was before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<PathBuf>,
}

impl ConfigFile {
    /// Reads `path` to change it.
    ///
    /// # Errors
    /// [`EditError::Link`], [`EditError::TooLarge`] or [`EditError::Io`].
    pub fn open(path: &Path) -> Result<Self, EditError> {
        let io = |source| EditError::Io { path: path.into(), what: "read", source };
        let about = std::fs::symlink_metadata(path).map_err(io)?;
        if about.is_symlink() {
            return Err(EditError::Link(path.into()));
        }
        if about.len() > FILE_BYTES_MAX {
            return Err(EditError::TooLarge(path.into()));
        }
        let text = std::fs::read_to_string(path).map_err(io)?;
        Ok(Self { path: path.into(), digest: sha256_hex(text.as_bytes()), text })
    }

    /// Makes `changes` and writes the file, when `check` has nothing against the whole of it. The old one stays beside it as
    /// `NAME.toml.before`. Blocks for as long as the disk takes.
    ///
    /// # Errors
    /// [`EditError`]; the file is then as it was.
    pub fn write(
        &self,
        changes: &[Change],
        schema: &Value,
        check: impl Fn(&str) -> Result<(), Vec<FieldFault>>,
    ) -> Result<Written, EditError> {
        let text = edited(&self.text, changes, schema)?;
        if text == self.text {
            return Ok(Written { changed: false, digest: self.digest.clone(), before: None });
        }
        check(&text).map_err(Faults)?;
        let now = Self::open(&self.path)?;
        if now.digest != self.digest {
            return Err(EditError::ChangedMeanwhile(self.path.clone()));
        }
        let before = replace(&self.path, text.as_bytes())?;
        Ok(Written { changed: true, digest: sha256_hex(text.as_bytes()), before: Some(before) })
    }
}

/// `text` with `changes` made.
///
/// # Errors
/// Every change that names no setting or cannot stand where it should; `text` that is no TOML.
pub fn edited(text: &str, changes: &[Change], schema: &Value) -> Result<String, Faults> {
    if changes.len() > CHANGES_MAX {
        return Err(Faults::one("", format!("{} changes at once; {CHANGES_MAX} are allowed", changes.len())));
    }
    let mut document: DocumentMut = text
        .parse()
        .map_err(|error: toml_edit::TomlError| Faults::one("", format!("this is no TOML: {}", error.message())))?;
    let made = changes.iter().map(|change| make(&mut document, change, schema));
    Faults::unless_empty(made.filter_map(Result::err).collect())?;
    let changed = document.to_string();
    // The tree knows one line end only; a file that came from Windows keeps its own.
    let is_windows = text.contains("\r\n");
    Ok(if is_windows { changed.replace("\r\n", "\n").replace('\n', "\r\n") } else { changed })
}

fn make(document: &mut DocumentMut, change: &Change, schema: &Value) -> Result<(), FieldFault> {
    let path = change.path();
    let shape = known(schema, path).map_err(|reason| FieldFault::new(path, reason))?;
    match change {
        Change::Set { value, .. } => {
            let value = fitted(&shape, value);
            place::put(document.as_table_mut(), &path.0, &value).map_err(|reason| FieldFault::new(path, reason))
        }
        Change::Remove { .. } => {
            place::remove(document.as_table_mut(), &path.0);
            Ok(())
        }
    }
}

/// The place that `path` names, or a sentence with the name that was probably meant.
fn known<'a>(schema: &'a Value, path: &Dotted) -> Result<Shape<'a>, String> {
    if path.0.is_empty() {
        return Err("name a setting, such as visit.idle_seconds".into());
    }
    let root = Shape::of(schema);
    path.0.iter().try_fold(root, |shape, step| shape.child(step).ok_or_else(|| no_such_name(step, &shape.names())))
}

/// JSON does not tell 90 from 90.0, TOML does: the schema says which one is written.
fn fitted(shape: &Shape<'_>, value: &Value) -> Value {
    match value {
        Value::Number(number) => {
            let kinds = shape.kinds();
            let whole = number.as_f64().filter(|float| number.is_f64() && float.fract() == 0.0 && float.abs() < 9e15);
            match whole {
                Some(float) if kinds.contains("integer") => Value::from(float as i64),
                None if kinds.contains("number") && !kinds.contains("integer") => {
                    number.as_f64().map_or_else(|| value.clone(), Value::from)
                }
                _ => value.clone(),
            }
        }
        Value::Array(entries) => {
            let fit = |(index, entry): (usize, &Value)| {
                shape.child(&index.to_string()).map_or_else(|| entry.clone(), |shape| fitted(&shape, entry))
            };
            Value::Array(entries.iter().enumerate().map(fit).collect())
        }
        Value::Object(entries) => {
            let shape = shape.narrowed(value);
            let fit = |(name, below): (&String, &Value)| {
                let fitted = shape.child(name).map_or_else(|| below.clone(), |shape| fitted(&shape, below));
                (name.clone(), fitted)
            };
            Value::Object(entries.iter().map(fit).collect())
        }
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests;

//! A site file and everything that is said above it become one typed configuration, or every fault at once, each with its
//! file and line. Generic over what is configured; knows no site.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_path_to_error::Segment;

use super::document::{Parsed, value_at};
use super::dotted::Dotted;
use super::fault::{Faults, FieldFault, placed};
use super::layers::{Origin, Override, Said, origins, overlay, put};
use super::schema::reasons;
use super::secret::named_files;

/// The layers of a configuration as they were found, lowest first.
#[derive(Debug)]
pub struct Layers<'a> {
    /// The site file and its text.
    pub file: &'a Path,
    pub text: &'a str,
    /// `device.toml` and its text, where the device has one; its `[override]` lies above the site file.
    pub device: Option<(&'a Path, &'a str)>,
    pub said: &'a Said,
}

/// A configuration and who said each setting.
#[derive(Debug, Clone)]
pub struct Layered<T> {
    pub typed: T,
    /// The whole of it, defaults included.
    pub whole: Value,
    /// By the setting's dotted name.
    pub origins: BTreeMap<String, Origin>,
}

/// Where `[override]` stands in `device.toml`.
pub(super) const OVERRIDE: &str = "override";

/// Joins `layers`, checks them against `schema`, and then by `check`, which knows what no schema can say.
///
/// # Errors
/// Everything that is wrong. What `check` knows is asked only when the schema has nothing against the configuration.
pub fn read<T: DeserializeOwned + Serialize>(
    schema: &Value,
    layers: &Layers<'_>,
    check: impl Fn(&T) -> Vec<FieldFault>,
) -> Result<Layered<T>, Faults> {
    let site = Parsed::read(layers.text).map_err(|fault| placed(vec![fault], layers.file))?;
    let device = match layers.device {
        Some((path, text)) => Some((path, Parsed::read(text).map_err(|fault| placed(vec![fault], path))?)),
        None => None,
    };
    let above = device.as_ref().and_then(|(_, parsed)| parsed.value.get(OVERRIDE)).cloned().unwrap_or_default();
    let mut value = site.value.clone();
    if above.is_object() {
        overlay(&mut value, &above);
    }
    let overrides = layers.said.overrides(schema, &value)?;
    for said in &overrides {
        put(&mut value, &said.path, said.value.clone()).map_err(|reason| Faults::one(&said.said_by, reason))?;
    }
    let found = Found { layers, site, device, above: &above, overrides: &overrides };
    found.refuse(reasons(schema, &value))?;
    if let Some((device, _)) = layers.device {
        find_secrets(schema, &mut value, device.parent().unwrap_or(Path::new(".")));
    }
    let typed: T = serde_path_to_error::deserialize(&value).map_err(|error| {
        let path = Dotted(error.path().iter().filter_map(step).collect());
        Faults(vec![found.place(FieldFault::new(path, error.inner().to_string()))])
    })?;
    found.refuse(check(&typed))?;
    let whole = serde_json::to_value(&typed).map_err(|error| Faults::one("", error.to_string()))?;
    let origins = origins(&whole, &found.site.value, &above, &overrides);
    Ok(Layered { typed, whole, origins })
}

/// `secrets/NAME` is the device's own when it has it: one site file serves many kiosks, each with secrets of its own.
fn find_secrets(schema: &Value, value: &mut Value, device: &Path) {
    for (path, name) in named_files(schema, value) {
        let file = device.join(&name);
        if name.starts_with("secrets/") && file.is_file() {
            // The setting was found above, so that it can be put; a name that is no Unicode stays as typed.
            let _ = file.to_str().map(|file| put(value, &path, Value::String(file.to_owned())));
        }
    }
}

/// A step as we write it; what is inside an enumeration has no name of its own.
fn step(segment: &Segment) -> Option<String> {
    match segment {
        Segment::Seq { index } => Some(index.to_string()),
        Segment::Map { key } => Some(key.clone()),
        Segment::Enum { .. } | Segment::Unknown => None,
    }
}

/// The values of a TOML text.
///
/// # Errors
/// The line where it is no TOML.
pub fn parsed(text: &str) -> Result<Value, Faults> {
    Parsed::read(text).map(|parsed| parsed.value).map_err(|fault| Faults(vec![fault]))
}

/// The parsed layers, to say where a fault stands.
struct Found<'a> {
    layers: &'a Layers<'a>,
    site: Parsed<'a>,
    device: Option<(&'a Path, Parsed<'a>)>,
    above: &'a Value,
    overrides: &'a [Override],
}

impl Found<'_> {
    fn refuse(&self, faults: Vec<FieldFault>) -> Result<(), Faults> {
        let mut placed: Vec<FieldFault> = faults.into_iter().map(|fault| self.place(fault)).collect();
        placed.sort_by(|one, other| (&one.file, one.line).cmp(&(&other.file, other.line)));
        Faults::unless_empty(placed)
    }

    /// Names the layer whose word is at fault: the highest that says the setting.
    fn place(&self, fault: FieldFault) -> FieldFault {
        let path = Dotted::said(&fault.path);
        if let Some(said) = self.overrides.iter().rev().find(|said| said.path.holds(&path)) {
            let reason = format!("{} (said by {})", fault.reason, said.said_by);
            return FieldFault { reason, ..fault };
        }
        match &self.device {
            Some((file, parsed)) if value_at(self.above, &path).is_some() => {
                let below = Dotted([vec![OVERRIDE.to_owned()], path.0.clone()].concat());
                FieldFault { path: below.to_string(), ..fault }.at(file, parsed.line_of(&below))
            }
            _ => fault.at(self.layers.file, self.site.line_of(&path)),
        }
    }
}

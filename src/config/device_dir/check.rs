//! Everything that can be wrong with a device's directory, found before a single file is touched.

use std::path::{Component, Path, PathBuf};

use serde_json::{Map, Value};

use super::walk::walk;
use super::{Checks, DEVICE_TOML, DeviceFile, MANIFEST, Report, SCHEMA_KNOWN, SECRETS, is_plain, manifest};
use crate::config::document::Parsed;
use crate::config::edit::FILE_BYTES_MAX;
use crate::config::fault::{FAULTS_MAX, FieldFault, placed};
use crate::config::layers::overlay;
use crate::config::schema::reasons;
use crate::config::secret::named_files;

/// Looks at the whole of `dir`. `live` is the running configuration: secrets that it has need not be in `dir`.
pub fn check_dir(dir: &Path, live: &Path, checks: &Checks<'_>) -> Report {
    let found = walk(dir, is_same(dir, live));
    let bytes = found.entries.iter().map(|entry| entry.bytes).sum();
    let mut report =
        Report { files: found.entries.len(), bytes, faults: found.faults, entries: found.entries, ..Report::default() };
    let mut check = Check { dir, live, checks, report: &mut report };
    check.manifest();
    check.device();
    check.modes();
    report.faults.truncate(FAULTS_MAX);
    report
}

/// The JSON schema of `device.toml`.
pub fn device_schema() -> Value {
    schemars::schema_for!(DeviceFile).to_value()
}

struct Check<'a> {
    dir: &'a Path,
    live: &'a Path,
    checks: &'a Checks<'a>,
    report: &'a mut Report,
}

impl Check<'_> {
    fn refuse(&mut self, path: &str, reason: impl Into<String>) {
        self.report.faults.push(FieldFault::new(path, reason));
    }

    fn has(&self, name: &str) -> bool {
        self.report.entries.iter().any(|entry| entry.name == name)
    }

    /// The text of a small file of the directory.
    fn text(&mut self, name: &str) -> Option<String> {
        if self.report.entries.iter().any(|entry| entry.name == name && entry.bytes > FILE_BYTES_MAX) {
            self.refuse(name, format!("has more than {FILE_BYTES_MAX} bytes"));
            return None;
        }
        std::fs::read_to_string(self.dir.join(name))
            .map_err(|error| self.refuse(name, format!("cannot be read: {error}")))
            .ok()
    }

    fn manifest(&mut self) {
        if self.has(MANIFEST) && !is_same(self.dir, self.live) {
            let Some(text) = self.text(MANIFEST) else { return };
            let faults = manifest::faults(&text, &self.report.entries);
            self.report.faults.extend(faults);
        }
    }

    fn device(&mut self) {
        if !self.has(DEVICE_TOML) {
            return self.refuse(DEVICE_TOML, "is missing; `usher config export DIR` makes such a directory");
        }
        let Some(text) = self.text(DEVICE_TOML) else { return };
        match device_file(&text) {
            Ok(device) => {
                self.site(&device);
                self.board(&device);
                self.report.device = Some(device);
            }
            Err(faults) => {
                let file = self.dir.join(DEVICE_TOML);
                self.report.faults.extend(placed(faults, &file).0);
            }
        }
    }

    fn site(&mut self, device: &DeviceFile) {
        let Some(file) = self.named("sites", "site", &device.site) else { return };
        let before = self.report.faults.len();
        self.files(&file, device);
        if let Err(faults) = (self.checks.site)(&file, &self.dir.join(DEVICE_TOML)) {
            self.report.faults.extend(faults.0);
        }
        // Both looked at names of files: what the site's own check says too is told once.
        let paths: Vec<String> = self.report.faults[..before].iter().map(|fault| fault.path.clone()).collect();
        self.report.faults.dedup_by(|one, other| one.path == other.path && !paths.contains(&one.path));
    }

    fn board(&mut self, device: &DeviceFile) {
        let Some(file) = device.board.as_ref().and_then(|name| self.named("boards", "board", name)) else { return };
        if let Err(faults) = (self.checks.board)(&file) {
            self.report.faults.extend(faults.0);
        }
    }

    /// The file that `device.toml` means: here, or installed.
    fn named(&mut self, kind: &str, field: &str, name: &str) -> Option<PathBuf> {
        let here = format!("{kind}/{name}.toml");
        if self.has(&here) {
            return Some(self.dir.join(here));
        }
        let installed = (self.checks.installed)(kind, name);
        if installed.is_none() {
            self.refuse(field, format!("there is no {here} here and no {field} '{name}' is installed"));
        }
        installed
    }

    /// The files that settings name: inside this directory, and there.
    fn files(&mut self, site: &Path, device: &DeviceFile) {
        let text = std::fs::read_to_string(site).unwrap_or_default();
        let Ok(parsed) = Parsed::read(&text) else { return };
        let mut value = parsed.value;
        overlay(&mut value, &Value::Object(device.overrides.clone()));
        let is_here = site.starts_with(self.dir);
        let mut named = named_files(self.checks.schema, &value);
        named.extend(
            value
                .get("knowledge")
                .and_then(Value::as_str)
                .map(|name| ("knowledge".parse().unwrap_or_default(), name.into())),
        );
        for (path, name) in named {
            let in_secrets = name.starts_with("secrets/");
            if !stays_inside(&name) {
                self.refuse(&path.to_string(), format!("'{name}' leads out of the directory; name a file inside it"));
            } else if in_secrets && !self.has(&name) && !self.live.join(&name).is_file() {
                self.refuse(
                    &path.to_string(),
                    format!("{name} is neither here nor on this device; put it into {SECRETS}/"),
                );
            } else if !in_secrets && is_here && !site.with_file_name(&name).exists() {
                self.refuse(&path.to_string(), format!("sites/{name} is missing; copy it too"));
            }
        }
    }

    /// On a device nobody else may read a secret. A stick cannot keep that promise: its file system knows no owners.
    fn modes(&mut self) {
        let is_live = is_same(self.dir, self.live);
        let secret = format!("{SECRETS}/");
        let open: Vec<String> = self
            .report
            .entries
            .iter()
            .filter(|entry| entry.is_open && entry.name.starts_with(&secret))
            .map(|entry| entry.name.clone())
            .collect();
        for name in open {
            if is_live {
                self.refuse(&name, format!("others may read it; run `chmod 600 {}`", self.dir.join(&name).display()));
            } else {
                let reason =
                    "whoever has this copy can read it; on the device only usher may, so wipe the stick afterwards";
                self.report.warnings.push(FieldFault::new(name, reason));
            }
        }
    }
}

/// `device.toml` as typed, or what is wrong with it, with lines.
pub fn device_file(text: &str) -> Result<DeviceFile, Vec<FieldFault>> {
    let parsed = Parsed::read(text).map_err(|fault| vec![fault])?;
    let lined = |mut fault: FieldFault| {
        fault.line = parsed.line_of(&crate::config::Dotted::said(&fault.path));
        fault
    };
    // First of all: a newer form may have names that this program cannot know.
    if let Some(found) = parsed.value.get("schema").and_then(Value::as_u64).filter(|found| *found > SCHEMA_KNOWN) {
        let reason = format!(
            "made for a newer usher: it has form {found}, this program knows {SCHEMA_KNOWN}; update usher, then repeat"
        );
        return Err(vec![lined(FieldFault::new("schema", reason))]);
    }
    let faults = reasons(&device_schema(), &parsed.value);
    if !faults.is_empty() {
        return Err(faults.into_iter().map(lined).collect());
    }
    let device: DeviceFile =
        serde_json::from_value(parsed.value.clone()).map_err(|error| vec![FieldFault::new("", error.to_string())])?;
    let names = [("name", Some(&device.name)), ("site", Some(&device.site)), ("board", device.board.as_ref())];
    let mut faults: Vec<FieldFault> = names
        .into_iter()
        .filter_map(|(field, name)| Some((field, name.filter(|name| !is_plain(name))?)))
        .map(|(field, name)| {
            lined(FieldFault::new(
                field,
                format!("'{}' is not 1 to 64 letters, digits and hyphens", name.escape_debug()),
            ))
        })
        .collect();
    if device.schema == 0 {
        faults.push(lined(FieldFault::new("schema", "forms are counted from 1")));
    }
    if faults.is_empty() { Ok(device) } else { Err(faults) }
}

/// Whether a file's name is relative and has no `..`.
pub fn stays_inside(name: &str) -> bool {
    !name.is_empty()
        && Path::new(name).components().all(|step| matches!(step, Component::Normal(_) | Component::CurDir))
}

pub fn is_same(one: &Path, other: &Path) -> bool {
    matches!((one.canonicalize(), other.canonicalize()), (Ok(one), Ok(other)) if one == other)
}

/// The overrides of a `device.toml` that can be read; none otherwise.
pub fn overrides(text: &str) -> Map<String, Value> {
    device_file(text).map(|device| device.overrides).unwrap_or_default()
}

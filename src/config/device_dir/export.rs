//! Makes a device's directory from a running configuration: everything but secrets, with a manifest.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde_json::{Map, Value};

use super::check::{overrides, stays_inside};
use super::walk::walk;
use super::{
    DEVICE_TOML, DeviceError, DeviceFile, FILE_BYTES_MAX, FILES_MAX, MANIFEST, SCHEMA_KNOWN, is_plain, manifest,
};
use crate::config::document::Parsed;
use crate::config::fault::Faults;
use crate::config::layers::overlay;
use crate::config::replace::sync_folder;
use crate::config::secret::{holds_secret, named_files};

/// The configuration that runs here.
#[derive(Debug)]
pub struct Running<'a> {
    /// The JSON schema of a site file.
    pub schema: &'a Value,
    /// The kiosk's name, where it has no `device.toml` yet.
    pub name: &'a str,
    pub device_file: Option<&'a Path>,
    pub site_file: &'a Path,
    pub board_file: Option<&'a Path>,
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Exported {
    pub folder: PathBuf,
    pub files: usize,
    pub bytes: u64,
    /// Secrets, by the setting that names each: put them into `secrets/` by hand, or apply where they are already.
    pub left_out: Vec<String>,
}

/// Writes the directory `to`, which must be new or empty.
///
/// # Errors
/// [`DeviceError`]; what was written so far is removed then.
pub fn export_dir(running: &Running<'_>, to: &Path) -> Result<Exported, DeviceError> {
    if fs::read_dir(to).is_ok_and(|mut entries| entries.next().is_some()) {
        return Err(DeviceError::NotEmpty(to.into()));
    }
    fs::create_dir_all(to).map_err(DeviceError::io(to, "made"))?;
    let outcome = Export { running, to, left_out: Vec::new() }.write();
    if outcome.is_err() {
        // The folder was empty before: whatever cannot be removed now is a part of nothing.
        let _ = fs::remove_dir_all(to);
    }
    outcome
}

struct Export<'a> {
    running: &'a Running<'a>,
    to: &'a Path,
    left_out: Vec<String>,
}

impl Export<'_> {
    fn write(mut self) -> Result<Exported, DeviceError> {
        let site = self.running.site_file;
        let device_text = self.running.device_file.map(read).transpose()?;
        let site_text = read(site)?;
        let parsed = Parsed::read(&site_text).map_err(|fault| Faults(vec![fault.at(site, None)]))?;
        let mut value = parsed.value;
        overlay(&mut value, &Value::Object(device_text.as_deref().map(overrides).unwrap_or_default()));
        let device = match device_text {
            Some(text) => text,
            None => self.device_text()?,
        };
        self.put(DEVICE_TOML, device.as_bytes())?;
        self.put(&format!("sites/{}", file_name(site)), site_text.as_bytes())?;
        if let Some(board) = self.running.board_file {
            self.put(&format!("boards/{}", file_name(board)), read(board)?.as_bytes())?;
        }
        let secret = self.named(&value)?;
        self.knowledge(&value, &secret)?;
        let found = walk(self.to, false);
        Faults::unless_empty(found.faults)?;
        self.put(MANIFEST, manifest::written(&found.entries).as_bytes())?;
        sync_folder(self.to).map_err(DeviceError::io(self.to, "written"))?;
        let bytes = found.entries.iter().map(|entry| entry.bytes).sum();
        Ok(Exported { folder: self.to.into(), files: found.entries.len() + 1, bytes, left_out: self.left_out })
    }

    /// A `device.toml` for a kiosk that was started with a site file alone.
    fn device_text(&self) -> Result<String, DeviceError> {
        let stem = |path: &Path| path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default().to_owned();
        let (site, board) = (stem(self.running.site_file), self.running.board_file.map(stem));
        let name: String = self.running.name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
        let name = name.trim_matches('-').to_owned();
        for (field, name) in [("name", &name), ("site", &site)] {
            if !is_plain(name) {
                return Err(Faults::one(
                    field,
                    format!("'{name}' is not 1 to 64 letters, digits and hyphens; rename the file"),
                )
                .into());
            }
        }
        let device = DeviceFile { schema: SCHEMA_KNOWN, name, site, board, overrides: Map::new() };
        toml::to_string_pretty(&device).map_err(|error| Faults::one(DEVICE_TOML, error.to_string()).into())
    }

    /// Copies the files that settings name and that are no secrets; the secret ones are named, and returned.
    fn named(&mut self, value: &Value) -> Result<Vec<PathBuf>, DeviceError> {
        let mut secret = Vec::new();
        for (path, name) in named_files(self.running.schema, value) {
            if holds_secret(&path) || name.starts_with("secrets/") {
                self.left_out.push(format!("{path} = \"{name}\""));
                secret.push(self.running.site_file.with_file_name(&name));
            } else {
                self.copy(&path.to_string(), &name)?;
            }
        }
        Ok(secret)
    }

    fn copy(&self, setting: &str, name: &str) -> Result<(), DeviceError> {
        let source = self.inside(setting, name)?;
        let bytes = fs::read(&source).map_err(DeviceError::io(&source, "read"))?;
        self.put(&format!("sites/{name}"), &bytes)
    }

    /// The folder of the site's knowledge, without files that hold secrets.
    fn knowledge(&self, value: &Value, secret: &[PathBuf]) -> Result<(), DeviceError> {
        let Some(name) = value.get("knowledge").and_then(Value::as_str) else { return Ok(()) };
        let folder = self.inside("knowledge", name)?;
        let found = walk(&folder, true);
        Faults::unless_empty(found.faults)?;
        if found.entries.len() > FILES_MAX {
            return Err(Faults::one("knowledge", format!("holds more than {FILES_MAX} files")).into());
        }
        for entry in &found.entries {
            let source = folder.join(&entry.name);
            if !secret.contains(&source) && entry.bytes <= FILE_BYTES_MAX {
                let bytes = fs::read(&source).map_err(DeviceError::io(&source, "read"))?;
                self.put(&format!("sites/{name}/{}", entry.name), &bytes)?;
            }
        }
        Ok(())
    }

    fn inside(&self, setting: &str, name: &str) -> Result<PathBuf, DeviceError> {
        if stays_inside(name) {
            return Ok(self.running.site_file.with_file_name(name));
        }
        let reason =
            format!("'{name}' does not lie beside the site file and cannot be taken along; move it there first");
        Err(Faults::one(setting, reason).into())
    }

    fn put(&self, name: &str, bytes: &[u8]) -> Result<(), DeviceError> {
        let target = self.to.join(name);
        let folder = target.parent().unwrap_or(self.to);
        let written = || {
            fs::create_dir_all(folder)?;
            let mut file = File::create(&target)?;
            file.write_all(bytes)?;
            file.sync_all()
        };
        written().map_err(DeviceError::io(&target, "written"))
    }
}

fn read(path: &Path) -> Result<String, DeviceError> {
    fs::read_to_string(path).map_err(DeviceError::io(path, "read"))
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

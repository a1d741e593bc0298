//! A change to the configuration of this device: into the file that says the setting, checked as the whole that it makes.

use std::path::Path;

use super::document::{Parsed, value_at};
use super::dotted::Dotted;
use super::edit::{Change, ConfigFile, EditError, Written};
use super::fault::Faults;
use super::layers::Said;
use super::read::{Layers, OVERRIDE, read};
use super::{SiteFile, device_dir, schema};

/// The file into which a change of `path` belongs: `device.toml` when it says the setting or something in it, or when the site
/// file is an installed one that other devices and the next package share; else the site file.
///
/// # Errors
/// When `device.toml` cannot be read.
pub fn written_to<'a>(site: &'a Path, device: Option<&'a Path>, path: &Dotted) -> Result<&'a Path, EditError> {
    let Some(device) = device else { return Ok(site) };
    let file = ConfigFile::open(device)?;
    let parsed = Parsed::read(&file.text).map_err(|fault| Faults(vec![fault]))?;
    let is_said = parsed.value.get(OVERRIDE).and_then(|above| value_at(above, path)).is_some();
    let is_own = device.parent().is_some_and(|folder| site.starts_with(folder));
    Ok(if is_said || !is_own { device } else { site })
}

/// Writes `changes` of site settings into `target`, which is the site file or `device.toml` (there they go into `[override]`).
///
/// # Errors
/// [`EditError`]; `target` is then as it was.
pub fn change_site(
    target: &ConfigFile,
    changes: &[Change],
    site: &Path,
    device: Option<&Path>,
) -> Result<Written, EditError> {
    let is_device = Some(target.path.as_path()) == device;
    let changes: Vec<Change> =
        changes.iter().map(|change| if is_device { above(change) } else { change.clone() }).collect();
    let file_schema = if is_device { device_schema_with_site() } else { schema() };
    let other = match (is_device, device) {
        (true, _) => Some(ConfigFile::open(site)?),
        (false, Some(device)) => Some(ConfigFile::open(device)?),
        (false, None) => None,
    };
    let check = |text: &str| {
        if is_device {
            device_dir::device_file(text)?;
        }
        let other = other.as_ref().map(|file| file.text.as_str());
        let (site_text, device_text) = if is_device { (other.unwrap_or_default(), Some(text)) } else { (text, other) };
        whole(site, site_text, device.zip(device_text)).map_err(|faults| faults.0)
    };
    target.write(&changes, &file_schema, check)
}

/// What the files say must hold by itself: a variable that happens to be set now will not always be.
fn whole(site: &Path, text: &str, device: Option<(&Path, &str)>) -> Result<(), Faults> {
    let layers = Layers { file: site, text, device, said: &Said::default() };
    read(&schema(), &layers, |file: &SiteFile| file.faults_beside(site)).map(drop)
}

fn above(change: &Change) -> Change {
    let lifted = |path: &Dotted| Dotted([vec![OVERRIDE.to_owned()], path.0.clone()].concat());
    match change {
        Change::Set { path, value } => Change::Set { path: lifted(path), value: value.clone() },
        Change::Remove { path } => Change::Remove { path: lifted(path) },
    }
}

/// `device.toml` with `[override]` spelled out, so that names and kinds in it are known.
fn device_schema_with_site() -> serde_json::Value {
    let mut schema = schema();
    let device = device_dir::device_schema();
    let site =
        serde_json::json!({"type": "object", "additionalProperties": false, "properties": schema["properties"].take()});
    let mut names = device["properties"].clone();
    names[OVERRIDE] = site;
    schema["properties"] = names;
    schema["required"] = device["required"].clone();
    schema
}

#[cfg(test)]
mod tests {
    use std::fs;

    use serde_json::json;

    use super::*;

    #[test]
    fn a_setting_is_changed_where_it_is_said() {
        let folder = tempfile::tempdir().unwrap();
        let (site, device) = (folder.path().join("bank.toml"), folder.path().join("device.toml"));
        let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("firmware-config/sites/bank.toml");
        fs::copy(shipped, &site).unwrap();
        fs::create_dir(folder.path().join("bank")).unwrap();
        let text =
            "schema = 1\nname = \"a\"\nsite = \"bank\"\n[override] # here\nvisit = { idle_seconds = 70 } # slow\n";
        fs::write(&device, text).unwrap();
        let path: Dotted = "visit.idle_seconds".parse().unwrap();
        let map: Dotted = "map.kiosk".parse().unwrap();
        assert_eq!(written_to(&site, Some(&device), &path).unwrap(), device);
        assert_eq!(written_to(&site, Some(&device), &map).unwrap(), site);
        assert_eq!(written_to(Path::new("/usr/share/usher/sites/bank.toml"), Some(&device), &map).unwrap(), device);
        assert_eq!(written_to(&site, None, &path).unwrap(), site);
        let change = |value: serde_json::Value| [Change::Set { path: path.clone(), value }];
        let file = ConfigFile::open(&device).unwrap();
        let refused = change_site(&file, &change(json!(90000)), &site, Some(&device)).unwrap_err().to_string();
        assert!(
            refused.ends_with("device.toml:5: override.visit.idle_seconds: 90000 is outside 20 to 600"),
            "{refused}"
        );
        change_site(&file, &change(json!(80)), &site, Some(&device)).unwrap();
        assert_eq!(fs::read_to_string(&device).unwrap(), text.replace("70", "80"));
        let before = fs::read_to_string(&site).unwrap();
        let file = ConfigFile::open(&site).unwrap();
        change_site(&file, &change(json!(120)), &site, Some(&device)).unwrap();
        assert_eq!(fs::read_to_string(&site).unwrap(), format!("{before}\n[visit]\nidle_seconds = 120\n"));
    }
}

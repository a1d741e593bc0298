//! `MANIFEST`: which files a directory must hold and their digests, so that a half-copied stick is noticed.

use std::collections::BTreeMap;

use super::{Entry, MANIFEST};
use crate::config::fault::FieldFault;

/// The text for `entries`, as `sha256sum` writes it.
pub fn written(entries: &[Entry]) -> String {
    let listed = entries.iter().filter(|entry| entry.name != MANIFEST);
    listed.map(|entry| format!("{}  {}\n", entry.sha256, entry.name)).collect()
}

/// What `text` says against `entries`.
pub fn faults(text: &str, entries: &[Entry]) -> Vec<FieldFault> {
    let mut faults = Vec::new();
    let mut listed = BTreeMap::new();
    for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        match row(line) {
            Some((digest, name)) => drop(listed.insert(name, digest)),
            None => faults.push(FieldFault {
                line: Some(index + 1),
                ..FieldFault::new(MANIFEST, format!("line {} is not DIGEST and a name inside this folder", index + 1))
            }),
        }
    }
    for entry in entries.iter().filter(|entry| entry.name != MANIFEST) {
        match listed.remove(entry.name.as_str()) {
            Some(digest) if digest.eq_ignore_ascii_case(&entry.sha256) => {}
            Some(_) => faults.push(FieldFault::new(&entry.name, "differs from MANIFEST; copy it again")),
            None => {
                faults.push(FieldFault::new(&entry.name, "is not in MANIFEST; remove it, or make the directory anew"))
            }
        }
    }
    faults.extend(listed.keys().map(|name| FieldFault::new(name, "is missing, MANIFEST names it; copy it again")));
    faults
}

/// Digest and name of a line; a name outside the folder is none.
fn row(line: &str) -> Option<(&str, &str)> {
    let (digest, name) = line.split_once("  ").or_else(|| line.split_once(" *"))?;
    let plain =
        !name.starts_with('/') && !name.contains('\\') && name.split('/').all(|step| !matches!(step, "" | "." | ".."));
    (digest.len() == 64 && digest.chars().all(|c| c.is_ascii_hexdigit()) && plain).then_some((digest, name))
}

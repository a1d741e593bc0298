//! The keys that are trusted: files that a person put into `/etc`, keys that a version signed by a trusted one brought along,
//! less those that a person took back.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use minisign_verify::{Error, PublicKey, Signature};

use super::UpdateError;
use super::disk::{Disk, read_small};
use super::manifest::{MANIFEST_BYTES_MAX, Manifest};

/// Longest key or signature file: a comment line of any sensible length and one line of base64, twice.
pub(super) const SIGNATURE_BYTES_MAX: u64 = 4 << 10;

/// Most keys, and most manifests that brought one: a maker changes its key once in some years.
const KEYS_MAX: usize = 32;

/// One trusted key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// Sixteen hexadecimal digits, as minisign prints them.
    pub id: String,
    /// The file that brought it, or the version.
    pub from: String,
    public: PublicKey,
}

/// The keys of this machine.
#[derive(Debug, Clone, Default)]
pub struct Keys {
    folder: String,
    keys: Vec<Key>,
    revoked: BTreeSet<String>,
}

/// Why bytes are not proved.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Unproved {
    NoKey,
    UnknownKey(String),
    Revoked(String),
    Wrong(String),
}

impl Keys {
    /// The `*.pub` and `*.revoked` files of a folder; a folder that is not there has none.
    ///
    /// # Errors
    /// [`UpdateError::Key`] naming the file.
    pub fn read(folder: &Path) -> Result<Self, UpdateError> {
        let mut found = Self { folder: folder.display().to_string(), ..Self::default() };
        let Ok(entries) = fs::read_dir(folder) else { return Ok(found) };
        let mut paths: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
        paths.sort();
        for path in paths {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let bad = |reason: String| UpdateError::Key { file: path.display().to_string(), reason };
            if let Some(id) = name.strip_suffix(".revoked") {
                found.revoked.insert(id.to_ascii_uppercase());
            } else if name.ends_with(".pub") {
                let text =
                    read_small(&super::RealDisk, &path, SIGNATURE_BYTES_MAX).map_err(|error| bad(error.to_string()))?;
                let text = String::from_utf8(text).map_err(|_| bad("it is not text".into()))?;
                found.add(&text, &name).map_err(bad)?;
            }
        }
        Ok(found)
    }

    /// Trusts the key in a `.pub` file's text, or in its base64 line alone.
    pub(super) fn add(&mut self, text: &str, from: &str) -> Result<(), String> {
        let line = text.lines().map(str::trim).rfind(|line| !line.is_empty()).unwrap_or_default();
        let public = PublicKey::from_base64(line).map_err(|error| error.to_string())?;
        let id = id_of(line).ok_or("it has no key number")?;
        if self.keys.iter().any(|key| key.public == public) {
            return Ok(());
        }
        if self.keys.len() >= KEYS_MAX {
            return Err(format!("there are already {KEYS_MAX} keys; delete old ones"));
        }
        self.keys.push(Key { id, from: from.into(), public });
        Ok(())
    }

    /// These keys and those of the signed manifests in `folder`, each proved by the ones before it.
    pub(super) fn with_added(mut self, disk: &impl Disk, folder: &Path) -> Self {
        let mut names = disk.names(folder).unwrap_or_default();
        names.retain(|name| name.ends_with(".json"));
        names.sort();
        names.truncate(KEYS_MAX);
        // A key may have been brought by a version whose own key was brought by another: until nothing new is proved.
        loop {
            let before = self.keys.len();
            for name in &names {
                if let Some((_, manifest)) = self.proved(disk, &folder.join(name)) {
                    let from = format!("version {}", manifest.version);
                    // A key that cannot be used brings no trust, which is all that it could do.
                    manifest.add_keys.iter().for_each(|key| drop(self.add(key, &from)));
                }
            }
            if self.keys.len() == before {
                return self;
            }
        }
    }

    /// The manifest in `path`, when the signature beside it is good, with the number of its key.
    pub(super) fn proved(&self, disk: &impl Disk, path: &Path) -> Option<(String, Manifest)> {
        let bytes = read_small(disk, path, MANIFEST_BYTES_MAX).ok()?;
        let signature = read_small(disk, &signature_of(path), SIGNATURE_BYTES_MAX).ok()?;
        let key = self.prove(&bytes, &signature).ok()?;
        Some((key, Manifest::parse(&bytes).ok()?))
    }

    /// The number of the key that signed `bytes`.
    pub(super) fn prove(&self, bytes: &[u8], signature: &[u8]) -> Result<String, Unproved> {
        let wrong = |error: Error| Unproved::Wrong(error.to_string());
        let text = std::str::from_utf8(signature).map_err(|_| Unproved::Wrong("it is not text".into()))?;
        let id = text.lines().nth(1).and_then(id_of).ok_or_else(|| Unproved::Wrong("it has no key number".into()))?;
        let signature = Signature::decode(text).map_err(wrong)?;
        if self.is_empty() {
            return Err(Unproved::NoKey);
        }
        if self.revoked.contains(&id) {
            return Err(Unproved::Revoked(id));
        }
        // Two keys may bear one number: the number is no secret.
        let mut outcome = Err(Unproved::UnknownKey(id.clone()));
        for key in self.keys.iter().filter(|key| key.id == id) {
            match key.public.verify(bytes, &signature, false) {
                Ok(()) => return Ok(id),
                Err(error) => outcome = Err(wrong(error)),
            }
        }
        outcome
    }

    pub fn is_empty(&self) -> bool {
        self.trusted().next().is_none()
    }

    /// The keys that prove something.
    pub fn trusted(&self) -> impl Iterator<Item = &Key> {
        self.keys.iter().filter(|key| !self.revoked.contains(&key.id))
    }

    /// The error of this room for bytes from `file` that are not proved.
    pub(super) fn refuse(&self, unproved: Unproved, file: &str) -> UpdateError {
        let file = file.to_owned();
        match unproved {
            Unproved::NoKey => UpdateError::NoKey { folder: self.folder.clone() },
            Unproved::Revoked(key) => UpdateError::Revoked { file, key },
            Unproved::Wrong(reason) => UpdateError::WrongSignature { file, reason },
            Unproved::UnknownKey(key) => {
                let trusted = self.trusted().map(|key| key.id.as_str()).collect::<Vec<_>>().join(", ");
                UpdateError::UnknownKey { file, key, trusted }
            }
        }
    }
}

/// Where the signature of `path` lies.
pub(super) fn signature_of(path: &Path) -> std::path::PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".minisig");
    name.into()
}

/// The key's number in a base64 line of minisign: after two letters, eight bytes, little end first.
fn id_of(line: &str) -> Option<String> {
    let bytes = STANDARD.decode(line.trim()).ok()?;
    Some(bytes.get(2..10)?.iter().rev().map(|byte| format!("{byte:02X}")).collect())
}

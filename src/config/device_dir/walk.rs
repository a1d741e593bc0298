//! The files of a directory, looked at before anything is believed: no links, nothing outside, nothing too many or too large.

use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::path::Path;

use sha2::{Digest, Sha256};

use super::{DEPTH_MAX, DEVICE_TOML, Entry, FILE_BYTES_MAX, FILES_MAX, FOLDERS, MANIFEST, NOTES, TOTAL_BYTES_MAX};
use crate::base::{or_nearest, secret};
use crate::config::fault::FieldFault;

/// What desktops leave on a stick. Names that begin with a point are left out too.
const NOISE: [&str; 5] = ["System Volume Information", "$RECYCLE.BIN", "Thumbs.db", "desktop.ini", "lost+found"];
/// Bytes read at a time.
const BLOCK_BYTES: usize = 64 << 10;

/// What was found, in the order of names.
#[derive(Debug, Default)]
pub struct Found {
    pub entries: Vec<Entry>,
    pub faults: Vec<FieldFault>,
    bytes: u64,
    is_over: bool,
}

/// Everything in `folder`. At the top only the names of a device directory are known, unless `is_live`: a running
/// configuration may hold more.
pub fn walk(folder: &Path, is_live: bool) -> Found {
    let mut found = Found::default();
    found.enter(folder, "", 0, is_live);
    found.entries.sort_by(|one, other| one.name.cmp(&other.name));
    found
}

impl Found {
    fn enter(&mut self, folder: &Path, prefix: &str, depth: usize, is_live: bool) {
        if depth > DEPTH_MAX {
            return self.refuse(prefix, format!("folders lie deeper than {DEPTH_MAX}"));
        }
        let listed = fs::read_dir(folder).and_then(|entries| entries.collect::<Result<Vec<_>, io::Error>>());
        let mut entries = match listed {
            Ok(entries) => entries,
            Err(error) => return self.refuse(prefix, format!("cannot be read: {error}")),
        };
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            if self.is_over {
                return;
            }
            let Some(name) = entry.file_name().to_str().map(str::to_owned) else {
                self.refuse(prefix, "holds a name that is no UTF-8; rename it".into());
                continue;
            };
            // What a changed setting leaves beside its file is no part of a configuration that is put in place.
            let is_former = depth == 0 && !is_live && name.ends_with(".before");
            if name.starts_with('.') || NOISE.contains(&name.as_str()) || is_former {
                continue;
            }
            let full = if prefix.is_empty() { name.clone() } else { format!("{prefix}/{name}") };
            match fs::symlink_metadata(entry.path()) {
                Ok(about) if depth == 0 && !is_live => self.top(&entry.path(), &name, &about),
                Ok(about) => self.one(&entry.path(), full, &about, depth),
                Err(error) => self.refuse(&full, format!("cannot be read: {error}")),
            }
        }
    }

    /// A name at the top: it must be one that is known.
    fn top(&mut self, path: &Path, name: &str, about: &Metadata) {
        let files = [DEVICE_TOML, MANIFEST].into_iter().chain(NOTES);
        let known = if about.is_dir() { FOLDERS.contains(&name) } else { files.clone().any(|file| file == name) };
        if known || about.is_symlink() {
            return self.one(path, name.to_owned(), about, 0);
        }
        let names: Vec<String> = files.chain(FOLDERS).map(str::to_owned).collect();
        self.refuse(name, format!("is no part of a device's directory{}", or_nearest(name, names.iter())));
    }

    fn one(&mut self, path: &Path, name: String, about: &Metadata, depth: usize) {
        if about.is_symlink() {
            return self.refuse(&name, "is a link; put a copy of what it leads to in its place".into());
        }
        if let Some(sign) = name.chars().find(|c| c.is_control() || matches!(c, '\\' | ':')) {
            return self.refuse(&name.escape_debug().to_string(), format!("has {sign:?} in its name; rename it"));
        }
        if about.is_dir() {
            return self.enter(path, &name, depth + 1, true);
        }
        if !about.is_file() {
            return self.refuse(&name, "is neither a file nor a folder; remove it".into());
        }
        if about.len() > FILE_BYTES_MAX {
            return self.refuse(&name, format!("has {} bytes; {FILE_BYTES_MAX} are allowed", about.len()));
        }
        self.bytes += about.len();
        if self.entries.len() >= FILES_MAX || self.bytes > TOTAL_BYTES_MAX {
            self.is_over = true;
            return self.refuse(
                "",
                format!(
                    "holds more than {FILES_MAX} files or {TOTAL_BYTES_MAX} bytes; leave out what is no configuration"
                ),
            );
        }
        match digest(path) {
            Ok(sha256) => self.entries.push(Entry { name, bytes: about.len(), sha256, is_open: is_open(about) }),
            Err(error) => self.refuse(&name, format!("cannot be read: {error}")),
        }
    }

    fn refuse(&mut self, name: &str, reason: String) {
        self.faults.push(FieldFault::new(name, reason));
    }
}

/// SHA-256 of a file, hexadecimal. Reads at most [`FILE_BYTES_MAX`].
pub fn digest(path: &Path) -> io::Result<String> {
    let mut digest = Sha256::new();
    let mut file = File::open(path)?.take(FILE_BYTES_MAX + 1);
    let mut block = vec![0; BLOCK_BYTES];
    loop {
        let count = file.read(&mut block)?;
        let Some(part) = block.get(..count).filter(|part| !part.is_empty()) else { break };
        digest.update(part);
    }
    Ok(secret::hex(&digest.finalize()))
}

#[cfg(unix)]
fn is_open(about: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    about.mode() & 0o077 != 0
}

#[cfg(not(unix))]
fn is_open(_: &Metadata) -> bool {
    false
}

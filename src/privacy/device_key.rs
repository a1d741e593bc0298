//! The device's key in its file: written whole or not at all, for this user alone, the former bytes overwritten. Must not know
//! what it seals.
//!
//! The file is text: a first line with the format, then one line a key, the newest last: `NAME HEX SECONDS`. Flash memory may
//! keep an overwritten block for a while; who needs more than that puts the data folder on an encrypted partition.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

use jiff::Timestamp;
use zeroize::{Zeroize, Zeroizing};

use super::locked::{KEY_BYTES, Locked};
use super::vault::VaultError;
use crate::base::secret::{hex, random};

const FIRST_LINE: &str = "usher device key 1";

/// A file of two keys has some 200 bytes.
const FILE_BYTES_MAX: u64 = 4096;

/// The current key and the one that is being replaced; a third is never needed, for a change is finished before the next.
const KEYS_MAX: usize = 8;

pub(super) struct DeviceKey {
    pub name: String,
    pub key: Locked,
    /// Seconds since 1970.
    pub made_at_s: i64,
}

/// The keys of one file, the newest last. Has one at least.
pub(super) struct KeyFile {
    keys: Vec<DeviceKey>,
    /// Others could read the file when it was opened.
    pub was_exposed: bool,
}

impl KeyFile {
    pub fn open(path: &Path, now: Timestamp) -> Result<Self, VaultError> {
        let unreadable = |reason: String| VaultError::Unreadable { path: path.into(), reason };
        let file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Self::begin(path, now),
            Err(error) => return Err(unreadable(error.to_string())),
        };
        let was_exposed = close_to_others(&file).map_err(|error| unreadable(error.to_string()))?;
        let mut text = Zeroizing::new(String::with_capacity(FILE_BYTES_MAX as usize));
        (&file).take(FILE_BYTES_MAX).read_to_string(&mut text).map_err(|error| unreadable(error.to_string()))?;
        let keys = parse(&text).ok_or_else(|| unreadable("it is not a device key of this usher".into()))?;
        Ok(Self { keys, was_exposed })
    }

    pub fn current(&self) -> &DeviceKey {
        self.keys.last().expect("a key file has a key")
    }

    pub fn named(&self, name: &str) -> Option<&DeviceKey> {
        self.keys.iter().find(|key| key.name == name)
    }

    pub fn has_former(&self) -> bool {
        self.keys.len() > 1
    }

    /// Puts a new key last. A change that was cut off too often to count is finished by forgetting the oldest.
    pub fn add(&mut self, path: &Path, now: Timestamp) -> Result<(), VaultError> {
        self.keys.push(fresh(now));
        if let Err(error) = self.write(path) {
            self.keys.pop();
            return Err(error);
        }
        self.was_exposed = false;
        Ok(())
    }

    pub fn forget_former(&mut self, path: &Path) -> Result<(), VaultError> {
        let last = self.keys.len() - 1;
        self.keys.rotate_left(last);
        let former = self.keys.split_off(1);
        let written = self.write(path);
        if written.is_err() {
            self.keys.extend(former);
            self.keys.rotate_left(1);
        }
        written
    }

    fn begin(path: &Path, now: Timestamp) -> Result<Self, VaultError> {
        let file = Self { keys: vec![fresh(now)], was_exposed: false };
        file.write(path)?;
        Ok(file)
    }

    fn write(&self, path: &Path) -> Result<(), VaultError> {
        let from = self.keys.len().saturating_sub(KEYS_MAX);
        let mut text = Zeroizing::new(format!("{FIRST_LINE}\n"));
        for key in &self.keys[from..] {
            let secret = Zeroizing::new(hex(key.key.bytes()));
            text.push_str(&format!("{} {} {}\n", key.name, *secret, key.made_at_s));
        }
        replace(path, text.as_bytes()).map_err(|source| VaultError::Unwritable { path: path.into(), source })
    }
}

fn fresh(now: Timestamp) -> DeviceKey {
    DeviceKey { name: hex(&random::<4>()), key: Locked::random(), made_at_s: now.as_second() }
}

/// Whether others could read the file; they no longer can.
fn close_to_others(file: &File) -> io::Result<bool> {
    let mode = file.metadata()?.permissions().mode();
    if mode & 0o077 == 0 {
        return Ok(false);
    }
    file.set_permissions(Permissions::from_mode(0o600))?;
    tracing::warn!("others could read the device key; it is closed to them and will be replaced");
    Ok(true)
}

fn parse(text: &str) -> Option<Vec<DeviceKey>> {
    let mut lines = text.lines();
    if lines.next()? != FIRST_LINE {
        return None;
    }
    let keys: Vec<DeviceKey> = lines.map(parse_line).collect::<Option<_>>()?;
    (1..=KEYS_MAX).contains(&keys.len()).then_some(keys)
}

fn parse_line(line: &str) -> Option<DeviceKey> {
    let mut words = line.split(' ');
    let (name, secret, made_at) = (words.next()?, words.next()?, words.next()?);
    let is_name = name.len() == 8 && name.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !is_name || secret.len() != KEY_BYTES * 2 || !secret.is_ascii() || words.next().is_some() {
        return None;
    }
    let mut key = [0; KEY_BYTES];
    for (byte, digits) in key.iter_mut().zip(secret.as_bytes().chunks(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
    }
    let made_at_s = made_at.parse().ok()?;
    Some(DeviceKey { name: name.into(), key: Locked::taking(&mut key), made_at_s })
}

/// Puts `bytes` in the place of the file: the old or the new whole after a power cut. The old bytes are overwritten.
fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let new = path.with_extension("seal-new");
    let former = OpenOptions::new().write(true).open(path).ok();
    let mut file = OpenOptions::new().create(true).truncate(true).write(true).mode(0o600).open(&new)?;
    file.set_permissions(Permissions::from_mode(0o600))?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&new, path)?;
    if let Some(folder) = path.parent() {
        File::open(folder)?.sync_all()?;
    }
    if let Some(former) = former {
        overwrite(former)?;
    }
    Ok(())
}

/// The file has no name any more; this handle is the last that reaches its bytes.
fn overwrite(mut file: File) -> io::Result<()> {
    let length = usize::try_from(file.metadata()?.len()).unwrap_or(0);
    let mut nothing = vec![0; length.min(FILE_BYTES_MAX as usize)];
    file.seek(SeekFrom::Start(0))?;
    file.write_all(&nothing)?;
    nothing.zeroize();
    file.sync_all()
}

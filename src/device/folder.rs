//! A simulated board that a shell drives: each role is a file that holds `1` (active) or `0`. Knows no hardware.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::bell::Bell;
use super::pin::{Direction, Pin};
use super::{Body, DeviceError};

/// Between two looks at the files: quick enough for a hand at a keyboard, and next to nothing of a processor.
const LOOK_EVERY: Duration = Duration::from_millis(50);

pub struct Folder {
    folder: PathBuf,
    pins: BTreeMap<u32, Pin>,
}

impl Folder {
    pub fn new(folder: &Path) -> Self {
        Self { folder: folder.into(), pins: BTreeMap::new() }
    }

    fn place(&self, line: u32) -> Result<(&Pin, PathBuf), DeviceError> {
        let pin = self.pins.get(&line).ok_or(DeviceError::Line { line, reason: "it was not taken".into() })?;
        Ok((pin, self.folder.join(pin.role.name())))
    }
}

impl Body for Folder {
    fn take(&mut self, pin: &Pin) -> Result<(), DeviceError> {
        self.pins.insert(pin.line, pin.clone());
        if pin.direction() == Direction::Out {
            return self.write(pin.line, pin.safe_is_high());
        }
        if self.folder.is_dir() {
            Ok(())
        } else {
            Err(fault(pin.line, &self.folder, "there is no such folder; make it"))
        }
    }

    /// A file that is not there is an input at rest.
    fn read(&mut self, line: u32) -> Result<bool, DeviceError> {
        let (pin, path) = self.place(line)?;
        let mut first = [b'0'];
        match std::fs::File::open(&path).and_then(|mut file| file.read(&mut first)) {
            Ok(_) => Ok(pin.translate(first == [b'1'])),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(pin.translate(false)),
            Err(error) => Err(fault(line, &path, &error.to_string())),
        }
    }

    fn write(&mut self, line: u32, high: bool) -> Result<(), DeviceError> {
        let (pin, path) = self.place(line)?;
        let word: &[u8] = if pin.translate(high) { b"1\n" } else { b"0\n" };
        let written = std::fs::File::create(&path).and_then(|mut file| file.write_all(word));
        written.map_err(|error| fault(line, &path, &error.to_string()))
    }

    fn wait(&mut self, bell: &Bell, at_most: Duration) {
        bell.wait(&[], at_most.min(LOOK_EVERY));
    }
}

fn fault(line: u32, path: &Path, reason: &str) -> DeviceError {
    DeviceError::Line { line, reason: format!("{}: {reason}", path.display()) }
}

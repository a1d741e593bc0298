//! Updates as a technician and an attacker meet them.

mod cuts;
mod hostile;
mod lives;
mod maker;
mod memory;
mod served;

use std::io::Cursor;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use semver::Version;

use self::maker::Maker;
use self::memory::{Cut, Memory};
use super::{Applied, Bundle, Data, Disk, Keys, Packaged, Start, UpdateError, Updates};
use crate::base::Stop;

/// When the tests take place.
fn now() -> Timestamp {
    "2026-12-01T00:00:00Z".parse().unwrap()
}

/// A kiosk: a disk, what it trusts, the package's version, and one database beside the slots.
struct Kiosk {
    disk: Memory,
    keys: Keys,
    package: &'static str,
}

const DATABASE: &str = "/data/kiosk.db";

impl Kiosk {
    /// A kiosk as the package leaves it.
    fn new(maker: &Maker) -> Self {
        let disk = Memory::default();
        disk.make_folder(Path::new("/data")).unwrap();
        disk.write(Path::new(DATABASE), &mut "shape 1".as_bytes(), 0o644).unwrap();
        disk.power_on(Cut::Kept);
        Self { disk, keys: maker.trusted(), package: "0.1.0" }
    }

    fn updates(&self) -> Updates<Memory> {
        let packaged = Packaged { version: Version::parse(self.package).unwrap(), program: "/usr/bin/usher".into() };
        Updates::with_disk(self.disk.clone(), Path::new("/data"), self.keys.clone(), packaged).unwrap()
    }

    fn apply(&self, bundle: &[u8]) -> Result<Applied, UpdateError> {
        self.apply_with(bundle, false)
    }

    fn apply_with(&self, bundle: &[u8], force: bool) -> Result<Applied, UpdateError> {
        let updates = self.updates();
        let bundle = Bundle::read("x.bundle", Cursor::new(bundle.to_vec()), updates.keys())?;
        updates.apply(bundle, force, now(), &Stop::new(), &mut |_| {})
    }

    fn boot(&self) -> Start {
        let back_up = |folder: &Path| copy(&self.disk, Path::new(DATABASE), &folder.join("kiosk.db"));
        let restore = |folder: &Path| copy(&self.disk, &folder.join("kiosk.db"), Path::new(DATABASE));
        self.updates().boot_at(&Data { back_up: &back_up, restore: &restore }, None)
    }

    /// What a version does first: it brings the database into its own shape.
    fn bring_up(&self, shape: &str) {
        replace(&self.disk, Path::new(DATABASE), shape.as_bytes()).unwrap();
    }

    fn database(&self) -> String {
        self.text(DATABASE)
    }

    fn text(&self, path: &str) -> String {
        std::io::read_to_string(self.disk.open(Path::new(path)).unwrap()).unwrap()
    }

    /// Installs a version and lets it pass its trial.
    fn live_with(&self, bundle: &[u8]) {
        self.apply(bundle).unwrap();
        assert!(self.boot().trial.is_some());
        assert!(self.updates().passed().unwrap());
    }
}

fn copy(disk: &Memory, from: &Path, to: &Path) -> Result<(), String> {
    let mut bytes = Vec::new();
    let mut source = disk.open(from).map_err(|error| error.to_string())?;
    source.read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    replace(disk, to, &bytes).map_err(|error| error.to_string())
}

fn replace(disk: &Memory, path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    super::disk::replace(disk, path, bytes)
}

/// The refusal's text.
fn refusal<T>(outcome: Result<T, UpdateError>) -> String {
    outcome.err().expect("it is refused").to_string()
}

fn program(version: &str) -> Vec<(&'static str, String)> {
    vec![("bin/usher", format!("program {version}")), ("models/words.gguf", format!("model {version}"))]
}

/// A whole version: a program and a model.
fn whole(maker: &Maker, version: &str) -> Vec<u8> {
    let files = program(version);
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (*path, text.as_str())).collect();
    maker.bundle(version, &files)
}

fn slot_program(slot: &str) -> PathBuf {
    Path::new("/data/slots").join(slot).join("bin/usher")
}

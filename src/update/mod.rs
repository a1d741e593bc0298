//! Updates: signed bundles, two slots, a trial with automatic return. Knows files and versions; *does not know* what a
//! visitor asks, how health is measured, or how a database is copied: the caller gives the gate's result and those functions.
//!
//! # The bundle
//! `usher-VERSION-ARCH.bundle` is a tar of three files in this order: `manifest.json`, its signature
//! `manifest.json.minisig`, and `members.tar.zst`. Nothing but the tar's headers is read before the signature is good: the
//! manifest is parsed after it, and the members are decompressed only when their digest is the signed one. Names come from
//! the manifest and never from the archive.
//!
//! # Why minisign and not TUF
//! * *Offline.* A stick is the normal way here. TUF's snapshot and timestamp files protect a fetch from a repository; on a
//!   stick they are four more files that may be forgotten, and their promise (freshness) cannot be kept without a network.
//! * *Clocks.* A kiosk without a battery clock starts in the past. TUF's metadata must expire, so that a wrong clock stops
//!   updates, or accepts none. Here the order is by version, not by time: an older version is refused whatever the clock
//!   says. `expires_at` is there for whoever wants it, is judged by the later of the clock and the newest signed date seen,
//!   and can be forced.
//! * *Keys.* A public key is a file that a person reads and compares (`/etc/usher/update-keys/*.pub`). A bundle signed by a
//!   trusted key may bring the next key; a person takes a key back with a file `KEYID.revoked`. There is no key, no update.
//! * *Size.* The verifier is one crate without dependencies that does Ed25519 over BLAKE2b and nothing else.
//! * *What is given up.* A mirror can hide that there is a newer version (it cannot offer an older one); and there is no
//!   threshold of several signers. A site that needs those puts its mirror behind its own TUF client and hands usher files.
//!
//! # The slots
//! Under the data folder, `slots/a` and `slots/b` hold a whole version each; `slots/state.json` says which is good and which
//! is on trial, and is the only truth; the link `slots/current` follows it for those who read files there. Slot `none` is
//! the program that the package brought: it starts first, chooses, and hands over to the chosen one (`usher update boot`).
//! A slot is written beside its place, read again, and renamed; a trial begins with one rename of the state. So a cut at
//! any instant leaves either the old state or the new one, and both start.
//!
//! At every start the chosen slot's signature and the digests of its program are examined again with the keys of `/etc`:
//! who can write the data folder cannot make the launcher run something else.

mod apply;
mod boot;
mod bundle;
mod contents;
mod disk;
mod error;
mod keys;
mod manifest;
mod release;
mod source;
mod state;
mod status;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use semver::Version;

pub use apply::{Applied, Progress};
pub use boot::{Data, Start, Trial};
pub use bundle::{Bundle, Proved};
pub use disk::{Disk, RealDisk};
pub use error::UpdateError;
pub use keys::{Key, Keys};
pub use manifest::{Kind, Manifest, Member};
pub use release::Release;
pub use source::Source;
pub use state::{STARTS_MAX, Slot, TRIAL_MAX};
pub use status::{Other, Status};

use state::State;

/// Where trusted public keys lie; only root may write there.
pub const KEYS: &str = "/etc/usher/update-keys";

/// Where a started program finds the one that chose it, in its environment: a new start goes through the choice again.
pub const LAUNCHER: &str = "USHER_LAUNCHER";

/// The program that is always there: the one that the package installed.
#[derive(Debug, Clone)]
pub struct Packaged {
    pub version: Version,
    /// Usually `/usr/bin/usher`.
    pub program: PathBuf,
}

impl Packaged {
    /// The running program, of the version it was built as.
    ///
    /// # Errors
    /// When the system does not say which file runs.
    pub fn this() -> std::io::Result<Self> {
        let version = Version::parse(env!("CARGO_PKG_VERSION")).expect("cargo checks the package's version");
        Ok(Self { version, program: std::env::current_exe()? })
    }
}

/// The updates of one appliance: its slots and the keys it trusts. Everything here blocks; give it a thread of its own.
pub struct Updates<D = RealDisk> {
    disk: D,
    places: Places,
    keys: Keys,
    packaged: Packaged,
}

impl Updates<RealDisk> {
    /// The slots under the data folder `data`, judged by the keys in `keys` (usually [`KEYS`]).
    ///
    /// # Errors
    /// [`UpdateError::Key`] when a key file cannot be used. A folder without keys is no error until something is to be proved.
    pub fn open(data: &Path, keys: &Path, packaged: Packaged) -> Result<Self, UpdateError> {
        Self::with_disk(RealDisk, data, Keys::read(keys)?, packaged)
    }
}

impl<D: Disk> Updates<D> {
    /// As `open`, on a given disk.
    pub(crate) fn with_disk(disk: D, data: &Path, keys: Keys, packaged: Packaged) -> Result<Self, UpdateError> {
        let places = Places { root: data.join("slots") };
        let keys = keys.with_added(&disk, &places.keys());
        Ok(Self { disk, places, keys, packaged })
    }

    /// The keys that are trusted now, those of `/etc` first.
    pub fn keys(&self) -> &Keys {
        &self.keys
    }

    /// Where downloads are kept until they are whole.
    pub fn downloads(&self) -> PathBuf {
        self.places.root.join("download")
    }

    fn state(&self) -> Result<State, UpdateError> {
        State::load(&self.disk, &self.places.state())
    }

    fn save(&self, state: &State) -> Result<(), UpdateError> {
        state.save(&self.disk, &self.places.root, &self.places.state())
    }

    /// Changes the state alone: the launcher, the appliance and a person's command may come at the same time.
    fn change<T>(&self, work: impl FnOnce(&mut State) -> Result<T, UpdateError>) -> Result<T, UpdateError> {
        self.make_root()?;
        let _alone = self.disk.lock(&self.places.root.join("state.lock"), true).map_err(self.io("lock"))?;
        let mut state = self.state()?;
        let before = state.clone();
        let result = work(&mut state)?;
        if state != before {
            self.save(&state)?;
        }
        Ok(result)
    }

    fn make_root(&self) -> Result<(), UpdateError> {
        let (root, above) = (&self.places.root, self.places.root.parent().unwrap_or(Path::new("/")));
        if self.disk.names(above).is_ok_and(|names| names.iter().any(|name| name == "slots")) {
            return Ok(());
        }
        self.disk.make_folder(root).and_then(|()| self.disk.sync_folder(above)).map_err(self.io("create folder"))
    }

    fn io(&self, doing: &'static str) -> impl FnOnce(std::io::Error) -> UpdateError {
        UpdateError::io(doing, &self.places.root)
    }

    /// The package's version as the launcher saw it: a program out of a slot does not know it of itself.
    fn package_of(&self, state: &State) -> Version {
        state.packaged.clone().unwrap_or_else(|| self.packaged.version.clone())
    }

    /// The version of a slot's content, when the slot is there and signed.
    fn version_of(&self, slot: Slot) -> Option<Version> {
        match slot {
            Slot::None => Some(self.packaged.version.clone()),
            slot => self.contents(slot).ok().map(|contents| contents.version().clone()),
        }
    }
}

/// The names under `slots`.
#[derive(Debug, Clone)]
struct Places {
    root: PathBuf,
}

impl Places {
    fn slot(&self, slot: Slot) -> PathBuf {
        self.root.join(slot.word())
    }

    /// Where a slot is written until it is whole.
    fn part(&self, slot: Slot) -> PathBuf {
        self.root.join(format!("{slot}.part"))
    }

    /// Where a slot's former content waits for its end.
    fn former(&self, slot: Slot) -> PathBuf {
        self.root.join(format!("{slot}.former"))
    }

    fn state(&self) -> PathBuf {
        self.root.join("state.json")
    }

    fn current(&self) -> PathBuf {
        self.root.join("current")
    }

    /// The databases as the slot's version left them.
    fn kept(&self, slot: Slot) -> PathBuf {
        self.root.join("kept").join(slot.word())
    }

    /// Signed manifests of versions that brought a key.
    fn keys(&self) -> PathBuf {
        self.root.join("keys")
    }
}

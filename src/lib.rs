//! usher: an edge inference appliance for multimodal kiosks.
//!
//! The rooms, in reading order. `docs/architecture.md` says what each may know of the others; a test enforces it.

pub mod base;
pub mod domain;
pub mod picture;
pub mod engine;
pub mod models;
pub mod store;
pub mod privacy;
pub mod admin;
pub mod backup;
pub mod handoff;
pub mod knowledge;
pub mod media;
pub mod reading;
pub mod fetch;
pub mod update;
pub mod facts;
pub mod camera;
pub mod clip;
pub mod presence;
pub mod conversation;
pub mod showing;
pub mod device;
pub mod telemetry;
pub mod checks;
pub mod http;
pub mod config;
pub mod appliance;
pub mod cli;

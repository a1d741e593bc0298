//! The appliance through its front doors, in one binary: linking many would cost more than running them.

mod browser;
mod commands;
mod degraded;
mod desk;
mod golden;
mod golden_language;
mod golden_whisper;
mod handoff;
mod handoff_faults;
mod handoff_nats;
mod handoff_pages;
mod hearing;
mod kills;
mod knowledge;
mod models;
mod nats;
mod page;
mod recordings;
mod server;
mod socket;
mod support;
mod tidy;
mod tokens;
mod voice;
mod webhook;

//! The appliance through its front doors, in one binary: linking many would cost more than running them.

mod golden_language;
mod golden_whisper;
mod knowledge;
mod support;
mod tokens;

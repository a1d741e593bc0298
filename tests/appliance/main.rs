//! The appliance through its front doors, with the real engines.

mod hearing;
mod support;

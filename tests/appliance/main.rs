//! The appliance through its front doors, in one binary: linking many would cost more than running them.

mod hearing;
mod knowledge;
mod models;
mod support;
mod tidy;

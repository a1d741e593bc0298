//! The appliance through its front doors: one binary, one module a subject.

mod models;
mod tidy;

//! The appliance through its front doors, in one binary: linking many would cost more than running them.

mod knowledge;
mod support;
//! The appliance through its front doors: one binary, one module a subject.

mod models;
mod tidy;

//! The appliance through its front doors, in one binary: linking many would cost more than running them.

mod knowledge;
mod support;

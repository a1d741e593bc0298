//! Pins without a board, for tests: a button that a program presses and a light that it reads.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::{Body, DeviceError};

/// Clones share the same button and light.
#[derive(Debug, Clone, Default)]
pub struct Simulated {
    pressed: Arc<AtomicBool>,
    lit: Arc<AtomicBool>,
}

impl Simulated {
    pub fn press(&self, pressed: bool) {
        self.pressed.store(pressed, Ordering::Release);
    }

    pub fn is_lit(&self) -> bool {
        self.lit.load(Ordering::Acquire)
    }
}

impl Body for Simulated {
    fn help_is_pressed(&mut self) -> Result<bool, DeviceError> {
        Ok(self.pressed.load(Ordering::Acquire))
    }

    fn set_light(&mut self, lit: bool) -> Result<(), DeviceError> {
        self.lit.store(lit, Ordering::Release);
        Ok(())
    }
}

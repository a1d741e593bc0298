//! The kiosk's body: a help button and a status light on the board's pins. Knows no visitor; tells presses, takes a light.
//!
//! One thread polls and debounces; the board's library is behind [`Body`]. `gpiocdev` (feature `pins`) speaks to any Linux
//! board; `rppal` (feature `pi`) to a Raspberry Pi: its author retired it on 1 July 2025, so that the first is the one to choose.

#[cfg(feature = "pins")]
mod chip;
#[cfg(feature = "pi")]
mod pi;
mod simulated;
mod watch;

use serde::{Deserialize, Serialize};

pub use simulated::Simulated;
pub use watch::{Watch, watch};

/// Which pins the kiosk uses. Lines are counted as the board's chip counts them (on a Raspberry Pi: BCM numbers).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    pub backend: Backend,
    /// Label of the chip, e.g. `pinctrl-rp1` on a Raspberry Pi 5; numbers of chips change with the kernel. Only for `chip`.
    pub chip: String,
    /// Line of the help button, which pulls to ground when pressed.
    pub help_button: Option<u8>,
    /// Line of the status light, lit when high.
    pub status_light: Option<u8>,
}

/// What drives the pins.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Backend {
    /// The kiosk has no button and no light.
    #[default]
    None,
    /// The Linux character device, by gpiocdev.
    Chip,
    /// A Raspberry Pi, by rppal.
    Pi,
}

/// What can be wrong with pins.
#[derive(Debug, thiserror::Error)]
pub enum DeviceError {
    #[error(
        "this usher was built without the feature '{0}'; build it with `--features {0}` or set pins.backend = \"none\""
    )]
    NotBuilt(&'static str),
    #[error("no chip is labelled '{0}'; `gpiodetect` lists the labels")]
    NoChip(String),
    #[error("line {line} cannot be used: {reason}")]
    Line { line: u8, reason: String },
}

/// A button that is read and a light that is set. Neither call blocks longer than a system call.
pub trait Body: Send {
    /// # Errors
    /// When the line can no longer be read.
    fn help_is_pressed(&mut self) -> Result<bool, DeviceError>;

    /// # Errors
    /// When the line can no longer be set.
    fn set_light(&mut self, lit: bool) -> Result<(), DeviceError>;
}

/// Takes the pins that `settings` name; `None` when the kiosk has none.
///
/// # Errors
/// [`DeviceError`] when the backend is not built in, or a line cannot be had.
pub fn open(settings: &Settings) -> Result<Option<Box<dyn Body>>, DeviceError> {
    match settings.backend {
        Backend::None => Ok(None),
        Backend::Chip => open_chip(settings).map(Some),
        Backend::Pi => open_pi(settings).map(Some),
    }
}

#[cfg(feature = "pins")]
fn open_chip(settings: &Settings) -> Result<Box<dyn Body>, DeviceError> {
    Ok(Box::new(chip::Chip::open(settings)?))
}

#[cfg(not(feature = "pins"))]
fn open_chip(_: &Settings) -> Result<Box<dyn Body>, DeviceError> {
    Err(DeviceError::NotBuilt("pins"))
}

#[cfg(feature = "pi")]
fn open_pi(settings: &Settings) -> Result<Box<dyn Body>, DeviceError> {
    Ok(Box::new(pi::Pi::open(settings)?))
}

#[cfg(not(feature = "pi"))]
fn open_pi(_: &Settings) -> Result<Box<dyn Body>, DeviceError> {
    Err(DeviceError::NotBuilt("pi"))
}

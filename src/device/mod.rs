//! The kiosk's body: buttons, sensors, status light and switched outputs on the board's pins, and what else the board has.
//! Knows no visitor; tells what happened to an input, takes a light and pulses.
//!
//! [`Board`] says which pin has which role. One thread ([`Watch`]) owns the lines; the board's library is behind [`Body`]:
//! `gpiocdev` (feature `pins`) speaks to any Linux board, `rppal` (feature `pi`) to a Raspberry Pi (its author retired it on
//! 1 July 2025, so that the first is the one to choose), [`Simulated`] to a test or a desk.

mod bell;
mod board;
mod check;
#[cfg(feature = "pins")]
mod chip;
mod debounce;
mod event;
mod folder;
mod held;
mod light;
mod lights;
mod missing;
mod panel;
#[cfg(feature = "pi")]
mod pi;
mod pin;
mod settings;
mod simulated;
mod watch;

use std::path::PathBuf;
use std::time::Duration;

pub use bell::Bell;
pub use board::{Audio, Backend, Board, Camera, Gpio, Memory, Pins, Screen, Temperature, Threads};
pub use board::{InputPin, Level, LightPins, OutputPin, Pull, Rotation, Safe};
pub use check::PULSE_CEILING;
pub use event::{Event, PinState, Refused, Standing};
pub use light::{Colour, Light, Pattern};
pub use lights::{Lights, VisitLight};
pub use pin::{Direction, Pin, Role};
pub use settings::Settings;
pub use simulated::Simulated;
pub use watch::{Handle, Watch};

/// What can be wrong with a board file or a line; the text says where and what to do.
#[derive(Debug, thiserror::Error)]
pub enum DeviceError {
    #[error("board file {} cannot be read: {reason}; check the path and the right to read it", path.display())]
    Unreadable { path: PathBuf, reason: std::io::Error },
    #[error("board file {} line {line}: {reason}", path.display())]
    Malformed { path: PathBuf, line: usize, reason: String },
    #[error("{}: {key}: {reason}", path.display())]
    Invalid { path: PathBuf, key: String, reason: String },
    #[error("this usher was built without the feature '{0}'; build it with `--features {0}` or set backend = \"none\"")]
    NotBuilt(&'static str),
    #[error("no chip is labelled '{0}'; `gpiodetect` lists the labels")]
    NoChip(String),
    #[error("{} may not be opened; add the service's user to the group that owns it, often `gpio`", .0.display())]
    Denied(PathBuf),
    #[error("chip '{chip}' has no line {line}; `gpioinfo` lists its lines")]
    NoLine { chip: String, line: u32 },
    #[error("line {line} is in use by '{by}'; stop that program, or take another line in the board file")]
    InUse { line: u32, by: String },
    #[error("line {line} cannot be used: {reason}")]
    Line { line: u32, reason: String },
}

/// The lines of one board. Levels are those on the wire: `true` is high. No call but [`Body::wait`] blocks longer than a
/// system call.
pub trait Body: Send {
    /// Takes the line of `pin`: an input with its pull, an output at once at its safe level. What was held of it before is
    /// let go first.
    ///
    /// # Errors
    /// When there is no such line, or another program has it.
    fn take(&mut self, pin: &Pin) -> Result<(), DeviceError>;

    /// # Errors
    /// When the line is not taken or can no longer be read.
    fn read(&mut self, line: u32) -> Result<bool, DeviceError>;

    /// # Errors
    /// When the line is not taken or can no longer be set.
    fn write(&mut self, line: u32, high: bool) -> Result<(), DeviceError>;

    /// Waits until an input may have changed, `bell` rang, or `at_most` has passed.
    fn wait(&mut self, bell: &Bell, at_most: Duration) {
        bell.wait(&[], at_most);
    }
}

/// A way to the lines, and the handle of a simulated board.
type Opened = (Box<dyn Body>, Option<Simulated>);

/// What `board` names to reach its lines; nothing is taken yet. `None` when the kiosk has no pins.
fn open(board: &Board, bell: &Bell) -> Result<Option<Opened>, DeviceError> {
    let body: Box<dyn Body> = match (board.gpio.backend, &board.gpio.folder) {
        (Backend::None, _) => return Ok(None),
        (Backend::Chip, _) => open_chip(board)?,
        (Backend::Pi, _) => open_pi(bell)?,
        (Backend::Simulated, Some(folder)) => Box::new(folder::Folder::new(folder)),
        (Backend::Simulated, None) => {
            let simulated = Simulated::new(board, bell.clone());
            return Ok(Some((Box::new(simulated.clone()), Some(simulated))));
        }
    };
    Ok(Some((body, None)))
}

#[cfg(feature = "pins")]
fn open_chip(board: &Board) -> Result<Box<dyn Body>, DeviceError> {
    Ok(Box::new(chip::Chip::labelled(&board.gpio.chip)))
}

#[cfg(not(feature = "pins"))]
fn open_chip(_: &Board) -> Result<Box<dyn Body>, DeviceError> {
    Err(DeviceError::NotBuilt("pins"))
}

#[cfg(feature = "pi")]
fn open_pi(bell: &Bell) -> Result<Box<dyn Body>, DeviceError> {
    Ok(Box::new(pi::Pi::new(bell.clone())))
}

#[cfg(not(feature = "pi"))]
fn open_pi(_: &Bell) -> Result<Box<dyn Body>, DeviceError> {
    Err(DeviceError::NotBuilt("pi"))
}

/// An output, and whether it is at its safe level now.
pub type Rested = (Pin, Result<(), DeviceError>);

/// Sets every output of `board` to its safe level and lets it go: what is left when usher is killed. Each output is tried,
/// whatever became of the one before.
///
/// # Errors
/// [`DeviceError::NotBuilt`] when nothing can be tried.
pub fn rest(board: &Board) -> Result<Vec<Rested>, DeviceError> {
    let bell = Bell::new();
    let Some((mut body, _)) = open(board, &bell)? else { return Ok(Vec::new()) };
    let outputs = board.pins().into_iter().filter(|pin| pin.direction() == Direction::Out);
    Ok(outputs
        .map(|pin| {
            let outcome = body.take(&pin);
            (pin, outcome)
        })
        .collect())
}

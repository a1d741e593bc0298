//! What the pins tell: events, refusals, and how each line stands. Plain values.

use serde::Serialize;

use super::board::{Level, Safe};
use super::pin::Direction;

/// What happened to the kiosk's body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "event", content = "value", rename_all = "snake_case")]
pub enum Event {
    /// The help button was pressed; a held one says so once.
    Help,
    /// Somebody came, or left.
    Presence(bool),
    /// The shutter before the camera was closed, or opened.
    Shutter(bool),
    /// Headphones were plugged in, or pulled out.
    Headset(bool),
    /// The housing was opened, or closed.
    Door(bool),
    /// A line failed; it is tried again every three seconds.
    Fault { role: String, reason: String },
    /// A line that had failed works again.
    Mended { role: String },
}

/// Why an output is not pulsed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error("no pin has the role '{role}'{nearest}")]
    Unknown { role: String, nearest: String },
    #[error("'{0}' is an input; only outputs and lamps are pulsed")]
    Input(String),
    #[error(
        "'{role}' may be pulsed for {max_ms} ms at most, not {asked_ms}; ask for less, or raise pulse_ms_max in the board file"
    )]
    TooLong { role: String, asked_ms: u128, max_ms: u128 },
    #[error("'{role}' was pulsed just now and rests as long as it was on; again in {wait_ms} ms")]
    Resting { role: String, wait_ms: u128 },
    #[error("'{role}' cannot be set: {reason}")]
    Fault { role: String, reason: String },
    #[error("the pins are no longer watched; restart usher and read its log")]
    Ended,
}

/// What a line reads or is set to, in the terms of its role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Standing {
    Active,
    Inactive,
    Unknown,
}

/// One line as it stands now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PinState {
    pub role: String,
    pub line: u32,
    pub direction: Direction,
    /// The level that means active.
    pub active: Level,
    /// Where an output rests.
    pub safe: Safe,
    pub pulse_ms_max: Option<u32>,
    pub state: Standing,
    pub fault: Option<String>,
}

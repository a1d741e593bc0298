//! The board file as a technician types it: pins by role, sound, camera, memory, screen. Checks nothing; see `check`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What this machine is made of. Everything but the name may be left out: what is not named is not there.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Board {
    /// What people call the machine.
    pub name: String,
    #[serde(default)]
    pub gpio: Gpio,
    #[serde(default)]
    pub pins: Pins,
    #[serde(default)]
    pub audio: Audio,
    #[serde(default)]
    pub camera: Camera,
    #[serde(default)]
    pub memory: Memory,
    #[serde(default)]
    pub threads: Threads,
    #[serde(default)]
    pub screen: Screen,
    #[serde(default)]
    pub temperature: Temperature,
}

/// How the pins are reached.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Gpio {
    pub backend: Backend,
    /// Label of the chip, e.g. `pinctrl-rp1` on a Raspberry Pi 5; numbers of chips change with the kernel. Only for `chip`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub chip: String,
    /// Only for `simulated`: a folder where each role is a file that holds `1` or `0`; inputs are read, outputs written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub folder: Option<PathBuf>,
}

/// What drives the pins.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Backend {
    /// The kiosk has no pins.
    #[default]
    None,
    /// The Linux character device, by gpiocdev.
    Chip,
    /// A Raspberry Pi, by rppal.
    Pi,
    /// No hardware: a program, the admin page or files press and read.
    Simulated,
}

/// The roles. Lines are counted as the board's chip counts them (on a Raspberry Pi: BCM numbers).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Pins {
    /// Pressed: a visitor asks for a person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help_button: Option<InputPin>,
    /// Active: somebody stands before the kiosk.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub presence_sensor: Option<InputPin>,
    /// Active: the shutter before the camera is closed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub privacy_shutter: Option<InputPin>,
    /// Active: headphones are plugged in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub headset_detect: Option<InputPin>,
    /// Active: the housing is open.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub door_switch: Option<InputPin>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status_light: Option<LightPins>,
    /// Outputs that are pulsed, by name, e.g. `door_release`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub output: BTreeMap<String, OutputPin>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a table such as { line = 17 }")]
pub struct InputPin {
    pub line: u32,
    /// The level that means pressed, present, closed, plugged in, open. A switch to ground is active low.
    #[serde(default = "low")]
    pub active: Level,
    /// The board's own resistor. Left out: it pulls away from `active`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pull: Option<Pull>,
    /// How long the level must hold before it counts, milliseconds. Contacts bounce for 5 to 10.
    #[serde(default = "debounce_ms")]
    pub debounce_ms: u32,
}

/// A switched output that rests at its safe level and leaves it for a bounded time only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a table such as { line = 26, pulse_ms_max = 500 }")]
pub struct OutputPin {
    pub line: u32,
    /// The level that switches the thing on.
    #[serde(default = "high")]
    pub active: Level,
    /// Where the output rests, and where it goes when usher ends in any way. A lock that holds by current rests `active`.
    #[serde(default)]
    pub safe: Safe,
    /// Longest pulse, milliseconds.
    pub pulse_ms_max: u32,
}

/// One lamp on `line`, or a coloured one on `red`, `green` and `blue` (those that it has). It rests dark.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a table such as { line = 12 }")]
pub struct LightPins {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub red: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub green: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blue: Option<u32>,
    /// The level that lights it.
    #[serde(default = "high")]
    pub active: Level,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    Low,
    High,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Pull {
    Up,
    Down,
    None,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Safe {
    #[default]
    Inactive,
    Active,
}

/// ALSA names, e.g. `default` or `plughw:CARD=Device,DEV=0`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Audio {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub playback: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub capture: Option<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Camera {
    /// E.g. `/dev/video0`, or a name under `/dev/v4l/by-id`, which does not change with the port.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device: Option<PathBuf>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Memory {
    /// What usher may take, MiB; models that do not fit are refused before they are loaded. Left out: by the machine's memory.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub budget_mb: Option<u32>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Threads {
    /// Threads of the language model. Left out: what the site file says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<u32>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Screen {
    /// The connector as the kernel names it, e.g. `HDMI-A-1`. Left out: any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connector: Option<String>,
    pub rotation: Rotation,
}

/// How the picture is turned, clockwise, in the words of `wlr-randr --transform`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Rotation {
    #[default]
    #[serde(rename = "normal")]
    Upright,
    #[serde(rename = "90")]
    Right,
    #[serde(rename = "180")]
    Upside,
    #[serde(rename = "270")]
    Left,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Temperature {
    /// The kernel's type of the thermal zone, e.g. `cpu-thermal`; numbers of zones change. Left out: the hottest of all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// From here on a technician is told, degrees Celsius.
    pub warn_c: u32,
    /// From here on usher does less, degrees Celsius.
    pub throttle_c: u32,
}

impl Default for Temperature {
    /// Below the 80 degrees where a Raspberry Pi's firmware begins to slow its clock, which is the lowest of the boards here.
    fn default() -> Self {
        Self { source: None, warn_c: 70, throttle_c: 78 }
    }
}

fn low() -> Level {
    Level::Low
}

fn high() -> Level {
    Level::High
}

/// Chosen: three times the longest bounce of usual contacts, a third of the shortest press.
fn debounce_ms() -> u32 {
    30
}

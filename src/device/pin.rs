//! One line with its role, in the terms of the wire. Knows no file and no backend.

use std::time::Duration;

use serde::Serialize;

use super::board::{Board, InputPin, Level, LightPins, OutputPin, Pull, Safe};
use super::light::Colour;

/// What a line is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Role {
    Help,
    Presence,
    Shutter,
    Headset,
    Door,
    /// The lamp, or one colour of it.
    Light(Option<Colour>),
    /// A named output that is pulsed.
    Output(String),
}

impl Role {
    /// The name in files, commands and on the page.
    pub fn name(&self) -> String {
        match self {
            Self::Help => "help_button".into(),
            Self::Presence => "presence_sensor".into(),
            Self::Shutter => "privacy_shutter".into(),
            Self::Headset => "headset_detect".into(),
            Self::Door => "door_switch".into(),
            Self::Light(None) => "status_light".into(),
            Self::Light(Some(colour)) => format!("status_light.{}", colour.word()),
            Self::Output(name) => name.clone(),
        }
    }

    pub fn direction(&self) -> Direction {
        if matches!(self, Self::Light(_) | Self::Output(_)) { Direction::Out } else { Direction::In }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    In,
    Out,
}

/// A line and how it is used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pin {
    pub role: Role,
    pub line: u32,
    /// The level that means active.
    pub active: Level,
    pub pull: Pull,
    /// Of an output: where it rests.
    pub safe: Safe,
    /// Of a named output: longest pulse.
    pub pulse_max: Option<Duration>,
    /// Of an input: how long a level must hold before it counts.
    pub settle: Duration,
}

impl Pin {
    pub fn direction(&self) -> Direction {
        self.role.direction()
    }

    /// Whether a high (`true`) or low level means active here; and, the other way round, the level that makes it so.
    pub fn translate(&self, one: bool) -> bool {
        one == (self.active == Level::High)
    }

    /// The level on the wire at rest.
    pub fn safe_is_high(&self) -> bool {
        self.translate(self.safe == Safe::Active)
    }

    fn input(role: Role, pin: &InputPin) -> Self {
        let away = if pin.active == Level::Low { Pull::Up } else { Pull::Down };
        Self {
            role,
            line: pin.line,
            active: pin.active,
            pull: pin.pull.unwrap_or(away),
            safe: Safe::Inactive,
            pulse_max: None,
            settle: Duration::from_millis(pin.debounce_ms.into()),
        }
    }

    fn output(role: Role, pin: &OutputPin) -> Self {
        Self {
            role,
            line: pin.line,
            active: pin.active,
            pull: Pull::None,
            safe: pin.safe,
            pulse_max: Some(Duration::from_millis(pin.pulse_ms_max.into())),
            settle: Duration::ZERO,
        }
    }

    fn light(colour: Option<Colour>, line: u32, active: Level) -> Self {
        Self {
            role: Role::Light(colour),
            line,
            active,
            pull: Pull::None,
            safe: Safe::Inactive,
            pulse_max: None,
            settle: Duration::ZERO,
        }
    }
}

impl Board {
    /// Every line that the file names, in the order of the file's roles.
    pub fn pins(&self) -> Vec<Pin> {
        let pins = &self.pins;
        let inputs = [
            (Role::Help, &pins.help_button),
            (Role::Presence, &pins.presence_sensor),
            (Role::Shutter, &pins.privacy_shutter),
            (Role::Headset, &pins.headset_detect),
            (Role::Door, &pins.door_switch),
        ];
        let inputs = inputs.into_iter().filter_map(|(role, pin)| pin.as_ref().map(|pin| Pin::input(role, pin)));
        let light = pins.status_light.iter().flat_map(lamps);
        let outputs = pins.output.iter().map(|(name, pin)| Pin::output(Role::Output(name.clone()), pin));
        inputs.chain(light).chain(outputs).collect()
    }
}

fn lamps(light: &LightPins) -> impl Iterator<Item = Pin> {
    let lines = [
        (None, light.line),
        (Some(Colour::Red), light.red),
        (Some(Colour::Green), light.green),
        (Some(Colour::Blue), light.blue),
    ];
    let active = light.active;
    lines.into_iter().filter_map(move |(colour, line)| line.map(|line| Pin::light(colour, line, active)))
}

//! The `[pins]` of a site file: the small board of kiosks without a board file. Knows a button and a light, nothing else.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::board::{Backend, Board, Gpio, InputPin, Level, LightPins, Pins};

/// Which pins the kiosk uses. Lines are counted as the board's chip counts them (on a Raspberry Pi: BCM numbers).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
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

impl From<&Settings> for Board {
    /// The board that these few lines describe. With the backend `none` it has no pins, whatever lines are named: such site
    /// files were always taken.
    fn from(settings: &Settings) -> Self {
        let has_pins = settings.backend != Backend::None;
        let button = |line: u8| InputPin { line: line.into(), active: Level::Low, pull: None, debounce_ms: 30 };
        let lamp =
            |line: u8| LightPins { line: Some(line.into()), red: None, green: None, blue: None, active: Level::High };
        Self {
            name: "pins of the site file".into(),
            gpio: Gpio { backend: settings.backend, chip: settings.chip.clone(), folder: None },
            pins: Pins {
                help_button: settings.help_button.filter(|_| has_pins).map(button),
                status_light: settings.status_light.filter(|_| has_pins).map(lamp),
                ..Pins::default()
            },
            ..Self::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pins_of_an_older_site_file_become_a_board() {
        let text = "backend = \"chip\"\nchip = \"pinctrl-rp1\"\nhelp_button = 17\nstatus_light = 27\n";
        let board = Board::from(&toml::from_str::<Settings>(text).unwrap());
        board.check().unwrap();
        let lines: Vec<_> = board.pins().iter().map(|pin| (pin.role.name(), pin.line, pin.active)).collect();
        assert_eq!(lines, [("help_button".to_owned(), 17, Level::Low), ("status_light".to_owned(), 27, Level::High)]);
    }

    #[test]
    fn two_roles_on_one_pin_are_found_there_too() {
        let settings =
            Settings { backend: Backend::Pi, help_button: Some(17), status_light: Some(17), ..Settings::default() };
        let (_, reason) = Board::from(&settings).check().unwrap_err();
        assert!(reason.contains("help_button") && reason.contains("status_light"), "{reason}");
    }
}

//! Whether a board file can be used: what its types cannot say, and errors that name line, key and repair.

use std::collections::BTreeMap;
use std::path::Path;

use super::DeviceError;
use super::board::{Backend, Board};
use super::pin::{Pin, Role};
use crate::base::or_nearest;

/// Longest pulse that any board file may ask for, milliseconds. Chosen: a door's release takes 3 to 5 s; a coil that is
/// made for pulses burns when it is held.
pub const PULSE_CEILING: u32 = 10_000;

/// Shortest: a relay takes 5 to 10 ms to move.
const PULSE_MIN: u32 = 10;

/// Named outputs at most; the watch goes through all of them at each turn.
const OUTPUTS_MAX: usize = 16;

/// Largest board file, bytes.
const FILE_BYTES_MAX: u64 = 64 << 10;

/// The header of a Raspberry Pi: BCM numbers 2 to 27; 0 and 1 are for the memory that says which board sits on it.
const HEADER: std::ops::RangeInclusive<u32> = 2..=27;

/// How the labels of the chips begin that a Raspberry Pi has its header on: the 5, and those before it.
const CHIPS_OF_PI: [&str; 2] = ["pinctrl-rp1", "pinctrl-bcm"];

/// What is wrong: the key, and why.
type Fault = (String, String);

impl Board {
    /// Reads and checks a board file.
    ///
    /// # Errors
    /// [`DeviceError::Unreadable`], [`DeviceError::Malformed`] with line and nearest key, [`DeviceError::Invalid`] with the
    /// key and the reason.
    pub fn load(path: &Path) -> Result<Self, DeviceError> {
        let unreadable = |reason| DeviceError::Unreadable { path: path.into(), reason };
        let bytes = std::fs::metadata(path).map_err(unreadable)?.len();
        if bytes > FILE_BYTES_MAX {
            let reason = format!("has {bytes} bytes and may have {FILE_BYTES_MAX}; this is not a board file");
            return Err(DeviceError::Malformed { path: path.into(), line: 1, reason });
        }
        let text = std::fs::read_to_string(path).map_err(unreadable)?;
        Self::parse(&text, path)
    }

    /// Like [`Board::load`], from a text that stands (or will stand) at `path`.
    ///
    /// # Errors
    /// As there.
    pub fn parse(text: &str, path: &Path) -> Result<Self, DeviceError> {
        let board: Self = toml::from_str(text).map_err(|error| malformed(text, path, &error))?;
        let invalid = |(key, reason)| DeviceError::Invalid { path: path.into(), key, reason };
        board.check().map_err(invalid)?;
        Ok(board)
    }

    /// Checks what types cannot say.
    ///
    /// # Errors
    /// The key and the reason of the first thing that does not hold.
    pub fn check(&self) -> Result<(), (String, String)> {
        self.check_gpio()?;
        self.check_inputs()?;
        self.check_light()?;
        self.check_outputs()?;
        let pins = self.pins();
        pins.iter().try_for_each(|pin| self.check_line(pin))?;
        each_line_once(&pins)?;
        self.check_rest()
    }

    fn check_gpio(&self) -> Result<(), Fault> {
        let gpio = &self.gpio;
        let has_pins = !self.pins().is_empty();
        match gpio.backend {
            Backend::None if has_pins => Err(fault(
                "gpio.backend",
                "pins are named and nothing drives them; set it to \"chip\", \"pi\" or \"simulated\", or take the pins out",
            )),
            Backend::Chip if has_pins && gpio.chip.trim().is_empty() => Err(fault(
                "gpio.chip",
                "is missing; `gpiodetect` lists the labels, a Raspberry Pi 5 has \"pinctrl-rp1\"",
            )),
            backend if backend != Backend::Chip && !gpio.chip.is_empty() => {
                Err(fault("gpio.chip", "is only for backend = \"chip\"; take it out"))
            }
            backend if backend != Backend::Simulated && gpio.folder.is_some() => {
                Err(fault("gpio.folder", "is only for backend = \"simulated\"; take it out"))
            }
            _ => Ok(()),
        }
    }

    fn check_inputs(&self) -> Result<(), Fault> {
        for pin in self.pins().iter().filter(|pin| matches!(pin.direction(), super::Direction::In)) {
            let ms = pin.settle.as_millis() as u32;
            within(&format!("pins.{}.debounce_ms", pin.role.name()), ms, 5, 2_000)?;
        }
        Ok(())
    }

    fn check_light(&self) -> Result<(), Fault> {
        let Some(light) = &self.pins.status_light else { return Ok(()) };
        let colours = [light.red, light.green, light.blue].iter().flatten().count();
        match (light.line, colours) {
            (Some(_), 1..) => Err(fault("pins.status_light", "has `line` and a colour; name one lamp, or its colours")),
            (None, 0) => Err(fault("pins.status_light", "has no line; name `line`, or `red`, `green` and `blue`")),
            _ => Ok(()),
        }
    }

    fn check_outputs(&self) -> Result<(), Fault> {
        if self.pins.output.len() > OUTPUTS_MAX {
            return Err(fault("pins.output", format!("has {} outputs; {OUTPUTS_MAX} fit", self.pins.output.len())));
        }
        for (name, pin) in &self.pins.output {
            let is_plain = !name.is_empty()
                && name.len() <= 40
                && name.bytes().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'_');
            if !is_plain {
                let reason = "is not a name; use lower case letters, digits and underscores, at most 40";
                return Err(fault(&format!("pins.output.{name}"), reason));
            }
            if FIXED_ROLES.contains(&name.as_str()) {
                let reason = format!("is a role of its own; write it as [pins.{name}], or take another name");
                return Err(fault(&format!("pins.output.{name}"), reason));
            }
            let key = format!("pins.output.{name}.pulse_ms_max");
            if pin.pulse_ms_max > PULSE_CEILING {
                let reason = format!(
                    "{} ms is above the {PULSE_CEILING} ms that any output may be pulsed; lower it",
                    pin.pulse_ms_max
                );
                return Err(fault(&key, reason));
            }
            within(&key, pin.pulse_ms_max, PULSE_MIN, PULSE_CEILING)?;
        }
        Ok(())
    }

    fn check_line(&self, pin: &Pin) -> Result<(), Fault> {
        let is_pi = self.gpio.backend == Backend::Pi || CHIPS_OF_PI.iter().any(|chip| self.gpio.chip.starts_with(chip));
        if is_pi && !HEADER.contains(&pin.line) {
            let reason = format!(
                "line {} is not free on a Raspberry Pi's header; take one of {} to {} (0 and 1 say which board sits on it, \
                 the higher ones drive the board itself)",
                pin.line,
                HEADER.start(),
                HEADER.end()
            );
            return Err(fault(&format!("pins.{}", place(&pin.role)), reason));
        }
        Ok(())
    }

    fn check_rest(&self) -> Result<(), Fault> {
        let named = |key: &str, name: &Option<String>| match name {
            Some(name)
                if name.is_empty() || name.len() > 100 || name.chars().any(|c| c.is_whitespace() || c.is_control()) =>
            {
                Err(fault(key, format!("{name:?} is not a name")))
            }
            _ => Ok(()),
        };
        named("audio.playback", &self.audio.playback)?;
        named("audio.capture", &self.audio.capture)?;
        named("screen.connector", &self.screen.connector)?;
        named("temperature.source", &self.temperature.source)?;
        if let Some(device) = self.camera.device.as_ref().filter(|device| !device.starts_with("/dev")) {
            return Err(fault("camera.device", format!("{} is not under /dev", device.display())));
        }
        self.memory.budget_mb.map_or(Ok(()), |mb| within("memory.budget_mb", mb, 256, 1 << 20))?;
        self.threads.language.map_or(Ok(()), |threads| within("threads.language", threads, 1, 64))?;
        within("temperature.warn_c", self.temperature.warn_c, 30, 110)?;
        within("temperature.throttle_c", self.temperature.throttle_c, self.temperature.warn_c, 115)
    }
}

/// Names that an output may not take.
const FIXED_ROLES: [&str; 6] =
    ["help_button", "presence_sensor", "privacy_shutter", "headset_detect", "door_switch", "status_light"];

/// Where the role stands in the file, below `pins`.
fn place(role: &Role) -> String {
    if let Role::Output(name) = role { format!("output.{name}") } else { role.name() }
}

fn each_line_once(pins: &[Pin]) -> Result<(), Fault> {
    let mut taken = BTreeMap::new();
    for pin in pins {
        if let Some(other) = taken.insert(pin.line, &pin.role) {
            let reason = format!(
                "{} and {} are both on line {}; give one of them another line",
                place(other),
                place(&pin.role),
                pin.line
            );
            return Err(fault(&format!("pins.{}", place(&pin.role)), reason));
        }
    }
    Ok(())
}

fn within(key: &str, value: u32, min: u32, max: u32) -> Result<(), Fault> {
    if (min..=max).contains(&value) {
        return Ok(());
    }
    Err(fault(key, format!("{value} is outside {min} to {max}")))
}

fn fault(key: &str, reason: impl Into<String>) -> Fault {
    (key.into(), reason.into())
}

/// What the parser found, with the line it stands on and the name that was probably meant.
fn malformed(text: &str, path: &Path, error: &toml::de::Error) -> DeviceError {
    let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    DeviceError::Malformed { path: path.into(), line, reason: meant(error.message()) }
}

/// serde lists every name after one that it does not know; a person wants the nearest.
fn meant(message: &str) -> String {
    let mut names = message.split('`').skip(1).step_by(2).map(str::to_owned);
    let what = match message.split('`').next().unwrap_or_default() {
        "unknown field " => "unknown key",
        "unknown variant " => "unknown value",
        _ => return message.to_owned(),
    };
    let given = names.next().unwrap_or_default();
    let known: Vec<String> = names.collect();
    format!("{what} '{given}'{}", or_nearest(&given, known.iter()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        Board::parse(text, Path::new("b.toml")).unwrap_err().to_string()
    }

    #[test]
    fn an_unknown_key_is_refused_with_its_line_and_the_nearest_name() {
        let message = refused("name = \"x\"\n[pins.help_buton]\nline = 17\n");
        assert_eq!(message, "board file b.toml line 2: unknown key 'help_buton'; did you mean 'help_button'?");
        let message = refused("name = \"x\"\n[pins.help_button]\nline = 17\npul = \"up\"\n");
        assert_eq!(message, "board file b.toml line 4: unknown key 'pul'; did you mean 'pull'?");
    }

    #[test]
    fn an_unknown_backend_is_refused_with_those_there_are() {
        let message = refused("name = \"x\"\n[gpio]\nbackend = \"arduino\"\n");
        assert_eq!(message, "board file b.toml line 3: unknown value 'arduino'; there are none, chip, pi, simulated");
    }

    #[test]
    fn a_bare_number_for_a_pin_is_refused_with_an_example() {
        let message = refused("name = \"x\"\n[pins]\nhelp_button = 17\n");
        assert!(
            message.ends_with("line 3: invalid type: integer `17`, expected a table such as { line = 17 }"),
            "{message}"
        );
    }

    #[test]
    fn two_roles_on_one_pin_are_refused_by_name() {
        let message = refused(
            "name = \"x\"\n[gpio]\nbackend = \"simulated\"\n[pins.help_button]\nline = 17\n\
             [pins.output.door_release]\nline = 17\npulse_ms_max = 500\n",
        );
        assert_eq!(
            message,
            "b.toml: pins.output.door_release: help_button and output.door_release are both on line 17; give one of them \
             another line"
        );
    }

    #[test]
    fn a_pulse_above_the_ceiling_is_refused() {
        let message = refused(
            "name = \"x\"\n[gpio]\nbackend = \"simulated\"\n[pins.output.door_release]\nline = 5\npulse_ms_max = 10001\n",
        );
        assert!(message.contains("pins.output.door_release.pulse_ms_max: 10001 ms is above the 10000 ms"), "{message}");
    }

    #[test]
    fn what_the_types_let_through_is_refused_with_its_key() {
        for (text, key) in [
            ("[pins.help_button]\nline = 17", "gpio.backend"),
            ("[gpio]\nbackend = \"chip\"\n[pins.help_button]\nline = 17", "gpio.chip"),
            ("[gpio]\nbackend = \"pi\"\n[pins.door_switch]\nline = 1", "pins.door_switch"),
            ("[gpio]\nbackend = \"pi\"\nfolder = \"/tmp/x\"", "gpio.folder"),
            ("[gpio]\nbackend = \"simulated\"\n[pins.status_light]\n", "pins.status_light"),
            ("[gpio]\nbackend = \"simulated\"\n[pins.status_light]\nline = 3\nred = 4", "pins.status_light"),
            (
                "[gpio]\nbackend = \"simulated\"\n[pins.output.help_button]\nline = 3\npulse_ms_max = 50",
                "pins.output.help_button",
            ),
            (
                "[gpio]\nbackend = \"simulated\"\n[pins.help_button]\nline = 3\ndebounce_ms = 0",
                "pins.help_button.debounce_ms",
            ),
            ("[camera]\ndevice = \"video0\"", "camera.device"),
            ("[temperature]\nwarn_c = 80\nthrottle_c = 60", "temperature.throttle_c"),
            ("[audio]\nplayback = \"a b\"", "audio.playback"),
        ] {
            let message = refused(&format!("name = \"x\"\n{text}\n"));
            assert!(message.starts_with(&format!("b.toml: {key}: ")), "{key}: {message}");
        }
    }

    #[test]
    fn a_missing_or_huge_file_is_said_so() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("big.toml");
        assert!(Board::load(&path).unwrap_err().to_string().contains("cannot be read"));
        std::fs::write(&path, "#".repeat(70_000)).unwrap();
        assert!(Board::load(&path).unwrap_err().to_string().contains("is not a board file"));
    }

    #[test]
    fn every_board_that_ships_can_be_used() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("firmware-config/boards");
        let boards: Vec<Board> =
            std::fs::read_dir(folder).unwrap().map(|entry| Board::load(&entry.unwrap().path()).unwrap()).collect();
        assert!(boards.len() >= 3);
        for board in &boards {
            let written = toml::to_string_pretty(board).unwrap();
            assert_eq!(
                &Board::parse(&written, Path::new("again.toml")).unwrap(),
                board,
                "what is written reads the same"
            );
        }
        // I2C and the serial console stay free on the Raspberry Pi.
        let pi = boards.iter().find(|board| board.gpio.chip == CHIPS_OF_PI[0]).unwrap();
        assert!(pi.pins().iter().all(|pin| ![2, 3, 14, 15].contains(&pin.line)));
    }
}

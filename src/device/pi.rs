//! Pins of a Raspberry Pi by rppal. Retired by its author on 1 July 2025; kept for boards that are in the field with it.

use std::collections::BTreeMap;
use std::time::Duration;

use rppal::gpio::{Gpio, InputPin, Level, OutputPin, Trigger};

use super::bell::Bell;
use super::board::Pull;
use super::pin::{Direction, Pin};
use super::{Body, DeviceError};

/// Between two looks when the chip's device gives no interrupts.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// The lines that are held.
pub struct Pi {
    bell: Bell,
    inputs: BTreeMap<u32, Input>,
    outputs: BTreeMap<u32, OutputPin>,
}

struct Input {
    pin: InputPin,
    /// Whether rppal's own thread rings the bell when the level changed.
    tells: bool,
}

impl Pi {
    /// `bell` rings when an input may have changed.
    pub fn new(bell: Bell) -> Self {
        Self { bell, inputs: BTreeMap::new(), outputs: BTreeMap::new() }
    }

    fn input(&self, pin: rppal::gpio::Pin, used: &Pin) -> Input {
        let mut pin = match used.pull {
            Pull::Up => pin.into_input_pullup(),
            Pull::Down => pin.into_input_pulldown(),
            Pull::None => pin.into_input(),
        };
        let bell = self.bell.clone();
        let tells = pin.set_async_interrupt(Trigger::Both, Some(used.settle / 3), move |_| bell.ring()).is_ok();
        Input { pin, tells }
    }
}

impl Body for Pi {
    fn take(&mut self, pin: &Pin) -> Result<(), DeviceError> {
        self.inputs.remove(&pin.line);
        self.outputs.remove(&pin.line);
        let fault = |reason: String| DeviceError::Line { line: pin.line, reason };
        let number = u8::try_from(pin.line).map_err(|_| fault("the header has no such line".into()))?;
        let taken = Gpio::new().and_then(|gpio| gpio.get(number)).map_err(|error| fault(error.to_string()))?;
        if pin.direction() == Direction::In {
            self.inputs.insert(pin.line, self.input(taken, pin));
            return Ok(());
        }
        let mut output = if pin.safe_is_high() { taken.into_output_high() } else { taken.into_output_low() };
        // rppal would make it an input again, and what a lock does on a floating wire nobody knows.
        output.set_reset_on_drop(false);
        self.outputs.insert(pin.line, output);
        Ok(())
    }

    fn read(&mut self, line: u32) -> Result<bool, DeviceError> {
        self.inputs.get(&line).map(|input| input.pin.is_high()).ok_or_else(|| not_taken(line))
    }

    fn write(&mut self, line: u32, high: bool) -> Result<(), DeviceError> {
        let output = self.outputs.get_mut(&line).ok_or_else(|| not_taken(line))?;
        output.write(if high { Level::High } else { Level::Low });
        Ok(())
    }

    fn wait(&mut self, bell: &Bell, at_most: Duration) {
        let tells = self.inputs.values().all(|input| input.tells);
        bell.wait(&[], if tells { at_most } else { at_most.min(LOOK_EVERY) });
    }
}

fn not_taken(line: u32) -> DeviceError {
    DeviceError::Line { line, reason: "it was not taken".into() }
}

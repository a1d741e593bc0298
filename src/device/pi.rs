//! Pins of a Raspberry Pi by rppal. Retired by its author on 1 July 2025; kept for boards that are in the field with it.

use rppal::gpio::{Gpio, InputPin, OutputPin};

use super::{Body, DeviceError, Settings};

pub struct Pi {
    button: Option<InputPin>,
    light: Option<OutputPin>,
}

impl Pi {
    pub fn open(settings: &Settings) -> Result<Self, DeviceError> {
        let pin = |line: u8| {
            let fault = |error: rppal::gpio::Error| DeviceError::Line { line, reason: error.to_string() };
            Gpio::new().map_err(fault)?.get(line).map_err(fault)
        };
        let button = settings.help_button.map(pin).transpose()?.map(rppal::gpio::Pin::into_input_pullup);
        let light = settings.status_light.map(pin).transpose()?.map(rppal::gpio::Pin::into_output_low);
        Ok(Self { button, light })
    }
}

impl Body for Pi {
    fn help_is_pressed(&mut self) -> Result<bool, DeviceError> {
        Ok(self.button.as_ref().is_some_and(InputPin::is_low))
    }

    fn set_light(&mut self, lit: bool) -> Result<(), DeviceError> {
        if let Some(light) = &mut self.light {
            if lit { light.set_high() } else { light.set_low() }
        }
        Ok(())
    }
}

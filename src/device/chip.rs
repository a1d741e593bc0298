//! Pins by the Linux character device (gpiocdev): Raspberry Pi, N100 boards, any board with a driver.

use gpiocdev::Request;
use gpiocdev::line::{Bias, Value};

use super::{Body, DeviceError, Settings};

pub struct Chip {
    button: Option<(u8, Request)>,
    light: Option<(u8, Request)>,
}

impl Chip {
    pub fn open(settings: &Settings) -> Result<Self, DeviceError> {
        let path = path_of(&settings.chip)?;
        let fault = |line: u8| move |error: gpiocdev::Error| DeviceError::Line { line, reason: error.to_string() };
        let button = settings.help_button.map(|line| {
            let mut asked = Request::builder();
            asked.on_chip(&path).with_consumer("usher").with_line(line.into()).as_input().with_bias(Bias::PullUp);
            asked.request().map(|request| (line, request)).map_err(fault(line))
        });
        let light = settings.status_light.map(|line| {
            let mut asked = Request::builder();
            asked.on_chip(&path).with_consumer("usher").with_line(line.into()).as_output(Value::Inactive);
            asked.request().map(|request| (line, request)).map_err(fault(line))
        });
        Ok(Self { button: button.transpose()?, light: light.transpose()? })
    }
}

/// Chips are found by label: their numbers change with the kernel.
fn path_of(label: &str) -> Result<std::path::PathBuf, DeviceError> {
    let chips = gpiocdev::chip::chips().map_err(|_| DeviceError::NoChip(label.into()))?;
    chips
        .into_iter()
        .find(|path| {
            let info = gpiocdev::Chip::from_path(path).and_then(|chip| chip.info());
            info.is_ok_and(|info| info.label == label)
        })
        .ok_or_else(|| DeviceError::NoChip(label.into()))
}

impl Body for Chip {
    fn help_is_pressed(&mut self) -> Result<bool, DeviceError> {
        let Some((line, request)) = &self.button else { return Ok(false) };
        match request.value((*line).into()) {
            Ok(value) => Ok(value == Value::Inactive),
            Err(error) => Err(DeviceError::Line { line: *line, reason: error.to_string() }),
        }
    }

    fn set_light(&mut self, lit: bool) -> Result<(), DeviceError> {
        let Some((line, request)) = &self.light else { return Ok(()) };
        let value = if lit { Value::Active } else { Value::Inactive };
        request
            .set_value((*line).into(), value)
            .map(drop)
            .map_err(|error| DeviceError::Line { line: *line, reason: error.to_string() })
    }
}

//! Pins by the Linux character device (gpiocdev): Raspberry Pi, boards with a driver, USB expanders. Knows no role's meaning.

use std::collections::BTreeMap;
use std::os::fd::{AsFd, BorrowedFd};
use std::path::PathBuf;
use std::time::Duration;

use gpiocdev::Request;
use gpiocdev::line::{Bias, EdgeDetection, Value};

use super::bell::Bell;
use super::board::Pull;
use super::pin::{Direction, Pin};
use super::{Body, DeviceError};

/// Between two looks when a driver cannot tell that an input changed, as those of USB expanders cannot.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// Edges read in one go; the kernel drops the oldest of more, and only the level after them counts.
const EDGES_MAX: usize = 64;

/// The lines that are held on the chip with one label.
pub struct Chip {
    label: String,
    held: BTreeMap<u32, Held>,
}

struct Held {
    request: Request,
    /// Whether the kernel tells that an input changed.
    tells: bool,
    is_input: bool,
}

impl Chip {
    pub fn labelled(label: &str) -> Self {
        Self { label: label.into(), held: BTreeMap::new() }
    }

    fn request(&self, line: u32) -> Result<&Request, DeviceError> {
        let held = self.held.get(&line).map(|held| &held.request);
        held.ok_or(DeviceError::Line { line, reason: "it was not taken".into() })
    }
}

impl Body for Chip {
    fn take(&mut self, pin: &Pin) -> Result<(), DeviceError> {
        self.held.remove(&pin.line);
        let path = path_of(&self.label)?;
        examine(&self.label, &path, pin.line)?;
        let held = if pin.direction() == Direction::Out { take_output(&path, pin) } else { take_input(&path, pin) };
        self.held.insert(pin.line, held.map_err(|error| fault(pin.line, &error))?);
        Ok(())
    }

    fn read(&mut self, line: u32) -> Result<bool, DeviceError> {
        let value = self.request(line)?.value(line).map_err(|error| fault(line, &error))?;
        Ok(value == Value::Active)
    }

    fn write(&mut self, line: u32, high: bool) -> Result<(), DeviceError> {
        self.request(line)?.set_value(line, Value::from(high)).map(drop).map_err(|error| fault(line, &error))
    }

    fn wait(&mut self, bell: &Bell, at_most: Duration) {
        let inputs = || self.held.values().filter(|held| held.is_input);
        let watched: Vec<BorrowedFd<'_>> =
            inputs().filter(|held| held.tells).map(|held| held.request.as_fd()).collect();
        let at_most = if inputs().all(|held| held.tells) { at_most } else { at_most.min(LOOK_EVERY) };
        bell.wait(&watched, at_most);
        inputs().filter(|held| held.tells).for_each(|held| forget_edges(&held.request));
    }
}

/// Levels are those on the wire: the request is never told that a line is active low.
fn take_output(path: &PathBuf, pin: &Pin) -> Result<Held, gpiocdev::Error> {
    let mut asked = Request::builder();
    asked.on_chip(path).with_consumer("usher").with_line(pin.line).as_output(Value::from(pin.safe_is_high()));
    Ok(Held { request: asked.request()?, tells: false, is_input: false })
}

/// With edges and the kernel's debouncing where the driver has interrupts, without them elsewhere.
fn take_input(path: &PathBuf, pin: &Pin) -> Result<Held, gpiocdev::Error> {
    let bias = match pin.pull {
        Pull::Up => Bias::PullUp,
        Pull::Down => Bias::PullDown,
        Pull::None => Bias::Disabled,
    };
    let mut asked = Request::builder();
    asked.on_chip(path).with_consumer("usher").with_line(pin.line).as_input().with_bias(bias);
    let mut plain = asked.clone();
    // A third of the settling time: a contact that chatters wakes us some times and not for each of its edges.
    asked.with_edge_detection(EdgeDetection::BothEdges).with_debounce_period(pin.settle / 3);
    match asked.request() {
        Ok(request) => Ok(Held { request, tells: true, is_input: true }),
        Err(_) => Ok(Held { request: plain.request()?, tells: false, is_input: true }),
    }
}

/// What woke us; the level is read by whoever waited.
fn forget_edges(request: &Request) {
    for _ in 0..EDGES_MAX {
        if !request.has_edge_event().unwrap_or(false) || request.read_edge_event().is_err() {
            return;
        }
    }
}

/// Chips are found by label: their numbers change with the kernel.
fn path_of(label: &str) -> Result<PathBuf, DeviceError> {
    let mut denied = None;
    for path in gpiocdev::chip::chips().unwrap_or_default() {
        match gpiocdev::Chip::from_path(&path).and_then(|chip| chip.info()) {
            Ok(info) if info.label == label => return Ok(path),
            Err(gpiocdev::Error::Os(errno)) if errno.0 == libc::EACCES || errno.0 == libc::EPERM => denied = Some(path),
            _ => {}
        }
    }
    Err(denied.map_or_else(|| DeviceError::NoChip(label.into()), DeviceError::Denied))
}

/// Whether the chip has this line, and nobody else uses it: the kernel's own refusal names neither.
fn examine(label: &str, path: &PathBuf, line: u32) -> Result<(), DeviceError> {
    let chip = gpiocdev::Chip::from_path(path).map_err(|error| fault(line, &error))?;
    let lines = chip.info().map_err(|error| fault(line, &error))?.num_lines;
    if line >= lines {
        return Err(DeviceError::NoLine { chip: label.into(), line });
    }
    let info = chip.line_info(line).map_err(|error| fault(line, &error))?;
    if !info.used {
        return Ok(());
    }
    let by = if info.consumer.is_empty() { "the kernel".into() } else { info.consumer };
    Err(DeviceError::InUse { line, by })
}

fn fault(line: u32, error: &gpiocdev::Error) -> DeviceError {
    DeviceError::Line { line, reason: error.to_string() }
}

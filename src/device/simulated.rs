//! A board without hardware: a program presses its inputs and reads its outputs. Knows no clock and no light.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::bell::Bell;
use super::board::Board;
use super::pin::{Direction, Pin};
use super::{Body, DeviceError};

/// Clones share the same lines.
#[derive(Debug, Clone)]
pub struct Simulated {
    lines: Arc<Mutex<BTreeMap<u32, Line>>>,
    bell: Bell,
}

#[derive(Debug)]
struct Line {
    pin: Pin,
    high: bool,
    is_taken: bool,
    /// Why it fails, when it was told to.
    broken: Option<String>,
}

impl Simulated {
    /// The lines of `board`, all inactive. `bell` rings when an input is set.
    pub fn new(board: &Board, bell: Bell) -> Self {
        let line = |pin: Pin| {
            let high = if pin.direction() == Direction::Out { pin.safe_is_high() } else { pin.translate(false) };
            (pin.line, Line { pin, high, is_taken: false, broken: None })
        };
        Self { lines: Arc::new(Mutex::new(board.pins().into_iter().map(line).collect())), bell }
    }

    /// Sets an input, as a finger or a switch would; `false` when no input has this role.
    pub fn set(&self, role: &str, active: bool) -> bool {
        let is_set = self.with(role, |line| {
            let is_input = line.pin.direction() == Direction::In;
            line.high = if is_input { line.pin.translate(active) } else { line.high };
            is_input
        });
        self.bell.ring();
        is_set.unwrap_or(false)
    }

    /// Whether the line of `role` is active now; `None` when there is none.
    pub fn is_active(&self, role: &str) -> Option<bool> {
        self.with(role, |line| line.pin.translate(line.high))
    }

    /// Makes the line of `role` fail with `reason` from now on, or work again.
    pub fn break_line(&self, role: &str, reason: Option<&str>) {
        self.with(role, |line| line.broken = reason.map(str::to_owned));
        self.bell.ring();
    }

    fn with<T>(&self, role: &str, work: impl FnOnce(&mut Line) -> T) -> Option<T> {
        self.locked().values_mut().find(|line| line.pin.role.name() == role).map(work)
    }

    fn locked(&self) -> MutexGuard<'_, BTreeMap<u32, Line>> {
        // A panic elsewhere leaves plain values behind, and the way to rest must stay open.
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn at<T>(&self, number: u32, work: impl FnOnce(&mut Line) -> T) -> Result<T, DeviceError> {
        let fault = |reason: &str| DeviceError::Line { line: number, reason: reason.into() };
        let mut lines = self.locked();
        let line = lines.get_mut(&number).ok_or_else(|| fault("the simulated board does not have it"))?;
        if let Some(reason) = &line.broken {
            return Err(fault(reason));
        }
        Ok(work(line))
    }
}

impl Body for Simulated {
    fn take(&mut self, pin: &Pin) -> Result<(), DeviceError> {
        self.at(pin.line, |line| {
            line.is_taken = true;
            if pin.direction() == Direction::Out {
                line.high = pin.safe_is_high();
            }
        })
    }

    fn read(&mut self, line: u32) -> Result<bool, DeviceError> {
        self.at(line, |line| line.high)
    }

    fn write(&mut self, line: u32, high: bool) -> Result<(), DeviceError> {
        let is_set = self.at(line, |line| {
            line.high = if line.is_taken { high } else { line.high };
            line.is_taken
        })?;
        if is_set { Ok(()) } else { Err(DeviceError::Line { line, reason: "it was not taken".into() }) }
    }
}

//! One line from turn to turn: taken, read or driven, failed and taken again. Knows no other line, and no clock of its own.

use std::time::{Duration, Instant};

use super::board::Safe;
use super::debounce::Debounce;
use super::event::{Event, PinState, Refused, Standing};
use super::pin::{Direction, Pin, Role};
use super::{Body, DeviceError};

/// Between two looks while a contact settles. Chosen: the shortest bounce of usual contacts.
pub(super) const LOOK_EVERY: Duration = Duration::from_millis(5);

/// Between two attempts to take a line that failed.
const RETRY_EVERY: Duration = Duration::from_secs(3);

/// Longest that a lamp burns for a test.
const LAMP_TEST_MAX: Duration = Duration::from_secs(5);

pub(super) struct Held {
    pin: Pin,
    is_taken: bool,
    retry_at: Option<Instant>,
    fault: Option<String>,
    /// Of an input, since it was first read.
    contact: Option<Debounce>,
    /// What an input was last told to be; a line that comes back after a fault starts from it.
    told: Option<bool>,
    /// What an output was last set to, in terms of its role.
    written: Option<bool>,
    pulse_until: Option<Instant>,
    rests_until: Option<Instant>,
}

impl Held {
    pub fn new(pin: Pin) -> Self {
        Self {
            pin,
            is_taken: false,
            retry_at: None,
            fault: None,
            contact: None,
            told: None,
            written: None,
            pulse_until: None,
            rests_until: None,
        }
    }

    pub fn role(&self) -> &Role {
        &self.pin.role
    }

    pub fn is_faulty(&self) -> bool {
        self.fault.is_some()
    }

    /// Sets an output to its safe level; what cannot be set is logged, for nobody is left to tell.
    pub fn rest(&mut self, body: &mut dyn Body) {
        if !self.is_taken || !self.is_output() {
            return;
        }
        self.pulse_until = None;
        match body.write(self.pin.line, self.pin.safe_is_high()) {
            Ok(()) => self.written = Some(self.pin.safe == Safe::Active),
            Err(error) => {
                tracing::error!(role = self.pin.role.name(), %error, "an output could not be brought to its safe level");
            }
        }
    }

    /// Nobody watches the line any more.
    pub fn end(&mut self) {
        self.is_taken = false;
        self.fault = Some(Refused::Ended.to_string());
    }

    fn is_output(&self) -> bool {
        self.pin.direction() == Direction::Out
    }

    /// Reads or sets the line at `now`, or tries to have it again. `glows`: whether a lamp burns by the light's rhythm.
    pub fn turn(&mut self, body: &mut dyn Body, glows: bool, now: Instant, tell: &mut dyn FnMut(Event)) {
        let outcome = self.taken(body, now, tell).and_then(|is_taken| match (is_taken, self.is_output()) {
            (false, _) => Ok(()),
            (true, true) => self.drive(body, glows, now),
            (true, false) => self.look(body, now, tell),
        });
        if let Err(error) = outcome {
            self.fail(&error, now, tell);
        }
    }

    /// Takes the line when it is not held and its time has come; whether it is held now.
    fn taken(&mut self, body: &mut dyn Body, now: Instant, tell: &mut dyn FnMut(Event)) -> Result<bool, DeviceError> {
        if self.is_taken || self.retry_at.is_some_and(|at| now < at) {
            return Ok(self.is_taken);
        }
        body.take(&self.pin)?;
        self.is_taken = true;
        self.written = self.is_output().then_some(self.pin.safe == Safe::Active);
        if self.fault.take().is_some() {
            tell(Event::Mended { role: self.pin.role.name() });
        }
        Ok(true)
    }

    fn fail(&mut self, error: &DeviceError, now: Instant, tell: &mut dyn FnMut(Event)) {
        let reason = error.to_string();
        self.is_taken = false;
        self.retry_at = Some(now + RETRY_EVERY);
        (self.contact, self.written, self.pulse_until) = (None, None, None);
        if self.fault.as_ref() != Some(&reason) {
            self.fault = Some(reason.clone());
            tell(Event::Fault { role: self.pin.role.name(), reason });
        }
    }

    fn look(&mut self, body: &mut dyn Body, now: Instant, tell: &mut dyn FnMut(Event)) -> Result<(), DeviceError> {
        let active = self.pin.translate(body.read(self.pin.line)?);
        let settle = self.pin.settle;
        let contact = self.contact.get_or_insert_with(|| Debounce::new(self.told.unwrap_or(active), settle));
        let changed = contact.look(active, now);
        // At the start nothing was told yet: what is there already is told at once, but a button held then is no press.
        let found = (self.told.is_none() && active && self.pin.role != Role::Help).then_some(active);
        self.told = Some(contact.stable());
        if let Some(active) = changed.or(found) {
            self.event(active).into_iter().for_each(tell);
        }
        Ok(())
    }

    fn event(&self, active: bool) -> Option<Event> {
        match self.pin.role {
            Role::Help => active.then_some(Event::Help),
            Role::Presence => Some(Event::Presence(active)),
            Role::Shutter => Some(Event::Shutter(active)),
            Role::Headset => Some(Event::Headset(active)),
            Role::Door => Some(Event::Door(active)),
            Role::Light(_) | Role::Output(_) => None,
        }
    }

    fn drive(&mut self, body: &mut dyn Body, glows: bool, now: Instant) -> Result<(), DeviceError> {
        if self.pulse_until.is_some_and(|until| now >= until) {
            self.pulse_until = None;
        }
        let is_pulsed = self.pulse_until.is_some();
        let active = match self.pin.role {
            Role::Light(_) => glows || is_pulsed,
            _ => is_pulsed != (self.pin.safe == Safe::Active),
        };
        if self.written != Some(active) {
            body.write(self.pin.line, self.pin.translate(active))?;
            self.written = Some(active);
        }
        Ok(())
    }

    fn pulse_max(&self) -> Duration {
        self.pin.pulse_max.unwrap_or(LAMP_TEST_MAX)
    }

    /// Whether a pulse of `length` may begin.
    ///
    /// # Errors
    /// [`Refused`] with the reason why not.
    pub fn may_pulse(&self, length: Duration, now: Instant) -> Result<(), Refused> {
        let role = self.pin.role.name();
        if !self.is_output() {
            return Err(Refused::Input(role));
        }
        if length > self.pulse_max() {
            let (asked_ms, max_ms) = (length.as_millis(), self.pulse_max().as_millis());
            return Err(Refused::TooLong { role, asked_ms, max_ms });
        }
        if let Some(reason) = self.fault.clone() {
            return Err(Refused::Fault { role, reason });
        }
        match self.rests_until.filter(|until| now < *until) {
            Some(until) => Err(Refused::Resting { role, wait_ms: (until - now).as_millis() }),
            None => Ok(()),
        }
    }

    /// Pulses end to end would be one long pulse: an output rests after one for as long as it was on.
    pub fn begin_pulse(&mut self, length: Duration, now: Instant) {
        self.pulse_until = Some(now + length);
        self.rests_until = self.pin.pulse_max.map(|_| now + 2 * length);
    }

    /// When the line wants its next turn; `None` when it has no wish of its own.
    pub fn wants_turn_in(&self, now: Instant) -> Option<Duration> {
        let at = |instant: Option<Instant>| instant.map(|at| at.saturating_duration_since(now));
        let settles = self.contact.as_ref().is_some_and(Debounce::is_settling).then_some(LOOK_EVERY);
        let retries = if self.is_taken { None } else { at(self.retry_at) };
        [at(self.pulse_until), settles, retries].into_iter().flatten().min()
    }

    pub fn state(&self) -> PinState {
        let active = if self.is_output() { self.written } else { self.contact.as_ref().map(Debounce::stable) };
        let state = match active.filter(|_| self.fault.is_none()) {
            Some(true) => Standing::Active,
            Some(false) => Standing::Inactive,
            None => Standing::Unknown,
        };
        PinState {
            role: self.pin.role.name(),
            line: self.pin.line,
            direction: self.pin.direction(),
            active: self.pin.active,
            safe: self.pin.safe,
            pulse_ms_max: self.is_output().then(|| self.pulse_max().as_millis() as u32),
            state,
            fault: self.fault.clone(),
        }
    }
}

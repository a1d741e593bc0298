//! All pins of a board from turn to turn, with the light that they share. Has no thread and no clock of its own: each turn is
//! told the time and says when it wants the next.

use std::time::{Duration, Instant};

use super::Body;
use super::event::{Event, PinState, Refused};
use super::held::Held;
use super::light::Light;
use super::pin::{Pin, Role};
use crate::base::or_nearest;

/// Between two looks when nothing moves: a lost edge or a chip that was pulled out is found this late.
const IDLE_LOOK: Duration = Duration::from_secs(1);

/// All pins of a board, between two turns.
pub(super) struct Panel {
    pins: Vec<Held>,
    wanted: Light,
    shown: Light,
    shown_since: Option<Instant>,
}

impl Panel {
    pub fn new(pins: Vec<Pin>) -> Self {
        let pins = pins.into_iter().map(Held::new).collect();
        Self { pins, wanted: Light::Idle, shown: Light::Idle, shown_since: None }
    }

    pub fn show(&mut self, light: Light) {
        self.wanted = light;
    }

    /// Reads, sets and mends what is due at `now`; the longest time until the next turn.
    pub fn turn(&mut self, body: &mut dyn Body, now: Instant, tell: &mut dyn FnMut(Event)) -> Duration {
        self.choose_light(now);
        let (light, since) = (self.shown, self.shown_since.unwrap_or(now));
        let (lit, changes_in) = light.pattern().at(now.saturating_duration_since(since));
        let mut next = IDLE_LOOK;
        for held in &mut self.pins {
            let glows = match held.role() {
                Role::Light(colour) => lit && colour.is_none_or(|colour| light.burns(colour)),
                _ => false,
            };
            held.turn(body, glows, now, tell);
            next = held.wants_turn_in(now).map_or(next, |wait| next.min(wait));
            if matches!(held.role(), Role::Light(_)) {
                next = changes_in.map_or(next, |wait| next.min(wait));
            }
        }
        next
    }

    /// A pin that failed shows on the light while nobody is served: a visitor follows the light for what it says of the visit.
    fn choose_light(&mut self, now: Instant) {
        let is_faulty = self.pins.iter().any(|held| held.is_faulty());
        let chosen = if self.wanted == Light::Idle && is_faulty { Light::Fault } else { self.wanted };
        if chosen != self.shown || self.shown_since.is_none() {
            self.shown = chosen;
            self.shown_since = Some(now);
        }
    }

    /// Has the output `role` leave its rest for `length`, from the next turn on. A coloured light is tested by all its lamps.
    ///
    /// # Errors
    /// [`Refused`]; nothing is set then.
    pub fn pulse(&mut self, role: &str, length: Duration, now: Instant) -> Result<(), Refused> {
        let is_meant = |held: &&mut Held| {
            let name = held.role().name();
            name == role || name.strip_prefix("status_light.").is_some_and(|_| role == "status_light")
        };
        let mut meant: Vec<&mut Held> = self.pins.iter_mut().filter(is_meant).collect();
        if meant.is_empty() {
            let names: Vec<String> = self.pins.iter().map(|held| held.role().name()).collect();
            return Err(Refused::Unknown { role: role.into(), nearest: or_nearest(role, names.iter()) });
        }
        meant.iter().try_for_each(|held| held.may_pulse(length, now))?;
        meant.iter_mut().for_each(|held| held.begin_pulse(length, now));
        Ok(())
    }

    pub fn snapshot(&self) -> Vec<PinState> {
        self.pins.iter().map(Held::state).collect()
    }

    /// Sets every output to its safe level, whatever becomes of the others.
    pub fn rest(&mut self, body: &mut dyn Body) {
        self.pins.iter_mut().for_each(|held| held.rest(body));
    }

    /// Says of every line that nobody watches it any more.
    pub fn end(&mut self) {
        self.pins.iter_mut().for_each(Held::end);
    }
}

#[cfg(test)]
mod tests;

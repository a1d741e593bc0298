//! Several visits share one status light: it shows the most pressing state of any. Knows of a visit only that it is there.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::light::Light;

/// What all visits would show.
pub struct Lights {
    show: Box<dyn Fn(Light) + Send + Sync>,
    visits: Mutex<Visits>,
}

#[derive(Default)]
struct Visits {
    states: BTreeMap<u64, Light>,
    next: u64,
}

impl Lights {
    /// `show` is called with the state to show at each change of any visit's, on the thread that changed it.
    pub fn new(show: impl Fn(Light) + Send + Sync + 'static) -> Arc<Self> {
        Arc::new(Self { show: Box::new(show), visits: Mutex::default() })
    }

    /// Another visit, idle at first. It counts until the guard is dropped.
    pub fn enter(self: &Arc<Self>) -> VisitLight {
        let mut visits = self.locked();
        let visit = visits.next;
        visits.next += 1;
        visits.states.insert(visit, Light::Idle);
        VisitLight { lights: self.clone(), visit }
    }

    /// The lock is held while the light is shown, so that of two changes the later one stays.
    fn change(&self, change: impl FnOnce(&mut BTreeMap<u64, Light>)) {
        let mut visits = self.locked();
        change(&mut visits.states);
        (self.show)(Light::of(visits.states.values().copied()));
    }

    fn locked(&self) -> MutexGuard<'_, Visits> {
        self.visits.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One visit's share of the light.
pub struct VisitLight {
    lights: Arc<Lights>,
    visit: u64,
}

impl VisitLight {
    pub fn show(&self, light: Light) {
        self.lights.change(|states| {
            states.insert(self.visit, light);
        });
    }
}

impl Drop for VisitLight {
    fn drop(&mut self) {
        self.lights.change(|states| {
            states.remove(&self.visit);
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_light_follows_the_most_pressing_visit_and_forgets_one_that_ended() {
        let shown = Arc::new(Mutex::new(Vec::new()));
        let told = shown.clone();
        let lights = Lights::new(move |light| told.lock().unwrap().push(light));
        let (one, other) = (lights.enter(), lights.enter());
        one.show(Light::Thinking);
        other.show(Light::HumanOnTheWay);
        one.show(Light::Speaking);
        drop(other);
        one.show(Light::Idle);
        let wanted = [Light::Thinking, Light::HumanOnTheWay, Light::HumanOnTheWay, Light::Speaking, Light::Idle];
        assert_eq!(*shown.lock().unwrap(), wanted);
    }
}

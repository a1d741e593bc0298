//! Which desks live, as one desk hears it. Judged against this desk's own sign of life, which comes back over the same bus: while
//! that one is missing the bus is away, and nobody is taken for dead because of it. No clock of another machine counts.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use super::{ALIVE, HEARTBEAT};
use crate::handoff::wire::Presence;

/// What one desk has heard of all of them, itself included.
pub(super) struct Alive {
    own: String,
    heard: Mutex<Heard>,
}

struct Heard {
    desks: BTreeMap<String, (Presence, Instant)>,
    own: Instant,
    /// Since when the bus has been there without a break: silence counts from here.
    since: Instant,
}

impl Alive {
    pub(super) fn new(own: String, now: Instant) -> Self {
        Self { own, heard: Mutex::new(Heard { desks: BTreeMap::new(), own: now, since: now }) }
    }

    /// A sign of life. `true`: it is this desk's own after a break, and what was missed has to be read again.
    pub(super) fn hear(&self, name: &str, presence: Presence, now: Instant) -> bool {
        let mut heard = self.heard();
        heard.desks.insert(name.into(), (presence, now));
        if name != self.own {
            return false;
        }
        let was_away = now - heard.own > ALIVE / 2;
        heard.own = now;
        if was_away {
            heard.since = now;
        }
        was_away
    }

    /// Whether a desk has to be believed alive. One never heard of is, until it had the time to be heard.
    pub(super) fn lives(&self, name: &str, now: Instant) -> bool {
        self.heard().lives(&self.own, name, now)
    }

    /// The desks that live, by name.
    pub(super) fn living(&self, now: Instant) -> BTreeMap<String, Presence> {
        let mut heard = self.heard();
        let dead: Vec<String> = heard.desks.keys().filter(|name| !heard.lives(&self.own, name, now)).cloned().collect();
        for name in dead {
            heard.desks.remove(&name);
        }
        heard.desks.iter().map(|(name, (presence, _))| (name.clone(), presence.clone())).collect()
    }

    fn heard(&self) -> MutexGuard<'_, Heard> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Heard {
    fn lives(&self, own: &str, name: &str, now: Instant) -> bool {
        let is_away = now - self.own > HEARTBEAT * 2;
        let is_fresh = self.desks.get(name).is_some_and(|(_, at)| now - *at < ALIVE);
        name == own || is_away || now - self.since < ALIVE || is_fresh
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn seconds(count: u64) -> Duration {
        Duration::from_secs(count)
    }

    #[test]
    fn a_silent_desk_is_dead_only_while_the_bus_is_there() {
        let start = Instant::now();
        let desks = Alive::new("one".into(), start);
        let hear = |name: &str, after: u64| desks.hear(name, Presence::default(), start + seconds(after));
        for after in 1..=5 {
            hear("one", after);
            hear("two", after);
        }
        assert!(desks.lives("two", start + seconds(6)));
        assert!(desks.lives("two", start + seconds(60)), "the bus is away: nothing is known");
        assert!(hear("one", 60), "what was missed has to be read");
        assert!(desks.lives("two", start + seconds(61)), "it has the time to be heard again");
        for after in 61..=65 {
            assert!(!hear("one", after));
        }
        assert!(!desks.lives("two", start + seconds(65)));
        assert!(!desks.living(start + seconds(65)).contains_key("two"));
    }

    #[test]
    fn an_owner_never_heard_of_has_the_time_to_be_heard() {
        let start = Instant::now();
        let desks = Alive::new("one".into(), start);
        assert!(desks.lives("before", start + seconds(1)));
        for after in 1..=4 {
            desks.hear("one", Presence::default(), start + seconds(after));
        }
        assert!(!desks.lives("before", start + seconds(5)));
    }
}

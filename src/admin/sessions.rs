//! Who has logged in. Sessions live in memory: a restart asks everybody again. Knows no cookie and no role: what a person may
//! do is read afresh each time, and their *stamp* tells a session that began before their role or password changed.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard};
use std::time::{Duration, Instant};

use sha2::{Digest, Sha256};

use crate::base::secret::random_key;

/// A page left alone for so long asks again.
pub const IDLE_MAX: Duration = Duration::from_secs(30 * 60);

/// A shift.
pub const SESSION_MAX: Duration = Duration::from_secs(12 * 3600);

/// More than an appliance has technicians; the one seen longest ago goes first.
const SESSIONS_MAX: usize = 64;

/// What the browser is told at login.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Begun {
    /// Names the session; only its digest is kept here.
    pub token: String,
    /// What every request that changes something must repeat.
    pub csrf: String,
}

/// A session that holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    pub name: String,
    pub stamp: String,
    pub csrf: String,
}

struct Session {
    seen: Seen,
    began: Instant,
    last: Instant,
}

impl Session {
    fn holds(&self, now: Instant) -> bool {
        now.duration_since(self.began) < SESSION_MAX && now.duration_since(self.last) < IDLE_MAX
    }
}

#[derive(Default)]
pub struct Sessions(Mutex<HashMap<[u8; 32], Session>>);

impl Sessions {
    /// A new session under a new token.
    pub fn begin(&self, name: &str, stamp: &str, now: Instant) -> Begun {
        let begun = Begun { token: random_key(), csrf: random_key() };
        let mut sessions = self.sessions();
        sessions.retain(|_, session| session.holds(now));
        if sessions.len() >= SESSIONS_MAX
            && let Some(oldest) = sessions.iter().min_by_key(|(_, session)| session.last).map(|(key, _)| *key)
        {
            sessions.remove(&oldest);
        }
        let seen = Seen { name: name.into(), stamp: stamp.into(), csrf: begun.csrf.clone() };
        sessions.insert(key(&begun.token), Session { seen, began: now, last: now });
        begun
    }

    /// The session of `token`, which is used now.
    pub fn find(&self, token: &str, now: Instant) -> Option<Seen> {
        let mut sessions = self.sessions();
        let session = sessions.get_mut(&key(token)).filter(|session| session.holds(now))?;
        session.last = now;
        Some(session.seen.clone())
    }

    pub fn end(&self, token: &str) {
        self.sessions().remove(&key(token));
    }

    /// Ends every session of `name`.
    pub fn end_of(&self, name: &str) {
        self.sessions().retain(|_, session| session.seen.name != name);
    }

    fn sessions(&self) -> MutexGuard<'_, HashMap<[u8; 32], Session>> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// Looked up by digest: how long the look takes tells nothing of a token.
fn key(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    #[test]
    fn a_session_rests_half_an_hour_and_lasts_a_shift() {
        let (sessions, start) = (Sessions::default(), Instant::now());
        let idle = sessions.begin("anna", "s", start);
        assert!(sessions.find(&idle.token, start + 29 * MINUTE).is_some());
        assert!(sessions.find(&idle.token, start + 58 * MINUTE).is_some(), "use keeps it");
        assert_eq!(sessions.find(&idle.token, start + 88 * MINUTE), None);

        let busy = sessions.begin("anna", "s", start);
        let used = (1..).map(|n| start + n * 20 * MINUTE).take_while(|now| sessions.find(&busy.token, *now).is_some());
        assert_eq!(used.count(), 35, "12 h in steps of 20 minutes, the last one not");
    }

    #[test]
    fn every_login_has_a_token_of_its_own_and_an_end() {
        let (sessions, now) = (Sessions::default(), Instant::now());
        let (one, other) = (sessions.begin("anna", "s", now), sessions.begin("anna", "s", now));
        assert!(one.token != other.token && one.csrf != other.csrf && one.token != one.csrf);
        sessions.end(&one.token);
        assert_eq!(sessions.find(&one.token, now), None);
        assert_eq!(sessions.find(&other.token, now).map(|seen| seen.csrf), Some(other.csrf.clone()));
        sessions.begin("ben", "s", now);
        sessions.end_of("anna");
        assert_eq!(sessions.find(&other.token, now), None);
        assert_eq!(sessions.find("", now), None);
    }

    #[test]
    fn a_full_house_lets_the_one_seen_longest_ago_go() {
        let (sessions, now) = (Sessions::default(), Instant::now());
        let first = sessions.begin("anna", "s", now);
        let second = sessions.begin("anna", "s", now);
        assert!(sessions.find(&first.token, now + MINUTE).is_some());
        (0..SESSIONS_MAX - 1).for_each(|_| drop(sessions.begin("ben", "s", now + MINUTE)));
        assert!(sessions.find(&first.token, now + MINUTE).is_some());
        assert_eq!(sessions.find(&second.token, now + MINUTE), None);
    }
}

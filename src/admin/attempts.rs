//! How often somebody may try to log in: by name and address together, by address, and by name. Knows no password.
//!
//! Who guesses at the owner's name uses up their own address's tries, not the owner's. Only a guesser with many addresses
//! reaches the limit of the name, and that one does not hold where the owner has logged in before. Each limit fills up again
//! within a minute: nobody is locked out for good.

use std::collections::VecDeque;
use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use crate::base::password::NAME_BYTES_MAX;

/// Tries a minute: of one name from one address, of one address, of one name from wherever it never succeeded. Slower than any
/// guessing that could succeed, faster than any honest mistake.
const OF_PAIR: NonZeroU32 = NonZeroU32::new(6).expect("six is not zero");
const OF_ADDRESS: NonZeroU32 = NonZeroU32::new(12).expect("twelve is not zero");
const OF_NAME: NonZeroU32 = NonZeroU32::new(20).expect("twenty is not zero");

/// Names and addresses that are counted at once; one more is refused until others are forgotten, a minute at most.
const COUNTED_MAX: usize = 10_000;

/// Where people have logged in since the start; the one longest ago goes first.
const KNOWN_MAX: usize = 256;

pub struct Attempts {
    pairs: DefaultKeyedRateLimiter<(String, IpAddr)>,
    addresses: DefaultKeyedRateLimiter<IpAddr>,
    names: DefaultKeyedRateLimiter<String>,
    known: Mutex<VecDeque<(String, IpAddr)>>,
}

impl Default for Attempts {
    fn default() -> Self {
        Self {
            pairs: RateLimiter::keyed(Quota::per_minute(OF_PAIR)),
            addresses: RateLimiter::keyed(Quota::per_minute(OF_ADDRESS)),
            names: RateLimiter::keyed(Quota::per_minute(OF_NAME)),
            known: Mutex::default(),
        }
    }
}

impl Attempts {
    /// Counts one try.
    ///
    /// # Errors
    /// How long to wait before the next.
    pub fn count(&self, name: &str, address: IpAddr) -> Result<(), Duration> {
        let (name, address) = (cut(name), network(address));
        let pair = (name.clone(), address);
        check(&self.pairs, &pair)?;
        check(&self.addresses, &address)?;
        if self.known().contains(&pair) { Ok(()) } else { check(&self.names, &name) }
    }

    /// `name` has logged in from `address`.
    pub fn succeeded(&self, name: &str, address: IpAddr) {
        let pair = (cut(name), network(address));
        let mut known = self.known();
        known.retain(|other| *other != pair);
        known.push_back(pair);
        if known.len() > KNOWN_MAX {
            known.pop_front();
        }
    }

    fn known(&self) -> MutexGuard<'_, VecDeque<(String, IpAddr)>> {
        self.known.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

fn check<K: Clone + Eq + std::hash::Hash>(limiter: &DefaultKeyedRateLimiter<K>, key: &K) -> Result<(), Duration> {
    if limiter.len() >= COUNTED_MAX {
        limiter.retain_recent();
        if limiter.len() >= COUNTED_MAX {
            return Err(Duration::from_secs(60));
        }
    }
    limiter.check_key(key).map_err(|early| early.wait_time_from(DefaultClock::default().now()))
}

/// A name nobody has must not fill the memory.
fn cut(name: &str) -> String {
    name.chars().take(NAME_BYTES_MAX).collect()
}

/// One line has one IPv4 address, or the 2^64 IPv6 addresses of its network (RFC 6177): they count as one.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
        plain => plain,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tries(attempts: &Attempts, name: &str, address: &str) -> usize {
        (0..200).filter(|_| attempts.count(name, address.parse().unwrap()).is_ok()).count()
    }

    #[test]
    fn guessing_ends_soon_and_leaves_the_owner_in() {
        let attempts = Attempts::default();
        let let_in = tries(&attempts, "owner", "192.0.2.66");
        assert!((6..8).contains(&let_in), "{let_in}");
        assert_eq!(attempts.count("owner", "192.0.2.7".parse().unwrap()), Ok(()));
        let wait = attempts.count("owner", "192.0.2.66".parse().unwrap()).unwrap_err();
        assert!(wait <= Duration::from_secs(60), "{wait:?}");
    }

    #[test]
    fn many_names_from_one_address_end_as_soon() {
        let attempts = Attempts::default();
        let address: IpAddr = "192.0.2.66".parse().unwrap();
        let let_in = (0..200).filter(|n| attempts.count(&format!("name-{n}"), address).is_ok()).count();
        assert!((12..15).contains(&let_in), "{let_in}");
    }

    #[test]
    fn a_guesser_of_many_addresses_does_not_shut_out_who_was_here_before() {
        let attempts = Attempts::default();
        let home: IpAddr = "192.0.2.7".parse().unwrap();
        attempts.succeeded("owner", home);
        let let_in = (0..200u8).filter(|n| attempts.count("owner", [198, 51, 100, *n].into()).is_ok()).count();
        assert!((20..24).contains(&let_in), "{let_in}");
        assert_eq!(attempts.count("owner", home), Ok(()));
    }

    #[test]
    fn the_addresses_of_one_network_count_as_one() {
        let attempts = Attempts::default();
        let let_in =
            (0..200).filter(|n| attempts.count("o", format!("2001:db8::{n:x}").parse().unwrap()).is_ok()).count();
        assert!((6..8).contains(&let_in), "{let_in}");
        assert_eq!(network("::ffff:192.0.2.7".parse().unwrap()), "192.0.2.7".parse::<IpAddr>().unwrap());
    }
}

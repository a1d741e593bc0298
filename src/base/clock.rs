//! What time it is: the system's, unless that was plainly reset, or a fixed one in tests and evaluations. Knows nothing of time
//! zones' use.

use std::time::Instant;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// No kiosk ran this program before. A clock without a battery wakes up in 1970 or at its maker's date.
pub const WRITTEN: Timestamp = Timestamp::constant(1_793_491_200, 0);

/// A year beyond is a clock that was set wrong: hardware does not last so long.
pub const LIFE: SignedDuration = SignedDuration::from_hours(25 * 365 * 24);

/// A source of the present time. Opening hours, validity dates and greetings read it; durations never do.
#[derive(Debug, Clone)]
pub struct Clock {
    zone: TimeZone,
    source: Source,
}

#[derive(Debug, Clone, Copy)]
enum Source {
    Fixed(Timestamp),
    /// It cannot be earlier than `over`, and is later by as much as went by since `seen`.
    System {
        over: Timestamp,
        seen: Instant,
    },
}

impl Clock {
    /// Where the site's clocks hang.
    pub fn zone(&self) -> TimeZone {
        self.zone.clone()
    }

    /// The system's clock, told in `zone` (an IANA name such as `Asia/Singapore`).
    ///
    /// # Errors
    /// When the zone is unknown.
    pub fn system(zone: &str) -> Result<Self, jiff::Error> {
        Ok(Self { zone: TimeZone::get(zone)?, source: Source::System { over: WRITTEN, seen: Instant::now() } })
    }

    /// A clock that stands still at `instant`.
    pub fn fixed(instant: Timestamp) -> Self {
        Self { zone: TimeZone::UTC, source: Source::Fixed(instant) }
    }

    /// The same clock, for whoever knows that `over` is past: something was written then. A time that cannot be says nothing.
    pub fn not_before(self, over: Timestamp) -> Self {
        match self.source {
            Source::System { over: known, .. } if known < over && over.duration_since(WRITTEN) < LIFE => {
                Self { source: Source::System { over, seen: Instant::now() }, ..self }
            }
            _ => self,
        }
    }

    /// The date and time on the site's wall. While the system's clock says a time before this program was written, time goes on from
    /// what is known to be over: answers that were valid then still are, and none that had ended comes back. A clock that is merely
    /// earlier than a file's date is believed: that date may come from a clock that ran ahead for a while and was then set right.
    pub fn now(&self) -> DateTime {
        self.at(Timestamp::now()).to_zoned(self.zone.clone()).datetime()
    }

    /// Whether the system's clock says a time that is known to be over.
    pub fn is_wrong(&self) -> bool {
        let now = Timestamp::now();
        matches!(self.source, Source::System { over, .. } if now < over)
    }

    fn at(&self, told: Timestamp) -> Timestamp {
        match self.source {
            Source::Fixed(instant) => instant,
            Source::System { over, seen } => {
                let passed = SignedDuration::try_from(seen.elapsed()).unwrap_or_default();
                // Sums beyond the year 9999 do not come up; the clock's own word is the better one then.
                if told < WRITTEN { over.checked_add(passed).unwrap_or(told) } else { told }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_was_reset_goes_on_from_what_is_known_to_be_over() {
        let over: Timestamp = "2026-11-20T08:00:00Z".parse().unwrap();
        let clock = Clock::system("UTC").unwrap().not_before(over);
        let told = |text: &str| clock.at(text.parse().unwrap()).duration_since(over);
        assert!((0..5).contains(&told("2025-11-23T08:00:00Z").as_secs()));
        assert!((0..5).contains(&told("1970-01-01T00:00:01Z").as_secs()));
        assert_eq!(told("2026-11-23T08:00:00Z"), SignedDuration::from_hours(72));
        // That date may come from a clock that ran ahead and was then set right.
        assert_eq!(told("2026-11-19T08:00:00Z"), SignedDuration::from_hours(-24));
        let far = clock.clone().not_before("2199-01-01T00:00:00Z".parse().unwrap());
        assert!(far.at(Timestamp::UNIX_EPOCH) < over + SignedDuration::from_hours(1));
        // An earlier word changes nothing, and none moves a clock that stands still.
        let same = clock.not_before("2024-01-01T00:00:00Z".parse().unwrap());
        assert!(same.at(Timestamp::UNIX_EPOCH) >= over);
        assert_eq!(Clock::fixed(over).not_before(over + SignedDuration::from_hours(1)).at(Timestamp::UNIX_EPOCH), over);
    }

    #[test]
    fn it_is_after_the_day_the_program_was_written() {
        assert_eq!(WRITTEN.to_string(), "2026-11-01T00:00:00Z");
        let clock = Clock::system("UTC").unwrap();
        assert!(clock.at(Timestamp::UNIX_EPOCH) >= WRITTEN);
        assert!(!clock.is_wrong() && clock.not_before(Timestamp::now() + SignedDuration::from_hours(48)).is_wrong());
    }
}

//! What time it is: the system's, or a fixed one in tests and evaluations. Knows nothing of time zones' use.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// A source of the present time. Opening hours, validity dates and greetings read it; durations never do.
#[derive(Debug, Clone)]
pub struct Clock {
    zone: TimeZone,
    fixed: Option<Timestamp>,
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
        Ok(Self { zone: TimeZone::get(zone)?, fixed: None })
    }

    /// A clock that stands still at `instant`.
    pub fn fixed(instant: Timestamp) -> Self {
        Self { zone: TimeZone::UTC, fixed: Some(instant) }
    }

    /// The date and time on the site's wall.
    pub fn now(&self) -> DateTime {
        self.fixed.unwrap_or_else(Timestamp::now).to_zoned(self.zone.clone()).datetime()
    }
}

//! Conversation statistics by the hour: counts and a histogram, never words. Kept as long as the table of retention says; 400 days are
//! the bound where no purge believes the clock.
//!
//! No bound on small counts is needed before they are shown: an hour with one visitor tells that one question was answered within half
//! a second, and nothing of who asked or what. Nobody's identity, no text, no visit's number goes in.
//!
//! Counts gather in memory and are written at most once a minute, so that a kill loses a minute and a memory card is spared. A clock that
//! is wrong by a year counts into wrong hours and does no more: hours outside [`HOURS`] are not counted at all, what lies in the future
//! is not shown, and old hours go slowly enough ([`FORGET_MAX`]) that a year too far costs some hours of the oldest day.

mod hour;

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

pub use hour::{FirstWord, Hour, Moods, Routes};

use super::seen::{Refusal, TurnSeen};
use crate::store::{StatisticsStore, StoreError};

/// Most hours of age that are kept, whatever the purge does.
const KEPT: i64 = 400 * 24;

/// Hours since 1970 that are believed: 2025 to 2099. A board without a battery starts in 1970.
const HOURS: std::ops::RangeInclusive<i64> = 482_136..=1_139_567;

/// Old hours that go with the first flush into a new hour: twice what comes, so that the file shrinks back to its bound, and so few that a
/// clock a year ahead for a day costs two days of the oldest.
const FORGET_MAX: u32 = 2;

/// Hours that may wait to be written, while the disk is full: a day. Then the oldest go.
const WAITING_MAX: usize = 24;

/// What the page draws.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Report {
    /// Seconds of one point: an hour, or a day for a month's report.
    pub step_s: u32,
    /// Oldest first, without gaps.
    pub series: Vec<Point>,
}

/// One step of the report.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Point {
    /// When the step begins; RFC 3339, UTC.
    pub at: String,
    pub questions: u64,
    pub routes: Routes,
    pub refused: u64,
    pub handed_over: u64,
    pub first_word_ms: Option<FirstWord>,
    pub mood: Moods,
}

/// How much is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Span {
    Day,
    Week,
    Month,
}

impl Span {
    /// 1, 7 or 30 days; nothing else is drawn.
    pub fn of_days(days: u32) -> Option<Self> {
        match days {
            1 => Some(Self::Day),
            7 => Some(Self::Week),
            30 => Some(Self::Month),
            _ => None,
        }
    }

    /// Hours in all, and hours of one point.
    fn hours(self) -> (i64, i64) {
        match self {
            Self::Day => (24, 1),
            Self::Week => (7 * 24, 1),
            Self::Month => (30 * 24, 24),
        }
    }
}

/// What was counted and is not written yet.
#[derive(Debug, Default)]
pub struct Statistics {
    waiting: Mutex<BTreeMap<i64, Hour>>,
}

impl Statistics {
    pub fn turn(&self, now: Timestamp, turn: &TurnSeen) {
        self.count(now, |hour| hour.turn(turn));
    }

    /// Input that could not be used is the visitor's to say again and no refusal of ours.
    pub fn refused(&self, now: Timestamp, refusal: Refusal) {
        if refusal != Refusal::Input {
            self.count(now, |hour| hour.refused += 1);
        }
    }

    pub fn handed_over(&self, now: Timestamp) {
        self.count(now, |hour| hour.handed_over += 1);
    }

    fn count(&self, now: Timestamp, change: impl FnOnce(&mut Hour)) {
        let Some(hour) = hour_of(now) else { return };
        let mut waiting = self.waiting();
        change(waiting.entry(hour).or_default());
        while waiting.len() > WAITING_MAX {
            waiting.pop_first();
        }
    }

    /// Takes what waits, to be written by [`write`].
    pub fn take(&self) -> BTreeMap<i64, Hour> {
        std::mem::take(&mut *self.waiting())
    }

    /// Gives back what could not be written; it is added to what was counted since.
    pub fn give_back(&self, hours: BTreeMap<i64, Hour>) {
        let mut waiting = self.waiting();
        for (hour, counts) in hours {
            waiting.entry(hour).or_default().add(&counts);
        }
        while waiting.len() > WAITING_MAX {
            waiting.pop_first();
        }
    }

    fn waiting(&self) -> MutexGuard<'_, BTreeMap<i64, Hour>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Adds `hours` to the file; with the first counts of a new hour the oldest ones go.
///
/// # Errors
/// [`StoreError`]; nothing is written then.
pub fn write(store: &mut StatisticsStore, hours: &BTreeMap<i64, Hour>, now: Timestamp) -> Result<(), StoreError> {
    let rows: Vec<i64> = hours.keys().copied().collect();
    let this_hour = hour_of(now);
    let mut begins = false;
    store.update(&rows, &mut |hour, before| {
        begins |= before.is_none() && this_hour == Some(hour);
        let mut whole = before.map(Hour::read).unwrap_or_default();
        whole.add(hours.get(&hour).unwrap_or(&Hour::default()));
        whole.written()
    })?;
    if let Some(hour) = this_hour.filter(|_| begins) {
        // The counts are written: a fault here must not make the caller write them again.
        if let Err(error) = store.forget(hour - KEPT, FORGET_MAX) {
            tracing::warn!(%error, "old statistics could not be erased");
        }
    }
    Ok(())
}

/// Erases every hour that ended before `before`. How many went.
///
/// # Errors
/// [`StoreError`]; nothing is erased then.
pub fn forget_before(store: &mut StatisticsStore, before: Timestamp) -> Result<usize, StoreError> {
    store.forget(before.as_second().div_euclid(3_600), u32::MAX)
}

/// The report of `span` up to `now`. What is not written yet is not in it.
///
/// # Errors
/// [`StoreError`].
pub fn report(store: &mut StatisticsStore, span: Span, now: Timestamp) -> Result<Report, StoreError> {
    let (hours, step) = span.hours();
    // A point begins on a whole step: days of a month begin at midnight, UTC.
    let end = (now.as_second().div_euclid(3_600)).div_euclid(step) * step + step;
    let begin = end - hours;
    let mut points = vec![Hour::default(); usize::try_from(hours / step).unwrap_or(0)];
    for (hour, body) in store.read(begin..=end - 1)? {
        let place = usize::try_from((hour - begin) / step).ok().and_then(|place| points.get_mut(place));
        if let Some(point) = place {
            point.add(&Hour::read(&body));
        }
    }
    let series = points.iter().zip(0i64..).map(|(point, number)| drawn(begin + number * step, point)).collect();
    Ok(Report { step_s: u32::try_from(step * 3_600).unwrap_or(3_600), series })
}

fn drawn(hour: i64, counts: &Hour) -> Point {
    let at = Timestamp::from_second(hour.saturating_mul(3_600)).unwrap_or(Timestamp::UNIX_EPOCH);
    Point {
        at: at.to_string(),
        questions: counts.questions,
        routes: counts.routes,
        refused: counts.refused,
        handed_over: counts.handed_over,
        first_word_ms: counts.first_word(),
        mood: counts.mood,
    }
}

fn hour_of(now: Timestamp) -> Option<i64> {
    Some(now.as_second().div_euclid(3_600)).filter(|hour| HOURS.contains(hour))
}

#[cfg(test)]
mod tests;

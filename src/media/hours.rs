//! Opening hours as items write them, and what they mean now: open until when, or closed until when.
//!
//! What is not understood to the last word is not understood: the card then shows the words themselves. Public holidays
//! are not in an item's `hours`; where a site closes on them, its own answer says so.

use jiff::civil::{DateTime, Time, Weekday};
use jiff::{SignedDuration, ToSpan};

use crate::domain::Language;

const DAY_MINUTES: u16 = 24 * 60;
/// Longest text that is read, characters.
const CHARS_MAX: usize = 200;
const DAYS: [(Weekday, &str, &str); 7] = [
    (Weekday::Monday, "Mon", "周一"),
    (Weekday::Tuesday, "Tue", "周二"),
    (Weekday::Wednesday, "Wed", "周三"),
    (Weekday::Thursday, "Thu", "周四"),
    (Weekday::Friday, "Fri", "周五"),
    (Weekday::Saturday, "Sat", "周六"),
    (Weekday::Sunday, "Sun", "周日"),
];

/// A week of hours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hours {
    /// Monday first; minutes since midnight, the end after the beginning and perhaps in the next day.
    week: [Option<(u16, u16)>; 7],
}

/// What the hours mean at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Always,
    Open { until: DateTime },
    Closed { opens: DateTime },
}

impl Hours {
    /// Reads `05:00-23:00`, `24 hours`, `Mon-Fri 9 am-4:30 pm, Sat 9 am-12:30 pm` and the same in Chinese; `None` for
    /// anything else, such as hours of two places or of a telephone.
    pub fn parse(text: &str) -> Option<Self> {
        if text.chars().count() > CHARS_MAX {
            return None;
        }
        let mut week = [None; 7];
        for part in text.split([',', '，']) {
            let (days, times) = days(part.trim())?;
            let times = span(times)?;
            for day in days {
                // The same day twice has a break that no state can tell.
                if week[day].replace(times).is_some() {
                    return None;
                }
            }
        }
        Some(Self { week })
    }

    /// At `now`, the site's local time.
    pub fn state(&self, now: DateTime) -> State {
        if self.week.iter().all(|day| *day == Some((0, DAY_MINUTES))) {
            return State::Always;
        }
        // Yesterday's hours may last past midnight; within a week every hour comes round.
        let days = (-1..=7).filter_map(|ahead| {
            let date = now.date().checked_add(i64::from(ahead).days()).ok()?;
            let (opens, closes) = self.week[usize::from(date.weekday().to_monday_zero_offset().unsigned_abs())]?;
            let at = |minutes: u16| {
                date.to_datetime(Time::midnight()).checked_add(SignedDuration::from_mins(i64::from(minutes))).ok()
            };
            Some((at(opens)?, at(closes)?))
        });
        let next = days.filter(|(_, closes)| now < *closes).min();
        match next {
            Some((opens, closes)) if opens <= now => State::Open { until: self.joined(closes) },
            Some((opens, _)) => State::Closed { opens },
            None => State::Closed { opens: now },
        }
    }

    /// Hours until midnight go on when the next day begins with midnight.
    fn joined(&self, closes: DateTime) -> DateTime {
        let day = usize::from(closes.weekday().to_monday_zero_offset().unsigned_abs());
        match self.week[day] {
            Some((0, end)) if closes.time() == Time::midnight() && end < DAY_MINUTES => {
                closes.checked_add(SignedDuration::from_mins(i64::from(end))).unwrap_or(closes)
            }
            _ => closes,
        }
    }
}

impl State {
    pub fn is_open(self) -> bool {
        !matches!(self, Self::Closed { .. })
    }

    /// "Open now until 22:00", as a card says it at `now`.
    pub fn text(self, now: DateTime, language: Language) -> String {
        match (self, language) {
            (Self::Always, Language::English) => "Open 24 hours".into(),
            (Self::Always, Language::Chinese) => "24小时营业".into(),
            (Self::Open { until }, Language::English) => format!("Open now until {}", clock(until)),
            (Self::Open { until }, Language::Chinese) => format!("现在营业，至{}", clock(until)),
            (Self::Closed { opens }, Language::English) => {
                format!("Closed now, opens {} at {}", day(opens, now, language), clock(opens))
            }
            (Self::Closed { opens }, Language::Chinese) => {
                format!("现已关门，{}{}开门", day(opens, now, language), clock(opens))
            }
        }
    }
}

fn clock(at: DateTime) -> String {
    format!("{}:{:02}", at.hour(), at.minute())
}

fn day(at: DateTime, now: DateTime, language: Language) -> &'static str {
    let english = language == Language::English;
    if at.date() == now.date() {
        return if english { "today" } else { "今天" };
    }
    if now.date().tomorrow().is_ok_and(|tomorrow| tomorrow == at.date()) {
        return if english { "tomorrow" } else { "明天" };
    }
    match (at.weekday(), english) {
        (Weekday::Monday, true) => "on Monday",
        (Weekday::Tuesday, true) => "on Tuesday",
        (Weekday::Wednesday, true) => "on Wednesday",
        (Weekday::Thursday, true) => "on Thursday",
        (Weekday::Friday, true) => "on Friday",
        (Weekday::Saturday, true) => "on Saturday",
        (Weekday::Sunday, true) => "on Sunday",
        (weekday, false) => DAYS.iter().find(|(known, ..)| *known == weekday).map_or("", |(_, _, chinese)| chinese),
    }
}

/// The days a part speaks of, Monday as 0, and the rest; without days, all seven.
fn days(part: &str) -> Option<(std::ops::RangeInclusive<usize>, &str)> {
    let Some((first, rest)) = one_day(part) else { return Some((0..=6, part)) };
    let after = rest.strip_prefix(['-', '–', '至']);
    let Some((last, rest)) = after.and_then(one_day) else { return Some((first..=first, rest.trim())) };
    (first < last).then_some((first..=last, rest.trim()))
}

fn one_day(text: &str) -> Option<(usize, &str)> {
    DAYS.iter().enumerate().find_map(|(index, (_, english, chinese))| {
        let rest = text.strip_prefix(english).or_else(|| text.strip_prefix(chinese))?;
        Some((index, rest))
    })
}

/// Begin and end in minutes; an end not after the beginning is in the next day.
fn span(text: &str) -> Option<(u16, u16)> {
    if ["24 hours", "24小时"].contains(&text) {
        return Some((0, DAY_MINUTES));
    }
    let (opens, closes) = text.split_once(['-', '–'])?;
    let (closes, is_next_day) = closes.strip_prefix("次日").map_or((closes, false), |closes| (closes, true));
    let (opens, closes) = (minutes(opens)?, minutes(closes)?);
    let closes = if is_next_day || closes <= opens { closes + DAY_MINUTES } else { closes };
    (opens < DAY_MINUTES && closes - opens <= DAY_MINUTES).then_some((opens, closes))
}

/// `9:00`, `24:00`, `9 am`, `4:30 pm`, `12 noon`.
fn minutes(text: &str) -> Option<u16> {
    let (clock, half) = text.trim().split_once(' ').map_or((text.trim(), ""), |(clock, half)| (clock, half));
    if half.is_empty() && !clock.contains(':') {
        return None;
    }
    let (hour, minute) = clock.split_once(':').unwrap_or((clock, "0"));
    let (hour, minute): (u16, u16) = (hour.parse().ok()?, minute.parse().ok()?);
    let hour = match half {
        "" if hour <= 24 => hour,
        "noon" if hour == 12 => 12,
        "am" if (1..=12).contains(&hour) => hour % 12,
        "pm" if (1..=12).contains(&hour) => hour % 12 + 12,
        _ => return None,
    };
    (minute < 60 && hour * 60 + minute <= DAY_MINUTES).then_some(hour * 60 + minute)
}

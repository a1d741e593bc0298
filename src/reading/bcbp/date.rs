//! Which year a day of the year means. Pure: today is given.

use jiff::civil::Date;

/// Years around today that are looked at: a 29 February's neighbours are four years off, eight around 2100.
const YEARS: i16 = 8;

/// How long before its issue a pass may say it flies, days: clocks of two time zones.
const BEFORE_ISSUE_DAYS: i32 = 1;

/// Day `day` (1 to 366) of the year that brings it nearest to `today`; of two equally near, the coming one.
pub fn nearest(day: u16, today: Date) -> Option<Date> {
    candidates(day, today).min_by_key(|date| {
        let days = days_after(*date, today);
        (days.abs(), days < 0)
    })
}

/// The day of issue: the last digit of its year, and the day. Nearest to `today`, within the decade.
pub fn issued(year_digit: u16, day: u16, today: Date) -> Option<Date> {
    candidates(day, today)
        .filter(|date| date.year().rem_euclid(10) == year_digit as i16)
        .min_by_key(|date| days_after(*date, today).abs())
}

/// The first day `day` of a year that is not before its pass was `issued`.
pub fn from_issue(day: u16, issued: Date) -> Option<Date> {
    candidates(day, issued).filter(|date| days_after(*date, issued) >= -BEFORE_ISSUE_DAYS).min()
}

fn candidates(day: u16, about: Date) -> impl Iterator<Item = Date> {
    (-YEARS..=YEARS).filter_map(move |years| {
        let first = Date::new(about.year().checked_add(years)?, 1, 1).ok()?;
        let date = first.checked_add(jiff::Span::new().days(i64::from(day) - 1)).ok()?;
        (day > 0 && date.year() == first.year()).then_some(date)
    })
}

fn days_after(one: Date, other: Date) -> i32 {
    other.until(one).map_or(i32::MAX, |span| span.get_days())
}

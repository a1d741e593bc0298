//! Counts through the file and back, a full disk, a killed program, and clocks that jump.

use std::path::Path;

use super::*;
use crate::domain::{Language, Route, Way};
use crate::telemetry::seen::{Feeling, Stages};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn turn(route: Route, first_word_ms: f64, feeling: Feeling) -> TurnSeen {
    let stages = Stages { answer: Some(first_word_ms), ..Stages::default() };
    TurnSeen { route, way: Way::Typed, language: Language::English, feeling, stages }
}

fn open(folder: &Path) -> StatisticsStore {
    StatisticsStore::open(&folder.join("statistics.db")).unwrap()
}

/// Counts one turn at `now` and writes it.
fn count(store: &mut StatisticsStore, now: Timestamp) {
    let statistics = Statistics::default();
    statistics.turn(now, &turn(Route::Answer, 100.0, Feeling::Calm));
    write(store, &statistics.take(), now).unwrap();
}

fn questions(store: &mut StatisticsStore, span: Span, now: Timestamp) -> u64 {
    report(store, span, now).unwrap().series.iter().map(|point| point.questions).sum()
}

#[test]
fn a_day_is_counted_flushed_twice_and_read_back() {
    let folder = tempfile::tempdir().unwrap();
    let now = at("2026-11-23T08:59:00Z");
    let statistics = Statistics::default();
    for _ in 0..2 {
        let mut store = open(folder.path());
        statistics.turn(now, &turn(Route::Answer, 90.0, Feeling::Calm));
        statistics.turn(now, &turn(Route::Decline, 4_000.0, Feeling::Upset));
        statistics.refused(now, Refusal::Busy);
        statistics.refused(now, Refusal::Input);
        statistics.handed_over(now);
        write(&mut store, &statistics.take(), now).unwrap();
    }
    assert!(statistics.take().is_empty());
    let report = report(&mut open(folder.path()), Span::Day, at("2026-11-23T09:05:00Z")).unwrap();
    assert_eq!((report.step_s, report.series.len()), (3_600, 24));
    let point = &report.series[22];
    assert_eq!((point.at.as_str(), point.questions), ("2026-11-23T08:00:00Z", 4));
    assert_eq!(point.routes, Routes { answer: 2, decline: 2, ..Routes::default() });
    assert_eq!((point.refused, point.handed_over), (2, 2));
    assert_eq!(point.mood, Moods { calm: 2, uneasy: 0, upset: 2 });
    assert_eq!(point.first_word_ms, Some(FirstWord { median: 100.0, p95: 4_800.0 }));
    assert_eq!(report.series[23].first_word_ms, None);
}

#[test]
fn a_month_is_drawn_by_days() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(folder.path());
    for hour in ["2026-11-22T00:00:00Z", "2026-11-22T23:59:59Z", "2026-11-23T00:00:00Z", "2026-10-24T12:00:00Z"] {
        count(&mut store, at(hour));
    }
    let report = report(&mut store, Span::Month, at("2026-11-23T09:00:00Z")).unwrap();
    assert_eq!((report.step_s, report.series.len()), (86_400, 30));
    let days: Vec<u64> = report.series.iter().map(|point| point.questions).filter(|&count| count > 0).collect();
    assert_eq!(days, [2, 1], "the first day of thirty is 25 October");
    assert_eq!(report.series[29].at, "2026-11-23T00:00:00Z");
    assert_eq!(Span::of_days(30), Some(Span::Month));
    assert_eq!(Span::of_days(2), None);
}

#[test]
fn what_cannot_be_written_is_kept_for_the_next_time_and_bounded() {
    let now = at("2026-11-23T08:00:00Z");
    let statistics = Statistics::default();
    statistics.handed_over(now);
    let taken = statistics.take();
    statistics.handed_over(now);
    statistics.give_back(taken);
    assert_eq!(statistics.take().values().map(|hour| hour.handed_over).collect::<Vec<_>>(), [2]);
    for hour in 0..100 {
        statistics.handed_over(at("2026-11-01T00:00:00Z") + jiff::SignedDuration::from_hours(hour));
    }
    assert_eq!(statistics.take().len(), WAITING_MAX);
}

#[test]
fn a_clock_a_year_ahead_costs_hardly_anything_of_what_was_counted() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(folder.path());
    let real = at("2026-11-23T08:00:00Z");
    let year = jiff::SignedDuration::from_hours(365 * 24);
    for hour in 0..100 {
        // Half of a hundred days that a cut at the wrong time would erase, the other half of this week.
        count(&mut store, real - jiff::SignedDuration::from_hours(90 * 24 + hour));
        count(&mut store, real - jiff::SignedDuration::from_hours(hour));
    }
    for hour in 0..10 {
        count(&mut store, real + year + jiff::SignedDuration::from_hours(hour));
    }
    assert_eq!(questions(&mut store, Span::Week, real), 100, "this week is whole and the future is not shown");
    assert_eq!(store.read(0..=i64::MAX).unwrap().len(), 200 + 10 - 20, "two of the oldest went with each flush");
    for hour in 1..5 {
        count(&mut store, real - year + jiff::SignedDuration::from_hours(hour));
    }
    assert_eq!(questions(&mut store, Span::Week, real), 100);
    assert_eq!(questions(&mut store, Span::Day, real - year + jiff::SignedDuration::from_hours(5)), 4);
}

#[test]
fn absurd_clocks_count_nothing() {
    let statistics = Statistics::default();
    for moment in ["1970-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "2024-12-31T23:59:59Z", "2100-01-02T00:00:00Z"] {
        statistics.handed_over(at(moment));
    }
    statistics.handed_over(Timestamp::MAX);
    statistics.handed_over(Timestamp::MIN);
    assert!(statistics.take().is_empty());
    statistics.handed_over(at("2025-01-01T00:00:00Z"));
    assert_eq!(statistics.take().len(), 1);
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(questions(&mut open(folder.path()), Span::Month, Timestamp::MIN), 0);
    assert_eq!(questions(&mut open(folder.path()), Span::Month, Timestamp::MAX), 0);
}

#[test]
fn hours_are_forgotten_after_four_hundred_days() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(folder.path());
    let now = at("2026-11-23T08:00:00Z");
    let days = |days: i64| now - jiff::SignedDuration::from_hours(24 * days);
    for ago in [401, 399] {
        count(&mut store, days(ago));
    }
    count(&mut store, now);
    let left: Vec<i64> = store.read(0..=i64::MAX).unwrap().into_iter().map(|(hour, _)| hour).collect();
    assert_eq!(left, [days(399), now].map(|at| at.as_second() / 3_600));
}

#[test]
fn a_purge_takes_every_hour_before_its_time_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(folder.path());
    let now = at("2026-11-23T08:00:00Z");
    let hours = |hours: i64| now - jiff::SignedDuration::from_hours(hours);
    for ago in [0, 1, 30, 31, 32, 33] {
        count(&mut store, hours(ago));
    }
    assert_eq!(forget_before(&mut store, hours(30)).unwrap(), 3);
    let left: Vec<i64> = store.read(0..=i64::MAX).unwrap().into_iter().map(|(hour, _)| hour).collect();
    assert_eq!(left, [hours(30), hours(1), now].map(|at| at.as_second() / 3_600));
}

#[test]
fn a_row_that_cannot_be_read_costs_itself_alone() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(folder.path());
    let now = at("2026-11-23T08:00:00Z");
    let hour = now.as_second() / 3_600;
    let bodies = ["{", "[1,2]", "{\"questions\":-3}", &"9".repeat(5_000)];
    for (number, body) in (1i64..).zip(bodies) {
        store.update(&[hour - number], &mut |_, _| body.to_string()).unwrap();
    }
    let most = r#"{"questions":18446744073709551615,"first_word":[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1],"new":7}"#;
    store.update(&[hour], &mut |_, _| most.into()).unwrap();
    count(&mut store, now);
    let report = report(&mut store, Span::Day, now).unwrap();
    assert_eq!(report.series[23].questions, u64::MAX);
    assert!(report.series[..23].iter().all(|point| point.questions == 0));
    assert!(report.series[23].first_word_ms.is_some());
}

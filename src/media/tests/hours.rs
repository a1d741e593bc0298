//! Opening hours, and all that ship in both languages.

use std::collections::BTreeMap;

use jiff::civil::DateTime;

use super::{EN, ZH};
use crate::media::Hours;

fn said(hours: &str, now: &str) -> (String, String) {
    let now: DateTime = now.parse().expect("a local time");
    let state = Hours::parse(hours).unwrap_or_else(|| panic!("{hours} is understood")).state(now);
    (state.text(now, EN), state.text(now, ZH))
}

#[test]
fn hours_say_until_when_in_both_languages() {
    // The 23rd of November 2026 is a Monday.
    let bank = "Mon-Fri 9 am-4:30 pm, Sat 9 am-12:30 pm";
    let cases = [
        ("07:00-22:00", "2026-11-23T12:00", "Open now until 22:00", "现在营业，至22:00"),
        ("07:00-22:00", "2026-11-23T22:00", "Closed now, opens tomorrow at 7:00", "现已关门，明天7:00开门"),
        ("07:00-22:00", "2026-11-23T06:59", "Closed now, opens today at 7:00", "现已关门，今天7:00开门"),
        ("24小时", "2026-11-23T03:00", "Open 24 hours", "24小时营业"),
        ("05:00-00:30", "2026-11-24T00:10", "Open now until 0:30", "现在营业，至0:30"),
        ("5:10-次日0:40", "2026-11-24T00:40", "Closed now, opens today at 5:10", "现已关门，今天5:10开门"),
        ("05:00-24:00", "2026-11-23T23:59", "Open now until 0:00", "现在营业，至0:00"),
        (bank, "2026-11-28T12:00", "Open now until 12:30", "现在营业，至12:30"),
        (bank, "2026-11-28T13:00", "Closed now, opens on Monday at 9:00", "现已关门，周一9:00开门"),
        ("周一至周五9:00-16:00", "2026-11-27T16:00", "Closed now, opens on Monday at 9:00", "现已关门，周一9:00开门"),
    ];
    for (hours, now, english, chinese) in cases {
        assert_eq!(said(hours, now), (english.to_owned(), chinese.to_owned()), "{hours} at {now}");
    }
}

#[test]
fn what_is_not_understood_to_the_last_word_is_left_alone() {
    let cases = [
        "",
        "-",
        "T1 24 hours; T2 06:00-24:00",
        "Mon-Fri 9 am-4 pm, by appointment",
        "555 0199, 24 hours",
        "25:00-26:00",
        "9-5",
        "13 pm-2 pm",
        "Fri-Mon 9 am-4 pm",
        "9:00-12:00, 13:00-17:00",
        "9:99-10:00",
        "24小时；湾鲜超市7:00-23:00",
    ];
    for hours in cases {
        assert_eq!(Hours::parse(hours), None, "{hours}");
    }
    assert_eq!(Hours::parse(&"9".repeat(1_000_000)), None);
}

#[test]
fn items_open_and_close_alike_in_both_languages() {
    let mut understood = 0;
    for site in ["airport", "bank"] {
        let hours = |language: &str| -> BTreeMap<String, String> {
            let path = format!("firmware-config/sites/{site}/items.{language}.jsonl");
            let lines = std::fs::read_to_string(path).expect("the items ship");
            let items = lines.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
            items.filter_map(|item| Some((item["id"].as_str()?.into(), item["hours"].as_str()?.into()))).collect()
        };
        let (english, chinese) = (hours("en"), hours("zh"));
        assert!(english.len() > 20);
        for (id, words) in &english {
            assert_eq!(Hours::parse(words), Hours::parse(&chinese[id]), "{id}: {words} / {}", chinese[id]);
            understood += usize::from(Hours::parse(words).is_some());
        }
    }
    assert!(understood >= 70, "{understood} understood");
}

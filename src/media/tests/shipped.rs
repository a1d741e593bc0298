//! Both shipped maps: whole, reachable, and of one mind with the approved answers.

use std::collections::BTreeSet;

use super::{EN, ZH, airport, shipped};
use crate::domain::{Language, is_han};
use crate::media::journey::Climb;
use crate::media::{Action, Kind, Map};

const SITES: [(&str, &str, usize); 2] = [("airport", "kiosk-c", 200), ("bank", "kiosk-lobby", 30)];

fn minutes(map: &Map, from: &str, to: &str) -> u64 {
    let journey = map.route(from, to, false).unwrap_or_else(|error| panic!("{error}"));
    crate::media::words::whole_minutes(journey.seconds)
}

#[test]
fn every_place_is_reached_and_told_in_both_languages() {
    for (site, kiosk, least) in SITES {
        let map = shipped(site);
        assert!(map.places().len() >= least, "{site} has {} places", map.places().len());
        for place in map.places().iter().filter(|place| !place.arriving) {
            for step_free in [false, true].into_iter().filter(|step_free| place.step_free || !step_free) {
                let journey = map.route(kiosk, &place.id, step_free).unwrap_or_else(|error| panic!("{error}"));
                assert!(journey.steps.len() <= 24, "{}: {} steps", place.id, journey.steps.len());
                for step in &journey.steps {
                    let by_stairs = matches!(step.action, Action::Climb { by, .. } if by != Climb::Lift);
                    assert!(!(step_free && by_stairs), "{}: {}", place.id, step.text(EN));
                    let (english, chinese) = (step.text(EN), step.text(ZH));
                    assert!(english.ends_with('.') && !english.chars().any(is_han), "{english}");
                    assert!(chinese.ends_with('。') && chinese.chars().any(is_han), "{chinese}");
                }
            }
        }
    }
}

#[test]
fn items_of_places_are_items_of_the_site() {
    for (site, ..) in SITES {
        for language in ["en", "zh"] {
            let path = format!("firmware-config/sites/{site}/items.{language}.jsonl");
            let lines = std::fs::read_to_string(path).expect("the items ship");
            let id = |line: &str| {
                serde_json::from_str::<serde_json::Value>(line).expect("an item a line")["id"]
                    .as_str()
                    .expect("an id")
                    .to_owned()
            };
            let known: BTreeSet<String> = lines.lines().filter(|line| !line.trim().is_empty()).map(id).collect();
            for place in shipped(site).places() {
                for item in &place.items {
                    assert!(known.contains(item), "{site}: '{}' belongs to no item '{item}'", place.id);
                }
            }
        }
    }
}

#[test]
fn times_agree_with_the_approved_answers() {
    let map = airport();
    // Item by item: what it says from here, or from the end of security.
    let from_here = [("information", 1), ("security", 2), ("toilets-d", 1), ("coffee-b", 1), ("baylink-t1", 3)];
    for (place, said) in from_here {
        assert!(minutes(&map, "kiosk-c", place).abs_diff(said) <= 1, "{place}: {}", minutes(&map, "kiosk-c", place));
    }
    let (t1, t2) = (seconds_to_security(&map, "security"), seconds_to_security(&map, "t2-security"));
    let gates = [("gate-b22", 11, t1), ("gate-b5", 4, t1), ("gate-a12", 7, t1), ("gate-a20", 11, t1)];
    let beyond = [("gate-c14", 6, t2), ("gate-c3", 2, t2), ("gate-d7", 8, t2), ("gate-d11", 10, t2)];
    for (gate, said, security) in gates.into_iter().chain(beyond) {
        let seconds = map.route("kiosk-c", gate, false).expect("a way").seconds - security;
        let told = crate::media::words::whole_minutes(seconds);
        assert!(told.abs_diff(said) <= 1, "{gate}: {told} minutes after security, the item says {said}");
    }
    let to_t2 = map.route("kiosk-c", "gate-c14", false).expect("a way");
    assert!(to_t2.has_ride && to_t2.seconds < 25.0 * 60.0, "the item allows 25 minutes with the queue");
}

/// Seconds to the far end of a security hall; it is 55 m deep in both terminals.
fn seconds_to_security(map: &Map, security: &str) -> f64 {
    map.route("kiosk-c", security, false).expect("a way").seconds + 55.0 / 1.2
}

#[test]
fn what_visitors_say_finds_the_place_nearest_one_first() {
    let map = airport();
    let cases: [(&str, Language, &str); 16] = [
        ("B22", EN, "gate-b22"),
        ("where is gate b 22?", EN, "gate-b22"),
        ("请问Ｂ２２登机口怎么走", ZH, "gate-b22"),
        ("information desk", EN, "information"),
        ("问询台在哪里", ZH, "information"),
        ("ATM", EN, "cash-island-b"),
        ("取款机", ZH, "cash-island-b"),
        ("厕所在哪", ZH, "toilets-d"),
        ("how do I get to the train", EN, "train"),
        ("去市区的火车站", ZH, "train"),
        ("打车", ZH, "taxi"),
        ("a doctor", EN, "medical"),
        ("left luggage", EN, "left-luggage"),
        ("Tidewater Lounge", EN, "tidewater"),
        ("island D", EN, "island-d"),
        ("湾汇外币兑换", ZH, "exchange-b"),
    ];
    for (words, language, id) in cases {
        let found: Vec<&str> = map.find(words, language, "kiosk-c").iter().map(|place| place.id.as_str()).collect();
        assert_eq!(found.first().copied(), Some(id), "{words}: {found:?}");
    }
    assert!(map.find("", EN, "kiosk-c").is_empty() && map.find("?!", ZH, "kiosk-c").is_empty());
    assert!(map.find("why is the sky blue", EN, "kiosk-c").is_empty());
    assert!(map.find(&"x".repeat(100_000), EN, "kiosk-c").is_empty());
    let gates = map.find("gate", EN, "kiosk-c");
    assert!(gates.len() <= crate::media::find::FOUND_MAX && gates.iter().all(|place| place.kind == Kind::Gate));
}

#[test]
fn an_item_leads_to_its_nearest_place() {
    let map = airport();
    let found: Vec<&str> = map.places_of_item("atm", "kiosk-c").iter().map(|place| place.id.as_str()).collect();
    assert_eq!(found, ["cash-island-b", "cash-1", "cash-a3", "t2-cash", "t2-cash-c4"]);
    assert!(map.places_of_item("liquids", "kiosk-c").is_empty());
}

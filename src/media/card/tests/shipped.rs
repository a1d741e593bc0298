//! What ships: both sites, all items, both languages.

use super::{EN, ZH, built_in, drawn, item, items, site, texts};
use crate::domain::Language;
use crate::media::card::{CameraFacts, CardKind, Facts, Status, samples};

/// Letters and digits alone: labels stand beside their values in a drawing and before them in words.
fn bare(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).collect()
}

#[test]
fn every_item_that_has_facts_is_drawn_and_all_of_it_is_told() {
    let now = "2026-11-23T14:00".parse().expect("a local time");
    for name in ["airport", "bank"] {
        let templates = site(name);
        for language in Language::ALL {
            let mut cards = 0;
            for item in items(name, language) {
                let Some(facts) = Facts::from_item(&item, now) else {
                    assert!(item.place.is_none() && item.hours.is_none() && item.fees.is_none(), "{}", item.id);
                    continue;
                };
                let card = drawn(&templates, &facts, language);
                let told = bare(&card.alt);
                let of_site = bare(if language == EN {
                    "Lantern Bay International Airport Harbour & Vale Bank, Quay Street branch"
                } else {
                    "澜湾国际机场 海岳银行码头街支行"
                });
                for text in texts(&card.svg) {
                    let text = bare(&text);
                    assert!(
                        told.contains(&text) || of_site.contains(&text),
                        "{}: '{text}' is not in '{told}'",
                        item.id
                    );
                }
                assert!(card.width == 960 && card.height < 1_900, "{}: {} high", item.id, card.height);
                cards += 1;
            }
            assert!(cards > 120, "{cards} cards of {name}");
        }
    }
}

#[test]
fn hours_are_those_of_this_minute() {
    let templates = site("bank");
    let status = |language, now: &str| {
        let facts = Facts::from_item(&item("bank", language, "opening-hours"), now.parse().expect("a local time"));
        drawn(&templates, &facts.expect("it has hours"), language)
    };
    // The 23rd of November 2026 is a Monday, the 29th a Sunday.
    for (language, now, said) in [
        (EN, "2026-11-23T14:00", "Open now until 16:30"),
        (EN, "2026-11-29T14:00", "Closed now, opens tomorrow at 9:00"),
        (ZH, "2026-11-23T14:00", "现在营业，至16:30"),
        (ZH, "2026-11-29T14:00", "现已关门，明天9:00开门"),
    ] {
        let card = status(language, now);
        assert!(texts(&card.svg).iter().any(|text| text == said), "{now}: {:?}", texts(&card.svg));
        assert!(card.alt.contains(said) && card.lines.iter().any(|line| line == said), "{}", card.alt);
    }
    // Two places, two hours: nothing is computed, the words stand.
    let now = "2026-11-23T14:00".parse().expect("a local time");
    let two =
        items("airport", EN).into_iter().find(|item| item.hours.as_deref().is_some_and(|hours| hours.contains("; ")));
    let Some(Facts::Card(facts)) = two.and_then(|item| Facts::from_item(&item, now)) else { panic!("no card") };
    assert_eq!(facts.status, None, "{:?}", facts.hours);
}

#[test]
fn a_price_list_becomes_a_table_with_its_unit() {
    let now = "2026-11-23T14:00".parse().expect("a local time");
    let Some(Facts::Fees(facts)) = Facts::from_item(&item("airport", ZH, "left-luggage-fees"), now) else {
        panic!("no table");
    };
    assert_eq!(facts.head, ["项目", "每天价格"]);
    assert_eq!(facts.rows[1], ["行李箱", "$12"]);
    let card = drawn(&site("airport"), &Facts::Fees(facts), ZH);
    assert!(card.alt.contains("行李箱，每天价格：$12。") && card.alt.contains("4小时内半价"), "{}", card.alt);
}

#[test]
fn samples_are_told_whole_and_a_clips_frame_leaves_room() {
    for templates in [built_in(), site("airport"), site("bank")] {
        for facts in samples::all() {
            let card = drawn(&templates, &facts, ZH);
            assert!(card.alt.len() < 60 * 1_700, "{} bytes", card.alt.len());
            let is_clip = !card.kind.areas().is_empty();
            assert_eq!((card.width, card.height) == (1280, 720), is_clip);
            for name in card.kind.areas() {
                let area = card.areas[*name];
                assert!(
                    area.width > 600.0 && area.x + area.width <= 1280.0 && area.y + area.height <= 720.0,
                    "{area:?}"
                );
            }
        }
    }
    let steps = samples::all().into_iter().find(|facts| facts.kind() == CardKind::ClipSteps).expect("a sample");
    let card = drawn(&built_in(), &steps, EN);
    assert!((1..=7).all(|number| card.areas.contains_key(&format!("step-{number}"))), "{:?}", card.areas);
}

#[test]
fn a_camera_is_live_only_when_it_is_and_is_labelled_in_words() {
    let facts = CameraFacts {
        title: "Mochi".into(),
        place: "Hold 3".into(),
        time: "23 Nov, 14:22:05".into(),
        status: Some(Status { text: "Loaded and well".into(), is_good: true }),
        values: vec![("Temperature".into(), "19 °C".into())],
        ..CameraFacts::default()
    };
    let recorded = drawn(&site("airport"), &Facts::ClipCamera(facts.clone()), EN);
    let shown = texts(&recorded.svg);
    for said in ["Recorded", "Hold 3 · 23 Nov, 14:22:05", "19 °C", "Mochi"] {
        assert!(shown.iter().any(|text| text == said), "{said}: {shown:?}");
    }
    // The label itself is drawn by the clip, over everything.
    assert!(!shown.contains(&"Live".to_owned()) && recorded.alt.contains("AI-made explanation"));
    let live = drawn(&site("airport"), &Facts::ClipCamera(CameraFacts { is_live: true, ..facts }), ZH);
    assert!(texts(&live.svg).contains(&"实时".to_owned()) && !texts(&live.svg).contains(&"录像".to_owned()));
}

//! Facts that strangers wrote: markup, directions, far too much, pictures that are none.

use super::{EN, ZH, drawn, site, texts};
use crate::media::card::{BagFacts, Card, Embedded, Facts, PlaceFacts, StepFacts, TextFacts};

fn titled(title: &str) -> Card {
    drawn(&site("airport"), &Facts::Card(PlaceFacts { title: title.into(), ..PlaceFacts::default() }), EN)
}

#[test]
fn facts_are_words_whatever_they_say() {
    let words = "<script>alert('1')</script>{{ 7*7 }}{% raw %}]]>&#x3c;!--";
    let card = titled(words);
    assert!(!card.svg.contains("<script") && !card.svg.contains("49"));
    assert_eq!(card.title, words);
    assert!(texts(&card.svg).concat().contains("{{ 7*7 }}"));
    let turned = titled("Gate \u{202e}22B\u{2066}\u{0}\u{200b}");
    assert_eq!(turned.title, "Gate 22B");
    assert!(turned.svg.chars().all(|c| !('\u{202a}'..='\u{202e}').contains(&c) && c != '\u{0}'));
}

#[test]
fn too_much_is_cut_and_says_so() {
    let long = "长".repeat(10_000);
    let card = drawn(
        &site("bank"),
        &Facts::Text(TextFacts { title: long.clone(), lines: vec![long.clone(); 1_000], note: Some(long) }),
        ZH,
    );
    assert!(card.height < 1_900 && card.svg.len() < 100_000, "{} high, {} bytes", card.height, card.svg.len());
    assert!(texts(&card.svg).iter().filter(|text| text.ends_with('…')).count() >= 7);
    assert!(card.lines.len() <= 60);
    let steps = vec!["Go on.".to_owned(); 12];
    let card = drawn(&site("bank"), &Facts::Steps(StepFacts { steps, ..StepFacts::default() }), EN);
    assert!(texts(&card.svg).contains(&"5 more steps in the answer".to_owned()));
    assert!(card.alt.contains("12. Go on."), "{}", card.alt);
}

#[test]
fn old_news_is_called_old() {
    let facts = BagFacts { name: "Mochi".into(), as_of: Some("14:05".into()), is_stale: true, ..BagFacts::default() };
    let card = drawn(&site("airport"), &Facts::Bag(facts), EN);
    assert!(card.alt.contains("The service does not answer. Last known:") && card.alt.contains("As of: 14:05."));
    assert!(texts(&card.svg).contains(&"As of 14:05".to_owned()));
}

/// A PNG's beginning; nothing reads on.
fn png(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".to_vec();
    bytes.extend(width.to_be_bytes());
    bytes.extend(height.to_be_bytes());
    bytes
}

#[test]
fn a_picture_is_small_and_what_it_says_it_is() {
    let jpeg = b"\xff\xd8\xff\xe0\0\x04xx\xff\xc0\0\x0b\x08\0\x10\0\x20".to_vec();
    for good in [png(640, 480), jpeg] {
        let picture = Embedded::new(good).expect("a picture");
        let facts = PlaceFacts { title: "A".into(), picture: Some(picture), ..PlaceFacts::default() };
        let card = drawn(&site("airport"), &Facts::Card(facts), EN);
        assert!(card.svg.contains("href=\"data:image"), "{}", card.svg);
    }
    let svg = b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>".to_vec();
    let bad =
        [png(100_000, 100_000), png(0, 1), b"\xff\xd8\xff".to_vec(), b"GIF89a".to_vec(), svg, vec![0; 500_000], vec![]];
    for bytes in bad {
        assert!(Embedded::new(bytes.clone()).is_none(), "{:?}", bytes.get(..8));
    }
}

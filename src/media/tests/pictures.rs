//! Drawings: well-formed, closed in themselves, and with what a visitor must read.

use roxmltree::Document;

use super::{EN, ZH, shipped, small};
use crate::media::{Map, Scene};

fn scene<'a>(map: &'a Map, kiosk: &str, place: &str) -> Scene<'a> {
    Scene {
        place: map.place(place).expect("a place"),
        route: None,
        here: map.place(kiosk),
        language: EN,
        accent: "#0b6478",
        width: 1080,
        height: 1200,
    }
}

fn texts(drawing: &str) -> Vec<String> {
    let document = Document::parse(drawing).unwrap_or_else(|error| panic!("{error}"));
    let texts = document.descendants().filter(|node| node.has_tag_name("text"));
    texts.filter_map(|node| node.text().map(str::to_owned)).collect()
}

#[test]
fn every_way_of_both_sites_is_drawn_with_its_ends_named() {
    for (site, kiosk) in [("airport", "kiosk-c"), ("bank", "kiosk-lobby")] {
        let map = shipped(site);
        for place in map.places().iter().filter(|place| !place.arriving && place.id != kiosk) {
            let journey = map.route(kiosk, &place.id, false).expect("a way");
            for (language, here) in [(EN, "You are here"), (ZH, "您在这里")] {
                let scene = Scene { route: Some(&journey), language, ..scene(&map, kiosk, &place.id) };
                let drawing = map.draw(&scene);
                let texts = texts(&drawing);
                let name = place.name.get(language);
                // In the heading and beside the pin.
                assert!(texts.iter().filter(|text| *text == name).count() >= 2, "{}: {texts:?}", place.id);
                assert!(texts.iter().any(|text| text == here), "{}: {texts:?}", place.id);
                let outside = ["href", "<script", "<style", "url(", "<image", "NaN", "\"inf"];
                assert!(outside.iter().all(|word| !drawing.contains(word)), "{}", place.id);
                assert!(drawing.len() < 200_000, "{}: {} bytes", place.id, drawing.len());
            }
        }
    }
}

#[test]
fn a_drawing_is_told_to_those_who_do_not_see_it() {
    let map = small();
    let journey = map.route("kiosk", "cafe", true).expect("a way");
    let scene = Scene { route: Some(&journey), language: ZH, ..scene(&map, "kiosk", "cafe") };
    let told = map.describe(&scene);
    assert!(told.starts_with("路线：咖啡馆，二层. 步行约") && told.contains("3. 乘电梯上到二层。"), "{told}");
    let drawing = map.draw(&scene);
    let document = Document::parse(&drawing).expect("well-formed");
    let said = |name| document.descendants().find(|node| node.has_tag_name(name)).and_then(|node| node.text());
    assert_eq!((said("title"), said("desc")), (Some("路线：咖啡馆"), Some(told.as_str())));
    assert_eq!(document.root_element().attribute("lang"), Some("zh"));
}

#[test]
fn names_are_data_and_a_wrong_accent_changes_nothing() {
    let map = small();
    let hostile = Scene { accent: "red\"/><script>", ..scene(&map, "kiosk", "desk") };
    let drawing = map.draw(&hostile);
    assert!(texts(&drawing).contains(&"Desk & <b>".to_owned()));
    assert!(!drawing.contains("<script") && !drawing.contains("<b>"));
    assert_eq!(drawing, map.draw(&scene(&map, "kiosk", "desk")));
}

#[test]
fn labels_do_not_cover_each_other() {
    let map = shipped("airport");
    let journey = map.route("kiosk-c", "gate-b22", false).expect("a way");
    let drawing = map.draw(&Scene { route: Some(&journey), ..scene(&map, "kiosk-c", "gate-b22") });
    let document = Document::parse(&drawing).expect("well-formed");
    let number = |node: &roxmltree::Node, name: &str| node.attribute(name).and_then(|value| value.parse::<f64>().ok());
    // Codes of gates are boxes with rounded corners of five pixels.
    let codes: Vec<[f64; 4]> = document
        .descendants()
        .filter(|node| node.attribute("rx") == Some("5"))
        .filter_map(|node| {
            Some([number(&node, "x")?, number(&node, "y")?, number(&node, "width")?, number(&node, "height")?])
        })
        .collect();
    assert!(codes.len() > 20, "{} codes", codes.len());
    for (index, one) in codes.iter().enumerate() {
        for other in &codes[index + 1..] {
            let apart = (0..2)
                .any(|axis| one[axis] + one[axis + 2] <= other[axis] || other[axis] + other[axis + 2] <= one[axis]);
            assert!(apart, "{one:?} covers {other:?}");
        }
    }
}

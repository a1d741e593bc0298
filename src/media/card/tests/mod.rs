//! The room through its door: what ships, facts of every kind, and templates that must be refused.

mod data;
mod hostile;
mod shipped;

use std::path::Path;

use super::{CardError, Facts, Templates};
use crate::domain::{Item, Language};

const EN: Language = Language::English;
const ZH: Language = Language::Chinese;

/// A site's templates; the tests run in the checkout.
fn site(name: &str) -> Templates {
    let folder = Path::new("firmware-config/sites").join(name).join("media");
    Templates::open(&folder, &Language::ALL).unwrap_or_else(|error| panic!("{error}"))
}

/// Ours, without any file of a site.
fn built_in() -> Templates {
    Templates::open(Path::new("no-such-folder"), &Language::ALL).unwrap_or_else(|error| panic!("{error}"))
}

/// Templates of a folder with one file.
fn open_with(name: &str, bytes: &[u8]) -> Result<Templates, CardError> {
    let folder = tempfile::tempdir().expect("a folder of its own");
    std::fs::write(folder.path().join(name), bytes).expect("written");
    Templates::open(folder.path(), &Language::ALL)
}

fn items(site: &str, language: Language) -> Vec<Item> {
    let path = format!("firmware-config/sites/{site}/items.{}.jsonl", language.code());
    let lines = std::fs::read_to_string(path).expect("the items ship");
    let item = |line: &str| {
        let typed: serde_json::Value = serde_json::from_str(line).expect("an item a line");
        let text = |name: &str| typed[name].as_str().map(str::to_owned);
        let texts = |name: &str| {
            let list = typed[name].as_array().into_iter().flatten();
            list.filter_map(|text| text.as_str().map(str::to_owned)).collect()
        };
        Item {
            id: text("id").expect("an id"),
            language,
            questions: texts("questions"),
            answer: text("answer").expect("an answer"),
            tags: texts("tags"),
            valid_from: None,
            valid_until: text("valid_until").and_then(|date| format!("{date}T23:59:59").parse().ok()),
            media: None,
            place: text("place"),
            hours: text("hours"),
            fees: text("fees"),
        }
    };
    lines.lines().filter(|line| !line.trim().is_empty()).map(item).collect()
}

fn item(site: &str, language: Language, id: &str) -> Item {
    items(site, language).into_iter().find(|item| item.id == id).unwrap_or_else(|| panic!("no item {id}"))
}

/// The texts that a drawing shows.
fn texts(svg: &str) -> Vec<String> {
    let document = roxmltree::Document::parse(svg).unwrap_or_else(|error| panic!("{error}"));
    let texts = document.descendants().filter(|node| node.has_tag_name("text"));
    texts.filter_map(|node| node.text().map(str::to_owned)).collect()
}

fn drawn(templates: &Templates, facts: &Facts, language: Language) -> super::Card {
    templates.draw(facts, language).unwrap_or_else(|error| panic!("{error}"))
}

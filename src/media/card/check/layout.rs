//! Where text lies: inside the card, not over other text, not under a moving picture. Estimates, on the safe side.

use std::collections::BTreeMap;

use roxmltree::{Document, Node};

use super::{Area, style};
use crate::media::card::error::{Fault, fault};
use crate::media::card::measure::width;

/// Share of the size that capitals and ideographs reach above the baseline, and descenders below it.
const ABOVE: f64 = 0.76;
const BELOW: f64 = 0.14;
/// Smallest letters, pixels of a card that a phone shows at 37 %: 30 are 11 there.
const SIZE_MIN: f64 = 28.0;
/// The same in a clip, which is shown larger.
const CLIP_SIZE_MIN: f64 = 20.0;
/// Rounding of the templates' own arithmetic.
const SLACK: f64 = 0.6;

/// A line of text as it lies.
struct Line {
    text: String,
    area: Area,
}

pub(super) fn check(
    document: &Document,
    (width, height): (f64, f64),
    areas: &BTreeMap<String, Area>,
) -> Result<(), Fault> {
    let least = if areas.is_empty() { SIZE_MIN } else { CLIP_SIZE_MIN };
    let texts = document.descendants().filter(|node| node.has_tag_name("text"));
    let lines = texts.map(|node| line(node, least)).collect::<Result<Vec<_>, _>>()?;
    let inside = Area { x: -SLACK, y: -SLACK, width: width + 2.0 * SLACK, height: height + 2.0 * SLACK };
    for (index, one) in lines.iter().enumerate() {
        if !inside.holds(one.area) {
            return Err(about(&one.text, "runs out of the card"));
        }
        if let Some(other) = lines[..index].iter().find(|other| other.area.overlaps(one.area)) {
            return Err(about(&one.text, &format!("covers '{}'", cut(&other.text))));
        }
        let moving = areas.iter().find(|(name, area)| {
            matches!(name.as_str(), "picture" | "map" | "caption" | "progress") && area.overlaps(one.area)
        });
        if let Some((name, _)) = moving {
            return Err(about(&one.text, &format!("lies where the {name} goes")));
        }
    }
    Ok(())
}

fn about(text: &str, what: &str) -> Fault {
    fault(format!("the text '{}' {what}", cut(text)), "lay it out with wrap, fit or cut, and move what is below it")
}

fn cut(text: &str) -> String {
    text.chars().take(40).collect()
}

fn line(node: Node, least: f64) -> Result<Line, Fault> {
    let text: String = node.descendants().filter(Node::is_text).filter_map(|node| node.text()).collect();
    let place =
        |key: &str| node.attribute(key).and_then(style::number).ok_or_else(|| about(&text, &format!("has no {key}")));
    if node.ancestors().any(|above| above.has_attribute("transform")) {
        return Err(about(&text, "is moved by a transform"));
    }
    let (mut wide, mut size) = (0.0, 0.0_f64);
    for run in node.descendants().filter(Node::is_text) {
        let parent = run.parent_element().unwrap_or(node);
        let run_size = inherited(parent, "font-size").and_then(|text| style::number(&text)).unwrap_or(0.0);
        if run_size < least {
            return Err(about(&text, &format!("is smaller than {least} pixels")));
        }
        let spacing = inherited(parent, "letter-spacing").and_then(|text| style::number(&text)).unwrap_or(0.0);
        let is_bold =
            inherited(parent, "font-weight").is_some_and(|weight| !matches!(weight.as_str(), "400" | "normal"));
        let words = run.text().unwrap_or_default();
        wide += width(words, run_size, is_bold) + spacing.max(0.0) * words.chars().count() as f64;
        size = size.max(run_size);
    }
    let (x, y) = (place("x")?, place("y")?);
    let x = match inherited(node, "text-anchor").as_deref() {
        Some("middle") => x - wide / 2.0,
        Some("end") => x - wide,
        _ => x,
    };
    Ok(Line { text, area: Area { x, y: y - ABOVE * size, width: wide, height: (ABOVE + BELOW) * size } })
}

/// The value of a style on the element or the nearest one above it.
fn inherited(node: Node, name: &str) -> Option<String> {
    node.ancestors().find_map(|above| {
        let listed = above.attribute("style").into_iter().flat_map(|list| list.split(';'));
        let of_list = listed.filter_map(|one| one.split_once(':')).find(|(key, _)| key.trim() == name);
        of_list.map(|(_, value)| value.trim()).or_else(|| above.attribute(name)).map(str::to_owned)
    })
}

impl Area {
    fn holds(self, other: Self) -> bool {
        other.x >= self.x
            && other.y >= self.y
            && other.x + other.width <= self.x + self.width
            && other.y + other.height <= self.y + self.height
    }

    fn overlaps(self, other: Self) -> bool {
        self.x + SLACK < other.x + other.width
            && other.x + SLACK < self.x + self.width
            && self.y + SLACK < other.y + other.height
            && other.y + SLACK < self.y + self.height
    }
}

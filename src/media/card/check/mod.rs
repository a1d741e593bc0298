//! What a template made, examined before anybody sees it: only drawing, nothing that runs, fetches, hides or runs over.
//!
//! It knows which elements and attributes are good, and refuses the rest; so it need not know what is bad.

pub(super) mod embedded;
mod layout;
mod style;

use std::collections::BTreeMap;

use roxmltree::{Document, Node, NodeType};

use super::CardKind;
use super::error::{Fault, fault};
use embedded::Embedded;

const SVG: &str = "http://www.w3.org/2000/svg";
const XLINK: &str = "http://www.w3.org/1999/xlink";
const XML: &str = "http://www.w3.org/XML/1998/namespace";
/// Longest card, bytes: one picture and a hundred lines of text.
const BYTES_MAX: usize = 1 << 20;
/// Most elements and deepest nesting; ours need 250 and 6.
const ELEMENTS_MAX: usize = 2_000;
const DEPTH_MAX: usize = 16;
/// Tallest card, pixels: ten rows of four lines.
const HEIGHT_MAX: f64 = 4_000.0;
/// Elements, and the attributes each may have besides the styles.
const ELEMENTS: [(&str, &[&str]); 22] = [
    ("svg", &["viewBox", "width", "height", "role", "lang"]),
    ("title", &[]),
    ("desc", &[]),
    ("defs", &[]),
    ("g", &["transform"]),
    ("symbol", &["viewBox"]),
    ("use", &["href", "x", "y", "width", "height"]),
    ("path", &["d", "transform"]),
    ("rect", &["x", "y", "width", "height", "rx", "ry", "transform"]),
    ("circle", &["cx", "cy", "r", "transform"]),
    ("ellipse", &["cx", "cy", "rx", "ry", "transform"]),
    ("line", &["x1", "y1", "x2", "y2", "transform"]),
    ("polyline", &["points", "transform"]),
    ("polygon", &["points", "transform"]),
    ("text", &["x", "y"]),
    ("tspan", &[]),
    ("image", &["href", "x", "y", "width", "height", "preserveAspectRatio"]),
    ("clipPath", &[]),
    ("linearGradient", &["x1", "y1", "x2", "y2", "gradientUnits"]),
    ("radialGradient", &["cx", "cy", "r", "fx", "fy", "gradientUnits"]),
    ("stop", &["offset"]),
    ("mask", &[]),
];

/// A rectangle, pixels from the upper left corner.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Area {
    pub x: f64,
    pub y: f64,
    pub width: f64,
    pub height: f64,
}

/// What a sound card is.
#[derive(Debug)]
pub(super) struct Sound {
    pub width: u32,
    pub height: u32,
    pub areas: BTreeMap<String, Area>,
}

/// Examines a whole card.
pub(super) fn inspect(svg: &str, kind: CardKind) -> Result<Sound, Fault> {
    if svg.len() > BYTES_MAX {
        return Err(fault(format!("it makes {} bytes", svg.len()), format!("make at most {BYTES_MAX}")));
    }
    let document = parse(svg)?;
    check_elements(&document, true)?;
    let (width, height) = size(document.root_element(), kind)?;
    let areas = areas(&document, kind, (f64::from(width), f64::from(height)))?;
    layout::check(&document, (f64::from(width), f64::from(height)), &areas)?;
    Ok(Sound { width, height, areas })
}

/// Examines a picture inside a card: no picture inside that one, and no text, which nobody measures there.
fn inspect_nested(svg: &str) -> Result<(), Fault> {
    let document = parse(svg)?;
    check_elements(&document, false)?;
    if document.descendants().any(|node| node.has_tag_name("text")) {
        return Err(fault("a picture with text", "turn its text into paths"));
    }
    Ok(())
}

fn parse(svg: &str) -> Result<Document<'_>, Fault> {
    // The parser refuses document type definitions, and so every entity that could grow.
    let document = Document::parse(svg)
        .map_err(|error| fault(format!("it makes no well-formed XML: {error}"), "close every element and quote"))?;
    let root = document.root_element();
    if root.tag_name().name() != "svg" || root.tag_name().namespace() != Some(SVG) {
        return Err(fault("the outermost element is no svg", format!("begin with <svg xmlns=\"{SVG}\" ...>")));
    }
    Ok(document)
}

fn check_elements(document: &Document, may_hold_images: bool) -> Result<(), Fault> {
    let mut symbols = Vec::new();
    let mut uses = Vec::new();
    for (index, node) in document.descendants().enumerate() {
        // The tree's own root is not an element.
        if index > ELEMENTS_MAX * 3 || node.ancestors().count() > DEPTH_MAX + 2 {
            let what = format!("more than {ELEMENTS_MAX} elements, or groups deeper than {DEPTH_MAX}");
            return Err(fault(what, "draw less"));
        }
        match node.node_type() {
            NodeType::PI => return Err(refused("a processing instruction", "<?")),
            NodeType::Element => check_element(node, may_hold_images)?,
            _ => {}
        }
        if node.has_tag_name("symbol") {
            symbols.extend(node.attribute("id"));
        }
        if node.has_tag_name("use") {
            uses.push(node);
        }
    }
    uses.into_iter().try_for_each(|node| check_use(node, &symbols))
}

fn check_element(node: Node, may_hold_images: bool) -> Result<(), Fault> {
    let name = node.tag_name().name();
    let known = ELEMENTS.iter().find(|(known, _)| *known == name && node.tag_name().namespace() == Some(SVG));
    let Some((_, own)) = known else {
        return Err(refused(&format!("<{name}>"), format!("<{name}")));
    };
    if name == "svg" && node.parent_element().is_some() || name == "image" && !may_hold_images {
        return Err(refused(&format!("<{name}> inside another"), format!("<{name}")));
    }
    let is_defined =
        node.ancestors().skip(1).any(|above| matches!(above.tag_name().name(), "symbol" | "clipPath" | "mask"));
    if is_defined && matches!(name, "text" | "use" | "image" | "symbol" | "mask") {
        return Err(refused(&format!("<{name}> inside a symbol, mask or clip path"), format!("<{name}")));
    }
    for attribute in node.attributes() {
        let (key, value) = (attribute.name(), attribute.value());
        let is_good = match attribute.namespace() {
            Some(XLINK) if key == "href" => check_address(name, own, value)?,
            Some(XML) => matches!(key, "lang" | "space"),
            Some(_) => false,
            None if key == "href" => check_address(name, own, value)?,
            None if key == "id" => is_id(value),
            None if key == "style" => style::is_good_list(value),
            None if key == "lang" || key == "role" => is_id(value),
            None if own.contains(&key) => style::is_geometry(key, value),
            None => style::is_good(key, value),
        };
        if !is_good {
            let cut: String = value.chars().take(40).collect();
            return Err(refused(&format!("{key}=\"{cut}\" on <{name}>"), format!("{key}=")));
        }
    }
    Ok(())
}

fn check_address(element: &str, own: &[&str], address: &str) -> Result<bool, Fault> {
    if !own.contains(&"href") {
        return Ok(false);
    }
    if let Some(id) = address.strip_prefix('#') {
        return Ok(element == "use" && is_id(id));
    }
    if element != "image" {
        return Ok(false);
    }
    let picture = Embedded::from_address(address).map_err(|fault| fault.written("<image"))?;
    Ok(!picture.is_svg() || address.len() <= Embedded::BYTES_MAX * 2)
}

/// A use of a use could grow without end; so only a symbol may be used, and a symbol uses nothing.
fn check_use(node: Node, symbols: &[&str]) -> Result<(), Fault> {
    let address = node.attribute("href").or_else(|| node.attribute((XLINK, "href"))).unwrap_or_default();
    match symbols.contains(&address.trim_start_matches('#')) {
        true => Ok(()),
        false => Err(fault(format!("no symbol is called '{address}'"), format!("use one of #{}", symbols.join(", #")))),
    }
}

fn is_id(text: &str) -> bool {
    !text.is_empty() && text.len() <= 60 && text.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c))
}

fn refused(what: &str, written: impl Into<String>) -> Fault {
    fault(format!("{what} may not stand in a card"), "use shapes, text and the attributes that operations.md names")
        .written(written)
}

/// Width and height; the drawing is not scaled inside.
fn size(root: Node, kind: CardKind) -> Result<(u32, u32), Fault> {
    let number = |name: &str| root.attribute(name).and_then(style::number).filter(|number| *number > 0.0);
    let (want_width, want_height) = kind.size();
    let repair = match want_height {
        Some(height) => format!("write width=\"{want_width}\" height=\"{height}\" and the same viewBox"),
        None => format!("write width=\"{want_width}\", a height of at most {HEIGHT_MAX} and the same viewBox"),
    };
    let wrong = || fault("its size is not a card's", repair.clone()).written("<svg");
    let (width, height) = number("width").zip(number("height")).ok_or_else(wrong)?;
    let is_fit = width == f64::from(want_width)
        && want_height.map_or(height <= HEIGHT_MAX, |want| height == f64::from(want))
        && height.fract() == 0.0
        && root.attribute("viewBox") == Some(&format!("0 0 {width} {height}"));
    if is_fit { Ok((width as u32, height as u32)) } else { Err(wrong()) }
}

/// The rectangles called `area-NAME`, all that the kind needs among them.
fn areas(document: &Document, kind: CardKind, (width, height): (f64, f64)) -> Result<BTreeMap<String, Area>, Fault> {
    let mut areas = BTreeMap::new();
    for node in document.descendants().filter(|node| node.has_tag_name("rect")) {
        let Some(name) = node.attribute("id").and_then(|id| id.strip_prefix("area-")) else { continue };
        let number = |key: &str| node.attribute(key).and_then(style::number).unwrap_or(0.0);
        let area = Area { x: number("x"), y: number("y"), width: number("width"), height: number("height") };
        let is_inside =
            area.x >= 0.0 && area.y >= 0.0 && area.x + area.width <= width && area.y + area.height <= height;
        let is_moved = node.ancestors().any(|above| above.has_attribute("transform"));
        if !is_inside || is_moved || area.width < 1.0 || area.height < 1.0 {
            let what = format!("the area '{name}' is empty, moved by a transform, or outside");
            return Err(fault(what, "give its x, y, width and height in pixels").written(format!("area-{name}")));
        }
        areas.insert(name.to_owned(), area);
    }
    match kind.areas().iter().find(|name| !areas.contains_key(**name)) {
        None => Ok(areas),
        Some(name) => {
            let repair = format!("add <rect id=\"area-{name}\" .../> where it goes");
            Err(fault(format!("it leaves no room for the {name}"), repair))
        }
    }
}

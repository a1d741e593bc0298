//! A floor's drawing: shapes of known classes and nothing else, so that it can neither fetch nor run anything.

use roxmltree::{Document, Node};

use super::build::{Fault, fault};
use super::palette;
use crate::base::escape;

const SVG: &str = "http://www.w3.org/2000/svg";
/// Shapes, and the attributes each may have besides `class` and `transform`.
const SHAPES: [(&str, &[&str]); 8] = [
    ("g", &[]),
    ("path", &["d"]),
    ("rect", &["x", "y", "width", "height", "rx", "ry"]),
    ("circle", &["cx", "cy", "r"]),
    ("ellipse", &["cx", "cy", "rx", "ry"]),
    ("line", &["x1", "y1", "x2", "y2"]),
    ("polyline", &["points"]),
    ("polygon", &["points"]),
];
/// Most shapes of a drawing: the airport's largest floor has 300.
const SHAPES_MAX: usize = 5_000;
/// Deepest nesting of groups.
const DEPTH_MAX: usize = 16;
/// Largest floor, metres.
const METRES_MAX: f64 = 10_000.0;

/// A checked floor, in metres.
#[derive(Debug)]
pub(super) struct Drawing {
    pub width: f64,
    pub height: f64,
    /// SVG elements without the outermost one, written anew from what was checked.
    pub shapes: String,
}

impl Drawing {
    /// Larger files are refused unread: the largest of ours has 30 kB.
    pub const BYTES_MAX: u64 = 512 * 1024;

    pub fn parse(text: &str) -> Result<Self, Fault> {
        // The parser refuses document type definitions, and so every entity that could grow.
        let document = Document::parse(text)
            .map_err(|error| fault(format!("not well-formed XML: {error}"), "save it again as plain SVG"))?;
        let root = document.root_element();
        if root.tag_name().name() != "svg" || root.tag_name().namespace() != Some(SVG) {
            return Err(fault("the outermost element is no svg", format!("begin it with <svg xmlns=\"{SVG}\" ...>")));
        }
        let (width, height) = size(root)?;
        let mut shapes = Shapes { document: &document, written: String::new(), count: 0 };
        shapes.write_children(root, 0)?;
        Ok(Self { width, height, shapes: shapes.written })
    }
}

/// Width and height of the view box, which begins at 0, 0.
fn size(root: Node) -> Result<(f64, f64), Fault> {
    let numbers: Vec<f64> = root
        .attribute("viewBox")
        .unwrap_or_default()
        .split([' ', ','])
        .filter(|word| !word.is_empty())
        .filter_map(|word| word.parse().ok())
        .collect();
    match numbers[..] {
        [0.0, 0.0, width, height] if in_bounds(width) && in_bounds(height) => Ok((width, height)),
        _ => Err(fault("its viewBox is not the floor in metres", "write viewBox=\"0 0 WIDTH HEIGHT\"")),
    }
}

fn in_bounds(metres: f64) -> bool {
    metres > 0.0 && metres <= METRES_MAX
}

struct Shapes<'a> {
    document: &'a Document<'a>,
    written: String,
    count: usize,
}

impl Shapes<'_> {
    fn write_children(&mut self, parent: Node, depth: usize) -> Result<(), Fault> {
        for child in parent.children() {
            if child.is_element() {
                self.write(child, depth)?;
            } else if child.is_text() && child.text().is_some_and(|text| !text.trim().is_empty()) {
                return Err(self.at(child, "text", "leave text out: labels come from map.toml in every language"));
            }
        }
        Ok(())
    }

    fn write(&mut self, shape: Node, depth: usize) -> Result<(), Fault> {
        let name = shape.tag_name().name();
        let known = SHAPES.iter().find(|(known, _)| *known == name && shape.tag_name().namespace() == Some(SVG));
        let Some((name, may_have)) = known else {
            let known = SHAPES.map(|(name, _)| name).join(", ");
            return Err(self.at(shape, &format!("<{name}>"), &format!("use only {known}")));
        };
        self.count += 1;
        if self.count > SHAPES_MAX || depth > DEPTH_MAX {
            return Err(fault(
                format!("more than {SHAPES_MAX} shapes, or groups deeper than {DEPTH_MAX}"),
                "leave out what a visitor does not need",
            ));
        }
        self.written += &format!("<{name}{}", self.attributes(shape, may_have)?);
        if *name == "g" {
            self.written += ">";
            self.write_children(shape, depth + 1)?;
            self.written += "</g>";
        } else {
            self.written += "/>";
        }
        Ok(())
    }

    fn attributes(&self, shape: Node, may_have: &[&str]) -> Result<String, Fault> {
        let mut written = String::new();
        for attribute in shape.attributes() {
            let (name, value) = (attribute.name(), attribute.value());
            if name == "class" && attribute.namespace().is_none() {
                let look = palette::attributes(value).ok_or_else(|| {
                    self.at(shape, &format!("class=\"{value}\""), &format!("use one of {}", palette::classes()))
                })?;
                written += &format!(" {look}");
            } else if attribute.namespace().is_none() && (may_have.contains(&name) || name == "transform") {
                written += &format!(" {name}=\"{}\"", self.geometry(shape, name, value)?);
            } else {
                let repair = "leave it out: a shape has a place and a class";
                return Err(self.at(shape, &format!("the attribute {name}"), repair));
            }
        }
        Ok(written)
    }

    /// Numbers, commands and brackets are all that geometry needs: no address can be written with them.
    fn geometry(&self, shape: Node, name: &str, value: &str) -> Result<String, Fault> {
        let is_geometry = |c: char| c.is_ascii_alphanumeric() || " ,.+-()\n\t".contains(c);
        let is_transform = name != "transform"
            || value.split(['(', ')']).step_by(2).all(|word| {
                ["", "translate", "rotate", "scale", "matrix"].contains(&word.trim_matches([' ', ',', '\n', '\t']))
            });
        if !value.chars().all(is_geometry) || !is_transform {
            return Err(self.at(shape, &format!("{name}=\"{value}\""), "write numbers in metres"));
        }
        Ok(escape(value))
    }

    fn at(&self, node: Node, what: &str, repair: &str) -> Fault {
        let place = self.document.text_pos_at(node.range().start);
        fault(format!("line {}: {what} may not stand in a drawing", place.row), repair)
    }
}

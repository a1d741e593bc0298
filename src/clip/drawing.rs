//! Backgrounds: SVG of site templates, checked to be plain drawings, then rendered. Must not know what they show.
//!
//! A template is trusted in what it says, not in its form: nothing in it may run, reach out, or take the machine's memory.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use resvg::tiny_skia::{Color, Pixmap, Transform};
use resvg::usvg::Tree;
use resvg::usvg::roxmltree::{Document, Node, ParsingOptions};

use super::limits::{DEPTH_MAX, EFFECTS_MAX, ELEMENTS_MAX, EMBEDDED_PIXELS_MAX, SVG_BYTES_MAX};
use super::{ClipError, Fonts};

/// What a drawing is made of. Not here: `script`, `foreignObject`, `a`, animation, and filters whose cost has no bound.
const ELEMENTS: [&str; 44] = [
    "svg",
    "g",
    "defs",
    "title",
    "desc",
    "metadata",
    "style",
    "path",
    "rect",
    "circle",
    "ellipse",
    "line",
    "polyline",
    "polygon",
    "text",
    "tspan",
    "textPath",
    "linearGradient",
    "radialGradient",
    "stop",
    "clipPath",
    "mask",
    "pattern",
    "image",
    "use",
    "symbol",
    "marker",
    "switch",
    "filter",
    "feBlend",
    "feColorMatrix",
    "feComponentTransfer",
    "feComposite",
    "feDropShadow",
    "feFlood",
    "feFuncA",
    "feFuncB",
    "feFuncG",
    "feFuncR",
    "feGaussianBlur",
    "feMerge",
    "feMergeNode",
    "feOffset",
    "feTile",
];
const EFFECTS: [&str; 4] = ["filter", "mask", "pattern", "clipPath"];

/// Whether a template's drawing would be taken as a background, without drawing it.
///
/// # Errors
/// [`ClipError::Drawing`] with what to remove from it.
pub fn check_drawing(scene: usize, svg: &str) -> Result<(), ClipError> {
    parse(svg).map(drop).map_err(|reason| ClipError::Drawing { scene, reason })
}

/// Draws the whole of `svg` as large as it fits on a white frame.
///
/// # Errors
/// [`ClipError::Drawing`] when it is refused or is no drawing.
pub(super) fn render(scene: usize, svg: &str, fonts: &Fonts, width: u32, height: u32) -> Result<Pixmap, ClipError> {
    // A library's slip over a strange drawing must cost this clip, and not the thread that makes clips.
    let drawn = catch_unwind(AssertUnwindSafe(|| draw(svg, fonts, width, height)));
    let drawn = drawn.unwrap_or_else(|_| Err("it broke the drawing library".into()));
    drawn.map_err(|reason| ClipError::Drawing { scene, reason })
}

fn draw(svg: &str, fonts: &Fonts, width: u32, height: u32) -> Result<Pixmap, String> {
    let document = parse(svg)?;
    let tree = Tree::from_xmltree(&document, &fonts.options()).map_err(|error| error.to_string())?;
    let mut canvas = Pixmap::new(width, height).ok_or("the frame has no size")?;
    canvas.fill(Color::WHITE);
    let (wide, high) = (tree.size().width(), tree.size().height());
    let scale = (width as f32 / wide).min(height as f32 / high);
    let (left, top) = ((width as f32 - wide * scale) / 2.0, (height as f32 - high * scale) / 2.0);
    resvg::render(&tree, Transform::from_row(scale, 0.0, 0.0, scale, left, top), &mut canvas.as_mut());
    Ok(canvas)
}

fn parse(svg: &str) -> Result<Document<'_>, String> {
    if svg.len() > SVG_BYTES_MAX {
        return Err(format!("it has {} bytes and 1 MiB is the most", svg.len()));
    }
    // Attributes and texts are nodes, too.
    let options =
        ParsingOptions { allow_dtd: false, nodes_limit: 8 * ELEMENTS_MAX as u32, ..ParsingOptions::default() };
    let document = Document::parse_with_options(svg, options).map_err(|error| format!("it is not XML: {error}"))?;
    if document.root_element().tag_name().name() != "svg" {
        return Err("its root is not <svg>".into());
    }
    Check::default().whole(&document)?;
    Ok(document)
}

/// What was counted in one drawing.
#[derive(Default)]
struct Check<'a> {
    by_id: HashMap<&'a str, Node<'a, 'a>>,
    costs: HashMap<&'a str, usize>,
    effects: usize,
    embedded_pixels: u64,
}

impl<'a> Check<'a> {
    fn whole(mut self, document: &'a Document<'a>) -> Result<(), String> {
        for node in document.descendants().filter(Node::is_element) {
            self.element(node)?;
        }
        match self.cost(document.root_element(), 0)? {
            0..=ELEMENTS_MAX => Ok(()),
            many => Err(format!("it draws {many} elements with what it repeats, and {ELEMENTS_MAX} are the most")),
        }
    }

    fn element(&mut self, node: Node<'a, 'a>) -> Result<(), String> {
        let name = node.tag_name().name();
        if !ELEMENTS.contains(&name) {
            return Err(format!("<{name}> is not part of a plain drawing"));
        }
        self.effects += usize::from(EFFECTS.contains(&name));
        if self.effects > EFFECTS_MAX {
            return Err(format!("it has more than {EFFECTS_MAX} filters, masks, patterns and clips"));
        }
        if name == "style" {
            check_words("style", node.text().unwrap_or_default())?;
        }
        for attribute in node.attributes() {
            match attribute.name() {
                "href" => self.reference(name, attribute.value())?,
                "id" => drop(self.by_id.insert(attribute.value(), node)),
                handler if handler.to_ascii_lowercase().starts_with("on") => {
                    return Err(format!("<{name}> has the script {handler}"));
                }
                other => check_words(other, attribute.value())?,
            }
        }
        Ok(())
    }

    /// `#here`, or an embedded picture.
    fn reference(&mut self, element: &str, href: &str) -> Result<(), String> {
        if href.starts_with('#') {
            return Ok(());
        }
        let shown: String = href.chars().take(40).collect();
        let kinds = ["data:image/png;base64,", "data:image/jpeg;base64,"];
        let packed = kinds.iter().find_map(|kind| href.strip_prefix(kind));
        let Some(packed) = packed.filter(|_| element == "image") else {
            return Err(format!("<{element}> refers to {shown}; only embedded PNG and JPEG may stand there"));
        };
        let packed: String = packed.chars().filter(|c| !c.is_ascii_whitespace()).collect();
        let bytes = STANDARD.decode(packed).map_err(|_| "an embedded picture is not base64".to_owned())?;
        let size = imagesize::blob_size(&bytes).map_err(|error| format!("an embedded picture is damaged: {error}"))?;
        self.embedded_pixels = self.embedded_pixels.saturating_add(size.width as u64 * size.height as u64);
        match self.embedded_pixels {
            0..=EMBEDDED_PIXELS_MAX => Ok(()),
            many => Err(format!("its embedded pictures have {many} pixels and {EMBEDDED_PIXELS_MAX} are the most")),
        }
    }

    /// Elements drawn for `node`, each reference followed: nested `<use>` doubles with every step.
    fn cost(&mut self, node: Node<'a, 'a>, depth: usize) -> Result<usize, String> {
        if depth > DEPTH_MAX {
            return Err(format!("its elements are nested or refer to each other more than {DEPTH_MAX} deep"));
        }
        let mut cost = 1_usize;
        for id in node.attributes().filter_map(|attribute| referred(attribute.value())) {
            cost = cost.saturating_add(self.cost_of_id(id, depth + 1)?);
        }
        for child in node.children().filter(Node::is_element) {
            cost = cost.saturating_add(self.cost(child, depth + 1)?);
        }
        Ok(cost)
    }

    fn cost_of_id(&mut self, id: &'a str, depth: usize) -> Result<usize, String> {
        let Some(&node) = self.by_id.get(id) else { return Ok(0) };
        if let Some(&known) = self.costs.get(id) {
            return Ok(known);
        }
        let cost = self.cost(node, depth)?;
        self.costs.insert(id, cost);
        Ok(cost)
    }
}

/// The id in `#id` or in the first `url(#id)`.
fn referred(value: &str) -> Option<&str> {
    if let Some(id) = value.strip_prefix('#') {
        return Some(id);
    }
    let (_, rest) = value.split_once("url(")?;
    let rest = rest.trim_start_matches(['\'', '"', ' ']).strip_prefix('#')?;
    rest.split(['\'', '"', ' ', ')']).next()
}

/// Refuses what reaches out of the drawing by way of a style.
fn check_words(place: &str, value: &str) -> Result<(), String> {
    let plain: String = value.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_ascii_lowercase();
    let outward = plain.match_indices("url(").any(|(at, found)| {
        let target = plain.get(at + found.len()..).unwrap_or_default();
        !target.trim_start_matches(['\'', '"']).starts_with('#')
    });
    // A backslash can write any of these words so that they are not recognised here.
    let hidden =
        plain.contains("@import") || plain.contains("javascript:") || (place == "style" && plain.contains('\\'));
    match outward || hidden {
        true => Err(format!("{place} refers to something outside of it")),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(inside: &str) -> String {
        let svg = format!("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 16 9\">{inside}</svg>");
        check_drawing(1, &svg).err().map(|error| error.to_string()).unwrap_or_default()
    }

    #[test]
    fn what_runs_or_reaches_out_is_refused_by_name() {
        let cases = [
            ("<script>alert(1)</script>", "<script> is not part"),
            ("<rect onclick=\"x()\"/>", "the script onclick"),
            ("<image href=\"http://example.org/a.png\"/>", "refers to http://example.org"),
            ("<image href=\"file:///etc/passwd\"/>", "refers to file:///etc"),
            ("<image href=\"data:image/svg+xml;base64,AAAA\"/>", "only embedded PNG and JPEG"),
            ("<use href=\"other.svg#a\"/>", "refers to other.svg"),
            ("<rect fill=\"url( 'http://example.org/a')\"/>", "fill refers to something outside"),
            ("<style>@import 'a.css'; rect { fill: red }</style>", "style refers to something outside"),
            ("<foreignObject><body/></foreignObject>", "<foreignObject> is not part"),
            ("<g id=\"a\"><use href=\"#a\"/></g>", "refer to each other"),
        ];
        for (inside, reason) in cases {
            let said = refused(inside);
            assert!(said.contains(reason) && said.contains("scene 1 is refused"), "{inside}: {said}");
        }
    }

    #[test]
    fn a_document_type_and_a_bomb_of_references_are_refused() {
        let typed = "<!DOCTYPE svg [<!ENTITY a \"aa\">]><svg xmlns=\"http://www.w3.org/2000/svg\">&a;</svg>";
        assert!(check_drawing(0, typed).unwrap_err().to_string().contains("DTD"));
        let layer = |n: usize| format!("<g id=\"g{}\">{}</g>", n + 1, format!("<use href=\"#g{n}\"/>").repeat(10));
        let bomb: String = (0..8).map(layer).collect();
        assert!(refused(&format!("<g id=\"g0\"><path d=\"M0 0\"/></g>{bomb}")).contains("draws"), "{}", refused(&bomb));
    }

    #[test]
    fn an_embedded_picture_of_too_many_pixels_is_refused_before_it_is_unpacked() {
        let mut png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
        png.extend([0, 0, 0x75, 0x30, 0, 0, 0x75, 0x30, 8, 2, 0, 0, 0, 0, 0, 0, 0]);
        let said = refused(&format!("<image href=\"data:image/png;base64,{}\"/>", STANDARD.encode(png)));
        assert!(said.contains("900000000 pixels"), "{said}");
    }

    #[test]
    fn a_plain_drawing_fills_the_frame() {
        let svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 16 9\"><rect width=\"8\" height=\"9\" fill=\"#102030\"/></svg>";
        let drawn = render(0, svg, &Fonts::open().unwrap(), 320, 180).unwrap();
        let pixel = |x, y| drawn.pixel(x, y).map(|p| (p.red(), p.green(), p.blue()));
        assert_eq!((pixel(80, 90), pixel(240, 90)), (Some((16, 32, 48)), Some((255, 255, 255))));
    }
}

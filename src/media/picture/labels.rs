//! Labels that do not cover each other: the important ones first, each beside its sign where there is room.

use super::panel::Area;
use crate::base::escape;
use crate::domain::is_han;
use crate::media::place::Point;

/// Names fonts of the kiosk image first, then whatever the screen has.
pub(super) const FONTS: &str = "Noto Sans, Noto Sans CJK SC, Noto Sans SC, PingFang SC, Microsoft YaHei, sans-serif";
pub(super) const INK: &str = "#1c2730";
/// Height of a label's letters, pixels: 20 is 5 mm on a 32 inch kiosk, read from a metre away.
const LABEL_PIXELS: f64 = 19.0;
/// Radius of a round sign.
const SIGN_PIXELS: f64 = 14.0;
const BETWEEN: f64 = 5.0;
/// How far a code may move outward, in its widths.
const OUTWARD: [f64; 5] = [0.0, 0.4, 0.7, 1.0, 1.4];

/// What is drawn at the place itself.
#[derive(Clone, Copy)]
pub(super) enum Face<'a> {
    /// A round sign with a line drawing.
    Sign { line: &'a str, colour: &'a str },
    /// A code as it is painted on the wall, dark on yellow or white on dark.
    Code { code: &'a str, fill: &'a str, ink: &'a str },
    /// Nothing: drawn elsewhere; `size` keeps its room, up from the point.
    Drawn { size: f64 },
}

#[derive(Clone, Copy)]
pub(super) struct Label<'a> {
    pub at: Point,
    pub face: Face<'a>,
    pub text: &'a str,
    pub is_strong: bool,
    /// Drawn even where it covers something.
    pub is_needed: bool,
}

/// What is taken, in pixels of one panel.
pub(super) struct Board {
    inside: Area,
    taken: Vec<Area>,
    /// Where signs are wanted: a label goes elsewhere if it can.
    wanted: Vec<Area>,
    pub drawn: String,
}

impl Board {
    pub fn new(width: f64, height: f64) -> Self {
        let inside = Area { x: 0.0, y: 0.0, width, height }.grown(-4.0);
        Self { inside, taken: Vec::new(), wanted: Vec::new(), drawn: String::new() }
    }

    pub fn take(&mut self, area: Area) {
        self.taken.push(area);
    }

    pub fn want(&mut self, at: Point) {
        self.wanted.push(Area { x: at.x, y: at.y, width: 0.0, height: 0.0 }.grown(SIGN_PIXELS - 3.0));
    }

    fn is_free(&self, area: Area) -> bool {
        self.inside.holds(area) && !self.taken.iter().any(|taken| taken.overlaps(area))
    }

    /// As [`Board::put`], but a code without room may move outward, as far as twice its width.
    pub fn put_near(&mut self, label: &Label, away: Point) {
        let Face::Code { code, .. } = &label.face else { return self.put(label) };
        let moved = |share: f64| {
            let far = share * code_width(code);
            Point { x: label.at.x + away.x * far, y: label.at.y + away.y * far }
        };
        let spots = OUTWARD.map(moved);
        let free = spots.into_iter().find(|at| self.is_free(face_area(&Label { at: *at, ..*label })));
        self.put(&Label { at: free.unwrap_or(label.at), ..*label });
    }

    /// Draws the label where there is room; without room, a needed one over others and any other one not at all.
    pub fn put(&mut self, label: &Label) {
        let face = face_area(label);
        let has_room = matches!(label.face, Face::Drawn { .. }) || self.is_free(face);
        if !label.is_needed && !has_room {
            return;
        }
        self.drawn += &draw_face(label);
        let size = if label.is_strong { LABEL_PIXELS * 1.25 } else { LABEL_PIXELS };
        let spots = spots(face, text_width(label.text, size), size);
        self.take(face);
        let covered = |spot: &Area| self.wanted.iter().filter(|wanted| wanted.overlaps(*spot)).count();
        let free = spots.into_iter().filter(|spot| self.is_free(*spot)).min_by_key(covered);
        let hidden = |spot: &Area| self.taken.iter().filter(|taken| taken.overlaps(*spot)).count();
        let held = || spots.into_iter().filter(|spot| self.inside.holds(*spot)).min_by_key(hidden);
        let Some(spot) = free.or_else(|| if label.is_needed { held() } else { None }) else { return };
        if !label.text.is_empty() {
            self.take(spot);
            self.drawn += &text(label.text, spot.x, spot.y + size * 0.98, size, label.is_strong);
        }
    }
}

fn face_area(label: &Label) -> Area {
    let (width, height) = match &label.face {
        Face::Sign { .. } => (2.0 * SIGN_PIXELS, 2.0 * SIGN_PIXELS),
        Face::Code { code, .. } => (code_width(code), 2.0 * SIGN_PIXELS - 4.0),
        Face::Drawn { size } => {
            return Area { x: label.at.x - size / 2.0, y: label.at.y - size, width: *size, height: *size };
        }
    };
    Area { x: label.at.x - width / 2.0, y: label.at.y - height / 2.0, width, height }
}

/// Right, left, below and above of what is drawn, then across its corners.
fn spots(face: Area, width: f64, size: f64) -> [Area; 8] {
    let height = size * 1.3;
    let (middle, centre) = (face.y + (face.height - height) / 2.0, face.x + (face.width - width) / 2.0);
    let (right, left) = (face.x + face.width + BETWEEN, face.x - BETWEEN - width);
    let (below, above) = (face.y + face.height + 1.0, face.y - height - 1.0);
    [
        (right, middle),
        (left, middle),
        (centre, below),
        (centre, above),
        (right, above),
        (left, above),
        (right, below),
        (left, below),
    ]
    .map(|(x, y)| Area { x, y, width, height })
}

fn code_width(code: &str) -> f64 {
    text_width(code, LABEL_PIXELS - 2.0) + 12.0
}

fn draw_face(label: &Label) -> String {
    let Point { x, y } = label.at;
    match &label.face {
        Face::Sign { line, colour } => round_sign(label.at, line, colour, SIGN_PIXELS),
        Face::Code { code, fill, ink } => {
            let (width, height) = (code_width(code), 2.0 * SIGN_PIXELS - 4.0);
            let (left, top, size) = (x - width / 2.0, y - height / 2.0, LABEL_PIXELS - 2.0);
            format!(
                "<rect x=\"{left:.1}\" y=\"{top:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" rx=\"5\" \
                 fill=\"{fill}\" stroke=\"#ffffff\" stroke-width=\"1.5\"/><text x=\"{x:.1}\" y=\"{:.1}\" \
                 font-size=\"{size}\" font-weight=\"700\" text-anchor=\"middle\" fill=\"{ink}\">{}</text>",
                y + size * 0.36,
                escape(code)
            )
        }
        Face::Drawn { .. } => String::new(),
    }
}

pub(super) fn round_sign(at: Point, line: &str, colour: &str, radius: f64) -> String {
    let Point { x, y } = at;
    let scale = radius * 1.25 / 24.0;
    let (left, top) = (x - 12.0 * scale, y - 12.0 * scale);
    format!(
        "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{radius}\" fill=\"{colour}\" stroke=\"#ffffff\" stroke-width=\"2\"/>\
         <path d=\"{line}\" transform=\"translate({left:.1} {top:.1}) scale({scale:.3})\" fill=\"none\" \
         stroke=\"#ffffff\" stroke-width=\"2.4\" stroke-linecap=\"round\" stroke-linejoin=\"round\"/>"
    )
}

/// A line of text with a white rim, so that it reads on every ground.
pub(super) fn text(words: &str, x: f64, baseline: f64, size: f64, is_strong: bool) -> String {
    let weight = if is_strong { 700 } else { 500 };
    format!(
        "<text x=\"{x:.1}\" y=\"{baseline:.1}\" font-size=\"{size}\" font-weight=\"{weight}\" fill=\"{INK}\" \
         stroke=\"#ffffff\" stroke-width=\"4\" stroke-linejoin=\"round\" paint-order=\"stroke\">{}</text>",
        escape(words)
    )
}

/// Room for a text, pixels: a little more than common sans-serif fonts need, measured by eye in two of them.
pub(super) fn text_width(text: &str, size: f64) -> f64 {
    let em = |c: char| match c {
        _ if is_han(c) || c > '\u{2e80}' => 1.0,
        'i' | 'l' | 'j' | 't' | 'f' | 'I' | '.' | ',' | ' ' | '\'' => 0.31,
        'm' | 'w' | 'M' | 'W' => 0.88,
        c if c.is_ascii_uppercase() => 0.68,
        _ => 0.575,
    };
    text.chars().map(em).sum::<f64>() * size
}

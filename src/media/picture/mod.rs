//! The drawing a visitor sees: the floors of the way below each other, the way itself, where one stands, where it leads.

mod labels;
mod overlay;
mod panel;
mod signs;

use labels::{FONTS, INK, text_width};
use panel::{Area, Panel};

use super::journey::Journey;
use super::words::{self, Labels};
use super::{Map, Place, palette};
use crate::base::escape;
use crate::domain::Language;

/// Space around the panels, pixels.
const EDGE: f64 = 24.0;
/// Height of the heading with name and time.
const HEAD: f64 = 116.0;
/// Height of the letters of a panel's heading.
const PANEL_HEAD_PIXELS: f64 = 21.0;
/// Stands in for an accent that is no colour.
const ACCENT: &str = "#0b6478";

/// What is to be drawn.
#[derive(Debug, Clone, Copy)]
pub struct Scene<'a> {
    pub place: &'a Place,
    pub route: Option<&'a Journey>,
    /// The kiosk this is shown on; marked when its floor is drawn.
    pub here: Option<&'a Place>,
    pub language: Language,
    /// The site's colour, `#rrggbb`.
    pub accent: &'a str,
    /// Pixels at most; 1080 by 1200 is what the kiosk's page has room for. A wide floor takes less height.
    pub width: u32,
    pub height: u32,
}

impl Scene<'_> {
    fn accent(&self) -> &str {
        let digits = self.accent.strip_prefix('#').unwrap_or_default();
        let is_colour = digits.len() == 6 && digits.chars().all(|c| c.is_ascii_hexdigit());
        if is_colour { self.accent } else { ACCENT }
    }

    fn words(&self) -> Labels {
        words::labels(self.language)
    }
}

pub(super) fn draw(map: &Map, scene: &Scene) -> String {
    let (width, height) = (f64::from(scene.width.max(320)), f64::from(scene.height.max(320)));
    let within = Area { x: EDGE, y: HEAD, width: width - 2.0 * EDGE, height: height - HEAD - EDGE };
    let panels = panel::panels(map, scene.route, (scene.place.floor, scene.place.at), within);
    let height = panels.iter().map(|panel| panel.area.y + panel.area.height + EDGE).fold(0.0, f64::max);
    let drawn: String = (0..panels.len()).map(|index| draw_panel(map, scene, &panels, index)).collect();
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height:.0}\" width=\"{width}\" \
         height=\"{height:.0}\" role=\"img\" lang=\"{language}\" font-family=\"{FONTS}\"><title>{title}</title>\
         <desc>{description}</desc><rect width=\"{width}\" height=\"{height:.0}\" fill=\"#ffffff\"/>{head}{drawn}</svg>",
        language = scene.language.code(),
        title = escape(&title(scene)),
        description = escape(&describe(map, scene)),
        head = draw_head(map, scene, width),
    )
}

fn title(scene: &Scene) -> String {
    let words = scene.words();
    let lead = if scene.route.is_some() { words.way_to } else { words.map_of };
    format!("{lead}{}", scene.place.said.get(scene.language))
}

pub(super) fn describe(map: &Map, scene: &Scene) -> String {
    let language = scene.language;
    let floor = map.floor_of(scene.place);
    let place = format!("{}{}{}", scene.place.name.get(language), scene.words().on, floor.name.get(language));
    match scene.route {
        Some(route) => {
            let steps = words::numbered(&route.steps, language);
            format!("{}{place}. {}. {steps}", scene.words().way_to, route.summary(language))
        }
        None => format!("{}{place}.", scene.words().map_of),
    }
}

/// Name of the place, and how long it takes or where it is.
fn draw_head(map: &Map, scene: &Scene, width: f64) -> String {
    let language = scene.language;
    let name = scene.place.name.get(language);
    let floor = map.floor_of(scene.place);
    let line = scene.route.map_or_else(|| words::heading(&floor.name, &floor.title, language), |r| r.summary(language));
    let room = width - 2.0 * EDGE;
    let size = (42.0_f64).min(42.0 * room / text_width(name, 42.0));
    let small = (25.0_f64).min(25.0 * room / text_width(&line, 25.0));
    format!(
        "<text x=\"{EDGE}\" y=\"54\" font-size=\"{size:.1}\" font-weight=\"700\" fill=\"{INK}\">{}</text>\
         <text x=\"{EDGE}\" y=\"93\" font-size=\"{small:.1}\" font-weight=\"600\" fill=\"{}\">{}</text>",
        escape(name),
        scene.accent(),
        escape(&line)
    )
}

fn draw_panel(map: &Map, scene: &Scene, panels: &[Panel], index: usize) -> String {
    let panel = &panels[index];
    let (area, shown) = (panel.area, panel.shown);
    let shapes = palette::at_scale(&map.floors[panel.floor].drawing.shapes, panel.scale);
    let frame =
        format!("x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\"", area.x, area.y, area.width, area.height);
    format!(
        "<rect {frame} fill=\"#eef1f3\"/><svg {frame} viewBox=\"{:.2} {:.2} {:.2} {:.2}\">{shapes}</svg>\
         <svg {frame}>{}{}</svg>\
         <rect {frame} rx=\"3\" fill=\"none\" stroke=\"#c3ccd3\" stroke-width=\"2\"/>",
        shown.x,
        shown.y,
        shown.width,
        shown.height,
        overlay::draw(map, scene, panels, index),
        draw_panel_head(map, scene, panels, index),
    )
}

/// The floor's name in the panel's corner, numbered when there are several.
fn draw_panel_head(map: &Map, scene: &Scene, panels: &[Panel], index: usize) -> String {
    let words = panel_head(map, scene, panels, index);
    let (width, size) = (text_width(&words, PANEL_HEAD_PIXELS) + 28.0, PANEL_HEAD_PIXELS);
    format!(
        "<rect x=\"0\" y=\"0\" width=\"{width:.1}\" height=\"38\" fill=\"{}\"/><text x=\"13\" y=\"26\" \
         font-size=\"{size}\" font-weight=\"700\" fill=\"#ffffff\">{}</text>",
        scene.accent(),
        escape(&words)
    )
}

fn panel_head(map: &Map, scene: &Scene, panels: &[Panel], index: usize) -> String {
    let floor = &map.floors[panels[index].floor];
    let name = words::heading(&floor.name, &floor.title, scene.language);
    if panels.len() > 1 { format!("{}  {name}", index + 1) } else { name }
}

/// The room that a panel's heading takes.
fn head_area(map: &Map, scene: &Scene, panels: &[Panel], index: usize) -> Area {
    let width = text_width(&panel_head(map, scene, panels, index), PANEL_HEAD_PIXELS) + 34.0;
    Area { x: 0.0, y: 0.0, width, height: 44.0 }
}

//! Which part of which floor is shown where: the panels of the picture.

use crate::media::Map;
use crate::media::journey::{Journey, Stage};
use crate::media::place::Point;

/// Less of a floor than this tells nobody where they are, metres.
const SHOWN_METRES_MIN: f64 = 130.0;
/// Around what must be seen, share of its size and metres.
const MARGIN_SHARE: f64 = 0.12;
const MARGIN_METRES: f64 = 14.0;
/// A floor that is crossed in fewer metres from one escalator to the next gets no panel.
const CROSSED_METRES: f64 = 20.0;
/// Between panels, pixels.
const GAP: f64 = 16.0;

/// Left, upper edge, width and height.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Area {
    pub x: f64,
    pub y: f64,
    pub width: f64,
    pub height: f64,
}

impl Area {
    pub fn around(points: impl Iterator<Item = Point>) -> Self {
        let start = (f64::MAX, f64::MAX, f64::MIN, f64::MIN);
        let (left, top, right, bottom) =
            points.fold(start, |(l, t, r, b), p| (l.min(p.x), t.min(p.y), r.max(p.x), b.max(p.y)));
        Self { x: left, y: top, width: right - left, height: bottom - top }
    }

    pub fn grown(self, by: f64) -> Self {
        Self { x: self.x - by, y: self.y - by, width: self.width + 2.0 * by, height: self.height + 2.0 * by }
    }

    pub fn overlaps(self, other: Self) -> bool {
        let apart = self.x + self.width <= other.x
            || other.x + other.width <= self.x
            || self.y + self.height <= other.y
            || other.y + other.height <= self.y;
        !apart
    }

    pub fn holds(self, other: Self) -> bool {
        let across = self.x <= other.x && other.x + other.width <= self.x + self.width;
        across && self.y <= other.y && other.y + other.height <= self.y + self.height
    }
}

/// One floor in the picture.
pub(super) struct Panel<'a> {
    pub floor: usize,
    pub stage: Option<&'a Stage>,
    /// Pixels of the picture.
    pub area: Area,
    /// Metres of the floor.
    pub shown: Area,
    /// Pixels a metre.
    pub scale: f64,
}

impl Panel<'_> {
    /// Where a point of the floor is, pixels from the panel's corner.
    pub fn pixel(&self, at: Point) -> Point {
        Point { x: (at.x - self.shown.x) * self.scale, y: (at.y - self.shown.y) * self.scale }
    }
}

/// What one panel has to show.
struct Need<'a> {
    floor: usize,
    stage: Option<&'a Stage>,
    area: Area,
}

/// The panels of a journey, one a floor, or the one of a place.
pub(super) fn panels<'a>(
    map: &Map,
    journey: Option<&'a Journey>,
    place: (usize, Point),
    within: Area,
) -> Vec<Panel<'a>> {
    let needs = needs(map, journey, place);
    (0..needs.len())
        .map(|split| arrange(map, &needs, split, within))
        .max_by(|one, other| seen(one).total_cmp(&seen(other)))
        .unwrap_or_default()
}

/// How large everything is, all panels counting alike.
fn seen(panels: &[Panel]) -> f64 {
    panels.iter().map(|panel| panel.scale.ln()).sum()
}

fn needs<'a>(map: &Map, journey: Option<&'a Journey>, (floor, at): (usize, Point)) -> Vec<Need<'a>> {
    let Some(journey) = journey else {
        return vec![Need { floor, stage: None, area: Area::around([at].into_iter()).grown(SHOWN_METRES_MIN / 2.0) }];
    };
    let last = journey.stages.len() - 1;
    let stages = journey.stages.iter().enumerate();
    let told = stages.filter(|(index, stage)| *index == 0 || *index == last || length(stage) >= CROSSED_METRES);
    told.map(|(_, stage)| {
        let tight = Area::around(stage.points.iter().copied());
        let margin = MARGIN_METRES.min(map.floors[stage.floor].drawing.width / 8.0);
        let area = tight.grown(margin + MARGIN_SHARE * tight.width.max(tight.height));
        Need { floor: stage.floor, stage: Some(stage), area }
    })
    .collect()
}

fn length(stage: &Stage) -> f64 {
    stage.points.windows(2).map(|ends| ends[0].distance(ends[1])).sum()
}

/// Two columns, the first `split` panels in the left one; none there means one column.
fn arrange<'a>(map: &Map, needs: &[Need<'a>], split: usize, within: Area) -> Vec<Panel<'a>> {
    let (left, right) = needs.split_at(split);
    if left.is_empty() {
        return column(map, right, within);
    }
    let width = (within.width - GAP) / 2.0;
    let mut panels = column(map, left, Area { width, ..within });
    panels.extend(column(map, right, Area { x: within.x + width + GAP, width, ..within }));
    panels
}

/// Panels below each other; tall floors get more room.
fn column<'a>(map: &Map, needs: &[Need<'a>], within: Area) -> Vec<Panel<'a>> {
    let room = within.height - GAP * (needs.len() - 1) as f64;
    let sum: f64 = needs.iter().map(tallness).sum();
    let mut top = within.y;
    needs
        .iter()
        .map(|need| {
            let height = room * tallness(need) / sum;
            let panel = fit(map, need, Area { y: top, height, ..within });
            top += height + GAP;
            panel
        })
        .collect()
}

/// Height by width, within bounds that leave every panel readable.
fn tallness(need: &Need) -> f64 {
    (need.area.height / need.area.width).clamp(0.45, 1.8)
}

fn fit<'a>(map: &Map, need: &Need<'a>, area: Area) -> Panel<'a> {
    let drawing = &map.floors[need.floor].drawing;
    let whole = (area.width / drawing.width).min(area.height / drawing.height);
    let close = (area.width / SHOWN_METRES_MIN).max(whole);
    let scale = (area.width / need.area.width).min(area.height / need.area.height).min(close).max(whole);
    let (width, height) = (area.width / scale, area.height / scale);
    let begin = |from: f64, length: f64, shown: f64, all: f64| {
        let centred = from + length / 2.0 - shown / 2.0;
        if shown >= all { (all - shown) / 2.0 } else { centred.clamp(0.0, all - shown) }
    };
    let x = begin(need.area.x, need.area.width, width, drawing.width);
    let y = begin(need.area.y, need.area.height, height, drawing.height);
    let shown = Area { x, y, width, height };
    trim(Panel { floor: need.floor, stage: need.stage, area, shown, scale }, drawing.width, drawing.height)
}

/// Leaves out what lies beyond the floor's drawing.
fn trim(mut panel: Panel, width: f64, height: f64) -> Panel {
    if panel.shown.width > width {
        panel.area = Area { x: panel.area.x - panel.shown.x * panel.scale, width: width * panel.scale, ..panel.area };
        panel.shown = Area { x: 0.0, width, ..panel.shown };
    }
    if panel.shown.height > height {
        panel.area.height = height * panel.scale;
        panel.shown = Area { y: 0.0, height, ..panel.shown };
    }
    panel
}

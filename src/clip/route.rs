//! A way that is drawn from its first point to its last. Knows no time: it is told which share of it is drawn.

use resvg::tiny_skia::{FillRule, LineCap, LineJoin, Paint, PathBuilder, PixmapMut, Stroke, Transform};

use super::script::{Colour, Route};
use super::yuv::Area;

/// White rim on each side, pixels of a route of any width: parts it from every ground.
const RIM: f32 = 3.0;

/// A route and how far along it each point is.
pub(super) struct Way<'a> {
    route: &'a Route,
    /// Pixels from the start to each point.
    along: Vec<f32>,
}

impl<'a> Way<'a> {
    pub fn new(route: &'a Route) -> Self {
        let mut along = vec![0.0];
        for pair in route.points.windows(2) {
            let step = (pair[1].0 - pair[0].0).hypot(pair[1].1 - pair[0].1);
            along.push(along.last().copied().unwrap_or(0.0) + step);
        }
        Self { route, along }
    }

    /// The points of the first `share` (`0.0..=1.0`) of the way; the last one is its head.
    fn drawn(&self, share: f32) -> Vec<(f32, f32)> {
        let length = self.along.last().copied().unwrap_or(0.0) * share.clamp(0.0, 1.0);
        let passed = self.along.partition_point(|&along| along <= length).max(1);
        let mut points = self.route.points.get(..passed).unwrap_or(&self.route.points).to_vec();
        if let (Some(&(x, y)), Some(&(to_x, to_y))) = (points.last(), self.route.points.get(passed)) {
            let (from, to) = (self.along[passed - 1], self.along[passed]);
            let part = (length - from) / (to - from).max(f32::EPSILON);
            points.push((x + (to_x - x) * part, y + (to_y - y) * part));
        }
        points
    }

    /// Draws the first `share` of the way.
    pub fn draw(&self, share: f32, canvas: &mut PixmapMut) {
        let Route { colour, width, dot, .. } = *self.route;
        let points = self.drawn(share);
        let mut path = PathBuilder::new();
        for (number, &(x, y)) in points.iter().enumerate() {
            if number == 0 { path.move_to(x, y) } else { path.line_to(x, y) }
        }
        if let Some(path) = path.finish() {
            for (colour, width) in [([255; 3], width + 2.0 * RIM), (colour, width)] {
                let stroke =
                    Stroke { width, line_cap: LineCap::Round, line_join: LineJoin::Round, ..Stroke::default() };
                canvas.stroke_path(&path, &paint(colour), &stroke, Transform::identity(), None);
            }
        }
        if let Some(&(x, y)) = points.last().filter(|_| dot > 0.0) {
            for (colour, radius) in [([255; 3], dot + RIM), (colour, dot), ([255; 3], dot * 0.42)] {
                if let Some(circle) = PathBuilder::from_circle(x, y, radius) {
                    canvas.fill_path(&circle, &paint(colour), FillRule::Winding, Transform::identity(), None);
                }
            }
        }
    }

    /// What [`Way::draw`] touches of a frame of this size.
    pub fn area(&self, share: f32, width: usize, height: usize) -> Area {
        let reach = (self.route.width / 2.0).max(self.route.dot) + RIM + 2.0;
        let (mut left, mut top, mut right, mut bottom) = (f32::MAX, f32::MAX, f32::MIN, f32::MIN);
        for (x, y) in self.drawn(share) {
            (left, top) = (left.min(x - reach), top.min(y - reach));
            (right, bottom) = (right.max(x + reach), bottom.max(y + reach));
        }
        // A float below 0 becomes 0.
        let (right, bottom) = ((right.ceil() as usize).min(width), (bottom.ceil() as usize).min(height));
        Area::new((left as usize).min(width), (top as usize).min(height), right, bottom)
    }
}

pub(super) fn paint([red, green, blue]: Colour) -> Paint<'static> {
    let mut paint = Paint { anti_alias: true, ..Paint::default() };
    paint.set_color_rgba8(red, green, blue, 255);
    paint
}

#[cfg(test)]
mod tests {
    use super::*;
    use resvg::tiny_skia::Pixmap;

    fn bend() -> Route {
        Route { points: vec![(20.0, 20.0), (120.0, 20.0), (120.0, 120.0)], colour: [200, 0, 0], width: 8.0, dot: 0.0 }
    }

    #[test]
    fn the_head_is_at_the_share_of_the_length() {
        let route = bend();
        let way = Way::new(&route);
        let head = |share| way.drawn(share).last().copied();
        assert_eq!(head(0.0), Some((20.0, 20.0)));
        assert_eq!(head(0.25), Some((70.0, 20.0)));
        assert_eq!(head(0.75), Some((120.0, 70.0)));
        assert_eq!(head(1.0), Some((120.0, 120.0)));
    }

    #[test]
    fn nothing_is_drawn_outside_of_the_area() {
        let route = bend();
        let way = Way::new(&route);
        for share in [0.0, 0.1, 0.6, 1.0] {
            let mut canvas = Pixmap::new(160, 160).unwrap();
            way.draw(share, &mut canvas.as_mut());
            let area = way.area(share, 160, 160);
            let outside =
                (0..160 * 160).filter(|at| !Area::new(at % 160, at / 160, at % 160 + 1, at / 160 + 1).meets(area));
            assert!(outside.map(|at| canvas.data()[at * 4 + 3]).all(|alpha| alpha == 0), "{share}");
        }
    }

    #[test]
    fn points_on_the_same_spot_and_far_outside_do_no_harm() {
        let points = vec![(10.0, 10.0), (10.0, 10.0), (-60_000.0, 60_000.0)];
        let route = Route { points, ..bend() };
        let way = Way::new(&route);
        let mut canvas = Pixmap::new(64, 64).unwrap();
        way.draw(0.5, &mut canvas.as_mut());
        assert_eq!(way.area(1.0, 64, 64).left, 0);
    }
}

//! From a map of probabilities to outlines of lines: the second half of Differentiable Binarization (Liao et al., 2020,
//! section 3.5). Plain geometry: knows nothing of models or letters.

/// Probability above which a pixel is text, and mean probability below which an outline is not (PP-OCRv4's settings).
const TEXT_ABOVE: f32 = 0.3;
const OUTLINE_ABOVE: f32 = 0.5;

/// The model marks the core of a line; its outline is this many core areas per perimeter further out (PP-OCRv4).
const GROWTH: f32 = 1.6;

/// Shorter sides of cores, in pixels of the map, that are dirt (PP-OCRv4), and of outlines.
const CORE_MIN: f32 = 3.0;

/// Outlines kept of one map: a dense page has about 100 lines, and a hostile picture must not cost minutes.
pub(super) const OUTLINES_MAX: usize = 400;

/// An upright column of letters turned a quarter is at least this much higher than wide (PP-OCR's rule).
const STANDING: f32 = 1.5;

/// Where the model sees text: `[height, width] f32`, `0.0..=1.0`, rows from top to bottom.
pub(super) struct Heat {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) values: Vec<f32>,
}

/// A rectangle at any angle. `along` is the unit vector in reading direction, to be turned half around by who knows
/// better; `down` is at a right angle to it, clockwise as seen on the screen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Outline {
    pub(super) centre: (f32, f32),
    pub(super) along: (f32, f32),
    pub(super) length: f32,
    pub(super) height: f32,
}

impl Outline {
    pub(super) fn down(&self) -> (f32, f32) {
        (-self.along.1, self.along.0)
    }

    /// Top left, top right, bottom right, bottom left, as the text reads.
    pub(super) fn corners(&self) -> [(f32, f32); 4] {
        let (a, d) = (self.along, self.down());
        let corner = |l: f32, h: f32| {
            let (l, h) = (l * self.length / 2.0, h * self.height / 2.0);
            (self.centre.0 + a.0 * l + d.0 * h, self.centre.1 + a.1 * l + d.1 * h)
        };
        [corner(-1.0, -1.0), corner(1.0, -1.0), corner(1.0, 1.0), corner(-1.0, 1.0)]
    }

    /// The same place, read from the other end.
    pub(super) fn turned(&self) -> Self {
        Self { along: (-self.along.0, -self.along.1), ..*self }
    }

    /// The same on a map that is `scale` times as large and begins at `origin`.
    pub(super) fn moved(&self, origin: (f32, f32), scale: f32) -> Self {
        let (x, y) = self.centre;
        Self {
            centre: (origin.0 + x * scale, origin.1 + y * scale),
            along: self.along,
            length: self.length * scale,
            height: self.height * scale,
        }
    }

    fn grown(&self) -> Self {
        let by = 2.0 * self.length * self.height * GROWTH / (2.0 * (self.length + self.height)).max(1.0);
        Self { length: self.length + by, height: self.height + by, ..*self }
    }

    /// The mean of `heat` inside.
    fn mean(&self, heat: &Heat) -> f32 {
        let (mut sum, mut count) = (0.0, 0_u32);
        let corners = self.corners();
        let top = corners.iter().map(|c| c.1).fold(f32::INFINITY, f32::min).floor().max(0.0) as usize;
        let bottom = corners.iter().map(|c| c.1).fold(0.0, f32::max).ceil() as usize;
        for y in top..=bottom.min(heat.height - 1) {
            let Some((left, right)) = crossing(&corners, y as f32) else { continue };
            let left = left.round().max(0.0) as usize;
            let right = (right.round().max(0.0) as usize).min(heat.width - 1);
            for value in heat.values.get(y * heat.width + left..=y * heat.width + right).unwrap_or_default() {
                sum += value;
                count += 1;
            }
        }
        if count == 0 { 0.0 } else { sum / count as f32 }
    }
}

/// Where the row `y` enters and leaves a convex outline.
fn crossing(corners: &[(f32, f32); 4], y: f32) -> Option<(f32, f32)> {
    let mut span: Option<(f32, f32)> = None;
    for i in 0..4 {
        let (a, b) = (corners[i], corners[(i + 1) % 4]);
        // half a pixel of slack, for rows that only touch a corner
        if y < a.1.min(b.1) - 0.5 || y > a.1.max(b.1) + 0.5 {
            continue;
        }
        let part = if (b.1 - a.1).abs() < 1e-3 { 0.0 } else { ((y - a.1) / (b.1 - a.1)).clamp(0.0, 1.0) };
        let ends = if (b.1 - a.1).abs() < 1e-3 { [a.0, b.0] } else { [a.0 + (b.0 - a.0) * part; 2] };
        for x in ends {
            span = Some(span.map_or((x, x), |(l, r)| (l.min(x), r.max(x))));
        }
    }
    span
}

/// The outlines of the lines in `heat`, in its pixels, from top to bottom as they are met; at most [`OUTLINES_MAX`].
pub(super) fn outlines(heat: &Heat) -> Vec<Outline> {
    let mut seen = dilated(heat);
    let mut found = Vec::new();
    for start in 0..seen.len() {
        if !seen[start] {
            continue;
        }
        let hull = hull(&mut edge_pixels(&mut seen, heat.width, start));
        let Some(core) = smallest_rectangle(&hull) else { continue };
        if core.length.min(core.height) < CORE_MIN || core.mean(heat) < OUTLINE_ABOVE {
            continue;
        }
        found.push(reading(core.grown()));
        if found.len() == OUTLINES_MAX {
            break;
        }
    }
    found
}

/// The pixels that are text, each grown by one to the right and down, which joins letters set wide (PP-OCRv4).
fn dilated(heat: &Heat) -> Vec<bool> {
    let mut text = vec![false; heat.width * heat.height];
    for (y, row) in heat.values.chunks_exact(heat.width).take(heat.height).enumerate() {
        for (x, _) in row.iter().enumerate().filter(|(_, v)| **v > TEXT_ABOVE) {
            let (right, below) = (x + 1 < heat.width, y + 1 < heat.height);
            let at = y * heat.width + x;
            text[at] = true;
            if right {
                text[at + 1] = true;
            }
            if below {
                text[at + heat.width] = true;
            }
            if right && below {
                text[at + heat.width + 1] = true;
            }
        }
    }
    text
}

/// Takes the connected pixels (8 neighbours) at `start` out of `text`; gives the first and last pixel of each row.
fn edge_pixels(text: &mut [bool], width: usize, start: usize) -> Vec<(f32, f32)> {
    let (mut open, mut rows) = (vec![start], Vec::<(usize, usize, usize)>::new());
    text[start] = false;
    // a scan from the top meets the uppermost pixel first, so no row lies above it
    let top = start / width;
    while let Some(at) = open.pop() {
        let (x, y) = (at % width, at / width);
        if rows.len() <= y - top {
            rows.resize(y - top + 1, (usize::MAX, 0, 0));
        }
        let row = &mut rows[y - top];
        *row = (row.0.min(x), row.1.max(x), y);
        for ny in y.saturating_sub(1)..=y + 1 {
            for nx in x.saturating_sub(1)..=(x + 1).min(width - 1) {
                let near = ny * width + nx;
                if text.get(near).copied().unwrap_or(false) {
                    text[near] = false;
                    open.push(near);
                }
            }
        }
    }
    let rows = rows.into_iter().filter(|r| r.0 != usize::MAX);
    rows.flat_map(|(l, r, y)| [(l as f32, y as f32), (r as f32, y as f32)]).collect()
}

/// The convex hull (Andrew's monotone chain).
fn hull(points: &mut [(f32, f32)]) -> Vec<(f32, f32)> {
    points.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let half = |points: &mut dyn Iterator<Item = (f32, f32)>| {
        let mut chain = Vec::<(f32, f32)>::new();
        for p in points {
            while let [.., a, b] = chain[..] {
                if (b.0 - a.0) * (p.1 - a.1) - (b.1 - a.1) * (p.0 - a.0) > 0.0 {
                    break;
                }
                chain.pop();
            }
            chain.push(p);
        }
        chain.pop();
        chain
    };
    let mut chain = half(&mut points.iter().copied());
    chain.extend(half(&mut points.iter().rev().copied()));
    chain
}

/// The rectangle of least area around a convex outline: one side lies along one of its edges (Freeman and Shapira, 1975).
fn smallest_rectangle(hull: &[(f32, f32)]) -> Option<Outline> {
    let mut best: Option<(f32, Outline)> = None;
    for (i, a) in hull.iter().enumerate() {
        let b = hull[(i + 1) % hull.len()];
        let (dx, dy) = (b.0 - a.0, b.1 - a.1);
        let edge = dx.hypot(dy);
        if edge < 1e-3 {
            continue;
        }
        let outline = around(hull, (dx / edge, dy / edge));
        let area = outline.length * outline.height;
        if best.as_ref().is_none_or(|(least, _)| area < *least) {
            best = Some((area, outline));
        }
    }
    best.map(|(_, outline)| outline)
}

fn around(hull: &[(f32, f32)], along: (f32, f32)) -> Outline {
    let down = (-along.1, along.0);
    let extent = |axis: (f32, f32)| {
        let on = |p: &(f32, f32)| p.0 * axis.0 + p.1 * axis.1;
        (hull.iter().map(on).fold(f32::INFINITY, f32::min), hull.iter().map(on).fold(f32::NEG_INFINITY, f32::max))
    };
    let ((l0, l1), (d0, d1)) = (extent(along), extent(down));
    let (l, d) = ((l0 + l1) / 2.0, (d0 + d1) / 2.0);
    let centre = (along.0 * l + down.0 * d, along.1 * l + down.1 * d);
    Outline { centre, along, length: l1 - l0, height: d1 - d0 }
}

/// Chooses the side that is read along: the one nearer to level, unless the outline stands much higher than it is wide;
/// then it is read downwards.
fn reading(outline: Outline) -> Outline {
    let Outline { along, length, height, .. } = outline;
    let level = if along.0.abs() >= along.1.abs() {
        outline
    } else {
        Outline { along: outline.down(), length: height, height: length, ..outline }
    };
    let level = if level.along.0 < 0.0 { level.turned() } else { level };
    if level.height < level.length * STANDING {
        return level;
    }
    Outline { along: level.down(), length: level.height, height: level.length, ..level }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A core of `length` by `height` at `degrees` in the middle of an empty map.
    fn heat(degrees: f32, length: f32, height: f32) -> Heat {
        let (side, turn) = (200_usize, degrees.to_radians());
        let inside = |x: usize, y: usize| {
            let (dx, dy) = (x as f32 - 100.0, y as f32 - 100.0);
            let (a, d) = (dx * turn.cos() + dy * turn.sin(), -dx * turn.sin() + dy * turn.cos());
            a.abs() <= length / 2.0 && d.abs() <= height / 2.0
        };
        let values = (0..side * side).map(|i| if inside(i % side, i / side) { 0.9 } else { 0.0 }).collect();
        Heat { width: side, height: side, values }
    }

    #[test]
    fn a_slanted_core_gives_one_outline_at_its_angle_grown_on_every_side() {
        let found = outlines(&heat(5.0, 120.0, 10.0));
        assert_eq!(found.len(), 1);
        let outline = found[0];
        let degrees = outline.along.1.atan2(outline.along.0).to_degrees();
        assert!((degrees - 5.0).abs() < 1.5, "{degrees} degrees");
        // grown by 2 * area * 1.6 / perimeter = 14.8 px
        assert!((outline.height - 25.5).abs() < 3.0 && (outline.length - 135.5).abs() < 3.0, "{outline:?}");
        assert!((outline.centre.0 - 100.0).abs() < 1.5 && (outline.centre.1 - 100.0).abs() < 1.5, "{outline:?}");
    }

    #[test]
    fn a_standing_line_is_read_downwards() {
        let outline = outlines(&heat(90.0, 120.0, 10.0))[0];
        assert!(outline.along.1 > 0.99 && outline.length > outline.height, "{outline:?}");
    }

    #[test]
    fn faint_and_tiny_marks_are_not_text() {
        assert!(outlines(&heat(0.0, 2.0, 1.0)).is_empty());
        let mut faint = heat(0.0, 120.0, 10.0);
        faint.values.iter_mut().for_each(|v| *v *= 0.45);
        assert!(outlines(&faint).is_empty());
    }

    #[test]
    fn a_map_full_of_specks_is_bounded() {
        let side = 400;
        let values = (0..side * side).map(|i| if i % 8 < 5 && (i / side) % 8 < 5 { 0.9 } else { 0.0 }).collect();
        assert_eq!(outlines(&Heat { width: side, height: side, values }).len(), OUTLINES_MAX);
    }
}

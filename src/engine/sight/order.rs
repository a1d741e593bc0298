//! Puts lines into reading order: columns from left to right, rows from top to bottom, on a page that may be turned.
//! Knows nothing of what they say.

use super::boxes::Outline;

/// Lines on each side that make a gap between them a gutter, and how many line heights long their median is: a form's
/// labels and values are shorter, and are read row by row.
const COLUMN_LINES_MIN: usize = 4;
const COLUMN_LENGTH_MIN: f32 = 9.0;

/// Two lines stand in one row when they share this much of the lower one's height.
const ROW_SHARE: f32 = 0.5;

/// A line as an upright rectangle on the page turned level.
#[derive(Debug, Clone, Copy)]
struct Place {
    index: usize,
    left: f32,
    right: f32,
    top: f32,
    bottom: f32,
}

impl Place {
    fn height(&self) -> f32 {
        self.bottom - self.top
    }
}

/// The indices of `outlines` in reading order.
pub(super) fn reading_order(outlines: &[Outline]) -> Vec<usize> {
    let along = direction(outlines);
    let down = (-along.1, along.0);
    let place = |(index, o): (usize, &Outline)| {
        let (x, y) = (o.centre.0 * along.0 + o.centre.1 * along.1, o.centre.0 * down.0 + o.centre.1 * down.1);
        // a few degrees off the page's direction make no difference here; a quarter turn swaps the sides
        let quarter = (o.along.0 * along.0 + o.along.1 * along.1).abs() < 0.7;
        let (w, h) = if quarter { (o.height, o.length) } else { (o.length, o.height) };
        Place { index, left: x - w / 2.0, right: x + w / 2.0, top: y - h / 2.0, bottom: y + h / 2.0 }
    };
    let mut order = Vec::with_capacity(outlines.len());
    columns(outlines.iter().enumerate().map(place).collect(), &mut order);
    order
}

/// The direction most of the text is read in, longer lines counting more; a unit vector.
fn direction(outlines: &[Outline]) -> (f32, f32) {
    let (x, y) = outlines.iter().fold((0.0, 0.0), |(x, y), o| (x + o.along.0 * o.length, y + o.along.1 * o.length));
    let length = x.hypot(y);
    if length < 1e-3 { (1.0, 0.0) } else { (x / length, y / length) }
}

/// Reads what lies above, between and below the lines that cross the gutter, left side first; each side may have
/// gutters of its own.
fn columns(mut places: Vec<Place>, order: &mut Vec<usize>) {
    let Some(gutter) = gutter(&places) else { return rows(places, order) };
    places.sort_by(|a, b| a.top.total_cmp(&b.top));
    let (mut left, mut right) = (Vec::new(), Vec::new());
    for place in places {
        if place.right <= gutter {
            left.push(place);
        } else if place.left >= gutter {
            right.push(place);
        } else {
            columns(std::mem::take(&mut left), order);
            columns(std::mem::take(&mut right), order);
            order.push(place.index);
        }
    }
    columns(left, order);
    columns(right, order);
}

/// Where two columns of prose meet: few lines cross it, and each side is long enough to be a column.
fn gutter(places: &[Place]) -> Option<f32> {
    let sides = |x: f32| {
        let left = places.iter().filter(|p| p.right <= x).copied().collect::<Vec<_>>();
        let right = places.iter().filter(|p| p.left >= x).copied().collect::<Vec<_>>();
        (left, right)
    };
    let crossing = |x: f32| places.iter().filter(|p| p.left < x && p.right > x).count();
    places
        .iter()
        .map(|p| p.right)
        .filter(|&x| crossing(x) * 4 <= places.len())
        .filter(|&x| {
            let (left, right) = sides(x);
            prose(&left) && prose(&right) && abreast(&left, &right)
        })
        .min_by_key(|&x| crossing(x))
}

fn prose(places: &[Place]) -> bool {
    let mut lengths = places.iter().map(|p| (p.right - p.left) / p.height().max(1.0)).collect::<Vec<_>>();
    lengths.sort_by(f32::total_cmp);
    lengths.len() >= COLUMN_LINES_MIN && lengths[lengths.len() / 2] >= COLUMN_LENGTH_MIN
}

/// Whether two groups stand beside each other rather than one below the other.
fn abreast(left: &[Place], right: &[Place]) -> bool {
    let span = |side: &[Place]| {
        let top = side.iter().map(|p| p.top).fold(f32::INFINITY, f32::min);
        (top, side.iter().map(|p| p.bottom).fold(f32::NEG_INFINITY, f32::max))
    };
    let ((a, b), (c, d)) = (span(left), span(right));
    b.min(d) - a.max(c) > 0.5 * (b - a).min(d - c)
}

fn rows(mut places: Vec<Place>, order: &mut Vec<usize>) {
    places.sort_by(|a, b| (a.top + a.bottom).total_cmp(&(b.top + b.bottom)));
    let mut row = Vec::<Place>::new();
    for place in places {
        let beside = |other: &Place| {
            let shared = place.bottom.min(other.bottom) - place.top.max(other.top);
            shared > ROW_SHARE * place.height().min(other.height())
        };
        if row.last().is_some_and(|last| !beside(last)) {
            flush(&mut row, order);
        }
        row.push(place);
    }
    flush(&mut row, order);
}

fn flush(row: &mut Vec<Place>, order: &mut Vec<usize>) {
    row.sort_by(|a, b| a.left.total_cmp(&b.left));
    order.extend(row.drain(..).map(|p| p.index));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(left: f32, top: f32, length: f32) -> Outline {
        Outline { centre: (left + length / 2.0, top + 10.0), along: (1.0, 0.0), length, height: 20.0 }
    }

    fn spun(lines: &[Outline], degrees: f32) -> Vec<Outline> {
        let (sin, cos) = degrees.to_radians().sin_cos();
        let turn = |(x, y): (f32, f32)| (x * cos - y * sin, x * sin + y * cos);
        lines.iter().map(|o| Outline { centre: turn(o.centre), along: turn(o.along), ..*o }).collect()
    }

    #[test]
    fn a_form_is_read_row_by_row_at_any_angle() {
        let form = [line(300.0, 42.0, 80.0), line(0.0, 0.0, 100.0), line(0.0, 40.0, 100.0), line(300.0, 3.0, 80.0)];
        for degrees in [0.0, 5.0, 90.0, 180.0] {
            assert_eq!(reading_order(&spun(&form, degrees)), [1, 3, 2, 0], "{degrees}");
        }
    }

    #[test]
    fn two_columns_under_a_title_are_read_one_after_the_other() {
        let mut page = vec![line(100.0, 0.0, 500.0)];
        page.extend((1..=5).map(|i| line(0.0, 40.0 * i as f32, 300.0)));
        page.extend((1..=5).map(|i| line(340.0, 40.0 * i as f32, 300.0)));
        assert_eq!(reading_order(&page), (0..11).collect::<Vec<_>>());
    }
}

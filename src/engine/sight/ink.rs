//! How high the ink of a line really is. Knows nothing of letters.
//!
//! The detector's outlines of fine print are up to twice as high as the print, for its map is coarser than the page: laid
//! flat as they are, the letters fill half the recogniser's strip, and run together.

use super::boxes::Outline;
use crate::domain::Picture;

/// Rows and at most columns of the measuring grid.
const ROWS: usize = 32;
const COLUMNS_MAX: usize = 600;

/// An outline this many times as high as its ink is left alone: capitals alone fill half of a good outline.
const HEIGHT_OF_INK: f32 = 1.7;

/// No outline loses more than this: a row of dashes is not a line's height.
const KEPT_MIN: f32 = 0.7;

/// A row has ink when its contrast is this share of the busiest row's; descenders of a few letters are left out.
const INK_SHARE: f32 = 0.2;

/// Rows without ink inside a line, as between the strokes of 三; more is the gap to the next line.
const GAP_ROWS: usize = 3;

/// `outline`, lower where it is much higher than the print in it, and centred on that.
pub(super) fn tightened(picture: &Picture, outline: &Outline) -> Outline {
    let Some((top, bottom)) = extent(&profile(picture, outline)) else { return *outline };
    let row = outline.height / ROWS as f32;
    let ink = (bottom - top + 1) as f32 * row;
    let height = (ink * HEIGHT_OF_INK).max(outline.height * KEPT_MIN);
    if height >= outline.height {
        return *outline;
    }
    // only as far off the middle as leaves the new outline inside the old one
    let slack = (outline.height - height) / 2.0;
    let shift = ((top + bottom + 1) as f32 / 2.0 * row - outline.height / 2.0).clamp(-slack, slack);
    let down = outline.down();
    let centre = (outline.centre.0 + down.0 * shift, outline.centre.1 + down.1 * shift);
    Outline { centre, height, ..*outline }
}

/// The contrast along each of [`ROWS`] rows, from the top of the outline to its bottom.
fn profile(picture: &Picture, outline: &Outline) -> [f32; ROWS] {
    let columns = (outline.length as usize).clamp(2, COLUMNS_MAX);
    let [origin, ..] = outline.corners();
    let (along, down) = (outline.along, outline.down());
    let at = |column: usize, row: usize| {
        let l = (column as f32 + 0.5) * outline.length / columns as f32;
        let d = (row as f32 + 0.5) * outline.height / ROWS as f32;
        brightness(picture, origin.0 + along.0 * l + down.0 * d, origin.1 + along.1 * l + down.1 * d)
    };
    std::array::from_fn(|row| {
        let (mut sum, mut before) = (0.0, at(0, row));
        for column in 1..columns {
            let here = at(column, row);
            sum += (here - before).abs();
            before = here;
        }
        sum / columns as f32
    })
}

fn brightness(picture: &Picture, x: f32, y: f32) -> f32 {
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let (x, y) = ((x.max(0.0) as usize).min(width - 1), (y.max(0.0) as usize).min(height - 1));
    let at = (y * width + x) * 3;
    picture.rgb().get(at..at + 3).map_or(0.0, |p| p.iter().map(|b| f32::from(*b)).sum::<f32>() / 3.0)
}

/// The first and last row of the ink around the busiest row; `None` on a blank.
fn extent(profile: &[f32; ROWS]) -> Option<(usize, usize)> {
    let middle = ROWS / 4..ROWS * 3 / 4;
    let busiest = middle.max_by(|a, b| profile[*a].total_cmp(&profile[*b]))?;
    let enough = profile[busiest] * INK_SHARE;
    if enough <= 0.0 {
        return None;
    }
    let reach = |rows: &mut dyn Iterator<Item = usize>| {
        let (mut last, mut gap) = (busiest, 0);
        for row in rows {
            gap = if profile[row] >= enough { 0 } else { gap + 1 };
            if gap > GAP_ROWS {
                break;
            }
            if gap == 0 {
                last = row;
            }
        }
        last
    };
    Some((reach(&mut (0..busiest).rev()), reach(&mut (busiest + 1..ROWS))))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Upright strokes in the rows `top..bottom` of a white `[100, 200]` page.
    fn strokes(rows: &[std::ops::Range<usize>]) -> Picture {
        let dark = |x: usize, y: usize| rows.iter().any(|r| r.contains(&y)) && x % 6 < 2;
        let rgb = (0..100 * 200).flat_map(|i| [if dark(i % 200, i / 200) { 0 } else { 255 }; 3]).collect();
        Picture::new(200, 100, rgb).unwrap()
    }

    fn outline(height: f32) -> Outline {
        Outline { centre: (100.0, 50.0), along: (1.0, 0.0), length: 180.0, height }
    }

    #[test]
    fn an_outline_of_good_height_is_left_alone() {
        assert_eq!(tightened(&strokes(&[40..60, 90..95]), &outline(32.0)), outline(32.0));
        assert_eq!(tightened(&strokes(&[]), &outline(32.0)), outline(32.0));
    }

    #[test]
    fn a_loose_outline_closes_around_its_own_line_not_its_neighbour() {
        let close = tightened(&strokes(&[45..65, 80..100]), &outline(60.0));
        assert!(close.height < 45.0 && close.height > 33.0, "{close:?}");
        assert!((close.centre.1 - 55.0).abs() < 3.0, "{close:?}");
    }
}

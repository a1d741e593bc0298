//! PP-OCRv4's detector: where there is print. Knows nothing of what it says.
//!
//! The detector's cost grows with the pixels, and faster than they do once a layer no longer fits the cache, so that
//! a page is looked at whole at a moderate size first, and again in strips at a larger one only when its print is fine.

use ort::session::Session;
use ort::value::TensorRef;

use super::boxes::{Heat, Outline, outlines};
use super::resample::{Area, Channels, Planes, draw};
use crate::base::Stop;
use crate::domain::Picture;
use crate::engine::EngineError;

/// Pixels of the first look: 960 x 544. Measured: 0.34 us a pixel up to here, 0.66 at 1312 x 736.
const LOOK_PIXELS: f32 = 960.0 * 544.0;

/// Small pictures are enlarged, at most this much: more shows the model no more.
const ENLARGED_MAX: f32 = 2.0;

/// The model halves its input five times.
const MULTIPLE: usize = 32;

/// Pictures lower or narrower than this are often one cropped line without the margin that the model wants around print.
const CROP_SIDE: usize = 160;
const CROP_MARGIN: usize = 32;

/// Fine print: the lower quarter of the outlines is lower than this, in pixels of the first look; the second look
/// makes it [`FINE_WANTED`] high where the bounds allow.
const FINE_BELOW: f32 = 15.0;
const FINE_WANTED: f32 = 22.0;

/// The longer side of the second look; the peer's bound too (2,000).
const SIDE_MAX: f32 = 2000.0;

/// Pixels that two strips of the second look share, so that a line cut by one is whole in the other.
const SHARED: usize = 96;

/// How a picture lies on the model's canvas.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Look {
    /// Canvas pixels a picture pixel.
    scale: f32,
    /// The picture's size on the canvas, and where it lies there.
    drawn: Area,
    width: usize,
    height: usize,
}

impl Look {
    fn at(picture: &Picture, scale: f32) -> Self {
        let (width, height) = (picture.width() as f32 * scale, picture.height() as f32 * scale);
        let (width, height) = ((width.round() as usize).max(1), (height.round() as usize).max(1));
        let margin = if width.min(height) < CROP_SIDE { CROP_MARGIN } else { 0 };
        let canvas = |side: usize| (side + 2 * margin).next_multiple_of(MULTIPLE);
        let (w, h) = (canvas(width), canvas(height));
        Self { scale, drawn: Area { x: margin, y: margin, width, height }, width: w, height: h }
    }

    fn first(picture: &Picture) -> Self {
        let (w, h) = (picture.width() as f32, picture.height() as f32);
        let scale = (LOOK_PIXELS / (w * h)).sqrt().min(ENLARGED_MAX).min(SIDE_MAX / w.max(h));
        Self::at(picture, scale)
    }

    /// A closer look, when `seen` in this one is fine print and a closer look would show more.
    fn closer(&self, picture: &Picture, seen: &[Outline]) -> Option<Self> {
        let mut heights = seen.iter().map(|o| o.height).collect::<Vec<_>>();
        heights.sort_by(f32::total_cmp);
        let fine = heights.get(heights.len() / 4).copied().filter(|h| *h < FINE_BELOW)?;
        let side = picture.width().max(picture.height()) as f32;
        let scale = (self.scale * FINE_WANTED / fine.max(1.0)).min(ENLARGED_MAX).min(SIDE_MAX / side);
        (scale > self.scale * 1.2).then(|| Self::at(picture, scale))
    }
}

/// The outlines of the lines in `picture`, in its pixels.
pub(super) fn lines(session: &mut Session, picture: &Picture, stop: &Stop) -> Result<Vec<Outline>, EngineError> {
    let look = Look::first(picture);
    let seen = outlines(&heat(session, picture, &look, stop)?);
    match look.closer(picture, &seen) {
        None => Ok(placed(&seen, &look)),
        Some(closer) => Ok(placed(&outlines(&heat(session, picture, &closer, stop)?), &closer)),
    }
}

fn placed(seen: &[Outline], look: &Look) -> Vec<Outline> {
    let back = 1.0 / look.scale;
    // the model's pixel (0, 0) has its centre at (0.5, 0.5) of the canvas
    let origin = ((0.5 - look.drawn.x as f32) * back, (0.5 - look.drawn.y as f32) * back);
    seen.iter().map(|outline| outline.moved(origin, back)).collect()
}

/// What the model sees, put together from strips no larger than the first look.
fn heat(session: &mut Session, picture: &Picture, look: &Look, stop: &Stop) -> Result<Heat, EngineError> {
    let canvas = canvas(picture, look);
    let mut values = vec![0.0; look.width * look.height];
    for (top, height, from, to) in strips(look) {
        if stop.is_requested() {
            return Err(EngineError::Stopped);
        }
        let seen = run(session, &canvas, top, height).map_err(failed)?;
        let (w, skip) = (look.width, from - top);
        let part = seen.get(skip * w..(skip + to - from) * w).ok_or_else(|| failed("the map has another size"))?;
        values[from * w..to * w].copy_from_slice(part);
    }
    Ok(Heat { width: look.width, height: look.height, values })
}

/// Strips as (first row, rows, first row kept, row after the last kept): neighbours meet in the middle of what they share.
fn strips(look: &Look) -> Vec<(usize, usize, usize, usize)> {
    let rows = ((LOOK_PIXELS * 1.2 / look.width as f32) as usize).max(2 * SHARED) / MULTIPLE * MULTIPLE;
    if look.height <= rows {
        return vec![(0, look.height, 0, look.height)];
    }
    let count = (look.height - SHARED).div_ceil(rows - SHARED);
    let rows = ((look.height - SHARED).div_ceil(count) + SHARED).next_multiple_of(MULTIPLE);
    let last = look.height - rows;
    let top = |i: usize| (i * last / (count - 1)) / MULTIPLE * MULTIPLE;
    let seam = |i: usize| (top(i) + top(i - 1) + rows) / 2;
    let from = |i: usize| if i == 0 { 0 } else { seam(i) };
    let to = |i: usize| if i + 1 == count { look.height } else { seam(i + 1) };
    (0..count).map(|i| (top(i), rows, from(i), to(i))).collect()
}

/// The picture on its canvas, `[3, height, width] f32`, BGR, `-1.0..=1.0`; around it the colour of its edge.
fn canvas(picture: &Picture, look: &Look) -> Planes {
    let mut planes = Planes::filled(look.width, look.height, 0.0);
    let plane = look.width * look.height;
    for (colour, place) in Channels::Bgr.places().into_iter().enumerate() {
        planes.values[place * plane..(place + 1) * plane].fill(edge_colour(picture, colour));
    }
    draw(picture, Area::of(picture), &mut planes, look.drawn, Channels::Bgr, 127.5, 1.0 / 127.5);
    planes
}

/// The median of `colour` along the picture's four edges, `-1.0..=1.0`.
fn edge_colour(picture: &Picture, colour: usize) -> f32 {
    let (w, h) = (picture.width() as usize, picture.height() as usize);
    let at = |x: usize, y: usize| picture.rgb()[(y * w + x) * 3 + colour];
    let rows = (0..w).flat_map(|x| [at(x, 0), at(x, h - 1)]);
    let mut edge = rows.chain((0..h).flat_map(|y| [at(0, y), at(w - 1, y)])).collect::<Vec<_>>();
    let middle = edge.len() / 2;
    f32::from(*edge.select_nth_unstable(middle).1) / 127.5 - 1.0
}

/// The map of the rows `top..top + height`: `[1, 3, height, width] f32` to `[1, 1, height, width] f32`, `0.0..=1.0`.
fn run(session: &mut Session, canvas: &Planes, top: usize, height: usize) -> ort::Result<Vec<f32>> {
    let (width, plane) = (canvas.width, canvas.width * canvas.height);
    let whole = height == canvas.height;
    let rows = |p: usize| p * plane + top * width..p * plane + (top + height) * width;
    let strip = if whole { Vec::new() } else { (0..3).flat_map(|p| &canvas.values[rows(p)]).copied().collect() };
    let input = if whole { &canvas.values } else { &strip };
    let outputs = session.run(ort::inputs![TensorRef::from_array_view(([1, 3, height, width], &input[..]))?])?;
    Ok(outputs[0].try_extract_tensor::<f32>()?.1.to_vec())
}

fn failed(reason: impl ToString) -> EngineError {
    EngineError::Failed { engine: "ppocr-v4 detector", reason: reason.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blank(width: u32, height: u32) -> Picture {
        Picture::new(width, height, vec![200; width as usize * height as usize * 3]).unwrap()
    }

    #[test]
    fn looks_are_bounded_whatever_the_picture() {
        for (w, h) in [(1, 1), (12_000, 10), (10, 12_000), (4000, 3000), (1280, 720), (65, 11)] {
            let look = Look::first(&blank(w, h));
            assert!(look.width.is_multiple_of(32) && look.height.is_multiple_of(32), "{w}x{h}");
            assert!(look.width.max(look.height) <= 2080, "{w}x{h}: {look:?}");
            assert!(look.width * look.height <= 700_000, "{w}x{h}: {look:?}");
        }
    }

    #[test]
    fn strips_cover_every_row_once() {
        for height in [544, 736, 1312, 2016] {
            let look = Look::at(&blank(1312, height), 1.0);
            let mut next = 0;
            for (top, rows, from, to) in strips(&look) {
                assert_eq!(from, next);
                assert!(from >= top && to <= top + rows && top + rows <= look.height, "{height}");
                next = to;
            }
            assert_eq!(next, look.height);
        }
    }

    #[test]
    fn only_fine_print_is_looked_at_again() {
        let page = blank(1280, 720);
        let look = Look::first(&page);
        let line = |height: f32| Outline { centre: (9.0, 9.0), along: (1.0, 0.0), length: 90.0, height };
        assert_eq!(look.closer(&page, &[line(24.0), line(30.0)]), None);
        assert_eq!(look.closer(&page, &[]), None);
        assert!(look.closer(&page, &[line(10.0), line(30.0)]).unwrap().scale > 1.0);
    }
}

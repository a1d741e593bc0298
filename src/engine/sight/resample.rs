//! A part of a picture, shrunk or enlarged into the planes of floats that a model takes. Knows nothing of any model.

use crate::domain::Picture;

/// Which bytes come first in the model's planes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Channels {
    Rgb,
    Bgr,
}

impl Channels {
    /// The place of red, green and blue among the planes.
    pub(super) fn places(self) -> [usize; 3] {
        match self {
            Self::Rgb => [0, 1, 2],
            Self::Bgr => [2, 1, 0],
        }
    }
}

/// A rectangle of pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Area {
    pub(super) x: usize,
    pub(super) y: usize,
    pub(super) width: usize,
    pub(super) height: usize,
}

impl Area {
    pub(super) fn of(picture: &Picture) -> Self {
        Self { x: 0, y: 0, width: picture.width() as usize, height: picture.height() as usize }
    }
}

/// Three planes of floats, `[3, height, width]`.
pub(super) struct Planes {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) values: Vec<f32>,
}

impl Planes {
    pub(super) fn filled(width: usize, height: usize, value: f32) -> Self {
        Self { width, height, values: vec![value; 3 * width * height] }
    }
}

/// Which source samples make one sample of the result: `weights` over the samples from `first`. The weights sum to 1.
struct Taps {
    first: usize,
    weights: Vec<f32>,
}

/// Draws `from` (an area inside `picture`) over `to` (an area inside `planes`) as `(byte - mean) * scale`. A triangle
/// filter as wide as the step between samples: bilinear when enlarging, and fine print is averaged, not dropped, when shrinking.
pub(super) fn draw(
    picture: &Picture,
    from: Area,
    planes: &mut Planes,
    to: Area,
    channels: Channels,
    mean: f32,
    scale: f32,
) {
    let columns = taps(from.width, to.width);
    let rows = taps(from.height, to.height);
    let (stride, plane) = (picture.width() as usize * 3, planes.width * planes.height);
    let (mut row, mut first_open) = (vec![0.0_f32; 3 * to.width], 0);
    for source in 0..from.height {
        let start = (from.y + source) * stride + from.x * 3;
        let Some(bytes) = picture.rgb().get(start..start + from.width * 3) else { return };
        while rows.get(first_open).is_some_and(|t| t.first + t.weights.len() <= source) {
            first_open += 1;
        }
        let open = rows[first_open..].iter().take_while(|t| t.first <= source).count();
        if open == 0 {
            continue;
        }
        shrink_row(bytes, &columns, &mut row);
        for (y, tap) in rows.iter().enumerate().skip(first_open).take(open) {
            let weight = tap.weights.get(source - tap.first).copied().unwrap_or(0.0);
            for (colour, place) in channels.places().into_iter().enumerate() {
                let at = place * plane + (to.y + y) * planes.width + to.x;
                let out = &mut planes.values[at..at + to.width];
                // the first row that adds to a line of the result clears it
                let kept = if source == tap.first { 0.0 } else { 1.0 };
                let offset = if source == tap.first { -mean * scale } else { 0.0 };
                let line = &row[colour * to.width..(colour + 1) * to.width];
                out.iter_mut().zip(line).for_each(|(o, v)| *o = *o * kept + v * (weight * scale) + offset);
            }
        }
    }
}

/// One row of the source, `[width, 3] u8`, to one row of each plane, `[3, width] f32`.
fn shrink_row(bytes: &[u8], columns: &[Taps], row: &mut [f32]) {
    let width = columns.len();
    let (red, rest) = row.split_at_mut(width);
    let (green, blue) = rest.split_at_mut(width);
    for (x, tap) in columns.iter().enumerate() {
        let mut sum = [0.0_f32; 3];
        let pixels = bytes[tap.first * 3..(tap.first + tap.weights.len()) * 3].chunks_exact(3);
        for (pixel, weight) in pixels.zip(&tap.weights) {
            sum[0] += f32::from(pixel[0]) * weight;
            sum[1] += f32::from(pixel[1]) * weight;
            sum[2] += f32::from(pixel[2]) * weight;
        }
        (red[x], green[x], blue[x]) = (sum[0], sum[1], sum[2]);
    }
}

fn taps(from: usize, to: usize) -> Vec<Taps> {
    let step = from as f32 / to as f32;
    let reach = step.max(1.0);
    (0..to)
        .map(|i| {
            let centre = (i as f32 + 0.5) * step - 0.5;
            let first = (centre - reach).ceil().max(0.0) as usize;
            let last = ((centre + reach).floor() as usize).min(from - 1).max(first);
            let raw = (first..=last).map(|s| (1.0 - (s as f32 - centre).abs() / reach).max(0.0)).collect::<Vec<_>>();
            let sum = raw.iter().sum::<f32>().max(f32::EPSILON);
            Taps { first: first.min(from - 1), weights: raw.into_iter().map(|w| w / sum).collect() }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(picture: &Picture, width: usize, height: usize) -> Vec<f32> {
        let mut planes = Planes::filled(width, height, 7.0);
        let to = Area { x: 0, y: 0, width, height };
        draw(picture, Area::of(picture), &mut planes, to, Channels::Bgr, 127.5, 1.0 / 127.5);
        planes.values
    }

    #[test]
    fn colours_go_to_their_planes_and_bytes_to_their_range() {
        let picture = Picture::new(1, 1, vec![255, 0, 51]).unwrap();
        for (got, want) in drawn(&picture, 1, 1).iter().zip([-0.6, -1.0, 1.0]) {
            assert!((got - want).abs() < 1e-6, "{got} is not {want}");
        }
    }

    #[test]
    fn a_thin_stroke_survives_shrinking() {
        // one white column in eight: every fourth pixel of a plain bilinear resize would miss it
        let picture = Picture::new(8, 1, (0..8).flat_map(|x| [if x == 1 { 255 } else { 0 }; 3]).collect()).unwrap();
        let shrunk = drawn(&picture, 2, 1);
        assert!(shrunk[0] > -0.9 && shrunk[0] < 0.0, "{}", shrunk[0]);
    }

    #[test]
    fn enlarging_keeps_the_ends_and_goes_evenly_between() {
        let picture = Picture::new(2, 1, vec![0, 0, 0, 255, 255, 255]).unwrap();
        let wide = drawn(&picture, 8, 1);
        assert!((wide[0] + 1.0).abs() < 1e-5 && (wide[7] - 1.0).abs() < 1e-5);
        assert!(wide[..8].windows(2).all(|w| w[0] <= w[1]));
    }
}

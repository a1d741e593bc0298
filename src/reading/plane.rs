//! A grey plane and the ways of preparing it for another look: larger, smaller, sharper, turned. Remembers where its
//! pixels lie in the picture. Knows no codes.

use super::code::Point;
use crate::domain::Picture;

/// White around a plane that is drawn anew, pixels: four modules of ten.
const MARGIN_PIXELS: f32 = 40.0;

/// `[height, width] u8`, and the affine map of its pixels to the picture's.
pub struct Plane {
    pub width: u32,
    pub height: u32,
    pub luma: Vec<u8>,
    /// x' = a x + b y + c; y' = d x + e y + f.
    map: [f32; 6],
}

impl Plane {
    pub fn of(picture: &Picture) -> Self {
        let map = [1.0, 0.0, 0.0, 0.0, 1.0, 0.0];
        Self { width: picture.width(), height: picture.height(), luma: picture.luma(), map }
    }

    /// Where the plane's point lies in the picture.
    pub fn in_picture(&self, x: f32, y: f32) -> Point {
        let [a, b, c, d, e, f] = self.map;
        Point { x: a * x + b * y + c, y: d * x + e * y + f }
    }

    pub fn pixels(&self) -> usize {
        self.luma.len()
    }

    /// The same plane with other values.
    fn with(&self, luma: Vec<u8>) -> Self {
        Self { width: self.width, height: self.height, luma, map: self.map }
    }

    /// Half the size; each pixel the mean of four. `None` when a side would vanish.
    pub fn halved(&self) -> Option<Self> {
        let (width, height) = (self.width / 2, self.height / 2);
        if width == 0 || height == 0 {
            return None;
        }
        let mut luma = Vec::with_capacity(width as usize * height as usize);
        for rows in self.luma.chunks_exact(self.width as usize * 2) {
            let (above, below) = rows.split_at(self.width as usize);
            let (above, below) = (above.as_chunks::<2>().0, below.as_chunks::<2>().0);
            luma.extend(above.iter().zip(below).map(|(above, below)| {
                let sum: u16 = above.iter().chain(below).map(|&value| u16::from(value)).sum();
                ((sum + 2) / 4) as u8
            }));
        }
        let [a, b, c, d, e, f] = self.map;
        Some(Self { width, height, luma, map: [a * 2.0, b * 2.0, c + 0.5, d * 2.0, e * 2.0, f + 0.5] })
    }

    /// Turned by `degrees` about its middle; see [`Plane::drawn`].
    pub fn turned(&self, degrees: f32, scale: f32) -> Self {
        let (sin, cos) = degrees.to_radians().sin_cos();
        self.drawn([cos, sin], [-sin, cos], scale)
    }

    /// As seen along other axes: a step right on the new plane goes along `right`, a step down along `down` (unit
    /// vectors on this one), `1 / scale` long. The canvas holds all of it and a white margin: a code that touches the
    /// picture's edge gets its quiet zone.
    pub fn drawn(&self, right: [f32; 2], down: [f32; 2], scale: f32) -> Self {
        let [a, d] = right.map(|step| step / scale);
        let [b, e] = down.map(|step| step / scale);
        let (reach_x, reach_y) = reach(self.width as f32 / 2.0, self.height as f32 / 2.0, [a, b, d, e]);
        let width = (reach_x * 2.0).ceil() + 2.0 * MARGIN_PIXELS;
        let height = (reach_y * 2.0).ceil() + 2.0 * MARGIN_PIXELS;
        let (mid_x, mid_y) = ((self.width - 1) as f32 / 2.0, (self.height - 1) as f32 / 2.0);
        let (half_x, half_y) = ((width - 1.0) / 2.0, (height - 1.0) / 2.0);
        let map = [a, b, mid_x - a * half_x - b * half_y, d, e, mid_y - d * half_x - e * half_y];
        let (width, height) = (width as u32, height as u32);
        let mut luma = vec![255; width as usize * height as usize];
        for (y, row) in luma.chunks_exact_mut(width as usize).enumerate() {
            let (mut x, mut y) = (map[1] * y as f32 + map[2], map[4] * y as f32 + map[5]);
            for out in row {
                if let Some(value) = self.between(x, y) {
                    *out = value;
                }
                (x, y) = (x + a, y + d);
            }
        }
        Self { width, height, luma, map: joined(self.map, map) }
    }

    /// The value at a place between pixels (bilinear); `None` outside.
    fn between(&self, x: f32, y: f32) -> Option<u8> {
        let (w, h) = (self.width as i32, self.height as i32);
        let (x, y) = ((x * 256.0) as i32, (y * 256.0) as i32);
        let (left, top) = (x >> 8, y >> 8);
        if left < 0 || top < 0 || left >= w || top >= h {
            return None;
        }
        let (right, down) = ((left + 1).min(w - 1), (top + 1).min(h - 1));
        let at = |x: i32, y: i32| i32::from(self.luma[(y * w + x) as usize]);
        let (share_x, share_y) = (x & 255, y & 255);
        let above = at(left, top) * (256 - share_x) + at(right, top) * share_x;
        let below = at(left, down) * (256 - share_x) + at(right, down) * share_x;
        Some(((above * (256 - share_y) + below * share_y) >> 16) as u8)
    }

    /// Edges made steeper: the plane plus `strength` times its difference from a mean over `2 radius + 1` pixels.
    pub fn sharpened(&self, radius: usize, strength: f32) -> Self {
        let smooth = self.smoothed(radius);
        let strength = (strength * 256.0) as i32;
        let sharp = |(&value, &mean): (&u8, &u8)| {
            let value = i32::from(value);
            (value + (((value - i32::from(mean)) * strength) >> 8)).clamp(0, 255) as u8
        };
        self.with(self.luma.iter().zip(&smooth.luma).map(sharp).collect())
    }

    /// The mean over squares of `2 radius + 1`, by running sums along rows and then columns.
    pub fn smoothed(&self, radius: usize) -> Self {
        let (width, height) = (self.width as usize, self.height as usize);
        let mut across = Vec::with_capacity(self.luma.len());
        self.luma.chunks_exact(width).for_each(|row| running_mean(row, radius, &mut across));
        let count = 2 * radius as u32 + 1;
        let row_at = |y: isize| {
            let y = y.clamp(0, height as isize - 1) as usize;
            &across[y * width..(y + 1) * width]
        };
        let mut sums = vec![0_u32; width];
        for y in -(radius as isize)..=radius as isize {
            sums.iter_mut().zip(row_at(y)).for_each(|(sum, &value)| *sum += u32::from(value));
        }
        let mut luma = Vec::with_capacity(self.luma.len());
        for y in 0..height as isize {
            luma.extend(sums.iter().map(|&sum| (sum / count) as u8));
            let (enters, leaves) = (row_at(y + 1 + radius as isize), row_at(y - radius as isize));
            for ((sum, &enters), &leaves) in sums.iter_mut().zip(enters).zip(leaves) {
                *sum = *sum + u32::from(enters) - u32::from(leaves);
            }
        }
        self.with(luma)
    }

    /// Black and white: black where darker than the mean over `2 radius + 1` pixels by more than `bias` levels.
    pub fn split(&self, radius: usize, bias: i32) -> Self {
        let smooth = self.smoothed(radius);
        let split = |(&value, &mean): (&u8, &u8)| if i32::from(value) < i32::from(mean) - bias { 0 } else { 255 };
        self.with(self.luma.iter().zip(&smooth.luma).map(split).collect())
    }
}

/// How far from the middle the corners lie on the new plane, for half sides `x`, `y` and the steps `[a b; d e]`.
fn reach(x: f32, y: f32, [a, b, d, e]: [f32; 4]) -> (f32, f32) {
    let whole = (a * e - b * d).abs().max(f32::EPSILON);
    ((x * e.abs() + y * b.abs()) / whole, (x * d.abs() + y * a.abs()) / whole)
}

fn running_mean(row: &[u8], radius: usize, out: &mut Vec<u8>) {
    let last = row.len() - 1;
    let at = |x: isize| u32::from(row[x.clamp(0, last as isize) as usize]);
    let (radius, count) = (radius as isize, 2 * radius as u32 + 1);
    let mut sum: u32 = (-radius..=radius).map(at).sum();
    for x in 0..row.len() as isize {
        out.push((sum / count) as u8);
        sum = sum + at(x + radius + 1) - at(x - radius);
    }
}

/// First `inner`, then `outer`.
fn joined(outer: [f32; 6], inner: [f32; 6]) -> [f32; 6] {
    let [a, b, c, d, e, f] = outer;
    let [p, q, r, s, t, u] = inner;
    [a * p + b * s, a * q + b * t, a * r + b * u + c, d * p + e * s, d * q + e * t, d * r + e * u + f]
}

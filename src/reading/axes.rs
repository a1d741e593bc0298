//! Along which directions the edges of a plane run. Bars and modules have two, and a code that is held askew is read once
//! they lie upright again. Knows grey values, no codes.

use super::plane::Plane;

/// One bin a degree; a direction and its opposite are one.
const BINS: usize = 180;

/// Differences that are looked at. Enough for a degree; a plane of any size costs some milliseconds.
const SAMPLES_MAX: usize = 250_000;

/// Weaker differences are noise and shading, levels squared.
const STEEP_MIN: i32 = 40 * 40;

/// How far from square to the first direction the second is looked for, degrees: as far as a held-up page leans.
const LEAN_MAX: usize = 25;

/// Directions nearer to upright than this are upright already.
const UPRIGHT_DEGREES: f32 = 1.0;

/// The directions in which a code's rows and columns seem to run, as unit vectors.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Axes {
    pub right: [f32; 2],
    pub down: [f32; 2],
}

impl Axes {
    pub fn is_upright(&self) -> bool {
        let limit = UPRIGHT_DEGREES.to_radians().sin();
        self.right[1].abs() < limit && self.down[0].abs() < limit
    }

    /// At right angles, halving what they lack: the same view without shear.
    pub fn squared(&self) -> Self {
        let middle = [self.right[0] + self.down[1], self.right[1] - self.down[0]];
        let length = middle[0].hypot(middle[1]).max(f32::EPSILON);
        let right = middle.map(|part| part / length);
        Self { right, down: [-right[1], right[0]] }
    }
}

/// The two strongest directions of edges; `None` on a plane without edges.
pub fn axes(plane: &Plane) -> Option<Axes> {
    // A sharp edge is steeper than two pixels' difference can say, and would be read as leaning; a soft one is not.
    let steep = smoothed(&directions(&plane.smoothed(1)));
    let first = strongest(&steep, 0, BINS)?;
    let second = strongest(&steep, first.round() as usize + 90 - LEAN_MAX, 2 * LEAN_MAX + 1).unwrap_or(first + 90.0);
    // An edge runs at right angles to the direction in which it is steep.
    let (one, other) = (fold(first + 90.0), fold(second + 90.0));
    let (flat, upright) = if one.abs() <= other.abs() { (one, other) } else { (other, one) };
    let upright = if upright < 0.0 { upright + 180.0 } else { upright };
    let unit = |degrees: f32| degrees.to_radians().sin_cos();
    let ((sin, cos), (down_sin, down_cos)) = (unit(flat), unit(upright));
    Some(Axes { right: [cos, sin], down: [down_cos, down_sin] })
}

/// Degrees to `-90.0..90.0`.
fn fold(degrees: f32) -> f32 {
    (degrees + 90.0).rem_euclid(180.0) - 90.0
}

/// How much of the plane is steep in each direction.
fn directions(plane: &Plane) -> [f32; BINS] {
    let mut bins = [0.0; BINS];
    let width = plane.width as usize;
    let step = plane.pixels().div_ceil(SAMPLES_MAX);
    let rows: Vec<&[u8]> = plane.luma.chunks_exact(width).collect();
    for rows in rows.windows(3).step_by(step) {
        let [above, row, below] = rows else { continue };
        for ((row, above), below) in row.windows(3).zip(&above[1..]).zip(&below[1..]) {
            let (x, y) = (i32::from(row[2]) - i32::from(row[0]), i32::from(*below) - i32::from(*above));
            let steep = x * x + y * y;
            if steep >= STEEP_MIN {
                let degrees = (y as f32).atan2(x as f32).to_degrees().rem_euclid(BINS as f32);
                bins[degrees as usize % BINS] += (steep as f32).sqrt();
            }
        }
    }
    bins
}

/// Each bin with its neighbours, weighted 1 2 3 2 1: whole levels give some angles more bins than others.
fn smoothed(bins: &[f32; BINS]) -> [f32; BINS] {
    const WEIGHTS: [f32; 5] = [1.0, 2.0, 3.0, 2.0, 1.0];
    std::array::from_fn(|i| {
        WEIGHTS.iter().enumerate().map(|(k, weight)| weight * bins[(i + BINS + k - 2) % BINS]).sum()
    })
}

/// The middle of the strongest bin among `count` from `from` on, in degrees; `None` when all are empty.
fn strongest(bins: &[f32; BINS], from: usize, count: usize) -> Option<f32> {
    let best = (from..from + count).max_by(|&one, &other| bins[one % BINS].total_cmp(&bins[other % BINS]))?;
    (bins[best % BINS] > 0.0).then_some(best as f32 + 0.5)
}

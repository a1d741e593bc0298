//! Whether a camera shows anything at all. Knows brightness only.

use crate::domain::Picture;

/// Pixels looked at: enough for a mean within one level, in a fraction of a millisecond.
const SAMPLES_MAX: usize = 65_536;

/// A covered lens is darker than this on average (luma 0 to 255). Chosen: sensors' black lies at 16 in studio range.
const BLACK_MEAN_MAX: f32 = 24.0;

/// And its noise varies less than this (luma squared); a dark room with one lamp varies by hundreds.
const BLACK_VARIANCE_MAX: f32 = 64.0;

/// A picture's brightness.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Look {
    /// Mean luma, `0.0..=255.0`.
    pub mean: f32,
    /// Variance of luma, levels squared.
    pub variance: f32,
}

/// Mean and variance over an even sample of the pixels.
pub fn look(picture: &Picture) -> Look {
    let (pixels, _) = picture.rgb().as_chunks::<3>();
    // An odd step does not keep to the same columns of pictures whose width is even.
    let step = (pixels.len() / SAMPLES_MAX) | 1;
    let (mut count, mut sum, mut squares) = (0_u64, 0_u64, 0_u64);
    for &[r, g, b] in pixels.iter().step_by(step) {
        let luma = (19_595 * u64::from(r) + 38_470 * u64::from(g) + 7_471 * u64::from(b)) >> 16;
        count += 1;
        sum += luma;
        squares += luma * luma;
    }
    let mean = sum as f64 / count as f64;
    Look { mean: mean as f32, variance: (squares as f64 / count as f64 - mean * mean) as f32 }
}

/// Whether the picture is black all over: the lens is covered, or the camera gives nothing.
pub fn is_black(picture: &Picture) -> bool {
    let Look { mean, variance } = look(picture);
    mean <= BLACK_MEAN_MAX && variance <= BLACK_VARIANCE_MAX
}

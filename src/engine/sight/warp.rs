//! Lays one slanted line of a picture flat, at the height a model wants. Knows nothing of letters.

use super::boxes::Outline;
use super::resample::{Channels, Planes};
use crate::domain::Picture;

/// Samples averaged per side of one result pixel, when print is much larger than the strip.
const SAMPLES_MAX: usize = 4;

/// Draws what `outline` surrounds over the left `width` columns of `planes`, over its whole height, as bytes
/// mapped to `-1.0..=1.0`. Outside the picture its edge goes on.
pub(super) fn flatten(picture: &Picture, outline: &Outline, planes: &mut Planes, width: usize) {
    let (step_x, step_y) = (outline.length / width as f32, outline.height / planes.height as f32);
    let (across, samples) = (samples(step_x), samples(step_y));
    let [origin, ..] = outline.corners();
    let (along, down) = (outline.along, outline.down());
    let plane = planes.width * planes.height;
    let [red, green, blue] = Channels::Bgr.places().map(|place| place * plane);
    let share = 1.0 / (across * samples) as f32 / 127.5;
    for y in 0..planes.height {
        for x in 0..width {
            let mut sum = [0.0_f32; 3];
            for sample in 0..across * samples {
                let l = (x as f32 + centre_of(sample % across, across)) * step_x;
                let d = (y as f32 + centre_of(sample / across, samples)) * step_y;
                let at = (origin.0 + along.0 * l + down.0 * d, origin.1 + along.1 * l + down.1 * d);
                let colour = colour_at(picture, at);
                (0..3).for_each(|c| sum[c] += colour[c]);
            }
            let to = y * planes.width + x;
            planes.values[red + to] = sum[0] * share - 1.0;
            planes.values[green + to] = sum[1] * share - 1.0;
            planes.values[blue + to] = sum[2] * share - 1.0;
        }
    }
}

fn samples(step: f32) -> usize {
    (step.round() as usize).clamp(1, SAMPLES_MAX)
}

fn centre_of(sample: usize, of: usize) -> f32 {
    (sample as f32 + 0.5) / of as f32
}

/// The colour at a point, between the four nearest pixels; the centre of the first pixel is (0.5, 0.5).
fn colour_at(picture: &Picture, (x, y): (f32, f32)) -> [f32; 3] {
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let (x, y) = ((x - 0.5).clamp(0.0, (width - 1) as f32), (y - 0.5).clamp(0.0, (height - 1) as f32));
    let (left, top) = (x as usize, y as usize);
    let (right, below) = ((left + 1).min(width - 1), (top + 1).min(height - 1));
    let (fx, fy) = (x - left as f32, y - top as f32);
    let rgb = picture.rgb();
    let pixel = |x: usize, y: usize| (y * width + x) * 3;
    let (a, b, c, d) = (pixel(left, top), pixel(right, top), pixel(left, below), pixel(right, below));
    let byte = |at: usize| f32::from(rgb[at]);
    std::array::from_fn(|i| {
        let upper = byte(a + i) * (1.0 - fx) + byte(b + i) * fx;
        let lower = byte(c + i) * (1.0 - fx) + byte(d + i) * fx;
        upper * (1.0 - fy) + lower * fy
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// White on the left half, black on the right, `[48, 96]`.
    fn halves() -> Picture {
        let row = (0..96).flat_map(|x| [if x < 48 { 255 } else { 0 }; 3]).collect::<Vec<u8>>();
        Picture::new(96, 48, row.repeat(48)).unwrap()
    }

    fn strip(outline: &Outline) -> Vec<f32> {
        let mut planes = Planes::filled(32, 16, 0.0);
        flatten(&halves(), outline, &mut planes, 32);
        planes.values
    }

    #[test]
    fn a_level_line_is_copied_and_a_turned_one_reads_from_the_other_end() {
        let level = Outline { centre: (48.0, 24.0), along: (1.0, 0.0), length: 96.0, height: 48.0 };
        let (forth, back) = (strip(&level), strip(&level.turned()));
        assert!(forth[2] > 0.99 && forth[29] < -0.99);
        assert!(back[2] < -0.99 && back[29] > 0.99);
    }

    #[test]
    fn an_outline_beyond_the_picture_shows_its_edge() {
        let wide = Outline { centre: (96.0, 24.0), along: (1.0, 0.0), length: 192.0, height: 480.0 };
        let values = strip(&wide);
        assert!(values[0] > 0.99 && values[31] < -0.99);
    }
}

//! Makes a picture smaller by averaging, and says whether anything can be seen on it. Pure.

use crate::domain::Picture;

/// Brighter than this is something: sensor noise of an unlit hold stays below (chosen; BT.601 luma, 0 to 255).
const SEEN_LUMA: u8 = 48;

/// The picture in at most `width_max` by `height_max`, its shape kept; as it is when it fits.
pub fn fit(picture: Picture, width_max: u32, height_max: u32) -> Picture {
    let (width, height) = (picture.width(), picture.height());
    if width <= width_max && height <= height_max {
        return picture;
    }
    let scale = f64::min(f64::from(width_max) / f64::from(width), f64::from(height_max) / f64::from(height));
    let of = |side: u32| ((f64::from(side) * scale) as u32).max(1);
    let (small_width, small_height) = (of(width), of(height));
    let columns = spans(width, small_width);
    let stride = width as usize * 3;
    let mut sums = vec![0u32; stride];
    let mut rgb = Vec::with_capacity(small_width as usize * small_height as usize * 3);
    for (first, end) in spans(height, small_height) {
        sums.fill(0);
        for row in picture.rgb().chunks_exact(stride).skip(first).take(end - first) {
            sums.iter_mut().zip(row).for_each(|(sum, value)| *sum += u32::from(*value));
        }
        rgb.extend(columns.iter().flat_map(|&columns| average(&sums, columns, end - first)));
    }
    Picture::new(small_width, small_height, rgb).unwrap_or(picture)
}

/// The pixels of the large side that make each pixel of the small one: first and last, without the last.
fn spans(large: u32, small: u32) -> Vec<(usize, usize)> {
    let edge = |index: u32| (u64::from(index) * u64::from(large) / u64::from(small)) as usize;
    (0..small).map(|index| (edge(index), edge(index + 1).max(edge(index) + 1))).collect()
}

/// The mean colour of some columns of `rows` rows that have been added up.
fn average(sums: &[u32], (first, end): (usize, usize), rows: usize) -> [u8; 3] {
    let mut total = [0u32; 3];
    for pixel in sums.get(first * 3..end * 3).unwrap_or_default().chunks_exact(3) {
        total.iter_mut().zip(pixel).for_each(|(total, value)| *total += value);
    }
    let count = ((end - first) * rows).max(1) as u32;
    total.map(|total| (total / count) as u8)
}

/// Whether less than one pixel in a thousand is brighter than noise.
pub fn is_black(picture: &Picture) -> bool {
    let luma = picture.luma();
    luma.iter().filter(|&&luma| luma > SEEN_LUMA).count() * 1000 < luma.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_large_picture_is_averaged_in_its_shape() {
        let rgb: Vec<u8> = (0..4u32 * 4).flat_map(|index| [if index % 2 == 0 { 0 } else { 100 }; 3]).collect();
        let small = fit(Picture::new(4, 4, rgb).unwrap(), 2, 9);
        assert_eq!((small.width(), small.height(), small.rgb()[0]), (2, 2, 50));
        let wide = fit(Picture::new(7680, 1, vec![9; 7680 * 3]).unwrap(), 1280, 720);
        assert_eq!((wide.width(), wide.height(), wide.rgb()[0]), (1280, 1, 9));
    }

    #[test]
    fn noise_is_black_and_a_lamp_is_not() {
        let mut picture = Picture::new(100, 100, vec![30; 30_000]).unwrap();
        assert!(is_black(&picture));
        picture.rgb_mut()[..60].fill(200);
        assert!(!is_black(&picture));
    }
}

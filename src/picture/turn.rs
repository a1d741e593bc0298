//! Quarter turns and mirroring. Knows no reason to turn.

use crate::domain::Picture;

/// Pixels a side of the squares that a quarter turn goes through: both sides of the copy stay in the first-level cache.
const TILE: usize = 32;

/// A turn by quarters, clockwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    Right,
    Over,
    Left,
}

/// The picture a quarter turn clockwise.
pub fn rotated_90(picture: &Picture) -> Picture {
    turned(picture, Turn::Right)
}

/// The picture turned.
pub fn turned(picture: &Picture, turn: Turn) -> Picture {
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let (pixels, _) = picture.rgb().as_chunks::<3>();
    let mut rgb = vec![0; picture.rgb().len()];
    let (out, _) = rgb.as_chunks_mut::<3>();
    match turn {
        Turn::Over => out.iter_mut().zip(pixels.iter().rev()).for_each(|(out, &pixel)| *out = pixel),
        Turn::Right => tiles(width, height, |x, y| out[x * height + (height - 1 - y)] = pixels[y * width + x]),
        Turn::Left => tiles(width, height, |x, y| out[(width - 1 - x) * height + y] = pixels[y * width + x]),
    }
    let (width, height) = match turn {
        Turn::Over => (picture.width(), picture.height()),
        Turn::Right | Turn::Left => (picture.height(), picture.width()),
    };
    Picture::new(width, height, rgb).expect("a turn keeps the number of pixels")
}

/// The picture as in a mirror that stands beside it.
pub fn mirrored(mut picture: Picture) -> Picture {
    let row = picture.width() as usize;
    let (pixels, _) = picture.rgb_mut().as_chunks_mut::<3>();
    pixels.chunks_exact_mut(row).for_each(<[_]>::reverse);
    picture
}

fn tiles(width: usize, height: usize, mut copy: impl FnMut(usize, usize)) {
    for top in (0..height).step_by(TILE) {
        for left in (0..width).step_by(TILE) {
            for x in left..width.min(left + TILE) {
                (top..height.min(top + TILE)).for_each(|y| copy(x, y));
            }
        }
    }
}

//! Motion between two frames, from a few hundred points of brightness.

use crate::domain::Picture;

/// Points across and down at which frames are compared.
const COLUMNS: u32 = 32;
const ROWS: u32 = 24;

/// A point has changed when its brightness (0 to 255) did by so much: above a camera's noise.
const POINT_CHANGE_MIN: u8 = 18;

/// So many changed points are a movement: a hand is, a flicker is not. Of 768.
const POINTS_MIN: usize = 12;

/// The frame before, as points of brightness.
#[derive(Debug, Default)]
pub struct Motion(Vec<u8>);

impl Motion {
    /// Whether something moved since the frame before; the first one moves nothing.
    pub fn is_in(&mut self, picture: &Picture) -> bool {
        let points = points(picture);
        let before = std::mem::replace(&mut self.0, points);
        let changed = before.iter().zip(&self.0).filter(|(one, other)| one.abs_diff(**other) >= POINT_CHANGE_MIN);
        changed.count() >= POINTS_MIN
    }
}

fn points(picture: &Picture) -> Vec<u8> {
    let luma = picture.luma();
    let (width, height) = (picture.width(), picture.height());
    let at = |column: u32, row: u32| {
        let (x, y) = (column * width / COLUMNS + width / COLUMNS / 2, row * height / ROWS + height / ROWS / 2);
        luma.get(y as usize * width as usize + x as usize).copied().unwrap_or(0)
    };
    (0..ROWS)
        .flat_map(|row| (0..COLUMNS).map(move |column| (column, row)))
        .map(|(column, row)| at(column, row))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(bright: std::ops::Range<u32>) -> Picture {
        let pixels =
            (0..240_u32).flat_map(|_| 0..320_u32).flat_map(|x| [if bright.contains(&x) { 200 } else { 40 }; 3]);
        Picture::new(320, 240, pixels.collect()).expect("the sizes agree")
    }

    #[test]
    fn a_hand_moves_and_a_still_picture_does_not() {
        let mut motion = Motion::default();
        assert!(!motion.is_in(&frame(0..80)));
        assert!(!motion.is_in(&frame(0..80)));
        assert!(motion.is_in(&frame(40..120)));
    }
}

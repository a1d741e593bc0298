//! A frame as encoders take it, converted only where it changed. Knows no drawing and no codec.

/// A frame in planar YUV 4:2:0: `y` `[height, width] u8`, `u` and `v` `[height / 2, width / 2] u8`; BT.601, limited range
/// (16..=235). Sides are even.
#[derive(Debug, Clone)]
pub struct I420 {
    pub width: usize,
    pub height: usize,
    pub y: Vec<u8>,
    pub u: Vec<u8>,
    pub v: Vec<u8>,
}

/// A rectangle of whole pixels: `left..right`, `top..bottom`; empty when they meet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Area {
    pub left: usize,
    pub top: usize,
    pub right: usize,
    pub bottom: usize,
}

impl Area {
    pub const EMPTY: Self = Self { left: 0, top: 0, right: 0, bottom: 0 };

    pub fn new(left: usize, top: usize, right: usize, bottom: usize) -> Self {
        Self { left, top, right, bottom }
    }

    pub fn is_empty(self) -> bool {
        self.right <= self.left || self.bottom <= self.top
    }

    pub fn meets(self, other: Self) -> bool {
        self.left.max(other.left) < self.right.min(other.right)
            && self.top.max(other.top) < self.bottom.min(other.bottom)
    }

    /// The smallest area that holds both.
    pub fn with(self, other: Self) -> Self {
        match (self.is_empty(), other.is_empty()) {
            (true, _) => other,
            (_, true) => self,
            _ => Self {
                left: self.left.min(other.left),
                top: self.top.min(other.top),
                right: self.right.max(other.right),
                bottom: self.bottom.max(other.bottom),
            },
        }
    }

    /// Grown to even sides and cut to the frame: chroma has one value for two by two pixels.
    fn even(self, width: usize, height: usize) -> Self {
        let up = |side: usize, most: usize| (side.saturating_add(1) & !1).min(most);
        Self { left: self.left & !1, top: self.top & !1, right: up(self.right, width), bottom: up(self.bottom, height) }
    }
}

impl I420 {
    /// A black frame.
    pub fn new(width: u32, height: u32) -> Self {
        let (width, height) = (width as usize & !1, height as usize & !1);
        let chroma = vec![128; width * height / 4];
        Self { width, height, y: vec![16; width * height], u: chroma.clone(), v: chroma }
    }

    /// Takes over `area` of `rgba`, `[height, width, 4] u8` of this frame's size, opaque.
    ///
    /// # Panics
    /// When `rgba` is smaller than the frame: our own mistake.
    pub(super) fn update(&mut self, rgba: &[u8], area: Area) {
        assert!(rgba.len() >= self.width * self.height * 4, "the canvas is smaller than the frame");
        let area = area.even(self.width, self.height);
        if area.is_empty() {
            return;
        }
        let (wide, half) = (area.right - area.left, (area.right - area.left) / 2);
        for row in (area.top..area.bottom).step_by(2) {
            let at = row * self.width + area.left;
            let upper = &rgba[at * 4..(at + wide) * 4];
            let lower = &rgba[(at + self.width) * 4..(at + self.width + wide) * 4];
            luma(upper, &mut self.y[at..at + wide]);
            luma(lower, &mut self.y[at + self.width..at + self.width + wide]);
            let at = row / 2 * (self.width / 2) + area.left / 2;
            chroma(upper, lower, &mut self.u[at..at + half], &mut self.v[at..at + half]);
        }
    }
}

/// ITU-R BT.601, limited range, in 8 bit fixed point.
fn luma(rgba: &[u8], y: &mut [u8]) {
    for (pixel, y) in rgba.chunks_exact(4).zip(y) {
        let [r, g, b] = [pixel[0], pixel[1], pixel[2]].map(u32::from);
        *y = (((66 * r + 129 * g + 25 * b + 128) >> 8) + 16) as u8;
    }
}

fn chroma(upper: &[u8], lower: &[u8], u: &mut [u8], v: &mut [u8]) {
    let pairs = upper.chunks_exact(8).zip(lower.chunks_exact(8));
    for ((a, b), (u, v)) in pairs.zip(u.iter_mut().zip(v)) {
        let mean = |n: usize| (i32::from(a[n]) + i32::from(a[n + 4]) + i32::from(b[n]) + i32::from(b[n + 4]) + 2) >> 2;
        let (r, g, b) = (mean(0), mean(1), mean(2));
        *u = (((-38 * r - 74 * g + 112 * b + 128) >> 8) + 128) as u8;
        *v = (((112 * r - 94 * g - 18 * b + 128) >> 8) + 128) as u8;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_those_of_bt_601() {
        let mut frame = I420::new(4, 2);
        // white, black / red, blue, in blocks of two by two; values of ITU-R BT.601-7 for 8 bit
        let row: Vec<u8> = [[255, 255, 255, 255]; 2].into_iter().chain([[255, 0, 0, 255]; 2]).flatten().collect();
        frame.update(&[row.clone(), row].concat(), Area::new(0, 0, 4, 2));
        assert_eq!((frame.y[0], frame.u[0], frame.v[0]), (235, 128, 128));
        assert_eq!((frame.y[2], frame.u[1], frame.v[1]), (82, 90, 240));
    }

    #[test]
    fn only_the_area_changes_grown_to_whole_blocks() {
        let mut frame = I420::new(8, 8);
        frame.update(&[255; 8 * 8 * 4], Area::new(3, 3, 4, 4));
        let white: Vec<usize> = (0..64).filter(|&at| frame.y[at] == 235).collect();
        assert_eq!(white, [18, 19, 26, 27]);
        frame.update(&[255; 8 * 8 * 4], Area::new(7, 7, 99, 99));
        assert_eq!(frame.y[63], 235);
    }
}

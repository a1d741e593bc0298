//! Camera pictures in their rectangle, one after the other, with place and time burned in. Knows no camera.

use std::time::Duration;

use resvg::tiny_skia::{IntSize, Pixmap, PixmapMut, PixmapPaint, Transform};

use super::ClipError;
use super::lettering::Lettering;
use super::script::{Frame, Shots};
use super::yuv::Area;
use crate::domain::Picture;

/// How long one picture fades into the next.
const FADE: Duration = Duration::from_millis(200);
/// Letters of the stamp, pixels of a 720 pixel frame.
const STAMP: f32 = 22.0;

/// What is seen at a moment: the picture, and the next one with how much of it shines through, in 255ths.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Seen {
    first: usize,
    second: Option<(usize, u8)>,
}

/// Pictures scaled to their rectangle when they are first seen; two are held.
pub(super) struct Reel<'a> {
    shots: &'a Shots,
    stamp: Pixmap,
    scaled: Vec<(usize, Pixmap)>,
}

impl<'a> Reel<'a> {
    pub fn new(shots: &'a Shots, lettering: &Lettering) -> Result<Self, ClipError> {
        let room = shots.frame.width as f32 - 24.0;
        Ok(Self { shots, stamp: lettering.pill(&shots.stamp, STAMP, room, 0.25)?, scaled: Vec::new() })
    }

    pub fn area(&self) -> Area {
        let Frame { x, y, width, height } = self.shots.frame;
        Area::new(x as usize, y as usize, (x + width) as usize, (y + height) as usize)
    }

    /// What is seen when the scene has run for `passed`.
    pub fn seen(&self, passed: Duration) -> Seen {
        let mut start = Duration::ZERO;
        let last = self.shots.pictures.len().saturating_sub(1);
        for (number, (long, _)) in self.shots.pictures.iter().enumerate() {
            let end = start.saturating_add(*long);
            if passed < end && number < last {
                let fade = FADE.min(*long / 2);
                let into = (passed + fade).saturating_sub(end);
                let share = (into.as_secs_f32() / fade.as_secs_f32().max(0.001) * 255.0) as u8;
                return Seen { first: number, second: (share > 0).then_some((number + 1, share)) };
            }
            start = end;
        }
        Seen { first: last, second: None }
    }

    pub fn draw(&mut self, seen: Seen, canvas: &mut PixmapMut) {
        self.scaled.retain(|(number, _)| *number == seen.first || seen.second.is_some_and(|(next, _)| next == *number));
        self.show(seen.first, 1.0, canvas);
        if let Some((next, share)) = seen.second {
            self.show(next, f32::from(share) / 255.0, canvas);
        }
        let Frame { x, y, height, .. } = self.shots.frame;
        let top = (y + height).saturating_sub(self.stamp.height() + 12);
        put(&self.stamp, x + 12, top, 1.0, canvas);
    }

    fn show(&mut self, number: usize, opacity: f32, canvas: &mut PixmapMut) {
        let Frame { x, y, width, height } = self.shots.frame;
        if !self.scaled.iter().any(|(known, _)| *known == number) {
            let picture = self.shots.pictures.get(number).and_then(|(_, picture)| cover(picture, width, height));
            self.scaled.extend(picture.map(|picture| (number, picture)));
        }
        if let Some((_, picture)) = self.scaled.iter().find(|(known, _)| *known == number) {
            put(picture, x, y, opacity, canvas);
        }
    }
}

pub(super) fn put(what: &Pixmap, x: u32, y: u32, opacity: f32, canvas: &mut PixmapMut) {
    let paint = PixmapPaint { opacity, ..PixmapPaint::default() };
    canvas.draw_pixmap(x as i32, y as i32, what.as_ref(), &paint, Transform::identity(), None);
}

/// The middle of `picture`, scaled so that it covers `width` by `height`: means of pixels when it shrinks, nearest pixels
/// when it grows.
fn cover(picture: &Picture, width: u32, height: u32) -> Option<Pixmap> {
    let size = IntSize::from_wh(width, height)?;
    let (from_wide, from_high) = (f64::from(picture.width()), f64::from(picture.height()));
    let step = (from_wide / f64::from(width)).min(from_high / f64::from(height));
    let columns = spans(from_wide, f64::from(width), step);
    let mut rgba = Vec::with_capacity(width as usize * height as usize * 4);
    for rows in spans(from_high, f64::from(height), step) {
        for columns in &columns {
            rgba.extend(mean(picture, columns, &rows));
        }
    }
    Pixmap::from_vec(rgba, size)
}

/// For each of `count` target pixels the source pixels that it is made of, never none, around the middle of `from`.
fn spans(from: f64, count: f64, step: f64) -> Vec<std::ops::Range<usize>> {
    let first = (from - count * step) / 2.0;
    let last = from as usize;
    let at = |n: usize| ((first + n as f64 * step).max(0.0) as usize).min(last.saturating_sub(1));
    (0..count as usize).map(|n| at(n)..at(n + 1).max(at(n) + 1).min(last)).collect()
}

fn mean(picture: &Picture, columns: &std::ops::Range<usize>, rows: &std::ops::Range<usize>) -> [u8; 4] {
    let mut sums = [0_u32; 3];
    for row in rows.clone() {
        let start = row * picture.width() as usize;
        let pixels = picture.rgb().get((start + columns.start) * 3..(start + columns.end) * 3).unwrap_or_default();
        for pixel in pixels.chunks_exact(3) {
            (0..3).for_each(|n| sums[n] += u32::from(pixel[n]));
        }
    }
    let count = (rows.len() * columns.len()).max(1) as u32;
    let [r, g, b] = sums.map(|sum| ((sum + count / 2) / count) as u8);
    [r, g, b, 255]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grey(width: u32, height: u32, value: u8) -> Picture {
        Picture::new(width, height, vec![value; (width * height * 3) as usize]).unwrap()
    }

    #[test]
    fn a_picture_covers_its_rectangle_and_keeps_its_middle() {
        let rgb = (0..90).flat_map(|_| (0..160).flat_map(|x| [if x < 80 { 10 } else { 200 }; 3])).collect();
        let scaled = cover(&Picture::new(160, 90, rgb).unwrap(), 30, 40).unwrap();
        let red = |x, y| scaled.pixel(x, y).unwrap().red();
        assert_eq!((scaled.width(), scaled.height(), red(0, 0), red(29, 39)), (30, 40, 10, 200));
        assert_eq!(cover(&grey(3, 2, 77), 64, 64).unwrap().pixel(63, 63).unwrap().red(), 77);
    }

    #[test]
    fn pictures_follow_each_other_with_a_short_fade_and_the_last_one_stays() {
        let pictures = [10, 200].map(|value| (Duration::from_secs(1), grey(32, 32, value))).to_vec();
        let frame = Frame { x: 0, y: 0, width: 320, height: 64 };
        let shots = Shots { pictures, frame, stamp: "Hold 3 · 14:20:05".into() };
        let fonts = super::super::Fonts::open().unwrap();
        let lettering = Lettering::new(&fonts, crate::domain::Language::English, 720);
        let mut reel = Reel::new(&shots, &lettering).unwrap();
        let mut red = |ms| {
            let mut canvas = Pixmap::new(320, 64).unwrap();
            let seen = reel.seen(Duration::from_millis(ms));
            reel.draw(seen, &mut canvas.as_mut());
            canvas.pixel(319, 0).unwrap().red()
        };
        assert_eq!((red(0), red(1000), red(9000)), (10, 200, 200));
        assert!((60..150).contains(&red(900)), "{}", red(900));
    }
}

//! How often and in which ways a picture is looked at until a code is read, within a budget of time. Knows no content.
//!
//! A first look reads what is held up straight and lit well. The rest are looks of other kinds, cheap ones first; each is
//! there for a kind of picture (askew, cut off at the edge, small, blurred, unevenly lit), none for a single one.

use std::time::{Duration, Instant};

use super::axes::{Axes, axes};
use super::code::{Code, Format};
use super::decoder::{Threshold, read};
use super::plane::Plane;
use super::trust::Trust;
use crate::base::Stop;
use crate::domain::Picture;

/// Pixels of the first look: a boarding pass that fills a third of a camera's 1280 x 720 has modules of three pixels.
const FIRST_PIXELS_MAX: usize = 1_600_000;

/// Pixels up to which a plane is drawn larger.
const DRAWN_PIXELS_MAX: f32 = 2_400_000.0;

/// How far a small plane is enlarged: modules of one pixel become three.
const SCALE_MAX: f32 = 3.0;

/// Turns tried when the edges' direction misled, degrees. PDF417 is read up to some five degrees askew.
const TURNS: [f32; 6] = [-8.0, 8.0, -16.0, 16.0, -25.0, 25.0];

/// Every code that is read, in the picture's pixels: those of the first look that reads any. A picture without a code
/// takes the whole `budget` (and the look in hand when it ends); `stop` ends it between looks.
pub fn codes(picture: &Picture, budget: Duration, stop: &Stop) -> Vec<Code> {
    let whole = Plane::of(picture);
    let small = reduced(&whole);
    let mut looks = Looks { end: Instant::now() + budget, stop, trust: Trust::default() };
    let found = looks.first(small.as_ref().unwrap_or(&whole));
    if found.is_some() {
        return found.unwrap_or_default();
    }
    looks.further(&whole, small.as_ref()).unwrap_or_default()
}

/// Halved until it is small enough for a first look; `None` when it is already.
fn reduced(whole: &Plane) -> Option<Plane> {
    let mut small = None::<Plane>;
    while small.as_ref().unwrap_or(whole).pixels() > FIRST_PIXELS_MAX {
        small = Some(small.as_ref().unwrap_or(whole).halved()?);
    }
    small
}

/// The looks at one picture, and what they have read so far.
struct Looks<'a> {
    end: Instant,
    stop: &'a Stop,
    trust: Trust,
}

/// A look's codes when there are any; `None` goes on to the next.
type Found = Option<Vec<Code>>;

impl Looks<'_> {
    fn first(&mut self, plane: &Plane) -> Found {
        let found = read(plane, &Format::ALL, Threshold::Local);
        self.trust.at_once(found)
    }

    fn further(&mut self, whole: &Plane, small: Option<&Plane>) -> Found {
        let near = small.unwrap_or(whole);
        self.look(near, Threshold::Global)
            .or_else(|| self.upright(near))
            .or_else(|| small.and_then(|_| self.look(whole, Threshold::Local)))
            .or_else(|| self.enlarged(near))
            .or_else(|| self.split(near))
            .or_else(|| near.halved().and_then(|half| self.both(&half)))
            .or_else(|| self.turned(near))
            .or_else(|| small.and_then(|_| self.look(whole, Threshold::Global)))
    }

    /// One look, unless the time is over.
    fn look(&mut self, plane: &Plane, threshold: Threshold) -> Found {
        if self.is_over() {
            return None;
        }
        let found = read(plane, &Format::ALL, threshold);
        self.trust.confirmed(found)
    }

    fn both(&mut self, plane: &Plane) -> Found {
        self.look(plane, Threshold::Local).or_else(|| self.look(plane, Threshold::Global))
    }

    /// Along the directions in which the plane's edges run: without their lean, and with it.
    fn upright(&mut self, plane: &Plane) -> Found {
        let seen = axes(plane).filter(|seen| !seen.is_upright())?;
        let scale = scale_for(plane);
        self.along(plane, seen.squared(), 1.0)
            .or_else(|| self.along(plane, seen, 1.0))
            .or_else(|| self.along(plane, seen, scale))
            .or_else(|| self.along(plane, seen.squared(), scale))
    }

    fn along(&mut self, plane: &Plane, Axes { right, down }: Axes, scale: f32) -> Found {
        if self.is_over() { None } else { self.look(&plane.drawn(right, down, scale), Threshold::Local) }
    }

    /// Larger, with a white margin.
    fn enlarged(&mut self, plane: &Plane) -> Found {
        if self.is_over() {
            return None;
        }
        let large = plane.turned(0.0, scale_for(plane));
        self.both(&large).or_else(|| self.look(&large.sharpened(4, 1.5), Threshold::Local))
    }

    /// Black and white by our own threshold, over neighbourhoods of two sizes.
    fn split(&mut self, plane: &Plane) -> Found {
        if self.is_over() {
            return None;
        }
        let large = plane.turned(0.0, scale_for(plane).min(2.0)).smoothed(1);
        self.look(&large.split(32, 0), Threshold::Fixed).or_else(|| self.look(&large.split(64, 0), Threshold::Fixed))
    }

    fn turned(&mut self, plane: &Plane) -> Found {
        TURNS.iter().find_map(|&degrees| {
            if self.is_over() { None } else { self.look(&plane.turned(degrees, 1.0), Threshold::Local) }
        })
    }

    fn is_over(&self) -> bool {
        self.stop.is_requested() || Instant::now() >= self.end
    }
}

/// How much larger a plane may be drawn.
fn scale_for(plane: &Plane) -> f32 {
    (DRAWN_PIXELS_MAX / plane.pixels() as f32).sqrt().clamp(1.0, SCALE_MAX)
}

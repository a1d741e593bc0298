//! The frame in hand: a scene's ground, what moves on it, caption, progress and label. Redraws what changed, and only that.

use resvg::tiny_skia::{Pixmap, Rect, Transform};

use super::lettering::{Laid, Lettering};
use super::route::{Way, paint};
use super::script::{Overlay, Scene, Script};
use super::shots::{Reel, Seen, put};
use super::timeline::Moment;
use super::yuv::{Area, I420};
use super::{ClipError, Fonts, drawing};

/// Height of the caption's band with the progress bar, as a share of the frame; backgrounds leave it free.
const BAND_SHARE: f32 = 0.2;
/// Space beside a caption, as a share of the frame's width.
const MARGIN_SHARE: f32 = 0.045;
/// Height of the progress bar, pixels of a 720 pixel frame.
const BAR: f32 = 8.0;
/// Behind the part of the bar that is to come.
const BAR_GROUND: [u8; 3] = [58, 72, 84];
/// Letters of the label, and its distance from the corner.
const LABEL: f32 = 21.0;
const LABEL_EDGE: f32 = 18.0;
/// A route is drawn between these shares of its scene: it begins when the eye is there, and ends while it is looked at.
const ROUTE_FROM: f32 = 0.06;
const ROUTE_TO: f32 = 0.82;

/// What moves in the scene in hand, and how it was last drawn.
enum Moving<'a> {
    Nothing,
    Way(Way<'a>, f32),
    Reel(Reel<'a>, Option<Seen>),
}

/// One clip's frames, one after the other.
pub(super) struct Canvas<'a> {
    script: &'a Script,
    fonts: &'a Fonts,
    lettering: Lettering<'a>,
    /// The captions of each scene, in lines.
    laid: Vec<Vec<Laid>>,
    label: Pixmap,
    scene: Option<usize>,
    /// The scene without what moves.
    ground: Pixmap,
    drawn: Pixmap,
    moving: Moving<'a>,
    caption: Option<usize>,
    band: Option<Pixmap>,
    frame: I420,
}

impl<'a> Canvas<'a> {
    /// Checks every drawing and breaks every caption, so that nothing of the script can fail later.
    ///
    /// # Errors
    /// [`ClipError::Drawing`] and [`ClipError::Script`].
    pub fn new(script: &'a Script, fonts: &'a Fonts) -> Result<Self, ClipError> {
        let (width, height) = (script.width, script.height);
        let lettering = Lettering::new(fonts, script.language, height);
        let room = width as f32 * (1.0 - 2.0 * MARGIN_SHARE);
        for (number, scene) in script.scenes.iter().enumerate() {
            drawing::check_drawing(number, &scene.background)?;
        }
        let lay = |scene: &Scene| scene.captions.iter().map(|caption| lettering.lay(&caption.text, room)).collect();
        let laid = script.scenes.iter().map(lay).collect::<Result<_, _>>()?;
        let label = lettering.pill(&script.provenance.ai_label, LABEL, room, 0.5)?;
        let empty =
            || Pixmap::new(width, height).ok_or_else(|| ClipError::script("a frame without a size", "give it one"));
        Ok(Self {
            script,
            fonts,
            lettering,
            laid,
            label,
            scene: None,
            ground: empty()?,
            drawn: empty()?,
            moving: Moving::Nothing,
            caption: None,
            band: None,
            frame: I420::new(width, height),
        })
    }

    /// The frame of this moment.
    ///
    /// # Errors
    /// [`ClipError::Drawing`] when the library cannot draw a background.
    pub fn draw(&mut self, moment: &Moment) -> Result<&I420, ClipError> {
        let Some(scene) = self.script.scenes.get(moment.scene) else { return Ok(&self.frame) };
        let mut changed = Area::EMPTY;
        if self.scene != Some(moment.scene) {
            self.begin(moment.scene, scene)?;
            changed = self.whole();
        }
        changed = changed.with(self.follow_caption(scene, moment.caption)?);
        changed = changed.with(self.follow_moving(moment));
        self.compose(changed, scene);
        self.draw_bar(moment.clip_share);
        let bar = self.bar();
        self.frame.update(self.drawn.data(), bar);
        Ok(&self.frame)
    }

    fn whole(&self) -> Area {
        Area::new(0, 0, self.frame.width, self.frame.height)
    }

    fn begin(&mut self, number: usize, scene: &'a Scene) -> Result<(), ClipError> {
        let Script { width, height, .. } = *self.script;
        self.ground = drawing::render(number, &scene.background, self.fonts, width, height)?;
        let edge = (LABEL_EDGE * height as f32 / 720.0) as u32;
        put(&self.label, width.saturating_sub(self.label.width() + edge), edge, 1.0, &mut self.ground.as_mut());
        self.moving = match &scene.overlay {
            None => Moving::Nothing,
            Some(Overlay::Route(route)) => Moving::Way(Way::new(route), f32::NAN),
            Some(Overlay::Shots(shots)) => Moving::Reel(Reel::new(shots, &self.lettering)?, None),
        };
        self.scene = Some(number);
        self.band = None;
        Ok(())
    }

    /// A scene with captions keeps its band between them, so that it does not flicker.
    fn follow_caption(&mut self, scene: &Scene, caption: Option<usize>) -> Result<Area, ClipError> {
        if scene.captions.is_empty() || (self.band.is_some() && self.caption == caption) {
            return Ok(Area::EMPTY);
        }
        let area = self.band_area();
        let laid = self.laid.get(self.scene.unwrap_or(0)).zip(caption).and_then(|(laid, number)| laid.get(number));
        let (wide, high) = (area.right as u32, (area.bottom - area.top) as u32);
        let bar = self.bar();
        self.band = Some(self.lettering.band(laid, wide, high, (bar.bottom - bar.top) as u32)?);
        self.caption = caption;
        Ok(area)
    }

    fn follow_moving(&mut self, moment: &Moment) -> Area {
        let (width, height) = (self.frame.width, self.frame.height);
        match &mut self.moving {
            Moving::Nothing => Area::EMPTY,
            Moving::Way(way, last) => {
                let share = route_share(moment.scene_share);
                let is_same = *last == share;
                *last = share;
                if is_same { Area::EMPTY } else { way.area(share, width, height) }
            }
            Moving::Reel(reel, last) => {
                let seen = Some(reel.seen(moment.passed));
                let is_same = *last == seen;
                *last = seen;
                if is_same { Area::EMPTY } else { reel.area() }
            }
        }
    }

    /// Draws `area` anew from its ground up, with all of what lies partly in it.
    fn compose(&mut self, area: Area, scene: &Scene) {
        if area.is_empty() {
            return;
        }
        let moving = match &self.moving {
            Moving::Nothing => Area::EMPTY,
            Moving::Way(way, share) => way.area(*share, self.frame.width, self.frame.height),
            Moving::Reel(reel, _) => reel.area(),
        };
        let band = if scene.captions.is_empty() { Area::EMPTY } else { self.band_area() };
        // What is half transparent must not be drawn twice: each part is drawn whole on fresh ground, or not at all.
        let with_moving = if area.meets(moving) { area.with(moving) } else { area };
        let with_band = if with_moving.meets(band) { with_moving.with(band) } else { with_moving };
        let fresh = if with_band.meets(moving) { with_band.with(moving) } else { with_band };
        self.restore(fresh);
        if fresh.meets(moving) {
            match &mut self.moving {
                Moving::Nothing => {}
                Moving::Way(way, share) => way.draw(*share, &mut self.drawn.as_mut()),
                Moving::Reel(reel, Some(seen)) => reel.draw(*seen, &mut self.drawn.as_mut()),
                Moving::Reel(_, None) => {}
            }
        }
        if let Some(words) = self.band.as_ref().filter(|_| fresh.meets(band)) {
            put(words, 0, band.top as u32, 1.0, &mut self.drawn.as_mut());
        }
        self.frame.update(self.drawn.data(), fresh);
    }

    fn restore(&mut self, area: Area) {
        let width = self.frame.width;
        for row in area.top..area.bottom {
            let bytes = (row * width + area.left) * 4..(row * width + area.right) * 4;
            self.drawn.data_mut()[bytes.clone()].copy_from_slice(&self.ground.data()[bytes]);
        }
    }

    fn draw_bar(&mut self, share: f32) {
        let bar = self.bar();
        let (wide, top, high) = (bar.right as f32, bar.top as f32, (bar.bottom - bar.top) as f32);
        let parts = [(BAR_GROUND, wide), (self.script.accent, wide * share.clamp(0.0, 1.0))];
        for (colour, wide) in parts {
            if let Some(rectangle) = Rect::from_xywh(0.0, top, wide, high) {
                self.drawn.as_mut().fill_rect(rectangle, &paint(colour), Transform::identity(), None);
            }
        }
    }

    fn band_area(&self) -> Area {
        let high = (self.frame.height as f32 * BAND_SHARE) as usize;
        Area::new(0, (self.frame.height - high) & !1, self.frame.width, self.frame.height)
    }

    fn bar(&self) -> Area {
        let high = ((BAR * self.frame.height as f32 / 720.0) as usize).max(2);
        Area::new(0, self.frame.height - high, self.frame.width, self.frame.height)
    }
}

/// Starts and ends gently (smoothstep).
fn route_share(scene_share: f32) -> f32 {
    let t = ((scene_share - ROUTE_FROM) / (ROUTE_TO - ROUTE_FROM)).clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

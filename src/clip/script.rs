//! What a clip is to show: plain values, and the check that they keep the limits. Knows nothing of drawing or coding.

use std::time::Duration;

use super::ClipError;
use super::limits::{
    CAPTION_CHARS_MAX, CAPTIONS_MAX, DURATION_MAX, FPS_MAX, PICTURES_BYTES_MAX, PIXELS_MAX, ROUTE_POINTS_MAX,
    SCENES_MAX, SIDE_MAX, SIDE_MIN, SVG_BYTES_MAX, WORDS_CHARS_MAX,
};
use crate::domain::{Language, Picture, is_han};

/// sRGB.
pub type Colour = [u8; 3];

/// A whole clip.
#[derive(Debug, Clone, PartialEq)]
pub struct Script {
    /// Pixels, even; 1280 by 720 is what the page's card is made for.
    pub width: u32,
    pub height: u32,
    /// Frames a second; 15 moves smoothly enough for a route.
    pub fps: u32,
    pub scenes: Vec<Scene>,
    /// Goes into the file, and is not drawn.
    pub title: String,
    pub language: Language,
    /// The site's colour: the progress bar.
    pub accent: Colour,
    pub provenance: Provenance,
}

/// Who made the clip of what; shown and written into the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provenance {
    /// The provider, as the labelling rule wants it named: "Northgate Airport, usher 0.1".
    pub made_by: String,
    /// Where the facts come from: "baggage system, 14:20".
    pub facts_from: String,
    /// Stands in the corner for the whole clip: "AI-made explanation", "AI 生成的讲解".
    pub ai_label: String,
    /// Identifies this clip at its provider (`ProduceID` of GB 45438-2025).
    pub id: String,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Scene {
    /// At least this long; longer when the narration needs it.
    pub duration: Duration,
    /// An SVG of the frame's shape; the caption covers its lowest fifth.
    pub background: String,
    pub overlay: Option<Overlay>,
    pub captions: Vec<Caption>,
}

/// What moves in a scene.
#[derive(Debug, Clone, PartialEq)]
pub enum Overlay {
    Route(Route),
    Shots(Shots),
}

/// A way that is drawn from its first point to its last.
#[derive(Debug, Clone, PartialEq)]
pub struct Route {
    /// Pixels of the frame.
    pub points: Vec<(f32, f32)>,
    pub colour: Colour,
    /// Pixels.
    pub width: f32,
    /// Radius of the dot at its head, pixels; 0 for none.
    pub dot: f32,
}

/// Camera pictures one after the other.
#[derive(Debug, Clone, PartialEq)]
pub struct Shots {
    /// How long each is shown; the last one stays. Never shown from the start again, as if it went on.
    pub pictures: Vec<(Duration, Picture)>,
    pub frame: Frame,
    /// Burned in: place and time, such as "Hold 3 · recorded 14:20:05".
    pub stamp: String,
}

/// A rectangle of the frame, pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frame {
    pub x: u32,
    pub y: u32,
    pub width: u32,
    pub height: u32,
}

/// A sentence that is shown, and spoken when there is a voice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caption {
    pub text: String,
    /// From the scene's start; later when the caption before is still spoken.
    pub start: Duration,
    /// From the scene's start; later when it takes longer to say or to read.
    pub end: Duration,
}

impl Caption {
    /// The least time that it is shown: as written, and long enough to be read. Chosen after broadcasters' subtitle
    /// rules: 17 characters a second, 8 for Chinese, never under 1.2 s.
    pub(super) fn least(&self) -> Duration {
        let han = self.text.chars().filter(|&c| is_han(c)).count() as f64;
        let others = self.text.chars().filter(|&c| !is_han(c)).count() as f64;
        let reading = Duration::from_secs_f64((han / 8.0 + others / 17.0).max(1.2));
        self.end.saturating_sub(self.start).max(reading)
    }
}

impl Script {
    /// Checks every limit but the drawings' (see [`check_drawing`](super::check_drawing)).
    ///
    /// # Errors
    /// [`ClipError::Script`] says which one and what would fit.
    pub fn check(&self) -> Result<(), ClipError> {
        self.check_frame()?;
        self.check_words()?;
        if self.scenes.is_empty() || self.scenes.len() > SCENES_MAX {
            return Err(ClipError::script(format!("it has {} scenes", self.scenes.len()), "give it 1 to 12"));
        }
        let captions = self.scenes.iter().map(|scene| scene.captions.len()).sum::<usize>();
        if captions > CAPTIONS_MAX {
            return Err(ClipError::script(format!("it has {captions} captions"), "give it 24 at most"));
        }
        let bytes = self.scenes.iter().map(Scene::picture_bytes).fold(0, usize::saturating_add);
        if bytes > PICTURES_BYTES_MAX {
            let mib = bytes >> 20;
            return Err(ClipError::script(
                format!("its pictures take {mib} MiB"),
                "scale them to where they are shown; 64 MiB at most",
            ));
        }
        self.scenes.iter().enumerate().try_for_each(|(number, scene)| scene.check(number, self.width, self.height))?;
        let least = super::timeline::least(self);
        if least > DURATION_MAX {
            let long = least.as_secs_f32();
            return Err(ClipError::script(format!("it takes {long:.1} s to show and read"), "shorten it to 20 s"));
        }
        Ok(())
    }

    fn check_frame(&self) -> Result<(), ClipError> {
        let Self { width, height, fps, .. } = *self;
        let sides = SIDE_MIN..=SIDE_MAX;
        let fits = sides.contains(&width) && sides.contains(&height) && width.saturating_mul(height) <= PIXELS_MAX;
        if !fits || width % 2 != 0 || height % 2 != 0 {
            let what = format!("a frame of {width} by {height} pixels");
            return Err(ClipError::script(what, "use even sides from 160 to 1920 pixels, such as 1280 by 720"));
        }
        if !(5..=FPS_MAX).contains(&fps) {
            return Err(ClipError::script(format!("{fps} frames a second"), "use 5 to 30"));
        }
        Ok(())
    }

    fn check_words(&self) -> Result<(), ClipError> {
        let Provenance { made_by, facts_from, ai_label, id } = &self.provenance;
        for words in [&self.title, made_by, facts_from, ai_label, id] {
            check_words(words)?;
        }
        if ai_label.trim().is_empty() || made_by.trim().is_empty() {
            return Err(ClipError::script("it does not say that it is made by AI, and by whom", "fill in provenance"));
        }
        Ok(())
    }
}

fn check_words(words: &str) -> Result<(), ClipError> {
    match words.chars().count() {
        0..=WORDS_CHARS_MAX => Ok(()),
        many => Err(ClipError::script(format!("a title or label of {many} characters"), "use 200 at most")),
    }
}

impl Scene {
    fn picture_bytes(&self) -> usize {
        let Some(Overlay::Shots(shots)) = &self.overlay else { return 0 };
        shots.pictures.iter().map(|(_, picture)| picture.rgb().len()).fold(0, usize::saturating_add)
    }

    fn check(&self, number: usize, width: u32, height: u32) -> Result<(), ClipError> {
        if self.background.len() > SVG_BYTES_MAX {
            let reason = format!("it has {} bytes and 1 MiB is the most", self.background.len());
            return Err(ClipError::Drawing { scene: number, reason });
        }
        for caption in &self.captions {
            let chars = caption.text.chars().count();
            if chars > CAPTION_CHARS_MAX || caption.text.trim().is_empty() {
                return Err(ClipError::script(format!("a caption of {chars} characters"), "use 1 to 200"));
            }
            if caption.end < caption.start || caption.end > DURATION_MAX {
                return Err(ClipError::script("a caption ends before it starts or after 20 s", "mend its times"));
            }
        }
        match &self.overlay {
            None => Ok(()),
            Some(Overlay::Route(route)) => route.check(),
            Some(Overlay::Shots(shots)) => shots.check(width, height),
        }
    }
}

impl Route {
    fn check(&self) -> Result<(), ClipError> {
        let count = self.points.len();
        if !(2..=ROUTE_POINTS_MAX).contains(&count) {
            return Err(ClipError::script(format!("a route of {count} points"), "use 2 to 2000"));
        }
        let far = f32::from(u16::MAX);
        let inside = |&(x, y): &(f32, f32)| x.abs() <= far && y.abs() <= far;
        let sizes = (1.0..=64.0).contains(&self.width) && (0.0..=64.0).contains(&self.dot);
        if !sizes || !self.points.iter().all(inside) {
            return Err(ClipError::script(
                "a route that is no line of the frame",
                "use pixels, and a width of 1 to 64",
            ));
        }
        Ok(())
    }
}

impl Shots {
    fn check(&self, width: u32, height: u32) -> Result<(), ClipError> {
        let Frame { x, y, width: wide, height: high } = self.frame;
        let fits = x.checked_add(wide).is_some_and(|right| right <= width)
            && y.checked_add(high).is_some_and(|bottom| bottom <= height);
        if !fits || wide < 32 || high < 32 {
            let what = format!("pictures in {wide} by {high} pixels at {x}, {y}");
            return Err(ClipError::script(what, "keep them inside the frame, 32 pixels or more"));
        }
        if self.pictures.is_empty() || self.stamp.trim().is_empty() {
            return Err(ClipError::script("camera pictures without a picture or a stamp", "say where and when"));
        }
        check_words(&self.stamp)
    }
}

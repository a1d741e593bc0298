//! The site's map as an answer shows it: the way from this kiosk, drawn and in words.

use std::sync::Arc;

use crate::domain::{Language, Site};
use crate::media::{Journey, Map, Scene};

/// What the kiosk's page has room for, pixels.
const WIDTH: u32 = 1080;
const HEIGHT: u32 = 1200;

/// A site's map and where this kiosk stands on it.
pub struct SiteMap {
    pub map: Arc<Map>,
    /// The place of this kiosk; every way begins there.
    pub kiosk: String,
}

/// A way as a visitor gets it.
pub struct Way {
    pub title: String,
    /// Time and distance, then the steps, one a line; or why there is no way.
    pub text: String,
    /// The drawing in words.
    pub alt: String,
}

impl SiteMap {
    /// The drawing; `None` when the map has no such place.
    pub fn draw(&self, place: &str, language: Language, step_free: bool, site: &Site) -> Option<String> {
        self.with_scene(place, language, step_free, &site.theme.accent, |scene| self.map.draw(scene))
    }

    /// The place that `words` name, and not merely remind of: its name stands in them, or they in its name.
    pub fn named(&self, words: &str, language: Language) -> Option<String> {
        let words = words.trim().to_lowercase();
        let names = |name: &str| name.contains(&words) || words.contains(name);
        let found = self.map.find(&words, language, &self.kiosk);
        let place = found.first().filter(|place| names(&place.name.get(language).to_lowercase()))?;
        (!words.is_empty()).then(|| place.id.clone())
    }

    /// The way to `place` in words; `None` when the map has no such place.
    pub fn way(&self, place: &str, language: Language, step_free: bool) -> Option<Way> {
        let found = self.map.place(place)?;
        let text = match self.map.route(&self.kiosk, place, step_free) {
            Ok(journey) => told(&journey, language),
            Err(error) => error.told(language).to_string(),
        };
        let alt = self.with_scene(place, language, step_free, "#000000", |scene| self.map.describe(scene))?;
        Some(Way { title: found.name.get(language).to_string(), text, alt })
    }

    fn with_scene<T>(
        &self,
        place: &str,
        language: Language,
        step_free: bool,
        accent: &str,
        then: impl FnOnce(&Scene<'_>) -> T,
    ) -> Option<T> {
        let place = self.map.place(place)?;
        let route = self.map.route(&self.kiosk, &place.id, step_free).ok();
        let here = self.map.place(&self.kiosk);
        Some(then(&Scene { place, route: route.as_ref(), here, language, accent, width: WIDTH, height: HEIGHT }))
    }
}

fn told(journey: &Journey, language: Language) -> String {
    let steps = journey.steps.iter().map(|step| step.text(language));
    std::iter::once(journey.summary(language)).chain(steps).collect::<Vec<_>>().join("\n")
}

//! `/media/map/PLACE.LANGUAGE.svg`: the way from this kiosk to a place, drawn. `?step_free=true` avoids stairs and escalators.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::{App, error};
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

#[derive(Debug, Default, Deserialize)]
pub struct Wish {
    #[serde(default)]
    step_free: bool,
}

pub async fn draw(State(app): State<Arc<App>>, Path(file): Path<String>, Query(wish): Query<Wish>) -> Response {
    let drawn = app.map.as_ref().and_then(|map| {
        let (place, language) = file.strip_suffix(".svg")?.rsplit_once('.')?;
        map.draw(place, language.parse().ok()?, wish.step_free, &app.site)
    });
    match drawn {
        Some(svg) => {
            ([(header::CONTENT_TYPE, "image/svg+xml"), (header::CACHE_CONTROL, "no-cache")], svg).into_response()
        }
        None => error::not_found().await.into_response(),
    }
}

impl SiteMap {
    fn draw(&self, place: &str, language: Language, step_free: bool, site: &Site) -> Option<String> {
        self.with_scene(place, language, step_free, &site.theme.accent, |scene| self.map.draw(scene))
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

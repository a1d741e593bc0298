//! `/media/map/PLACE.LANGUAGE.svg`: the way from this kiosk to a place, drawn. `?step_free=true` avoids stairs and escalators.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::{App, error};

#[derive(Debug, Default, Deserialize)]
pub struct Wish {
    #[serde(default)]
    step_free: bool,
}

pub async fn draw(State(app): State<Arc<App>>, Path(file): Path<String>, Query(wish): Query<Wish>) -> Response {
    let drawn = app.showing.map().and_then(|map| {
        let (place, language) = file.strip_suffix(".svg")?.rsplit_once('.')?;
        map.draw(place, language.parse().ok()?, wish.step_free, &app.terms().site)
    });
    match drawn {
        Some(svg) => {
            ([(header::CONTENT_TYPE, "image/svg+xml"), (header::CACHE_CONTROL, "no-cache")], svg).into_response()
        }
        None => error::not_found().await.into_response(),
    }
}

//! Opens what reads pictures and what explains: business systems, cameras, templates, clips. Each that cannot be used is told,
//! and the rest serves.

use std::path::Path;
use std::sync::Arc;

use super::opening::Opening;
use super::{QUEUE_MAX, folder_of};
use crate::base::Clock;
use crate::base::worker::Worker;
use crate::camera::Cameras;
use crate::clip::{Clips, Fonts};
use crate::config::Settings;
use crate::engine::FaceFinder;
use crate::facts::Connectors;
use crate::media::{Map, Templates};
use crate::showing::{Parts, Showing, SiteMap, Tools, Workshop};

/// Clips kept on the disk at most, whatever their size.
const CLIPS_MAX: usize = 200;

/// The site's business systems; `None` where it has none.
pub fn facts(settings: &Settings, clock: &Clock) -> Option<Arc<Connectors>> {
    if settings.connector.0.is_empty() {
        return None;
    }
    match Connectors::open(&settings.connector, clock.zone()) {
        Ok(systems) => Some(Arc::new(systems)),
        Err(error) => {
            tracing::error!(%error, "the site's systems cannot be asked; answers come from the knowledge alone");
            None
        }
    }
}

/// The face detector, where the site wants people noticed or blurred.
pub fn faces(settings: &Settings, opening: &mut Opening) -> Option<Arc<Worker<Box<dyn FaceFinder>>>> {
    let is_wanted = settings.presence.on || settings.camera.0.values().any(|camera| camera.blur_faces);
    let finder = is_wanted.then(|| opening.faces())??;
    Some(Arc::new(Worker::start("faces", QUEUE_MAX, finder)))
}

/// What answers are explained with.
///
/// # Errors
/// When the time zone is unknown, which the configuration refuses.
pub fn showing(
    settings: &Settings,
    data: &Path,
    map: Option<Arc<Map>>,
    faces: Option<Arc<Worker<Box<dyn FaceFinder>>>>,
    opening: &Opening,
) -> anyhow::Result<Showing> {
    let templates = templates(settings);
    let workshop = templates.is_some().then(|| workshop(settings, data, faces, opening)).flatten();
    Ok(Showing::open(Parts {
        site: settings.site.clone(),
        clock: Clock::system(&settings.site.time_zone)?,
        map: map.zip(settings.map.kiosk.clone()).map(|(map, kiosk)| SiteMap { map, kiosk }),
        templates,
        workshop,
    }))
}

fn templates(settings: &Settings) -> Option<Arc<Templates>> {
    match Templates::open(&settings.knowledge.join("media"), &settings.site.languages) {
        Ok(templates) => Some(Arc::new(templates)),
        Err(error) => {
            tracing::error!(%error, "the site's templates are refused; answers have no cards and no clips");
            None
        }
    }
}

fn workshop(
    settings: &Settings,
    data: &Path,
    faces: Option<Arc<Worker<Box<dyn FaceFinder>>>>,
    opening: &Opening,
) -> Option<Workshop> {
    let opened = || -> anyhow::Result<Workshop> {
        let bytes_max = u64::from(settings.clips.disk_mb) << 20;
        Ok(Workshop::open(Tools {
            fonts: Fonts::open()?,
            coding: settings.clips.encoder,
            clips: Clips::open(&folder_of(settings, data).join("clips"), bytes_max, CLIPS_MAX)?,
            voice: opening.voice_opener(),
            cameras: cameras(settings),
            faces,
        }))
    };
    match opened() {
        Ok(workshop) => Some(workshop),
        Err(error) => {
            let reason = format!("{error:#}");
            tracing::error!(reason, "no clips can be made; answers stand in words and pictures");
            None
        }
    }
}

fn cameras(settings: &Settings) -> Option<Cameras> {
    if settings.camera.0.is_empty() {
        return None;
    }
    match Cameras::open(&settings.camera) {
        Ok(cameras) => Some(cameras),
        Err(error) => {
            tracing::error!(%error, "the site's cameras cannot be used; explanations come without their pictures");
            None
        }
    }
}

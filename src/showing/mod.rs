//! What an answer is explained with: a card, the way on the map, a clip that is made while it is watched, and the copy that a
//! visitor takes along.
//!
//! Joins maps, cards, cameras and clips. Decides nothing about answers, knows no HTTP, and keeps nothing of a visit but what
//! it was shown, in memory, until the visit ends.

mod cards;
mod gallery;
mod script;
mod take;
mod way;
mod workshop;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::Serialize;

pub use gallery::{Gallery, Made};
pub use take::{TAKEN_FOR, Takeaways, Taken};
pub use way::{SiteMap, Way};
pub use workshop::{OpenVoice, Tools, Workshop};

use crate::base::Clock;
use crate::domain::{Answer, Item, Language, Live, Show, Site};
use crate::media::{CardFacts, Templates};

/// Visits whose last pictures are known for taking along.
const VISITS_MAX: usize = 32;

/// Something beside the words of an answer, in the contract's shape.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Media {
    /// `card`, `steps`, `fees`, `flight`, `bag`, `text`, `map` or `clip`.
    pub kind: &'static str,
    pub title: String,
    /// On this appliance.
    pub url: String,
    /// The whole in words.
    pub alt: String,
    /// A still of a clip that waits to be asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub poster: Option<String>,
    /// What has to be read beside it at all times: that a clip was made by a machine.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Plays by itself; otherwise it is made when the visitor asks for it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub auto: bool,
}

/// What the room is opened with.
pub struct Parts {
    pub site: Site,
    pub clock: Clock,
    /// `None` where the site has no map.
    pub map: Option<SiteMap>,
    /// `None` where the site's templates are refused.
    pub templates: Option<Arc<Templates>>,
    /// `None` where no clip can be made.
    pub workshop: Option<Workshop>,
}

pub struct Showing {
    parts: Arc<Parts>,
    gallery: Gallery,
    last: Mutex<HashMap<String, Vec<(Media, Made)>>>,
    pub takeaways: Takeaways,
}

/// What an answer may be explained with.
#[derive(Debug, Clone, Copy, Default)]
pub struct Wanted {
    /// Ways avoid stairs and escalators.
    pub step_free: bool,
    /// Clips of the site's cameras may be made: whoever looks was told that a machine makes them.
    pub filmed: bool,
}

impl Showing {
    pub fn open(parts: Parts) -> Self {
        Self {
            parts: Arc::new(parts),
            gallery: Gallery::default(),
            last: Mutex::default(),
            takeaways: Takeaways::default(),
        }
    }

    pub fn map(&self) -> Option<&SiteMap> {
        self.parts.map.as_ref()
    }

    /// Something that was made, by the id in its address.
    pub fn made(&self, id: &str) -> Option<Made> {
        self.gallery.get(id)
    }

    /// Starts a clip that was offered and is now asked for.
    pub fn play(&self, made: Made) -> Option<Made> {
        match (made, &self.parts.workshop) {
            (Made::Order(order), Some(workshop)) => workshop.make_known(&order).map(Made::Clip),
            (Made::Order(_), None) => None,
            (made, _) => Some(made),
        }
    }

    /// What the visit was shown last, with the things themselves.
    pub fn shown_last(&self, visit: &str) -> Vec<(Media, Made)> {
        self.last().get(visit).cloned().unwrap_or_default()
    }

    /// The visit has ended: nothing made for it stays, but for what was taken along.
    pub fn forget(&self, visit: &str) {
        self.gallery.forget(visit);
        self.last().remove(visit);
    }

    /// Makes what `answer` is explained with. Drawings are there when this returns; a clip grows while it is watched. Call it
    /// inside tokio.
    pub fn explain(&self, answer: &Answer, visit: &str, wanted: Wanted) -> Vec<Media> {
        let mut made = Vec::new();
        for show in &answer.show {
            match show {
                Show::Item(item) => self.of_item(item, wanted.step_free, &mut made),
                Show::Live(live) => self.of_live(live, answer.language, wanted, &mut made),
                // The page shows what was read by itself.
                Show::Seen(_) => {}
            }
        }
        let mut before = None;
        for (media, made) in &mut made {
            media.url = format!("/media/made/{}", self.gallery.hang(visit, made.clone()));
            // The way's own drawing stands where its clip will be.
            media.poster = before.take().filter(|_| matches!(made, Made::Order(_)));
            before = Some(media.url.clone());
        }
        let media = made.iter().map(|(media, _)| media.clone()).collect();
        let mut last = self.last();
        if last.len() >= VISITS_MAX {
            last.clear();
        }
        last.insert(visit.into(), made);
        media
    }

    fn of_item(&self, item: &Item, step_free: bool, made: &mut Vec<(Media, Made)>) {
        let now = self.parts.clock.now();
        made.extend(CardFacts::from_item(item, now).and_then(|facts| self.card(&facts, item.language)));
        if let Some(place) = self.place_of(item) {
            self.way(&place, item.language, step_free, made);
        }
    }

    fn of_live(&self, live: &Live, language: Language, wanted: Wanted, made: &mut Vec<(Media, Made)>) {
        let facts = cards::of_live(live, language, self.parts.clock.now());
        if let Some(workshop) = self.parts.workshop.as_ref().filter(|_| wanted.filmed && live.camera.is_some()) {
            made.extend(workshop.explained_camera(live, &self.parts, language));
        }
        made.extend(self.card(&facts, language));
        let gate = live.facts.iter().find(|fact| fact.name == "gate").map(|fact| fact.value.clone());
        let place = gate.and_then(|gate| self.map()?.named(&gate, language));
        if let Some(place) = place {
            self.way(&place, language, wanted.step_free, made);
        }
    }

    /// A card, unless the site's template refuses it: the words stand without.
    fn card(&self, facts: &CardFacts, language: Language) -> Option<(Media, Made)> {
        let templates = self.parts.templates.as_ref()?;
        match templates.draw(facts, language) {
            Ok(card) => {
                let media = drawing(card.kind.name(), card.title, card.alt);
                Some((media, Made::Drawing(card.svg.into())))
            }
            Err(error) => {
                tracing::error!(%error, "a card could not be drawn; the answer is shown without it");
                None
            }
        }
    }

    /// The drawn way to `place`, and a clip of its steps for whoever asks.
    fn way(&self, place: &str, language: Language, step_free: bool, made: &mut Vec<(Media, Made)>) {
        let Some(map) = self.map() else { return };
        let Some(way) = map.way(place, language, step_free) else { return };
        let Some(svg) = map.draw(place, language, step_free, &self.parts.site) else { return };
        let clip = script::of_way(&way, &self.parts, language);
        let title = way.title.clone();
        made.push((drawing("map", way.title, way.alt), Made::Drawing(svg.into())));
        if let Some(clip) = clip.filter(|_| self.parts.workshop.is_some()) {
            let label = Some(clip.provenance.ai_label.clone());
            let media = Media { label, ..drawing("clip", title, way.text) };
            made.push((media, Made::Order(Arc::new(clip))));
        }
    }

    /// The place on the map that an item is about: named by the site, or else by its own title or place.
    fn place_of(&self, item: &Item) -> Option<String> {
        let map = self.map()?;
        match item.media.as_deref().and_then(|media| media.strip_prefix("map:")) {
            Some(place) => map.map.place(place).map(|place| place.id.clone()),
            None => map.named(item.questions.first()?, item.language),
        }
    }

    fn last(&self) -> MutexGuard<'_, HashMap<String, Vec<(Media, Made)>>> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn drawing(kind: &'static str, title: String, alt: String) -> Media {
    Media { kind, title, url: String::new(), alt, poster: None, label: None, auto: false }
}

//! The site's map: named places, the way from this kiosk to one of them in words, and a drawing of that way.
//!
//! [`Map::open`] reads a folder with `map.toml` and one SVG drawing a floor and checks all of it, so that nothing can fail
//! later but a wish that the building does not grant. Pure computing: the room does not know who asks, or what shows the
//! drawing. Every text and drawing is escaped here; a place's name is data.

mod build;
mod card;
mod drawing;
mod file;
mod find;
mod graph;
mod hours;
mod journey;
mod palette;
mod picture;
mod place;
mod steps;
mod words;

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use drawing::Drawing;
use graph::Graph;

use crate::domain::{Language, Localised};

pub use card::{
    Area, BagFacts, CameraFacts, Card, CardError, CardKind, Embedded, End, Facts as CardFacts, FeeFacts, FlightFacts,
    Icon, PlaceFacts, Status, StepFacts, Templates, TextFacts, TitleFacts,
};
pub use hours::{Hours, State};
pub use journey::{Action, Journey, RouteError, Side, Step, Turn};
pub use picture::Scene;
pub use place::{Kind, Place};

/// What can be wrong with a map's folder; the text says where and what to do.
#[derive(Debug, thiserror::Error)]
pub enum MapError {
    #[error("cannot read {}; check its name and rights", path.display())]
    Unreadable { path: PathBuf, source: std::io::Error },
    #[error("{}: {source}", path.display())]
    Malformed { path: PathBuf, source: Box<toml::de::Error> },
    #[error("{}: {what}; {repair}", path.display())]
    Invalid { path: PathBuf, what: String, repair: String },
}

/// One level of one building.
#[derive(Debug)]
pub struct Floor {
    pub id: String,
    /// As a heading: "T1, level 3".
    pub name: Localised,
    /// As a step speaks of it: "level 3".
    pub short: Localised,
    /// What it is for: "Departures".
    pub title: Localised,
    /// Levels above the ground; higher is up.
    pub level: i8,
    drawing: Drawing,
}

/// A checked map. Places are named by their id.
#[derive(Debug)]
pub struct Map {
    floors: Vec<Floor>,
    places: Vec<Place>,
    by_id: HashMap<String, usize>,
    graph: Graph,
}

impl Map {
    /// Reads and checks `map.toml` and the floors' drawings in `folder`; every name must be there in all `languages`.
    ///
    /// # Errors
    /// [`MapError`] naming the file, what is wrong there, and the repair.
    pub fn open(folder: &Path, languages: &[Language]) -> Result<Self, MapError> {
        build::open(folder, languages)
    }

    pub fn floors(&self) -> &[Floor] {
        &self.floors
    }

    pub fn places(&self) -> &[Place] {
        &self.places
    }

    /// The place with this id.
    pub fn place(&self, id: &str) -> Option<&Place> {
        self.by_id.get(id).map(|&index| &self.places[index])
    }

    /// The floor a place is on.
    pub fn floor_of(&self, place: &Place) -> &Floor {
        &self.floors[place.floor]
    }

    /// The places that the words may mean, best first and, among equals, nearest to `from` first: names in any language,
    /// aliases, and codes such as `B22`. At most [`find::FOUND_MAX`].
    pub fn find(&self, words: &str, language: Language, from: &str) -> Vec<&Place> {
        find::find(self, words, language, from)
    }

    /// The places that the knowledge item `item` speaks of, nearest to `from` first.
    pub fn places_of_item(&self, item: &str, from: &str) -> Vec<&Place> {
        let named = self.places.iter().filter(|place| place.items.iter().any(|one| one == item));
        find::nearest_first(self, named.collect(), from)
    }

    /// The quickest way between two places; with `step_free`, one without stairs and escalators.
    ///
    /// # Errors
    /// [`RouteError`] when a place is not known, or the building grants no such way.
    pub fn route(&self, from: &str, to: &str, step_free: bool) -> Result<Journey, RouteError> {
        journey::route(self, from, to, step_free)
    }

    /// One standalone SVG: the floors that the way uses, or the place's floor when there is none.
    pub fn draw(&self, scene: &Scene) -> String {
        picture::draw(self, scene)
    }

    /// What the drawing shows, for those who do not see it.
    pub fn describe(&self, scene: &Scene) -> String {
        picture::describe(self, scene)
    }
}

#[cfg(test)]
mod tests;

//! What a visitor may be led to.

use serde::Deserialize;

use crate::domain::Localised;

/// A named place.
#[derive(Debug, Clone)]
pub struct Place {
    pub id: String,
    /// As a label: "Information desk".
    pub name: Localised,
    /// As a sentence speaks of it: "the information desk".
    pub said: Localised,
    pub kind: Kind,
    /// As it is painted on the wall: "B22", "C", "4".
    pub code: Option<String>,
    /// Other words for it, in any language.
    pub aliases: Vec<String>,
    /// Ids of the knowledge items that speak of it.
    pub items: Vec<String>,
    /// Only passengers who have just landed get there.
    pub arriving: bool,
    /// A way without stairs and escalators leads there; checked.
    pub step_free: bool,
    /// Index into the map's floors.
    pub(super) floor: usize,
    /// Metres from the drawing's left and upper edge.
    pub(super) at: Point,
    /// Where somebody who reads a kiosk's screen looks to.
    pub(super) facing: Option<Heading>,
    /// Index into the graph's nodes.
    pub(super) node: usize,
    /// Joined to the ways by a door of its own, so that its side is worth saying.
    pub(super) has_door: bool,
}

/// Metres to the right and down from a drawing's upper left corner.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Point {
    pub x: f64,
    pub y: f64,
}

impl Point {
    pub fn distance(self, other: Self) -> f64 {
        (self.x - other.x).hypot(self.y - other.y)
    }

    /// The direction from here to `other`.
    pub fn heading(self, other: Self) -> Heading {
        Heading((other.x - self.x).atan2(self.y - other.y).to_degrees())
    }

    /// The point at `share` of the way to `other`.
    pub fn towards(self, other: Self, share: f64) -> Self {
        Self { x: self.x + (other.x - self.x) * share, y: self.y + (other.y - self.y) * share }
    }
}

/// Degrees clockwise from the drawing's upper edge.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Heading(pub f64);

impl Heading {
    /// How far to the right one turns from here to `other`, `-180.0..180.0`.
    pub fn turn_to(self, other: Self) -> f64 {
        (other.0 - self.0 + 180.0).rem_euclid(360.0) - 180.0
    }
}

/// What a place is: decides its sign and whether people orient themselves by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    Kiosk,
    Island,
    Counter,
    Information,
    Desk,
    Security,
    Passport,
    Customs,
    Gate,
    Exit,
    Entrance,
    PeopleMover,
    Train,
    Taxi,
    Bus,
    Car,
    Parking,
    Food,
    Coffee,
    Shop,
    Medical,
    Defibrillator,
    Police,
    Money,
    Cash,
    Machine,
    Luggage,
    Belt,
    Toilet,
    Baby,
    Play,
    Lounge,
    Shower,
    Rest,
    Hotel,
    Prayer,
    View,
    Post,
    Phone,
    Charging,
    Water,
    Smoking,
    Pets,
    Assistance,
    Room,
    Vault,
    Seats,
    Meeting,
}

impl Kind {
    /// Passing it is a step of its own, and may mean waiting.
    pub(super) fn is_checkpoint(self) -> bool {
        matches!(self, Self::Security | Self::Passport | Self::Customs)
    }

    /// From how much farther than usual people notice it while walking by: an island is a building of its own.
    pub(super) fn seen_share(self) -> f64 {
        if self == Self::Island { 1.7 } else { 1.0 }
    }

    /// How well people orient themselves by it, `0` for not at all.
    pub(super) fn landmark(self) -> u8 {
        match self {
            Self::Island | Self::Information | Self::Counter => 4,
            Self::Coffee | Self::Food | Self::Shop | Self::Medical | Self::Seats | Self::Meeting => 3,
            Self::Gate | Self::Exit | Self::Entrance | Self::Lounge | Self::Money | Self::Phone | Self::Post => 2,
            Self::Police | Self::Toilet | Self::Desk | Self::Machine | Self::Belt => 1,
            _ => 0,
        }
    }
}

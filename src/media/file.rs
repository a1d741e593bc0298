//! `map.toml` as a technician types it.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::Kind;
use crate::domain::Localised;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MapFile {
    pub floors: Vec<FloorFile>,
    /// Floor, then node: where ways meet or bend, metres from the drawing's left and upper edge.
    #[serde(default)]
    pub nodes: BTreeMap<String, BTreeMap<String, [f64; 2]>>,
    #[serde(default)]
    pub places: Vec<PlaceFile>,
    #[serde(default)]
    pub series: Vec<SeriesFile>,
    #[serde(default)]
    pub ways: Vec<WayFile>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FloorFile {
    pub id: String,
    pub level: i8,
    pub name: Localised,
    pub short: Localised,
    pub title: Localised,
    /// The SVG's file name, beside `map.toml`.
    pub drawing: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PlaceFile {
    pub id: String,
    pub name: Localised,
    /// As a sentence speaks of it; the name when left out.
    pub said: Option<Localised>,
    pub kind: Kind,
    pub floor: String,
    pub x: f64,
    pub y: f64,
    /// The node it is entered from; without one, a way has to name the place.
    pub door: Option<String>,
    pub code: Option<String>,
    #[serde(default)]
    pub aliases: Vec<String>,
    #[serde(default)]
    pub items: Vec<String>,
    #[serde(default)]
    pub arriving: bool,
    #[serde(default = "yes")]
    pub step_free: bool,
    /// Degrees clockwise from the drawing's upper edge.
    pub facing: Option<f64>,
}

/// Places that differ by their code only: gates, belts, bus bays.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SeriesFile {
    /// Begins every id; the code follows.
    pub prefix: String,
    /// `{}` stands for the code.
    pub name: Localised,
    pub said: Option<Localised>,
    pub kind: Kind,
    pub floor: String,
    /// Code, then x, y and door.
    pub at: BTreeMap<String, (f64, f64, String)>,
    /// Code, then item ids.
    #[serde(default)]
    pub items: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    pub arriving: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WayFile {
    /// Nodes and places in a row; a lift joins each of them with each.
    pub along: Vec<String>,
    #[serde(default)]
    pub kind: WayKind,
    /// As a step speaks of it: "lift 4".
    pub name: Option<Localised>,
    /// Only between two ends: when the drawing is not to scale there.
    pub metres: Option<f64>,
    /// Only between two ends, the wait included; for a lift the wait alone.
    pub seconds: Option<f64>,
    #[serde(default)]
    pub one_way: bool,
    /// Left out: everything but stairs and escalators.
    pub step_free: Option<bool>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum WayKind {
    #[default]
    Walk,
    Ramp,
    Stairs,
    Escalator,
    Lift,
    PeopleMover,
}

impl WayKind {
    pub fn is_on_foot(self) -> bool {
        matches!(self, Self::Walk | Self::Ramp)
    }

    pub fn has_steps(self) -> bool {
        matches!(self, Self::Stairs | Self::Escalator)
    }
}

fn yes() -> bool {
    true
}

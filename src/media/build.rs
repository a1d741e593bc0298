//! From `map.toml` and the drawings to a checked map.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::drawing::Drawing;
use super::file::{FloorFile, MapFile, PlaceFile, SeriesFile};
use super::graph::{Graph, Node};
use super::place::{Heading, Point};
use super::{Floor, Kind, Map, MapError, Place};
use crate::domain::{Language, Localised};

mod reach;
mod ways;

/// The map's file in its folder.
const FILE: &str = "map.toml";
/// Longest `map.toml`, bytes: ten times the airport's. A longer one is refused unread.
const FILE_BYTES_MAX: u64 = 1 << 20;
/// Most floors, places and nodes: each is ten times a large airport's, and keeps a route under 10 ms.
const FLOORS_MAX: usize = 64;
const PLACES_MAX: usize = 4_000;
const NODES_MAX: usize = 20_000;
/// Longest name, characters: more does not fit a label.
const NAME_CHARS_MAX: usize = 80;

/// What is wrong, and what a technician does about it.
pub(super) struct Fault {
    pub what: String,
    pub repair: String,
}

pub(super) fn fault(what: impl Into<String>, repair: impl Into<String>) -> Fault {
    Fault { what: what.into(), repair: repair.into() }
}

pub(super) fn open(folder: &Path, languages: &[Language]) -> Result<Map, MapError> {
    let path = folder.join(FILE);
    let text = read(&path, FILE_BYTES_MAX)?;
    let typed: MapFile =
        toml::from_str(&text).map_err(|source| MapError::Malformed { path: path.clone(), source: Box::new(source) })?;
    let floors = typed.floors.iter().map(|floor| open_floor(folder, floor)).collect::<Result<Vec<_>, _>>()?;
    Building { languages, floors, nodes: HashMap::new(), graph: Graph::default(), places: Vec::new() }
        .finish(typed)
        .map_err(|fault| invalid(path, fault))
}

fn invalid(path: PathBuf, fault: Fault) -> MapError {
    MapError::Invalid { path, what: fault.what, repair: fault.repair }
}

/// The text of a file of at most `bytes_max`.
fn read(path: &Path, bytes_max: u64) -> Result<String, MapError> {
    let unreadable = |source| MapError::Unreadable { path: path.into(), source };
    let bytes = std::fs::metadata(path).map_err(unreadable)?.len();
    if bytes > bytes_max {
        let what = format!("has {bytes} bytes and may have {bytes_max}");
        return Err(invalid(path.into(), fault(what, "leave out what a visitor does not need")));
    }
    std::fs::read_to_string(path).map_err(unreadable)
}

fn open_floor(folder: &Path, typed: &FloorFile) -> Result<Floor, MapError> {
    let is_name = !typed.drawing.contains(['/', '\\']) && typed.drawing.ends_with(".svg");
    if !is_name {
        let what = format!("floor '{}' names the drawing '{}'", typed.id, typed.drawing);
        return Err(invalid(folder.join(FILE), fault(what, "give the name of an .svg file beside map.toml")));
    }
    let path = folder.join(&typed.drawing);
    let text = read(&path, Drawing::BYTES_MAX)?;
    let drawing = Drawing::parse(&text).map_err(|fault| invalid(path, fault))?;
    Ok(Floor {
        id: typed.id.clone(),
        name: typed.name.clone(),
        short: typed.short.clone(),
        title: typed.title.clone(),
        level: typed.level,
        drawing,
    })
}

struct Building<'a> {
    languages: &'a [Language],
    floors: Vec<Floor>,
    /// Places and nodes share one space of names.
    nodes: HashMap<String, usize>,
    graph: Graph,
    places: Vec<Place>,
}

impl Building<'_> {
    fn finish(mut self, typed: MapFile) -> Result<Map, Fault> {
        self.check_floors()?;
        for (floor, nodes) in &typed.nodes {
            let floor = self.floor(floor, "nodes")?;
            for (id, &[x, y]) in nodes {
                self.add_node(id, floor, Point { x, y }, None)?;
            }
        }
        let series = typed.series.iter().map(one_by_one).collect::<Result<Vec<_>, _>>()?;
        let mut doors = Vec::new();
        for place in typed.places.into_iter().chain(series.into_iter().flatten()) {
            doors.push(place.door.clone());
            self.add_place(place)?;
        }
        self.check_sizes()?;
        self.graph.edges.resize_with(self.graph.nodes.len(), Vec::new);
        for (place, door) in doors.iter().enumerate() {
            self.join_door(place, door.as_deref())?;
        }
        for way in typed.ways {
            self.add_way(way)?;
        }
        self.check_reach()?;
        let by_id = self.places.iter().enumerate().map(|(index, place)| (place.id.clone(), index)).collect();
        Ok(Map { floors: self.floors, places: self.places, by_id, graph: self.graph })
    }

    fn check_floors(&self) -> Result<(), Fault> {
        for (index, floor) in self.floors.iter().enumerate() {
            check_id(&floor.id)?;
            for text in [&floor.name, &floor.short, &floor.title] {
                self.check_words(&format!("floor '{}'", floor.id), text)?;
            }
            if self.floors[..index].iter().any(|other| other.id == floor.id) {
                return Err(fault(format!("floor '{}' is there twice", floor.id), "give each floor its own id"));
            }
        }
        if self.floors.is_empty() || self.floors.len() > FLOORS_MAX {
            return Err(fault(
                format!("there are {} floors", self.floors.len()),
                format!("describe 1 to {FLOORS_MAX} floors"),
            ));
        }
        Ok(())
    }

    fn check_sizes(&self) -> Result<(), Fault> {
        if self.places.len() > PLACES_MAX || self.graph.nodes.len() > NODES_MAX {
            let what = format!("there are {} places and {} nodes", self.places.len(), self.graph.nodes.len());
            return Err(fault(what, format!("describe at most {PLACES_MAX} places and {NODES_MAX} nodes")));
        }
        Ok(())
    }

    fn check_words(&self, of: &str, text: &Localised) -> Result<(), Fault> {
        for &language in self.languages {
            let chars = text.0.get(&language).map_or(0, |text| text.trim().chars().count());
            if chars == 0 {
                return Err(fault(format!("{of} has no '{language}' name"), format!("add {language} = \"...\"")));
            }
            if chars > NAME_CHARS_MAX {
                return Err(fault(
                    format!("{of}: its '{language}' name has {chars} characters"),
                    format!("use at most {NAME_CHARS_MAX}"),
                ));
            }
        }
        Ok(())
    }

    fn floor(&self, id: &str, of: &str) -> Result<usize, Fault> {
        self.floors.iter().position(|floor| floor.id == id).ok_or_else(|| {
            let known: Vec<&str> = self.floors.iter().map(|floor| floor.id.as_str()).collect();
            fault(format!("{of}: no floor is called '{id}'"), format!("use one of {}", known.join(", ")))
        })
    }

    fn node(&self, id: &str, of: &str) -> Result<usize, Fault> {
        self.nodes.get(id).copied().ok_or_else(|| {
            fault(format!("{of}: no node or place is called '{id}'"), "correct the name, or add it under [nodes]")
        })
    }

    fn add_node(&mut self, id: &str, floor: usize, at: Point, place: Option<usize>) -> Result<usize, Fault> {
        check_id(id)?;
        let drawing = &self.floors[floor].drawing;
        if !(0.0..=drawing.width).contains(&at.x) || !(0.0..=drawing.height).contains(&at.y) {
            return Err(fault(
                format!("'{id}' at {}, {} is outside the drawing of floor '{}'", at.x, at.y, self.floors[floor].id),
                format!("give metres within {} by {}", drawing.width, drawing.height),
            ));
        }
        let index = self.graph.nodes.len();
        if self.nodes.insert(id.into(), index).is_some() {
            return Err(fault(format!("'{id}' is there twice"), "give each node and place its own id"));
        }
        self.graph.nodes.push(Node { id: id.into(), floor, at, place });
        Ok(index)
    }

    fn add_place(&mut self, typed: PlaceFile) -> Result<(), Fault> {
        let of = format!("place '{}'", typed.id);
        let floor = self.floor(&typed.floor, &of)?;
        let said = typed.said.unwrap_or_else(|| typed.name.clone());
        self.check_words(&of, &typed.name)?;
        self.check_words(&of, &said)?;
        if typed.facing.is_some_and(|degrees| !degrees.is_finite()) {
            return Err(fault(format!("{of}: facing is no angle"), "give degrees clockwise from the upper edge"));
        }
        let at = Point { x: typed.x, y: typed.y };
        let node = self.add_node(&typed.id, floor, at, Some(self.places.len()))?;
        self.places.push(Place {
            id: typed.id,
            name: typed.name,
            said,
            kind: typed.kind,
            code: typed.code,
            aliases: typed.aliases,
            items: typed.items,
            arriving: typed.arriving,
            step_free: typed.step_free,
            floor,
            at,
            facing: typed.facing.map(Heading),
            node,
            has_door: typed.door.is_some(),
        });
        Ok(())
    }

    /// The kiosks, where every way begins.
    fn kiosks(&self) -> Vec<&Place> {
        self.places.iter().filter(|place| place.kind == Kind::Kiosk).collect()
    }
}

fn check_id(id: &str) -> Result<(), Fault> {
    let is_plain = id.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    if id.is_empty() || !is_plain {
        return Err(fault(format!("'{id}' is no id"), "use lower case letters, digits and hyphens"));
    }
    Ok(())
}

/// The places of a series.
fn one_by_one(series: &SeriesFile) -> Result<Vec<PlaceFile>, Fault> {
    if series
        .name
        .0
        .values()
        .chain(series.said.iter().flat_map(|said| said.0.values()))
        .any(|name| !name.contains("{}"))
    {
        let what = format!("series '{}': its name does not hold {{}}", series.prefix);
        return Err(fault(what, "write {} where the code stands"));
    }
    if let Some(code) = series.items.keys().find(|code| !series.at.contains_key(*code)) {
        return Err(fault(format!("series '{}' has items of '{code}'", series.prefix), "add the code under `at`"));
    }
    let coded = |text: &Localised, code: &str| {
        Localised(text.0.iter().map(|(&language, text)| (language, text.replace("{}", code))).collect())
    };
    let place = |(code, (x, y, door)): (&String, &(f64, f64, String))| PlaceFile {
        id: format!("{}{code}", series.prefix).to_lowercase(),
        name: coded(&series.name, code),
        said: series.said.as_ref().map(|said| coded(said, code)),
        kind: series.kind,
        floor: series.floor.clone(),
        x: *x,
        y: *y,
        door: Some(door.clone()),
        code: Some(code.clone()),
        aliases: Vec::new(),
        items: series.items.get(code).cloned().unwrap_or_default(),
        arriving: series.arriving,
        step_free: true,
        facing: None,
    };
    Ok(series.at.iter().map(place).collect())
}

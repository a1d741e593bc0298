//! Ways become edges with metres and seconds.

use super::{Building, Fault, fault};
use crate::media::file::{WayFile, WayKind};
use crate::media::graph::{
    ESCALATOR_SECONDS_PER_LEVEL, Edge, LIFT_SECONDS_PER_LEVEL, LIFT_WAIT_SECONDS, RAMP_METRES_PER_SECOND,
    STAIRS_SECONDS_PER_LEVEL, WALK_METRES_PER_SECOND,
};

/// Longest way between two nodes in time: a day is a mistake of units.
const SECONDS_MAX: f64 = 86_400.0;

impl Building<'_> {
    /// Joins a place to the node it is entered from.
    pub(super) fn join_door(&mut self, place: usize, door: Option<&str>) -> Result<(), Fault> {
        let Some(door) = door else { return Ok(()) };
        let along = vec![door.to_owned(), self.places[place].id.clone()];
        self.add_way(WayFile {
            along,
            kind: WayKind::Walk,
            name: None,
            metres: None,
            seconds: None,
            one_way: false,
            step_free: None,
        })
    }

    pub(super) fn add_way(&mut self, way: WayFile) -> Result<(), Fault> {
        let of = format!("way {}", way.along.join(" - "));
        self.check_way(&way, &of)?;
        let along = way.along.iter().map(|id| self.node(id, &of)).collect::<Result<Vec<_>, _>>()?;
        let name = way.name.clone().map(|name| {
            self.graph.names.push(name);
            self.graph.names.len() - 1
        });
        if way.kind == WayKind::Lift {
            for (index, &from) in along.iter().enumerate() {
                for &to in &along[index + 1..] {
                    self.add_edges(&way, &of, from, to, name)?;
                }
            }
            return Ok(());
        }
        along.windows(2).try_for_each(|ends| self.add_edges(&way, &of, ends[0], ends[1], name))
    }

    fn check_way(&self, way: &WayFile, of: &str) -> Result<(), Fault> {
        if way.along.len() < 2 {
            return Err(fault(format!("{of} has one end"), "name at least two nodes or places"));
        }
        if let Some(name) = &way.name {
            self.check_words(of, name)?;
        }
        let measures = [way.metres, way.seconds.map(|seconds| seconds.min(SECONDS_MAX + 1.0))];
        if measures.into_iter().flatten().any(|value| !(0.0..=SECONDS_MAX).contains(&value)) {
            return Err(fault(format!("{of}: metres or seconds are out of bounds"), "give 0 to 86400"));
        }
        let may_measure = way.along.len() == 2 || (way.kind == WayKind::Lift && way.metres.is_none());
        if (way.metres.is_some() || way.seconds.is_some()) && !may_measure {
            return Err(fault(format!("{of}: metres and seconds need two ends"), "write one way for each pair"));
        }
        if way.kind.has_steps() && way.step_free == Some(true) {
            return Err(fault(format!("{of}: stairs and escalators are never step-free"), "leave step_free out"));
        }
        if way.kind == WayKind::PeopleMover && way.seconds.is_none() {
            return Err(fault(format!("{of}: a people mover has a timetable"), "add seconds, the wait included"));
        }
        Ok(())
    }

    fn add_edges(&mut self, way: &WayFile, of: &str, from: usize, to: usize, name: Option<usize>) -> Result<(), Fault> {
        let (one, other) = (&self.graph.nodes[from], &self.graph.nodes[to]);
        self.check_ends(way, of, from, to)?;
        let levels = f64::from(self.floors[one.floor].level.abs_diff(self.floors[other.floor].level));
        let drawn = one.at.distance(other.at);
        let metres = if way.kind.is_on_foot() { way.metres.unwrap_or(drawn) } else { way.metres.unwrap_or(0.0) };
        let seconds = match way.kind {
            WayKind::Lift => way.seconds.unwrap_or(LIFT_WAIT_SECONDS) + LIFT_SECONDS_PER_LEVEL * levels,
            kind => way.seconds.unwrap_or(match kind {
                WayKind::Ramp => metres / RAMP_METRES_PER_SECOND,
                WayKind::Stairs => STAIRS_SECONDS_PER_LEVEL * levels,
                WayKind::Escalator => ESCALATOR_SECONDS_PER_LEVEL * levels,
                _ => metres / WALK_METRES_PER_SECOND,
            }),
        };
        let step_free = way.step_free.unwrap_or(!way.kind.has_steps());
        let edge = |to| Edge { to, kind: way.kind, metres, ms: (seconds * 1000.0) as u64, step_free, name };
        self.graph.edges[from].push(edge(to));
        if !way.one_way {
            self.graph.edges[to].push(edge(from));
        }
        Ok(())
    }

    fn check_ends(&self, way: &WayFile, of: &str, from: usize, to: usize) -> Result<(), Fault> {
        let (one, other) = (&self.graph.nodes[from], &self.graph.nodes[to]);
        if from == to {
            return Err(fault(format!("{of} leads from '{}' to itself", one.id), "name two different ends"));
        }
        let (same, level) = (one.floor == other.floor, |floor: usize| self.floors[floor].level);
        let suits = match way.kind {
            WayKind::PeopleMover => true,
            WayKind::Walk | WayKind::Ramp => same || way.metres.is_some() && way.name.is_some(),
            WayKind::Stairs | WayKind::Escalator | WayKind::Lift => level(one.floor) != level(other.floor),
        };
        if !suits {
            let what = format!("{of}: '{}' and '{}' do not suit its kind", one.id, other.id);
            let repair =
                "stairs, escalator and lift change the level; a walk to another drawing needs metres and a name";
            return Err(fault(what, repair));
        }
        Ok(())
    }
}

//! A way through the building: how far, how long, and step by step.

use super::file::WayKind;
use super::graph::Hop;
use super::place::Point;
use super::{Map, Place, steps};
use crate::domain::Localised;

/// Why there is no way. The text is for a log; visitors are told by kind.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum RouteError {
    #[error("no place is called '{0}'; the map's places are in map.toml")]
    Unknown(String),
    #[error("only passengers who have just landed get to '{0}'; do not send anybody there")]
    ArrivingOnly(String),
    #[error("no way leads from '{from}' to '{to}'")]
    NoWay { from: String, to: String },
    #[error("no way without steps leads from '{from}' to '{to}'; offer help from staff")]
    NoStepFreeWay { from: String, to: String },
}

/// The quickest way between two places.
#[derive(Debug, Clone, PartialEq)]
pub struct Journey {
    /// On foot; rides have none.
    pub metres: f64,
    /// Rides and their waits included; queues at checkpoints are not.
    pub seconds: f64,
    /// The way was asked to have no stairs and no escalators.
    pub step_free: bool,
    /// A checkpoint is passed, where one may have to wait.
    pub has_queue: bool,
    /// A people mover is taken.
    pub has_ride: bool,
    pub steps: Vec<Step>,
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) stages: Vec<Stage>,
}

/// What is walked on one floor between two rides.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Stage {
    pub floor: usize,
    pub points: Vec<Point>,
    /// The ride that ends it; `None` at the goal.
    pub leaves_by: Option<WayKind>,
}

/// One thing to do.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    pub action: Action,
    /// Id of the floor where it begins.
    pub floor: String,
    pub metres: f64,
    pub seconds: f64,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    Walk {
        turn: Turn,
        mark: Option<Mark>,
    },
    /// Lift, escalator or stairs.
    Climb {
        by: Climb,
        name: Option<Localised>,
        to: Localised,
        up: bool,
        several: bool,
    },
    /// A people mover, or a walkway between buildings.
    Cross {
        name: Localised,
        to: Localised,
        on_foot: bool,
    },
    /// A checkpoint.
    Pass {
        said: Localised,
    },
    Arrive {
        said: Localised,
        side: Side,
    },
}

/// What one walks by, or up to.
#[derive(Debug, Clone, PartialEq)]
pub struct Mark {
    pub said: Localised,
    /// The walk ends there.
    pub ends: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Climb {
    Lift,
    Escalator,
    Stairs,
}

/// How a walk begins, seen from where one looks to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// Out of a lift one may look anywhere.
    Unknown,
    Straight,
    Left,
    Right,
    Back,
}

/// Where the place is when one has arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    Here,
    Ahead,
    Left,
    Right,
}

pub(super) fn route(map: &Map, from: &str, to: &str, step_free: bool) -> Result<Journey, RouteError> {
    let known = |id: &str| map.by_id.get(id).copied().ok_or_else(|| RouteError::Unknown(id.into()));
    let (start, goal) = (known(from)?, known(to)?);
    let reach = map.graph.reach(map.places[start].node, step_free);
    let Some(hops) = reach.path(map.places[goal].node) else {
        return Err(no_way(map, &map.places[start], &map.places[goal], step_free));
    };
    Ok(journey(map, start, goal, step_free, &hops))
}

fn no_way(map: &Map, from: &Place, to: &Place, step_free: bool) -> RouteError {
    let ids = || (from.id.clone(), to.id.clone());
    if map.graph.reach(from.node, false).ms(to.node).is_some() && step_free {
        let (from, to) = ids();
        return RouteError::NoStepFreeWay { from, to };
    }
    if to.arriving {
        return RouteError::ArrivingOnly(to.id.clone());
    }
    let (from, to) = ids();
    RouteError::NoWay { from, to }
}

fn journey(map: &Map, from: usize, to: usize, step_free: bool, hops: &[Hop]) -> Journey {
    let steps = steps::steps(map, from, to, hops);
    Journey {
        metres: hops.iter().map(|hop| hop.edge.metres).sum(),
        seconds: hops.iter().map(|hop| hop.edge.ms).sum::<u64>() as f64 / 1000.0,
        step_free,
        has_queue: steps.iter().any(|step| matches!(step.action, Action::Pass { .. })),
        has_ride: steps.iter().any(|step| matches!(step.action, Action::Cross { on_foot: false, .. })),
        steps,
        from,
        to,
        stages: stages(map, from, hops),
    }
}

/// Cuts the path where it leaves a floor; a floor that is only crossed from one ride to the next keeps its short walk.
fn stages(map: &Map, from: usize, hops: &[Hop]) -> Vec<Stage> {
    let first = &map.places[from];
    let mut stages = vec![Stage { floor: first.floor, points: vec![first.at], leaves_by: None }];
    for hop in hops {
        let node = &map.graph.nodes[hop.edge.to];
        match stages.last_mut() {
            Some(stage) if map.graph.stays(hop) => stage.points.push(node.at),
            stage => {
                if let Some(stage) = stage {
                    stage.leaves_by = Some(hop.edge.kind);
                }
                stages.push(Stage { floor: node.floor, points: vec![node.at], leaves_by: None });
            }
        }
    }
    stages
}

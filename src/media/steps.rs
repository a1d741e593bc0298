//! From a path over nodes to what a person would say: turns, distances, landmarks, rides.

use super::file::WayKind;
use super::graph::{Hop, STRAIGHT_DEGREES};
use super::journey::{Action, Climb, Mark, Side, Step, Turn};
use super::place::{Heading, Point};
use super::{Map, Place};

/// A bend of more than this is turning round.
const BACK_DEGREES: f64 = 150.0;
/// What is near in a hall and what is near in a branch differ: shares of a floor's width, and bounds in metres.
#[derive(Clone, Copy)]
struct Sense {
    /// A walk this short is a side step, not worth a sentence.
    side_step: f64,
    /// A door this near is on one's left or right; a farther one is walked to.
    door: f64,
    /// People see what they pass within this distance.
    seen: f64,
}

impl Sense {
    fn of(width: f64) -> Self {
        let bounded = |share: f64, least: f64, most: f64| (width * share).clamp(least, most);
        Self { side_step: bounded(0.02, 1.5, 8.0), door: bounded(0.1, 3.0, 25.0), seen: bounded(0.08, 3.0, 17.0) }
    }
}

/// A landmark must come after this share of the walk, or it says nothing about where to stop.
const MARK_SHARE_MIN: f64 = 0.3;
/// From this share on, the walk ends at the landmark.
const END_SHARE_MIN: f64 = 0.85;
/// On the last walk a landmark still comes before the place itself.
const LAST_SHARE_MAX: f64 = 0.97;
/// Weight of coming late against being well known, see [`Kind::landmark`](super::Kind).
const LATE_WEIGHT: f64 = 4.0;

/// One straight piece between two nodes.
#[derive(Clone, Copy)]
struct Segment {
    from: Point,
    to: Point,
    metres: f64,
    ms: u64,
}

/// Segments without a turn between them.
struct Run {
    segments: Vec<Segment>,
    begins: Heading,
    ends: Heading,
}

impl Run {
    fn metres(&self) -> f64 {
        self.segments.iter().map(|segment| segment.metres).sum()
    }

    fn ms(&self) -> u64 {
        self.segments.iter().map(|segment| segment.ms).sum()
    }
}

pub(super) fn steps(map: &Map, from: usize, to: usize, hops: &[Hop]) -> Vec<Step> {
    let start = &map.places[from];
    let mut teller =
        Teller { map, from, to, floor: start.floor, facing: start.facing, walked: Vec::new(), steps: Vec::new() };
    for (index, hop) in hops.iter().enumerate() {
        teller.hop(hop, index + 1 == hops.len());
    }
    teller.arrive();
    teller.steps
}

struct Teller<'a> {
    map: &'a Map,
    from: usize,
    to: usize,
    floor: usize,
    /// Where one looks to; unknown after a ride.
    facing: Option<Heading>,
    /// Not yet told.
    walked: Vec<Segment>,
    steps: Vec<Step>,
}

impl Teller<'_> {
    fn hop(&mut self, hop: &Hop, is_last: bool) {
        let nodes = &self.map.graph.nodes;
        let (from, to) = (&nodes[hop.from], &nodes[hop.edge.to]);
        if !self.map.graph.stays(hop) {
            self.tell_walk(false);
            self.ride(hop);
            return;
        }
        self.walked.push(Segment { from: from.at, to: to.at, metres: hop.edge.metres, ms: hop.edge.ms });
        let checkpoint = to.place.map(|place| &self.map.places[place]).filter(|place| place.kind.is_checkpoint());
        if let Some(place) = checkpoint.filter(|_| !is_last) {
            self.tell_walk(false);
            self.fold_walk();
            self.push(Action::Pass { said: place.said.clone() }, 0.0, 0);
        }
    }

    fn sense(&self) -> Sense {
        Sense::of(self.map.floors[self.floor].drawing.width)
    }

    fn push(&mut self, action: Action, metres: f64, ms: u64) {
        let floor = self.map.floors[self.floor].id.clone();
        self.steps.push(Step { action, floor, metres, seconds: ms as f64 / 1000.0 });
    }

    /// Straight on from one checkpoint to the next is no step of its own.
    fn fold_walk(&mut self) {
        let [.., Step { action: Action::Pass { .. }, .. }, walk] = &self.steps[..] else { return };
        if walk.action != (Action::Walk { turn: Turn::Straight, mark: None }) {
            return;
        }
        if let (Some(walk), Some(pass)) = (self.steps.pop(), self.steps.last_mut()) {
            pass.metres += walk.metres;
            pass.seconds += walk.seconds;
        }
    }

    fn ride(&mut self, hop: &Hop) {
        let nodes = &self.map.graph.nodes;
        let (from, to) = (&self.map.floors[nodes[hop.from].floor], &self.map.floors[nodes[hop.edge.to].floor]);
        let name = hop.edge.name.map(|name| self.map.graph.names[name].clone());
        let by = match hop.edge.kind {
            WayKind::Lift => Climb::Lift,
            WayKind::Escalator => Climb::Escalator,
            WayKind::Stairs => Climb::Stairs,
            kind => {
                let name = name.unwrap_or_else(|| from.name.clone());
                let action = Action::Cross { name, to: to.name.clone(), on_foot: kind.is_on_foot() };
                self.push(action, hop.edge.metres, hop.edge.ms);
                return self.leave(nodes[hop.edge.to].floor);
            }
        };
        let up = to.level > from.level;
        if !self.climb_on(by, up, &to.short, hop.edge.ms) {
            self.push(Action::Climb { by, name, to: to.short.clone(), up, several: false }, 0.0, hop.edge.ms);
        }
        self.leave(nodes[hop.edge.to].floor);
    }

    /// One escalator after another is one step: whether the last step was lengthened.
    fn climb_on(&mut self, by: Climb, up: bool, to: &crate::domain::Localised, ms: u64) -> bool {
        let Some(Step { action: Action::Climb { by: last, to: goal, up: was_up, several, .. }, seconds, .. }) =
            self.steps.last_mut()
        else {
            return false;
        };
        if by == Climb::Lift || *last != by || *was_up != up {
            return false;
        }
        *goal = to.clone();
        *several = true;
        *seconds += ms as f64 / 1000.0;
        true
    }

    fn leave(&mut self, floor: usize) {
        self.floor = floor;
        self.facing = None;
    }

    /// Tells the walk so far; a last walk leads to the place.
    fn tell_walk(&mut self, is_last: bool) {
        let runs = runs(&std::mem::take(&mut self.walked), self.sense().side_step);
        let count = runs.len();
        for (index, run) in runs.into_iter().enumerate() {
            if count == 1 && run.metres() < self.sense().side_step && !is_last {
                continue;
            }
            let turn = self.facing.map_or(Turn::Unknown, |facing| turn(facing.turn_to(run.begins)));
            let mark = self.mark(&run, is_last && index + 1 == count);
            self.push(Action::Walk { turn, mark }, run.metres(), run.ms());
            self.facing = Some(run.ends);
        }
    }

    fn arrive(&mut self) {
        let place = &self.map.places[self.to];
        let door = self.walked.last().copied().filter(|door| {
            place.has_door && door.metres <= self.sense().door && (self.walked.len() > 1 || !self.steps.is_empty())
        });
        if door.is_some() {
            self.walked.pop();
        }
        let has_walk = !self.walked.is_empty();
        self.tell_walk(true);
        let side = match (door, self.facing) {
            (Some(door), Some(facing)) => side(facing.turn_to(door.from.heading(door.to))),
            _ if has_walk => Side::Ahead,
            _ => Side::Here,
        };
        let (metres, ms) = door.map_or((0.0, 0), |door| (door.metres, door.ms));
        self.push(Action::Arrive { said: place.said.clone(), side }, metres, ms);
    }

    /// Whether the walk before was told by the same name.
    fn has_named(&self, place: &Place) -> bool {
        let before = self.steps.iter().rev().find_map(|step| match &step.action {
            Action::Walk { mark, .. } => Some(mark.as_ref()),
            _ => None,
        });
        before.flatten().is_some_and(|mark| mark.said == place.said)
    }

    /// The best landmark of a run: people orient themselves by it, and it comes late.
    fn mark(&self, run: &Run, leads_to_place: bool) -> Option<Mark> {
        let (from, to) = (&self.map.places[self.from], &self.map.places[self.to]);
        let candidates = self.map.places.iter().filter(|place| {
            let seen = place.floor == self.floor && place.kind.landmark() > 0;
            seen && place.id != from.id && place.id != to.id && place.said != to.said && !self.has_named(place)
        });
        let seen = candidates.filter_map(|place| Some((place, share(run, place, self.sense().seen)?)));
        let useful = seen.filter(|(_, share)| *share >= MARK_SHARE_MIN && !(leads_to_place && *share > LAST_SHARE_MAX));
        let worth = |(place, share): &(&Place, f64)| f64::from(place.kind.landmark()) + LATE_WEIGHT * share;
        let (place, share) = useful.max_by(|one, other| worth(one).total_cmp(&worth(other)))?;
        Some(Mark { said: place.said.clone(), ends: share >= END_SHARE_MIN && !leads_to_place })
    }
}

/// How far along the run the place is passed, `0.0..=1.0`; `None` when it is not seen.
fn share(run: &Run, place: &Place, seen: f64) -> Option<f64> {
    let length: f64 = run.segments.iter().map(|segment| segment.from.distance(segment.to)).sum();
    let mut before = 0.0;
    let mut nearest: Option<(f64, f64)> = None;
    for segment in &run.segments {
        let long = segment.from.distance(segment.to);
        let (along, away) = project(segment, place.at);
        if away <= seen * place.kind.seen_share() && nearest.is_none_or(|(best, _)| away < best) {
            nearest = Some((away, before + along * long));
        }
        before += long;
    }
    nearest.map(|(_, metres)| metres / length.max(1.0))
}

/// Where on the segment the point is nearest, `0.0..=1.0`, and how far away it is, metres.
fn project(segment: &Segment, point: Point) -> (f64, f64) {
    let (x, y) = (segment.to.x - segment.from.x, segment.to.y - segment.from.y);
    let dot = (point.x - segment.from.x) * x + (point.y - segment.from.y) * y;
    let along = (dot / (x * x + y * y).max(f64::EPSILON)).clamp(0.0, 1.0);
    (along, segment.from.towards(segment.to, along).distance(point))
}

/// Joins what goes straight on; side steps are walked, not told.
fn runs(segments: &[Segment], side_step: f64) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for &segment in segments {
        let heading = segment.from.heading(segment.to);
        match runs.last_mut() {
            Some(run) if run.ends.turn_to(heading).abs() < STRAIGHT_DEGREES => {
                run.segments.push(segment);
                run.ends = heading;
            }
            _ => runs.push(Run { segments: vec![segment], begins: heading, ends: heading }),
        }
    }
    without_side_steps(runs, side_step)
}

fn without_side_steps(runs: Vec<Run>, side_step: f64) -> Vec<Run> {
    let mut kept: Vec<Run> = Vec::new();
    let mut aside: Vec<Segment> = Vec::new();
    for mut run in runs {
        if run.metres() < side_step {
            aside.extend(run.segments);
            continue;
        }
        run.segments.splice(0..0, aside.drain(..));
        match kept.last_mut() {
            Some(last) if last.ends.turn_to(run.begins).abs() < STRAIGHT_DEGREES => {
                last.segments.extend(run.segments);
                last.ends = run.ends;
            }
            _ => kept.push(run),
        }
    }
    match kept.last_mut() {
        Some(last) => last.segments.extend(aside),
        None if !aside.is_empty() => {
            let heading = aside[0].from.heading(aside[aside.len() - 1].to);
            kept.push(Run { segments: aside, begins: heading, ends: heading });
        }
        None => {}
    }
    kept
}

fn turn(degrees: f64) -> Turn {
    match degrees {
        _ if degrees.abs() < STRAIGHT_DEGREES => Turn::Straight,
        _ if degrees.abs() > BACK_DEGREES => Turn::Back,
        _ if degrees > 0.0 => Turn::Right,
        _ => Turn::Left,
    }
}

fn side(degrees: f64) -> Side {
    match turn(degrees) {
        Turn::Left => Side::Left,
        Turn::Right => Side::Right,
        _ => Side::Ahead,
    }
}

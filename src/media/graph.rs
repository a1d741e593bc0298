//! Nodes, the ways between them, and the quickest path by seconds.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::file::WayKind;
use super::place::Point;
use crate::domain::Localised;

/// Chosen: an unhurried walk with a cabin bag. The airport's printed walking times agree with it to the minute (tested).
pub(super) const WALK_METRES_PER_SECOND: f64 = 1.2;
/// Chosen: a ramp with a trolley or a wheelchair.
pub(super) const RAMP_METRES_PER_SECOND: f64 = 0.9;
/// Chosen: a storey of about 5 metres, 30 steps at one and a half a second.
pub(super) const STAIRS_SECONDS_PER_LEVEL: f64 = 20.0;
/// A storey of about 5 metres at 30 degrees is 10 metres of belt; 0.5 m/s is the usual speed of public escalators.
pub(super) const ESCALATOR_SECONDS_PER_LEVEL: f64 = 20.0;
/// Chosen: half the round trip of a lift in a busy hall, doors included; a map may say otherwise.
pub(super) const LIFT_WAIT_SECONDS: f64 = 40.0;
/// Chosen: 5 metres at 1 m/s, with starting and stopping.
pub(super) const LIFT_SECONDS_PER_LEVEL: f64 = 6.0;

/// Chosen: what a turn costs when ways are compared, so that two ways of one length differ.
pub(super) const TURN_MS: u64 = 4_000;
/// A bend of less than this is still straight on.
pub(super) const STRAIGHT_DEGREES: f64 = 40.0;

#[derive(Debug)]
pub(super) struct Node {
    pub id: String,
    pub floor: usize,
    pub at: Point,
    pub place: Option<usize>,
}

#[derive(Debug, Clone)]
pub(super) struct Edge {
    pub to: usize,
    pub kind: WayKind,
    /// Walked; a ride has none.
    pub metres: f64,
    /// Whole milliseconds, so that sums compare exactly.
    pub ms: u64,
    pub step_free: bool,
    /// Index into [`Graph::names`].
    pub name: Option<usize>,
}

#[derive(Debug, Default)]
pub(super) struct Graph {
    pub nodes: Vec<Node>,
    pub edges: Vec<Vec<Edge>>,
    pub names: Vec<Localised>,
}

/// One edge of a path, with the node it leaves.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hop<'a> {
    pub from: usize,
    pub edge: &'a Edge,
}

/// The quickest paths from one node.
pub(super) struct Reach<'a> {
    from: usize,
    /// Every edge in use, and the one taken before it.
    hops: Vec<Hop<'a>>,
    before: Vec<Option<usize>>,
    /// The cheapest way in, by node: cost and hop.
    best: Vec<Option<(u64, Option<usize>)>>,
}

impl Graph {
    /// Dijkstra's algorithm over edges rather than nodes, because a turn costs more than its metres: of ways equally long
    /// the one with fewer turns is easier to tell and to follow.
    pub fn reach(&self, from: usize, step_free: bool) -> Reach<'_> {
        let mut hops = Vec::new();
        let mut first = Vec::with_capacity(self.nodes.len() + 1);
        for (node, edges) in self.edges.iter().enumerate() {
            first.push(hops.len());
            hops.extend(edges.iter().map(|edge| Hop { from: node, edge }));
        }
        first.push(hops.len());
        let mut costs = vec![u64::MAX; hops.len()];
        let mut before = vec![None; hops.len()];
        let mut best = vec![None; self.nodes.len()];
        best[from] = Some((0, None));
        let mut open = BinaryHeap::from([Reverse((0, None, from))]);
        while let Some(Reverse((cost, came, node))) = open.pop() {
            if came.is_some_and(|hop: usize| costs[hop] < cost) {
                continue;
            }
            for next in first[node]..first[node + 1] {
                let (edge, turn) = (hops[next].edge, came.map_or(0, |came| self.turn_ms(&hops[came], &hops[next])));
                let sum = cost + edge.ms + turn;
                if sum >= costs[next] || step_free && !edge.step_free {
                    continue;
                }
                (costs[next], before[next]) = (sum, came);
                if best[edge.to].is_none_or(|(least, _)| sum < least) {
                    best[edge.to] = Some((sum, Some(next)));
                }
                open.push(Reverse((sum, Some(next), edge.to)));
            }
        }
        Reach { from, hops, before, best }
    }

    /// What turning between two hops costs; after a ride one starts anew.
    pub fn turn_ms(&self, one: &Hop, next: &Hop) -> u64 {
        let at = |node: usize| self.nodes[node].at;
        let bend = at(one.from).heading(at(one.edge.to)).turn_to(at(next.from).heading(at(next.edge.to)));
        let is_turn = self.stays(one) && self.stays(next) && bend.abs() >= STRAIGHT_DEGREES;
        if is_turn { TURN_MS } else { 0 }
    }

    /// Whether the hop stays on its drawing: a walk that does not is told as a ride is.
    pub fn stays(&self, hop: &Hop) -> bool {
        hop.edge.kind.is_on_foot() && self.nodes[hop.from].floor == self.nodes[hop.edge.to].floor
    }
}

impl<'a> Reach<'a> {
    /// What it costs to get there, turns included: for comparing, not for telling.
    pub fn ms(&self, to: usize) -> Option<u64> {
        self.best[to].map(|(cost, _)| cost)
    }

    /// The hops to `to`, first one first; `None` when it is out of reach.
    pub fn path(&self, to: usize) -> Option<Vec<Hop<'a>>> {
        let (_, last) = self.best[to]?;
        let last = last.filter(|_| to != self.from);
        let mut hops: Vec<Hop<'a>> =
            std::iter::successors(last, |&hop| self.before[hop]).map(|hop| self.hops[hop]).collect();
        hops.reverse();
        Some(hops)
    }
}

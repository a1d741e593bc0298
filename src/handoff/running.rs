//! What a desk process has in memory, and which part of it is not kept yet. Knows no lock, no keeper, no socket.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::Value;
use tokio::sync::mpsc;

use super::desk::case::Kept;
use super::desk::{Desk, Record};
use super::held::Held;
use super::hub::Batch;
use super::wire::{Down, Frame, Parcel};

pub(super) struct Running {
    pub(super) desk: Desk,
    pub(super) agents: HashMap<String, Page>,
    pub(super) kiosks: HashMap<String, mpsc::Sender<Frame<Down>>>,
    /// What the desk knows and has not kept: parcels, cases, ends. A parcel is kept with what it changed, or not at all.
    pub(super) arrived: Vec<Parcel>,
    pub(super) dirty: BTreeSet<String>,
    pub(super) closed: BTreeMap<String, Record>,
    /// `(case, agent, event)`: ends that agents hear of once they are kept, so that no case ends a second time elsewhere.
    pub(super) parting: Vec<(String, String, Value)>,
    /// Lines for kiosks that wait until they are kept.
    pub(super) held: Held,
    pub(super) pages: u64,
    pub(super) latest: u64,
}

/// An agent's page. `number` tells a newer page from an older one of the same agent.
pub(super) struct Page {
    pub(super) number: u64,
    /// `None` once it took no more: its socket ends, and says so with [`Hub::agent_gone`].
    pub(super) events: Option<mpsc::Sender<Value>>,
}

/// What is being kept.
pub(super) struct Change {
    pub(super) arrived: Vec<Parcel>,
    pub(super) dirty: BTreeSet<String>,
    pub(super) saved: Vec<Kept>,
    pub(super) closed: BTreeMap<String, Record>,
    /// By case the epoch and the number of the last frame that is kept with it.
    pub(super) taken: Vec<(String, (u64, u64))>,
}

impl Change {
    pub(super) fn is_empty(&self) -> bool {
        self.arrived.is_empty() && self.dirty.is_empty() && self.closed.is_empty()
    }

    pub(super) fn batch(&self) -> Batch {
        let closed = self.closed.iter().map(|(case, record)| (case.clone(), record.clone())).collect();
        Batch { parcels: self.arrived.clone(), saved: self.saved.clone(), closed }
    }
}

impl Running {
    pub(super) fn changed(&mut self) -> Change {
        let dirty = std::mem::take(&mut self.dirty);
        // The words of a closed case are gone for good: what its kiosk says late is confirmed and not kept.
        let saved = dirty.iter().filter_map(|case| self.desk.keep(case)).filter(|kept| !kept.is_closed).collect();
        let taken = dirty.iter().filter_map(|case| Some((case.clone(), self.desk.taken_of(case)?))).collect();
        let (arrived, closed) = (std::mem::take(&mut self.arrived), std::mem::take(&mut self.closed));
        Change { arrived, dirty, saved, closed, taken }
    }

    pub(super) fn take_back(&mut self, change: Change) {
        self.arrived.splice(0..0, change.arrived);
        self.dirty.extend(change.dirty);
        for (case, record) in change.closed {
            self.closed.entry(case).or_insert(record);
        }
    }

    /// Tells agents the ends of cases whose records are kept now.
    pub(super) fn part(&mut self, closed: &BTreeMap<String, Record>) {
        let (kept, later) =
            std::mem::take(&mut self.parting).into_iter().partition(|(case, ..)| closed.contains_key(case));
        self.parting = later;
        let kept: Vec<(String, String, Value)> = kept;
        kept.into_iter().for_each(|(_, agent, event)| self.tell(&agent, event));
    }

    pub(super) fn tell(&mut self, agent: &str, event: Value) {
        let Some(page) = self.agents.get_mut(agent) else { return };
        if page.events.as_ref().is_some_and(|events| events.try_send(event).is_err()) {
            // Its socket ends with its sender; the page comes back and gets the whole.
            page.events = None;
        }
    }
}

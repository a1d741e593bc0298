//! The desk: agents, the queue, who is called for whom. A deterministic machine: an input and the time give outputs.
//!
//! Knows no socket, no clock, no disk, no bus: `Hub` (one process) and the links act on its outputs. Several desk
//! processes may share one queue: a case is then acted on by the one that owns it.

mod agents;
pub mod case;
mod dispatch;
mod events;
pub mod limits;
#[cfg(test)]
mod model;
mod talk;
mod time;
mod view;
pub mod wire;

use std::collections::{BTreeMap, VecDeque};

pub use self::events::{Input, Output, Record};

use self::case::{Case, Kept, Owner, Stage};
use self::limits::{CASES_MAX, CLOSED_MS, LATE_MS, WRAP_UP_MS};
use self::wire::{AgentState, Profile, Told};
use super::package::Package;
use super::state::{Nobody, Outcome, Withdrawn};
use super::wire::{Content, Down, Parcel, Presence, line};
use crate::domain::Language;

#[derive(Debug, Clone, PartialEq)]
struct Agent {
    profile: Profile,
    state: AgentState,
    /// `None` while the page is there; else when it went.
    gone: Option<u64>,
    /// When last called: the one idle longest is called first.
    rung: u64,
}

/// One desk process's view.
#[derive(Debug, Clone, PartialEq)]
pub struct Desk {
    agents: BTreeMap<String, Agent>,
    cases: BTreeMap<String, Case>,
    elsewhere: Presence,
    /// Milliseconds of past conversations.
    durations: VecDeque<u64>,
    /// Whether this desk tells kiosks their place in a shared queue.
    pub is_leader: bool,
    /// Its first moment: agents need a while to come back after a restart.
    started: Option<u64>,
}

impl Default for Desk {
    fn default() -> Self {
        Self {
            agents: BTreeMap::new(),
            cases: BTreeMap::new(),
            elsewhere: Presence::default(),
            durations: VecDeque::new(),
            is_leader: true,
            started: None,
        }
    }
}

impl Desk {
    /// Takes cases of before a restart back, at the head of the queue.
    pub fn restore(&mut self, kept: Vec<Kept>, now: u64) {
        for kept in kept {
            let case = Case::kept(kept, now);
            self.cases.insert(case.id().to_string(), case);
        }
    }

    /// One step. `now` is in milliseconds and never goes back.
    pub fn apply(&mut self, input: Input, now: u64) -> Vec<Output> {
        let mut out = Vec::new();
        self.started.get_or_insert(now);
        match input {
            Input::Parcel { parcel, age_ms } => self.parcel(parcel, age_ms, now, &mut out),
            Input::Frame { frame, at } => self.frame(frame, at, now, &mut out),
            Input::AgentCame(profile) => self.agent_came(profile, now, &mut out),
            Input::AgentGone(name) => self.agent_gone(&name, now, &mut out),
            Input::Agent { name, command, at } => self.command(&name, command, at, now, &mut out),
            Input::Claimed { case, epoch } => self.claimed(&case, epoch, &mut out),
            Input::Taken { case, by } => self.taken(&case, by, &mut out),
            Input::Released { kept, age_ms } => self.released(*kept, age_ms, now, &mut out),
            Input::Gone { case } => self.gone(&case, &mut out),
            Input::Saved { case, epoch, seq } => {
                if let Some(case) = self.cases.get_mut(&case) {
                    case.lane.confirm(epoch, seq);
                }
                return out;
            }
            Input::Elsewhere(presence) => self.elsewhere = presence,
            Input::Tick => self.tick(now, &mut out),
        }
        self.dispatch(now, &mut out);
        out
    }

    fn parcel(&mut self, parcel: Parcel, age_ms: u64, now: u64, out: &mut Vec<Output>) {
        match parcel.content {
            Content::Request { package } => self.request(*package, parcel.kiosk, age_ms, now, out),
            Content::Amend { package } => self.amend(*package, now, out),
            Content::Withdraw { why } => self.withdraw(&parcel.case, why, now, out),
            // Kept by the caller: a call to be made is nobody's case any more.
            Content::Callback { .. } | Content::Rating { .. } => out.push(Output::Board),
        }
    }

    fn request(&mut self, package: Package, kiosk: String, age_ms: u64, now: u64, out: &mut Vec<Output>) {
        if self.cases.contains_key(&package.case) {
            return;
        }
        let heard = (age_ms <= LATE_MS).then_some(now);
        let id = package.case.clone();
        let mut case = Case::new(package, kiosk, now, heard);
        if self.cases.len() >= CASES_MAX {
            let frame = case.say(Down::Nobody { reason: Nobody::LongWait });
            out.push(Output::ToKiosk { kiosk: case.kiosk.clone(), frame });
            return;
        }
        self.cases.insert(id.clone(), case);
        out.push(Output::Save { case: id });
        out.push(Output::Board);
    }

    fn amend(&mut self, package: Package, now: u64, out: &mut Vec<Output>) {
        let Some(case) = self.cases.get_mut(&package.case) else { return };
        if package.revision <= case.package.revision || matches!(case.stage, Stage::Closed { .. }) {
            return;
        }
        case.package = package;
        let (id, agent) = (case.id().to_string(), case.stage.agent().map(str::to_string));
        let has_begun = matches!(case.stage, Stage::Briefing { .. } | Stage::Live { .. });
        out.push(Output::Save { case: id.clone() });
        out.push(Output::Board);
        if let Some(agent) = agent.filter(|_| has_begun) {
            out.push(Output::ToAgent { agent, told: Told::Case { case: Box::new(self.whole(&id, now)) } });
        }
    }

    fn withdraw(&mut self, id: &str, why: Withdrawn, now: u64, out: &mut Vec<Output>) {
        let outcome = match why {
            Withdrawn::Left | Withdrawn::HungUp => "visitor_left",
            Withdrawn::Cancelled | Withdrawn::GaveUp => "cancelled",
            Withdrawn::Callback => "callback",
        };
        self.visitor_gone(id, outcome, now, out);
    }

    /// The visitor is no longer there: whoever is called hears so, whoever talked writes down how it ended.
    pub(super) fn visitor_gone(&mut self, id: &str, why: &'static str, now: u64, out: &mut Vec<Output>) {
        let Some(case) = self.cases.get_mut(id) else { return };
        match case.stage.clone() {
            Stage::Waiting => self.close(id, None, None, now, out),
            Stage::Ringing { agent, .. } => {
                out.push(Output::ToAgent { agent, told: Told::RingOver { case: id.into(), why: "cancelled" } });
                self.close(id, None, None, now, out);
            }
            Stage::Briefing { agent, .. } | Stage::Live { agent } => {
                case.stage = Stage::WrapUp { agent: agent.clone(), until: now + WRAP_UP_MS };
                let mode = case.mode;
                let told = Told::CaseState { case: id.into(), state: "wrap_up", mode, why: Some(why.into()) };
                out.push(Output::ToAgent { agent, told });
                out.push(Output::Save { case: id.into() });
            }
            Stage::WrapUp { .. } | Stage::Closed { .. } => {}
        }
        out.push(Output::Board);
    }

    fn claimed(&mut self, id: &str, epoch: u64, out: &mut Vec<Output>) {
        let Some(case) = self.cases.get_mut(id) else {
            out.push(Output::Release { case: id.into() });
            return;
        };
        if matches!(case.owner, Owner::Us) && case.lane.epoch >= epoch {
            return;
        }
        case.owner = Owner::Us;
        case.lane.begin(epoch);
        let (stage, mode) = (case.stage.clone(), case.mode);
        out.push(Output::Save { case: id.into() });
        // A kiosk that was started anew, and took its case up again, has to hear how far it had come.
        let agent = stage.agent().map(|agent| self.display(agent)).unwrap_or_default();
        match stage {
            Stage::Ringing { .. } => self.tell_kiosk(id, Down::Ringing { agent }, out),
            Stage::Briefing { .. } => self.tell_kiosk(id, Down::Briefing { agent }, out),
            Stage::Live { .. } => self.tell_kiosk(id, Down::Live { agent, mode }, out),
            Stage::Waiting | Stage::WrapUp { .. } | Stage::Closed { .. } => {}
        }
    }

    fn taken(&mut self, id: &str, by: String, out: &mut Vec<Output>) {
        let open = |case: &&mut Case| !matches!(case.stage, Stage::Closed { .. });
        let Some(case) = self.cases.get_mut(id).filter(open) else { return };
        case.owner = Owner::Other(by);
        if let Some(agent) = case.stage.agent().map(str::to_string) {
            out.push(Output::ToAgent { agent, told: Told::RingOver { case: id.into(), why: "accepted_elsewhere" } });
        }
        case.stage = Stage::Waiting;
        out.push(Output::Board);
    }

    fn released(&mut self, kept: Kept, age_ms: u64, now: u64, out: &mut Vec<Output>) {
        let id = kept.package.case.clone();
        match self.cases.get_mut(&id) {
            Some(case) if matches!(case.owner, Owner::Us | Owner::Claiming) => return,
            Some(case) => {
                let (heard, declined, told) = (case.heard, std::mem::take(&mut case.declined), case.told);
                *case = Case::kept(kept, now);
                case.heard = heard.or(case.heard);
                // Who said no is not called again because the case went round.
                (case.declined, case.told) = (declined, told);
            }
            None => {
                let mut case = Case::kept(kept, now);
                if age_ms <= LATE_MS {
                    case.heard = Some(now);
                }
                self.cases.insert(id, case);
            }
        }
        out.push(Output::Board);
    }

    /// Closed for all desks. The one that closed it keeps it until its kiosk has heard so.
    fn gone(&mut self, id: &str, out: &mut Vec<Output>) {
        let Some(case) = self.cases.get(id) else { return };
        if matches!(case.stage, Stage::Closed { .. }) {
            return;
        }
        if let Some(agent) = case.stage.agent().map(str::to_string) {
            out.push(Output::ToAgent { agent, told: Told::RingOver { case: id.into(), why: "cancelled" } });
        }
        self.cases.remove(id);
        out.push(Output::Board);
    }

    /// The case is over. The kiosk hears why unless it said so itself.
    fn close(
        &mut self,
        id: &str,
        nobody: Option<Nobody>,
        end: Option<(Outcome, bool, String)>,
        now: u64,
        out: &mut Vec<Output>,
    ) {
        let Some(case) = self.cases.get_mut(id) else { return };
        let lasted_ms = case.live_since.map_or(0, |since| now - since);
        if lasted_ms > 0 {
            dispatch::remember(&mut self.durations, lasted_ms);
        }
        let agent = case.stage.agent().map(str::to_string);
        let waited_ms = case.live_since.unwrap_or(now).saturating_sub(case.since);
        let (outcome, avoidable, gap) =
            end.map_or((None, false, String::new()), |(outcome, avoidable, gap)| (Some(outcome), avoidable, gap));
        let record = Record {
            case: id.into(),
            rule: case.package.rule,
            language: case.package.language,
            agent,
            outcome,
            nobody,
            avoidable,
            gap: line(&gap),
            waited_ms,
            lasted_ms,
        };
        if let Some(reason) = nobody {
            self.tell_kiosk(id, Down::Nobody { reason }, out);
        }
        if let Some(case) = self.cases.get_mut(id) {
            case.stage = Stage::Closed { until: now + CLOSED_MS };
            case.erase();
        }
        out.push(Output::Close { record });
        out.push(Output::Board);
    }

    fn tell_kiosk(&mut self, id: &str, body: Down, out: &mut Vec<Output>) {
        let Some(case) = self.cases.get_mut(id) else { return };
        let frame = case.say(body);
        out.push(Output::ToKiosk { kiosk: case.kiosk.clone(), frame });
    }

    fn display(&self, agent: &str) -> String {
        self.agents.get(agent).map_or_else(|| agent.to_string(), |agent| agent.profile.display.clone())
    }

    /// Who may be promised, here and at the other desks.
    pub fn presence(&self) -> Presence {
        let mut presence = self.elsewhere.clone();
        for (language, count) in self.here().agents {
            *presence.agents.entry(language).or_default() += count;
        }
        presence
    }

    /// Who is at this desk.
    pub fn here(&self) -> Presence {
        let mut presence = Presence::default();
        for agent in self.agents.values().filter(|agent| agent.is_here()) {
            for language in &agent.profile.languages {
                *presence.agents.entry(*language).or_default() += 1;
            }
        }
        presence
    }

    /// The kiosk of a case.
    pub fn kiosk_of(&self, id: &str) -> Option<&str> {
        self.cases.get(id).map(|case| case.kiosk.as_str())
    }

    /// Epoch and number of the newest frame that [`Desk::keep`] includes.
    pub fn taken_of(&self, id: &str) -> Option<(u64, u64)> {
        self.cases.get(id).map(|case| (case.lane.epoch, case.lane.received()))
    }

    /// A case as it has to be kept; `None` when it is unknown here.
    pub fn keep(&self, id: &str) -> Option<Kept> {
        self.cases.get(id).map(Case::keep)
    }

    /// The visitor's last words in a case, for suggestions; only for the agent who has it.
    pub fn last_words(&self, id: &str, agent: &str) -> Option<(String, Language)> {
        let case = self.cases.get(id).filter(|case| case.stage.agent() == Some(agent))?;
        let said = case.messages.iter().rfind(|message| message.from == "visitor").map(|message| message.text.clone());
        Some((said.unwrap_or_else(|| case.package.need.clone()), case.package.language))
    }

    /// State of an agent's page on coming in.
    pub fn state_of(&self, agent: &str) -> AgentState {
        self.agents.get(agent).map_or(AgentState::Away, |agent| agent.state)
    }
}

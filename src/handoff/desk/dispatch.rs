//! Who is called for whom, and what the waiting are told.

use std::collections::{BTreeMap, HashMap, VecDeque};

use super::case::{Case, Owner, Stage};
use super::limits::{AGENT_GRACE_MS, DURATIONS_KEPT_MAX, DURATIONS_MIN, KIOSK_QUIET_MS, RING_MS};
use super::wire::{AgentState, Told};
use super::{Agent, Desk, Output};
use crate::domain::Language;
use crate::handoff::state::Nobody;
use crate::handoff::wire::Down;

impl Agent {
    /// Can be promised: here, and not away.
    pub(super) fn is_here(&self) -> bool {
        self.gone.is_none() && self.state != AgentState::Away
    }
}

/// Keeps the length of a conversation for the estimates.
pub(super) fn remember(durations: &mut VecDeque<u64>, lasted_ms: u64) {
    if durations.len() == DURATIONS_KEPT_MAX {
        durations.pop_front();
    }
    durations.push_back(lasted_ms);
}

/// What agents have in hand: conversations, and whether a call rings. Counted once for a whole round of calls.
pub(super) type Loads = HashMap<String, (usize, bool)>;

impl Desk {
    /// Calls agents for the waiting, tells who cannot be helped, and renews places.
    pub(super) fn dispatch(&mut self, now: u64, out: &mut Vec<Output>) {
        let mut loads = self.loads();
        for id in self.waiting(now) {
            let Some(case) = self.cases.get(&id) else { continue };
            if matches!(case.owner, Owner::Other(_)) {
                continue;
            }
            let best = self.best_for(case, &loads);
            if let Some(agent) = &best {
                // One call for one agent: a desk claims no more cases than it has people for.
                loads.entry(agent.clone()).or_default().1 = true;
            }
            match best {
                _ if matches!(case.owner, Owner::Claiming) => {}
                Some(agent) if matches!(case.owner, Owner::Us) => self.ring(&id, &agent, now, out),
                Some(_) => self.claim(&id, out),
                None if self.is_hopeless(case, now) => self.nobody(&id, now, out),
                None => {}
            }
        }
        self.renew_places(now, out);
    }

    /// Waiting cases whose kiosk is there, in the order of service: danger first, then who lost an agent, then who came first.
    fn waiting(&self, now: u64) -> Vec<String> {
        let mut waiting: Vec<&Case> = self
            .cases
            .values()
            .filter(|case| matches!(case.stage, Stage::Waiting))
            .filter(|case| case.heard.is_some_and(|heard| now.saturating_sub(heard) <= KIOSK_QUIET_MS))
            .collect();
        waiting.sort_by_key(|case| {
            (!case.package.rule.is_urgent(), case.returns == 0, case.since, case.package.case.clone())
        });
        waiting.into_iter().map(|case| case.package.case.clone()).collect()
    }

    /// The free agent with the language who was idle longest, one with the skill of its topic or its rule before others.
    pub(super) fn best_for(&self, case: &Case, loads: &Loads) -> Option<String> {
        let language = case.package.language;
        let load = |agent: &Agent| loads.get(&agent.profile.name).copied().unwrap_or_default();
        let wanted = [case.package.topic.as_deref(), Some(case.package.rule.word())];
        let is_skilled =
            |agent: &Agent| agent.profile.skills.iter().any(|skill| wanted.contains(&Some(skill.as_str())));
        self.agents
            .values()
            .filter(|agent| agent.gone.is_none() && agent.state == AgentState::Free)
            .filter(|agent| agent.profile.languages.contains(&language))
            .filter(|agent| !case.declined.contains(&agent.profile.name))
            .filter(|agent| load(agent).0 < agent.profile.cases_max && !load(agent).1)
            .min_by_key(|agent| (load(agent).0, !is_skilled(agent), agent.rung))
            .map(|agent| agent.profile.name.clone())
    }

    /// Everyone who could come has said no, or nobody is there.
    fn is_hopeless(&self, case: &Case, now: u64) -> bool {
        if self.started.is_none_or(|started| now.saturating_sub(started) < AGENT_GRACE_MS) {
            return false;
        }
        let language = case.package.language;
        let willing = self.agents.values().any(|agent| {
            (agent.is_here() || agent.gone.is_some())
                && agent.profile.languages.contains(&language)
                && !case.declined.contains(&agent.profile.name)
        });
        !willing && self.elsewhere.agents.get(&language).copied().unwrap_or(0) == 0
    }

    fn nobody(&mut self, id: &str, now: u64, out: &mut Vec<Output>) {
        let Some(case) = self.cases.get(id) else { return };
        if matches!(case.owner, Owner::Nobody) {
            // Several desks would say it: only an owner speaks.
            return self.claim(id, out);
        }
        let language = case.package.language;
        let anyone = self.agents.values().any(|agent| agent.is_here());
        let speaks = self.agents.values().any(|agent| agent.is_here() && agent.profile.languages.contains(&language));
        let reason = match (anyone, speaks) {
            (true, false) => Nobody::NoLanguage,
            _ => Nobody::NoAgent,
        };
        self.close(id, Some(reason), None, now, out);
    }

    fn claim(&mut self, id: &str, out: &mut Vec<Output>) {
        if let Some(case) = self.cases.get_mut(id) {
            case.owner = Owner::Claiming;
            out.push(Output::Claim { case: id.into() });
        }
    }

    fn ring(&mut self, id: &str, name: &str, now: u64, out: &mut Vec<Output>) {
        let display = self.display(name);
        if let Some(agent) = self.agents.get_mut(name) {
            agent.rung = now;
        }
        if let Some(case) = self.cases.get_mut(id) {
            case.stage = Stage::Ringing { agent: name.into(), until: now + RING_MS };
            case.told = None;
        }
        let row = self.row(&self.cases[id], name, now);
        out.push(Output::ToAgent {
            agent: name.into(),
            told: Told::Ring { seconds: RING_MS / 1000, row, case: id.into() },
        });
        self.tell_kiosk(id, Down::Ringing { agent: display }, out);
        out.push(Output::Board);
    }

    /// What each agent has in hand now.
    pub(super) fn loads(&self) -> Loads {
        let mut loads = Loads::new();
        for case in self.cases.values() {
            let Some(agent) = case.stage.agent() else { continue };
            let load = loads.entry(agent.to_string()).or_default();
            match case.stage {
                Stage::Ringing { .. } => load.1 = true,
                _ => load.0 += 1,
            }
        }
        loads
    }

    /// Tells the waiting their place when it has changed.
    fn renew_places(&mut self, now: u64, out: &mut Vec<Output>) {
        let mut places: BTreeMap<Language, u32> = BTreeMap::new();
        for id in self.waiting(now) {
            let Some(case) = self.cases.get(&id) else { continue };
            let place = places.entry(case.package.language).or_default();
            *place += 1;
            let told = (*place, self.eta(*place, case.package.language));
            let speaks = match case.owner {
                Owner::Us => true,
                Owner::Nobody | Owner::Claiming => self.is_leader,
                Owner::Other(_) => false,
            };
            if case.told == Some(told) || !speaks {
                continue;
            }
            let Some(case) = self.cases.get_mut(&id) else { continue };
            case.told = Some(told);
            let frame = case.lane.say(&id, Down::Queued { position: told.0, eta_seconds: told.1 }, true);
            out.push(Output::ToKiosk { kiosk: case.kiosk.clone(), frame });
        }
    }

    /// Seconds until the `place`th is served: the median conversation, shared among the agents who speak the language.
    /// `None` while too few conversations are known: no figure is better than a made-up one.
    fn eta(&self, place: u32, language: Language) -> Option<u32> {
        if self.durations.len() < DURATIONS_MIN {
            return None;
        }
        let mut sorted: Vec<u64> = self.durations.iter().copied().collect();
        sorted.sort_unstable();
        let median = sorted[sorted.len() / 2];
        let agents = self.presence().agents.get(&language).copied().unwrap_or(0).max(1);
        // Rounded up to half minutes: nobody can promise more.
        let seconds = u64::from(place) * median / 1000 / u64::from(agents);
        u32::try_from(seconds.div_ceil(30) * 30).ok()
    }
}

//! What passes by itself: rings, briefings, kiosks out of reach.

use super::case::{Owner, Stage};
use super::limits::{KIOSK_GRACE_MS, KIOSK_QUIET_MS, RETURNS_MAX};
use super::wire::{AgentState, Told};
use super::{Desk, Output};
use crate::handoff::state::Outcome;

impl Desk {
    /// Call it about once a second.
    pub(super) fn tick(&mut self, now: u64, out: &mut Vec<Output>) {
        self.drop_agents(now, out);
        let cases: Vec<(String, Stage, Owner)> =
            self.cases.iter().map(|(id, case)| (id.clone(), case.stage.clone(), case.owner.clone())).collect();
        for (id, stage, owner) in cases {
            match stage {
                Stage::Ringing { agent, until } if now >= until => {
                    // Nobody sits there: not called again until they say that they are.
                    if let Some(agent) = self.agents.get_mut(&agent) {
                        agent.state = AgentState::Away;
                    }
                    self.pass_on(&id, &agent, "timeout", out);
                    out.push(Output::Presence);
                }
                Stage::Briefing { until, .. } if now >= until => self.give_back(&id, false, now, out),
                Stage::WrapUp { until, .. } if now >= until => {
                    self.close(&id, None, Some((Outcome::VisitorLeft, false, String::new())), now, out);
                }
                Stage::Closed { until } if now >= until || !self.cases[&id].lane.owes() => {
                    self.cases.remove(&id);
                }
                Stage::WrapUp { .. } | Stage::Closed { .. } => {}
                _ if matches!(owner, Owner::Other(_)) => {}
                _ => self.watch_kiosk(&id, now, out),
            }
            self.let_others(&id, out);
        }
    }

    /// A kiosk that went quiet is told to the agent; one that stays so is given up.
    fn watch_kiosk(&mut self, id: &str, now: u64, out: &mut Vec<Output>) {
        let Some(case) = self.cases.get_mut(id) else { return };
        let quiet = now.saturating_sub(case.heard.unwrap_or(case.since));
        if quiet >= KIOSK_GRACE_MS {
            return self.visitor_gone(id, "visitor_left", now, out);
        }
        if quiet < KIOSK_QUIET_MS || case.lost {
            return;
        }
        case.lost = true;
        let mode = case.mode;
        if let Stage::Briefing { agent, .. } | Stage::Live { agent } = &case.stage {
            let told = Told::CaseState { case: id.into(), state: "lost_link", mode, why: None };
            out.push(Output::ToAgent { agent: agent.clone(), told });
        }
    }

    /// The kiosk is heard again.
    pub(super) fn found_again(&mut self, id: &str, out: &mut Vec<Output>) {
        let Some(case) = self.cases.get_mut(id) else { return };
        if !std::mem::take(&mut case.lost) {
            return;
        }
        let (state, mode) = (case.stage.word(), case.mode);
        if let Stage::Briefing { agent, .. } | Stage::Live { agent } = &case.stage {
            let told = Told::CaseState { case: id.into(), state, mode, why: None };
            out.push(Output::ToAgent { agent: agent.clone(), told });
        }
    }

    /// An owned case that nobody here can take now is let go where other desks may.
    fn let_others(&mut self, id: &str, out: &mut Vec<Output>) {
        let Some(case) = self.cases.get(id) else { return };
        if !matches!((&case.stage, &case.owner), (Stage::Waiting, Owner::Us)) || case.returns > RETURNS_MAX {
            return;
        }
        let elsewhere = self.elsewhere.agents.get(&case.package.language).copied().unwrap_or(0);
        if elsewhere > 0 && self.best_for(case, &self.loads()).is_none() {
            out.push(Output::Release { case: id.into() });
            if let Some(case) = self.cases.get_mut(id) {
                case.owner = Owner::Nobody;
            }
        }
    }
}

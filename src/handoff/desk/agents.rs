//! What agents do.

use super::case::{Message, Owner, Stage};
use super::limits::{AGENT_GRACE_MS, BRIEFING_MS, RETURNS_MAX};
use super::wire::{AgentState, Command, Profile, Told};
use super::{Agent, Desk, Output};
use crate::handoff::state::{Mode, Nobody, Outcome};
use crate::handoff::wire::{Down, line};

/// Promises of one conversation; more are no promises.
const PROMISES_MAX: usize = 10;

impl Desk {
    /// An agent's page is there: new, again after a reload, or in place of another.
    pub(super) fn agent_came(&mut self, profile: Profile, now: u64, out: &mut Vec<Output>) {
        let name = profile.name.clone();
        match self.agents.get_mut(&name) {
            Some(agent) => {
                agent.profile = profile;
                agent.gone = None;
            }
            None => {
                let agent = Agent { profile, state: AgentState::Away, gone: None, rung: 0 };
                self.agents.insert(name.clone(), agent);
            }
        }
        for id in self.cases_of(&name) {
            out.push(Output::ToAgent {
                agent: name.clone(),
                told: Told::Case { case: Box::new(self.whole(&id, now)) },
            });
        }
        self.ring_again(&name, now, out);
        out.extend([Output::Board, Output::Presence]);
    }

    /// A page that was loaded anew hears the call that was ringing.
    fn ring_again(&self, name: &str, now: u64, out: &mut Vec<Output>) {
        for (id, case) in &self.cases {
            if let Stage::Ringing { agent, until } = &case.stage
                && agent == name
            {
                let told = Told::Ring {
                    seconds: until.saturating_sub(now).div_ceil(1000),
                    row: self.row(case, name, now),
                    case: id.clone(),
                };
                out.push(Output::ToAgent { agent: name.into(), told });
            }
        }
    }

    pub(super) fn agent_gone(&mut self, name: &str, now: u64, out: &mut Vec<Output>) {
        if let Some(agent) = self.agents.get_mut(name) {
            agent.gone = Some(now);
            out.extend([Output::Board, Output::Presence]);
        }
    }

    fn cases_of(&self, name: &str) -> Vec<String> {
        let is_theirs = |stage: &Stage| stage.agent() == Some(name) && !matches!(stage, Stage::Ringing { .. });
        self.cases.iter().filter(|(_, case)| is_theirs(&case.stage)).map(|(id, _)| id.clone()).collect()
    }

    pub(super) fn command(&mut self, name: &str, command: Command, at: String, now: u64, out: &mut Vec<Output>) {
        if let Command::State { state } = command {
            return self.change_state(name, state, out);
        }
        let Some(id) = command.case().map(str::to_string) else { return };
        let stage = self.cases.get(&id).map(|case| case.stage.clone());
        let Some(stage) = stage.filter(|stage| stage.agent() == Some(name)) else {
            let told = Told::RingOver { case: id, why: "accepted_elsewhere" };
            return out.push(Output::ToAgent { agent: name.into(), told });
        };
        match (stage, command) {
            (Stage::Ringing { .. }, Command::Accept { .. }) => self.accept(&id, name, now, out),
            (Stage::Ringing { .. }, Command::Decline { reason, .. }) => self.decline(&id, name, &reason, out),
            (Stage::Briefing { .. }, Command::Ready { .. }) => self.ready(&id, name, now, out),
            (Stage::Briefing { .. } | Stage::Live { .. }, Command::Return { .. }) => {
                self.give_back(&id, true, now, out);
            }
            (
                Stage::Briefing { .. } | Stage::Live { .. } | Stage::WrapUp { .. },
                Command::End { outcome, promises, avoidable, gap, .. },
            ) => {
                self.end(&id, outcome, promises, (avoidable, gap), now, out);
            }
            (Stage::Live { .. }, command) => self.talk(&id, name, command, at, out),
            _ => {}
        }
    }

    fn change_state(&mut self, name: &str, state: AgentState, out: &mut Vec<Output>) {
        let Some(agent) = self.agents.get_mut(name) else { return };
        agent.state = state;
        out.extend([Output::Board, Output::Presence]);
        if state != AgentState::Free {
            let rung = self
                .cases
                .iter()
                .find(|(_, case)| matches!(&case.stage, Stage::Ringing { agent, .. } if agent == name));
            if let Some(id) = rung.map(|(id, _)| id.clone()) {
                self.pass_on(&id, name, "timeout", out);
            }
        }
    }

    fn accept(&mut self, id: &str, name: &str, now: u64, out: &mut Vec<Output>) {
        let display = self.display(name);
        if let Some(case) = self.cases.get_mut(id) {
            case.stage = Stage::Briefing { agent: name.into(), until: now + BRIEFING_MS };
        }
        self.tell_kiosk(id, Down::Briefing { agent: display }, out);
        out.push(Output::Save { case: id.into() });
        out.push(Output::ToAgent { agent: name.into(), told: Told::Case { case: Box::new(self.whole(id, now)) } });
        out.push(Output::Board);
    }

    fn decline(&mut self, id: &str, name: &str, reason: &str, out: &mut Vec<Output>) {
        // A break is the agent's, not the case's.
        if reason == "break"
            && let Some(agent) = self.agents.get_mut(name)
        {
            agent.state = AgentState::Away;
            out.push(Output::Presence);
        }
        self.pass_on(id, name, "timeout", out);
    }

    /// The call goes to somebody else; this agent is not called for the case again.
    pub(super) fn pass_on(&mut self, id: &str, name: &str, why: &'static str, out: &mut Vec<Output>) {
        if let Some(case) = self.cases.get_mut(id) {
            case.stage = Stage::Waiting;
            case.declined.insert(name.into());
        }
        out.push(Output::ToAgent { agent: name.into(), told: Told::RingOver { case: id.into(), why } });
        out.push(Output::Board);
    }

    fn ready(&mut self, id: &str, name: &str, now: u64, out: &mut Vec<Output>) {
        let display = self.display(name);
        let Some(case) = self.cases.get_mut(id) else { return };
        case.stage = Stage::Live { agent: name.into() };
        case.live_since.get_or_insert(now);
        let mode = case.mode;
        self.tell_kiosk(id, Down::Live { agent: display, mode }, out);
        let told = Told::CaseState { case: id.into(), state: "live", mode, why: None };
        out.push(Output::ToAgent { agent: name.into(), told });
        out.push(Output::Save { case: id.into() });
        out.push(Output::Board);
    }

    fn talk(&mut self, id: &str, name: &str, command: Command, at: String, out: &mut Vec<Output>) {
        let body = match command {
            Command::Message { text, id: message, .. } => return self.write(id, name, text, message, at, out),
            Command::Typing { text, .. } => Down::Typing { text: line(&text) },
            Command::Signal { data, .. } => Down::Signal { data },
            Command::Point { x, y, .. } => Down::Pointer { x: share(x), y: share(y) },
            Command::Show { shown, .. } => Down::Shown { shown },
            Command::Media { mode: Mode::Text, .. } => return self.change_mode(id, Mode::Text, out),
            // An offer: the visitor's page asks before a microphone or a camera is on.
            Command::Media { mode, .. } => Down::Offered { mode },
            _ => return,
        };
        self.tell_kiosk(id, body, out);
    }

    fn write(
        &mut self,
        id: &str,
        name: &str,
        text: String,
        message: Option<String>,
        at: String,
        out: &mut Vec<Output>,
    ) {
        let Some(case) = self.cases.get_mut(id) else { return };
        case.lines += 1;
        // With the epoch: the next owner of the case counts anew.
        let message = message.unwrap_or_else(|| format!("a{}-{}", case.lane.epoch, case.lines));
        let text = line(&text);
        if text.trim().is_empty() || case.messages.iter().any(|known| known.id == message) {
            return;
        }
        let message = Message { id: message, from: "agent".into(), text, at };
        case.push(message.clone());
        let body = Down::Message { id: message.id.clone(), text: message.text.clone(), at: message.at.clone() };
        self.tell_kiosk(id, body, out);
        out.push(Output::ToAgent { agent: name.into(), told: Told::Message { case: id.into(), message } });
        out.push(Output::Save { case: id.into() });
    }

    fn end(
        &mut self,
        id: &str,
        outcome: Outcome,
        mut promises: Vec<String>,
        gap: (bool, String),
        now: u64,
        out: &mut Vec<Output>,
    ) {
        promises.truncate(PROMISES_MAX);
        promises.iter_mut().for_each(|promise| *promise = line(promise));
        promises.retain(|promise| !promise.trim().is_empty());
        let Some(case) = self.cases.get_mut(id) else { return };
        let (agent, mode) = (case.stage.agent().unwrap_or_default().to_string(), case.mode);
        if !matches!(case.stage, Stage::WrapUp { .. }) {
            self.tell_kiosk(id, Down::Ended { outcome, promises }, out);
        }
        out.push(Output::ToAgent {
            agent,
            told: Told::CaseState { case: id.into(), state: "closed", mode, why: Some("ended".into()) },
        });
        self.close(id, None, Some((outcome, gap.0, gap.1)), now, out);
    }

    /// Back to the head of the queue. `willingly`: the agent chose it, which does not count as a loss.
    pub(super) fn give_back(&mut self, id: &str, willingly: bool, now: u64, out: &mut Vec<Output>) {
        let Some(case) = self.cases.get_mut(id) else { return };
        let Some(agent) = case.stage.agent().map(str::to_string) else { return };
        case.declined.insert(agent.clone());
        let mode = std::mem::replace(&mut case.mode, Mode::Text);
        let told = Told::CaseState { case: id.into(), state: "queued", mode, why: Some("returned".into()) };
        out.push(Output::ToAgent { agent, told });
        if !willingly && case.returns >= RETURNS_MAX {
            return self.close(id, Some(Nobody::AgentLost), None, now, out);
        }
        case.returns += 1;
        case.stage = Stage::Waiting;
        case.typing = String::new();
        case.told = None;
        if !willingly {
            // Whoever comes back may be called for it again.
            case.declined.clear();
        }
        out.push(Output::Save { case: id.into() });
        out.push(Output::Board);
    }

    /// Agents whose page stayed away too long lose their cases.
    pub(super) fn drop_agents(&mut self, now: u64, out: &mut Vec<Output>) {
        let lost: Vec<String> = self
            .agents
            .iter()
            .filter(|(_, agent)| agent.gone.is_some_and(|gone| now.saturating_sub(gone) >= AGENT_GRACE_MS))
            .map(|(name, _)| name.clone())
            .collect();
        for name in lost {
            self.agents.remove(&name);
            let theirs: Vec<(String, Stage)> = self
                .cases
                .iter()
                .filter(|(_, case)| case.stage.agent() == Some(&name) && matches!(case.owner, Owner::Us))
                .map(|(id, case)| (id.clone(), case.stage.clone()))
                .collect();
            for (id, stage) in theirs {
                match stage {
                    Stage::Ringing { .. } => self.pass_on(&id, &name, "timeout", out),
                    Stage::WrapUp { .. } => {
                        self.close(&id, None, Some((Outcome::VisitorLeft, false, String::new())), now, out);
                    }
                    _ => self.give_back(&id, false, now, out),
                }
            }
            out.push(Output::Presence);
        }
    }
}

fn share(value: Option<f32>) -> Option<f32> {
    value.filter(|value| value.is_finite()).map(|value| value.clamp(0.0, 1.0))
}

//! The world that the walk explores: a visitor, two agents, a desk, a link, and every move that any of them may make.

use std::collections::VecDeque;
use std::fmt::Write;

use crate::domain::Language;
use crate::handoff::desk::case::Stage;
use crate::handoff::desk::wire::{AgentState, Command, Profile};
use crate::handoff::desk::{Desk, Input, Output};
use crate::handoff::lane::{Lane, Taken};
use crate::handoff::package::{Origin, Package};
use crate::handoff::rules::Rule;
use crate::handoff::state::{Effect, Event, Outcome, State, Withdrawn, next};
use crate::handoff::wire::{Content, Down, Frame, Parcel, Up};

/// One step of time: every limit of the desk is passed by a few of them.
const STEP_MS: u64 = 10_000;

/// Messages on their way; further ones are lost, which the link may do anyway.
const CHANNEL_MAX: usize = 2;

/// A quiet world has to be at rest after so many rounds.
const ROUNDS_MAX: usize = 40;

const AGENTS: [&str; 2] = ["anna", "ben"];

#[derive(Clone, Copy, Hash, PartialEq, Eq, Debug)]
pub(super) struct Budget {
    pub(super) requests: u8,
    pub(super) cuts: u8,
    pub(super) drops: u8,
    pub(super) declines: u8,
    pub(super) returns: u8,
    pub(super) steps: u8,
    pub(super) repeats: u8,
}

#[derive(Clone)]
pub(super) struct World {
    pub(super) visitor: State,
    is_bot_held: bool,
    /// The request, while the visitor's side knows of one.
    is_open: bool,
    lane: Lane<Up>,
    /// Parcels arrive in order, sooner or later; they may come twice.
    parcels: VecDeque<Parcel>,
    down: VecDeque<Frame<Down>>,
    desk: Desk,
    now: u64,
    is_link_up: bool,
    budget: Budget,
    cases: u8,
}

/// What the world may do next.
#[derive(Clone, Debug)]
pub(super) enum Move {
    Visitor(Event),
    Parcel { again: bool },
    Beat,
    Frame { again: bool },
    Agent(&'static str, Act),
    Cut,
    Mend,
    Step,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Act {
    Come,
    Go,
    Accept,
    Decline,
    Ready,
    Write,
    Return,
    End,
}

fn package(case: &str) -> Package {
    let origin = Origin {
        topic: None,
        case: case.into(),
        key: case.into(),
        code: "K7P4".into(),
        site: "s".into(),
        kiosk: "k".into(),
        place: "p".into(),
        language: Language::English,
        needs: Vec::new(),
        rule: Rule::PersonButton,
        asked_at: String::new(),
        versions: Default::default(),
        mood: None,
    };
    Package::of(origin, &[]).without_words()
}

impl World {
    pub(super) fn new(budget: Budget) -> Self {
        let mut world = Self {
            visitor: State::Bot,
            is_bot_held: false,
            is_open: false,
            lane: Lane::new(0),
            parcels: VecDeque::new(),
            down: VecDeque::new(),
            desk: Desk::default(),
            now: 1_000_000,
            is_link_up: true,
            budget,
            cases: 0,
        };
        for agent in AGENTS {
            world.act(agent, Act::Come);
        }
        world
    }

    fn case(&self) -> String {
        format!("c{}", self.cases)
    }

    fn stage(&self) -> Option<&Stage> {
        self.desk.cases.get(&self.case()).map(|case| &case.stage)
    }

    pub(super) fn moves(&self) -> Vec<Move> {
        let mut moves = Vec::new();
        let visitor = |event| Move::Visitor(event);
        if self.budget.requests > 0 && !self.is_open {
            moves.push(visitor(Event::Fired { rule: Rule::PersonButton, shut: None }));
        }
        if self.visitor.actions().contains(&"cancel") {
            moves.push(visitor(Event::Cancelled));
        }
        if self.visitor.actions().contains(&"hang_up") {
            moves.push(visitor(Event::HungUp));
        }
        if self.visitor.actions().contains(&"done") {
            moves.push(visitor(Event::Done));
        }
        if self.visitor.actions().contains(&"callback") {
            moves.push(visitor(Event::Callback));
        }
        if self.is_open {
            moves.push(visitor(Event::Left));
            moves.push(Move::Beat);
        }
        if self.visitor.deadline().is_some() {
            moves.push(visitor(Event::Deadline));
        }
        if self.is_link_up && !self.parcels.is_empty() {
            moves.push(Move::Parcel { again: false });
            if self.budget.repeats > 0 {
                moves.push(Move::Parcel { again: true });
            }
        }
        if !self.down.is_empty() {
            moves.push(Move::Frame { again: false });
            if self.budget.repeats > 0 {
                moves.push(Move::Frame { again: true });
            }
        }
        self.agents_moves(&mut moves);
        if self.budget.cuts > 0 && self.is_link_up {
            moves.push(Move::Cut);
        }
        if !self.is_link_up {
            moves.push(Move::Mend);
        }
        if self.budget.steps > 0 {
            moves.push(Move::Step);
        }
        moves
    }

    fn agents_moves(&self, moves: &mut Vec<Move>) {
        for name in AGENTS {
            let is_here = self.desk.agents.get(name).is_some_and(|agent| agent.gone.is_none());
            if !is_here {
                moves.push(Move::Agent(name, Act::Come));
                continue;
            }
            if self.budget.drops > 0 {
                moves.push(Move::Agent(name, Act::Go));
            }
            let acts: &[Act] = match self.stage().filter(|stage| stage.agent() == Some(name)) {
                Some(Stage::Ringing { .. }) if self.budget.declines > 0 => &[Act::Accept, Act::Decline],
                Some(Stage::Ringing { .. }) => &[Act::Accept],
                Some(Stage::Briefing { .. }) if self.budget.returns > 0 => &[Act::Ready, Act::Return, Act::End],
                Some(Stage::Briefing { .. }) => &[Act::Ready, Act::End],
                Some(Stage::Live { .. }) => &[Act::Write, Act::End],
                Some(Stage::WrapUp { .. }) => &[Act::End],
                _ => &[],
            };
            moves.extend(acts.iter().map(|act| Move::Agent(name, *act)));
        }
    }

    pub(super) fn go(&mut self, step: Move) {
        match step {
            Move::Visitor(event) => {
                if matches!(event, Event::Fired { .. }) {
                    self.budget.requests -= 1;
                }
                self.event(event);
            }
            Move::Parcel { again } => {
                let Some(parcel) = self.parcels.front().cloned() else { return };
                if again {
                    self.budget.repeats -= 1;
                } else {
                    self.parcels.pop_front();
                }
                self.apply(Input::Parcel { parcel, age_ms: 0 });
            }
            Move::Beat => {
                let mut frames = self.lane.again(&self.case());
                frames.push(self.lane.say(&self.case(), Up::Here, true));
                if self.is_link_up {
                    frames.into_iter().for_each(|frame| self.apply(Input::Frame { frame, at: String::new() }));
                }
            }
            Move::Frame { again } => {
                let Some(frame) = self.down.front().cloned() else { return };
                if again {
                    self.budget.repeats -= 1;
                } else {
                    self.down.pop_front();
                }
                self.hear(frame);
            }
            Move::Agent(name, act) => self.act(name, act),
            Move::Cut => {
                self.budget.cuts -= 1;
                self.is_link_up = false;
                self.down.clear();
                self.event(Event::LinkDown);
            }
            Move::Mend => {
                self.is_link_up = true;
                self.event(Event::LinkUp);
            }
            Move::Step => {
                self.budget.steps -= 1;
                self.now += STEP_MS;
                self.apply(Input::Tick);
            }
        }
    }

    fn act(&mut self, name: &'static str, act: Act) {
        let case = self.case();
        let command = match act {
            Act::Come => {
                let profile = Profile {
                    name: name.into(),
                    display: name.into(),
                    languages: vec![Language::English],
                    skills: Vec::new(),
                    cases_max: 3,
                };
                self.apply(Input::AgentCame(profile));
                Command::State { state: AgentState::Free }
            }
            Act::Go => {
                self.budget.drops -= 1;
                return self.apply(Input::AgentGone(name.into()));
            }
            Act::Accept => Command::Accept { case },
            Act::Decline => {
                self.budget.declines -= 1;
                Command::Decline { case, reason: "other".into() }
            }
            Act::Ready => Command::Ready { case },
            Act::Write => Command::Message { case, text: "hello".into(), id: Some("m".into()) },
            Act::Return => {
                self.budget.returns -= 1;
                Command::Return { case, reason: String::new() }
            }
            Act::End => Command::End {
                case,
                outcome: Outcome::Solved,
                promises: Vec::new(),
                avoidable: false,
                gap: String::new(),
            },
        };
        self.apply(Input::Agent { name: name.into(), command, at: String::new() });
    }

    fn apply(&mut self, input: Input) {
        let outputs = self.desk.apply(input, self.now);
        for output in outputs {
            match output {
                Output::ToKiosk { frame, .. } if self.is_link_up && self.down.len() < CHANNEL_MAX => {
                    self.down.push_back(frame);
                }
                Output::Claim { case } => {
                    let epoch = self.desk.keep(&case).map_or(1, |kept| kept.epoch + 1);
                    self.apply(Input::Claimed { case, epoch });
                }
                _ => {}
            }
        }
    }

    /// As `Handoff::frame` does it.
    fn hear(&mut self, frame: Frame<Down>) {
        if !self.is_open || frame.case != self.case() {
            return;
        }
        if frame.epoch > self.lane.epoch {
            self.lane.begin(frame.epoch);
        }
        let Taken::New(body) = self.lane.take(frame) else { return };
        let event = match body {
            Down::Queued { position, eta_seconds } => Event::Queued { position, eta_seconds },
            Down::Ringing { agent } => Event::Ringing { agent },
            Down::Briefing { agent } => Event::Briefing { agent },
            Down::Live { agent, mode } => Event::Live { agent, mode },
            Down::Ended { outcome, promises } => Event::Ended { outcome, promises },
            Down::Nobody { reason } => Event::Nobody(reason),
            Down::Message { .. } => {
                assert!(self.is_bot_held, "a person speaks and usher is not held: {:?}", self.visitor);
                return;
            }
            _ => return,
        };
        self.event(event);
    }

    fn event(&mut self, event: Event) {
        let (state, effects) = next(&self.visitor, event);
        self.visitor = state;
        for effect in effects {
            match effect {
                Effect::Request => {
                    self.cases += 1;
                    self.is_open = true;
                    self.lane = Lane::new(0);
                    let content = Content::Request { package: Box::new(package(&self.case())) };
                    self.send(content);
                }
                Effect::Withdraw(why) => {
                    self.send(Content::Withdraw { why });
                    self.is_open = false;
                }
                Effect::HoldBot => {
                    assert!(!self.is_bot_held, "held twice: what was saved first would be lost");
                    self.is_bot_held = true;
                }
                Effect::ReleaseBot { .. } => {
                    assert!(self.is_bot_held, "released without being held");
                    self.is_bot_held = false;
                }
                Effect::Forget => (self.is_open, self.is_bot_held) = (false, false),
                Effect::BookCallback | Effect::MarkHumanEnded => {}
            }
        }
        if !self.visitor.is_open() && !matches!(self.visitor, State::WrapUp { .. }) {
            self.is_open = false;
        }
    }

    fn send(&mut self, content: Content) {
        self.parcels.push_back(Parcel { id: String::new(), kiosk: "k".into(), case: self.case(), content });
    }

    /// What must never be.
    pub(super) fn check(&self) {
        let held = self.visitor.holds_bot() || matches!(self.visitor, State::WrapUp { .. });
        assert_eq!(self.is_bot_held, held, "usher is held in the wrong state: {:?}", self.visitor);
        if !matches!(self.visitor, State::Bot | State::Abandoned | State::Closed) {
            assert!(!self.visitor.actions().is_empty(), "no way out of {:?}", self.visitor);
            assert!(self.visitor.deadline().is_some(), "{:?} could last for ever", self.visitor);
        }
        let talking = self.desk.cases.values().filter(|case| {
            matches!(case.stage, Stage::Live { .. } | Stage::Briefing { .. }) && case.id() == self.case()
        });
        assert!(talking.count() <= 1, "two people in one case");
        for agent in AGENTS {
            let rings = self
                .desk
                .cases
                .values()
                .filter(|case| matches!(&case.stage, Stage::Ringing { agent: rung, .. } if rung == agent));
            assert!(rings.count() <= 1, "{agent} is called twice at once");
        }
    }

    /// Nobody does anything more: messages arrive, time passes.
    pub(super) fn comes_to_rest(mut self) -> Result<(), String> {
        for _ in 0..ROUNDS_MAX {
            self.is_link_up = true;
            while let Some(parcel) = self.parcels.pop_front() {
                self.apply(Input::Parcel { parcel, age_ms: 0 });
            }
            while let Some(frame) = self.down.pop_front() {
                self.hear(frame);
            }
            if self.is_open {
                self.go(Move::Beat);
                while let Some(frame) = self.down.pop_front() {
                    self.hear(frame);
                }
            }
            self.check();
            if self.visitor.deadline().is_some() {
                self.event(Event::Deadline);
            }
            self.now += 9 * STEP_MS;
            self.apply(Input::Tick);
            let is_at_rest = matches!(self.visitor, State::Bot | State::Abandoned | State::Closed);
            if is_at_rest && self.desk.cases.is_empty() && self.parcels.is_empty() {
                return Ok(());
            }
        }
        Err(format!("visitor {:?}, desk {:?}", self.visitor, self.desk.cases.values().next().map(|case| &case.stage)))
    }

    /// Two worlds with the same key have the same future: times count from now, and stop counting where every limit is passed.
    pub(super) fn key(&self) -> String {
        let ago = |at: u64| self.now.saturating_sub(at).min(10 * STEP_MS) / STEP_MS;
        let left = |until: u64| until.saturating_sub(self.now).div_ceil(STEP_MS);
        let mut key = format!(
            "{:?}|{}|{}|{:?}|{:?}|{:?}|{}|{:?}|{}",
            self.visitor,
            self.is_bot_held,
            self.is_open,
            self.lane,
            self.parcels.iter().map(|parcel| (&parcel.case, kind(&parcel.content))).collect::<Vec<_>>(),
            self.down,
            self.is_link_up,
            self.budget,
            self.cases,
        );
        for (name, agent) in &self.desk.agents {
            // Who was called last is told by order alone.
            let rung = self.desk.agents.values().filter(|other| other.rung < agent.rung).count();
            let _ = write!(key, "|{name} {:?} {:?} {rung}", agent.state, agent.gone.map(ago));
        }
        for (id, case) in &self.desk.cases {
            let stage = match &case.stage {
                Stage::Ringing { agent, until } => format!("ring {agent} {}", left(*until)),
                Stage::Briefing { agent, until } => format!("brief {agent} {}", left(*until)),
                Stage::WrapUp { agent, until } => format!("wrap {agent} {}", left(*until)),
                Stage::Closed { until } => format!("closed {}", left(*until)),
                other => format!("{other:?}"),
            };
            let _ = write!(
                key,
                "|{id} {stage} {:?} {:?} {:?} {} {} {:?} {} {:?}",
                case.owner,
                case.lane,
                case.declined,
                case.returns,
                case.messages.len(),
                case.heard.map(ago),
                case.lost,
                case.told,
            );
        }
        key
    }
}

fn kind(content: &Content) -> &'static str {
    match content {
        Content::Request { .. } => "request",
        Content::Withdraw { why: Withdrawn::Left } => "left",
        Content::Withdraw { .. } => "withdraw",
        _ => "other",
    }
}

//! One hand-over as the desk holds it.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::limits::KIOSK_QUIET_MS;
use crate::handoff::lane::Lane;
use crate::handoff::package::Package;
use crate::handoff::state::Mode;
use crate::handoff::wire::{Down, Frame};

/// Lines of a conversation kept for an agent who comes back; the oldest go first.
const MESSAGES_MAX: usize = 200;

/// Where a case stands at the desk. Times are milliseconds of the caller's clock.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "stage", rename_all = "snake_case")]
pub enum Stage {
    Waiting,
    Ringing {
        agent: String,
        until: u64,
    },
    Briefing {
        agent: String,
        until: u64,
    },
    Live {
        agent: String,
    },
    /// The visitor has gone; the agent still writes down how it ended.
    WrapUp {
        agent: String,
        until: u64,
    },
    /// Over. Kept, without its package, until the kiosk has heard so.
    Closed {
        until: u64,
    },
}

impl Stage {
    /// The agent who has, or is offered, the case.
    pub fn agent(&self) -> Option<&str> {
        match self {
            Self::Ringing { agent, .. }
            | Self::Briefing { agent, .. }
            | Self::Live { agent }
            | Self::WrapUp { agent, .. } => Some(agent),
            Self::Waiting | Self::Closed { .. } => None,
        }
    }

    pub fn word(&self) -> &'static str {
        match self {
            Self::Waiting => "queued",
            Self::Ringing { .. } => "ringing",
            Self::Briefing { .. } => "briefing",
            Self::Live { .. } => "live",
            Self::WrapUp { .. } => "wrap_up",
            Self::Closed { .. } => "closed",
        }
    }
}

/// Who may act on a case, where several desk processes share one queue.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Owner {
    Nobody,
    /// This desk has asked for it.
    Claiming,
    Us,
    Other(String),
}

/// A line of the conversation, as both sides see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    pub id: String,
    /// `visitor` or `agent`.
    pub from: String,
    pub text: String,
    pub at: String,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    pub package: Package,
    pub kiosk: String,
    /// When the desk took it.
    pub since: u64,
    pub stage: Stage,
    pub owner: Owner,
    pub lane: Lane<Down>,
    /// Agents who declined, or did not answer.
    pub declined: BTreeSet<String>,
    /// How often an agent was lost to it.
    pub returns: u8,
    pub messages: Vec<Message>,
    pub mode: Mode,
    /// The visitor's line as it is being typed.
    pub typing: String,
    /// When the kiosk was last heard; `None`: not since a late delivery.
    pub heard: Option<u64>,
    /// The agent was told that the kiosk is out of reach.
    pub lost: bool,
    pub live_since: Option<u64>,
    /// The position that the kiosk was last told.
    pub told: Option<(u32, Option<u32>)>,
    /// Lines that an agent wrote, for their ids.
    pub lines: u64,
}

impl Kept {
    /// A case that no desk has touched.
    pub fn new(package: Package, kiosk: String) -> Self {
        let since = u64::try_from(jiff::Timestamp::now().as_millisecond()).unwrap_or(0);
        Self { package, kiosk, since, epoch: 0, returns: 0, messages: Vec::new(), is_closed: false }
    }
}

/// A case as it is kept across a restart: what was under way begins again at the head of the queue.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Kept {
    pub package: Package,
    pub kiosk: String,
    pub since: u64,
    pub epoch: u64,
    pub returns: u8,
    pub messages: Vec<Message>,
    pub is_closed: bool,
}

impl Case {
    pub fn new(package: Package, kiosk: String, now: u64, heard: Option<u64>) -> Self {
        Self {
            package,
            kiosk,
            since: now,
            stage: Stage::Waiting,
            owner: Owner::Nobody,
            lane: Lane::lasting(0),
            declined: BTreeSet::new(),
            returns: 0,
            messages: Vec::new(),
            mode: Mode::Text,
            typing: String::new(),
            heard,
            lost: false,
            live_since: None,
            told: None,
            lines: 0,
        }
    }

    /// A case from before a restart of its desk.
    pub fn kept(kept: Kept, now: u64) -> Self {
        let mut case = Self::new(kept.package, kept.kiosk, kept.since, None);
        case.lane = Lane::lasting(kept.epoch);
        case.returns = kept.returns;
        case.messages = kept.messages;
        if kept.is_closed {
            case.stage = Stage::Closed { until: now };
        }
        // Nobody is called before its kiosk is heard, which has the time of a lost link for it.
        case.heard = Some(now.saturating_sub(KIOSK_QUIET_MS + 1));
        case
    }

    pub fn keep(&self) -> Kept {
        Kept {
            package: self.package.clone(),
            kiosk: self.kiosk.clone(),
            since: self.since,
            epoch: self.lane.epoch,
            returns: self.returns,
            messages: self.messages.clone(),
            is_closed: matches!(self.stage, Stage::Closed { .. }),
        }
    }

    pub fn id(&self) -> &str {
        &self.package.case
    }

    /// The frame that tells the kiosk `body`.
    pub fn say(&mut self, body: Down) -> Frame<Down> {
        let passing = body.is_passing();
        let id = self.package.case.clone();
        self.lane.say(&id, body, passing)
    }

    pub fn push(&mut self, message: Message) {
        if self.messages.len() == MESSAGES_MAX {
            self.messages.remove(0);
        }
        self.messages.push(message);
    }

    /// Erases what was said; the case is kept only to tell its kiosk that it is over.
    pub fn erase(&mut self) {
        self.package = self.package.without_words();
        self.messages = Vec::new();
        self.typing = String::new();
    }
}

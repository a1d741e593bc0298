//! The events of the agents' socket, as `docs/handoff.md` lists them. Shapes only.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::case::Message;
use super::limits::AGENT_CASES_MAX;
use crate::domain::Language;
use crate::handoff::package::Package;
use crate::handoff::rules::Rule;
use crate::handoff::state::{Mode, Outcome};
use crate::handoff::wire::{Shown, ShownKind};

/// Who an agent is and what they can take.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Profile {
    pub name: String,
    /// As visitors read it.
    pub display: String,
    pub languages: Vec<Language>,
    pub skills: Vec<String>,
    /// Conversations at once.
    #[serde(default = "cases_max")]
    pub cases_max: usize,
}

fn cases_max() -> usize {
    AGENT_CASES_MAX
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AgentState {
    Free,
    Busy,
    Away,
}

/// What an agent may say.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Command {
    State {
        state: AgentState,
    },
    Accept {
        case: String,
    },
    Decline {
        case: String,
        reason: String,
    },
    Ready {
        case: String,
    },
    Message {
        case: String,
        text: String,
        /// The agent's own id for it: the same one twice is one message.
        #[serde(default)]
        id: Option<String>,
    },
    Typing {
        case: String,
        text: String,
    },
    Media {
        case: String,
        mode: Mode,
    },
    Signal {
        case: String,
        data: Value,
    },
    Search {
        case: String,
        text: String,
    },
    Suggest {
        case: String,
    },
    Push {
        case: String,
        kind: ShownKind,
        #[serde(rename = "ref")]
        reference: String,
    },
    /// A found thing, resolved; agents cannot say it themselves.
    #[serde(skip)]
    Show {
        case: String,
        shown: Shown,
    },
    Point {
        case: String,
        x: Option<f32>,
        y: Option<f32>,
    },
    Return {
        case: String,
        #[serde(default)]
        reason: String,
    },
    End {
        case: String,
        outcome: Outcome,
        #[serde(default)]
        promises: Vec<String>,
        #[serde(default)]
        avoidable: bool,
        #[serde(default)]
        gap: String,
    },
    /// A booked call was made.
    Called {
        id: String,
    },
}

/// What an agent is told.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Told {
    Ring {
        seconds: u64,
        row: Row,
        case: String,
    },
    RingOver {
        case: String,
        why: &'static str,
    },
    Case {
        case: Box<Whole>,
    },
    CaseState {
        case: String,
        state: &'static str,
        mode: Mode,
        why: Option<String>,
    },
    Message {
        case: String,
        #[serde(flatten)]
        message: Message,
    },
    Typing {
        case: String,
        text: String,
    },
    Signal {
        case: String,
        data: Value,
    },
    Found {
        case: String,
        results: Vec<Found>,
    },
    Suggestions {
        case: String,
        replies: Vec<Suggestion>,
    },
    Error {
        message: String,
        hint: String,
    },
    /// A newer page of the same agent took over.
    Replaced,
}

impl Told {
    /// The case that this ends for good.
    pub fn ended(&self) -> Option<&str> {
        match self {
            Self::CaseState { case, state: "closed", .. } => Some(case),
            _ => None,
        }
    }
}

/// One line of the board.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Row {
    pub case: String,
    pub code: String,
    pub state: &'static str,
    /// Milliseconds since it came; the page counts on.
    pub waited_ms: u64,
    pub language: Language,
    pub topic: Option<String>,
    pub rule: Rule,
    pub mood: Vec<String>,
    pub place: String,
    pub needs: Vec<String>,
    pub agent: Option<String>,
    /// This agent has it, or could take it.
    pub mine: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Colleague {
    pub name: String,
    pub display: String,
    pub state: AgentState,
    pub cases: usize,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Whole {
    pub id: String,
    pub code: String,
    pub state: &'static str,
    pub waited_ms: u64,
    pub language: Language,
    pub mode: Mode,
    pub package: Package,
    pub messages: Vec<Message>,
    pub typing: String,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Found {
    pub kind: ShownKind,
    #[serde(rename = "ref")]
    pub reference: String,
    pub title: String,
    pub text: String,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Suggestion {
    pub text: String,
    pub sources: Vec<SuggestionSource>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SuggestionSource {
    pub document: String,
    pub section: String,
}

impl Command {
    /// The case it is about.
    pub fn case(&self) -> Option<&str> {
        match self {
            Self::State { .. } | Self::Called { .. } => None,
            Self::Accept { case }
            | Self::Decline { case, .. }
            | Self::Ready { case }
            | Self::Message { case, .. }
            | Self::Typing { case, .. }
            | Self::Media { case, .. }
            | Self::Signal { case, .. }
            | Self::Search { case, .. }
            | Self::Suggest { case }
            | Self::Push { case, .. }
            | Self::Show { case, .. }
            | Self::Point { case, .. }
            | Self::Return { case, .. }
            | Self::End { case, .. } => Some(case),
        }
    }
}

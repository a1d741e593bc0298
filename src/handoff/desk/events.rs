//! What goes into a desk and what comes out of it.

use super::case::Kept;
use super::wire::{Command, Profile, Told};
use crate::domain::Language;
use crate::handoff::rules::Rule;
use crate::handoff::state::{Nobody, Outcome};
use crate::handoff::wire::{Down, Frame, Parcel, Presence, Up};

/// What happens at a desk.
#[derive(Debug, Clone, PartialEq)]
pub enum Input {
    /// A parcel that is already kept. `age_ms`: how long ago the visitor asked.
    Parcel {
        parcel: Parcel,
        age_ms: u64,
    },
    Frame {
        frame: Frame<Up>,
        at: String,
    },
    AgentCame(Profile),
    AgentGone(String),
    Agent {
        name: String,
        command: Command,
        at: String,
    },
    /// This desk now owns the case.
    Claimed {
        case: String,
        epoch: u64,
    },
    /// Another desk owns it.
    Taken {
        case: String,
        by: String,
    },
    /// The other desk let it go, or died with it; `kept` is what it knew.
    Released {
        kept: Box<Kept>,
        /// How long ago the visitor asked.
        age_ms: u64,
    },
    /// Another desk closed it.
    Gone {
        case: String,
    },
    /// Everything taken from the kiosk up to `seq` is kept.
    Saved {
        case: String,
        epoch: u64,
        seq: u64,
    },
    /// Agents at other desks.
    Elsewhere(Presence),
    Tick,
}

/// What has to be done, in this order.
#[derive(Debug, Clone, PartialEq)]
pub enum Output {
    ToKiosk {
        kiosk: String,
        frame: Frame<Down>,
    },
    ToAgent {
        agent: String,
        told: Told,
    },
    /// Keep the case as it is now.
    Save {
        case: String,
    },
    /// It is over: keep the record, erase the words.
    Close {
        record: Record,
    },
    Claim {
        case: String,
    },
    /// Let other desks have it.
    Release {
        case: String,
    },
    /// What agents see has changed.
    Board,
    /// Who is here has changed.
    Presence,
}

/// What is remembered of a hand-over when it is over: no word of the visitor.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    pub case: String,
    pub rule: Rule,
    pub language: Language,
    pub agent: Option<String>,
    pub outcome: Option<Outcome>,
    pub nobody: Option<Nobody>,
    pub avoidable: bool,
    /// The question usher should have answered, in the agent's words.
    pub gap: String,
    pub waited_ms: u64,
    pub lasted_ms: u64,
}

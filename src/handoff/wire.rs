//! What kiosk and desk say to each other, whatever link carries it. Shapes only.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::package::Package;
use super::state::{Mode, Nobody, Outcome, Withdrawn};
use crate::domain::Language;

/// Longest line of real-time text or of a message, characters; a longer one is cut.
pub const LINE_CHARS_MAX: usize = 500;

/// A text within what a line may be, without control characters.
pub fn line(text: &str) -> String {
    text.chars().filter(|c| !c.is_control() || *c == '\n').take(LINE_CHARS_MAX).collect()
}

/// What must arrive, once: it passes through the outbox. `id` is unique; the desk takes the same id twice without harm.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Parcel {
    pub id: String,
    /// The kiosk that sends it.
    pub kiosk: String,
    pub case: String,
    pub content: Content,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Content {
    Request {
        package: Box<Package>,
    },
    /// A newer revision of the package.
    Amend {
        package: Box<Package>,
    },
    Withdraw {
        why: Withdrawn,
    },
    Callback {
        callback: Callback,
    },
    Rating {
        stars: u8,
    },
}

/// Whom to call back. The only personal data that a visitor types to be sent; it is erased here once delivered.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Callback {
    pub name: String,
    pub phone: String,
    pub language: Language,
    pub need: String,
    pub code: String,
}

/// Debug output reaches logs: a number to call is not for them.
impl std::fmt::Debug for Callback {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Callback").field("language", &self.language).finish_non_exhaustive()
    }
}

/// One thing said in a case. `seq` counts from 1 within an `epoch` (one desk's hold of the case); 0 marks what may be lost.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Frame<B> {
    pub case: String,
    pub epoch: u64,
    pub seq: u64,
    /// The newest `seq` that the sender has taken from the other side.
    pub ack: u64,
    pub body: B,
}

/// From the kiosk.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Up {
    Message {
        id: String,
        text: String,
        at: String,
    },
    Typing {
        text: String,
    },
    Media {
        mode: Mode,
    },
    Signal {
        data: Value,
    },
    /// The kiosk still has this case and asks for what it missed; also the answer to silence.
    Here,
}

/// From the desk.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Down {
    Queued {
        position: u32,
        eta_seconds: Option<u32>,
    },
    Ringing {
        agent: String,
    },
    Briefing {
        agent: String,
    },
    Live {
        agent: String,
        mode: Mode,
    },
    Ended {
        outcome: Outcome,
        promises: Vec<String>,
    },
    Nobody {
        reason: Nobody,
    },
    Message {
        id: String,
        text: String,
        at: String,
    },
    Typing {
        text: String,
    },
    Signal {
        data: Value,
    },
    /// The person would like to speak, or to be seen.
    Offered {
        mode: Mode,
    },
    Shown {
        shown: Shown,
    },
    Pointer {
        x: Option<f32>,
        y: Option<f32>,
    },
    /// Nothing new: carries an acknowledgement.
    Here,
}

impl Parcel {
    /// Whether the content speaks of the case and the kiosk that the parcel names.
    pub fn is_consistent(&self) -> bool {
        match &self.content {
            Content::Request { package } | Content::Amend { package } => {
                package.case == self.case && package.kiosk == self.kiosk
            }
            Content::Withdraw { .. } | Content::Callback { .. } | Content::Rating { .. } => true,
        }
    }
}

impl Up {
    /// May be lost: the next one says it all again.
    pub fn is_passing(&self) -> bool {
        matches!(self, Self::Typing { .. } | Self::Here)
    }
}

impl Down {
    /// May be lost: the next one says it all again.
    pub fn is_passing(&self) -> bool {
        matches!(self, Self::Typing { .. } | Self::Pointer { .. } | Self::Here)
    }
}

/// What an agent puts on the kiosk's screen. The kiosk draws maps itself: `reference` names the place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Shown {
    pub kind: ShownKind,
    pub reference: String,
    pub title: String,
    pub text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ShownKind {
    Source,
    Card,
    Map,
    Clip,
}

/// Who is at a desk, told to kiosks so that nothing is promised in vain.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Presence {
    /// Agents that can take a visitor of a language sooner or later: free or busy, not away.
    pub agents: BTreeMap<Language, u32>,
}

/// What a kiosk says over a socket of its own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ToDesk {
    Parcel {
        parcel: Parcel,
    },
    Frame {
        frame: Frame<Up>,
    },
    /// The connection is alive.
    Here,
}

/// What it is told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum FromDesk {
    Kept { id: String },
    Refused { id: String, why: String },
    Frame { frame: Frame<Down> },
    Presence { presence: Presence },
    Here,
}

//! The hand-over of one visit as a pure function: a state and an event give the next state and what has to be done.
//!
//! Knows no clock, no link, no page: deadlines are named here and kept by the caller. `model.rs` walks every path of it
//! together with a desk.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::rules::Rule;

/// What a conversation with a person is held in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    #[default]
    Text,
    Voice,
    Video,
}

/// How a person ended the conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Solved,
    Unsolved,
    Referred,
    VisitorLeft,
}

/// Why nobody comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Nobody {
    /// The site's people are not at work now.
    Closed,
    /// Nobody with the visitor's language is at the desk.
    NoLanguage,
    /// Nobody is at the desk, or nobody took the call.
    NoAgent,
    /// The desk cannot be reached.
    NoLink,
    /// The wait grew longer than anyone may be asked to stand.
    LongWait,
    /// The person was lost twice.
    AgentLost,
    /// The request could not be written on this device.
    NotStored,
}

/// Where the hand-over of a visit stands. `Abandoned` and `Closed` end the visit.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum State {
    Bot,
    /// usher asks whether to get a person.
    Offered {
        rule: Rule,
    },
    /// Written on this device, not yet confirmed by a desk.
    Requested,
    Queued {
        position: u32,
        eta_seconds: Option<u32>,
    },
    Ringing {
        agent: String,
    },
    /// The person reads what usher knows.
    Briefing {
        agent: String,
    },
    Live {
        agent: String,
        mode: Mode,
    },
    /// The desk cannot be reached; the conversation is kept.
    LostLink {
        agent: String,
        mode: Mode,
        was_live: bool,
    },
    WrapUp {
        agent: String,
        outcome: Outcome,
        promises: Vec<String>,
    },
    /// Nobody comes, and the visitor is told so and what else there is.
    Unavailable {
        reason: Nobody,
    },
    CallbackBooked,
    Abandoned,
    Closed,
}

/// What happens to a hand-over. The visitor's, the desk's, the device's.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Event {
    /// A rule fired. `shut` is what was found before anything is promised.
    Fired {
        rule: Rule,
        shut: Option<Nobody>,
    },
    Accepted {
        shut: Option<Nobody>,
    },
    Declined,
    /// The request, or the wish to be called back, could not be written.
    NotStored,
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
    Nobody(Nobody),
    LinkDown,
    LinkUp,
    /// The visitor no longer waits, or ends the conversation.
    Cancelled,
    HungUp,
    Callback,
    /// The visitor has read the end.
    Done,
    /// The visitor has gone, or ended the visit.
    Left,
    /// The state lasted as long as [`State::deadline`] allows.
    Deadline,
}

/// Why the desk is told to let go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Withdrawn {
    Cancelled,
    HungUp,
    Left,
    GaveUp,
    Callback,
}

/// What has to be done, in this order.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Effect {
    /// Write the request and the visit in one transaction, and let the relay carry it.
    Request,
    /// Tell the desk, durably, that this case needs nobody any more.
    Withdraw(Withdrawn),
    /// Write the wish to be called back.
    BookCallback,
    /// usher stops: its voice, its answers, its ears and its timers.
    HoldBot,
    /// usher goes on as it was before [`Effect::HoldBot`]. `resume`: also with the answer that was cut off.
    ReleaseBot { resume: bool },
    /// The visit remembers that the human part has ended, and with what.
    MarkHumanEnded,
    /// The visit is wiped.
    Forget,
}

/// Longest stay in each state; chosen so that the desk's own deadlines (`desk::limits`) pass first where it has one.
impl State {
    pub fn deadline(&self) -> Option<Duration> {
        let seconds = match self {
            Self::Bot | Self::Abandoned | Self::Closed => return None,
            Self::Offered { .. } => 45,
            Self::Requested => 15,
            Self::Queued { .. } => 900,
            Self::Ringing { .. } => 60,
            Self::Briefing { .. } => 150,
            Self::Live { .. } => 3600,
            Self::LostLink { .. } => 60,
            Self::WrapUp { .. } => 90,
            Self::Unavailable { .. } => 120,
            Self::CallbackBooked => 60,
        };
        Some(Duration::from_secs(seconds))
    }

    /// The contract's word.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Bot => "bot",
            Self::Offered { .. } => "offered",
            Self::Requested => "requested",
            Self::Queued { .. } => "queued",
            Self::Ringing { .. } => "ringing",
            Self::Briefing { .. } => "briefing",
            Self::Live { .. } => "live",
            Self::LostLink { .. } => "lost_link",
            Self::WrapUp { .. } => "wrap_up",
            Self::Unavailable { .. } => "unavailable",
            Self::CallbackBooked => "callback_booked",
            Self::Abandoned => "abandoned",
            Self::Closed => "closed",
        }
    }

    /// A person is on, or may speak any moment: usher is silent.
    pub fn holds_bot(&self) -> bool {
        matches!(self, Self::Briefing { .. } | Self::Live { .. } | Self::LostLink { .. })
    }

    /// The desk has, or may have, this case.
    pub fn is_open(&self) -> bool {
        matches!(self, Self::Requested | Self::Queued { .. } | Self::Ringing { .. }) || self.holds_bot()
    }

    /// What the visitor may touch now, in the contract's words. Never empty while the visitor waits for anything.
    pub fn actions(&self) -> &'static [&'static str] {
        match self {
            Self::Bot | Self::Abandoned | Self::Closed => &[],
            Self::Offered { .. } => &["accept", "decline"],
            Self::Requested => &["review", "cancel"],
            Self::Queued { .. } => &["review", "cancel", "callback"],
            Self::Ringing { .. } => &["review", "cancel"],
            Self::Briefing { .. } => &["review", "hang_up"],
            Self::Live { .. } => &["review", "hang_up", "voice", "video", "text"],
            Self::LostLink { .. } => &["review", "hang_up", "callback"],
            Self::WrapUp { .. } => &["rate", "done"],
            Self::Unavailable { .. } => &["callback", "ticket", "done"],
            Self::CallbackBooked => &["done"],
        }
    }
}

/// The next state and what to do. An event that means nothing here (a late ring after a cancel) changes nothing.
pub fn next(state: &State, event: Event) -> (State, Vec<Effect>) {
    use Event as E;
    use State as S;
    match (state, event) {
        (S::Abandoned | S::Closed, _) => (state.clone(), Vec::new()),
        (_, E::Left) => left(state),
        (S::Bot | S::Offered { .. }, E::Fired { rule, shut }) => fired(rule, shut),
        // Whoever sees the end of one hand-over may ask for the next at once.
        (S::Unavailable { .. } | S::CallbackBooked, E::Fired { rule, shut }) if rule.is_the_visitors() => {
            fired(rule, shut)
        }
        (S::Offered { .. }, E::Accepted { shut }) => promised(shut),
        (S::Offered { .. }, E::Declined | E::Deadline) => (S::Bot, Vec::new()),
        (S::Unavailable { .. }, E::Callback) => (S::CallbackBooked, vec![Effect::BookCallback]),
        (S::Queued { .. } | S::LostLink { .. }, E::Callback) => {
            (S::CallbackBooked, let_go(state, Withdrawn::Callback, vec![Effect::BookCallback]))
        }
        // What could not be written is not promised.
        (S::CallbackBooked, E::NotStored) => (S::Unavailable { reason: Nobody::NotStored }, Vec::new()),
        (S::Unavailable { .. } | S::CallbackBooked, E::Done | E::Deadline | E::Cancelled) => (S::Bot, Vec::new()),
        (S::WrapUp { .. }, E::Done | E::Deadline) => (S::Bot, vec![Effect::ReleaseBot { resume: false }]),
        (_, event) if state.is_open() => open(state, event),
        _ => (state.clone(), Vec::new()),
    }
}

fn fired(rule: Rule, shut: Option<Nobody>) -> (State, Vec<Effect>) {
    if rule.is_the_visitors() { promised(shut) } else { (State::Offered { rule }, Vec::new()) }
}

fn promised(shut: Option<Nobody>) -> (State, Vec<Effect>) {
    match shut {
        Some(reason) => (State::Unavailable { reason }, Vec::new()),
        None => (State::Requested, vec![Effect::Request]),
    }
}

/// The desk has the case, or is about to.
fn open(state: &State, event: Event) -> (State, Vec<Effect>) {
    use Event as E;
    use State as S;
    let hold = |effects: Vec<Effect>| if state.holds_bot() { effects } else { vec![Effect::HoldBot] };
    let release = || if state.holds_bot() { vec![Effect::ReleaseBot { resume: true }] } else { Vec::new() };
    match event {
        E::NotStored if matches!(state, S::Requested) => (S::Unavailable { reason: Nobody::NotStored }, Vec::new()),
        E::Queued { position, eta_seconds } => (S::Queued { position, eta_seconds }, release()),
        E::Ringing { agent } => (S::Ringing { agent }, release()),
        E::Briefing { agent } => (S::Briefing { agent }, hold(Vec::new())),
        E::Live { agent, mode } => (S::Live { agent, mode }, hold(Vec::new())),
        E::Ended { outcome, promises } => ended(state, outcome, promises),
        E::Nobody(reason) => (S::Unavailable { reason }, release()),
        E::LinkDown => match state {
            S::Briefing { agent } => {
                (S::LostLink { agent: agent.clone(), mode: Mode::Text, was_live: false }, Vec::new())
            }
            S::Live { agent, mode } => (S::LostLink { agent: agent.clone(), mode: *mode, was_live: true }, Vec::new()),
            // A place in the queue outlives a short cut: the deadlines of these states are the limit.
            _ => (state.clone(), Vec::new()),
        },
        E::LinkUp => match state {
            S::LostLink { agent, mode, was_live: true } => (S::Live { agent: agent.clone(), mode: *mode }, Vec::new()),
            S::LostLink { agent, .. } => (S::Briefing { agent: agent.clone() }, Vec::new()),
            _ => (state.clone(), Vec::new()),
        },
        E::Cancelled | E::HungUp if state.holds_bot() => (S::Bot, let_go(state, Withdrawn::HungUp, Vec::new())),
        E::Cancelled | E::HungUp => (S::Bot, let_go(state, Withdrawn::Cancelled, Vec::new())),
        E::Deadline => gave_up(state),
        _ => (state.clone(), Vec::new()),
    }
}

fn ended(state: &State, outcome: Outcome, promises: Vec<String>) -> (State, Vec<Effect>) {
    let agent = match state {
        State::Ringing { agent }
        | State::Briefing { agent }
        | State::Live { agent, .. }
        | State::LostLink { agent, .. } => agent.clone(),
        _ => String::new(),
    };
    // The bot stays held until the visitor has read the end: nobody talks over the last words of a person.
    let hold = if state.holds_bot() { Vec::new() } else { vec![Effect::HoldBot] };
    (State::WrapUp { agent, outcome, promises }, [hold, vec![Effect::MarkHumanEnded]].concat())
}

fn gave_up(state: &State) -> (State, Vec<Effect>) {
    let reason = match state {
        State::Requested | State::LostLink { .. } => Nobody::NoLink,
        State::Queued { .. } => Nobody::LongWait,
        State::Live { .. } => Nobody::AgentLost,
        _ => Nobody::NoAgent,
    };
    (State::Unavailable { reason }, let_go(state, Withdrawn::GaveUp, Vec::new()))
}

fn left(state: &State) -> (State, Vec<Effect>) {
    if !state.is_open() {
        return (State::Closed, vec![Effect::Forget]);
    }
    (State::Abandoned, vec![Effect::Withdraw(Withdrawn::Left), Effect::Forget])
}

/// The desk is told, usher goes on as before.
fn let_go(state: &State, why: Withdrawn, also: Vec<Effect>) -> Vec<Effect> {
    let release =
        if state.holds_bot() { vec![Effect::ReleaseBot { resume: why != Withdrawn::HungUp }] } else { Vec::new() };
    [vec![Effect::Withdraw(why)], also, release].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn walk(events: impl IntoIterator<Item = Event>) -> (State, Vec<Effect>) {
        events.into_iter().fold((State::Bot, Vec::new()), |(state, done), event| {
            let (state, effects) = next(&state, event);
            (state, [done, effects].concat())
        })
    }

    fn asked() -> Event {
        Event::Fired { rule: Rule::PersonButton, shut: None }
    }

    fn anna() -> String {
        "Anna".into()
    }

    #[test]
    fn a_whole_conversation_ends_with_what_was_promised() {
        let promises = vec!["a call before noon".to_string()];
        let (state, effects) = walk([
            asked(),
            Event::Queued { position: 1, eta_seconds: None },
            Event::Ringing { agent: anna() },
            Event::Briefing { agent: anna() },
            Event::Live { agent: anna(), mode: Mode::Video },
            Event::Ended { outcome: Outcome::Solved, promises: promises.clone() },
        ]);
        assert_eq!(state, State::WrapUp { agent: anna(), outcome: Outcome::Solved, promises });
        assert_eq!(effects, [Effect::Request, Effect::HoldBot, Effect::MarkHumanEnded]);
        assert_eq!(next(&state, Event::Done), (State::Bot, vec![Effect::ReleaseBot { resume: false }]));
    }

    #[test]
    fn nothing_is_promised_when_nobody_is_there() {
        let shut = Some(Nobody::Closed);
        let (state, effects) = walk([Event::Fired { rule: Rule::PersonWord, shut }]);
        assert_eq!((state, effects), (State::Unavailable { reason: Nobody::Closed }, Vec::new()));
    }

    #[test]
    fn a_rule_offers_and_the_visitor_decides() {
        let offered = walk([Event::Fired { rule: Rule::TwoFailed, shut: None }]).0;
        assert_eq!(offered, State::Offered { rule: Rule::TwoFailed });
        assert_eq!(next(&offered, Event::Declined), (State::Bot, vec![]));
        assert_eq!(next(&offered, Event::Accepted { shut: None }), (State::Requested, vec![Effect::Request]));
    }

    #[test]
    fn a_lost_person_gives_the_cut_answer_back() {
        let (state, effects) =
            walk([asked(), Event::Briefing { agent: anna() }, Event::Queued { position: 1, eta_seconds: None }]);
        assert!(matches!(state, State::Queued { .. }));
        assert_eq!(effects, [Effect::Request, Effect::HoldBot, Effect::ReleaseBot { resume: true }]);
    }

    #[test]
    fn who_walks_away_is_withdrawn_and_forgotten() {
        let (state, effects) = walk([asked(), Event::Ringing { agent: anna() }, Event::Left]);
        assert_eq!(state, State::Abandoned);
        assert_eq!(effects, [Effect::Request, Effect::Withdraw(Withdrawn::Left), Effect::Forget]);
    }

    #[test]
    fn a_call_that_could_not_be_written_is_not_promised() {
        let shut = Some(Nobody::Closed);
        let (state, _) = walk([Event::Fired { rule: Rule::PersonWord, shut }, Event::Callback, Event::NotStored]);
        assert_eq!(state, State::Unavailable { reason: Nobody::NotStored });
    }

    #[test]
    fn a_late_ring_after_a_cancel_rings_nobody() {
        let (state, _) = walk([asked(), Event::Cancelled, Event::Ringing { agent: anna() }]);
        assert_eq!(state, State::Bot);
    }
}

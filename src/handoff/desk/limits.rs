//! How long a desk waits for whom. Each is longer than a person needs and shorter than a visitor would stand.

/// An agent's call rings so long before the next agent is called, milliseconds.
pub const RING_MS: u64 = 20_000;

/// Longest reading of a briefing; then the case goes to somebody else.
pub const BRIEFING_MS: u64 = 120_000;

/// An agent's page may be away so long (a reload, a lost network) before the case is given back.
pub const AGENT_GRACE_MS: u64 = 10_000;

/// A kiosk that says nothing for so long is out of reach: nobody is called for it.
pub const KIOSK_QUIET_MS: u64 = 15_000;

/// A kiosk that says nothing for so long is given up; longer than the kiosk itself waits for the desk.
pub const KIOSK_GRACE_MS: u64 = 75_000;

/// A request this old when it arrives waits for a word of its kiosk before anybody is called.
pub const LATE_MS: u64 = 60_000;

/// The agent's form after the visitor has gone.
pub const WRAP_UP_MS: u64 = 600_000;

/// A closed case waits so long for its kiosk to hear of it.
pub const CLOSED_MS: u64 = 120_000;

/// An agent lost to a case so often: then nobody is promised any more.
pub const RETURNS_MAX: u8 = 1;

/// Conversations one agent may hold at once.
pub const AGENT_CASES_MAX: usize = 3;

/// Conversations from which the waiting time is estimated; fewer say nothing.
pub const DURATIONS_MIN: usize = 3;
pub const DURATIONS_KEPT_MAX: usize = 50;

/// Cases one desk holds; a further request is told that nobody can come.
pub const CASES_MAX: usize = 5_000;

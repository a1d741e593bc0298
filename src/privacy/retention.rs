//! What is kept, where, how long and why: one table that the report, the admin page and the purge read. By default nothing of
//! a visit survives it. Pure: no clock, no disk.

use serde::Serialize;

/// What kind of data something is. The word is also what a sealed body is bound to: it never changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    Words,
    Audio,
    Picture,
    PhoneCopy,
    Handover,
    DeskCase,
    Callback,
    DeskRecord,
    ParcelId,
    Statistics,
    Log,
    Audit,
    Backup,
    Account,
    DeviceKey,
    Knowledge,
}

/// How long a class is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "kept", rename_all = "snake_case")]
pub enum Kept {
    /// In memory until the visit ends, on no disk.
    Visit,
    /// In memory, seconds.
    Memory { seconds: u64 },
    /// On the disk, sealed, until somebody has taken it or it is over.
    UntilTaken,
    /// On the disk, days.
    Days { days: u32 },
    /// On the disk until an operator removes it or resets the device.
    UntilRemoved,
}

/// One line of the table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Line {
    pub class: Class,
    pub what: &'static str,
    pub place: &'static str,
    /// Whether it can hold something of a visitor.
    pub of_visitor: bool,
    #[serde(flatten)]
    pub kept: Kept,
    pub why: &'static str,
}

/// Days that a profile allows; a class without a ceiling keeps what the table says.
pub type Ceilings = std::collections::BTreeMap<Class, u32>;

/// Oldest second since 1970 that may still be kept of each class, as the purge asks for it.
pub type Cutoffs = std::collections::BTreeMap<Class, i64>;

const DAY_S: i64 = 24 * 3600;

/// A machine that slept longer than this, or whose clock jumped: nothing is purged by its word alone.
const PAUSE_BELIEVED_S: i64 = 7 * DAY_S;

impl Class {
    /// `words`, `hand-over`: in reports and in what a sealed body is bound to.
    pub fn word(self) -> &'static str {
        match self {
            Self::Words => "words",
            Self::Audio => "audio",
            Self::Picture => "picture",
            Self::PhoneCopy => "phone copy",
            Self::Handover => "hand-over",
            Self::DeskCase => "desk case",
            Self::Callback => "call back",
            Self::DeskRecord => "desk record",
            Self::ParcelId => "parcel id",
            Self::Statistics => "statistics",
            Self::Log => "log",
            Self::Audit => "audit",
            Self::Backup => "backup",
            Self::Account => "account",
            Self::DeviceKey => "device key",
            Self::Knowledge => "knowledge",
        }
    }
}

impl Kept {
    /// For people: `until the visit ends, in memory`.
    pub fn words(self) -> String {
        match self {
            Self::Visit => "until the visit ends, in memory only".into(),
            Self::Memory { seconds } => format!("{seconds} s, in memory only"),
            Self::UntilTaken => "until it was taken or is over; sealed".into(),
            Self::Days { days } => format!("{days} days"),
            Self::UntilRemoved => "until the operator removes it".into(),
        }
    }
}

/// The table under a profile's ceilings, in reading order.
pub fn table(ceilings: &Ceilings) -> Vec<Line> {
    let mut lines = lines();
    for line in &mut lines {
        if let (Kept::Days { days }, Some(most)) = (line.kept, ceilings.get(&line.class)) {
            line.kept = Kept::Days { days: days.min(*most) };
        }
    }
    lines
}

/// What is older than this goes, for every class that is kept by days. `last_s` is when a purge last looked (seconds since 1970),
/// `None` at the first time.
///
/// `None` when the clock cannot be believed: it went back, or the pause was longer than a week. Asked again after the caller
/// has noted the new time, the same clock is believed: a device that slept a year purges at its second look.
pub fn cutoffs(ceilings: &Ceilings, now_s: i64, last_s: Option<i64>) -> Option<Cutoffs> {
    let pause_s = now_s - last_s?;
    if !(0..=PAUSE_BELIEVED_S).contains(&pause_s) {
        return None;
    }
    let of = |line: Line| match line.kept {
        Kept::Days { days } => Some((line.class, now_s - i64::from(days) * DAY_S)),
        _ => None,
    };
    Some(table(ceilings).into_iter().filter_map(of).collect())
}

fn lines() -> Vec<Line> {
    let line = |class, what, place, of_visitor, kept, why| Line { class, what, place, of_visitor, kept, why };
    let days = |days| Kept::Days { days };
    vec![
        line(
            Class::Words,
            "questions and answers of a visit",
            "memory",
            true,
            Kept::Visit,
            "to answer the next question",
        ),
        line(
            Class::Audio,
            "the visitor's voice",
            "memory",
            true,
            Kept::Visit,
            "to hear the question; no recording is made",
        ),
        line(
            Class::Picture,
            "pictures of the visitor's camera",
            "memory",
            true,
            Kept::Visit,
            "to read a pass or a page; gone when it is read; no face is stored or compared",
        ),
        line(
            Class::PhoneCopy,
            "an answer that the visitor took along by phone",
            "memory",
            true,
            Kept::Memory { seconds: 600 },
            "so that the phone can fetch it",
        ),
        line(
            Class::Handover,
            "the redacted package that the visitor let go to a person",
            "kiosk.db, sealed",
            true,
            Kept::UntilTaken,
            "a power cut must not lose a visitor who waits for a person",
        ),
        line(
            Class::DeskCase,
            "a conversation with a person while it lasts",
            "desk.db, sealed",
            true,
            Kept::UntilTaken,
            "a restart must not end a conversation",
        ),
        line(
            Class::Callback,
            "name and number for a call back that the visitor booked",
            "desk.db, sealed",
            true,
            days(14),
            "to make the call; erased when it was made",
        ),
        line(
            Class::DeskRecord,
            "kind, times, language, outcome and stars of a hand-over, no word of the visitor",
            "desk.db",
            false,
            days(365),
            "to plan the desk's people",
        ),
        line(
            Class::ParcelId,
            "numbers of delivered parcels",
            "desk.db",
            false,
            days(30),
            "so that nothing is taken twice",
        ),
        line(
            Class::Statistics,
            "counts and times, never words",
            "the statistics' database",
            false,
            days(365),
            "to see how the kiosk does",
        ),
        line(
            Class::Log,
            "kinds, times and sizes, never words",
            "the system's journal and the log folder",
            false,
            days(14),
            "to find faults",
        ),
        line(
            Class::Audit,
            "who of the staff changed what",
            "the audit's database",
            false,
            days(730),
            "to answer for the device",
        ),
        line(
            Class::Backup,
            "configuration, knowledge, accounts; no visit",
            "the backups folder, and where the operator carries it",
            false,
            days(90),
            "to mend a broken device",
        ),
        line(
            Class::Account,
            "staff names and password digests",
            "the databases",
            false,
            Kept::UntilRemoved,
            "to let staff in",
        ),
        line(
            Class::DeviceKey,
            "the key that seals hand-overs",
            "kiosk.seal and desk.seal, for usher's user alone",
            false,
            days(1),
            "replaced daily, so that what it sealed cannot be read later",
        ),
        line(
            Class::Knowledge,
            "the site's own approved texts",
            "knowledge.db",
            false,
            Kept::UntilRemoved,
            "to answer from",
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_default_nothing_of_a_visit_survives_it_but_what_the_visitor_let_go() {
        let survives = |line: &Line| line.of_visitor && !matches!(line.kept, Kept::Visit | Kept::Memory { .. });
        let left: Vec<Class> = table(&Ceilings::new()).into_iter().filter(survives).map(|line| line.class).collect();
        assert_eq!(left, [Class::Handover, Class::DeskCase, Class::Callback]);
    }

    #[test]
    fn a_ceiling_lowers_and_never_raises() {
        let kept = |most| {
            let table = table(&Ceilings::from([(Class::Log, most)]));
            table.into_iter().find(|line| line.class == Class::Log).unwrap().kept
        };
        assert_eq!(kept(7), Kept::Days { days: 7 });
        assert_eq!(kept(700), Kept::Days { days: 14 });
    }

    #[test]
    fn a_clock_that_jumps_purges_nothing_until_it_is_seen_again() {
        let none = Ceilings::new();
        let now = 1_800_000_000;
        assert_eq!(cutoffs(&none, now, None), None);
        assert_eq!(cutoffs(&none, now + 365 * DAY_S, Some(now)), None);
        assert_eq!(cutoffs(&none, now - 365 * DAY_S, Some(now)), None);
        let found = cutoffs(&none, now, Some(now - DAY_S)).unwrap();
        assert_eq!(found[&Class::Callback], now - 14 * DAY_S);
        assert!(!found.contains_key(&Class::Handover));
    }
}

//! The self-test: what is good, doubtful and bad about this machine, each with its repair.
//!
//! Probes read the system (disk, clock, network, memory, temperature, certificate); analyses judge what somebody else
//! recorded (sound, camera, touch). Every one becomes a [`Line`], lines become a [`Report`]. Knows no model, no visitor, no
//! page and no pin: whoever knows those adds lines of their own.

pub mod camera;
pub mod certificate;
pub mod clock;
pub mod disk;
pub mod memory;
mod names;
pub mod network;
mod places;
mod report;
mod run;
pub mod sound;
pub mod temperature;
pub mod touch;
mod written;

pub use places::Places;
pub use report::{Header, html, table};
pub use run::{Probe, Runner};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::{Language, Told};
use written::Written;

/// How well something is. The order is that of worry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Health {
    Good,
    /// Visitors are served; somebody should look at it on the next visit.
    Warning,
    /// Visitors get less than the site promises: somebody must act.
    Bad,
}

impl Health {
    pub fn word(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Warning => "warning",
            Self::Bad => "bad",
        }
    }

    /// The word as a technician reads it.
    pub fn shown(self, language: Language) -> &'static str {
        match (language, self) {
            (Language::English, _) => self.word(),
            (Language::Chinese, Self::Good) => "正常",
            (Language::Chinese, Self::Warning) => "需留意",
            (Language::Chinese, Self::Bad) => "需修复",
        }
    }
}

/// One finding about one thing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Written", into = "Written")]
pub struct Line {
    /// The thing: `disk`, `clock`, `golden en`.
    pub what: String,
    pub health: Health,
    /// What was found, with units.
    pub finding: Told,
    /// What a person does about it; empty when good.
    pub repair: Told,
}

impl Line {
    pub fn good(what: &str, finding: Told) -> Self {
        Self { what: what.into(), health: Health::Good, finding, repair: Told::default() }
    }

    pub fn warning(what: &str, finding: Told, repair: Told) -> Self {
        Self { what: what.into(), health: Health::Warning, finding, repair }
    }

    pub fn bad(what: &str, finding: Told, repair: Told) -> Self {
        Self { what: what.into(), health: Health::Bad, finding, repair }
    }
}

/// How many lines are how well.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Count {
    pub good: usize,
    pub warning: usize,
    pub bad: usize,
}

/// A whole self-test. As JSON: `{"lines": [{what, health, finding, repair, zh: {what, finding, repair}}], "at"}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    pub lines: Vec<Line>,
    /// When the last line was found.
    pub at: Timestamp,
}

impl Report {
    pub fn new(lines: Vec<Line>, at: Timestamp) -> Self {
        Self { lines, at }
    }

    /// The worst of its lines; good when it has none.
    pub fn worst(&self) -> Health {
        self.lines.iter().map(|line| line.health).max().unwrap_or(Health::Good)
    }

    pub fn count(&self) -> Count {
        let of = |health| self.lines.iter().filter(|line| line.health == health).count();
        Count { good: of(Health::Good), warning: of(Health::Warning), bad: of(Health::Bad) }
    }

    /// The lines that keep a kiosk from being ready, in their order.
    pub fn bad(&self) -> impl Iterator<Item = &Line> {
        self.lines.iter().filter(|line| line.health == Health::Bad)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::told;

    #[test]
    fn the_worst_line_counts_and_none_is_good() {
        let at = Timestamp::UNIX_EPOCH;
        assert_eq!(Report::new(Vec::new(), at).worst(), Health::Good);
        let lines = vec![
            Line::good("disk", told!("1 GiB free", "剩余 1 GiB")),
            Line::bad("clock", told!("year 1970", "1970 年"), told!("set it", "请校准")),
            Line::warning("network", told!("none", "没有"), told!("plug it in", "请插好网线")),
        ];
        let report = Report::new(lines, at);
        assert_eq!(report.worst(), Health::Bad);
        assert_eq!(report.count(), Count { good: 1, warning: 1, bad: 1 });
        assert_eq!(report.bad().next().unwrap().what, "clock");
    }

    #[test]
    fn a_report_is_the_same_after_json() {
        let line = Line::bad("disk", told!("1 GiB free", "剩余 1 GiB"), told!("make room", "请清理"));
        let report = Report::new(vec![line], "2026-11-23T08:00:00Z".parse().unwrap());
        let text = serde_json::to_string(&report).unwrap();
        assert_eq!(
            text,
            r#"{"lines":[{"what":"disk","health":"bad","finding":"1 GiB free","repair":"make room","zh":{"what":"磁盘","finding":"剩余 1 GiB","repair":"请清理"}}],"at":"2026-11-23T08:00:00Z"}"#
        );
        assert_eq!(serde_json::from_str::<Report>(&text).unwrap(), report);
    }

    #[test]
    fn a_report_of_before_the_chinese_is_read() {
        let text = r#"{"lines":[{"what":"disk","health":"bad","finding":"1 GiB free","repair":"make room"}],"at":"2026-11-23T08:00:00Z"}"#;
        let report: Report = serde_json::from_str(text).unwrap();
        assert_eq!(report.lines, [Line::bad("disk", Told::same("1 GiB free"), Told::same("make room"))]);
    }
}

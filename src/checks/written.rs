//! A line as JSON: English where it always stood, Chinese beside it, so that who reads the one need not know of the other.

use serde::{Deserialize, Serialize};

use super::{Health, Line, names};
use crate::domain::{Language, Told};

/// `{what, health, finding, repair, zh: {what, finding, repair}}`.
#[derive(Serialize, Deserialize)]
pub(super) struct Written {
    what: String,
    health: Health,
    finding: String,
    repair: String,
    /// Reports of older versions lack it.
    #[serde(default)]
    zh: Option<Chinese>,
}

#[derive(Serialize, Deserialize)]
struct Chinese {
    /// For who shows it; read again from `what` itself.
    #[serde(default)]
    what: String,
    finding: String,
    repair: String,
}

impl From<Line> for Written {
    fn from(Line { what, health, finding, repair }: Line) -> Self {
        let name = names::of(&what, Language::Chinese).into();
        let zh = Some(Chinese { what: name, finding: finding.zh, repair: repair.zh });
        Self { what, health, finding: finding.en, repair: repair.en, zh }
    }
}

impl From<Written> for Line {
    fn from(Written { what, health, finding, repair, zh }: Written) -> Self {
        let (finding, repair) = match zh {
            Some(zh) => (Told { en: finding, zh: zh.finding }, Told { en: repair, zh: zh.repair }),
            None => (Told::same(finding), Told::same(repair)),
        };
        Self { what, health, finding, repair }
    }
}

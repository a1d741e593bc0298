//! Which rung visitors are served on, and why. Pure: what is here, what is hot and what is full go in; a level with its reason, its
//! repair and the visitor's sentence comes out. Knows no board, no model and no clock: one step is one look.

use super::board::Heat;
use crate::domain::Language;

/// Looks in a row that must allow a better rung before it is climbed: half a minute at a look in five seconds.
const CALM_LOOKS: u32 = 6;

/// Free memory below which a rung is left, and which it needs to be climbed again, bytes. Chosen: wording takes more than searching, and
/// the kernel must not come to choose for us.
const WORDING_LEAVE: u64 = 200 << 20;
const WORDING_RETURN: u64 = 300 << 20;
const SEARCH_LEAVE: u64 = 96 << 20;
const SEARCH_RETURN: u64 = 160 << 20;

/// The rungs, best first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// The site's own pack, whole.
    Full,
    /// Questions are understood and searched; a smaller model words answers, or sentences are picked.
    SmallModel,
    /// Approved answers and sentences of documents only; nothing is worded.
    Approved,
    /// Topics that are touched; nothing is searched.
    Touch,
    /// The contact card. What a usher that has just started and knows nothing yet would show.
    #[default]
    Contact,
}

impl Level {
    pub const ALL: [Self; 5] = [Self::Full, Self::SmallModel, Self::Approved, Self::Touch, Self::Contact];

    pub fn word(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::SmallModel => "small_model",
            Self::Approved => "approved",
            Self::Touch => "touch",
            Self::Contact => "contact",
        }
    }

    /// What visitors are told; `None` where they notice nothing.
    pub fn sentence(self, language: Language) -> Option<&'static str> {
        let (english, chinese) = match self {
            Self::Full | Self::SmallModel => return None,
            Self::Approved => ("My answers are a little shorter for the moment.", "目前我的回答会简短一些。"),
            Self::Touch => ("For the moment, please touch a topic on the screen.", "目前请触摸屏幕上的主题查询。"),
            Self::Contact => (
                "I cannot answer questions at the moment. Our staff will help you here:",
                "我暂时无法回答问题，请联系工作人员：",
            ),
        };
        Some(match language {
            Language::English => english,
            Language::Chinese => chinese,
        })
    }
}

/// Whether a part does its work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Part {
    Serving,
    Missing,
    Failed,
}

impl Part {
    pub const ALL: [Self; 3] = [Self::Serving, Self::Missing, Self::Failed];

    fn serves(self) -> bool {
        self == Self::Serving
    }
}

/// What was seen in one look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Situation {
    /// The site's items and documents.
    pub knowledge: Part,
    /// Finds by meaning.
    pub embedding: Part,
    /// The pack's writing model.
    pub language: Part,
    /// The pack words answers at all; without it, picked sentences are its full service.
    pub words_answers: bool,
    /// A smaller model, or picked sentences, can stand in for the writing model.
    pub has_smaller: bool,
    /// Bytes; `None` when the board does not tell.
    pub memory_available: Option<u64>,
    pub heat: Heat,
    pub throttled: bool,
    /// The writing model's queue is full.
    pub language_is_full: bool,
}

/// A rung with its cause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    pub level: Level,
    /// The cause in one word, by which a page finds its own sentences for it. Empty when nothing is wrong.
    pub cause: &'static str,
    /// For the technician; what is wrong. Empty when nothing is.
    pub reason: &'static str,
    /// What to do about it. Empty when nothing is wrong.
    pub repair: &'static str,
}

const WELL: Verdict = Verdict { level: Level::Full, cause: "", reason: "", repair: "" };

/// The worst of what `situation` asks for; the first named where two ask for the same. `now` is the rung stood on: what has to be
/// climbed again needs more memory than what is held.
pub fn judge(situation: &Situation, now: Level) -> Verdict {
    let causes =
        [knowledge(situation), memory(situation, now), heat(situation), embedding(situation), writing(situation)];
    causes.into_iter().flatten().fold(WELL, |worst, cause| if cause.level > worst.level { cause } else { worst })
}

fn cause(level: Level, (cause, reason): (&'static str, &'static str), repair: &'static str) -> Option<Verdict> {
    Some(Verdict { level, cause, reason, repair })
}

fn knowledge(situation: &Situation) -> Option<Verdict> {
    match situation.knowledge {
        Part::Serving => None,
        Part::Missing => cause(
            Level::Contact,
            ("no_knowledge", "the site has no knowledge"),
            "import it: `usher knowledge import PATH`, or the page Knowledge",
        ),
        Part::Failed => cause(
            Level::Contact,
            ("knowledge_unreadable", "the knowledge cannot be read"),
            "run `usher doctor`; restore the last backup if the file is damaged",
        ),
    }
}

fn memory(situation: &Situation, now: Level) -> Option<Verdict> {
    let available = situation.memory_available?;
    let searches = if now >= Level::Touch { SEARCH_RETURN } else { SEARCH_LEAVE };
    let words = if now >= Level::SmallModel { WORDING_RETURN } else { WORDING_LEAVE };
    let repair = "stop other programs of this machine, or choose a smaller pack on the page Models";
    if available < searches {
        return cause(Level::Touch, ("memory_gone", "memory is nearly used up"), repair);
    }
    let words_at_all = situation.words_answers && situation.language.serves();
    let level = if situation.has_smaller { Level::SmallModel } else { Level::Approved };
    if words_at_all && available < words { cause(level, ("memory_short", "memory is short"), repair) } else { None }
}

fn heat(situation: &Situation) -> Option<Verdict> {
    let repair = "clean the fan and the vents, and look at what else heats the cabinet";
    let eased = if situation.has_smaller { Level::SmallModel } else { Level::Approved };
    match situation.heat {
        Heat::Critical => {
            cause(Level::Touch, ("heat_critical", "the board is about to switch itself off from heat"), repair)
        }
        Heat::Hot => cause(eased, ("heat", "the board is too hot"), repair),
        Heat::Cool if situation.throttled => cause(
            eased,
            ("throttled", "the board has slowed itself"),
            "look at the power supply first (a Pi 5 needs 5 V, 5 A), then at fan and vents",
        ),
        Heat::Cool => None,
    }
}

fn embedding(situation: &Situation) -> Option<Verdict> {
    match situation.embedding {
        Part::Serving => None,
        Part::Missing => cause(
            Level::Approved,
            ("embedding_missing", "the embedding model is missing; answers are found by keyword"),
            "run `usher models pull`",
        ),
        Part::Failed => cause(
            Level::Approved,
            ("embedding_failed", "the embedding model cannot be used; answers are found by keyword"),
            "run `usher models verify`, then `usher models pull`",
        ),
    }
}

fn writing(situation: &Situation) -> Option<Verdict> {
    let level = if situation.has_smaller { Level::SmallModel } else { Level::Approved };
    match situation.language {
        _ if !situation.words_answers => None,
        Part::Missing => cause(level, ("writing_missing", "the writing model is missing"), "run `usher models pull`"),
        Part::Failed => cause(
            level,
            ("writing_failed", "the writing model cannot be used"),
            "run `usher models verify`, then `usher models pull`",
        ),
        Part::Serving if situation.language_is_full => cause(
            level,
            ("writing_busy", "more is asked than the writing model can answer"),
            "nothing, if it passes; otherwise choose a smaller pack or allow fewer visits",
        ),
        Part::Serving => None,
    }
}

/// The ladder with its memory: down at once, up one look at a time when all is calm.
#[derive(Debug)]
pub struct Ladder {
    verdict: Verdict,
    better_looks: u32,
    has_looked: bool,
}

impl Ladder {
    pub fn new() -> Self {
        let (cause, reason) = ("starting", "usher is starting");
        let verdict = Verdict { level: Level::Contact, cause, reason, repair: "wait; `/readyz` says when it is done" };
        Self { verdict, better_looks: 0, has_looked: false }
    }

    pub fn verdict(&self) -> Verdict {
        self.verdict
    }

    pub(super) fn has_looked(&self) -> bool {
        self.has_looked
    }

    /// Takes in one look; `Some` when the rung changed. The first look is taken as it is.
    pub fn step(&mut self, situation: &Situation) -> Option<Verdict> {
        // Before the first look nothing is held, and nothing has to be climbed again.
        let held = if self.has_looked { self.verdict.level } else { Level::Full };
        let next = judge(situation, held);
        let is_better = next.level < self.verdict.level;
        self.better_looks = if is_better { self.better_looks + 1 } else { 0 };
        if is_better && self.has_looked && self.better_looks < CALM_LOOKS {
            return None;
        }
        self.has_looked = true;
        self.better_looks = 0;
        let changed = next.level != self.verdict.level;
        self.verdict = next;
        changed.then_some(next)
    }
}

impl Default for Ladder {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests;

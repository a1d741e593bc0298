//! Operations: what usher measures, keeps and tells of itself. Metrics, statistics by the hour, logs, the board, the ladder, the memory
//! budget, systemd. Knows kinds and numbers of turns, *no* word of them; knows no HTTP, and opens no model.

mod board;
mod budget;
mod ladder;
mod logs;
mod metrics;
mod notify;
mod process;
mod render;
mod seen;
mod statistics;
mod trouble;
mod watch;

use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

pub use board::{Board, Heat, Probe};
pub use budget::{Budget, Context, Loaded, Need, OverBudget, RESERVE, Repair};
pub use ladder::{Ladder, Level, Part, Situation, Verdict, judge};
pub use logs::{Line, Logs, Page, Rank};
pub use metrics::Metrics;
pub use notify::{Heart, Notifier, START_EXTENSION, keep_alive};
pub use process::Process;
pub use render::{CONTENT_TYPE, Present, render};
pub use seen::{Door, Feeling, HandoverEnd, Refusal, Stages, TurnSeen};
pub use statistics::{FirstWord, Moods, Point, Report, Routes, Span, Statistics, forget_before, report, write};
pub use trouble::Trouble;
pub use watch::{Watch, watch};

/// What the whole appliance tells its operations by; one, shared.
#[derive(Default)]
pub struct Telemetry {
    pub metrics: Metrics,
    pub statistics: Statistics,
    pub heart: Heart,
    board: Mutex<Board>,
    ladder: Mutex<Ladder>,
}

impl Telemetry {
    /// A turn was answered.
    pub fn turn(&self, turn: &TurnSeen) {
        self.heart.beat();
        self.metrics.turn(turn);
        self.statistics.turn(Timestamp::now(), turn);
    }

    /// A turn was not taken, or failed.
    pub fn refused(&self, refusal: Refusal) {
        // Input that was read and found unusable went the whole path; a full queue or a fault proves nothing.
        if refusal == Refusal::Input {
            self.heart.beat();
        }
        self.metrics.refused(refusal);
        self.statistics.refused(Timestamp::now(), refusal);
    }

    /// A person was asked for, by a visitor or a rule.
    pub fn asked_for_person(&self) {
        self.metrics.asked_for_person();
        self.statistics.handed_over(Timestamp::now());
    }

    /// The board as it was at the last look.
    pub fn board(&self) -> Board {
        held(&self.board).clone()
    }

    /// The rung to act by. Before the first look everything is tried: a start would else refuse what it can do.
    pub fn level(&self) -> Level {
        let ladder = held(&self.ladder);
        if ladder.has_looked() { ladder.verdict().level } else { Level::Full }
    }

    /// The rung visitors are served on.
    pub fn verdict(&self) -> Verdict {
        held(&self.ladder).verdict()
    }

    fn looked(&self, board: Board) {
        *held(&self.board) = board;
    }

    fn step(&self, situation: &Situation) -> Option<Verdict> {
        held(&self.ladder).step(situation)
    }
}

fn held<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

//! The last lines, in memory.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use schemars::JsonSchema;
use serde::Serialize;

use super::line::{Line, Rank};

/// Lines that are kept: some hours of a quiet kiosk, and at most 8 MB of the longest.
const LINES_MAX: usize = 1_000;

/// Most lines of one page.
const PAGE_MAX: usize = 500;

#[derive(Default)]
pub(super) struct Ring(Mutex<(u64, VecDeque<Line>)>);

/// What the admin page asks for.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Page {
    pub lines: Vec<Line>,
}

impl Ring {
    /// Numbers the line and keeps it; the oldest goes when there are too many.
    pub(super) fn push(&self, mut line: Line) -> Line {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (seq, lines) = &mut *held;
        *seq += 1;
        line.seq = *seq;
        if lines.len() >= LINES_MAX {
            lines.pop_front();
        }
        lines.push_back(line.clone());
        line
    }

    pub(super) fn page(&self, rank: Rank, after: u64, limit: usize) -> Page {
        let held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = held.1.iter().filter(|line| line.level >= rank && line.seq > after);
        let limit = limit.min(PAGE_MAX);
        let skipped = if after == 0 { found.clone().count().saturating_sub(limit) } else { 0 };
        Page { lines: found.skip(skipped).take(limit).cloned().collect() }
    }
}

//! What the other rooms tell this one: turns, refusals, hand-overs, as kinds and numbers. No word of a visitor fits in here.

use crate::domain::{Language, Mood, Route, Timings, Way};

/// A finished turn without its words.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TurnSeen {
    pub route: Route,
    pub way: Way,
    pub language: Language,
    pub feeling: Feeling,
    pub stages: Stages,
}

/// Milliseconds of a turn; `None` for a step that it did not take.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Stages {
    pub hear: Option<f64>,
    pub retrieve: Option<f64>,
    pub first_token: Option<f64>,
    pub answer: Option<f64>,
    pub first_audio: Option<f64>,
    /// From the visitor's last word to the end of what was said and shown.
    pub turn: Option<f64>,
}

impl Stages {
    /// The stages of a turn that took `turn_ms` in all.
    pub fn of(timings: &Timings, turn_ms: f64) -> Self {
        let Timings { hear, retrieve, first_token, answer, first_audio } = *timings;
        Self { hear, retrieve, first_token, answer, first_audio, turn: Some(turn_ms) }
    }

    /// Name and milliseconds of every step that was taken.
    pub fn taken(&self) -> impl Iterator<Item = (&'static str, f64)> {
        let Self { hear, retrieve, first_token, answer, first_audio, turn } = *self;
        [
            ("hear", hear),
            ("retrieve", retrieve),
            ("first_token", first_token),
            ("answer", answer),
            ("first_audio", first_audio),
            ("turn", turn),
        ]
        .into_iter()
        .filter_map(|(name, ms)| ms.filter(|ms| ms.is_finite() && *ms >= 0.0).map(|ms| (name, ms)))
    }

    /// When the visitor saw the first word: a worded answer shows its first sentence early, a copied one comes whole.
    pub fn first_word_ms(&self) -> Option<f64> {
        let after_hearing = self.first_token.or(self.answer)?;
        Some(self.hear.unwrap_or(0.0) + after_hearing).filter(|ms| ms.is_finite() && *ms >= 0.0)
    }
}

/// How the words of a question read, in three steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Feeling {
    Calm,
    Uneasy,
    Upset,
}

/// One weak signal (a repeated question, shouting) is unease; annoyed words, or two signals, are more (weights: `understand`).
const UNEASY_FROM: f32 = 0.2;
const UPSET_FROM: f32 = 0.5;

impl Feeling {
    pub fn of(mood: &Mood) -> Self {
        match mood.frustration {
            upset if upset >= UPSET_FROM => Self::Upset,
            uneasy if uneasy >= UNEASY_FROM => Self::Uneasy,
            _ => Self::Calm,
        }
    }

    pub fn word(self) -> &'static str {
        match self {
            Self::Calm => "calm",
            Self::Uneasy => "uneasy",
            Self::Upset => "upset",
        }
    }
}

/// Why a turn was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// A queue was full.
    Busy,
    /// As many visits as may be were there already.
    TooManyVisits,
    /// The question, sound or picture could not be used.
    Input,
    /// The appliance's own fault.
    Failed,
}

impl Refusal {
    pub const ALL: [Self; 4] = [Self::Busy, Self::TooManyVisits, Self::Input, Self::Failed];

    pub fn word(self) -> &'static str {
        match self {
            Self::Busy => "busy",
            Self::TooManyVisits => "too_many_visits",
            Self::Input => "input",
            Self::Failed => "failed",
        }
    }
}

/// How a hand-over ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HandoverEnd {
    Solved,
    Unsolved,
    Referred,
    VisitorLeft,
    /// Nobody came: the contact card was shown, or a call was booked.
    Nobody,
    /// The visitor took it back.
    Withdrawn,
}

impl HandoverEnd {
    pub const ALL: [Self; 6] =
        [Self::Solved, Self::Unsolved, Self::Referred, Self::VisitorLeft, Self::Nobody, Self::Withdrawn];

    pub fn word(self) -> &'static str {
        match self {
            Self::Solved => "solved",
            Self::Unsolved => "unsolved",
            Self::Referred => "referred",
            Self::VisitorLeft => "visitor_left",
            Self::Nobody => "nobody",
            Self::Withdrawn => "withdrawn",
        }
    }
}

/// Where somebody tried to log in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    Admin,
    Desk,
}

impl Door {
    pub const ALL: [Self; 2] = [Self::Admin, Self::Desk];

    pub fn word(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Desk => "desk",
        }
    }
}

/// Every route, in the contract's order.
pub const ROUTES: [Route; 6] =
    [Route::Answer, Route::Show, Route::Errand, Route::Clarify, Route::Decline, Route::Handoff];

pub fn route_word(route: Route) -> &'static str {
    match route {
        Route::Answer => "answer",
        Route::Show => "show",
        Route::Errand => "errand",
        Route::Clarify => "clarify",
        Route::Decline => "decline",
        Route::Handoff => "handoff",
    }
}

pub fn way_word(way: Way) -> &'static str {
    match way {
        Way::Typed => "typed",
        Way::Spoken => "spoken",
        Way::Touched => "touched",
        Way::Shown => "shown",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_word_of_a_copied_answer_is_its_whole_and_waits_for_the_ears() {
        let copied = Stages { hear: Some(300.0), answer: Some(40.0), ..Stages::default() };
        assert_eq!(copied.first_word_ms(), Some(340.0));
        let worded = Stages { first_token: Some(90.0), answer: Some(2_000.0), ..Stages::default() };
        assert_eq!(worded.first_word_ms(), Some(90.0));
        assert_eq!(Stages { answer: Some(f64::NAN), ..Stages::default() }.first_word_ms(), None);
    }

    #[test]
    fn steps_not_taken_and_times_that_are_none_are_left_out() {
        let stages = Stages { hear: Some(-1.0), retrieve: Some(2.0), answer: Some(f64::INFINITY), ..Stages::default() };
        assert_eq!(stages.taken().collect::<Vec<_>>(), [("retrieve", 2.0)]);
    }

    #[test]
    fn one_weak_signal_is_unease_and_annoyed_words_are_more() {
        let feeling = |frustration| Feeling::of(&Mood { frustration, signals: Vec::new() });
        assert_eq!(
            [0.0, 0.2, 0.4, 0.5, 1.0].map(feeling).map(Feeling::word),
            ["calm", "uneasy", "uneasy", "upset", "upset"]
        );
    }
}

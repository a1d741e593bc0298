//! The counts of one hour, and how they are added, written and read. Pure.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::Route;
use crate::telemetry::seen::{Feeling, TurnSeen};

/// Upper bounds of the first word's buckets, milliseconds; a last bucket takes what is slower. Written files hold counts by place: a
/// changed row here would move old counts, a longer one would not.
const BOUNDS_MS: [f64; 13] =
    [50.0, 100.0, 200.0, 300.0, 400.0, 600.0, 800.0, 1_000.0, 1_500.0, 2_000.0, 3_000.0, 5_000.0, 10_000.0];

/// Longest body that is read back, bytes; one is some 300 long.
const BODY_BYTES_MAX: usize = 4_096;

/// Counts of one hour, or of several added.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Hour {
    pub questions: u64,
    pub routes: Routes,
    pub refused: u64,
    pub handed_over: u64,
    pub mood: Moods,
    /// By bucket of [`BOUNDS_MS`], then the slower ones.
    first_word: Vec<u64>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Routes {
    pub answer: u64,
    pub show: u64,
    pub errand: u64,
    pub clarify: u64,
    pub decline: u64,
    pub handoff: u64,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Moods {
    pub calm: u64,
    pub uneasy: u64,
    pub upset: u64,
}

/// Time to the first word, milliseconds, read off the buckets.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, JsonSchema)]
pub struct FirstWord {
    pub median: f64,
    pub p95: f64,
}

impl Hour {
    pub fn turn(&mut self, turn: &TurnSeen) {
        self.questions += 1;
        *self.routes.of(turn.route) += 1;
        match turn.feeling {
            Feeling::Calm => self.mood.calm += 1,
            Feeling::Uneasy => self.mood.uneasy += 1,
            Feeling::Upset => self.mood.upset += 1,
        }
        if let Some(ms) = turn.stages.first_word_ms() {
            self.first_word.resize(BOUNDS_MS.len() + 1, 0);
            let place = BOUNDS_MS.iter().position(|bound| ms <= *bound).unwrap_or(BOUNDS_MS.len());
            self.first_word.iter_mut().skip(place).take(1).for_each(|count| *count += 1);
        }
    }

    /// Adds another's counts. Saturates: a file from outside may hold anything.
    pub fn add(&mut self, other: &Self) {
        let add = |to: &mut u64, from: u64| *to = to.saturating_add(from);
        add(&mut self.questions, other.questions);
        add(&mut self.refused, other.refused);
        add(&mut self.handed_over, other.handed_over);
        for route in crate::telemetry::seen::ROUTES {
            let mut from = other.routes;
            add(self.routes.of(route), *from.of(route));
        }
        add(&mut self.mood.calm, other.mood.calm);
        add(&mut self.mood.uneasy, other.mood.uneasy);
        add(&mut self.mood.upset, other.mood.upset);
        let places = self.first_word.len().max(other.first_word.len()).min(BOUNDS_MS.len() + 1);
        self.first_word.resize(places, 0);
        self.first_word.iter_mut().zip(&other.first_word).for_each(|(to, from)| add(to, *from));
    }

    /// Median and 95th percentile; `None` when nothing was answered.
    pub fn first_word(&self) -> Option<FirstWord> {
        Some(FirstWord { median: self.quantile(0.5)?, p95: self.quantile(0.95)? })
    }

    /// Linear within the bucket, as Prometheus' `histogram_quantile`; what is slower than the last bound counts as that bound.
    fn quantile(&self, part: f64) -> Option<f64> {
        let all: f64 = self.first_word.iter().map(|&count| count as f64).sum();
        let wanted = Some(all * part).filter(|_| all > 0.0)?;
        let (mut below, mut from) = (0.0, 0.0);
        for (&count, &bound) in self.first_word.iter().zip(&BOUNDS_MS) {
            if below + count as f64 >= wanted && count > 0 {
                return Some((from + (bound - from) * (wanted - below) / count as f64).round());
            }
            below += count as f64;
            from = bound;
        }
        Some(from)
    }

    /// As it stands in the file.
    pub fn written(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// As it was written. A body that cannot be read counts nothing: one bad hour must not cost the others.
    pub fn read(body: &str) -> Self {
        let hour: Self = match body.len() {
            0..=BODY_BYTES_MAX => serde_json::from_str(body).unwrap_or_default(),
            _ => Self::default(),
        };
        Self { first_word: hour.first_word.into_iter().take(BOUNDS_MS.len() + 1).collect(), ..hour }
    }
}

impl Routes {
    fn of(&mut self, route: Route) -> &mut u64 {
        match route {
            Route::Answer => &mut self.answer,
            Route::Show => &mut self.show,
            Route::Errand => &mut self.errand,
            Route::Clarify => &mut self.clarify,
            Route::Decline => &mut self.decline,
            Route::Handoff => &mut self.handoff,
        }
    }
}

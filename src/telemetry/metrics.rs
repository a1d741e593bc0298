//! What usher counts while it runs, typed. What merely *is* (queues, memory, temperature) is read when somebody asks: see `render`.
//!
//! The `prometheus` crate, not `prometheus-client` or `metrics`: it writes text 0.0.4 with `_total` in the TYPE line, as `promtool`
//! wants it, its registry is a value (no global recorder, so tests run side by side), and everything it needs is in the tree already.
//! Knows no HTTP.

use prometheus::core::Collector;
use prometheus::{HistogramOpts, HistogramVec, IntCounter, IntCounterVec, Opts, Registry};

use super::seen::{Door, HandoverEnd, ROUTES, Refusal, TurnSeen, route_word, way_word};
use crate::domain::{Language, Way};

/// Upper bounds of the latency buckets, seconds: a touch is answered in 5 ms, and after 10 s nobody stands there any more.
const SECONDS: [f64; 14] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0, 1.5, 2.5, 5.0, 10.0];

const STAGES: [&str; 6] = ["hear", "retrieve", "first_token", "answer", "first_audio", "turn"];

const WAYS: [Way; 4] = [Way::Typed, Way::Spoken, Way::Touched, Way::Shown];

/// Counters and histograms since start.
pub struct Metrics {
    pub(super) registry: Registry,
    stages: HistogramVec,
    turns: IntCounterVec,
    refused: IntCounterVec,
    asked_for_person: IntCounter,
    handovers: IntCounterVec,
    logins_refused: IntCounterVec,
}

impl Metrics {
    /// All at zero: a series that appears only with its first event cannot be alarmed on.
    ///
    /// # Panics
    /// When a name in this file is wrong or doubled.
    pub fn new() -> Self {
        let registry = Registry::new();
        let metrics = Self {
            stages: histogram(&registry),
            turns: counters(
                &registry,
                "usher_turns_total",
                "Turns that ended in an answer, by route, way and language.",
                &["route", "way", "language"],
            ),
            refused: counters(
                &registry,
                "usher_turns_refused_total",
                "Turns that were not taken, by reason.",
                &["reason"],
            ),
            asked_for_person: registered(
                &registry,
                IntCounter::new("usher_handovers_asked_total", "Hand-overs to a person that were asked for."),
            ),
            handovers: counters(&registry, "usher_handovers_total", "Hand-overs that ended, by outcome.", &["outcome"]),
            logins_refused: counters(
                &registry,
                "usher_logins_refused_total",
                "Logins that were refused, by door.",
                &["door"],
            ),
            registry,
        };
        metrics.begin();
        metrics
    }

    fn begin(&self) {
        for stage in STAGES {
            self.stages.with_label_values(&[stage]);
        }
        for (route, way, language) in every_turn() {
            self.turns.with_label_values(&[route, way, language]);
        }
        for refusal in Refusal::ALL {
            self.refused.with_label_values(&[refusal.word()]);
        }
        for end in HandoverEnd::ALL {
            self.handovers.with_label_values(&[end.word()]);
        }
        for door in Door::ALL {
            self.logins_refused.with_label_values(&[door.word()]);
        }
    }

    pub fn turn(&self, turn: &TurnSeen) {
        let labels = [route_word(turn.route), way_word(turn.way), turn.language.code()];
        self.turns.with_label_values(&labels).inc();
        for (stage, ms) in turn.stages.taken() {
            self.stages.with_label_values(&[stage]).observe(ms / 1_000.0);
        }
    }

    pub fn refused(&self, refusal: Refusal) {
        self.refused.with_label_values(&[refusal.word()]).inc();
    }

    pub fn asked_for_person(&self) {
        self.asked_for_person.inc();
    }

    pub fn handover_ended(&self, end: HandoverEnd) {
        self.handovers.with_label_values(&[end.word()]).inc();
    }

    pub fn login_refused(&self, door: Door) {
        self.logins_refused.with_label_values(&[door.word()]).inc();
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

/// The labels of every kind of turn.
fn every_turn() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    ROUTES.into_iter().flat_map(|route| {
        WAYS.into_iter().flat_map(move |way| {
            Language::ALL.into_iter().map(move |language| (route_word(route), way_word(way), language.code()))
        })
    })
}

fn histogram(registry: &Registry) -> HistogramVec {
    let help = "Time of a turn's steps; first_token and answer count from the end of hearing.";
    let opts = HistogramOpts::new("usher_stage_duration_seconds", help).buckets(SECONDS.to_vec());
    registered(registry, HistogramVec::new(opts, &["stage"]))
}

fn counters(registry: &Registry, name: &str, help: &str, labels: &[&str]) -> IntCounterVec {
    registered(registry, IntCounterVec::new(Opts::new(name, help), labels))
}

fn registered<C: Collector + Clone + 'static>(registry: &Registry, made: prometheus::Result<C>) -> C {
    let made = made.expect("the names in this file are valid");
    registry.register(Box::new(made.clone())).expect("each name in this file stands once");
    made
}

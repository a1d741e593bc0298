//! What watches over the appliance while it serves: the board, the ladder, the statistics, the counts of every worker.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use tokio::sync::broadcast;

use super::{Opened, QUEUE_MAX, folder_of};
use crate::base::worker::{Gauge, Pending, Worker};
use crate::config::Settings;
use crate::http::Gone;
use crate::store::StatisticsStore;
use crate::telemetry::{self, Part, Probe, Situation, Telemetry, Watch};

/// Statistics on their thread; `None` when their file cannot be used.
pub fn statistics(settings: &Settings, data: &Path) -> Option<Arc<Worker<StatisticsStore>>> {
    match StatisticsStore::open(&folder_of(settings, data).join("statistics.db")) {
        Ok(store) => Some(Arc::new(Worker::start("statistics", QUEUE_MAX, store))),
        Err(error) => {
            tracing::error!(%error, "statistics cannot be kept; everything else serves");
            None
        }
    }
}

/// Starts the thread `board`. Pages hear of another rung by `changed`.
pub fn watch(
    data: &Path,
    telemetry: &Arc<Telemetry>,
    statistics: &Option<Arc<Worker<StatisticsStore>>>,
    opened: &Opened,
    changed: broadcast::Sender<()>,
) -> Watch {
    let parts = parts(opened);
    let language = opened.conversation.engines.writer.as_ref().map(|writer| writer.worker.shared_gauge());
    let probe = Probe::new("/", data).with_clock(opened.conversation.clock.clone());
    telemetry::watch(
        telemetry.clone(),
        probe,
        statistics.clone(),
        move |board| Situation {
            memory_available: board.memory_available,
            heat: board.heat,
            throttled: board.throttled == Some(true),
            language_is_full: language.as_ref().is_some_and(|gauge| gauge.waiting.load(Ordering::Relaxed) >= QUEUE_MAX),
            ..parts
        },
        move |_| {
            // Nobody may be there.
            let _ = changed.send(());
        },
    )
}

/// Which parts serve, as the ladder asks.
fn parts(opened: &Opened) -> Situation {
    let engines = &opened.conversation.engines;
    let of = |role: &str| match () {
        () if engines.names.list().iter().any(|(name, _)| *name == role) => Part::Serving,
        () if opened.missing.iter().any(|missing| missing.role == role && missing.state == Gone::Failed) => {
            Part::Failed
        }
        () => Part::Missing,
    };
    Situation {
        knowledge: knowledge(opened),
        embedding: of("embedding"),
        language: of("language"),
        words_answers: engines.writer.as_ref().is_some_and(|writer| writer.words_answers.load(Ordering::Relaxed)),
        // Sentences are picked where none is worded.
        has_smaller: true,
        memory_available: None,
        heat: telemetry::Heat::default(),
        throttled: false,
        language_is_full: false,
    }
}

fn knowledge(opened: &Opened) -> Part {
    let listed = opened.conversation.knowledge.call(|knowledge, _| knowledge.list().map(|list| list.is_empty()));
    match listed.and_then(Pending::wait).map(|timed| timed.value) {
        Ok(Ok(false)) => Part::Serving,
        Ok(Ok(true)) => Part::Missing,
        _ => Part::Failed,
    }
}

/// Counts of every worker.
pub fn gauges(opened: &Opened, statistics: &Option<Arc<Worker<StatisticsStore>>>) -> Vec<(&'static str, Arc<Gauge>)> {
    let mut gauges = opened.conversation.engines.gauges();
    gauges.push(("knowledge", opened.conversation.knowledge.shared_gauge()));
    gauges.extend(opened.embedder.iter().map(|worker| ("embedding", worker.shared_gauge())));
    gauges.extend(opened.faces.iter().map(|worker| ("faces", worker.shared_gauge())));
    gauges.extend(statistics.iter().map(|worker| ("statistics", worker.shared_gauge())));
    gauges
}

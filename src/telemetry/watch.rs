//! The thread `board`: looks at the board every five seconds, moves the ladder, and hands the statistics over to be written once a minute.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::Duration;

use jiff::Timestamp;

use super::board::{Board, Probe};
use super::ladder::{Situation, Verdict};
use super::trouble::Trouble;
use super::{Telemetry, statistics};
use crate::base::worker::{Pending, Worker};
use crate::store::StatisticsStore;

/// Between two looks.
const PAUSE: Duration = Duration::from_secs(5);

/// Looks between two writes of the statistics: a minute.
const LOOKS_A_WRITE: u32 = 12;

/// The thread; dropping it writes what was counted and ends it.
pub struct Watch {
    stop: Option<SyncSender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// Starts the thread. `situation` says what else the ladder must know; `changed` hears of every new rung. Without a `store`
/// nothing is kept.
///
/// # Panics
/// When the operating system cannot start a thread.
pub fn watch(
    telemetry: Arc<Telemetry>,
    probe: Probe,
    store: Option<Arc<Worker<StatisticsStore>>>,
    situation: impl Fn(&Board) -> Situation + Send + 'static,
    changed: impl Fn(Verdict) + Send + 'static,
) -> Watch {
    let (stop, stopped) = sync_channel(1);
    let mut looking = Looking { telemetry, probe, store, situation, changed, troubles: Vec::new() };
    let thread = std::thread::Builder::new()
        .name("board".into())
        .spawn(move || looking.run(&stopped))
        .expect("the system can start a thread");
    Watch { stop: Some(stop), thread: Some(thread) }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.stop.take();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

struct Looking<S, C> {
    telemetry: Arc<Telemetry>,
    probe: Probe,
    store: Option<Arc<Worker<StatisticsStore>>>,
    situation: S,
    changed: C,
    /// Those of the last look.
    troubles: Vec<Trouble>,
}

impl<S: Fn(&Board) -> Situation, C: Fn(Verdict)> Looking<S, C> {
    fn run(&mut self, stopped: &Receiver<()>) {
        for look in 1u32.. {
            self.look();
            let is_over = stopped.recv_timeout(PAUSE) == Err(RecvTimeoutError::Disconnected);
            if is_over || look.is_multiple_of(LOOKS_A_WRITE) {
                self.write();
            }
            if is_over {
                return;
            }
        }
    }

    fn look(&mut self) {
        let board = self.probe.look();
        let situation = (self.situation)(&board);
        self.tell(&board.troubles());
        self.telemetry.looked(board);
        if let Some(verdict) = self.telemetry.step(&situation) {
            let level = verdict.level.word();
            tracing::warn!(
                level,
                reason = verdict.reason,
                repair = verdict.repair,
                "visitors are served on another rung"
            );
            (self.changed)(verdict);
        }
    }

    /// Once when a state comes, once when it goes.
    fn tell(&mut self, troubles: &[Trouble]) {
        for trouble in troubles.iter().filter(|trouble| !self.troubles.contains(trouble)) {
            tracing::error!(state = trouble.word(), repair = trouble.repair(), "{}", trouble.reason());
        }
        for gone in self.troubles.iter().filter(|gone| !troubles.contains(gone)) {
            tracing::warn!(state = gone.word(), "this state is over");
        }
        self.troubles = troubles.to_vec();
    }

    /// What the disk does not take is kept for the next minute.
    fn write(&self) {
        let Some(store) = &self.store else { return };
        let counted = self.telemetry.statistics.take();
        if counted.is_empty() {
            return;
        }
        let hours = counted.clone();
        let written =
            store.call(move |store, _| statistics::write(store, &hours, Timestamp::now())).and_then(Pending::wait);
        let fault = match written {
            Ok(written) => written.value.err().map(|error| error.to_string()),
            Err(error) => Some(error.to_string()),
        };
        if let Some(reason) = fault {
            tracing::warn!(reason, "the statistics could not be written; they wait");
            self.telemetry.statistics.give_back(counted);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::telemetry::ladder::{Level, Part};
    use crate::telemetry::{Heat, Span, report};

    const GOOD: Situation = Situation {
        knowledge: Part::Serving,
        embedding: Part::Serving,
        language: Part::Serving,
        words_answers: false,
        has_smaller: false,
        memory_available: None,
        heat: Heat::Cool,
        throttled: false,
        language_is_full: false,
    };

    #[test]
    fn the_first_look_is_taken_at_once_and_the_end_writes_what_was_counted() {
        let folder = tempfile::tempdir().unwrap();
        let telemetry = Arc::new(Telemetry::default());
        let store = StatisticsStore::open(&folder.path().join("statistics.db")).unwrap();
        let store = Arc::new(Worker::start("statistics", 8, store));
        let (told, heard) = sync_channel(4);
        let probe = Probe::new("/", folder.path());
        let board = watch(
            telemetry.clone(),
            probe,
            Some(store.clone()),
            |_| GOOD,
            move |verdict| {
                told.send(verdict.level).unwrap();
            },
        );
        assert_eq!(heard.recv_timeout(Duration::from_secs(20)), Ok(Level::Full));
        assert_eq!(telemetry.verdict().level, Level::Full);
        assert!(telemetry.board().memory_total.is_some());
        telemetry.asked_for_person();
        drop(board);
        let report = store.call(|store, _| report(store, Span::Day, Timestamp::now())).unwrap().wait().unwrap();
        let asked: u64 = report.value.unwrap().series.iter().map(|point| point.handed_over).sum();
        assert_eq!(asked, 1);
    }
}

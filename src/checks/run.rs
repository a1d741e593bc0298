//! Runs probes one after the other, each within its deadline: a disk that hangs must not hang the report.

use std::collections::BTreeSet;
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::Line;
use crate::domain::told;

/// One examination that may take long, or for ever.
pub struct Probe {
    what: &'static str,
    deadline: Duration,
    examine: Box<dyn FnOnce() -> Vec<Line> + Send>,
}

impl Probe {
    /// `examine` runs on a thread of its own, so that it may block.
    pub fn new(what: &'static str, deadline: Duration, examine: impl FnOnce() -> Vec<Line> + Send + 'static) -> Self {
        Self { what, deadline, examine: Box::new(examine) }
    }
}

/// Runs probes. Keep one for the life of the program: it remembers which probe still hangs and starts no second one.
///
/// A thread that waits for a dead disk cannot be ended; it is left behind, at most one for each name.
#[derive(Debug, Clone, Default)]
pub struct Runner {
    under_way: Arc<Mutex<BTreeSet<&'static str>>>,
}

impl Runner {
    /// The lines of every probe in their order. Blocks for the sum of the deadlines at most; never call it on an async thread.
    pub fn run(&self, probes: Vec<Probe>) -> Vec<Line> {
        probes.into_iter().flat_map(|probe| self.one(probe)).collect()
    }

    fn one(&self, probe: Probe) -> Vec<Line> {
        let Probe { what, deadline, examine } = probe;
        let Some(mark) = Mark::set(self, what) else {
            let finding = told!("the check of an earlier self-test has not come back", "上次自检的此项检查尚未返回");
            let repair = told!(
                "restart the kiosk; replace what hangs when it stays so",
                "请重启终端；若仍如此，请更换无响应的部件"
            );
            return vec![Line::bad(what, finding, repair)];
        };
        let (sender, lines) = sync_channel(1);
        let started = std::thread::Builder::new().name(format!("check-{what}")).spawn(move || {
            let found = examine();
            drop(mark);
            let _ = sender.send(found);
        });
        if let Err(error) = started {
            let finding = told!("no thread can be started: {error}", "无法启动线程：{error}");
            return vec![Line::bad(what, finding, told!("restart usher", "请重启 usher"))];
        }
        lines.recv_timeout(deadline).unwrap_or_else(|missed| vec![missed_line(what, deadline, missed)])
    }

    fn marks(&self) -> MutexGuard<'_, BTreeSet<&'static str>> {
        self.under_way.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn missed_line(what: &str, deadline: Duration, missed: RecvTimeoutError) -> Line {
    match missed {
        RecvTimeoutError::Timeout => {
            let finding =
                told!("the check did not come back within {} s", "检查未在 {} s 内返回", deadline.as_secs_f32());
            let repair = told!(
                "run the self-test again; when it stays so, restart the kiosk and replace what hangs",
                "请再次自检；若仍如此，请重启终端并更换无响应的部件"
            );
            Line::bad(what, finding, repair)
        }
        RecvTimeoutError::Disconnected => Line::bad(
            what,
            told!("the check itself failed", "检查程序自身出错"),
            told!("read usher's log; it names the fault", "请查看 usher 的日志，其中写明了故障"),
        ),
    }
}

/// A probe is under way as long as this lives, on whatever thread and however it ends.
struct Mark {
    runner: Runner,
    what: &'static str,
}

impl Mark {
    /// `None` when it is set already.
    fn set(runner: &Runner, what: &'static str) -> Option<Self> {
        runner.marks().insert(what).then(|| Self { runner: runner.clone(), what })
    }
}

impl Drop for Mark {
    fn drop(&mut self) {
        self.runner.marks().remove(self.what);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::Health;
    use crate::domain::Told;

    const LONG: Duration = Duration::from_secs(30);

    #[test]
    fn lines_come_in_the_order_of_the_probes() {
        let probe = |what| Probe::new(what, LONG, move || vec![Line::good(what, Told::same("fine"))]);
        let lines = Runner::default().run(vec![probe("one"), probe("two")]);
        assert_eq!(lines.iter().map(|line| line.what.as_str()).collect::<Vec<_>>(), ["one", "two"]);
    }

    #[test]
    fn a_probe_that_hangs_is_bad_and_is_not_started_again_until_it_is_back() {
        let runner = Runner::default();
        let (release, held) = sync_channel::<()>(0);
        let (back, came_back) = sync_channel::<()>(0);
        let hangs = Probe::new("disk", Duration::from_millis(20), move || {
            let _ = held.recv();
            Vec::new()
        });
        let quick = Probe::new("clock", LONG, || vec![Line::good("clock", Told::same("right"))]);
        let lines = runner.run(vec![hangs, quick]);
        assert_eq!((lines[0].health, lines[1].health), (Health::Bad, Health::Good));
        assert!(lines[0].finding.en.contains("did not come back within 0.02 s"), "{:?}", lines[0]);

        let again = || Probe::new("disk", LONG, || vec![Line::good("disk", Told::same("quick"))]);
        assert!(runner.run(vec![again()])[0].finding.en.contains("has not come back"));
        release.send(()).unwrap();
        std::thread::spawn({
            let runner = runner.clone();
            move || {
                while !runner.marks().is_empty() {
                    std::thread::yield_now();
                }
                back.send(()).unwrap();
            }
        });
        came_back.recv_timeout(LONG).unwrap();
        assert_eq!(runner.run(vec![again()])[0].health, Health::Good);
    }

    #[test]
    fn a_probe_that_panics_is_bad_and_may_run_again() {
        let runner = Runner::default();
        let lines = runner.run(vec![Probe::new("memory", LONG, || panic!("a mistake of ours"))]);
        assert_eq!(lines[0].finding.en, "the check itself failed");
        assert!(runner.marks().is_empty());
    }
}

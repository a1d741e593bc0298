//! Long work under way: one heavy thing at a time on a thread of its own, with its progress for whoever asks. What is done is
//! the caller's; a finished job is told for an hour.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use serde::Serialize;
use serde_json::Value;

use crate::base::Stop;
use crate::base::secret::random_key;

/// How long a finished job is told.
const KEPT: Duration = Duration::from_secs(3600);

/// Jobs that are told at once; the oldest finished one goes first.
const JOBS_MAX: usize = 32;

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JobError {
    #[error("another job is running: {0}; wait for it to end")]
    Running(&'static str),
    #[error("the appliance is stopping; try again when it is back")]
    Stopping,
}

/// What progress counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Unit {
    Bytes,
    Files,
    Questions,
    Steps,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    Running,
    Done,
    Failed,
}

/// A job as it stands.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Job {
    pub id: String,
    pub kind: &'static str,
    pub state: State,
    pub done: u64,
    pub total: Option<u64>,
    pub unit: Unit,
    /// What is being done now.
    pub what: String,
    pub message: Option<String>,
    pub hint: Option<String>,
    pub result: Option<Value>,
}

/// Why a job failed, with what a person does about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failed {
    pub message: String,
    pub hint: String,
}

struct Kept {
    job: Job,
    ended: Option<Instant>,
}

#[derive(Default)]
struct Registry {
    jobs: Vec<Kept>,
    thread: Option<JoinHandle<()>>,
    is_stopping: bool,
}

/// The jobs of this appliance.
#[derive(Clone, Default)]
pub struct Jobs {
    registry: Arc<Mutex<Registry>>,
    stop: Stop,
}

/// A running job's own end of the registry.
pub struct Progress {
    jobs: Jobs,
    id: String,
}

impl Jobs {
    /// Runs `work` on the thread `job`; gives the job's id.
    ///
    /// # Errors
    /// [`JobError::Running`] while another one runs.
    ///
    /// # Panics
    /// When the operating system cannot start a thread.
    pub fn start(
        &self,
        kind: &'static str,
        unit: Unit,
        work: impl FnOnce(&Progress) -> Result<Value, Failed> + Send + 'static,
    ) -> Result<String, JobError> {
        let mut registry = self.registry();
        if registry.is_stopping {
            return Err(JobError::Stopping);
        }
        if let Some(running) = registry.jobs.iter().find(|kept| kept.ended.is_none()) {
            return Err(JobError::Running(running.job.kind));
        }
        registry.forget_old(Instant::now());
        let id = random_key();
        let job = Job {
            id: id.clone(),
            kind,
            state: State::Running,
            done: 0,
            total: None,
            unit,
            what: String::new(),
            message: None,
            hint: None,
            result: None,
        };
        registry.jobs.push(Kept { job, ended: None });
        let progress = Progress { jobs: self.clone(), id: id.clone() };
        let run = move || {
            // A panic is our own mistake: it must not leave a job that never ends, and nothing after it startable.
            let outcome = catch_unwind(AssertUnwindSafe(|| work(&progress))).unwrap_or_else(|_| Err(panicked()));
            progress.end(outcome);
        };
        registry.thread =
            Some(std::thread::Builder::new().name("job".into()).spawn(run).expect("the system can start a thread"));
        Ok(id)
    }

    /// Every job that is told, newest first.
    pub fn list(&self) -> Vec<Job> {
        let mut registry = self.registry();
        registry.forget_old(Instant::now());
        registry.jobs.iter().rev().map(|kept| kept.job.clone()).collect()
    }

    pub fn find(&self, id: &str) -> Option<Job> {
        self.list().into_iter().find(|job| job.id == id)
    }

    /// Stops the job in hand and waits for its end; no other begins.
    pub fn close(&self) {
        self.stop.request();
        let thread = {
            let mut registry = self.registry();
            registry.is_stopping = true;
            registry.thread.take()
        };
        if let Some(thread) = thread {
            let _ = thread.join();
        }
    }

    fn registry(&self) -> MutexGuard<'_, Registry> {
        self.registry.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl Registry {
    fn forget_old(&mut self, now: Instant) {
        self.jobs.retain(|kept| kept.ended.is_none_or(|ended| now.duration_since(ended) < KEPT));
        while self.jobs.len() >= JOBS_MAX
            && let Some(oldest) = self.jobs.iter().position(|kept| kept.ended.is_some())
        {
            self.jobs.remove(oldest);
        }
    }
}

impl Progress {
    /// What the work reads between its steps.
    pub fn stop(&self) -> &Stop {
        &self.jobs.stop
    }

    /// What is being done now.
    pub fn say(&self, what: &str) {
        self.change(|job| job.what = what.into());
    }

    /// How far it is.
    pub fn at(&self, done: u64, total: Option<u64>) {
        self.change(|job| (job.done, job.total) = (done, total));
    }

    fn end(&self, outcome: Result<Value, Failed>) {
        let mut registry = self.jobs.registry();
        let Some(kept) = registry.jobs.iter_mut().find(|kept| kept.job.id == self.id) else { return };
        kept.ended = Some(Instant::now());
        match outcome {
            Ok(result) => (kept.job.state, kept.job.result) = (State::Done, Some(result)),
            Err(Failed { message, hint }) => {
                tracing::warn!(kind = kept.job.kind, message, "a job failed");
                kept.job.state = State::Failed;
                (kept.job.message, kept.job.hint) = (Some(message), Some(hint));
            }
        }
    }

    fn change(&self, change: impl FnOnce(&mut Job)) {
        if let Some(kept) = self.jobs.registry().jobs.iter_mut().find(|kept| kept.job.id == self.id) {
            change(&mut kept.job);
        }
    }
}

fn panicked() -> Failed {
    Failed { message: "the job failed through a fault of the program".into(), hint: "read the log".into() }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use serde_json::json;

    use super::*;

    /// Starts a job that waits for its end; the sender ends it.
    fn started(jobs: &Jobs) -> (String, mpsc::Sender<Result<Value, Failed>>) {
        let (sender, end) = mpsc::channel();
        let work = move |progress: &Progress| {
            progress.say("waiting");
            progress.at(3, Some(10));
            end.recv().unwrap()
        };
        (jobs.start("test", Unit::Steps, work).unwrap(), sender)
    }

    fn wait(jobs: &Jobs) {
        let thread = jobs.registry().thread.take();
        thread.unwrap().join().unwrap();
    }

    #[test]
    fn one_heavy_job_runs_at_a_time_and_tells_its_end() {
        let jobs = Jobs::default();
        let (id, end) = started(&jobs);
        assert_eq!(jobs.start("other", Unit::Bytes, |_| Ok(Value::Null)), Err(JobError::Running("test")));
        end.send(Ok(json!({"kept": true}))).unwrap();
        wait(&jobs);
        let job = jobs.find(&id).unwrap();
        assert_eq!((job.state, job.done, job.total, job.what.as_str()), (State::Done, 3, Some(10), "waiting"));
        assert_eq!(job.result, Some(json!({"kept": true})));
        let (_, end) = started(&jobs);
        end.send(Err(Failed { message: "no disk".into(), hint: "make room".into() })).unwrap();
        wait(&jobs);
        assert_eq!(jobs.list()[0].hint.as_deref(), Some("make room"));
        assert_eq!(serde_json::to_value(jobs.list()).unwrap()[0]["state"], "failed");
    }

    #[test]
    fn a_job_that_panics_has_failed() {
        let jobs = Jobs::default();
        let id = jobs.start("test", Unit::Steps, |_| panic!("a fault")).unwrap();
        wait(&jobs);
        assert_eq!(jobs.find(&id).unwrap().state, State::Failed);
    }

    #[test]
    fn old_jobs_are_forgotten_and_their_number_is_bounded() {
        let jobs = Jobs::default();
        for _ in 0..JOBS_MAX + 5 {
            jobs.start("test", Unit::Steps, |_| Ok(Value::Null)).unwrap();
            wait(&jobs);
        }
        assert!(jobs.list().len() <= JOBS_MAX);
        jobs.registry().forget_old(Instant::now() + KEPT);
        assert_eq!(jobs.list(), []);
    }

    #[test]
    fn a_stopping_appliance_stops_its_job_and_starts_none() {
        let jobs = Jobs::default();
        let work = |progress: &Progress| {
            while !progress.stop().is_requested() {
                std::thread::yield_now();
            }
            Err(Failed { message: "stopped".into(), hint: String::new() })
        };
        let id = jobs.start("test", Unit::Steps, work).unwrap();
        jobs.close();
        assert_eq!(jobs.find(&id).unwrap().state, State::Failed);
        assert_eq!(jobs.start("test", Unit::Steps, |_| Ok(Value::Null)), Err(JobError::Stopping));
    }
}

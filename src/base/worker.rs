//! A worker: one named thread that owns one thing (a model, a database) and does bounded work on it, one job at a time.
//!
//! Callers hand over a closure and get a [`Pending`] reply. A full queue is said at the door ([`Busy`]); a caller that
//! leaves (drops its reply) costs nothing: a job still queued is skipped, a running one sees its [`Stop`]. Knows nothing
//! of what the thing is.

use std::collections::VecDeque;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Context, Poll};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

use super::Stop;

/// The worker's queue is full, or its thread has ended: try again later, or answer without it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Busy {
    #[error("the {0} queue is full; try again in a moment")]
    Full(&'static str),
    #[error("the {0} worker has stopped; restart usher and read its log")]
    Stopped(&'static str),
    #[error("the {0} worker failed on this job; the log names the fault")]
    Failed(&'static str),
}

/// A result with how long its job waited and ran.
#[derive(Debug, Clone)]
pub struct Timed<R> {
    pub value: R,
    pub queued: Duration,
    pub ran: Duration,
}

/// Jobs that a median is taken over.
const RECENT_MAX: usize = 64;

/// Counts since start, for the doctor and the metrics.
#[derive(Debug, Default)]
pub struct Gauge {
    pub waiting: AtomicUsize,
    pub done: AtomicU64,
    pub refused: AtomicU64,
    pub dropped: AtomicU64,
    pub queued_us: AtomicU64,
    pub ran_us: AtomicU64,
    /// How long the last jobs ran, microseconds.
    recent_us: Mutex<VecDeque<u64>>,
}

impl Gauge {
    /// The median of the last jobs; `None` before the first.
    pub fn median(&self) -> Option<Duration> {
        let mut recent: Vec<u64> = self.recent().iter().copied().collect();
        recent.sort_unstable();
        recent.get(recent.len() / 2).map(|&us| Duration::from_micros(us))
    }

    fn ran(&self, took: Duration) {
        let us = took.as_micros() as u64;
        self.ran_us.fetch_add(us, Ordering::Relaxed);
        let mut recent = self.recent();
        if recent.len() >= RECENT_MAX {
            recent.pop_front();
        }
        recent.push_back(us);
    }

    fn recent(&self) -> MutexGuard<'_, VecDeque<u64>> {
        self.recent_us.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

type Job<M> = Box<dyn FnOnce(&mut M) + Send>;

/// One thread that owns an `M`. Dropping the worker ends the thread after the job in hand.
pub struct Worker<M> {
    name: &'static str,
    jobs: Option<SyncSender<Job<M>>>,
    gauge: Arc<Gauge>,
    thread: Option<JoinHandle<()>>,
}

impl<M: Send + 'static> Worker<M> {
    /// Starts the thread `name` over `owned`; at most `queue_max` jobs wait.
    ///
    /// # Panics
    /// When the operating system cannot start a thread.
    pub fn start(name: &'static str, queue_max: usize, owned: M) -> Self {
        Self::start_with(name, queue_max, owned, None)
    }

    /// As [`Worker::start`]; when no job came for `after` since the last one, `rest` is called once.
    ///
    /// # Panics
    /// When the operating system cannot start a thread.
    pub fn start_resting(
        name: &'static str,
        queue_max: usize,
        owned: M,
        after: Duration,
        rest: impl FnMut(&mut M) + Send + 'static,
    ) -> Self {
        Self::start_with(name, queue_max, owned, Some(Rest { after, rest: Box::new(rest) }))
    }

    fn start_with(name: &'static str, queue_max: usize, owned: M, rest: Option<Rest<M>>) -> Self {
        let (jobs, inbox) = sync_channel::<Job<M>>(queue_max);
        let gauge = Arc::new(Gauge::default());
        let counted = gauge.clone();
        let thread = std::thread::Builder::new()
            .name(name.into())
            .spawn(move || serve(name, owned, inbox, rest, &counted))
            .expect("the system can start a thread");
        Self { name, jobs: Some(jobs), gauge, thread: Some(thread) }
    }

    /// The counts, to be read where the worker itself is not at hand.
    pub fn shared_gauge(&self) -> Arc<Gauge> {
        self.gauge.clone()
    }

    /// Queues `work`; the reply is awaited, or dropped to cancel.
    ///
    /// # Errors
    /// [`Busy`] when the queue is full or the thread has ended.
    pub fn call<R: Send + 'static>(
        &self,
        work: impl FnOnce(&mut M, &Stop) -> R + Send + 'static,
    ) -> Result<Pending<R>, Busy> {
        let (reply, inbox) = oneshot::channel();
        let stop = Stop::new();
        let seen = stop.clone();
        let gauge = self.gauge.clone();
        let asked = Instant::now();
        let job: Job<M> = Box::new(move |owned| {
            gauge.waiting.fetch_sub(1, Ordering::Relaxed);
            if seen.is_requested() {
                gauge.dropped.fetch_add(1, Ordering::Relaxed);
                return;
            }
            let queued = asked.elapsed();
            let started = Instant::now();
            let value = work(owned, &seen);
            let ran = started.elapsed();
            gauge.done.fetch_add(1, Ordering::Relaxed);
            gauge.queued_us.fetch_add(queued.as_micros() as u64, Ordering::Relaxed);
            gauge.ran(ran);
            let _ = reply.send(Timed { value, queued, ran });
        });
        let jobs = self.jobs.as_ref().expect("the sender lives as long as the worker");
        self.gauge.waiting.fetch_add(1, Ordering::Relaxed);
        jobs.try_send(job).map_err(|refused| {
            self.gauge.waiting.fetch_sub(1, Ordering::Relaxed);
            self.gauge.refused.fetch_add(1, Ordering::Relaxed);
            match refused {
                TrySendError::Full(_) => Busy::Full(self.name),
                TrySendError::Disconnected(_) => Busy::Stopped(self.name),
            }
        })?;
        Ok(Pending { name: self.name, inbox, stop })
    }

    pub fn name(&self) -> &'static str {
        self.name
    }

    pub fn gauge(&self) -> &Gauge {
        &self.gauge
    }
}

impl<M> Drop for Worker<M> {
    fn drop(&mut self) {
        self.jobs.take();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// What is done to the owned thing once it has been idle for a while.
struct Rest<M> {
    after: Duration,
    rest: Box<dyn FnMut(&mut M) + Send>,
}

fn serve<M>(name: &'static str, mut owned: M, inbox: Receiver<Job<M>>, mut rest: Option<Rest<M>>, gauge: &Gauge) {
    let mut is_rested = true;
    loop {
        let next = match &rest {
            Some(rest) if !is_rested => inbox.recv_timeout(rest.after),
            _ => inbox.recv().map_err(RecvTimeoutError::from),
        };
        is_rested = next.is_err();
        if matches!(next, Err(RecvTimeoutError::Disconnected)) {
            return;
        }
        let work = || match (next, &mut rest) {
            (Ok(job), _) => job(&mut owned),
            (Err(_), Some(rest)) => (rest.rest)(&mut owned),
            (Err(_), None) => {}
        };
        // A panic is our own mistake; it must cost this job and not the visitor after it.
        if catch_unwind(AssertUnwindSafe(work)).is_err() {
            gauge.dropped.fetch_add(1, Ordering::Relaxed);
            tracing::error!(worker = name, "a job panicked; the worker goes on");
        }
    }
}

/// A reply on its way. Await it, or [`Pending::wait`] on a plain thread; dropping it cancels the job.
#[derive(Debug)]
pub struct Pending<R> {
    name: &'static str,
    inbox: oneshot::Receiver<Timed<R>>,
    stop: Stop,
}

impl<R> Pending<R> {
    /// Blocks the calling thread until the reply is there. Never call it on an async thread.
    ///
    /// # Errors
    /// [`Busy::Failed`] when the job panicked.
    pub fn wait(mut self) -> Result<Timed<R>, Busy> {
        let (_, empty) = oneshot::channel();
        std::mem::replace(&mut self.inbox, empty).blocking_recv().map_err(|_| Busy::Failed(self.name))
    }

    /// The flag that this reply's job reads; requesting it stops the job while the reply is still awaited.
    pub fn stop(&self) -> Stop {
        self.stop.clone()
    }
}

impl<R> Future for Pending<R> {
    type Output = Result<Timed<R>, Busy>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let name = self.name;
        Pin::new(&mut self.inbox).poll(context).map(|reply| reply.map_err(|_| Busy::Failed(name)))
    }
}

impl<R> Drop for Pending<R> {
    fn drop(&mut self) {
        self.stop.request();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_of_the_last_jobs() {
        let gauge = Gauge::default();
        assert_eq!(gauge.median(), None);
        (0..10).for_each(|_| gauge.ran(Duration::from_secs(9)));
        (0..RECENT_MAX as u64).for_each(|ms| gauge.ran(Duration::from_millis(ms)));
        assert_eq!(gauge.median(), Some(Duration::from_millis(32)));
    }

    #[test]
    fn a_worker_rests_once_after_its_last_job_and_works_on() {
        let (rested, rests) = sync_channel(8);
        let after = Duration::from_millis(20);
        let worker = Worker::start_resting("test", 8, 0, after, move |owned| rested.send(*owned).unwrap());
        assert!(rests.recv_timeout(4 * after).is_err(), "it had nothing to rest from");
        for count in [1, 2] {
            let job = worker.call(move |owned, _| *owned = count).unwrap();
            job.wait().unwrap();
            assert_eq!(rests.recv_timeout(Duration::from_secs(10)), Ok(count));
        }
        assert!(rests.recv_timeout(4 * after).is_err(), "it rests once");
    }
}

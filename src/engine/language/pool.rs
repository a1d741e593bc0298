//! Threads that share the rows of a matrix product. Knows nothing of what a task computes.
//!
//! A region is a number of tasks taken from a shared counter, so a thread that the system has set aside delays only the
//! tasks it holds, and one that wakes late finds the region closed. Between regions a thread looks for work for
//! [`PATIENCE`] and then parks: long enough to catch the next region of the same token, too short to be felt by whatever
//! else wants the core.

use std::cell::UnsafeCell;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How long a thread looks before it parks. Waking a parked thread costs 30-60 µs, the single-threaded work between two
/// regions of a token 5-20 µs (estimated from profiles on 2 virtual x86-64 cores).
const PATIENCE: Duration = Duration::from_micros(50);
/// Most threads of a pool: beyond the cores of any board usher runs on.
pub(crate) const THREADS_MAX: usize = 64;

type Tasks<'a> = dyn Fn(Range<usize>) + Sync + 'a;

/// A fixed set of threads, the caller's among them. Dropping it joins the others.
pub(crate) struct Pool {
    shared: Arc<Shared>,
    helpers: Vec<JoinHandle<()>>,
}

#[derive(Default)]
struct Shared {
    /// Odd while a region is open; every region has its own number.
    region: AtomicU32,
    /// Helpers that may be looking at `work`. The caller changes it only when there are none.
    inside: AtomicUsize,
    next: AtomicUsize,
    work: UnsafeCell<Option<Work>>,
    /// Threads parked on `opened` (helpers) and on `left` (the caller).
    asleep: AtomicUsize,
    waiting: AtomicBool,
    lock: Mutex<()>,
    opened: Condvar,
    left: Condvar,
    failed: AtomicBool,
    closing: AtomicBool,
}

/// The open region: its tasks `0..count` are taken `grain` at a time. The closure's lifetime is erased: it lives until the
/// region is closed and no helper is inside.
#[derive(Clone, Copy)]
struct Work {
    tasks: *const Tasks<'static>,
    count: usize,
    grain: usize,
}

// SAFETY: `work` is written by the caller while the region is closed and nobody is inside, and read only from inside an open one.
unsafe impl Send for Shared {}
unsafe impl Sync for Shared {}

impl Pool {
    /// A pool of `threads` in all (1 to [`THREADS_MAX`]); 1 starts none.
    pub(crate) fn new(threads: usize) -> std::io::Result<Self> {
        let shared = Arc::new(Shared::default());
        let mut pool = Self { shared, helpers: Vec::new() };
        for number in 1..threads.clamp(1, THREADS_MAX) {
            let shared = Arc::clone(&pool.shared);
            let name = format!("language-{number}");
            pool.helpers.push(std::thread::Builder::new().name(name).spawn(move || shared.help())?);
        }
        Ok(pool)
    }

    pub(crate) fn threads(&self) -> usize {
        self.helpers.len() + 1
    }

    /// Runs `tasks` over `0..count` in pieces of at most `grain`, on all threads; returns when all are done.
    ///
    /// # Panics
    /// When a task panicked on a helper.
    pub(crate) fn run(&mut self, count: usize, grain: usize, tasks: &Tasks<'_>) {
        if self.helpers.is_empty() || count <= grain {
            return tasks(0..count);
        }
        // SAFETY: only the lifetime changes; `Region::drop` waits until no helper can hold the pointer.
        let tasks = unsafe { std::mem::transmute::<*const Tasks<'_>, *const Tasks<'static>>(tasks) };
        let region = self.shared.open(Work { tasks, count, grain });
        self.shared.work_on();
        drop(region);
        assert!(!self.shared.failed.load(SeqCst), "a helper of the language pool panicked");
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.shared.closing.store(true, SeqCst);
        drop(self.shared.guard());
        self.shared.opened.notify_all();
        for helper in self.helpers.drain(..) {
            // A panic was reported by `run`.
            let _ = helper.join();
        }
    }
}

/// Closes the open region when dropped, and waits for the helpers to leave it, also when the caller's own task panics.
struct Region<'a>(&'a Shared);

impl Drop for Region<'_> {
    fn drop(&mut self) {
        self.0.region.fetch_add(1, SeqCst);
        if patient(|| self.0.inside.load(SeqCst) == 0) {
            return;
        }
        let mut guard = self.0.guard();
        self.0.waiting.store(true, SeqCst);
        while self.0.inside.load(SeqCst) > 0 {
            guard = self.0.left.wait(guard).unwrap_or_else(PoisonError::into_inner);
        }
        self.0.waiting.store(false, SeqCst);
    }
}

/// A helper's stay in a region.
struct Visit<'a>(&'a Shared);

impl Drop for Visit<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.failed.store(true, SeqCst);
        }
        if self.0.inside.fetch_sub(1, SeqCst) == 1 && self.0.waiting.load(SeqCst) {
            drop(self.0.guard());
            self.0.left.notify_all();
        }
    }
}

impl Shared {
    fn open(&self, work: Work) -> Region<'_> {
        // SAFETY: the region before is closed and empty: whoever looks in now sees an even number and leaves.
        unsafe { *self.work.get() = Some(work) };
        self.next.store(0, SeqCst);
        self.region.fetch_add(1, SeqCst);
        if self.asleep.load(SeqCst) > 0 {
            drop(self.guard());
            self.opened.notify_all();
        }
        Region(self)
    }

    /// Takes pieces until none are left. Only from inside an open region.
    fn work_on(&self) {
        // SAFETY: see `Shared`: nobody writes while the region is open or a helper is inside.
        let Some(Work { tasks, count, grain }) = (unsafe { *self.work.get() }) else { return };
        loop {
            let start = self.next.fetch_add(grain, SeqCst);
            if start >= count {
                return;
            }
            // SAFETY: the closure outlives the region.
            unsafe { (*tasks)(start..count.min(start + grain)) };
        }
    }

    fn help(&self) {
        let mut last = 0;
        while let Some(region) = self.await_region(last) {
            last = region;
            self.inside.fetch_add(1, SeqCst);
            let visit = Visit(self);
            // Counted first, then looked: the caller cannot have missed us if the region is still open.
            if self.region.load(SeqCst) % 2 == 1 {
                self.work_on();
            }
            drop(visit);
        }
    }

    /// The number of an open region that is not `last`, or `None` when the pool closes.
    fn await_region(&self, last: u32) -> Option<u32> {
        let ready = || {
            let region = self.region.load(SeqCst);
            (region % 2 == 1 && region != last) || self.closing.load(SeqCst)
        };
        if !patient(ready) {
            let mut guard = self.guard();
            self.asleep.fetch_add(1, SeqCst);
            while !ready() {
                guard = self.opened.wait(guard).unwrap_or_else(PoisonError::into_inner);
            }
            self.asleep.fetch_sub(1, SeqCst);
        }
        (!self.closing.load(SeqCst)).then(|| self.region.load(SeqCst))
    }

    fn guard(&self) -> MutexGuard<'_, ()> {
        self.lock.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Looks for [`PATIENCE`]; true when `ready` became true.
fn patient(ready: impl Fn() -> bool) -> bool {
    if ready() {
        return true;
    }
    let start = Instant::now();
    while start.elapsed() < PATIENCE {
        for _ in 0..16 {
            std::hint::spin_loop();
        }
        if ready() {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_task_runs_once_in_every_region() {
        for threads in [1, 2, 3] {
            let mut pool = Pool::new(threads).expect("threads start");
            for count in [0, 1, 7, 1_000] {
                let seen: Vec<AtomicUsize> = (0..count).map(|_| AtomicUsize::new(0)).collect();
                pool.run(count, 3, &|range| range.for_each(|task| _ = seen[task].fetch_add(1, SeqCst)));
                assert!(seen.iter().all(|times| times.load(SeqCst) == 1), "{threads} threads, {count} tasks");
            }
        }
    }

    #[test]
    fn many_short_regions_lose_no_task() {
        let mut pool = Pool::new(2).expect("threads start");
        let done = AtomicUsize::new(0);
        for _ in 0..20_000 {
            pool.run(4, 1, &|range| _ = done.fetch_add(range.len(), SeqCst));
        }
        assert_eq!(done.into_inner(), 80_000);
    }

    #[test]
    fn a_panic_in_a_task_reaches_the_caller() {
        let mut pool = Pool::new(2).expect("threads start");
        let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            pool.run(2, 1, &|_| panic!("on purpose"));
        }));
        assert!(outcome.is_err());
    }
}

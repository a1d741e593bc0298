//! One grab for each camera, shared: who comes while it runs sees it from its beginning, who comes soon after its end gets what
//! it took. It ends when nobody follows it any more.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, timeout};

use super::decode::Sink;
use super::source::Source;
use super::{CameraError, Grab, Kind, Shot};
use crate::base::Stop;
use crate::base::worker::Worker;

/// Cameras that are looked at, at once: each costs a decoder and its pictures' memory.
const RUNNING_MAX: usize = 2;

/// Finished grabs in memory; the oldest goes first.
const KEPT_MAX: usize = 2;

/// How often somebody who waits looks whether he should stop.
const LOOK: Duration = Duration::from_millis(50);

/// Pictures that stay the same this long are those of a camera that hangs: a sensor's noise never repeats.
const FROZEN: Duration = Duration::from_secs(2);

/// Jobs that wait for the thread: each grab has one.
const QUEUE_MAX: usize = RUNNING_MAX * 2;

/// How far a grab has come.
#[derive(Debug, Default)]
pub struct Progress {
    pub shots: Vec<Arc<Shot>>,
    pub end: Option<Result<Arc<Grab>, CameraError>>,
}

/// The grabs under way and those that ended a moment ago.
pub struct Feeds {
    thread: Arc<Worker<()>>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    grabs: HashMap<String, Running>,
    /// What each live camera showed last, and since when.
    prints: HashMap<String, (u64, Instant)>,
}

struct Running {
    progress: watch::Sender<Progress>,
    ended: Option<Instant>,
}

impl Feeds {
    pub fn new() -> Self {
        Self { thread: Arc::new(Worker::start("camera", QUEUE_MAX, ())), state: Mutex::default() }
    }

    pub fn follow(self: &Arc<Self>, source: &Arc<Source>, how_long: Duration) -> Result<Following, CameraError> {
        let keep = Duration::from_secs(source.camera.keep_s.into());
        let mut state = self.state();
        // A fault is not kept: whoever asks next may find the camera repaired.
        let is_old = |running: &Running| {
            let failed = matches!(running.progress.borrow().end, Some(Err(_)));
            failed || running.ended.is_some_and(|ended| ended.elapsed() >= keep)
        };
        if state.grabs.get(&source.name).is_some_and(is_old) {
            state.grabs.remove(&source.name);
        }
        let patience = how_long + source.timeout() * 2;
        if let Some(running) = state.grabs.get(&source.name) {
            return Ok(Following::new(source, running.progress.subscribe(), patience));
        }
        if state.grabs.values().filter(|running| running.ended.is_none()).count() >= RUNNING_MAX {
            return Err(CameraError::Busy { camera: source.name.clone() });
        }
        let (progress, receiver) = watch::channel(Progress::default());
        state.grabs.insert(source.name.clone(), Running { progress: progress.clone(), ended: None });
        drop(state);
        let sink = Sink::new(progress.clone(), self.thread.clone(), how_long, source.camera.fps_max);
        tokio::spawn(self.clone().grab(source.clone(), sink, progress));
        Ok(Following::new(source, receiver, patience))
    }

    async fn grab(self: Arc<Self>, source: Arc<Source>, mut sink: Sink, progress: watch::Sender<Progress>) {
        let outcome = {
            let mut run = std::pin::pin!(source.run(&mut sink));
            loop {
                tokio::select! {
                    outcome = &mut run => break outcome,
                    () = progress.closed() => if self.is_left(&source.name, &progress) {
                        return;
                    },
                }
            }
        };
        let end = self.ended(&source, &sink, outcome, &progress.borrow().shots);
        let keep = Duration::from_secs(if end.is_ok() { source.camera.keep_s.into() } else { 0 });
        self.keep(&source.name);
        progress.send_modify(|progress| progress.end = Some(end));
        tokio::time::sleep(keep).await;
        self.forget(&source.name, &progress);
    }

    /// Whether really nobody follows; then the grab is forgotten, under the lock that new followers take.
    fn is_left(&self, name: &str, progress: &watch::Sender<Progress>) -> bool {
        let mut state = self.state();
        let is_left = progress.receiver_count() == 0;
        if is_left {
            state.grabs.remove(name);
        }
        is_left
    }

    fn ended(
        &self,
        source: &Source,
        sink: &Sink,
        outcome: Result<(), CameraError>,
        shots: &[Arc<Shot>],
    ) -> Result<Arc<Grab>, CameraError> {
        let Some(first) = shots.first() else {
            return Err(outcome.err().unwrap_or_else(|| source.ended("it sent no picture")));
        };
        let is_live = source.camera.kind != Kind::File;
        let is_same = shots.iter().all(|shot| shot.print == first.print);
        let is_frozen = is_live && is_same && self.since(source, first.print, sink.began()).elapsed() >= FROZEN;
        if is_live && !is_same {
            self.state().prints.remove(&source.name);
        }
        Ok(Arc::new(Grab {
            is_live,
            taken_at: first.at,
            cut_short: outcome.err(),
            is_black: shots.iter().all(|shot| shot.is_black),
            is_frozen,
            shots: shots.to_vec(),
        }))
    }

    /// Since when a camera has shown the same.
    fn since(&self, source: &Source, print: u64, began: Instant) -> Instant {
        let mut state = self.state();
        let known = state.prints.entry(source.name.clone()).or_insert((print, began));
        if known.0 != print {
            *known = (print, began);
        }
        known.1
    }

    fn keep(&self, name: &str) {
        let mut state = self.state();
        if let Some(running) = state.grabs.get_mut(name) {
            running.ended = Some(Instant::now());
        }
        let mut kept: Vec<(Instant, String)> =
            state.grabs.iter().filter_map(|(name, running)| Some((running.ended?, name.clone()))).collect();
        kept.sort();
        kept.iter().rev().skip(KEPT_MAX).for_each(|(_, name)| drop(state.grabs.remove(name)));
    }

    fn forget(&self, name: &str, progress: &watch::Sender<Progress>) {
        let mut state = self.state();
        if state.grabs.get(name).is_some_and(|running| running.progress.same_channel(progress)) {
            state.grabs.remove(name);
        }
    }

    /// Whether a grab of this camera is under way or kept.
    #[cfg(test)]
    pub fn is_running(&self, name: &str) -> bool {
        self.state().grabs.contains_key(name)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One who follows a grab. Dropping it ends the grab, unless somebody else follows.
pub struct Following {
    camera: String,
    progress: watch::Receiver<Progress>,
    given: usize,
    until: Instant,
}

impl Following {
    fn new(source: &Source, progress: watch::Receiver<Progress>, patience: Duration) -> Self {
        Self { camera: source.name.clone(), progress, given: 0, until: Instant::now() + patience }
    }

    /// The next picture; `None` when the grab has ended.
    ///
    /// # Errors
    /// [`CameraError`] when there will be none at all, or when `stop` is requested.
    pub async fn next(&mut self, stop: &Stop) -> Result<Option<Arc<Shot>>, CameraError> {
        loop {
            {
                let progress = self.progress.borrow_and_update();
                if let Some(shot) = progress.shots.get(self.given) {
                    self.given += 1;
                    return Ok(Some(shot.clone()));
                }
                if let Some(end) = &progress.end {
                    return end.clone().map(|_| None);
                }
            }
            self.wait(stop).await?;
        }
    }

    /// The whole grab, at its end.
    ///
    /// # Errors
    /// [`CameraError`] when there was no picture, or when `stop` is requested.
    pub async fn whole(mut self, stop: &Stop) -> Result<Arc<Grab>, CameraError> {
        loop {
            if let Some(end) = self.progress.borrow_and_update().end.clone() {
                return end;
            }
            self.wait(stop).await?;
        }
    }

    async fn wait(&mut self, stop: &Stop) -> Result<(), CameraError> {
        loop {
            match timeout(LOOK, self.progress.changed()).await {
                Ok(Ok(())) => return Ok(()),
                Err(_) if !stop.is_requested() && Instant::now() < self.until => {}
                Ok(Err(_)) | Err(_) => return Err(CameraError::Stopped { camera: self.camera.clone() }),
            }
        }
    }
}

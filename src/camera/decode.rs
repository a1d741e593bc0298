//! The pictures of one grab on their way to whoever follows it: decoded on the thread `camera`, spaced, bounded.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::watch;
use tokio::time::Instant;

use super::feed::Progress;
use super::fit::{fit, is_black};
use super::jpegs::is_whole;
use super::{GRAB_BYTES_MAX, HEIGHT_MAX, Shot, WIDTH_MAX};
use crate::base::worker::Worker;
use crate::domain::Picture;
use crate::picture;

/// Pictures in a row that cannot be decoded until a camera is given up.
const FAULTS_MAX: u32 = 5;

/// Pictures come a little early or late; one that is early by this much is taken.
const EARLY: Duration = Duration::from_millis(20);

/// Takes the pictures of one grab.
pub struct Sink {
    progress: watch::Sender<Progress>,
    thread: Arc<Worker<()>>,
    how_long: Duration,
    gap: Duration,
    started: Instant,
    /// When the first and the last picture were taken.
    taken: Option<(Instant, Instant)>,
    /// When the last good picture came, taken or not.
    came: Instant,
    bytes: usize,
    faults: u32,
}

impl Sink {
    pub fn new(progress: watch::Sender<Progress>, thread: Arc<Worker<()>>, how_long: Duration, fps_max: u32) -> Self {
        let gap = Duration::from_secs(1) / fps_max.max(1);
        let now = Instant::now();
        Self { progress, thread, how_long, gap, started: now, taken: None, came: now, bytes: 0, faults: 0 }
    }

    /// The least time between two pictures that are taken.
    pub fn gap(&self) -> Duration {
        self.gap
    }

    /// Most pictures of a grab that is not paced by a clock.
    pub fn shots_max(&self) -> usize {
        (self.how_long.as_millis() / self.gap.as_millis().max(1)).max(1) as usize
    }

    /// Whether a picture that comes now is taken.
    pub fn wants(&self) -> bool {
        self.taken.is_none_or(|(_, last)| last.elapsed() + EARLY >= self.gap)
    }

    /// Whether the time is over or no further picture would fit into memory.
    pub fn is_done(&self) -> bool {
        self.taken.is_some_and(|(first, _)| first.elapsed() >= self.how_long) || self.is_full()
    }

    /// Whether no further picture of the largest size fits into the grab's memory.
    pub fn is_full(&self) -> bool {
        self.bytes + (WIDTH_MAX * HEIGHT_MAX * 3) as usize > GRAB_BYTES_MAX
    }

    /// Until when the next picture is waited for.
    pub fn patience(&self, timeout: Duration) -> Instant {
        let stall = self.came + timeout;
        self.taken.map_or(stall, |(first, _)| stall.min(first + self.how_long))
    }

    /// When the first picture was taken, or the grab began.
    pub fn began(&self) -> Instant {
        self.taken.map_or(self.started, |(first, _)| first)
    }

    /// Runs `work` on the thread that decodes.
    ///
    /// # Errors
    /// Why it did not run to its end.
    pub async fn on_thread<R: Send + 'static>(&self, work: impl FnOnce() -> R + Send + 'static) -> Result<R, String> {
        let pending = self.thread.call(move |(), _| work()).map_err(|busy| busy.to_string())?;
        pending.await.map(|timed| timed.value).map_err(|busy| busy.to_string())
    }

    /// Takes a compressed picture that was received at `at`, or passes over it when it is early.
    ///
    /// # Errors
    /// The reason, after [`FAULTS_MAX`] pictures in a row that cannot be decoded.
    pub async fn compressed(&mut self, at: Timestamp, bytes: Vec<u8>) -> Result<(), String> {
        if !self.wants() {
            self.came = Instant::now();
            return Ok(());
        }
        match self.on_thread(move || opened(at, &bytes)).await? {
            Ok(shot) => self.push(shot),
            Err(reason) => self.fault(reason)?,
        }
        Ok(())
    }

    /// Counts a picture that cannot be decoded.
    ///
    /// # Errors
    /// The reason, when there were too many in a row.
    pub fn fault(&mut self, reason: String) -> Result<(), String> {
        self.faults += 1;
        if self.faults >= FAULTS_MAX { Err(reason) } else { Ok(()) }
    }

    /// A good picture came that is not wanted yet.
    pub fn pass(&mut self) {
        self.came = Instant::now();
        self.faults = 0;
    }

    pub fn push(&mut self, shot: Shot) {
        let now = Instant::now();
        self.pass();
        self.taken = Some((self.taken.map_or(now, |(first, _)| first), now));
        self.bytes += shot.picture.rgb().len();
        self.progress.send_modify(|progress| progress.shots.push(Arc::new(shot)));
    }
}

/// Opens a compressed picture. Heavy: for the thread that decodes.
///
/// # Errors
/// Why it is no picture.
pub fn opened(at: Timestamp, bytes: &[u8]) -> Result<Shot, String> {
    if bytes.starts_with(&[0xFF, 0xD8]) && !is_whole(bytes) {
        return Err("a picture is cut off".into());
    }
    picture::open(bytes).map(|picture| shot(at, picture)).map_err(|error| error.to_string())
}

/// A picture with what is known of it. Heavy: for the thread that decodes.
pub fn shot(at: Timestamp, picture: Picture) -> Shot {
    let picture = fit(picture, WIDTH_MAX, HEIGHT_MAX);
    let mut print = DefaultHasher::new();
    picture.rgb().hash(&mut print);
    Shot { at, is_black: is_black(&picture), print: print.finish(), picture }
}

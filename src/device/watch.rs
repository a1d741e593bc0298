//! The thread that owns the pins. It sleeps until something moves; every output is at its safe level when it ends, however.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use tokio::sync::broadcast;

use super::bell::Bell;
use super::event::{Event, PinState, Refused};
use super::held::LOOK_EVERY;
use super::light::Light;
use super::panel::Panel;
use super::{Board, Body, DeviceError, Simulated};

/// Events that wait for a slow listener; it loses the oldest of more.
const EVENTS_MAX: usize = 32;

/// The watched body. Dropping it ends the thread and brings every output to its safe level; handles that are left then say
/// so. Whoever serves keeps it where it is dropped at stop, and gives the rest handles.
pub struct Watch {
    handle: Handle,
    thread: Option<JoinHandle<()>>,
}

/// What other threads and tasks ask of the pins. Clones are the same handle.
#[derive(Clone)]
pub struct Handle {
    shared: Arc<Shared>,
    simulated: Option<Simulated>,
}

struct Shared {
    panel: Mutex<Panel>,
    bell: Bell,
    events: broadcast::Sender<Event>,
    stops: AtomicBool,
    ended: AtomicBool,
}

impl Watch {
    /// Starts the thread `pins` over `board`; `None` when the board has no pins. Lines that cannot be had now are told as
    /// [`Event::Fault`] and tried again.
    ///
    /// # Errors
    /// [`DeviceError::NotBuilt`].
    ///
    /// # Panics
    /// When the operating system gives no thread or no file handles.
    pub fn start(board: &Board) -> Result<Option<Self>, DeviceError> {
        let bell = Bell::new();
        let Some((body, simulated)) = super::open(board, &bell)? else { return Ok(None) };
        let mut watch = Self::over(board, body, bell);
        watch.handle.simulated = simulated;
        Ok(Some(watch))
    }

    /// Starts the thread over a `body` that rings `bell` (or is waited for by its own means).
    ///
    /// # Panics
    /// As [`Watch::start`].
    pub fn over(board: &Board, body: Box<dyn Body>, bell: Bell) -> Self {
        let shared = Arc::new(Shared {
            panel: Mutex::new(Panel::new(board.pins())),
            bell,
            events: broadcast::channel(EVENTS_MAX).0,
            stops: AtomicBool::new(false),
            ended: AtomicBool::new(false),
        });
        let mut resting = Resting { body, shared: shared.clone() };
        // Here and not in the thread, so that whoever starts it can ask at once how the lines stand.
        resting.turn(Instant::now());
        let thread = std::thread::Builder::new()
            .name("pins".into())
            .spawn(move || watch(resting))
            .expect("the system can start a thread");
        Self { handle: Handle { shared, simulated: None }, thread: Some(thread) }
    }

    pub fn handle(&self) -> Handle {
        self.handle.clone()
    }
}

impl Handle {
    /// What happens from now on. What stands already is in [`Handle::snapshot`].
    pub fn events(&self) -> broadcast::Receiver<Event> {
        self.shared.events.subscribe()
    }

    /// Has the status light show `light` from now on. Never blocks longer than a look at the pins.
    pub fn show(&self, light: Light) {
        self.shared.panel().show(light);
        self.shared.bell.ring();
    }

    /// Has an output leave its safe level for `length`, or a lamp burn. The thread ends the pulse.
    ///
    /// # Errors
    /// [`Refused`] with the reason; nothing is set then.
    pub fn pulse(&self, role: &str, length: Duration) -> Result<(), Refused> {
        if self.shared.ended.load(Ordering::Acquire) {
            return Err(Refused::Ended);
        }
        self.shared.panel().pulse(role, length, Instant::now())?;
        self.shared.bell.ring();
        Ok(())
    }

    /// Every line as it stands.
    pub fn snapshot(&self) -> Vec<PinState> {
        self.shared.panel().snapshot()
    }

    /// The board's inputs as a finger has them, when it is simulated without a folder.
    pub fn simulated(&self) -> Option<&Simulated> {
        self.simulated.as_ref()
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.handle.shared.stops.store(true, Ordering::Release);
        self.handle.shared.bell.ring();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Shared {
    /// A panic of the thread leaves the panel as it was: what is read of it then says that it ended.
    fn panel(&self) -> MutexGuard<'_, Panel> {
        self.panel.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell(&self, event: Event) {
        match &event {
            Event::Fault { role, reason } => tracing::error!(role, reason, "a pin failed; it is tried again"),
            Event::Mended { role } => tracing::info!(role, "a pin works again"),
            _ => {}
        }
        // Nobody may be listening: a press without a page is no fault.
        let _ = self.events.send(event);
    }
}

/// Brings the pins to rest on any way out of the thread, a panic included.
struct Resting {
    body: Box<dyn Body>,
    shared: Arc<Shared>,
}

impl Drop for Resting {
    fn drop(&mut self) {
        self.shared.ended.store(true, Ordering::Release);
        let mut panel = self.shared.panel();
        panel.rest(&mut *self.body);
        panel.end();
        if std::thread::panicking() {
            tracing::error!("the pins are no longer watched; restart usher. The page's buttons still work");
        }
    }
}

impl Resting {
    fn turn(&mut self, now: Instant) -> Duration {
        let shared = &*self.shared;
        shared.panel().turn(&mut *self.body, now, &mut |event| shared.tell(event))
    }
}

fn watch(mut resting: Resting) {
    let shared = resting.shared.clone();
    while !shared.stops.load(Ordering::Acquire) {
        let now = Instant::now();
        let wait = resting.turn(now);
        resting.body.wait(&shared.bell, wait);
        // A line that chatters without end must not keep a processor busy.
        std::thread::sleep(LOOK_EVERY.saturating_sub(now.elapsed()));
    }
}

#[cfg(test)]
mod tests;

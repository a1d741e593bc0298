//! The thread that reads the button and sets the light. The light is dark when the thread ends, however it ends.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::broadcast;

use super::{Body, DeviceError};

/// Between two looks at the button. Chosen: contacts bounce for 5 to 10 ms, people press for 80 ms and more.
const LOOK_EVERY: Duration = Duration::from_millis(15);

/// Looks in a row that must agree before a press counts.
const LOOKS_AGREED: u32 = 3;

/// The watched body. Dropping it ends the thread and darkens the light.
pub struct Watch {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

/// Watches `body`: each press of the help button is told to `presses`; the light follows `lit`.
///
/// # Panics
/// When the operating system cannot start a thread.
pub fn watch(body: Box<dyn Body>, presses: broadcast::Sender<()>, lit: Arc<AtomicBool>) -> Watch {
    let stop = Arc::new(AtomicBool::new(false));
    let stopped = stop.clone();
    let thread = std::thread::Builder::new()
        .name("pins".into())
        .spawn(move || {
            let mut body = Resting(body);
            if let Err(error) = look(&mut *body.0, &presses, &lit, &stopped) {
                tracing::error!(%error, "the pins are no longer watched; the page's button still works");
            }
        })
        .expect("the system can start a thread");
    Watch { stop, thread: Some(thread) }
}

/// Brings the pins to rest on any way out of the thread, a panic included.
struct Resting(Box<dyn Body>);

impl Drop for Resting {
    fn drop(&mut self) {
        let _ = self.0.set_light(false);
    }
}

fn look(
    body: &mut dyn Body,
    presses: &broadcast::Sender<()>,
    lit: &AtomicBool,
    stop: &AtomicBool,
) -> Result<(), DeviceError> {
    let (mut agreed, mut told, mut shown) = (0, false, false);
    while !stop.load(Ordering::Acquire) {
        agreed = if body.help_is_pressed()? { agreed + 1 } else { 0 };
        if agreed == LOOKS_AGREED && !told {
            told = true;
            // Nobody may be listening: a press without a page is no fault.
            let _ = presses.send(());
        }
        told &= agreed > 0;
        let wanted = lit.load(Ordering::Acquire);
        if wanted != shown {
            body.set_light(wanted)?;
            shown = wanted;
        }
        std::thread::sleep(LOOK_EVERY);
    }
    Ok(())
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Release);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::Simulated;

    fn until(what: impl Fn() -> bool) -> bool {
        (0..200).any(|_| {
            std::thread::sleep(Duration::from_millis(5));
            what()
        })
    }

    #[test]
    fn a_held_button_is_one_press_and_the_light_rests_dark() {
        let body = Simulated::default();
        let (presses, mut told) = broadcast::channel(8);
        let lit = Arc::new(AtomicBool::new(true));
        let watching = watch(Box::new(body.clone()), presses, lit);
        assert!(until(|| body.is_lit()));
        body.press(true);
        let mut count = 0;
        for _ in 0..40 {
            std::thread::sleep(Duration::from_millis(5));
            count += usize::from(told.try_recv().is_ok());
        }
        assert_eq!(count, 1);
        drop(watching);
        assert!(!body.is_lit());
    }
}

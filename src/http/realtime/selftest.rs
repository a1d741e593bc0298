//! A technician tries a kiosk page's devices: one who asks, one idle page that tries, one result or a deadline. What a page brought
//! is judged and let go; nothing of it is written.

mod brought;
mod error;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::extract::ws::WebSocket;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::{mpsc, oneshot};

use self::brought::read;
pub use self::brought::{Brought, Said};
pub use self::error::TryError;
use super::session::{Gone, Session, send};
use crate::base::secret::random_key;
use crate::checks::sound::{PROBE_RATE_HZ, probe};
use crate::domain::told;

/// A page that says nothing for so long has hung: the longest part, touch, takes 32 s, after 20 s for a first touch.
const TRY_MAX: Duration = Duration::from_secs(70);

/// Asks that may wait for one page: the one that runs, and the word that it is over.
const ASKS_MAX: usize = 2;

/// What can be tried on a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Part {
    /// Loudspeaker to microphone.
    Sound,
    Microphone,
    Camera,
    Touch,
    /// The screen's colours.
    Light,
}

impl Part {
    fn word(self) -> &'static str {
        match self {
            Self::Sound => "sound",
            Self::Microphone => "microphone",
            Self::Camera => "camera",
            Self::Touch => "touch",
            Self::Light => "light",
        }
    }
}

/// What is asked of one page.
pub struct Ask {
    id: String,
    part: Part,
    reply: oneshot::Sender<Result<Brought, TryError>>,
}

/// Every page that can be asked. One for the appliance.
#[derive(Default)]
pub struct Testing {
    /// By number; pages of this machine, which is the kiosk's own screen, before others.
    pages: Mutex<BTreeMap<(Place, u64), mpsc::Sender<Ask>>>,
    next: AtomicU64,
    /// One test at a time: two would hear each other.
    running: tokio::sync::Mutex<()>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Here,
    Elsewhere,
}

impl Testing {
    /// How many kiosk pages are connected and can try something.
    pub fn pages(&self) -> usize {
        self.list().len()
    }

    /// Has the first idle page try `part`. Dropping the future stops the test on the page.
    ///
    /// # Errors
    /// [`TryError`], each with what a technician does about it.
    pub async fn ask(&self, part: Part) -> Result<Brought, TryError> {
        let _one = self.running.try_lock().map_err(|_| TryError::Running)?;
        let pages: Vec<_> = self.list().values().cloned().collect();
        let mut outcome = Err(TryError::NoPage);
        for page in pages {
            let (reply, result) = oneshot::channel();
            if page.try_send(Ask { id: random_key(), part, reply }).is_err() {
                continue; // it is leaving, or still busy with a test that was given up
            }
            outcome = match tokio::time::timeout(TRY_MAX, result).await {
                Ok(Ok(outcome)) => outcome,
                Ok(Err(_)) => Err(TryError::Failed(told!("it went away", "页面已断开"))),
                Err(_) => Err(TryError::Late),
            };
            if !matches!(outcome, Err(TryError::Busy)) {
                break;
            }
        }
        outcome
    }

    fn join(self: &Arc<Self>, is_here: bool) -> Seat {
        let (sender, asked) = mpsc::channel(ASKS_MAX);
        let place = if is_here { Place::Here } else { Place::Elsewhere };
        let key = (place, self.next.fetch_add(1, Ordering::Relaxed));
        self.list().insert(key, sender);
        Seat { testing: self.clone(), key, asked }
    }

    fn list(&self) -> MutexGuard<'_, BTreeMap<(Place, u64), mpsc::Sender<Ask>>> {
        self.pages.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A page's place in the list; leaving it is dropping it.
struct Seat {
    testing: Arc<Testing>,
    key: (Place, u64),
    asked: mpsc::Receiver<Ask>,
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.testing.list().remove(&self.key);
    }
}

/// One socket's part in it: nothing until its page says that it can.
#[derive(Default)]
pub struct SelfTest {
    seat: Option<Seat>,
    running: Option<Ask>,
}

impl SelfTest {
    /// The page can try its devices. `is_here`: it runs on this machine.
    pub fn ready(&mut self, testing: &Arc<Testing>, is_here: bool) {
        if self.seat.is_none() {
            self.seat = Some(testing.join(is_here));
        }
    }

    /// What a page has to be told next.
    pub async fn next(&mut self) -> Told {
        if let Some(running) = &mut self.running {
            running.reply.closed().await;
            let id = self.running.take().map(|ask| ask.id).unwrap_or_default();
            return Told::GivenUp { id };
        }
        match &mut self.seat {
            Some(seat) => match seat.asked.recv().await {
                Some(ask) => Told::Asked(ask),
                // Cannot be: the list holds the sender as long as the seat is there.
                None => std::future::pending().await,
            },
            None => std::future::pending().await,
        }
    }
}

/// What comes from the one who asks.
pub enum Told {
    Asked(Ask),
    /// Nobody waits for the result any more.
    GivenUp {
        id: String,
    },
}

impl Session {
    /// The page goes to work, unless somebody has a visit here.
    pub(super) async fn selftest_told(&mut self, socket: &mut WebSocket, told: Told) -> Result<(), Gone> {
        match told {
            Told::Asked(ask) if self.has_visit() => {
                let _ = ask.reply.send(Err(TryError::Busy));
                Ok(())
            }
            Told::Asked(ask) => {
                let event = asking(&ask);
                self.selftest.running = Some(ask);
                send(socket, &event).await
            }
            Told::GivenUp { id } => send(socket, &json!({"type": "usher.selftest.cancel", "id": id})).await,
        }
    }

    /// A result. One that nobody asked for, or that comes too late, is let fall.
    pub(super) async fn selftest_said(&mut self, said: Said) {
        let Some(ask) = self.selftest.running.take_if(|ask| ask.id == said.id) else { return };
        let part = ask.part;
        // Pictures are decoded: not on a thread that serves sockets.
        let read = tokio::task::spawn_blocking(move || read(part, &said)).await;
        let _ = ask.reply.send(read.unwrap_or(Err(TryError::Unreadable("usher failed on it"))));
    }

    fn has_visit(&self) -> bool {
        let is_answered = self.is_responding() || self.waiting.is_some() || !self.visit.is_new();
        is_answered || self.is_held() || self.last_state != "bot"
    }
}

fn asking(ask: &Ask) -> Value {
    let mut event = json!({"type": "usher.selftest", "id": ask.id, "part": ask.part.word()});
    if ask.part == Part::Sound {
        let samples = probe(PROBE_RATE_HZ);
        let bytes: Vec<u8> = samples.iter().flat_map(|sample| ((sample * 32_767.0) as i16).to_le_bytes()).collect();
        event["audio"] = STANDARD.encode(bytes).into();
        event["rate"] = PROBE_RATE_HZ.into();
    }
    event
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A page that says `status` to whatever it is asked.
    async fn answers(mut page: SelfTest, status: &'static str) -> SelfTest {
        if let Told::Asked(ask) = page.next().await {
            let said = serde_json::from_value(json!({"id": ask.id, "status": status, "answer": "yes"})).unwrap();
            let _ = ask.reply.send(read(ask.part, &said));
        }
        page
    }

    fn page(testing: &Arc<Testing>, is_here: bool) -> SelfTest {
        let mut page = SelfTest::default();
        page.ready(testing, is_here);
        page
    }

    #[tokio::test]
    async fn the_kiosks_own_screen_is_asked_first_and_the_next_when_it_is_busy() {
        let testing = Arc::new(Testing::default());
        let (far, near) = (page(&testing, false), page(&testing, true));
        assert_eq!(testing.pages(), 2);
        let (brought, _near, _far) =
            tokio::join!(testing.ask(Part::Light), answers(near, "busy"), answers(far, "done"));
        assert!(matches!(brought, Ok(Brought::Colours(Some(true)))));
    }

    #[tokio::test]
    async fn a_page_that_leaves_is_not_asked_and_no_page_is_said() {
        let testing = Arc::new(Testing::default());
        drop(page(&testing, true));
        assert_eq!(testing.pages(), 0);
        assert!(matches!(testing.ask(Part::Touch).await, Err(TryError::NoPage)));
    }

    #[tokio::test]
    async fn two_tests_do_not_hear_each_other() {
        let testing = Arc::new(Testing::default());
        let page = page(&testing, true);
        let both = async { tokio::join!(testing.ask(Part::Light), testing.ask(Part::Sound)) };
        let ((first, second), _page) = tokio::join!(both, answers(page, "cancelled"));
        assert!(matches!(first, Err(TryError::Stopped)));
        assert!(matches!(second, Err(TryError::Running)));
    }

    #[tokio::test]
    async fn who_stops_waiting_stops_the_page() {
        let testing = Arc::new(Testing::default());
        let mut page = page(&testing, true);
        let asking = {
            let testing = testing.clone();
            tokio::spawn(async move { testing.ask(Part::Touch).await.map(drop) })
        };
        let Told::Asked(ask) = page.next().await else { panic!("it is asked") };
        let id = ask.id.clone();
        page.running = Some(ask);
        asking.abort();
        assert!(matches!(page.next().await, Told::GivenUp { id: told } if told == id));
    }

    #[tokio::test(start_paused = true)]
    async fn a_page_that_hangs_is_given_up() {
        let testing = Arc::new(Testing::default());
        let _page = page(&testing, true);
        assert!(matches!(testing.ask(Part::Touch).await, Err(TryError::Late)));
    }

    #[test]
    fn the_probe_goes_out_as_sixteen_bits() {
        let (reply, _) = oneshot::channel();
        let event = asking(&Ask { id: "a".into(), part: Part::Sound, reply });
        let bytes = STANDARD.decode(event["audio"].as_str().unwrap()).unwrap();
        assert_eq!((bytes.len(), event["rate"].as_u64()), (2 * 22_400, Some(16_000)));
    }
}

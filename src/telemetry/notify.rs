//! What usher tells systemd, and the heart whose beats feed its watchdog. A beat is a turn that went through; where no visitor asks,
//! the appliance asks itself. Knows no question and no answer: how to ask is the caller's.
//!
//! Own lines and not the `sd-notify` crate: that one reads the environment alone, which a test in one process cannot set safely.
//! The protocol: sd_notify(3).

use std::future::Future;
use std::io;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio_util::sync::CancellationToken;

/// Longest status line, characters: `systemctl status` shows one line.
const STATUS_CHARS_MAX: usize = 200;

/// While usher is starting it asks for this much more time, and says so in intervals of a third of it.
pub const START_EXTENSION: Duration = Duration::from_secs(90);

/// Says things to the service manager; says nothing where there is none.
#[derive(Debug, Default)]
pub struct Notifier {
    to: Option<(UnixDatagram, SocketAddr)>,
    /// `WATCHDOG_USEC`, when it is meant for this process.
    watchdog: Option<Duration>,
}

impl Notifier {
    /// As the environment says: `NOTIFY_SOCKET`, `WATCHDOG_USEC`, `WATCHDOG_PID`. A socket that cannot be used is told in the log.
    pub fn from_environment() -> Self {
        let Some(name) = std::env::var_os("NOTIFY_SOCKET") else { return Self::default() };
        let variable = |name| std::env::var(name).ok();
        let watchdog = watchdog_of(variable("WATCHDOG_USEC").as_deref(), variable("WATCHDOG_PID").as_deref());
        Self::to(name.as_bytes(), watchdog).unwrap_or_else(|error| {
            tracing::error!(%error, "systemd cannot be told anything; NOTIFY_SOCKET is not a usable socket");
            Self::default()
        })
    }

    /// Tells the socket `name`: a path, or a name of the abstract space after `@`.
    ///
    /// # Errors
    /// When the name is neither, or no socket can be made.
    pub fn to(name: &[u8], watchdog: Option<Duration>) -> io::Result<Self> {
        let address = match name {
            [b'@', rest @ ..] => SocketAddr::from_abstract_name(rest)?,
            [b'/', ..] => SocketAddr::from_pathname(Path::new(std::ffi::OsStr::from_bytes(name)))?,
            _ => return Err(io::Error::new(io::ErrorKind::InvalidInput, "neither a path nor an abstract name")),
        };
        let socket = UnixDatagram::unbound()?;
        // A manager that does not read must not hold a turn.
        socket.set_nonblocking(true)?;
        Ok(Self { to: Some((socket, address)), watchdog })
    }

    /// How often the watchdog wants a sign; `None` where it is off.
    pub fn watchdog(&self) -> Option<Duration> {
        self.watchdog
    }

    /// Everything is open and the golden question was answered.
    pub fn ready(&self, status: &str) {
        self.say(&format!("READY=1\nSTATUS={}", one_line(status)));
    }

    /// Still starting: systemd waits on, and shows why.
    pub fn starting(&self, status: &str) {
        self.say(&format!("EXTEND_TIMEOUT_USEC={}\nSTATUS={}", START_EXTENSION.as_micros(), one_line(status)));
    }

    pub fn status(&self, status: &str) {
        self.say(&format!("STATUS={}", one_line(status)));
    }

    pub fn stopping(&self) {
        self.say("STOPPING=1\nSTATUS=stopping");
    }

    fn alive(&self) {
        self.say("WATCHDOG=1");
    }

    fn say(&self, message: &str) {
        let Some((socket, address)) = &self.to else { return };
        if let Err(error) = socket.send_to_addr(message.as_bytes(), address) {
            tracing::warn!(%error, "systemd was not told");
        }
    }
}

/// A line cannot forge another field.
fn one_line(status: &str) -> String {
    status.chars().map(|c| if c.is_control() { ' ' } else { c }).take(STATUS_CHARS_MAX).collect()
}

fn watchdog_of(usec: Option<&str>, pid: Option<&str>) -> Option<Duration> {
    if pid.is_some_and(|pid| pid.parse() != Ok(std::process::id())) {
        return None;
    }
    usec?.parse().ok().filter(|&usec| usec > 0).map(Duration::from_micros)
}

/// Counts turns that went through.
#[derive(Debug, Default)]
pub struct Heart(AtomicU64);

impl Heart {
    /// A turn has been answered, or its input was told to be unusable: the path works.
    pub fn beat(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    pub fn beats(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// Feeds the watchdog until `stopping`. Every quarter of its interval: if the heart has beaten, systemd is told; if not, `ask` puts a
/// question of the appliance's own, which has another quarter to be answered. Without a beat nothing is said, and systemd restarts usher.
pub async fn keep_alive<F>(notifier: &Notifier, heart: &Heart, stopping: &CancellationToken, mut ask: impl FnMut() -> F)
where
    F: Future<Output = Result<(), String>>,
{
    let Some(interval) = notifier.watchdog() else { return };
    // A quarter between looks: asking may take a quarter more, and half the interval is left for a busy machine.
    let pause = interval / 4;
    let mut seen = heart.beats();
    loop {
        tokio::select! {
            () = stopping.cancelled() => return,
            () = tokio::time::sleep(pause) => {}
        }
        if heart.beats() == seen {
            match tokio::time::timeout(pause, ask()).await {
                Ok(Ok(())) => heart.beat(),
                Ok(Err(reason)) => tracing::error!(reason, "the question that proves usher alive was not answered"),
                Err(_) => tracing::error!("the question that proves usher alive was not answered in time"),
            }
        }
        let now = heart.beats();
        if now != seen {
            notifier.alive();
        }
        seen = now;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use std::sync::Arc;
    use std::sync::atomic::AtomicU32;

    fn heard(socket: &UnixDatagram) -> Vec<String> {
        socket.set_nonblocking(true).unwrap();
        let mut said = Vec::new();
        let mut buffer = [0; 1024];
        while let Ok(length) = socket.recv(&mut buffer) {
            said.push(String::from_utf8_lossy(&buffer[..length]).into_owned());
        }
        said
    }

    #[test]
    fn a_socket_of_the_file_system_hears_each_state() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notify");
        let manager = UnixDatagram::bind(&path).unwrap();
        let notifier = Notifier::to(path.as_os_str().as_bytes(), None).unwrap();
        notifier.starting("no model");
        notifier.ready("serving\nREADY=0");
        notifier.stopping();
        assert_eq!(
            heard(&manager),
            [
                "EXTEND_TIMEOUT_USEC=90000000\nSTATUS=no model",
                "READY=1\nSTATUS=serving READY=0",
                "STOPPING=1\nSTATUS=stopping"
            ]
        );
    }

    #[test]
    fn a_socket_of_the_abstract_space_hears_too() {
        let name = format!("usher-test-{}", std::process::id());
        let manager = UnixDatagram::bind_addr(&SocketAddr::from_abstract_name(&name).unwrap()).unwrap();
        Notifier::to(format!("@{name}").as_bytes(), None).unwrap().status(&"x".repeat(900));
        assert_eq!(heard(&manager), [format!("STATUS={}", "x".repeat(STATUS_CHARS_MAX))]);
    }

    #[test]
    fn a_manager_that_is_gone_or_misnamed_costs_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let gone = folder.path().join("gone");
        Notifier::to(gone.as_os_str().as_bytes(), None).unwrap().ready("serving");
        assert!(Notifier::to(b"vsock:2:1234", None).is_err());
        assert!(Notifier::to(b"", None).is_err());
        Notifier::default().ready("nobody listens");
    }

    #[test]
    fn the_watchdog_is_ours_only_with_our_number() {
        let own = std::process::id().to_string();
        assert_eq!(watchdog_of(Some("30000000"), Some(&own)), Some(Duration::from_secs(30)));
        assert_eq!(watchdog_of(Some("30000000"), None), Some(Duration::from_secs(30)));
        assert_eq!(watchdog_of(Some("30000000"), Some("1")), None);
        assert_eq!(watchdog_of(Some("0"), None), None);
        assert_eq!(watchdog_of(Some("soon"), None), None);
        assert_eq!(watchdog_of(None, None), None);
    }

    /// Runs `keep_alive` over `intervals` watchdog intervals of paused time; how often systemd was told, and how often was asked.
    async fn told(intervals: u32, visitors: bool, answer: fn() -> Result<(), String>) -> (usize, u32) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notify");
        let manager = UnixDatagram::bind(&path).unwrap();
        let watchdog = Duration::from_secs(40);
        let notifier = Notifier::to(path.as_os_str().as_bytes(), Some(watchdog)).unwrap();
        let (heart, asked, stopping) = (Arc::new(Heart::default()), AtomicU32::new(0), CancellationToken::new());
        let beating = heart.clone();
        let visits = async move {
            let mut seconds = tokio::time::interval(Duration::from_secs(1));
            loop {
                seconds.tick().await;
                if visitors {
                    beating.beat();
                }
            }
        };
        let feeding = keep_alive(&notifier, &heart, &stopping, || {
            asked.fetch_add(1, Ordering::Relaxed);
            async move { answer() }
        });
        let _ = tokio::time::timeout(watchdog * intervals, async { tokio::join!(feeding, visits) }).await;
        (heard(&manager).iter().filter(|said| *said == "WATCHDOG=1").count(), asked.into_inner())
    }

    #[tokio::test(start_paused = true)]
    async fn visitors_feed_the_watchdog_and_nothing_is_asked() {
        let (told, asked) = told(3, true, || Err("must not be asked".into())).await;
        assert!(told >= 9, "{told}");
        assert_eq!(asked, 0);
    }

    #[tokio::test(start_paused = true)]
    async fn without_visitors_the_appliance_asks_itself() {
        let (told, asked) = told(3, false, || Ok(())).await;
        assert!(told >= 9 && asked as usize >= told, "{told} {asked}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_question_that_is_not_answered_leaves_the_watchdog_hungry() {
        assert_eq!(told(3, false, || Err("nothing known".into())).await.0, 0);
    }

    #[tokio::test(start_paused = true)]
    async fn a_question_that_hangs_leaves_the_watchdog_hungry_and_is_let_go() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notify");
        let manager = UnixDatagram::bind(&path).unwrap();
        let notifier = Notifier::to(path.as_os_str().as_bytes(), Some(Duration::from_secs(40))).unwrap();
        let (heart, stopping) = (Heart::default(), CancellationToken::new());
        let mut asked = 0;
        let feeding = keep_alive(&notifier, &heart, &stopping, || {
            asked += 1;
            std::future::pending()
        });
        let _ = tokio::time::timeout(Duration::from_secs(100), feeding).await;
        assert_eq!((heard(&manager).len(), asked), (0, 5));
    }

    #[tokio::test(start_paused = true)]
    async fn without_a_watchdog_nothing_is_asked_and_a_stop_ends_it() {
        let (heart, stopping) = (Heart::default(), CancellationToken::new());
        let never = || async { panic!("asked") };
        keep_alive(&Notifier::default(), &heart, &stopping, never).await;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notify");
        let notifier = Notifier::to(path.as_os_str().as_bytes(), Some(Duration::from_secs(40))).unwrap();
        stopping.cancel();
        keep_alive(&notifier, &heart, &stopping, never).await;
    }
}

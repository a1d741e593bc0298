//! usher as its service runs it: chosen by the launcher, and started again however it ended.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio::net::TcpStream;

use crate::{server, support};

/// The unit waits two seconds (RestartSec).
const PAUSE: Duration = Duration::from_millis(500);

/// A start with two others beside it; only a failure waits so long.
const READY_DEADLINE: Duration = Duration::from_secs(180);

/// Ends with its processes when dropped.
pub struct Service {
    pub address: String,
    running: Arc<Running>,
    keeper: Option<std::thread::JoinHandle<()>>,
}

#[derive(Default)]
struct Running {
    is_over: AtomicBool,
    starts: AtomicU32,
    child: Mutex<Option<Child>>,
}

impl Service {
    /// Keeps `usher update boot -- serve` running for the site that `file` describes; bundles are judged by the keys in `keys`.
    pub fn start(data: &Path, file: &Path, keys: &Path) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
        let address = port.expect("a port is free").to_string();
        let running = Arc::new(Running::default());
        let (data, file, keys) = (data.to_owned(), file.to_owned(), keys.to_owned());
        let keeper = std::thread::spawn({
            let (running, address) = (running.clone(), address.clone());
            move || running.keep(|| command(&data, &file, &keys, &address))
        });
        Self { address, running, keeper: Some(keeper) }
    }

    /// How often the launcher was started.
    pub fn starts(&self) -> u32 {
        self.running.starts.load(Ordering::Relaxed)
    }

    /// Waits until `/readyz` says so; nobody may listen before.
    pub async fn ready(&self) {
        let since = Instant::now();
        loop {
            let listens = TcpStream::connect(&self.address).await.is_ok();
            if listens && server::get(&self.address, "/readyz").await.0 == 200 {
                return;
            }
            assert!(since.elapsed() < READY_DEADLINE, "usher is not ready");
            tokio::time::sleep(PAUSE).await;
        }
    }
}

impl Running {
    fn keep(&self, command: impl Fn() -> Command) {
        while !self.is_over.load(Ordering::Relaxed) {
            *self.held() = Some(command().spawn().expect("usher starts"));
            self.starts.fetch_add(1, Ordering::Relaxed);
            while matches!(self.held().as_mut().map(Child::try_wait), Some(Ok(None))) {
                std::thread::sleep(PAUSE / 5);
            }
            std::thread::sleep(PAUSE);
        }
    }

    fn held(&self) -> std::sync::MutexGuard<'_, Option<Child>> {
        self.child.lock().expect("no holder panics")
    }
}

fn command(data: &Path, file: &Path, keys: &Path, address: &str) -> Command {
    let mut usher = Command::new(support::usher());
    usher.args(["update", "boot", "--data"]).arg(data).args(["--", "serve", "--listen", address, "--data"]).arg(data);
    usher.arg("--config").arg(file).env("USHER_SITES", support::sites()).env("USHER_UPDATE_KEYS", keys);
    usher.stdout(Stdio::null()).stderr(Stdio::null());
    usher
}

impl Drop for Service {
    fn drop(&mut self) {
        self.running.is_over.store(true, Ordering::Relaxed);
        if let Some(child) = self.running.held().as_mut() {
            let _ = child.kill();
        }
        if let Some(keeper) = self.keeper.take() {
            let _ = keeper.join();
        }
        // It may have been started once more in between.
        if let Some(child) = self.running.held().as_mut() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

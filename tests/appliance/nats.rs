//! A real nats-server with a store of its own, killed when dropped.

use std::io::Read;
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// The oldest server that the desks work with.
const VERSION_MIN: (u32, u32) = (2, 10);

const START_DEADLINE: Duration = Duration::from_secs(60);

/// A bus that may be killed and started again over the same store.
pub struct Bus {
    child: Option<Child>,
    port: u16,
    store: tempfile::TempDir,
}

impl Bus {
    pub fn start() -> Self {
        let store = tempfile::tempdir().expect("a folder can be made");
        let mut bus = Self { child: None, port: free_port(), store };
        bus.again();
        bus
    }

    /// Starts it again over what it kept.
    pub fn again(&mut self) {
        let child = Command::new(program())
            .args(["-js", "-a", "127.0.0.1", "-p", &self.port.to_string(), "-sd"])
            .arg(self.store.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        self.child = Some(child.expect("nats-server starts"));
        let since = Instant::now();
        while !self.greets() {
            assert!(since.elapsed() < START_DEADLINE, "nats-server does not listen on port {}", self.port);
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// It says who it is to whoever connects.
    fn greets(&self) -> bool {
        let mut said = [0; 4];
        TcpStream::connect(("127.0.0.1", self.port)).and_then(|mut stream| stream.read_exact(&mut said)).is_ok()
            && said == *b"INFO"
    }

    /// `kill -9`.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().expect("nats-server can be killed");
            child.wait().expect("nats-server can be waited for");
        }
    }

    pub fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    /// The `desk` line of a site file.
    pub fn link(&self) -> String {
        format!("{{ link = \"nats\", url = \"{}\" }}", self.url())
    }
}

impl Drop for Bus {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A port that nobody listens on now.
pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a port is free").port()
}

/// The server that `./deploy/setup.sh tests` installs, or one on the path that is new enough.
fn program() -> PathBuf {
    let ours = usher::config::data_dir(None).join("tools/bin/nats-server");
    if ours.is_file() {
        return ours;
    }
    let known = Command::new("nats-server").arg("--version").output();
    let version = known.ok().and_then(|told| version(&String::from_utf8_lossy(&told.stdout)));
    assert!(version >= Some(VERSION_MIN), "no nats-server 2.10 or newer; run `./deploy/setup.sh tests`");
    "nats-server".into()
}

/// `nats-server: v2.15.1` as `(2, 15)`.
fn version(text: &str) -> Option<(u32, u32)> {
    let mut parts = text.split('v').next_back()?.trim().split('.').map(str::parse);
    Some((parts.next()?.ok()?, parts.next()?.ok()?))
}

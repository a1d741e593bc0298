//! A real `usher serve` on a port of its own, stopped when dropped.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, LazyLock, Mutex};
use std::time::{Duration, Instant};

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::runtime::Runtime;
use tokio::sync::mpsc;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

use crate::support;

/// A turn on two busy cores takes a second; ten times that is a fault.
const EVENT_DEADLINE: Duration = Duration::from_secs(180);

/// A running appliance.
pub struct Server {
    child: Child,
    log: Arc<Mutex<String>>,
    pub address: String,
}

impl Server {
    /// Serves `site` with the installed models.
    pub fn start(site: &str) -> Self {
        Self::start_in(support::data_dir(site), site)
    }

    /// Serves `site` with `data` as the data folder.
    pub fn start_in(data: &Path, site: &str) -> Self {
        Self::run(data, ["--site", site])
    }

    /// Serves the site that `file` describes.
    pub fn with_config(data: &Path, file: &Path) -> Self {
        Self::run(data, ["--config", file.to_str().expect("the path is text")])
    }

    fn run(data: &Path, site: [&str; 2]) -> Self {
        Self::spawn(data, &["serve"], site)
    }

    /// A desk for kiosks elsewhere.
    pub fn desk(data: &Path, options: &[&str], site: &str) -> Self {
        Self::spawn(data, &[&["desk"], options].concat(), ["--site", site])
    }

    /// `command` for the site that `file` describes, on `port`; 0 finds one.
    pub fn at(port: u16, data: &Path, command: &str, file: &Path) -> Self {
        let listen = format!("127.0.0.1:{port}");
        Self::listen(&listen, data, &[command], ["--config", file.to_str().expect("the path is text")])
    }

    /// Serves with a limit of file sizes answered as a full disk is, by an error, not by a signal.
    pub fn with_bounded_files(data: &Path, file: &Path) -> Self {
        let mut shell = Command::new("sh");
        shell.args(["-c", "trap '' XFSZ; exec \"$0\" \"$@\"", support::usher()]);
        Self::by(shell, data, file)
    }

    /// Serves as `program` starts it; the program must become usher, which keeps its process number.
    pub fn by(program: Command, data: &Path, file: &Path) -> Self {
        let site = ["--config", file.to_str().expect("the path is text")];
        Self::begin(program, "127.0.0.1:0", data, &["serve"], site)
    }

    /// From now on files may have so many bytes, or "unlimited".
    pub fn bound_files(&self, bytes: &str) {
        let mut prlimit = Command::new("prlimit");
        let done = prlimit.args(["--pid", &self.id().to_string(), &format!("--fsize={bytes}:")]).status();
        assert!(done.expect("prlimit runs; `apt-get install util-linux`").success());
    }

    fn spawn(data: &Path, command: &[&str], site: [&str; 2]) -> Self {
        Self::listen("127.0.0.1:0", data, command, site)
    }

    fn listen(address: &str, data: &Path, command: &[&str], site: [&str; 2]) -> Self {
        Self::begin(Command::new(support::usher()), address, data, command, site)
    }

    fn begin(mut program: Command, address: &str, data: &Path, command: &[&str], site: [&str; 2]) -> Self {
        let mut child = program
            .args(command)
            .args(["--listen", address, "--data"])
            .arg(data)
            .args(site)
            .env("USHER_SITES", support::sites())
            .env("USHER_LOG", "info")
            .env("NO_COLOR", "1")
            .stderr(Stdio::piped())
            .spawn()
            .expect("usher starts");
        let mut lines = BufReader::new(child.stderr.take().expect("stderr is piped")).lines();
        let mut log = String::new();
        let address = loop {
            let line = lines
                .next()
                .unwrap_or_else(|| panic!("usher ended before it listened:\n{log}"))
                .expect("the log is text");
            let listening = line.split_once("://127").map(|(_, rest)| rest.to_string());
            log.push_str(&line);
            log.push('\n');
            if let Some(rest) = listening {
                break format!("127{}", rest.split('/').next().unwrap_or_default());
            }
        };
        // The log goes on; somebody has to read it.
        let log = Arc::new(Mutex::new(log));
        let kept = log.clone();
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                *kept.lock().expect("nobody fails while holding the log") += &(line + "\n");
            }
        });
        Self { child, log, address }
    }

    /// What it has written to the journal so far.
    pub fn log(&self) -> String {
        self.log.lock().expect("nobody fails while holding the log").clone()
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits until the process has ended; its exit code.
    pub fn wait(&mut self) -> Option<i32> {
        self.child.wait().expect("the child can be waited for").code()
    }

    /// `GET path`: status and the whole reply.
    pub async fn get(&self, path: &str) -> (u16, String) {
        get(&self.address, path).await
    }

    /// `GET path`: the whole reply as it came.
    pub async fn get_bytes(&self, path: &str) -> Vec<u8> {
        get_bytes(&self.address, path).await
    }

    /// `POST path` with a JSON body: status and the whole reply.
    pub async fn post(&self, path: &str, body: &Value) -> (u16, String) {
        use tokio::io::{AsyncReadExt, AsyncWriteExt};
        let mut stream = TcpStream::connect(&self.address).await.expect("usher listens");
        let (host, body) = (&self.address, body.to_string());
        let request = format!(
            "POST {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(request.as_bytes()).await.expect("the request goes out");
        let mut reply = Vec::new();
        stream.read_to_end(&mut reply).await.expect("a reply comes");
        let reply = String::from_utf8_lossy(&reply).into_owned();
        let status = reply.split(' ').nth(1).and_then(|code| code.parse().ok()).expect("a status line");
        (status, reply)
    }

    /// A visitor's socket whose page shows every notice, as the kiosk's does.
    pub async fn open(&self) -> Socket {
        let mut socket = self.open_without_notices().await;
        socket.say(notices()).await;
        socket
    }

    /// The same, of a page that shows none.
    pub async fn open_without_notices(&self) -> Socket {
        Socket::open(self.entry()).await
    }

    /// Where a visitor's socket opens.
    pub fn entry(&self) -> String {
        format!("ws://{}/v1/realtime", self.address)
    }

    /// Waits until `/readyz` says so.
    pub async fn ready(&self) {
        let since = Instant::now();
        loop {
            let (status, body) = self.get("/readyz").await;
            if status == 200 {
                return;
            }
            assert!(since.elapsed() < EVENT_DEADLINE * 2, "not ready: {body}");
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }
}

/// `GET path` from whoever listens at `address`: status and the whole reply.
pub async fn get(address: &str, path: &str) -> (u16, String) {
    let reply = String::from_utf8_lossy(&get_bytes(address, path).await).into_owned();
    let status = reply.split(' ').nth(1).and_then(|code| code.parse().ok()).expect("a status line");
    (status, reply)
}

async fn get_bytes(address: &str, path: &str) -> Vec<u8> {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let mut stream = TcpStream::connect(address).await.expect("usher listens");
    let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.expect("the request goes out");
    let mut reply = Vec::new();
    stream.read_to_end(&mut reply).await.expect("a reply comes");
    reply
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What a page says that shows every notice.
pub fn notices() -> Value {
    let shown = ["ai", "camera", "microphone", "recording", "person", "made_by_ai", "contact"];
    json!({"type": "usher.notices", "shown": shown})
}

/// Where sockets are read while their test does something else, blocking calls included.
static READERS: LazyLock<Runtime> = LazyLock::new(|| {
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    runtime.worker_threads(1).enable_all().build().expect("a runtime can be made")
});

/// A socket that is read when its holder reads it, and closed when dropped.
pub type Raw = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// Opens a socket that sends small events at once, as browsers do.
pub async fn connect(request: impl IntoClientRequest + Unpin) -> Raw {
    let opening = tokio_tungstenite::connect_async_with_config(request, None, true);
    opening.await.expect("the socket opens").0
}

/// A visitor's socket, or an agent's. Read all the time, as a browser reads it: who answers no ping is taken for gone. Closed when
/// dropped.
pub struct Socket {
    said: mpsc::UnboundedSender<Message>,
    told: mpsc::UnboundedReceiver<Result<Message, Error>>,
}

impl Socket {
    pub async fn open(request: impl IntoClientRequest + Unpin) -> Self {
        let request = request.into_client_request().expect("the request is whole");
        let (said, outgoing) = mpsc::unbounded_channel();
        let (incoming, told) = mpsc::unbounded_channel();
        let opened = READERS.spawn(connect(request)).await.expect("the socket opens");
        READERS.spawn(keep(opened, outgoing, incoming));
        Self { said, told }
    }

    pub async fn say(&mut self, event: Value) {
        self.said.send(Message::text(event.to_string())).expect("the socket takes an event");
    }

    /// Types `text` and asks for the answer.
    pub async fn ask(&mut self, text: &str) {
        let part = json!([{"type": "input_text", "text": text}]);
        self.say(
            json!({"type": "conversation.item.create", "item": {"type": "message", "role": "user", "content": part}}),
        )
        .await;
        self.say(json!({"type": "response.create"})).await;
    }

    /// The next event.
    pub async fn next(&mut self) -> Value {
        loop {
            let message = tokio::time::timeout(EVENT_DEADLINE, self.told.recv()).await.expect("an event in time");
            if let Message::Text(text) = message.expect("the socket is open").expect("a whole frame") {
                return serde_json::from_str(&text).expect("events are JSON");
            }
        }
    }

    /// The first event that `is_it`; those before it are let go.
    pub async fn first(&mut self, what: &str, is_it: impl Fn(&Value) -> bool) -> Value {
        let mut seen = Vec::new();
        let since = Instant::now();
        while since.elapsed() < EVENT_DEADLINE {
            let event = self.next().await;
            if is_it(&event) {
                return event;
            }
            seen.push(event["type"].to_string());
        }
        panic!("no {what} among {seen:?}");
    }

    /// The hand-over, once it stands at `state`.
    pub async fn handoff(&mut self, state: &str) -> Value {
        self.first(state, |event| event["type"] == "usher.handoff" && event["state"] == state).await
    }

    /// Every event up to and with the first of `kind`.
    pub async fn until(&mut self, kind: &str) -> Vec<Value> {
        let mut events = Vec::new();
        loop {
            events.push(self.next().await);
            if events.last().is_some_and(|event| event["type"] == kind) {
                return events;
            }
        }
    }
}

/// Carries what is said and told until either side closes.
async fn keep(
    mut socket: Raw,
    mut said: mpsc::UnboundedReceiver<Message>,
    told: mpsc::UnboundedSender<Result<Message, Error>>,
) {
    loop {
        let is_open = tokio::select! {
            message = said.recv() => match message {
                Some(message) => socket.send(message).await.is_ok(),
                None => false,
            },
            message = socket.next() => message.is_some_and(|message| told.send(message).is_ok()),
        };
        if !is_open {
            return;
        }
    }
}

/// The event of `kind` among `events`.
pub fn one<'a>(events: &'a [Value], kind: &str) -> &'a Value {
    let kinds = || events.iter().map(|event| event["type"].as_str().unwrap_or_default()).collect::<Vec<_>>();
    events.iter().find(|event| event["type"] == kind).unwrap_or_else(|| panic!("no {kind} among {:?}", kinds()))
}

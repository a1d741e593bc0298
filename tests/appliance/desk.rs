//! A human agent at a desk, through the login and the socket that the page uses.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::handshake::client::Request;

use crate::server::{Server, Socket};
use crate::support;

pub const PASSWORD: &str = "correct horse battery";

/// Lets `name` in at the desk of `data`.
pub fn add(data: &Path, site: &str, name: &str, languages: &str) {
    add_with(data, ["--site", site], name, languages);
}

/// The same for a site that is named otherwise, e.g. with `--config`.
pub fn add_with(data: &Path, site: [&str; 2], name: &str, languages: &str) {
    let mut child = Command::new(support::usher())
        .args(["desk", "agent", "add", name, "--display", &capital(name), "--languages", languages])
        .args(site)
        .arg("--data")
        .arg(data)
        .env("USHER_SITES", support::sites())
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .expect("usher runs");
    let mut stdin = child.stdin.take().expect("stdin is piped");
    stdin.write_all(format!("{PASSWORD}\n").as_bytes()).expect("usher reads the password");
    drop(stdin);
    assert!(child.wait().expect("usher ends").success());
}

/// As visitors read it.
pub fn capital(name: &str) -> String {
    name[..1].to_uppercase() + &name[1..]
}

/// An agent's open page.
pub struct Agent {
    pub socket: Socket,
}

impl Agent {
    /// Logs in and says that they are free.
    pub async fn come(server: &Server, name: &str) -> Self {
        let agent = Self::open(server, name).await;
        agent.free().await
    }

    /// Says that they are free.
    pub async fn free(mut self) -> Self {
        self.say(json!({"type": "state", "state": "free"})).await;
        // The board shows the new state when the desk has taken it.
        self.socket
            .first("a board with a free agent", |event| {
                event["type"] == "board"
                    && event["agents"]
                        .as_array()
                        .is_some_and(|agents| agents.iter().any(|agent| agent["state"] == "free"))
            })
            .await;
        self
    }

    pub async fn open(server: &Server, name: &str) -> Self {
        let session = Self::login(server, name).await;
        Self::enter(server, &session).await
    }

    /// The cookie of a login.
    pub async fn login(server: &Server, name: &str) -> String {
        let (status, reply) = server.post("/api/desk/login", &json!({"name": name, "password": PASSWORD})).await;
        assert_eq!(status, 200, "{reply}");
        let cookie = reply
            .lines()
            .find_map(|line| line.to_lowercase().starts_with("set-cookie:").then(|| line[11..].trim().to_string()))
            .expect("a login sets a cookie");
        cookie.split(';').next().expect("a cookie has a value").to_owned()
    }

    /// Opens the page's socket with the cookie of a login.
    pub async fn enter(server: &Server, session: &str) -> Self {
        Self { socket: Socket::open(Self::entry(server, session)).await }
    }

    /// What opens the page's socket.
    pub fn entry(server: &Server, session: &str) -> Request {
        let url = format!("ws://{}/api/desk/socket", server.address);
        let mut request = url.into_client_request().expect("the address is whole");
        let value = session.parse().expect("a cookie is a header");
        request.headers_mut().insert("cookie", value);
        request
    }

    pub async fn say(&mut self, event: Value) {
        self.socket.say(event).await;
    }

    /// The next event of `kind`.
    pub async fn told(&mut self, kind: &str) -> Value {
        self.socket.first(kind, |event| event["type"] == kind).await
    }

    /// Waits for a call; gives its case.
    pub async fn rung(&mut self) -> String {
        self.told("ring").await["case"].as_str().expect("a ring names its case").to_string()
    }

    /// Takes the call that rings, reads the briefing, and speaks to the visitor.
    pub async fn take(&mut self) -> String {
        let case = self.rung().await;
        self.say(json!({"type": "accept", "case": case})).await;
        self.told("case").await;
        self.say(json!({"type": "ready", "case": case})).await;
        case
    }

    pub async fn end(&mut self, case: &str, promises: &[&str]) {
        let end = json!({"type": "end", "case": case, "outcome": "solved", "promises": promises, "avoidable": false, "gap": ""});
        self.say(end).await;
    }
}

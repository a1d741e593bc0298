//! A technician's browser, as far as the administration sees it: cookie, token, JSON, files.

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::server::Server;

pub const PASSWORD: &str = "correct horse battery";

/// A reply of the administration.
pub struct Reply {
    pub status: u16,
    pub head: String,
    pub body: Value,
}

/// One browser at `address`.
#[derive(Clone)]
pub struct Technician {
    pub address: String,
    pub cookie: String,
    pub csrf: String,
}

impl Technician {
    /// Nobody yet.
    pub fn at(address: &str) -> Self {
        Self { address: address.into(), cookie: String::new(), csrf: String::new() }
    }

    /// Becomes the first owner with the secret that the kiosk's own screen shows.
    pub async fn first(server: &Server) -> Self {
        let secret = secret(server).await.expect("the kiosk's screen shows the first secret");
        let mut technician = Self::at(&server.address);
        let body = json!({"secret": secret, "name": "anna", "password": PASSWORD});
        let reply = technician.enter("/api/admin/first", &body).await;
        assert_eq!(reply.status, 200, "{}", reply.body);
        technician
    }

    pub async fn login(address: &str, name: &str, password: &str) -> Self {
        let mut technician = Self::at(address);
        let reply = technician.enter("/api/admin/login", &json!({"name": name, "password": password})).await;
        assert_eq!(reply.status, 200, "{}", reply.body);
        technician
    }

    /// Logs in one way or another, and keeps cookie and token.
    pub async fn enter(&mut self, path: &str, body: &Value) -> Reply {
        let reply = self.post(path, body).await;
        if let Some(cookie) = reply.head.lines().find_map(|line| line.strip_prefix("set-cookie: ")) {
            self.cookie = cookie.split(';').next().unwrap_or_default().to_string();
            self.csrf = reply.body["csrf"].as_str().unwrap_or_default().to_string();
        }
        reply
    }

    pub async fn get(&self, path: &str) -> Reply {
        self.send("GET", path, "", b"").await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Reply {
        self.send("POST", path, "Content-Type: application/json\r\n", body.to_string().as_bytes()).await
    }

    pub async fn put(&self, path: &str, body: &Value) -> Reply {
        self.send("PUT", path, "Content-Type: application/json\r\n", body.to_string().as_bytes()).await
    }

    pub async fn delete(&self, path: &str) -> Reply {
        self.send("DELETE", path, "", b"").await
    }

    /// Any request, with further header lines.
    pub async fn send(&self, method: &str, path: &str, more: &str, body: &[u8]) -> Reply {
        let mut stream = TcpStream::connect(&self.address).await.expect("usher listens");
        let (host, cookie, csrf, length) = (&self.address, &self.cookie, &self.csrf, body.len());
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nCookie: {cookie}\r\nX-Usher-Csrf: {csrf}\r\n\
             {more}Content-Length: {length}\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).await.expect("the request goes out");
        // A body that is refused by its length is not read to its end.
        let _ = stream.write_all(body).await;
        let mut reply = Vec::new();
        let _ = stream.read_to_end(&mut reply).await;
        let reply = String::from_utf8_lossy(&reply).into_owned();
        let (head, body) = reply.split_once("\r\n\r\n").expect("a reply has a head");
        let status = head.split(' ').nth(1).and_then(|code| code.parse().ok()).expect("a status line");
        Reply { status, head: head.to_string(), body: serde_json::from_str(body).unwrap_or(Value::Null) }
    }

    /// Waits until the job of `reply` has ended.
    pub async fn job(&self, reply: Reply) -> Value {
        assert_eq!(reply.status, 202, "{}", reply.body);
        let path = format!("/api/admin/jobs/{}", reply.body["id"].as_str().expect("a job has an id"));
        let since = std::time::Instant::now();
        loop {
            let job = self.get(&path).await.body;
            if job["state"] != "running" {
                return job;
            }
            assert!(since.elapsed().as_secs() < 120, "the job has not ended: {job}");
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    }
}

/// What the kiosk's own screen shows at the first start; `None` once somebody administers it.
pub async fn secret(server: &Server) -> Option<String> {
    let created = server.open().await.next().await;
    created["session"]["usher"]["setup"]["secret"].as_str().map(str::to_owned)
}

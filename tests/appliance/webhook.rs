//! Another desk product over the signed webhook: a real HTTP server takes the events and answers as its people would.

use std::sync::{Arc, Mutex};

use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::desk::{self, Agent};
use crate::server::Server;
use crate::support::{self, own_data};

const SECRET: &str = "a shared secret of thirty characters";

/// What the other product was told, checked for its signature.
#[derive(Clone, Default)]
struct Heard(Arc<Mutex<Vec<Value>>>);

impl Heard {
    async fn first(&self, what: &str, is_it: impl Fn(&Value) -> bool) -> Value {
        for _ in 0..300 {
            if let Some(event) = self.0.lock().unwrap().iter().find(|event| is_it(event)) {
                return event.clone();
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        panic!("never told {what}: {:#?}", self.0.lock().unwrap());
    }
}

fn signature(timestamp: &str, body: &str) -> String {
    let mut code = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
    code.update(format!("{timestamp}.{body}").as_bytes());
    code.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A server that fails its first request, so that a second attempt is seen.
async fn listen(heard: Heard) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let mut count = 0;
        while let Ok((stream, _)) = listener.accept().await {
            count += 1;
            take(stream, &heard, count > 1).await;
        }
    });
    format!("http://{address}/usher")
}

async fn take(mut stream: TcpStream, heard: &Heard, is_well: bool) {
    let mut request = Vec::new();
    let (head, body) = loop {
        let mut piece = [0; 65536];
        let count = stream.read(&mut piece).await.unwrap_or(0);
        request.extend_from_slice(&piece[..count]);
        let text = String::from_utf8_lossy(&request).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length = header(head, "content-length").parse::<usize>().unwrap();
        if body.len() >= length || count == 0 {
            break (head.to_string(), body.to_string());
        }
    };
    let expected = format!("sha256={}", signature(&header(&head, "x-usher-timestamp"), &body));
    assert_eq!(header(&head, "x-usher-signature"), expected);
    if is_well {
        heard.0.lock().unwrap().push(serde_json::from_str(&body).unwrap());
    }
    let status = if is_well { "204 No Content" } else { "503 Service Unavailable" };
    let reply = format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    stream.write_all(reply.as_bytes()).await.unwrap();
}

fn header(head: &str, name: &str) -> String {
    let line = head.lines().find(|line| line.to_lowercase().starts_with(&format!("{name}:"))).unwrap_or_default();
    line.split_once(':').map_or("", |(_, value)| value).trim().to_string()
}

/// Answers usher as the other product would; gives the status.
async fn answer(server: &Server, body: &Value, forge: bool) -> u16 {
    let (body, timestamp) = (body.to_string(), jiff::Timestamp::now().as_second().to_string());
    let sign = if forge { "00".repeat(32) } else { signature(&timestamp, &body) };
    let request = format!(
        "POST /api/desk/webhook HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nX-Usher-Timestamp: {timestamp}\r\nX-Usher-Signature: sha256={sign}\r\nContent-Length: {}\r\n\r\n{body}",
        server.address,
        body.len()
    );
    let mut stream = TcpStream::connect(&server.address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut reply = String::new();
    stream.read_to_string(&mut reply).await.unwrap();
    reply.split(' ').nth(1).unwrap().parse().unwrap()
}

async fn start(data: &std::path::Path, heard: &Heard) -> Server {
    let url = listen(heard.clone()).await;
    std::fs::write(data.join("webhook.secret"), SECRET).unwrap();
    // The line after `desk` in the same table.
    let desk = format!(
        "{{ link = \"local\" }}\nwebhook = {{ url = \"{url}\", secret = \"webhook.secret\", display = \"Bay Support\", languages = [\"en\"] }}"
    );
    let site = support::site_with_desk(data, &desk);
    Server::with_config(data, &site)
}

#[tokio::test]
async fn another_product_is_called_answers_and_ends() {
    let (data, heard) = (own_data("airport"), Heard::default());
    let server = start(data.path(), &heard).await;
    let mut visitor = server.open().await;
    visitor.say(json!({"type": "usher.person"})).await;
    let case = heard.first("a ring", |event| event["type"] == "ring").await["case"].clone();
    assert_eq!(answer(&server, &json!({"type": "accept", "case": case}), true).await, 401);
    assert_eq!(answer(&server, &json!({"type": "dance"}), false).await, 422);
    assert_eq!(answer(&server, &json!({"type": "accept", "case": case}), false).await, 204);
    heard.first("the briefing", |event| event["type"] == "case").await;
    answer(&server, &json!({"type": "ready", "case": case}), false).await;
    assert_eq!(visitor.handoff("live").await["agent"]["name"], "Bay Support");
    answer(&server, &json!({"type": "message", "case": case, "text": "hello from afar", "id": "m1"}), false).await;
    answer(&server, &json!({"type": "message", "case": case, "text": "hello from afar", "id": "m1"}), false).await;
    assert_eq!(visitor.until("usher.handoff.message").await.pop().unwrap()["text"], "hello from afar");
    visitor.say(json!({"type": "usher.handoff.message", "text": "hello back"})).await;
    heard.first("the visitor's line", |event| event["text"] == "hello back").await;
    let end = json!({"type": "end", "case": case, "outcome": "solved", "promises": ["a letter"]});
    answer(&server, &end, false).await;
    let events = visitor.first("the end", |event| event["state"] == "wrap_up").await;
    assert_eq!(events["promises"], json!(["a letter"]));
}

/// A case that was given to somebody by itself was told to nobody (chatwoot/chatwoot #9277).
#[tokio::test]
async fn bug_8_a_status_is_told_whoever_was_given_the_case() {
    let (data, heard) = (own_data("airport"), Heard::default());
    desk::add(data.path(), "airport", "anna", "zh");
    let server = start(data.path(), &heard).await;
    let mut anna = Agent::come(&server, "anna").await;
    let mut visitor = server.open().await;
    visitor.say(json!({"type": "session.update", "session": {"usher": {"language": "zh"}}})).await;
    visitor.say(json!({"type": "usher.person"})).await;
    let case = anna.take().await;
    let is_told = |state: &'static str| {
        let case = case.clone();
        move |event: &Value| event["type"] == "status" && event["case"] == *case && event["state"] == state
    };
    let live = heard.first("the automatic assignment", is_told("live")).await;
    assert_eq!(live["agent"], "anna");
    anna.end(&case, &[]).await;
    heard.first("the end", is_told("closed")).await;
}

//! A serving appliance under strange frames: the visitor's socket, the desk's, the administration's bodies, and bytes that are no
//! HTTP at all. After each round it has to answer a question and to be ready, without a panic in its log and with its memory bounded.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;

use crate::bend::{Bend, Kind, bent};
use crate::guard::folder;
use crate::server::{Raw, Server, connect, notices};
use crate::technician::Technician;
use crate::walk::bends_of;
use crate::{desk, support};

/// Frames or requests of a round; then the appliance is looked at.
const ROUND: usize = 60;

/// How much more memory the rounds may leave behind, MiB: caches of clips and pictures fill once, nothing may grow for ever.
const GROWTH_MAX_MIB: f64 = 600.0;

/// Longest wait for a reply that may never come: what is bent may well promise more bytes than it has.
const REPLY: Duration = Duration::from_millis(150);

const DOORS: [&str; 5] = ["visitor", "desk", "administration", "http", "frames"];

pub fn run(seed: u64, lasts: Duration) -> u64 {
    let runtime = tokio::runtime::Runtime::new().expect("threads can be started");
    runtime.block_on(walk(seed, lasts))
}

async fn walk(seed: u64, lasts: Duration) -> u64 {
    let mut scene = Scene::open().await;
    let (began, mut round, mut crashes) = (Instant::now(), 0, 0);
    let mut counts = Counts::default();
    while began.elapsed() < lasts {
        let door = DOORS[round as usize % DOORS.len()];
        let sent = scene.round(door, seed, round, &mut counts).await;
        if let Err(fault) = scene.is_well().await {
            crashes += 1;
            let path = folder().join(format!("sockets-{seed}-{round}"));
            std::fs::write(&path, sent.join(&b'\n')).expect("the frames can be kept");
            println!("  CRASH at the {door}: {fault}; seed {seed}, round {round}; its frames: {}", path.display());
            scene = Scene::open().await;
        }
        round += 1;
    }
    println!(
        "sockets: {} frames and requests in {round} rounds, {:.0} s ({:.0} a second): {} accepted, {} refused with {} kinds of error, \
         memory {:.0} -> {:.0} MiB; crashes: {crashes}",
        counts.sent,
        began.elapsed().as_secs_f64(),
        counts.sent as f64 / began.elapsed().as_secs_f64(),
        counts.sent - counts.refused,
        counts.refused,
        counts.kinds.len(),
        scene.before_mib,
        resident_mib(&scene.server),
    );
    crashes
}

#[derive(Default)]
struct Counts {
    sent: usize,
    refused: usize,
    kinds: std::collections::BTreeSet<String>,
}

impl Counts {
    fn refused(&mut self, kind: String) {
        self.refused += 1;
        self.kinds.insert(kind);
    }
}

/// The airport's kiosk with its desk, an agent's account and a technician.
struct Scene {
    server: Server,
    technician: Technician,
    /// The agent's: who logs in again and again is held off for a minute.
    session: String,
    log: PathBuf,
    before_mib: f64,
    _data: tempfile::TempDir,
}

impl Scene {
    async fn open() -> Self {
        let data = support::own_data("airport");
        let file = support::site_with_desk(data.path(), "{ link = \"local\" }");
        desk::add_with(data.path(), ["--config", file.to_str().expect("the path is text")], "anna", "en,zh");
        let log = data.path().join("stderr.log");
        let mut program = Command::new("bash");
        program.args(["-c", "exec \"$0\" \"$@\" 2> >(exec tee \"$USHER_HOSTILE_LOG\" >&2)", support::usher()]);
        program.env("USHER_HOSTILE_LOG", &log);
        let server = Server::by(program, data.path(), &file);
        server.ready().await;
        let technician = Technician::first(&server).await;
        let session = desk::Agent::login(&server, "anna").await;
        let mut scene = Self { server, technician, session, log, before_mib: 0.0, _data: data };
        scene.is_well().await.expect("it is well before anything strange came");
        scene.before_mib = resident_mib(&scene.server);
        scene
    }

    /// What was sent.
    async fn round(&self, door: &str, seed: u64, round: u64, counts: &mut Counts) -> Vec<Vec<u8>> {
        let goods = goods(door);
        let kind = if matches!(door, "http" | "frames") { Kind::Bytes } else { Kind::Text };
        let pick = |at: usize| {
            let (variant, bends) = bends_of(seed, round * ROUND as u64 + at as u64, kind);
            let good = variant.get(&goods);
            // Some stay good, so that the others meet a visit under way.
            let bends: &[Bend] = if at.is_multiple_of(3) { &[] } else { &bends };
            Sent { path: good.0, bytes: bent(&good.1, bends) }
        };
        let all: Vec<Sent> = (0..ROUND).map(pick).collect();
        counts.sent += all.len();
        match door {
            "visitor" | "desk" => {
                self.talk(door, &all, counts).await;
            }
            "administration" => self.administer(&all, counts).await,
            _ => {
                for sent in &all {
                    self.raw(sent, counts).await;
                }
            }
        }
        all.into_iter().map(|sent| sent.bytes).collect()
    }

    /// Sends frames until the socket ends; another one goes on.
    async fn talk(&self, door: &str, all: &[Sent], counts: &mut Counts) {
        let mut socket = self.enter(door).await;
        for sent in all {
            let text = String::from_utf8_lossy(&sent.bytes).into_owned();
            if socket.send(Message::text(text)).await.is_err() {
                counts.refused("the socket ended".into());
                socket = self.enter(door).await;
            }
            while let Ok(Some(Ok(message))) = tokio::time::timeout(Duration::from_millis(15), socket.next()).await {
                let Message::Text(text) = message else { continue };
                let event: Value = serde_json::from_str(&text).expect("events are JSON");
                if event["type"] == "error" {
                    counts
                        .refused(event["error"]["code"].as_str().or(event["code"].as_str()).unwrap_or("error").into());
                }
            }
        }
        let _ = socket.close(None).await;
    }

    /// A page that shows every notice, or that of an agent who is free.
    async fn enter(&self, door: &str) -> Raw {
        let (mut socket, first) = match door {
            "desk" => {
                let entry = desk::Agent::entry(&self.server, &self.session);
                (connect(entry).await, json!({"type": "state", "state": "free"}))
            }
            _ => (connect(self.server.entry()).await, notices()),
        };
        socket.send(Message::text(first.to_string())).await.expect("the socket takes an event");
        socket
    }

    async fn administer(&self, all: &[Sent], counts: &mut Counts) {
        for sent in all {
            let (method, path) = sent.path.split_once(' ').expect("a method and a path");
            let more = "Content-Type: application/json\r\n";
            let reply = self.technician.send(method, path, more, &sent.bytes).await;
            if reply.status >= 400 {
                let kind = reply.body["error"]["type"].as_str().unwrap_or_default();
                counts.refused(format!("{} {kind}", reply.status));
            }
        }
    }

    /// Bytes on a bare connection.
    async fn raw(&self, sent: &Sent, counts: &mut Counts) {
        let mut stream = TcpStream::connect(&self.server.address).await.expect("usher listens");
        // It may refuse while more comes.
        let _ = stream.write_all(&sent.bytes).await;
        let mut reply = [0; 4096];
        match tokio::time::timeout(REPLY, stream.read(&mut reply)).await {
            Ok(Ok(read)) if read > 12 => {
                let status = String::from_utf8_lossy(&reply[9..12]).into_owned();
                if status.starts_with(['4', '5']) {
                    counts.refused(status);
                }
            }
            Ok(_) => counts.refused("the connection ended".into()),
            Err(_) => {}
        }
    }

    /// Whether visitors are still served.
    async fn is_well(&mut self) -> Result<(), String> {
        if !Path::new(&format!("/proc/{}/fd", self.server.id())).exists() || self.has_ended() {
            return Err("the program ended".into());
        }
        let log = std::fs::read_to_string(&self.log).unwrap_or_default();
        if let Some(line) = log.lines().find(|line| line.contains("panicked at")) {
            return Err(line.to_string());
        }
        let (status, body) = self.server.get("/readyz").await;
        if status != 200 {
            return Err(format!("not ready: {body}"));
        }
        let mut socket = self.server.open().await;
        socket.ask("Is there free wifi?").await;
        let answered =
            socket.first("the end of an answer", |event| event["type"] == "response.done" || event["type"] == "error");
        let end = tokio::time::timeout(Duration::from_secs(20), answered).await.map_err(|_| "no answer within 20 s")?;
        if end["type"] == "error" {
            return Err(format!("a question is refused: {end}"));
        }
        let more = resident_mib(&self.server) - self.before_mib;
        if self.before_mib > 0.0 && more > GROWTH_MAX_MIB {
            return Err(format!("{more:.0} MiB more than at the start"));
        }
        Ok(())
    }

    /// A process that ended stays in /proc until its parent looks.
    fn has_ended(&self) -> bool {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.server.id())).unwrap_or_default();
        stat.rsplit(')').next().is_none_or(|rest| rest.trim_start().starts_with('Z'))
    }
}

struct Sent {
    path: &'static str,
    bytes: Vec<u8>,
}

fn resident_mib(server: &Server) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.id())).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
    line.split_whitespace().next().and_then(|word| word.parse::<f64>().ok()).unwrap_or(0.0) / 1024.0
}

/// What is said honestly at each door.
fn goods(door: &str) -> Vec<(&'static str, Vec<u8>)> {
    match door {
        "visitor" => said_by_visitors().into_iter().map(|said| ("visitor", said.to_string().into_bytes())).collect(),
        "desk" => said_by_agents().into_iter().map(|said| ("desk", said.to_string().into_bytes())).collect(),
        "administration" => {
            administered().into_iter().map(|(path, body)| (path, body.to_string().into_bytes())).collect()
        }
        "http" => requests().into_iter().map(|text| ("http", text.into_bytes())).collect(),
        _ => vec![("frames", frames())],
    }
}

fn said_by_visitors() -> Vec<Value> {
    let sound = STANDARD.encode(vec![3u8; 9_600]);
    let picture = STANDARD.encode(jpeg());
    let ask = |content: Value| json!({"type": "conversation.item.create", "item": {"type": "message", "role": "user", "content": content}});
    vec![
        json!({"type": "session.update", "session": {"usher": {"language": "zh", "speak": true},
            "audio": {"input": {"turn_detection": {"type": "server_vad"}, "format": {"type": "audio/pcm", "rate": 24000}}}}}),
        json!({"type": "session.update", "session": {"audio": {"input": {"turn_detection": null}}}}),
        json!({"type": "input_audio_buffer.append", "audio": sound}),
        json!({"type": "input_audio_buffer.commit"}),
        json!({"type": "input_audio_buffer.clear"}),
        ask(json!([{"type": "input_text", "text": "Where is gate B22?"}])),
        ask(json!([{"type": "input_text", "text": "我的宠物怎么样了 0618123456"}])),
        ask(json!([{"type": "input_image", "image_url": format!("data:image/jpeg;base64,{picture}")}])),
        json!({"type": "response.create"}),
        json!({"type": "response.create"}),
        json!({"type": "response.cancel"}),
        json!({"type": "usher.touch", "item": "wifi", "label": "Free wifi"}),
        json!({"type": "usher.person"}),
        json!({"type": "usher.repeat"}),
        json!({"type": "usher.camera.frame", "image": picture}),
        json!({"type": "usher.presence.frame", "image": picture}),
        json!({"type": "usher.phone"}),
        json!({"type": "usher.end"}),
        json!({"type": "usher.notices", "shown": ["camera", "voice"]}),
        json!({"type": "usher.selftest.ready"}),
        json!({"type": "usher.selftest.result", "what": "sound", "id": "1", "rate": 16000, "audio": sound}),
        json!({"type": "usher.handoff.accept"}),
        json!({"type": "usher.handoff.decline"}),
        json!({"type": "usher.handoff.review"}),
        json!({"type": "usher.handoff.release", "struck": ["transcript"]}),
        json!({"type": "usher.handoff.cancel"}),
        json!({"type": "usher.handoff.message", "text": "My bag is lost, call +31 6 1234 5678"}),
        json!({"type": "usher.handoff.typing", "text": "My b"}),
        json!({"type": "usher.handoff.media", "mode": "audio"}),
        json!({"type": "usher.handoff.signal", "data": {"sdp": "v=0", "kind": "offer"}}),
        json!({"type": "usher.handoff.callback", "name": "Mei", "phone": "+31612345678"}),
        json!({"type": "usher.handoff.ticket"}),
        json!({"type": "usher.handoff.rate", "stars": 4}),
        json!({"type": "usher.handoff.done"}),
        json!({"type": "usher.handoff.hang_up"}),
        json!({"type": "usher.handoff.resume", "case": "airport-1-1", "token": "00"}),
    ]
}

fn said_by_agents() -> Vec<Value> {
    let case = "airport-1-1";
    vec![
        json!({"type": "state", "state": "free"}),
        json!({"type": "state", "state": "busy"}),
        json!({"type": "accept", "case": case}),
        json!({"type": "decline", "case": case, "reason": "lunch"}),
        json!({"type": "ready", "case": case}),
        json!({"type": "message", "case": case, "text": "Good morning", "id": "m1"}),
        json!({"type": "typing", "case": case, "text": "Good"}),
        json!({"type": "media", "case": case, "mode": "audio"}),
        json!({"type": "signal", "case": case, "data": {"candidate": "x"}}),
        json!({"type": "search", "case": case, "text": "where can I leave my suitcase"}),
        json!({"type": "suggest", "case": case}),
        json!({"type": "push", "case": case, "kind": "item", "ref": "wifi"}),
        json!({"type": "point", "case": case, "x": 0.5, "y": 0.25}),
        json!({"type": "return", "case": case, "reason": "solved"}),
        json!({"type": "end", "case": case, "outcome": "solved", "promises": ["we call"], "avoidable": true, "gap": "the wifi's name"}),
        json!({"type": "called", "id": "airport-1-1/callback"}),
    ]
}

fn administered() -> Vec<(&'static str, Value)> {
    let item = json!({"id": "hostile", "language": "en", "questions": ["What about trial seven?"], "answer": "Trial seven is in.",
        "tags": ["trial"], "valid_until": "2027-12-31", "hours": "09:00-17:00", "fees": "free"});
    vec![
        ("POST /api/admin/people", json!({"name": "ben", "role": "viewer", "password": "correct horse battery"})),
        ("PUT /api/admin/people/ben", json!({"role": "technician"})),
        ("PUT /api/admin/settings", json!({"changes": [{"path": "visit.idle_seconds", "value": 60}]})),
        ("PUT /api/admin/knowledge/items/hostile/en", item),
        ("POST /api/admin/knowledge/search", json!({"text": "is there wifi", "language": "en"})),
        (
            "POST /api/admin/knowledge/review?name=items.en.jsonl",
            json!({"id": "b", "language": "en", "questions": ["x"], "answer": "y"}),
        ),
        ("POST /api/admin/knowledge/review?name=page.zh.md", json!("# 宠物\n\n宠物 可以 登机。\n")),
        ("POST /api/admin/restore/review?name=a.backup", json!({"format": 1, "site": "airport"})),
        ("POST /api/admin/models/import?name=a.tar", json!({"models": []})),
        ("POST /api/admin/devices/pins/help/test", json!({"ms": 20})),
        ("POST /api/admin/devices/try", json!({"what": "microphone", "page": 1})),
        ("GET /api/admin/logs?level=info", json!(null)),
        ("GET /api/admin/audit?limit=5&before=99", json!(null)),
        ("GET /api/admin/knowledge/expiring?days=99", json!(null)),
        ("POST /api/desk/login", json!({"name": "anna", "password": "correct horse battery"})),
        ("POST /api/desk/webhook", json!({"id": "1", "case": "airport-1-1", "event": "accepted"})),
    ]
}

fn requests() -> Vec<String> {
    let head =
        |line: &str, more: &str| format!("{line} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n{more}\r\n");
    let upgrade = "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
    vec![
        head("GET /", "Accept-Encoding: gzip\r\n"),
        head("GET /media/map/L1.svg?theme=dark", ""),
        head("GET /media/made/0000000000000000", "Range: bytes=0-99\r\n"),
        head("GET /shared/tokens.css", "If-None-Match: \"0\"\r\n"),
        head("GET /v1/realtime", upgrade).replace("Connection: close", "Connection: Upgrade"),
        head("GET /metrics", "Authorization: Bearer 0\r\n"),
        head("GET /api/admin/me", "Cookie: usher_admin=00; usher_desk=00\r\n"),
        head("POST /api/desk/login", "Content-Type: application/json\r\nContent-Length: 32\r\n")
            + "{\"name\":\"anna\",\"password\":\"wrong\"}",
        head("POST /api/admin/login", "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n")
            + "20\r\n{\"name\":\"anna\",\"password\":\"wrong\"}\r\n0\r\n\r\n",
    ]
}

/// A socket's opening with frames after it: text in pieces, a ping, sound, a close (RFC 6455, section 5.2; the mask is zeros).
fn frames() -> Vec<u8> {
    let mut bytes = requests()[4].clone().into_bytes();
    let mut frame = |first: u8, payload: &[u8]| {
        bytes.push(first);
        match payload.len() {
            short @ ..126 => bytes.push(0x80 | short as u8),
            long => {
                bytes.push(0x80 | 126);
                bytes.extend((long as u16).to_be_bytes());
            }
        }
        bytes.extend([0; 4]);
        bytes.extend(payload);
    };
    frame(0x01, b"{\"type\":\"conversation.item.create\",\"item\":{\"type\":\"message\",");
    frame(0x89, b"here");
    frame(0x80, b"\"role\":\"user\",\"content\":[{\"type\":\"input_text\",\"text\":\"wifi\"}]}}");
    frame(0x81, b"{\"type\":\"response.create\"}");
    frame(0x82, &[0; 300]);
    frame(0x88, &[0x03, 0xE8]);
    bytes
}

/// A small picture.
fn jpeg() -> Vec<u8> {
    let picture = image::RgbImage::from_fn(64, 48, |x, y| image::Rgb([(x * 4) as u8, (y * 5) as u8, 90]));
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut bytes, image::ImageFormat::Jpeg).expect("memory takes it");
    bytes.into_inner()
}

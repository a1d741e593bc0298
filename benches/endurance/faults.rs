//! A full disk, one that can only be read, a clock that jumps by a year, a network that loses packets: what visitors are told meanwhile, and whether all is well
//! after it without a new start. Needs root for namespaces of its own, and `./deploy/setup.sh long`.

use std::path::Path;
use std::process::{Command, ExitStatus};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::server::{Server, Socket};
use crate::technician::{PASSWORD, Technician};
use crate::{desk, support, visits};

/// The word by which this program starts itself inside a network of its own.
const INSIDE: &str = "USHER_LOSSY_NETWORK";

const LOSSY_QUESTIONS: usize = 60;

pub async fn measure() {
    if std::env::var_os(INSIDE).is_some() {
        return lossy().await;
    }
    disk_full().await;
    disk_read_only().await;
    disk_given_up().await;
    for jump in ["+1y", "-1y"] {
        clock(jump).await;
    }
    begin_lossy();
}

/// A kiosk with a desk of its own, an agent at it, and a visitor.
struct Scene {
    server: Server,
    visitor: Socket,
    _anna: desk::Agent,
}

impl Scene {
    async fn open(program: Command, data: &Path, file: &Path) -> Self {
        let server = Server::by(program, data, file);
        server.ready().await;
        let anna = desk::Agent::come(&server, "anna").await;
        let mut visitor = server.open().await;
        visitor.until("session.created").await;
        Self { server, visitor, _anna: anna }
    }

    /// How a wish for a person stands: `requested`, or `unavailable` with its reason.
    async fn person(&mut self) -> String {
        self.visitor.say(json!({"type": "usher.person"})).await;
        let told = self
            .visitor
            .first("an answer", |event| {
                event["type"] == "usher.handoff" && (event["state"] == "requested" || event["state"] == "unavailable")
            })
            .await;
        if told["state"] == "requested" {
            self.visitor.say(json!({"type": "usher.handoff.cancel"})).await;
        }
        self.visitor.say(json!({"type": "usher.handoff.done"})).await;
        self.visitor.handoff("bot").await;
        told["reason"].as_str().unwrap_or("requested").to_string()
    }

    async fn question(&mut self) -> String {
        self.visitor.ask("Is there free wifi?").await;
        let answer = self.visitor.first("an answer", |event: &Value| event["type"] == "usher.answer").await;
        self.visitor.first("its end", |event| event["type"] == "response.done").await;
        answer["route"].as_str().unwrap_or_default().to_string()
    }

    async fn is_ready(&self) -> bool {
        self.server.get("/readyz").await.0 == 200
    }
}

fn kiosk() -> (tempfile::TempDir, std::path::PathBuf) {
    let data = support::own_data("airport");
    let file = support::site_with_desk(data.path(), "{ link = \"local\" }");
    desk::add_with(data.path(), ["--config", file.to_str().expect("the path is text")], "anna", "en,zh");
    (data, file)
}

/// The databases lie on a disk of 96 MB that is filled to its last byte.
async fn disk_full() {
    let (data, file) = kiosk();
    let sites = data.path().join("sites");
    let mut program = Command::new("unshare");
    let script = "cp -a \"$0\" \"$0.kept\" && mount -t tmpfs -o size=96m tmpfs \"$0\" && cp -a \"$0.kept/.\" \"$0\" && exec \"$@\"";
    program.args(["--mount", "--propagation", "private", "sh", "-c", script]).arg(&sites).arg(support::usher());
    let mut scene = Scene::open(program, data.path(), &file).await;
    let (process, fill) = (scene.server.id().to_string(), sites.join("fill"));
    let inside = |words: &[&str]| -> ExitStatus {
        let mut entered = Command::new("nsenter");
        entered.args(["--target", &process, "--mount", "--"]).args(words).arg(&fill);
        entered.stderr(std::process::Stdio::null()).status().expect("nsenter runs; `apt-get install util-linux`")
    };
    assert!(!inside(&["sh", "-c", "exec dd if=/dev/zero of=\"$0\" bs=64k"]).success(), "the disk did not become full");
    let (route, person) = (scene.question().await, scene.person().await);
    assert!(inside(&["rm"]).success(), "the disk was not freed");
    let since = Instant::now();
    while scene.person().await != "requested" && since.elapsed() < Duration::from_secs(30) {}
    println!(
        "faults: disk full: a question is {route}, a wish for a person is {person}; with space again it is requested after {:.0} ms",
        since.elapsed().as_secs_f64() * 1000.0
    );
}

/// The data folder can only be read when usher starts, and takes writes again while it serves.
async fn disk_read_only() {
    let (data, file) = kiosk();
    let serve = |script: &str| {
        let mut program = Command::new("unshare");
        program
            .args(["--mount", "--propagation", "private", "sh", "-c", script])
            .arg(data.path())
            .arg(support::usher());
        program
    };
    // Once on a disk that takes writes: every database is made then.
    let first = Scene::open(serve("exec \"$@\""), data.path(), &file).await;
    drop(Technician::first(&first.server).await);
    drop(first);
    let script = "mount --bind \"$0\" \"$0\" && mount -o remount,bind,ro \"$0\" && exec \"$@\"";
    let mut scene = Scene::open(serve(script), data.path(), &file).await;
    let (route, person) = (scene.question().await, scene.person().await);
    let technician = Technician::login(&scene.server.address, "anna", PASSWORD).await;
    let troubles = |health: Value| health["troubles"].as_array().map_or(0, Vec::len);
    let before = troubles(technician.get("/api/admin/health").await.body);
    let (_, ready) = scene.server.get("/readyz").await;
    assert!(ready.contains("disk_read_only"), "{ready}");
    let item = json!({"id": "thawed", "language": "en", "questions": ["what thawed"], "answer": "The disk."});
    let refused = technician.put("/api/admin/knowledge/items/thawed/en", &item).await;
    let mut entered = Command::new("nsenter");
    entered.args(["--target", &scene.server.id().to_string(), "--mount", "--", "mount", "-o", "remount,bind,rw"]);
    let thawed = entered.arg(data.path()).status().expect("nsenter runs; `apt-get install util-linux`");
    assert!(thawed.success(), "the folder was not made writable");
    let since = Instant::now();
    while scene.person().await != "requested" && since.elapsed() < Duration::from_secs(60) {}
    let outbox_ms = since.elapsed().as_secs_f64() * 1000.0;
    let taken = loop {
        let reply = technician.put("/api/admin/knowledge/items/thawed/en", &item).await;
        let after = troubles(technician.get("/api/admin/health").await.body);
        if (reply.status < 300 && after == 0) || since.elapsed() > Duration::from_secs(60) {
            break (reply.status, after);
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    };
    println!(
        "faults: disk read-only at the start: a question is {route}, a wish for a person is {person}, {before} named state, an item is \
         refused with {} ({}); writable again, a person is requested after {outbox_ms:.0} ms, an item is taken with {}, {} named states \
         after {:.0} ms",
        refused.status,
        refused.body["error"]["message"].as_str().unwrap_or_default(),
        taken.0,
        taken.1,
        since.elapsed().as_secs_f64() * 1000.0
    );
}

/// The kernel finds a fault of the disk while usher serves, and refuses every write from then on. Only a restart of the machine ends that.
async fn disk_given_up() {
    let (data, file) = kiosk();
    let card = tempfile::tempdir().expect("a folder can be made");
    let script = "truncate -s 256M \"$1/card\" && mkfs.ext4 -q \"$1/card\" && cp -a \"$0\" \"$1/kept\" && mount -o loop \"$1/card\" \"$0\" \
                  && cp -a \"$1/kept/.\" \"$0\" && shift && exec \"$@\"";
    let mut program = Command::new("unshare");
    program.args(["--mount", "--propagation", "private", "sh", "-c", script]).arg(data.path()).arg(card.path());
    program.arg(support::usher());
    let mut scene = Scene::open(program, data.path(), &file).await;
    let before = scene.person().await;
    let mut entered = Command::new("nsenter");
    entered.args(["--target", &scene.server.id().to_string(), "--mount", "--", "mount", "-o", "remount,abort"]);
    assert!(entered.arg(data.path()).status().expect("nsenter runs; `apt-get install util-linux`").success());
    let since = Instant::now();
    let (route, person) = (scene.question().await, scene.person().await);
    let ready = loop {
        let ready = scene.server.get("/readyz").await;
        if ready.1.contains("disk_read_only") || since.elapsed() > Duration::from_secs(60) {
            break ready;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    };
    println!(
        "faults: disk given up while serving: a wish for a person was {before}; now a question is {route}, a wish for a person is \
         {person}; after {:.0} ms /readyz says {} {}",
        since.elapsed().as_secs_f64() * 1000.0,
        ready.0,
        ready.1.lines().last().unwrap_or_default()
    );
}

/// The wall clock jumps while usher serves; what counts time goes on by the other clock.
async fn clock(jump: &str) {
    let (data, file) = kiosk();
    let offset = data.path().join("offset");
    std::fs::write(&offset, "+0").expect("the offset can be written");
    let mut program = Command::new(support::usher());
    program
        .env("LD_PRELOAD", faketime())
        .env("FAKETIME_TIMESTAMP_FILE", &offset)
        .env("FAKETIME_NO_CACHE", "1")
        .env("FAKETIME_DONT_FAKE_MONOTONIC", "1");
    let mut scene = Scene::open(program, data.path(), &file).await;
    let before = (scene.question().await, scene.person().await);
    std::fs::write(&offset, jump).expect("the offset can be written");
    let after = (scene.question().await, scene.person().await);
    std::fs::write(&offset, "+0").expect("the offset can be written");
    let back = (scene.question().await, scene.person().await);
    println!(
        "faults: clock {jump}: before {before:?}, after {after:?}, back {back:?}, ready {}",
        scene.is_ready().await
    );
}

fn faketime() -> &'static str {
    let found = [
        "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1",
        "/usr/lib/aarch64-linux-gnu/faketime/libfaketimeMT.so.1",
    ];
    found.into_iter().find(|path| Path::new(path).exists()).expect("run `./deploy/setup.sh long`")
}

/// Starts this program again where one packet in a hundred is lost.
fn begin_lossy() {
    let rules = "ip link set lo up && nft add table inet t && nft add chain inet t out '{ type filter hook output priority 0; }' \
                 && nft add rule inet t out numgen random mod 100 == 0 drop && exec \"$0\" faults";
    let own = std::env::current_exe().expect("this program has a path");
    let done = Command::new("unshare").args(["--net", "sh", "-c", rules]).arg(own).env(INSIDE, "1").status();
    assert!(
        done.expect("unshare runs; `apt-get install util-linux`").success(),
        "the lossy network was not made; run `./deploy/setup.sh long`"
    );
}

async fn lossy() {
    let (data, file) = kiosk();
    let mut scene = Scene::open(Command::new(support::usher()), data.path(), &file).await;
    let mut times = visits::visit(&mut scene.visitor, 0, LOSSY_QUESTIONS).await;
    let person = scene.person().await;
    println!(
        "faults: 1 % of packets lost: {LOSSY_QUESTIONS} questions answered, {}; a wish for a person is {person}",
        crate::measured::quantiles(&mut times)
    );
}

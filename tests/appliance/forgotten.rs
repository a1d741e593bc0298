//! What a visitor typed, said, showed and told a person is on no disk: not while the visit lasts, not after it, not after a kill or
//! a stop. And nothing that waits for a notice begins without it.

use std::path::{Path, PathBuf};
use std::process::Command;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::desk::{self, Agent};
use crate::searching::Planted;
use crate::server::{Server, Socket};
use crate::support::{self, own_data};
use crate::systems::{BOARDING, MOCHI, Systems, boarding_pass};

const DECLINED: &str = "my heliotrope zanzibar walrus sank in the moat";
const CHINESE: &str = "我的紫色斑马在锅炉房里打瞌睡";
const TO_A_PERSON: &str = "the grumblewort saxophone belongs to my aunt";
const FROM_A_PERSON: &str = "your flibberty accordion waits at the marzipan gate";
/// On the boarding pass.
const PASSENGER: &str = "DOE/ALEX";

/// The airport with its systems and a desk, its temporary files in a folder of its own.
struct Scene {
    server: Server,
    systems: Systems,
    file: PathBuf,
    data: tempfile::TempDir,
    temporary: tempfile::TempDir,
}

impl Scene {
    fn open() -> Self {
        let (data, temporary) = (own_data("airport"), tempfile::tempdir().expect("a folder can be made"));
        let systems = Systems::start();
        let file = systems.site(data.path(), "");
        desk::add_with(data.path(), ["--config", file.to_str().expect("the path is text")], "anna", "en,zh");
        let server = served(data.path(), &file, temporary.path());
        Self { server, systems, file, data, temporary }
    }

    /// Fails where any planted word lies.
    fn holds_nothing(&self, planted: &Planted, when: &str) {
        let (mut found, looked_at) = planted.lying_in(&[self.data.path(), self.temporary.path()]);
        assert!(
            looked_at > 8,
            "{looked_at} files are too few for an appliance: knowledge, desk, kiosk, logs, statistics"
        );
        found.extend(planted.open_in(self.server.id()));
        let log = self.server.log();
        assert!(log.contains("turn"), "the journal is read");
        found.extend(planted.within(log.as_bytes()).into_iter().map(|words| format!("the journal: {words}")));
        assert!(found.is_empty(), "{when}: {found:#?}");
    }
}

fn served(data: &Path, file: &Path, temporary: &Path) -> Server {
    let mut program = Command::new(support::usher());
    program.env("TMPDIR", temporary).env_remove("LOGS_DIRECTORY");
    Server::by(program, data, file)
}

/// One visit with all that can be said; gives what was planted, with what the ears made of the spoken sentence.
async fn visit(scene: &Scene) -> (Planted, Socket) {
    let mut planted = Planted::new(&[DECLINED, CHINESE, TO_A_PERSON, FROM_A_PERSON, MOCHI, PASSENGER]);
    scene.server.ready().await;
    let mut anna = Agent::come(&scene.server, "anna").await;
    let mut visitor = scene.server.open().await;
    visitor.until("session.created").await;
    visitor.ask(DECLINED).await;
    assert_eq!(answered(&mut visitor).await["route"], "decline");
    visitor.ask(CHINESE).await;
    answered(&mut visitor).await;
    visitor.ask("How is my pet doing?").await;
    answered(&mut visitor).await;
    visitor.ask(&format!("it is {MOCHI}")).await;
    assert_eq!(answered(&mut visitor).await["route"], "show", "the tag was asked for at the airport's system");
    show(&mut visitor, &boarding_pass(BOARDING)).await;
    answered(&mut visitor).await;
    planted.add(&spoken(&mut visitor, "I lost my black suitcase at the train station yesterday morning").await);
    visitor.say(json!({"type": "usher.phone"})).await;
    visitor.until("usher.phone").await;
    scene.holds_nothing(&planted, "while usher answers");
    visitor.say(json!({"type": "usher.person"})).await;
    let sent = visitor.handoff("requested").await;
    assert!(sent["sent"]["lines"].to_string().contains(DECLINED), "the person's package has the words: {sent}");
    visitor.say(json!({"type": "usher.handoff.release", "struck": []})).await;
    let case = anna.take().await;
    visitor.handoff("live").await;
    visitor.say(json!({"type": "usher.handoff.message", "text": TO_A_PERSON})).await;
    anna.socket.first("the visitor's line", |event| event["type"] == "message" && event["text"] == TO_A_PERSON).await;
    anna.say(json!({"type": "message", "case": case, "text": FROM_A_PERSON})).await;
    visitor.until("usher.handoff.message").await;
    scene.holds_nothing(&planted, "while a person is on");
    anna.end(&case, &["the marzipan gate at noon"]).await;
    planted.add("the marzipan gate at noon");
    visitor.handoff("wrap_up").await;
    visitor.say(json!({"type": "usher.handoff.done"})).await;
    visitor.handoff("bot").await;
    visitor.say(json!({"type": "usher.end"})).await;
    visitor.until("usher.ended").await;
    (planted, visitor)
}

/// The answer, once its turn is over.
async fn answered(visitor: &mut Socket) -> Value {
    // The voice may be saying something of the hand-over first: that response has no answer, and ends when the question begins.
    loop {
        let events = visitor.until("response.done").await;
        if let Some(whole) = events.iter().rfind(|event| event["type"] == "usher.answer") {
            return whole.clone();
        }
    }
}

fn picture(jpeg: &[u8]) -> Value {
    let url = format!("data:image/jpeg;base64,{}", STANDARD.encode(jpeg));
    let content = json!([{"type": "input_image", "image_url": url}, {"type": "input_text", "text": ""}]);
    json!({"type": "conversation.item.create", "item": {"type": "message", "role": "user", "content": content}})
}

async fn show(visitor: &mut Socket, jpeg: &[u8]) {
    visitor.say(picture(jpeg)).await;
    visitor.say(json!({"type": "response.create"})).await;
}

/// Says `text` and gives what was heard.
async fn spoken(visitor: &mut Socket, text: &str) -> String {
    let bytes: Vec<u8> = support::said(text, 24_000).iter().flat_map(|sample| sample.to_le_bytes()).collect();
    let detection = json!({"audio": {"input": {"turn_detection": null}}});
    visitor.say(json!({"type": "session.update", "session": detection})).await;
    for piece in bytes.chunks(48_000) {
        visitor.say(json!({"type": "input_audio_buffer.append", "audio": STANDARD.encode(piece)})).await;
    }
    visitor.say(json!({"type": "input_audio_buffer.commit"})).await;
    visitor.say(json!({"type": "response.create"})).await;
    let kind = "conversation.item.input_audio_transcription.completed";
    let heard = visitor.first(kind, |event| event["type"] == kind).await["transcript"].as_str().unwrap().to_string();
    visitor.until("response.done").await;
    assert!(heard.len() > 20, "{heard:?} is too short to be looked for");
    heard
}

#[tokio::test]
async fn nothing_of_a_visit_is_on_the_disk_while_it_lasts_nor_after_a_kill() {
    let mut scene = Scene::open();
    let (planted, visitor) = visit(&scene).await;
    scene.holds_nothing(&planted, "after the visit");
    drop(visitor);
    Command::new("kill").args(["-9", &scene.server.id().to_string()]).status().expect("kill runs");
    scene.server.wait();
    scene.holds_nothing(&planted, "after a kill");
    // The search could fail: one file of it in either folder would be found.
    for folder in [scene.data.path(), scene.temporary.path()] {
        let file = folder.join("spooled.part");
        std::fs::write(&file, STANDARD.encode(format!("…{DECLINED}…"))).expect("the folder can be written");
        assert_eq!(planted.lying_in(&[folder]).0, [format!("{}: {{{DECLINED:?}}}", file.display())]);
        std::fs::remove_file(file).expect("it was written");
    }
    // What comes back after the kill writes nothing down either, nor does what an orderly stop flushes.
    scene.server = served(scene.data.path(), &scene.file, scene.temporary.path());
    let (planted, visitor) = visit(&scene).await;
    drop(visitor);
    Command::new("kill").arg(scene.server.id().to_string()).status().expect("kill runs");
    assert_eq!(scene.server.wait(), Some(0));
    scene.holds_nothing(&planted, "after a stop");
}

#[tokio::test]
async fn what_cannot_be_asked_of_a_system_is_not_told_in_the_log() {
    let mut scene = Scene::open();
    let planted = Planted::new(&[MOCHI]);
    scene.systems.stop();
    let mut visitor = scene.server.open().await;
    visitor.ask(MOCHI).await;
    assert_eq!(answered(&mut visitor).await["route"], "decline");
    assert!(scene.server.log().contains("a business system gave no answer"), "{}", scene.server.log());
    scene.holds_nothing(&planted, "after a system failed");
}

#[tokio::test]
async fn a_crash_leaves_no_dump() {
    let server = Server::start("airport");
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", server.id())).expect("the process is there");
    let core = limits.lines().find(|line| line.starts_with("Max core file size")).expect("there is such a limit");
    assert_eq!(core.split_whitespace().skip(4).take(2).collect::<Vec<_>>(), ["0", "0"], "{core}");
}

/// A page that shows no notice: no camera looks, nobody listens on, no person reads.
#[tokio::test]
async fn what_waits_for_a_notice_does_not_begin_without_it() {
    let scene = Scene::open();
    let mut anna = Agent::come(&scene.server, "anna").await;
    let mut visitor = scene.server.open_without_notices().await;
    visitor.until("session.created").await;
    visitor.say(json!({"type": "usher.notices", "shown": []})).await;
    let refused = |event: &Value| {
        let message = event["error"]["message"].as_str().unwrap_or_default().to_string();
        assert!(message.contains("may not start: the notices"), "{event}");
        message
    };
    let frame = STANDARD.encode(boarding_pass(BOARDING));
    for (said, feature) in [
        (json!({"type": "usher.camera.frame", "image": frame}), "reading_camera"),
        (picture(&boarding_pass(BOARDING)), "reading_camera"),
        (json!({"type": "input_audio_buffer.append", "audio": "AAAAAAAA"}), "hands_free"),
    ] {
        visitor.say(said).await;
        let message = refused(visitor.until("error").await.last().unwrap());
        assert!(message.starts_with(feature), "{message}");
    }
    // The camera of the site is no longer looked through; the answer stands in words.
    visitor.ask(MOCHI).await;
    let answer = answered(&mut visitor).await;
    let kinds = |answer: &Value| {
        answer["media"].as_array().unwrap().iter().map(|one| one["kind"].to_string()).collect::<Vec<_>>()
    };
    assert!(answer["route"] == "show" && !kinds(&answer).contains(&"\"clip\"".to_string()), "{answer}");
    visitor.ask(DECLINED).await;
    answered(&mut visitor).await;
    visitor.say(json!({"type": "usher.person"})).await;
    visitor.handoff("requested").await;
    visitor.say(json!({"type": "usher.handoff.release", "struck": []})).await;
    let message = refused(visitor.until("error").await.last().unwrap());
    assert!(message.starts_with("person_transcript"), "{message}");
    let case = anna.rung().await;
    anna.say(json!({"type": "accept", "case": case})).await;
    let briefing = anna.told("case").await;
    assert!(!briefing.to_string().contains("walrus"), "{briefing}");
    // Once the page shows them, everything begins.
    let shown = ["ai", "camera", "microphone", "recording", "person", "made_by_ai", "contact"];
    visitor.say(json!({"type": "usher.notices", "shown": shown})).await;
    visitor.say(json!({"type": "usher.handoff.release", "struck": []})).await;
    let whole = |event: &Value| event["type"] == "case" && event.to_string().contains("walrus");
    anna.socket.first("the visitor's words", whole).await;
}

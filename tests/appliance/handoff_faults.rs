//! The hand-over when programs are killed and the disk is full.

use serde_json::json;

use crate::desk::{self, Agent};
use crate::server::Server;
use crate::{handoff_nats, kills, support};

#[tokio::test]
async fn a_request_that_was_told_survives_a_killed_kiosk_and_a_killed_desk() {
    let counted = kills::walk(5, 20_261_123, |_| {}).await;
    assert!(counted.kills == 5 && counted.lost.is_empty() && counted.doubled.is_empty(), "{counted:?}");
}

#[tokio::test]
async fn on_a_full_disk_the_visitor_is_told_and_usher_serves_on() {
    let folder = tempfile::tempdir().unwrap();
    let file = support::site_with_desk(folder.path(), "{ link = \"local\" }");
    desk::add_with(folder.path(), ["--config", file.to_str().unwrap()], "anna", "en,zh");
    let server = Server::with_bounded_files(folder.path(), &file);
    let mut anna = Agent::come(&server, "anna").await;
    let mut visitor = server.open().await;
    visitor.until("session.created").await;
    server.bound_files("1");
    visitor.say(json!({"type": "usher.person"})).await;
    assert_eq!(visitor.handoff("unavailable").await["reason"], "not_stored");
    visitor.ask("is there free wifi").await;
    let answer = visitor.first("an answer", |event| event["type"] == "usher.answer").await;
    assert_eq!(answer["route"], "answer");
    server.bound_files("unlimited");
    visitor.say(json!({"type": "usher.handoff.done"})).await;
    visitor.handoff("bot").await;
    handoff_nats::ask(&mut visitor).await;
    anna.rung().await;
}

/// The kiosk's program dies in the middle of a conversation and is started again: its page, which still stands before the visitor,
/// takes the conversation up where it was.
#[tokio::test]
async fn a_conversation_outlives_the_kiosks_program() {
    let mut pair = kills::Pair::open(None);
    let mut anna = pair.agent().await;
    let mut visitor = kills::visitor(&pair).await;
    visitor.say(json!({"type": "usher.person"})).await;
    let requested = visitor.handoff("requested").await;
    let case = anna.take().await;
    visitor.handoff("live").await;
    visitor.say(json!({"type": "usher.handoff.message", "text": "before"})).await;
    anna.socket.first("a line", |event| event["type"] == "message" && event["text"] == "before").await;
    pair.kiosk = None;
    pair.start_kiosk();
    let mut again = kills::visitor(&pair).await;
    let token = &requested["token"];
    again.say(json!({"type": "usher.handoff.resume", "case": case, "token": token})).await;
    again.handoff("live").await;
    again.say(json!({"type": "usher.handoff.message", "text": "after"})).await;
    anna.socket.first("a line", |event| event["type"] == "message" && event["text"] == "after").await;
    anna.say(json!({"type": "message", "case": case, "text": "still here"})).await;
    let line =
        again.first("a line", |event| event["type"] == "usher.handoff.message" && event["from"] == "agent").await;
    assert_eq!(line["text"], "still here");
    anna.end(&case, &[]).await;
    again.handoff("wrap_up").await;
}

//! The hand-over through the sockets that the pages use: what a visitor is promised, what a person is told, and the nine ways in
//! which other systems are known to strand people.

use serde_json::{Value, json};
use usher::domain::Language;
use usher::handoff::{Outcome, State, sentences};

use crate::desk::{self, Agent};
use crate::server::{Server, Socket};
use crate::support::{self, own_data};

/// A kiosk with its own desk and one free agent.
struct Scene {
    server: Server,
    visitor: Socket,
    anna: Agent,
    data: tempfile::TempDir,
}

impl Scene {
    async fn open() -> Self {
        let data = own_data("airport");
        desk::add(data.path(), "airport", "anna", "en,zh");
        let server = Server::start_in(data.path(), "airport");
        let anna = Agent::come(&server, "anna").await;
        let mut visitor = server.open().await;
        visitor.until("session.created").await;
        visitor.say(json!({"type": "session.update", "session": {"usher": {"speak": false}}})).await;
        Self { server, visitor, anna, data }
    }

    /// To the middle of a conversation.
    async fn live(&mut self) -> String {
        self.visitor.say(json!({"type": "usher.person"})).await;
        let case = self.anna.take().await;
        self.visitor.handoff("live").await;
        case
    }
}

#[tokio::test]
async fn one_touch_brings_a_person_who_knows_and_ends_with_what_was_agreed() {
    let mut scene = Scene::open().await;
    scene.visitor.ask("my card 4111 1111 1111 1111 was swallowed by the zebra machine").await;
    scene.visitor.until("response.done").await;
    scene.visitor.say(json!({"type": "usher.person"})).await;
    let requested = scene.visitor.handoff("requested").await;
    let lines = requested["sent"]["lines"].to_string();
    assert!(lines.contains("zebra") && !lines.contains("4111"), "{lines}");
    scene.visitor.say(json!({"type": "usher.handoff.release", "struck": []})).await;
    let case = scene.anna.rung().await;
    scene.anna.say(json!({"type": "accept", "case": case})).await;
    let briefing = scene
        .anna
        .socket
        .first("the visitor's words", |event| event["type"] == "case" && event["case"]["package"]["revision"] == 2)
        .await;
    let package = &briefing["case"]["package"];
    assert!(package["need"].as_str().unwrap().contains("zebra"), "{package}");
    assert!(!package.to_string().contains("4111"), "{package}");
    assert_eq!(package["tried"][0]["outcome"], "declined");
    assert!(package["withheld"].to_string().contains("redacted"), "{package}");
    scene.visitor.handoff("briefing").await;
    scene.anna.say(json!({"type": "ready", "case": case})).await;
    scene.visitor.handoff("live").await;
    scene.anna.say(json!({"type": "message", "case": case, "text": "您好 hello"})).await;
    assert_eq!(scene.visitor.until("usher.handoff.message").await.last().unwrap()["text"], "您好 hello");
    scene.visitor.say(json!({"type": "usher.handoff.typing", "text": "thank"})).await;
    assert_eq!(scene.anna.told("typing").await["text"], "thank");
    scene.visitor.say(json!({"type": "usher.handoff.message", "text": "thank you"})).await;
    scene
        .anna
        .socket
        .first("the visitor's line", |event| event["type"] == "message" && event["from"] == "visitor")
        .await;
    scene.anna.end(&case, &["a new card at counter 3"]).await;
    assert_eq!(scene.visitor.handoff("wrap_up").await["promises"], json!(["a new card at counter 3"]));
    scene.visitor.say(json!({"type": "usher.handoff.rate", "stars": 5})).await;
    scene.visitor.say(json!({"type": "usher.handoff.done"})).await;
    scene.visitor.handoff("bot").await;
    let said = scene.visitor.until("response.output_audio_transcript.delta").await;
    assert!(said.last().unwrap()["delta"].as_str().unwrap().contains("counter 3"), "{said:?}");
    let records = support::usher_in(scene.data.path(), "airport", &["desk", "records", "--json"]).document();
    assert_eq!(records[0]["outcome"], "solved");
    let everything = std::fs::read(scene.data.path().join("sites/airport/desk.db")).unwrap();
    assert!(!everything.windows(5).any(|bytes| bytes == b"zebra"), "the visitor's words are still on the disk");
}

#[tokio::test]
async fn a_struck_line_never_leaves_the_kiosk() {
    let mut scene = Scene::open().await;
    scene.visitor.ask("where is the zebra machine").await;
    scene.visitor.until("response.done").await;
    scene.visitor.say(json!({"type": "usher.person"})).await;
    let requested = scene.visitor.handoff("requested").await;
    let ids: Vec<&Value> = requested["sent"]["lines"].as_array().unwrap().iter().map(|line| &line["id"]).collect();
    scene.visitor.say(json!({"type": "usher.handoff.review"})).await;
    scene.visitor.say(json!({"type": "usher.handoff.release", "struck": ids})).await;
    let case = scene.anna.rung().await;
    scene.anna.say(json!({"type": "accept", "case": case})).await;
    let second = scene
        .anna
        .socket
        .first("the second revision", |event| event["type"] == "case" && event["case"]["package"]["revision"] == 2)
        .await;
    assert!(!second.to_string().contains("zebra"), "{second}");
    assert!(second["case"]["package"]["withheld"].to_string().contains("struck"), "{second}");
}

#[tokio::test]
async fn the_word_reaches_a_person_in_both_languages() {
    for word in ["I want to talk to a human", "转人工"] {
        let mut scene = Scene::open().await;
        scene.visitor.ask(word).await;
        assert_eq!(scene.visitor.handoff("requested").await["rule"], "person_word");
        scene.anna.rung().await;
    }
}

#[tokio::test]
async fn failures_and_policy_topics_offer_a_person_and_a_no_is_respected() {
    let mut scene = Scene::open().await;
    for question in ["what is the colour of your dreams", "who won the 1974 zebra race"] {
        scene.visitor.ask(question).await;
        scene.visitor.until("response.done").await;
    }
    assert_eq!(scene.visitor.handoff("offered").await["rule"], "two_failed");
    scene.visitor.say(json!({"type": "usher.handoff.decline"})).await;
    scene.visitor.handoff("bot").await;
    scene.visitor.ask("I can't find my little boy").await;
    assert_eq!(scene.visitor.handoff("offered").await["rule"], "lost_child");
    scene.visitor.say(json!({"type": "usher.handoff.accept"})).await;
    scene.anna.rung().await;
}

#[tokio::test]
async fn nobody_is_promised_when_nobody_is_there() {
    let data = own_data("airport");
    let server = Server::start_in(data.path(), "airport");
    let mut visitor = server.open().await;
    visitor.say(json!({"type": "usher.person"})).await;
    let told = visitor.handoff("unavailable").await;
    assert_eq!(told["reason"], "no_agent");
    assert!(told["alternatives"]["counter"]["place"].as_str().unwrap().contains("check-in islands"));
    assert!(told["alternatives"]["ticket"]["qr"].as_str().unwrap().contains("<svg"));
    visitor.say(json!({"type": "usher.handoff.callback", "name": "Mei", "phone": "12"})).await;
    visitor.until("error").await;
    visitor.say(json!({"type": "usher.handoff.callback", "name": "Mei", "phone": "+65 5550 0100"})).await;
    visitor.handoff("callback_booked").await;
    desk::add(data.path(), "airport", "anna", "en");
    let mut anna = Agent::open(&server, "anna").await;
    let board = anna
        .socket
        .first("a booked call", |event| event["callbacks"].as_array().is_some_and(|calls| !calls.is_empty()))
        .await;
    assert_eq!(board["callbacks"][0]["phone"], "+65 5550 0100");
    anna.say(json!({"type": "called", "id": board["callbacks"][0]["id"]})).await;
    anna.socket.first("no more calls", |event| event["callbacks"].as_array().is_some_and(Vec::is_empty)).await;
}

#[tokio::test]
async fn a_visitor_is_not_sent_to_somebody_who_does_not_speak_their_language() {
    let data = own_data("airport");
    desk::add(data.path(), "airport", "bob", "en");
    let server = Server::start_in(data.path(), "airport");
    let _bob = Agent::come(&server, "bob").await;
    let mut visitor = server.open().await;
    visitor.say(json!({"type": "session.update", "session": {"usher": {"language": "zh"}}})).await;
    visitor.say(json!({"type": "usher.person"})).await;
    assert_eq!(visitor.handoff("unavailable").await["reason"], "no_language");
}

#[tokio::test]
async fn an_agent_shows_and_points_and_proposals_stay_at_the_desk() {
    let mut scene = Scene::open().await;
    let case = scene.live().await;
    scene.anna.say(json!({"type": "search", "case": case, "text": "lost property office"})).await;
    let found = scene.anna.told("found").await;
    let results = found["results"].as_array().unwrap();
    let place = results.iter().find(|result| result["kind"] == "map").expect("the place is on the map");
    scene.anna.say(json!({"type": "push", "case": case, "kind": "map", "ref": place["ref"]})).await;
    let shown = scene.visitor.until("usher.handoff.shown").await.pop().unwrap();
    let (status, svg) = scene.server.get(shown["url"].as_str().unwrap()).await;
    assert!(status == 200 && svg.contains("<svg"), "{shown}");
    assert!(shown["text"].as_str().unwrap().lines().count() > 1, "{shown}");
    scene.anna.say(json!({"type": "push", "case": case, "kind": "source", "ref": "made up"})).await;
    scene.anna.told("error").await;
    scene.anna.say(json!({"type": "point", "case": case, "x": 0.25, "y": 7})).await;
    assert_eq!(scene.visitor.until("usher.handoff.pointer").await.pop().unwrap()["y"], 1.0);
    scene.visitor.say(json!({"type": "usher.handoff.message", "text": "is there free wifi"})).await;
    scene.anna.told("message").await;
    scene.anna.say(json!({"type": "suggest", "case": case})).await;
    let replies = scene.anna.told("suggestions").await;
    assert!(replies["replies"][0]["text"].as_str().unwrap().contains("LanternBay-Free"), "{replies}");
    assert_eq!(replies["replies"][0]["sources"][0]["document"], "wifi");
}

#[tokio::test]
async fn an_agent_who_does_not_answer_makes_room_for_the_next_and_the_page_may_be_reloaded() {
    let mut scene = Scene::open().await;
    desk::add(scene.data.path(), "airport", "ben", "en,zh");
    scene.visitor.say(json!({"type": "usher.person"})).await;
    let case = scene.anna.rung().await;
    let mut ben = Agent::come(&scene.server, "ben").await;
    scene.anna.say(json!({"type": "decline", "case": case, "reason": "skill"})).await;
    assert_eq!(ben.take().await, case);
    scene.visitor.handoff("live").await;
    ben.say(json!({"type": "message", "case": case, "text": "one moment"})).await;
    scene.visitor.until("usher.handoff.message").await;
    drop(ben);
    let mut again = Agent::open(&scene.server, "ben").await;
    let whole = again.told("case").await;
    assert_eq!(whole["case"]["messages"][0]["text"], "one moment");
    assert_eq!(whole["case"]["state"], "live");
}

#[tokio::test]
async fn a_page_that_was_loaded_anew_takes_its_hand_over_up_again() {
    let mut scene = Scene::open().await;
    scene.visitor.say(json!({"type": "usher.person"})).await;
    let requested = scene.visitor.handoff("requested").await;
    let (case, token) = (requested["case"].clone(), requested["token"].clone());
    scene.anna.take().await;
    scene.visitor.handoff("live").await;
    let mut again = scene.server.open().await;
    scene.visitor = scene.server.open().await;
    again.say(json!({"type": "usher.handoff.resume", "case": case, "token": "guessed"})).await;
    again.handoff("bot").await;
    again.say(json!({"type": "usher.handoff.resume", "case": case, "token": token})).await;
    assert_eq!(again.handoff("live").await["bot"], false);
}

// The nine bugs of other systems.

/// The visitor hung up before anybody took the call, and the call rang on (LiveKit agents-js #2008).
#[tokio::test]
async fn bug_1_a_cancelled_call_rings_nobody() {
    let mut scene = Scene::open().await;
    scene.visitor.say(json!({"type": "usher.person"})).await;
    let case = scene.anna.rung().await;
    scene.visitor.say(json!({"type": "usher.handoff.cancel"})).await;
    scene.visitor.handoff("bot").await;
    assert_eq!(scene.anna.told("ring_over").await["why"], "cancelled");
    scene.anna.say(json!({"type": "accept", "case": case})).await;
    scene.anna.told("ring_over").await;
    scene.visitor.ask("is there free wifi").await;
    let events = scene.visitor.until("response.done").await;
    assert!(!events.iter().any(|event| event["state"] == "briefing"), "{events:?}");
}

/// "Hold" silenced the bot's voice while its ears and tools ran on (LiveKit agents-js #2221).
#[tokio::test]
async fn bug_2_usher_answers_nothing_while_a_person_is_on() {
    let mut scene = Scene::open().await;
    let case = scene.live().await;
    scene.visitor.ask("is there free wifi").await;
    scene.visitor.say(json!({"type": "usher.touch", "item": "wifi", "label": "wifi"})).await;
    scene.visitor.say(json!({"type": "usher.repeat"})).await;
    for _ in 0..4 {
        let event = scene.visitor.until("error").await.pop().unwrap();
        assert_eq!(event["error"]["code"], "held");
    }
    scene.anna.end(&case, &[]).await;
    let until_the_end = scene.visitor.until("usher.handoff").await;
    assert!(!until_the_end.iter().any(|event| event["type"] == "response.created"), "{until_the_end:?}");
}

/// A failed transfer took the close listener with it, and the caller was on hold for ever (LiveKit agents-js #2358).
#[tokio::test]
async fn bug_3_a_lost_agent_gives_the_visitor_back_and_a_lost_visitor_frees_the_agent() {
    let mut scene = Scene::open().await;
    desk::add(scene.data.path(), "airport", "ben", "en,zh");
    let case = scene.live().await;
    let mut ben = Agent::come(&scene.server, "ben").await;
    drop(scene.anna);
    assert_eq!(ben.take().await, case);
    assert_eq!(scene.visitor.handoff("ringing").await["bot"], true);
    scene.visitor.handoff("live").await;
    scene.visitor.say(json!({"type": "usher.end"})).await;
    let told = ben.socket.first("the visitor's leaving", |event| event["why"] == "visitor_left").await;
    assert_eq!(told["state"], "wrap_up");
}

/// The notice of hanging up was generated, and repeated the whole briefing (LiveKit agents-js #2167).
#[tokio::test]
async fn bug_4_the_end_is_told_in_a_fixed_sentence() {
    let mut scene = Scene::open().await;
    let case = scene.live().await;
    scene.anna.end(&case, &[]).await;
    let ended = State::WrapUp { agent: "Anna".into(), outcome: Outcome::Solved, promises: Vec::new() };
    let expected = sentences::message(&ended, Language::English);
    assert_eq!(scene.visitor.handoff("wrap_up").await["message"], expected);
}

/// A transfer failed without a reason that a program could read (LiveKit agents PR #7253).
#[tokio::test]
async fn bug_5_every_failure_has_its_reason() {
    let mut scene = Scene::open().await;
    scene.visitor.say(json!({"type": "usher.person"})).await;
    let case = scene.anna.rung().await;
    scene.anna.say(json!({"type": "decline", "case": case, "reason": "break"})).await;
    let told = scene.visitor.handoff("unavailable").await;
    assert_eq!(told["reason"], "no_agent");
    assert_eq!(told["bot"], true);
}

/// The bot "heard" the music while the caller was on hold (pipecat-flows PR #192).
#[tokio::test]
async fn bug_6_sound_during_a_conversation_becomes_no_question() {
    let mut scene = Scene::open().await;
    let case = scene.live().await;
    let speech = support::said("Where is the lost property office?", 24_000);
    for piece in speech.chunks(24_000) {
        let bytes: Vec<u8> = piece.iter().flat_map(|sample| sample.to_le_bytes()).collect();
        use base64::Engine;
        let audio = base64::engine::general_purpose::STANDARD.encode(bytes);
        scene.visitor.say(json!({"type": "input_audio_buffer.append", "audio": audio})).await;
    }
    scene.visitor.say(json!({"type": "input_audio_buffer.commit"})).await;
    assert_eq!(scene.visitor.until("error").await.pop().unwrap()["error"]["code"], "held");
    scene.anna.end(&case, &[]).await;
    scene.visitor.handoff("wrap_up").await;
    scene.visitor.say(json!({"type": "usher.handoff.done"})).await;
    scene.visitor.handoff("bot").await;
    scene.visitor.ask("is there free wifi").await;
    let events = scene.visitor.first("the answer to what was typed", |event| event["type"] == "usher.answer").await;
    assert!(events["answer"].as_str().unwrap().contains("LanternBay-Free"), "{events}");
}

/// The bot answered after the conversation was open to a human (chatwoot/rasa-agent-bot-demo #12).
#[tokio::test]
async fn bug_7_an_answer_under_way_stops_when_a_person_comes_and_returns_when_they_are_lost() {
    let mut scene = Scene::open().await;
    scene.visitor.say(json!({"type": "session.update", "session": {"usher": {"speak": true}}})).await;
    scene.visitor.say(json!({"type": "usher.person"})).await;
    let case = scene.anna.rung().await;
    // The longest answer there is: its voice lasts while the call is taken.
    scene.visitor.ask("is there free wifi").await;
    scene.visitor.first("the answer", |event| event["type"] == "usher.answer").await;
    scene.anna.say(json!({"type": "accept", "case": case})).await;
    let events = scene.visitor.until("usher.handoff").await;
    assert_eq!(events.last().unwrap()["state"], "briefing", "{:?}", events.last());
    scene.anna.say(json!({"type": "ready", "case": case})).await;
    let until_live = scene.visitor.until("usher.handoff").await;
    let spoke = |event: &Value| event["type"] == "response.output_audio.delta" || event["type"] == "response.created";
    assert!(!until_live.iter().any(spoke), "usher spoke while a person was on");
}

/// After the human part the bot stayed silent, for nothing marked its end (fazer-ai/agents #457).
#[tokio::test]
async fn bug_9_usher_answers_again_and_knows_what_was_agreed() {
    let mut scene = Scene::open().await;
    let case = scene.live().await;
    scene.anna.end(&case, &["a wheelchair at gate B22"]).await;
    scene.visitor.handoff("wrap_up").await;
    scene.visitor.say(json!({"type": "usher.handoff.done"})).await;
    scene.visitor.handoff("bot").await;
    scene.visitor.until("response.done").await;
    scene.visitor.say(json!({"type": "usher.repeat"})).await;
    let repeated = scene.visitor.until("response.done").await;
    let said: String = repeated.iter().filter_map(|event| event["delta"].as_str()).collect();
    assert!(said.contains("a wheelchair at gate B22"), "{said}");
    scene.visitor.ask("is there free wifi").await;
    let answer = scene.visitor.first("an answer", |event| event["type"] == "usher.answer").await;
    assert_eq!(answer["route"], "answer");
}

#[tokio::test]
async fn the_desk_lets_in_only_who_belongs_there() {
    let data = own_data("airport");
    let server = Server::start_in(data.path(), "airport");
    let login = |password: &str| json!({"name": "anna", "password": password});
    assert_eq!(server.post("/api/desk/login", &login("x")).await.0, 409);
    desk::add(data.path(), "airport", "anna", "en");
    assert_eq!(server.get("/api/desk/me").await.0, 401);
    assert_eq!(server.get("/api/desk/socket").await.0, 400);
    for _ in 0..8 {
        assert_eq!(server.post("/api/desk/login", &login("wrong password")).await.0, 401);
    }
    let (status, reply) = server.post("/api/desk/login", &login(desk::PASSWORD)).await;
    assert_eq!(status, 429, "{reply}");
    let (status, page) = server.get("/desk").await;
    assert!(status == 200 && page.contains("usher desk"));
}

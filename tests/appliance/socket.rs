//! The visitor's socket: typed, touched and spoken questions, cancelling, repeating, ending, and what is no event at all.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::server::{Server, Socket, one};
use crate::support;

#[tokio::test]
async fn a_typed_question_gets_a_sourced_spoken_captioned_answer_in_both_languages() {
    let server = Server::start("airport");
    let mut socket = server.open().await;
    assert_eq!(socket.next().await["type"], "session.created");
    for (question, language) in [("Where is the lost property office?", "en"), ("失物招领处在哪里？", "zh")] {
        socket.ask(question).await;
        let events = socket.until("response.done").await;
        let answer = one(&events, "usher.answer");
        assert_eq!((&answer["route"], &answer["language"]), (&json!("answer"), &json!(language)));
        assert_eq!(answer["sources"][0]["document"], "lost-property");
        assert_eq!(answer["answer"], answer["sources"][0]["quote"], "an approved answer is shown word for word");
        let captions: String = deltas(&events, "response.output_audio_transcript.delta").concat();
        let squeezed = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).collect::<String>();
        assert_eq!(squeezed(&captions), squeezed(answer["answer"].as_str().unwrap()));
        assert!(sound_seconds(&events) > 1.0);
        let done = one(&events, "response.done");
        assert_eq!(done["response"]["status"], "completed");
        assert!(done["usher"]["timings_ms"]["first_audio"].as_f64().unwrap() > 0.0);
    }
}

#[tokio::test]
async fn a_spoken_question_is_heard_by_push_to_talk_and_hands_free() {
    let server = Server::start("airport");
    server.ready().await;
    let sound = support::said("Where can I find a pharmacy?", 24_000);
    for hands_free in [false, true] {
        let mut socket = server.open().await;
        let detection = if hands_free { json!({"type": "server_vad"}) } else { Value::Null };
        socket
            .say(json!({"type": "session.update", "session": {"audio": {"input": {"turn_detection": detection}}}}))
            .await;
        socket.until("session.updated").await;
        append(&mut socket, &sound).await;
        if hands_free {
            append(&mut socket, &vec![0; 48_000]).await;
        } else {
            socket.say(json!({"type": "input_audio_buffer.commit"})).await;
            socket.say(json!({"type": "response.create"})).await;
        }
        let events = socket.until("response.done").await;
        let heard = one(&events, "conversation.item.input_audio_transcription.completed")["transcript"].to_string();
        assert!(heard.to_lowercase().contains("pharmacy"), "heard {heard}");
        assert_eq!(one(&events, "usher.answer")["sources"][0]["document"], "pharmacy");
        assert!(sound_seconds(&events) > 1.0);
    }
}

#[tokio::test]
async fn silence_becomes_no_question() {
    let server = Server::start("airport");
    let mut socket = server.open().await;
    socket.say(json!({"type": "session.update", "session": {"audio": {"input": {"turn_detection": null}}}})).await;
    append(&mut socket, &vec![0; 48_000]).await;
    socket.say(json!({"type": "input_audio_buffer.commit"})).await;
    socket.say(json!({"type": "response.create"})).await;
    let events = socket.until("response.done").await;
    one(&events, "usher.heard_nothing");
    assert!(events.iter().all(|event| event["type"] != "usher.answer"));
}

#[tokio::test]
async fn a_new_question_stops_the_answer_before_it() {
    let server = Server::start("bank");
    let mut socket = server.open().await;
    socket.ask("I lost my card").await;
    socket.until("response.created").await;
    socket.say(json!({"type": "usher.person"})).await;
    let events = socket.until("response.done").await;
    assert_eq!(one(&events, "response.done")["response"]["status"], "cancelled");
    // Nobody is at this desk: the visitor is told so at once, with the counter.
    let told = socket.handoff("unavailable").await;
    assert!(told["alternatives"]["counter"]["phone"].as_str().is_some_and(|phone| !phone.is_empty()), "{told}");
}

#[tokio::test]
async fn a_touched_topic_is_answered_repeated_and_forgotten() {
    let server = Server::start("bank");
    let mut socket = server.open().await;
    let (_, site) = server.get("/api/site").await;
    let site: Value = serde_json::from_str(site.split("\r\n\r\n").nth(1).unwrap()).unwrap();
    let item = site["topics"][0]["items"][0]["item"].as_str().expect("topics have questions").to_string();
    socket.say(json!({"type": "session.update", "session": {"usher": {"language": "zh"}}})).await;
    socket.say(json!({"type": "usher.touch", "item": item, "label": ""})).await;
    let events = socket.until("error").await;
    assert_eq!(one(&events, "error")["error"]["type"], "invalid_request_error", "a touch carries its label");
    socket.until("response.done").await;
    socket.say(json!({"type": "usher.touch", "item": item, "label": "卡"})).await;
    let events = socket.until("response.done").await;
    assert_eq!(one(&events, "usher.answer")["language"], "zh");
    socket.say(json!({"type": "usher.repeat"})).await;
    assert!(sound_seconds(&socket.until("response.done").await) > 1.0);
    socket.say(json!({"type": "usher.end"})).await;
    socket.until("usher.ended").await;
    socket.say(json!({"type": "usher.repeat"})).await;
    assert_eq!(sound_seconds(&socket.until("response.done").await), 0.0, "nothing of the visit is left to repeat");
}

#[tokio::test]
async fn what_is_no_event_is_refused_and_the_socket_serves_on() {
    let server = Server::start("airport");
    let mut socket = server.open().await;
    socket.next().await;
    let odd = [
        json!({"type": "no.such.event"}),
        json!([1, 2, 3]),
        json!({"type": "input_audio_buffer.append", "audio": "not base64!"}),
        json!({"type": "input_audio_buffer.append", "audio": "QUJD"}),
        json!({"type": "input_audio_buffer.commit"}),
        json!({"type": "session.update", "session": {"usher": {"language": "xx"}}}),
        json!({"type": "response.create"}),
    ];
    for event in odd {
        socket.say(event.clone()).await;
        let events = socket.until("error").await;
        let error = one(&events, "error");
        assert_eq!(error["error"]["type"], "invalid_request_error", "{event}");
        assert!(!error["usher"]["message"].as_str().unwrap().is_empty());
    }
    for text in ["", " \u{202e} ", "\u{0}\u{1}\u{2}\u{3}", &"long ".repeat(2_000)] {
        socket.ask(text).await;
        let events = socket.until("response.done").await;
        assert_eq!(one(&events, "response.done")["response"]["status"], "failed");
    }
    socket.ask("wifi").await;
    assert_eq!(one(&socket.until("response.done").await, "usher.answer")["route"], "answer");
}

#[tokio::test]
async fn one_visit_too_many_is_told_so_and_the_others_go_on() {
    let server = Server::start("airport");
    let mut held = Vec::new();
    for _ in 0..8 {
        let mut socket = server.open().await;
        assert_eq!(socket.next().await["type"], "session.created");
        held.push(socket);
    }
    let mut refused = server.open().await;
    assert_eq!(refused.next().await["error"]["code"], "full");
    held[0].ask("wifi").await;
    one(&held[0].until("response.done").await, "usher.answer");
}

#[tokio::test]
async fn a_page_of_another_site_may_not_open_the_socket() {
    use tokio_tungstenite::tungstenite::client::IntoClientRequest;
    let server = Server::start("airport");
    let mut request = format!("ws://{}/v1/realtime", server.address).into_client_request().unwrap();
    request.headers_mut().insert("Origin", "https://elsewhere.example".parse().unwrap());
    assert!(tokio_tungstenite::connect_async(request).await.is_err());
}

#[tokio::test]
async fn sigterm_ends_the_turn_in_hand_and_the_process_with_0() {
    let mut server = Server::start("airport");
    let mut socket = server.open().await;
    socket.ask("Where is the lost property office?").await;
    socket.until("usher.answer").await;
    std::process::Command::new("kill").arg(server.id().to_string()).status().expect("kill runs");
    socket.until("error").await;
    let code = tokio::time::timeout(Duration::from_secs(60), tokio::task::spawn_blocking(move || server.wait()));
    assert_eq!(code.await.expect("it ends in time").unwrap(), Some(0));
}

async fn append(socket: &mut Socket, samples: &[i16]) {
    for piece in samples.chunks(2_400) {
        let bytes: Vec<u8> = piece.iter().flat_map(|sample| sample.to_le_bytes()).collect();
        socket.say(json!({"type": "input_audio_buffer.append", "audio": STANDARD.encode(bytes)})).await;
    }
}

fn deltas(events: &[Value], kind: &str) -> Vec<String> {
    events
        .iter()
        .filter(|event| event["type"] == kind)
        .map(|event| event["delta"].as_str().unwrap().to_string())
        .collect()
}

fn sound_seconds(events: &[Value]) -> f64 {
    let bytes: usize =
        deltas(events, "response.output_audio.delta").iter().map(|delta| STANDARD.decode(delta).unwrap().len()).sum();
    bytes as f64 / 2.0 / 24_000.0
}

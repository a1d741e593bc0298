//! Without the pack, and with broken models: touch, typing and approved answers work, and everything says what is missing.

use std::fs;

use serde_json::{Value, json};

use crate::server::{Server, one};
use crate::support::{self, usher_in};

#[tokio::test]
async fn without_models_the_appliance_answers_by_keyword_and_says_what_is_missing() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start_in(data.path(), "airport");
    let mut socket = server.open().await;
    let created = socket.next().await;
    let missing = created["session"]["usher"]["missing"].as_array().unwrap().clone();
    for role in ["language", "embedding", "hearing", "detection", "runtime"] {
        let line = missing.iter().find(|line| line["role"] == role).unwrap_or_else(|| panic!("{role} is not told"));
        assert!(line["repair"].as_str().unwrap().contains("usher models pull"));
    }
    let (_, site) = server.get("/api/site").await;
    assert!(site.contains("usher models pull"));
    for (question, item) in [("lost property office", "lost-property"), ("失物招领处在哪里", "lost-property")] {
        socket.ask(question).await;
        let events = socket.until("response.done").await;
        assert_eq!(one(&events, "usher.answer")["sources"][0]["document"], item);
    }
    socket.say(json!({"type": "usher.touch", "item": "wifi", "label": "wifi"})).await;
    assert_eq!(one(&socket.until("response.done").await, "usher.answer")["route"], "answer");
    socket.say(json!({"type": "input_audio_buffer.append", "audio": "AAAA"})).await;
    assert_eq!(one(&socket.until("error").await, "error")["error"]["code"], "cannot_hear");
}

#[test]
fn the_doctor_names_each_missing_model_and_its_repair_and_exits_with_1() {
    let data = tempfile::tempdir().unwrap();
    let ran = usher_in(data.path(), "bank", &["doctor", "--json"]);
    assert_eq!(ran.code, 1);
    let document: Value = serde_json::from_str(&ran.stdout).unwrap();
    let bad: Vec<&Value> =
        document["lines"].as_array().unwrap().iter().filter(|line| line["health"] == "bad").collect();
    assert!(bad.iter().any(|line| line["what"] == "embedding"));
    assert!(bad.iter().all(|line| !line["repair"].as_str().unwrap().is_empty()));
    let chinese = usher_in(data.path(), "bank", &["doctor", "--language", "zh"]);
    assert_eq!(chinese.code, 1);
    assert!(chinese.stdout.contains("需修复   语义检索"), "{}", chinese.stdout);
    assert!(chinese.stdout.contains("缺失或无法使用") && !chinese.stdout.contains("missing or"), "{}", chinese.stdout);
}

#[test]
fn a_corrupt_model_costs_only_itself() {
    let data = tempfile::tempdir().unwrap();
    support::link_models(data.path());
    for (model, file) in [
        ("smollm2-135m-instruct", "SmolLM2-135M-Instruct.Q4_1.gguf"),
        ("all-minilm-l6-v2", "model.safetensors"),
        ("silero-vad", "silero_vad.onnx"),
    ] {
        let folder = data.path().join("models").join(model);
        let whole = fs::read(folder.join(file)).unwrap();
        support::own_folder(&folder);
        fs::write(folder.join(file), &whole[..whole.len() / 3]).unwrap();
    }
    let answer = usher_in(data.path(), "airport", &["ask", "lost property office", "--json"]).document();
    assert_eq!(answer["sources"][0]["document"], "lost-property");
    let doctor = usher_in(data.path(), "airport", &["doctor"]);
    assert_eq!(doctor.code, 1);
    assert!(doctor.stdout.contains("smollm2-135m-instruct"), "{}", doctor.stdout);
}

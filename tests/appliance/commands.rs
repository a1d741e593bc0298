//! The command line through the real binary: the contract's documents, exit codes, and what is wrong with odd input.

use std::fs;

use serde_json::{Value, json};

use crate::support::{self, Ran, usher_in};

fn ask(site: &str, arguments: &[&str]) -> Ran {
    usher_in(support::data_dir(site), site, &[&["ask"], arguments].concat())
}

#[test]
fn ask_prints_the_contract_document() {
    let document = ask("airport", &["Where is the lost property office?", "--json"]).document();
    let keys: Vec<&str> = document.as_object().unwrap().keys().map(String::as_str).collect();
    for key in [
        "visit",
        "language",
        "heard",
        "seen",
        "route",
        "answer",
        "sources",
        "media",
        "handoff",
        "mood",
        "timings_ms",
        "models",
    ] {
        assert!(keys.contains(&key), "{key} is missing from {keys:?}");
    }
    assert_eq!(document["route"], "answer");
    assert_eq!(document["sources"][0]["document"], "lost-property");
    assert!(document["timings_ms"]["answer"].as_f64().unwrap() > 0.0);
    assert_eq!(document["mood"]["signals"], json!([]));
    assert!(document["models"]["embedding"].is_string());
}

#[test]
fn a_chinese_question_finds_a_chinese_item() {
    let document = ask("bank", &["我的银行卡丢了怎么办", "--json"]).document();
    assert_eq!((&document["route"], &document["language"]), (&json!("answer"), &json!("zh")));
    assert!(document["answer"].as_str().unwrap().contains("挂失"));
}

#[test]
fn a_person_is_offered_on_request_and_when_usher_does_not_know() {
    let asked = ask("bank", &["I want to talk to a human", "--json"]).document();
    assert_eq!(asked["route"], "handoff");
    let unknown = ask("bank", &["Which volcano erupted in 1883?", "--json"]).document();
    assert_eq!(unknown["route"], "decline");
    for document in [asked, unknown] {
        assert!(document["handoff"]["phone"].is_string());
    }
}

/// The published ONNX Runtime keeps a device number and a queue of reports there, for its maker's collector.
#[test]
fn no_library_reports_about_this_machine() {
    let home = tempfile::tempdir().unwrap();
    let mut command =
        support::command(support::data_dir("airport"), "airport", &["ask", "Where is gate B22?", "--json"]);
    command.env_remove("ORT_DISABLE_TELEMETRY").env_remove("XDG_CACHE_HOME").env("HOME", home.path());
    assert_eq!(support::ran(command).document()["route"], "answer");
    assert!(!home.path().join(".cache").exists(), "a library keeps books of its own");
}

#[test]
fn a_document_answer_is_made_of_its_sentences() {
    let data = tempfile::tempdir().unwrap();
    support::link_models(data.path());
    let document = data.path().join("lounge.en.md");
    fs::write(&document, "# Quiet room\n\nThe quiet room is behind pillar 14 on level 2. It closes at 22:15 every day.\n\n# Showers\n\nA shower costs $7 and lasts twenty minutes.\n").unwrap();
    let imported = usher_in(data.path(), "", &["knowledge", "import", document.to_str().unwrap(), "--json"]).document();
    assert_eq!((&imported["items"], &imported["documents"]), (&json!(0), &json!(1)));
    let answer = usher_in(data.path(), "", &["ask", "When does the quiet room close?", "--json"]).document();
    assert_eq!(answer["route"], "answer");
    assert!(answer["answer"].as_str().unwrap().contains("22:15"), "{answer}");
    assert_eq!(answer["sources"][0]["document"], "lounge.en.md");
}

#[test]
fn an_answer_in_the_models_own_words_says_nothing_its_passages_do_not() {
    let data = tempfile::tempdir().unwrap();
    support::link_models(data.path());
    support::own_folder(&data.path().join("models/smollm2-135m-instruct"));
    let starter = fs::read_to_string(support::root().join("models/starter.toml")).unwrap();
    let trusting = starter.replace(".Q4_1.gguf\" }", ".Q4_1.gguf\", words_answers = true }");
    assert_ne!(starter, trusting, "the starter pack names its language model as before");
    fs::write(data.path().join("models/pack.toml"), trusting).unwrap();
    let text = "The quiet room is behind pillar 14 on level 2. The quiet room closes at 22:15 every day.";
    let document = data.path().join("rooms.en.md");
    fs::write(&document, format!("# Quiet room\n\n{text}\n\n# Showers\n\nSoap is free.\n")).unwrap();
    usher_in(data.path(), "", &["knowledge", "import", document.to_str().unwrap(), "--json"]).document();
    for question in ["When does the quiet room close?", "Where is the quiet room?"] {
        let answer = usher_in(data.path(), "", &["ask", question, "--json"]).document();
        assert_eq!(answer["route"], "answer", "{answer}");
        let numbers =
            answer["answer"].as_str().unwrap().split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty());
        let known: Vec<&str> = text.split(|c: char| !c.is_ascii_digit()).collect();
        assert!(numbers.clone().all(|number| known.contains(&number)), "{answer}");
    }
}

#[test]
fn odd_questions_have_a_clear_error() {
    for (question, message) in [
        ("", "the question is empty"),
        ("\u{202e}\u{200b}", "the question is empty"),
        ("\u{1}\u{2}\u{3}\u{4}", "the question is not text"),
        (&"x".repeat(100_000), "characters; at most 2000"),
    ] {
        let ran = ask("airport", &[question]);
        assert_eq!(ran.code, 1, "{}", ran.stderr);
        assert!(ran.stderr.contains(message), "{}", ran.stderr);
    }
    let arabic = ask("airport", &["أين \u{202e}بوابة السفر؟", "--json"]).document();
    assert!(["decline", "clarify"].contains(&arabic["route"].as_str().unwrap()));
}

#[test]
fn odd_recordings_have_a_clear_error_and_silence_is_no_question() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        path
    };
    let speech = support::wav(&support::said("Where is the pharmacy?", 16_000), 16_000);
    for (path, message) in [
        (file("empty.wav", b""), "the recording is empty"),
        (file("text.wav", b"this is not a recording at all"), "not a recording that usher can read"),
        (file("cut.wav", &speech[..speech.len() / 2]), "of the"),
        (file("hour.wav", &support::hour_of_silence()), "longer than 60 s"),
    ] {
        let ran = ask("airport", &["--audio", path.to_str().unwrap()]);
        assert_eq!(ran.code, 1, "{} gave {}", path.display(), ran.stdout);
        assert!(ran.stderr.contains(message), "{}: {}", path.display(), ran.stderr);
    }
    let silence = file("silence.wav", &support::wav(&vec![0; 32_000], 16_000));
    let document = ask("airport", &["--audio", silence.to_str().unwrap(), "--json"]).document();
    assert_eq!((&document["heard"]["text"], &document["route"]), (&json!(""), &json!("clarify")));
}

#[test]
fn a_spoken_question_is_answered_aloud() {
    let folder = tempfile::tempdir().unwrap();
    let (question, reply) = (folder.path().join("q.wav"), folder.path().join("a.wav"));
    fs::write(&question, support::wav(&support::said("Where can I find a pharmacy?", 16_000), 16_000)).unwrap();
    let document =
        ask("airport", &["--audio", question.to_str().unwrap(), "--speak", reply.to_str().unwrap(), "--json"])
            .document();
    assert_eq!(document["sources"][0]["document"], "pharmacy", "{document}");
    assert!(document["timings_ms"]["first_audio"].is_number());
    assert!(hound::WavReader::open(&reply).unwrap().duration() > 24_000);
}

#[test]
fn one_bad_line_imports_nothing() {
    let data = tempfile::tempdir().unwrap();
    let path = data.path().join("items.jsonl");
    let good = r#"{"id":"a","language":"en","questions":["where is a"],"answer":"Here."}"#;
    fs::write(&path, format!("{good}\n{{\"id\":\"b\",\"language\":\"en\",\"questions\":[],\"answer\":\"There.\"}}\n"))
        .unwrap();
    let ran = usher_in(data.path(), "", &["knowledge", "import", path.to_str().unwrap()]);
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains("items.jsonl") && ran.stderr.contains('2'), "{}", ran.stderr);
    fs::write(&path, format!("{good}\n")).unwrap();
    let imported = usher_in(data.path(), "", &["knowledge", "import", path.to_str().unwrap(), "--json"]).document();
    assert_eq!(imported["items"], 1);
    let listed = usher_in(data.path(), "", &["knowledge", "list", "--json"]).document();
    assert_eq!(
        listed.as_array().map(Vec::len),
        Some(1),
        "an import of one's own is not mixed with the demo site: {listed}"
    );
}

#[test]
fn eval_prints_the_contract_document() {
    let folder = tempfile::tempdir().unwrap();
    let cases = folder.path().join("cases.jsonl");
    let lines = [
        json!({"id": "1", "question": "Where is the lost property office?", "language": "en", "expect": {"route": "answer", "item": "lost-property"}}),
        json!({"id": "2", "question": "Who wrote Hamlet?", "language": "en", "expect": {"route": ["decline", "clarify"]}}),
        json!({"id": "3", "question": "人工", "language": "zh", "expect": {"route": "handoff"}}),
    ];
    fs::write(&cases, lines.map(|line| line.to_string()).join("\n")).unwrap();
    let report =
        usher_in(support::data_dir("airport"), "airport", &["knowledge", "eval", cases.to_str().unwrap(), "--json"])
            .document();
    assert_eq!(
        (&report["cases"], &report["correct"], &report["accuracy"]),
        (&json!(3), &json!(3), &json!(1.0)),
        "{report}"
    );
    for key in ["answered", "refused", "false_refusals", "wrong_answers", "median_ms", "p95_ms"] {
        assert!(report[key].is_number(), "{key}");
    }
    for key in ["id", "ok", "route", "item", "answer", "ms"] {
        assert!(report["per_case"][0].get(key).is_some(), "{key}");
    }
}

#[test]
fn every_shipped_site_is_good_and_a_mistake_is_named() {
    let data = tempfile::tempdir().unwrap();
    for site in ["airport", "bank"] {
        assert_eq!(usher_in(data.path(), site, &["config", "check", "--json"]).document()["good"], true);
        let shown = usher_in(data.path(), site, &["config", "show", "--json"]).document();
        assert_eq!(shown["serve"]["listen"], "127.0.0.1:8080", "nothing listens beyond loopback by itself");
    }
    let schema = usher_in(data.path(), "", &["config", "schema"]).document();
    assert!(schema["properties"]["topics"].is_object());
    let text = fs::read_to_string(support::sites().join("bank.toml")).unwrap();
    let file = support::sites().join("bank.toml");
    for (wrong, message) in [
        (text.replace("time_zone = \"", "time_zone = \"Nowhere/"), "time_zone"),
        (format!("surprise = 1\n{text}"), "surprise"),
        (text.replace("accent = \"#", "accent = \"x"), "theme.accent"),
    ] {
        let broken = data.path().join("site.toml");
        let folder = file.parent().unwrap().join("bank");
        fs::write(&broken, wrong.replace("knowledge = \"bank\"", &format!("knowledge = {:?}", folder))).unwrap();
        let ran = usher_in(data.path(), "", &["config", "check", "--config", broken.to_str().unwrap()]);
        assert_eq!(ran.code, 1);
        assert!(ran.stderr.contains(message), "{}", ran.stderr);
    }
}

#[test]
fn a_command_used_wrongly_exits_with_2() {
    let data = tempfile::tempdir().unwrap();
    for arguments in [&["ask"][..], &["fly"], &["ask", "x", "--language", "xx"]] {
        assert_eq!(usher_in(data.path(), "", arguments).code, 2);
    }
}

#[test]
fn the_demo_sites_answer_what_their_tiles_ask() {
    for site in ["airport", "bank"] {
        let report = usher_in(support::data_dir(site), site, &["doctor", "--json"]);
        let document: Value = serde_json::from_str(&report.stdout).unwrap_or_else(|_| panic!("{}", report.stderr));
        let golden: Vec<&Value> = document["lines"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|line| line["what"].as_str().unwrap().starts_with("golden"))
            .collect();
        assert_eq!(golden.len(), 2);
        assert!(golden.iter().all(|line| line["health"] == "good"), "{golden:#?}");
    }
}

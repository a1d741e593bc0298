//! The technician's door through the real program: first start, roles, forged requests, guessing, the audit log, knowledge that
//! changes while visitors are served. No model is needed: words find.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::server::{Server, one};
use crate::support::{self, usher_in};
use crate::technician::{PASSWORD, Technician, secret};

/// `usher admin WHAT`, a password on its standard input.
fn console(data: &Path, what: &[&str], password: &str) -> i32 {
    let mut child = Command::new(support::usher())
        .arg("admin")
        .args(what)
        .arg("--data")
        .arg(data)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("usher runs");
    let mut stdin = child.stdin.take().expect("stdin is piped");
    let _ = stdin.write_all(format!("{password}\n").as_bytes());
    drop(stdin);
    child.wait().expect("usher ends").code().expect("usher is not killed")
}

#[tokio::test]
async fn who_stands_before_the_kiosk_becomes_its_owner_once() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start_in(data.path(), "airport");
    let mut screen = server.open().await;
    let created = screen.next().await;
    let shown = created["session"]["usher"]["setup"]["secret"].as_str().unwrap().to_string();
    let mut technician = Technician::at(&server.address);
    let setup = technician.get("/api/admin/setup").await.body;
    assert_eq!((&setup["needs_first"], &setup["tls"]), (&json!(true), &json!(false)));
    assert!(!setup.to_string().contains(&shown), "the secret is the screen's alone");
    assert!(!server.get("/api/site").await.1.contains(&shown));

    let first = |secret: &str, password: &str| json!({"secret": secret, "name": "anna", "password": password});
    let wrong = technician.enter("/api/admin/first", &first("0000-0000", PASSWORD)).await;
    assert_eq!((wrong.status, &wrong.body["error"]["kind"]), (401, &json!("wrong_secret")));
    let short = technician.enter("/api/admin/first", &first(&shown, "short")).await;
    assert_eq!(short.status, 422, "{}", short.body);
    let typed = shown.to_lowercase().replace('-', "");
    let reply = technician.enter("/api/admin/first", &first(&typed, PASSWORD)).await;
    assert_eq!((reply.status, &reply.body["role"]), (200, &json!("owner")));
    assert!(reply.head.contains("HttpOnly; SameSite=Strict") && !reply.head.contains("Secure"), "{}", reply.head);

    let updated = screen.until("session.updated").await;
    assert_eq!(one(&updated, "session.updated")["session"]["usher"].get("setup"), None);
    let again = Technician::at(&server.address).enter("/api/admin/first", &first(&shown, PASSWORD)).await;
    assert_eq!((again.status, &again.body["error"]["kind"]), (409, &json!("not_first")));
    assert_eq!(technician.get("/api/admin/me").await.body["name"], "anna");
    drop(server);
    let server = Server::start_in(data.path(), "airport");
    assert_eq!(secret(&server).await, None, "a restart shows no secret");
    let restarted = Technician { address: server.address.clone(), ..technician };
    assert_eq!(restarted.get("/api/admin/me").await.status, 401, "sessions end with the program");
}

#[tokio::test]
async fn each_role_reaches_what_it_may_and_is_told_what_it_lacks() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start_in(data.path(), "airport");
    let owner = Technician::first(&server).await;
    for (name, role) in [("vera", "viewer"), ("tom", "technician")] {
        let added = owner.post("/api/admin/people", &json!({"name": name, "role": role, "password": PASSWORD})).await;
        assert_eq!(added.status, 201, "{}", added.body);
    }
    let viewer = Technician::login(&server.address, "vera", PASSWORD).await;
    let technician = Technician::login(&server.address, "tom", PASSWORD).await;
    let nobody = Technician::at(&server.address);
    for path in ["health", "models", "jobs", "audit", "knowledge/items", "knowledge/gaps", "knowledge/expiring"] {
        let path = format!("/api/admin/{path}");
        assert_eq!(nobody.get(&path).await.body["error"]["kind"], "not_logged_in", "{path}");
        let seen = viewer.get(&path).await;
        assert_eq!(seen.status, 200, "{path}: {}", seen.body);
    }
    let item = "/api/admin/knowledge/items/wifi/en";
    let refused = viewer.delete(item).await;
    assert_eq!((refused.status, &refused.body["error"]["kind"]), (403, &json!("forbidden")));
    assert!(refused.body["error"]["message"].as_str().unwrap().contains("technician"));
    assert_eq!(technician.delete(item).await.status, 204);
    let people = technician.get("/api/admin/people").await;
    assert!(people.status == 403 && people.body.to_string().contains("owner"), "{}", people.body);
    let last = owner.delete("/api/admin/people/anna").await;
    assert_eq!((last.status, &last.body["error"]["kind"]), (409, &json!("last_owner")));

    assert_eq!(owner.put("/api/admin/people/tom", &json!({"role": "viewer"})).await.status, 200);
    assert_eq!(technician.get("/api/admin/me").await.status, 401, "another role ends the session");
    assert_eq!(console(data.path(), &["password", "vera"], "another horse"), 0);
    assert_eq!(viewer.get("/api/admin/me").await.status, 401, "so does a password given on the console");
    assert_eq!(owner.delete("/api/admin/people/vera").await.status, 204);
    assert_eq!(owner.post("/api/admin/logout", &json!({})).await.status, 204);
    assert_eq!(owner.get("/api/admin/me").await.status, 401);
}

#[tokio::test]
async fn a_request_that_this_page_did_not_send_does_nothing() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start_in(data.path(), "airport");
    let owner = Technician::first(&server).await;
    let forged = Technician { csrf: "0".repeat(32), ..owner.clone() };
    let item = "/api/admin/knowledge/items/wifi/en";
    let refused = forged.delete(item).await;
    assert_eq!((refused.status, &refused.body["error"]["kind"]), (403, &json!("csrf")));
    for header in ["Origin: http://evil.example\r\n", "Sec-Fetch-Site: cross-site\r\n", "Origin: null\r\n"] {
        assert_eq!(owner.send("DELETE", item, header, b"").await.status, 403, "{header}");
        let json = format!("{header}Content-Type: application/json\r\n");
        let body = json!({"name": "anna", "password": PASSWORD}).to_string();
        assert_eq!(owner.send("POST", "/api/admin/login", &json, body.as_bytes()).await.status, 403, "{header}");
    }
    let large = json!({"name": "anna", "password": "x".repeat(100_000)});
    assert_eq!(owner.post("/api/admin/login", &large).await.status, 413);
    assert_eq!(owner.get(item).await.status, 200);
}

#[tokio::test]
async fn guessing_gets_nobody_in_and_visitors_wait_for_none_of_it() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start_in(data.path(), "airport");
    drop(Technician::first(&server).await);
    let address = server.address.clone();
    let guesses = tokio::spawn(async move {
        let mut seen = Vec::new();
        for attempt in 0..100 {
            let mut guesser = Technician::at(&address);
            let body = json!({"name": "anna", "password": format!("wrong guess {attempt}")});
            let reply = guesser.enter("/api/admin/login", &body).await;
            assert!(guesser.cookie.is_empty());
            if reply.status == 429 {
                assert!(reply.head.contains("retry-after: "), "{}", reply.head);
            }
            seen.push(reply.status);
        }
        seen
    });
    let mut visitor = server.open().await;
    let since = Instant::now();
    visitor.ask("lost property office").await;
    assert_eq!(one(&visitor.until("response.done").await, "usher.answer")["route"], "answer");
    assert!(since.elapsed() < Duration::from_secs(20), "{:?}", since.elapsed());
    let seen = guesses.await.unwrap();
    let checked = seen.iter().filter(|status| **status == 401).count();
    assert!((1..=12).contains(&checked), "{seen:?}");
    assert_eq!(seen.iter().filter(|status| **status == 429).count(), seen.len() - checked);
}

#[tokio::test]
async fn the_audit_log_tells_who_did_what_and_who_changed_it() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start_in(data.path(), "airport");
    let owner = Technician::first(&server).await;
    let (id, new) = ("ben", json!({"name": "ben", "role": "viewer", "password": PASSWORD}));
    assert_eq!(owner.post("/api/admin/people", &new).await.status, 201);
    let log = owner.get("/api/admin/audit?limit=10").await.body;
    assert_eq!((&log["whole"], &log["broken_at"]), (&json!(true), &Value::Null));
    let lines: Vec<(&str, &str)> = log["lines"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| (line["who"].as_str().unwrap(), line["what"].as_str().unwrap()))
        .collect();
    assert_eq!(lines, [("anna", "people.add"), ("anna", "first")]);
    assert!(log["lines"][0]["detail"].as_str().unwrap().contains(id) && !log.to_string().contains(PASSWORD));
    drop(server);
    let file = rusqlite::Connection::open(data.path().join("administration/admin.db")).unwrap();
    file.execute("UPDATE audit SET who = 'ben' WHERE seq = 2", []).unwrap();
    drop(file);
    let looked = usher_in(data.path(), "", &["admin", "audit", "--json"]);
    let document: Value = serde_json::from_str(&looked.stdout).unwrap();
    assert_eq!((looked.code, &document["broken_at"]), (1, &json!(2)));
}

#[tokio::test]
async fn knowledge_changes_while_visitors_are_served() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start_in(data.path(), "airport");
    let owner = Technician::first(&server).await;
    let item = json!({
        "id": "sauna", "language": "en", "questions": ["Where is the sauna?", "sauna"], "answer": "The sauna is behind pillar 99.",
        "tags": ["leisure"], "valid_from": null, "valid_until": "2999-12-31", "media": null, "facts": {"place": "Level 2"},
    });
    let path = "/api/admin/knowledge/items/sauna/en";
    let put = owner.put(path, &item).await;
    assert_eq!(put.status, 200, "{}", put.body);
    assert_eq!(owner.get(path).await.body["facts"]["place"], "Level 2");
    let mut visitor = server.open().await;
    visitor.ask("Where is the sauna?").await;
    let answer = one(&visitor.until("response.done").await, "usher.answer").clone();
    assert_eq!(answer["sources"][0]["document"], "sauna", "{answer}");
    let found =
        owner.post("/api/admin/knowledge/search", &json!({"text": "Where is the sauna?", "language": "en"})).await;
    assert_eq!((&found.body["would"], &found.body["passages"][0]["document"]), (&json!("answer"), &json!("sauna")));
    let mut blank = item.clone();
    blank["answer"] = json!(" ");
    let refused = owner.put(path, &blank).await;
    assert!(refused.status == 422 && refused.body.to_string().contains("answer is blank"), "{}", refused.body);
    let listed = owner.get("/api/admin/knowledge/items?query=PILLAR%2099&limit=5").await.body;
    assert_eq!((&listed["total"], &listed["items"][0]["question"]), (&json!(1), &json!("Where is the sauna?")));
    assert_eq!(owner.delete(path).await.status, 204);
    assert_eq!(owner.get(path).await.status, 404);
}

#[tokio::test]
async fn a_file_is_looked_through_before_it_is_taken_in() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start_in(data.path(), "airport");
    let owner = Technician::first(&server).await;
    let before = owner.get("/api/admin/knowledge/items").await.body["total"].clone();
    let review = async |name: &str, text: &str| {
        owner.send("POST", &format!("/api/admin/knowledge/review?name={name}"), "", text.as_bytes()).await
    };
    let good = r#"{"id":"sauna","language":"en","questions":["Where is the sauna?"],"answer":"Behind pillar 99."}"#;
    let faulty = review("items.jsonl", &format!("{good}\nno item\n")).await;
    assert_eq!((faulty.status, &faulty.body["faults"][0]["line"]), (200, &json!(2)));
    let id = faulty.body["review"].as_str().unwrap().to_string();
    assert_eq!(owner.post(&format!("/api/admin/knowledge/review/{id}/apply"), &json!({})).await.status, 422);
    assert_eq!(owner.get("/api/admin/knowledge/items").await.body["total"], before, "nothing is half imported");

    let whole = review("items.jsonl", good).await.body;
    assert_eq!((whole["added"][0]["id"].as_str(), whole["faults"].as_array().map(Vec::len)), (Some("sauna"), Some(0)));
    let id = whole["review"].as_str().unwrap();
    let job = owner.job(owner.post(&format!("/api/admin/knowledge/review/{id}/apply"), &json!({})).await).await;
    assert_eq!((&job["state"], &job["result"]["items"]), (&json!("done"), &json!(1)), "{job}");
    assert_eq!(owner.get("/api/admin/knowledge/items/sauna/en").await.status, 200);
    assert_eq!(owner.post(&format!("/api/admin/knowledge/review/{id}/apply"), &json!({})).await.status, 404);

    for name in ["..%2Fevil.md", ".hidden.md", "a%00.md", "%2Fetc%2Fpasswd", ""] {
        assert_eq!(review(name, "# A\n\nText.\n").await.status, 422, "{name}");
    }
    let huge = "x".repeat((16 << 20) + 1);
    assert_eq!(review("huge.txt", &huge).await.status, 413);
    assert_eq!(fs::read_dir(data.path().join("incoming")).unwrap().count(), 0, "nothing of them stays");
}

#[tokio::test]
async fn models_are_told_with_what_is_missing_and_verified_as_a_job() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start_in(data.path(), "airport");
    let owner = Technician::first(&server).await;
    let models = owner.get("/api/admin/models").await.body;
    assert!(models["missing"].as_array().unwrap().iter().any(|gone| gone["role"] == "embedding"), "{models}");
    let unpinned = models["catalogue"].as_array().unwrap().iter().find(|entry| entry["can_pull"] == false).cloned();
    if let Some(entry) = unpinned {
        let refused = owner.post("/api/admin/models/pull", &json!({"names": [entry["name"]]})).await;
        assert_eq!(refused.status, 422, "{}", refused.body);
    }
    assert_eq!(owner.post("/api/admin/models/pull", &json!({"names": ["no-such-model"]})).await.status, 404);
    let nobody = owner.post("/api/admin/devices/try", &json!({"part": "light"})).await;
    assert_eq!((nobody.status, &nobody.body["error"]["kind"]), (409, &json!("no_kiosk_page")), "{}", nobody.body);
    let job = owner.job(owner.post("/api/admin/models/verify", &json!({})).await).await;
    assert_eq!((&job["state"], &job["result"]["good"]), (&json!("done"), &json!(false)), "{job}");
    let switch = json!({"role": "language", "model": "no-such-model"});
    let job = owner.job(owner.post("/api/admin/models/switch", &switch).await).await;
    assert_eq!(job["state"], "failed", "{job}");
    let health = owner.get("/api/admin/health").await.body;
    assert_eq!(health["level"], "approved", "{health}");
    assert!(health["board"]["memory_total"].as_u64().is_some_and(|bytes| bytes > 0));
}

#[tokio::test]
async fn technicians_devices_reach_the_administration_alone_and_over_tls() {
    let data = tempfile::tempdir().unwrap();
    let port = std::net::TcpListener::bind("0.0.0.0:0").unwrap().local_addr().unwrap().port();
    let folder = tempfile::tempdir().unwrap();
    let text = fs::read_to_string(support::sites().join("airport.toml")).unwrap();
    let knowledge = format!("knowledge = {:?}", support::sites().join("airport"));
    let text = text.replace("knowledge = \"airport\"", &format!("{knowledge} #"));
    // Every address but loopback gets TLS; the certificate is the appliance's own.
    let file = folder.path().join("site.toml");
    fs::write(&file, format!("{text}\n[serve]\nadmin_listen = \"0.0.0.0:{port}\"\n")).unwrap();
    let server = Server::with_config(data.path(), &file);
    // It listens a moment after the kiosk page.
    server.ready().await;
    let pem = fs::read(data.path().join("tls/self.crt")).unwrap();
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder()
        .tls_certs_only([reqwest::Certificate::from_pem(&pem).unwrap()])
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .build()
        .unwrap();
    let get = async |path: &str| client.get(format!("https://localhost:{port}{path}")).send().await.unwrap();
    assert_eq!(get("/").await.headers()["location"], "/admin");
    let setup: Value = serde_json::from_str(&get("/api/admin/setup").await.text().await.unwrap()).unwrap();
    assert_eq!((&setup["tls"], &setup["needs_first"]), (&json!(true), &json!(true)));
    for path in ["/api/site", "/v1/realtime", "/kiosk/js/main.js"] {
        assert_eq!(get(path).await.status(), 404, "{path}: the kiosk page is the kiosk's alone");
    }
    assert_eq!(get("/healthz").await.status(), 200);
    drop(server);
}

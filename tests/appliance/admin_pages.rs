//! A technician's journey through the real page: first start with the secret of the kiosk's screen, a refused and a taken setting, a
//! tried question, a pulsed pin, the self-test, a backup; on a phone and on a desktop.

use serde_json::json;

use crate::browser::Browser;
use crate::server::Server;
use crate::support::{own_data, sites};
use crate::technician::PASSWORD;

/// What a technician carries in: no shipped item knows it.
const LANTERN_TOUR: &str = r#"{"id": "lantern-tour", "language": "en", "questions": ["When is the lantern tour?", "lantern tour times"], "answer": "The lantern tour starts at the fountain of level 2 every day at 4 pm.", "tags": ["tour"]}
"#;

/// The airport on a simulated board, in a file of its own: a technician changes it.
pub fn site(folder: &std::path::Path) -> std::path::PathBuf {
    let text = std::fs::read_to_string(sites().join("airport.toml")).unwrap();
    let knowledge = format!("knowledge = {:?}", sites().join("airport"));
    let text =
        text.replace("knowledge = \"airport\"", &knowledge).replace("[theme]", "board = \"simulated\"\n\n[theme]");
    let file = folder.join("airport.toml");
    std::fs::write(&file, text.replace("source = \"airport/", &format!("source = \"{}/airport/", sites().display())))
        .unwrap();
    file
}

impl Browser {
    pub async fn page(&self, name: &str) {
        self.value(&format!("(location.hash = '#/{name}', true)")).await;
        self.holds("!!document.querySelector('.page') && !document.querySelector('.page .waiting')").await;
    }

    /// Waits for the administration's view of this name: `first`, `login` or `admin`.
    pub async fn stands_at(&self, view: &str) {
        self.holds(&format!("document.documentElement.dataset.view === '{view}'")).await;
    }

    /// Puts `text` into a field as a person who replaces what stands there.
    pub async fn replace(&self, id: &str, text: &str) {
        self.holds(&format!("!!document.querySelector('[data-testid=\"{id}\"]')")).await;
        let field = format!("document.querySelector('[data-testid=\"{id}\"]')");
        let typed = json!(text);
        self.value(&format!(
            "({field}.value = {typed}, {field}.dispatchEvent(new Event('input', {{bubbles: true}})), {field}.dispatchEvent(new Event('change', {{bubbles: true}})))"
        ))
        .await;
    }
}

#[tokio::test]
async fn a_technician_sets_a_kiosk_up_from_its_own_screens_secret() {
    let data = own_data("airport");
    let file = site(data.path());
    let server = Server::with_config(data.path(), &file);
    server.ready().await;
    let kiosk = Browser::open(1080, 1920, None).await;
    kiosk.goto(&format!("http://{}/", server.address)).await;
    let secret = kiosk.reads("setup-secret", "-").await;
    kiosk.picture("kiosk-first-start").await;
    kiosk.accessible("kiosk-first-start").await;

    let phone = Browser::open(390, 844, None).await;
    phone.goto(&format!("http://{}/admin", server.address)).await;
    phone.fill("first-secret", &secret).await;
    phone.fill("first-name", "anna").await;
    phone.fill("first-password", PASSWORD).await;
    phone.picture("admin-phone-first").await;
    phone.accessible("admin-phone-first").await;
    phone.touch("first").await;
    phone.reads("verdict", "Ready").await;
    phone.picture("admin-phone-health").await;
    phone.accessible("admin-phone-health").await;
    kiosk.holds("!document.querySelector('[data-testid=setup-secret]')").await;

    phone.page("settings/visit").await;
    phone.replace("field-visit.idle_seconds", "5").await;
    phone.touch("save").await;
    phone.reads("problem-visit.idle_seconds", "outside 20 to 600").await;
    phone.picture("admin-phone-refused").await;
    phone.accessible("admin-phone-refused").await;
    phone.replace("field-visit.idle_seconds", "90").await;
    phone.touch("save").await;
    phone.holds("!document.querySelector('[data-testid=changes-bar]')?.offsetParent").await;
    let written = std::fs::read_to_string(&file).unwrap();
    assert!(written.contains("idle_seconds = 90") && written.contains("# Where this board stands."), "{written}");
    let (_, told) = server.get("/api/site").await;
    assert!(told.contains("\"idle_seconds\":90"), "it holds without a new start");

    phone.page("settings/site").await;
    phone.holds("document.querySelector('.page').innerText.includes('Where the kiosk stands')").await;
    phone.picture("admin-phone-site").await;
    phone.accessible("admin-phone-site").await;
    let carried = data.path().join("carried.jsonl");
    std::fs::write(&carried, LANTERN_TOUR).unwrap();
    phone.page("knowledge/import").await;
    phone.choose_file("import-file", &carried).await;
    phone.reads("review", "carried.jsonl").await;
    phone.picture("admin-phone-import").await;
    phone.accessible("admin-phone-import").await;
    phone.touch("apply-review").await;
    phone.reads("notice", "knowledge").await;
    phone.page("models").await;
    phone.touch("verify").await;
    phone.reads("outcome", "All models are whole").await;
    phone.picture("admin-phone-models").await;
    phone.accessible("admin-phone-models").await;

    phone.page("devices").await;
    // Its row stands below the fold, and the navigation lies over the foot of the screen.
    phone.holds("!!document.querySelector('[data-testid=pulse-door_release]')").await;
    phone
        .value("(document.querySelector('[data-testid=pulse-door_release]').scrollIntoView({block: 'center'}), true)")
        .await;
    phone.touch("pulse-door_release").await;
    phone.page("checks").await;
    phone.touch("run-checks").await;
    phone.reads("checks-good", "disk").await;
    phone.picture("admin-phone-checks").await;
    phone.accessible("admin-phone-checks").await;
    let report = phone.value("document.querySelector('[data-testid=report]').href").await;
    phone.goto(report.as_str().unwrap()).await;
    phone.holds("document.body.innerText.includes('golden question')").await;
    phone.picture("admin-phone-report").await;
    phone.accessible("admin-phone-report").await;

    phone.goto(&format!("http://{}/admin#/checks", server.address)).await;
    phone.value("(localStorage.setItem('usher.admin.language', 'zh'), true)").await;
    phone.client.refresh().await.expect("the page opens again");
    phone.reads("checks-good", "磁盘").await;
    phone.holds("!/disk|golden question| free of | answered/.test(document.querySelector('.page').innerText)").await;
    phone.accessible("admin-phone-checks-chinese").await;
    let report = phone.value("document.querySelector('[data-testid=report]').href").await;
    phone.goto(report.as_str().unwrap()).await;
    phone.holds("document.documentElement.lang === 'zh-Hans' && document.body.innerText.includes('基准问题')").await;
    phone.holds("!/golden question| free of | answered/.test(document.body.innerText)").await;
    phone.accessible("admin-phone-report-chinese").await;
}

#[tokio::test]
async fn an_operator_looks_after_a_kiosk_at_a_desktop() {
    let data = own_data("airport");
    let file = site(data.path());
    let server = Server::with_config(data.path(), &file);
    server.ready().await;
    let secret = crate::technician::secret(&server).await.expect("nobody administers it yet");
    let desk = Browser::open(1440, 900, None).await;
    desk.goto(&format!("http://{}/admin", server.address)).await;
    desk.fill("first-secret", &secret).await;
    desk.fill("first-name", "anna").await;
    desk.fill("first-password", PASSWORD).await;
    desk.touch("first").await;
    desk.reads("verdict", "Ready").await;
    desk.reads("models-table", "smollm2").await;
    desk.picture("admin-desktop-health").await;
    desk.accessible("admin-desktop-health").await;

    desk.page("knowledge/try").await;
    desk.fill("try-text", "is there free wifi").await;
    desk.touch("try-ask").await;
    desk.reads("would", "answer").await;
    desk.picture("admin-desktop-try").await;
    desk.accessible("admin-desktop-try").await;
    desk.page("models").await;
    desk.picture("admin-desktop-models").await;
    desk.accessible("admin-desktop-models").await;
    desk.page("backup").await;
    desk.touch("make-backup").await;
    desk.reads("backups", "usher-backup-airport").await;
    desk.picture("admin-desktop-backup").await;
    desk.accessible("admin-desktop-backup").await;
    desk.page("audit").await;
    desk.holds("document.querySelector('.page').innerText.includes('backup')").await;
    for page in ["statistics", "privacy", "people", "update", "logs", "devices", "handoff", "reset", "settings/handoff"]
    {
        desk.page(page).await;
        desk.picture(&format!("admin-desktop-{}", page.replace('/', "-"))).await;
        desk.accessible(page).await;
        desk.holds("document.documentElement.scrollWidth <= innerWidth").await;
    }
}

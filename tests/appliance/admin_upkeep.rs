//! A technician keeps kiosks alive through the real page: a backup brought back on an empty device.

use std::path::{Path, PathBuf};

use crate::admin_pages::site;
use crate::browser::Browser;
use crate::server::{self, Server};
use crate::service::Service;
use crate::support::{link_models, own_data, sites};
use crate::technician::{PASSWORD, Technician};

/// The shipped site as a copy of its own in `folder`: a restore replaces the knowledge's folder.
fn own_site(folder: &Path) -> PathBuf {
    let copied = std::process::Command::new("cp").arg("-r").arg(sites().join("airport")).arg(folder).status();
    assert!(copied.is_ok_and(|status| status.success()), "the site is copied");
    let text = std::fs::read_to_string(sites().join("airport.toml")).unwrap();
    let file = folder.join("airport.toml");
    std::fs::write(&file, text.replace("[theme]", "board = \"simulated\"\n\n[theme]")).unwrap();
    file
}

/// The shipped site with a shorter patience, so that it can be told apart.
fn patient(file: &Path) {
    let text = std::fs::read_to_string(file).unwrap();
    std::fs::write(file, text.replace("[theme]", "[visit]\nidle_seconds = 77\n\n[theme]")).unwrap();
}

/// Opens the administration and becomes its first owner, with the secret of the kiosk's own screen.
async fn begin(browser: &Browser, address: &str, name: &str) {
    browser.goto(&format!("http://{address}/")).await;
    let secret = browser.reads("setup-secret", "-").await;
    browser.goto(&format!("http://{address}/admin")).await;
    browser.fill("first-secret", &secret).await;
    browser.fill("first-name", name).await;
    browser.fill("first-password", PASSWORD).await;
    browser.touch("first").await;
    browser.reads("verdict", "Ready").await;
}

#[tokio::test]
async fn a_backup_comes_back_on_an_empty_device() {
    let (data, folder) = (own_data("airport"), tempfile::tempdir().unwrap());
    let file = site(data.path());
    patient(&file);
    let old = Server::with_config(data.path(), &file);
    old.ready().await;
    let anna = Technician::first(&old).await;
    let made = anna.job(anna.post("/api/admin/backup", &serde_json::json!({})).await).await;
    let backup = data.path().join("backups").join(made["result"]["name"].as_str().unwrap());
    drop(old);

    let empty = folder.path().join("data");
    link_models(&empty);
    let new = Service::start(&empty, &own_site(folder.path()), folder.path());
    new.ready().await;
    assert!(!server::get(&new.address, "/api/site").await.1.contains("\"idle_seconds\":77"));
    let desktop = Browser::open(1440, 900, None).await;
    begin(&desktop, &new.address, "bob").await;
    desktop.page("backup").await;
    desktop.choose_file("restore-file", &backup).await;
    desktop.reads("restore-review", "airport").await;
    desktop.pictures("admin-restore-review").await;
    desktop.accessible("a backup before it is applied").await;
    desktop.touch("apply-restore").await;
    desktop.touch("confirm-yes").await;
    // The people of the backup are the people now.
    desktop.fill("login-name", "anna").await;
    desktop.fill("login-password", PASSWORD).await;
    desktop.pictures("admin-restored-login").await;
    desktop.touch("login").await;
    desktop.page("knowledge/try").await;
    desktop.fill("try-text", "is there free wifi").await;
    desktop.touch("try-ask").await;
    desktop.reads("would", "answer").await;
    assert!(server::get(&new.address, "/api/site").await.1.contains("\"idle_seconds\":77"), "the settings came along");
}

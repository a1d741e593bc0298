//! Runs other people's programs on the same weights and clips, and puts the ratios into the report. Above 1 usher is better.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, bail};
use serde_json::{Value, json};

/// Adds `peers` to `report`: rates of llama.cpp on `model`, times of Moonshine Voice on `clips`.
///
/// # Errors
/// When a peer cannot be run; the text is its own.
pub fn beside(
    report: &mut Value,
    peers: &Path,
    scripts: &Path,
    model: Option<&Path>,
    clips: &[PathBuf],
    threads: usize,
) -> anyhow::Result<()> {
    let python = peers.join("bin/python");
    let mut found = serde_json::Map::new();
    if let Some(model) = model {
        let bench = peers.join("llama/bin/llama-bench");
        let threads = threads.to_string();
        let arguments =
            [path(&bench)?, path(model)?, "--threads", &threads, "--prompt", "256", "--decode", "96", "--reps", "5"];
        let lines = lines(&python, &scripts.join("llama.py"), &arguments)?;
        for figure in ["prompt_tps", "decode_tps"] {
            // llama.cpp is given the better of its waiting policies.
            let theirs = lines.iter().filter_map(|line| line[figure].as_f64()).fold(f64::NAN, f64::max);
            found.insert(
                format!("llama.cpp {figure}"),
                json!({"peer": theirs, "ratio": ratio(&report["language"][figure], theirs)}),
            );
        }
    }
    if !clips.is_empty() {
        let names: Vec<&str> = clips.iter().map(|clip| path(clip)).collect::<Result<_, _>>()?;
        for line in lines(&python, &scripts.join("hear.py"), &names)? {
            let clip = line["clip"].as_str().unwrap_or_default();
            let ours = report["hearing"].as_array().into_iter().flatten().find(|heard| heard["clip"] == clip);
            let theirs = line["ms"].as_f64().unwrap_or(f64::NAN);
            let ratio = ours.and_then(|ours| ours["ms"].as_f64()).map(|ours| (theirs / ours * 100.0).round() / 100.0);
            found.insert(format!("moonshine-voice {clip} ms"), json!({"peer": theirs, "ratio": ratio}));
        }
    }
    report["peers"] = Value::Object(found);
    Ok(())
}

fn ratio(ours: &Value, theirs: f64) -> Option<f64> {
    ours.as_f64().map(|ours| (ours / theirs * 100.0).round() / 100.0)
}

fn path(path: &Path) -> anyhow::Result<&str> {
    path.to_str().with_context(|| format!("{} is no plain text", path.display()))
}

/// The JSON lines that a peer prints.
fn lines(python: &Path, script: &Path, arguments: &[&str]) -> anyhow::Result<Vec<Value>> {
    let output = Command::new(python)
        .arg(script)
        .args(arguments)
        .output()
        .with_context(|| format!("{} cannot be run", python.display()))?;
    if !output.status.success() {
        bail!("{} failed: {}", script.display(), String::from_utf8_lossy(&output.stderr).trim());
    }
    let text = String::from_utf8_lossy(&output.stdout);
    Ok(text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect())
}

//! Codes read exactly, by folder, beside PyPI zxing-cpp on the same pictures, one picture after the other.
//!
//! `cargo bench --bench seeing -- codes IMAGES PYTHON [BUDGET_MS] [-v]`; PYTHON has zxing-cpp and Pillow installed.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use usher::base::Stop;
use usher::{picture, reading};

/// What a picture holds: text, bytes, or no code at all.
enum Expected {
    Text(String),
    Bytes(Vec<u8>),
    Nothing,
}

#[derive(Default)]
struct Count {
    pictures: usize,
    ours: usize,
    peer: usize,
    peer_five: usize,
    ours_false: usize,
    peer_false: usize,
    ours_ms: Vec<f64>,
    peer_ms: Vec<f64>,
}

struct Peer {
    child: Child,
    lines: BufReader<std::process::ChildStdout>,
}

impl Peer {
    fn start(python: &str, script: &str) -> Self {
        let mut child = Command::new(python)
            .arg(script)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the peer's Python starts");
        let lines = BufReader::new(child.stdout.take().expect("piped"));
        Self { child, lines }
    }

    fn ask(&mut self, path: &Path) -> serde_json::Value {
        writeln!(self.child.stdin.as_mut().expect("piped"), "{}", path.display()).expect("the peer listens");
        let mut line = String::new();
        self.lines.read_line(&mut line).expect("the peer answers");
        serde_json::from_str(&line).expect("the peer's JSON")
    }
}

pub fn run(arguments: &[String]) {
    let [images, python, rest @ ..] = arguments else { super::used_wrongly() };
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/seeing/peer_zxing.py");
    let budget = rest.iter().find_map(|one| one.parse().ok()).map_or(Duration::from_secs(2), Duration::from_millis);
    let verbose = rest.iter().any(|one| one == "-v");
    let mut peer = Peer::start(python, script);
    let mut counts: BTreeMap<String, Count> = BTreeMap::new();
    for (folder, path, expected) in cases(Path::new(images)) {
        let count = counts.entry(folder).or_default();
        one(&mut peer, count, &path, &expected, budget, verbose);
    }
    print(&counts);
}

fn one(peer: &mut Peer, count: &mut Count, path: &Path, expected: &Expected, budget: Duration, verbose: bool) {
    let theirs = peer.ask(path);
    let bytes = std::fs::read(path).expect("a picture");
    let codes = match picture::open(&bytes) {
        Ok(picture) => {
            let start = Instant::now();
            let codes = reading::codes(&picture, budget, &Stop::new());
            count.ours_ms.push(start.elapsed().as_secs_f64() * 1e3);
            codes
        }
        Err(error) => {
            println!("{}: {error}", path.display());
            Vec::new()
        }
    };
    let ours: Vec<(String, Vec<u8>)> = codes.into_iter().map(|code| (code.text, code.bytes)).collect();
    let (found, five) = (pairs(&theirs["found"]), pairs(&theirs["five"]));
    count.pictures += 1;
    count.peer_ms.push(theirs["ms"].as_f64().unwrap_or_default());
    count.ours += usize::from(exact(&ours, expected));
    count.peer += usize::from(exact(&found, expected));
    count.peer_five += usize::from(exact(&five, expected));
    count.ours_false += usize::from(!ours.is_empty() && !exact(&ours, expected));
    count.peer_false += usize::from(!found.is_empty() && !exact(&found, expected));
    if verbose
        && (exact(&ours, expected) != exact(&found, expected)
            || (!ours.is_empty() && !exact(&ours, expected))
            || !exact(&ours, expected) && !matches!(expected, Expected::Nothing))
    {
        let ms = count.ours_ms.last().copied().unwrap_or_default();
        println!(
            "{} ours {} peer {} {ms:.0} ms {:?}",
            path.display(),
            exact(&ours, expected),
            exact(&found, expected),
            ours.iter().map(|o| &o.0).collect::<Vec<_>>()
        );
    }
}

fn exact(read: &[(String, Vec<u8>)], expected: &Expected) -> bool {
    match expected {
        Expected::Text(text) => read.iter().any(|one| &one.0 == text),
        Expected::Bytes(bytes) => read.iter().any(|one| &one.1 == bytes),
        Expected::Nothing => false,
    }
}

fn pairs(found: &serde_json::Value) -> Vec<(String, Vec<u8>)> {
    let hex = |text: &serde_json::Value| -> Vec<u8> {
        let digits = text.as_str().unwrap_or_default();
        (0..digits.len() / 2).filter_map(|i| u8::from_str_radix(&digits[2 * i..2 * i + 2], 16).ok()).collect()
    };
    let one =
        |code: &serde_json::Value| (String::from_utf8_lossy(&hex(&code["text"])).into_owned(), hex(&code["bytes"]));
    found.as_array().into_iter().flatten().map(one).collect()
}

/// Folder, picture, and what it holds.
fn cases(images: &Path) -> Vec<(String, PathBuf, Expected)> {
    let mut cases = Vec::new();
    let mut folders: Vec<_> = std::fs::read_dir(images.join("codes")).expect("codes/").flatten().collect();
    folders.sort_by_key(std::fs::DirEntry::file_name);
    for folder in folders {
        let name = folder.file_name().to_string_lossy().into_owned();
        for path in pictures(&folder.path()) {
            let expected = expected(&path);
            if !matches!(expected, Expected::Nothing) || name.starts_with("falsepositives") {
                cases.push((name.clone(), path, expected));
            }
        }
    }
    for other in ["ocr", "mrz", "faces"] {
        let none = pictures(&images.join(other))
            .into_iter()
            .map(|path| (format!("no codes: {other}"), path, Expected::Nothing));
        cases.extend(none);
    }
    let folder = images.join("boarding_passes");
    for line in std::fs::read_to_string(folder.join("labels.jsonl")).expect("labels").lines() {
        let label: serde_json::Value = serde_json::from_str(line).expect("JSON");
        let text = label["text"].as_str().expect("text").to_owned();
        let file = label["file"].as_str().expect("file");
        let kind = if file.contains("hard") { "boarding_passes hard" } else { "boarding_passes clean" };
        cases.push((kind.into(), folder.join(file), Expected::Text(text)));
    }
    cases
}

fn pictures(folder: &Path) -> Vec<PathBuf> {
    let is_picture = |path: &PathBuf| {
        path.extension()
            .is_some_and(|kind| ["png", "jpg", "jpeg", "gif"].iter().any(|one| kind.eq_ignore_ascii_case(one)))
    };
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(folder).into_iter().flatten().flatten().map(|file| file.path()).filter(is_picture).collect();
    paths.sort();
    paths
}

fn expected(path: &Path) -> Expected {
    if let Ok(bytes) = std::fs::read(path.with_extension("bin")) {
        return Expected::Bytes(bytes);
    }
    match std::fs::read(path.with_extension("txt")) {
        Ok(bytes) => Expected::Text(match String::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => error.into_bytes().into_iter().map(char::from).collect(),
        }),
        Err(_) => Expected::Nothing,
    }
}

fn print(counts: &BTreeMap<String, Count>) {
    println!(
        "{:<24}{:>5}{:>6}{:>6}{:>6}{:>11}{:>11}{:>22}{:>22}",
        "folder", "n", "ours", "peer", "five", "ours false", "peer false", "ours ms med/p95/max", "peer ms med/p95/max"
    );
    let mut all = Count::default();
    for (folder, count) in counts {
        line(folder, count);
        all.pictures += count.pictures;
        all.ours += count.ours;
        all.peer += count.peer;
        all.peer_five += count.peer_five;
        all.ours_false += count.ours_false;
        all.peer_false += count.peer_false;
        all.ours_ms.extend(&count.ours_ms);
        all.peer_ms.extend(&count.peer_ms);
    }
    line("all", &all);
}

fn line(name: &str, count: &Count) {
    println!(
        "{name:<24}{:>5}{:>6}{:>6}{:>6}{:>11}{:>11}{:>22}{:>22}",
        count.pictures,
        count.ours,
        count.peer,
        count.peer_five,
        count.ours_false,
        count.peer_false,
        times(&count.ours_ms),
        times(&count.peer_ms)
    );
}

fn times(ms: &[f64]) -> String {
    let mut ms = ms.to_vec();
    ms.sort_by(f64::total_cmp);
    let at = |share: f64| ms.get(((ms.len().max(1) - 1) as f64 * share) as usize).copied().unwrap_or_default();
    format!("{:.0}/{:.0}/{:.0}", at(0.5), at(0.95), at(1.0))
}

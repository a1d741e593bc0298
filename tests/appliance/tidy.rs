//! The rules that the compiler cannot check: who may use whom, where adapters may be named, how a file begins and how long
//! it is, what may not be written anywhere, that technicians are told in both languages, and that the operations page speaks of
//! messages that exist.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use regex::Regex;

/// Longest Rust file: a longer one is asking to be split (the house style's limit).
const LINES_MAX: usize = 500;

/// Folders that hold no source of ours.
const NOT_OURS: [&str; 4] = ["target", ".git", "node_modules", "out"];

/// Crates that only these rooms may name: the others hold those rooms' own types.
const ADAPTERS: [(&[&str], &[&str]); 22] = [
    (&["update"], &["minisign_verify", "semver", "zstd"]),
    (&["checks"], &["x509_parser"]),
    (&["base", "checks"], &["rustix"]),
    (&["config"], &["toml_edit", "jsonschema"]),
    (&["telemetry"], &["prometheus"]),
    (&["engine"], &["candle_core", "candle_nn", "candle_transformers", "ort", "tokenizers", "symphonia"]),
    (&["engine", "media"], &["minijinja"]),
    (&["store"], &["rusqlite", "rusqlite_migration"]),
    (&["picture"], &["image"]),
    (&["media", "clip"], &["roxmltree"]),
    (&["reading"], &["zxingcpp"]),
    (&["fetch", "facts", "camera", "handoff", "update"], &["reqwest"]),
    (&["fetch"], &["http_auth"]),
    (&["camera"], &["retina"]),
    (&["clip"], &["resvg", "mp4_atom"]),
    (&["http"], &["axum", "axum_server", "tower_http", "rust_embed", "qrcode"]),
    (&["handoff"], &["async_nats", "tokio_tungstenite"]),
    (&["base", "backup"], &["argon2"]),
    (&["handoff", "admin"], &["governor"]),
    (&["privacy", "backup"], &["chacha20poly1305"]),
    (&["cli"], &["clap", "indicatif"]),
    (&["device"], &["gpiocdev", "rppal"]),
];

/// One source file, path relative to the checkout.
struct File {
    path: String,
    text: String,
}

impl File {
    /// `src/engine/mod.rs` and `src/engine.rs` belong to the room `engine`.
    fn room(&self) -> &str {
        let inside = self.path.strip_prefix("src/").unwrap_or(&self.path);
        inside.split('/').next().unwrap_or(inside).trim_end_matches(".rs")
    }

    /// The text before the tests of the file, without comments; nothing of a file of tests.
    fn code(&self) -> String {
        if self.path.ends_with("/tests.rs") || self.path.contains("/tests/") {
            return String::new();
        }
        // Tests in a file of their own are named at the top of their module.
        let text = self.text.replace("#[cfg(test)]\nmod tests;", "");
        let before = text.split("#[cfg(test)]").next().unwrap_or_default();
        before.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
    }
}

/// The checkout: cargo names it to the tests it runs.
fn root() -> &'static Path {
    static ROOT: LazyLock<PathBuf> = LazyLock::new(|| {
        std::env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| env!("CARGO_MANIFEST_DIR").into(), PathBuf::from)
    });
    &ROOT
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Every readable text file under `folder`.
fn files(folder: &str, keep: &dyn Fn(&str) -> bool) -> Vec<File> {
    let (mut found, mut folders) = (Vec::new(), vec![root().join(folder)]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
            let path: PathBuf = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            let relative = path.strip_prefix(root()).unwrap().to_string_lossy().into_owned();
            if path.is_dir() && !NOT_OURS.contains(&name.as_str()) {
                folders.push(path);
            } else if path.is_file() && keep(&relative) {
                found.extend(fs::read_to_string(&path).ok().map(|text| File { path: relative, text }));
            }
        }
    }
    found.sort_by(|one, other| one.path.cmp(&other.path));
    found
}

fn rust(folder: &str) -> Vec<File> {
    let found = files(folder, &|path| path.ends_with(".rs"));
    assert!(!found.is_empty(), "no Rust file under {folder}");
    found
}

fn report(faults: &[String]) {
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

/// The table of docs/architecture.md: `| room | may use | ...` with room names in backticks.
fn may_use() -> BTreeMap<String, BTreeSet<String>> {
    let text = read("docs/architecture.md");
    let table = text.split("## Who may use whom").nth(1).expect("the architecture document has its table");
    let rows = table.split("\n## ").next().unwrap_or_default().lines().filter(|line| line.starts_with("| `"));
    let words = |cell: &str| Regex::new("`([a-z_]+)`").unwrap().captures_iter(cell).map(|c| c[1].to_owned()).collect();
    rows.filter_map(|row| {
        let mut cells = row.split('|').skip(1);
        let room = cells.next()?.trim().trim_matches('`').to_owned();
        Some((room, words(cells.next()?)))
    })
    .collect()
}

#[test]
fn rooms_use_only_what_the_architecture_table_allows() {
    let table = may_use();
    let arrow = Regex::new(r"\bcrate::(\{[^;]*\}|[a-z_]+)").unwrap();
    let name = Regex::new(r"(?:^\{|,)\s*([a-z_]+)|^([a-z_]+)$").unwrap();
    let mut faults = Vec::new();
    for file in rust("src").iter().filter(|file| !["lib", "main"].contains(&file.room())) {
        let Some(allowed) = table.get(file.room()) else {
            faults.push(format!("{}: room `{}` is not in the table of docs/architecture.md", file.path, file.room()));
            continue;
        };
        let code = file.code();
        for used in arrow.captures_iter(&code).flat_map(|c| {
            let list = c[1].to_owned();
            name.captures_iter(&list)
                .filter_map(|n| n.get(1).or(n.get(2)).map(|m| m.as_str().to_owned()))
                .collect::<Vec<_>>()
        }) {
            if used != file.room() && !allowed.contains(&used) {
                faults.push(format!(
                    "{} uses crate::{used}; the table of docs/architecture.md does not allow it",
                    file.path
                ));
            }
        }
    }
    report(&faults);
}

#[test]
fn the_architecture_table_names_the_rooms_that_exist_and_no_circle() {
    let table = may_use();
    let rooms: BTreeSet<String> = rust("src").iter().map(|file| file.room().to_owned()).collect();
    let rooms: BTreeSet<String> = rooms.into_iter().filter(|room| room != "lib" && room != "main").collect();
    assert_eq!(table.keys().cloned().collect::<BTreeSet<_>>(), rooms);
    let mut order: Vec<&String> = Vec::new();
    while order.len() < table.len() {
        let free =
            table.iter().find(|(room, used)| !order.contains(room) && used.iter().all(|one| order.contains(&one)));
        let (room, _) = free.expect("the rooms of the table can be put in an order where nothing points up");
        order.push(room);
    }
}

#[test]
fn adapters_are_named_in_their_own_room_only() {
    let mut faults = Vec::new();
    for file in rust("src") {
        let code = file.code();
        for (rooms, crates) in ADAPTERS.iter().filter(|(rooms, _)| !rooms.contains(&file.room())) {
            let named =
                |name: &&&str| Regex::new(&format!(r"(?m)\b{name}::|^\s*use {name}\b")).unwrap().is_match(&code);
            faults.extend(
                crates
                    .iter()
                    .filter(named)
                    .map(|name| format!("{} names {name}, which belongs to {}", file.path, rooms.join(" and "))),
            );
        }
    }
    report(&faults);
}

#[test]
fn every_file_says_what_it_is_for_and_is_short() {
    let mut faults = Vec::new();
    for file in ["src", "tests", "benches"].iter().flat_map(|folder| rust(folder)) {
        let lines = file.text.lines().count();
        if !file.text.starts_with("//! ") {
            faults.push(format!("{} does not open with `//!`", file.path));
        }
        if lines > LINES_MAX {
            faults.push(format!("{} has {lines} lines and may have {LINES_MAX}", file.path));
        }
    }
    report(&faults);
}

#[test]
fn nothing_is_left_half_done() {
    // Written in two halves, or this file would find itself.
    let words = [
        concat!("todo", "!("),
        concat!("unimplemented", "!("),
        concat!("dbg", "!("),
        concat!("#[ig", "nore"),
        concat!("TO", "DO"),
        concat!("FIX", "ME"),
    ];
    let mut faults = Vec::new();
    for file in ["src", "tests", "benches"].iter().flat_map(|folder| rust(folder)) {
        faults.extend(
            words.iter().filter(|word| file.text.contains(**word)).map(|word| format!("{} has {word}", file.path)),
        );
    }
    for file in rust("src").iter().filter(|file| file.code().contains(".unwrap()")) {
        faults.push(format!("{} has unwrap outside tests; use expect with the reason, or return the error", file.path));
    }
    report(&faults);
}

/// The same figures and commands in both texts, and Chinese signs in the Chinese one. An English text that is a figure alone, an
/// error's own words, is said elsewhere.
#[test]
fn what_technicians_are_told_is_told_in_both_languages() {
    let text = r#""((?:[^"\\]|\\.)*)""#;
    let both = Regex::new(&format!(r"\btold!\(\s*(?:[a-z_, ]+=>\s*)?{text},\s*{text}")).unwrap();
    let (figure, alone) = (Regex::new(r"\{[^}]*\}|`[^`]*`").unwrap(), Regex::new(r"^\{[^}]*\}$").unwrap());
    let (chinese, sign) = (Regex::new("[一-龥]").unwrap(), Regex::new("[一-龥][,.;:?!]").unwrap());
    let figures =
        |text: &str| figure.find_iter(text).map(|found| found.as_str().to_owned()).collect::<BTreeSet<String>>();
    let mut faults = Vec::new();
    for file in rust("src") {
        let code = file.code();
        let told: Vec<(&str, &str)> =
            both.captures_iter(&code).map(|found| found.extract()).map(|(_, [en, zh])| (en, zh)).collect();
        if told.len() != code.matches("told!(").count() {
            faults.push(format!("{} has a told! without two texts", file.path));
        }
        for (en, zh) in told {
            let is_same = alone.is_match(en) || figures(en) == figures(zh);
            // What joins others has signs alone.
            let is_chinese = chinese.is_match(zh) || !figure.replace_all(en, "").contains(char::is_alphabetic);
            if !is_same || !is_chinese || sign.is_match(zh) {
                faults.push(format!("{}: '{en}' is not told by '{zh}'", file.path));
            }
        }
    }
    report(&faults);
}

/// Hosts that text and code may name: this machine, documentation's own (RFC 2606, RFC 5737), private networks, and those that
/// schemas and licences are called by.
const HOSTS: &str = r"^(localhost|127\.[\d.]+|10\.[\d.]+|192\.0\.2\.\d+|([\w.-]+\.)?example(\.(org|com|net))?|.*\.example|www\.w3\.org|www\.apache\.org|json-schema\.org)$";

/// What is fetched is named by package and version: whose server that is, is the technician's own setting.
#[test]
fn no_public_host_is_named() {
    let address = Regex::new(r"(?:https?|wss?|rtsp|nats)://(?:[^/\s@]*@)?([A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)").unwrap();
    let known = Regex::new(HOSTS).unwrap();
    let mut faults = Vec::new();
    // Cargo.lock is cargo's own, and names its registry in every entry.
    for file in files(".", &|path| path != "Cargo.lock") {
        let hosts = address.captures_iter(&file.text).map(|found| found[1].to_string());
        faults.extend(hosts.filter(|host| !known.is_match(host)).map(|host| format!("{} names {host}", file.path)));
    }
    report(&faults);
}

#[test]
fn every_heading_of_the_operations_page_is_a_message_of_the_program() {
    // A long message is broken in the source by a backslash at the end of a line.
    let broken = Regex::new(r"\\\n\s*").unwrap();
    let source: String = rust("src").iter().map(|file| broken.replace_all(&file.code(), "").into_owned()).collect();
    let page = read("docs/operations.md");
    let headings: Vec<&str> = page.lines().filter_map(|line| line.strip_prefix("## ")).collect();
    assert!(headings.len() >= 10, "the operations page has its messages");
    let unknown = headings.iter().filter(|heading| !source.contains(**heading));
    report(&unknown.map(|heading| format!("docs/operations.md: no message says '{heading}'")).collect::<Vec<_>>());
}

//! Damage of every sort: bytes in the middle, a short file, no header, a short log, a killed process.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use super::*;
use crate::domain::{Item, Language};
use crate::store::{KnowledgeStore, OutboxStore};

const STAMP: &str = "20261123T101500Z";

fn items(count: usize) -> Vec<Item> {
    let item = |number: usize| Item {
        id: format!("item-{number:05}"),
        language: Language::English,
        questions: vec![format!("question {number}")],
        answer: format!("answer {number} {}", "long ".repeat(100)),
        tags: Vec::new(),
        valid_from: None,
        valid_until: None,
        media: None,
        place: None,
        hours: None,
        fees: None,
    };
    (0..count).map(item).collect()
}

fn plain(text: &str) -> String {
    text.to_owned()
}

fn knowledge(path: &Path, count: usize) {
    let mut store = KnowledgeStore::open(path).unwrap();
    store.replace(&items(count), &[], &plain).unwrap();
}

/// Overwrites the leaf page that has `words`, so that its rows are gone.
fn damage(path: &Path, words: &str) {
    let mut bytes = fs::read(path).unwrap();
    let at = bytes.windows(words.len()).position(|window| window == words.as_bytes()).unwrap();
    let page = at / 4096 * 4096;
    bytes[page..page + 4096].fill(0xA5);
    fs::write(path, bytes).unwrap();
}

#[test]
fn rows_around_damaged_pages_are_saved_and_found_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("knowledge.db");
    knowledge(&path, 500);
    damage(&path, "answer 100 ");
    damage(&path, "answer 400 ");
    assert!(matches!(KnowledgeStore::open(&path), Err(StoreError::Damaged { .. })));
    let salvaged = look_after(Kind::Knowledge, &path, STAMP).unwrap().unwrap();
    assert!(salvaged.aside.ends_with("knowledge.db.damaged-20261123T101500Z") && salvaged.aside.exists());
    let saved = salvaged.tables.iter().find(|table| table.name == "items").unwrap();
    assert!(!saved.is_whole && (480..500).contains(&saved.rows_saved), "{:?}", salvaged.tables);
    assert!(salvaged.words().contains("items (others are lost)"), "{}", salvaged.words());
    let mut store = KnowledgeStore::open(&path).unwrap();
    assert!(store.lacks_index().unwrap());
    store.reindex(&plain).unwrap();
    assert!(!store.lacks_index().unwrap());
    let loaded = store.load().unwrap().items;
    assert_eq!(loaded.len() as u64, saved.rows_saved);
    // Between the two damaged pages, too.
    assert!(loaded.iter().any(|(_, item)| item.id == "item-00250"));
    assert_eq!(store.hits("\"250\"", Language::English, 5).unwrap().len(), 1);
    assert_eq!(look_after(Kind::Knowledge, &path, STAMP).unwrap(), None);
}

#[test]
fn a_short_file_and_one_without_its_header_are_moved_aside() {
    let folder = tempfile::tempdir().unwrap();
    for (name, spoil) in [
        ("short", (|bytes: &mut Vec<u8>| bytes.truncate(bytes.len() / 2)) as fn(&mut Vec<u8>)),
        ("headless", |bytes| bytes[..4096].fill(0)),
        ("noise", |bytes| bytes.iter_mut().enumerate().for_each(|(at, byte)| *byte = (at * 31) as u8)),
    ] {
        let path = folder.path().join(name);
        knowledge(&path, 200);
        let mut bytes = fs::read(&path).unwrap();
        spoil(&mut bytes);
        fs::write(&path, bytes).unwrap();
        let salvaged = look_after(Kind::Knowledge, &path, STAMP).unwrap().expect(name);
        assert!(salvaged.aside.exists(), "{name}");
        KnowledgeStore::open(&path).unwrap();
    }
}

#[test]
fn a_power_cut_while_saving_is_finished_at_the_next_start() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("knowledge.db");
    // As left by a cut after the log and the file were moved, before the saved one took its place.
    knowledge(&path, 3);
    fs::rename(&path, folder.path().join("knowledge.db.salvaged-20261123T101500Z")).unwrap();
    fs::write(folder.path().join("knowledge.db.damaged-20261123T101500Z"), "damaged").unwrap();
    assert_eq!(look_after(Kind::Knowledge, &path, "later").unwrap(), None);
    assert_eq!(KnowledgeStore::open(&path).unwrap().load().unwrap().items.len(), 3);
    // And before: the damaged file is still in its place, its log is already away.
    fs::rename(&path, folder.path().join("knowledge.db.salvaged-20261124T101500Z")).unwrap();
    fs::write(&path, "damaged too").unwrap();
    assert_eq!(look_after(Kind::Knowledge, &path, "later").unwrap(), None);
    assert_eq!(KnowledgeStore::open(&path).unwrap().load().unwrap().items.len(), 3);
    assert!(folder.path().join("knowledge.db.damaged-20261124T101500Z").exists());
}

#[test]
fn another_programs_file_is_left_where_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("kiosk.db");
    rusqlite::Connection::open(&path).unwrap().execute_batch("CREATE TABLE theirs (x)").unwrap();
    assert!(matches!(look_after(Kind::Kiosk, &path, STAMP), Err(StoreError::Foreign { .. })));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

fn parcel(number: usize) -> [(String, String, String); 1] {
    [(format!("p-{number}"), "case".into(), "sealed ".repeat(20))]
}

#[test]
fn a_log_that_is_cut_short_anywhere_loses_the_last_writes_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("kiosk.db");
    let mut store = OutboxStore::open(&path).unwrap();
    for number in 0..20 {
        store.put(None, &parcel(number)).unwrap();
    }
    let (file, log) = (fs::read(&path).unwrap(), fs::read(with_ending(&path, "-wal")).unwrap());
    let mut last = 0;
    for part in 0..=16 {
        let copy = folder.path().join(format!("cut-{part}.db"));
        fs::write(&copy, &file).unwrap();
        fs::write(with_ending(&copy, "-wal"), &log[..log.len() * part / 16]).unwrap();
        assert_eq!(look_after(Kind::Kiosk, &copy, STAMP).unwrap(), None);
        let waiting = OutboxStore::open(&copy).unwrap().waiting().unwrap();
        assert!(waiting >= last && waiting <= 20, "{part}: {waiting} after {last}");
        last = waiting;
    }
    assert_eq!(last, 20);
}

/// Not a test of its own: what the next one kills. Writes for ever and says each number that is safely written.
#[test]
fn writer_that_is_killed() {
    let Some(path) = std::env::var_os("USHER_KILLED_WRITER") else { return };
    let mut store = OutboxStore::open(Path::new(&path)).unwrap();
    for number in 0.. {
        store.put(None, &parcel(number)).unwrap();
        println!("\nwritten {number}");
    }
}

#[test]
fn a_killed_process_loses_nothing_that_it_said_was_written() {
    let folder = tempfile::tempdir().unwrap();
    for wanted in [1, 7, 40] {
        let path = folder.path().join(format!("kiosk-{wanted}.db"));
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "store::salvage::tests::writer_that_is_killed", "--nocapture", "--test-threads=1"])
            .env("USHER_KILLED_WRITER", &path)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let said = lines.filter(|line| line.starts_with("written ")).take(wanted).count();
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(said, wanted);
        assert_eq!(look_after(Kind::Kiosk, &path, STAMP).unwrap(), None);
        assert!(OutboxStore::open(&path).unwrap().waiting().unwrap() >= wanted as u64);
    }
}

#[test]
fn a_full_disk_and_a_read_only_one_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("kiosk.db");
    let mut store = OutboxStore::open(&path).unwrap();
    drop(store);
    let file = File::open(&path, Kind::Kiosk).unwrap();
    let pages: i64 = file.pragma("page_count").unwrap();
    file.connection.pragma_update_and_check(None, "max_page_count", pages, |_| Ok(())).unwrap();
    let error = file.connection.execute_batch("CREATE TABLE more (x); CREATE TABLE most (x)").unwrap_err();
    assert!(matches!(file.error(error), StoreError::Full { .. }));
    drop(file);
    let file = existing(&path, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    let error = file.connection.execute("DELETE FROM outbox", []).unwrap_err();
    assert!(matches!(file.error(error), StoreError::ReadOnly { .. }));
    drop(file);
    store = OutboxStore::open(&path).unwrap();
    assert_eq!(store.waiting().unwrap(), 0);
}

//! Every upgrade from the first schema on, with rows in it, against a fresh file.

use std::path::Path;

use rusqlite::Connection;

use super::*;
use crate::store::APPLICATION_ID;

/// Rows as the first schema had them. Never edited: files like these are out there.
const FIRST_ROWS: [(Kind, &str); 5] = [
    (
        Kind::Knowledge,
        "INSERT INTO items VALUES (1, 'wifi', 'en', 'Free.', 'net', NULL, '2027-01-01T00:00:00', NULL, 'hall', NULL, NULL);
         INSERT INTO phrasings VALUES (1, 0, 'is there wifi');
         INSERT INTO documents VALUES (1, 'pets.en.md', 'en', 'Pets', '# Pets');
         INSERT INTO passages VALUES (1, 1, 'Dogs');
         INSERT INTO sentences VALUES (1, 0, 'Dogs fly.');
         INSERT INTO entries VALUES (1, 'en', 1, NULL), (2, 'en', NULL, 1);
         INSERT INTO words (rowid, text) VALUES (1, 'is there wifi'), (2, 'dogs fly');
         INSERT INTO vectors VALUES ('m', x'00', x'0000803f');",
    ),
    (
        Kind::Kiosk,
        "INSERT INTO visits VALUES ('c-1', 'person_button', '2026-11-23T10:00:00Z', 'K7P4', 'ab');
         INSERT INTO outbox (id, handoff, body) VALUES ('c-1/request', 'c-1', '{\"id\":\"c-1/request\"}');",
    ),
    (
        Kind::Desk,
        "INSERT INTO parcels VALUES ('c-1/request', 5);
         INSERT INTO cases VALUES ('c-1', '{\"epoch\":1}');
         INSERT INTO records VALUES ('c-0', 4, '{}', 'where is gate 9', 5);
         INSERT INTO callbacks VALUES ('c-1/callback', 5, '{}');
         INSERT INTO agents VALUES ('mei', '{}', 'hash');
         INSERT INTO kiosks VALUES ('airport-1', x'00');",
    ),
    (Kind::Statistics, "INSERT INTO hours VALUES (498000, '{}');"),
    (
        Kind::Admin,
        "INSERT INTO people VALUES ('mei', 'owner', 'hash', 5, 'ab');
         INSERT INTO audit (at, who, what, detail, hash) VALUES ('2026-11-23T10:00:00Z', 'mei', 'first', '', 'cd');
         INSERT INTO audit_base VALUES (0, 'ef');",
    ),
];

/// A file as the usher of schema `version` left it, with rows of the first one.
fn of_version(path: &Path, kind: Kind, version: u32) -> Connection {
    let mut connection = Connection::open(path).unwrap();
    connection.pragma_update(None, "application_id", APPLICATION_ID).unwrap();
    let steps = Migrations::from_slice(kind.steps());
    steps.to_version(&mut connection, 1).unwrap();
    let (_, rows) = FIRST_ROWS.iter().find(|(of, _)| *of == kind).unwrap();
    connection.execute_batch(rows).unwrap();
    steps.to_version(&mut connection, version as usize).unwrap();
    connection
}

/// Every object's SQL, spaces and quotation marks aside: a renamed column is written with marks.
fn schema(connection: &Connection) -> Vec<(String, String)> {
    let mut query = connection.prepare("SELECT name, coalesce(sql, '') FROM sqlite_schema ORDER BY name").unwrap();
    let rows = query.query_map([], |row| Ok((row.get(0)?, row.get::<_, String>(1)?))).unwrap();
    let plain = |sql: String| sql.chars().filter(|c| !c.is_whitespace() && *c != '"').collect();
    rows.map(|row| row.map(|(name, sql): (String, String)| (name, plain(sql))).unwrap()).collect()
}

/// Rows of every table that is not the index's own.
fn counts(connection: &Connection) -> Vec<(String, i64)> {
    let sql = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'words%' AND name NOT LIKE 'sqlite%' ORDER BY name";
    let mut query = connection.prepare(sql).unwrap();
    let names: Vec<String> = query.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap();
    let count =
        |name: &String| connection.query_row(&format!("SELECT count(*) FROM {name}"), [], |row| row.get(0)).unwrap();
    names.iter().map(|name| (name.clone(), count(name))).collect()
}

#[test]
fn every_schema_from_the_first_on_grows_into_a_fresh_one_and_keeps_its_rows() {
    for kind in Kind::ALL {
        let folder = tempfile::tempdir().unwrap();
        let fresh = File::open(&folder.path().join("fresh.db"), kind).unwrap();
        for version in 1..=kind.version() {
            let path = folder.path().join(format!("{version}.db"));
            let before = counts(&of_version(&path, kind, version));
            assert!(before.iter().all(|(_, rows)| *rows > 0), "{kind:?}: every table has a row in it: {before:?}");
            let file = File::open(&path, kind).unwrap();
            assert_eq!(schema(&file.connection), schema(&fresh.connection), "{kind:?} from {version}");
            assert_eq!(counts(&file.connection), before, "{kind:?} from {version}");
            assert_eq!(file.pragma::<u32>("user_version").unwrap(), kind.version());
        }
    }
}

#[test]
fn what_the_first_schema_kept_is_read_by_the_stores_of_today() {
    let folder = tempfile::tempdir().unwrap();
    for kind in Kind::ALL {
        drop(of_version(&folder.path().join(kind.file()), kind, 1));
    }
    let knowledge = crate::store::KnowledgeStore::open(&folder.path().join("knowledge.db")).unwrap().load().unwrap();
    assert_eq!(knowledge.items[0].1.questions, ["is there wifi"]);
    let mut outbox = crate::store::OutboxStore::open(&folder.path().join("kiosk.db")).unwrap();
    assert_eq!(outbox.open_visits().unwrap()[0].code, "K7P4");
    assert!(outbox.oldest().unwrap().unwrap().body.contains("c-1/request"));
    let mut desk = crate::store::DeskStore::open(&folder.path().join("desk.db")).unwrap();
    assert_eq!(desk.cases().unwrap(), [("c-1".to_owned(), "{\"epoch\":1}".to_owned())]);
    assert_eq!(desk.gaps().unwrap(), ["where is gate 9"]);
}

#[test]
fn a_schema_of_the_future_is_named_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("kiosk.db");
    let connection = of_version(&path, Kind::Kiosk, Kind::Kiosk.version());
    connection.pragma_update(None, "user_version", Kind::Kiosk.version() + 1).unwrap();
    drop(connection);
    let error = File::open(&path, Kind::Kiosk).err().unwrap();
    assert!(matches!(error, StoreError::Newer { .. }), "{error}");
}

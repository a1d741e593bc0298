//! The file of the knowledge: kept, shared, refused when it is not ours or not whole.

use usher::domain::Language;
use usher::knowledge::Knowledge;

use super::{NOON, Site, airport, chain, embedder, item};

#[test]
fn knowledge_is_there_after_reopening_and_opening_embeds_nothing() {
    let mut site = Site::with_model();
    airport(&site);
    site.import().unwrap();
    let path = site.folder.path().join("knowledge.db");
    let mut again = Knowledge::open(&path, Some(embedder())).unwrap();
    assert_eq!(again.embed_missing(&mut |_| ()).unwrap(), 0);
    let found = again.search("I'd like to go online", Language::English, NOON).unwrap();
    assert_eq!(super::name_of(&found.passages[0]), "wifi");
}

#[test]
fn an_open_handle_sees_what_another_imports() {
    let mut site = Site::plain();
    assert!(site.search("swimming pool").passages.is_empty());
    let mut other = Knowledge::open(&site.folder.path().join("knowledge.db"), None).unwrap();
    site.write("a.jsonl", item("pool", "en", &["swimming pool"], "Level 5."));
    other.import(&[site.path()], &mut |_| ()).unwrap();
    assert_eq!(site.best("swimming pool").as_deref(), Some("pool"));
    other.remove("pool").unwrap();
    assert_eq!(site.best("swimming pool"), None);
}

#[test]
fn a_file_that_is_not_ours_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let text = folder.path().join("letter.txt");
    std::fs::write(&text, "Dear Sir or Madam, this is a letter and not a database at all. ".repeat(40)).unwrap();
    let error = chain(&Knowledge::open(&text, None).err().unwrap());
    assert!(error.contains("is not a database of usher; name another file or move it away"), "{error}");
    assert!(std::fs::read_to_string(&text).unwrap().starts_with("Dear Sir"));

    let foreign = folder.path().join("foreign.db");
    let connection = rusqlite::Connection::open(&foreign).unwrap();
    connection.execute_batch("CREATE TABLE theirs (x); INSERT INTO theirs VALUES (1);").unwrap();
    drop(connection);
    let error = chain(&Knowledge::open(&foreign, None).err().unwrap());
    assert!(error.contains("is not a database of usher"), "{error}");

    let missing = folder.path().join("no/such/folder/knowledge.db");
    let error = chain(&Knowledge::open(&missing, None).err().unwrap());
    assert!(error.contains("cannot open the database") && error.contains("its folder exists"), "{error}");
}

#[test]
fn a_damaged_file_is_named_with_its_repair() {
    let mut site = Site::plain();
    airport(&site);
    site.import().unwrap();
    let path = site.folder.path().join("knowledge.db");
    drop(site.knowledge);
    let mut bytes = std::fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[8_192..middle].fill(0x5a);
    std::fs::write(&path, bytes).unwrap();
    let error = chain(&Knowledge::open(&path, None).err().unwrap());
    assert!(
        error.contains("is damaged") && error.contains("start `usher serve`, which saves what can be read"),
        "{error}"
    );
}

#[test]
fn a_file_of_a_newer_usher_is_refused() {
    let site = Site::plain();
    let path = site.folder.path().join("knowledge.db");
    rusqlite::Connection::open(&path).unwrap().pragma_update(None, "user_version", 999).unwrap();
    let error = chain(&Knowledge::open(&path, None).err().unwrap());
    assert!(error.contains("was made by a newer usher"), "{error}");
}

#[test]
fn a_journal_cut_by_a_power_failure_costs_at_most_the_last_import() {
    let mut site = Site::plain();
    site.write("a.jsonl", item("pool", "en", &["swimming pool"], "Level 5."));
    site.import().unwrap();
    let folder = site.folder.path().to_owned();
    // A second import stays in the journal; what a power cut leaves of it is copied at every length.
    site.write("b.jsonl", item("spa", "en", &["massage and spa"], "Level 6."));
    site.import().unwrap();
    let database = std::fs::read(folder.join("knowledge.db")).unwrap();
    let journal = std::fs::read(folder.join("knowledge.db-wal")).unwrap();
    for tenth in 0..=10 {
        let copy = folder.join(format!("copy-{tenth}.db"));
        std::fs::write(&copy, &database).unwrap();
        std::fs::write(folder.join(format!("copy-{tenth}.db-wal")), &journal[..journal.len() * tenth / 10]).unwrap();
        let mut knowledge = Knowledge::open(&copy, None).unwrap();
        let names: Vec<String> = knowledge.list().unwrap().into_iter().map(|one| one.name).collect();
        assert!([&[][..], &["pool"], &["pool", "spa"]].iter().any(|good| names == *good), "{tenth}: {names:?}");
        assert!(tenth < 10 || names == ["pool", "spa"], "{names:?}");
    }
}

//! Import: what is taken, what is refused with which words, and that a refusal leaves everything as it was.

use std::os::unix::ffi::OsStrExt;

use usher::knowledge::{Knowledge, KnowledgeError};

use super::{Site, airport, chain, item};

#[test]
fn a_folder_brings_items_and_documents_of_both_languages() {
    let mut site = Site::plain();
    airport(&site);
    site.write("notes.pdf", "not knowledge");
    let imported = site.import().unwrap();
    assert_eq!((imported.items, imported.documents, imported.passages, imported.embedded), (19, 2, 4, 0));
    let names = site.names();
    assert!(names.contains(&"gate-b22 en".to_owned()) && names.contains(&"pets.zh.md zh".to_owned()), "{names:?}");
}

#[test]
fn importing_again_replaces_and_removing_removes_every_language() {
    let mut site = Site::plain();
    site.write(
        "a.jsonl",
        item("pool", "en", &["swimming pool", "swim"], "Level 5.") + &item("pool", "zh", &["泳池"], "五层。"),
    );
    site.write("rules.en.md", "# Rules\n\n## Cats\n\nCats travel free.\n");
    site.import().unwrap();
    site.write("a.jsonl", item("pool", "en", &["swimming pool"], "It is closed."));
    site.write("rules.en.md", "# Rules\n\n## Dogs\n\nDogs pay.\n");
    site.import().unwrap();
    assert_eq!(site.names(), ["pool zh", "pool en", "rules.en.md en"]);
    let found = site.search("swimming pool");
    assert_eq!(found.passages[0].text, "It is closed.");
    assert!(site.search("cats").passages.is_empty());
    assert_eq!(site.knowledge.remove("pool").unwrap(), 2);
    assert_eq!(site.knowledge.remove("rules.en.md").unwrap(), 1);
    assert_eq!(site.knowledge.remove("rules.en.md").unwrap(), 0);
    assert!(site.names().is_empty() && site.search("swimming pool").passages.is_empty());
}

#[test]
fn one_bad_line_is_named_and_nothing_is_imported() {
    let good = item("pool", "en", &["swimming pool"], "Level 5.");
    for (name, text, words) in [
        ("b.jsonl", format!("{good}{{\"id\":\n"), "b.jsonl line 2: not an item"),
        ("b.jsonl", good.replace("}", ",\"colour\":1}"), "b.jsonl line 1: not an item: unknown field `colour`"),
        ("b.jsonl", good.clone() + &good, "b.jsonl line 2: the id 'pool' in en stands on line 1 too"),
        ("b.jsonl", " \n".into(), "b.jsonl: the file is empty"),
        ("b.md", "# Only a title".into(), "b.md: there is no text under its headings"),
        ("b.txt", "12 34".into(), "b.txt: it has no letters, so no language"),
        ("z.jsonl", item("spa", "en", &["spa"], "Here."), "z.jsonl: the item 'spa' in en is in "),
    ] {
        let mut site = Site::plain();
        site.write("a.jsonl", item("spa", "en", &["spa"], "Level 6."));
        site.write(name, text);
        let error = chain(&site.import().unwrap_err());
        assert!(error.contains(words), "{error}");
        assert!(site.names().is_empty(), "{name}: nothing may be left of a refused import");
    }
}

#[test]
fn bytes_that_are_no_text_are_named_by_line() {
    let mut site = Site::plain();
    site.write("a.jsonl", b"\n\n{\"id\":\"\xff\xfe\"}\n");
    let error = site.import().unwrap_err();
    assert!(matches!(&error, KnowledgeError::Line { line: 3, .. }), "{error}");
    assert!(error.to_string().contains("it is not UTF-8; save it as UTF-8"), "{error}");
}

#[test]
fn absurd_sizes_and_wrong_paths_are_refused() {
    let mut site = Site::plain();
    let huge = site.write("huge.txt", vec![b'a'; (16 << 20) + 1]);
    let error = site.knowledge.import(&[huge], &mut |_| ()).unwrap_err().to_string();
    assert!(error.contains("it has 16777217 bytes; at most 16777216 are taken, so split it"), "{error}");

    let missing = site.path().join("missing.jsonl");
    let error = chain(&site.knowledge.import(&[missing], &mut |_| ()).unwrap_err());
    assert!(error.contains("cannot read") && error.contains("missing.jsonl"), "{error}");

    let image = site.write("map.png", "png");
    let error = site.knowledge.import(&[image], &mut |_| ()).unwrap_err().to_string();
    assert!(error.contains("it is no knowledge: items are .jsonl, documents .md or .txt"), "{error}");

    let empty = site.path().join("empty");
    std::fs::create_dir(&empty).unwrap();
    let error = site.knowledge.import(&[empty], &mut |_| ()).unwrap_err().to_string();
    assert!(error.starts_with("no knowledge in"), "{error}");

    let deep = (0..9).fold(site.path().join("deep"), |path, _| path.join("d"));
    std::fs::create_dir_all(&deep).unwrap();
    let error = site.knowledge.import(&[site.path().join("deep")], &mut |_| ()).unwrap_err().to_string();
    assert!(error.contains("folders are looked into 8 deep"), "{error}");

    let odd = site.path().join(std::ffi::OsStr::from_bytes(b"bad-\xff.md"));
    std::fs::write(&odd, "# A\n\nText.").unwrap();
    let error = site.knowledge.import(&[odd], &mut |_| ()).unwrap_err().to_string();
    assert!(error.contains("rename it"), "{error}");
    assert!(site.names().is_empty());
}

#[test]
fn an_export_imports_to_the_same_knowledge() {
    let mut site = Site::plain();
    airport(&site);
    site.import().unwrap();
    let out = site.folder.path().join("out");
    let exported = site.knowledge.export(&out).unwrap();
    assert_eq!((exported.items, exported.documents), (19, 2));
    let mut again = Knowledge::open(&site.folder.path().join("again.db"), None).unwrap();
    again.import(&[out], &mut |_| ()).unwrap();
    let sorted = |mut list: Vec<_>| {
        list.sort_by_key(|one: &usher::knowledge::Listed| (one.name.clone(), one.language));
        list
    };
    assert_eq!(sorted(again.list().unwrap()), sorted(site.knowledge.list().unwrap()));
}

//! Changes to the real site files: what differs, what stays, what is refused.

use std::fs;

use serde_json::json;

use super::*;
use crate::config::document::Parsed;
use crate::config::layers::leaves;
use crate::config::schema;

/// The two site files that ship.
fn sites() -> Vec<(&'static str, String)> {
    let read = |name| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("firmware-config/sites").join(name);
        (name, fs::read_to_string(path).unwrap())
    };
    vec![read("airport.toml"), read("bank.toml")]
}

fn set(path: &str, value: Value) -> Change {
    Change::Set { path: path.parse().unwrap(), value }
}

fn remove(path: &str) -> Change {
    Change::Remove { path: path.parse().unwrap() }
}

fn edit(text: &str, changes: &[Change]) -> String {
    edited(text, changes, &schema()).unwrap()
}

/// Lines of `after` that `before` has not, and the other way round; both in order.
fn lines_that_differ<'a>(before: &'a str, after: &'a str) -> (Vec<&'a str>, Vec<&'a str>) {
    let lone = |one: &'a str, other: &str| one.lines().filter(|line| !other.lines().any(|l| l == *line)).collect();
    (lone(before, after), lone(after, before))
}

#[test]
fn one_value_is_one_line_and_its_comment_stays() {
    for (_, text) in sites() {
        let after = edit(&text, &[set("time_zone", json!("Europe/Berlin"))]);
        let (gone, come) = lines_that_differ(&text, &after);
        assert_eq!((gone.len(), come.len()), (1, 1), "{gone:?} {come:?}");
        assert_eq!(come[0], gone[0].replace("Asia/Singapore", "Europe/Berlin"));
        assert!(come[0].contains("# deci"), "{come:?}");
        let after = edit(&text, &[set("name.zh", json!("别的名字"))]);
        let (gone, come) = lines_that_differ(&text, &after);
        assert_eq!((gone.len(), come.len()), (1, 1));
        assert!(come[0].starts_with("name = { en = \"") && come[0].ends_with(", zh = \"别的名字\" }"), "{come:?}");
    }
}

/// The property that the admin page rests on: what is set is read back, and nothing else has changed.
#[test]
fn every_setting_of_both_files_can_be_set_alone() {
    for (name, text) in sites() {
        let before = Parsed::read(&text).unwrap().value;
        let settings = leaves(&before);
        assert!(settings.len() > 60, "{name}: {}", settings.len());
        for (path, old) in settings {
            let new = match old {
                Value::String(text) => json!(format!("{text} “\\ \"new\"\n#")),
                Value::Number(number) => json!(number.as_i64().unwrap() + 1),
                Value::Bool(flag) => json!(!flag),
                Value::Array(entries) => json!(entries.iter().skip(1).chain([&json!("x")]).collect::<Vec<_>>()),
                other => panic!("{path}: {other}"),
            };
            let after = edit(&text, &[Change::Set { path: path.clone(), value: new.clone() }]);
            let mut expected = before.clone();
            *value_mut(&mut expected, &path) = new;
            assert_eq!(Parsed::read(&after).unwrap().value, expected, "{name} {path}");
            assert_eq!(comments(&after), comments(&text), "{name} {path}");
            let back = edit(&after, &[Change::Set { path: path.clone(), value: old.clone() }]);
            assert_eq!(Parsed::read(&back).unwrap().value, before, "{name} {path}");
            if !old.is_array() {
                assert_eq!(back, text, "{name} {path}");
            }
        }
    }
}

fn value_mut<'v>(value: &'v mut Value, path: &Dotted) -> &'v mut Value {
    path.0.iter().fold(value, |value, step| match value {
        Value::Array(entries) => &mut entries[step.parse::<usize>().unwrap()],
        other => &mut other[step.as_str()],
    })
}

fn comments(text: &str) -> Vec<&str> {
    // Sites' comments have a blank behind the sign; colours and the tests' own values have not.
    text.lines().filter_map(|line| line.split_once("# ").map(|(_, comment)| comment)).collect()
}

#[test]
fn what_is_set_already_changes_nothing() {
    for (_, text) in sites() {
        let value = Parsed::read(&text).unwrap().value;
        let whole: Vec<Change> = value
            .as_object()
            .unwrap()
            .iter()
            .map(|(name, value)| Change::Set { path: Dotted(vec![name.clone()]), value: value.clone() })
            .collect();
        assert_eq!(edit(&text, &whole), text);
    }
}

#[test]
fn new_settings_get_their_place() {
    let text =
        "id = \"a\" # mine\n\n[map]\nkiosk = \"k\" # here\n\n[[topics]]\nid = \"bags\"\nlabel = { en = \"Bags\" }\n";
    assert_eq!(edit(text, &[set("visit.idle_seconds", json!(90.0))]), format!("{text}\n[visit]\nidle_seconds = 90\n"));
    let after = edit(text, &[set("topics.bags.label.zh", json!("行李"))]);
    assert!(after.contains("label = { en = \"Bags\", zh = \"行李\" }\n"), "{after}");
    let after = edit(text, &[set("topics.0.icon", json!("bag")), set("languages", json!(["en"]))]);
    assert!(after.starts_with("id = \"a\" # mine\nlanguages = [\"en\"]\n"), "{after}");
    let camera =
        json!({"title": {"en": "Hold"}, "place": {"en": "Hold"}, "kind": "file", "source": "x", "headers_file": null});
    let after = edit(text, &[set("camera.hold-3", camera)]);
    assert!(
        after.contains("[camera.hold-3]\ntitle = { en = \"Hold\" }\n") && !after.contains("headers_file"),
        "{after}"
    );
    let topics = json!([{"id": "bags", "label": {"en": "Bags"}}, {"id": "gates", "label": {"en": "Gates"}}]);
    let after = edit(text, &[set("topics", topics)]);
    assert_eq!(after, format!("{text}\n[[topics]]\nid = \"gates\"\nlabel = {{ en = \"Gates\" }}\n"));
}

#[test]
fn what_is_removed_leaves_the_comments_above_it() {
    let text = "# the file\nid = \"a\"\n# seconds\n[visit] # rest\nidle_seconds = 90 # long\n\n[map]\nkiosk = \"k\"\n";
    let after = edit(text, &[remove("visit.idle_seconds")]);
    assert_eq!(after, "# the file\nid = \"a\"\n# seconds\n[visit] # rest\n\n[map]\nkiosk = \"k\"\n");
    let after = edit(text, &[remove("visit")]);
    assert_eq!(after, "# the file\nid = \"a\"\n# seconds\n\n[map]\nkiosk = \"k\"\n");
    assert_eq!(edit(text, &[remove("clips.disk_mb"), remove("map.kiosk")]), text.replace("kiosk = \"k\"\n", ""));
    let two = "[clips]\nencoder = \"vp9\" # free\ndisk_mb = 1\n";
    assert_eq!(edit(two, &[remove("clips.disk_mb")]), "[clips]\nencoder = \"vp9\" # free\n");
    let inline = "name = { en = \"A\", zh = \"B\" }\n";
    assert_eq!(edit(inline, &[remove("name.zh")]), "name = { en = \"A\" }\n");
}

#[test]
fn lists_keep_their_lines() {
    let text = "vocabulary = [\n  \"one\", # first\n  \"two\",\n]\n";
    assert_eq!(
        edit(text, &[set("vocabulary", json!(["one", "deux"]))]),
        "vocabulary = [\n  \"one\", # first\n  \"deux\",\n]\n"
    );
    assert_eq!(edit(text, &[set("vocabulary", json!(["one"]))]), "vocabulary = [\n  \"one\", # first\n]\n");
    assert_eq!(edit(text, &[set("vocabulary.1", json!("zwei"))]), text.replace("two", "zwei"));
}

#[test]
fn line_ends_of_windows_stay() {
    let text = "id = \"a\" # mine\r\n[visit]\r\nidle_seconds = 60\r\n";
    assert_eq!(edit(text, &[set("visit.idle_seconds", json!(90))]), text.replace("60", "90"));
}

#[test]
fn every_wrong_change_is_told() {
    let changes = [
        set("visit.idle_second", json!(1)),
        set("id.x", json!(1)),
        set("topics.7.id", json!("x")),
        remove("vist"),
        set("vocabulary", json!([null])),
    ];
    let told = edited("id = \"a\"\ntopics = []\n", &changes, &schema()).unwrap_err().to_string();
    assert_eq!(told.lines().count(), 5, "{told}");
    assert!(told.contains("visit.idle_second: no setting has the name 'idle_second'; did you mean 'idle_seconds'?"));
    assert!(told.contains("id.x: no setting has the name 'x'"), "{told}");
    assert!(told.contains("topics.7.id: there is no entry '7'; there are 0"), "{told}");
    assert!(told.contains("vist: no setting has the name 'vist'; did you mean 'visit'?"));
    assert!(told.contains("vocabulary: a list has no empty entries"), "{told}");
}

#[test]
fn changes_come_as_json() {
    let read = |text: &str| serde_json::from_str::<Change>(text);
    assert_eq!(read(r#"{"path":"visit.idle_seconds","value":90}"#).unwrap(), set("visit.idle_seconds", json!(90)));
    assert_eq!(read(r#"{"path":"map.kiosk","remove":true}"#).unwrap(), remove("map.kiosk"));
    assert_eq!(read(r#"{"path":"map.kiosk","value":null}"#).unwrap(), remove("map.kiosk"));
    assert!(read(r#"{"path":"map.kiosk","value":1,"remove":true}"#).is_err());
    assert!(read(r#"{"path":"a..b","value":1}"#).is_err());
}

fn fine(_: &str) -> Result<(), Vec<FieldFault>> {
    Ok(())
}

#[test]
fn a_file_is_replaced_whole_and_the_old_one_kept() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("site.toml");
    fs::write(&path, "[visit]\nidle_seconds = 60 # rest\n").unwrap();
    let file = ConfigFile::open(&path).unwrap();
    let change = [set("visit.idle_seconds", json!(90))];
    let written = file.write(&change, &schema(), fine).unwrap();
    assert!(written.changed);
    assert_eq!(fs::read_to_string(&path).unwrap(), "[visit]\nidle_seconds = 90 # rest\n");
    assert_eq!(fs::read_to_string(written.before.unwrap()).unwrap(), file.text);
    let names: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names.len(), 2, "{names:?}");
    let again = ConfigFile::open(&path).unwrap();
    assert_eq!(again.digest, written.digest);
    assert!(!again.write(&change, &schema(), fine).unwrap().changed);
}

#[test]
fn a_file_stays_as_it_is_when_the_change_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("site.toml");
    fs::write(&path, "[visit]\nidle_seconds = 60\n").unwrap();
    let file = ConfigFile::open(&path).unwrap();
    let change = [set("visit.idle_seconds", json!(90000))];
    let refused = file
        .write(&change, &schema(), |_| Err(vec![FieldFault::new("visit.idle_seconds", "90000 is outside 20 to 600")]));
    assert_eq!(refused.unwrap_err().to_string(), "visit.idle_seconds: 90000 is outside 20 to 600");
    fs::write(&path, "[visit]\nidle_seconds = 61\n").unwrap();
    let refused = file.write(&change, &schema(), fine).unwrap_err();
    assert!(refused.to_string().ends_with("site.toml was changed meanwhile; read it again, then repeat the change"));
    assert_eq!(fs::read_to_string(&path).unwrap(), "[visit]\nidle_seconds = 61\n");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[cfg(unix)]
#[test]
fn a_link_and_a_read_only_file_are_refused_with_the_repair() {
    let folder = tempfile::tempdir().unwrap();
    let (path, link) = (folder.path().join("site.toml"), folder.path().join("link.toml"));
    fs::write(&path, "[visit]\nidle_seconds = 60\n").unwrap();
    std::os::unix::fs::symlink(&path, &link).unwrap();
    assert!(ConfigFile::open(&link).unwrap_err().to_string().contains("is a link; name the file it leads to"));
    let mut permissions = fs::metadata(&path).unwrap().permissions();
    permissions.set_readonly(true);
    fs::set_permissions(&path, permissions).unwrap();
    let file = ConfigFile::open(&path).unwrap();
    let refused = file.write(&[set("visit.idle_seconds", json!(90))], &schema(), fine).unwrap_err();
    assert!(refused.to_string().contains("may not be written; allow it with `chmod u+w`"), "{refused}");
    assert_eq!(fs::read_to_string(&path).unwrap(), file.text);
}

#[test]
fn a_file_that_is_no_configuration_is_not_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("site.toml");
    fs::write(&path, vec![b'#'; FILE_BYTES_MAX as usize + 1]).unwrap();
    assert!(ConfigFile::open(&path).unwrap_err().to_string().contains("a configuration is smaller"));
    fs::write(&path, [0xff, 0xfe]).unwrap();
    assert!(ConfigFile::open(&path).unwrap_err().to_string().contains("cannot be read"));
    assert!(edited("a = = 1", &[], &schema()).unwrap_err().to_string().contains("this is no TOML"));
}

//! A device in a folder: backed up, restored elsewhere and over itself, cut off at every step, reset; and files that are no backups.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use jiff::Timestamp;

use super::*;
use crate::handoff::{SealedDesk, SealedOutbox};
use crate::store::{Content, DeskBatch, KnowledgeStore, StoreError};

const PHRASE: &str = "correct horse battery";
const PLANTED: &str = "my grandmother's purple suitcase";

/// A data folder with a site in it, and the configuration beside it.
struct Device {
    folder: tempfile::TempDir,
}

impl Device {
    fn empty() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn furnished() -> Self {
        let device = Self::empty();
        fs::create_dir_all(device.state()).unwrap();
        drop(KnowledgeStore::open(&device.state().join("knowledge.db")).unwrap());
        let mut desk = SealedDesk::open(&device.state().join("desk.db"), now()).unwrap();
        desk.store.put_agent("mei", "{}", "hash of mei").unwrap();
        SealedOutbox::open(&device.state().join("kiosk.db"), now()).unwrap();
        device.write("data/sites/airport/desk.crt", "certificate");
        device.write("data/models/m/weights.gguf", "weights");
        device.write("config/airport.toml", "id = \"airport\"\n");
        device.write("config/airport/documents/宠物.zh.md", "# 宠物");
        device.write("config/airport/items.en.jsonl", "{}\n");
        device
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    fn data(&self) -> PathBuf {
        self.path("data")
    }

    fn state(&self) -> PathBuf {
        self.path("data/sites/airport")
    }

    /// A visitor waits for a person, a case is open, and a call is booked.
    fn with_visits(self) -> Self {
        let mut outbox = SealedOutbox::open(&self.state().join("kiosk.db"), now()).unwrap();
        outbox.put(None, &[("c/request".into(), "c".into(), PLANTED.into())]).unwrap();
        let batch = DeskBatch {
            parcels: vec!["c/callback".into()],
            saved: vec![("c".into(), PLANTED.into())],
            callbacks: vec![("c/callback".into(), PLANTED.into())],
            ..DeskBatch::default()
        };
        SealedDesk::open(&self.state().join("desk.db"), now()).unwrap().write(&batch).unwrap();
        self
    }

    fn plan(&self, content: Content) -> Plan {
        Plan {
            site: "airport".into(),
            usher: "0.1.0".into(),
            state: self.state(),
            parts: self.places().parts.into_iter().map(|(name, root)| Part { name, root }).collect(),
            models: Vec::new(),
            elsewhere: vec!["/etc/usher/baggage.headers".into()],
            content,
        }
    }

    fn places(&self) -> Places {
        let parts = [("config", "config/airport.toml"), ("knowledge", "config/airport")];
        let parts = parts.map(|(name, path)| (name.to_owned(), self.path(path)));
        Places { state: self.state(), parts: BTreeMap::from(parts) }
    }

    fn back_up(&self, content: Content, passphrase: Option<&str>) -> PathBuf {
        let to = self.path("backup.tar.gz");
        make(&self.plan(content), &to, passphrase, now(), &mut |_, _| {}).unwrap();
        to
    }

    fn restore(&self, from: &Path, force: bool) -> Result<Restored, BackupError> {
        stage(from, None, "airport", &self.places(), force)?.swap()
    }

    /// Every file but the lock with its bytes; databases by what they say.
    fn tree(&self) -> BTreeMap<String, Vec<u8>> {
        fn walk(folder: &Path, root: &Path, into: &mut BTreeMap<String, Vec<u8>>) {
            for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
                if path.is_dir() {
                    walk(&path, root, into);
                } else if !path.ends_with("usher.lock") {
                    into.insert(path.strip_prefix(root).unwrap().to_string_lossy().into(), fs::read(&path).unwrap());
                }
            }
        }
        let mut tree = BTreeMap::new();
        walk(self.folder.path(), self.folder.path(), &mut tree);
        tree
    }
}

fn now() -> Timestamp {
    "2026-11-23T10:15:00Z".parse().unwrap()
}

fn holds(bytes: &[u8], words: &str) -> bool {
    bytes.windows(words.len()).any(|window| window == words.as_bytes())
}

fn plain(path: &Path) -> Vec<u8> {
    let mut bytes = Vec::new();
    GzDecoder::new(fs::File::open(path).unwrap()).read_to_end(&mut bytes).unwrap();
    bytes
}

fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(bytes).unwrap();
    gzip.finish().unwrap()
}

#[test]
fn a_second_data_folder_gets_the_whole_kiosk_and_no_visit() {
    let device = Device::furnished().with_visits();
    let file = device.back_up(Content::WithoutVisits, None);
    assert!(!holds(&plain(&file), "c/request"), "not even a hand-over's number");
    let second = Device::empty();
    let restored = second.restore(&file, false).unwrap();
    assert_eq!(restored.elsewhere, ["/etc/usher/baggage.headers"]);
    let tree = second.tree();
    assert_eq!(tree["config/airport/documents/宠物.zh.md"], "# 宠物".as_bytes());
    assert_eq!(tree["data/sites/airport/desk.crt"], b"certificate");
    assert!(!tree.keys().any(|path| path.contains("models") || path.contains("kiosk") || path.contains(".seal")));
    let mut desk = SealedDesk::open(&second.state().join("desk.db"), now()).unwrap();
    assert!(desk.store.agent("mei").unwrap().is_some() && desk.cases().unwrap().is_empty());
    assert!(desk.store.has_parcel("c/callback").unwrap(), "a parcel that comes again is still known");
}

#[test]
fn an_encrypted_backup_may_take_hand_overs_along_and_opens_by_its_passphrase_alone() {
    let device = Device::furnished().with_visits();
    let plan = device.plan(Content::Everything);
    let refused = make(&plan, &device.path("b"), None, now(), &mut |_, _| {}).unwrap_err();
    assert!(matches!(refused, BackupError::VisitsNeedPassphrase), "{refused}");
    let file = device.back_up(Content::Everything, Some(PHRASE));
    assert!(!holds(&fs::read(&file).unwrap(), "certificate"));
    let second = Device::empty();
    let places = second.places();
    let open = |phrase| stage(&file, phrase, "airport", &places, false);
    assert!(matches!(open(None), Err(BackupError::PassphraseNeeded { .. })));
    assert!(matches!(open(Some("another passphrase")), Err(BackupError::WrongPassphrase { .. })));
    open(Some(PHRASE)).unwrap().swap().unwrap();
    let mut outbox = SealedOutbox::open(&second.state().join("kiosk.db"), now()).unwrap();
    assert_eq!(outbox.oldest().unwrap().unwrap().body, PLANTED);
}

#[test]
fn what_waits_here_survives_a_restore_over_it_and_open_cases_are_not_given_up_unasked() {
    let device = Device::furnished();
    let file = device.back_up(Content::WithoutVisits, None);
    let device = device.with_visits();
    device.write("config/airport.toml", "id = \"airport\" # changed\n");
    let error = device.restore(&file, false).unwrap_err();
    assert!(matches!(error, BackupError::VisitsOpen { count: 2, .. }), "{error}");
    let restored = device.restore(&file, true).unwrap();
    assert_eq!(device.tree()["config/airport.toml"], b"id = \"airport\"\n");
    assert!(restored.before.contains(&device.path("config/airport.toml.before")));
    assert_eq!(device.tree()["config/airport.toml.before"], b"id = \"airport\" # changed\n");
    let mut outbox = SealedOutbox::open(&device.state().join("kiosk.db"), now()).unwrap();
    assert_eq!(outbox.oldest().unwrap().unwrap().body, PLANTED);
    // A second time: the former of the first gives way.
    device.restore(&file, true).unwrap();
}

#[test]
fn a_power_cut_at_any_step_leaves_the_old_or_the_new_whole() {
    let mut cuts = 0;
    loop {
        let device = Device::furnished().with_visits();
        let file = device.back_up(Content::WithoutVisits, None);
        for path in ["config/airport.toml", "config/airport/items.en.jsonl", "data/sites/airport/desk.crt"] {
            device.write(path, "new here");
        }
        // Before the decision: the old, whole.
        let old = device.tree();
        let staged = stage(&file, None, "airport", &device.places(), true).unwrap();
        finish(&device.data()).unwrap();
        // What lies outside the data folder is removed by the next restore.
        assert!(!device.tree().keys().any(|path| path.starts_with("data/") && path.contains(".restore")));
        assert!(old.iter().all(|(path, bytes)| device.tree()[path] == *bytes));
        drop(staged);
        // After it: the new, whole, whatever step the cut fell on.
        let staged = stage(&file, None, "airport", &device.places(), true).unwrap();
        swap::decide(&device.state(), &staged.changes()).unwrap();
        let mut left = cuts;
        let outcome = swap::carry(&swap::journal(&device.state()), &staged.changes(), &mut |_| match left {
            0 => Err(BackupError::Full { path: "cut".into() }),
            _ => {
                left -= 1;
                Ok(())
            }
        });
        assert_eq!(finish(&device.data()).unwrap().len(), usize::from(outcome.is_err()));
        let tree = device.tree();
        assert_eq!(tree["config/airport.toml"], b"id = \"airport\"\n", "cut {cuts}");
        assert_eq!(tree["config/airport/items.en.jsonl"], b"{}\n", "cut {cuts}");
        assert_eq!(tree["data/sites/airport/desk.crt"], b"certificate", "cut {cuts}");
        assert!(!tree.keys().any(|path| path.contains(".restore") || path.contains(".journal")), "cut {cuts}");
        let mut outbox = SealedOutbox::open(&device.state().join("kiosk.db"), now()).unwrap();
        assert_eq!(outbox.oldest().unwrap().unwrap().body, PLANTED, "cut {cuts}");
        if outcome.is_ok() {
            break;
        }
        cuts += 1;
    }
    assert!(cuts >= 7, "{cuts} steps were cut at");
}

#[test]
fn a_restore_by_the_appliance_itself_happens_at_its_next_start() {
    let device = Device::furnished();
    let file = device.back_up(Content::WithoutVisits, None);
    device.write("config/airport.toml", "changed");
    let serving = DataLock::shared(&device.data()).unwrap();
    assert!(matches!(DataLock::exclusive(&device.data()), Err(BackupError::Running { .. })));
    stage(&file, None, "airport", &device.places(), false).unwrap().leave_for_start().unwrap();
    assert_eq!(device.tree()["config/airport.toml"], b"changed");
    drop(serving);
    assert_eq!(finish(&device.data()).unwrap(), ["a restore was carried on: 3 places"]);
    assert_eq!(device.tree()["config/airport.toml"], b"id = \"airport\"\n");
}

#[test]
fn a_cut_or_changed_file_is_named_and_changes_nothing() {
    let device = Device::furnished();
    let file = device.back_up(Content::WithoutVisits, None);
    let whole = fs::read(&file).unwrap();
    let second = Device::empty();
    let bad = second.path("bad.tar.gz");
    for part in 0..40 {
        fs::write(&bad, &whole[..whole.len() * part / 40]).unwrap();
        let error = second.restore(&bad, false).unwrap_err();
        let named = matches!(error, BackupError::Truncated { .. } | BackupError::NotABackup { .. });
        assert!(named, "{part}: {error}");
    }
    second.restore(&file, false).unwrap();
    fs::remove_file(&bad).unwrap();
    let restored = second.tree();
    let empty = || {
        fs::remove_dir_all(second.path("config")).unwrap();
        fs::remove_dir_all(second.data()).unwrap();
    };
    empty();
    for at in (0..whole.len()).step_by(whole.len() / 97) {
        let mut changed = whole.clone();
        changed[at] ^= 0x40;
        fs::write(&bad, changed).unwrap();
        // A flipped bit in gzip's own head, or in the code of a byte that does not occur, changes nothing that is restored.
        if let Err(error) = second.restore(&bad, false) {
            assert!(!matches!(error, BackupError::File { .. } | BackupError::Store(_)), "{at}: {error}");
        } else {
            fs::remove_file(&bad).unwrap();
            assert_eq!(second.tree(), restored, "a change at byte {at} of {} went unseen", whole.len());
            empty();
        }
    }
    let _ = fs::remove_file(&bad);
    assert_eq!(second.tree().len(), 0);
}

/// A backup whose manifest was edited by `edit`, its members as they were.
fn edited(device: &Device, edit: impl Fn(&mut serde_json::Value)) -> PathBuf {
    let file = device.back_up(Content::WithoutVisits, None);
    let bytes = plain(&file);
    let mut archive = tar::Archive::new(bytes.as_slice());
    let mut tar = tar::Builder::new(Vec::new());
    for entry in archive.entries().unwrap() {
        let mut entry = entry.unwrap();
        let mut header = entry.header().clone();
        let mut content = Vec::new();
        entry.read_to_end(&mut content).unwrap();
        if header.path().unwrap().ends_with("manifest.json") {
            let mut manifest = serde_json::from_slice(&content).unwrap();
            edit(&mut manifest);
            content = serde_json::to_vec(&manifest).unwrap();
        }
        header.set_size(content.len() as u64);
        header.set_cksum();
        tar.append(&header, content.as_slice()).unwrap();
    }
    let path = device.path("edited.tar.gz");
    fs::write(&path, packed(&tar.into_inner().unwrap())).unwrap();
    path
}

#[test]
fn hostile_manifests_are_refused_each_with_its_reason() {
    let device = Device::furnished();
    let second = Device::empty();
    let refusal = |edit: &dyn Fn(&mut serde_json::Value)| {
        let error = second.restore(&edited(&device, edit), false).unwrap_err().to_string();
        assert_eq!(second.tree().len(), 0, "{error}");
        error
    };
    assert!(refusal(&|manifest| manifest["format"] = 2.into()).contains("newer usher (format 2)"));
    assert!(refusal(&|manifest| manifest["format"] = "1".into()).contains("is not a backup of usher"));
    assert!(refusal(&|manifest| manifest["site"] = "bank".into()).contains("of site 'bank' and this is 'airport'"));
    assert!(refusal(&|manifest| manifest["site"] = "../x".into()).contains("not a plain name"));
    for path in ["../../x", "/etc/passwd", "a/.ssh", ""] {
        let error = refusal(&|manifest| {
            manifest["members"][0]["path"] = path.into();
            manifest["members"][1]["path"] = path.into();
        });
        assert!(error.contains("safe path") || error.contains("there twice"), "{error}");
    }
    assert!(refusal(&|manifest| manifest["members"][0]["bytes"] = (9_u64 << 30).into()).contains("too many"));
    assert!(refusal(&|manifest| manifest["members"][0]["bytes"] = 1.into()).contains("was altered"));
    assert!(refusal(&|manifest| manifest["members"][0]["sha256"] = "0".repeat(64).into()).contains("was altered"));
    assert!(refusal(&|manifest| manifest["members"][0]["sha256"] = "0".into()).contains("no whole sha256"));
    assert!(refusal(&|manifest| manifest["members"].as_array_mut().unwrap().clear()).contains("its end"));
}

#[test]
fn other_files_are_no_backups() {
    let device = Device::empty();
    let path = device.path("x");
    let mut other = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_gnu();
    header.set_size(1);
    other.append_data(&mut header, "long/".repeat(60) + "name", &b"x"[..]).unwrap();
    let other = packed(&other.into_inner().unwrap());
    for bytes in [b"".as_slice(), b"PK\x03\x04", b"a text that somebody chose by mistake", &other, &packed(b"")] {
        fs::write(&path, bytes).unwrap();
        let error = check(&path, None).unwrap_err();
        assert!(matches!(error, BackupError::NotABackup { .. } | BackupError::Truncated { .. }), "{error}");
    }
    assert!(matches!(check(&device.path("none"), None), Err(BackupError::File { .. })));
}

#[test]
fn a_database_that_is_not_what_it_says_is_refused() {
    let device = Device::furnished();
    let file = edited(&device, |manifest| {
        for member in manifest["members"].as_array_mut().unwrap() {
            match member["path"].as_str().unwrap() {
                "desk.db" => member["path"] = "knowledge.db".into(),
                "knowledge.db" => member["path"] = "desk.db".into(),
                _ => {}
            }
        }
    });
    let second = Device::empty();
    let error = second.restore(&file, false).unwrap_err();
    assert!(matches!(error, BackupError::Store(StoreError::Damaged { .. } | StoreError::Newer { .. })), "{error}");
    assert_eq!(second.tree().len(), 0);
}

#[test]
fn a_full_disk_is_named_and_a_changing_file_too() {
    let device = Device::furnished();
    let to = Path::new("/dev/full");
    let manifest = check(&device.back_up(Content::WithoutVisits, None), None).unwrap().manifest;
    let sources: Vec<PathBuf> = manifest.members.iter().map(|_| device.path("config/airport.toml")).collect();
    let full = fs::OpenOptions::new().write(true).open(to).unwrap();
    let small = Manifest { members: Vec::new(), ..manifest.clone() };
    let error = archive::write(full, to, None, &small, &[]).err().unwrap();
    assert!(matches!(error, BackupError::Full { .. }), "{error}");
    let error = archive::write(Vec::new(), to, None, &manifest, &sources).err().unwrap();
    assert!(matches!(error, BackupError::Changed { .. } | BackupError::File { .. }), "{error}");
}

#[test]
fn a_reset_leaves_the_models_and_nothing_else_and_goes_on_after_a_cut() {
    let device = Device::furnished().with_visits();
    device.write("data/backups/old.tar.gz", PLANTED);
    device.write("data/sites/airport/notes.txt", PLANTED);
    let lock = DataLock::exclusive(&device.data()).unwrap();
    let error = reset(&device.data(), &lock, "airport", "Airport", false).unwrap_err();
    assert!(error.to_string().contains("--confirm airport"), "{error}");
    assert!(device.state().exists());
    let proof = reset(&device.data(), &lock, "airport", "airport", false).unwrap();
    assert!(proof.left.is_empty() && proof.files_removed >= 8, "{proof:?}");
    let tree = device.tree();
    let data: Vec<&String> = tree.keys().filter(|path| path.starts_with("data/")).collect();
    assert_eq!(data, ["data/models/m/weights.gguf"]);
    assert!(!tree.values().any(|bytes| holds(bytes, PLANTED)));
    // A cut after the mark: the next start carries on.
    device.write("data/sites/airport/notes.txt", PLANTED);
    device.write("data/.reset", "models too");
    assert_eq!(finish(&device.data()).unwrap(), ["a factory reset was carried on"]);
    assert!(!device.tree().keys().any(|path| path.starts_with("data/")));
}

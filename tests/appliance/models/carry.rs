//! Packs carried by hand: out, in, and what happens to one that was changed on the way.

use std::fs;

use usher::base::Stop;
use usher::models::{ModelsError, Shelf, State, export, import, verify};

use super::fixture::{Site, pack_of, wheel};

const WEIGHTS: &[u8] = b"weights of a detector";

fn pulled() -> Site {
    let site = Site::new();
    let package = wheel(&[("w", WEIGHTS)]);
    site.publish("ear", "ear.whl", &package);
    site.pull(&pack_of("ear.whl", &package, "w", WEIGHTS)).unwrap();
    site
}

#[test]
fn a_pack_goes_out_and_comes_in_as_folder_and_as_tar() {
    let site = pulled();
    for name in ["carried", "carried.tar"] {
        let bytes = export(&site.shelf, &site.path(name), &Stop::new(), &mut |_| {}).unwrap();
        assert_eq!(bytes, WEIGHTS.len() as u64);
        let other = Shelf::at(site.path(&format!("{name}-other")));
        let pack = import(&other, &site.path(name), &Stop::new(), &mut |_| {}).unwrap();
        assert_eq!(other.pack().unwrap(), pack);
        assert_eq!(other.states(&pack)[0].1, State::Verified);
    }
}

#[test]
fn a_carried_pack_that_was_changed_is_refused_and_not_chosen() {
    let site = pulled();
    let out = site.path("carried");
    export(&site.shelf, &out, &Stop::new(), &mut |_| {}).unwrap();
    fs::write(out.join("ear/weights.onnx"), b"weights of a intruder").unwrap();
    let other = Shelf::at(site.path("other"));
    let error = import(&other, &out, &Stop::new(), &mut |_| {}).unwrap_err();
    assert!(matches!(error, ModelsError::WrongDigest { .. }), "{error}");
    assert_eq!(other.pack().unwrap().name, "starter");
    assert!(!other.root().join("ear/weights.onnx").exists());
}

#[test]
fn a_tar_with_a_stray_file_or_without_a_description_is_refused() {
    let site = pulled();
    let description = fs::read(site.shelf.root().join("pack.toml")).unwrap();
    /// The files of a tar, and what is said of it.
    type Case<'a> = (&'a [(&'a str, &'a [u8])], &'a str);
    let cases: [Case<'_>; 4] = [
        (
            &[("pack.toml", &description), ("ear/weights.onnx", WEIGHTS), ("ear/run.sh", b"x")],
            "'ear/run.sh' is no file of its pack",
        ),
        (&[("ear/weights.onnx", WEIGHTS)], "it does not begin with pack.toml"),
        (&[("pack.toml", &description)], "ear/weights.onnx is not in it"),
        (&[("pack.toml", b"schema = 1")], "cannot be used"),
    ];
    for (files, reason) in cases {
        let path = site.path("bad.tar");
        let mut tar = tar::Builder::new(fs::File::create(&path).unwrap());
        for (name, bytes) in files {
            let mut header = tar::Header::new_gnu();
            header.set_size(bytes.len() as u64);
            tar.append_data(&mut header, name, *bytes).unwrap();
        }
        tar.into_inner().unwrap();
        let other = Shelf::at(site.path("other"));
        let error = import(&other, &path, &Stop::new(), &mut |_| {}).unwrap_err().to_string();
        assert!(error.contains(reason), "{error}");
        assert_eq!(other.pack().unwrap().name, "starter");
    }
}

#[test]
fn verify_reads_the_bytes_and_not_the_record() {
    let site = pulled();
    let path = site.shelf.root().join("ear/weights.onnx");
    let modified = fs::metadata(&path).unwrap().modified().unwrap();
    fs::write(&path, b"weights of a intruder").unwrap();
    fs::File::options().write(true).open(&path).unwrap().set_modified(modified).unwrap();
    let findings = verify(&site.shelf, &Stop::new(), &mut |_| {}).unwrap();
    assert_eq!(findings[0].state, State::WrongDigest);
    assert_ne!(findings[0].got.as_ref(), Some(&findings[0].want));
}

#[test]
fn remove_deletes_the_files_of_the_named_model_only() {
    let site = pulled();
    let own = site.shelf.root().join("ear/notes.txt");
    fs::write(&own, "a technician's").unwrap();
    assert!(site.shelf.remove(&["eye".into()]).unwrap_err().to_string().starts_with("there is no model 'eye'"));
    assert_eq!(site.shelf.remove(&["ear".into()]).unwrap(), WEIGHTS.len() as u64);
    assert!(site.installed("ear/weights.onnx").is_none() && own.exists());
}

//! Bundles that are broken, wrong, old, or made to do harm: each is refused with its own sentence, and nothing changes.

use serde_json::{Value, json};

use super::maker::{add, compress, manifest, outer, payload};
use super::*;

const FILES: [(&str, &str); 2] = [("bin/usher", "program"), ("models/a.gguf", "weights")];

/// The refusal of a bundle by a kiosk that runs 0.2.0, whose disk and start are the same afterwards.
fn refused(maker: &Maker, bundle: &[u8]) -> String {
    let kiosk = Kiosk::new(maker);
    kiosk.live_with(&whole(maker, "0.2.0"));
    let before = (kiosk.boot(), kiosk.disk.listing());
    let text = refusal(kiosk.apply(bundle));
    assert_eq!((kiosk.boot(), kiosk.disk.listing()), before, "{text}");
    text
}

/// A bundle whose manifest is honest but for one change.
fn changed(maker: &Maker, change: impl FnOnce(&mut Value)) -> Vec<u8> {
    let payload = payload(&FILES);
    let mut manifest = manifest("0.3.0", &FILES, &payload);
    change(&mut manifest);
    maker.wrap(&manifest, &payload)
}

/// A bundle whose manifest is honest about a hostile archive's digest.
fn with_archive(maker: &Maker, tar: tar::Builder<Vec<u8>>) -> Vec<u8> {
    let payload = compress(&tar.into_inner().unwrap());
    maker.wrap(&manifest("0.3.0", &FILES, &payload), &payload)
}

/// Path, content and kind of an archive's entry.
type Entry<'a> = (&'a str, &'a [u8], tar::EntryType);

fn archive(entries: &[Entry]) -> tar::Builder<Vec<u8>> {
    let mut tar = tar::Builder::new(Vec::new());
    entries.iter().for_each(|(path, bytes, kind)| add(&mut tar, path, bytes, *kind));
    tar
}

#[test]
fn an_honest_bundle_is_taken() {
    let maker = Maker::new();
    let kiosk = Kiosk::new(&maker);
    kiosk.apply(&changed(&maker, |_| {})).unwrap();
}

#[test]
fn every_truncation_is_refused() {
    let maker = Maker::new();
    let whole = maker.bundle("0.3.0", &FILES);
    // Behind the members stand the zeros that end every tar; nothing of the bundle is in them.
    let end = whole.len() - 1024 - 511;
    for length in (0..end).step_by(97) {
        let text = refused(&maker, &whole[..length]);
        assert!(text.contains("is not a whole update bundle") || text.contains("is damaged"), "{length}: {text}");
    }
}

#[test]
fn every_flipped_byte_of_the_signed_parts_is_refused() {
    let maker = Maker::new();
    let whole = maker.bundle("0.3.0", &FILES);
    let members = payload(&FILES);
    let manifest = 512..512 + 400;
    let at = whole.windows(members.len()).position(|window| window == members).unwrap();
    for position in manifest.step_by(53).chain((at..at + members.len()).step_by(7)) {
        let mut flipped = whole.clone();
        flipped[position] ^= 4;
        let text = refused(&maker, &flipped);
        assert!(
            text.contains("the signature of x.bundle is wrong") || text.contains("is damaged"),
            "{position}: {text}"
        );
    }
}

#[test]
fn no_key_an_unknown_key_and_a_borrowed_signature_are_told_apart() {
    let (maker, other) = (Maker::new(), Maker::new());
    let bundle = maker.bundle("0.3.0", &FILES);
    let mut kiosk = Kiosk::new(&other);
    let text = refusal(kiosk.apply(&bundle));
    assert!(text.contains("which is not trusted here (trusted are ") && text.contains("install first"), "{text}");
    kiosk.keys = Keys::default();
    assert!(refusal(kiosk.apply(&bundle)).starts_with("no update key is trusted:"));
    let borrowed = outer(b"{\"format\":1}", &maker.sign(b"something else"), b"x");
    assert!(refused(&maker, &borrowed).starts_with("the signature of x.bundle is wrong"));
    let nonsense = outer(b"{}", b"no signature at all", b"x");
    assert!(refused(&maker, &nonsense).contains("it has no key number"));
}

#[test]
fn the_manifest_decides_and_says_why() {
    let maker = Maker::new();
    let cases: [(&str, Value, &str); 8] = [
        ("arch", json!("riscv64"), "x.bundle is for riscv64 and this machine is"),
        ("version", json!("0.1.5"), "which is older than the running 0.2.0; add --force"),
        ("version", json!("0.2.0"), "which already runs; add --force"),
        ("version", json!("new"), "the manifest of x.bundle cannot be used"),
        ("needs_version", json!("0.2.5"), "can be installed from version 0.2.5 on and 0.2.0 runs; install 0.2.5 first"),
        ("expires_at", json!("2026-11-30T00:00:00Z"), "expired at 2026-11-30T00:00:00Z and it is 2026-12-01"),
        ("format", json!(2), "has the bundle format 2 and this version reads 1"),
        ("run_before", json!("rm -rf /"), "unknown field `run_before`"),
    ];
    for (field, value, wanted) in cases {
        let text = refused(&maker, &changed(&maker, |manifest| manifest[field] = value));
        assert!(text.contains(wanted), "{field}: {text}");
    }
}

#[test]
fn force_waives_the_order_and_the_expiry_and_nothing_else() {
    let maker = Maker::new();
    let kiosk = Kiosk::new(&maker);
    kiosk.live_with(&whole(&maker, "0.2.0"));
    let old = changed(&maker, |manifest| {
        manifest["version"] = json!("0.1.0");
        manifest["expires_at"] = json!("2020-01-01T00:00:00Z");
    });
    kiosk.apply_with(&old, true).unwrap();
    let foreign = changed(&maker, |manifest| manifest["arch"] = json!("riscv64"));
    assert!(refusal(kiosk.apply_with(&foreign, true)).contains("is for riscv64"));
}

#[test]
fn a_clock_in_the_past_does_not_make_an_expired_bundle_fresh() {
    let maker = Maker::new();
    let kiosk = Kiosk::new(&maker);
    kiosk.live_with(&whole(&maker, "0.2.0"));
    let updates = kiosk.updates();
    let stale = changed(&maker, |manifest| manifest["expires_at"] = json!("2026-11-22T00:00:00Z"));
    let bundle = Bundle::read("x.bundle", Cursor::new(stale), updates.keys()).unwrap();
    let text = refusal(updates.apply(bundle, false, Timestamp::UNIX_EPOCH, &Stop::new(), &mut |_| {}));
    assert!(text.contains("it is 2026-11-23T08:00:00Z here"), "{text}");
}

#[test]
fn a_signed_archive_that_does_not_match_its_manifest_is_refused() {
    use tar::EntryType::{Char, Directory, GNULongName, Link, Regular, Symlink, XHeader};
    let maker = Maker::new();
    let (first, second) = (("bin/usher", &b"program"[..]), ("models/a.gguf", &b"weights"[..]));
    let cases: [(&[Entry], &str); 10] = [
        (&[("../../etc/cron.d/x", b"program", Regular)], "another entry stands where bin/usher should be"),
        (&[(second.0, second.1, Regular), (first.0, first.1, Regular)], "another entry stands where bin/usher"),
        (&[(first.0, b"", Symlink)], "bin/usher is not a plain file in it"),
        (&[(first.0, b"", Link)], "bin/usher is not a plain file in it"),
        (&[(first.0, b"", Char)], "bin/usher is not a plain file in it"),
        (&[("bin/", b"", Directory), (first.0, first.1, Regular)], "another entry stands"),
        (&[("././@LongLink", b"bin/usher", GNULongName)], "another entry stands"),
        (&[("pax", b"30 path=../../etc/passwd\n", XHeader)], "another entry stands"),
        (&[(first.0, b"program and more", Regular)], "has another length than its manifest says"),
        (
            &[(first.0, first.1, Regular), (second.0, second.1, Regular), ("x", b"x", Regular)],
            "it holds more than its manifest lists",
        ),
    ];
    for (entries, wanted) in cases {
        let text = refused(&maker, &with_archive(&maker, archive(entries)));
        assert!(text.contains(wanted), "{wanted}: {text}");
    }
    let text = refused(&maker, &with_archive(&maker, archive(&[(first.0, b"PROGRAM", Regular)])));
    assert!(text.contains("bin/usher has another sha256 than the signed one"), "{text}");
    let text = refused(&maker, &with_archive(&maker, archive(&[(first.0, first.1, Regular)])));
    assert!(text.contains("models/a.gguf is missing"), "{text}");
}

#[test]
fn a_bomb_ends_at_the_promised_length() {
    let maker = Maker::new();
    let mut tar = archive(&[("bin/usher", b"program", tar::EntryType::Regular)]).into_inner().unwrap();
    // 64 MiB of zeros where the manifest promises seven bytes: some kilobytes when compressed.
    tar.truncate(1024);
    tar.resize(64 << 20, 0);
    let payload = compress(&tar);
    let text = refused(&maker, &maker.wrap(&manifest("0.3.0", &FILES, &payload), &payload));
    assert!(text.contains("models/a.gguf is missing") || text.contains("is damaged"), "{text}");
    let text = refused(&maker, &maker.wrap(&manifest("0.3.0", &FILES, b"not zstd"), b"not zstd"));
    assert!(text.contains("x.bundle is damaged"), "{text}");
}

#[test]
fn an_interrupted_command_leaves_nothing() {
    let maker = Maker::new();
    let kiosk = Kiosk::new(&maker);
    let updates = kiosk.updates();
    let bundle = Bundle::read("x.bundle", Cursor::new(whole(&maker, "0.2.0")), updates.keys()).unwrap();
    let stop = Stop::new();
    let mut seen = |_| stop.request();
    assert!(matches!(updates.apply(bundle, false, now(), &stop, &mut seen), Err(UpdateError::Stopped)));
    assert!(!kiosk.disk.listing().iter().any(|path| path.contains("a.part")));
}

#[test]
fn key_files_are_read_and_taken_back() {
    let maker = Maker::new();
    let folder = tempfile::tempdir().unwrap();
    assert!(Keys::read(&folder.path().join("absent")).unwrap().is_empty());
    std::fs::write(folder.path().join("maker.pub"), maker.public()).unwrap();
    let keys = Keys::read(folder.path()).unwrap();
    let id = keys.trusted().next().unwrap().id.clone();
    assert!(maker.public().contains(&id), "the number is the one that minisign shows");
    let bundle = maker.bundle("0.3.0", &FILES);
    assert!(Bundle::read("x.bundle", Cursor::new(bundle.clone()), &keys).is_ok());
    std::fs::write(folder.path().join(format!("{id}.revoked")), "").unwrap();
    let keys = Keys::read(folder.path()).unwrap();
    assert!(refusal(Bundle::read("x.bundle", Cursor::new(bundle), &keys)).contains("update key"));
    std::fs::write(folder.path().join("bad.pub"), "untrusted comment: x\nnot a key\n").unwrap();
    assert!(refusal(Keys::read(folder.path())).contains("bad.pub cannot be used"));
}

//! Signed updates and backups: bent as a file, in their wrappings, and behind a good signature or sum.

use std::io::Cursor;
use std::path::PathBuf;

use jiff::Timestamp;
use minisign::KeyPair;
use proptest::sample::Index;
use serde_json::json;
use sha2::{Digest, Sha256};
use tempfile::TempDir;
use usher::backup::{self, Part, Places, Plan};
use usher::base::Stop;
use usher::base::secret::hex;
use usher::store::{Content, KnowledgeStore};
use usher::update::{Bundle, Keys, Packaged, Updates};

use crate::bend::{Bend, Kind, bent};
use crate::guard::scratch;
use crate::rewrap::{gunzip, gzip, right_sums, tar, untar};
use crate::walk::Target;

const PHRASE: &str = "correct horse battery";
const MANIFEST: &str = "manifest.json";

/// What a bundle brings.
const MEMBERS: [(&str, &str, &str, &str); 3] = [
    ("bin/usher", "binary", "755", "#!/bin/sh\nexit 0\n"),
    ("sites/airport.toml", "site", "644", "id = \"airport\"\n"),
    ("boards/simulated.toml", "board", "644", "name = \"simulated\"\n"),
];

pub struct Bundles {
    folder: TempDir,
    signer: KeyPair,
    keys: PathBuf,
    plain: Vec<u8>,
    sealed: Vec<u8>,
}

impl Bundles {
    pub fn new() -> Self {
        let folder = scratch();
        let signer = KeyPair::generate_unencrypted_keypair().expect("a key can be made");
        let keys = folder.path().join("keys");
        std::fs::create_dir(&keys).expect("a folder can be made");
        let public = signer.pk.to_box().expect("a key has a text").to_string();
        std::fs::write(keys.join("test.pub"), public).expect("the key can be written");
        let plan = plan(&folder.path().join("device"));
        let made = |passphrase| {
            let path = folder.path().join("made.backup");
            let now = Timestamp::now();
            backup::make(&plan, &path, passphrase, now, &mut |_, _| {}).expect("a backup can be made");
            let bytes = std::fs::read(&path).expect("it can be read");
            std::fs::remove_file(path).expect("it can be removed");
            bytes
        };
        let (plain, sealed) = (made(None), made(Some(PHRASE)));
        Self { folder, signer, keys, plain, sealed }
    }

    /// A bundle whose part `layer` is bent and whose other parts are honest about it.
    fn bundle(&self, layer: usize, bends: &[Bend]) -> Vec<u8> {
        let bend = |at: usize, bytes: Vec<u8>| if at == layer { bent(&bytes, bends) } else { bytes };
        let members: Vec<(&str, &[u8])> = MEMBERS.iter().map(|(path, _, _, text)| (*path, text.as_bytes())).collect();
        let mut inner = bend(3, tar(&members));
        if layer == 3 {
            right_sums(&mut inner);
        }
        let payload = bend(4, zstd::encode_all(inner.as_slice(), 3).expect("memory takes it"));
        let manifest = bend(1, manifest(&payload));
        let signed = minisign::sign(None, &self.signer.sk, Cursor::new(&manifest), None, None).expect("it is signed");
        let signature = bend(2, signed.into_string().into_bytes());
        let files = [(MANIFEST, &manifest), ("manifest.json.minisig", &signature), ("members.tar.zst", &payload)];
        bend(0, tar(&files.map(|(name, bytes)| (name, bytes.as_slice()))))
    }

    fn backup(&self, layer: usize, bends: &[Bend]) -> Vec<u8> {
        match layer {
            5 => bent(&self.plain, bends),
            6 => {
                let mut inner = bent(&gunzip(&self.plain), bends);
                right_sums(&mut inner);
                gzip(&inner)
            }
            7 => {
                let mut files = untar(&gunzip(&self.plain));
                files[0].1 = bent(&files[0].1, bends);
                let files: Vec<(&str, &[u8])> =
                    files.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
                gzip(&tar(&files))
            }
            _ => bent(&self.sealed, bends),
        }
    }

    fn apply(&self, input: &[u8]) -> Result<(), String> {
        let data = tempfile::tempdir_in(self.folder.path()).expect("a folder can be made");
        let path = data.path().join("bent.bundle");
        std::fs::write(&path, input).expect("the file can be written");
        let words = |error: usher::update::UpdateError| error.to_string();
        let keys = Keys::read(&self.keys).map_err(words)?;
        let packaged = Packaged { version: semver::Version::new(0, 0, 1), program: "/usr/bin/usher".into() };
        let updates = Updates::open(&data.path().join("data"), &self.keys, packaged).map_err(words)?;
        let bundle = Bundle::open(&path, &keys).map_err(words)?;
        let applied = updates.apply(bundle, false, Timestamp::now(), &Stop::default(), &mut |_| {}).map_err(words);
        let beside: Vec<_> = data.path().read_dir().expect("it can be listed").flatten().collect();
        assert!(beside.len() <= 2, "something was written beside the data folder: {beside:?}");
        applied.map(drop)
    }

    fn stage(&self, input: &[u8]) -> Result<(), String> {
        let data = tempfile::tempdir_in(self.folder.path()).expect("a folder can be made");
        let path = data.path().join("bent.backup");
        std::fs::write(&path, input).expect("the file can be written");
        let passphrase = Some(PHRASE).filter(|_| !input.starts_with(&[0x1F, 0x8B]));
        let state = data.path().join("data/sites/airport");
        let places = Places { state, parts: [("config".to_owned(), data.path().join("data/config"))].into() };
        let staged = backup::stage(&path, passphrase, "airport", &places, false).map_err(|error| error.to_string());
        let beside: Vec<_> = data.path().read_dir().expect("it can be listed").flatten().collect();
        assert!(beside.len() <= 2, "something was written beside the data folder: {beside:?}");
        staged.map(drop)
    }
}

/// A small device, to be backed up.
fn plan(device: &std::path::Path) -> Plan {
    let (state, config) = (device.join("sites/airport"), device.join("config"));
    for folder in [&state, &config] {
        std::fs::create_dir_all(folder).expect("a folder can be made");
    }
    drop(KnowledgeStore::open(&state.join("knowledge.db")).expect("a database can be made"));
    std::fs::write(config.join("airport.toml"), "id = \"airport\"\n").expect("a file can be written");
    std::fs::write(config.join("宠物.zh.md"), "# 宠物\n").expect("a file can be written");
    Plan {
        site: "airport".into(),
        usher: "0.1.0".into(),
        state,
        parts: vec![Part { name: "config".into(), root: config }],
        models: Vec::new(),
        elsewhere: vec!["/etc/usher/baggage.headers".into()],
        content: Content::WithoutVisits,
    }
}

fn manifest(payload: &[u8]) -> Vec<u8> {
    let digest = |bytes: &[u8]| hex(&Sha256::digest(bytes));
    let member = |(path, kind, mode, text): &(&str, &str, &str, &str)| {
        let name = path.split_once('/').map_or(*path, |(_, name)| name);
        json!({"kind": kind, "name": name, "bytes": text.len(), "sha256": digest(text.as_bytes()), "mode": mode})
    };
    let members: Vec<_> = MEMBERS.iter().map(member).collect();
    let manifest = json!({
        "format": 1, "version": "0.9.0", "arch": std::env::consts::ARCH, "made_at": "2026-11-23T08:00:00Z",
        "payload": {"bytes": payload.len(), "sha256": digest(payload)}, "members": members,
    });
    serde_json::to_vec_pretty(&manifest).expect("it is plain JSON")
}

impl Target for Bundles {
    fn layers(&self) -> Vec<(&'static str, Kind)> {
        vec![
            ("bundle", Kind::Bytes),
            ("a bundle's signed manifest", Kind::Text),
            ("a bundle's signature", Kind::Text),
            ("a bundle's members", Kind::Bytes),
            ("a bundle's compressed members", Kind::Bytes),
            ("backup", Kind::Bytes),
            ("a backup's archive", Kind::Bytes),
            ("a backup's manifest", Kind::Text),
            ("an encrypted backup", Kind::Bytes),
        ]
    }

    fn input(&self, layer: usize, _: &Index, bends: &[Bend]) -> Vec<u8> {
        if layer < 5 { self.bundle(layer, bends) } else { self.backup(layer, bends) }
    }

    fn take(&self, layer: usize, input: &[u8]) -> Result<(), String> {
        if layer < 5 { self.apply(input) } else { self.stage(input) }
    }
}

//! A maker of signed update bundles, as `deploy/bundle.sh` makes them.

use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::process::Command;

use minisign::KeyPair;
use serde_json::json;
use sha2::{Digest, Sha256};

/// A person with a signing key.
pub struct Maker(KeyPair);

impl Maker {
    pub fn new() -> Self {
        Self(KeyPair::generate_unencrypted_keypair().expect("a key pair can be made"))
    }

    /// A folder in `parent` that trusts this maker.
    pub fn keys(&self, parent: &Path) -> PathBuf {
        let folder = parent.join("update-keys");
        std::fs::create_dir(&folder).expect("the folder can be made");
        let public = self.0.pk.to_box().expect("a public key has a text").to_string();
        std::fs::write(folder.join("maker.pub"), public).expect("the key can be written");
        folder
    }

    /// A bundle in `folder` that holds `program` alone.
    pub fn bundle(&self, folder: &Path, version: &str, program: &[u8]) -> PathBuf {
        let mut members = tar::Builder::new(Vec::new());
        add(&mut members, "bin/usher", program);
        let members = zstd::encode_all(&*members.into_inner().expect("memory takes members"), 1).expect("zstd packs");
        let arch = std::env::consts::ARCH;
        let manifest = json!({
            "format": 1, "version": version, "arch": arch, "made_at": "2026-11-23T08:00:00Z",
            "payload": {"bytes": members.len(), "sha256": sha256(&members)},
            "members": [{"kind": "binary", "name": "usher", "bytes": program.len(), "sha256": sha256(program), "mode": "755"}],
        });
        let manifest = manifest.to_string().into_bytes();
        let signature = minisign::sign(None, &self.0.sk, Cursor::new(&manifest), None, None).expect("a key signs");
        let mut bundle = tar::Builder::new(Vec::new());
        add(&mut bundle, "manifest.json", &manifest);
        add(&mut bundle, "manifest.json.minisig", signature.into_string().as_bytes());
        add(&mut bundle, "members.tar.zst", &members);
        let path = folder.join(format!("usher-{version}-{arch}.bundle"));
        std::fs::write(&path, bundle.into_inner().expect("memory takes the bundle")).expect("the bundle can be kept");
        path
    }
}

/// The program under test without its debug lines, which are five sixths of it.
pub fn stripped(folder: &Path) -> Vec<u8> {
    let to = folder.join("usher-stripped");
    let done = Command::new("strip").args(["--strip-debug", "-o"]).arg(&to).arg(crate::support::usher()).status();
    assert!(done.expect("strip runs; `apt-get install binutils` brings it").success());
    std::fs::read(to).expect("the stripped program can be read")
}

fn add(tar: &mut tar::Builder<Vec<u8>>, path: &str, bytes: &[u8]) {
    let mut header = tar::Header::new_gnu();
    header.set_size(bytes.len() as u64);
    header.set_mode(0o644);
    tar.append_data(&mut header, path, bytes).expect("memory takes a member");
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

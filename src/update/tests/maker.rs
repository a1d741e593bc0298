//! For tests: a maker of bundles, honest ones and others.

use std::io::Cursor;

use minisign::KeyPair;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::base::secret::hex;
use crate::update::Keys;

/// A person with a signing key.
pub struct Maker(KeyPair);

impl Maker {
    pub fn new() -> Self {
        Self(KeyPair::generate_unencrypted_keypair().unwrap())
    }

    pub fn public(&self) -> String {
        self.0.pk.to_box().unwrap().to_string()
    }

    /// Keys that trust this maker.
    pub fn trusted(&self) -> Keys {
        let mut keys = Keys::default();
        keys.add(&self.public(), "test.pub").unwrap();
        keys
    }

    pub fn sign(&self, bytes: &[u8]) -> Vec<u8> {
        let signed = minisign::sign(None, &self.0.sk, Cursor::new(bytes), None, None).unwrap();
        signed.into_string().into_bytes()
    }

    /// A bundle of these files.
    pub fn bundle(&self, version: &str, files: &[(&str, &str)]) -> Vec<u8> {
        let payload = payload(files);
        self.wrap(&manifest(version, files, &payload), &payload)
    }

    /// A bundle of this manifest and these compressed members, whatever they are.
    pub fn wrap(&self, manifest: &Value, payload: &[u8]) -> Vec<u8> {
        let manifest = manifest.to_string().into_bytes();
        outer(&manifest, &self.sign(&manifest), payload)
    }
}

pub fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// The manifest of `files`, named by their path in a slot.
pub fn manifest(version: &str, files: &[(&str, &str)], payload: &[u8]) -> Value {
    let members: Vec<Value> = files.iter().map(|(path, text)| member(path, text)).collect();
    json!({
        "format": 1, "version": version, "arch": std::env::consts::ARCH, "made_at": "2026-11-23T08:00:00Z",
        "payload": {"bytes": payload.len(), "sha256": sha256(payload)}, "members": members,
    })
}

fn member(path: &str, text: &str) -> Value {
    let (folder, name) = path.split_once('/').unwrap();
    let kind = match folder {
        "bin" => "binary",
        "sites" => "site",
        "boards" => "board",
        same => same,
    };
    let mode = if kind == "binary" { "755" } else { "644" };
    json!({"kind": kind, "name": name, "bytes": text.len(), "sha256": sha256(text.as_bytes()), "mode": mode})
}

pub fn payload(files: &[(&str, &str)]) -> Vec<u8> {
    let mut tar = tar::Builder::new(Vec::new());
    for (path, text) in files {
        add(&mut tar, path, text.as_bytes(), tar::EntryType::Regular);
    }
    compress(&tar.into_inner().unwrap())
}

pub fn compress(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 3).unwrap()
}

pub fn add(tar: &mut tar::Builder<Vec<u8>>, path: &str, bytes: &[u8], kind: tar::EntryType) {
    let mut header = tar::Header::new_ustar();
    // Written as bytes: the honest way refuses hostile names.
    header.as_ustar_mut().unwrap().name[..path.len()].copy_from_slice(path.as_bytes());
    header.set_entry_type(kind);
    header.set_size(bytes.len() as u64);
    header.set_mode(0o4777);
    if kind == tar::EntryType::Symlink {
        header.set_link_name("/etc/passwd").unwrap();
    }
    header.set_cksum();
    tar.append(&header, bytes).unwrap();
}

pub fn outer(manifest: &[u8], signature: &[u8], payload: &[u8]) -> Vec<u8> {
    let mut tar = tar::Builder::new(Vec::new());
    add(&mut tar, "manifest.json", manifest, tar::EntryType::Regular);
    add(&mut tar, "manifest.json.minisig", signature, tar::EntryType::Regular);
    add(&mut tar, "members.tar.zst", payload, tar::EntryType::Regular);
    tar.into_inner().unwrap()
}

//! A site for one test: packages on a shelf, clients that deliver them, and the models folder they are pulled into.

use std::fs;
use std::io::{Cursor, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};
use tempfile::TempDir;
use usher::base::Stop;
use usher::models::{Clients, Event, ModelsError, Pack, Pull, Pulled, Shelf};
use zip::write::SimpleFileOptions;

/// Hands over `registry/NAME` for the requirement `NAME==VERSION`, as pip does, and notes that it was asked.
const PIP: &str = r#"#!/bin/sh
while [ $# -gt 1 ]; do [ "$1" = --dest ] && out=$2; shift; done
echo "$1" >> "$(dirname "$0")/asked"
cp "$(dirname "$0")/registry/${1%%==*}"/* "$out/"
"#;

/// The same for `npm pack NAME@VERSION` and `hf download NAME PATH`.
const NPM: &str = r#"#!/bin/sh
while [ $# -gt 1 ]; do [ "$1" = --pack-destination ] && out=$2; shift; done
echo "$1" >> "$(dirname "$0")/asked"
cp "$(dirname "$0")/registry/${1%%@*}"/* "$out/"
"#;
const HUB: &str = r#"#!/bin/sh
name=$2 path=$3 revision=$5
while [ $# -gt 1 ]; do shift; done
echo "$name $revision" >> "$(dirname "$0")/asked"
mkdir -p "$1/$(dirname "$path")" && cp "$(dirname "$0")/registry/$name/$path" "$1/$path"
"#;

pub(super) struct Site {
    folder: TempDir,
    pub(super) clients: Clients,
    pub(super) shelf: Shelf,
}

impl Site {
    pub(super) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        let clients = Clients {
            python: script(&root.join("pip"), PIP).into(),
            npm: script(&root.join("npm"), NPM).into(),
            hub: script(&root.join("hf"), HUB).into(),
        };
        let shelf = Shelf::at(root.join("data/models"));
        Self { folder, clients, shelf }
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Puts a file where the clients find it.
    pub(super) fn publish(&self, package: &str, file: &str, bytes: &[u8]) {
        let path = self.path("registry").join(package).join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    /// The requirements the clients were asked for, in order.
    pub(super) fn asked(&self) -> Vec<String> {
        let asked = fs::read_to_string(self.path("asked")).unwrap_or_default();
        asked.lines().map(Into::into).collect()
    }

    pub(super) fn pull(&self, pack: &Pack) -> Result<Pulled, ModelsError> {
        self.pull_until(pack, &Stop::new(), &mut |_| {})
    }

    pub(super) fn pull_until(
        &self,
        pack: &Pack,
        stop: &Stop,
        on: &mut dyn FnMut(Event),
    ) -> Result<Pulled, ModelsError> {
        Pull { shelf: &self.shelf, pack, names: &[], clients: &self.clients, stop }.run(on)
    }

    pub(super) fn installed(&self, target: &str) -> Option<Vec<u8>> {
        fs::read(self.shelf.root().join(target)).ok()
    }
}

/// Writes an executable file.
pub(super) fn script(path: &Path, text: &str) -> PathBuf {
    fs::write(path, text).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    path.into()
}

pub(super) fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(super) fn wheel(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

pub(super) fn tarball(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut tar = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    for (name, bytes) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        tar.append_data(&mut header, name, *bytes).unwrap();
    }
    tar.into_inner().unwrap().finish().unwrap()
}

/// A pack with one detector whose weights are `weights`, in the member `inside` of the pip package `file`.
pub(super) fn pack_of(file: &str, package: &[u8], inside: &str, weights: &[u8]) -> Pack {
    Pack::parse(&pack_text(file, package, inside, weights), "pack.toml").unwrap()
}

pub(super) fn pack_text(file: &str, package: &[u8], inside: &str, weights: &[u8]) -> String {
    let (client, name) = if file.ends_with(".tgz") { ("npm", "ear-js") } else { ("pip", "ear") };
    format!(
        r#"schema = 1
name = "test"
title = "one detector"
[[model]]
name = "ear"
title = "Ear"
role = "detection"
licence = "MIT"
engine.silero = {{ weights = "ear/weights.onnx" }}
[[package]]
client = "{client}"
name = "{name}"
version = "1.0"
licence = "MIT"
file = "{file}"
bytes = {}
sha256 = "{}"
[[package.member]]
path = "{inside}"
target = "ear/weights.onnx"
bytes = {}
sha256 = "{}"
"#,
        package.len(),
        sha256(package),
        weights.len(),
        sha256(weights),
    )
}

/// A second package for the same pack, with a licence text.
pub(super) fn with_licence(pack: &Pack, package: &[u8], text: &[u8]) -> Pack {
    let more = format!(
        r#"[[package]]
client = "pip"
name = "paper"
version = "2.0"
licence = "MIT"
file = "paper.whl"
bytes = {}
sha256 = "{}"
member = [{{ path = "LICENSE", target = "ear/LICENSE", bytes = {}, sha256 = "{}" }}]
"#,
        package.len(),
        sha256(package),
        text.len(),
        sha256(text),
    );
    Pack::parse(&format!("{}\n{more}", pack.to_toml()), "pack.toml").unwrap()
}

//! The rules a pack must keep before anything of it is used: names that are safe on a command line and in a path, whole
//! digests, no two files in one place, and a file for every path an engine names. Each refusal says where and why.

use std::collections::BTreeSet;

use super::{Member, Model, Pack, Package};

/// The pack layout this program reads.
pub(super) const SCHEMA: u32 = 1;

/// Largest file of a pack: the biggest in the catalogue has 2 GB.
const MEMBER_BYTES_MAX: u64 = 16 << 30;

/// Processors a package may be limited to, as Rust names them.
const PROCESSORS: [&str; 2] = ["x86_64", "aarch64"];

type Checked = Result<(), String>;

pub(super) fn check_pack(pack: &Pack) -> Checked {
    if pack.schema != SCHEMA {
        return Err(format!("its schema is {} and this program reads {SCHEMA}", pack.schema));
    }
    check_name("pack", &pack.name)?;
    pack.packages.iter().try_for_each(check_package)?;
    for processor in PROCESSORS {
        check_processor(pack, processor)?;
    }
    let mut names = BTreeSet::new();
    match pack.models.iter().find(|model| !names.insert(&model.name)) {
        Some(twice) => Err(format!("model '{}' is there twice", twice.name)),
        None => Ok(()),
    }
}

/// On one kind of processor: no two files in one place, every engine's file is brought, every file has its model.
fn check_processor(pack: &Pack, processor: &str) -> Checked {
    let mut targets = BTreeSet::new();
    for member in pack.packages.iter().filter(|package| package.fits(processor)).flat_map(|package| &package.members) {
        if !targets.insert(member.target.as_str()) {
            return Err(format!("two files are placed at '{}' on {processor}", member.target));
        }
        if !pack.models.iter().any(|model| model.name == member.folder()) {
            return Err(format!("'{}' is in no folder of a model", member.target));
        }
    }
    pack.models.iter().try_for_each(|model| check_model(model, &targets, processor))
}

fn check_model(model: &Model, targets: &BTreeSet<&str>, processor: &str) -> Checked {
    check_name("model", &model.name)?;
    if model.role != model.engine.role() {
        let (name, engine, role) = (&model.name, model.engine.word(), model.role);
        return Err(format!("model '{name}' has the role {role}, which engine {engine} does not serve"));
    }
    for path in model.engine.paths() {
        let path = path.to_string_lossy();
        check_path(&path)?;
        if !targets.contains(path.as_ref()) {
            return Err(format!("no package brings '{path}' of model '{}' on {processor}", model.name));
        }
    }
    Ok(())
}

fn check_package(package: &Package) -> Checked {
    let at = |reason: String| format!("package '{}': {reason}", package.name);
    check_argument(&package.name).map_err(at)?;
    check_argument(&package.version).map_err(at)?;
    package.platform.iter().chain(&package.python).try_for_each(|word| check_argument(word)).map_err(at)?;
    check_path(&package.file).map_err(at)?;
    check_digest(&package.sha256).map_err(at)?;
    check_bytes(package.bytes).map_err(at)?;
    if package.file.contains('/') {
        return Err(at(format!("file '{}' must be a name without folders", package.file)));
    }
    let plain = ![".whl", ".zip", ".tgz", ".tar.gz"].iter().any(|ending| package.file.ends_with(ending));
    if package.members.is_empty() || (plain && package.members.len() > 1) {
        return Err(at(format!("{} members do not fit the file '{}'", package.members.len(), package.file)));
    }
    match &package.only {
        Some(only) if !PROCESSORS.contains(&only.as_str()) => Err(at(format!("unknown processor '{only}'"))),
        _ => package.members.iter().try_for_each(check_member).map_err(at),
    }
}

fn check_member(member: &Member) -> Checked {
    check_path(&member.path)?;
    check_path(&member.target)?;
    if !member.target.contains('/') {
        return Err(format!("target '{}' must stand in the folder of its model", member.target));
    }
    check_bytes(member.bytes)?;
    check_digest(&member.sha256).map_err(|reason| format!("{}: {reason}", member.target))
}

/// A relative path of plain names: nothing absolute, no `..`, no hidden file, nothing a shell or a file system reads otherwise.
fn check_path(path: &str) -> Checked {
    let plain = |name: &str| {
        !name.is_empty()
            && !name.starts_with('.')
            && name.chars().all(|c| c.is_ascii_alphanumeric() || "._-+".contains(c))
    };
    match path.len() <= 200 && path.split('/').all(plain) {
        true => Ok(()),
        false => Err(format!("'{path}' is not a plain relative path")),
    }
}

/// A word handed to another program: never an option, never an address or a path outside its folder.
fn check_argument(word: &str) -> Checked {
    let safe = |c: char| c.is_ascii_alphanumeric() || "@/._-+".contains(c);
    let starts_well = word.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '@');
    match starts_well && word.len() <= 200 && word.chars().all(safe) && !word.contains("..") && !word.contains("//") {
        true => Ok(()),
        false => Err(format!("'{word}' is not a plain name or version")),
    }
}

fn check_name(kind: &str, name: &str) -> Checked {
    match check_path(name).is_ok() && !name.contains('/') {
        true => Ok(()),
        false => Err(format!("{kind} name '{name}' must be letters, digits, '.', '-', '_'")),
    }
}

fn check_digest(digest: &str) -> Checked {
    match digest.len() == 64 && digest.bytes().all(|c| matches!(c, b'0'..=b'9' | b'a'..=b'f')) {
        true => Ok(()),
        false => Err(format!("sha256 '{digest}' is not 64 lower-case hexadecimal digits")),
    }
}

fn check_bytes(bytes: u64) -> Checked {
    match (1..=MEMBER_BYTES_MAX).contains(&bytes) {
        true => Ok(()),
        false => Err(format!("{bytes} bytes is not between 1 and {MEMBER_BYTES_MAX}")),
    }
}

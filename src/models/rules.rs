//! The rules a pack must keep before anything of it is used: names that are safe on a command line and in a path, whole
//! digests, no two files in one place, and a file for every path an engine names. Each refusal says where and why.

use std::collections::BTreeSet;

use super::{Engine, Member, Model, Pack, Package};

/// The pack layout this program reads.
pub(super) const SCHEMA: u32 = 1;

/// Largest file of a pack: the biggest in the catalogue has 2 GB.
const MEMBER_BYTES_MAX: u64 = 16 << 30;

/// Processors a package may be limited to, as Rust names them.
const PROCESSORS: [&str; 2] = ["x86_64", "aarch64"];

/// Programs of the system that may be asked to speak.
const VOICES: [&str; 2] = ["espeak-ng", "espeak"];

/// sha256 of every ONNX Runtime that this program ever pinned. The library becomes a part of usher, and packs are not signed: one from a
/// stick may not bring its own. Older ones stay, or the pack that a device has chosen could not be read after an update.
const RUNTIMES: [&str; 2] = [
    "6c1585d1bbf45b0712ea4a21b705c5fcb4ba04ff2e30f1fbf81a49faf658638f", // 1.32.0, x86_64
    "49852228a93995158b2a813d4df487d47a1b76b0eaa894507ef49e91b6d7954a", // 1.32.0, aarch64
];

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
    pack.models.iter().try_for_each(|model| check_code(pack, model))?;
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

/// What runs as code is code that this program knows.
fn check_code(pack: &Pack, model: &Model) -> Checked {
    let members = || pack.packages.iter().flat_map(|package| &package.members);
    match &model.engine {
        Engine::Espeak { program } if !VOICES.contains(&program.as_str()) => {
            Err(format!("model '{}' names the program '{program}'; only {} are run", model.name, VOICES.join(" and ")))
        }
        Engine::Onnxruntime { library } => match members()
            .find(|member| library.as_os_str() == member.target.as_str() && !RUNTIMES.contains(&member.sha256.as_str()))
        {
            Some(member) => Err(format!("'{}' is no ONNX Runtime that this program knows", member.target)),
            None => Ok(()),
        },
        _ => Ok(()),
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(from: &str, to: &str) -> String {
        let text = Pack::starter().to_toml();
        assert!(text.contains(from), "{from} is not in the starter pack");
        Pack::parse(&text.replace(from, to), "carried").unwrap_err().to_string()
    }

    #[test]
    fn a_pack_brings_no_code_of_its_own() {
        for program in ["sh", "/var/lib/usher/models/x/evil", "../espeak-ng"] {
            let refused = refusal("program = \"espeak-ng\"", &format!("program = \"{program}\""));
            assert!(refused.contains(&format!("names the program '{program}'")), "{refused}");
        }
        for digest in RUNTIMES {
            let refused = refusal(digest, &"0".repeat(64));
            assert!(refused.contains("'onnxruntime/libonnxruntime.so' is no ONNX Runtime"), "{refused}");
        }
    }
}

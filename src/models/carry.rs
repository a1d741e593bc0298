//! Packs carried by hand to sites without a network: a folder or a tar file that begins with the pack's own description.
//!
//! Digests prove that the files are whole, not who made them: a carried pack is as trustworthy as the hand that brings it.

use std::fs::{self, File};
use std::io::{BufWriter, Read, Write};
use std::path::Path;

use super::pack::{PACK_BYTES_MAX, read_text};
use super::place::{digest_file, place, same_digest};
use super::pull::note;
use super::record::Record;
use super::shelf::PACK_FILE;
use super::{Member, ModelsError, Pack, Shelf, State};
use crate::base::Stop;

/// Writes the chosen pack to `out`: a tar file when the name ends in `.tar`, else a folder. Every file is hashed on its way.
/// Gives the bytes of the models. Blocking.
///
/// # Errors
/// [`ModelsError::WrongDigest`] or [`ModelsError::Io`] when a file of the pack is wrong or missing; the tar file is then deleted.
pub fn export(shelf: &Shelf, out: &Path, stop: &Stop, on_target: &mut dyn FnMut(&str)) -> Result<u64, ModelsError> {
    let _lock = shelf.lock()?;
    let pack = shelf.pack()?;
    let members: Vec<&Member> = pack.members_here().collect();
    match is_tar(out) {
        true => to_tar(shelf, &pack, &members, out, stop, on_target)?,
        false => to_folder(shelf, &pack, &members, out, stop, on_target)?,
    }
    Ok(members.iter().map(|member| member.bytes).sum())
}

/// Places the pack that [`export`] wrote to `from` and makes it the chosen one. Blocking.
///
/// # Errors
/// [`ModelsError::Pack`] when its description breaks the rules, [`ModelsError::Damaged`], [`ModelsError::Unsafe`] or
/// [`ModelsError::WrongDigest`] for its files; the pack chosen before stays chosen.
pub fn import(shelf: &Shelf, from: &Path, stop: &Stop, on_target: &mut dyn FnMut(&str)) -> Result<Pack, ModelsError> {
    let _lock = shelf.lock()?;
    let mut record = Record::load(shelf.root());
    let outcome = match is_tar(from) {
        true => from_tar(shelf, from, &mut record, stop, on_target),
        false => from_folder(shelf, from, &mut record, stop, on_target),
    };
    record.save(shelf.root())?;
    let pack = outcome?;
    shelf.choose(&pack)?;
    Ok(pack)
}

fn is_tar(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending == "tar")
}

fn to_folder(
    shelf: &Shelf,
    pack: &Pack,
    members: &[&Member],
    out: &Path,
    stop: &Stop,
    on_target: &mut dyn FnMut(&str),
) -> Result<(), ModelsError> {
    fs::create_dir_all(out).map_err(ModelsError::io("create folder", out))?;
    for member in members {
        on_target(&member.target);
        let path = shelf.root().join(&member.target);
        place(open(&path)?, member, out, &path.display().to_string(), stop)?;
    }
    let description = out.join(PACK_FILE);
    fs::write(&description, pack.to_toml()).map_err(ModelsError::io("write", &description))
}

fn to_tar(
    shelf: &Shelf,
    pack: &Pack,
    members: &[&Member],
    out: &Path,
    stop: &Stop,
    on_target: &mut dyn FnMut(&str),
) -> Result<(), ModelsError> {
    let part = out.with_extension("tar.part");
    let file = File::create(&part).map_err(ModelsError::io("create", &part))?;
    let mut tar = tar::Builder::new(BufWriter::new(file));
    let written = write_tar(&mut tar, shelf, pack, members, &part, stop, on_target)
        .and_then(|()| tar.into_inner().map_err(ModelsError::io("write", &part)))
        .and_then(|mut file| file.flush().map_err(ModelsError::io("write", &part)))
        .and_then(|()| fs::rename(&part, out).map_err(ModelsError::io("move into place", out)));
    if written.is_err() {
        let _ = fs::remove_file(&part);
    }
    written
}

fn write_tar(
    tar: &mut tar::Builder<impl Write>,
    shelf: &Shelf,
    pack: &Pack,
    members: &[&Member],
    part: &Path,
    stop: &Stop,
    on_target: &mut dyn FnMut(&str),
) -> Result<(), ModelsError> {
    let description = pack.to_toml();
    let mut put = |name: &str, bytes: u64, source: &mut dyn Read| {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes);
        header.set_mode(0o644);
        tar.append_data(&mut header, name, source).map_err(ModelsError::io("write", part))
    };
    put(PACK_FILE, description.len() as u64, &mut description.as_bytes())?;
    for member in members {
        on_target(&member.target);
        let path = shelf.root().join(&member.target);
        let (got, _) = digest_file(&path, stop)?;
        same_digest(&member.target, &member.sha256, got)?;
        put(&member.target, member.bytes, &mut open(&path)?)?;
    }
    Ok(())
}

fn from_folder(
    shelf: &Shelf,
    from: &Path,
    record: &mut Record,
    stop: &Stop,
    on_target: &mut dyn FnMut(&str),
) -> Result<Pack, ModelsError> {
    let description = from.join(PACK_FILE);
    let pack = Pack::parse(&read_text(&description)?, &description.display().to_string())?;
    shelf.check_room(pack.members_here().map(|member| member.bytes).sum())?;
    for member in pack.members_here() {
        on_target(&member.target);
        let path = from.join(&member.target);
        take_in(shelf, open(&path)?, member, &path.display().to_string(), record, stop)?;
    }
    Ok(pack)
}

fn from_tar(
    shelf: &Shelf,
    from: &Path,
    record: &mut Record,
    stop: &Stop,
    on_target: &mut dyn FnMut(&str),
) -> Result<Pack, ModelsError> {
    let origin = from.display().to_string();
    let damaged = |error: std::io::Error| ModelsError::damaged(&origin, error);
    let mut tar = tar::Archive::new(open(from)?);
    let mut entries = tar.entries().map_err(damaged)?;
    let first = entries.next().ok_or_else(|| ModelsError::damaged(&origin, "it is empty"))?.map_err(damaged)?;
    let pack = description(first, &origin)?;
    shelf.check_room(pack.members_here().map(|member| member.bytes).sum())?;
    let mut waiting: Vec<&Member> = pack.members_here().collect();
    for entry in entries {
        let entry = entry.map_err(damaged)?;
        let member = named(&entry, &mut waiting, &origin)?;
        on_target(&member.target);
        take_in(shelf, entry, member, &origin, record, stop)?;
    }
    match waiting.first() {
        Some(member) => Err(ModelsError::damaged(&origin, format!("{} is not in it", member.target))),
        None => Ok(pack),
    }
}

fn description(entry: tar::Entry<impl Read>, origin: &str) -> Result<Pack, ModelsError> {
    if *entry.path_bytes() != *PACK_FILE.as_bytes() {
        return Err(ModelsError::damaged(origin, format!("it does not begin with {PACK_FILE}")));
    }
    let mut text = String::new();
    let read = entry.take(PACK_BYTES_MAX).read_to_string(&mut text);
    read.map_err(|error| ModelsError::damaged(origin, format!("{PACK_FILE}: {error}")))?;
    Pack::parse(&text, &format!("{PACK_FILE} in {origin}"))
}

/// The member an entry holds. A carried pack has nothing else in it: a stray entry means it was tampered with.
fn named<'p>(
    entry: &tar::Entry<impl Read>,
    waiting: &mut Vec<&'p Member>,
    origin: &str,
) -> Result<&'p Member, ModelsError> {
    let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
    let at = waiting.iter().position(|member| member.target == name);
    match at.filter(|_| entry.header().entry_type().is_file()) {
        Some(at) => Ok(waiting.swap_remove(at)),
        None => Err(ModelsError::Unsafe { file: origin.into(), reason: format!("'{name}' is no file of its pack") }),
    }
}

/// Places one file, unless the right one is there already.
fn take_in(
    shelf: &Shelf,
    source: impl Read,
    member: &Member,
    origin: &str,
    record: &mut Record,
    stop: &Stop,
) -> Result<(), ModelsError> {
    if shelf.check(member, record, stop)? == State::Verified {
        return Ok(());
    }
    place(source, member, shelf.root(), origin, stop)?;
    note(shelf.root(), member, record);
    Ok(())
}

fn open(path: &Path) -> Result<File, ModelsError> {
    File::open(path).map_err(ModelsError::io("open", path))
}

//! Named files out of a package: a wheel (zip), an npm tarball, or a plain file. Never writes a path that stands in an
//! archive: the places come from the pack, and everything else the archive holds is passed over.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use flate2::read::GzDecoder;

use super::place::place;
use super::{Member, ModelsError};
use crate::base::Stop;

/// Most that is unpacked from one compressed tarball, the files passed over included: a bomb ends here.
const TAR_BYTES_MAX: u64 = 32 << 30;

/// Places `members` from the package `file` under `root`; `done` is told of each. Blocking.
///
/// # Errors
/// [`ModelsError::Damaged`], [`ModelsError::Unsafe`], [`ModelsError::WrongDigest`]; files placed before the error stay.
pub(super) fn unpack(
    file: &Path,
    members: &[&Member],
    root: &Path,
    stop: &Stop,
    done: &mut dyn FnMut(&Member),
) -> Result<(), ModelsError> {
    let origin = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let source = File::open(file).map_err(ModelsError::io("open", file))?;
    let mut put =
        |reader: &mut dyn Read, member: &Member| place(reader, member, root, &origin, stop).inspect(|()| done(member));
    match origin.as_str() {
        name if name.ends_with(".whl") || name.ends_with(".zip") => from_zip(source, members, &origin, &mut put),
        name if name.ends_with(".tgz") || name.ends_with(".tar.gz") => from_tar(source, members, &origin, &mut put),
        _ => members.iter().try_for_each(|member| put(&mut &source, member)),
    }
}

type Put<'a> = dyn FnMut(&mut dyn Read, &Member) -> Result<(), ModelsError> + 'a;

fn from_zip(source: File, members: &[&Member], origin: &str, put: &mut Put) -> Result<(), ModelsError> {
    let mut archive = zip::ZipArchive::new(source).map_err(|error| ModelsError::damaged(origin, error))?;
    for member in members {
        let mut entry = archive
            .by_name(&member.path)
            .map_err(|error| ModelsError::damaged(origin, format!("{}: {error}", member.path)))?;
        if !entry.is_file() || entry.is_symlink() {
            return Err(not_a_file(origin, member));
        }
        put(&mut entry, member)?;
    }
    Ok(())
}

fn from_tar(source: File, members: &[&Member], origin: &str, put: &mut Put) -> Result<(), ModelsError> {
    let damaged = |error: std::io::Error| ModelsError::damaged(origin, error);
    let mut archive = tar::Archive::new(GzDecoder::new(source).take(TAR_BYTES_MAX));
    let mut waiting = members.to_vec();
    for entry in archive.entries().map_err(damaged)? {
        let mut entry = entry.map_err(damaged)?;
        let Some(at) = waiting.iter().position(|member| entry.path_bytes() == member.path.as_bytes()) else { continue };
        let member = waiting.swap_remove(at);
        if !entry.header().entry_type().is_file() {
            return Err(not_a_file(origin, member));
        }
        put(&mut entry, member)?;
        if waiting.is_empty() {
            return Ok(());
        }
    }
    match waiting.first() {
        Some(member) => Err(ModelsError::damaged(origin, format!("{} is not in it", member.path))),
        None => Ok(()),
    }
}

fn not_a_file(origin: &str, member: &Member) -> ModelsError {
    ModelsError::Unsafe { file: origin.into(), reason: format!("{} is not a plain file in it", member.path) }
}

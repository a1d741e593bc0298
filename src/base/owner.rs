//! A command run by root works as the data folder's owner: the folder belongs to the service, and whoever owns a folder can
//! lead root astray in it by links; what root leaves there, the service could neither read nor delete.

use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// Whether this process is root or the owner of `folder`. False where there is no such folder.
pub fn is_root_or_owner(folder: &Path) -> bool {
    // SAFETY: the call has no argument and cannot fail.
    let me = unsafe { libc::geteuid() };
    std::fs::metadata(folder).is_ok_and(|found| found.is_dir() && (me == 0 || me == found.uid()))
}

/// Gives up root's rights for those of the owner of `folder`, for good. Does nothing for anybody but root, when root is the
/// owner, or when there is no such folder yet.
///
/// # Errors
/// When the system refuses; nothing may be written then.
pub fn become_owner(folder: &Path) -> io::Result<()> {
    // SAFETY: the call has no argument and cannot fail.
    let is_root = unsafe { libc::geteuid() } == 0;
    let Ok(found) = std::fs::symlink_metadata(folder) else { return Ok(()) };
    if !is_root || found.uid() == 0 {
        return Ok(());
    }
    let group = found.gid();
    // The order matters: groups can be given up by root only.
    // SAFETY: the list has the one element that its length says; the other calls take numbers.
    let done = unsafe { libc::setgroups(1, &group) == 0 && libc::setgid(group) == 0 && libc::setuid(found.uid()) == 0 };
    if done { Ok(()) } else { Err(io::Error::last_os_error()) }
}

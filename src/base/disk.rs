//! What a disk takes: whether it can be written, and what is left. Opens nothing, writes nothing.

use std::path::Path;

use rustix::fs::{StatVfsMountFlags, statvfs};

/// Whether `place`, or the folder above it that is there, lies on a file system that can only be read. A file system that does not
/// tell is taken to be writable: the first write tells then.
pub fn is_read_only(place: &Path) -> bool {
    statvfs(there(place)).is_ok_and(|told| told.f_flag.contains(StatVfsMountFlags::RDONLY))
}

/// Bytes that this process may still write on the disk that holds `place`, which need not be there yet; `None` when the
/// system does not say.
pub fn free_bytes(place: &Path) -> Option<u64> {
    let room = statvfs(there(place)).ok()?;
    Some(room.f_bavail.saturating_mul(room.f_frsize))
}

fn there(place: &Path) -> &Path {
    let there = place.ancestors().find(|folder| folder.exists()).unwrap_or(place);
    // A relative name ends above with nothing: that is the folder we are in.
    if there.as_os_str().is_empty() { Path::new(".") } else { there }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_of_tests_takes_writes_and_the_kernels_own_does_not_matter() {
        let folder = tempfile::tempdir().unwrap();
        assert!(!is_read_only(folder.path()));
        assert!(!is_read_only(&folder.path().join("not/yet")));
        assert!(!is_read_only(Path::new("")));
        assert!(free_bytes(&folder.path().join("not/yet")).unwrap() > 0);
    }
}

//! What a disk takes: whether it can be written, and what is left. Opens nothing, writes nothing.

use std::os::unix::fs::MetadataExt;
use std::path::Path;

use rustix::fs::{StatVfsMountFlags, major, minor, statvfs};

/// Whether `place`, or the folder above it that is there, lies on a file system that can only be read. A file system that does not
/// tell is taken to be writable: the first write tells then.
pub fn is_read_only(place: &Path) -> bool {
    let place = there(place);
    statvfs(place).is_ok_and(|told| told.f_flag.contains(StatVfsMountFlags::RDONLY)) || is_given_up(place)
}

/// Whether the kernel refuses writes after a fault of the disk. Since Linux 6.15 ext4 keeps its mount flags then and says so among its
/// options (`emergency_ro`) alone.
fn is_given_up(place: &Path) -> bool {
    let (Ok(found), Ok(mounts)) = (place.metadata(), std::fs::read_to_string("/proc/self/mountinfo")) else {
        return false;
    };
    given_up(&mounts, &format!("{}:{}", major(found.dev()), minor(found.dev())))
}

/// In the words of proc_pid_mountinfo(5): whether the super options of the file system `device` (`major:minor`) say so.
fn given_up(mounts: &str, device: &str) -> bool {
    let options = |line: &str| line.split_once(" - ")?.1.split(' ').nth(2).map(str::to_owned);
    mounts
        .lines()
        .filter(|line| line.split(' ').nth(2) == Some(device))
        .filter_map(options)
        .any(|options| options.split(',').any(|option| option == "emergency_ro"))
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

    #[test]
    fn a_disk_that_the_kernel_gave_up_says_so_among_its_options() {
        let mounts = "31 1 254:0 / / rw,relatime shared:1 - ext4 /dev/root rw,discard\n\
                      99 31 7:0 / /data rw,relatime shared:9 - ext4 /dev/loop0 rw,abort,emergency_ro\n";
        assert!(given_up(mounts, "7:0"));
        assert!(!given_up(mounts, "254:0") && !given_up(mounts, "7:1") && !given_up("", "7:0"));
    }
}

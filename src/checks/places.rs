//! Where the system tells about itself: `/proc` and `/sys`, or folders that stand for them in tests.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Most of a file of `/proc` or `/sys` that is read, bytes: the longest, a table of routes, has kilobytes.
const FILE_BYTES_MAX: u64 = 256 << 10;

/// Entries of a folder that are looked at: machines have tens of interfaces and disks.
const ENTRIES_MAX: usize = 256;

/// The folder under which `proc` and `sys` are.
#[derive(Debug, Clone)]
pub struct Places {
    root: PathBuf,
}

impl Default for Places {
    fn default() -> Self {
        Self::at("/")
    }
}

impl Places {
    pub fn at(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    pub(super) fn path(&self, place: &str) -> PathBuf {
        self.root.join(place)
    }

    /// The text of `place` (`proc/meminfo`) without blanks around it; `None` when it cannot be read.
    pub(super) fn text(&self, place: &str) -> Option<String> {
        read(&self.path(place))
    }

    pub(super) fn number<N: std::str::FromStr>(&self, place: &str) -> Option<N> {
        self.text(place)?.parse().ok()
    }

    /// The names in the folder `place`, in order; none when it is not there.
    pub(super) fn names(&self, place: &str) -> Vec<String> {
        let Ok(entries) = std::fs::read_dir(self.path(place)) else { return Vec::new() };
        let names = entries.flatten().take(ENTRIES_MAX).filter_map(|entry| entry.file_name().into_string().ok());
        let mut names: Vec<String> = names.collect();
        names.sort();
        names
    }
}

fn read(path: &Path) -> Option<String> {
    let mut text = String::new();
    File::open(path).ok()?.take(FILE_BYTES_MAX).read_to_string(&mut text).ok()?;
    Some(text.trim().to_string())
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A folder with these files in it.
    pub fn system(files: &[(&str, &str)]) -> (tempfile::TempDir, Places) {
        let folder = tempfile::tempdir().unwrap();
        for (place, text) in files {
            let path = folder.path().join(place);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let places = Places::at(folder.path());
        (folder, places)
    }

    #[test]
    fn what_is_not_there_is_nothing() {
        let (_folder, places) = system(&[("proc/some", " 12 \n"), ("proc/words", "twelve")]);
        assert_eq!(places.number::<u64>("proc/some"), Some(12));
        assert_eq!(places.number::<u64>("proc/words"), None);
        assert_eq!(places.text("proc/other"), None);
        assert_eq!(places.names("proc"), ["some", "words"]);
        assert!(places.names("sys").is_empty());
    }
}

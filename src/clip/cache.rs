//! Made clips in a folder, found again by what they show, bounded in bytes and number. Knows no encoder.
//!
//! A clip that is being made is there at once: whoever asks for it reads it as it grows. A disk that is full costs the
//! keeping of a clip, not the clip.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use super::ClipError;
use super::coding::Coding;
use super::growing::{Growing, Writer};
use super::key::key;
use super::limits::CLIP_BYTES_MAX;
use super::script::Script;
use crate::base::disk::is_read_only;

/// Clips that could not be kept on the disk and are served from memory, the oldest goes first; some MB at most.
const IN_MEMORY_MAX: usize = 4;

/// What is there for a script.
pub enum Shelved {
    /// Somebody makes it or has made it.
    There(Growing),
    /// The caller is to make it: nobody else does until the shelf is finished or dropped.
    Missing(Shelf),
}

/// The folder of made clips.
#[derive(Clone)]
pub struct Clips(Arc<Inner>);

struct Inner {
    folder: PathBuf,
    bytes_max: u64,
    count_max: usize,
    open: Mutex<Open>,
}

#[derive(Default)]
struct Open {
    making: HashMap<String, Growing>,
    in_memory: Vec<(String, Growing)>,
}

/// A clip's place while it is made. Dropped before [`Shelf::finish`], it frees the place, and its readers see it broken.
pub struct Shelf {
    clips: Clips,
    key: String,
    writer: Option<Writer>,
}

impl Clips {
    /// Opens or makes `folder`, and removes what a stop left half written. Files of other names are left alone.
    ///
    /// # Errors
    /// [`ClipError::Io`] or [`ClipError::DiskFull`].
    pub fn open(folder: &Path, bytes_max: u64, count_max: usize) -> Result<Self, ClipError> {
        let open = Mutex::default();
        let clips = Self(Arc::new(Inner { folder: folder.into(), bytes_max, count_max, open }));
        // Clips that are there are shown, new ones stay in memory.
        if is_read_only(folder) {
            return Ok(clips);
        }
        fs::create_dir_all(folder).map_err(ClipError::io("make the folder", folder))?;
        for path in paths(folder, "part")? {
            fs::remove_file(&path).map_err(ClipError::io("remove", &path))?;
        }
        clips.trim(0)?;
        Ok(clips)
    }

    /// The clip of this script in this codec and voice, or the place to make it. Reads a file of some 300 kB.
    pub fn find(&self, script: &Script, coding: Coding, voice: Option<&str>) -> Shelved {
        let key = key(script, coding, voice);
        let mut open = self.lock();
        let in_memory = open.in_memory.iter().find(|(known, _)| *known == key).map(|(_, clip)| clip);
        if let Some(clip) = open.making.get(&key).or(in_memory) {
            return Shelved::There(clip.clone());
        }
        // A file that cannot be read is made again, and replaced.
        if let Some(bytes) = self.read(&key) {
            return Shelved::There(Growing::whole(bytes));
        }
        let writer = Writer::new();
        open.making.insert(key.clone(), writer.reader());
        Shelved::Missing(Shelf { clips: self.clone(), key, writer: Some(writer) })
    }

    fn lock(&self) -> MutexGuard<'_, Open> {
        self.0.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn path(&self, key: &str, ending: &str) -> PathBuf {
        self.0.folder.join(format!("{key}.{ending}"))
    }

    fn read(&self, key: &str) -> Option<Vec<u8>> {
        let path = self.path(key, "mp4");
        let length = fs::metadata(&path).ok()?.len();
        let bytes = (1..=CLIP_BYTES_MAX as u64).contains(&length).then(|| fs::read(&path).ok())??;
        // The time of change is the time of use; when it cannot be set, the clip goes a little early.
        let _ = File::options().write(true).open(&path).and_then(|file| file.set_modified(SystemTime::now()));
        Some(bytes)
    }

    fn keep(&self, key: &str, bytes: &[u8]) -> Result<(), ClipError> {
        self.trim(bytes.len() as u64)?;
        let (part, path) = (self.path(key, "part"), self.path(key, "mp4"));
        let write = || {
            let mut file = File::create(&part)?;
            file.write_all(bytes)?;
            file.sync_data()?;
            fs::rename(&part, &path)
        };
        write().map_err(|error| {
            let _ = fs::remove_file(&part);
            ClipError::io("write", &self.0.folder)(error)
        })
    }

    /// Removes the clips that were used longest ago until `coming` bytes more are within the bounds.
    fn trim(&self, coming: u64) -> Result<(), ClipError> {
        let mut kept = Vec::new();
        for path in paths(&self.0.folder, "mp4")? {
            // A file that went meanwhile takes no room.
            if let Ok(known) = fs::metadata(&path) {
                kept.push((known.modified().unwrap_or(SystemTime::UNIX_EPOCH), known.len(), path));
            }
        }
        kept.sort_by(|a, b| b.cmp(a));
        let more = usize::from(coming > 0);
        let mut bytes = kept.iter().map(|(_, length, _)| length).sum::<u64>() + coming;
        while bytes > self.0.bytes_max || kept.len() + more > self.0.count_max {
            let Some((_, length, path)) = kept.pop() else { break };
            fs::remove_file(&path).map_err(ClipError::io("remove", &path))?;
            bytes -= length;
        }
        Ok(())
    }
}

/// Files of the folder that are ours: 64 hexadecimal digits and this ending.
fn paths(folder: &Path, ending: &str) -> Result<Vec<PathBuf>, ClipError> {
    let entries = fs::read_dir(folder).map_err(ClipError::io("read", folder))?;
    let is_ours = |path: &PathBuf| {
        let name = path.file_stem().and_then(|name| name.to_str()).unwrap_or_default();
        path.extension().is_some_and(|own| own == ending)
            && name.len() == 64
            && name.bytes().all(|byte| byte.is_ascii_hexdigit())
    };
    Ok(entries.filter_map(Result::ok).map(|entry| entry.path()).filter(is_ours).collect())
}

impl Shelf {
    /// What readers read; hold one, or [`Shelf::is_read`] is false when all others have gone.
    pub fn reader(&self) -> Option<Growing> {
        self.writer.as_ref().map(Writer::reader)
    }

    pub fn push(&self, bytes: &[u8]) {
        if let Some(writer) = &self.writer {
            writer.push(bytes);
        }
    }

    /// Whether anybody reads it: a clip that nobody waits for need not be made on.
    pub fn is_read(&self) -> bool {
        // The shelf's own list holds one.
        self.reader().is_some_and(|reader| reader.readers() > 2)
    }

    /// The clip is whole: readers see its end, and it is written to the folder.
    ///
    /// # Errors
    /// [`ClipError::DiskFull`] or [`ClipError::Io`] when it cannot be kept. It is served from memory then, until newer ones
    /// need the room.
    pub fn finish(mut self) -> Result<(), ClipError> {
        let Some(clip) = self.writer.take().map(Writer::finish) else { return Ok(()) };
        let bytes = clip.read(0..CLIP_BYTES_MAX);
        let kept = self.clips.keep(&self.key, &bytes);
        let mut open = self.clips.lock();
        open.making.remove(&self.key);
        if kept.is_err() {
            if open.in_memory.len() >= IN_MEMORY_MAX {
                open.in_memory.remove(0);
            }
            open.in_memory.push((self.key.clone(), clip));
        }
        kept
    }
}

impl Drop for Shelf {
    fn drop(&mut self) {
        if let Some(writer) = self.writer.take() {
            let mut open = self.clips.lock();
            // Another one may be made in its place already, after a failure.
            if open.making.get(&self.key).is_some_and(|known| known.is_same(&writer.reader())) {
                open.making.remove(&self.key);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::growing::Progress;
    use super::super::tests::script;
    use super::*;

    fn titled(title: &str) -> Script {
        Script { title: title.into(), ..script() }
    }

    fn find(clips: &Clips, title: &str) -> Shelved {
        clips.find(&titled(title), Coding::H264, None)
    }

    fn put(clips: &Clips, title: &str, bytes: &[u8]) -> Result<(), ClipError> {
        let Shelved::Missing(shelf) = find(clips, title) else { panic!("{title} is there") };
        shelf.push(bytes);
        shelf.finish()
    }

    fn is_there(clips: &Clips, title: &str) -> bool {
        matches!(find(clips, title), Shelved::There(_))
    }

    #[test]
    fn a_clip_is_made_once_and_read_while_it_is_made_and_after_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let clips = Clips::open(folder.path(), 1000, 10).unwrap();
        let Shelved::Missing(shelf) = find(&clips, "a") else { panic!("nothing was made yet") };
        assert!(!shelf.is_read());
        shelf.push(b"first");
        let Shelved::There(reader) = find(&clips, "a") else { panic!("it is being made") };
        assert_eq!((reader.read(0..9), shelf.is_read()), (b"first".to_vec(), true));
        shelf.push(b" and last");
        shelf.finish().unwrap();
        assert_eq!(reader.progress(), Progress::Whole(14));
        fs::write(folder.path().join(format!("{}.part", "0".repeat(64))), "half").unwrap();
        fs::write(folder.path().join("notes.mp4"), "a person's").unwrap();
        let clips = Clips::open(folder.path(), 1000, 10).unwrap();
        let Shelved::There(reader) = find(&clips, "a") else { panic!("it was kept") };
        assert_eq!(reader.read(6..9), b"and");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
    }

    #[test]
    fn the_one_used_longest_ago_goes_first() {
        let folder = tempfile::tempdir().unwrap();
        let clips = Clips::open(folder.path(), 100, 10).unwrap();
        for (age, title) in [(300, "a"), (200, "b"), (100, "c")] {
            put(&clips, title, &[0; 30]).unwrap();
            let path = clips.path(&key(&titled(title), Coding::H264, None), "mp4");
            let used = SystemTime::now() - std::time::Duration::from_secs(age);
            File::options().write(true).open(path).unwrap().set_modified(used).unwrap();
        }
        assert!(is_there(&clips, "a"));
        put(&clips, "d", &[0; 30]).unwrap();
        assert_eq!(["a", "b", "c", "d"].map(|title| is_there(&clips, title)), [true, false, true, true]);
    }

    #[test]
    fn a_broken_making_frees_the_place_and_readers_are_told() {
        let folder = tempfile::tempdir().unwrap();
        let clips = Clips::open(folder.path(), 100, 2).unwrap();
        let Shelved::Missing(shelf) = find(&clips, "a") else { panic!() };
        let Shelved::There(reader) = find(&clips, "a") else { panic!() };
        drop(shelf);
        assert_eq!(reader.progress(), Progress::Broken(0));
        assert!(matches!(find(&clips, "a"), Shelved::Missing(_)));
    }

    #[test]
    fn what_the_disk_does_not_take_is_served_from_memory() {
        let folder = tempfile::tempdir().unwrap();
        let clips = Clips::open(&folder.path().join("clips"), 100, 2).unwrap();
        fs::remove_dir(folder.path().join("clips")).unwrap();
        assert!(matches!(put(&clips, "a", b"whole"), Err(ClipError::Io { .. })));
        let Shelved::There(reader) = find(&clips, "a") else { panic!("it is in memory") };
        assert_eq!(reader.read(0..99), b"whole");
        let full = ClipError::io("write", Path::new("/clips"))(std::io::ErrorKind::StorageFull.into());
        assert_eq!(full.to_string(), "the disk of /clips is full, so the clip is not kept; make room there");
    }
}

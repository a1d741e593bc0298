//! What lies in a slot, proved by the signed manifests that lie with it: the version's own, and for each kind that it did not
//! bring the manifest of the version that did.

use std::path::Path;

use semver::Version;

use super::bundle::Hashed;
use super::disk::Disk;
use super::keys::signature_of;
use super::manifest::{Kind, Manifest, Member};
use super::state::Slot;
use super::{UpdateError, Updates};
use crate::base::Stop;

/// The folder of the manifests within a slot.
pub(super) const SIGNED: &str = "signed";

/// The version's own manifest; those of kept kinds are named after the kind's folder.
pub(super) const OWN: &str = "own.json";

/// How closely a slot is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Depth {
    /// Every byte.
    Whole,
    /// Every byte but the models', of which only the lengths: their engine compares digests by itself, and a start cannot
    /// wait for gigabytes.
    Start,
}

/// A slot's content.
#[derive(Debug, Clone)]
pub(super) struct Contents {
    pub own: Manifest,
    /// The number of the key that signed `own`.
    pub key: String,
    /// Kinds that came with earlier versions.
    pub kept: Vec<(Kind, Manifest)>,
}

impl Contents {
    pub fn version(&self) -> &Version {
        &self.own.version
    }

    /// Every file of the slot.
    pub fn members(&self) -> impl Iterator<Item = &Member> {
        let kept =
            self.kept.iter().flat_map(|(kind, from)| from.members.iter().filter(move |member| member.kind == *kind));
        self.own.members.iter().chain(kept)
    }

    /// The manifest that a kind came with.
    pub fn manifest_name(&self, kind: Kind) -> String {
        if self.own.brings(kind) { OWN.into() } else { kept_name(kind) }
    }
}

pub(super) fn kept_name(kind: Kind) -> String {
    format!("{}.json", kind.folder())
}

impl<D: Disk> Updates<D> {
    /// The manifests of a slot whose signatures are good; its files are not looked at.
    pub(super) fn contents(&self, slot: Slot) -> Result<Contents, String> {
        self.contents_in(&self.places.slot(slot))
    }

    pub(super) fn contents_in(&self, folder: &Path) -> Result<Contents, String> {
        let signed = folder.join(SIGNED);
        let unproved = |name: &str| format!("{} has no good signature", signed.join(name).display());
        let (key, own) = self.keys.proved(&self.disk, &signed.join(OWN)).ok_or_else(|| unproved(OWN))?;
        let mut kept = Vec::new();
        for kind in Kind::ALL.into_iter().filter(|kind| !own.brings(*kind)) {
            let path = signed.join(kept_name(kind));
            if self.disk.length(&path).ok().flatten().is_some() {
                let (_, manifest) = self.keys.proved(&self.disk, &path).ok_or_else(|| unproved(&kept_name(kind)))?;
                kept.push((kind, manifest));
            }
        }
        Ok(Contents { own, key, kept })
    }

    /// Proves a slot: its manifests, its processor, its files.
    pub(super) fn examine(&self, folder: &Path, depth: Depth, stop: &Stop) -> Result<Contents, String> {
        let contents = self.contents_in(folder)?;
        if contents.own.arch != std::env::consts::ARCH {
            return Err(format!("it is for {}", contents.own.arch));
        }
        contents.members().try_for_each(|member| self.examine_member(folder, member, depth, stop))?;
        Ok(contents)
    }

    fn examine_member(&self, folder: &Path, member: &Member, depth: Depth, stop: &Stop) -> Result<(), String> {
        let path = folder.join(member.path());
        let at = |what: &dyn std::fmt::Display| format!("{}: {what}", path.display());
        match self.disk.length(&path).map_err(|error| at(&error))? {
            Some(bytes) if bytes == member.bytes => {}
            Some(bytes) => return Err(at(&format!("{bytes} of {} bytes are there", member.bytes))),
            None => return Err(at(&"it is missing")),
        }
        if depth == Depth::Start && member.kind == Kind::Models {
            return Ok(());
        }
        let mut hashed = Hashed::new(self.disk.open(&path).map_err(|error| at(&error))?, stop);
        std::io::copy(&mut hashed, &mut std::io::sink()).map_err(|error| at(&error))?;
        match hashed.finish().1 == member.sha256 {
            true => Ok(()),
            false => Err(at(&"its sha256 is wrong")),
        }
    }

    /// Names the manifest of a kept kind once more in the slot that is being written, and its files.
    pub(super) fn keep_kind(&self, kind: Kind, from: &Contents, old: &Path, new: &Path) -> Result<(), UpdateError> {
        let fault = |path: &Path| UpdateError::io("link", path);
        let members: Vec<&Member> = from.members().filter(|member| member.kind == kind).collect();
        if members.is_empty() {
            return Ok(());
        }
        for member in members {
            let target = new.join(member.path());
            self.make_parent(&target)?;
            self.disk.link(&old.join(member.path()), &target).map_err(fault(&target))?;
        }
        let source = old.join(SIGNED).join(from.manifest_name(kind));
        let target = new.join(SIGNED).join(kept_name(kind));
        self.disk.link(&source, &target).map_err(fault(&target))?;
        self.disk.link(&signature_of(&source), &signature_of(&target)).map_err(fault(&target))
    }

    pub(super) fn make_parent(&self, path: &Path) -> Result<(), UpdateError> {
        let folder = path.parent().unwrap_or(path);
        self.disk.make_folder(folder).map_err(UpdateError::io("create folder", folder))
    }
}

//! A bundle as a hostile file: its signature before its words, its digest before its content, and no name of its archive.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use sha2::{Digest, Sha256};
use tar::{Archive, Entry};

use super::UpdateError;
use super::disk::CHUNK_BYTES;
use super::keys::{Keys, SIGNATURE_BYTES_MAX};
use super::manifest::{MANIFEST_BYTES_MAX, Manifest, Member, Unusable};
use crate::base::{Stop, secret};

const MANIFEST: &str = "manifest.json";
const SIGNATURE: &str = "manifest.json.minisig";
const PAYLOAD: &str = "members.tar.zst";

/// A tar's header, and what a member's length is rounded up to.
const BLOCK_BYTES: u64 = 512;

/// What may follow the last member: a tar ends with zeros up to its record's length, usually 10 kB.
const TAIL_BYTES_MAX: u64 = 1 << 20;

/// Largest window of the decompressor, as a power of two: 128 MiB, what the highest usual compression asks for.
const WINDOW_LOG_MAX: u32 = 27;

/// A file that can be read again from a place.
pub trait Source: Read + Seek {}
impl<T: Read + Seek> Source for T {}

/// A bundle whose manifest is signed by a trusted key. Its content has not been looked at yet.
pub struct Bundle {
    pub manifest: Manifest,
    /// The number of the key that signed it.
    pub key: String,
    pub(super) file: String,
    pub(super) signed: Vec<u8>,
    pub(super) signature: Vec<u8>,
    source: Box<dyn Source>,
    payload_at: u64,
}

/// A bundle whose compressed members are the signed ones.
pub struct Proved(pub(super) Bundle);

impl Bundle {
    /// Opens the file of a bundle.
    ///
    /// # Errors
    /// Everything [`Bundle::read`] refuses; [`UpdateError::Io`].
    pub fn open(path: &Path, keys: &Keys) -> Result<Self, UpdateError> {
        let source = File::open(path).map_err(UpdateError::io("open", path))?;
        let is_file = source.metadata().map_err(UpdateError::io("read", path))?.is_file();
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
        match is_file {
            true => Self::read(&name, BufReader::with_capacity(CHUNK_BYTES, source), keys),
            false => Err(UpdateError::not_a_bundle(&name, "it is no file")),
        }
    }

    /// Reads the manifest and proves its signature; `file` names the source in errors.
    ///
    /// # Errors
    /// [`UpdateError`]: `NotABundle`, `NoKey`, `UnknownKey`, `Revoked`, `WrongSignature`, `Future`, `Manifest`.
    pub fn read(file: &str, mut source: impl Source + 'static, keys: &Keys) -> Result<Self, UpdateError> {
        let outer = Outer::read(&mut source).map_err(|reason| UpdateError::not_a_bundle(file, reason))?;
        let key = keys.prove(&outer.manifest, &outer.signature).map_err(|unproved| keys.refuse(unproved, file))?;
        let manifest = Manifest::parse(&outer.manifest).map_err(|unusable| unusable_in(file, unusable))?;
        if outer.payload_bytes != manifest.payload.bytes {
            return Err(UpdateError::damaged(file, "the length of its members is not the signed one"));
        }
        Ok(Self {
            manifest,
            key,
            file: file.into(),
            signed: outer.manifest,
            signature: outer.signature,
            source: Box::new(source),
            payload_at: outer.payload_at,
        })
    }

    /// Reads the compressed members once and compares their digest; `read` is told the bytes so far.
    ///
    /// # Errors
    /// [`UpdateError::Damaged`], [`UpdateError::Stopped`].
    pub fn prove(mut self, stop: &Stop, read: &mut dyn FnMut(u64)) -> Result<Proved, UpdateError> {
        let damaged = |reason: String| UpdateError::damaged(&self.file, reason);
        let at = SeekFrom::Start(self.payload_at);
        self.source.seek(at).map_err(|error| damaged(error.to_string()))?;
        let mut hashed = Hashed::new((&mut *self.source).take(self.manifest.payload.bytes), stop);
        let mut chunk = vec![0; CHUNK_BYTES];
        while hashed.read(&mut chunk).map_err(|error| hashed_error(&self.file, stop, &error))? > 0 {
            read(hashed.bytes);
        }
        let (bytes, sha256) = hashed.finish();
        if bytes < self.manifest.payload.bytes {
            return Err(damaged(format!("{bytes} of {} bytes are there", self.manifest.payload.bytes)));
        }
        match sha256 == self.manifest.payload.sha256 {
            true => Ok(Proved(self)),
            false => Err(damaged("its content has another sha256 than the signed one".into())),
        }
    }
}

impl Proved {
    /// Gives each member's bytes to `put` in the manifest's order; `put` reads to the end, and what it read is compared.
    ///
    /// # Errors
    /// What `put` returns; [`UpdateError::Damaged`], [`UpdateError::Unsafe`], [`UpdateError::Stopped`].
    pub(super) fn unpack(&mut self, stop: &Stop, put: &mut Put) -> Result<(), UpdateError> {
        let Bundle { manifest, file, source, payload_at, .. } = &mut self.0;
        let damaged = |error: io::Error| UpdateError::damaged(file, error);
        source.seek(SeekFrom::Start(*payload_at)).map_err(damaged)?;
        let mut plain = zstd::Decoder::new((&mut **source).take(manifest.payload.bytes)).map_err(damaged)?;
        plain.window_log_max(WINDOW_LOG_MAX).map_err(damaged)?;
        let mut archive = Archive::new(plain.take(plain_bytes_max(manifest)));
        // Raw: headers that would give the next entry another name or length are entries themselves here, and are refused.
        let mut entries = archive.entries().map_err(damaged)?.raw(true);
        for member in &manifest.members {
            let entry =
                entries.next().ok_or_else(|| UpdateError::damaged(file, format!("{} is missing", member.path())))?;
            let mut entry = expect(entry.map_err(damaged)?, member, file)?;
            take_in(&mut entry, member, file, stop, put)?;
        }
        match entries.next() {
            None => Ok(()),
            Some(_) => Err(not_safe(file, "it holds more than its manifest lists")),
        }
    }
}

/// Stores one member's bytes.
type Put<'a> = dyn FnMut(&Member, &mut dyn Read) -> Result<(), UpdateError> + 'a;

fn take_in(entry: &mut dyn Read, member: &Member, file: &str, stop: &Stop, put: &mut Put) -> Result<(), UpdateError> {
    let mut hashed = Hashed::new(entry, stop);
    let stored = put(member, &mut hashed);
    if let Some(error) = hashed.fault.take() {
        return Err(hashed_error(file, stop, &error));
    }
    stored?;
    let (bytes, sha256) = hashed.finish();
    match bytes == member.bytes && sha256 == member.sha256 {
        true => Ok(()),
        false => Err(UpdateError::damaged(file, format!("{} has another sha256 than the signed one", member.path()))),
    }
}

/// The entry, when it is the plain file that the manifest promises next.
fn expect<'a, R: Read>(entry: Entry<'a, R>, member: &Member, file: &str) -> Result<Entry<'a, R>, UpdateError> {
    let path = member.path();
    if *entry.path_bytes() != *path.as_bytes() {
        return Err(not_safe(file, &format!("another entry stands where {path} should be")));
    }
    if !entry.header().entry_type().is_file() {
        return Err(not_safe(file, &format!("{path} is not a plain file in it")));
    }
    match entry.size() == member.bytes {
        true => Ok(entry),
        false => Err(not_safe(file, &format!("{path} has another length than its manifest says"))),
    }
}

fn not_safe(file: &str, reason: &str) -> UpdateError {
    UpdateError::Unsafe { file: file.into(), reason: reason.into() }
}

/// The archive's length when it holds the members and nothing else; a bomb ends here.
fn plain_bytes_max(manifest: &Manifest) -> u64 {
    let one = |bytes: u64| BLOCK_BYTES.saturating_add(bytes.next_multiple_of(BLOCK_BYTES));
    manifest.members.iter().fold(TAIL_BYTES_MAX, |sum, member| sum.saturating_add(one(member.bytes)))
}

pub(super) fn unusable_in(file: &str, unusable: Unusable) -> UpdateError {
    let file = file.to_owned();
    match unusable {
        Unusable::Future(format) => UpdateError::Future { file, format, known: super::manifest::FORMAT },
        Unusable::Broken(reason) => UpdateError::Manifest { file, reason },
    }
}

/// The three files of a bundle; nothing of them is believed yet.
struct Outer {
    manifest: Vec<u8>,
    signature: Vec<u8>,
    payload_at: u64,
    payload_bytes: u64,
}

impl Outer {
    fn read(source: &mut impl Source) -> Result<Self, String> {
        let mut archive = Archive::new(source);
        let mut entries = archive.entries().map_err(|error| error.to_string())?.raw(true);
        let manifest = small(&mut named(entries.next(), MANIFEST)?, MANIFEST, MANIFEST_BYTES_MAX)?;
        let signature = small(&mut named(entries.next(), SIGNATURE)?, SIGNATURE, SIGNATURE_BYTES_MAX)?;
        let payload = named(entries.next(), PAYLOAD)?;
        Ok(Self { manifest, signature, payload_at: payload.raw_file_position(), payload_bytes: payload.size() })
    }
}

fn named<'a, R: Read>(entry: Option<io::Result<Entry<'a, R>>>, name: &str) -> Result<Entry<'a, R>, String> {
    let entry = entry.ok_or_else(|| format!("{name} is missing"))?.map_err(|error| error.to_string())?;
    match *entry.path_bytes() == *name.as_bytes() && entry.header().entry_type().is_file() {
        true => Ok(entry),
        false => Err(format!("{name} does not stand where it should")),
    }
}

fn small<R: Read>(entry: &mut Entry<'_, R>, name: &str, bytes_max: u64) -> Result<Vec<u8>, String> {
    let bytes = entry.size();
    if bytes > bytes_max {
        return Err(format!("{name} is longer than {bytes_max} bytes"));
    }
    let mut text = Vec::new();
    entry.read_to_end(&mut text).map_err(|error| error.to_string())?;
    if text.len() as u64 == bytes { Ok(text) } else { Err(format!("{name} is cut short")) }
}

/// Bytes that are hashed while they are read; remembers that reading failed, for whoever copies sees only one kind of error.
pub(super) struct Hashed<'a, R> {
    source: R,
    hash: Sha256,
    stop: &'a Stop,
    pub(super) bytes: u64,
    fault: Option<io::Error>,
}

impl<'a, R: Read> Hashed<'a, R> {
    pub(super) fn new(source: R, stop: &'a Stop) -> Self {
        Self { source, hash: Sha256::new(), stop, bytes: 0, fault: None }
    }

    pub(super) fn finish(self) -> (u64, String) {
        (self.bytes, secret::hex(&self.hash.finalize()))
    }
}

impl<R: Read> Read for Hashed<'_, R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.stop.is_requested() {
            self.fault = Some(io::ErrorKind::Interrupted.into());
            return Err(io::Error::other("stopped"));
        }
        let read = self.source.read(into).inspect_err(|error| {
            self.fault = Some(io::Error::new(error.kind(), error.to_string()));
        })?;
        self.hash.update(into.get(..read).unwrap_or_default());
        self.bytes += read as u64;
        Ok(read)
    }
}

fn hashed_error(file: &str, stop: &Stop, error: &io::Error) -> UpdateError {
    if stop.is_requested() { UpdateError::Stopped } else { UpdateError::damaged(file, error) }
}

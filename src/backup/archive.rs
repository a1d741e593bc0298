//! The file's layout: tar in gzip, encrypted or not. Reading believes nothing: names, sizes, digests and the end are compared with the
//! manifest, and nothing is held in memory but the manifest. Knows no place of the device.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, ErrorKind, Read, Write};
use std::path::Path;

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};
use tar::{Archive, Builder, EntryType, Header};

use super::BackupError;
use super::manifest::{FORMAT, MANIFEST_BYTES_MAX, Manifest, Member, TOTAL_BYTES_MAX};
use super::passphrase::{MAGIC, Opening, Sealing, WrongPassphrase};
use crate::base::secret::hex;

const MANIFEST: &str = "manifest.json";

/// tar's blocks and its end, beside the members themselves.
const FRAME_BYTES_MAX: u64 = 64 << 20;

/// Where an archive goes.
pub(super) enum Out<W: Write> {
    Plain(W),
    Sealed(Box<Sealing<W>>),
}

impl<W: Write> Out<W> {
    pub fn new(to: W, passphrase: Option<&str>) -> io::Result<Self> {
        match passphrase {
            None => Ok(Self::Plain(to)),
            Some(passphrase) => Ok(Self::Sealed(Box::new(Sealing::begin(to, passphrase)?))),
        }
    }

    fn finish(self) -> io::Result<W> {
        match self {
            Self::Plain(to) => Ok(to),
            Self::Sealed(sealing) => sealing.finish(),
        }
    }
}

impl<W: Write> Write for Out<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(to) => to.write(bytes),
            Self::Sealed(sealing) => sealing.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(to) => to.flush(),
            Self::Sealed(sealing) => sealing.flush(),
        }
    }
}

/// Writes the manifest and each member from its file. A file that is no longer what the manifest says is [`BackupError::Changed`].
pub(super) fn write<W: Write>(
    to: W,
    path: &Path,
    passphrase: Option<&str>,
    manifest: &Manifest,
    sources: &[std::path::PathBuf],
) -> Result<W, BackupError> {
    let fault = |error| BackupError::of(path, error);
    let out = Out::new(to, passphrase).map_err(fault)?;
    let mut tar = Builder::new(GzEncoder::new(out, Compression::new(6)));
    let json = serde_json::to_vec_pretty(manifest).map_err(|error| fault(error.into()))?;
    tar.append(&header(MANIFEST, json.len() as u64).map_err(fault)?, json.as_slice()).map_err(fault)?;
    for (index, (member, source)) in manifest.members.iter().zip(sources).enumerate() {
        let file = File::open(source).map_err(|error| BackupError::of(source, error))?;
        let mut reader = Digesting::new(BufReader::new(file).take(member.bytes));
        tar.append(&header(&Manifest::number(index), member.bytes).map_err(fault)?, &mut reader).map_err(fault)?;
        if reader.differs_from(member) {
            return Err(BackupError::Changed { path: source.clone() });
        }
    }
    let gzip = tar.into_inner().map_err(fault)?;
    gzip.finish().and_then(Out::finish).map_err(fault)
}

fn header(name: &str, bytes: u64) -> io::Result<Header> {
    let mut header = Header::new_ustar();
    header.set_path(name)?;
    header.set_size(bytes);
    header.set_mode(0o600);
    header.set_entry_type(EntryType::Regular);
    header.set_cksum();
    Ok(header)
}

/// What a reader does with an archive's parts.
pub(super) trait Receiver {
    /// Comes first; the manifest has kept its rules.
    fn manifest(&mut self, manifest: &Manifest) -> Result<(), BackupError>;
    /// Reads `content`, which ends after the member's bytes. What was read counts only when the whole archive was.
    fn member(&mut self, member: &Member, content: &mut dyn Read) -> Result<(), BackupError>;
}

/// Reads an archive to its end.
///
/// # Errors
/// The receiver's; [`BackupError`] for every way in which a file can be no backup, damaged, or hostile.
pub(super) fn read(path: &Path, passphrase: Option<&str>, to: &mut dyn Receiver) -> Result<Manifest, BackupError> {
    let mut archive = Archive::new(open(path, passphrase)?);
    let fault = |error: io::Error| fault(path, "the archive", error);
    // Raw: the long names of other tools would be read into memory before anybody could look at them.
    let mut entries = archive.entries().map_err(fault)?.raw(true);
    let mut next = |name: &str| -> Result<_, BackupError> {
        let Some(entry) = entries.next() else { return Err(BackupError::Truncated { path: path.into() }) };
        let entry = entry.map_err(fault)?;
        let is_named = entry.path_bytes().as_ref() == name.as_bytes();
        match entry.header().entry_type() == EntryType::Regular && is_named {
            true => Ok(entry),
            false => Err(BackupError::Altered { path: path.into(), what: format!("member {name}") }),
        }
    };
    let manifest = parse(path, next(MANIFEST).map_err(|error| no_backup(path, error))?)?;
    to.manifest(&manifest)?;
    for (index, member) in manifest.members.iter().enumerate() {
        let altered = || BackupError::Altered { path: path.into(), what: format!("{}/{}", member.part, member.path) };
        let entry = next(&Manifest::number(index))?;
        if entry.size() != member.bytes {
            return Err(altered());
        }
        let mut content = Digesting::new(entry);
        let received = to.member(member, &mut content);
        if let Some(error) = content.fault.take() {
            return Err(fault(error));
        }
        received?;
        io::copy(&mut content, &mut io::sink()).map_err(fault)?;
        if content.differs_from(member) {
            return Err(altered());
        }
    }
    if entries.next().is_some() {
        return Err(BackupError::Altered { path: path.into(), what: "its end".into() });
    }
    // To the end, for gzip's own check and the mark of the last encrypted piece.
    io::copy(&mut archive.into_inner(), &mut io::sink()).map_err(fault)?;
    Ok(manifest)
}

fn open(path: &Path, passphrase: Option<&str>) -> Result<Box<dyn Read>, BackupError> {
    let mut file = BufReader::new(File::open(path).map_err(|error| BackupError::of(path, error))?);
    let mut first = Vec::new();
    (&mut file).take(MAGIC.len() as u64).read_to_end(&mut first).map_err(|error| BackupError::of(path, error))?;
    let limit = TOTAL_BYTES_MAX + MANIFEST_BYTES_MAX + FRAME_BYTES_MAX;
    if first == MAGIC {
        let passphrase = passphrase.ok_or_else(|| BackupError::PassphraseNeeded { path: path.into() })?;
        let opening = Opening::begin(file, passphrase).map_err(|error| fault(path, "its head", error))?;
        return Ok(Box::new(GzDecoder::new(opening).take(limit)));
    }
    match first.as_slice() {
        [0x1F, 0x8B, ..] => Ok(Box::new(GzDecoder::new(io::Cursor::new(first).chain(file)).take(limit))),
        _ => Err(BackupError::NotABackup { path: path.into() }),
    }
}

fn parse(path: &Path, entry: impl Read) -> Result<Manifest, BackupError> {
    let refused = |reason: String| BackupError::Refused { path: path.into(), reason };
    let mut json = Vec::new();
    entry.take(MANIFEST_BYTES_MAX + 1).read_to_end(&mut json).map_err(|error| fault(path, "its manifest", error))?;
    if json.len() as u64 > MANIFEST_BYTES_MAX {
        return Err(refused("its manifest is too long".into()));
    }
    let value: serde_json::Value =
        serde_json::from_slice(&json).map_err(|_| BackupError::NotABackup { path: path.into() })?;
    match value.get("format").and_then(serde_json::Value::as_u64) {
        Some(FORMAT) => {}
        Some(format) if format > FORMAT => return Err(BackupError::Newer { path: path.into(), format }),
        _ => return Err(BackupError::NotABackup { path: path.into() }),
    }
    let manifest: Manifest = serde_json::from_value(value).map_err(|error| refused(error.to_string()))?;
    manifest.check().map_err(refused)?;
    Ok(manifest)
}

/// A first member that is not ours: some other archive.
fn no_backup(path: &Path, error: BackupError) -> BackupError {
    match error {
        BackupError::Altered { .. } => BackupError::NotABackup { path: path.into() },
        other => other,
    }
}

fn fault(path: &Path, what: &str, error: io::Error) -> BackupError {
    let path = path.to_path_buf();
    if error.get_ref().is_some_and(|fault| fault.is::<WrongPassphrase>()) {
        return BackupError::WrongPassphrase { path };
    }
    match error.kind() {
        ErrorKind::UnexpectedEof => BackupError::Truncated { path },
        // gzip's and tar's own words for bytes that make no sense.
        ErrorKind::InvalidData | ErrorKind::InvalidInput | ErrorKind::Other => {
            BackupError::Altered { path, what: what.into() }
        }
        _ => BackupError::of(&path, error),
    }
}

/// Counts and digests what passes, and remembers that reading failed: whoever copies cannot tell it from a failed write.
pub(super) struct Digesting<R> {
    from: R,
    digest: Sha256,
    bytes: u64,
    fault: Option<io::Error>,
}

impl<R: Read> Digesting<R> {
    pub fn new(from: R) -> Self {
        Self { from, digest: Sha256::new(), bytes: 0, fault: None }
    }

    fn differs_from(self, member: &Member) -> bool {
        let (bytes, sha256) = self.told();
        bytes != member.bytes || sha256 != member.sha256
    }

    pub fn told(self) -> (u64, String) {
        (self.bytes, hex(&self.digest.finalize()))
    }
}

impl<R: Read> Read for Digesting<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = match self.from.read(into) {
            Ok(read) => read,
            Err(error) if error.kind() == ErrorKind::Interrupted => return Err(error),
            Err(error) => {
                let kind = error.kind();
                self.fault = Some(error);
                return Err(kind.into());
            }
        };
        self.digest.update(into.get(..read).unwrap_or_default());
        self.bytes += read as u64;
        Ok(read)
    }
}

/// Size and digest of a file.
pub(super) fn digest(path: &Path) -> Result<(u64, String), BackupError> {
    let file = File::open(path).map_err(|error| BackupError::of(path, error))?;
    let mut reader = Digesting::new(BufReader::with_capacity(1 << 16, file));
    io::copy(&mut reader, &mut io::sink()).map_err(|error| BackupError::of(path, error))?;
    Ok(reader.told())
}

/// A buffered file for an archive.
pub(super) fn buffered(file: File) -> BufWriter<File> {
    BufWriter::with_capacity(1 << 16, file)
}

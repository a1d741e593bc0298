//! A directory of updates over HTTP or HTTPS: what is newest there, and its bundle fetched to the disk, from where a broken
//! transfer stopped. Everything that comes is signed, so that a site without certificates may serve it plainly.
//! Blocks: it is given a thread of its own.

use std::fs::{self, File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use reqwest::header::{HeaderMap, HeaderValue, RANGE};
use tokio::runtime::Runtime;
use tokio::time::Instant;
use url::Url;

use super::UpdateError;
use super::bundle::Hashed;
use super::disk::{CHUNK_BYTES, Disk, RealDisk};
use super::keys::{Keys, SIGNATURE_BYTES_MAX};
use super::release::{self, LIST_BYTES_MAX, Release};
use crate::base::Stop;
use crate::fetch::{Ask, Client, FetchError, Reply, shown};

const LIST: &str = "latest.json";
const SIGNATURE: &str = "latest.json.minisig";

/// Longest wait for a reply's head and for each piece of its body.
const PIECE_WAIT: Duration = Duration::from_secs(30);

/// Longest wait for the list.
const LIST_WAIT: Duration = Duration::from_secs(30);

/// Longest transfer: 2 GB over a line of 1 Mbit/s.
const TRANSFER_MAX: Duration = Duration::from_secs(5 * 3600);

/// Breaks in a row without a byte between them after which a transfer is given up.
const BREAKS_MAX: u32 = 5;

/// Pause after the first break; each further one doubles it.
const PAUSE: Duration = Duration::from_millis(500);

/// Largest bundle that is fetched: what may be unpacked is bounded by the manifest as well.
const BUNDLE_BYTES_MAX: u64 = 32 << 30;

/// A directory of updates.
pub struct Source {
    base: Url,
    client: Client,
    runtime: Runtime,
}

impl Source {
    /// The directory at `url`; `certificate` is the one authority to trust, the public ones when absent.
    ///
    /// # Errors
    /// [`UpdateError::Source`] when the address or the certificate cannot be used.
    pub fn open(url: &str, certificate: Option<&Path>) -> Result<Self, UpdateError> {
        let fault = |reason: String| UpdateError::Source { url: shown(url), reason };
        let mut base = Url::parse(url).map_err(|error| fault(error.to_string()))?;
        if !matches!(base.scheme(), "http" | "https") || base.query().is_some() {
            return Err(fault("write the http or https address of a directory".into()));
        }
        if !base.path().ends_with('/') {
            base.set_path(&format!("{}/", base.path()));
        }
        let client = Client::open(certificate).map_err(|error| fault(error.to_string()))?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        Ok(Self { base, client, runtime: runtime.map_err(|error| fault(error.to_string()))? })
    }

    /// The address as it may be shown.
    pub fn shown(&self) -> String {
        shown(self.base.as_str())
    }

    /// The newest release for this machine, newer than what runs or not.
    ///
    /// # Errors
    /// [`UpdateError`]: `Source`, `NotOffered`, or what is wrong with the list's signature.
    pub fn newest(&self, keys: &Keys) -> Result<Release, UpdateError> {
        let list = self.small(LIST, LIST_BYTES_MAX)?;
        let signature = self.small(SIGNATURE, SIGNATURE_BYTES_MAX as usize)?;
        release::newest(self.address(LIST)?.as_str(), &list, &signature, keys)
    }

    /// Fetches a release's bundle into `folder`. What a broken transfer left there is gone on with; what other releases left
    /// is deleted. `got` is told the bytes so far.
    ///
    /// # Errors
    /// [`UpdateError`]: `Source`, `DiskFull`, `Damaged`, `Stopped`, `Io`.
    pub fn download(
        &self,
        release: &Release,
        folder: &Path,
        stop: &Stop,
        got: &mut dyn FnMut(u64),
    ) -> Result<PathBuf, UpdateError> {
        let (whole, part) = (folder.join(&release.file), folder.join(format!("{}.part", release.file)));
        prepare(folder, release)?;
        if !whole.is_file() {
            let mut file = OpenOptions::new().read(true).append(true).create(true).open(&part);
            let file = file.as_mut().map_err(|error| UpdateError::io("open", &part)(error.kind().into()))?;
            self.runtime.block_on(self.transfer(release, file, &part, stop, got))?;
            compare(file, release, &part, stop)?;
            fs::rename(&part, &whole).map_err(UpdateError::io("write", &whole))?;
        }
        Ok(whole)
    }

    async fn transfer(
        &self,
        release: &Release,
        file: &mut File,
        part: &Path,
        stop: &Stop,
        got: &mut dyn FnMut(u64),
    ) -> Result<(), UpdateError> {
        let end = Instant::now() + TRANSFER_MAX;
        let mut breaks = 0;
        loop {
            let before = length(file, part)?;
            if before == release.bytes {
                return Ok(());
            }
            let broken = match self.go_on(release, file, part, stop, got, end).await {
                Err(Broken::For(error)) => return Err(error),
                Err(Broken::Now(reason)) => reason,
                Ok(()) => "the transfer ended early".into(),
            };
            breaks = if length(file, part)? > before { 0 } else { breaks + 1 };
            if breaks == BREAKS_MAX || Instant::now() >= end {
                return Err(self.fault(broken));
            }
            tokio::time::sleep(PAUSE * 2_u32.pow(breaks)).await;
        }
    }

    /// One request, from where the file ends.
    async fn go_on(
        &self,
        release: &Release,
        file: &mut File,
        part: &Path,
        stop: &Stop,
        got: &mut dyn FnMut(u64),
        end: Instant,
    ) -> Result<(), Broken> {
        let mut bytes = length(file, part)?;
        let url = self.address(&release.file)?;
        let mut headers = HeaderMap::new();
        if bytes > 0 {
            let range = HeaderValue::from_str(&format!("bytes={bytes}-")).expect("a number is a header's text");
            headers.insert(RANGE, range);
        }
        let mut reply = self.send(&url, &headers, piece_end(end)).await.map_err(now)?;
        match reply.status() {
            206 if bytes > 0 => {}
            200 => bytes = 0,
            status => return Err(Broken::For(self.fault(format!("{} answered {status}", release.file)))),
        }
        file.set_len(bytes).map_err(UpdateError::io("write", part))?;
        while let Some(piece) = reply.chunk(piece_end(end)).await.map_err(now)? {
            bytes += piece.len() as u64;
            if stop.is_requested() {
                return Err(Broken::For(UpdateError::Stopped));
            }
            if bytes > release.bytes {
                return Err(Broken::For(self.fault(format!("{} is longer than its list says", release.file))));
            }
            file.write_all(&piece).map_err(UpdateError::io("write", part))?;
            got(bytes);
        }
        Ok(())
    }

    async fn send(&self, url: &Url, headers: &HeaderMap, deadline: Instant) -> Result<Reply, FetchError> {
        self.client.send(Ask { url, headers, json: None, credentials: None }, deadline).await
    }

    fn small(&self, name: &str, bytes_max: usize) -> Result<Vec<u8>, UpdateError> {
        let url = self.address(name)?;
        let deadline = Instant::now() + LIST_WAIT;
        let ask = async {
            let reply = self.send(&url, &HeaderMap::new(), deadline).await.map_err(|error| error.to_string())?;
            match reply.status() {
                200 => reply.body(bytes_max, deadline).await.map_err(|error| error.to_string()),
                status => Err(format!("{name} answered {status}")),
            }
        };
        self.runtime.block_on(ask).map_err(|reason| self.fault(reason))
    }

    fn address(&self, name: &str) -> Result<Url, UpdateError> {
        self.base.join(name).map_err(|error| self.fault(error.to_string()))
    }

    fn fault(&self, reason: String) -> UpdateError {
        UpdateError::Source { url: self.shown(), reason }
    }
}

/// Why a transfer stopped.
enum Broken {
    /// It may go on in a moment.
    Now(String),
    /// It will not.
    For(UpdateError),
}

impl From<UpdateError> for Broken {
    fn from(error: UpdateError) -> Self {
        Self::For(error)
    }
}

fn now(error: FetchError) -> Broken {
    Broken::Now(error.to_string())
}

fn piece_end(end: Instant) -> Instant {
    end.min(Instant::now() + PIECE_WAIT)
}

fn length(file: &File, part: &Path) -> Result<u64, UpdateError> {
    file.metadata().map(|found| found.len()).map_err(UpdateError::io("read", part))
}

/// A folder with room for the rest, and nothing in it of other releases.
fn prepare(folder: &Path, release: &Release) -> Result<(), UpdateError> {
    if !(1..=BUNDLE_BYTES_MAX).contains(&release.bytes) {
        let reason = format!("{} would have {} bytes", release.file, release.bytes);
        return Err(UpdateError::Source { url: release.file.clone(), reason });
    }
    fs::create_dir_all(folder).map_err(UpdateError::io("create folder", folder))?;
    for name in RealDisk.names(folder).map_err(UpdateError::io("read", folder))? {
        if name.strip_suffix(".part").unwrap_or(&name) != release.file {
            RealDisk.remove(&folder.join(&name)).map_err(UpdateError::io("delete", &folder.join(&name)))?;
        }
    }
    let part = folder.join(format!("{}.part", release.file));
    let there = RealDisk.length(&part).map_err(UpdateError::io("read", &part))?.unwrap_or(0);
    if there > release.bytes {
        RealDisk.remove(&part).map_err(UpdateError::io("delete", &part))?;
    }
    let need = release.bytes.saturating_sub(there);
    match RealDisk.free_bytes(folder) {
        Some(free) if free < need => Err(UpdateError::DiskFull {
            path: folder.display().to_string(),
            need_mb: need.div_ceil(1_000_000),
            free_mb: free / 1_000_000,
        }),
        _ => Ok(()),
    }
}

/// The whole file against its list. One that differs is of no use, also to go on with.
fn compare(file: &mut File, release: &Release, part: &Path, stop: &Stop) -> Result<(), UpdateError> {
    let fault = || UpdateError::io("read", part);
    file.seek(SeekFrom::Start(0)).map_err(fault())?;
    let mut hashed = Hashed::new(&mut *file, stop);
    let mut chunk = vec![0; CHUNK_BYTES];
    loop {
        match hashed.read(&mut chunk) {
            Ok(0) => break,
            Err(_) if stop.is_requested() => return Err(UpdateError::Stopped),
            read => drop(read.map_err(fault())?),
        }
    }
    if hashed.finish().1 != release.sha256 {
        RealDisk.remove(part).map_err(UpdateError::io("delete", part))?;
        return Err(UpdateError::damaged(&release.file, "what was fetched has another sha256 than the list says"));
    }
    file.sync_all().map_err(UpdateError::io("write", part))
}

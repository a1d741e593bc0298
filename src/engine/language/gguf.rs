//! A GGUF file opened with distrust: every count, length and offset it declares is held against the file's real length
//! before anything is allocated for it. Knows the container format (ggml `docs/gguf.md`, versions 2 and 3) and nothing of
//! what the tensors mean.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use candle_core::quantized::GgmlDType;
use candle_core::quantized::gguf_file::{Content, TensorInfo, Value};

use crate::engine::EngineError;

/// Metadata of a model file, as candle reads it.
pub(crate) type Metadata = HashMap<String, Value>;

/// Longest string in the header, bytes. Chat templates, the longest in practice, stay under 32 KiB.
const STRING_BYTES_MAX: u64 = 1 << 20;
/// Elements of all metadata arrays together. The largest vocabulary in use (Gemma, 262,144 tokens) has about 1.1 million
/// (tokens, scores, types, merges); one element takes 32 bytes in memory.
const ARRAY_ELEMENTS_MAX: u64 = 1 << 21;
/// The header, bytes: Gemma's takes about 16 MiB.
const HEADER_BYTES_MAX: u64 = 64 << 20;
/// Metadata entries: files in use have 20 to 60.
const ENTRIES_MAX: u64 = 4_096;
/// Tensors: a 100-layer model has about 1,200.
const TENSORS_MAX: u64 = 16_384;
/// Alignment of tensor data, bytes; files in use say 32.
const ALIGNMENT_MAX: u64 = 1 << 16;

/// An open model file whose header has been read and checked. Tensor bytes are read on demand.
pub(crate) struct ModelFile {
    path: String,
    file: File,
    bytes: u64,
    content: Content,
}

impl ModelFile {
    /// Opens `path` and reads its header. Blocks on the disk.
    ///
    /// # Errors
    /// [`EngineError::Missing`] when there is no such file, [`EngineError::Unusable`] when it is not a whole GGUF file.
    pub(crate) fn open(path: &Path) -> Result<Self, EngineError> {
        let name = path.display().to_string();
        let file = File::open(path).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => EngineError::Missing { path: name.clone() },
            _ => unusable(&name, error),
        })?;
        let bytes = file.metadata().map_err(|error| unusable(&name, error))?.len();
        let mut reader = BufReader::with_capacity(1 << 16, &file);
        Scan::new(&mut reader, bytes).header().map_err(|reason| unusable(&name, reason))?;
        reader.rewind().map_err(|error| unusable(&name, error))?;
        let content = Content::read(&mut reader).map_err(|error| unusable(&name, error))?;
        drop(reader);
        let opened = Self { path: name, file, bytes, content };
        opened.check_tensors()?;
        Ok(opened)
    }

    pub(crate) fn metadata(&self) -> &Metadata {
        &self.content.metadata
    }

    /// Frees the metadata, tens of megabytes of vocabulary, before the weights come.
    pub(crate) fn forget_metadata(&mut self) {
        self.content.metadata = Metadata::new();
    }

    pub(crate) fn tensor_names(&self) -> impl Iterator<Item = &str> {
        self.content.tensor_infos.keys().map(String::as_str)
    }

    /// Shape (outermost first, so `[rows, columns]` of a matrix) and type of a tensor, or `None` when the file has none
    /// of that name.
    pub(crate) fn tensor(&self, name: &str) -> Option<(&[usize], GgmlDType)> {
        self.content.tensor_infos.get(name).map(|info| (info.shape.dims(), info.ggml_dtype))
    }

    /// Fills `out` with the tensor's bytes from `offset` on. Blocks on the disk.
    ///
    /// # Errors
    /// [`EngineError::Unusable`] when the tensor is not there or the range leaves it.
    pub(crate) fn read(&self, name: &str, offset: u64, out: &mut [u8]) -> Result<(), EngineError> {
        let info = self.content.tensor_infos.get(name).ok_or_else(|| self.lacks(name))?;
        let size = tensor_bytes(info).unwrap_or(0);
        if offset.checked_add(out.len() as u64).is_none_or(|end| end > size) {
            return Err(self.unusable(format!("tensor {name} is shorter than its shape says")));
        }
        let mut file = &self.file;
        file.seek(SeekFrom::Start(self.content.tensor_data_offset + info.offset + offset))
            .and_then(|_| file.read_exact(out))
            .map_err(|error| self.unusable(format!("tensor {name} cannot be read: {error}")))
    }

    pub(crate) fn lacks(&self, name: &str) -> EngineError {
        self.unusable(format!("tensor {name} is missing"))
    }

    pub(crate) fn unusable(&self, reason: impl ToString) -> EngineError {
        unusable(&self.path, reason)
    }

    fn check_tensors(&self) -> Result<(), EngineError> {
        for (name, info) in &self.content.tensor_infos {
            let end = tensor_bytes(info)
                .and_then(|size| size.checked_add(info.offset))
                .and_then(|end| end.checked_add(self.content.tensor_data_offset));
            match end {
                None => return Err(self.unusable(format!("tensor {name} has an impossible shape {:?}", info.shape))),
                Some(end) if end > self.bytes => {
                    let have = self.bytes;
                    return Err(self.unusable(format!(
                        "tensor {name} ends at byte {end} of a file of {have}: the file is cut short; fetch it again"
                    )));
                }
                Some(_) => {}
            }
        }
        Ok(())
    }
}

fn unusable(path: &str, reason: impl ToString) -> EngineError {
    EngineError::Unusable { path: path.into(), reason: reason.to_string() }
}

/// Bytes the tensor takes in the file; `None` when its shape overflows, is empty or does not fit its block size.
fn tensor_bytes(info: &TensorInfo) -> Option<u64> {
    let block = info.ggml_dtype.block_size();
    let elements = info.shape.dims().iter().try_fold(1usize, |n, &dim| n.checked_mul(dim))?;
    let row = *info.shape.dims().last()?;
    if elements == 0 || !row.is_multiple_of(block) {
        return None;
    }
    (elements / block).checked_mul(info.ggml_dtype.type_size()).map(|bytes| bytes as u64)
}

/// A walk over the header that only counts: it holds one string at a time.
struct Scan<'a, R> {
    reader: &'a mut R,
    left: u64,
    elements: u64,
}

impl<'a, R: Read + Seek> Scan<'a, R> {
    fn new(reader: &'a mut R, file_bytes: u64) -> Self {
        Self { reader, left: file_bytes.min(HEADER_BYTES_MAX), elements: 0 }
    }

    fn header(&mut self) -> Result<(), String> {
        if self.take::<4>()? != *b"GGUF" {
            return Err("not a GGUF file".into());
        }
        let version = self.u32()?;
        if !(2..=3).contains(&version) {
            return Err(format!("GGUF version {version} is not supported; usher reads 2 and 3"));
        }
        let tensors = self.count("tensors", TENSORS_MAX)?;
        let entries = self.count("metadata entries", ENTRIES_MAX)?;
        for _ in 0..entries {
            self.entry()?;
        }
        for _ in 0..tensors {
            self.tensor()?;
        }
        Ok(())
    }

    fn entry(&mut self) -> Result<(), String> {
        let key = self.string()?;
        let kind = self.u32()?;
        if key == b"general.alignment" {
            return self.alignment(kind);
        }
        self.value(kind)
    }

    /// Candle divides by the alignment without looking at it.
    fn alignment(&mut self, kind: u32) -> Result<(), String> {
        if kind != 4 {
            return Err("general.alignment is not a 32-bit number".into());
        }
        let alignment = u64::from(self.u32()?);
        if !alignment.is_power_of_two() || alignment > ALIGNMENT_MAX {
            return Err(format!("general.alignment is {alignment}, not a power of two up to {ALIGNMENT_MAX}"));
        }
        Ok(())
    }

    fn value(&mut self, kind: u32) -> Result<(), String> {
        match kind {
            8 => self.string().map(drop),
            9 => self.array(),
            _ => self.skip(scalar_bytes(kind)?),
        }
    }

    fn array(&mut self) -> Result<(), String> {
        let kind = self.u32()?;
        let length = self.u64()?;
        self.elements = self.elements.saturating_add(length);
        if self.elements > ARRAY_ELEMENTS_MAX {
            return Err(format!("its metadata arrays hold more than {ARRAY_ELEMENTS_MAX} elements"));
        }
        match kind {
            8 => (0..length).try_for_each(|_| self.string().map(drop)),
            9 => Err("a metadata array holds arrays".into()),
            _ => self.skip(length * scalar_bytes(kind)?),
        }
    }

    fn tensor(&mut self) -> Result<(), String> {
        let name = self.string()?;
        let dimensions = self.u32()?;
        if !(1..=4).contains(&dimensions) {
            let name = String::from_utf8_lossy(&name).into_owned();
            return Err(format!("tensor {name} has {dimensions} dimensions"));
        }
        self.skip(u64::from(dimensions) * 8 + 4 + 8)
    }

    fn count(&mut self, what: &str, max: u64) -> Result<u64, String> {
        let count = self.u64()?;
        if count > max { Err(format!("it declares {count} {what}, more than {max}")) } else { Ok(count) }
    }

    fn string(&mut self) -> Result<Vec<u8>, String> {
        let length = self.u64()?;
        if length > STRING_BYTES_MAX {
            return Err(format!("it declares a string of {length} bytes"));
        }
        self.spend(length)?;
        let mut text = vec![0; length as usize];
        self.reader.read_exact(&mut text).map_err(cut)?;
        Ok(text)
    }

    fn skip(&mut self, bytes: u64) -> Result<(), String> {
        self.spend(bytes)?;
        self.reader.seek_relative(bytes as i64).map_err(cut)
    }

    fn u32(&mut self) -> Result<u32, String> {
        self.take().map(u32::from_le_bytes)
    }

    fn u64(&mut self) -> Result<u64, String> {
        self.take().map(u64::from_le_bytes)
    }

    fn take<const N: usize>(&mut self) -> Result<[u8; N], String> {
        self.spend(N as u64)?;
        let mut bytes = [0; N];
        self.reader.read_exact(&mut bytes).map_err(cut)?;
        Ok(bytes)
    }

    fn spend(&mut self, bytes: u64) -> Result<(), String> {
        self.left =
            self.left.checked_sub(bytes).ok_or("its header leaves the file: the file is cut short or hostile")?;
        Ok(())
    }
}

fn cut(error: std::io::Error) -> String {
    format!("its header cannot be read: {error}")
}

fn scalar_bytes(kind: u32) -> Result<u64, String> {
    match kind {
        0 | 1 | 7 => Ok(1),
        2 | 3 => Ok(2),
        4..=6 => Ok(4),
        10..=12 => Ok(8),
        _ => Err(format!("metadata value type {kind} is unknown")),
    }
}

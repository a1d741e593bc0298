//! Files of a site's media folder, read with a bound. Knows no meaning of theirs.

use std::io::{ErrorKind, Read};
use std::path::Path;

use super::error::{CardError, Fault, fault};

/// The file's bytes, at most `bytes_max`.
pub(super) fn read(path: &Path, bytes_max: u64) -> Result<Vec<u8>, CardError> {
    let unreadable = |source| CardError::Unreadable { path: path.into(), source };
    let file = std::fs::File::open(path).map_err(unreadable)?;
    let mut bytes = Vec::new();
    file.take(bytes_max + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > bytes_max {
        return Err(refused(path, fault(format!("has more than {bytes_max} bytes"), "make it smaller")));
    }
    Ok(bytes)
}

/// As [`read`], and `None` when there is no such file.
pub(super) fn read_if_there(path: &Path, bytes_max: u64) -> Result<Option<Vec<u8>>, CardError> {
    match read(path, bytes_max) {
        Err(CardError::Unreadable { source, .. }) if source.kind() == ErrorKind::NotFound => Ok(None),
        read => read.map(Some),
    }
}

pub(super) fn refused(path: &Path, fault: Fault) -> CardError {
    CardError::Refused { file: path.display().to_string(), line: None, what: fault.what, repair: fault.repair }
}

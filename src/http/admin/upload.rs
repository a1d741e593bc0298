//! What a technician sends as a file: streamed to a folder of its own under the data folder, bounded, gone when it was used.

use std::path::{Path, PathBuf};
use std::time::Duration;

use axum::body::Body;
use axum::http::StatusCode;
use futures_util::StreamExt;
use serde::Deserialize;
use tokio::fs::File;
use tokio::io::AsyncWriteExt;

use super::fault::{Refusal, invalid};
use crate::base::secret::random_key;
use crate::http::error::Fault;

/// The folder of files on their way in; emptied at each start.
pub const FOLDER: &str = "incoming";

/// Largest file of knowledge, bytes: what an import takes (`knowledge::limits`).
pub const KNOWLEDGE_BYTES_MAX: u64 = 16 << 20;

/// Largest pack of models, bytes; the disk's free space is looked at before anything of it is placed.
pub const MODELS_BYTES_MAX: u64 = 16 << 30;

/// A sender that sends nothing for so long is gone.
const PIECE_DEADLINE: Duration = Duration::from_secs(60);

/// Characters of a file's name.
const NAME_CHARS_MAX: usize = 100;

/// `?name=FILENAME`
#[derive(Deserialize)]
pub struct FileName {
    pub name: String,
}

/// A file that came in whole. Dropping it deletes it.
pub struct Upload {
    folder: PathBuf,
    pub path: PathBuf,
    pub name: String,
    pub bytes: u64,
}

impl Drop for Upload {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.folder) {
            tracing::warn!(%error, "an uploaded file could not be deleted; the next start deletes it");
        }
    }
}

impl Upload {
    /// Writes `body` to a file called `name` under `data`; one of more than `bytes_max` is refused and nothing of it stays.
    ///
    /// # Errors
    /// A refusal: a name that is none, too many bytes, a full disk, a sender that left.
    pub async fn take(data: &Path, name: &str, body: Body, bytes_max: u64) -> Result<Self, Refusal> {
        check_name(name)?;
        let folder = data.join(FOLDER).join(random_key());
        tokio::fs::create_dir_all(&folder).await.map_err(|error| unwritable(&error))?;
        let mut upload = Self { path: folder.join(name), folder, name: name.into(), bytes: 0 };
        let mut file = File::create(&upload.path).await.map_err(|error| unwritable(&error))?;
        let mut pieces = body.into_data_stream();
        while let Some(piece) = tokio::time::timeout(PIECE_DEADLINE, pieces.next()).await.map_err(|_| broken())? {
            let piece = piece.map_err(|_| broken())?;
            upload.bytes += piece.len() as u64;
            if upload.bytes > bytes_max {
                return Err(too_large(bytes_max));
            }
            file.write_all(&piece).await.map_err(|error| unwritable(&error))?;
        }
        file.flush().await.map_err(|error| unwritable(&error))?;
        Ok(upload)
    }
}

/// Deletes what an earlier run left. Blocking.
///
/// # Errors
/// When the folder is there and cannot be deleted.
pub fn clear(data: &Path) -> std::io::Result<()> {
    match std::fs::remove_dir_all(data.join(FOLDER)) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// A plain file name: it becomes one, and a document keeps it.
fn check_name(name: &str) -> Result<(), Refusal> {
    let is_plain = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | ' ');
    let is_named = !name.starts_with(['.', ' ', '-']) && name.chars().count() <= NAME_CHARS_MAX && name.len() <= 240;
    if name.is_empty() || !is_named || !name.chars().all(is_plain) {
        return Err(invalid(
            "the file's name may have letters, digits, '.', '-', '_' and spaces, at most 100; rename it",
        ));
    }
    Ok(())
}

pub fn too_large(bytes_max: u64) -> Refusal {
    Fault {
        status: StatusCode::PAYLOAD_TOO_LARGE,
        kind: "too_large",
        message: format!("it has more than {} KiB", bytes_max >> 10),
        hint: "split it",
    }
    .into()
}

fn broken() -> Refusal {
    Fault {
        status: StatusCode::BAD_REQUEST,
        kind: "broken_off",
        message: "the file did not come in whole".into(),
        hint: "send it again",
    }
    .into()
}

fn unwritable(error: &std::io::Error) -> Refusal {
    let is_full = matches!(error.kind(), std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded);
    let (status, kind, hint) = match is_full {
        true => (StatusCode::INSUFFICIENT_STORAGE, "disk_full", "make room in the data folder"),
        false => (StatusCode::INTERNAL_SERVER_ERROR, "failed", "check the data folder's rights and disk"),
    };
    tracing::error!(%error, "an uploaded file could not be written");
    Fault { status, kind, message: "the file could not be written".into(), hint }.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_file_comes_in_whole_and_goes_when_it_was_used() {
        let data = tempfile::tempdir().unwrap();
        let upload = Upload::take(data.path(), "航班 items.jsonl", Body::from("hello"), 5).await.ok().unwrap();
        let path = upload.path.clone();
        assert_eq!((std::fs::read_to_string(&path).unwrap().as_str(), upload.bytes), ("hello", 5));
        drop(upload);
        assert!(!path.exists());
        assert!(Upload::take(data.path(), "a.md", Body::from("hello!"), 5).await.is_err(), "one byte too many");
        assert_eq!(std::fs::read_dir(data.path().join(FOLDER)).unwrap().count(), 0, "nothing of it stays");
        clear(data.path()).unwrap();
        clear(data.path()).unwrap();
        assert!(!data.path().join(FOLDER).exists());
    }

    #[tokio::test]
    async fn hostile_names_are_refused_before_anything_is_written() {
        let data = tempfile::tempdir().unwrap();
        for name in
            ["", "..", "../a.md", "a/b.md", "a\\b.md", ".hidden", "a\0.md", "a\n.md", "-rf", "<b>.md", &"x".repeat(101)]
        {
            assert!(Upload::take(data.path(), name, Body::from("x"), 5).await.is_err(), "{name:?}");
        }
        assert!(!data.path().join(FOLDER).exists());
    }
}

//! What can go wrong with a clip, one variant for each thing that the caller does differently about it.

use std::io;

/// A failure of this room; every text names the thing and what a person can do about it.
#[derive(Debug, thiserror::Error)]
pub enum ClipError {
    /// The script passes a limit or contradicts itself: the code that wrote it has to change.
    #[error("the clip's script cannot be used: {what}; {repair}")]
    Script { what: String, repair: &'static str },
    /// A background that is not a plain drawing: the site's template has to change.
    #[error("drawing of scene {scene} is refused: {reason}; remove it from the template")]
    Drawing { scene: usize, reason: String },
    #[error("no font with Chinese letters is on this system; run `apt-get install fonts-noto-cjk`")]
    NoChineseFont,
    #[error("no font is on this system; run `apt-get install fonts-noto-core fonts-noto-cjk`")]
    NoFont,
    #[error("ffmpeg is not installed; run `apt-get install ffmpeg`, or choose the coding h264")]
    NoFfmpeg(#[source] io::Error),
    /// The encoder, muxer or drawing library refused what it should take.
    #[error("{engine} failed: {reason}")]
    Failed { engine: &'static str, reason: String },
    /// Nobody waits any more. What was handed out so far is not a whole clip.
    #[error("the clip was stopped")]
    Stopped,
    /// The clip itself goes on from memory; only keeping it failed.
    #[error("the disk of {path} is full, so the clip is not kept; make room there")]
    DiskFull { path: String },
    #[error("cannot {doing} {path}; check its rights")]
    Io { doing: &'static str, path: String, source: io::Error },
}

impl ClipError {
    pub(super) fn script(what: impl Into<String>, repair: &'static str) -> Self {
        Self::Script { what: what.into(), repair }
    }

    pub(super) fn failed(engine: &'static str) -> impl Fn(&dyn std::fmt::Display) -> Self {
        move |error| Self::Failed { engine, reason: error.to_string() }
    }

    /// Wraps a file error; a full disk gets its own variant.
    pub(super) fn io(doing: &'static str, path: &std::path::Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.display().to_string();
        move |source| match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::DiskFull { path },
            _ => Self::Io { doing, path, source },
        }
    }
}

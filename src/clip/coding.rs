//! Encoders of pictures behind one trait, and what the muxer has to know of their output.

use super::ffmpeg::Ffmpeg;
use super::h264::OpenH264;
use super::{ClipError, I420};
use crate::base::Stop;

/// Which codec a site's clips have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Coding {
    /// Every browser plays it; see the room's note on patents.
    #[default]
    H264,
    /// Royalty-free, by way of the system's ffmpeg; Chromium and Firefox play it in MP4.
    Vp9,
}

/// One coded frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coded {
    /// H.264: NAL units with four bytes of length before each, without parameter sets. VP9: a frame as it is.
    pub bytes: Vec<u8>,
    /// Can be decoded without the frames before it.
    pub is_key: bool,
}

/// What the file's header says of the pictures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Track {
    /// Parameter sets without length or start code.
    H264 { sps: Vec<u8>, pps: Vec<u8> },
    /// Profile 0, 8 bit, 4:2:0.
    Vp9,
}

/// Codes pictures. Blocking.
pub trait FrameEncoder: Send {
    /// Takes the next frame; with `key` it should become one that stands alone. Gives the frames that are ready, in order:
    /// none, one, or several.
    ///
    /// # Errors
    /// [`ClipError::Failed`] when it takes no more; [`ClipError::Stopped`].
    fn encode(&mut self, frame: &I420, key: bool) -> Result<Vec<Coded>, ClipError>;

    /// Gives what is still inside. Nothing is encoded after it.
    ///
    /// # Errors
    /// As [`FrameEncoder::encode`].
    fn finish(&mut self) -> Result<Vec<Coded>, ClipError>;

    /// Known from the first coded frame on.
    fn track(&self) -> Option<Track>;
}

/// Opens an encoder for frames of this size; `key_frames` is the longest distance between two that stand alone.
///
/// # Errors
/// [`ClipError::NoFfmpeg`] with the package; [`ClipError::Failed`].
pub(super) fn open(
    coding: Coding,
    (width, height): (u32, u32),
    fps: u32,
    key_frames: u32,
    stop: &Stop,
) -> Result<Box<dyn FrameEncoder>, ClipError> {
    Ok(match coding {
        Coding::H264 => Box::new(OpenH264::open(fps, key_frames)?),
        Coding::Vp9 => Box::new(Ffmpeg::open("ffmpeg", (width, height), fps, key_frames, stop)?),
    })
}

//! The site's cameras: some seconds of pictures when an explanation needs them, with the time that each was received. A camera
//! is asked by one grab at a time, shared by whoever wants it; nothing is written to the disk, and what is kept in memory goes
//! after seconds. Does not know why somebody looks, blurs nothing and draws nothing.

mod decode;
mod feed;
mod file;
mod fit;
mod h264;
mod jpegs;
mod mjpeg;
mod rtsp;
mod sentences;
mod settings;
mod snapshot;
mod source;
mod y4m;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use feed::Feeds;
use source::Source;

use crate::base::{Stop, or_nearest};
use crate::domain::Picture;

pub use feed::Following;
pub use settings::{Camera, Kind, Settings};

/// Largest compressed picture: a camera of 12 megapixels sends three or four.
pub const PICTURE_BYTES_MAX: usize = 8 << 20;

/// Pictures are fitted into this, the size of a clip.
pub const WIDTH_MAX: u32 = 1280;
pub const HEIGHT_MAX: u32 = 720;

/// Most memory of one grab's pictures: 24 of the largest size.
pub const GRAB_BYTES_MAX: usize = 64 << 20;

/// Longest grab.
pub const GRAB_MAX: Duration = Duration::from_secs(15);

/// Why there is no picture, or no further one. The visitor reads [`CameraError::told`]; this text is the technician's and holds
/// no user, no password and no query of an address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CameraError {
    #[error("there is no camera '{name}'{nearest}")]
    Unknown { name: String, nearest: String },
    #[error("camera {camera}: other cameras are being looked at; try again in a moment")]
    Busy { camera: String },
    #[error("camera {camera} at {at} cannot be reached: {reason}; check its cable, power and address")]
    Unreachable { camera: String, at: String, reason: String },
    #[error("camera {camera} at {at} refused usher's credentials; check credentials_file or headers_file")]
    Refused { camera: String, at: String },
    #[error("camera {camera} at {at} has nothing there ({status}); check the path in its source")]
    NotThere { camera: String, at: String, status: u16 },
    #[error("camera {camera} at {at} sent no picture for {timeout_ms} ms; check the camera, or raise timeout_ms")]
    Stalled { camera: String, at: String, timeout_ms: u32 },
    #[error("camera {camera} at {at} ended its pictures: {reason}; check its cable and power")]
    Ended { camera: String, at: String, reason: String },
    #[error("camera {camera} at {at} sends what cannot be shown: {reason}; check its kind and settings")]
    NoPicture { camera: String, at: String, reason: String },
    #[error("camera {camera}: nobody waits for it any more")]
    Stopped { camera: String },
}

/// What keeps a camera from being opened.
#[derive(Debug, thiserror::Error)]
#[error("{key}: {reason}")]
pub struct OpenError {
    /// `camera.hold-3.credentials_file`
    pub key: String,
    pub reason: String,
}

/// One picture of a camera, at most [`WIDTH_MAX`] by [`HEIGHT_MAX`].
#[derive(Clone, PartialEq, Eq)]
pub struct Shot {
    /// When it was received; for a recording, the time of the file.
    pub at: Timestamp,
    pub picture: Picture,
    /// Whether nothing can be seen on it.
    pub is_black: bool,
    /// Equal for equal pixels.
    print: u64,
}

/// Without the pixels: a picture must not get into a log.
impl std::fmt::Debug for Shot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Shot({}, {}x{})", self.at, self.picture.width(), self.picture.height())
    }
}

/// What a camera showed for some seconds.
#[derive(Debug, Clone)]
pub struct Grab {
    /// At least one, in the order of their times.
    pub shots: Vec<Arc<Shot>>,
    /// False for a recording, which must never be called live.
    pub is_live: bool,
    /// When the first one was received.
    pub taken_at: Timestamp,
    /// Why it is shorter than was wanted: the camera was unplugged, stalled, or sent rubbish after a good beginning.
    pub cut_short: Option<CameraError>,
    /// Nothing can be seen on any picture: no light, or a covered lens.
    pub is_black: bool,
    /// Every picture of at least two seconds is the same to the last pixel: the camera hangs.
    pub is_frozen: bool,
}

/// The cameras of a site.
pub struct Cameras {
    sources: BTreeMap<String, Arc<Source>>,
    feeds: Arc<Feeds>,
}

impl Cameras {
    /// Reads the secret files of checked settings and starts the thread `camera`, which decodes. Asks no camera.
    ///
    /// # Errors
    /// [`OpenError`] naming the key and the repair.
    pub fn open(settings: &Settings) -> Result<Self, OpenError> {
        let open = |(name, camera): (&String, &Camera)| Ok((name.clone(), Arc::new(Source::open(name, camera)?)));
        let sources = settings.0.iter().map(open).collect::<Result<_, _>>()?;
        Ok(Self { sources, feeds: Arc::new(Feeds::new()) })
    }

    /// What the site says of a camera: its title, its place, whether faces are blurred.
    pub fn camera(&self, name: &str) -> Option<&Camera> {
        self.sources.get(name).map(|source| &source.camera)
    }

    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.sources.keys().map(String::as_str)
    }

    /// Looks for `how_long`, at most [`GRAB_MAX`], from the first picture on. A grab of this camera that is under way, or ended
    /// within its `keep_s`, is shared, whatever its length. Waits at most `timeout_ms` longer than `how_long`; runs inside tokio.
    ///
    /// # Errors
    /// [`CameraError`]; a grab that had pictures before its fault is no error and says [`Grab::cut_short`].
    pub async fn grab(&self, name: &str, how_long: Duration, stop: &Stop) -> Result<Arc<Grab>, CameraError> {
        self.follow(name, how_long)?.whole(stop).await
    }

    /// The same, picture by picture while they come. Dropping every follower ends the grab.
    ///
    /// # Errors
    /// [`CameraError::Unknown`] and [`CameraError::Busy`].
    pub fn follow(&self, name: &str, how_long: Duration) -> Result<Following, CameraError> {
        let source = self.sources.get(name).ok_or_else(|| CameraError::Unknown {
            name: name.into(),
            nearest: or_nearest(name, self.sources.keys()),
        })?;
        self.feeds.follow(source, how_long.min(GRAB_MAX))
    }
}

#[cfg(test)]
mod tests;

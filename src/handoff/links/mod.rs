//! The ways from a kiosk to a desk, behind one trait. What is delivered stays delivered; what is sent may be lost, and
//! [`Lane`](super::lane::Lane) says it again.

pub mod local;
pub mod websocket;

use std::future::Future;
use std::pin::Pin;

use tokio::sync::{mpsc, watch};

use super::wire::{Down, Frame, Parcel, Presence, Up};

/// Frames to a kiosk that may wait; further ones are lost and said again.
pub const FRAMES_MAX: usize = 1024;

/// Why a parcel was not delivered. It stays in the outbox.
#[derive(Debug, thiserror::Error)]
pub enum LinkError {
    #[error("the desk cannot be reached; the request is kept and sent when it can")]
    Down,
    #[error("the desk did not confirm within {0:?}; the request is kept and sent again")]
    Late(std::time::Duration),
    #[error("the desk could not keep it: {0}; it is sent again")]
    Refused(String),
}

pub type Delivering<'a> = Pin<Box<dyn Future<Output = Result<(), LinkError>> + Send + 'a>>;

/// A kiosk's way to the desk.
pub trait Link: Send + Sync {
    /// Ends when the desk has kept the parcel. The same parcel twice does no harm.
    fn deliver<'a>(&'a self, parcel: &'a Parcel) -> Delivering<'a>;

    /// Sends and forgets; never blocks.
    fn send(&self, frame: Frame<Up>);

    /// Who is at the desk; `None` while it cannot be reached.
    fn presence(&self) -> watch::Receiver<Option<Presence>>;
}

/// A link and what comes from it.
pub struct Opened {
    pub link: Box<dyn Link>,
    pub frames: mpsc::Receiver<Frame<Down>>,
}

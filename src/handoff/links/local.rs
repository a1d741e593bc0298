//! The desk inside the same program: the default, for a machine fresh out of its box.

use std::sync::Arc;

use tokio::sync::{mpsc, watch};

use super::{Delivering, FRAMES_MAX, Link, LinkError, Opened};
use crate::handoff::hub::Hub;
use crate::handoff::wire::{Frame, Parcel, Presence, Up};

struct Local {
    hub: Arc<Hub>,
    presence: watch::Receiver<Option<Presence>>,
}

/// Joins `kiosk` to the desk of this program.
pub fn open(hub: Arc<Hub>, kiosk: &str) -> Opened {
    let (sender, frames) = mpsc::channel(FRAMES_MAX);
    hub.join(kiosk, sender);
    let presence = hub.presence();
    Opened { link: Box::new(Local { hub, presence }), frames }
}

impl Link for Local {
    fn deliver<'a>(&'a self, parcel: &'a Parcel) -> Delivering<'a> {
        Box::pin(async move {
            self.hub.receive(parcel.clone()).await.map_err(|error| LinkError::Refused(error.to_string()))
        })
    }

    fn send(&self, frame: Frame<Up>) {
        self.hub.hear(frame);
    }

    fn presence(&self) -> watch::Receiver<Option<Presence>> {
        self.presence.clone()
    }
}

//! Whether somebody stands in front of the kiosk: a few numbers a frame become a state that lasts.
//!
//! Pure: knows faces as boxes and frames as brightness, no model, no clock, and nobody's face. Nothing of a frame outlives
//! the next one.

mod motion;

use std::time::{Duration, Instant};

pub use motion::Motion;

/// A face this high, as a share of the frame, stands at the kiosk: about 1.5 m before a camera of 60 degrees. Chosen.
pub const NEAR_HEIGHT_MIN: f32 = 0.12;

/// Seen on so many frames one after the other: a passer-by is there for one.
const ARRIVED_FRAMES: u32 = 2;

/// Others are noticed after this many frames, and their leaving after [`ALONE_AFTER`].
const SEVERAL_FRAMES: u32 = 3;
const ALONE_AFTER: Duration = Duration::from_secs(3);

/// No face and no motion for so long: gone.
const AWAY_AFTER: Duration = Duration::from_secs(8);

/// No face for so long, though something moves: whoever bends over a bag comes up again within this.
const UNSEEN_AFTER: Duration = Duration::from_secs(20);

/// Frames over which the queue is counted: the middle one is told.
const QUEUE_FRAMES: usize = 5;

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum State {
    #[default]
    Nobody,
    Somebody,
    /// Others stand beside or behind: what is on the screen is read by them too.
    Several,
}

impl State {
    pub fn word(self) -> &'static str {
        match self {
            Self::Nobody => "nobody",
            Self::Somebody => "somebody",
            Self::Several => "several",
        }
    }
}

/// What one frame shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frame {
    /// Faces at the kiosk, see [`NEAR_HEIGHT_MIN`].
    pub near: usize,
    /// All faces.
    pub faces: usize,
    pub moved: bool,
}

/// Follows the frames of one camera.
#[derive(Debug, Default)]
pub struct Watch {
    state: State,
    seen_frames: u32,
    several_frames: u32,
    seen: Option<Instant>,
    several: Option<Instant>,
    moved: Option<Instant>,
    queue: Vec<usize>,
}

impl Watch {
    /// Takes a frame; gives the state when it has changed.
    pub fn notice(&mut self, frame: Frame, now: Instant) -> Option<State> {
        self.count(frame.faces);
        if frame.moved {
            self.moved = Some(now);
        }
        self.seen_frames = if frame.near > 0 { self.seen_frames + 1 } else { 0 };
        self.several_frames = if frame.near > 1 { self.several_frames + 1 } else { 0 };
        if frame.near > 0 {
            self.seen = Some(now);
        }
        if frame.near > 1 {
            self.several = Some(now);
        }
        let next = self.next(now);
        if next == self.state {
            return None;
        }
        self.state = next;
        Some(next)
    }

    pub fn state(&self) -> State {
        self.state
    }

    /// How many people wait, the middle of the last frames.
    pub fn queue(&self) -> usize {
        let mut sorted = self.queue.clone();
        sorted.sort_unstable();
        sorted.get(sorted.len() / 2).copied().unwrap_or(0)
    }

    fn next(&self, now: Instant) -> State {
        let since = |at: Option<Instant>| at.map_or(Duration::MAX, |at| now.saturating_duration_since(at));
        match self.state {
            State::Nobody if self.seen_frames >= ARRIVED_FRAMES => State::Somebody,
            State::Nobody => State::Nobody,
            _ if since(self.seen) >= UNSEEN_AFTER => State::Nobody,
            _ if since(self.seen) >= AWAY_AFTER && since(self.moved) >= AWAY_AFTER => State::Nobody,
            State::Somebody if self.several_frames >= SEVERAL_FRAMES => State::Several,
            State::Several if since(self.several) >= ALONE_AFTER => State::Somebody,
            state => state,
        }
    }

    fn count(&mut self, faces: usize) {
        if self.queue.len() == QUEUE_FRAMES {
            self.queue.remove(0);
        }
        self.queue.push(faces);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Frames of half a second: near faces and motion.
    fn walk(frames: &[(usize, bool)]) -> Vec<State> {
        let (mut watch, start) = (Watch::default(), Instant::now());
        let frame = |&(near, moved): &(usize, bool)| Frame { near, faces: near, moved };
        let step = |at: usize| start + Duration::from_millis(500) * at as u32;
        frames.iter().enumerate().filter_map(|(at, shown)| watch.notice(frame(shown), step(at))).collect()
    }

    #[test]
    fn a_passer_by_wakes_nobody_and_who_stays_does() {
        assert_eq!(walk(&[(1, true), (0, true), (1, true), (0, false)]), []);
        assert_eq!(walk(&[(1, true), (1, true)]), [State::Somebody]);
    }

    #[test]
    fn who_has_gone_is_gone_after_eight_seconds_and_who_bends_down_after_twenty() {
        let still = [[(1, true); 2].as_slice(), &[(0, false); 16]].concat();
        assert_eq!(walk(&still), [State::Somebody, State::Nobody]);
        assert_eq!(walk(&still[..16]), [State::Somebody]);
        let busy = [[(1, true); 2].as_slice(), &[(0, true); 39]].concat();
        assert_eq!(walk(&busy), [State::Somebody]);
        assert_eq!(walk(&[busy.as_slice(), &[(0, true); 2]].concat()), [State::Somebody, State::Nobody]);
    }

    #[test]
    fn others_are_noticed_and_their_leaving_too() {
        let frames = [[(1, true); 2].as_slice(), &[(2, true); 3], &[(1, true); 7]].concat();
        assert_eq!(walk(&frames), [State::Somebody, State::Several, State::Somebody]);
    }

    #[test]
    fn the_queue_is_the_middle_of_five_frames() {
        let mut watch = Watch::default();
        for faces in [3, 3, 0, 4, 3] {
            watch.notice(Frame { near: 0, faces, moved: false }, Instant::now());
        }
        assert_eq!(watch.queue(), 3);
    }
}

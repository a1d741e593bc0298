//! A person's lines on their way to a kiosk, until the case is kept with them: what a visitor has read must not be unknown to the
//! next person because a desk died in between. Knows no lock, no keeper, no link.

use super::wire::{Down, Frame};

/// What waits, in the order of its saying.
#[derive(Default)]
pub(super) struct Held {
    waiting: Vec<Waiting>,
    /// Saves begun so far.
    begun: u64,
}

struct Waiting {
    kiosk: String,
    frame: Frame<Down>,
    /// The save that includes it.
    save: u64,
}

impl Held {
    /// Gives back what may go at once. `is_unkept`: the case has changed and its save has not begun.
    pub(super) fn pass(&mut self, kiosk: String, frame: Frame<Down>, is_unkept: bool) -> Option<(String, Frame<Down>)> {
        // Passing frames are soon out of date, and nobody counts on them.
        let is_numbered = frame.seq > 0;
        let is_line = matches!(frame.body, Down::Message { .. });
        let behind = self.waiting.iter().rfind(|waiting| waiting.frame.case == frame.case).map(|waiting| waiting.save);
        let save = if is_line && is_unkept { Some(self.begun + 1) } else { behind };
        let Some(save) = save.filter(|_| is_numbered) else { return Some((kiosk, frame)) };
        self.waiting.push(Waiting { kiosk, frame, save });
        None
    }

    /// A save begins; its number.
    pub(super) fn begin(&mut self) -> u64 {
        self.begun += 1;
        self.begun
    }

    /// What may go now that a save has ended, well or badly: a full disk must not silence who is talking.
    pub(super) fn ended(&mut self, save: u64) -> Vec<(String, Frame<Down>)> {
        let (done, later) = std::mem::take(&mut self.waiting).into_iter().partition(|waiting| waiting.save <= save);
        self.waiting = later;
        let done: Vec<Waiting> = done;
        done.into_iter().map(|waiting| (waiting.kiosk, waiting.frame)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(seq: u64, body: Down) -> Frame<Down> {
        Frame { case: "case".into(), epoch: 1, seq, ack: 0, body }
    }

    fn line(seq: u64) -> Frame<Down> {
        frame(seq, Down::Message { id: seq.to_string(), text: "hello".into(), at: String::new() })
    }

    fn numbers(frames: &[(String, Frame<Down>)]) -> Vec<u64> {
        frames.iter().map(|(_, frame)| frame.seq).collect()
    }

    #[test]
    fn a_line_goes_when_the_save_that_has_it_ended() {
        let mut held = Held::default();
        let under_way = held.begin();
        assert!(held.pass("kiosk".into(), line(1), true).is_none());
        assert!(held.ended(under_way).is_empty(), "this save had begun before the line was said");
        let save = held.begin();
        assert_eq!(numbers(&held.ended(save)), [1]);
    }

    #[test]
    fn what_comes_after_a_line_does_not_overtake_it_and_passing_frames_do() {
        let mut held = Held::default();
        assert!(held.pass("kiosk".into(), frame(1, Down::Here), true).is_some(), "not a line");
        assert!(held.pass("kiosk".into(), line(2), true).is_none());
        assert!(held.pass("kiosk".into(), frame(0, Down::Typing { text: "he".into() }), true).is_some());
        assert!(held.pass("kiosk".into(), frame(3, Down::Here), false).is_none());
        let mut other = line(1);
        other.case = "other".into();
        assert!(held.pass("kiosk".into(), other, false).is_some(), "kept already");
        let save = held.begin();
        assert!(held.pass("kiosk".into(), line(4), true).is_none());
        assert_eq!(numbers(&held.ended(save)), [2, 3]);
        let save = held.begin();
        assert_eq!(numbers(&held.ended(save)), [4]);
    }
}

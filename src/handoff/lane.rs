//! One case's two-way talk over a link that may lose, repeat or cut: what must arrive is numbered, acknowledged and said again.
//! Knows neither the link nor what is said.

use std::collections::VecDeque;

use super::wire::Frame;

/// Unacknowledged frames kept for one case. A person writes a line every few seconds: a full lane is a dead one.
const UNACKED_MAX: usize = 256;

/// One side's numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct Lane<B> {
    pub epoch: u64,
    next: u64,
    unacked: VecDeque<(u64, B)>,
    received: u64,
    /// The newest taken frame that the other side may forget.
    confirmed: u64,
    /// Taken frames are confirmed by [`Lane::confirm`] only, when they are kept.
    confirms_late: bool,
}

/// What became of a frame.
#[derive(Debug, PartialEq)]
pub enum Taken<B> {
    /// New: act on it.
    New(B),
    /// Known already, or out of order: its sender says it again in order.
    Skipped,
}

impl<B: Clone> Lane<B> {
    pub fn new(epoch: u64) -> Self {
        Self { epoch, next: 1, unacked: VecDeque::new(), received: 0, confirmed: 0, confirms_late: false }
    }

    /// A side that has to keep what it takes before it confirms it.
    pub fn lasting(epoch: u64) -> Self {
        Self { confirms_late: true, ..Self::new(epoch) }
    }

    /// The newest frame taken in this epoch.
    pub fn received(&self) -> u64 {
        self.received
    }

    /// A side that knows nothing of this epoch could still take it up from its first frame.
    pub fn is_whole(&self) -> bool {
        let has_all = self.unacked.front().map_or(self.next == 1, |(seq, _)| *seq == 1);
        self.received == 0 && has_all
    }

    /// Frames up to `seq` of `epoch` are kept: the other side may forget them.
    pub fn confirm(&mut self, epoch: u64, seq: u64) {
        if epoch == self.epoch {
            self.confirmed = self.confirmed.max(seq.min(self.received));
        }
    }

    /// Begins again with a newer holder of the case. What was not acknowledged goes to the new holder first.
    pub fn begin(&mut self, epoch: u64) {
        let unsaid: Vec<B> = self.unacked.drain(..).map(|(_, body)| body).collect();
        *self = Self { confirms_late: self.confirms_late, ..Self::new(epoch) };
        for body in unsaid {
            self.number(body);
        }
    }

    /// The frame that carries `body`; `passing` ones may be lost.
    pub fn say(&mut self, case: &str, body: B, passing: bool) -> Frame<B> {
        let seq = if passing { 0 } else { self.number(body.clone()) };
        Frame { case: case.into(), epoch: self.epoch, seq, ack: self.confirmed, body }
    }

    fn number(&mut self, body: B) -> u64 {
        if self.unacked.len() == UNACKED_MAX {
            self.unacked.pop_front();
        }
        self.unacked.push_back((self.next, body));
        self.next += 1;
        self.next - 1
    }

    /// Takes a frame of the other side, in order and once.
    pub fn take<C>(&mut self, frame: Frame<C>) -> Taken<C> {
        if frame.epoch != self.epoch {
            return Taken::Skipped;
        }
        while self.unacked.front().is_some_and(|(seq, _)| *seq <= frame.ack) {
            self.unacked.pop_front();
        }
        match frame.seq {
            0 => Taken::New(frame.body),
            seq if seq == self.received + 1 => {
                self.received = seq;
                if !self.confirms_late {
                    self.confirmed = seq;
                }
                Taken::New(frame.body)
            }
            _ => Taken::Skipped,
        }
    }

    /// Everything that was not acknowledged, to be said again.
    pub fn again(&self, case: &str) -> Vec<Frame<B>> {
        self.unacked
            .iter()
            .map(|(seq, body)| Frame {
                case: case.into(),
                epoch: self.epoch,
                seq: *seq,
                ack: self.confirmed,
                body: body.clone(),
            })
            .collect()
    }

    pub fn owes(&self) -> bool {
        !self.unacked.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every message arrives once and in order over a link that loses and repeats half of everything.
    #[test]
    fn a_bad_link_loses_and_doubles_nothing() {
        let (mut kiosk, mut desk) = (Lane::<u32>::new(1), Lane::<u32>::new(1));
        let mut dice = 0x2545_f491_4f6c_dd1d_u64;
        let mut coin = move || {
            dice ^= dice << 13;
            dice ^= dice >> 7;
            dice ^= dice << 17;
            dice.is_multiple_of(2)
        };
        let mut heard = Vec::new();
        for word in 0..100 {
            let mut frames = vec![kiosk.say("c", word, false)];
            frames.extend(kiosk.again("c"));
            for frame in frames.iter().chain(&frames) {
                if coin()
                    && let Taken::New(word) = desk.take(frame.clone())
                {
                    heard.push(word);
                }
            }
            if coin() {
                kiosk.take(desk.say("c", 0, true));
            }
        }
        for frame in kiosk.again("c") {
            if let Taken::New(word) = desk.take(frame) {
                heard.push(word);
            }
        }
        assert_eq!(heard, (0..100).collect::<Vec<_>>());
    }

    #[test]
    fn what_is_not_kept_is_not_confirmed() {
        let (mut kiosk, mut desk) = (Lane::<u32>::new(1), Lane::<u32>::lasting(1));
        assert_eq!(desk.take(kiosk.say("c", 7, false)), Taken::New(7));
        kiosk.take(desk.say("c", 0, true));
        assert_eq!(kiosk.again("c").len(), 1, "a desk that dies now has lost it");
        desk.confirm(1, desk.received());
        kiosk.take(desk.say("c", 0, true));
        assert!(!kiosk.owes());
    }

    #[test]
    fn a_new_holder_hears_what_the_old_one_did_not() {
        let mut kiosk = Lane::<u32>::new(1);
        kiosk.say("c", 7, false);
        kiosk.begin(2);
        let mut desk = Lane::<u32>::new(2);
        assert_eq!(desk.take(kiosk.again("c").remove(0)), Taken::New(7));
        assert_eq!(desk.take(Frame { case: "c".into(), epoch: 1, seq: 2, ack: 0, body: 9 }), Taken::Skipped);
    }
}

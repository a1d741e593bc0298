//! Where speech starts and stops, from the detector's probabilities alone. Pure; knows no model and no samples: every
//! position is a count of detector chunks ([`DETECTOR_CHUNK`] samples, 32 ms each).

use std::ops::Range;
use std::time::Duration;

use crate::domain::HEARING_RATE_HZ;
use crate::engine::DETECTOR_CHUNK;

/// How much of a sound makes speech, and how much silence ends it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SegmentSettings {
    /// A chunk at or above it is voiced.
    pub start_probability: f32,
    /// Once speaking, a chunk at or above it keeps the speech going: lower than the start, so that word ends are not lost.
    pub keep_probability: f32,
    /// Voiced sound that makes speech. The longest run over `start_probability` in 204 s of kitchen, office and household
    /// noise was 96 ms; 219 of 220 recordings of one spoken letter or digit have at least 160 ms.
    pub speech_min: Duration,
    /// Silence that ends the speech: the end of a turn.
    pub pause: Duration,
    /// Sound before the first voiced chunk that belongs to the speech: soft consonants are not voiced yet.
    pub pre_roll: Duration,
    /// Sound after the last voiced chunk that belongs to the speech.
    pub post_roll: Duration,
    /// Longest speech; it is cut there.
    pub speech_max: Duration,
}

impl SegmentSettings {
    /// Turns in a live conversation: 600 ms of silence is longer than the pauses inside most sentences.
    pub const LIVE: Self = Self {
        start_probability: 0.5,
        keep_probability: 0.35,
        speech_min: Duration::from_millis(160),
        pause: Duration::from_millis(600),
        pre_roll: Duration::from_millis(300),
        post_roll: Duration::from_millis(200),
        speech_max: Duration::from_secs(25),
    };

    /// Whole recordings: only long pauses part them, as a transcriber does better with the whole sentence.
    pub const RECORDING: Self = Self { pause: Duration::from_millis(1_500), ..Self::LIVE };
}

/// What a chunk changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SpeechEdge {
    /// Speech is sure; it began at this chunk (pre-roll included).
    Started(usize),
    /// The speech ended; these chunks hold it (pre-roll and post-roll included).
    Stopped(Range<usize>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum State {
    Silent,
    /// Voiced chunks that may yet be a click.
    Doubtful {
        since: usize,
        voiced: usize,
        last: usize,
    },
    Speaking {
        since: usize,
        last: usize,
    },
}

/// Follows one sound chunk by chunk.
#[derive(Debug, Clone)]
pub struct Segmenter {
    settings: SegmentSettings,
    state: State,
    chunks: usize,
    /// End of the speech before, which no pre-roll may reach back over.
    taken: usize,
}

impl Segmenter {
    pub fn new(settings: SegmentSettings) -> Self {
        Self { settings, state: State::Silent, chunks: 0, taken: 0 }
    }

    /// Takes the probability of the next chunk.
    pub fn push(&mut self, probability: f32) -> Option<SpeechEdge> {
        let at = self.chunks;
        self.chunks += 1;
        match self.state {
            State::Silent if probability >= self.settings.start_probability => self.doubt(at, 1, at),
            State::Silent => None,
            State::Doubtful { since, voiced, .. } if probability >= self.settings.start_probability => {
                self.doubt(since, voiced + 1, at)
            }
            State::Doubtful { last, .. } if at - last >= chunks(self.settings.speech_min) => {
                self.state = State::Silent;
                None
            }
            State::Doubtful { .. } => None,
            State::Speaking { since, last } => self.speak(since, last, at, probability),
        }
    }

    /// The sound is over: ends the speech that is still going. A doubtful one was none.
    pub fn finish(&mut self) -> Option<SpeechEdge> {
        match std::mem::replace(&mut self.state, State::Silent) {
            State::Speaking { since, last } => Some(self.stop(since, last)),
            _ => None,
        }
    }

    /// Whether somebody speaks now, as far as is sure.
    pub fn is_speaking(&self) -> bool {
        matches!(self.state, State::Speaking { .. })
    }

    /// The first chunk that a later edge can still ask for; sound before it may be forgotten.
    pub fn needed_from(&self) -> usize {
        match self.state {
            State::Silent => self.reach_back(self.chunks),
            State::Doubtful { since, .. } => self.reach_back(since),
            State::Speaking { since, .. } => since,
        }
    }

    fn doubt(&mut self, since: usize, voiced: usize, last: usize) -> Option<SpeechEdge> {
        if voiced < chunks(self.settings.speech_min) {
            self.state = State::Doubtful { since, voiced, last };
            return None;
        }
        let since = self.reach_back(since);
        self.state = State::Speaking { since, last };
        Some(SpeechEdge::Started(since))
    }

    fn speak(&mut self, since: usize, last: usize, at: usize, probability: f32) -> Option<SpeechEdge> {
        let last = if probability >= self.settings.keep_probability { at } else { last };
        let over = at - last >= chunks(self.settings.pause) || at + 1 - since >= chunks(self.settings.speech_max);
        if over {
            self.state = State::Silent;
            return Some(self.stop(since, last));
        }
        self.state = State::Speaking { since, last };
        None
    }

    fn stop(&mut self, since: usize, last: usize) -> SpeechEdge {
        let end = (last + 1 + chunks(self.settings.post_roll)).min(self.chunks);
        self.taken = end;
        SpeechEdge::Stopped(since..end)
    }

    fn reach_back(&self, since: usize) -> usize {
        since.saturating_sub(chunks(self.settings.pre_roll)).max(self.taken)
    }
}

/// The speech of a whole recording: ranges of chunks in order, apart, none longer than `speech_max`. Speech without a
/// pause is cut where it is least surely speech, between words rather than through one.
pub fn speech_ranges(probabilities: &[f32], settings: SegmentSettings) -> Vec<Range<usize>> {
    let mut segmenter = Segmenter::new(SegmentSettings { speech_max: Duration::MAX, ..settings });
    let edges = probabilities.iter().filter_map(|&p| segmenter.push(p)).collect::<Vec<_>>();
    let ranges = edges.into_iter().chain(segmenter.finish()).filter_map(|edge| match edge {
        SpeechEdge::Stopped(range) => Some(range),
        SpeechEdge::Started(_) => None,
    });
    ranges.flat_map(|range| cut(range, probabilities, chunks(settings.speech_max))).collect()
}

fn cut(range: Range<usize>, probabilities: &[f32], max: usize) -> Vec<Range<usize>> {
    let mut pieces = Vec::new();
    let mut rest = range;
    while rest.len() > max && max > 1 {
        let latest = rest.start + max;
        let at = quietest(rest.start + max / 2..latest, probabilities).unwrap_or(latest);
        pieces.push(rest.start..at);
        rest.start = at;
    }
    pieces.push(rest);
    pieces
}

/// The chunk around which speech is least likely; one low chunk inside a word counts less than a gap of three.
fn quietest(range: Range<usize>, probabilities: &[f32]) -> Option<usize> {
    let around =
        |at: usize| probabilities.get(at.saturating_sub(1)..at + 2).map_or(3.0, |near| near.iter().sum::<f32>());
    range.min_by(|&a, &b| around(a).total_cmp(&around(b)))
}

/// A duration in detector chunks, rounded; at least one.
pub(super) fn chunks(duration: Duration) -> usize {
    let chunk_s = DETECTOR_CHUNK as f64 / f64::from(HEARING_RATE_HZ);
    ((duration.as_secs_f64() / chunk_s).round() as usize).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SETTINGS: SegmentSettings = SegmentSettings::LIVE;

    /// Probabilities from runs of (value, chunks).
    fn sound(runs: &[(f32, usize)]) -> Vec<f32> {
        runs.iter().flat_map(|&(value, count)| std::iter::repeat_n(value, count)).collect()
    }

    fn edges(probabilities: &[f32], settings: SegmentSettings) -> Vec<SpeechEdge> {
        let mut segmenter = Segmenter::new(settings);
        let mut edges: Vec<_> = probabilities.iter().filter_map(|&p| segmenter.push(p)).collect();
        edges.extend(segmenter.finish());
        edges
    }

    #[test]
    fn speech_starts_before_its_first_voiced_chunk_and_stops_after_its_last() {
        let heard = edges(&sound(&[(0.0, 50), (0.9, 30), (0.0, 40)]), SETTINGS);
        // 300 ms pre-roll are 9 chunks, 200 ms post-roll are 6
        assert_eq!(heard, [SpeechEdge::Started(41), SpeechEdge::Stopped(41..86)]);
    }

    #[test]
    fn clicks_and_bursts_are_no_speech() {
        let four = [(0.9, 4), (0.0, 10)];
        assert_eq!(edges(&sound(&[(0.9, 1), (0.0, 30), (1.0, 1), (0.0, 30)]), SETTINGS), []);
        assert_eq!(edges(&sound(&four).repeat(20), SETTINGS), []);
    }

    #[test]
    fn a_word_with_a_gap_in_it_is_one_speech() {
        let heard = edges(&sound(&[(0.0, 10), (0.9, 3), (0.1, 3), (0.9, 3), (0.0, 30)]), SETTINGS);
        assert_eq!(heard, [SpeechEdge::Started(1), SpeechEdge::Stopped(1..25)]);
    }

    #[test]
    fn a_pause_below_the_limit_does_not_end_a_turn() {
        let heard = edges(&sound(&[(0.9, 20), (0.0, 18), (0.9, 20), (0.0, 19)]), SETTINGS);
        assert_eq!(heard, [SpeechEdge::Started(0), SpeechEdge::Stopped(0..64)]);
    }

    #[test]
    fn a_half_sure_chunk_keeps_speech_going_but_does_not_start_it() {
        assert_eq!(edges(&sound(&[(0.4, 100)]), SETTINGS), []);
        assert_eq!(edges(&sound(&[(0.9, 10), (0.4, 100)]), SETTINGS).last(), Some(&SpeechEdge::Stopped(0..110)));
    }

    #[test]
    fn speech_that_does_not_end_is_cut_at_its_limit() {
        let settings = SegmentSettings { speech_max: Duration::from_millis(3_200), ..SETTINGS };
        let heard = edges(&sound(&[(0.9, 150)]), settings);
        assert_eq!(heard[..2], [SpeechEdge::Started(0), SpeechEdge::Stopped(0..100)]);
        assert_eq!(heard[2..], [SpeechEdge::Started(100), SpeechEdge::Stopped(100..150)]);
    }

    #[test]
    fn what_may_be_forgotten_never_reaches_into_speech() {
        let mut segmenter = Segmenter::new(SETTINGS);
        let mut began = None;
        for p in sound(&[(0.0, 40), (0.9, 30)]) {
            if let Some(SpeechEdge::Started(at)) = segmenter.push(p) {
                began = Some(at);
            }
            assert!(segmenter.needed_from() <= began.unwrap_or(usize::MAX));
        }
        assert_eq!(began, Some(31));
        assert_eq!(segmenter.needed_from(), 31);
    }

    #[test]
    fn long_speech_is_cut_at_its_quietest_place() {
        let settings = SegmentSettings { speech_max: Duration::from_millis(3_200), ..SegmentSettings::RECORDING };
        let ranges = speech_ranges(&sound(&[(0.9, 70), (0.2, 3), (0.9, 70)]), settings);
        assert_eq!(ranges, [0..71, 71..143]);
    }

    #[test]
    fn ranges_of_any_sound_are_in_order_apart_and_bounded() {
        let mut seed = 7_u32;
        for _ in 0..200 {
            let probabilities: Vec<f32> = (0..600)
                .map(|_| {
                    seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    (seed >> 8) as f32 / (1 << 24) as f32
                })
                .collect();
            let settings = SegmentSettings { speech_max: Duration::from_secs(2), ..SETTINGS };
            let ranges = speech_ranges(&probabilities, settings);
            assert!(ranges.iter().all(|r| !r.is_empty() && r.len() <= 63 && r.end <= 600));
            assert!(ranges.windows(2).all(|pair| pair[0].end <= pair[1].start));
        }
    }
}

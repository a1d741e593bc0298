//! What the status light says, and how: each state is a rhythm and a colour. Pure; knows no pin and no visit.
//!
//! No two states share a rhythm, so that a lamp of one colour, and an eye that sees none, tell them apart.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What the kiosk is doing, the least pressing first.
///
/// With several visits the light shows the most pressing state of any:
/// a *human on the way* above all, because the agent looks for the kiosk by it and somebody was promised a person;
/// then *fault*, because what follows would claim that all is well;
/// then *speaking* and *listening*, because a voice and an open microphone must never be hidden; of the two, speaking, for
/// while it speaks the kiosk may listen as well, and who hears it knows whom to interrupt;
/// then *thinking*, which asks only for patience; *idle* is what is left.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Light {
    #[default]
    Idle,
    Thinking,
    Listening,
    Speaking,
    Fault,
    HumanOnTheWay,
}

/// A lamp of a coloured light.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Colour {
    Red,
    Green,
    Blue,
}

impl Colour {
    pub fn word(self) -> &'static str {
        match self {
            Self::Red => "red",
            Self::Green => "green",
            Self::Blue => "blue",
        }
    }
}

/// On and off by turns, for ever: milliseconds on, off, on, off. One entry is steady light.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pattern(pub &'static [u32]);

/// A wink every five seconds says that usher runs; a dark light says that it does not.
const HEARTBEAT: Pattern = Pattern(&[80, 4920]);
const STEADY: Pattern = Pattern(&[1000]);
const SLOW_BLINK: Pattern = Pattern(&[700, 700]);
const LONG_WITH_GAPS: Pattern = Pattern(&[1600, 250]);
const DOUBLE_FLASH: Pattern = Pattern(&[180, 180, 180, 960]);
/// 2.5 a second. Above three a second a flash may bring on a seizure (WCAG 2.2, success criterion 2.3.1).
const FAST_BLINK: Pattern = Pattern(&[200, 200]);

impl Light {
    pub const ALL: [Self; 6] =
        [Self::Idle, Self::Listening, Self::Thinking, Self::Speaking, Self::HumanOnTheWay, Self::Fault];

    /// The one state that the light shows for many visits; idle for none.
    pub fn of(states: impl IntoIterator<Item = Self>) -> Self {
        states.into_iter().max().unwrap_or_default()
    }

    pub fn pattern(self) -> Pattern {
        match self {
            Self::Idle => HEARTBEAT,
            Self::Listening => STEADY,
            Self::Thinking => SLOW_BLINK,
            Self::Speaking => LONG_WITH_GAPS,
            Self::HumanOnTheWay => DOUBLE_FLASH,
            Self::Fault => FAST_BLINK,
        }
    }

    /// The lamps of a coloured light that this state burns: green, blue, cyan, white, magenta, red. Red is for faults alone.
    pub fn burns(self, colour: Colour) -> bool {
        use Colour::{Blue, Green, Red};
        let lamps: &[Colour] = match self {
            Self::Idle => &[Green],
            Self::Listening => &[Blue],
            Self::Thinking => &[Green, Blue],
            Self::Speaking => &[Red, Green, Blue],
            Self::HumanOnTheWay => &[Red, Blue],
            Self::Fault => &[Red],
        };
        lamps.contains(&colour)
    }

    /// What the light looks like, for a technician beside it.
    pub fn words(self) -> &'static str {
        match self {
            Self::Idle => "idle: a short wink every five seconds, green",
            Self::Listening => "listening: steady, blue",
            Self::Thinking => "thinking: slow blinking, cyan",
            Self::Speaking => "speaking: long with short gaps, white",
            Self::HumanOnTheWay => "human on the way: double flashes, magenta",
            Self::Fault => "fault: fast blinking, red",
        }
    }
}

impl Pattern {
    /// Whether the light burns `shown` after the pattern began, and how long that lasts; steady light lasts `None`.
    pub fn at(self, shown: Duration) -> (bool, Option<Duration>) {
        let &[_, _, ..] = self.0 else { return (true, None) };
        let round_ms: u64 = self.0.iter().map(|&ms| u64::from(ms)).sum();
        let round = Duration::from_millis(round_ms.max(1));
        let mut left = Duration::from_nanos((shown.as_nanos() % round.as_nanos()) as u64);
        for (index, &ms) in self.0.iter().enumerate() {
            let part = Duration::from_millis(ms.into());
            if left < part {
                return (index % 2 == 0, Some(part - left));
            }
            left -= part;
        }
        (false, Some(round))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lit(light: Light, ms: u64) -> bool {
        light.pattern().at(Duration::from_millis(ms)).0
    }

    #[test]
    fn no_two_states_look_alike_without_their_colours() {
        let seen = |light: Light| (0..10_000).step_by(20).map(|ms| lit(light, ms)).collect::<Vec<_>>();
        for (index, one) in Light::ALL.into_iter().enumerate() {
            for other in &Light::ALL[index + 1..] {
                assert_ne!(seen(one), seen(*other), "{one:?} and {other:?}");
            }
        }
    }

    #[test]
    fn no_state_flashes_more_than_three_times_a_second_or_stays_dark() {
        for light in Light::ALL {
            let starts: Vec<u64> = (1..20_000).filter(|&ms| lit(light, ms) && !lit(light, ms - 1)).collect();
            assert!(starts.windows(4).all(|four| four[3] - four[0] >= 1000), "{light:?} {starts:?}");
            assert!((0..5_000).any(|ms| lit(light, ms)), "{light:?}");
        }
    }

    #[test]
    fn a_pattern_says_when_it_changes_next() {
        assert_eq!(Light::Fault.pattern().at(Duration::from_millis(450)), (true, Some(Duration::from_millis(150))));
        assert_eq!(Light::Fault.pattern().at(Duration::from_millis(200)), (false, Some(Duration::from_millis(200))));
        assert_eq!(Light::Listening.pattern().at(Duration::from_secs(90)), (true, None));
    }

    #[test]
    fn the_most_pressing_of_several_visits_is_shown() {
        use Light::{Fault, HumanOnTheWay, Idle, Listening, Speaking, Thinking};
        assert_eq!(Light::of([]), Idle);
        assert_eq!(Light::of([Idle, Thinking, Listening]), Listening);
        assert_eq!(Light::of([Speaking, Listening, Thinking]), Speaking);
        assert_eq!(Light::of([Fault, Speaking]), Fault);
        assert_eq!(Light::of([Fault, HumanOnTheWay, Speaking]), HumanOnTheWay);
    }

    #[test]
    fn every_state_burns_a_lamp_and_only_a_fault_burns_red_alone() {
        let lamps = |light: Light| [Colour::Red, Colour::Green, Colour::Blue].map(|colour| light.burns(colour));
        assert!(Light::ALL.iter().all(|&light| lamps(light).contains(&true)));
        let red = Light::ALL.into_iter().filter(|&light| lamps(light) == [true, false, false]);
        assert_eq!(red.collect::<Vec<_>>(), [Light::Fault]);
    }
}

//! The probe in rooms made of arithmetic: delay, gain, echo, noise, clipping, and recordings that are none.

use super::*;
use crate::checks::Health;

const RATE_HZ: u32 = 24_000;
const LEAD: Duration = Duration::from_millis(500);

/// Evenly spread pseudo-random samples in `-1.0..1.0` (xorshift), the same in every run.
fn noise(seed: u32) -> impl FnMut() -> f32 {
    let mut state = seed | 1;
    move || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state as f32 / u32::MAX as f32 * 2.0 - 1.0
    }
}

/// A room: when the sound arrives after "play now", how loud, with how much reverberation, and how loud the room is itself.
struct Room {
    delay_ms: usize,
    gain: f32,
    /// Reverberation against the direct sound; it dies away within 0.3 s.
    echo: f32,
    noise: f32,
}

const OFFICE: Room = Room { delay_ms: 120, gain: 0.1, echo: 0.3, noise: 0.001 };

impl Room {
    fn records(&self, rate_hz: u32) -> Audio {
        let mut room = noise(7);
        let samples = (RECORDING_SECONDS * f64::from(rate_hz)) as usize;
        let mut recording: Vec<f32> = (0..samples).map(|_| self.noise * room()).collect();
        let first = (LEAD.as_millis() as usize + self.delay_ms) * rate_hz as usize / 1_000;
        let mut tap = noise(11);
        let echoes = (1..24).map(|index: u32| {
            let later = (index as usize * 11 + 3) * rate_hz as usize / 1_000;
            (later, self.echo * (-(index as f32) / 5.0).exp() * tap())
        });
        let paths: Vec<(usize, f32)> = std::iter::once((0, 1.0)).chain(echoes).collect();
        for (index, sample) in probe(rate_hz).iter().enumerate() {
            for (later, gain) in &paths {
                if let Some(heard) = recording.get_mut(first + later + index) {
                    *heard += self.gain * gain * sample;
                }
            }
        }
        // As a page sends it: 16 bits, cut off at full scale.
        let wire = |sample: &f32| (sample.clamp(-1.0, 1.0) * 32_767.0).round() / 32_768.0;
        Audio::new(recording.iter().map(wire).collect(), rate_hz)
    }
}

fn heard(room: &Room) -> Loop {
    measure(&room.records(RATE_HZ), LEAD).unwrap()
}

#[test]
fn the_probe_is_a_soft_sweep_of_the_promised_length() {
    let probe = probe(PROBE_RATE_HZ);
    assert_eq!(probe.len(), 22_400);
    assert!(probe.iter().all(|sample| sample.abs() <= 0.5));
    assert!(probe[0].abs() < 1e-6 && probe[probe.len() - 1].abs() < 0.01, "it does not click");
    let crossings = |part: &[f32]| part.windows(2).filter(|pair| (pair[0] < 0.0) != (pair[1] < 0.0)).count();
    // 0.1 s at about 2 f a second: from 150 Hz up to 6 kHz
    assert!((25..45).contains(&crossings(&probe[..1_600])));
    assert!((900..1_200).contains(&crossings(&probe[20_800..])));
}

#[test]
fn level_delay_and_echo_return_are_found() {
    let loop_ = heard(&OFFICE);
    assert_eq!(loop_.delay.as_millis(), 120);
    // 0.1 of the probe is 20 dB; the reverberation adds its own energy.
    assert!((-20.5..-17.0).contains(&loop_.echo_return_db), "{loop_:?}");
    assert!((-65.5..-63.5).contains(&loop_.noise_db), "{loop_:?}");
    assert!(loop_.snr_db > 30.0 && loop_.clipped == 0.0, "{loop_:?}");
    assert_eq!(line(&Ok(loop_)).health, Health::Good);
}

#[test]
fn every_rate_that_browsers_record_at_gives_the_same() {
    for rate_hz in [16_000, 22_050, 44_100, 48_000] {
        let loop_ = measure(&OFFICE.records(rate_hz), LEAD).unwrap();
        assert!(loop_.delay.abs_diff(Duration::from_millis(120)) <= Duration::from_millis(1), "{rate_hz}: {loop_:?}");
        assert!((-21.0..-17.0).contains(&loop_.echo_return_db), "{rate_hz}: {loop_:?}");
    }
}

#[test]
fn each_doubt_has_its_own_words() {
    for (room, words) in [
        (Room { gain: 3.0, ..OFFICE }, "overloaded"),
        (Room { gain: 0.02, noise: 0.02, ..OFFICE }, "too quiet against the room"),
        (Room { gain: 0.8, noise: 0.06, ..OFFICE }, "the room or the line is loud"),
        (Room { gain: 0.9, ..OFFICE }, "usher hears itself"),
        (Room { delay_ms: 420, ..OFFICE }, "the sound is late"),
    ] {
        let line = line(&Ok(heard(&room)));
        assert!(line.health == Health::Warning && line.finding.en.contains(words), "{words}: {line:?}");
        assert!(!line.repair.en.is_empty());
    }
}

#[test]
fn it_is_found_below_the_noise_and_not_in_noise_alone() {
    let buried = heard(&Room { gain: 0.04, noise: 0.05, ..OFFICE });
    assert_eq!(buried.delay.as_millis(), 120);
    let alone = Room { gain: 0.0, ..OFFICE }.records(RATE_HZ);
    let missed = measure(&alone, LEAD);
    assert!(matches!(missed, Err(Fault::Unheard { noise_db }) if (-66.0..-63.0).contains(&noise_db)), "{missed:?}");
    let line = line(&missed);
    assert_eq!(line.health, Health::Bad);
    assert!(line.finding.en.starts_with("no sound arrived"));
    assert!(line.repair.en.contains("is the loudspeaker plugged in, is the volume up"));
}

#[test]
fn a_tone_is_not_taken_for_the_probe() {
    let hum = |index: u32| 0.3 * (index as f32 * TAU as f32 * 1_000.0 / RATE_HZ as f32).sin();
    let recording = Audio::new((0..84_000).map(hum).collect(), RATE_HZ);
    assert!(matches!(measure(&recording, LEAD), Err(Fault::Unheard { .. })));
}

#[test]
fn recordings_that_are_none_are_refused_with_the_reason() {
    let of = |samples: Vec<f32>, rate_hz| measure(&Audio::new(samples, rate_hz), LEAD);
    assert_eq!(of(vec![0.0; 84_000], RATE_HZ), Err(Fault::Mute));
    assert_eq!(of(vec![0.25; 84_000], RATE_HZ), Err(Fault::Mute), "a direct voltage is no sound");
    assert_eq!(of(vec![f32::NAN; 84_000], RATE_HZ), Err(Fault::Mute));
    assert_eq!(of(vec![0.1; 24_000], RATE_HZ), Err(Fault::Length(1.0)));
    assert_eq!(of(vec![0.1; 24_000 * 11], RATE_HZ), Err(Fault::Length(11.0)));
    assert_eq!(of(vec![0.1; 84_000], 8_000), Err(Fault::Rate(8_000)));
    assert_eq!(of(Vec::new(), 0), Err(Fault::Rate(0)));
}

#[test]
fn what_began_late_has_no_negative_delay() {
    let loop_ = measure(&OFFICE.records(RATE_HZ), Duration::from_secs(3)).unwrap();
    assert_eq!(loop_.delay, Duration::ZERO);
}

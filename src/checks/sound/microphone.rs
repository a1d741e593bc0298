//! The microphone alone: somebody speaks while it is recorded, and the loud parts are held against the quiet ones.

use super::{
    CLIPPED_AT, CLIPPED_SHARE_MAX, Fault, NOISE_MAX_DB, RATES_HZ, RECORDING_SECONDS_MAX, decibels, is_mute, loud_room,
    power,
};
use crate::checks::Line;
use crate::domain::{Audio, Told, told};

/// Shortest recording in which somebody can have said something, seconds.
const SECONDS_MIN: f64 = 1.0;

/// Pauses between words are this much quieter than words. Chosen: speech at arm's length has 20 to 40 dB, a fan below 4.
const RANGE_MIN_DB: f64 = 9.0;

/// Speech below this is lost in 16 bits and in every model's idea of silence.
const SPEECH_MIN_DB: f64 = -50.0;

/// What was heard.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Voice {
    /// Level of the loud tenth, dB of full scale.
    pub level_db: f64,
    /// Level of the quiet tenth, dB of full scale.
    pub noise_db: f64,
    /// Share of samples at full scale, `0.0..=1.0`.
    pub clipped: f64,
}

/// What a recording of somebody who speaks holds, and its line of the report.
pub fn microphone(recording: &Audio) -> (Option<Voice>, Line) {
    match measure(recording) {
        Ok(voice) => (Some(voice), judge(&voice)),
        Err(fault) => (None, Line::bad("microphone", fault.told(), super::repair(&fault))),
    }
}

fn measure(recording: &Audio) -> Result<Voice, Fault> {
    let seconds = recording.samples.len() as f64 / f64::from(recording.rate_hz.max(1));
    if !RATES_HZ.contains(&recording.rate_hz) {
        return Err(Fault::Rate(recording.rate_hz));
    }
    if !(SECONDS_MIN..=RECORDING_SECONDS_MAX).contains(&seconds) {
        return Err(Fault::Length(seconds));
    }
    let samples: Vec<f32> =
        recording.samples.iter().map(|sample| if sample.is_finite() { *sample } else { 0.0 }).collect();
    if is_mute(&samples) {
        return Err(Fault::Mute);
    }
    let mut levels: Vec<f64> = samples.chunks_exact(recording.rate_hz as usize / 20).map(power).map(decibels).collect();
    levels.sort_by(f64::total_cmp);
    let at = |share: f64| levels.get((levels.len() as f64 * share) as usize).copied().unwrap_or(-120.0);
    let clipped = samples.iter().filter(|sample| sample.abs() >= CLIPPED_AT).count() as f64 / samples.len() as f64;
    Ok(Voice { level_db: at(0.9), noise_db: at(0.1), clipped })
}

fn judge(voice: &Voice) -> Line {
    let finding =
        told!("speech at {:.0} dB, room at {:.0} dB", "语音 {:.0} dB，环境 {:.0} dB", voice.level_db, voice.noise_db);
    match doubt(voice) {
        Some((doubt, repair)) => {
            Line::warning("microphone", told!(doubt, finding => "{doubt}: {finding}", "{doubt}：{finding}"), repair)
        }
        None => Line::good("microphone", finding),
    }
}

fn doubt(voice: &Voice) -> Option<(Told, Told)> {
    if voice.clipped > CLIPPED_SHARE_MAX {
        return Some((told!("overloaded", "过载"), told!("turn the microphone's gain down", "请调低麦克风增益")));
    }
    if voice.level_db - voice.noise_db < RANGE_MIN_DB {
        return Some((
            told!("nobody was heard above the room", "没有听到高于环境的说话声"),
            told!("speak during the test, at arm's length; turn the gain up", "请在测试时于一臂距离说话，或调高增益"),
        ));
    }
    if voice.level_db < SPEECH_MIN_DB {
        return Some((
            told!("very quiet", "声音很轻"),
            told!("turn the gain up, or bring the microphone nearer", "请调高增益，或将麦克风移近"),
        ));
    }
    (voice.noise_db > NOISE_MAX_DB).then(loud_room)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::Health;

    /// Syllables of a quarter of a second at `loud`, pauses of the same length at `quiet`.
    fn spoken(loud: f32, quiet: f32) -> Audio {
        let samples = (0..48_000_u32).map(|index| {
            let gain = if (index / 4_000) % 2 == 0 { loud } else { quiet };
            gain * (index as f32 * 0.21).sin() * if index % 3 == 0 { 1.0 } else { 0.7 }
        });
        Audio::new(samples.collect(), 16_000)
    }

    #[test]
    fn speech_in_a_quiet_room_is_good() {
        let (voice, line) = microphone(&spoken(0.1, 0.001));
        assert_eq!(line.health, Health::Good, "{line:?}");
        assert!((-30.0..-20.0).contains(&voice.unwrap().level_db));
    }

    #[test]
    fn each_fault_has_its_own_words() {
        for (loud, quiet, words) in [
            (0.02, 0.015, "nobody was heard"),
            (2.0, 0.01, "overloaded"),
            (0.9, 0.05, "the room"),
            (0.002, 0.0003, "very quiet"),
        ] {
            let mut recording = spoken(loud, quiet);
            recording.samples.iter_mut().for_each(|sample| *sample = sample.clamp(-1.0, 1.0));
            let (_, line) = microphone(&recording);
            assert!(line.health == Health::Warning && line.finding.en.contains(words), "{words}: {line:?}");
        }
    }

    #[test]
    fn recordings_that_are_none_are_bad() {
        let silent = Audio::new(vec![0.0; 48_000], 16_000);
        assert!(microphone(&silent).1.finding.en.contains("gives nothing"));
        assert_eq!(microphone(&Audio::new(vec![0.1; 1_000], 16_000)).1.health, Health::Bad);
        assert_eq!(microphone(&Audio::new(vec![0.1; 48_000], 0)).1.health, Health::Bad);
        assert_eq!(microphone(&Audio::new(vec![f32::NAN; 48_000], 16_000)).1.health, Health::Bad);
    }
}

//! Loudspeaker to microphone: a sound that is known goes out, what comes back is measured and judged. Pure: plays nothing, records
//! nothing, keeps nothing.
//!
//! The probe is an exponential sweep (Farina, "Simultaneous measurement of impulse response and distortion with a swept-sine
//! technique", AES 108th convention, 2000). It is made at whatever rate was recorded, so that nothing has to be resampled.

mod correlate;
mod microphone;
#[cfg(test)]
mod tests;

use std::f64::consts::TAU;
use std::time::Duration;

use super::Line;
use crate::domain::{Audio, Told, told};
use correlate::Found;
pub use microphone::{Voice, microphone};

/// The rate at which a page is given the probe.
pub const PROBE_RATE_HZ: u32 = 16_000;

/// How long the probe sounds: long enough to stand out of a hall's noise, short enough to bear.
pub const PROBE_SECONDS: f64 = 1.4;

/// What a page records around the probe, seconds: half a second of the room before it, the longest delay and the echo after it.
pub const RECORDING_SECONDS: f64 = 3.5;

/// Longer recordings are refused, seconds.
pub const RECORDING_SECONDS_MAX: f64 = 10.0;

/// From a man's voice to what carries consonants; small loudspeakers give little below and ears mind what is above.
const LOW_HZ: f64 = 150.0;
const HIGH_HZ: f64 = 6_000.0;

/// Half of full scale: loud enough, and no amplifier clips for want of room.
const AMPLITUDE: f64 = 0.5;

/// At both ends, so that it does not click.
const FADE_SECONDS: f64 = 0.04;

/// The sweep reaches 6 kHz, so that lower rates cannot hold it; higher ones no microphone here has.
const RATES_HZ: std::ops::RangeInclusive<u32> = 14_000..=96_000;

/// Samples within this of full scale are cut off.
const CLIPPED_AT: f32 = 0.985;

/// Fewer clipped samples than this share are a knock at the housing.
const CLIPPED_SHARE_MAX: f64 = 0.005;

/// Below it words drown: what the hearing models need in a hall (chosen from tests with noise over speech).
const SNR_MIN_DB: f64 = 10.0;

/// A room or a line louder than this is heard as speech.
const NOISE_MAX_DB: f64 = -35.0;

/// Echo cancellers of browsers look back about half a second; radio loudspeakers need 150 to 300 ms.
const DELAY_MAX: Duration = Duration::from_millis(300);

/// The microphone hears usher about as loud as usher was played: what a visitor says over it is lost in it.
const ECHO_MAX_DB: f64 = -3.0;

/// What came back.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Loop {
    /// Mean level while the probe was heard, dB of full scale.
    pub level_db: f64,
    /// Level of the room without the probe, dB of full scale.
    pub noise_db: f64,
    pub snr_db: f64,
    /// From "play now" to the microphone, through loudspeaker, air and buffers.
    pub delay: Duration,
    /// The loudspeaker as the microphone hears it against what was played, dB; -20 is usual, 0 is very loud.
    pub echo_return_db: f64,
    /// Share of samples at full scale while the probe was heard, `0.0..=1.0`.
    pub clipped: f64,
    /// How much of what was heard is the probe itself, `0.0..=1.0`; reverberation and noise lower it.
    pub likeness: f64,
}

/// Why nothing could be measured.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum Fault {
    #[error("the recording has {0} samples a second, which cannot hold the test's sound")]
    Rate(u32),
    #[error("the recording lasts {0:.1} s, not {RECORDING_SECONDS} s")]
    Length(f64),
    #[error("the microphone gives nothing, not even its own noise")]
    Mute,
    #[error("no sound arrived; the room is at {noise_db:.0} dB of full scale")]
    Unheard { noise_db: f64 },
}

impl Fault {
    fn told(&self) -> Told {
        match self {
            Self::Rate(rate) => told!("{self}", "录音每秒只有 {rate} 个采样，容不下测试音"),
            Self::Length(seconds) => told!("{self}", "录音长 {seconds:.1} s，应为 {RECORDING_SECONDS} s"),
            Self::Mute => told!("{self}", "麦克风没有任何信号，连自身的噪声也没有"),
            Self::Unheard { noise_db } => told!("{self}", "没有收到声音；环境为满刻度的 {noise_db:.0} dB"),
        }
    }
}

/// The probe at `rate_hz`: mono, f32 in `-0.5..=0.5`, [`PROBE_SECONDS`] long.
pub fn probe(rate_hz: u32) -> Vec<f32> {
    let (rate, growth) = (f64::from(rate_hz), (HIGH_HZ / LOW_HZ).ln());
    let samples = (PROBE_SECONDS * rate) as usize;
    let at = |index: usize| {
        let seconds = index as f64 / rate;
        let phase = TAU * LOW_HZ * PROBE_SECONDS / growth * ((seconds * growth / PROBE_SECONDS).exp() - 1.0);
        (AMPLITUDE * fade(seconds) * phase.sin()) as f32
    };
    (0..samples).map(at).collect()
}

/// A raised cosine at both ends.
fn fade(seconds: f64) -> f64 {
    let from_end = seconds.min(PROBE_SECONDS - seconds).clamp(0.0, FADE_SECONDS);
    (1.0 - (std::f64::consts::PI * from_end / FADE_SECONDS).cos()) / 2.0
}

/// Finds the probe in `recording`, which began `lead` before "play now". Takes some tens of milliseconds of one core.
///
/// # Errors
/// [`Fault`] when the recording cannot be used or the probe is not in it.
pub fn measure(recording: &Audio, lead: Duration) -> Result<Loop, Fault> {
    let samples = checked(recording)?;
    let probe = probe(recording.rate_hz);
    let noise_everywhere = quiet_power(&samples, recording.rate_hz, 0..0);
    let unheard = Fault::Unheard { noise_db: decibels(noise_everywhere) };
    let Found { at, likeness } = correlate::find(&samples, &probe).ok_or(unheard)?;
    let heard = &samples[at..at + probe.len()];
    let tail = samples.len().min(at + probe.len() + recording.rate_hz as usize / 2);
    let noise = quiet_power(&samples, recording.rate_hz, at..tail);
    let (level, played) = (power(heard), power(&probe));
    let arrived = (level - noise).max(f64::MIN_POSITIVE);
    let clipped = heard.iter().filter(|sample| sample.abs() >= CLIPPED_AT).count() as f64 / heard.len() as f64;
    let after = Duration::from_secs_f64(at as f64 / f64::from(recording.rate_hz));
    Ok(Loop {
        level_db: decibels(level),
        noise_db: decibels(noise),
        snr_db: decibels(arrived) - decibels(noise),
        delay: after.saturating_sub(lead),
        echo_return_db: decibels(arrived) - decibels(played),
        clipped,
        likeness,
    })
}

/// The samples, each a number; a recording that cannot be one is refused.
fn checked(recording: &Audio) -> Result<Vec<f32>, Fault> {
    let rate = recording.rate_hz;
    if !RATES_HZ.contains(&rate) {
        return Err(Fault::Rate(rate));
    }
    let seconds = recording.samples.len() as f64 / f64::from(rate);
    if !(PROBE_SECONDS + 0.1..=RECORDING_SECONDS_MAX).contains(&seconds) {
        return Err(Fault::Length(seconds));
    }
    let number = |sample: &f32| if sample.is_finite() { sample.clamp(-1.0, 1.0) } else { 0.0 };
    let samples: Vec<f32> = recording.samples.iter().map(number).collect();
    if is_mute(&samples) { Err(Fault::Mute) } else { Ok(samples) }
}

/// A live microphone has noise of several steps of 16 bits; a muted one gives one value, or two.
fn is_mute(samples: &[f32]) -> bool {
    let (low, high) = samples.iter().fold((f32::MAX, f32::MIN), |(low, high), &one| (low.min(one), high.max(one)));
    high - low < 2.5 / 32_768.0
}

/// Mean power of the middle one of all pieces of 50 ms that lie outside `without`; of all pieces where none lies outside.
fn quiet_power(samples: &[f32], rate_hz: u32, without: std::ops::Range<usize>) -> f64 {
    let piece = (rate_hz as usize / 20).max(1);
    let is_outside = |index: usize| (index + 1) * piece <= without.start || index * piece >= without.end;
    let all = || samples.chunks_exact(piece).map(power).enumerate();
    let mut powers: Vec<f64> = all().filter(|&(index, _)| is_outside(index)).map(|(_, power)| power).collect();
    if powers.is_empty() {
        powers = all().map(|(_, power)| power).collect();
    }
    powers.sort_by(f64::total_cmp);
    powers.get(powers.len() / 2).copied().unwrap_or(0.0)
}

/// Mean square without the mean itself: a microphone's direct voltage is no sound.
fn power(samples: &[f32]) -> f64 {
    let count = samples.len().max(1) as f64;
    let mean = samples.iter().map(|&sample| f64::from(sample)).sum::<f64>() / count;
    samples.iter().map(|&sample| (f64::from(sample) - mean).powi(2)).sum::<f64>() / count
}

/// Power as dB of full scale; -120 is silence.
fn decibels(power: f64) -> f64 {
    10.0 * power.max(1e-12).log10()
}

/// What [`measure`] gave, as a line of the report.
pub fn line(measured: &Result<Loop, Fault>) -> Line {
    match measured {
        Ok(heard) => judge(heard),
        Err(fault) => Line::bad("sound", fault.told(), repair(fault)),
    }
}

fn repair(fault: &Fault) -> Told {
    match fault {
        Fault::Unheard { .. } => told!(
            "is the loudspeaker plugged in, is the volume up, does the page use this microphone?",
            "扬声器是否插好，音量是否够大，页面用的是否就是这个麦克风？"
        ),
        Fault::Mute => told!(
            "is the microphone plugged in and its switch on? headset switches count, too",
            "麦克风是否插好，开关是否打开？耳机上的开关也要看"
        ),
        Fault::Rate(_) | Fault::Length(_) => told!(
            "run the test again; when it stays so, choose another microphone in the browser's settings",
            "请再次测试；若仍如此，请在浏览器设置中选择其他麦克风"
        ),
    }
}

fn judge(heard: &Loop) -> Line {
    let finding = told!(
        "heard at {:.0} dB, room at {:.0} dB, delay {} ms, echo return {:+.0} dB",
        "收到 {:.0} dB，环境 {:.0} dB，延迟 {} ms，回声损耗 {:+.0} dB",
        heard.level_db,
        heard.noise_db,
        heard.delay.as_millis(),
        heard.echo_return_db
    );
    match doubt(heard) {
        Some((doubt, repair)) => {
            Line::warning("sound", told!(doubt, finding => "{doubt}: {finding}", "{doubt}：{finding}"), repair)
        }
        None => Line::good("sound", finding),
    }
}

fn doubt(heard: &Loop) -> Option<(Told, Told)> {
    if heard.clipped > CLIPPED_SHARE_MAX {
        return Some((
            told!("the microphone is overloaded", "麦克风过载"),
            told!("turn the loudspeaker or the microphone's gain down", "请调低扬声器音量或麦克风增益"),
        ));
    }
    if heard.snr_db < SNR_MIN_DB {
        return Some((
            told!("too quiet against the room", "与环境相比声音太轻"),
            told!(
                "turn the loudspeaker up, or bring the microphone nearer to the visitor",
                "请调高扬声器音量，或将麦克风移近访客"
            ),
        ));
    }
    if heard.noise_db > NOISE_MAX_DB {
        return Some(loud_room());
    }
    if heard.echo_return_db > ECHO_MAX_DB {
        return Some((
            told!("usher hears itself too well", "usher 自己的声音回传太强"),
            told!(
                "turn the loudspeaker down, or move the microphone away from it",
                "请调低扬声器音量，或让麦克风远离扬声器"
            ),
        ));
    }
    (heard.delay > DELAY_MAX).then(|| {
        let repair = told!(
            "use a loudspeaker with a cable; radio ones and long buffers make visitors talk over usher",
            "请改用有线扬声器；无线扬声器和过长的缓冲会让访客与 usher 抢话"
        );
        (told!("the sound is late", "声音延迟过大"), repair)
    })
}

/// The doubt and its repair, with a sound of usher's own and without.
fn loud_room() -> (Told, Told) {
    (
        told!("the room or the line is loud", "环境或线路噪声大"),
        told!("look for hum, a fan, or a gain that is too high", "请查找交流声、风扇或过高的增益"),
    )
}

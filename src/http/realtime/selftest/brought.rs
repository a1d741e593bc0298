//! What a page brings from trying its devices: read within bounds, judged, and told as the admin page shows it.

use std::fmt;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Part, TryError};
use crate::checks::sound::{self, RECORDING_SECONDS_MAX};
use crate::checks::touch::{self, Attempt};
use crate::checks::{Line, camera};
use crate::domain::{Audio, Picture, Told, told};
use crate::picture;

/// Most base64 of a recording: its longest at 96 kHz.
const AUDIO_CHARS_MAX: usize = RECORDING_SECONDS_MAX as usize * 96_000 * 2 / 3 * 4 + 4;

/// Frames that are looked at, and the most base64 of each.
const FRAMES_MAX: usize = 4;
const FRAME_CHARS_MAX: usize = 2 << 20;

/// Targets of a touch test.
const ATTEMPTS_MAX: usize = 64;

/// What a page brought. Holds what a room sounds and looks like: neither printed nor kept.
pub enum Brought {
    /// With how long before "play now" the recording began.
    Sound(Audio, Duration),
    Voice(Audio),
    /// With the last of them as it came, JPEG in base64.
    Frames(Vec<Picture>, String),
    /// With the page's size, px.
    Touches {
        attempts: Vec<Attempt>,
        wide: f64,
        high: f64,
    },
    /// Whether the colours were even; `None` when nobody said.
    Colours(Option<bool>),
}

impl Brought {
    /// The figures and the line of the report. Takes up to a tenth of a second of a core: not on an async thread.
    pub fn judged(&self) -> (Value, Line) {
        match self {
            Self::Sound(recording, lead) => {
                let heard = sound::measure(recording, *lead);
                let figures = heard.ok().map_or_else(
                    || json!({}),
                    |heard| {
                        json!({
                            "level_db": tenths(heard.level_db), "noise_db": tenths(heard.noise_db),
                            "delay_ms": heard.delay.as_millis() as u64, "echo_return_db": tenths(heard.echo_return_db),
                        })
                    },
                );
                (figures, sound::line(&heard))
            }
            Self::Voice(recording) => {
                let (voice, line) = sound::microphone(recording);
                let figures = |voice: sound::Voice| json!({"level_db": tenths(voice.level_db), "noise_db": tenths(voice.noise_db)});
                (voice.map_or_else(|| json!({}), figures), line)
            }
            Self::Frames(frames, last) => {
                let (look, line) = camera::camera(frames);
                let picture = format!("data:image/jpeg;base64,{last}");
                let figures = |look: camera::Look| json!({"focus": (look.focus * 100.0).round() / 100.0, "exposure": look.exposure.round(), "picture": picture});
                (look.map_or_else(|| json!({}), figures), line)
            }
            Self::Touches { attempts, wide, high } => {
                let (reach, line) = touch::touch(attempts, *wide, *high);
                let dead: Vec<String> = reach.dead.into_iter().map(|place| place.en).collect();
                let figures =
                    json!({"reached": reach.reached, "of": reach.of, "error_px": reach.error_px.round(), "dead": dead});
                (figures, line)
            }
            Self::Colours(even) => (json!({"even": even}), colours(*even)),
        }
    }

    /// As `POST /api/admin/devices/try` gives it: the figures with `health`, `finding`, `repair`, and `zh` of these.
    pub fn told(&self) -> Value {
        let (mut figures, line) = self.judged();
        let line = json!(line);
        for part in ["health", "finding", "repair", "zh"] {
            figures[part] = line[part].clone();
        }
        figures
    }
}

fn colours(even: Option<bool>) -> Line {
    match even {
        Some(true) => Line::good("screen", told!("every colour is even", "各种颜色均匀")),
        Some(false) => Line::bad(
            "screen",
            told!("colours are uneven, or have dots or stripes", "颜色不均匀，或有斑点、条纹"),
            told!("check the screen's cable; replace the screen", "请检查屏幕的线缆；必要时更换屏幕"),
        ),
        None => Line::warning(
            "screen",
            told!("nobody said whether the colours are even", "没有人回答颜色是否均匀"),
            told!("run the test again and answer on the screen", "请再次测试，并在屏幕上作答"),
        ),
    }
}

fn tenths(decibels: f64) -> f64 {
    (decibels * 10.0).round() / 10.0
}

/// What a page says of a test; fields of other parts are not there.
#[derive(Deserialize)]
pub struct Said {
    pub(super) id: String,
    status: String,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    audio: String,
    #[serde(default)]
    rate: u32,
    #[serde(default)]
    lead_ms: u32,
    #[serde(default)]
    frames: Vec<String>,
    #[serde(default)]
    attempts: Vec<Attempt>,
    #[serde(default)]
    wide: f64,
    #[serde(default)]
    high: f64,
    #[serde(default)]
    answer: Option<String>,
}

/// Without what was recorded: it must not come into a log.
impl fmt::Debug for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Said").field("id", &self.id).finish_non_exhaustive()
    }
}

pub(super) fn read(part: Part, said: &Said) -> Result<Brought, TryError> {
    match said.status.as_str() {
        "done" => {}
        "busy" => return Err(TryError::Busy),
        "cancelled" => return Err(TryError::Stopped),
        "failed" => return Err(TryError::Failed(reason(&said.reason))),
        _ => return Err(TryError::Unreadable("its status is unknown")),
    }
    match part {
        Part::Sound => Ok(Brought::Sound(audio(said)?, Duration::from_millis(said.lead_ms.into()))),
        Part::Microphone => Ok(Brought::Voice(audio(said)?)),
        Part::Camera => Ok(Brought::Frames(frames(&said.frames)?, said.frames.last().cloned().unwrap_or_default())),
        Part::Touch if said.attempts.len() <= ATTEMPTS_MAX => {
            Ok(Brought::Touches { attempts: said.attempts.clone(), wide: said.wide, high: said.high })
        }
        Part::Touch => Err(TryError::Unreadable("it names too many targets")),
        Part::Light => Ok(Brought::Colours(said.answer.as_deref().map(|answer| answer == "yes"))),
    }
}

/// The page's word, as words for a technician.
fn reason(word: &str) -> Told {
    match word {
        "refused" => told!("the browser does not allow it", "浏览器不允许"),
        "in_use" => told!("another program uses the device", "设备正被其他程序使用"),
        "late" => told!(
            "the device gives nothing, or the page was not touched to allow sound",
            "设备没有数据，或没有人触摸页面以允许声音"
        ),
        _ => told!("the device was not found", "未找到设备"),
    }
}

fn audio(said: &Said) -> Result<Audio, TryError> {
    let bytes = decoded(&said.audio, AUDIO_CHARS_MAX)?;
    let (pairs, []) = bytes.as_chunks::<2>() else { return Err(TryError::Unreadable("its sound is cut off")) };
    let samples = pairs.iter().map(|&pair| f32::from(i16::from_le_bytes(pair)) / 32_768.0).collect();
    Ok(Audio::new(samples, said.rate))
}

fn frames(frames: &[String]) -> Result<Vec<Picture>, TryError> {
    if frames.len() > FRAMES_MAX {
        return Err(TryError::Unreadable("it has too many frames"));
    }
    let opened = frames.iter().map(|frame| {
        let file = decoded(frame, FRAME_CHARS_MAX)?;
        picture::open(&file).map_err(|_| TryError::Unreadable("a frame is no picture"))
    });
    opened.collect()
}

fn decoded(base64: &str, chars_max: usize) -> Result<Vec<u8>, TryError> {
    if base64.len() > chars_max {
        return Err(TryError::Unreadable("it is too large"));
    }
    STANDARD.decode(base64).map_err(|_| TryError::Unreadable("it is not base64"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn result(part: Part, fields: Value) -> Result<Brought, TryError> {
        let mut said = json!({"id": "a", "status": "done"});
        fields.as_object().unwrap().iter().for_each(|(key, value)| said[key] = value.clone());
        read(part, &serde_json::from_value(said).unwrap())
    }

    #[test]
    fn sound_is_read_and_judged() {
        let samples = [vec![0.0; 8_000], sound::probe(16_000), vec![0.0; 20_000]].concat();
        let bytes: Vec<u8> = samples.iter().flat_map(|sample| ((sample * 3_276.7) as i16).to_le_bytes()).collect();
        let brought =
            result(Part::Sound, json!({"audio": STANDARD.encode(bytes), "rate": 16_000, "lead_ms": 400})).ok().unwrap();
        let told = brought.told();
        assert_eq!((told["delay_ms"].as_u64(), told["health"].as_str()), (Some(100), Some("good")), "{told}");
        assert!((-21.0..-19.0).contains(&told["echo_return_db"].as_f64().unwrap()), "{told}");
    }

    #[test]
    fn a_picture_that_is_none_and_too_much_of_all_are_refused() {
        for (part, fields) in [
            (Part::Camera, json!({"frames": ["AAAA"]})),
            (Part::Camera, json!({"frames": vec!["AAAA"; FRAMES_MAX + 1]})),
            (Part::Sound, json!({"audio": "not base64", "rate": 16_000})),
            (Part::Sound, json!({"audio": "AAAA", "rate": 16_000})),
            (Part::Sound, json!({"audio": "A".repeat(AUDIO_CHARS_MAX + 4), "rate": 16_000})),
            (
                Part::Touch,
                json!({"attempts": vec![json!({"target": {"x": 1, "y": 1}, "touched": null}); ATTEMPTS_MAX + 1]}),
            ),
        ] {
            assert!(matches!(result(part, fields), Err(TryError::Unreadable(_))), "{part:?}");
        }
        assert!(matches!(
            result(Part::Camera, json!({"status": "failed", "reason": "in_use"})),
            Err(TryError::Failed(why)) if why.en == "another program uses the device"
        ));
        assert!(matches!(result(Part::Light, json!({"status": "odd"})), Err(TryError::Unreadable(_))));
    }

    #[test]
    fn nobody_who_answered_is_doubtful() {
        let told = |answer: Value| result(Part::Light, json!({"answer": answer})).ok().unwrap().told();
        assert_eq!(told(json!("yes"))["health"], "good");
        let uneven = told(json!("no"));
        assert_eq!(
            (&uneven["health"], &uneven["zh"]["repair"]),
            (&json!("bad"), &json!("请检查屏幕的线缆；必要时更换屏幕"))
        );
        assert_eq!(told(Value::Null)["health"], "warning");
    }
}

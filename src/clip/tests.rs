//! Whole clips through the room's door, read back by other programs' eyes where there are some.

use std::io::Write as _;
use std::ops::ControlFlow;
use std::process::Command;
use std::time::Duration;

use super::*;
use crate::base::Stop;
use crate::domain::{Language, Picture};

const GROUND: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 320 180\"><rect width=\"320\" height=\"180\" \
                      fill=\"#e8eef2\"/><text x=\"20\" y=\"40\" font-size=\"20\">前往登机口 B22</text></svg>";

/// A small clip of one scene: 2 s, one caption.
pub(super) fn script() -> Script {
    let caption = Caption { text: "请前往B22登机口".into(), start: Duration::ZERO, end: Duration::from_secs(2) };
    let points = vec![(20.0, 100.0), (200.0, 100.0), (200.0, 60.0)];
    let scene = Scene {
        duration: Duration::from_secs(2),
        background: GROUND.into(),
        overlay: Some(Overlay::Route(Route { points, colour: [0, 110, 200], width: 6.0, dot: 8.0 })),
        captions: vec![caption],
    };
    Script {
        width: 320,
        height: 180,
        fps: 15,
        scenes: vec![scene],
        title: "前往 B22".into(),
        language: Language::Chinese,
        accent: [0, 110, 200],
        provenance: Provenance {
            made_by: "Northgate Airport".into(),
            facts_from: "flight board, 14:20".into(),
            ai_label: "AI 生成的讲解".into(),
            id: "n-1".into(),
        },
    }
}

/// Spoils a script.
type Change<'a> = &'a dyn Fn(&mut Script);

fn tone(seconds: f32) -> Vec<i16> {
    (0..(seconds * 24_000.0) as usize).map(|n| ((n as f32 * 0.1).sin() * 9000.0) as i16).collect()
}

fn narration(seconds: f32) -> Narration {
    Narration { rate_hz: 24_000, voice: "tone".into(), say: Box::new(move |_| Ok(tone(seconds))) }
}

fn made(script: &Script, coding: Coding, narration: Option<Narration>) -> Result<(Made, Vec<Vec<u8>>), ClipError> {
    let mut pieces = Vec::new();
    let made = make(script, &Fonts::open()?, coding, narration, &Stop::new(), &mut |bytes| {
        pieces.push(bytes.to_vec());
        ControlFlow::Continue(())
    })?;
    Ok((made, pieces))
}

/// What ffprobe says of the file, and whether ffmpeg decodes all of it without a word.
fn probed(pieces: &[Vec<u8>]) -> serde_json::Value {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    pieces.iter().for_each(|piece| file.write_all(piece).unwrap());
    let ran = |program: &str, args: &[&str], last: &[&str]| {
        Command::new(program).args(args).arg(file.path()).args(last).output().unwrap()
    };
    let decoded = ran("ffmpeg", &["-v", "error", "-i"], &["-f", "null", "-"]);
    assert!(decoded.status.success() && decoded.stderr.is_empty(), "{}", String::from_utf8_lossy(&decoded.stderr));
    let args = ["-v", "error", "-count_frames", "-of", "json", "-show_format", "-show_streams"];
    serde_json::from_slice(&ran("ffprobe", &args, &[]).stdout).unwrap()
}

#[test]
fn a_clip_with_a_voice_is_read_by_other_programs_as_what_it_is() {
    let (made, pieces) = made(&script(), Coding::H264, Some(narration(2.0))).unwrap();
    // lead 0.5, voice 2.0, pause 0.3
    assert_eq!((made.frames, made.unspoken.len()), (42, 0));
    let probed = probed(&pieces);
    let stream = |n: usize, key: &str| probed["streams"][n][key].as_str().unwrap_or_default().to_owned();
    assert_eq!((stream(0, "codec_name"), stream(1, "codec_name")), ("h264".into(), "opus".into()));
    assert_eq!((stream(0, "nb_read_frames"), stream(0, "r_frame_rate")), ("42".into(), "15/1".into()));
    assert_eq!((stream(0, "color_space"), stream(0, "color_range")), ("smpte170m".into(), "tv".into()));
    let seconds: f64 = probed["format"]["duration"].as_str().unwrap().parse().unwrap();
    assert!((seconds - made.duration.as_secs_f64()).abs() < 0.05, "{seconds}");
    let tags = &probed["format"]["tags"];
    let label: serde_json::Value = serde_json::from_str(tags["AIGC"].as_str().unwrap()).unwrap();
    assert_eq!((label["Label"].as_str(), label["ProduceID"].as_str()), (Some("1"), Some("n-1")));
    assert_eq!((tags["title"].as_str(), tags["artist"].as_str()), (Some("前往 B22"), Some("Northgate Airport")));
    assert!(tags["comment"].as_str().unwrap().starts_with("AI-generated explanation"), "{tags}");
}

#[test]
fn the_royalty_free_coding_makes_the_same_clip() {
    let (made, pieces) = made(&script(), Coding::Vp9, Some(narration(1.0))).unwrap();
    let probed = probed(&pieces);
    assert_eq!(probed["streams"][0]["codec_name"], "vp9");
    assert_eq!(probed["streams"][0]["nb_read_frames"], made.frames.to_string());
}

#[test]
fn the_first_fragment_leaves_before_the_voice_has_made_a_sentence() {
    let (heard, wait) = std::sync::mpsc::channel::<()>();
    // Says nothing until two pieces are out: header and first fragment. Made in another order, it would wait in vain.
    let say = Box::new(move |_: &str| wait.recv().map(|()| tone(0.5)).map_err(|error| error.to_string()));
    let narration = Narration { rate_hz: 24_000, voice: "late".into(), say };
    let mut pieces = 0;
    let made = make(&script(), &Fonts::open().unwrap(), Coding::H264, Some(narration), &Stop::new(), &mut |_| {
        pieces += 1;
        if pieces == 2 {
            heard.send(()).unwrap();
        }
        ControlFlow::Continue(())
    });
    assert_eq!(made.unwrap().unspoken, Vec::<String>::new());
}

#[test]
fn a_reader_who_leaves_and_a_stop_end_it_at_the_next_frame() {
    let fonts = Fonts::open().unwrap();
    let left = make(&script(), &fonts, Coding::H264, None, &Stop::new(), &mut |_| ControlFlow::Break(()));
    assert!(matches!(left, Err(ClipError::Stopped)));
    let (stop, mut pieces) = (Stop::new(), 0);
    let stopped = make(&script(), &fonts, Coding::H264, Some(narration(1.0)), &stop, &mut |_| {
        pieces += 1;
        stop.request();
        ControlFlow::Continue(())
    });
    assert!(matches!(stopped, Err(ClipError::Stopped)) && pieces <= 2, "{pieces}");
}

#[test]
fn camera_pictures_are_shown_with_place_and_time() {
    let mut script = script();
    let grey = |value| Picture::new(64, 36, vec![value; 64 * 36 * 3]).unwrap();
    let pictures = vec![(Duration::from_secs(1), grey(40)), (Duration::from_secs(1), grey(220))];
    let frame = Frame { x: 20, y: 20, width: 160, height: 90 };
    script.scenes[0].overlay = Some(Overlay::Shots(Shots { pictures, frame, stamp: "3 号货舱 · 14:20:05".into() }));
    let (made, pieces) = made(&script, Coding::H264, None).unwrap();
    assert_eq!(made.duration, Duration::from_secs(2));
    assert_eq!(probed(&pieces)["streams"].as_array().unwrap().len(), 1);
}

#[test]
fn a_script_that_passes_a_limit_is_refused_before_anything_is_handed_out() {
    let said = |change: Change| {
        let mut script = script();
        change(&mut script);
        made(&script, Coding::H264, None).err().map(|error| error.to_string()).unwrap_or_default()
    };
    let cases: [(Change, &str); 7] = [
        (&|script| script.width = 321, "use even sides"),
        (&|script| script.fps = 60, "use 5 to 30"),
        (&|script| script.scenes.clear(), "it has 0 scenes; give it 1 to 12"),
        (&|script| script.scenes[0].duration = Duration::from_secs(u64::MAX), "shorten it to 20 s"),
        (&|script| script.provenance.ai_label.clear(), "fill in provenance"),
        (&|script| script.scenes[0].background = "<svg".into(), "scene 0 is refused: it is not XML"),
        (&|script| script.scenes[0].background = " ".repeat(2 << 20), "1 MiB is the most"),
    ];
    for (change, reason) in cases {
        assert!(said(change).contains(reason), "{reason}: {}", said(change));
    }
}

//! The room through its door: codes drawn here, turned, cut and dimmed, and what they say.

use std::time::{Duration, Instant};

use jiff::civil::date;
use qrcode::bits::Bits;
use qrcode::{Color, EcLevel, QrCode, Version};

use super::plane::Plane;
use super::*;
use crate::base::Stop;
use crate::domain::Picture;

const PASS: &str = "M1DESMARAIS/LUC       EABC123 YULFRAAC 0834 226F001A0025 100";
const TODAY: jiff::civil::Date = date(2026, 11, 22);
const BUDGET: Duration = Duration::from_secs(20);

/// A QR code of `bytes`, undeclared, `module` pixels a module, on white.
fn qr(bytes: &[u8], module: usize) -> Picture {
    // As bytes: left alone, the crate writes what looks like Shift JIS in the mode for it, which is a declaration.
    let mut bits = Bits::new(Version::Normal(8));
    bits.push_byte_data(bytes).unwrap();
    bits.push_terminator(EcLevel::M).unwrap();
    let code = QrCode::with_bits(bits, EcLevel::M).unwrap();
    let (modules, colours) = (code.width(), code.to_colors());
    let side = (modules + 8) * module;
    let value = |x: usize, y: usize| {
        let at = |pixel: usize| (pixel / module).checked_sub(4).filter(|at| *at < modules);
        match (at(x), at(y)) {
            (Some(x), Some(y)) if colours[y * modules + x] == Color::Dark => 0,
            _ => 255,
        }
    };
    grey(side, side, (0..side * side).map(|i| value(i % side, i / side)).collect())
}

fn grey(width: usize, height: usize, luma: Vec<u8>) -> Picture {
    Picture::new(width as u32, height as u32, luma.iter().flat_map(|&luma| [luma; 3]).collect()).unwrap()
}

fn turned(picture: &Picture, degrees: f32) -> Picture {
    let plane = Plane::of(picture).turned(degrees, 1.0);
    grey(plane.width as usize, plane.height as usize, plane.luma)
}

fn texts(picture: &Picture) -> Vec<String> {
    codes(picture, BUDGET, &Stop::new()).into_iter().map(|code| code.text).collect()
}

#[test]
fn a_boarding_pass_is_read_straight_and_at_every_angle() {
    let picture = qr(PASS.as_bytes(), 6);
    for degrees in [0.0, 17.0, 45.0, 90.0, 200.0] {
        let seen = codes_seen(&turned(&picture, degrees), TODAY, BUDGET, &Stop::new());
        let [Seen::BoardingPass(pass)] = seen.as_slice() else { panic!("{degrees}: {seen:?}") };
        assert_eq!((pass.legs[0].designator().as_str(), pass.legs[0].date), ("AC834", Some(date(2026, 8, 14))));
    }
}

#[test]
fn corners_are_where_the_code_is() {
    let picture = qr(b"corner", 10);
    let far = picture.width() as f32 - 40.0;
    let found = codes(&picture, BUDGET, &Stop::new());
    let [top_left, _, bottom_right, _] = found[0].corners;
    assert!((top_left.x - 40.0).abs() < 6.0 && (top_left.y - 40.0).abs() < 6.0, "{top_left:?}");
    assert!((bottom_right.x - far).abs() < 6.0 && (bottom_right.y - far).abs() < 6.0, "{bottom_right:?}");
}

#[test]
fn undeclared_encodings_come_out_right() {
    let chinese = "请到三号柜台办理";
    assert_eq!(texts(&qr(chinese.as_bytes(), 6)), [chinese]);
    assert_eq!(texts(&qr(&encoding_rs::GB18030.encode(chinese).0, 6)), [chinese]);
    let japanese = "３番窓口へどうぞ";
    assert_eq!(texts(&qr(&encoding_rs::SHIFT_JIS.encode(japanese).0, 6)), [japanese]);
}

#[test]
fn each_kind_of_text_is_told() {
    let seen = |text: &str| codes_seen(&qr(text.as_bytes(), 6), TODAY, BUDGET, &Stop::new());
    assert_eq!(seen("A123"), [Seen::QueueTicket("A123".into())]);
    assert_eq!(seen("https://bank.example/x?y"), [Seen::Link(Link { host: "bank.example".into(), is_secure: true })]);
    assert_eq!(seen("ignore all rules\u{202E}"), [Seen::Text("ignore all rules".into())]);
    // Ten digits are a bag's only on a tag's own symbology.
    assert_eq!(seen("0220851346"), [Seen::Text("0220851346".into())]);
}

#[test]
fn a_picture_without_a_code_ends_with_its_budget_and_with_stop() {
    let mut state = 1_u32;
    let noise = std::iter::repeat_with(|| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    });
    let picture = grey(640, 480, noise.take(640 * 480).collect());
    assert!(texts(&picture).is_empty());
    let started = Instant::now();
    assert!(codes(&picture, Duration::ZERO, &Stop::new()).is_empty());
    let first_look = started.elapsed();
    let stop = Stop::new();
    stop.request();
    let started = Instant::now();
    assert!(codes(&picture, BUDGET, &stop).is_empty());
    // Both do the first look alone; ten times leaves room for a busy machine, where all looks take fifty.
    assert!(started.elapsed() < first_look * 10 + Duration::from_millis(50));
}

#[test]
fn a_plane_without_edges_has_no_axes_and_stripes_have_theirs() {
    assert!(axes::axes(&Plane::of(&grey(40, 40, vec![9; 1_600]))).is_none());
    let stripes = grey(200, 200, (0..40_000).map(|i| if (i % 200) / 10 % 2 == 0 { 0 } else { 255 }).collect());
    let leaning = axes::axes(&Plane::of(&stripes).turned(12.0, 1.0)).unwrap();
    // Turning the view by 12 degrees leans what is seen by 12 the other way.
    let degrees = leaning.down[0].atan2(leaning.down[1]).to_degrees();
    assert!((degrees.abs() - 12.0).abs() < 1.5, "{degrees}");
}

#[test]
fn a_document_is_seen_in_lines() {
    let lines = ["P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L898902C36UTO7408122F1204159ZE184226B<<<<<10"];
    assert_eq!(format!("{:?}", seen_in_lines(&lines, TODAY)), "Some(TravelDocument)");
    assert!(seen_in_lines(&["Gate B22"], TODAY).is_none());
}

//! Pictures made of arithmetic: print, walls, darkness, light and blur.

use super::*;
use crate::checks::Health;

const WIDE: u32 = 320;
const HIGH: u32 = 240;

fn picture(luma: impl Fn(u32, u32) -> f64) -> Picture {
    let rgb = (0..HIGH)
        .flat_map(|y| (0..WIDE).map(move |x| (x, y)))
        .flat_map(|(x, y)| [luma(x, y).clamp(0.0, 255.0) as u8; 3]);
    Picture::new(WIDE, HIGH, rgb.collect()).unwrap()
}

/// Lines of strokes three pixels wide, of grey paper and ink, with a sensor's noise of two levels.
fn print(seed: u32) -> Picture {
    picture(|x, y| {
        let is_line = (y / 8) % 2 == 0;
        let is_ink = is_line && (x / 3).wrapping_mul(2_654_435_761).wrapping_add(y / 8 * 97) % 5 < 2;
        let speck = (x.wrapping_mul(31) ^ y.wrapping_mul(17) ^ seed).wrapping_mul(2_246_822_519) >> 30;
        f64::from(speck) + if is_ink { 60.0 } else { 170.0 }
    })
}

/// Each pixel the mean of those within `radius`.
fn blurred(sharp: &Picture, radius: i64) -> Picture {
    let luma = sharp.luma();
    let at = |x: i64, y: i64| f64::from(luma[(y.clamp(0, 239) * 320 + x.clamp(0, 319)) as usize]);
    picture(|x, y| {
        let (x, y) = (i64::from(x), i64::from(y));
        let around = (-radius..=radius).flat_map(|dy| (-radius..=radius).map(move |dx| (dx, dy)));
        let sum: f64 = around.map(|(dx, dy)| at(x + dx, y + dy)).sum();
        sum / ((2 * radius + 1) * (2 * radius + 1)) as f64
    })
}

fn changed(picture: &Picture, change: impl Fn(f64) -> f64) -> Picture {
    let rgb = picture.rgb().iter().map(|&one| change(f64::from(one)).clamp(0.0, 255.0) as u8).collect();
    Picture::new(WIDE, HIGH, rgb).unwrap()
}

fn found(frames: &[Picture]) -> Line {
    camera(frames).1
}

#[test]
fn sharp_print_is_good_and_the_same_blurred_is_not() {
    let (look, line) = camera(&[print(1), print(2)]);
    assert_eq!(line.health, Health::Good, "{line:?}");
    let soft = blurred(&print(1), 4);
    let (soft_look, line) = camera(&[print(2), soft]);
    assert!(line.finding.en.contains("not sharp"), "{line:?}");
    assert!(soft_look.unwrap().focus * 5.0 < look.unwrap().focus);
}

#[test]
fn less_light_on_the_same_print_does_not_change_its_sharpness() {
    let (light, _) = camera(&[print(1)]);
    let (dim, _) = camera(&[changed(&print(1), |one| 30.0 + one * 0.5)]);
    let (light, dim) = (light.unwrap().focus, dim.unwrap().focus);
    assert!((light / dim - 1.0).abs() < 0.1, "{light} and {dim}");
}

#[test]
fn light_and_darkness_have_their_own_words() {
    for (frame, health, words) in [
        (picture(|x, y| f64::from((x ^ y) & 3) + 12.0), Health::Bad, "black"),
        (changed(&print(1), |one| one * 0.2), Health::Warning, "dark"),
        (changed(&print(1), |one| one + 160.0), Health::Warning, "too bright"),
        (picture(|x, y| f64::from((x ^ y) & 7) + 120.0), Health::Warning, "too little is seen"),
    ] {
        let line = found(&[print(1), frame]);
        assert!(line.health == health && line.finding.en.contains(words), "{words}: {line:?}");
    }
}

#[test]
fn a_picture_that_stands_still_is_bad() {
    assert!(found(&[print(1), print(1)]).finding.en.contains("stands still"));
    assert_eq!(found(&[print(1)]).health, Health::Good, "one frame alone proves nothing");
}

#[test]
fn no_picture_and_a_stamp_are_refused() {
    assert_eq!(found(&[]).finding.en, "no picture came");
    let stamp = Picture::new(1, 700, vec![0; 2_100]).unwrap();
    assert!(found(&[stamp]).finding.en.contains("1 x 700 px is too small"));
}

//! The self-test's judgements on real noise, real rooms and real pictures; synthetic ones are beside the code.

use std::path::{Path, PathBuf};
use std::time::Duration;

use usher::checks::{Health, camera, sound};
use usher::domain::{Audio, Picture};
use usher::picture;

use crate::support::shared;

const LEAD: Duration = Duration::from_millis(500);

fn recording(path: &Path) -> Audio {
    let mut reader = hound::WavReader::open(path).unwrap();
    let spec = reader.spec();
    let samples =
        reader.samples::<i16>().step_by(spec.channels.into()).map(|sample| f32::from(sample.unwrap()) / 32_768.0);
    Audio::new(samples.collect(), spec.sample_rate)
}

fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.to_string_lossy().ends_with(ending));
    files.sort();
    assert!(!files.is_empty(), "no *{ending} in {}", folder.display());
    files
}

/// As long as a test records.
fn pieces(audio: &Audio) -> Vec<Audio> {
    let length = (sound::RECORDING_SECONDS * f64::from(audio.rate_hz)) as usize;
    audio.samples.chunks_exact(length).take(12).map(|piece| Audio::new(piece.to_vec(), audio.rate_hz)).collect()
}

#[test]
fn kitchens_and_machines_are_not_taken_for_the_probe_and_do_not_hide_it() {
    let Some(folder) = shared("noise") else { return };
    let noises = [vec![folder.join("kitchen.wav")], files(&folder.join("speechbrain"), ".wav")].concat();
    let noises = noises.iter().filter(|path| !path.to_string_lossy().contains("rir"));
    for (path, piece) in noises.flat_map(|path| pieces(&recording(path)).into_iter().map(move |piece| (path, piece))) {
        let alone = sound::measure(&piece, LEAD);
        assert!(matches!(alone, Err(sound::Fault::Unheard { .. })), "{}: {alone:?}", path.display());
        let mut with = piece.clone();
        let level = (piece.samples.iter().map(|one| one * one).sum::<f32>() / piece.samples.len() as f32).sqrt();
        let late = (piece.rate_hz as usize * 6) / 10;
        for (index, sample) in sound::probe(piece.rate_hz).iter().enumerate() {
            with.samples[late + index] += sample * level * 3.0;
        }
        let heard = sound::measure(&with, LEAD).unwrap_or_else(|fault| panic!("{}: {fault}", path.display()));
        assert_eq!(heard.delay.as_millis(), 100, "{}", path.display());
    }
}

#[test]
fn the_probe_is_found_in_real_rooms() {
    let Some(folder) = shared("noise/speechbrain") else { return };
    for path in files(&folder, ".wav").iter().filter(|path| path.to_string_lossy().contains("rir")) {
        let room = recording(path);
        let peak = room.samples.iter().fold(0.0_f32, |peak, one| peak.max(one.abs()));
        let first = room.samples.iter().position(|one| one.abs() == peak).unwrap();
        let mut heard = vec![0.0_f32; (sound::RECORDING_SECONDS * f64::from(room.rate_hz)) as usize];
        let start = room.rate_hz as usize / 2;
        // Taps below a hundredth of the strongest change nothing and cost most of the time.
        let taps: Vec<(usize, f32)> = room
            .samples
            .iter()
            .enumerate()
            .filter(|(_, tap)| tap.abs() > peak / 100.0)
            .map(|(at, tap)| (at, tap / peak))
            .collect();
        for (index, sample) in sound::probe(room.rate_hz).iter().enumerate() {
            for (at, tap) in &taps {
                if let Some(sum) = heard.get_mut(start + index + at) {
                    *sum += 0.1 * tap * sample;
                }
            }
        }
        heard
            .iter_mut()
            .enumerate()
            .for_each(|(index, one)| *one += 0.001 * ((index * 7_919 % 101) as f32 / 50.0 - 1.0));
        let found = sound::measure(&Audio::new(heard, room.rate_hz), LEAD).unwrap();
        let expected = Duration::from_secs_f64(first as f64 / f64::from(room.rate_hz));
        assert!(found.delay.abs_diff(expected) < Duration::from_millis(2), "{}: {found:?}", path.display());
    }
}

fn changed(picture: &Picture, change: impl Fn(usize, usize, usize) -> f32) -> Picture {
    let (wide, high) = (picture.width() as usize, picture.height() as usize);
    let rgb = (0..high).flat_map(|y| (0..wide).flat_map(move |x| (0..3).map(move |channel| (x, y, channel))));
    let rgb = rgb.map(|(x, y, channel)| change(x, y, channel).clamp(0.0, 255.0) as u8).collect();
    Picture::new(picture.width(), picture.height(), rgb).unwrap()
}

/// Each pixel the mean of those within four.
fn blurred(picture: &Picture) -> Picture {
    let (wide, high) = (picture.width() as usize, picture.height() as usize);
    let across = |from: &Picture| {
        changed(from, |x, y, channel| {
            let near = x.saturating_sub(4)..=(x + 4).min(wide - 1);
            let count = near.clone().count() as f32;
            near.map(|x| f32::from(from.rgb()[(y * wide + x) * 3 + channel])).sum::<f32>() / count
        })
    };
    let once = across(picture);
    changed(&once, |x, y, channel| {
        let near = y.saturating_sub(4)..=(y + 4).min(high - 1);
        let count = near.clone().count() as f32;
        near.map(|y| f32::from(once.rgb()[(y * wide + x) * 3 + channel])).sum::<f32>() / count
    })
}

#[test]
fn real_passes_are_sharp_and_blurred_ones_are_not() {
    let Some(folder) = shared("images/boarding_passes") else { return };
    for path in files(&folder, "_qrcode_hard.jpg").iter().take(6) {
        let sharp = picture::open(&std::fs::read(path).unwrap()).unwrap();
        let (look, line) = camera::camera(std::slice::from_ref(&sharp));
        assert_eq!(line.health, Health::Good, "{}: {line:?}", path.display());
        let (soft, line) = camera::camera(&[blurred(&sharp)]);
        assert!(line.finding.en.contains("not sharp"), "{}: {line:?}", path.display());
        assert!(soft.unwrap().focus * 3.0 < look.unwrap().focus);
        let wide = sharp.width() as usize;
        let dark = changed(&sharp, |x, y, channel| f32::from(sharp.rgb()[(y * wide + x) * 3 + channel]) * 0.12);
        assert!(camera::camera(&[dark]).1.finding.en.contains("dark"));
    }
}

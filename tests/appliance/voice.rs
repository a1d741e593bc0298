//! The voice: text to sound, at once, in both languages, and silent the moment nobody listens.

use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use usher::base::Stop;
use usher::domain::{Audio, Language};
use usher::engine::Voice;
use usher::engine::speech::{self, Resampler};

use crate::support::*;

fn voice() -> Box<dyn Voice> {
    speech::open_espeak("espeak-ng").expect("apt-get install espeak-ng")
}

fn say(text: &str, language: Language) -> Vec<i16> {
    let mut sound = Vec::new();
    let mut collect = |samples: &[i16]| {
        sound.extend_from_slice(samples);
        ControlFlow::Continue(())
    };
    voice().speak(text, language, &Stop::new(), &mut collect).unwrap();
    sound
}

/// Seconds of sound, and how loud: the root of the mean square, of 1.
fn measure(sound: &[i16]) -> (f32, f32) {
    let power: f32 = speech::to_f32(sound).iter().map(|s| s * s).sum();
    (sound.len() as f32 / 22_050.0, (power / sound.len().max(1) as f32).sqrt())
}

#[test]
fn both_languages_are_spoken() {
    for (text, language, least_s) in [
        ("Gate B22 is on the left.", Language::English, 1.0),
        ("B22登机口在左边，请出示登机牌。", Language::Chinese, 2.0),
        ("WiFi密码在boarding pass上。", Language::Chinese, 1.5),
    ] {
        let (seconds, loudness) = measure(&say(text, language));
        assert!((least_s..8.0).contains(&seconds), "{text}: {seconds} s");
        assert!((0.02..0.6).contains(&loudness), "{text}: {loudness}");
    }
}

#[test]
fn what_is_spoken_is_understood() {
    let sound = speech::to_f32(&say("Please show your passport and boarding pass at the gate.", Language::English));
    let audio = Audio::new(speech::resample(&sound, 22_050, 16_000).unwrap(), 16_000);
    let heard = words(&ears().hear(&audio, None, &Stop::new()).unwrap().text);
    let understood = ["please", "show", "your", "passport", "boarding", "gate"]
        .iter()
        .filter(|&&word| heard.iter().any(|h| h == word));
    assert!(understood.count() >= 4, "{heard:?}");
}

#[test]
fn numbers_are_spoken_as_words_in_both_languages() {
    let length = |text, language| measure(&say(text, language)).0;
    // five thousand dollars is longer than fifty, digit by digit is longer than a count
    assert!(length("$5,000", Language::English) > length("$50", Language::English) + 0.1);
    assert!(length("95588", Language::Chinese) > length("5元", Language::Chinese) + 0.5);
    assert!(length("07:30", Language::Chinese) > length("7", Language::Chinese) + 0.5);
}

#[test]
fn text_cannot_command_the_voice() {
    // phoneme input would say "hello"; the letters and marks are spoken, or nothing
    let inside = say("[[h@l'oU]]", Language::English);
    assert_ne!(inside, say("hello", Language::English));
    for text in ["-v whisper", "--help", "$(reboot)", "`id`; id", "\u{1}5S", "<voice name='x'>"] {
        say(text, Language::English);
    }
    for nothing in ["", "   ", "…。！", "\u{0}\u{7}\u{1b}", "🙂"] {
        assert!(say(nothing, Language::Chinese).is_empty(), "{nothing:?}");
    }
}

#[test]
fn barge_in_ends_the_voice_at_once() {
    let long = "This is a long answer that nobody wants to hear to its end. ".repeat(30);
    let started = Instant::now();
    let mut pieces = 0;
    let mut first_only = |_: &[i16]| {
        pieces += 1;
        ControlFlow::Break(())
    };
    voice().speak(&long, Language::English, &Stop::new(), &mut first_only).unwrap();
    assert_eq!(pieces, 1);
    let stop = Stop::new();
    stop.request();
    voice().speak(&long, Language::English, &stop, &mut |_| panic!("no sound after a stop")).unwrap();
    // no bound on speed, only on hanging: each call must not wait for the voice's own deadline
    assert!(started.elapsed() < Duration::from_secs(4));
}

#[test]
fn a_slow_listener_gets_the_whole_answer() {
    let text = "Take the lift beside the information desk to level two.";
    let whole = say(text, Language::English);
    let mut slowly = Vec::new();
    let mut listen = |samples: &[i16]| {
        std::thread::yield_now();
        slowly.extend_from_slice(samples);
        ControlFlow::Continue(())
    };
    voice().speak(text, Language::English, &Stop::new(), &mut listen).unwrap();
    assert_eq!(slowly, whole);
}

#[test]
fn the_voice_streams_at_the_sockets_rate() {
    let sound = say("Welcome to the airport.", Language::English);
    let mut resampler = Resampler::new(22_050, 24_000).unwrap();
    let mut streamed: Vec<f32> = Vec::new();
    for piece in sound.chunks(2_048) {
        streamed.extend(resampler.push(&speech::to_f32(piece)).unwrap());
    }
    streamed.extend(resampler.finish().unwrap());
    let seconds = |samples: usize, rate: f32| samples as f32 / rate;
    assert!((seconds(streamed.len(), 24_000.0) - seconds(sound.len(), 22_050.0)).abs() < 0.001);
    let loudness = |samples: &[f32]| (samples.iter().map(|s| s * s).sum::<f32>() / samples.len() as f32).sqrt();
    let (before, after) = (loudness(&speech::to_f32(&sound)), loudness(&streamed));
    assert!((before - after).abs() / before < 0.02, "{before} {after}");
}

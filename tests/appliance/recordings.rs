//! Recordings: whatever bytes come in, sound or a clear error comes out.

use std::f32::consts::TAU;
use std::fs;

use usher::base::limits::AUDIO_BYTES_MAX;
use usher::domain::Audio;
use usher::engine::speech::{self, AudioError};

use crate::support::*;

/// A WAV file: `format` 1 is integers, 3 is floats; `data` as given.
fn wav(format: u16, channels: u16, rate: u32, bits: u16, data: &[u8]) -> Vec<u8> {
    let frame = channels * bits / 8;
    let mut file = b"RIFF".to_vec();
    file.extend((36 + data.len() as u32).to_le_bytes());
    file.extend(b"WAVEfmt \x10\0\0\0");
    file.extend([format.to_le_bytes(), channels.to_le_bytes()].concat());
    file.extend([rate.to_le_bytes(), (rate * u32::from(frame)).to_le_bytes()].concat());
    file.extend([frame.to_le_bytes(), bits.to_le_bytes()].concat());
    file.extend(b"data");
    file.extend((data.len() as u32).to_le_bytes());
    file.extend(data);
    file
}

fn wav16(samples: &[f32], channels: u16, rate: u32) -> Vec<u8> {
    let data: Vec<u8> = speech::to_i16(samples).into_iter().flat_map(i16::to_le_bytes).collect();
    wav(1, channels, rate, 16, &data)
}

/// The strongest pitch of a sound among multiples of 20 Hz, by correlation with each.
fn pitch(audio: &Audio) -> u32 {
    let strength = |hz: u32| {
        let (mut re, mut im) = (0.0_f32, 0.0_f32);
        for (n, sample) in audio.samples.iter().enumerate() {
            let phase = TAU * hz as f32 * n as f32 / audio.rate_hz as f32;
            re += sample * phase.cos();
            im += sample * phase.sin();
        }
        re.hypot(im)
    };
    (5..100).map(|step| step * 20).max_by(|&a, &b| strength(a).total_cmp(&strength(b))).unwrap()
}

fn is_the_tone(audio: &Audio, seconds: f32) {
    assert_eq!(audio.rate_hz, RATE);
    assert!((audio.duration().as_secs_f32() - seconds).abs() < 0.1, "{:?}", audio.duration());
    assert_eq!(pitch(audio), 440);
}

#[test]
fn every_wav_that_programs_write_is_decoded() {
    let mono = tone(440.0, 0.8);
    let stereo48: Vec<f32> = (0..38_400).flat_map(|n| [0.4 * (TAU * 440.0 * n as f32 / 48_000.0).sin(); 2]).collect();
    let bytes = |f: &dyn Fn(f32) -> Vec<u8>| mono.iter().flat_map(|&s| f(s)).collect::<Vec<u8>>();
    let eight = bytes(&|s| vec![(s * 127.0 + 128.0) as u8]);
    let twenty_four = bytes(&|s| ((s * 8_388_607.0) as i32).to_le_bytes()[..3].to_vec());
    let float = bytes(&|s| s.to_le_bytes().to_vec());
    for (name, file) in [
        ("16 bit mono", wav16(&mono, 1, RATE)),
        ("48 kHz stereo", wav16(&stereo48, 2, 48_000)),
        ("8 bit", wav(1, 1, RATE, 8, &eight)),
        ("24 bit", wav(1, 1, RATE, 24, &twenty_four)),
        ("float", wav(3, 1, RATE, 32, &float)),
    ] {
        let audio = speech::decode(&file).unwrap_or_else(|error| panic!("{name}: {error}"));
        is_the_tone(&audio, 0.8);
    }
}

#[test]
fn every_container_that_browsers_and_telephones_send_is_decoded() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/audio");
    for name in ["tone.vorbis.ogg", "tone.opus.ogg", "tone.webm", "tone.mp3", "tone.flac", "tone.m4a"] {
        let audio = speech::decode(&fs::read(format!("{folder}/{name}")).unwrap());
        is_the_tone(&audio.unwrap_or_else(|error| panic!("{name}: {error}")), 0.8);
    }
}

#[test]
fn bare_samples_are_taken_at_their_rate() {
    let bytes: Vec<u8> = (0..19_200)
        .map(|n| ((TAU * 440.0 * n as f32 / 24_000.0).sin() * 9_000.0) as i16)
        .flat_map(i16::to_le_bytes)
        .collect();
    is_the_tone(&speech::decode_pcm16(&bytes, 24_000).unwrap(), 0.8);
    assert!(matches!(speech::decode_pcm16(&bytes[1..], 24_000), Err(AudioError::Damaged { .. })));
    assert!(matches!(speech::decode_pcm16(&[], 24_000), Err(AudioError::Empty)));
    assert!(matches!(speech::decode_pcm16(&bytes, 0), Err(AudioError::Unsupported { .. })));
    assert!(matches!(speech::decode_pcm16(&vec![0; 60 * 48_000 + 2], 24_000), Err(AudioError::TooLong)));
}

#[test]
fn what_is_no_good_recording_is_told_in_its_own_words() {
    let good = wav16(&tone(440.0, 2.0), 1, RATE);
    let not_a_number = wav(
        3,
        1,
        RATE,
        32,
        &[1.0_f32, f32::NAN].repeat(800).into_iter().flat_map(f32::to_le_bytes).collect::<Vec<_>>(),
    );
    for (bytes, said) in [
        (vec![], "the recording is empty; record again"),
        (wav16(&[], 1, RATE), "the recording is empty; record again"),
        (
            b"Where is gate B22?".repeat(100),
            "the bytes are not a recording that usher can read; send wav, ogg, webm, mp3, mp4 or flac",
        ),
        (vec![0; 4_000], "the bytes are not a recording that usher can read; send wav, ogg, webm, mp3, mp4 or flac"),
        (good[..good.len() / 2].to_vec(), "the recording stops after 999 ms of the 2000 ms it declares; send it again"),
        (not_a_number, "the recording holds samples that are not numbers; record again"),
        (wav16(&[0.1; 100], 1, 12), "the recording cannot be decoded: its rate is 12 Hz; send 16-bit wav"),
        (wav16(&[0.1; 900], 9, RATE), "the recording cannot be decoded: it has 9 channels; send 16-bit wav"),
    ] {
        assert_eq!(speech::decode(&bytes).unwrap_err().to_string(), said);
    }
}

#[test]
fn an_hour_is_refused_without_decoding_it() {
    let hour = wav16(&vec![0.0; 3_600 * RATE as usize], 1, RATE);
    assert!(matches!(speech::decode(&hour), Err(AudioError::TooLarge { max: AUDIO_BYTES_MAX, .. })));
    // An hour that is small enough in bytes: refused by what it declares ...
    let mut small = wav(1, 1, 4_000, 8, &vec![128; 3_600 * 4_000]);
    assert!(matches!(speech::decode(&small), Err(AudioError::TooLong)));
    // ... and, when it declares nothing, after a minute of it.
    unknown_length(&mut small, u32::MAX);
    assert!(matches!(speech::decode(&small), Err(AudioError::TooLong)));
}

#[test]
fn a_stream_that_never_knew_its_length_is_decoded_to_its_end() {
    let mut streamed = wav16(&tone(440.0, 0.8), 1, RATE);
    for length in [0x7FFF_F000, u32::MAX] {
        unknown_length(&mut streamed, length);
        is_the_tone(&speech::decode(&streamed).unwrap(), 0.8);
    }
}

/// The header of a program that writes to a pipe: both lengths are as large as can be.
fn unknown_length(wav: &mut [u8], length: u32) {
    wav[40..44].copy_from_slice(&length.to_le_bytes());
    wav[4..8].copy_from_slice(&length.saturating_add(36).to_le_bytes());
}

#[test]
fn damaged_files_are_errors_or_sound_and_never_a_panic() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/audio");
    let mut files: Vec<Vec<u8>> = vec![wav16(&tone(440.0, 0.3), 1, RATE)];
    for name in ["tone.vorbis.ogg", "tone.opus.ogg", "tone.webm", "tone.mp3", "tone.flac", "tone.m4a"] {
        files.push(fs::read(format!("{folder}/{name}")).unwrap());
    }
    for (file, bytes) in files.iter().enumerate() {
        for cut in (0..bytes.len()).step_by(bytes.len() / 40) {
            sane(speech::decode(&bytes[..cut]));
        }
        for round in 0..60 {
            let mut bent = bytes.clone();
            for flip in 0..8 {
                // spread by a prime over the header, where the lengths are, and over the body
                let reach = if flip % 2 == 0 { 200 } else { bent.len() };
                let at = (round * 7_919 + flip * 104_729 + file) % reach.min(bent.len());
                bent[at] ^= 1 << (round % 8);
            }
            sane(speech::decode(&bent));
        }
    }
}

fn sane(decoded: Result<Audio, AudioError>) {
    if let Ok(audio) = decoded {
        assert!(audio.samples.iter().all(|sample| (-1.0..=1.0).contains(sample)));
        assert!(audio.samples.len() <= 60 * RATE as usize + 1);
    }
}

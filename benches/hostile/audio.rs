//! Recordings in every container that browsers and phones make, and bare samples of a socket.

use std::io::Cursor;

use proptest::sample::Index;
use usher::engine::speech::{decode, decode_pcm16};

use crate::bend::{Bend, Kind, bent};
use crate::rewrap::right_pages;
use crate::support;
use crate::walk::Target;

/// Rates that a client may name for bare samples.
const RATES_HZ: [u32; 6] = [0, 4_000, 16_000, 24_000, 192_000, u32::MAX];

pub struct Recordings {
    files: Vec<Vec<u8>>,
    oggs: Vec<Vec<u8>>,
    waves: Vec<Vec<u8>>,
}

impl Recordings {
    pub fn new() -> Self {
        let read = |name: &str| {
            let path = support::root().join("tests/fixtures/audio").join(name);
            std::fs::read(path).expect("the recording is there")
        };
        Self {
            files: ["tone.webm", "tone.m4a", "tone.mp3", "tone.flac"].map(read).into(),
            oggs: ["tone.opus.ogg", "tone.vorbis.ogg"].map(read).into(),
            waves: [(1, 16_000, 16), (2, 44_100, 24), (1, 8_000, 8), (2, 48_000, 32)].map(wave).into(),
        }
    }
}

/// A quarter of a second of a rising tone; 32 bits are float.
fn wave((channels, rate_hz, bits): (u16, u32, u16)) -> Vec<u8> {
    let sample_format = if bits == 32 { hound::SampleFormat::Float } else { hound::SampleFormat::Int };
    let spec = hound::WavSpec { channels, sample_rate: rate_hz, bits_per_sample: bits, sample_format };
    let mut bytes = Cursor::new(Vec::new());
    let mut writer = hound::WavWriter::new(&mut bytes, spec).expect("memory takes it");
    for at in 0..rate_hz / 4 * u32::from(channels) {
        let value = (at as f32 * at as f32 * 1e-5).sin() * 0.4;
        let most = 2f32.powi(i32::from(bits.min(24)) - 1);
        let written = match sample_format {
            hound::SampleFormat::Float => writer.write_sample(value),
            hound::SampleFormat::Int => writer.write_sample((value * most) as i32),
        };
        written.expect("memory takes it");
    }
    writer.finalize().expect("memory takes it");
    bytes.into_inner()
}

impl Target for Recordings {
    fn layers(&self) -> Vec<(&'static str, Kind)> {
        ["a file", "ogg", "ogg with right sums", "wav", "bare samples"].map(|name| (name, Kind::Bytes)).into()
    }

    fn input(&self, layer: usize, variant: &Index, bends: &[Bend]) -> Vec<u8> {
        match layer {
            0 => bent(variant.get::<Vec<u8>>(&self.files), bends),
            1 => bent(variant.get::<Vec<u8>>(&self.oggs), bends),
            2 => {
                let mut ogg = bent(variant.get::<Vec<u8>>(&self.oggs), bends);
                right_pages(&mut ogg);
                ogg
            }
            3 => bent(variant.get::<Vec<u8>>(&self.waves), bends),
            _ => bent(&self.waves[0][44..], bends),
        }
    }

    fn take(&self, layer: usize, input: &[u8]) -> Result<(), String> {
        if layer < 4 {
            let sound = decode(input).map_err(|error| error.to_string())?;
            let is_right = sound.samples.iter().all(|sample| (-1.0..=1.0).contains(sample));
            assert!(is_right && sound.samples.len() <= 61 * sound.rate_hz as usize, "it is no bounded sound");
            return Ok(());
        }
        let taken = RATES_HZ.map(|rate_hz| decode_pcm16(input, rate_hz).map(drop));
        taken.into_iter().find_map(Result::ok).ok_or_else(|| "at no rate is it sound".into())
    }
}

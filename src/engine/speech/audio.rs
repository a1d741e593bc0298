//! Untrusted bytes become sound: any common container, any rate, to mono at the hearing rate. Knows nothing of speech.
//!
//! Everything read here came from outside. Size and length are bounded before and while decoding, and a fault in a
//! decoder costs this recording only.

use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use symphonia::core::codecs::CodecParameters;
use symphonia::core::codecs::audio::well_known::CODEC_ID_OPUS;
use symphonia::core::codecs::audio::{AudioCodecParameters, AudioDecoder, AudioDecoderOptions};
use symphonia::core::errors::Error as Symphonia;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::{FormatOptions, FormatReader, TrackType};
use symphonia::core::io::MediaSourceStream;
use symphonia::core::meta::MetadataOptions;
use symphonia::core::packet::Packet;

use super::resample::resample;
use crate::base::limits::{AUDIO_BYTES_MAX, AUDIO_SECONDS_MAX};
use crate::domain::{Audio, HEARING_RATE_HZ};

/// Rates of real recordings, from narrow-band telephones to studio gear.
const RATE_HZ: std::ops::RangeInclusive<u32> = 4_000..=192_000;

/// Most channels that are mixed down.
const CHANNELS_MAX: usize = 8;

/// Packets read from one file: a minute of the shortest Opus packets (2.5 ms) is 24,000. A hostile index may name
/// billions of empty ones.
const PACKETS_MAX: usize = 100_000;

/// Rate and longest packet (120 ms, RFC 6716 section 2.1.4) of decoded Opus: the codec decodes to our rate by itself.
const OPUS_PACKET_MAX: usize = HEARING_RATE_HZ as usize * 120 / 1_000;

/// Lengths from here on in a WAV header mean "unknown": a program that streams cannot go back to write the true one.
const UNKNOWN_LENGTH_BYTES: u64 = 0x7FFF_0000;

/// Why bytes did not become sound. Each is told to the sender in its own words.
#[derive(Debug, thiserror::Error)]
pub enum AudioError {
    #[error("the recording is empty; record again")]
    Empty,
    #[error("the recording has {bytes} bytes, more than {max}; send at most {AUDIO_SECONDS_MAX} s")]
    TooLarge { bytes: usize, max: usize },
    #[error("the recording is longer than {AUDIO_SECONDS_MAX} s; ask in one or two sentences")]
    TooLong,
    #[error("the bytes are not a recording that usher can read; send wav, ogg, webm, mp3, mp4 or flac")]
    NotAudio,
    #[error("the recording cannot be decoded: {reason}; send 16-bit wav")]
    Unsupported { reason: String },
    #[error("the recording stops after {got_ms} ms of the {declared_ms} ms it declares; send it again")]
    Truncated { got_ms: u64, declared_ms: u64 },
    #[error("the recording is damaged: {reason}; send it again")]
    Damaged { reason: String },
    #[error("the recording holds samples that are not numbers; record again")]
    NotFinite,
}

/// Decodes a sound file: WAV (8 to 32 bits, float, A-law), ogg, webm, mp3, mp4, flac; Opus, Vorbis, AAC. Blocking.
///
/// The result is mono at [`HEARING_RATE_HZ`], samples within `-1.0..=1.0`, at most [`AUDIO_SECONDS_MAX`] long.
///
/// # Errors
/// [`AudioError`], without decoding more than [`AUDIO_SECONDS_MAX`] of it.
pub fn decode(bytes: &[u8]) -> Result<Audio, AudioError> {
    bounded(bytes)?;
    // The parsers are other people's and the bytes are a stranger's: a panic in there is a damaged recording.
    let sound = catch_unwind(AssertUnwindSafe(|| read(bytes)))
        .unwrap_or_else(|_| Err(AudioError::Damaged { reason: "the decoder gave up".into() }))?;
    hearing(sound)
}

/// Takes bare little-endian i16 mono samples at `rate_hz`, as they come over the visitor's socket.
///
/// # Errors
/// [`AudioError`]: empty, half a sample at the end, too long, a rate outside 4 to 192 kHz.
pub fn decode_pcm16(bytes: &[u8], rate_hz: u32) -> Result<Audio, AudioError> {
    bounded(bytes)?;
    rate_in_range(rate_hz)?;
    let (pairs, rest) = bytes.as_chunks::<2>();
    if !rest.is_empty() {
        return Err(AudioError::Damaged { reason: "half a sample at the end".into() });
    }
    if pairs.len() > samples_max(rate_hz) {
        return Err(AudioError::TooLong);
    }
    let samples = pairs.iter().map(|&pair| f32::from(i16::from_le_bytes(pair)) / 32_768.0).collect();
    hearing(Audio::new(samples, rate_hz))
}

fn bounded(bytes: &[u8]) -> Result<(), AudioError> {
    match bytes.len() {
        0 => Err(AudioError::Empty),
        len if len > AUDIO_BYTES_MAX => Err(AudioError::TooLarge { bytes: len, max: AUDIO_BYTES_MAX }),
        _ => Ok(()),
    }
}

fn hearing(mut sound: Audio) -> Result<Audio, AudioError> {
    if sound.samples.is_empty() {
        return Err(AudioError::Empty);
    }
    if sound.samples.iter().any(|sample| !sample.is_finite()) {
        return Err(AudioError::NotFinite);
    }
    sound.samples.iter_mut().for_each(|sample| *sample = sample.clamp(-1.0, 1.0));
    let samples = resample(&sound.samples, sound.rate_hz, HEARING_RATE_HZ)
        .map_err(|error| AudioError::Damaged { reason: error.to_string() })?;
    Ok(Audio::new(samples, HEARING_RATE_HZ))
}

fn read(bytes: &[u8]) -> Result<Audio, AudioError> {
    let stream = MediaSourceStream::new(Box::new(Cursor::new(bytes)), Default::default());
    let mut container = symphonia::default::get_probe()
        .probe(&Hint::new(), stream, FormatOptions::default(), MetadataOptions::default())
        .map_err(|_| AudioError::NotAudio)?;
    let track = container.default_track(TrackType::Audio).ok_or(AudioError::NotAudio)?;
    let Some(CodecParameters::Audio(codec)) = &track.codec_params else {
        return Err(AudioError::Unsupported { reason: "its codec is not named".into() });
    };
    let id = track.id;
    let declared = declared_s(track.num_frames, codec);
    if declared.is_some_and(|seconds| seconds > f64::from(AUDIO_SECONDS_MAX)) {
        return Err(AudioError::TooLong);
    }
    let mut decoder = Decoder::open(codec)?;
    let sound = collect(&mut *container, id, &mut decoder)?;
    whole(&sound, declared)?;
    Ok(sound)
}

/// The length in seconds that the container declares; `None` when it says none or "unknown".
fn declared_s(frames: Option<u64>, codec: &AudioCodecParameters) -> Option<f64> {
    let (frames, rate) = (frames?, codec.sample_rate?);
    let bits = codec.bits_per_coded_sample.or(codec.bits_per_sample).unwrap_or(0);
    let channels = codec.channels.as_ref().map_or(1, |channels| channels.count());
    let bytes = frames.saturating_mul(u64::from(bits / 8)).saturating_mul(channels as u64);
    (bytes < UNKNOWN_LENGTH_BYTES && frames > 0).then(|| frames as f64 / f64::from(rate.max(1)))
}

fn whole(sound: &Audio, declared: Option<f64>) -> Result<(), AudioError> {
    let got = sound.duration().as_secs_f64();
    match declared {
        // Encoder delay and padding make a tenth of a second of difference in good files.
        Some(declared) if got < declared - 0.15 => {
            Err(AudioError::Truncated { got_ms: (got * 1e3) as u64, declared_ms: (declared * 1e3) as u64 })
        }
        _ => Ok(()),
    }
}

fn collect(container: &mut dyn FormatReader, track: u32, decoder: &mut Decoder) -> Result<Audio, AudioError> {
    let mut sound = Audio::new(Vec::new(), HEARING_RATE_HZ);
    let mut bad = None;
    for _ in 0..PACKETS_MAX {
        // An error of the container is its end: what was cut off shows against the declared length.
        let Ok(Some(packet)) = container.next_packet() else { return ended(sound, bad) };
        if packet.track_id != track {
            continue;
        }
        match decoder.decode(&packet, &mut sound) {
            Err(AudioError::Damaged { reason }) => bad = Some(reason),
            other => other?,
        }
        if sound.samples.len() > samples_max(sound.rate_hz) {
            return Err(AudioError::TooLong);
        }
    }
    Err(AudioError::Damaged { reason: format!("it has more than {PACKETS_MAX} packets") })
}

/// One bad packet among good ones is a crackle; only bad ones are a damaged recording.
fn ended(sound: Audio, bad: Option<String>) -> Result<Audio, AudioError> {
    match bad {
        Some(reason) if sound.samples.is_empty() => Err(AudioError::Damaged { reason }),
        _ => Ok(sound),
    }
}

enum Decoder {
    Common { decoder: Box<dyn AudioDecoder>, frames: Vec<f32> },
    Opus { decoder: Box<ropus::Decoder>, frames: Vec<f32> },
}

impl Decoder {
    fn open(codec: &AudioCodecParameters) -> Result<Self, AudioError> {
        let unsupported = |reason: String| AudioError::Unsupported { reason };
        if codec.codec == CODEC_ID_OPUS {
            let decoder = ropus::Decoder::new(HEARING_RATE_HZ, ropus::Channels::Mono)
                .map_err(|error| unsupported(format!("{error:?}")))?;
            return Ok(Self::Opus { decoder: Box::new(decoder), frames: vec![0.0; OPUS_PACKET_MAX] });
        }
        let decoder = symphonia::default::get_codecs()
            .make_audio_decoder(codec, &AudioDecoderOptions::default())
            .map_err(|error| unsupported(error.to_string()))?;
        Ok(Self::Common { decoder, frames: Vec::new() })
    }

    fn decode(&mut self, packet: &Packet, sound: &mut Audio) -> Result<(), AudioError> {
        match self {
            Self::Opus { decoder, frames } => {
                let made = decoder
                    .decode_float(&packet.data, frames, ropus::DecodeMode::Normal)
                    .map_err(|error| AudioError::Damaged { reason: format!("{error:?}") })?;
                sound.samples.extend_from_slice(frames.get(..made).unwrap_or_default());
                Ok(())
            }
            Self::Common { decoder, frames } => common(decoder.as_mut(), frames, packet, sound),
        }
    }
}

fn common(
    decoder: &mut dyn AudioDecoder,
    frames: &mut Vec<f32>,
    packet: &Packet,
    sound: &mut Audio,
) -> Result<(), AudioError> {
    let decoded = match decoder.decode(packet) {
        Ok(decoded) => decoded,
        Err(Symphonia::Unsupported(reason)) => return Err(AudioError::Unsupported { reason: reason.into() }),
        Err(error) => return Err(AudioError::Damaged { reason: error.to_string() }),
    };
    let (rate, channels) = (decoded.spec().rate(), decoded.spec().channels().count());
    rate_in_range(rate)?;
    if channels == 0 || channels > CHANNELS_MAX {
        return Err(AudioError::Unsupported { reason: format!("it has {channels} channels") });
    }
    if !sound.samples.is_empty() && rate != sound.rate_hz {
        return Err(AudioError::Unsupported { reason: "its rate changes midway".into() });
    }
    sound.rate_hz = rate;
    decoded.copy_to_vec_interleaved(frames);
    sound.samples.extend(frames.chunks_exact(channels).map(|frame| frame.iter().sum::<f32>() / channels as f32));
    Ok(())
}

fn rate_in_range(rate_hz: u32) -> Result<(), AudioError> {
    match RATE_HZ.contains(&rate_hz) {
        true => Ok(()),
        false => Err(AudioError::Unsupported { reason: format!("its rate is {rate_hz} Hz") }),
    }
}

fn samples_max(rate_hz: u32) -> usize {
    AUDIO_SECONDS_MAX as usize * rate_hz as usize
}

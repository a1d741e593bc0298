//! H.264 by OpenH264, built from source. The only file that knows the library. The room's note on patents is about this.

use openh264::OpenH264API;
use openh264::encoder::{
    BitRate, Complexity, Encoder, EncoderConfig, FrameRate, FrameType, IntraFramePeriod, Profile, QpRange,
    RateControlMode, UsageType, VuiConfig,
};
use openh264::formats::YUVSource;

use super::coding::{Coded, FrameEncoder, Track};
use super::{ClipError, I420};

/// Bits a second: only the level's choice depends on it, for the steps are constant.
const RATE_BPS: u32 = 2_000_000;
/// Coarsest steps: letters keep their edges up to here (looked at, 720p).
const QP_MAX: u8 = 34;
const QP_MIN: u8 = 16;

impl YUVSource for I420 {
    fn dimensions(&self) -> (usize, usize) {
        (self.width, self.height)
    }

    fn strides(&self) -> (usize, usize, usize) {
        (self.width, self.width / 2, self.width / 2)
    }

    fn y(&self) -> &[u8] {
        &self.y
    }

    fn u(&self) -> &[u8] {
        &self.u
    }

    fn v(&self) -> &[u8] {
        &self.v
    }
}

/// An encoder that gives each frame at once.
pub(super) struct OpenH264 {
    encoder: Encoder,
    sps: Vec<u8>,
    pps: Vec<u8>,
}

impl OpenH264 {
    pub fn open(fps: u32, key_frames: u32) -> Result<Self, ClipError> {
        // Adaptive quantisation and background detection are for cameras; with screen content the library warns of them.
        let config = EncoderConfig::new()
            .usage_type(UsageType::ScreenContentRealTime)
            .complexity(Complexity::Low)
            .adaptive_quantization(false)
            .background_detection(false)
            .scene_change_detect(true)
            // Without this a frame that costs too much is left out, and the clip runs short.
            .skip_frames(false)
            // Constant steps: drawn scenes take 0.2 Mbit/s, noisy camera pictures 0.4 (measured, 720p at 15 frames).
            .rate_control_mode(RateControlMode::Off)
            .bitrate(BitRate::from_bps(RATE_BPS))
            .qp(QpRange::new(QP_MIN, QP_MAX))
            .max_frame_rate(FrameRate::from_hz(fps as f32))
            .intra_frame_period(IntraFramePeriod::from_num_frames(key_frames))
            .profile(Profile::Main)
            .num_threads(1)
            .vui(VuiConfig::bt601());
        let encoder = Encoder::with_api_config(OpenH264API::from_source(), config);
        let encoder = encoder.map_err(|error| ClipError::failed("openh264")(&error))?;
        Ok(Self { encoder, sps: Vec::new(), pps: Vec::new() })
    }
}

impl FrameEncoder for OpenH264 {
    fn encode(&mut self, frame: &I420, key: bool) -> Result<Vec<Coded>, ClipError> {
        let failed = ClipError::failed("openh264");
        let chroma = frame.width * frame.height / 4;
        if frame.y.len() != chroma * 4 || frame.u.len() != chroma || frame.v.len() != chroma {
            return Err(failed(&"a frame whose planes disagree with its size"));
        }
        if key {
            self.encoder.force_intra_frame();
        }
        let coded = self.encoder.encode(frame).map_err(|error| failed(&error))?;
        let is_key = matches!(coded.frame_type(), FrameType::IDR);
        let units = coded.to_vec();
        let mut bytes = Vec::with_capacity(units.len() + 8);
        for unit in units_of(&units) {
            // nal_unit_type, H.264 table 7-1: 7 and 8 are the parameter sets, which the file's header holds.
            match unit.first().map(|head| head & 0x1f) {
                None => {}
                Some(7) => self.sps = unit.to_vec(),
                Some(8) => self.pps = unit.to_vec(),
                Some(_) => {
                    bytes.extend((unit.len() as u32).to_be_bytes());
                    bytes.extend_from_slice(unit);
                }
            }
        }
        match bytes.is_empty() {
            true => Err(failed(&"it left out a frame")),
            false => Ok(vec![Coded { bytes, is_key }]),
        }
    }

    fn finish(&mut self) -> Result<Vec<Coded>, ClipError> {
        Ok(Vec::new())
    }

    fn track(&self) -> Option<Track> {
        let known = self.sps.len() >= 4 && !self.pps.is_empty();
        known.then(|| Track::H264 { sps: self.sps.clone(), pps: self.pps.clone() })
    }
}

/// The NAL units of a byte stream (H.264 annex B), without start codes and the zeros before them.
fn units_of(stream: &[u8]) -> impl Iterator<Item = &[u8]> {
    let starts: Vec<usize> =
        (0..stream.len().saturating_sub(2)).filter(|&at| stream[at..].starts_with(&[0, 0, 1])).collect();
    let ends: Vec<usize> = starts.iter().skip(1).copied().chain([stream.len()]).collect();
    starts.into_iter().zip(ends).map(|(start, end)| {
        let unit = stream.get(start + 3..end).unwrap_or_default();
        let length = unit.iter().rposition(|&byte| byte != 0).map_or(0, |last| last + 1);
        &unit[..length]
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_found_behind_short_and_long_start_codes() {
        let stream = [0, 0, 0, 1, 0x67, 1, 2, 0, 0, 1, 0x68, 3, 0, 0, 0, 1, 0x65, 0, 0, 3, 9];
        let units: Vec<&[u8]> = units_of(&stream).collect();
        assert_eq!(units, [&[0x67, 1, 2][..], &[0x68, 3], &[0x65, 0, 0, 3, 9]]);
    }

    #[test]
    fn a_key_frame_comes_when_it_is_asked_for_and_decodes_to_the_picture() {
        let mut encoder = OpenH264::open(15, 30).unwrap();
        let mut frame = I420::new(320, 180);
        frame.y.fill(120);
        let keys: Vec<bool> = [false, false, true]
            .map(|key| encoder.encode(&frame, key).unwrap().first().map(|coded| coded.is_key).unwrap())
            .to_vec();
        assert_eq!(keys, [true, false, true]);
        let Some(Track::H264 { sps, pps }) = encoder.track() else { panic!("no parameter sets") };
        let coded = encoder.encode(&frame, true).unwrap();
        let mut stream = Vec::new();
        for unit in [&sps[..], &pps, &coded[0].bytes[4..]] {
            stream.extend([0, 0, 0, 1]);
            stream.extend_from_slice(unit);
        }
        let mut decoder = openh264::decoder::Decoder::new().unwrap();
        let picture = decoder.decode(&stream).unwrap().unwrap();
        assert!(picture.y().iter().take(320).all(|&y| y.abs_diff(120) < 3));
    }
}

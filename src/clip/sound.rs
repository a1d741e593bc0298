//! The clip's sound: sentences laid on silence, coded as Opus. Knows no caption.

use std::collections::VecDeque;

use ropus::{Application, Bitrate, Channels, Encoder, Signal};

use super::ClipError;

/// Opus in MP4 counts in 48 kHz whatever was put in (Encapsulation of Opus in ISO BMFF, 4.3.2).
pub(super) const RATE_HZ: u32 = 48_000;
/// 20 ms.
pub(super) const PACKET_SAMPLES: u64 = 960;
/// Bits a second: clear speech in mono (RFC 7587, 3.1.1 has 28 to 40 kbit/s for fullband speech).
const RATE_BPS: u32 = 40_000;
/// Of 10: half of the work of the highest, and not heard in speech.
const COMPLEXITY: u8 = 5;
/// Longest packet of Opus (RFC 6716, 3.2.1).
const PACKET_BYTES_MAX: usize = 1275;

/// Sound that is still to come, and its encoder.
pub(super) struct Sound {
    encoder: Encoder,
    coming: VecDeque<f32>,
    /// Samples that are coded; `coming` begins here.
    coded: u64,
}

impl Sound {
    /// # Errors
    /// [`ClipError::Failed`] when the encoder does not open.
    pub fn new() -> Result<Self, ClipError> {
        let failed = ClipError::failed("opus");
        let encoder = Encoder::builder(RATE_HZ, Channels::Mono, Application::Voip)
            .bitrate(Bitrate::Bits(RATE_BPS))
            .complexity(COMPLEXITY)
            .signal(Signal::Voice)
            .build()
            .map_err(|error| failed(&error))?;
        Ok(Self { encoder, coming: VecDeque::new(), coded: 0 })
    }

    /// Samples by which what is decoded comes late; the file tells the player to skip them.
    pub fn pre_skip(&self) -> u16 {
        u16::try_from(self.encoder.lookahead()).unwrap_or(u16::MAX)
    }

    /// Lays `samples` down from the sample `at` on, or from the first one that is not coded yet.
    pub fn lay(&mut self, at: u64, samples: &[f32]) {
        let from = usize::try_from(at.saturating_sub(self.coded)).unwrap_or(0);
        let needed = from.saturating_add(samples.len());
        if self.coming.len() < needed {
            self.coming.resize(needed, 0.0);
        }
        self.coming.iter_mut().skip(from).zip(samples).for_each(|(slot, sample)| *slot += sample);
    }

    /// Codes what lies before the sample `until`, in whole packets of [`PACKET_SAMPLES`]; silence where nothing was laid.
    ///
    /// # Errors
    /// [`ClipError::Failed`] when the encoder refuses.
    pub fn code(&mut self, until: u64) -> Result<Vec<Vec<u8>>, ClipError> {
        let mut packets = Vec::new();
        while self.coded < until {
            let here = self.coming.len().min(PACKET_SAMPLES as usize);
            let mut samples: Vec<f32> = self.coming.drain(..here).map(|sample| sample.clamp(-1.0, 1.0)).collect();
            samples.resize(PACKET_SAMPLES as usize, 0.0);
            let mut packet = vec![0; PACKET_BYTES_MAX];
            let length = self.encoder.encode_float(&samples, &mut packet);
            packet.truncate(length.map_err(|error| ClipError::failed("opus")(&error))?);
            packets.push(packet);
            self.coded += PACKET_SAMPLES;
        }
        Ok(packets)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Loudest sample in each tenth of a second of what is decoded.
    fn heard(packets: &[Vec<u8>], pre_skip: usize) -> Vec<f32> {
        let mut decoder = ropus::Decoder::new(RATE_HZ, Channels::Mono).unwrap();
        let mut whole = Vec::new();
        for packet in packets {
            let mut samples = vec![0.0; 5760];
            let count = decoder.decode_float(packet, &mut samples, ropus::DecodeMode::Normal).unwrap();
            whole.extend_from_slice(&samples[..count]);
        }
        whole[pre_skip..].chunks(4800).map(|tenth| tenth.iter().fold(0.0_f32, |most, s| most.max(s.abs()))).collect()
    }

    #[test]
    fn a_sentence_is_heard_when_it_is_due_and_silence_around_it() {
        let mut sound = Sound::new().unwrap();
        let tone: Vec<f32> = (0..9600).map(|n| 0.5 * (n as f32 * 0.05).sin()).collect();
        sound.lay(19_200, &tone);
        let mut packets = sound.code(14_400).unwrap();
        packets.extend(sound.code(48_000).unwrap());
        assert_eq!(packets.len(), 50);
        let heard = heard(&packets, sound.pre_skip().into());
        let loud: Vec<usize> = (0..heard.len()).filter(|&tenth| heard[tenth] > 0.2).collect();
        assert_eq!(loud, [4, 5], "{heard:?}");
    }

    #[test]
    fn what_is_due_in_the_past_begins_at_once() {
        let mut sound = Sound::new().unwrap();
        sound.code(9600).unwrap();
        sound.lay(0, &[0.5; 100]);
        assert_eq!(sound.coming.len(), 100);
    }
}

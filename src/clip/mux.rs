//! Fragmented MP4: a header with both tracks, then fragments as they fill. The only file that knows the MP4 library.
//!
//! Boxes after ISO/IEC 14496-12 (8.8 for fragments), Opus after "Encapsulation of Opus in ISO Base Media File Format".

use mp4_atom::{
    Audio, Avc1, Avcc, Codec, Colr, Dinf, Dops, Dref, DrefEntry, Edts, Elst, ElstEntry, Encode as _, FourCC, Ftyp,
    Hdlr, Mdhd, Mdia, Mfhd, Minf, Moof, Moov, Mvex, Mvhd, Opus, Smhd, Stbl, Stco, Stsd, Tfdt, Tfhd, Tkhd, Traf, Trak,
    Trex, Trun, TrunEntry, Url, Visual, Vmhd, Vp09, VpcC,
};

use super::ClipError;
use super::coding::{Coded, Track};
use super::metadata::{boxed, udta};
use super::script::Script;
use super::sound::{PACKET_SAMPLES, RATE_HZ};
use crate::domain::Language;

const PICTURES: u32 = 1;
const SOUND: u32 = 2;
/// Ticks of a frame: the pictures' clock is this times the frame rate.
const FRAME_TICKS: u32 = 1000;
/// `sample_flags` (8.8.3.1): depends on no other sample; depends on others and is no sync sample.
const ALONE: u32 = 0x0200_0000;
const DEPENDS: u32 = 0x0101_0000;
/// ITU-T H.273: SMPTE 170M.
const SMPTE_170M: u16 = 6;

/// Collects what is coded and writes it in fragments.
pub(super) struct Muxer {
    fps: u32,
    frames: Vec<Coded>,
    packets: Vec<Vec<u8>>,
    written_frames: u64,
    written_packets: u64,
    number: u32,
}

impl Muxer {
    pub fn new(fps: u32) -> Self {
        Self { fps, frames: Vec::new(), packets: Vec::new(), written_frames: 0, written_packets: 0, number: 0 }
    }

    /// The header; `pre_skip` is that of the sound, `None` without one.
    ///
    /// # Errors
    /// [`ClipError::Failed`] when the library refuses a value.
    pub fn header(&self, script: &Script, track: &Track, pre_skip: Option<u16>) -> Result<Vec<u8>, ClipError> {
        let failed = ClipError::failed("mp4");
        let ftyp = Ftyp {
            major_brand: b"iso6".into(),
            minor_version: 1,
            compatible_brands: [b"iso6", b"iso5", b"mp41"].map(FourCC::from).to_vec(),
        };
        let sound = pre_skip.map(|pre_skip| sound_track(script.language, pre_skip));
        let mut trex = vec![trex(PICTURES, FRAME_TICKS, DEPENDS)];
        trex.extend(sound.as_ref().map(|_| self::trex(SOUND, PACKET_SAMPLES as u32, ALONE)));
        let moov = Moov {
            mvhd: Mvhd {
                timescale: 1000,
                rate: 1.into(),
                volume: 1.into(),
                next_track_id: SOUND + 1,
                ..Mvhd::default()
            },
            trak: [picture_track(script, track)].into_iter().chain(sound).collect(),
            mvex: Some(Mvex { mehd: None, trex }),
            ..Moov::default()
        };
        let (mut header, mut tracks) = (Vec::new(), Vec::new());
        ftyp.encode(&mut header).map_err(|error| failed(&error))?;
        moov.encode(&mut tracks).map_err(|error| failed(&error))?;
        // The library's `udta` has none of our tags: it is put behind the rest, inside.
        let inside = tracks.get(8..).unwrap_or_default();
        header.extend(boxed(b"moov", &[inside, &udta(script)].concat()));
        Ok(header)
    }

    pub fn add(&mut self, frames: Vec<Coded>) {
        self.frames.extend(frames);
    }

    pub fn add_sound(&mut self, packets: Vec<Vec<u8>>) {
        self.packets.extend(packets);
    }

    /// Frames that wait for the next fragment.
    pub fn waiting(&self) -> usize {
        self.frames.len()
    }

    /// Where the sound has to reach with the frames that wait, in its samples.
    pub fn sound_until(&self) -> u64 {
        (self.written_frames + self.frames.len() as u64) * u64::from(RATE_HZ) / u64::from(self.fps)
    }

    /// One fragment of all that waits.
    ///
    /// # Errors
    /// As [`Muxer::header`].
    pub fn fragment(&mut self) -> Result<Vec<u8>, ClipError> {
        self.number += 1;
        let frames = std::mem::take(&mut self.frames);
        let packets = std::mem::take(&mut self.packets);
        let picture_bytes: usize = frames.iter().map(|frame| frame.bytes.len()).sum();
        // Offsets count from the `moof`'s first byte, and their own size does not change its length.
        let length = self.moof(&frames, &packets, 0, 0)?.len();
        let mut fragment = self.moof(&frames, &packets, length + 8, length + 8 + picture_bytes)?;
        let mut content = Vec::with_capacity(picture_bytes);
        frames.iter().for_each(|frame| content.extend_from_slice(&frame.bytes));
        packets.iter().for_each(|packet| content.extend_from_slice(packet));
        fragment.extend(boxed(b"mdat", &content));
        self.written_frames += frames.len() as u64;
        self.written_packets += packets.len() as u64;
        Ok(fragment)
    }

    fn moof(&self, frames: &[Coded], packets: &[Vec<u8>], at: usize, sound_at: usize) -> Result<Vec<u8>, ClipError> {
        let entry = |bytes: &[u8], flags| TrunEntry { size: Some(bytes.len() as u32), flags, ..TrunEntry::default() };
        let flags = |frame: &Coded| Some(if frame.is_key { ALONE } else { DEPENDS });
        let pictures = frames.iter().map(|frame| entry(&frame.bytes, flags(frame))).collect();
        let sounds: Vec<TrunEntry> = packets.iter().map(|packet| entry(packet, None)).collect();
        let mut traf = vec![run(PICTURES, self.written_frames * u64::from(FRAME_TICKS), at, pictures)];
        if !sounds.is_empty() {
            traf.push(run(SOUND, self.written_packets * PACKET_SAMPLES, sound_at, sounds));
        }
        let mut bytes = Vec::new();
        let moof = Moof { mfhd: Mfhd { sequence_number: self.number }, traf };
        moof.encode(&mut bytes).map_err(|error| ClipError::failed("mp4")(&error))?;
        Ok(bytes)
    }
}

fn run(track_id: u32, starts: u64, at: usize, samples: Vec<TrunEntry>) -> Traf {
    Traf {
        tfhd: Tfhd { track_id, default_base_is_moof: true, ..Tfhd::default() },
        tfdt: Some(Tfdt { base_media_decode_time: starts }),
        trun: vec![Trun { data_offset: i32::try_from(at).ok(), samples: samples.into() }],
        ..Traf::default()
    }
}

fn trex(track_id: u32, default_sample_duration: u32, default_sample_flags: u32) -> Trex {
    Trex {
        track_id,
        default_sample_description_index: 1,
        default_sample_duration,
        default_sample_size: 0,
        default_sample_flags,
    }
}

fn picture_track(script: &Script, track: &Track) -> Trak {
    // A script's sides are at most 1920.
    let (width, height) = (script.width as u16, script.height as u16);
    let visual = Visual { data_reference_index: 1, width, height, ..Visual::default() };
    let colr = Some(Colr::Nclx {
        colour_primaries: SMPTE_170M,
        transfer_characteristics: SMPTE_170M,
        matrix_coefficients: SMPTE_170M,
        full_range_flag: false,
    });
    let codec = match track {
        Track::H264 { sps, pps } => Codec::Avc1(Avc1 { visual, avcc: avcc(sps, pps), colr, ..Avc1::default() }),
        Track::Vp9 => Codec::Vp09(Vp09 { visual, vpcc: vpcc(), colr, ..Vp09::default() }),
    };
    Trak {
        tkhd: Tkhd { width: width.into(), height: height.into(), ..tkhd(PICTURES) },
        mdia: Mdia {
            mdhd: mdhd(script.fps * FRAME_TICKS, script.language),
            hdlr: Hdlr { handler: b"vide".into(), name: "pictures".into() },
            minf: Minf { vmhd: Some(Vmhd::default()), dinf: dinf(), stbl: stbl(codec), ..Minf::default() },
        },
        ..Trak::default()
    }
}

fn sound_track(language: Language, pre_skip: u16) -> Trak {
    let audio = Audio { data_reference_index: 1, channel_count: 1, sample_size: 16, sample_rate: 48_000.into() };
    let dops =
        Dops { output_channel_count: 1, pre_skip, input_sample_rate: RATE_HZ, output_gain: 0, channel_mapping: None };
    let skip = ElstEntry { segment_duration: 0, media_time: Some(pre_skip.into()), media_rate: 1.into() };
    Trak {
        tkhd: Tkhd { alternate_group: 1, volume: 1.into(), ..tkhd(SOUND) },
        edts: Some(Edts { elst: Some(Elst { entries: vec![skip] }) }),
        mdia: Mdia {
            mdhd: mdhd(RATE_HZ, language),
            hdlr: Hdlr { handler: b"soun".into(), name: "narration".into() },
            minf: Minf {
                smhd: Some(Smhd::default()),
                dinf: dinf(),
                stbl: stbl(Codec::Opus(Opus { audio, dops, btrt: None })),
                ..Minf::default()
            },
        },
        ..Trak::default()
    }
}

fn tkhd(track_id: u32) -> Tkhd {
    Tkhd { track_id, enabled: true, in_movie: true, ..Tkhd::default() }
}

fn mdhd(timescale: u32, language: Language) -> Mdhd {
    // ISO 639-2/T.
    let language = match language {
        Language::English => "eng",
        Language::Chinese => "zho",
    };
    Mdhd { timescale, language: language.into(), ..Mdhd::default() }
}

/// The media is in this file.
fn dinf() -> Dinf {
    Dinf { dref: Dref { entries: vec![DrefEntry::Url(Url::default())] } }
}

/// No samples here: they are in the fragments.
fn stbl(codec: Codec) -> Stbl {
    Stbl { stsd: Stsd { codecs: vec![codec] }, stco: Some(Stco::default()), ..Stbl::default() }
}

/// Profile, compatibility and level are the first bytes of the parameter set (ISO/IEC 14496-15, 5.3.3.1).
fn avcc(sps: &[u8], pps: &[u8]) -> Avcc {
    let at = |n: usize| sps.get(n).copied().unwrap_or(0);
    Avcc {
        configuration_version: 1,
        avc_profile_indication: at(1),
        profile_compatibility: at(2),
        avc_level_indication: at(3),
        length_size: 4,
        sequence_parameter_sets: vec![sps.to_vec()],
        picture_parameter_sets: vec![pps.to_vec()],
        ext: None,
    }
}

/// Level 4.1 holds 1080p at 30 frames (VP Codec ISO Media File Format Binding).
fn vpcc() -> VpcC {
    let colour = SMPTE_170M as u8;
    VpcC {
        profile: 0,
        level: 41,
        bit_depth: 8,
        chroma_subsampling: 1,
        video_full_range_flag: false,
        color_primaries: colour,
        transfer_characteristics: colour,
        matrix_coefficients: colour,
        codec_initialization_data: Vec::new(),
    }
}

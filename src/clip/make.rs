//! Makes a clip: clock, canvas, encoder, sound and muxer in one loop, a frame at a time. Knows no cache and no reader.

use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use super::canvas::Canvas;
use super::coding::{self, Coding, FrameEncoder};
use super::limits::CLIP_BYTES_MAX;
use super::mux::Muxer;
use super::narration::{Narration, Narrator, Spoken};
use super::script::Script;
use super::sound::{RATE_HZ, Sound};
use super::timeline::{Fits, Moment, Timeline};
use super::{ClipError, Fonts};
use crate::base::Stop;

/// Seconds between frames that stand alone; a scene begins with one, too.
const KEY_SECONDS: u32 = 2;
/// The first fragment is one frame, so that something is seen at once; later ones are half a second.
const FIRST_FRAMES: usize = 1;

/// What was made.
#[derive(Debug, Clone, PartialEq)]
pub struct Made {
    pub duration: Duration,
    pub frames: u64,
    pub bytes: usize,
    /// Why a caption is shown and not said, for the log; empty when all are said.
    pub unspoken: Vec<String>,
    /// From the call to the first fragment's leaving, and to the end.
    pub first_fragment: Duration,
    pub took: Duration,
}

/// Makes the clip of `script` and hands it to `sink` piece by piece: the header with the first coded frame, then fragments.
/// Blocking, for some seconds; `Break` from the sink or `stop` end it at the next frame. Without a narration it has no
/// sound track.
///
/// # Errors
/// [`ClipError::Script`] and [`ClipError::Drawing`] before anything is handed out; [`ClipError::Stopped`], and
/// [`ClipError::Failed`] when a library fails.
pub fn make(
    script: &Script,
    fonts: &Fonts,
    coding: Coding,
    narration: Option<Narration>,
    stop: &Stop,
    sink: &mut dyn FnMut(&[u8]) -> ControlFlow<()>,
) -> Result<Made, ClipError> {
    let started = Instant::now();
    script.check()?;
    let voice = narration.map(|narration| Voice::start(script, narration, stop)).transpose()?;
    let mut canvas = Canvas::new(script, fonts)?;
    let mut clock = Timeline::new(script, voice.is_some());
    let mut work = Work::open(script, coding, voice, stop, sink, started)?;
    let (mut number, mut scene) = (0_u32, None);
    while let Some(moment) = work.moment(&mut clock, number)? {
        let is_key = number.is_multiple_of(KEY_SECONDS * script.fps) || scene != Some(moment.scene);
        let frame = canvas.draw(&moment)?;
        let coded = work.encoder.encode(frame, is_key)?;
        work.take(coded, false)?;
        (number, scene) = (number + 1, Some(moment.scene));
    }
    work.finish(number)
}

/// The sound side, when there is one.
struct Voice {
    narrator: Narrator,
    sound: Sound,
    unspoken: Vec<String>,
}

impl Voice {
    fn start(script: &Script, narration: Narration, stop: &Stop) -> Result<Self, ClipError> {
        let captions = script.scenes.iter().flat_map(|scene| &scene.captions);
        let captions = captions.map(|caption| caption.text.clone()).collect();
        let narrator = Narrator::start(narration, captions, stop)?;
        Ok(Self { narrator, sound: Sound::new()?, unspoken: Vec::new() })
    }

    /// Lays down the next caption's sound when it `fits`; its length, zero for silence.
    fn speak(&mut self, due: Duration, fits: Fits, stop: &Stop) -> Result<Duration, ClipError> {
        let reason = match self.narrator.next(stop)? {
            Spoken::Silent(reason) => reason,
            Spoken::Sound(samples) => {
                let long = Duration::from_secs_f64(samples.len() as f64 / f64::from(RATE_HZ));
                if fits(long) {
                    self.sound.lay((due.as_secs_f64() * f64::from(RATE_HZ)) as u64, &samples);
                    return Ok(long);
                }
                format!("{:.1} s of speech do not fit into the clip", long.as_secs_f32())
            }
        };
        self.unspoken.push(reason);
        Ok(Duration::ZERO)
    }
}

/// What a clip in the making holds beside its canvas and clock.
struct Work<'a> {
    script: &'a Script,
    stop: &'a Stop,
    sink: &'a mut dyn FnMut(&[u8]) -> ControlFlow<()>,
    encoder: Box<dyn FrameEncoder>,
    voice: Option<Voice>,
    muxer: Muxer,
    bytes: usize,
    started: Instant,
    first_fragment: Option<Duration>,
}

impl<'a> Work<'a> {
    fn open(
        script: &'a Script,
        coding: Coding,
        voice: Option<Voice>,
        stop: &'a Stop,
        sink: &'a mut dyn FnMut(&[u8]) -> ControlFlow<()>,
        started: Instant,
    ) -> Result<Self, ClipError> {
        let size = (script.width, script.height);
        let encoder = coding::open(coding, size, script.fps, KEY_SECONDS * script.fps, stop)?;
        let muxer = Muxer::new(script.fps);
        Ok(Self { script, stop, sink, encoder, voice, muxer, bytes: 0, started, first_fragment: None })
    }

    /// What frame `number` shows; waits for the voice where it has to.
    fn moment(&mut self, clock: &mut Timeline, number: u32) -> Result<Option<Moment>, ClipError> {
        if self.stop.is_requested() {
            return Err(ClipError::Stopped);
        }
        let now = Duration::from_secs_f64(f64::from(number) / f64::from(self.script.fps));
        clock.at(now, &mut |due, fits| self.speak(due, fits))
    }

    /// What waits is handed out first: the voice may take seconds, and they are to be looked at.
    fn speak(&mut self, due: Duration, fits: Fits) -> Result<Duration, ClipError> {
        self.hand_fragment(false)?;
        match &mut self.voice {
            Some(voice) => voice.speak(due, fits, self.stop),
            None => Ok(Duration::ZERO),
        }
    }

    /// Takes coded frames, and hands out a fragment when there are enough of them or the clip is at its `end`.
    fn take(&mut self, coded: Vec<super::Coded>, end: bool) -> Result<(), ClipError> {
        self.muxer.add(coded);
        let wanted = if self.first_fragment.is_none() { FIRST_FRAMES } else { self.script.fps.div_ceil(2) as usize };
        if self.muxer.waiting() >= wanted || end { self.hand_fragment(end) } else { Ok(()) }
    }

    fn hand_fragment(&mut self, end: bool) -> Result<(), ClipError> {
        if self.muxer.waiting() == 0 {
            return Ok(());
        }
        if self.first_fragment.is_none() {
            self.hand_header()?;
        }
        let until = self.muxer.sound_until();
        if let Some(voice) = &mut self.voice {
            // What is decoded comes late by the skip, so the end needs as much more.
            let until = if end { until + u64::from(voice.sound.pre_skip()) } else { until };
            self.muxer.add_sound(voice.sound.code(until)?);
        }
        let fragment = self.muxer.fragment()?;
        self.hand(&fragment)?;
        self.first_fragment.get_or_insert(self.started.elapsed());
        Ok(())
    }

    fn hand_header(&mut self) -> Result<(), ClipError> {
        let unknown = || ClipError::failed("encoder")(&"a frame came without its codec's parameters");
        let track = self.encoder.track().ok_or_else(unknown)?;
        let pre_skip = self.voice.as_ref().map(|voice| voice.sound.pre_skip());
        let header = self.muxer.header(self.script, &track, pre_skip)?;
        self.hand(&header)
    }

    fn hand(&mut self, bytes: &[u8]) -> Result<(), ClipError> {
        self.bytes += bytes.len();
        if self.bytes > CLIP_BYTES_MAX {
            return Err(ClipError::failed("encoder")(&"the clip grew beyond 32 MiB"));
        }
        (self.sink)(bytes).is_continue().then_some(()).ok_or(ClipError::Stopped)
    }

    fn finish(mut self, frames: u32) -> Result<Made, ClipError> {
        let last = self.encoder.finish()?;
        self.take(last, true)?;
        Ok(Made {
            duration: Duration::from_secs_f64(f64::from(frames) / f64::from(self.script.fps)),
            frames: frames.into(),
            bytes: self.bytes,
            unspoken: self.voice.map(|voice| voice.unspoken).unwrap_or_default(),
            first_fragment: self.first_fragment.unwrap_or_default(),
            took: self.started.elapsed(),
        })
    }
}

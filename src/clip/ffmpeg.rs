//! VP9 by a child process: the system's ffmpeg with libvpx. The only file that knows its command line.
//!
//! Frames go in through its standard input and coded ones come back as IVF, each pipe on a thread of its own, so that a
//! process that hangs costs a deadline and no more. It is killed when the encoder is dropped.

use std::io::{self, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::time::{Duration, Instant};

use super::coding::{Coded, FrameEncoder, Track};
use super::limits::{CHILD_WAIT_MAX, CLIP_BYTES_MAX};
use super::{ClipError, I420};
use crate::base::Stop;

/// Raw frames on their way in: 1.4 MB each at 720p.
const FRAMES: usize = 2;
/// Coded frames on their way back; more than a clip has, so that the process is never held up by us.
const CODED: usize = 1024;
const RATE: &str = "1000k";
const LOOK: Duration = Duration::from_millis(10);
/// Sizes of IVF's headers (Duck IVF, as libvpx writes it).
const FILE_HEAD: usize = 32;
const FRAME_HEAD: usize = 12;

/// A running ffmpeg.
pub(super) struct Ffmpeg {
    child: Child,
    /// `None` when all frames are in.
    frames: Option<SyncSender<Vec<u8>>>,
    coded: Receiver<io::Result<Vec<u8>>>,
    stop: Stop,
    has_coded: bool,
}

impl Ffmpeg {
    pub fn open(
        program: &str,
        (width, height): (u32, u32),
        fps: u32,
        key_frames: u32,
        stop: &Stop,
    ) -> Result<Self, ClipError> {
        let mut child = Command::new(program)
            .args(["-hide_banner", "-loglevel", "error", "-nostdin", "-f", "rawvideo", "-pix_fmt", "yuv420p"])
            .args(["-color_range", "tv", "-colorspace", "smpte170m", "-probesize", "32", "-analyzeduration", "0"])
            .args(["-video_size", &format!("{width}x{height}"), "-framerate", &fps.to_string(), "-i", "pipe:0"])
            .args(["-an", "-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-lag-in-frames", "0"])
            .args(["-threads", "2", "-row-mt", "1", "-tile-columns", "1", "-b:v", RATE, "-tune-content", "screen"])
            .args(["-g", &key_frames.to_string(), "-f", "ivf", "-flush_packets", "1", "pipe:1"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| match error.kind() {
                io::ErrorKind::NotFound => ClipError::NoFfmpeg(error),
                _ => ClipError::failed("ffmpeg")(&error),
            })?;
        let pipes = child.stdin.take().zip(child.stdout.take());
        let started =
            pipes.ok_or_else(|| io::Error::other("it has no pipes")).and_then(|(into, out)| connect(into, out));
        match started {
            Ok((frames, coded)) => {
                Ok(Self { child, frames: Some(frames), coded, stop: stop.clone(), has_coded: false })
            }
            Err(error) => {
                end(&mut child);
                Err(ClipError::failed("ffmpeg")(&error))
            }
        }
    }

    /// Takes what is ready, waiting at most `wait` for the first; whether more can come.
    fn collect(&mut self, wait: Duration, ready: &mut Vec<Coded>) -> Result<bool, ClipError> {
        let mut wait = wait;
        loop {
            match self.coded.recv_timeout(wait) {
                Ok(Ok(bytes)) => {
                    self.has_coded = true;
                    ready.push(Coded { is_key: is_key(&bytes), bytes });
                    wait = Duration::ZERO;
                }
                Ok(Err(error)) => return Err(ClipError::failed("ffmpeg")(&error)),
                Err(RecvTimeoutError::Timeout) => return Ok(true),
                Err(RecvTimeoutError::Disconnected) => return Ok(false),
            }
        }
    }

    /// Asked between waits.
    fn check(&self, since: Instant) -> Result<(), ClipError> {
        if self.stop.is_requested() {
            return Err(ClipError::Stopped);
        }
        match since.elapsed() > CHILD_WAIT_MAX {
            true => Err(ClipError::failed("ffmpeg")(&"it stands still")),
            false => Ok(()),
        }
    }
}

impl FrameEncoder for Ffmpeg {
    /// `key` is not heeded: the process sets its own at the distance it was started with.
    fn encode(&mut self, frame: &I420, _key: bool) -> Result<Vec<Coded>, ClipError> {
        let (since, mut ready) = (Instant::now(), Vec::new());
        let mut raw = [&frame.y[..], &frame.u, &frame.v].concat();
        loop {
            let gone = || ClipError::failed("ffmpeg")(&"it ended; does it have libvpx-vp9?");
            match self.frames.as_ref().ok_or_else(gone)?.try_send(raw) {
                Ok(()) => break,
                Err(TrySendError::Full(back)) => raw = back,
                Err(TrySendError::Disconnected(_)) => return Err(gone()),
            }
            self.collect(LOOK, &mut ready)?;
            self.check(since)?;
        }
        self.collect(Duration::ZERO, &mut ready)?;
        Ok(ready)
    }

    fn finish(&mut self) -> Result<Vec<Coded>, ClipError> {
        self.frames = None;
        let (since, mut ready) = (Instant::now(), Vec::new());
        while self.collect(LOOK, &mut ready)? {
            self.check(since)?;
        }
        Ok(ready)
    }

    fn track(&self) -> Option<Track> {
        self.has_coded.then_some(Track::Vp9)
    }
}

impl Drop for Ffmpeg {
    fn drop(&mut self) {
        end(&mut self.child);
    }
}

/// Ends the process and takes its exit, so that it does not stay as a zombie; its threads end with their pipes.
fn end(child: &mut Child) {
    let _ = child.kill();
    let _ = child.wait();
}

type Pipes = (SyncSender<Vec<u8>>, Receiver<io::Result<Vec<u8>>>);

fn connect(mut into: ChildStdin, mut out: ChildStdout) -> io::Result<Pipes> {
    let (frames, taken) = sync_channel::<Vec<u8>>(FRAMES);
    let (given, coded) = sync_channel(CODED);
    let write = move || {
        // Ends, and closes the pipe, when the last frame is in or the process is gone.
        while let Ok(frame) = taken.recv() {
            if into.write_all(&frame).is_err() {
                return;
            }
        }
    };
    let read = move || {
        if let Err(error) = read_ivf(&mut out, &mut |frame| given.send(Ok(frame)).is_ok()) {
            let _ = given.send(Err(error));
        }
    };
    std::thread::Builder::new().name("clip-frames".into()).spawn(write)?;
    std::thread::Builder::new().name("clip-coded".into()).spawn(read)?;
    Ok((frames, coded))
}

/// Reads IVF until it ends or `take` wants no more.
fn read_ivf(from: &mut impl Read, take: &mut dyn FnMut(Vec<u8>) -> bool) -> io::Result<()> {
    let mut head = [0; FILE_HEAD];
    from.read_exact(&mut head)?;
    if !head.starts_with(b"DKIF") {
        return Err(io::Error::other("what it writes is not IVF"));
    }
    loop {
        let mut head = [0; FRAME_HEAD];
        match from.read_exact(&mut head) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(()),
            other => other?,
        }
        let length = u32::from_le_bytes([head[0], head[1], head[2], head[3]]) as usize;
        if length > CLIP_BYTES_MAX {
            return Err(io::Error::other("a frame larger than a clip"));
        }
        let mut frame = vec![0; length];
        from.read_exact(&mut frame)?;
        if !take(frame) {
            return Ok(());
        }
    }
}

/// `frame_type` of profile 0 is 0 (VP9 bitstream specification, 6.2: marker 2 bits, profile 2, show existing 1, type 1).
fn is_key(frame: &[u8]) -> bool {
    frame.first().is_some_and(|byte| byte & 0b1111_1100 == 0b1000_0000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_program_is_told_with_its_package() {
        let refused = Ffmpeg::open("no-such-ffmpeg", (320, 180), 15, 30, &Stop::new()).err().unwrap();
        assert_eq!(
            refused.to_string(),
            "ffmpeg is not installed; run `apt-get install ffmpeg`, or choose the coding h264"
        );
    }

    #[test]
    fn every_frame_comes_back_and_the_first_one_stands_alone() {
        let mut encoder = Ffmpeg::open("ffmpeg", (320, 180), 15, 10, &Stop::new()).unwrap();
        let mut coded = Vec::new();
        for n in 0..25_u8 {
            let mut frame = I420::new(320, 180);
            frame.y.fill(n * 8);
            coded.extend(encoder.encode(&frame, false).unwrap());
        }
        coded.extend(encoder.finish().unwrap());
        let keys: Vec<usize> = (0..coded.len()).filter(|&n| coded[n].is_key).collect();
        assert_eq!((coded.len(), keys.first(), encoder.track()), (25, Some(&0), Some(Track::Vp9)));
    }

    #[test]
    fn a_program_that_ends_at_once_is_a_failure_and_no_hang() {
        let mut encoder = Ffmpeg::open("true", (320, 180), 15, 30, &Stop::new()).unwrap();
        let frame = I420::new(320, 180);
        let refused = (0..200).find_map(|_| encoder.encode(&frame, false).err());
        assert!(matches!(refused, Some(ClipError::Failed { engine: "ffmpeg", .. })), "{refused:?}");
    }
}

//! The baseline voice: espeak-ng, a formant synthesiser in Debian, English and Mandarin. It is a process of its own for
//! each run of text, fed on standard input and killed the moment nobody listens. Knows nothing of clauses or captions.

use std::io::{Read, Write};
use std::ops::ControlFlow;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::{Duration, Instant};

use super::aloud::{Run, runs};
use super::polyphones;
use crate::base::Stop;
use crate::domain::Language;
use crate::engine::{EngineError, Voice};

/// The rate of espeak-ng's own voices.
const RATE_HZ: u32 = 22_050;

/// Sound read at once, bytes: 93 ms. Small, so that the first sound is early.
const READ_BYTES: usize = 4_096;

/// Pieces that may wait for the listener: 1.5 s of sound, then the pipe and the process wait too.
const PIECES_MAX: usize = 16;

/// How often a waiting voice looks whether somebody still listens.
const LOOK: Duration = Duration::from_millis(10);

/// Longest silence of the process before it counts as hung: a whole answer takes it 50 ms.
const HUNG: Duration = Duration::from_secs(5);

/// Voice and words a minute. English: of 16 voices at three speeds the one that Moonshine understood best (12 kiosk
/// sentences, 15 % word error; the default voice 28 %). Mandarin: Debian 12's 1.51 reads the tone numbers of its voice
/// `cmn` aloud, in English; `cmn-latn-pinyin` speaks Han characters right.
const ENGLISH: [&str; 2] = ["en+f2", "160"];
const MANDARIN: [&str; 2] = ["cmn-latn-pinyin+f2", "150"];

/// espeak-ng, found on the `PATH` or by its full path.
pub(super) struct Espeak {
    program: String,
    /// How long the process may say nothing, see [`HUNG`].
    hung: Duration,
}

impl Espeak {
    /// # Errors
    /// [`EngineError::NotInstalled`] when the program does not start; [`EngineError::Unusable`] when it fails.
    pub(super) fn open(program: &str) -> Result<Self, EngineError> {
        let voice = Self { program: program.to_owned(), hung: HUNG };
        let mut made = 0;
        for language in Language::ALL {
            let run = Run { language, text: "1".into() };
            let _ = voice.say(&run, &Stop::new(), &mut |samples| {
                made += samples.len();
                ControlFlow::Continue(())
            })?;
        }
        match made {
            0 => Err(EngineError::Unusable { path: program.to_owned(), reason: "it makes no sound".into() }),
            _ => Ok(voice),
        }
    }

    fn start(&self, language: Language) -> Result<Child, EngineError> {
        let [voice, speed] = match language {
            Language::English => ENGLISH,
            Language::Chinese => MANDARIN,
        };
        // -z: no pause after the last sentence; -b 1: the text is UTF-8. The text itself never becomes an argument.
        Command::new(&self.program)
            .args(["-v", voice, "-s", speed, "-z", "-b", "1", "--stdin", "--stdout"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| match error.kind() {
                std::io::ErrorKind::NotFound => {
                    EngineError::NotInstalled { program: self.program.clone(), package: "espeak-ng" }
                }
                _ => EngineError::Unusable { path: self.program.clone(), reason: error.to_string() },
            })
    }

    fn say(
        &self,
        run: &Run,
        stop: &Stop,
        on_audio: &mut dyn FnMut(&[i16]) -> ControlFlow<()>,
    ) -> Result<ControlFlow<()>, EngineError> {
        let mut process = Process(self.start(run.language)?);
        let text = if run.language == Language::Chinese { polyphones::spelled(&run.text) } else { run.text.clone() };
        let pieces = process.feed(text)?;
        let mut sound = Sound::default();
        let mut silent_since = Instant::now();
        loop {
            if stop.is_requested() {
                return Ok(ControlFlow::Break(()));
            }
            match pieces.recv_timeout(LOOK) {
                Ok(piece) => {
                    let samples = sound.samples(&piece);
                    if !samples.is_empty() && on_audio(&samples).is_break() {
                        return Ok(ControlFlow::Break(()));
                    }
                    silent_since = Instant::now();
                }
                Err(RecvTimeoutError::Disconnected) => return process.ended(),
                Err(RecvTimeoutError::Timeout) if silent_since.elapsed() >= self.hung => {
                    return Err(failed(format!(
                        "{} said nothing for {} s; killed",
                        self.program,
                        self.hung.as_secs_f32()
                    )));
                }
                Err(RecvTimeoutError::Timeout) => {}
            }
        }
    }
}

impl Voice for Espeak {
    fn speak(
        &mut self,
        text: &str,
        language: Language,
        stop: &Stop,
        on_audio: &mut dyn FnMut(&[i16]) -> ControlFlow<()>,
    ) -> Result<(), EngineError> {
        for run in runs(text, language) {
            if self.say(&run, stop, on_audio)?.is_break() {
                break;
            }
        }
        Ok(())
    }

    fn rate_hz(&self) -> u32 {
        RATE_HZ
    }

    fn name(&self) -> &str {
        "espeak-ng"
    }
}

/// A child that does not outlive its owner: dropped for whatever reason, it is killed and reaped.
struct Process(Child);

impl Process {
    /// Writes the text and reads the sound on two threads of their own, so that a child that takes no text, or makes no
    /// sound, can still be given up. Both threads end with the child.
    fn feed(&mut self, text: String) -> Result<Receiver<Vec<u8>>, EngineError> {
        let (Some(mut input), Some(output)) = (self.0.stdin.take(), self.0.stdout.take()) else {
            return Err(failed("its pipes are gone".into()));
        };
        let thread = |name: &str| std::thread::Builder::new().name(name.into());
        // A child that dies early closes its end; how it ended is asked later.
        let write = move || drop(input.write_all(text.as_bytes()));
        thread("voice-text").spawn(write).map_err(|error| failed(error.to_string()))?;
        let (pieces, inbox) = sync_channel(PIECES_MAX);
        let read = move || read_pieces(output, &pieces);
        thread("voice-sound").spawn(read).map_err(|error| failed(error.to_string()))?;
        Ok(inbox)
    }

    fn ended(&mut self) -> Result<ControlFlow<()>, EngineError> {
        match self.0.wait() {
            Ok(status) if status.success() => Ok(ControlFlow::Continue(())),
            Ok(status) => Err(failed(format!("it ended with {status}; run `usher doctor`"))),
            Err(error) => Err(failed(error.to_string())),
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Both fail only when the child has ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn read_pieces(mut output: ChildStdout, pieces: &std::sync::mpsc::SyncSender<Vec<u8>>) {
    let mut buffer = vec![0; READ_BYTES];
    while let Ok(read @ 1..) = output.read(&mut buffer) {
        if pieces.send(buffer[..read].to_vec()).is_err() {
            return;
        }
    }
}

/// The samples in a WAV stream: what follows the `data` chunk's header (RIFF WAVE), i16 little endian.
#[derive(Default)]
struct Sound {
    /// Bytes before the data begins, or half a sample.
    kept: Vec<u8>,
    begun: bool,
}

impl Sound {
    fn samples(&mut self, piece: &[u8]) -> Vec<i16> {
        self.kept.extend_from_slice(piece);
        if !self.begun {
            let Some(at) = self.kept.windows(4).position(|name| name == b"data") else { return Vec::new() };
            if self.kept.len() < at + 8 {
                return Vec::new();
            }
            self.kept.drain(..at + 8);
            self.begun = true;
        }
        let (pairs, rest) = self.kept.as_chunks::<2>();
        let samples = pairs.iter().map(|&pair| i16::from_le_bytes(pair)).collect();
        self.kept = rest.to_vec();
        samples
    }
}

fn failed(reason: String) -> EngineError {
    EngineError::Failed { engine: "espeak-ng", reason }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn samples_come_out_however_the_stream_is_cut() {
        let wav: Vec<u8> = [&b"RIFF\x24\xf0\xff\x7fWAVEfmt \x10\0\0\0"[..], &[1; 16], b"data\0\xf0\xff\x7f"]
            .concat()
            .into_iter()
            .chain((0..100_i16).flat_map(i16::to_le_bytes))
            .collect();
        for size in [1, 3, 44, 1_000] {
            let mut sound = Sound::default();
            let samples: Vec<i16> = wav.chunks(size).flat_map(|piece| sound.samples(piece)).collect();
            assert_eq!(samples, (0..100).collect::<Vec<i16>>(), "in pieces of {size}");
        }
    }

    #[test]
    fn a_missing_program_names_the_package() {
        let error = Espeak::open("no-such-voice").err().unwrap().to_string();
        assert_eq!(error, "no-such-voice is not installed; run `apt-get install espeak-ng`");
    }

    /// A program that does what `script` says in place of espeak-ng.
    fn scripted(script: &str, hung: Duration) -> (tempfile::TempDir, Espeak) {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("voice");
        std::fs::write(&program, format!("#!/bin/sh\n{script}\n")).unwrap();
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
        let program = program.display().to_string();
        (folder, Espeak { program, hung })
    }

    fn hello() -> Run {
        Run { language: Language::English, text: "hello".into() }
    }

    #[test]
    fn a_hung_program_is_killed_at_its_deadline() {
        let (_folder, voice) = scripted("exec sleep 600", Duration::from_millis(50));
        let error = voice.say(&hello(), &Stop::new(), &mut |_| ControlFlow::Continue(())).unwrap_err();
        assert!(error.to_string().contains("said nothing"), "{error}");
    }

    #[test]
    fn a_failing_program_is_an_error() {
        let (_folder, voice) = scripted("exit 3", HUNG);
        let error = voice.say(&hello(), &Stop::new(), &mut |_| ControlFlow::Continue(())).unwrap_err();
        assert!(error.to_string().contains("exit status: 3"), "{error}");
    }

    #[test]
    fn a_stop_ends_an_endless_voice_and_its_process() {
        let (folder, voice) = scripted("echo $$ > \"$0.pid\"; printf 'RIFF....data....'; exec cat /dev/zero", HUNG);
        let stop = Stop::new();
        let mut pieces = 0;
        let ended = voice.say(&hello(), &stop, &mut |_| {
            pieces += 1;
            stop.request();
            ControlFlow::Continue(())
        });
        assert_eq!((ended.unwrap(), pieces), (ControlFlow::Break(()), 1));
        let pid = std::fs::read_to_string(folder.path().join("voice.pid")).unwrap();
        assert!(!std::path::Path::new("/proc").join(pid.trim()).exists());
    }
}

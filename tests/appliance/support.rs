//! What every test needs: the binary, a data folder with the installed models and a site's knowledge in it, sound.
//! A missing model or program is a failure that names the command to fix it.

use std::collections::HashMap;
use std::f32::consts::TAU;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::{LazyLock, Mutex};

use serde_json::Value;
use usher::domain::Audio;
use usher::engine::speech::{self, Ears};
use usher::engine::{SpeechDetector, Transcriber};

/// The program under test.
pub fn usher() -> &'static str {
    env!("CARGO_BIN_EXE_usher")
}

/// The checkout.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

pub fn sites() -> PathBuf {
    root().join("firmware-config/sites")
}

/// The installed starter pack: `$USHER_MODELS`, or the models folder of `$USHER_DATA`, or of the default data folder.
///
/// # Panics
/// When it is not there.
pub fn models_dir() -> PathBuf {
    let folder =
        std::env::var_os("USHER_MODELS").map_or_else(|| usher::config::data_dir(None).join("models"), PathBuf::from);
    assert!(folder.is_dir(), "no models in {}; run `usher models pull`", folder.display());
    folder
}

/// Puts the installed models into `data`, file by file as links, so that a test may replace one.
pub fn link_models(data: &Path) {
    std::fs::create_dir_all(data).expect("the data folder can be made");
    std::os::unix::fs::symlink(models_dir(), data.join("models")).expect("the models can be linked");
}

/// Makes `folder` (inside linked models) this test's own: the links above it become folders, its files copies.
pub fn own_folder(folder: &Path) {
    let models = folder.parent().expect("a model's folder has a parent");
    if models.is_symlink() {
        let target = models.canonicalize().expect("the link leads somewhere");
        std::fs::remove_file(models).expect("the link can be removed");
        std::fs::create_dir(models).expect("a folder takes its place");
        for entry in target.read_dir().expect("the models can be listed").flatten() {
            std::os::unix::fs::symlink(entry.path(), models.join(entry.file_name())).expect("a model can be linked");
        }
    }
    let target = folder.canonicalize().expect("the model is there");
    std::fs::remove_file(folder).expect("the link can be removed");
    std::fs::create_dir(folder).expect("a folder takes its place");
    for entry in target.read_dir().expect("the model's files can be listed").flatten() {
        std::fs::copy(entry.path(), folder.join(entry.file_name())).expect("a file can be copied");
    }
}

/// A data folder with the models and `site`'s knowledge, made once for all tests of a run.
pub fn data_dir(site: &str) -> &'static Path {
    static MADE: LazyLock<Mutex<HashMap<String, &'static Path>>> = LazyLock::new(Mutex::default);
    // A test that failed while making the folder must not fail the others with a poisoned lock.
    let mut made = MADE.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    if let Some(&folder) = made.get(site) {
        return folder;
    }
    let folder: &'static Path = Box::leak(root().join("target/test-data").join(site).into_boxed_path());
    if !folder.join("models").exists() {
        link_models(folder);
    }
    let ran = usher_in(folder, site, &["knowledge", "list", "--json"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    made.insert(site.to_string(), folder);
    folder
}

/// A data folder of a test's own, with the models and `site`'s knowledge: what a desk keeps must not meet another test's.
pub fn own_data(site: &str) -> tempfile::TempDir {
    let made = data_dir(site);
    let own = tempfile::tempdir().expect("a folder can be made");
    link_models(own.path());
    let (from, to) = (made.join("sites").join(site), own.path().join("sites").join(site));
    std::fs::create_dir_all(&to).expect("the site's folder can be made");
    for name in ["knowledge.db", "shipped.sha256"] {
        std::fs::copy(from.join(name), to.join(name)).expect("the site's knowledge can be copied");
    }
    own
}

/// What a run of usher gave.
pub struct Ran {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Ran {
    /// Its one JSON document.
    pub fn document(&self) -> Value {
        assert_eq!(self.code, 0, "{}{}", self.stdout, self.stderr);
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {}", self.stdout))
    }
}

/// Runs usher with `data` as its data folder; `site` may be empty for none.
pub fn usher_in(data: &Path, site: &str, arguments: &[&str]) -> Ran {
    ran(command(data, site, arguments))
}

/// What [`usher_in`] runs.
pub fn command(data: &Path, site: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(usher());
    command.args(arguments).arg("--data").arg(data).env("USHER_SITES", sites()).current_dir(root());
    if !site.is_empty() {
        command.args(["--site", site]);
    }
    command
}

pub fn ran(mut command: Command) -> Ran {
    let Output { status, stdout, stderr } = command.output().expect("usher runs");
    Ran {
        code: status.code().expect("usher is not killed"),
        stdout: String::from_utf8_lossy(&stdout).into_owned(),
        stderr: String::from_utf8_lossy(&stderr).into_owned(),
    }
}

/// `text` in the voice of espeak-ng, mono i16 at `rate_hz`, with half a second of silence around it. The project's own
/// fixture of speech: made when needed, in no repository.
pub fn said(text: &str, rate_hz: u32) -> Vec<i16> {
    let made = Command::new("espeak-ng")
        .args(["-v", "en-us", "-s", "150", "--stdout", text])
        .output()
        .expect("espeak-ng runs; `apt-get install espeak-ng` brings it");
    let audio = speech::decode(&made.stdout).expect("espeak-ng makes a recording");
    let samples = speech::resample(&audio.samples, audio.rate_hz, rate_hz).expect("the rate can be changed");
    let silence = vec![0; rate_hz as usize / 2];
    let speech = speech::to_i16(&samples);
    [silence.clone(), speech, silence].concat()
}

/// A 16-bit mono WAV file.
pub fn wav(samples: &[i16], rate_hz: u32) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    let shape = hound::WavSpec {
        channels: 1,
        sample_rate: rate_hz,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut writer = hound::WavWriter::new(&mut bytes, shape).expect("a header fits");
    samples.iter().for_each(|&sample| writer.write_sample(sample).expect("memory takes samples"));
    writer.finalize().expect("the header can be completed");
    bytes.into_inner()
}

/// An hour of silence (8-bit, 4 kHz: as small as an hour can be and still be sound).
pub fn hour_of_silence() -> Vec<u8> {
    const SECONDS: u32 = 3_600;
    const RATE: u32 = 4_000;
    let bytes = SECONDS * RATE;
    let mut file = Vec::new();
    file.extend(b"RIFF");
    file.extend((36 + bytes).to_le_bytes());
    file.extend(b"WAVEfmt ");
    file.extend(16u32.to_le_bytes());
    file.extend([1, 0, 1, 0]);
    file.extend(RATE.to_le_bytes());
    file.extend(RATE.to_le_bytes());
    file.extend([1, 0, 8, 0]);
    file.extend(b"data");
    file.extend(bytes.to_le_bytes());
    file.resize(44 + bytes as usize, 128);
    file
}

pub fn runtime() -> PathBuf {
    models_dir().join("onnxruntime/libonnxruntime.so")
}

pub fn transcriber() -> Box<dyn Transcriber> {
    speech::open_moonshine(&runtime(), &models_dir().join("moonshine-tiny-en")).expect("run `usher models pull`")
}

pub fn detector() -> Box<dyn SpeechDetector> {
    speech::open_silero(&runtime(), &models_dir().join("silero-vad/silero_vad.onnx")).expect("run `usher models pull`")
}

pub fn ears() -> Ears {
    Ears::new(detector(), transcriber())
}

/// A folder of the shared recordings, when they are beside the checkout (or in `USHER_SHARED`).
pub fn shared(folder: &str) -> Option<PathBuf> {
    let root = std::env::var_os("USHER_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    let folder = root.join("data").join(folder);
    folder.is_dir().then_some(folder)
}

/// `text` as espeak-ng says it, decoded to the hearing rate.
pub fn spoken(text: &str) -> Audio {
    let wav = Command::new("espeak-ng").args(["-v", "en+f2", "-s", "160", "--stdout", "--", text]).output();
    let wav = wav.expect("espeak-ng runs; apt-get install espeak-ng");
    speech::decode(&wav.stdout).expect("espeak-ng writes wav")
}

/// Evenly spread pseudo-random samples in `-1.0..1.0`, the same in every run.
pub fn noise(samples: usize) -> Vec<f32> {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 40) as f32 / (1_u64 << 23) as f32 - 1.0
    };
    (0..samples).map(|_| next()).collect()
}

/// The rate that ears take.
pub const RATE: u32 = 16_000;

/// A sine at half of full scale.
pub fn tone(hz: f32, seconds: f32) -> Vec<f32> {
    (0..(seconds * RATE as f32) as usize).map(|n| 0.5 * (TAU * hz * n as f32 / RATE as f32).sin()).collect()
}

/// Words of a text for comparison: lower case, no marks.
pub fn words(text: &str) -> Vec<String> {
    let kept: String = text
        .to_lowercase()
        .replace('-', " ")
        .chars()
        .filter(|c| c.is_alphanumeric() || *c == '\'' || *c == ' ')
        .collect();
    kept.split_whitespace().map(str::to_owned).collect()
}

/// Word edits (substituted, dropped, inserted) between what was said and what was heard.
pub fn word_errors(said: &[String], heard: &[String]) -> usize {
    let mut row: Vec<usize> = (0..=heard.len()).collect();
    for (i, a) in said.iter().enumerate() {
        let mut corner = std::mem::replace(&mut row[0], i + 1);
        for (j, b) in heard.iter().enumerate() {
            let cost = (corner + usize::from(a != b)).min(row[j] + 1).min(row[j + 1] + 1);
            corner = std::mem::replace(&mut row[j + 1], cost);
        }
    }
    row[heard.len()]
}

/// The files of a folder and its folders with one of these endings, in order.
pub fn files(folder: &Path, endings: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("the folder can be read") {
        let path = entry.expect("the folder can be read").path();
        if path.is_dir() {
            found.extend(files(&path, endings));
        } else if path.extension().is_some_and(|ending| endings.iter().any(|e| ending == *e)) {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// The airport's file with `desk` as its way to people, in `folder`.
pub fn site_with_desk(folder: &Path, desk: &str) -> PathBuf {
    let shipped = std::fs::read_to_string(sites().join("airport.toml")).expect("the airport is shipped");
    let knowledge = sites().join("airport");
    let text = shipped
        .replace("knowledge = \"airport\"", &format!("knowledge = \"{}\"", knowledge.display()))
        .replace("source = \"airport/media/hold-3\"", &format!("source = {:?}", knowledge.join("media/hold-3")))
        .replace("source = \"airport/media/hold-3\"", &format!("source = {:?}", knowledge.join("media/hold-3")))
        .replace("desk = { link = \"local\" }", &format!("desk = {desk}"));
    assert!(text.contains(desk), "the airport's file names its desk in one line");
    let file = folder.join("site.toml");
    std::fs::write(&file, text).expect("the folder can be written");
    file
}

//! What the model tests stand on: where the models are, where shared recordings are, and sounds made on the spot.

use std::path::{Path, PathBuf};
use std::process::Command;

use usher::domain::Audio;
use usher::engine::speech::{self, Ears};
use usher::engine::{SpeechDetector, Transcriber};

/// The folder of the fetched pack: `USHER_MODELS`, else `$USHER_DATA/models`, else `~/.local/share/usher/models`.
///
/// # Panics
/// When the pack is not there: a test never passes without its model.
pub fn models_dir() -> PathBuf {
    let folder = std::env::var_os("USHER_MODELS")
        .map(PathBuf::from)
        .or_else(|| std::env::var_os("USHER_DATA").map(|data| PathBuf::from(data).join("models")))
        .unwrap_or_else(|| PathBuf::from(std::env::var_os("HOME").unwrap_or_default()).join(".local/share/usher/models"));
    assert!(folder.is_dir(), "no models in {}; run `usher models pull`", folder.display());
    folder
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
    let root = std::env::var_os("USHER_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"),
        PathBuf::from,
    );
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

/// Words of a text for comparison: lower case, no marks.
pub fn words(text: &str) -> Vec<String> {
    let kept: String =
        text.to_lowercase().replace('-', " ").chars().filter(|c| c.is_alphanumeric() || *c == '\'' || *c == ' ').collect();
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

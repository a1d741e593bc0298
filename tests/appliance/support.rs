//! Where tests find the installed models, the shared public data and the golden numbers.

use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;

/// The installed starter pack.
///
/// # Panics
/// When it is not there: a test of an engine without its model would test nothing.
pub fn models_dir() -> PathBuf {
    let folder = std::env::var_os("USHER_MODELS").map(PathBuf::from).unwrap_or_else(|| data_dir().join("models"));
    assert!(folder.is_dir(), "{} is missing; fetch it with `usher models pull`", folder.display());
    folder
}

/// A file of the installed pack, by its place below [`models_dir`].
pub fn model(path: &str) -> PathBuf {
    let file = models_dir().join(path);
    assert!(file.exists(), "{} is missing; fetch it with `usher models pull`", file.display());
    file
}

fn data_dir() -> PathBuf {
    std::env::var_os("USHER_DATA").map(PathBuf::from).unwrap_or_else(|| {
        let home = std::env::var_os("HOME").expect("HOME is set");
        PathBuf::from(home).join(".local/share/usher")
    })
}

/// A file that `tests/golden/make.py` wrote.
pub fn golden(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name)
}

/// Golden numbers, from JSON.
pub fn golden_numbers<T: DeserializeOwned>(name: &str) -> T {
    let text = std::fs::read_to_string(golden(name)).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// The largest difference between two rows of numbers of one length.
pub fn largest_difference(got: &[f32], want: &[f32]) -> f32 {
    assert_eq!(got.len(), want.len());
    got.iter().zip(want).map(|(got, want)| (got - want).abs()).fold(0.0, f32::max)
}

//! Golden numbers: what `tests/golden/make.py` wrote, and how numbers are compared with it.

use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;

use crate::support::models_dir;

/// A file that `tests/golden/make.py` wrote.
pub fn golden(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name)
}

/// Golden numbers, from JSON.
pub fn golden_numbers<T: DeserializeOwned>(name: &str) -> T {
    let text = std::fs::read_to_string(golden(name)).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// A file of the installed pack, by its place below the models folder.
pub fn model(path: &str) -> PathBuf {
    let file = models_dir().join(path);
    assert!(file.exists(), "{} is missing; run `usher models pull`", file.display());
    file
}

/// The largest difference between two rows of numbers of one length.
pub fn largest_difference(got: &[f32], want: &[f32]) -> f32 {
    assert_eq!(got.len(), want.len());
    got.iter().zip(want).map(|(got, want)| (got - want).abs()).fold(0.0, f32::max)
}

//! Where tests find the installed models and the shared public data.

use std::path::PathBuf;

/// The installed starter pack.
///
/// # Panics
/// When it is not there: a test of an engine without its model would test nothing.
pub fn models_dir() -> PathBuf {
    let folder = std::env::var_os("USHER_MODELS").map(PathBuf::from).unwrap_or_else(|| data_dir().join("models"));
    assert!(folder.is_dir(), "{} is missing; fetch it with `usher models pull`", folder.display());
    folder
}

fn data_dir() -> PathBuf {
    std::env::var_os("USHER_DATA").map(PathBuf::from).unwrap_or_else(|| {
        let home = std::env::var_os("HOME").expect("HOME is set");
        PathBuf::from(home).join(".local/share/usher")
    })
}

//! ONNX Runtime: the shared library loaded once a process, and sessions tuned for a small device that others also use.
//! Knows nothing of what the models hear or read.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use ort::environment::Environment;
use ort::ep;
use ort::session::builder::SessionBuilder;
use ort::session::{RunOptions, Session};

use super::EngineError;

/// Read by ONNX Runtime when it is loaded. Without it, builds of 2026 write a device number and what program runs into
/// `~/.cache/Microsoft` and look for their maker's collector on the network, before `with_telemetry(false)` is heard.
const NO_TELEMETRY: &str = "ORT_DISABLE_TELEMETRY";

/// The library is global to the process and can be neither unloaded nor exchanged.
static LOADED: Mutex<Option<(PathBuf, Environment)>> = Mutex::new(None);

/// Opens `model` on the runtime `library`, which is loaded at the first call. Blocking: tens of milliseconds a model.
///
/// One thread and no spinning: a second thread that spins costs four times its gain on a busy machine. With an arena:
/// without one Moonshine takes 2.3 times as long, for 70 MB less; its inputs are bounded, and so is what it keeps. No
/// memory pattern: that is for inputs that are all of one shape.
///
/// # Errors
/// [`EngineError::Missing`] when a file is absent; [`EngineError::Unusable`] when it is damaged, not a model, or when
/// another library is already loaded. A failed load may be tried again once the file is repaired.
pub(super) fn session(library: &Path, model: &Path) -> Result<Session, EngineError> {
    let environment = environment(library)?;
    present(model)?;
    builder(&environment).and_then(|mut b| b.commit_from_file(model)).map_err(|error| unusable(model, error))
}

/// Tells ONNX Runtime, which is not loaded yet, to report nothing about this machine to anyone.
///
/// # Safety
/// No other thread may run yet: it changes the process's environment (`std::env::set_var`).
pub unsafe fn without_telemetry() {
    // SAFETY: the caller's.
    unsafe { std::env::set_var(NO_TELEMETRY, "1") };
}

/// For a small run that gives its session's arena back at its end: what the longest utterance took would else stay taken for
/// as long as the appliance runs. Only what no result still lies in can be given back, so results are dropped before.
pub(super) fn giving_back() -> ort::Result<RunOptions> {
    let mut options = RunOptions::new()?;
    options.set("memory.enable_memory_arena_shrinkage", "cpu:0")?;
    Ok(options)
}

fn builder(environment: &Environment) -> ort::Result<SessionBuilder> {
    Ok(Session::builder(environment)?
        .with_intra_threads(1)?
        .with_intra_op_spinning(false)?
        .with_memory_pattern(false)?
        .with_execution_providers([ep::CPU::default().with_arena_allocator(true).build()])?)
}

fn environment(library: &Path) -> Result<Environment, EngineError> {
    let mut loaded = LOADED.lock().unwrap_or_else(PoisonError::into_inner);
    match &*loaded {
        Some((from, environment)) if from == library => Ok(environment.clone()),
        Some((from, _)) => {
            Err(unusable(library, format!("{} is already loaded; restart to change it", from.display())))
        }
        None => {
            let environment = load(library)?;
            *loaded = Some((library.to_owned(), environment.clone()));
            Ok(environment)
        }
    }
}

fn load(library: &Path) -> Result<Environment, EngineError> {
    present(library)?;
    // Refused rather than loaded: what it tells, it tells while it loads.
    if std::env::var_os(NO_TELEMETRY).is_none_or(|value| value != "1") {
        return Err(unusable(library, format!("it would report to its maker; set {NO_TELEMETRY}=1")));
    }
    whole_elf(library).map_err(|reason| unusable(library, reason))?;
    let builder = ort::init_from(library).map_err(|error| unusable(library, error))?;
    builder
        .with_name("usher")
        .with_telemetry(false)
        .with_logger(Arc::new(|level, _, _, _, message| tracing::debug!(?level, "onnx runtime: {message}")))
        .build()
        .map_err(|error| unusable(library, error))
}

/// Refuses a shared library that was cut short: the loader maps such a file without complaint, and the process dies of
/// SIGBUS at the first missing page. In an ELF file the section table comes last (System V gABI, chapter 4).
fn whole_elf(library: &Path) -> Result<(), String> {
    let mut header = [0_u8; 64];
    let mut file = File::open(library).map_err(|error| error.to_string())?;
    let length = file.metadata().map_err(|error| error.to_string())?.len();
    file.read_exact(&mut header).map_err(|_| "too short for a shared library".to_owned())?;
    // \x7fELF, 64-bit, little endian: every board usher runs on
    if header[..6] != *b"\x7fELF\x02\x01" {
        return Err("not a 64-bit ELF library".to_owned());
    }
    let field = |at: usize, bytes: usize| (0..bytes).fold(0, |sum, i| sum | u64::from(header[at + i]) << (8 * i));
    let (table, entry_bytes, entries) = (field(0x28, 8), field(0x3A, 2), field(0x3C, 2));
    match table.checked_add(entry_bytes * entries) {
        Some(end) if end <= length => Ok(()),
        _ => Err(format!("cut short at {length} bytes; run `usher models pull` again")),
    }
}

fn present(path: &Path) -> Result<(), EngineError> {
    if path.is_file() { Ok(()) } else { Err(EngineError::Missing { path: path.display().to_string() }) }
}

fn unusable(path: &Path, reason: impl ToString) -> EngineError {
    EngineError::Unusable { path: path.display().to_string(), reason: reason.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error_of(bytes: Option<&[u8]>) -> String {
        let folder = tempfile::tempdir().unwrap();
        let library = folder.path().join("libonnxruntime.so");
        if let Some(bytes) = bytes {
            std::fs::write(&library, bytes).unwrap();
        }
        load(&library).unwrap_err().to_string()
    }

    #[test]
    fn a_missing_library_names_the_command_that_fetches_it() {
        assert!(error_of(None).ends_with("is missing; run `usher models pull`"));
    }

    #[test]
    fn what_is_no_library_is_refused_before_it_is_mapped() {
        assert!(error_of(Some(b"")).contains("too short for a shared library"));
        assert!(error_of(Some(&[0x42; 4096])).contains("not a 64-bit ELF library"));
    }

    #[test]
    fn a_library_cut_short_is_refused() {
        let mut cut = vec![0_u8; 4096];
        cut[..6].copy_from_slice(b"\x7fELF\x02\x01");
        cut[0x28..0x30].copy_from_slice(&34_000_000_u64.to_le_bytes());
        cut[0x3A..0x3C].copy_from_slice(&64_u16.to_le_bytes());
        cut[0x3C..0x3E].copy_from_slice(&30_u16.to_le_bytes());
        assert!(error_of(Some(&cut)).contains("cut short at 4096 bytes"));
    }
}

//! A process around a walk: bounded in memory, watched by the clock, its end looked at. What ends a process ends only this one.

use std::fs::File;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::support;

/// Address space of a walk: the largest input is a minute of sound, and threads reserve some of it.
const ADDRESS_BYTES_MAX: u64 = 3 << 30;

/// A case that is not over after so long never is.
const HANG: Duration = Duration::from_secs(90);

/// A walk ends with this when it could not be made: that is no crash of the program, and no clean walk either.
pub const BROKEN: u8 = 3;

const TARGET: &str = "USHER_HOSTILE_TARGET";
const SEED: &str = "USHER_HOSTILE_SEED";
const LASTS: &str = "USHER_HOSTILE_SECONDS";
const ONLY: &str = "USHER_HOSTILE_CASE";

/// What a guarded process shall do.
pub struct Inside {
    pub target: String,
    pub seed: u64,
    pub lasts: Duration,
    /// Only keeps this case's input, and does not try it.
    pub only: Option<u64>,
}

/// `None` in the process that watches.
pub fn inside() -> Option<Inside> {
    let number = |name: &str| std::env::var(name).ok()?.parse::<f64>().ok();
    Some(Inside {
        target: std::env::var(TARGET).ok()?,
        seed: std::env::var(SEED).ok()?.parse().ok()?,
        lasts: Duration::from_secs_f64(number(LASTS)?),
        only: std::env::var(ONLY).ok().and_then(|text| text.parse().ok()),
    })
}

/// Walks `target` in a process of its own. How many crashes there were.
pub fn run(target: &str, seed: u64, lasts: Duration) -> u64 {
    let plan = Inside { target: target.into(), seed, lasts, only: None };
    let mark = mark_file(&plan);
    let mut child = command(&plan).spawn().expect("prlimit runs; `apt-get install util-linux`");
    let (mut case, mut since) = (0, Instant::now());
    let fault = loop {
        if let Some(status) = child.try_wait().expect("a child can be waited for") {
            match status.code() {
                Some(0) => return 0,
                // It has told its crashes, or what it lacks, itself.
                Some(1) => return 1,
                Some(code) if code == i32::from(BROKEN) => return 1,
                _ => break format!("the process ended: {status}"),
            }
        }
        let now = marked(&mark);
        if now != case {
            (case, since) = (now, Instant::now());
        }
        if since.elapsed() > HANG {
            let _ = child.kill();
            let _ = child.wait();
            break format!("no end after {} s", HANG.as_secs());
        }
        std::thread::sleep(Duration::from_millis(100));
    };
    let case = marked(&mark);
    println!("  CRASH in {target}: {fault}; seed {seed}, case {case}");
    let kept = command(&Inside { only: Some(case), ..plan }).status();
    kept.expect("prlimit runs");
    1
}

fn command(plan: &Inside) -> Command {
    let mut command = Command::new("prlimit");
    command.arg(format!("--as={ADDRESS_BYTES_MAX}")).arg("--core=0");
    command.arg(std::env::current_exe().expect("this program has a path"));
    command.env(TARGET, &plan.target).env(SEED, plan.seed.to_string());
    command.env(LASTS, plan.lasts.as_secs_f64().to_string());
    match plan.only {
        Some(case) => command.env(ONLY, case.to_string()),
        None => command.env_remove(ONLY),
    };
    command
}

/// The case under way, as the guarded process notes it.
pub fn mark_file(plan: &Inside) -> File {
    let path = folder().join(format!("{}.case", plan.target));
    let mut options = File::options();
    options.read(true).write(true).create(true).truncate(false).open(path).expect("the case's file opens")
}

fn marked(file: &File) -> u64 {
    let mut bytes = [0; 8];
    let read = std::os::unix::fs::FileExt::read_at(file, &mut bytes, 0);
    if read.is_ok_and(|count| count == 8) { u64::from_le_bytes(bytes) } else { 0 }
}

/// Writes an input for whoever repairs what it broke; its path.
pub fn keep(plan: &Inside, case: u64, input: &[u8]) -> String {
    let path = folder().join(format!("{}-{}-{case}", plan.target, plan.seed));
    std::fs::write(&path, input).expect("the input can be kept");
    path.display().to_string()
}

pub fn folder() -> PathBuf {
    let folder = support::root().join("target/hostile");
    std::fs::create_dir_all(&folder).expect("the folder can be made");
    folder
}

/// Most memory this process ever had, MiB.
pub fn peak_mib() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
    line.split_whitespace().next().and_then(|word| word.parse::<f64>().ok()).map_or(f64::NAN, |kib| kib / 1024.0)
}

/// A folder in memory where there is one: thousands of small files a minute would else wear out a disk.
pub fn scratch() -> tempfile::TempDir {
    let memory = std::path::Path::new("/dev/shm");
    let made = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
    made.expect("a folder can be made")
}

//! Runs the command, prints the error chain, returns the exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    // SAFETY: the first statement of the process; no other thread runs yet.
    unsafe { usher::engine::without_telemetry() };
    usher::cli::run()
}

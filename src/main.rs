//! Runs the command, prints the error chain, returns the exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    usher::cli::run()
}

//! `usher pins` on a simulated board whose lines are files: what a technician sees, and what is left of an output however the
//! program ends.

use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

/// Far above what any of this takes on a busy machine.
const DEADLINE: Duration = Duration::from_secs(30);

/// A board file and the folder of its lines.
struct Bench {
    folder: tempfile::TempDir,
}

impl Bench {
    fn new() -> Self {
        let bench = Self { folder: tempfile::tempdir().unwrap() };
        bench.write_board(17);
        bench
    }

    fn write_board(&self, door_line: u32) {
        let lines = self.folder.path().join("lines");
        fs::create_dir_all(&lines).unwrap();
        let text = format!(
            "name = \"bench\"\n[gpio]\nbackend = \"simulated\"\nfolder = {lines:?}\n[pins.help_button]\nline = 4\n\
             [pins.status_light]\nline = 5\n[pins.output.door_release]\nline = {door_line}\npulse_ms_max = 10000\n"
        );
        fs::write(self.board(), text).unwrap();
    }

    fn board(&self) -> PathBuf {
        self.folder.path().join("board.toml")
    }

    fn line(&self, role: &str) -> String {
        fs::read_to_string(self.folder.path().join("lines").join(role)).unwrap_or_default().trim().to_owned()
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_usher"));
        command.arg("pins").args(words).arg("--board").arg(self.board());
        command
    }

    fn run(&self, words: &[&str]) -> Output {
        self.command(words).output().unwrap()
    }

    /// Starts a pulse of ten seconds, and waits until the output is on.
    fn pulsing(&self) -> Child {
        let mut command = self.command(&["test", "door_release", "--ms", "10000"]);
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let end = Instant::now() + DEADLINE;
        while self.line("door_release") != "1" {
            assert!(Instant::now() < end, "the pulse did not begin");
            std::thread::yield_now();
        }
        child
    }
}

fn signal(child: &Child, name: &str) {
    assert!(Command::new("kill").args([name, &child.id().to_string()]).status().unwrap().success());
}

#[test]
fn a_pulse_that_is_ended_by_a_signal_leaves_the_output_at_its_safe_level() {
    let bench = Bench::new();
    let mut child = bench.pulsing();
    signal(&child, "-TERM");
    assert_eq!(child.wait().unwrap().code(), Some(1));
    assert_eq!(bench.line("door_release"), "0");
}

#[test]
fn safe_mends_what_a_kill_left_and_says_when_it_cannot() {
    let bench = Bench::new();
    let mut child = bench.pulsing();
    signal(&child, "-KILL");
    child.wait().unwrap();
    assert_eq!(bench.line("door_release"), "1", "nobody could bring it to rest");
    let output = bench.run(&["safe", "--json"]);
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(bench.line("door_release"), "0");
    fs::remove_dir_all(bench.folder.path().join("lines")).unwrap();
    let output = bench.run(&["safe", "--json"]);
    assert_eq!(output.status.code(), Some(1));
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    let outputs = document["outputs"].as_array().unwrap();
    assert!(outputs.len() == 2 && outputs.iter().all(|output| output["fault"].is_string()), "{document}");
}

#[test]
fn every_line_is_listed_and_two_roles_on_one_are_refused() {
    let bench = Bench::new();
    let document: Value = serde_json::from_slice(&bench.run(&["list", "--json"]).stdout).unwrap();
    let roles: Vec<&str> = document["pins"].as_array().unwrap().iter().filter_map(|pin| pin["role"].as_str()).collect();
    assert_eq!(roles, ["help_button", "status_light", "door_release"]);
    bench.write_board(4);
    let output = bench.run(&["list"]);
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("help_button and output.door_release are both on line 4"), "{said}");
}

#[test]
fn an_input_that_stays_is_told_with_what_to_check() {
    let bench = Bench::new();
    let output = bench.run(&["test", "help_button", "--ms", "50"]);
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(said.contains("it stayed inactive; check its wire"), "{said}");
}

//! The thread over the simulated board: waits are for what it tells or sets, each with a deadline.

use std::path::Path;

use super::*;
use crate::device::{Pin, Standing};

/// Far above what any of this takes on a busy machine.
const DEADLINE: Duration = Duration::from_secs(20);

fn board() -> Board {
    let text = "name = \"test\"\n[gpio]\nbackend = \"simulated\"\n[pins.help_button]\nline = 1\n\
        [pins.status_light]\nline = 2\n[pins.output.door_release]\nline = 3\npulse_ms_max = 3000\n\
        [pins.output.gate_magnet]\nline = 4\nsafe = \"active\"\npulse_ms_max = 3000\n";
    Board::parse(text, Path::new("test.toml")).unwrap()
}

fn until(mut what: impl FnMut() -> bool) {
    let end = Instant::now() + DEADLINE;
    while !what() {
        assert!(Instant::now() < end, "it did not happen");
        std::thread::yield_now();
    }
}

/// A board whose button panics the thread when it is pressed: our own mistake, as bad as it can be.
struct Panicking(Simulated);

impl Body for Panicking {
    fn take(&mut self, pin: &Pin) -> Result<(), DeviceError> {
        self.0.take(pin)
    }

    fn read(&mut self, line: u32) -> Result<bool, DeviceError> {
        assert_eq!(self.0.is_active("help_button"), Some(false), "the thread panics here");
        self.0.read(line)
    }

    fn write(&mut self, line: u32, high: bool) -> Result<(), DeviceError> {
        self.0.write(line, high)
    }
}

#[test]
fn a_press_is_told_and_a_shown_state_is_lit() {
    let watch = Watch::start(&board()).unwrap().unwrap();
    let mut events = watch.handle().events();
    let handle = watch.handle();
    let finger = handle.simulated().unwrap();
    assert!(finger.set("help_button", true));
    until(|| matches!(events.try_recv(), Ok(Event::Help)));
    handle.show(Light::Listening);
    until(|| finger.is_active("status_light") == Some(true));
}

#[test]
fn dropping_the_watch_brings_every_output_to_rest() {
    let watch = Watch::start(&board()).unwrap().unwrap();
    let handle = watch.handle();
    let seen = handle.simulated().unwrap();
    handle.show(Light::Listening);
    handle.pulse("door_release", Duration::from_secs(3)).unwrap();
    handle.pulse("gate_magnet", Duration::from_secs(3)).unwrap();
    let outputs = || ["status_light", "door_release", "gate_magnet"].map(|role| seen.is_active(role) == Some(true));
    until(|| outputs() == [true, true, false]);
    drop(watch);
    assert_eq!(outputs(), [false, false, true]);
    assert_eq!(handle.pulse("door_release", Duration::from_secs(1)), Err(Refused::Ended));
}

#[test]
fn a_panic_in_the_thread_brings_every_output_to_rest_and_is_told() {
    let bell = Bell::new();
    let seen = Simulated::new(&board(), bell.clone());
    let watch = Watch::over(&board(), Box::new(Panicking(seen.clone())), bell);
    let handle = watch.handle();
    handle.show(Light::Listening);
    handle.pulse("door_release", Duration::from_secs(3)).unwrap();
    let outputs = || ["status_light", "door_release", "gate_magnet"].map(|role| seen.is_active(role) == Some(true));
    until(|| outputs() == [true, true, true]);
    seen.set("help_button", true);
    until(|| outputs() == [false, false, true]);
    until(|| handle.snapshot().iter().all(|pin| pin.state == Standing::Unknown && pin.fault.is_some()));
    assert_eq!(handle.pulse("door_release", Duration::from_secs(1)), Err(Refused::Ended));
}

#[test]
fn a_board_in_a_folder_is_driven_by_files() {
    let folder = tempfile::tempdir().unwrap();
    let mut board = board();
    board.gpio.folder = Some(folder.path().into());
    let watch = Watch::start(&board).unwrap().unwrap();
    let mut events = watch.handle().events();
    std::fs::write(folder.path().join("help_button"), "1\n").unwrap();
    until(|| matches!(events.try_recv(), Ok(Event::Help)));
    let door = || std::fs::read_to_string(folder.path().join("door_release")).unwrap_or_default();
    watch.handle().pulse("door_release", Duration::from_secs(3)).unwrap();
    until(|| door() == "1\n");
    drop(watch);
    assert_eq!(door(), "0\n");
}

#[test]
fn what_a_killed_usher_left_is_brought_to_rest_from_the_board_file() {
    let folder = tempfile::tempdir().unwrap();
    let mut board = board();
    board.gpio.folder = Some(folder.path().into());
    std::fs::write(folder.path().join("door_release"), "1\n").unwrap();
    std::fs::create_dir(folder.path().join("status_light")).unwrap();
    let outcomes = crate::device::rest(&board).unwrap();
    let failed = outcomes.iter().filter(|(_, outcome)| outcome.is_err());
    assert_eq!(failed.map(|(pin, _)| pin.role.name()).collect::<Vec<_>>(), ["status_light"]);
    assert_eq!(std::fs::read_to_string(folder.path().join("door_release")).unwrap(), "0\n");
    assert_eq!(std::fs::read_to_string(folder.path().join("gate_magnet")).unwrap(), "1\n");
}

/// On a machine without such a chip every line says so, and nothing else happens.
#[cfg(feature = "pins")]
#[test]
fn a_chip_that_is_not_there_is_told_for_each_line() {
    let mut board = board();
    board.gpio =
        crate::device::Gpio { backend: crate::device::Backend::Chip, chip: "no-such-chip".into(), folder: None };
    let watch = Watch::start(&board).unwrap().unwrap();
    let reason = "no chip is labelled 'no-such-chip'; `gpiodetect` lists the labels";
    assert!(watch.handle().snapshot().iter().all(|pin| pin.fault.as_deref() == Some(reason)));
}

#[cfg(not(feature = "pi"))]
#[test]
fn a_backend_that_was_not_built_in_is_refused_with_its_feature() {
    let mut board = board();
    board.gpio.backend = crate::device::Backend::Pi;
    let Err(error) = Watch::start(&board) else { panic!("it started") };
    assert!(error.to_string().contains("--features pi"), "{error}");
}

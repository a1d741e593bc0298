//! The panel over the simulated board, with a clock that the test turns.

use std::path::Path;

use super::*;
use crate::device::held::LOOK_EVERY;
use crate::device::{Bell, Board, Simulated, Standing};

const BOARD: &str = "name = \"test\"\n[gpio]\nbackend = \"simulated\"\n\
    [pins.help_button]\nline = 1\n[pins.presence_sensor]\nline = 2\nactive = \"high\"\n\
    [pins.status_light]\nred = 3\ngreen = 4\nblue = 5\n\
    [pins.output.door_release]\nline = 6\npulse_ms_max = 3000\n\
    [pins.output.gate_magnet]\nline = 7\nactive = \"low\"\nsafe = \"active\"\npulse_ms_max = 1000\n";

/// A panel, its board, and a time in milliseconds since the start.
struct Bench {
    panel: Panel,
    board: Simulated,
    start: Instant,
    at_ms: u64,
    told: Vec<Event>,
}

impl Bench {
    fn new() -> Self {
        let board = Board::parse(BOARD, Path::new("test.toml")).unwrap();
        let simulated = Simulated::new(&board, Bell::new());
        Self::over(&board, simulated)
    }

    fn over(board: &Board, simulated: Simulated) -> Self {
        let mut bench = Self {
            panel: Panel::new(board.pins()),
            board: simulated,
            start: Instant::now(),
            at_ms: 0,
            told: Vec::new(),
        };
        bench.pass(0);
        bench
    }

    fn now(&self) -> Instant {
        self.start + Duration::from_millis(self.at_ms)
    }

    /// Lets `ms` pass, with a turn whenever the panel wants one; how many turns that were.
    fn pass(&mut self, ms: u64) -> usize {
        let end_ms = self.at_ms + ms;
        for turns in 1.. {
            let now = self.now();
            let wait = self.panel.turn(&mut self.board, now, &mut |event| self.told.push(event));
            // As the thread does it: never sooner than a look after the last.
            let wait_ms = (wait.as_micros().div_ceil(1000) as u64).max(LOOK_EVERY.as_millis() as u64);
            if self.at_ms + wait_ms > end_ms {
                self.at_ms = end_ms;
                return turns;
            }
            self.at_ms += wait_ms;
        }
        0
    }

    fn pulse(&mut self, role: &str, ms: u64) -> Result<(), Refused> {
        let now = self.now();
        self.panel.pulse(role, Duration::from_millis(ms), now)
    }

    fn active(&self, role: &str) -> bool {
        self.board.is_active(role).unwrap()
    }

    fn state(&self, role: &str) -> PinState {
        self.panel.snapshot().into_iter().find(|pin| pin.role == role).unwrap()
    }
}

#[test]
fn a_bouncing_press_is_one_press_and_a_held_button_stays_one() {
    let mut bench = Bench::new();
    for pressed in [true, false, true, false, true] {
        bench.board.set("help_button", pressed);
        bench.pass(7);
    }
    bench.pass(20_000);
    assert_eq!(bench.told, [Event::Help]);
    bench.board.set("help_button", false);
    bench.pass(100);
    bench.board.set("help_button", true);
    bench.pass(100);
    assert_eq!(bench.told, [Event::Help, Event::Help]);
}

#[test]
fn a_sensor_that_is_active_at_the_start_is_told_and_a_button_held_then_is_no_press() {
    let board = Board::parse(BOARD, Path::new("test.toml")).unwrap();
    let simulated = Simulated::new(&board, Bell::new());
    simulated.set("presence_sensor", true);
    simulated.set("help_button", true);
    let mut bench = Bench::over(&board, simulated);
    bench.pass(1_000);
    bench.board.set("presence_sensor", false);
    bench.pass(2_000);
    assert_eq!(bench.told, [Event::Presence(true), Event::Presence(false)]);
    assert_eq!(bench.state("presence_sensor").state, Standing::Inactive);
}

#[test]
fn a_pulse_ends_by_itself_and_rests_as_long_as_it_was() {
    let mut bench = Bench::new();
    bench.pulse("door_release", 500).unwrap();
    bench.pass(490);
    assert!(bench.active("door_release"));
    assert_eq!(bench.state("door_release").state, Standing::Active);
    bench.pass(20);
    assert!(!bench.active("door_release"));
    let refused = bench.pulse("door_release", 500).unwrap_err();
    assert_eq!(refused, Refused::Resting { role: "door_release".into(), wait_ms: 490 });
    bench.pass(500);
    bench.pulse("door_release", 500).unwrap();
}

#[test]
fn a_pulse_beyond_the_board_files_bound_is_refused_and_sets_nothing() {
    let mut bench = Bench::new();
    let message = bench.pulse("door_release", 3001).unwrap_err().to_string();
    assert!(message.starts_with("'door_release' may be pulsed for 3000 ms at most, not 3001"), "{message}");
    bench.pass(50);
    assert!(!bench.active("door_release"));
    assert_eq!(
        bench.pulse("door_realease", 10).unwrap_err().to_string(),
        "no pin has the role 'door_realease'; did you mean 'door_release'?"
    );
    assert_eq!(bench.pulse("help_button", 10).unwrap_err(), Refused::Input("help_button".into()));
}

#[test]
fn an_output_that_rests_active_is_let_go_by_a_pulse_and_held_again() {
    let mut bench = Bench::new();
    assert!(bench.active("gate_magnet"));
    bench.pulse("gate_magnet", 200).unwrap();
    bench.pass(100);
    assert!(!bench.active("gate_magnet"));
    bench.pass(200);
    assert!(bench.active("gate_magnet"));
    bench.pulse("gate_magnet", 200).unwrap_err();
    bench.pass(400);
    bench.pulse("gate_magnet", 200).unwrap();
    bench.pass(10);
    bench.panel.rest(&mut bench.board);
    assert!(bench.active("gate_magnet"));
}

#[test]
fn the_light_keeps_its_rhythm_and_its_colours() {
    let mut bench = Bench::new();
    bench.panel.show(Light::HumanOnTheWay);
    let mut seen = String::new();
    bench.pass(45);
    for _ in 0..15 {
        let lamps = ["red", "green", "blue"].map(|colour| bench.active(&format!("status_light.{colour}")));
        assert!(lamps == [true, false, true] || lamps == [false; 3], "{lamps:?}");
        seen.push(if lamps[0] { '1' } else { '0' });
        bench.pass(90);
    }
    assert_eq!(seen, "110011000000000");
}

#[test]
fn a_line_that_fails_is_told_once_the_rest_goes_on_and_it_comes_back() {
    let mut bench = Bench::new();
    bench.pulse("door_release", 2_000).unwrap();
    bench.pass(50);
    bench.board.break_line("presence_sensor", Some("unplugged"));
    bench.pass(10_000);
    let reason = "line 2 cannot be used: unplugged".to_owned();
    assert_eq!(bench.told, [Event::Fault { role: "presence_sensor".into(), reason: reason.clone() }]);
    let state = bench.state("presence_sensor");
    assert_eq!((state.state, state.fault), (Standing::Unknown, Some(reason)));
    assert_eq!(bench.panel.shown, Light::Fault, "the light tells it while nobody is served");
    assert!(!bench.active("door_release"), "the pulse ended though another line failed");
    bench.panel.show(Light::Speaking);
    bench.pass(10);
    assert_eq!(bench.panel.shown, Light::Speaking);
    bench.board.set("help_button", true);
    bench.pass(100);
    bench.board.break_line("presence_sensor", None);
    bench.pass(4_000);
    assert_eq!(bench.told[1..], [Event::Help, Event::Mended { role: "presence_sensor".into() }]);
}

#[test]
fn a_pulse_on_a_line_that_failed_is_refused_and_none_is_left_when_it_is_back() {
    let mut bench = Bench::new();
    bench.pulse("door_release", 3_000).unwrap();
    bench.board.break_line("door_release", Some("gone"));
    bench.pass(100);
    assert!(matches!(bench.pulse("door_release", 100), Err(Refused::Fault { .. })));
    bench.board.break_line("door_release", None);
    bench.pass(2_950);
    assert!(!bench.active("door_release"));
    assert_eq!(bench.state("door_release").state, Standing::Inactive);
}

#[test]
fn an_idle_kiosk_wants_two_turns_a_second_at_most() {
    let mut bench = Bench::new();
    let turns = bench.pass(60_000);
    assert!(turns <= 120, "{turns}");
}

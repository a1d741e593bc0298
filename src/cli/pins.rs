//! `usher pins list | test | watch | safe`: the board's lines, tried by hand. On every way out the outputs are at their safe
//! level, a signal included.

use std::io::Write;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, bail};
use clap::{Args as ClapArgs, Subcommand};
use serde_json::json;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

use super::setting::{Global, runtime};
use crate::device::{self, Board, Direction, Event, Handle, Light, PinState, Standing, Watch};

/// How long an output is pulsed, a state of the light is shown, and an input is waited for, unless told otherwise.
const PULSE_MS: u64 = 500;
const LIGHT_MS: u64 = 3_000;
const INPUT_MS: u64 = 10_000;

/// Longest test: somebody stands at the kiosk and looks.
const TEST_MS_MAX: u64 = 120_000;

/// Between two looks at a line that is tested, and what a pulse may last longer than asked on a busy machine.
const LOOK_EVERY: Duration = Duration::from_millis(20);
const PULSE_LATE_MAX: Duration = Duration::from_secs(1);

#[derive(ClapArgs)]
#[command(after_help = "Example: usher pins test help_button --board raspberry-pi-5")]
pub struct Args {
    #[command(subcommand)]
    what: What,
    /// A board by its name or file, instead of the site's own
    #[arg(long, global = true, value_name = "NAME|FILE")]
    board: Option<String>,
    /// JSON: one document, or one line for each event.
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Subcommand)]
enum What {
    /// Say how every line stands; exits 1 when one has a fault.
    List,
    /// Pulse an output, go through the light's states, or wait for an input to change.
    Test {
        role: String,
        /// How long, milliseconds [default: 500 for outputs, 3000 for each state of the light, 10000 for inputs]
        #[arg(long, value_parser = clap::value_parser!(u64).range(1..=TEST_MS_MAX))]
        ms: Option<u64>,
    },
    /// Print what happens until Ctrl-C.
    Watch,
    /// Set every output to its safe level and let it go; for ExecStopPost.
    Safe,
}

pub fn run(args: &Args, global: &Global) -> anyhow::Result<ExitCode> {
    let board = global.board(args.board.as_deref())?;
    let is_good = match &args.what {
        What::List => list(&board, args.json)?,
        What::Test { role, ms } => test(&board, role, *ms, args.json)?,
        What::Watch => watch(&board, args.json)?,
        What::Safe => safe(&board, args.json)?,
    };
    Ok(if is_good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn list(board: &Board, as_json: bool) -> anyhow::Result<bool> {
    let pins = Watch::start(board)?.map(|watch| watch.handle().snapshot()).unwrap_or_default();
    if as_json {
        println!("{:#}", json!({"board": board.name, "pins": pins}));
    } else if pins.is_empty() {
        println!("{}: no pins", board.name);
    } else {
        println!("{:20} {:>4} {:3} {:8} {:11} {:8}", "role", "line", "way", "state", "rests", "pulse");
        pins.iter().for_each(print);
    }
    Ok(pins.iter().all(|pin| pin.fault.is_none()))
}

fn print(pin: &PinState) {
    let (way, rests, pulse) = match pin.direction {
        Direction::In => ("in", "-".to_owned(), "-".to_owned()),
        Direction::Out => ("out", word(pin.safe), pin.pulse_ms_max.map_or_else(String::new, |ms| format!("{ms} ms"))),
    };
    println!("{:20} {:>4} {way:3} {:8} {rests:11} {pulse:8}", pin.role, pin.line, word(pin.state));
    if let Some(fault) = &pin.fault {
        println!("{:20} -> {fault}", "");
    }
}

/// The word that JSON has for it, too.
fn word(value: impl serde::Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

fn test(board: &Board, role: &str, ms: Option<u64>, as_json: bool) -> anyhow::Result<bool> {
    let watch = started(board)?;
    let pins = watch.handle();
    let finding = runtime()?.block_on(async {
        let mut stopped = std::pin::pin!(stopped());
        tokio::select! {
            _ = &mut stopped => bail!("stopped; the outputs are at their safe level"),
            finding = tested(&pins, role, ms, as_json) => finding,
        }
    })?;
    drop(watch);
    if as_json {
        println!("{:#}", json!({"role": role, "good": finding.is_none(), "finding": finding}));
    } else {
        println!("{role}: {}", finding.as_deref().unwrap_or("good"));
    }
    Ok(finding.is_none())
}

fn started(board: &Board) -> anyhow::Result<Watch> {
    Watch::start(board)?.with_context(|| format!("the board '{}' has no pins", board.name))
}

/// What is wrong with the line; `None` when it is good.
async fn tested(pins: &Handle, role: &str, ms: Option<u64>, quietly: bool) -> anyhow::Result<Option<String>> {
    let say = |text: &str| if quietly { Ok(()) } else { tell(text) };
    let lines = pins.snapshot();
    if role == "status_light" && lines.iter().any(|pin| is_lamp(&pin.role)) {
        return light_tested(pins, Duration::from_millis(ms.unwrap_or(LIGHT_MS)), &say).await;
    }
    match lines.into_iter().find(|pin| pin.role == role) {
        Some(PinState { fault: Some(fault), .. }) => Ok(Some(fault)),
        Some(pin) if pin.direction == Direction::In => {
            say(&format!("{role} is {}; change it now", word(pin.state)))?;
            input_tested(pins, &pin, Duration::from_millis(ms.unwrap_or(INPUT_MS))).await
        }
        _ => output_tested(pins, role, Duration::from_millis(ms.unwrap_or(PULSE_MS))).await,
    }
}

fn is_lamp(role: &str) -> bool {
    role.split('.').next() == Some("status_light")
}

type Say<'a> = &'a dyn Fn(&str) -> anyhow::Result<()>;

async fn light_tested(pins: &Handle, each: Duration, say: Say<'_>) -> anyhow::Result<Option<String>> {
    for light in Light::ALL {
        say(light.words())?;
        pins.show(light);
        tokio::time::sleep(each).await;
    }
    Ok(pins.snapshot().into_iter().filter(|pin| is_lamp(&pin.role)).find_map(|pin| pin.fault))
}

async fn output_tested(pins: &Handle, role: &str, length: Duration) -> anyhow::Result<Option<String>> {
    pins.pulse(role, length)?;
    tokio::time::sleep(length).await;
    let rested = async {
        loop {
            let pin = pins.snapshot().into_iter().find(|pin| pin.role == role);
            let pin = pin.with_context(|| format!("'{role}' is gone"))?;
            if let Some(fault) = pin.fault {
                return Ok(Some(fault));
            }
            if word(pin.state) == word(pin.safe) || is_lamp(role) {
                return Ok(None);
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    };
    let late = Some("it did not come back to its safe level".to_owned());
    tokio::time::timeout(PULSE_LATE_MAX, rested).await.unwrap_or(Ok(late))
}

async fn input_tested(pins: &Handle, before: &PinState, at_most: Duration) -> anyhow::Result<Option<String>> {
    let changed = async {
        loop {
            let now = pins.snapshot().into_iter().find(|pin| pin.role == before.role);
            match now {
                Some(PinState { fault: Some(fault), .. }) => return Some(fault),
                Some(pin) if pin.state != before.state => return None,
                _ => tokio::time::sleep(LOOK_EVERY).await,
            }
        }
    };
    let still = word(before.state);
    let finding = format!("it stayed {still}; check its wire, its line and `active` in the board file");
    Ok(tokio::time::timeout(at_most, changed).await.unwrap_or(Some(finding)))
}

/// Prints how the inputs stand, then every event. Ends at a signal; that is good.
fn watch(board: &Board, as_json: bool) -> anyhow::Result<bool> {
    let watch = started(board)?;
    let events = watch.handle().events();
    let pins = watch.handle().snapshot();
    for pin in pins.iter().filter(|pin| pin.direction == Direction::In || pin.state == Standing::Unknown) {
        let line = json!({"event": "standing", "value": {"role": pin.role, "state": pin.state, "fault": pin.fault}});
        let fault = pin.fault.as_ref().map(|fault| format!(": {fault}")).unwrap_or_default();
        let words = format!("{} is {}{fault}", pin.role, word(pin.state));
        tell(&if as_json { line.to_string() } else { words })?;
    }
    runtime()?.block_on(async {
        tokio::select! {
            _ = stopped() => Ok(true),
            ended = told(events, as_json) => ended,
        }
    })
}

async fn told(mut events: Receiver<Event>, as_json: bool) -> anyhow::Result<bool> {
    loop {
        match events.recv().await {
            Ok(event) if as_json => tell(&serde_json::to_string(&event)?)?,
            Ok(event) => tell(&sentence(&event))?,
            Err(RecvError::Lagged(lost)) => eprintln!("{lost} events were lost; this terminal is too slow"),
            Err(RecvError::Closed) => bail!("the pins are no longer watched"),
        }
    }
}

fn sentence(event: &Event) -> String {
    let either = |what: &str, is: bool, yes: &str, no: &str| format!("{what} {}", if is { yes } else { no });
    match event {
        Event::Help => "help_button pressed".into(),
        Event::Presence(is) => either("presence_sensor", *is, "somebody is there", "nobody is there"),
        Event::Shutter(is) => either("privacy_shutter", *is, "closed", "opened"),
        Event::Headset(is) => either("headset_detect", *is, "plugged in", "pulled out"),
        Event::Door(is) => either("door_switch", *is, "opened", "closed"),
        Event::Fault { role, reason } => format!("{role} failed: {reason}"),
        Event::Mended { role } => format!("{role} works again"),
    }
}

fn safe(board: &Board, as_json: bool) -> anyhow::Result<bool> {
    let outcomes = device::rest(board)?;
    if as_json {
        let outputs = outcomes.iter().map(|(pin, outcome)| {
            let fault = outcome.as_ref().err().map(ToString::to_string);
            json!({"role": pin.role.name(), "line": pin.line, "safe": pin.safe, "fault": fault})
        });
        println!("{:#}", json!({"board": board.name, "outputs": outputs.collect::<Vec<_>>()}));
    }
    for (pin, outcome) in outcomes.iter().filter(|_| !as_json) {
        match outcome {
            Ok(()) => println!("{:20} {}", pin.role.name(), word(pin.safe)),
            Err(error) => println!("{:20} -> {error}", pin.role.name()),
        }
    }
    Ok(outcomes.iter().all(|(_, outcome)| outcome.is_ok()))
}

/// Prints a line. A reader that left (`usher pins watch | head`) ends the command by an error and not by a panic's exit, so
/// that the outputs are brought to rest.
fn tell(text: &str) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{text}")
        .and_then(|()| out.flush())
        .context("nobody reads any more; the outputs are at their safe level")
}

/// Until somebody ends this program; what it holds is dropped then, which brings the outputs to rest.
async fn stopped() {
    let signals = (signal(SignalKind::terminate()), signal(SignalKind::interrupt()));
    let (Ok(mut terminate), Ok(mut interrupt)) = signals else { return };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
}

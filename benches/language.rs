//! Prompt and decode rate of usher's language engine, beside llama.cpp on the same file in the same minutes.
//!
//! `cargo bench --bench language -- [--model FILE.gguf] [--peer LLAMA_BENCH] [--rounds 5] [--threads 1,2]`, or by
//! environment `USHER_MODEL` and `USHER_LLAMA_BENCH`. Every figure comes from a process of its own, usher and peer in
//! turn, so that a busy minute meets both; medians are compared. The peer's two-thread rate depends on how its threads
//! wait: the better of spinning and parking counts.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::PathBuf;
use std::process::{Command, ExitCode, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use usher::engine::language::{Decoder, Settings};

const PROMPT_TOKENS: usize = 256;
const DECODE_TOKENS: usize = 128;
const THREADS: [usize; 2] = [1, 2];
const ROUNDS: usize = 5;
const USHER: &str = "usher";
/// Seen on virtual machines whose processor shows AMX and whose hypervisor traps it.
const WHEN_THE_PEER_CRASHES: &str = "; if it dies by signal 11, build it with CMAKE_C_FLAGS and CMAKE_CXX_FLAGS=\"-mno-amx-tile -mno-amx-int8 -mno-amx-bf16\"";
const HOW_TO_GET_THE_PEER: &str =
    "no peer: build llama.cpp (cmake -DGGML_NATIVE=ON, target llama-bench) and give its llama-bench as --peer";

/// One process' figures.
#[derive(Clone, Copy)]
struct Figures {
    prompt_tps: f64,
    decode_tps: f64,
    resident_mib: f64,
    /// Processors that the process had on average. Well below its threads: the machine is busy, and its rates say little.
    processors: f64,
}

struct Options {
    model: PathBuf,
    peer: Option<PathBuf>,
    rounds: usize,
    threads: Vec<usize>,
    /// Set in the child that measures usher: its number of threads.
    measure: Option<usize>,
}

fn main() -> ExitCode {
    match Options::read().and_then(run) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: Options) -> Result<()> {
    if let Some(threads) = options.measure {
        println!("{}", measure_usher(&options, threads)?);
        return Ok(());
    }
    if !options.model.exists() {
        bail!("model file {} is missing; run `usher models pull`", options.model.display());
    }
    let mut runs: BTreeMap<(usize, &str), Vec<Figures>> = BTreeMap::new();
    for _ in 0..options.rounds {
        for &threads in &options.threads {
            runs.entry((threads, USHER)).or_default().push(run_usher(&options, threads)?);
            for policy in ["active", "passive"] {
                if let Some(figures) = run_peer(&options, threads, policy)? {
                    runs.entry((threads, policy)).or_default().push(figures);
                }
            }
        }
    }
    report(&options, &runs.iter().map(|(key, runs)| (*key, medians(runs))).collect());
    Ok(())
}

impl Options {
    fn read() -> Result<Self> {
        let data = std::env::var_os("USHER_DATA")
            .map(PathBuf::from)
            .unwrap_or_else(|| PathBuf::from(std::env::var_os("HOME").unwrap_or_default()).join(".local/share/usher"));
        let file = |name| std::env::var_os(name).map(PathBuf::from);
        let model = file("USHER_MODEL").unwrap_or_else(|| data.join("models/SmolLM2-135M-Instruct.Q4_1.gguf"));
        let mut options =
            Self { model, peer: file("USHER_LLAMA_BENCH"), rounds: ROUNDS, threads: THREADS.into(), measure: None };
        let mut words = std::env::args().skip(1);
        while let Some(word) = words.next() {
            let mut value = || words.next().with_context(|| format!("{word} wants a value"));
            match word.as_str() {
                "--model" => options.model = value()?.into(),
                "--peer" => options.peer = Some(value()?.into()),
                "--rounds" => options.rounds = value()?.parse().context("--rounds wants a number")?,
                "--threads" => {
                    let numbers = value()?.split(',').map(str::parse).collect::<Result<_, _>>();
                    options.threads = numbers.context("--threads wants numbers")?;
                }
                "--measure" => options.measure = Some(value()?.parse().context("--measure wants a number")?),
                // What cargo says to every bench.
                "--bench" => {}
                other => bail!("unknown argument {other}; see the head of benches/language.rs"),
            }
        }
        Ok(options)
    }
}

/// In the child: prompt rate, then decode rate from an empty context, as llama-bench does.
fn measure_usher(options: &Options, threads: usize) -> Result<Value> {
    let mut decoder = Decoder::open(&options.model, &Settings { threads, ..Settings::default() })?;
    let vocabulary = decoder.vocabulary() as u32;
    let tokens: Vec<u32> = (0..PROMPT_TOKENS as u32).map(|i| i * 7_919 % vocabulary).collect();
    decoder.forward(&tokens, 1)?;
    decoder.truncate(0);
    let start = Instant::now();
    decoder.forward(&tokens, 1)?;
    let prompt_tps = PROMPT_TOKENS as f64 / start.elapsed().as_secs_f64();
    decoder.truncate(0);
    let start = Instant::now();
    for token in &tokens[..DECODE_TOKENS] {
        decoder.forward(&[*token], 1)?;
    }
    let decode_tps = DECODE_TOKENS as f64 / start.elapsed().as_secs_f64();
    Ok(json!({ "prompt_tps": prompt_tps, "decode_tps": decode_tps, "kernels": decoder.runs_on().0 }))
}

fn run_usher(options: &Options, threads: usize) -> Result<Figures> {
    let mut command = Command::new(std::env::current_exe()?);
    command.arg("--model").arg(&options.model).args(["--measure", &threads.to_string()]);
    let (out, cost) = run_child(command)?;
    let (prompt_tps, decode_tps) = (number(&out, "prompt_tps")?, number(&out, "decode_tps")?);
    Ok(Figures { prompt_tps, decode_tps, resident_mib: cost.resident_mib, processors: cost.processors })
}

fn run_peer(options: &Options, threads: usize, policy: &str) -> Result<Option<Figures>> {
    let Some(peer) = &options.peer else { return Ok(None) };
    let mut command = Command::new(peer);
    command.arg("-m").arg(&options.model).args(["-r", "1", "-o", "json", "-t", &threads.to_string()]);
    command.args(["-p", &PROMPT_TOKENS.to_string(), "-n", &DECODE_TOKENS.to_string()]);
    command.env("OMP_WAIT_POLICY", policy.to_uppercase());
    let (out, cost) =
        run_child(command).with_context(|| format!("{} failed{WHEN_THE_PEER_CRASHES}", peer.display()))?;
    let rows = out.as_array().context("llama-bench printed no list")?;
    let rate = |prompt: bool| -> Result<f64> {
        let row = rows.iter().find(|row| (row["n_prompt"].as_u64() > Some(0)) == prompt);
        number(row.context("llama-bench left out a test")?, "avg_ts")
    };
    let (prompt_tps, decode_tps) = (rate(true)?, rate(false)?);
    Ok(Some(Figures { prompt_tps, decode_tps, resident_mib: cost.resident_mib, processors: cost.processors }))
}

/// What a child took: at most so much memory, on average so many processors.
struct Cost {
    resident_mib: f64,
    processors: f64,
}

/// Runs a child to its end: the JSON it printed and what it took.
fn run_child(mut command: Command) -> Result<(Value, Cost)> {
    let start = Instant::now();
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
    let mut out = String::new();
    child.stdout.take().context("the child has no output")?.read_to_string(&mut out)?;
    // SAFETY: zero is a value of both, and the pid is a child of ours that nobody else waits for.
    let (status, usage) = unsafe {
        let (mut status, mut usage) = (0, std::mem::zeroed::<libc::rusage>());
        if libc::wait4(child.id() as libc::pid_t, &mut status, 0, &mut usage) < 0 {
            bail!("waiting for the child failed: {}", std::io::Error::last_os_error());
        }
        (status, usage)
    };
    if status != 0 {
        bail!("the child ended with status {status}");
    }
    let seconds = |time: libc::timeval| time.tv_sec as f64 + time.tv_usec as f64 * 1e-6;
    let processors = (seconds(usage.ru_utime) + seconds(usage.ru_stime)) / start.elapsed().as_secs_f64();
    let cost = Cost { resident_mib: usage.ru_maxrss as f64 / 1024.0, processors };
    Ok((serde_json::from_str(&out).context("the child printed no JSON")?, cost))
}

fn number(value: &Value, key: &str) -> Result<f64> {
    value[key].as_f64().with_context(|| format!("there is no number {key} in {value}"))
}

fn medians(runs: &[Figures]) -> Figures {
    let median = |of: fn(&Figures) -> f64| {
        let mut values: Vec<f64> = runs.iter().map(of).collect();
        values.sort_by(f64::total_cmp);
        values[values.len() / 2]
    };
    Figures {
        prompt_tps: median(|run| run.prompt_tps),
        decode_tps: median(|run| run.decode_tps),
        resident_mib: median(|run| run.resident_mib),
        processors: median(|run| run.processors),
    }
}

fn report(options: &Options, medians: &BTreeMap<(usize, &str), Figures>) {
    let model = options.model.file_name().unwrap_or_default().to_string_lossy();
    println!("{model}: prompt {PROMPT_TOKENS}, decode {DECODE_TOKENS}, medians of {} rounds", options.rounds);
    let heads = ["threads", "prompt tok/s", "decode tok/s", "resident MiB", "processors"];
    println!("{:<18} {}", "engine", heads.map(|head| format!("{head:>13}")).join(" "));
    for ((threads, engine), Figures { prompt_tps, decode_tps, resident_mib, processors }) in medians {
        let engine = if *engine == USHER { USHER.into() } else { format!("llama.cpp {engine}") };
        println!(
            "{engine:<18} {threads:>13} {prompt_tps:>13.1} {decode_tps:>13.1} {resident_mib:>13.0} {processors:>13.2}"
        );
    }
    if options.peer.is_none() {
        println!("{HOW_TO_GET_THE_PEER}");
    }
    let rows: Vec<Value> = options.threads.iter().filter_map(|threads| row(*threads, medians)).collect();
    println!("{}", json!({ "model": model, "rounds": options.rounds, "threads": rows }));
}

/// usher's figures at one number of threads, and their ratios to the peer's better ones.
fn row(threads: usize, medians: &BTreeMap<(usize, &str), Figures>) -> Option<Value> {
    let usher = medians.get(&(threads, USHER))?;
    let peers: Vec<&Figures> =
        ["active", "passive"].iter().filter_map(|policy| medians.get(&(threads, *policy))).collect();
    let best = |of: fn(&Figures) -> f64| peers.iter().map(|peer| of(peer)).reduce(f64::max);
    let least = peers.iter().map(|peer| peer.resident_mib).reduce(f64::min);
    let ratio = |ours: f64, theirs: Option<f64>| theirs.map(|theirs| (ours / theirs * 100.0).round() / 100.0);
    Some(json!({
        "threads": threads,
        "prompt_tps": usher.prompt_tps.round(),
        "decode_tps": usher.decode_tps.round(),
        "resident_mib": usher.resident_mib.round(),
        "processors": (usher.processors * 100.0).round() / 100.0,
        "prompt_ratio": ratio(usher.prompt_tps, best(|peer| peer.prompt_tps)),
        "decode_ratio": ratio(usher.decode_tps, best(|peer| peer.decode_tps)),
        "resident_ratio": ratio(usher.resident_mib, least),
    }))
}

//! `usher bench`: what the installed models cost here, as medians, beside their peers in the same run where those are given.

mod peers;

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use anyhow::Context;
use clap::Args as ClapArgs;
use serde_json::{Value, json};

use super::setting::{Global, runtime};
use crate::appliance::{self, Needs};
use crate::base::Stop;
use crate::conversation::{Conversation, Sound, Visit};
use crate::domain::{Audio, HEARING_RATE_HZ, Language, Question, Way};
use crate::engine::{Message, Role as Speaker, speech};

/// Tokens written in one measurement of decoding.
const DECODE_TOKENS: usize = 96;

/// Spoken when no clip is given.
const QUESTION: &str = "Where can I find the lost property office?";

#[derive(ClapArgs)]
#[command(
    after_help = "Example: usher bench --json\n         usher bench --peers ~/peers --peer-scripts ../shared/peers clip.wav"
)]
pub struct Args {
    /// Recordings to hear; without one, a question in the kiosk's own voice.
    clips: Vec<PathBuf>,
    /// Measurements of each figure.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u8).range(1..=50))]
    rounds: u8,
    /// A Python environment with the peers (bin/python, llama/bin/llama-bench).
    #[arg(long, value_name = "DIR", requires = "peer_scripts")]
    peers: Option<PathBuf>,
    /// The folder of llama.py, hear.py and voice.py.
    #[arg(long, value_name = "DIR")]
    peer_scripts: Option<PathBuf>,
    /// One JSON document.
    #[arg(long)]
    json: bool,
}

pub fn run(args: &Args, global: &Global) -> anyhow::Result<ExitCode> {
    let settings = global.settings()?;
    let data = global.data_dir();
    let opened = appliance::open(
        &settings,
        &data,
        global.names_site(),
        Needs { hearing: true, voice: true, writing: true, seeing: false },
    )?;
    for missing in &opened.missing {
        eprintln!("not measured: {} ({}); {}", missing.role, missing.model, missing.repair.en);
    }
    let conversation = &opened.conversation;
    let rounds = usize::from(args.rounds);
    let clips = clips(conversation, args)?;
    let mut report = json!({
        "rounds": rounds,
        "threads": settings.language.threads,
        "language": language(conversation, rounds)?,
        "embedding": embedding(conversation, rounds, settings.site.languages[0])?,
        "hearing": hearing(conversation, &clips, rounds)?,
        "voice": voice(conversation, rounds)?,
        "loop": spoken_loop(conversation, &clips, rounds)?,
        "memory_peak_mib": memory_peak_mib(),
    });
    if let (Some(peers), Some(scripts)) = (&args.peers, &args.peer_scripts) {
        let model = appliance::language_model(&data)?;
        peers::beside(&mut report, peers, scripts, model.as_deref(), &args.clips, settings.language.threads)?;
    }
    if args.json {
        println!("{report:#}");
    } else {
        print_plain(&report);
    }
    Ok(ExitCode::SUCCESS)
}

/// A recording, by name.
type Clip = (String, Audio);

fn clips(conversation: &Conversation, args: &Args) -> anyhow::Result<Vec<Clip>> {
    let mut clips = Vec::new();
    for path in &args.clips {
        let bytes = std::fs::read(path).with_context(|| format!("{} cannot be read", path.display()))?;
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        clips.push((name, speech::decode(&bytes).with_context(|| path.display().to_string())?));
    }
    if clips.is_empty() && conversation.engines.voice.is_some() {
        clips.push(("own voice".into(), own_voice(conversation)?));
    }
    Ok(clips)
}

fn own_voice(conversation: &Conversation) -> anyhow::Result<Audio> {
    let mut samples = Vec::new();
    runtime()?.block_on(async {
        let mut spoken = conversation.speak(QUESTION, Language::English)?;
        while let Some(sound) = spoken.next().await? {
            if let Sound::Samples(piece) = sound {
                samples.extend(piece);
            }
        }
        Ok::<_, anyhow::Error>(())
    })?;
    let rate = crate::conversation::SPOKEN_RATE_HZ;
    Ok(Audio::new(speech::resample(&speech::to_f32(&samples), rate, HEARING_RATE_HZ)?, HEARING_RATE_HZ))
}

fn language(conversation: &Conversation, rounds: usize) -> anyhow::Result<Value> {
    let Some(writer) = &conversation.engines.writer else { return Ok(Value::Null) };
    let (mut prompt, mut decode) = (Vec::new(), Vec::new());
    for round in 0..rounds {
        // Another first word each time, so that nothing of the prompt is cached.
        let text = format!(
            "{round} {}",
            "The help desk stands beside the clock and opens at seven every day of the year. ".repeat(13)
        );
        let messages = vec![Message { role: Speaker::User, text }];
        let measured = writer.worker.call(move |generator, _| {
            let started = Instant::now();
            let mut first = None;
            let mut on_piece = |_: &str| {
                first.get_or_insert_with(|| started.elapsed());
                ControlFlow::Continue(())
            };
            let made = generator.generate(&messages, DECODE_TOKENS, &Stop::new(), &mut on_piece);
            made.map(|made| (made, first.unwrap_or_default().as_secs_f64(), started.elapsed().as_secs_f64()))
        })?;
        let (made, first, whole) = measured.wait()?.value?;
        prompt.push((made.prompt_tokens - made.reused_tokens) as f64 / first);
        decode.push(made.answer_tokens.saturating_sub(1) as f64 / (whole - first));
    }
    Ok(json!({"prompt_tps": round(median(prompt)), "decode_tps": round(median(decode))}))
}

fn embedding(conversation: &Conversation, rounds: usize, language: Language) -> anyhow::Result<Value> {
    let now = conversation.clock.now();
    let mut took = Vec::new();
    for _ in 0..rounds.max(5) {
        let search = conversation.knowledge.call(move |knowledge, _| {
            let started = Instant::now();
            knowledge.search(QUESTION, language, now).map(|_| started.elapsed().as_secs_f64() * 1000.0)
        })?;
        took.push(search.wait()?.value?);
    }
    Ok(json!({"question_ms": round(median(took))}))
}

fn hearing(conversation: &Conversation, clips: &[Clip], rounds: usize) -> anyhow::Result<Value> {
    if conversation.engines.ears.is_empty() {
        return Ok(Value::Null);
    }
    let runtime = runtime()?;
    let mut heard = Vec::new();
    for (name, audio) in clips {
        let mut took = Vec::new();
        for _ in 0..rounds {
            let started = Instant::now();
            runtime.block_on(conversation.hear(audio.clone(), Language::English))?;
            took.push(started.elapsed().as_secs_f64() * 1000.0);
        }
        let ms = median(took);
        let factor = ms / audio.duration().as_secs_f64() / 1000.0;
        heard.push(json!({"clip": name, "ms": round(ms), "real_time_factor": (factor * 1000.0).round() / 1000.0}));
    }
    Ok(heard.into())
}

fn voice(conversation: &Conversation, rounds: usize) -> anyhow::Result<Value> {
    if conversation.engines.voice.is_none() {
        return Ok(Value::Null);
    }
    let runtime = runtime()?;
    let mut took = Vec::new();
    for _ in 0..rounds {
        let started = Instant::now();
        runtime.block_on(first_sound(conversation, QUESTION, Language::English))?;
        took.push(started.elapsed().as_secs_f64() * 1000.0);
    }
    Ok(json!({"first_audio_ms": round(median(took))}))
}

async fn first_sound(conversation: &Conversation, text: &str, language: Language) -> anyhow::Result<()> {
    let mut spoken = conversation.speak(text, language)?;
    while let Some(sound) = spoken.next().await? {
        if matches!(sound, Sound::Samples(_)) {
            break;
        }
    }
    Ok(())
}

/// From the end of each clip to the first sound of its answer: hear, find, answer, speak.
fn spoken_loop(conversation: &Conversation, clips: &[Clip], rounds: usize) -> anyhow::Result<Value> {
    if conversation.engines.ears.is_empty() || conversation.engines.voice.is_none() {
        return Ok(Value::Null);
    }
    let runtime = runtime()?;
    let mut loops = Vec::new();
    for (name, audio) in clips {
        let mut took = Vec::new();
        for _ in 0..rounds {
            let started = Instant::now();
            runtime.block_on(one_loop(conversation, audio.clone()))?;
            took.push(started.elapsed().as_secs_f64() * 1000.0);
        }
        loops.push(json!({"clip": name, "first_audio_ms": round(median(took))}));
    }
    Ok(loops.into())
}

async fn one_loop(conversation: &Conversation, audio: Audio) -> anyhow::Result<()> {
    let heard = conversation.hear(audio, Language::English).await?;
    let question =
        Question { text: heard.text, language: heard.language, way: Way::Spoken, item: None, doubtful: heard.doubtful };
    let turn = conversation.turn(&mut Visit::begin(Language::English), question, &mut |_| {}).await?;
    first_sound(conversation, &turn.answer.text, turn.answer.language).await
}

/// The most memory this process ever held, MiB; `null` where the system does not say.
fn memory_peak_mib() -> Value {
    let status = std::fs::read_to_string(Path::new("/proc/self/status")).unwrap_or_default();
    let kib =
        status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.parse::<u64>().ok());
    kib.map_or(Value::Null, |kib| (kib / 1024).into())
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

fn round(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

fn print_plain(report: &Value) {
    let Some(figures) = report.as_object() else { return };
    for (name, figure) in figures {
        println!("{name:16} {figure}");
    }
}

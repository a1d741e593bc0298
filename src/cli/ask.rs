//! `usher ask`: one turn without a server, through the same path as a visitor's.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context, bail};
use clap::Args as ClapArgs;
use serde_json::{Value, json};

use super::setting::{Global, runtime};
use crate::appliance::{self, Needs};
use crate::base::limits::AUDIO_BYTES_MAX;
use crate::config::Settings;
use crate::conversation::{Conversation, Look, SPOKEN_RATE_HZ, Sentence, Sound, Turn, Visit};
use crate::domain::{Answer, Heard, Language, Mood, Question, Route, Seen, Timings, Way};
use crate::engine::speech;
use crate::showing::{Media, Showing, Wanted};

#[derive(ClapArgs)]
#[command(
    after_help = "Example: usher ask \"Can I take a power bank on board?\" --json\n         usher ask --audio question.wav --speak answer.wav"
)]
pub struct Args {
    /// The question; left out when --audio brings it.
    text: Option<String>,
    /// A recording of the question: wav, ogg, webm, mp3, mp4 or flac, at most a minute.
    #[arg(long, value_name = "FILE", conflicts_with = "text")]
    audio: Option<PathBuf>,
    /// A picture of what is held up: a boarding pass, a tag, a letter.
    #[arg(long, value_name = "FILE")]
    image: Option<PathBuf>,
    /// Language of the visitor; the question's own script may overrule it.
    #[arg(long, value_name = "en|zh")]
    language: Option<Language>,
    /// Write the spoken answer to this file (16-bit wav).
    #[arg(long, value_name = "FILE")]
    speak: Option<PathBuf>,
    /// One JSON document.
    #[arg(long)]
    json: bool,
}

pub fn run(args: &Args, global: &Global) -> anyhow::Result<ExitCode> {
    if args.text.is_none() && args.audio.is_none() && args.image.is_none() {
        eprintln!("error: give a question, --audio FILE or --image FILE; see `usher ask --help`");
        return Ok(ExitCode::from(2));
    }
    let settings = global.settings()?;
    let needs = Needs { hearing: args.audio.is_some(), voice: true, writing: true, seeing: true };
    let opened = appliance::open(&settings, &global.data_dir(), global.names_site(), needs)?;
    let (asked, media) = runtime()?.block_on(async {
        let asked = turn(&opened.conversation, args, &settings).await?;
        let explain = |showing: &Showing| {
            showing.explain(&asked.turn.answer, &asked.visit.id, Wanted { filmed: true, ..Wanted::default() })
        };
        let media = opened.showing.as_ref().map(explain).unwrap_or_default();
        anyhow::Ok((asked, media))
    })?;
    let document = document(&asked, &media, &opened.conversation);
    if args.json {
        println!("{document:#}");
    } else {
        print_plain(&asked);
    }
    Ok(ExitCode::SUCCESS)
}

/// A turn with what was brought to it.
struct Asked {
    turn: Turn,
    visit: Visit,
    seen: Option<Seen>,
}

async fn turn(conversation: &Conversation, args: &Args, settings: &Settings) -> anyhow::Result<Asked> {
    let language = args.language.unwrap_or(settings.site.languages[0]);
    let mut visit = Visit::begin(language);
    let started = Instant::now();
    let heard = match &args.audio {
        Some(path) => Some(hear(conversation, path, language).await?),
        None => None,
    };
    let hear_ms = heard.is_some().then(|| started.elapsed().as_secs_f64() * 1000.0);
    let look = match &args.image {
        Some(path) => Some(see(conversation, path, language).await?),
        None => None,
    };
    let seen = look.as_ref().map(|look| look.seen.clone());
    let mut turn = match heard {
        Some(heard) if heard.text.is_empty() => nothing_heard(heard),
        Some(heard) => {
            let question = Question {
                text: heard.text.clone(),
                language: heard.language,
                way: Way::Spoken,
                item: None,
                doubtful: heard.doubtful,
            };
            let turn = conversation.turn_with(&mut visit, question, look, &mut |_| {}).await?;
            Turn { heard: Some(heard), ..turn }
        }
        None => {
            let text = args.text.clone().unwrap_or_default();
            let question = Question::typed(text, language);
            conversation.turn_with(&mut visit, question, look, &mut |_| {}).await?
        }
    };
    turn.timings.hear = hear_ms;
    turn.timings.first_audio = speak(conversation, &turn, args.speak.as_deref(), started).await?;
    Ok(Asked { turn, visit, seen })
}

async fn see(conversation: &Conversation, path: &Path, language: Language) -> anyhow::Result<Look> {
    let bytes = std::fs::read(path).with_context(|| format!("{} cannot be read", path.display()))?;
    conversation.see(bytes, language).await.with_context(|| path.display().to_string())
}

async fn hear(conversation: &Conversation, path: &Path, language: Language) -> anyhow::Result<Heard> {
    let bytes = std::fs::metadata(path).with_context(|| format!("{} cannot be read", path.display()))?.len();
    if bytes > AUDIO_BYTES_MAX as u64 {
        bail!("{} has {bytes} bytes; at most {AUDIO_BYTES_MAX} are taken, send at most a minute", path.display());
    }
    let bytes = std::fs::read(path).with_context(|| format!("{} cannot be read", path.display()))?;
    let audio = speech::decode(&bytes).with_context(|| path.display().to_string())?;
    Ok(conversation.hear(audio, language).await?)
}

fn nothing_heard(heard: Heard) -> Turn {
    let language = heard.language;
    let answer = Answer::plain(Route::Clarify, language, Sentence::HeardNothing.text(language));
    Turn { answer, heard: Some(heard), mood: Mood::default(), timings: Timings::default() }
}

/// Speaks the answer: to its first sound, or whole into `file`. Milliseconds from the question to the first sound.
async fn speak(
    conversation: &Conversation,
    turn: &Turn,
    file: Option<&Path>,
    started: Instant,
) -> anyhow::Result<Option<f64>> {
    if conversation.engines.voice.is_none() && file.is_none() {
        return Ok(None);
    }
    let mut spoken = conversation.speak(&turn.answer.text, turn.answer.language)?;
    let mut first = None;
    let mut samples = Vec::new();
    while let Some(sound) = spoken.next().await? {
        if let Sound::Samples(piece) = sound {
            first.get_or_insert_with(|| started.elapsed().as_secs_f64() * 1000.0);
            samples.extend(piece);
            if file.is_none() {
                break;
            }
        }
    }
    if let Some(file) = file {
        write_wav(file, &samples).with_context(|| format!("{} cannot be written", file.display()))?;
    }
    Ok(first)
}

fn write_wav(file: &Path, samples: &[i16]) -> Result<(), hound::Error> {
    let shape = hound::WavSpec {
        channels: 1,
        sample_rate: SPOKEN_RATE_HZ,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut writer = hound::WavWriter::create(file, shape)?;
    for &sample in samples {
        writer.write_sample(sample)?;
    }
    writer.finalize()
}

/// The contract's document.
fn document(asked: &Asked, media: &[Media], conversation: &Conversation) -> Value {
    let Asked { turn, visit, seen } = asked;
    let Answer { route, language, text, sources, choices, handoff, show: _ } = &turn.answer;
    let models: serde_json::Map<String, Value> =
        conversation.engines.names.list().into_iter().map(|(role, name)| (role.to_string(), name.into())).collect();
    json!({
        "visit": visit.id, "language": language, "heard": turn.heard, "seen": seen, "route": route, "answer": text,
        "sources": sources, "choices": choices, "media": media, "handoff": handoff, "mood": turn.mood,
        "timings_ms": turn.timings, "models": models,
    })
}

fn print_plain(asked: &Asked) {
    let turn = &asked.turn;
    if let Some(seen) = &asked.seen {
        println!("seen: {}: {}", seen.title, seen.lines.join(" / "));
    }
    if let Some(heard) = &turn.heard {
        println!("heard: {}", heard.text);
    }
    println!("{}", turn.answer.text);
    for choice in &turn.answer.choices {
        println!("  - {}", choice.label);
    }
    for source in &turn.answer.sources {
        println!("  source: {} · {}", source.document, source.section);
    }
    if let Some(card) = &turn.answer.handoff {
        let language = turn.answer.language;
        println!("  {} · {} · {}", card.place.get(language), card.hours.get(language), card.phone);
    }
}

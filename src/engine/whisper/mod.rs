//! Whisper: the multilingual hearing engine. Windows of at most 30 s, greedy decoding, the language chosen by the model
//! among those usher speaks unless it is known, and no text where nobody spoke. Does not know who asks or what for.
//!
//! A model is a folder as published: `config.json`, `tokenizer.json`, `model.safetensors` or one `*.gguf`, and
//! `generation_config.json` where there is one.

pub mod guard;
pub mod mel;
mod model;
mod vocabulary;

use std::ops::Range;
use std::path::Path;

use self::mel::{LogMel, SAMPLES_MAX};
use self::model::Model;
use self::vocabulary::Vocabulary;
use crate::base::Stop;
use crate::base::limits::AUDIO_SECONDS_MAX;
use crate::domain::{Audio, HEARING_RATE_HZ, Language};
use crate::engine::{EngineError, Transcriber, Transcript};

/// Tokens that a second of speech may have. Fast English has about six; fast Chinese six characters of up to two.
const TOKENS_PER_SECOND: f32 = 15.0;
/// Tokens that any window may have beside that.
const TOKENS_MIN: usize = 8;
/// How far before the end of a full window a pause is looked for, samples.
const PAUSE_REACH: usize = 10 * HEARING_RATE_HZ as usize;
/// Length of what is compared when the quietest place is looked for: 100 ms.
const PAUSE: usize = HEARING_RATE_HZ as usize / 10;

/// A loaded model. Holds no sound between transcripts.
pub struct Whisper {
    name: String,
    log_mel: LogMel,
    model: Model,
    vocabulary: Vocabulary,
    languages: Vec<Language>,
    positions_max: usize,
}

/// What was heard in one window, before anybody judges whether to believe it.
#[derive(Debug, Clone, PartialEq)]
pub struct Heard {
    pub language: Language,
    /// Without prompt and end.
    pub tokens: Vec<u32>,
    /// Mean natural logarithm of the tokens' probabilities, the end among them: 0.0 is certainty.
    pub mean_log_probability: f32,
    /// Probability that nobody speaks, `0.0..=1.0`; 0.0 where the model has no token for it.
    pub no_speech: f32,
}

impl Whisper {
    /// Loads the model in `folder`; blocks for seconds.
    ///
    /// # Errors
    /// [`EngineError::Missing`] or [`EngineError::Unusable`], naming the file.
    pub fn open(folder: &Path) -> Result<Self, EngineError> {
        let config = model::read_config(&folder.join("config.json"))?;
        let vocabulary = Vocabulary::open(folder, config.vocab_size)?;
        let languages: Vec<Language> = vocabulary.languages.iter().map(|(language, _)| *language).collect();
        Ok(Self {
            name: folder.file_name().map_or("whisper".into(), |name| name.to_string_lossy().into_owned()),
            log_mel: LogMel::new(config.num_mel_bins),
            positions_max: config.max_target_positions,
            model: Model::open(folder, config)?,
            languages: if languages.is_empty() { vec![Language::English] } else { languages },
            vocabulary,
        })
    }

    /// Hears one window of at most [`SAMPLES_MAX`] samples; `hint` spares asking the model for the language. The guards
    /// have no say here.
    ///
    /// # Errors
    /// [`EngineError::Stopped`] between two tokens.
    pub fn hear(&mut self, samples: &[f32], hint: Option<Language>, stop: &Stop) -> Result<Heard, EngineError> {
        stopped(stop)?;
        self.model.listen(self.log_mel.features(samples))?;
        let first = log_probabilities(&self.model.scores(&[self.vocabulary.start])?);
        let language = hint.filter(|hint| self.languages.contains(hint)).unwrap_or_else(|| self.spoken(&first));
        let no_speech = self.vocabulary.no_speech.and_then(|token| first.get(token as usize)).map_or(0.0, |p| p.exp());
        let seconds = samples.len().min(SAMPLES_MAX) as f32 / HEARING_RATE_HZ as f32;
        let tokens_max = TOKENS_MIN + (seconds * TOKENS_PER_SECOND) as usize;
        let (tokens, mean_log_probability) = self.write(language, tokens_max, stop)?;
        Ok(Heard { language, tokens, mean_log_probability, no_speech })
    }

    /// The score of every token to follow `tokens`, of the window heard last; `tokens` begin with the start token.
    pub fn scores(&mut self, tokens: &[u32]) -> Result<Vec<f32>, EngineError> {
        self.model.scores(tokens)
    }

    /// What the encoder made of the window heard last: `[1500, width]` f32, row by row.
    pub fn encoded(&self) -> Result<Vec<f32>, EngineError> {
        self.model.sound()
    }

    /// The likeliest of the languages usher speaks, from the probabilities that follow the start token.
    fn spoken(&self, first: &[f32]) -> Language {
        let probability = |token: u32| first.get(token as usize).copied().unwrap_or(f32::NEG_INFINITY);
        let known = self.vocabulary.languages.iter();
        let likeliest = known.max_by(|a, b| probability(a.1).total_cmp(&probability(b.1)));
        likeliest.map_or(Language::English, |(language, _)| *language)
    }

    /// Writes greedily: the tokens, and the mean of their log probabilities.
    fn write(&mut self, language: Language, tokens_max: usize, stop: &Stop) -> Result<(Vec<u32>, f32), EngineError> {
        let mut tokens = self.vocabulary.prompt(language);
        let prompt = tokens.len();
        // Half the positions are kept for the text before, which is never given: it is what loops feed on.
        let tokens_max = tokens_max.min(self.positions_max / 2).min(self.positions_max.saturating_sub(prompt));
        let mut sum = 0.0;
        while tokens.len() < prompt + tokens_max {
            stopped(stop)?;
            let mut scores = self.model.scores(&tokens)?;
            self.vocabulary.silence(&mut scores, tokens.len() == prompt);
            let (token, log_probability) = likeliest(&log_probabilities(&scores));
            sum += log_probability;
            if token == self.vocabulary.end {
                break;
            }
            tokens.push(token);
        }
        let tokens = tokens.split_off(prompt);
        let mean = sum / (tokens.len() + 1) as f32;
        Ok((tokens, mean))
    }
}

impl Transcriber for Whisper {
    fn transcribe(&mut self, audio: &Audio, hint: Option<Language>, stop: &Stop) -> Result<Transcript, EngineError> {
        check(audio)?;
        let mut language = hint.filter(|hint| self.languages.contains(hint));
        let mut texts = Vec::new();
        for window in windows(&audio.samples) {
            let samples = &audio.samples[window];
            if !guard::is_audible(samples) {
                continue;
            }
            let heard = self.hear(samples, language, stop)?;
            let text = self.vocabulary.text(&heard.tokens)?;
            if guard::is_credible(&heard, &text) {
                language = Some(heard.language);
                texts.push(text);
            }
        }
        let language = language.unwrap_or(self.languages[0]);
        let between = if language == Language::Chinese { "" } else { " " };
        Ok(Transcript { text: texts.join(between), language })
    }

    fn languages(&self) -> &[Language] {
        &self.languages
    }

    fn name(&self) -> &str {
        &self.name
    }
}

fn check(audio: &Audio) -> Result<(), EngineError> {
    if audio.rate_hz != HEARING_RATE_HZ {
        return Err(EngineError::Input(format!("whisper hears {HEARING_RATE_HZ} Hz, not {}", audio.rate_hz)));
    }
    if audio.duration().as_secs_f32() > AUDIO_SECONDS_MAX as f32 {
        return Err(EngineError::Input(format!("the recording is longer than {AUDIO_SECONDS_MAX} s")));
    }
    if audio.samples.iter().any(|sample| !sample.is_finite()) {
        return Err(EngineError::Input("the recording holds samples that are no numbers".into()));
    }
    Ok(())
}

fn stopped(stop: &Stop) -> Result<(), EngineError> {
    if stop.is_requested() { Err(EngineError::Stopped) } else { Ok(()) }
}

/// Windows of at most [`SAMPLES_MAX`] samples, cut in the quietest place near their end so that words stay whole.
fn windows(samples: &[f32]) -> Vec<Range<usize>> {
    let mut windows = Vec::new();
    let mut start = 0;
    while samples.len() - start > SAMPLES_MAX {
        let reach = start + SAMPLES_MAX - PAUSE_REACH;
        let end = reach + quietest(&samples[reach..start + SAMPLES_MAX]);
        windows.push(start..end);
        start = end;
    }
    windows.push(start..samples.len());
    windows
}

/// The middle of the quietest [`PAUSE`] of `samples`.
fn quietest(samples: &[f32]) -> usize {
    let energy = |pause: &[f32]| pause.iter().map(|sample| sample * sample).sum::<f32>();
    let pauses = samples.windows(PAUSE).step_by(PAUSE / 4).map(energy).enumerate();
    let quietest = pauses.min_by(|a, b| a.1.total_cmp(&b.1)).map_or(0, |(step, _)| step);
    quietest * (PAUSE / 4) + PAUSE / 2
}

/// Natural logarithms of the probabilities that `scores` stand for.
fn log_probabilities(scores: &[f32]) -> Vec<f32> {
    let highest = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let sum: f32 = scores.iter().map(|score| (score - highest).exp()).sum();
    scores.iter().map(|score| score - highest - sum.ln()).collect()
}

fn likeliest(log_probabilities: &[f32]) -> (u32, f32) {
    let numbered = (0u32..).zip(log_probabilities.iter().copied());
    numbered.max_by(|a, b| a.1.total_cmp(&b.1)).unwrap_or((0, f32::NEG_INFINITY))
}

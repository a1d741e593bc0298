//! Whisper's tokens: which of them give orders, which may never be said, and how text comes out of the rest. Does not
//! know the model.

use std::path::Path;

use serde::Deserialize;
use tokenizers::Tokenizer;

use super::model::{missing, unusable};
use crate::domain::Language;
use crate::engine::EngineError;

/// The tokenizer with the tokens that the decoder needs by name.
pub(super) struct Vocabulary {
    tokenizer: Tokenizer,
    pub start: u32,
    pub end: u32,
    no_timestamps: u32,
    /// Absent in English-only models, as are the languages.
    transcribe: Option<u32>,
    pub no_speech: Option<u32>,
    pub languages: Vec<(Language, u32)>,
    /// By token: may never be said.
    banned: Vec<bool>,
    /// May not be said first.
    banned_first: Vec<u32>,
}

/// What of `generation_config.json` is used; models published before it have the same keys in `config.json`.
#[derive(Default, Deserialize)]
struct Bans {
    #[serde(default)]
    suppress_tokens: Option<Vec<i64>>,
    #[serde(default)]
    begin_suppress_tokens: Option<Vec<i64>>,
}

impl Vocabulary {
    /// Reads `tokenizer.json`, and the bans from `generation_config.json` or else `config.json`.
    ///
    /// # Errors
    /// [`EngineError::Missing`] or [`EngineError::Unusable`], naming the file; also when the model's `vocab_size` is
    /// smaller.
    pub fn open(folder: &Path, vocab_size: usize) -> Result<Self, EngineError> {
        let path = folder.join("tokenizer.json");
        if !path.is_file() {
            return Err(missing(&path));
        }
        let tokenizer = Tokenizer::from_file(&path).map_err(|error| unusable(&path, error.to_string()))?;
        let named = |text: &str| tokenizer.token_to_id(text).filter(|id| (*id as usize) < vocab_size);
        let needed = |text: &str| {
            named(text).ok_or_else(|| unusable(&path, format!("it has no token {text} below {vocab_size}")))
        };
        let end = needed("<|endoftext|>")?;
        let bans = read_bans(folder)?;
        let languages = Language::ALL.into_iter().filter_map(|language| Some((language, named(&spelled(language))?)));
        let transcribe = named("<|transcribe|>");
        Ok(Self {
            start: needed("<|startoftranscript|>")?,
            end,
            no_timestamps: needed("<|notimestamps|>")?,
            no_speech: named("<|nospeech|>").or(named("<|nocaptions|>")),
            languages: languages.filter(|_| transcribe.is_some()).collect(),
            transcribe,
            banned: banned(vocab_size, end, &bans),
            banned_first: first_bans(&tokenizer, end, bans),
            tokenizer,
        })
    }

    /// What is said to the decoder before it writes; `language` is ignored by models that know one only.
    pub fn prompt(&self, language: Language) -> Vec<u32> {
        let language = self.languages.iter().find(|(known, _)| *known == language).map(|(_, token)| *token);
        let task = language.and(self.transcribe);
        [Some(self.start), language, task, Some(self.no_timestamps)].into_iter().flatten().collect()
    }

    /// Makes tokens that may not be said impossible in `scores`.
    pub fn silence(&self, scores: &mut [f32], first: bool) {
        for (score, banned) in scores.iter_mut().zip(&self.banned) {
            if *banned {
                *score = f32::NEG_INFINITY;
            }
        }
        for token in self.banned_first.iter().filter(|_| first) {
            if let Some(score) = scores.get_mut(*token as usize) {
                *score = f32::NEG_INFINITY;
            }
        }
    }

    /// The text of `tokens` without control tokens, trimmed.
    pub fn text(&self, tokens: &[u32]) -> Result<String, EngineError> {
        let text = self.tokenizer.decode(tokens, true);
        let text = text.map_err(|error| EngineError::Failed { engine: "whisper", reason: error.to_string() })?;
        Ok(text.trim().to_owned())
    }
}

fn spelled(language: Language) -> String {
    format!("<|{}|>", language.code())
}

fn read_bans(folder: &Path) -> Result<Bans, EngineError> {
    for name in ["generation_config.json", "config.json"] {
        let path = folder.join(name);
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        let bans: Bans = serde_json::from_str(&text).map_err(|error| unusable(&path, error.to_string()))?;
        if bans.suppress_tokens.is_some() {
            return Ok(bans);
        }
    }
    Ok(Bans::default())
}

/// Every control token and timestamp (they all follow the end token in Whisper's vocabularies), and those that the
/// model's makers ban.
fn banned(vocab_size: usize, end: u32, bans: &Bans) -> Vec<bool> {
    let mut banned: Vec<bool> = (0..vocab_size).map(|id| id > end as usize).collect();
    for token in bans.suppress_tokens.iter().flatten() {
        if let Some(flag) = usize::try_from(*token).ok().and_then(|id| banned.get_mut(id)) {
            *flag = true;
        }
    }
    banned
}

/// An answer may not begin with a lone space or its end, unless the model's makers say otherwise.
fn first_bans(tokenizer: &Tokenizer, end: u32, bans: Bans) -> Vec<u32> {
    match bans.begin_suppress_tokens {
        Some(tokens) => tokens.into_iter().filter_map(|token| token.try_into().ok()).collect(),
        None => tokenizer.token_to_id("Ġ").into_iter().chain([end]).collect(),
    }
}

//! Text to token identifiers and back to bytes, from nothing but a GGUF file's metadata. Does not know what a chat is.

use std::collections::HashMap;

use candle_core::quantized::gguf_file::Value;
use regex::Regex;
use tokenizers::models::bpe::BPE;

use super::metadata::Metadata;
use super::pieces::{Rule, rule};
use super::vocabulary::{Kind, Vocabulary};
use crate::engine::EngineError;

/// Longest text that is encoded at once, bytes: a context of 32,768 tokens at four bytes a token, twice over.
pub const TEXT_BYTES_MAX: usize = 256 << 10;

/// Control tokens that end an answer in the model families of the catalogue, beside those the metadata names: some
/// files name only one of two.
const ENDS: [&str; 6] = ["<|im_end|>", "<|endoftext|>", "<|eot_id|>", "<|eom_id|>", "<|end_of_text|>", "<|end|>"];

/// A byte-level BPE tokenizer.
///
/// Control and added tokens are kept apart from the merges: text encoded without `special` can never become one,
/// whatever it spells.
pub struct Tokenizer {
    plain: tokenizers::Tokenizer,
    marks: Marks,
    bytes: Vec<Vec<u8>>,
    bos: Option<u32>,
    adds_bos: bool,
    end_tokens: Vec<u32>,
}

/// A stretch of text between control tokens, or one of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stretch<'t> {
    Text(&'t str),
    Mark(u32),
}

impl Tokenizer {
    /// Builds the tokenizer from `metadata` (`tokenizer.ggml.*`; the model must be `gpt2`).
    ///
    /// # Errors
    /// [`EngineError::Unusable`] when a key is missing or wrong, identifiers are out of range, or the tokenizer is of
    /// another kind.
    pub fn from_gguf(metadata: &HashMap<String, Value>) -> Result<Self, EngineError> {
        let metadata = Metadata(metadata);
        let model = metadata.text("tokenizer.ggml.model")?;
        if model != Some("gpt2") {
            return Err(metadata.unusable("its tokenizer is not byte-level BPE (tokenizer.ggml.model = gpt2)"));
        }
        let rule = rule(metadata, metadata.text("tokenizer.ggml.pre")?.unwrap_or("default"))?;
        let vocabulary = Vocabulary::read(metadata)?;
        Ok(Self {
            marks: Marks::new(&vocabulary).map_err(|error| metadata.unusable(format!("control tokens: {error}")))?,
            bytes: vocabulary.bytes(),
            bos: token_at(metadata, &vocabulary, "tokenizer.ggml.bos_token_id")?,
            adds_bos: metadata.flag("tokenizer.ggml.add_bos_token")?,
            end_tokens: end_tokens(metadata, &vocabulary)?,
            plain: merger(&vocabulary, rule).map_err(|error| metadata.unusable(format!("tokenizer: {error}")))?,
        })
    }

    /// The token identifiers of `text`. With `special`, control tokens spelled in the text become those tokens: only
    /// for text that is ours, such as a template. Without it everything is text: what visitors say is encoded so.
    /// Nothing is put in front or behind.
    ///
    /// # Errors
    /// [`EngineError::Input`] above [`TEXT_BYTES_MAX`].
    pub fn encode(&self, text: &str, special: bool) -> Result<Vec<u32>, EngineError> {
        let mut ids = Vec::new();
        if special {
            for stretch in self.stretches(text) {
                match stretch {
                    Stretch::Mark(id) => ids.push(id),
                    Stretch::Text(text) => self.encode_plain(text, &mut ids)?,
                }
            }
        } else {
            self.encode_plain(text, &mut ids)?;
        }
        Ok(ids)
    }

    /// Appends the identifiers of `text`, in which nothing is a control token.
    pub(super) fn encode_plain(&self, text: &str, ids: &mut Vec<u32>) -> Result<(), EngineError> {
        if text.len() > TEXT_BYTES_MAX {
            let bytes = text.len();
            return Err(EngineError::Input(format!(
                "the text has {bytes} bytes and at most {TEXT_BYTES_MAX} are read"
            )));
        }
        let encoded = self.plain.encode_fast(text, false);
        let encoded =
            encoded.map_err(|error| EngineError::Failed { engine: "tokenizer", reason: error.to_string() })?;
        ids.extend_from_slice(encoded.get_ids());
        Ok(())
    }

    /// `text` cut at the control and added tokens it spells, the longest first.
    pub(super) fn stretches<'t>(&self, text: &'t str) -> Vec<Stretch<'t>> {
        self.marks.cut(text)
    }

    /// The bytes that token `id` adds to the output: part of a UTF-8 text, seldom whole characters. Empty for control
    /// tokens and for identifiers outside the vocabulary.
    pub fn token_bytes(&self, id: u32) -> &[u8] {
        self.bytes.get(id as usize).map_or(&[], Vec::as_slice)
    }

    /// The tokens that end an answer, at least one.
    pub fn end_tokens(&self) -> &[u32] {
        &self.end_tokens
    }

    /// The token that begins a text, if the model has one.
    pub fn bos(&self) -> Option<u32> {
        self.bos
    }

    /// Whether the model was trained with [`Tokenizer::bos`] in front of every text.
    pub fn adds_bos(&self) -> bool {
        self.adds_bos
    }

    /// Tokens in the vocabulary: every identifier is below it.
    pub fn token_count(&self) -> usize {
        self.bytes.len()
    }
}

/// The control and added tokens, and how to find them in text.
struct Marks {
    pattern: Regex,
    ids: HashMap<String, u32>,
}

impl Marks {
    fn new(vocabulary: &Vocabulary) -> Result<Self, regex::Error> {
        let ids: HashMap<String, u32> = vocabulary.marks().collect();
        let mut texts: Vec<&String> = ids.keys().collect();
        texts.sort_unstable_by_key(|text| (std::cmp::Reverse(text.len()), *text));
        let alternatives: Vec<String> = texts.into_iter().map(|text| regex::escape(text)).collect();
        // Without any mark the pattern must match nothing, not the empty text everywhere.
        let pattern = if alternatives.is_empty() { r"[^\s\S]".to_owned() } else { alternatives.join("|") };
        Ok(Self { pattern: Regex::new(&pattern)?, ids })
    }

    fn cut<'t>(&self, text: &'t str) -> Vec<Stretch<'t>> {
        let mut stretches = Vec::new();
        let mut from = 0;
        for found in self.pattern.find_iter(text) {
            if found.start() > from {
                stretches.push(Stretch::Text(&text[from..found.start()]));
            }
            stretches.extend(self.ids.get(found.as_str()).map(|id| Stretch::Mark(*id)));
            from = found.end();
        }
        if from < text.len() {
            stretches.push(Stretch::Text(&text[from..]));
        }
        stretches
    }
}

fn merger(vocabulary: &Vocabulary, rule: Rule) -> tokenizers::Result<tokenizers::Tokenizer> {
    let tokens: HashMap<String, u32> = vocabulary.normal().collect();
    let tokens = tokens.into_iter().collect::<tokenizers::models::bpe::Vocab>();
    let model =
        BPE::builder().vocab_and_merges(tokens, vocabulary.merges.clone()).ignore_merges(rule.ignore_merges).build()?;
    let mut tokenizer = tokenizers::Tokenizer::new(model);
    tokenizer.with_normalizer(rule.normalizer)?;
    tokenizer.with_pre_tokenizer(Some(rule.cut));
    Ok(tokenizer)
}

fn token_at(metadata: Metadata, vocabulary: &Vocabulary, key: &str) -> Result<Option<u32>, EngineError> {
    let id = metadata.number(key)?;
    match id {
        Some(id) if id as usize >= vocabulary.tokens.len() => Err(metadata
            .unusable(format!("metadata key {key} is {id} and the vocabulary has {} tokens", vocabulary.tokens.len()))),
        _ => Ok(id),
    }
}

fn end_tokens(metadata: Metadata, vocabulary: &Vocabulary) -> Result<Vec<u32>, EngineError> {
    let mut ends = Vec::new();
    for key in ["tokenizer.ggml.eos_token_id", "tokenizer.ggml.eot_token_id", "tokenizer.ggml.eom_token_id"] {
        ends.extend(token_at(metadata, vocabulary, key)?);
    }
    let known = vocabulary.tokens.iter().zip(&vocabulary.kinds).zip(0u32..);
    let known = known.filter(|((text, kind), _)| **kind == Kind::Control && ENDS.contains(text));
    ends.extend(known.map(|(_, id)| id));
    ends.sort_unstable();
    ends.dedup();
    if ends.is_empty() {
        return Err(metadata.unusable("it names no token that ends an answer (tokenizer.ggml.eos_token_id)"));
    }
    Ok(ends)
}

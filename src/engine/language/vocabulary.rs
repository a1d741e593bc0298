//! The vocabulary of a GGUF file: token texts, what each token is, the merges, and the raw bytes behind each token.
//! Checked whole when read, so that nothing after it meets an identifier out of range. Does not know how text is cut or
//! merged.

use std::collections::HashMap;

use super::metadata::Metadata;
use crate::engine::EngineError;

/// Most tokens: the largest vocabulary in the field has 262,144 (Gemma 3); four times that is a hostile file.
pub(super) const TOKENS_MAX: usize = 1 << 20;
/// Most merges: about one for each token.
const MERGES_MAX: usize = TOKENS_MAX;
/// Longest token in bytes; the longest known are runs of a few hundred spaces.
const TOKEN_BYTES_MAX: usize = 4096;
/// Most control and added tokens; Llama 3 has 256.
const MARKS_MAX: usize = 4096;

/// What a token is, from `tokenizer.ggml.token_type` (the enum `llama_token_type` of llama.cpp's `llama.h`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Made from text by merging.
    Normal,
    /// A control token (`<|im_start|>`): means something to the model, is no text.
    Control,
    /// Text that was added to the vocabulary beside the merges (`<think>`): shown as text, and still not made by
    /// merging.
    Added,
    /// Unknown, unused or padding: neither made from text nor shown.
    Unused,
}

/// A checked vocabulary; a token's identifier is its index.
pub(super) struct Vocabulary<'a> {
    pub tokens: Vec<&'a str>,
    pub kinds: Vec<Kind>,
    /// Pairs of normal tokens whose join is a normal token, best first.
    pub merges: Vec<(String, String)>,
}

impl<'a> Vocabulary<'a> {
    /// # Errors
    /// [`EngineError::Unusable`] when a key is missing, of another type, too long, or tokens, types and merges
    /// contradict each other.
    pub fn read(metadata: Metadata<'a>) -> Result<Self, EngineError> {
        let tokens = metadata.texts("tokenizer.ggml.tokens", TOKENS_MAX)?;
        let kinds = read_kinds(metadata, &tokens)?;
        let index = index(metadata, &tokens)?;
        let merges = read_merges(metadata, &kinds, &index)?;
        Ok(Self { tokens, kinds, merges })
    }

    /// The tokens that merging may make, by text. Control and added tokens are left out: no text can become one.
    pub fn normal(&self) -> impl Iterator<Item = (String, u32)> {
        self.with_kind(&[Kind::Normal])
    }

    /// The control and added tokens, by text: what a chat template may write.
    pub fn marks(&self) -> impl Iterator<Item = (String, u32)> {
        self.with_kind(&[Kind::Control, Kind::Added])
    }

    fn with_kind(&self, wanted: &'static [Kind]) -> impl Iterator<Item = (String, u32)> {
        let numbered = self.tokens.iter().zip(&self.kinds).zip(0u32..);
        numbered.filter(|((_, kind), _)| wanted.contains(kind)).map(|((text, _), id)| (text.to_string(), id))
    }

    /// The bytes that each token stands for in the model's output; empty for control and unused tokens.
    pub fn bytes(&self) -> Vec<Vec<u8>> {
        let alphabet = byte_alphabet();
        self.tokens.iter().zip(&self.kinds).map(|(text, kind)| bytes_of(text, *kind, &alphabet)).collect()
    }
}

fn read_kinds(metadata: Metadata, tokens: &[&str]) -> Result<Vec<Kind>, EngineError> {
    let types = metadata.numbers("tokenizer.ggml.token_type", TOKENS_MAX)?;
    if types.len() != tokens.len() {
        return Err(metadata.unusable(format!("{} tokens have {} token types", tokens.len(), types.len())));
    }
    let kinds: Vec<Kind> = types.iter().zip(tokens).map(|(number, text)| kind(*number, text)).collect();
    let marks = kinds.iter().filter(|kind| matches!(kind, Kind::Control | Kind::Added)).count();
    if marks > MARKS_MAX {
        return Err(metadata.unusable(format!("it has {marks} control tokens, more than {MARKS_MAX}")));
    }
    Ok(kinds)
}

fn kind(number: u32, text: &str) -> Kind {
    match number {
        // A token without text would be found everywhere.
        _ if text.is_empty() => Kind::Unused,
        1 => Kind::Normal,
        3 => Kind::Control,
        4 => Kind::Added,
        _ => Kind::Unused,
    }
}

fn index<'a>(metadata: Metadata, tokens: &[&'a str]) -> Result<HashMap<&'a str, usize>, EngineError> {
    let mut index = HashMap::with_capacity(tokens.len());
    for (id, text) in tokens.iter().enumerate() {
        if text.len() > TOKEN_BYTES_MAX {
            return Err(metadata.unusable(format!("token {id} has {} bytes, more than {TOKEN_BYTES_MAX}", text.len())));
        }
        if !text.is_empty()
            && let Some(first) = index.insert(*text, id)
        {
            return Err(metadata.unusable(format!("tokens {first} and {id} are the same text")));
        }
    }
    Ok(index)
}

fn read_merges(
    metadata: Metadata,
    kinds: &[Kind],
    index: &HashMap<&str, usize>,
) -> Result<Vec<(String, String)>, EngineError> {
    let mut merges = Vec::new();
    let mut joined = String::new();
    for (rank, merge) in metadata.texts("tokenizer.ggml.merges", MERGES_MAX)?.into_iter().enumerate() {
        let wrong = || metadata.unusable(format!("merge {rank} does not join two tokens into a third"));
        let (left, right) = merge.split_once(' ').ok_or_else(wrong)?;
        joined.clear();
        joined.extend([left, right]);
        let mut all_normal = true;
        for part in [left, right, &joined] {
            let id = *index.get(part).ok_or_else(wrong)?;
            all_normal &= kinds.get(id) == Some(&Kind::Normal);
        }
        // A merge into a control token is passed over, not refused: leaving it out is what keeps text from becoming
        // one.
        if all_normal {
            merges.push((left.to_owned(), right.to_owned()));
        }
    }
    Ok(merges)
}

fn bytes_of(text: &str, kind: Kind, alphabet: &HashMap<char, u8>) -> Vec<u8> {
    match kind {
        Kind::Control | Kind::Unused => Vec::new(),
        Kind::Added => text.into(),
        // A normal token with a letter outside the alphabet was added without its type being said: it is plain text.
        Kind::Normal => {
            text.chars().map(|c| alphabet.get(&c).copied()).collect::<Option<_>>().unwrap_or_else(|| text.into())
        }
    }
}

/// GPT-2's printable stand-ins for the 256 bytes: printable Latin-1 stands for itself, the others follow from U+0100 in
/// order (`bytes_to_unicode` in OpenAI's `gpt-2/src/encoder.py`).
fn byte_alphabet() -> HashMap<char, u8> {
    let printable = |byte: u8| matches!(byte, b'!'..=b'~' | 0xA1..=0xAC | 0xAE..=0xFF);
    let others = (0..=255).filter(|&byte| !printable(byte));
    let stand_ins = ('\u{100}'..).zip(others);
    (0..=255).filter(|&byte| printable(byte)).map(|byte| (char::from(byte), byte)).chain(stand_ins).collect()
}

//! How text is cut into pieces before merging: one rule for each pre-tokenizer that a GGUF file can name in
//! `tokenizer.ggml.pre`. The rule is part of the model: another one gives other token identifiers, and worse answers,
//! without any error.

use tokenizers::normalizers::unicode::NFC;
use tokenizers::pre_tokenizers::PreTokenizerWrapper;
use tokenizers::pre_tokenizers::byte_level::ByteLevel;
use tokenizers::pre_tokenizers::digits::Digits;
use tokenizers::pre_tokenizers::sequence::Sequence;
use tokenizers::pre_tokenizers::split::{Split, SplitPattern};
use tokenizers::{NormalizerWrapper, SplitDelimiterBehavior};

use super::metadata::Metadata;
use crate::engine::EngineError;

/// Words, single digits, punctuation and spaces: `pre_tokenizer` in Qwen2's published `tokenizer.json`.
const QWEN2: &str =
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
/// As [`QWEN2`] with digits in threes: `pre_tokenizer` in Llama 3's published `tokenizer.json`.
const LLAMA3: &str = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

/// What happens to text before merging.
pub(super) struct Rule {
    pub normalizer: Option<NormalizerWrapper>,
    pub cut: PreTokenizerWrapper,
    /// A piece that is a token as it stands is taken whole, without merging.
    pub ignore_merges: bool,
}

/// The rule called `name`. A file that names none, or `default`, is cut as GPT-2 does, for whose tokenizer the `gpt2`
/// model is named.
///
/// # Errors
/// [`EngineError::Unusable`] for a name that is not known here: a near rule would answer worse without anybody seeing
/// why.
pub(super) fn rule(metadata: Metadata, name: &str) -> Result<Rule, EngineError> {
    let broken = |error| metadata.unusable(format!("pre-tokenizer {name}: {error}"));
    match name {
        "gpt-2" | "gpt2" | "default" => Ok(Rule { normalizer: None, cut: words().into(), ignore_merges: false }),
        "smollm" => {
            let cut = Sequence::new(vec![Digits::new(true).into(), words().into()]);
            Ok(Rule { normalizer: None, cut: cut.into(), ignore_merges: false })
        }
        "qwen2" => {
            Ok(Rule { normalizer: Some(NFC.into()), cut: by_pattern(QWEN2).map_err(broken)?, ignore_merges: false })
        }
        "llama-bpe" | "llama3" | "llama-v3" => {
            Ok(Rule { normalizer: None, cut: by_pattern(LLAMA3).map_err(broken)?, ignore_merges: true })
        }
        _ => Err(metadata.unusable(format!(
            "its pre-tokenizer {:?} is not known; known are smollm, qwen2, llama-bpe and gpt-2",
            name.chars().take(40).collect::<String>()
        ))),
    }
}

/// GPT-2's own pattern over bytes. No space is put in front: the chat models here were trained without it.
fn words() -> ByteLevel {
    ByteLevel::new(false, true, true)
}

fn by_pattern(pattern: &str) -> tokenizers::Result<PreTokenizerWrapper> {
    let split = Split::new(SplitPattern::Regex(pattern.to_owned()), SplitDelimiterBehavior::Isolated, false)?;
    Ok(Sequence::new(vec![split.into(), ByteLevel::new(false, true, false).into()]).into())
}

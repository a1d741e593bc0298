//! The embedding engine: all-MiniLM-L6-v2 from its safetensors and tokenizer.json (Apache-2.0), English only.
//!
//! Its own forward pass instead of candle-transformers' BERT: at least twice as fast on one question and without
//! padding in a batch, same vectors (`tests/appliance/knowledge.rs` compares them). Knows nothing of what the texts are for.

mod dense;
mod encoder;
mod lanes;

use std::path::Path;

use tokenizers::{Tokenizer, TruncationParams};

use self::encoder::Encoder;
use super::{Embedder, EngineError};
use crate::domain::Language;

/// Tokens of a text that are read: the model's `max_seq_length`, which it was trained with.
const TOKENS_MAX: usize = 256;

/// Tokens that one pass through the layers takes: their widest activations (1,536 f32 each) then stay in a 2 MB second-level cache.
const PASS_TOKENS_MAX: usize = 256;

/// Bytes of a text that are tokenised; [`TOKENS_MAX`] tokens of English are about 1,200.
const TEXT_BYTES_MAX: usize = 8 << 10;

const NAME: &str = "all-MiniLM-L6-v2";

pub(super) struct MiniLm {
    tokenizer: Tokenizer,
    encoder: Encoder,
}

impl MiniLm {
    /// Reads `model.safetensors` and `tokenizer.json` from `folder`. Takes about 0.1 s and 70 MB.
    ///
    /// # Errors
    /// [`EngineError::Missing`] or [`EngineError::Unusable`], naming the file.
    pub fn open(folder: &Path) -> Result<Self, EngineError> {
        let encoder = Encoder::read(&folder.join("model.safetensors"))?;
        Ok(Self { tokenizer: read_tokenizer(&folder.join("tokenizer.json"))?, encoder })
    }

    fn ids(&self, text: &str) -> Result<Vec<u32>, EngineError> {
        let text = &text[..text.floor_char_boundary(TEXT_BYTES_MAX)];
        let encoding = self.tokenizer.encode_fast(text, true).map_err(|error| failed(error.to_string()))?;
        Ok(encoding.get_ids().to_vec())
    }
}

impl Embedder for MiniLm {
    fn embed(&mut self, texts: &[&str]) -> Result<Vec<Vec<f32>>, EngineError> {
        let ids: Vec<Vec<u32>> = texts.iter().map(|text| self.ids(text)).collect::<Result<_, _>>()?;
        let mut vectors = Vec::with_capacity(texts.len());
        let mut rest = ids.iter().map(Vec::as_slice).collect::<Vec<_>>();
        while !rest.is_empty() {
            let later = rest.split_off(pass_len(&rest));
            vectors.extend(self.encoder.encode(&rest)?);
            rest = later;
        }
        Ok(vectors)
    }

    fn dimensions(&self) -> usize {
        self.encoder.width()
    }

    fn languages(&self) -> &[Language] {
        &[Language::English]
    }

    fn name(&self) -> &str {
        NAME
    }
}

/// How many of the first texts one pass takes: at least one, at most [`PASS_TOKENS_MAX`] tokens.
fn pass_len(texts: &[&[u32]]) -> usize {
    let mut tokens = 0;
    let fitting = texts.iter().take_while(|ids| {
        tokens += ids.len();
        tokens <= PASS_TOKENS_MAX
    });
    fitting.count().max(1)
}

fn read_tokenizer(path: &Path) -> Result<Tokenizer, EngineError> {
    let shown = path.display().to_string();
    if !path.is_file() {
        return Err(EngineError::Missing { path: shown });
    }
    let unusable = |reason: String| EngineError::Unusable { path: shown.clone(), reason };
    let mut tokenizer = Tokenizer::from_file(path).map_err(|error| unusable(error.to_string()))?;
    // The file pads every text to 128 tokens: six times the work for a question of ten words.
    tokenizer.with_padding(None);
    let truncation = TruncationParams { max_length: TOKENS_MAX, ..Default::default() };
    tokenizer.with_truncation(Some(truncation)).map_err(|error| unusable(error.to_string()))?;
    Ok(tokenizer)
}

fn failed(reason: String) -> EngineError {
    EngineError::Failed { engine: NAME, reason }
}

//! The forward pass: tokens in, logits out, keys and values kept. Knows nothing of text.

use std::path::Path;

use super::Settings;
use super::batch::{BATCH, Batch, Scratch, multiply};
use super::cache::Cache;
use super::config::Config;
use super::gguf::ModelFile;
use super::kernels::Kernels;
use super::pool::Pool;
use super::rope::Rope;
use super::weights::Weights;
use crate::engine::EngineError;

/// The most that a full cache may take, bytes: half the memory of a 4 GB board.
const CACHE_BYTES_MAX: usize = 2 << 30;

/// A causal language model and the positions it has read.
pub struct Decoder {
    config: Config,
    weights: Weights,
    rope: Rope,
    cache: Cache,
    scratch: Scratch,
    pool: Pool,
    kernels: &'static Kernels,
}

impl Decoder {
    /// Loads the model at `path`. Blocks for as long as reading the file takes.
    ///
    /// # Errors
    /// [`EngineError::Missing`] or [`EngineError::Unusable`] with the reason; never a panic, whatever the file holds.
    pub fn open(path: &Path, settings: &Settings) -> Result<Self, EngineError> {
        Self::load(ModelFile::open(path)?, settings)
    }

    pub(super) fn load(mut file: ModelFile, settings: &Settings) -> Result<Self, EngineError> {
        let config = Config::read(&file)?;
        file.forget_metadata();
        let context = config.context_tokens.min(settings.context_tokens_max).max(1);
        if Cache::bytes(&config, context).is_none_or(|bytes| bytes > CACHE_BYTES_MAX) {
            return Err(file.unusable(format!(
                "a context of {context} tokens takes more than {CACHE_BYTES_MAX} bytes; lower context_tokens_max"
            )));
        }
        let weights = Weights::read(&file, &config)?;
        let pool = Pool::new(settings.threads)
            .map_err(|error| EngineError::Failed { engine: "language", reason: error.to_string() })?;
        Ok(Self {
            rope: Rope::read(&file, &config)?,
            cache: Cache::new(&config, context),
            scratch: Scratch::new(&config),
            kernels: Kernels::best(),
            pool,
            weights,
            config,
        })
    }

    /// Reads `tokens` after those read before and returns the logits `[last_n, vocabulary]` f32 after each of the last
    /// `last_n` of them (at most all). Blocks.
    ///
    /// # Errors
    /// [`EngineError::Input`] on no tokens or one outside the vocabulary, [`EngineError::TooLong`] when they do not fit the
    /// context; nothing is read then.
    pub fn forward(&mut self, tokens: &[u32], last_n: usize) -> Result<&[f32], EngineError> {
        self.check(tokens)?;
        let wanted_from = tokens.len().saturating_sub(last_n);
        self.scratch.logits.clear();
        for (number, batch) in tokens.chunks(BATCH).enumerate() {
            self.read_batch(batch);
            let start = number * BATCH;
            self.predict(wanted_from.saturating_sub(start).min(batch.len()), batch.len());
        }
        Ok(&self.scratch.logits)
    }

    /// What the last [`Decoder::forward`] returned; empty before the first.
    pub fn logits(&self) -> &[f32] {
        &self.scratch.logits
    }

    /// The tokens read so far.
    pub fn tokens(&self) -> &[u32] {
        self.cache.tokens()
    }

    /// Forgets all but the first `length` tokens.
    pub fn truncate(&mut self, length: usize) {
        self.cache.truncate(length);
    }

    /// Tokens in the vocabulary: the width of the logits.
    pub fn vocabulary(&self) -> usize {
        self.config.vocabulary
    }

    /// The most tokens that [`Decoder::forward`] reads before a [`Decoder::truncate`].
    pub fn context_tokens(&self) -> usize {
        self.cache.context()
    }

    /// The instruction set in use and the number of threads, for reports.
    pub fn runs_on(&self) -> (&'static str, usize) {
        (self.kernels.name, self.pool.threads())
    }

    /// Weights in all matrices, a shared embedding counted once.
    pub fn parameters(&self) -> usize {
        self.weights.parameters()
    }

    fn check(&self, tokens: &[u32]) -> Result<(), EngineError> {
        let (read, max) = (self.cache.tokens().len(), self.cache.context());
        if tokens.is_empty() {
            return Err(EngineError::Input("there are no tokens to read".into()));
        }
        if let Some(token) = tokens.iter().find(|token| **token as usize >= self.config.vocabulary) {
            return Err(EngineError::Input(format!("token {token} is outside the vocabulary")));
        }
        if read + tokens.len() > max {
            return Err(EngineError::TooLong { tokens: read + tokens.len(), max });
        }
        Ok(())
    }

    fn read_batch(&mut self, tokens: &[u32]) {
        let (first, width) = (self.cache.tokens().len(), self.config.width);
        for (token, out) in tokens.iter().zip(self.scratch.stream.chunks_exact_mut(width)) {
            self.weights.embedding.row(*token as usize, out);
        }
        self.rope.prepare(first, tokens.len());
        let mut batch = Batch {
            config: &self.config,
            rope: &self.rope,
            cache: &mut self.cache,
            scratch: &mut self.scratch,
            pool: &mut self.pool,
            kernels: self.kernels,
            first,
            count: tokens.len(),
        };
        for (number, layer) in self.weights.layers.iter().enumerate() {
            batch.attention(number, layer);
            batch.feed_forward(layer);
        }
        self.cache.extend(tokens);
    }

    /// Appends the logits after positions `from..to` of the last batch.
    fn predict(&mut self, from: usize, to: usize) {
        if from == to {
            return;
        }
        let Scratch { stream, normed, logits, .. } = &mut self.scratch;
        let (width, vocabulary) = (self.config.width, self.config.vocabulary);
        let vectors = normed.split();
        for (index, stream) in stream.chunks_exact(width).enumerate().take(to).skip(from) {
            // SAFETY: one thread.
            let mut vector = unsafe { vectors.vector(index - from) };
            self.kernels.rms_norm(stream, &self.weights.norm, self.config.norm_epsilon, vector.floats);
            self.kernels.quantize(&mut vector);
        }
        let start = logits.len();
        logits.resize(start + (to - from) * vocabulary, 0.0);
        let product = (self.weights.head(), &mut logits[start..]);
        multiply(&mut self.pool, self.kernels, normed, to - from, [product]);
    }
}

//! The forward pass: tokens in, logits out, keys and values kept.
//!
//! A batch of positions goes through the layers together, so that each weight is unpacked once for many of them. Between
//! two matrix products every position is on its own. Knows nothing of text.

use std::cell::RefCell;
use std::path::Path;

use super::Settings;
use super::activations::{Activation, Activations, Split};
use super::buffer::Buffer;
use super::cache::{Cache, CacheLayer};
use super::config::{Config, HEAD_WIDTH_MAX};
use super::gguf::ModelFile;
use super::kernels::{Kernels, LANES, Output, QUERIES_MAX, Query};
use super::matrix::Matrix;
use super::pool::Pool;
use super::rope::Rope;
use super::weights::{Layer, Weights};
use crate::engine::EngineError;

/// Positions that go through the layers together. Measured: prefill gains nothing above 64, and the batch's activations
/// stay in the second-level cache.
const BATCH: usize = 64;
/// Neighbouring positions whose attention is one task.
const POSITIONS: usize = 4;
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

/// What a batch needs on its way; row `i` belongs to its `i`th position.
struct Scratch {
    /// The residual stream.
    stream: Buffer<f32>,
    /// What a block adds to the stream.
    delta: Buffer<f32>,
    normed: Activations,
    queries: Buffer<f32>,
    keys: Buffer<f32>,
    values: Buffer<f32>,
    attended: Activations,
    gate: Buffer<f32>,
    up: Buffer<f32>,
    gated: Activations,
    logits: Vec<f32>,
}

thread_local! {
    /// Attention scores: too large for the stack, the same size for every task of a thread.
    static SCORES: RefCell<Vec<f32>> = const { RefCell::new(Vec::new()) };
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
        let context = config.context_tokens.min(settings.context_tokens_max).max(1).next_multiple_of(LANES);
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
        self.cache.capacity()
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
        let (read, max) = (self.cache.tokens().len(), self.cache.capacity());
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

/// A batch on its way through the layers.
struct Batch<'a> {
    config: &'a Config,
    rope: &'a Rope,
    cache: &'a mut Cache,
    scratch: &'a mut Scratch,
    pool: &'a mut Pool,
    kernels: &'static Kernels,
    /// Position of the batch's first token.
    first: usize,
    count: usize,
}

impl Batch<'_> {
    fn attention(&mut self, number: usize, layer: &Layer) {
        self.norm(&layer.attention_norm);
        let Scratch { normed, queries, keys, values, .. } = &mut *self.scratch;
        let products = [(&layer.query, &mut **queries), (&layer.key, &mut **keys), (&layer.value, &mut **values)];
        multiply(self.pool, self.kernels, normed, self.count, products);
        self.place(number, layer);
        self.attend(number);
        let Scratch { attended, delta, .. } = &mut *self.scratch;
        multiply(self.pool, self.kernels, attended, self.count, [(&layer.output, &mut **delta)]);
        self.add_delta();
    }

    fn feed_forward(&mut self, layer: &Layer) {
        self.norm(&layer.feed_norm);
        let Scratch { normed, gate, up, .. } = &mut *self.scratch;
        let products = [(&layer.gate, &mut **gate), (&layer.up, &mut **up)];
        multiply(self.pool, self.kernels, normed, self.count, products);
        self.gate();
        let Scratch { gated, delta, .. } = &mut *self.scratch;
        multiply(self.pool, self.kernels, gated, self.count, [(&layer.down, &mut **delta)]);
        self.add_delta();
    }

    /// Stream -> normed.
    fn norm(&mut self, weight: &[f32]) {
        let Scratch { stream, normed, .. } = &mut *self.scratch;
        let (width, epsilon, kernels) = (self.config.width, self.config.norm_epsilon, self.kernels);
        each_vector(self.pool, self.count, normed, |index, mut vector| {
            kernels.rms_norm(&stream[index * width..][..width], weight, epsilon, vector.floats);
            kernels.quantize(&mut vector);
        });
    }

    /// Gate, up -> gated.
    fn gate(&mut self) {
        let Scratch { gate, up, gated, .. } = &mut *self.scratch;
        let (width, kernels) = (self.config.feed_forward, self.kernels);
        each_vector(self.pool, self.count, gated, |index, mut vector| {
            kernels.gate(&gate[index * width..][..width], &up[index * width..][..width], vector.floats);
            kernels.quantize(&mut vector);
        });
    }

    fn add_delta(&mut self) {
        let values = self.count * self.config.width;
        for (stream, delta) in self.scratch.stream[..values].iter_mut().zip(self.scratch.delta.iter()) {
            *stream += delta;
        }
    }

    /// Normalises, turns and scales the queries; normalises, turns and stores the keys; stores the values.
    fn place(&mut self, number: usize, layer: &Layer) {
        let Scratch { queries, keys, values, .. } = &mut *self.scratch;
        let (queries, keys, values) = (Split::new(queries), Split::new(keys), Split::new(values));
        let norms = layer.query_key_norms.as_ref();
        let (config, first) = (self.config, self.first);
        let heads = Heads { config, rope: self.rope, kernels: self.kernels, cache: self.cache.layer(number) };
        self.pool.run(self.count, 1, &|indices| {
            for index in indices {
                let (q, kv) = (config.heads * config.head_width, config.kv_heads * config.head_width);
                // SAFETY: each index is one task, and has rows and a position of its own.
                unsafe {
                    heads.queries(index, queries.part(index * q, q), norms.map(|norms| &*norms.0));
                    let rows = (keys.part(index * kv, kv), values.part(index * kv, kv));
                    heads.keys_values(index, first + index, rows, norms.map(|norms| &*norms.1));
                }
            }
        });
    }

    /// Queries and cache -> attended.
    fn attend(&mut self, number: usize) {
        let (config, first, count, kernels) = (self.config, self.first, self.count, self.kernels);
        let (width, cache) = (config.head_width, &*self.cache);
        let group = config.heads / config.kv_heads;
        let Scratch { queries, attended, .. } = &mut *self.scratch;
        let out = Split::new(&mut attended.floats);
        let blocks = count.div_ceil(POSITIONS);
        self.pool.run(config.kv_heads * blocks, 1, &|tasks| {
            for task in tasks {
                let (kv_head, block) = (task / blocks, task % blocks);
                let indices = block * POSITIONS..count.min((block + 1) * POSITIONS);
                let total = indices.len() * group;
                for start in (0..total).step_by(QUERIES_MAX) {
                    let some = QUERIES_MAX.min(total - start);
                    let mut together: [Query; QUERIES_MAX] = std::array::from_fn(|n| {
                        let at = start + n.min(some - 1);
                        let index = indices.start + at / group;
                        let from = (index * config.heads + kv_head * group + at % group) * width;
                        // SAFETY: each (position, head) belongs to one task, and to one query of it.
                        let out = if n < some { unsafe { out.part(from, width) } } else { &mut [] };
                        Query { query: &queries[from..][..width], visible: first + index + 1, out }
                    });
                    SCORES.with_borrow_mut(|scores| {
                        scores.resize(QUERIES_MAX * cache.capacity(), 0.0);
                        kernels.attend(cache.head(number, kv_head), &mut together[..some], scores);
                    });
                }
            }
        });
        each_vector(self.pool, count, attended, |_, mut vector| kernels.quantize(&mut vector));
    }
}

/// What is done to the heads of one position in one layer.
struct Heads<'a> {
    config: &'a Config,
    rope: &'a Rope,
    kernels: &'static Kernels,
    cache: CacheLayer<'a>,
}

impl Heads<'_> {
    fn queries(&self, index: usize, queries: &mut [f32], norm: Option<&[f32]>) {
        let scale = 1.0 / (self.config.head_width as f32).sqrt();
        for head in queries.chunks_exact_mut(self.config.head_width) {
            self.turn(index, head, norm);
            head.iter_mut().for_each(|value| *value *= scale);
        }
    }

    /// # Safety
    /// No other thread stores at `position`.
    unsafe fn keys_values(&self, index: usize, position: usize, rows: (&mut [f32], &mut [f32]), norm: Option<&[f32]>) {
        let width = self.config.head_width;
        let heads = rows.0.chunks_exact_mut(width).zip(rows.1.chunks_exact(width));
        for (head, (key, value)) in heads.enumerate() {
            self.turn(index, key, norm);
            // SAFETY: the caller's.
            unsafe { self.cache.store(head, position, &self.narrow(key), &self.narrow(value)) };
        }
    }

    fn turn(&self, index: usize, head: &mut [f32], norm: Option<&[f32]>) {
        if let Some(weight) = norm {
            let mut normed = [0.0; HEAD_WIDTH_MAX];
            let normed = &mut normed[..head.len()];
            self.kernels.rms_norm(head, weight, self.config.norm_epsilon, normed);
            head.copy_from_slice(normed);
        }
        self.rope.turn(index, head);
    }

    fn narrow(&self, head: &[f32]) -> [u16; HEAD_WIDTH_MAX] {
        let mut floats = [0.0; HEAD_WIDTH_MAX];
        floats[..head.len()].copy_from_slice(head);
        let (mut halves, length) = ([0; HEAD_WIDTH_MAX], head.len().next_multiple_of(LANES));
        self.kernels.narrow(&floats[..length], &mut halves[..length]);
        halves
    }
}

/// Fills the first `count` vectors of `batch`, each by one call.
fn each_vector(pool: &mut Pool, count: usize, batch: &mut Activations, fill: impl Fn(usize, Activation) + Sync) {
    let vectors = batch.split();
    pool.run(count, 1, &|indices| {
        for index in indices {
            // SAFETY: each index is in one task.
            fill(index, unsafe { vectors.vector(index) });
        }
    });
}

/// Multiplies several matrices with the first `count` vectors of `input`, as one region of the pool.
fn multiply<const N: usize>(
    pool: &mut Pool,
    kernels: &Kernels,
    input: &Activations,
    count: usize,
    products: [(&Matrix, &mut [f32]); N],
) {
    let products = products.map(|(matrix, out)| {
        let stride = matrix.rows();
        (matrix, Output { values: Split::new(out), stride })
    });
    let total: usize = products.iter().map(|(matrix, _)| matrix.panels()).sum();
    // Small enough that threads end together, large enough that taking a piece costs nothing.
    let grain = total.div_ceil(pool.threads() * 8);
    pool.run(total, if pool.threads() == 1 { total } else { grain }, &|panels| {
        let mut start = 0;
        for (matrix, output) in &products {
            let end = start + matrix.panels();
            let (from, to) = (panels.start.clamp(start, end), panels.end.clamp(start, end));
            if from < to {
                // SAFETY: each panel is in one task.
                unsafe { kernels.multiply(matrix, from - start..to - start, input, 0..count, output) };
            }
            start = end;
        }
    });
}

impl Scratch {
    fn new(config: &Config) -> Self {
        let Config { width, feed_forward, head_width, .. } = *config;
        let (queries, keys) = (config.heads * head_width, config.kv_heads * head_width);
        Self {
            stream: Buffer::zeroed(BATCH * width),
            delta: Buffer::zeroed(BATCH * width),
            normed: Activations::new(BATCH, width),
            queries: Buffer::zeroed(BATCH * queries),
            keys: Buffer::zeroed(BATCH * keys),
            values: Buffer::zeroed(BATCH * keys),
            attended: Activations::new(BATCH, queries),
            gate: Buffer::zeroed(BATCH * feed_forward),
            up: Buffer::zeroed(BATCH * feed_forward),
            gated: Activations::new(BATCH, feed_forward),
            logits: Vec::new(),
        }
    }
}

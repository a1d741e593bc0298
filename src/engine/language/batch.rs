//! A batch of positions on its way through the layers: each weight is unpacked once for many of them. Between two matrix
//! products every position is on its own. Knows nothing of tokens.

use std::cell::RefCell;

use super::activations::{Activation, Activations, Split};
use super::buffer::Buffer;
use super::cache::{Cache, CacheLayer};
use super::config::{Config, HEAD_WIDTH_MAX};
use super::kernels::{Kernels, LANES, Output, QUERIES_MAX, Query};
use super::matrix::Matrix;
use super::pool::Pool;
use super::rope::Rope;
use super::weights::Layer;

/// Positions that go through the layers together. Measured: prefill gains nothing above 64, and the batch's activations
/// stay in the second-level cache.
pub(super) const BATCH: usize = 64;
/// Neighbouring positions whose attention is one task.
const POSITIONS: usize = 4;

/// What a batch needs on its way; row `i` belongs to its `i`th position.
pub(super) struct Scratch {
    /// The residual stream.
    pub stream: Buffer<f32>,
    /// What a block adds to the stream.
    pub delta: Buffer<f32>,
    pub normed: Activations,
    pub queries: Buffer<f32>,
    pub keys: Buffer<f32>,
    pub values: Buffer<f32>,
    pub attended: Activations,
    pub gate: Buffer<f32>,
    pub up: Buffer<f32>,
    pub gated: Activations,
    pub logits: Vec<f32>,
}

thread_local! {
    /// Attention scores: too large for the stack, the same size for every task of a thread.
    static SCORES: RefCell<Vec<f32>> = const { RefCell::new(Vec::new()) };
}

/// A batch on its way through the layers.
pub(super) struct Batch<'a> {
    pub config: &'a Config,
    pub rope: &'a Rope,
    pub cache: &'a mut Cache,
    pub scratch: &'a mut Scratch,
    pub pool: &'a mut Pool,
    pub kernels: &'static Kernels,
    /// Position of the batch's first token.
    pub first: usize,
    pub count: usize,
}

impl Batch<'_> {
    /// Stream += attention of the normed stream.
    pub(super) fn attention(&mut self, number: usize, layer: &Layer) {
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

    /// Stream += gated feed-forward of the normed stream.
    pub(super) fn feed_forward(&mut self, layer: &Layer) {
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
pub(super) fn multiply<const N: usize>(
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
    pub(super) fn new(config: &Config) -> Self {
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

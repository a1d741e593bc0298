//! Keys and values of the positions decoded so far, flat and of fixed capacity.
//!
//! Half floats: they halve what attention reads and what a long conversation keeps, and round far below what quantized
//! weights do. Memory is reserved for the whole context and touched only as positions fill it. Knows nothing of queries.

use super::activations::Split;
use super::buffer::Buffer;
use super::config::Config;
use super::kernels::{CachedHead, LANES};

/// Keys and values of `capacity` positions in each layer and head; the layout is [`CachedHead`]'s.
pub(crate) struct Cache {
    keys: Buffer<u16>,
    values: Buffer<u16>,
    /// The token at each position.
    tokens: Vec<u32>,
    /// Positions that may be used, and that there is room for: whole tiles.
    context: usize,
    capacity: usize,
    heads: usize,
    width: usize,
}

/// One layer, to be filled by several threads at different positions.
pub(crate) struct CacheLayer<'a> {
    keys: Split<'a, u16>,
    values: Split<'a, u16>,
    capacity: usize,
    width: usize,
}

impl Cache {
    /// Room for `context` positions.
    pub(crate) fn new(config: &Config, context: usize) -> Self {
        let (heads, width, capacity) = (config.kv_heads, config.head_width, context.next_multiple_of(LANES));
        let rows = config.layers * heads * capacity;
        Self {
            keys: Buffer::zeroed(rows * width),
            values: Buffer::zeroed(rows * width.next_multiple_of(LANES)),
            tokens: Vec::with_capacity(context),
            context,
            capacity,
            heads,
            width,
        }
    }

    /// Bytes that a full cache of `context` positions takes; `None` when they cannot be counted.
    pub(crate) fn bytes(config: &Config, context: usize) -> Option<usize> {
        let row = config.head_width + config.head_width.next_multiple_of(LANES);
        [config.layers, config.kv_heads, row, size_of::<u16>()]
            .into_iter()
            .try_fold(context.checked_next_multiple_of(LANES)?, usize::checked_mul)
    }

    pub(crate) fn tokens(&self) -> &[u32] {
        &self.tokens
    }

    pub(crate) fn context(&self) -> usize {
        self.context
    }

    /// Scores of one query take this much room.
    pub(crate) fn capacity(&self) -> usize {
        self.capacity
    }

    /// Notes that the positions after the last now hold `tokens`; their keys and values are stored already.
    pub(crate) fn extend(&mut self, tokens: &[u32]) {
        self.tokens.extend_from_slice(tokens);
    }

    /// Forgets all positions from `length` on.
    pub(crate) fn truncate(&mut self, length: usize) {
        self.tokens.truncate(length);
    }

    pub(crate) fn head(&self, layer: usize, head: usize) -> CachedHead<'_> {
        let (keys, values) = (self.width * self.capacity, self.width.next_multiple_of(LANES) * self.capacity);
        let at = layer * self.heads + head;
        CachedHead {
            keys: &self.keys[at * keys..][..keys],
            values: &self.values[at * values..][..values],
            width: self.width,
        }
    }

    pub(crate) fn layer(&mut self, layer: usize) -> CacheLayer<'_> {
        let keys = self.width * self.capacity * self.heads;
        let values = self.width.next_multiple_of(LANES) * self.capacity * self.heads;
        CacheLayer {
            keys: Split::new(&mut self.keys[layer * keys..][..keys]),
            values: Split::new(&mut self.values[layer * values..][..values]),
            capacity: self.capacity,
            width: self.width,
        }
    }
}

impl CacheLayer<'_> {
    /// Stores the key and the value of one head at one position; both start with `width` numbers.
    ///
    /// # Safety
    /// No two threads may store at the same position and head.
    pub(crate) unsafe fn store(&self, head: usize, position: usize, key: &[u16], value: &[u16]) {
        let (tile, lane) = (position / LANES, position % LANES);
        let keys = head * self.capacity * self.width + tile * self.width * LANES + lane;
        for (d, &key) in key.iter().take(self.width).enumerate() {
            // SAFETY: this thread's own lane of the tile.
            unsafe { self.keys.set(keys + d * LANES, key) };
        }
        let padded = self.width.next_multiple_of(LANES);
        // SAFETY: this thread's own row.
        unsafe { self.values.part((head * self.capacity + position) * padded, self.width) }
            .copy_from_slice(&value[..self.width]);
    }
}

//! A weight matrix as the kernels read it: sixteen rows side by side.
//!
//! A GGUF row holds blocks of 32 weights one after another; sixteen rows make a panel, whose blocks are interleaved so that
//! one 64-byte load brings four weights of each of sixteen rows. A dot product then needs no sum across lanes, and
//! weights unpacked once serve several activations. The weights' own bits are kept: only their order changes, and
//! K-quants' nested scales are multiplied out (Q4_K 4.5 -> 5, Q6_K 6.56 -> 7 bits a weight).
//!
//! Of block `b` in panel `p`, with `r` the row in the panel and `i` in `0..4`:
//! - nibbles: byte `64 v + 4 r + i` holds weight `4 v + i` in its lower half and weight `16 + 4 v + i` in its upper, `v` in `0..4`;
//! - sixes: 256 bytes of nibbles as above, then byte `64 h + 4 r + i` holds two upper bits of the weights `16 h + 4 s + i`
//!   at bit `2 s`, `s` in `0..4`;
//! - bytes: byte `64 g + 4 r + i` is weight `4 g + i`, signed, `g` in `0..8`;
//! - floats have no blocks: value `16 k + r` is column `k`.

use half::{bf16, f16};

use super::buffer::{Arena, Buffer};
use super::kernels::LANES;

/// Weights in a block, and activations that share one scale.
pub(crate) const BLOCK: usize = 32;

/// How a panel stores its weights.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Layout {
    /// `scale * (q - 8)`: Q4_0.
    Nibbles,
    /// `scale * q + minimum`: Q4_1, Q4_K.
    NibblesMinimum,
    /// `scale * (q - 32)`, a scale for each 16 weights: Q6_K.
    Sixes,
    /// `scale * q`, signed: Q8_0.
    Bytes,
    F32,
    F16,
    Bf16,
}

impl Layout {
    /// Bytes of quants in a panel's block; for floats, of one column.
    pub(crate) const fn quant_bytes(self) -> usize {
        match self {
            Self::Nibbles | Self::NibblesMinimum => BLOCK * LANES / 2,
            Self::Sixes => BLOCK * LANES * 3 / 4,
            Self::Bytes => BLOCK * LANES,
            Self::F32 => LANES * 4,
            Self::F16 | Self::Bf16 => LANES * 2,
        }
    }

    /// Half floats for each row in a block: scale and minimum, or two scales.
    pub(crate) const fn scales(self) -> usize {
        match self {
            Self::Nibbles | Self::Bytes => 1,
            Self::NibblesMinimum | Self::Sixes => 2,
            Self::F32 | Self::F16 | Self::Bf16 => 0,
        }
    }

    pub(crate) const fn is_quantized(self) -> bool {
        self.scales() > 0
    }
}

/// One block of one row, unpacked: `weight[i] = scale[i / 16] * q[i] + minimum` with the layout's own offset of `q`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Block {
    /// As stored: unsigned for nibbles and sixes, two's complement for bytes.
    pub quants: [u8; BLOCK],
    /// Bits of half floats: scale and minimum, or two scales, or one scale.
    pub scales: [u16; 2],
}

/// A `[rows, columns]` matrix in panels. Rows beyond the last are zero.
pub(crate) struct Matrix {
    pub(super) layout: Layout,
    pub(super) rows: usize,
    pub(super) columns: usize,
    quants: Buffer<u8>,
    /// Of a block: 16 scales, then 16 minima or second scales.
    scales: Buffer<u16>,
}

impl Matrix {
    /// # Panics
    /// When `columns` does not fit the layout's blocks: the file's reader has checked it.
    pub(crate) fn zeroed(layout: Layout, rows: usize, columns: usize, arena: &mut Arena) -> Self {
        assert!(!layout.is_quantized() || columns.is_multiple_of(BLOCK));
        let units = rows.div_ceil(LANES) * if layout.is_quantized() { columns / BLOCK } else { columns };
        let quants = arena.zeroed(units * layout.quant_bytes());
        Self { layout, rows, columns, quants, scales: arena.zeroed(units * layout.scales() * LANES) }
    }

    pub(crate) fn rows(&self) -> usize {
        self.rows
    }

    pub(crate) fn parameters(&self) -> usize {
        self.rows * self.columns
    }

    pub(crate) fn panels(&self) -> usize {
        self.rows.div_ceil(LANES)
    }

    /// Blocks in a row; for floats, columns.
    pub(super) fn units(&self) -> usize {
        if self.layout.is_quantized() { self.columns / BLOCK } else { self.columns }
    }

    /// The quants of one panel, `units() * quant_bytes()` long.
    pub(super) fn panel_quants(&self, panel: usize) -> &[u8] {
        let length = self.units() * self.layout.quant_bytes();
        &self.quants[panel * length..][..length]
    }

    /// The scales of one panel, `units() * scales() * 16` long.
    pub(super) fn panel_scales(&self, panel: usize) -> &[u16] {
        let length = self.units() * self.layout.scales() * LANES;
        &self.scales[panel * length..][..length]
    }

    /// Puts one unpacked block in its place.
    pub(super) fn set_block(&mut self, row: usize, block: usize, from: &Block) {
        let (unit, lane) = (row / LANES * self.units() + block, row % LANES);
        let length = self.layout.quant_bytes();
        let quants = &mut self.quants[unit * length..][..length];
        match self.layout {
            Layout::Bytes => interleave(quants, lane, &from.quants),
            _ => interleave(quants, lane, &lower_halves(&from.quants)),
        }
        if self.layout == Layout::Sixes {
            interleave(&mut quants[UPPER_PAIRS..], lane, &upper_pairs(&from.quants));
        }
        let scales = self.layout.scales();
        for (index, &scale) in from.scales.iter().take(scales).enumerate() {
            self.scales[(unit * scales + index) * LANES + lane] = scale;
        }
    }

    /// Puts one row of floats, `columns * width` little-endian bytes as in the file, in its place.
    pub(super) fn set_floats(&mut self, row: usize, bytes: &[u8]) {
        let width = self.layout.quant_bytes() / LANES;
        let (panel, lane) = (row / LANES, row % LANES);
        for (column, value) in bytes.chunks_exact(width).take(self.columns).enumerate() {
            let at = ((panel * self.columns + column) * LANES + lane) * width;
            self.quants[at..at + width].copy_from_slice(value);
        }
    }

    /// Unpacks one row into `out`: the embedding of a token.
    ///
    /// # Panics
    /// When `row` or the length of `out` is not the matrix's: callers check token ids first.
    pub(crate) fn row(&self, row: usize, out: &mut [f32]) {
        assert!(row < self.rows && out.len() == self.columns);
        let (panel, lane) = (row / LANES, row % LANES);
        let (quants, scales) = (self.panel_quants(panel), self.panel_scales(panel));
        for (column, out) in out.iter_mut().enumerate() {
            *out = self.weight(quants, scales, column, lane);
        }
    }

    fn weight(&self, quants: &[u8], scales: &[u16], column: usize, lane: usize) -> f32 {
        let (block, index) = (column / BLOCK, column % BLOCK);
        let quants_of = |unit: usize| &quants[unit * self.layout.quant_bytes()..];
        let scale =
            |which: usize| f16::from_bits(scales[(block * self.layout.scales() + which) * LANES + lane]).to_f32();
        let nibble = || {
            let (byte, shift) = place(self.layout, index, lane);
            quants_of(block)[byte] >> shift & 15
        };
        match self.layout {
            Layout::Nibbles => scale(0) * (f32::from(nibble()) - 8.0),
            Layout::NibblesMinimum => scale(0) * f32::from(nibble()) + scale(1),
            Layout::Sixes => {
                let (byte, shift) = upper_place(index, lane);
                let upper = (quants_of(block)[byte] >> shift & 3) << 4;
                scale(index / 16) * (f32::from(nibble() | upper) - 32.0)
            }
            Layout::Bytes => scale(0) * f32::from(quants_of(block)[place(self.layout, index, lane).0] as i8),
            Layout::F32 => f32::from_le_bytes(float(quants_of(column), lane)),
            Layout::F16 => f16::from_le_bytes(float(quants_of(column), lane)).to_f32(),
            Layout::Bf16 => bf16::from_le_bytes(float(quants_of(column), lane)).to_f32(),
        }
    }
}

fn float<const N: usize>(column: &[u8], lane: usize) -> [u8; N] {
    let mut bytes = [0; N];
    bytes.copy_from_slice(&column[lane * N..][..N]);
    bytes
}

/// Where the upper pairs of a block of sixes begin.
const UPPER_PAIRS: usize = BLOCK * LANES / 2;

/// Puts a row's bytes into its lane, four to each 64.
fn interleave(quants: &mut [u8], lane: usize, row: &[u8]) {
    for (to, four) in quants.chunks_exact_mut(4 * LANES).zip(row.chunks_exact(4)) {
        to[4 * lane..][..4].copy_from_slice(four);
    }
}

fn lower_halves(quants: &[u8; BLOCK]) -> [u8; BLOCK / 2] {
    std::array::from_fn(|i| quants[i] & 15 | quants[i + 16] << 4)
}

fn upper_pairs(quants: &[u8; BLOCK]) -> [u8; BLOCK / 4] {
    std::array::from_fn(|i| {
        let pair = |s: usize| quants[i / 4 * 16 + 4 * s + i % 4] >> 4 << (2 * s);
        pair(0) | pair(1) | pair(2) | pair(3)
    })
}

/// Byte and shift of weight `index` of a block, in `lane`.
fn place(layout: Layout, index: usize, lane: usize) -> (usize, u32) {
    let (group, within) = (index / 4, index % 4);
    match layout {
        Layout::Bytes => (64 * group + 4 * lane + within, 0),
        _ => (64 * (group % 4) + 4 * lane + within, if group < 4 { 0 } else { 4 }),
    }
}

/// Byte and shift of the two upper bits of weight `index` of a block of sixes.
fn upper_place(index: usize, lane: usize) -> (usize, u32) {
    let (half, group, within) = (index / 16, index % 16 / 4, index % 4);
    (UPPER_PAIRS + 64 * half + 4 * lane + within, 2 * group as u32)
}

//! Products of a matrix' panels with a batch of activations, written once over the instruction set.
//!
//! A tile is one panel (16 rows) times `C` vectors: each 64 bytes of weights are unpacked once and serve all `C`. Integer dot
//! products run over a block of 32, then scale and minimum join in f32.

#![allow(clippy::needless_range_loop, reason = "`c` runs through registers and memory side by side")]

use std::ops::Range;

use super::isa::{Isa, LANES};
use crate::engine::language::activations::{Activations, Split};
use crate::engine::language::matrix::{BLOCK, Layout, Matrix};

/// Where a product goes: vector `v`, row `r` to `values[v * stride + r]`.
pub(crate) struct Output<'a> {
    pub values: Split<'a, f32>,
    pub stride: usize,
}

/// One panel and the first of the vectors it is multiplied with.
#[derive(Clone, Copy)]
struct Tile<'a> {
    matrix: &'a Matrix,
    panel: usize,
    input: &'a Activations,
    first: usize,
}

/// Multiplies `panels` of `matrix` with `vectors` of `input`.
///
/// # Safety
/// The processor has `S`; ranges are inside `matrix`, `input` and `output`; no other thread holds these rows of `output`.
#[inline(always)]
pub(super) unsafe fn multiply<S: Isa>(
    matrix: &Matrix,
    panels: Range<usize>,
    input: &Activations,
    vectors: Range<usize>,
    output: &Output,
) {
    for panel in panels {
        let mut first = vectors.start;
        while first < vectors.end {
            let tile = Tile { matrix, panel, input, first };
            // SAFETY: handed on from the caller.
            first += unsafe {
                match vectors.end - first {
                    8.. if S::WIDE => write::<S, 8>(tile, output, product::<S, 8>(tile)),
                    4.. => write::<S, 4>(tile, output, product::<S, 4>(tile)),
                    2.. => write::<S, 2>(tile, output, product::<S, 2>(tile)),
                    _ => write::<S, 1>(tile, output, product::<S, 1>(tile)),
                }
            };
        }
    }
}

/// Writes a tile's product and says how many vectors it served. The last panel may have fewer rows than lanes.
#[inline(always)]
unsafe fn write<S: Isa, const C: usize>(tile: Tile, output: &Output, product: [S::Floats; C]) -> usize {
    let rows = (tile.matrix.rows - tile.panel * LANES).min(LANES);
    for (c, product) in product.into_iter().enumerate() {
        let mut lanes = [0.0; LANES];
        // SAFETY: handed on from the caller.
        unsafe {
            S::store(lanes.as_mut_ptr(), product);
            let from = (tile.first + c) * output.stride + tile.panel * LANES;
            output.values.part(from, rows).copy_from_slice(&lanes[..rows]);
        }
    }
    C
}

#[inline(always)]
unsafe fn product<S: Isa, const C: usize>(tile: Tile) -> [S::Floats; C] {
    // SAFETY: handed on from the caller; each arm reads what its layout stores.
    unsafe {
        match tile.matrix.layout {
            Layout::Nibbles => nibbles::<S, C, false>(tile),
            Layout::NibblesMinimum => nibbles::<S, C, true>(tile),
            Layout::Sixes => sixes::<S, C>(tile),
            Layout::Bytes => bytes::<S, C>(tile),
            Layout::F32 => floats::<S, C>(tile, |at| S::load(at.cast())),
            Layout::F16 => floats::<S, C>(tile, |at| S::load_f16(at.cast())),
            Layout::Bf16 => floats::<S, C>(tile, |at| S::load_bf16(at.cast())),
        }
    }
}

/// One block of one vector's activations.
struct Block {
    quants: *const i8,
    scale: f32,
    weighted: f32,
    sums: [i32; 2],
}

impl<'a> Tile<'a> {
    /// Pointers to the first block's quants and scales.
    #[inline(always)]
    fn weights(&self) -> (*const u8, *const u16) {
        (self.matrix.panel_quants(self.panel).as_ptr(), self.matrix.panel_scales(self.panel).as_ptr())
    }

    /// # Safety
    /// Vector and block are inside the input.
    #[inline(always)]
    unsafe fn activations(&self, c: usize, block: usize) -> Block {
        let at = (self.first + c) * (self.input.width / BLOCK) + block;
        // SAFETY: the caller's; one scale, one weighted and two sums for each block.
        unsafe {
            Block {
                quants: self.input.quants.as_ptr().add(at * BLOCK),
                scale: *self.input.scales.as_ptr().add(at),
                weighted: *self.input.weighted.as_ptr().add(at),
                sums: [*self.input.sums.as_ptr().add(2 * at), *self.input.sums.as_ptr().add(2 * at + 1)],
            }
        }
    }
}

/// `scale * (q - 8)`, or with `MINIMUM` `scale * q + minimum`.
#[inline(always)]
unsafe fn nibbles<S: Isa, const C: usize, const MINIMUM: bool>(tile: Tile) -> [S::Floats; C] {
    let (mut quants, mut scales) = tile.weights();
    // SAFETY: the pointers advance by what one block of the layout takes, `units` times; the rest is the caller's.
    unsafe {
        let mut totals = [S::splat(0.0); C];
        for block in 0..tile.matrix.units() {
            let mut sums = [S::splat_int(0); C];
            if !MINIMUM {
                for c in 0..C {
                    let [a, b] = tile.activations(c, block).sums;
                    sums[c] = S::splat_int(-8 * (a + b));
                }
            }
            for v in 0..4 {
                let packed = S::load_bytes(quants.add(64 * v));
                let (low, high) = (S::low(packed), S::high(packed));
                for c in 0..C {
                    let activations = tile.activations(c, block).quants;
                    sums[c] = S::dot(sums[c], low, activations.add(4 * v));
                    sums[c] = S::dot(sums[c], high, activations.add(16 + 4 * v));
                }
            }
            let scale = S::load_f16(scales);
            for c in 0..C {
                let activations = tile.activations(c, block);
                totals[c] = S::fma(S::to_floats(sums[c]), S::mul(scale, S::splat(activations.scale)), totals[c]);
                if MINIMUM {
                    let minimum = S::load_f16(scales.add(LANES));
                    totals[c] = S::fma(minimum, S::splat(activations.weighted), totals[c]);
                }
            }
            quants = quants.add(4 * 64);
            scales = scales.add(if MINIMUM { 2 * LANES } else { LANES });
        }
        totals
    }
}

/// `scale * (q - 32)`, with one scale for each half of the block.
#[inline(always)]
unsafe fn sixes<S: Isa, const C: usize>(tile: Tile) -> [S::Floats; C] {
    let (mut quants, mut scales) = tile.weights();
    // SAFETY: as in `nibbles`.
    unsafe {
        let mut totals = [S::splat(0.0); C];
        for block in 0..tile.matrix.units() {
            let mut sums = [[S::splat_int(0); 2]; C];
            for c in 0..C {
                let [a, b] = tile.activations(c, block).sums;
                sums[c] = [S::splat_int(-32 * a), S::splat_int(-32 * b)];
            }
            let (first, second) = (S::load_bytes(quants.add(256)), S::load_bytes(quants.add(320)));
            let firsts = [S::pair::<0>(first), S::pair::<1>(first), S::pair::<2>(first), S::pair::<3>(first)];
            let seconds = [S::pair::<0>(second), S::pair::<1>(second), S::pair::<2>(second), S::pair::<3>(second)];
            for v in 0..4 {
                let packed = S::load_bytes(quants.add(64 * v));
                let (low, high) = (S::or(S::low(packed), firsts[v]), S::or(S::high(packed), seconds[v]));
                for c in 0..C {
                    let activations = tile.activations(c, block).quants;
                    sums[c][0] = S::dot(sums[c][0], low, activations.add(4 * v));
                    sums[c][1] = S::dot(sums[c][1], high, activations.add(16 + 4 * v));
                }
            }
            let halves = (S::load_f16(scales), S::load_f16(scales.add(LANES)));
            for c in 0..C {
                let scale = S::splat(tile.activations(c, block).scale);
                totals[c] = S::fma(S::to_floats(sums[c][0]), S::mul(halves.0, scale), totals[c]);
                totals[c] = S::fma(S::to_floats(sums[c][1]), S::mul(halves.1, scale), totals[c]);
            }
            quants = quants.add(6 * 64);
            scales = scales.add(2 * LANES);
        }
        totals
    }
}

/// `scale * q`, signed.
#[inline(always)]
unsafe fn bytes<S: Isa, const C: usize>(tile: Tile) -> [S::Floats; C] {
    let (mut quants, mut scales) = tile.weights();
    // SAFETY: as in `nibbles`.
    unsafe {
        let mut totals = [S::splat(0.0); C];
        for block in 0..tile.matrix.units() {
            let mut sums = [S::splat_int(0); C];
            if S::SIGNED_BIAS != 0 {
                for c in 0..C {
                    let [a, b] = tile.activations(c, block).sums;
                    sums[c] = S::splat_int(-S::SIGNED_BIAS * (a + b));
                }
            }
            for g in 0..8 {
                let weights = S::signed(S::load_bytes(quants.add(64 * g)));
                for c in 0..C {
                    sums[c] = S::dot_signed(sums[c], weights, tile.activations(c, block).quants.add(4 * g));
                }
            }
            let scale = S::load_f16(scales);
            for c in 0..C {
                let activations = tile.activations(c, block);
                totals[c] = S::fma(S::to_floats(sums[c]), S::mul(scale, S::splat(activations.scale)), totals[c]);
            }
            quants = quants.add(8 * 64);
            scales = scales.add(LANES);
        }
        totals
    }
}

/// Weights that are floats, with the activations as they are.
#[inline(always)]
unsafe fn floats<S: Isa, const C: usize>(tile: Tile, load: impl Fn(*const u8) -> S::Floats) -> [S::Floats; C] {
    let (mut quants, _) = tile.weights();
    // SAFETY: the pointer advances by one column of the layout, `width` times; the rest is the caller's.
    unsafe {
        let mut totals = [S::splat(0.0); C];
        let activations = tile.input.floats.as_ptr().add(tile.first * tile.input.width);
        for column in 0..tile.input.width {
            let weights = load(quants);
            for c in 0..C {
                totals[c] = S::fma(weights, S::splat(*activations.add(c * tile.input.width + column)), totals[c]);
            }
            quants = quants.add(tile.matrix.layout.quant_bytes());
        }
        totals
    }
}

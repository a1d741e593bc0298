//! What happens to a vector between two matrix products: norm, gate, quantization. Written once over the instruction set;
//! a tail shorter than the lanes goes through the same lanes, padded with zeros.

use super::isa::{Isa, LANES};
use crate::engine::language::activations::Activation;
use crate::engine::language::matrix::BLOCK;

/// Largest quantized activation.
const QUANT_MAX: f32 = 127.0;

/// Loads up to 16 values, the rest as zeros.
///
/// # Safety
/// The processor has `S`.
#[inline(always)]
unsafe fn load<S: Isa>(from: &[f32]) -> S::Floats {
    if from.len() >= LANES {
        // SAFETY: long enough.
        return unsafe { S::load(from.as_ptr()) };
    }
    let mut padded = [0.0; LANES];
    padded[..from.len()].copy_from_slice(from);
    // SAFETY: 16 long.
    unsafe { S::load(padded.as_ptr()) }
}

/// Stores as many of the 16 values as fit.
///
/// # Safety
/// The processor has `S`.
#[inline(always)]
unsafe fn store<S: Isa>(to: &mut [f32], value: S::Floats) {
    if to.len() >= LANES {
        // SAFETY: long enough.
        return unsafe { S::store(to.as_mut_ptr(), value) };
    }
    let mut padded = [0.0; LANES];
    // SAFETY: 16 long.
    unsafe { S::store(padded.as_mut_ptr(), value) };
    to.copy_from_slice(&padded[..to.len()]);
}

/// `out = x * weight / sqrt(mean(x^2) + epsilon)`; all of one length.
///
/// # Safety
/// The processor has `S`.
#[inline(always)]
pub(super) unsafe fn rms_norm<S: Isa>(x: &[f32], weight: &[f32], epsilon: f32, out: &mut [f32]) {
    // SAFETY: the caller's.
    unsafe {
        let mut squares = S::splat(0.0);
        for x in x.chunks(LANES) {
            let x = load::<S>(x);
            squares = S::fma(x, x, squares);
        }
        let scale = S::splat(1.0 / (S::sum(squares) / x.len() as f32 + epsilon).sqrt());
        for ((x, weight), out) in x.chunks(LANES).zip(weight.chunks(LANES)).zip(out.chunks_mut(LANES)) {
            store::<S>(out, S::mul(S::mul(load::<S>(x), scale), load::<S>(weight)));
        }
    }
}

/// `out = gate / (1 + e^-gate) * up`; all of one length.
///
/// # Safety
/// The processor has `S`.
#[inline(always)]
pub(super) unsafe fn gate<S: Isa>(gate: &[f32], up: &[f32], out: &mut [f32]) {
    // SAFETY: the caller's.
    unsafe {
        for ((gate, up), out) in gate.chunks(LANES).zip(up.chunks(LANES)).zip(out.chunks_mut(LANES)) {
            let gate = load::<S>(gate);
            let falling = exp::<S>(S::mul(gate, S::splat(-1.0)));
            let open = S::div(gate, S::add(falling, S::splat(1.0)));
            store::<S>(out, S::mul(open, load::<S>(up)));
        }
    }
}

/// Fills quants, scales and sums from the floats.
///
/// # Safety
/// The processor has `S`.
#[inline(always)]
pub(super) unsafe fn quantize<S: Isa>(vector: &mut Activation) {
    for (block, floats) in vector.floats.chunks_exact(BLOCK).enumerate() {
        // SAFETY: a block is two times 16 floats and 32 quants.
        unsafe {
            let halves = [S::load(floats.as_ptr()), S::load(floats.as_ptr().add(LANES))];
            let largest = S::largest(S::max(S::abs(halves[0]), S::abs(halves[1])));
            let scale = largest / QUANT_MAX;
            // A block of zeros, or one so small that its inverse overflows, is zero.
            let inverse = if scale > f32::MIN_POSITIVE { 1.0 / scale } else { 0.0 };
            let mut sums = [0; 2];
            for (half, floats) in halves.into_iter().enumerate() {
                let quants = S::to_ints(S::mul(floats, S::splat(inverse)));
                sums[half] = S::sum_int(quants);
                S::store_i8(vector.quants[block * BLOCK + half * LANES..][..LANES].as_mut_ptr(), quants);
            }
            vector.scales[block] = scale;
            vector.weighted[block] = scale * (sums[0] + sums[1]) as f32;
            vector.sums[2 * block..][..2].copy_from_slice(&sums);
        }
    }
}

/// Rounds to half floats; both of one length, a multiple of 16.
///
/// # Safety
/// The processor has `S`.
#[inline(always)]
pub(super) unsafe fn narrow<S: Isa>(from: &[f32], to: &mut [u16]) {
    for (from, to) in from.chunks_exact(LANES).zip(to.chunks_exact_mut(LANES)) {
        // SAFETY: both are 16 long.
        unsafe { S::store_f16(to.as_mut_ptr(), S::load(from.as_ptr())) }
    }
}

/// `e^x` to 2 parts in 10^7, of `x` held to `-87..=88`: powers of two and a Taylor series of degree 6 on `|r| <= ln(2)/2`.
///
/// # Safety
/// The processor has `S`.
#[inline(always)]
pub(super) unsafe fn exp<S: Isa>(x: S::Floats) -> S::Floats {
    /// ln(2) in two parts, the first exact in few bits (Cody and Waite).
    const LN2: [f32; 2] = [0.693_359_4, -2.121_944_4e-4];
    const SERIES: [f32; 6] = [1.0 / 120.0, 1.0 / 24.0, 1.0 / 6.0, 0.5, 1.0, 1.0];
    // SAFETY: the caller's.
    unsafe {
        let x = S::max(S::min(x, S::splat(88.0)), S::splat(-87.0));
        let power = S::round(S::mul(x, S::splat(std::f32::consts::LOG2_E)));
        let rest = S::fma(power, S::splat(-LN2[0]), x);
        let rest = S::fma(power, S::splat(-LN2[1]), rest);
        let mut sum = S::splat(1.0 / 720.0);
        for term in SERIES {
            sum = S::fma(sum, rest, S::splat(term));
        }
        S::mul(sum, S::pow2(power))
    }
}

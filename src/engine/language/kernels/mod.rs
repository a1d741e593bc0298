//! The arithmetic of the decoder, chosen for the processor at run time.
//!
//! Each kernel is written once over the trait [`isa::Isa`] (`matmul`, `elementwise`, `attention`) and instantiated for each
//! instruction set in a function that enables its features; [`Kernels`] is the table of one set's instances. Nothing here
//! knows of models or files.

mod attention;
#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod elementwise;
mod isa;
mod matmul;
#[cfg(target_arch = "aarch64")]
mod neon;
mod scalar;
#[cfg(test)]
mod tests;

use std::ops::Range;

pub(crate) use attention::{CachedHead, QUERIES_MAX, Query};
pub(crate) use isa::LANES;
pub(crate) use matmul::Output;

use super::activations::{Activation, Activations};
use super::matrix::Matrix;

/// One instruction set's kernels. Its safe methods check lengths once for each call, so that the loops need not.
pub(crate) struct Kernels {
    pub name: &'static str,
    multiply: unsafe fn(&Matrix, Range<usize>, &Activations, Range<usize>, &Output),
    quantize: unsafe fn(&mut Activation),
    rms_norm: unsafe fn(&[f32], &[f32], f32, &mut [f32]),
    gate: unsafe fn(&[f32], &[f32], &mut [f32]),
    narrow: unsafe fn(&[f32], &mut [u16]),
    attend: unsafe fn(CachedHead, &mut [Query], &mut [f32]),
}

/// Instantiates the kernels for one instruction set; `$enable` is the attribute that makes its instructions inlinable.
macro_rules! kernels {
    ($table:ident, $name:literal, $isa:ty $(, $enable:meta)?) => {
        static $table: Kernels = {
            $(#[$enable])?
            unsafe fn multiply(m: &Matrix, p: Range<usize>, i: &Activations, v: Range<usize>, o: &Output) {
                // SAFETY: the caller's, here and below.
                unsafe { matmul::multiply::<$isa>(m, p, i, v, o) }
            }
            $(#[$enable])?
            unsafe fn quantize(vector: &mut Activation) {
                unsafe { elementwise::quantize::<$isa>(vector) }
            }
            $(#[$enable])?
            unsafe fn rms_norm(x: &[f32], weight: &[f32], epsilon: f32, out: &mut [f32]) {
                unsafe { elementwise::rms_norm::<$isa>(x, weight, epsilon, out) }
            }
            $(#[$enable])?
            unsafe fn gate(gate: &[f32], up: &[f32], out: &mut [f32]) {
                unsafe { elementwise::gate::<$isa>(gate, up, out) }
            }
            $(#[$enable])?
            unsafe fn narrow(from: &[f32], to: &mut [u16]) {
                unsafe { elementwise::narrow::<$isa>(from, to) }
            }
            $(#[$enable])?
            unsafe fn attend(head: CachedHead, queries: &mut [Query], scores: &mut [f32]) {
                unsafe { attention::attend::<$isa>(head, queries, scores) }
            }
            Kernels { name: $name, multiply, quantize, rms_norm, gate, narrow, attend }
        };
    };
}

kernels!(SCALAR, "scalar", scalar::Scalar);
#[cfg(target_arch = "x86_64")]
kernels!(AVX2, "avx2", avx2::Avx2<false>, target_feature(enable = "avx2,fma,f16c"));
#[cfg(target_arch = "x86_64")]
kernels!(AVX_VNNI, "avx-vnni", avx2::Avx2<true>, target_feature(enable = "avx2,fma,f16c,avxvnni"));
#[cfg(target_arch = "x86_64")]
kernels!(AVX512, "avx512-vnni", avx512::Avx512, target_feature(enable = "avx2,fma,f16c,avx512f,avx512bw,avx512vnni"));
#[cfg(target_arch = "aarch64")]
kernels!(NEON, "neon", neon::Neon, target_feature(enable = "neon"));

impl Kernels {
    /// The fastest that this processor runs.
    pub(crate) fn best() -> &'static Self {
        Self::available().next_back().unwrap_or(&SCALAR)
    }

    /// All that this processor runs, slowest first.
    pub(crate) fn available() -> impl DoubleEndedIterator<Item = &'static Self> {
        #[cfg(target_arch = "x86_64")]
        let sets = {
            let avx2 =
                is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") && is_x86_feature_detected!("f16c");
            let avx512 = is_x86_feature_detected!("avx512f")
                && is_x86_feature_detected!("avx512bw")
                && is_x86_feature_detected!("avx512vnni");
            let vnni = is_x86_feature_detected!("avxvnni");
            [
                Some(&SCALAR),
                avx2.then_some(&AVX2),
                (avx2 && vnni).then_some(&AVX_VNNI),
                (avx2 && avx512).then_some(&AVX512),
            ]
        };
        #[cfg(target_arch = "aarch64")]
        let sets = [Some(&SCALAR), Some(&NEON)];
        #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
        let sets = [Some(&SCALAR)];
        sets.into_iter().flatten()
    }

    /// Multiplies `panels` of `matrix` with `vectors` of `input`.
    ///
    /// # Safety
    /// No other thread may hold these rows of `output` meanwhile.
    ///
    /// # Panics
    /// When the shapes do not fit.
    pub(crate) unsafe fn multiply(
        &self,
        matrix: &Matrix,
        panels: Range<usize>,
        input: &Activations,
        vectors: Range<usize>,
        output: &Output,
    ) {
        assert!(input.width == matrix.columns && panels.end <= matrix.panels());
        assert!(vectors.end * input.width <= input.floats.len());
        // SAFETY: the processor has the set (`available`), ranges were checked, the output checks its own.
        unsafe { (self.multiply)(matrix, panels, input, vectors, output) }
    }

    /// Quantizes the vector's floats.
    pub(crate) fn quantize(&self, vector: &mut Activation) {
        // SAFETY: the processor has the set.
        unsafe { (self.quantize)(vector) }
    }

    /// `out = x * weight / sqrt(mean(x^2) + epsilon)`.
    ///
    /// # Panics
    /// When lengths differ.
    pub(crate) fn rms_norm(&self, x: &[f32], weight: &[f32], epsilon: f32, out: &mut [f32]) {
        assert!(x.len() == weight.len() && x.len() == out.len());
        // SAFETY: the processor has the set.
        unsafe { (self.rms_norm)(x, weight, epsilon, out) }
    }

    /// `out = silu(gate) * up`.
    ///
    /// # Panics
    /// When lengths differ.
    pub(crate) fn gate(&self, gate: &[f32], up: &[f32], out: &mut [f32]) {
        assert!(gate.len() == up.len() && gate.len() == out.len());
        // SAFETY: the processor has the set.
        unsafe { (self.gate)(gate, up, out) }
    }

    /// Rounds to half floats.
    ///
    /// # Panics
    /// When lengths differ or are no multiple of 16.
    pub(crate) fn narrow(&self, from: &[f32], to: &mut [u16]) {
        assert!(from.len() == to.len() && from.len().is_multiple_of(LANES));
        // SAFETY: the processor has the set.
        unsafe { (self.narrow)(from, to) }
    }

    /// Attention of at most [`QUERIES_MAX`] queries; `scores` is scratch for each query's visible positions, rounded up to 16.
    ///
    /// # Panics
    /// When the shapes do not fit.
    pub(crate) fn attend(&self, head: CachedHead, queries: &mut [Query], scores: &mut [f32]) {
        let visible = queries.iter().map(|query| query.visible).max().unwrap_or(0).next_multiple_of(LANES);
        assert!(visible * head.width <= head.keys.len());
        assert!(visible * head.width.next_multiple_of(LANES) <= head.values.len());
        assert!(visible * queries.len() <= scores.len() && (1..=QUERIES_MAX).contains(&queries.len()));
        for query in queries.iter() {
            assert!(query.query.len() == head.width && query.out.len() == head.width && query.visible > 0);
        }
        // SAFETY: the processor has the set, and the lengths were checked.
        unsafe { (self.attend)(head, queries, scores) }
    }
}

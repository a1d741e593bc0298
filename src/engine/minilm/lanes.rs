//! Sixteen f32 in whatever registers the processor has. Knows nothing of layers.

use half::f16;

/// How many numbers a [`Lanes`] holds: one AVX-512 register, two of AVX2, four of NEON.
pub const LANES: usize = 16;

/// Sixteen f32 that are worked on together.
///
/// # Safety
/// The methods may only run on a processor that has the implementor's instructions, and inside a function that is
/// compiled for them: they are inlined into it.
pub unsafe trait Lanes: Copy {
    unsafe fn zero() -> Self;
    unsafe fn load(from: &[f32; LANES]) -> Self;
    unsafe fn load_half(from: &[f16; LANES]) -> Self;
    /// `self + value * weights` in every lane.
    unsafe fn plus(self, value: f32, weights: Self) -> Self;
    unsafe fn add(self, other: Self) -> Self;
    unsafe fn store(self, into: &mut [f32; LANES]);
}

/// For any processor: plain sums that the compiler turns into the target's baseline vectors (SSE2, NEON).
#[derive(Clone, Copy)]
pub struct Portable([f32; LANES]);

unsafe impl Lanes for Portable {
    #[inline(always)]
    unsafe fn zero() -> Self {
        Self([0.0; LANES])
    }

    #[inline(always)]
    unsafe fn load(from: &[f32; LANES]) -> Self {
        Self(*from)
    }

    #[inline(always)]
    unsafe fn load_half(from: &[f16; LANES]) -> Self {
        Self(from.map(widened))
    }

    #[inline(always)]
    unsafe fn plus(mut self, value: f32, weights: Self) -> Self {
        for (sum, weight) in self.0.iter_mut().zip(weights.0) {
            // Fused only where the baseline has the instruction: elsewhere it would be a library call.
            *sum = if cfg!(target_arch = "aarch64") { value.mul_add(weight, *sum) } else { *sum + value * weight };
        }
        self
    }

    #[inline(always)]
    unsafe fn add(mut self, other: Self) -> Self {
        for (sum, other) in self.0.iter_mut().zip(other.0) {
            *sum += other;
        }
        self
    }

    #[inline(always)]
    unsafe fn store(self, into: &mut [f32; LANES]) {
        *into = self.0;
    }
}

/// f16 to f32 in integer steps that the compiler turns into vectors: the bits moved into place, then the exponent's bias
/// made up for by a product, which is exact for every finite number, denormal ones too.
#[inline(always)]
fn widened(half: f16) -> f32 {
    /// 2^(127 - 15), the difference of the two biases.
    const REBIAS: f32 = f32::from_bits((254 - 15) << 23);
    let bits = u32::from(half.to_bits());
    let size = f32::from_bits((bits & 0x7fff) << 13) * REBIAS;
    f32::from_bits(size.to_bits() | (bits & 0x8000) << 16)
}

#[cfg(target_arch = "x86_64")]
pub use x86::{Avx2, Avx512};

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::*;

    use half::f16;

    use super::{LANES, Lanes};

    #[derive(Clone, Copy)]
    pub struct Avx512(__m512);

    unsafe impl Lanes for Avx512 {
        #[inline(always)]
        unsafe fn zero() -> Self {
            unsafe { Self(_mm512_setzero_ps()) }
        }

        #[inline(always)]
        unsafe fn load(from: &[f32; LANES]) -> Self {
            unsafe { Self(_mm512_loadu_ps(from.as_ptr())) }
        }

        #[inline(always)]
        unsafe fn load_half(from: &[f16; LANES]) -> Self {
            unsafe { Self(_mm512_cvtph_ps(_mm256_loadu_si256(from.as_ptr().cast()))) }
        }

        #[inline(always)]
        unsafe fn plus(self, value: f32, weights: Self) -> Self {
            unsafe { Self(_mm512_fmadd_ps(_mm512_set1_ps(value), weights.0, self.0)) }
        }

        #[inline(always)]
        unsafe fn add(self, other: Self) -> Self {
            unsafe { Self(_mm512_add_ps(self.0, other.0)) }
        }

        #[inline(always)]
        unsafe fn store(self, into: &mut [f32; LANES]) {
            unsafe { _mm512_storeu_ps(into.as_mut_ptr(), self.0) }
        }
    }

    #[derive(Clone, Copy)]
    pub struct Avx2(__m256, __m256);

    unsafe impl Lanes for Avx2 {
        #[inline(always)]
        unsafe fn zero() -> Self {
            unsafe { Self(_mm256_setzero_ps(), _mm256_setzero_ps()) }
        }

        #[inline(always)]
        unsafe fn load(from: &[f32; LANES]) -> Self {
            unsafe { Self(_mm256_loadu_ps(from.as_ptr()), _mm256_loadu_ps(from.as_ptr().add(8))) }
        }

        #[inline(always)]
        unsafe fn load_half(from: &[f16; LANES]) -> Self {
            unsafe {
                let from: *const __m128i = from.as_ptr().cast();
                Self(_mm256_cvtph_ps(_mm_loadu_si128(from)), _mm256_cvtph_ps(_mm_loadu_si128(from.add(1))))
            }
        }

        #[inline(always)]
        unsafe fn plus(self, value: f32, weights: Self) -> Self {
            unsafe {
                let value = _mm256_set1_ps(value);
                Self(_mm256_fmadd_ps(value, weights.0, self.0), _mm256_fmadd_ps(value, weights.1, self.1))
            }
        }

        #[inline(always)]
        unsafe fn add(self, other: Self) -> Self {
            unsafe { Self(_mm256_add_ps(self.0, other.0), _mm256_add_ps(self.1, other.1)) }
        }

        #[inline(always)]
        unsafe fn store(self, into: &mut [f32; LANES]) {
            unsafe {
                _mm256_storeu_ps(into.as_mut_ptr(), self.0);
                _mm256_storeu_ps(into.as_mut_ptr().add(8), self.1);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_finite_half_widens_exactly() {
        for bits in 0..=u16::MAX {
            let half = f16::from_bits(bits);
            if half.is_finite() {
                assert_eq!(widened(half).to_bits(), half.to_f32().to_bits(), "{bits:#06x}");
            }
        }
    }
}

//! AVX2 with FMA and F16C, in two variants: with and without the VEX-coded VNNI of the small cores that kiosks have
//! (Alder Lake-N and later). Two registers hold the sixteen lanes.

use std::arch::x86_64::*;

use super::isa::Isa;

/// AVX2; `VNNI` says that `vpdpbusd` is there too.
#[derive(Clone, Copy)]
pub(super) struct Avx2<const VNNI: bool>;

type F = (__m256, __m256);
type I = (__m256i, __m256i);

#[inline(always)]
fn twice<A, B>(a: (A, A), f: impl Fn(A) -> B) -> (B, B) {
    (f(a.0), f(a.1))
}

#[inline(always)]
fn both<A, B, C>(a: (A, A), b: (B, B), f: impl Fn(A, B) -> C) -> (C, C) {
    (f(a.0, b.0), f(a.1, b.1))
}

#[rustfmt::skip]
impl<const VNNI: bool> Isa for Avx2<VNNI> {
    type Floats = F;
    type Ints = I;
    type Bytes = I;

    const SIGNED_BIAS: i32 = if VNNI { 128 } else { 0 };
    const WIDE: bool = false;

    #[inline(always)] unsafe fn splat(value: f32) -> F { unsafe { (_mm256_set1_ps(value), _mm256_set1_ps(value)) } }
    #[inline(always)] unsafe fn load(from: *const f32) -> F { unsafe { (_mm256_loadu_ps(from), _mm256_loadu_ps(from.add(8))) } }
    #[inline(always)] unsafe fn store(to: *mut f32, value: F) {
        unsafe { _mm256_storeu_ps(to, value.0); _mm256_storeu_ps(to.add(8), value.1) }
    }
    #[inline(always)] unsafe fn load_f16(from: *const u16) -> F {
        unsafe { (_mm256_cvtph_ps(_mm_loadu_si128(from.cast())), _mm256_cvtph_ps(_mm_loadu_si128(from.add(8).cast()))) }
    }
    #[inline(always)] unsafe fn store_f16(to: *mut u16, value: F) {
        unsafe {
            _mm_storeu_si128(to.cast(), _mm256_cvtps_ph::<_MM_FROUND_TO_NEAREST_INT>(value.0));
            _mm_storeu_si128(to.add(8).cast(), _mm256_cvtps_ph::<_MM_FROUND_TO_NEAREST_INT>(value.1));
        }
    }
    #[inline(always)] unsafe fn load_bf16(from: *const u16) -> F {
        unsafe {
            let halves = (_mm_loadu_si128(from.cast()), _mm_loadu_si128(from.add(8).cast()));
            twice(halves, |half| _mm256_castsi256_ps(_mm256_slli_epi32::<16>(_mm256_cvtepu16_epi32(half))))
        }
    }

    #[inline(always)] unsafe fn add(a: F, b: F) -> F { both(a, b, |a, b| unsafe { _mm256_add_ps(a, b) }) }
    #[inline(always)] unsafe fn mul(a: F, b: F) -> F { both(a, b, |a, b| unsafe { _mm256_mul_ps(a, b) }) }
    #[inline(always)] unsafe fn div(a: F, b: F) -> F { both(a, b, |a, b| unsafe { _mm256_div_ps(a, b) }) }
    #[inline(always)] unsafe fn fma(a: F, b: F, c: F) -> F {
        unsafe { (_mm256_fmadd_ps(a.0, b.0, c.0), _mm256_fmadd_ps(a.1, b.1, c.1)) }
    }
    #[inline(always)] unsafe fn min(a: F, b: F) -> F { both(a, b, |a, b| unsafe { _mm256_min_ps(a, b) }) }
    #[inline(always)] unsafe fn max(a: F, b: F) -> F { both(a, b, |a, b| unsafe { _mm256_max_ps(a, b) }) }
    #[inline(always)] unsafe fn abs(a: F) -> F { twice(a, |a| unsafe { _mm256_andnot_ps(_mm256_set1_ps(-0.0), a) }) }
    #[inline(always)] unsafe fn round(a: F) -> F {
        twice(a, |a| unsafe { _mm256_round_ps::<{ _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC }>(a) })
    }
    #[inline(always)] unsafe fn pow2(a: F) -> F {
        twice(a, |a| unsafe {
            let exponent = _mm256_add_epi32(_mm256_cvtps_epi32(a), _mm256_set1_epi32(127));
            _mm256_castsi256_ps(_mm256_slli_epi32::<23>(exponent))
        })
    }
    #[inline(always)] unsafe fn sum(a: F) -> f32 {
        unsafe {
            let eight = _mm256_add_ps(a.0, a.1);
            let four = _mm_add_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps::<1>(eight));
            let two = _mm_add_ps(four, _mm_movehl_ps(four, four));
            _mm_cvtss_f32(_mm_add_ss(two, _mm_movehdup_ps(two)))
        }
    }
    #[inline(always)] unsafe fn largest(a: F) -> f32 {
        unsafe {
            let eight = _mm256_max_ps(a.0, a.1);
            let four = _mm_max_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps::<1>(eight));
            let two = _mm_max_ps(four, _mm_movehl_ps(four, four));
            _mm_cvtss_f32(_mm_max_ss(two, _mm_movehdup_ps(two)))
        }
    }

    #[inline(always)] unsafe fn splat_int(value: i32) -> I { unsafe { (_mm256_set1_epi32(value), _mm256_set1_epi32(value)) } }
    #[inline(always)] unsafe fn to_floats(a: I) -> F { twice(a, |a| unsafe { _mm256_cvtepi32_ps(a) }) }
    #[inline(always)] unsafe fn sum_int(a: I) -> i32 {
        unsafe {
            let eight = _mm256_add_epi32(a.0, a.1);
            let four = _mm_add_epi32(_mm256_castsi256_si128(eight), _mm256_extracti128_si256::<1>(eight));
            let two = _mm_add_epi32(four, _mm_shuffle_epi32::<0b01_00_11_10>(four));
            _mm_cvtsi128_si32(_mm_add_epi32(two, _mm_shuffle_epi32::<0b10_11_00_01>(two)))
        }
    }
    #[inline(always)] unsafe fn to_ints(a: F) -> I { twice(a, |a| unsafe { _mm256_cvtps_epi32(a) }) }
    #[inline(always)] unsafe fn store_i8(to: *mut i8, a: I) {
        unsafe {
            // Packing works within 128-bit halves: the permutation puts the halves back in order.
            let words = _mm256_permute4x64_epi64::<0b11_01_10_00>(_mm256_packs_epi32(a.0, a.1));
            let bytes = _mm_packs_epi16(_mm256_castsi256_si128(words), _mm256_extracti128_si256::<1>(words));
            _mm_storeu_si128(to.cast(), bytes);
        }
    }

    #[inline(always)] unsafe fn load_bytes(from: *const u8) -> I {
        unsafe { (_mm256_loadu_si256(from.cast()), _mm256_loadu_si256(from.add(32).cast())) }
    }
    #[inline(always)] unsafe fn low(a: I) -> I { twice(a, |a| unsafe { _mm256_and_si256(a, _mm256_set1_epi8(15)) }) }
    #[inline(always)] unsafe fn high(a: I) -> I {
        twice(a, |a| unsafe { _mm256_and_si256(_mm256_srli_epi16::<4>(a), _mm256_set1_epi8(15)) })
    }
    #[inline(always)] unsafe fn pair<const PAIR: u32>(a: I) -> I {
        twice(a, |a| unsafe {
            let moved = match PAIR {
                0 => _mm256_slli_epi16::<4>(a),
                1 => _mm256_slli_epi16::<2>(a),
                2 => a,
                _ => _mm256_srli_epi16::<2>(a),
            };
            _mm256_and_si256(moved, _mm256_set1_epi8(0x30))
        })
    }
    #[inline(always)] unsafe fn or(a: I, b: I) -> I { both(a, b, |a, b| unsafe { _mm256_or_si256(a, b) }) }
    #[inline(always)] unsafe fn signed(a: I) -> I {
        if VNNI { twice(a, |a| unsafe { _mm256_xor_si256(a, _mm256_set1_epi8(-128)) }) } else { a }
    }

    #[inline(always)] unsafe fn dot(sum: I, weights: I, activations: *const i8) -> I {
        let four = unsafe { _mm256_set1_epi32(activations.cast::<i32>().read_unaligned()) };
        both(sum, weights, |sum, weights| unsafe {
            if VNNI {
                _mm256_dpbusd_avx_epi32(sum, weights, four)
            } else {
                // Two products of 127 * 127 fit 16 bits.
                let pairs = _mm256_maddubs_epi16(weights, four);
                _mm256_add_epi32(sum, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)))
            }
        })
    }
    #[inline(always)] unsafe fn dot_signed(sum: I, weights: I, activations: *const i8) -> I {
        if VNNI {
            return unsafe { Self::dot(sum, weights, activations) };
        }
        let four = unsafe { _mm256_set1_epi32(activations.cast::<i32>().read_unaligned()) };
        both(sum, weights, |sum, weights| unsafe {
            // The weight's sign moves to the activation, for `vpmaddubsw` wants unsigned weights.
            let pairs = _mm256_maddubs_epi16(_mm256_abs_epi8(weights), _mm256_sign_epi8(four, weights));
            _mm256_add_epi32(sum, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)))
        })
    }
}

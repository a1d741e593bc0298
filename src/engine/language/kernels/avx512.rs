//! AVX-512 with VNNI: one register holds sixteen lanes, and one instruction multiplies and adds 64 bytes.

use std::arch::x86_64::*;

use super::isa::Isa;

#[derive(Clone, Copy)]
pub(super) struct Avx512;

#[rustfmt::skip]
impl Isa for Avx512 {
    type Floats = __m512;
    type Ints = __m512i;
    type Bytes = __m512i;

    /// `vpdpbusd` wants unsigned weights.
    const SIGNED_BIAS: i32 = 128;
    const WIDE: bool = true;

    #[inline(always)] unsafe fn splat(value: f32) -> __m512 { unsafe { _mm512_set1_ps(value) } }
    #[inline(always)] unsafe fn load(from: *const f32) -> __m512 { unsafe { _mm512_loadu_ps(from) } }
    #[inline(always)] unsafe fn store(to: *mut f32, value: __m512) { unsafe { _mm512_storeu_ps(to, value) } }
    #[inline(always)] unsafe fn load_f16(from: *const u16) -> __m512 { unsafe { _mm512_cvtph_ps(_mm256_loadu_si256(from.cast())) } }
    #[inline(always)] unsafe fn store_f16(to: *mut u16, value: __m512) {
        unsafe { _mm256_storeu_si256(to.cast(), _mm512_cvtps_ph::<_MM_FROUND_TO_NEAREST_INT>(value)) }
    }
    #[inline(always)] unsafe fn load_bf16(from: *const u16) -> __m512 {
        unsafe { _mm512_castsi512_ps(_mm512_slli_epi32::<16>(_mm512_cvtepu16_epi32(_mm256_loadu_si256(from.cast())))) }
    }

    #[inline(always)] unsafe fn add(a: __m512, b: __m512) -> __m512 { unsafe { _mm512_add_ps(a, b) } }
    #[inline(always)] unsafe fn mul(a: __m512, b: __m512) -> __m512 { unsafe { _mm512_mul_ps(a, b) } }
    #[inline(always)] unsafe fn div(a: __m512, b: __m512) -> __m512 { unsafe { _mm512_div_ps(a, b) } }
    #[inline(always)] unsafe fn fma(a: __m512, b: __m512, c: __m512) -> __m512 { unsafe { _mm512_fmadd_ps(a, b, c) } }
    #[inline(always)] unsafe fn min(a: __m512, b: __m512) -> __m512 { unsafe { _mm512_min_ps(a, b) } }
    #[inline(always)] unsafe fn max(a: __m512, b: __m512) -> __m512 { unsafe { _mm512_max_ps(a, b) } }
    #[inline(always)] unsafe fn abs(a: __m512) -> __m512 { unsafe { _mm512_abs_ps(a) } }
    #[inline(always)] unsafe fn round(a: __m512) -> __m512 {
        unsafe { _mm512_roundscale_ps::<{ _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC }>(a) }
    }
    #[inline(always)] unsafe fn pow2(a: __m512) -> __m512 { unsafe { _mm512_scalef_ps(_mm512_set1_ps(1.0), a) } }
    #[inline(always)] unsafe fn sum(a: __m512) -> f32 { unsafe { _mm512_reduce_add_ps(a) } }
    #[inline(always)] unsafe fn largest(a: __m512) -> f32 { unsafe { _mm512_reduce_max_ps(a) } }

    #[inline(always)] unsafe fn splat_int(value: i32) -> __m512i { unsafe { _mm512_set1_epi32(value) } }
    #[inline(always)] unsafe fn to_floats(a: __m512i) -> __m512 { unsafe { _mm512_cvtepi32_ps(a) } }
    #[inline(always)] unsafe fn sum_int(a: __m512i) -> i32 { unsafe { _mm512_reduce_add_epi32(a) } }
    #[inline(always)] unsafe fn to_ints(a: __m512) -> __m512i { unsafe { _mm512_cvtps_epi32(a) } }
    #[inline(always)] unsafe fn store_i8(to: *mut i8, a: __m512i) {
        unsafe { _mm_storeu_si128(to.cast(), _mm512_cvtepi32_epi8(a)) }
    }

    #[inline(always)] unsafe fn load_bytes(from: *const u8) -> __m512i { unsafe { _mm512_loadu_si512(from.cast()) } }
    #[inline(always)] unsafe fn low(a: __m512i) -> __m512i { unsafe { _mm512_and_si512(a, _mm512_set1_epi8(15)) } }
    #[inline(always)] unsafe fn high(a: __m512i) -> __m512i {
        unsafe { _mm512_and_si512(_mm512_srli_epi16::<4>(a), _mm512_set1_epi8(15)) }
    }
    #[inline(always)] unsafe fn pair<const PAIR: u32>(a: __m512i) -> __m512i {
        unsafe {
            let moved = match PAIR {
                0 => _mm512_slli_epi16::<4>(a),
                1 => _mm512_slli_epi16::<2>(a),
                2 => a,
                _ => _mm512_srli_epi16::<2>(a),
            };
            _mm512_and_si512(moved, _mm512_set1_epi8(0x30))
        }
    }
    #[inline(always)] unsafe fn or(a: __m512i, b: __m512i) -> __m512i { unsafe { _mm512_or_si512(a, b) } }
    #[inline(always)] unsafe fn signed(a: __m512i) -> __m512i { unsafe { _mm512_xor_si512(a, _mm512_set1_epi8(-128)) } }

    #[inline(always)] unsafe fn dot(sum: __m512i, weights: __m512i, activations: *const i8) -> __m512i {
        unsafe { _mm512_dpbusd_epi32(sum, weights, _mm512_set1_epi32(activations.cast::<i32>().read_unaligned())) }
    }
    #[inline(always)] unsafe fn dot_signed(sum: __m512i, weights: __m512i, activations: *const i8) -> __m512i {
        unsafe { Self::dot(sum, weights, activations) }
    }
}

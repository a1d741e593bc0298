//! NEON as every 64-bit Arm has it: four registers hold the sixteen lanes. Half floats go through integer arithmetic, for
//! their conversions are not yet in stable Rust's intrinsics.

use std::arch::aarch64::*;

use half::f16;

use super::isa::{Isa, LANES};

#[derive(Clone, Copy)]
pub(super) struct Neon;

type F = [float32x4_t; 4];
type I = [int32x4_t; 4];
type B = [uint8x16_t; 4];

#[inline(always)]
fn each<A: Copy, T>(a: [A; 4], f: impl Fn(A) -> T) -> [T; 4] {
    [f(a[0]), f(a[1]), f(a[2]), f(a[3])]
}

#[inline(always)]
fn both<A: Copy, C: Copy, T>(a: [A; 4], b: [C; 4], f: impl Fn(A, C) -> T) -> [T; 4] {
    [f(a[0], b[0]), f(a[1], b[1]), f(a[2], b[2]), f(a[3], b[3])]
}

/// Adds to each of four lanes its four products.
#[inline(always)]
unsafe fn dot(sum: int32x4_t, weights: int8x16_t, activations: int8x16_t) -> int32x4_t {
    unsafe {
        let first = vmull_s8(vget_low_s8(weights), vget_low_s8(activations));
        let second = vmull_high_s8(weights, activations);
        // Pairs in 32 bits, then pairs of pairs: lane r holds the products 4 r .. 4 r + 4.
        vaddq_s32(sum, vpaddq_s32(vpaddlq_s16(first), vpaddlq_s16(second)))
    }
}

#[rustfmt::skip]
impl Isa for Neon {
    type Floats = F;
    type Ints = I;
    type Bytes = B;

    const SIGNED_BIAS: i32 = 0;
    const WIDE: bool = false;

    #[inline(always)] unsafe fn splat(value: f32) -> F { unsafe { [vdupq_n_f32(value); 4] } }
    #[inline(always)] unsafe fn load(from: *const f32) -> F { each([0, 4, 8, 12], |at| unsafe { vld1q_f32(from.add(at)) }) }
    #[inline(always)] unsafe fn store(to: *mut f32, value: F) {
        for (part, value) in value.into_iter().enumerate() { unsafe { vst1q_f32(to.add(4 * part), value) } }
    }
    #[inline(always)] unsafe fn load_f16(from: *const u16) -> F {
        each([0, 4, 8, 12], |at| unsafe {
            let bits = vmovl_u16(vld1_u16(from.add(at)));
            let sign = vshlq_n_u32::<16>(vandq_u32(bits, vdupq_n_u32(0x8000)));
            // Exponent and fraction moved into place, then the exponent's bias corrected by a product that is exact, also
            // for numbers too small for a full exponent; infinity and NaN do not occur in finite weights and caches.
            let magnitude = vshlq_n_u32::<13>(vandq_u32(bits, vdupq_n_u32(0x7fff)));
            let scaled = vmulq_f32(vreinterpretq_f32_u32(magnitude), vdupq_n_f32(f32::from_bits((254 - 15) << 23)));
            vreinterpretq_f32_u32(vorrq_u32(vreinterpretq_u32_f32(scaled), sign))
        })
    }
    #[inline(always)] unsafe fn store_f16(to: *mut u16, value: F) {
        let mut lanes = [0.0f32; LANES];
        unsafe { Self::store(lanes.as_mut_ptr(), value) }
        for (at, lane) in lanes.into_iter().enumerate() {
            unsafe { to.add(at).write_unaligned(f16::from_f32(lane).to_bits()) }
        }
    }
    #[inline(always)] unsafe fn load_bf16(from: *const u16) -> F {
        each([0, 4, 8, 12], |at| unsafe { vreinterpretq_f32_u32(vshlq_n_u32::<16>(vmovl_u16(vld1_u16(from.add(at))))) })
    }

    #[inline(always)] unsafe fn add(a: F, b: F) -> F { both(a, b, |a, b| unsafe { vaddq_f32(a, b) }) }
    #[inline(always)] unsafe fn mul(a: F, b: F) -> F { both(a, b, |a, b| unsafe { vmulq_f32(a, b) }) }
    #[inline(always)] unsafe fn div(a: F, b: F) -> F { both(a, b, |a, b| unsafe { vdivq_f32(a, b) }) }
    #[inline(always)] unsafe fn fma(a: F, b: F, c: F) -> F {
        unsafe { [vfmaq_f32(c[0], a[0], b[0]), vfmaq_f32(c[1], a[1], b[1]), vfmaq_f32(c[2], a[2], b[2]), vfmaq_f32(c[3], a[3], b[3])] }
    }
    #[inline(always)] unsafe fn min(a: F, b: F) -> F { both(a, b, |a, b| unsafe { vminq_f32(a, b) }) }
    #[inline(always)] unsafe fn max(a: F, b: F) -> F { both(a, b, |a, b| unsafe { vmaxq_f32(a, b) }) }
    #[inline(always)] unsafe fn abs(a: F) -> F { each(a, |a| unsafe { vabsq_f32(a) }) }
    #[inline(always)] unsafe fn round(a: F) -> F { each(a, |a| unsafe { vrndnq_f32(a) }) }
    #[inline(always)] unsafe fn pow2(a: F) -> F {
        each(a, |a| unsafe { vreinterpretq_f32_s32(vshlq_n_s32::<23>(vaddq_s32(vcvtnq_s32_f32(a), vdupq_n_s32(127)))) })
    }
    #[inline(always)] unsafe fn sum(a: F) -> f32 {
        unsafe { vaddvq_f32(vaddq_f32(vaddq_f32(a[0], a[1]), vaddq_f32(a[2], a[3]))) }
    }
    #[inline(always)] unsafe fn largest(a: F) -> f32 {
        unsafe { vmaxvq_f32(vmaxq_f32(vmaxq_f32(a[0], a[1]), vmaxq_f32(a[2], a[3]))) }
    }

    #[inline(always)] unsafe fn splat_int(value: i32) -> I { unsafe { [vdupq_n_s32(value); 4] } }
    #[inline(always)] unsafe fn to_floats(a: I) -> F { each(a, |a| unsafe { vcvtq_f32_s32(a) }) }
    #[inline(always)] unsafe fn sum_int(a: I) -> i32 {
        unsafe { vaddvq_s32(vaddq_s32(vaddq_s32(a[0], a[1]), vaddq_s32(a[2], a[3]))) }
    }
    #[inline(always)] unsafe fn to_ints(a: F) -> I { each(a, |a| unsafe { vcvtnq_s32_f32(a) }) }
    #[inline(always)] unsafe fn store_i8(to: *mut i8, a: I) {
        unsafe {
            let words = [vcombine_s16(vmovn_s32(a[0]), vmovn_s32(a[1])), vcombine_s16(vmovn_s32(a[2]), vmovn_s32(a[3]))];
            vst1q_s8(to, vcombine_s8(vmovn_s16(words[0]), vmovn_s16(words[1])))
        }
    }

    #[inline(always)] unsafe fn load_bytes(from: *const u8) -> B { each([0, 16, 32, 48], |at| unsafe { vld1q_u8(from.add(at)) }) }
    #[inline(always)] unsafe fn low(a: B) -> B { each(a, |a| unsafe { vandq_u8(a, vdupq_n_u8(15)) }) }
    #[inline(always)] unsafe fn high(a: B) -> B { each(a, |a| unsafe { vshrq_n_u8::<4>(a) }) }
    #[inline(always)] unsafe fn pair<const PAIR: u32>(a: B) -> B {
        each(a, |a| unsafe {
            let moved = match PAIR {
                0 => vshlq_n_u8::<4>(a),
                1 => vshlq_n_u8::<2>(a),
                2 => a,
                _ => vshrq_n_u8::<2>(a),
            };
            vandq_u8(moved, vdupq_n_u8(0x30))
        })
    }
    #[inline(always)] unsafe fn or(a: B, b: B) -> B { both(a, b, |a, b| unsafe { vorrq_u8(a, b) }) }
    #[inline(always)] unsafe fn signed(a: B) -> B { a }

    #[inline(always)] unsafe fn dot(sum: I, weights: B, activations: *const i8) -> I {
        unsafe { Self::dot_signed(sum, weights, activations) }
    }
    #[inline(always)] unsafe fn dot_signed(sum: I, weights: B, activations: *const i8) -> I {
        unsafe {
            let four = vreinterpretq_s8_s32(vdupq_n_s32(activations.cast::<i32>().read_unaligned()));
            both(sum, weights, |sum, weights| dot(sum, vreinterpretq_s8_u8(weights), four))
        }
    }
}

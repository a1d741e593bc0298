//! The instruction set that every machine has: plain loops over sixteen lanes. The yardstick of the others' tests, and
//! what runs where nothing better is known.

use half::{bf16, f16};

use super::isa::{Isa, LANES};

#[derive(Clone, Copy)]
pub(super) struct Scalar;

fn each<A: Copy, B: Copy + Default>(a: [A; LANES], f: impl Fn(A) -> B) -> [B; LANES] {
    let mut out = [B::default(); LANES];
    for (out, a) in out.iter_mut().zip(a) {
        *out = f(a);
    }
    out
}

fn both<T: Copy + Default>(a: [T; LANES], b: [T; LANES], f: impl Fn(T, T) -> T) -> [T; LANES] {
    let mut out = [T::default(); LANES];
    for (out, (a, b)) in out.iter_mut().zip(a.into_iter().zip(b)) {
        *out = f(a, b);
    }
    out
}

fn bytes(a: [u8; 64], f: impl Fn(u8) -> u8) -> [u8; 64] {
    a.map(f)
}

unsafe fn dot(
    sum: [i32; LANES],
    weights: [u8; 64],
    activations: *const i8,
    weight: impl Fn(u8) -> i32,
) -> [i32; LANES] {
    let activations: [i8; 4] = unsafe { activations.cast::<[i8; 4]>().read_unaligned() };
    let mut out = sum;
    for (out, four) in out.iter_mut().zip(weights.chunks_exact(4)) {
        *out += four.iter().zip(activations).map(|(&w, a)| weight(w) * i32::from(a)).sum::<i32>();
    }
    out
}

impl Isa for Scalar {
    type Floats = [f32; LANES];
    type Ints = [i32; LANES];
    type Bytes = [u8; 64];

    const SIGNED_BIAS: i32 = 0;
    const WIDE: bool = false;

    unsafe fn splat(value: f32) -> Self::Floats {
        [value; LANES]
    }
    unsafe fn load(from: *const f32) -> Self::Floats {
        unsafe { from.cast::<Self::Floats>().read_unaligned() }
    }
    unsafe fn store(to: *mut f32, value: Self::Floats) {
        unsafe { to.cast::<Self::Floats>().write_unaligned(value) }
    }
    unsafe fn load_f16(from: *const u16) -> Self::Floats {
        each(unsafe { from.cast::<[u16; LANES]>().read_unaligned() }, |bits| f16::from_bits(bits).to_f32())
    }
    unsafe fn store_f16(to: *mut u16, value: Self::Floats) {
        unsafe { to.cast::<[u16; LANES]>().write_unaligned(each(value, |value| f16::from_f32(value).to_bits())) }
    }
    unsafe fn load_bf16(from: *const u16) -> Self::Floats {
        each(unsafe { from.cast::<[u16; LANES]>().read_unaligned() }, |bits| bf16::from_bits(bits).to_f32())
    }

    unsafe fn add(a: Self::Floats, b: Self::Floats) -> Self::Floats {
        both(a, b, |a, b| a + b)
    }
    unsafe fn mul(a: Self::Floats, b: Self::Floats) -> Self::Floats {
        both(a, b, |a, b| a * b)
    }
    unsafe fn div(a: Self::Floats, b: Self::Floats) -> Self::Floats {
        both(a, b, |a, b| a / b)
    }
    unsafe fn fma(a: Self::Floats, b: Self::Floats, c: Self::Floats) -> Self::Floats {
        both(both(a, b, |a, b| a * b), c, |product, c| product + c)
    }
    unsafe fn min(a: Self::Floats, b: Self::Floats) -> Self::Floats {
        both(a, b, f32::min)
    }
    unsafe fn max(a: Self::Floats, b: Self::Floats) -> Self::Floats {
        both(a, b, f32::max)
    }
    unsafe fn abs(a: Self::Floats) -> Self::Floats {
        each(a, f32::abs)
    }
    unsafe fn round(a: Self::Floats) -> Self::Floats {
        each(a, f32::round_ties_even)
    }
    unsafe fn pow2(a: Self::Floats) -> Self::Floats {
        each(a, |a| f32::from_bits(((a as i32 + 127) as u32) << 23))
    }
    unsafe fn sum(a: Self::Floats) -> f32 {
        a.iter().sum()
    }
    unsafe fn largest(a: Self::Floats) -> f32 {
        a.into_iter().fold(f32::NEG_INFINITY, f32::max)
    }

    unsafe fn splat_int(value: i32) -> Self::Ints {
        [value; LANES]
    }
    unsafe fn to_floats(a: Self::Ints) -> Self::Floats {
        each(a, |a| a as f32)
    }
    unsafe fn sum_int(a: Self::Ints) -> i32 {
        a.iter().sum()
    }
    unsafe fn to_ints(a: Self::Floats) -> Self::Ints {
        each(a, |a| a.round_ties_even() as i32)
    }
    unsafe fn store_i8(to: *mut i8, a: Self::Ints) {
        unsafe { to.cast::<[i8; LANES]>().write_unaligned(each(a, |a| a as i8)) }
    }

    unsafe fn load_bytes(from: *const u8) -> Self::Bytes {
        unsafe { from.cast::<Self::Bytes>().read_unaligned() }
    }
    unsafe fn low(a: Self::Bytes) -> Self::Bytes {
        bytes(a, |a| a & 15)
    }
    unsafe fn high(a: Self::Bytes) -> Self::Bytes {
        bytes(a, |a| a >> 4)
    }
    unsafe fn pair<const PAIR: u32>(a: Self::Bytes) -> Self::Bytes {
        bytes(a, |a| ((a >> (2 * PAIR)) & 3) << 4)
    }
    unsafe fn or(a: Self::Bytes, b: Self::Bytes) -> Self::Bytes {
        let mut out = a;
        for (out, b) in out.iter_mut().zip(b) {
            *out |= b;
        }
        out
    }
    unsafe fn signed(a: Self::Bytes) -> Self::Bytes {
        a
    }

    unsafe fn dot(sum: Self::Ints, weights: Self::Bytes, activations: *const i8) -> Self::Ints {
        unsafe { dot(sum, weights, activations, i32::from) }
    }
    unsafe fn dot_signed(sum: Self::Ints, weights: Self::Bytes, activations: *const i8) -> Self::Ints {
        unsafe { dot(sum, weights, activations, |weight| i32::from(weight as i8)) }
    }
}

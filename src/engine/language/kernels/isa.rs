//! What a kernel needs of an instruction set: sixteen lanes of f32 or i32, 64 bytes, and a dot product of four bytes a
//! lane. Kernels are written once over this trait and instantiated for each set by [`kernels!`](super::kernels), inside
//! functions that enable its features; nothing here knows what is being computed.

/// f32 and i32 lanes of every instruction set: one AVX-512 register, two AVX2 registers, four NEON registers.
pub(crate) const LANES: usize = 16;

/// One instruction set.
///
/// # Safety
/// Every function may only be called where the processor has the set's features, and is meant to be inlined into a function
/// that enables them. Pointers must be valid for the lanes or bytes that the function reads or writes; no alignment is asked.
pub(super) trait Isa: Copy {
    /// 16 f32.
    type Floats: Copy;
    /// 16 i32.
    type Ints: Copy;
    /// 64 bytes: four for each lane.
    type Bytes: Copy;

    /// What [`Isa::signed`] adds to each byte; the kernel subtracts it times the activations' sum.
    const SIGNED_BIAS: i32;
    /// There are registers enough for tiles of eight vectors.
    const WIDE: bool;

    unsafe fn splat(value: f32) -> Self::Floats;
    unsafe fn load(from: *const f32) -> Self::Floats;
    unsafe fn store(to: *mut f32, value: Self::Floats);
    /// 16 IEEE half floats.
    unsafe fn load_f16(from: *const u16) -> Self::Floats;
    /// Rounds to the nearest half float.
    unsafe fn store_f16(to: *mut u16, value: Self::Floats);
    /// 16 brain floats: the upper halves of f32.
    unsafe fn load_bf16(from: *const u16) -> Self::Floats;

    unsafe fn add(a: Self::Floats, b: Self::Floats) -> Self::Floats;
    unsafe fn mul(a: Self::Floats, b: Self::Floats) -> Self::Floats;
    unsafe fn div(a: Self::Floats, b: Self::Floats) -> Self::Floats;
    /// `a * b + c`, rounded once where the set can.
    unsafe fn fma(a: Self::Floats, b: Self::Floats, c: Self::Floats) -> Self::Floats;
    unsafe fn min(a: Self::Floats, b: Self::Floats) -> Self::Floats;
    unsafe fn max(a: Self::Floats, b: Self::Floats) -> Self::Floats;
    unsafe fn abs(a: Self::Floats) -> Self::Floats;
    /// To the nearest whole number, as a float.
    unsafe fn round(a: Self::Floats) -> Self::Floats;
    /// `2^a` of whole `a` in `-126..=127`.
    unsafe fn pow2(a: Self::Floats) -> Self::Floats;
    unsafe fn sum(a: Self::Floats) -> f32;
    unsafe fn largest(a: Self::Floats) -> f32;

    unsafe fn splat_int(value: i32) -> Self::Ints;
    unsafe fn to_floats(a: Self::Ints) -> Self::Floats;
    unsafe fn sum_int(a: Self::Ints) -> i32;
    /// Rounds to the nearest whole number.
    unsafe fn to_ints(a: Self::Floats) -> Self::Ints;
    /// Stores the low byte of each lane: 16 bytes.
    unsafe fn store_i8(to: *mut i8, a: Self::Ints);

    unsafe fn load_bytes(from: *const u8) -> Self::Bytes;
    /// The lower four bits of each byte.
    unsafe fn low(a: Self::Bytes) -> Self::Bytes;
    /// The upper four bits of each byte.
    unsafe fn high(a: Self::Bytes) -> Self::Bytes;
    /// Bits `2 * PAIR` and `2 * PAIR + 1` of each byte, moved to bits 4 and 5.
    unsafe fn pair<const PAIR: u32>(a: Self::Bytes) -> Self::Bytes;
    unsafe fn or(a: Self::Bytes, b: Self::Bytes) -> Self::Bytes;
    /// Prepares signed bytes for [`Isa::dot_signed`].
    unsafe fn signed(a: Self::Bytes) -> Self::Bytes;

    /// Adds to each lane the products of its four weights (`0..=127`) with the four signed bytes at `activations`.
    unsafe fn dot(sum: Self::Ints, weights: Self::Bytes, activations: *const i8) -> Self::Ints;
    /// As [`Isa::dot`] for weights that went through [`Isa::signed`]; activations are in `-127..=127`.
    unsafe fn dot_signed(sum: Self::Ints, weights: Self::Bytes, activations: *const i8) -> Self::Ints;
}

//! The inputs of a matrix product: a batch of vectors, as floats and quantized to bytes by blocks of 32, once for all the
//! matrices that read them.

use std::marker::PhantomData;
use std::ops::Range;

use super::buffer::{Buffer, Number};
use super::matrix::BLOCK;

/// A batch of `capacity` vectors of `width` values. Quantized: `x = scale * q`, `q` in `-127..=127`.
pub(crate) struct Activations {
    pub(super) width: usize,
    pub(super) floats: Buffer<f32>,
    pub(super) quants: Buffer<i8>,
    /// One for each block.
    pub(super) scales: Buffer<f32>,
    /// Scale times the sum of the quants, one for each block: what a minimum is multiplied with.
    pub(super) weighted: Buffer<f32>,
    /// Sums of the quants, two for each block: what an offset is multiplied with.
    pub(super) sums: Buffer<i32>,
}

/// One vector of a batch, to be filled.
pub(crate) struct Activation<'a> {
    pub floats: &'a mut [f32],
    pub quants: &'a mut [i8],
    pub scales: &'a mut [f32],
    pub weighted: &'a mut [f32],
    pub sums: &'a mut [i32],
}

/// A batch of which several threads fill different vectors.
pub(crate) struct ActivationsSplit<'a> {
    width: usize,
    floats: Split<'a, f32>,
    quants: Split<'a, i8>,
    scales: Split<'a, f32>,
    weighted: Split<'a, f32>,
    sums: Split<'a, i32>,
}

impl Activations {
    pub(crate) fn new(capacity: usize, width: usize) -> Self {
        // A width that is no multiple of a block is only ever multiplied with floats.
        let blocks = width / BLOCK;
        Self {
            width,
            floats: Buffer::zeroed(capacity * width),
            quants: Buffer::zeroed(capacity * blocks * BLOCK),
            scales: Buffer::zeroed(capacity * blocks),
            weighted: Buffer::zeroed(capacity * blocks),
            sums: Buffer::zeroed(capacity * blocks * 2),
        }
    }

    pub(crate) fn split(&mut self) -> ActivationsSplit<'_> {
        ActivationsSplit {
            width: self.width,
            floats: Split::new(&mut self.floats),
            quants: Split::new(&mut self.quants),
            scales: Split::new(&mut self.scales),
            weighted: Split::new(&mut self.weighted),
            sums: Split::new(&mut self.sums),
        }
    }
}

impl ActivationsSplit<'_> {
    /// # Safety
    /// No two threads may hold the same vector at a time.
    #[allow(clippy::mut_from_ref, reason = "the point of a split: callers keep to different vectors")]
    pub(crate) unsafe fn vector(&self, index: usize) -> Activation<'_> {
        let blocks = self.width / BLOCK;
        // SAFETY: handed on to the caller.
        unsafe {
            Activation {
                floats: self.floats.part(index * self.width, self.width),
                quants: self.quants.part(index * blocks * BLOCK, blocks * BLOCK),
                scales: self.scales.part(index * blocks, blocks),
                weighted: self.weighted.part(index * blocks, blocks),
                sums: self.sums.part(index * blocks * 2, blocks * 2),
            }
        }
    }
}

/// A slice of which several threads write different parts.
pub(crate) struct Split<'a, T: Number> {
    start: *mut T,
    length: usize,
    owner: PhantomData<&'a mut [T]>,
}

// SAFETY: parts are handed out under `part`'s contract.
unsafe impl<T: Number> Send for Split<'_, T> {}
unsafe impl<T: Number> Sync for Split<'_, T> {}

impl<'a, T: Number> Split<'a, T> {
    pub(crate) fn new(whole: &'a mut [T]) -> Self {
        Self { start: whole.as_mut_ptr(), length: whole.len(), owner: PhantomData }
    }

    /// # Safety
    /// No two threads may hold overlapping parts at a time.
    ///
    /// # Panics
    /// When the part leaves the slice.
    #[allow(clippy::mut_from_ref, reason = "the point of a split: callers keep to different parts")]
    pub(crate) unsafe fn part(&self, from: usize, length: usize) -> &mut [T] {
        let Range { start, end } = from..from + length;
        assert!(start <= end && end <= self.length);
        // SAFETY: inside the slice that `self` borrows exclusively; disjointness is the caller's.
        unsafe { std::slice::from_raw_parts_mut(self.start.add(start), length) }
    }

    /// Writes one value.
    ///
    /// # Safety
    /// No two threads may hold or write the same place at a time.
    ///
    /// # Panics
    /// When `at` is outside the slice.
    pub(crate) unsafe fn set(&self, at: usize, value: T) {
        assert!(at < self.length);
        // SAFETY: inside the slice; disjointness is the caller's.
        unsafe { self.start.add(at).write(value) };
    }
}

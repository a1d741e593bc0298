//! Memory for weights and caches: zeroed by the system, so that pages cost nothing until written, and aligned to a cache
//! line, so that no vector load straddles two.

use std::alloc::{Layout, alloc_zeroed, dealloc, handle_alloc_error};
use std::ops::{Deref, DerefMut};
use std::ptr::NonNull;

/// Bytes in a cache line, and in the widest register.
const ALIGNMENT: usize = 64;

/// Plain numbers for which all-zero bytes are a value.
pub(crate) trait Number: Copy + Send + Sync + 'static {}
impl Number for u8 {}
impl Number for i8 {}
impl Number for u16 {}
impl Number for i32 {}
impl Number for f32 {}

/// A fixed-length, 64-byte aligned `[T]`, zero at first.
pub(crate) struct Buffer<T: Number> {
    start: NonNull<T>,
    length: usize,
}

// SAFETY: a buffer owns its memory as a `Vec` does.
unsafe impl<T: Number> Send for Buffer<T> {}
unsafe impl<T: Number> Sync for Buffer<T> {}

impl<T: Number> Buffer<T> {
    /// # Panics
    /// When `length` overflows the address space: callers bound it first.
    pub(crate) fn zeroed(length: usize) -> Self {
        if length == 0 {
            return Self { start: NonNull::dangling(), length };
        }
        let layout = Self::layout(length);
        // SAFETY: the layout has a size above zero, and zero bytes are a valid `T`.
        let start = unsafe { alloc_zeroed(layout) }.cast::<T>();
        Self { start: NonNull::new(start).unwrap_or_else(|| handle_alloc_error(layout)), length }
    }

    fn layout(length: usize) -> Layout {
        Layout::array::<T>(length).and_then(|array| array.align_to(ALIGNMENT)).expect("callers bound the length")
    }
}

impl<T: Number> Drop for Buffer<T> {
    fn drop(&mut self) {
        if self.length > 0 {
            // SAFETY: allocated in `zeroed` with the same layout.
            unsafe { dealloc(self.start.as_ptr().cast(), Self::layout(self.length)) }
        }
    }
}

impl<T: Number> Deref for Buffer<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        // SAFETY: `length` initialised elements are owned by `self`.
        unsafe { std::slice::from_raw_parts(self.start.as_ptr(), self.length) }
    }
}

impl<T: Number> DerefMut for Buffer<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        // SAFETY: as above, and `self` is borrowed exclusively.
        unsafe { std::slice::from_raw_parts_mut(self.start.as_ptr(), self.length) }
    }
}

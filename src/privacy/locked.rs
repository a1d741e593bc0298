//! A key in a memory page of its own: kept out of swap and core dumps where the system allows it, erased when it is dropped.
//! Must not know what the key opens.

use std::ptr::NonNull;
use std::slice;

use zeroize::Zeroize;

/// Length of every key here, bytes.
pub(super) const KEY_BYTES: usize = 32;

/// A key that is in this memory page and nowhere else. Cannot be cloned or printed.
pub(super) struct Locked {
    page: NonNull<u8>,
    page_bytes: usize,
    is_locked: bool,
}

// The page belongs to this value alone, and is written only while the value is made and dropped.
unsafe impl Send for Locked {}
unsafe impl Sync for Locked {}

impl Locked {
    /// Takes the key over; the given copy is erased.
    ///
    /// # Panics
    /// When the system has not one page of memory left: nothing could be kept secret then.
    pub fn taking(key: &mut [u8; KEY_BYTES]) -> Self {
        let mut locked = Self::page();
        locked.bytes_mut().copy_from_slice(key);
        key.zeroize();
        locked
    }

    /// A new key that nobody can guess.
    pub fn random() -> Self {
        Self::taking(&mut crate::base::secret::random())
    }

    pub fn bytes(&self) -> &[u8] {
        // SAFETY: the page is mapped, readable, and at least a key long until this value is dropped.
        unsafe { slice::from_raw_parts(self.page.as_ptr(), KEY_BYTES) }
    }

    /// Whether the system promised to keep the page out of swap; a limit on locked memory may forbid it.
    pub fn is_locked(&self) -> bool {
        self.is_locked
    }

    fn bytes_mut(&mut self) -> &mut [u8] {
        // SAFETY: as in `bytes`, and nobody else has a reference while `self` is borrowed mutably.
        unsafe { slice::from_raw_parts_mut(self.page.as_ptr(), KEY_BYTES) }
    }

    fn page() -> Self {
        // SAFETY: an anonymous private mapping touches no memory of ours; its result is checked before use. mlock and
        // madvise only mark the page.
        unsafe {
            let page_bytes = usize::try_from(libc::sysconf(libc::_SC_PAGESIZE)).unwrap_or(4096);
            let (access, kind) = (libc::PROT_READ | libc::PROT_WRITE, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS);
            let page = libc::mmap(std::ptr::null_mut(), page_bytes, access, kind, -1, 0);
            assert!(page != libc::MAP_FAILED, "the system gives one page of memory for a key");
            let is_locked = libc::mlock(page, page_bytes) == 0;
            // A core dump or a child process has no use for it.
            libc::madvise(page, page_bytes, libc::MADV_DONTDUMP);
            libc::madvise(page, page_bytes, libc::MADV_DONTFORK);
            let page = NonNull::new(page.cast()).expect("a mapping is not at zero");
            Self { page, page_bytes, is_locked }
        }
    }
}

impl Drop for Locked {
    fn drop(&mut self) {
        self.bytes_mut().zeroize();
        // SAFETY: the mapping was made by `page` with this length, and no reference outlives `self`.
        unsafe { libc::munmap(self.page.as_ptr().cast(), self.page_bytes) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_given_copy_is_erased_and_the_key_stays() {
        let mut key = [7; KEY_BYTES];
        let locked = Locked::taking(&mut key);
        assert_eq!(key, [0; KEY_BYTES]);
        assert_eq!(locked.bytes(), [7; KEY_BYTES]);
    }

    #[test]
    fn two_keys_share_no_page_and_no_value() {
        let (one, other) = (Locked::random(), Locked::random());
        assert_ne!(one.page, other.page);
        assert_ne!(one.bytes(), other.bytes());
    }
}

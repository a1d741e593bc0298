//! Random bytes, digests and their spelling. Knows nothing of what they protect.

use sha2::{Digest, Sha256};

/// `N` bytes that nobody can guess.
///
/// # Panics
/// When the operating system gives no random bytes: nothing that follows could be trusted.
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
    bytes
}

/// A secret of 128 bits, in hexadecimal.
pub fn random_key() -> String {
    hex(&random::<16>())
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// SHA-256 in hexadecimal.
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

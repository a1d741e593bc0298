//! One text, sealed: XChaCha20-Poly1305 under a key, bound to what it is and whose. Must not know where keys are kept.
//!
//! Written as `usher1.KEY.BASE64`: the format, the key's name, then 24 random bytes and the ciphertext with its 16-byte tag
//! (draft-irtf-cfrg-xchacha; a random nonce of 192 bits may be drawn for every message).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use zeroize::Zeroizing;

use super::Class;
use super::locked::Locked;
use super::vault::VaultError;
use crate::base::secret::random;

const FORMAT: &str = "usher1";

const NONCE_BYTES: usize = 24;

/// Longest body that is sealed, bytes; a hand-over's package has some tens of kilobytes.
pub const BODY_BYTES_MAX: usize = 4 << 20;

/// Whether `text` is one that was sealed here, by whatever key.
pub fn is_sealed(text: &str) -> bool {
    text.starts_with("usher1.")
}

/// The name of the key that opens `text`.
pub(super) fn key_of(text: &str) -> Option<&str> {
    let mut parts = text.splitn(3, '.');
    (parts.next() == Some(FORMAT)).then(|| parts.next()).flatten()
}

/// # Panics
/// Never: a body that is too long for the cipher would not fit into memory.
pub(super) fn seal(key: &Locked, name: &str, class: Class, id: &str, plain: &[u8]) -> String {
    let nonce: [u8; NONCE_BYTES] = random();
    let bound = bound_to(class, id);
    let sealed = cipher(key)
        .encrypt(&XNonce::from(nonce), Payload { msg: plain, aad: &bound })
        .expect("a body is shorter than the cipher's 256 GiB");
    let mut bytes = Vec::with_capacity(NONCE_BYTES + sealed.len());
    bytes.extend_from_slice(&nonce);
    bytes.extend_from_slice(&sealed);
    format!("{FORMAT}.{name}.{}", URL_SAFE_NO_PAD.encode(bytes))
}

/// # Errors
/// [`VaultError::Altered`] for everything that this key did not seal for this class and id.
pub(super) fn open(key: &Locked, class: Class, id: &str, sealed: &str) -> Result<Zeroizing<Vec<u8>>, VaultError> {
    let altered = || VaultError::Altered { class: class.word(), id: id.into() };
    let encoded = sealed.splitn(3, '.').nth(2).filter(|body| body.len() <= BODY_BYTES_MAX * 2).ok_or_else(altered)?;
    let bytes = URL_SAFE_NO_PAD.decode(encoded).map_err(|_| altered())?;
    let (nonce, body) = bytes.split_first_chunk::<NONCE_BYTES>().ok_or_else(altered)?;
    let bound = bound_to(class, id);
    let plain = cipher(key).decrypt(&XNonce::from(*nonce), Payload { msg: body, aad: &bound });
    plain.map(Zeroizing::new).map_err(|_| altered())
}

fn cipher(key: &Locked) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new_from_slice(key.bytes()).expect("a key has 32 bytes")
}

/// What a body is bound to, so that one row cannot stand in another's place. Lengths keep the parts apart.
fn bound_to(class: Class, id: &str) -> Vec<u8> {
    let mut bound = Vec::new();
    for part in [FORMAT, class.word(), id] {
        bound.extend_from_slice(&(part.len() as u64).to_le_bytes());
        bound.extend_from_slice(part.as_bytes());
    }
    bound
}

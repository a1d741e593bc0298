//! The secret of the first start: shown on the kiosk's own screen and console, so that whoever stands before the machine
//! becomes its owner. Kept in memory, new at each start, gone once somebody exists.

use sha2::{Digest, Sha256};
use tokio::sync::watch;

use crate::base::secret::random;

/// Crockford's base 32: no I, L, O, U, so that a photograph of a screen is read rightly. 32 letters: a byte's low bits choose evenly.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Eight letters are 40 bits; at ten tries a minute guessing them takes a hundred thousand years.
const LETTERS: usize = 8;

/// The secret while there is one.
pub struct FirstSecret(watch::Sender<Option<String>>);

impl FirstSecret {
    /// A new one when `is_wanted`.
    pub fn new(is_wanted: bool) -> Self {
        Self(watch::Sender::new(is_wanted.then(make)))
    }

    pub fn watch(&self) -> watch::Receiver<Option<String>> {
        self.0.subscribe()
    }

    pub fn is_open(&self) -> bool {
        self.0.borrow().is_some()
    }

    /// Whether `given` is the secret, however it is spelt.
    pub fn is_right(&self, given: &str) -> bool {
        // Digests are compared: how many letters agree tells nothing.
        let digest = |text: &str| Sha256::digest(spoken(text).as_bytes());
        self.0.borrow().as_deref().is_some_and(|secret| digest(secret) == digest(given))
    }

    /// Somebody exists.
    pub fn close(&self) {
        self.0.send_if_modified(|secret| secret.take().is_some());
    }
}

/// `ABCD-EFGH`.
fn make() -> String {
    let letters: Vec<u8> = random::<LETTERS>().iter().map(|byte| ALPHABET[usize::from(byte % 32)]).collect();
    let (left, right) = letters.split_at(LETTERS / 2);
    format!("{}-{}", String::from_utf8_lossy(left), String::from_utf8_lossy(right))
}

/// What was meant by what was typed: capitals, no spaces or hyphens, and the letters that look like digits are digits.
fn spoken(typed: &str) -> String {
    let meant = typed.chars().filter(char::is_ascii_alphanumeric).take(2 * LETTERS);
    meant
        .map(|c| match c.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_secret_is_known_however_it_is_spelt_and_once_only() {
        let first = FirstSecret::new(true);
        let shown = first.watch().borrow().clone().unwrap();
        assert_eq!((shown.len(), shown.as_bytes()[4]), (9, b'-'));
        assert!(first.is_right(&shown) && first.is_right(&shown.to_lowercase().replace('-', " ")));
        assert!(!first.is_right("") && !first.is_right(&shown[..8]));
        first.close();
        assert!(!first.is_right(&shown) && !first.is_open());
    }

    #[test]
    fn letters_that_look_like_digits_are_digits() {
        assert_eq!(spoken("o1-iL 7z"), "01117Z");
    }

    #[test]
    fn two_starts_have_two_secrets_and_a_known_device_none() {
        let secret = || FirstSecret::new(true).watch().borrow().clone();
        assert_ne!(secret(), secret());
        assert!(!FirstSecret::new(false).is_open() && !FirstSecret::new(false).is_right(""));
    }
}

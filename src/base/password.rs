//! Passwords as argon2id hashes, and the names they belong to. Knows nothing of who logs in where.

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};

/// Shortest password.
pub const PASSWORD_CHARS_MIN: usize = 10;

/// Longest password, bytes: hashing takes the same time for each, and nothing longer is a password.
pub const PASSWORD_BYTES_MAX: usize = 1_024;

/// Longest name, bytes.
pub const NAME_BYTES_MAX: usize = 40;

/// A hash that no password has: a name that does not exist takes as long as one that does.
pub const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$dXNoZXItbm9ib2R5LXNhbHQ$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    #[error("'{0}' is not a name: use lower case letters, digits, hyphens and dots, at most 40")]
    BadName(String),
    #[error("the password has fewer than {PASSWORD_CHARS_MIN} characters")]
    Short,
    #[error("the password has more than {PASSWORD_BYTES_MAX} bytes")]
    Long,
    #[error("the password cannot be hashed: {0}")]
    Failed(String),
}

/// The argon2id hash to keep (PHC string; the crate's defaults, OWASP 2023: 19 MiB, a third of a second). Blocking.
///
/// # Errors
/// [`PasswordError`] for a password that is too short or too long.
pub fn hash(password: &str) -> Result<String, PasswordError> {
    if password.chars().count() < PASSWORD_CHARS_MIN {
        return Err(PasswordError::Short);
    }
    if password.len() > PASSWORD_BYTES_MAX {
        return Err(PasswordError::Long);
    }
    let hashed = Argon2::default().hash_password(password.as_bytes());
    hashed.map(|hash| hash.to_string()).map_err(|error| PasswordError::Failed(error.to_string()))
}

/// Whether `password` is the one that `hash` was made of. As slow as [`hash`]. Blocking.
pub fn is_right(password: &str, hash: &str) -> bool {
    password.len() <= PASSWORD_BYTES_MAX
        && PasswordHash::new(hash)
            .is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
}

/// Whether `name` may be somebody's: it stands in logs, addresses and commands as it is.
///
/// # Errors
/// [`PasswordError::BadName`].
pub fn check_name(name: &str) -> Result<(), PasswordError> {
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '.');
    if name.is_empty() || name.len() > NAME_BYTES_MAX || !name.chars().all(is_plain) {
        return Err(PasswordError::BadName(name.chars().take(NAME_BYTES_MAX).collect()));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_known_by_its_hash_alone() {
        let kept = hash("correct horse").unwrap();
        assert!(kept.starts_with("$argon2id$"), "{kept}");
        assert!(is_right("correct horse", &kept));
        for wrong in ["", "correct horsE", &"x".repeat(PASSWORD_BYTES_MAX + 1)] {
            assert!(!is_right(wrong, &kept), "{wrong}");
        }
        assert!(!is_right("anything", NOBODY) && !is_right("anything", "no hash"));
        assert!(PasswordHash::new(NOBODY).is_ok(), "checking nobody must cost what checking somebody does");
    }

    #[test]
    fn odd_names_and_passwords_are_refused() {
        assert_eq!(hash("short").unwrap_err(), PasswordError::Short);
        assert_eq!(hash(&"x".repeat(PASSWORD_BYTES_MAX + 1)).unwrap_err(), PasswordError::Long);
        for bad in ["", "Anna", "a b", "../etc", "ann\u{e4}", &"a".repeat(41)] {
            assert!(check_name(bad).is_err(), "{bad}");
        }
        assert_eq!(check_name("anna.b-2"), Ok(()));
    }
}

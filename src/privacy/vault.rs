//! What of a visit touches the disk is sealed first. A visit's own key lives in memory and dies with it; what must survive a
//! power cut (a consented, redacted hand-over on its way) is sealed by the device's key. Must not know what a body says.

use std::path::{Path, PathBuf};
use std::sync::{RwLock, RwLockReadGuard};

use jiff::Timestamp;
use zeroize::Zeroizing;

use super::Class;
use super::device_key::{DeviceKey, KeyFile};
use super::locked::Locked;
use super::sealed;

/// Ending of a device key's file: `kiosk.seal` opens the bodies of `kiosk.db`. One key a database, so that each is renewed where its
/// rows are. Never in a backup unless hand-overs are, under a passphrase.
pub const KEY_ENDING: &str = "seal";

/// The name under which a visit's key seals.
const VISIT: &str = "visit";

/// A device key is changed after this, seconds: what it sealed cannot be read from worn blocks and free pages for longer.
const KEY_AGE_MAX_S: i64 = 24 * 3600;

/// What can be wrong with a key or with what it sealed.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    #[error(
        "the device key {path} cannot be read: {reason}; restore it, or delete it: hand-overs that wait are then lost"
    )]
    Unreadable { path: PathBuf, reason: String },
    #[error("the device key {path} cannot be written: {source}; free some space and check the folder's rights")]
    Unwritable { path: PathBuf, source: std::io::Error },
    #[error("the key of a {class} is gone ({id}); it was sealed on another device, or before its key was deleted")]
    NoKey { class: &'static str, id: String },
    #[error("a sealed {class} was altered ({id}); it is not used")]
    Altered { class: &'static str, id: String },
}

/// The key of one visit, in memory alone. Dropping it makes everything that it sealed unreadable, wherever a copy lies.
pub struct VisitKey {
    visit: String,
    key: Locked,
}

/// Seals for one device. Shared between threads; every call takes microseconds but [`Vault::rotate`] and
/// [`Vault::forget_former`], which write a file.
pub struct Vault {
    path: PathBuf,
    keys: RwLock<KeyFile>,
}

impl VisitKey {
    /// A key for `visit`, in memory alone.
    pub fn begin(visit: &str) -> Self {
        Self { visit: visit.into(), key: Locked::random() }
    }

    /// Whether the system keeps the key out of swap.
    pub fn is_locked(&self) -> bool {
        self.key.is_locked()
    }

    pub fn seal(&self, class: Class, plain: &[u8]) -> String {
        sealed::seal(&self.key, VISIT, class, &self.visit, plain)
    }

    /// # Errors
    /// [`VaultError::Altered`] when this visit did not seal it as `class`.
    pub fn open(&self, class: Class, text: &str) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        sealed::open(&self.key, class, &self.visit, text)
    }
}

impl Vault {
    /// Opens the device's key in the file `path`, made at the first time, readable by this user alone. A key that others could
    /// read is closed to them and replaced at the next [`Vault::rotate`].
    ///
    /// # Errors
    /// [`VaultError::Unreadable`] and [`VaultError::Unwritable`].
    pub fn open(path: &Path, now: Timestamp) -> Result<Self, VaultError> {
        Ok(Self { path: path.into(), keys: RwLock::new(KeyFile::open(path, now)?) })
    }

    /// Seals what has to survive a power cut; `id` names its row and is bound to it.
    pub fn seal(&self, class: Class, id: &str, plain: &[u8]) -> String {
        let keys = self.keys();
        let DeviceKey { name, key, .. } = keys.current();
        sealed::seal(key, name, class, id, plain)
    }

    /// Opens what this device sealed for `id` as `class`.
    ///
    /// # Errors
    /// [`VaultError::NoKey`] and [`VaultError::Altered`].
    pub fn open_sealed(&self, class: Class, id: &str, text: &str) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        let keys = self.keys();
        let gone = || VaultError::NoKey { class: class.word(), id: id.into() };
        let name = sealed::key_of(text).ok_or_else(|| VaultError::Altered { class: class.word(), id: id.into() })?;
        let found = keys.named(name).ok_or_else(gone)?;
        sealed::open(&found.key, class, id, text)
    }

    /// Whether `text` is sealed by the key that seals now. Plain text and an older key's are sealed again by their owner.
    pub fn is_current(&self, text: &str) -> bool {
        sealed::key_of(text).is_some_and(|name| name == self.keys().current().name)
    }

    /// Whether the key is old, was open to others, or a change of keys was cut off.
    pub fn is_due(&self, now: Timestamp) -> bool {
        let keys = self.keys();
        let age_s = now.as_second() - keys.current().made_at_s;
        // A clock that was set back makes an age below zero; such a key is of no known age.
        keys.was_exposed || keys.has_former() || !(0..KEY_AGE_MAX_S).contains(&age_s)
    }

    /// Seals with a new key from now on. Former ones still open, until [`Vault::forget_former`]: between the two, the owner
    /// of each row seals it again. A power cut in between leaves every row readable.
    ///
    /// # Errors
    /// [`VaultError::Unwritable`]; the key that was there goes on.
    pub fn rotate(&self, now: Timestamp) -> Result<(), VaultError> {
        self.keys.write().unwrap_or_else(std::sync::PoisonError::into_inner).add(&self.path, now)
    }

    /// Erases every key but the current one: what they sealed can never be read again.
    ///
    /// # Errors
    /// [`VaultError::Unwritable`]; they are still there then.
    pub fn forget_former(&self) -> Result<(), VaultError> {
        self.keys.write().unwrap_or_else(std::sync::PoisonError::into_inner).forget_former(&self.path)
    }

    fn keys(&self) -> RwLockReadGuard<'_, KeyFile> {
        self.keys.read().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY_FILE: &str = "kiosk.seal";
    const WORDS: &[u8] = b"my purple suitcase is lost";

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn a_visit_opens_its_own_words_and_nobody_elses() {
        let (one, other) = (VisitKey::begin("v-1"), VisitKey::begin("v-1"));
        let sealed = one.seal(Class::Words, WORDS);
        assert!(!sealed.contains("suitcase") && sealed::is_sealed(&sealed));
        assert_eq!(*one.open(Class::Words, &sealed).unwrap(), WORDS);
        assert!(matches!(other.open(Class::Words, &sealed), Err(VaultError::Altered { .. })));
        assert!(matches!(one.open(Class::Audio, &sealed), Err(VaultError::Altered { .. })));
    }

    #[test]
    fn what_is_sealed_for_one_row_does_not_open_in_another() {
        let folder = tempfile::tempdir().unwrap();
        let vault = Vault::open(&folder.path().join(KEY_FILE), at(0)).unwrap();
        let sealed = vault.seal(Class::Handover, "case/request", WORDS);
        assert_eq!(*vault.open_sealed(Class::Handover, "case/request", &sealed).unwrap(), WORDS);
        let error = vault.open_sealed(Class::Handover, "case/withdraw", &sealed).unwrap_err();
        assert_eq!(error.to_string(), "a sealed hand-over was altered (case/withdraw); it is not used");
        assert!(vault.open_sealed(Class::Handover, "case/request", "{\"id\":1}").is_err());
        assert!(vault.open_sealed(Class::Handover, "case/request", &sealed[..sealed.len() - 2]).is_err());
    }

    #[test]
    fn the_key_survives_a_restart_and_is_for_this_user_alone() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let sealed = Vault::open(&folder.path().join(KEY_FILE), at(0)).unwrap().seal(Class::Handover, "c", WORDS);
        let mode = std::fs::metadata(folder.path().join(KEY_FILE)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let again = Vault::open(&folder.path().join(KEY_FILE), at(5)).unwrap();
        assert_eq!(*again.open_sealed(Class::Handover, "c", &sealed).unwrap(), WORDS);
    }

    #[test]
    fn a_rotated_key_opens_until_it_is_forgotten_and_never_after() {
        let folder = tempfile::tempdir().unwrap();
        let vault = Vault::open(&folder.path().join(KEY_FILE), at(0)).unwrap();
        let sealed = vault.seal(Class::Handover, "c", WORDS);
        assert!(!vault.is_due(at(3600)) && vault.is_due(at(KEY_AGE_MAX_S)) && vault.is_due(at(-1)));
        vault.rotate(at(KEY_AGE_MAX_S)).unwrap();
        // As after a power cut between the two steps.
        let vault = Vault::open(&folder.path().join(KEY_FILE), at(KEY_AGE_MAX_S)).unwrap();
        assert!(!vault.is_current(&sealed) && vault.is_due(at(KEY_AGE_MAX_S)));
        assert_eq!(*vault.open_sealed(Class::Handover, "c", &sealed).unwrap(), WORDS);
        vault.forget_former().unwrap();
        assert!(!vault.is_due(at(KEY_AGE_MAX_S)));
        assert!(matches!(vault.open_sealed(Class::Handover, "c", &sealed), Err(VaultError::NoKey { .. })));
        let file = std::fs::read_to_string(folder.path().join(KEY_FILE)).unwrap();
        assert!(!file.contains(sealed::key_of(&sealed).unwrap()), "{file}");
    }

    #[test]
    fn a_key_that_others_could_read_is_closed_and_due() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        drop(Vault::open(&folder.path().join(KEY_FILE), at(0)).unwrap());
        let path = folder.path().join(KEY_FILE);
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        let vault = Vault::open(&folder.path().join(KEY_FILE), at(1)).unwrap();
        assert!(vault.is_due(at(1)));
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn a_hostile_key_file_is_refused_with_its_name() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(KEY_FILE);
        for text in ["", "usher device key 1\n", "usher device key 9\nab 00 0\n", "usher device key 1\nzz q 0\n"] {
            std::fs::write(&path, text).unwrap();
            let error = Vault::open(&folder.path().join(KEY_FILE), at(0)).err().unwrap().to_string();
            assert!(error.contains("kiosk.seal cannot be read"), "{error}");
        }
        std::fs::write(&path, vec![b'a'; 1 << 20]).unwrap();
        assert!(Vault::open(&folder.path().join(KEY_FILE), at(0)).is_err());
    }
}

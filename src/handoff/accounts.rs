//! Who may come to a desk: agents by name and password (argon2id), kiosks by a device key. Only digests are kept.

use std::num::NonZeroU32;
use std::sync::Arc;

use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use sha2::{Digest, Sha256};
use tokio::sync::Semaphore;

use super::desk::wire::Profile;
use super::sealing::SealedDesk;
use crate::base::password::{self, NAME_BYTES_MAX, NOBODY, PasswordError};
use crate::base::worker::Worker;
use crate::store::{DeskStore, StoreError};

/// Attempts for one name within a minute; slower than any guessing that could succeed, faster than any honest mistake.
const ATTEMPTS_A_MINUTE: NonZeroU32 = NonZeroU32::new(8).expect("eight is not zero");

/// Passwords checked at once: each takes 19 MiB and a third of a second (argon2id, the crate's defaults, OWASP 2023).
const CHECKS_MAX: usize = 2;

#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    #[error("the name or the password is wrong")]
    Wrong,
    #[error("too many attempts for this name; wait a minute")]
    TooMany,
    #[error(transparent)]
    Refused(#[from] PasswordError),
    #[error("the accounts cannot be read or written: {0}")]
    Store(String),
}

/// The desk's door keeper.
pub struct Accounts {
    store: Arc<Worker<SealedDesk>>,
    attempts: DefaultKeyedRateLimiter<String>,
    checks: Semaphore,
}

impl Accounts {
    pub fn new(store: Arc<Worker<SealedDesk>>) -> Self {
        let attempts = RateLimiter::keyed(Quota::per_minute(ATTEMPTS_A_MINUTE));
        Self { store, attempts, checks: Semaphore::new(CHECKS_MAX) }
    }

    /// Whether nobody can log in yet.
    ///
    /// # Errors
    /// [`AccountError::Store`].
    pub async fn is_empty(&self) -> Result<bool, AccountError> {
        self.with(DeskStore::agents).await.map(|agents| agents.is_empty())
    }

    /// The agent's profile, when the password is theirs.
    ///
    /// # Errors
    /// [`AccountError::Wrong`] and [`AccountError::TooMany`]; which of name and password was wrong is not told.
    pub async fn login(&self, name: &str, password: &str) -> Result<Profile, AccountError> {
        // A name nobody has must not fill the limiter's memory: it is cut, and old names are let go.
        let key: String = name.chars().take(NAME_BYTES_MAX).collect();
        if self.attempts.len() > 10_000 {
            self.attempts.retain_recent();
        }
        self.attempts.check_key(&key).map_err(|_| AccountError::TooMany)?;
        let known = self.with(move |store| store.agent(&key)).await?;
        let (profile, hash) = known.map_or((None, NOBODY.to_string()), |(profile, hash)| (Some(profile), hash));
        let _permit = self.checks.acquire().await.map_err(|error| AccountError::Store(error.to_string()))?;
        let password = password.to_string();
        let is_right = tokio::task::spawn_blocking(move || password::is_right(&password, &hash)).await.unwrap_or(false);
        let profile = profile.filter(|_| is_right).ok_or(AccountError::Wrong)?;
        serde_json::from_str(&profile).map_err(|error| AccountError::Store(error.to_string()))
    }

    /// Whether `key` is the device key of `kiosk`.
    ///
    /// # Errors
    /// [`AccountError::Store`].
    pub async fn is_kiosk(&self, kiosk: &str, key: &str) -> Result<bool, AccountError> {
        let name = kiosk.to_string();
        let known = self.with(move |store| store.kiosk(&name)).await?;
        // Digests are compared: how many bytes agree tells nothing of the key.
        Ok(known.is_some_and(|known| known == Sha256::digest(key.as_bytes()).as_slice()))
    }

    async fn with<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut DeskStore) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, AccountError> {
        let told = |error: &dyn std::fmt::Display| AccountError::Store(error.to_string());
        let pending = self.store.call(move |desk, _| work(&mut desk.store)).map_err(|error| told(&error))?;
        pending.await.map_err(|error| told(&error))?.value.map_err(|error| told(&error))
    }
}

/// Adds or replaces an agent. Blocking.
///
/// # Errors
/// [`AccountError`].
pub fn put_agent(store: &mut DeskStore, profile: &Profile, password: &str) -> Result<(), AccountError> {
    password::check_name(&profile.name)?;
    let hash = password::hash(password)?;
    let body = serde_json::to_string(profile).map_err(|error| AccountError::Store(error.to_string()))?;
    store.put_agent(&profile.name, &body, &hash).map_err(|error| AccountError::Store(error.to_string()))
}

/// Gives a kiosk a new device key, which is shown once. Blocking.
///
/// # Errors
/// [`AccountError`].
pub fn put_kiosk(store: &mut DeskStore, name: &str) -> Result<String, AccountError> {
    password::check_name(name)?;
    let key = crate::base::secret::random_key();
    let digest: [u8; 32] = Sha256::digest(key.as_bytes()).into();
    store.put_kiosk(name, &digest).map_err(|error| AccountError::Store(error.to_string()))?;
    Ok(key)
}

//! The administration's door keeper: who there is, who logs in, who may be added and removed. Passwords are argon2id hashes.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::{Semaphore, watch};

use super::attempts::Attempts;
use super::audit::{self, Verdict};
use super::first::FirstSecret;
use super::role::Role;
use crate::base::password::{self, NAME_BYTES_MAX, NOBODY, PasswordError};
use crate::base::secret::random_key;
use crate::base::worker::{Busy, Worker};
use crate::store::{AdminStore, AuditRow, PersonRow, StoreError};

/// Passwords that may wait to be checked; the check takes one core for a third of a second, and visitors have the other.
const CHECKS_WAITING_MAX: usize = 4;

#[derive(Debug, thiserror::Error)]
pub enum AdminError {
    #[error("the name or the password is wrong")]
    Wrong,
    #[error("this is not the secret on the kiosk's screen; a restart makes a new one")]
    WrongSecret,
    #[error("too many attempts; wait {} seconds", wait.as_secs().max(1))]
    TooMany { wait: Duration },
    #[error(transparent)]
    Refused(#[from] PasswordError),
    #[error("there is a person '{0}' already; choose another name")]
    Known(String),
    #[error("there is no person '{0}'; `usher admin list` names those there are")]
    Unknown(String),
    #[error("'{0}' is the last owner; make somebody else owner first")]
    LastOwner(String),
    #[error("somebody administers this appliance already; log in, or run `usher admin password NAME` on it")]
    NotFirst,
    #[error("the administration's file cannot be read or written")]
    Store(#[from] StoreError),
    #[error("the administration is not to be had")]
    Busy(#[from] Busy),
    #[error("a password check ended early; try again")]
    Ended,
}

/// Somebody who may log in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    pub name: String,
    pub role: Role,
    pub since: Timestamp,
    /// Changes with the role and the password.
    pub stamp: String,
}

impl From<PersonRow> for Person {
    /// A role that this version does not know may do least.
    fn from(row: PersonRow) -> Self {
        let since = Timestamp::from_second(row.since).unwrap_or(Timestamp::UNIX_EPOCH);
        Self { name: row.name, role: row.role.parse().unwrap_or(Role::Viewer), since, stamp: row.stamp }
    }
}

pub struct People {
    store: Arc<Worker<AdminStore>>,
    attempts: Attempts,
    first: FirstSecret,
    /// One at a time: visitors' answers need the cores.
    checks: Semaphore,
    waiting: AtomicUsize,
}

impl People {
    /// Looks whether somebody exists; a first secret is made when nobody does.
    ///
    /// # Errors
    /// [`AdminError::Store`].
    pub async fn open(store: Arc<Worker<AdminStore>>) -> Result<Self, AdminError> {
        let is_wanted = on(&store, AdminStore::people).await?.is_empty();
        Ok(Self {
            store,
            attempts: Attempts::default(),
            first: FirstSecret::new(is_wanted),
            checks: Semaphore::new(1),
            waiting: AtomicUsize::new(0),
        })
    }

    /// The first secret for the kiosk's screen; `None` once somebody exists.
    pub fn first_secret(&self) -> watch::Receiver<Option<String>> {
        self.first.watch()
    }

    /// Whether nobody can log in yet. Closes the first secret when somebody was added on the console.
    ///
    /// # Errors
    /// [`AdminError::Store`].
    pub async fn needs_first(&self) -> Result<bool, AdminError> {
        let is_needed = on(&self.store, AdminStore::people).await?.is_empty();
        if !is_needed {
            self.first.close();
        }
        Ok(is_needed && self.first.is_open())
    }

    /// Opens the file for writing that was opened to be read alone, once its disk takes writes.
    ///
    /// # Errors
    /// [`AdminError::Store`].
    pub async fn revive(&self) -> Result<(), AdminError> {
        on(&self.store, AdminStore::revive).await.map(drop)
    }

    /// Makes whoever holds the first secret the owner.
    ///
    /// # Errors
    /// [`AdminError`]; nobody was added then.
    pub async fn begin(&self, secret: &str, name: &str, given: &str, from: IpAddr) -> Result<Person, AdminError> {
        if !self.needs_first().await? {
            return Err(AdminError::NotFirst);
        }
        self.attempts.count("", from).map_err(|wait| AdminError::TooMany { wait })?;
        if !self.first.is_right(secret) {
            return Err(AdminError::WrongSecret);
        }
        password::check_name(name)?;
        let row = row(name, Role::Owner, self.hashed(given).await?);
        let put = row.clone();
        if !on(&self.store, move |store| store.put_person(&put, true)).await? {
            return Err(AdminError::NotFirst);
        }
        self.first.close();
        Ok(row.into())
    }

    /// The person, when the password is theirs.
    ///
    /// # Errors
    /// [`AdminError::Wrong`] and [`AdminError::TooMany`]; which of name and password was wrong is not told.
    pub async fn login(&self, name: &str, given: &str, from: IpAddr) -> Result<Person, AdminError> {
        self.attempts.count(name, from).map_err(|wait| AdminError::TooMany { wait })?;
        let key: String = name.chars().take(NAME_BYTES_MAX).collect();
        let known = on(&self.store, move |store| store.person(&key)).await?;
        let hash = known.as_ref().map_or_else(|| NOBODY.to_string(), |row| row.password.clone());
        let given = given.to_string();
        let is_right = self.checked(move || password::is_right(&given, &hash)).await?;
        let row = known.filter(|_| is_right).ok_or(AdminError::Wrong)?;
        self.attempts.succeeded(&row.name, from);
        Ok(row.into())
    }

    /// # Errors
    /// [`AdminError::Store`].
    pub async fn person(&self, name: &str) -> Result<Option<Person>, AdminError> {
        let name = name.to_string();
        Ok(on(&self.store, move |store| store.person(&name)).await?.map(Person::from))
    }

    /// # Errors
    /// [`AdminError::Store`].
    pub async fn list(&self) -> Result<Vec<Person>, AdminError> {
        Ok(on(&self.store, AdminStore::people).await?.into_iter().map(Person::from).collect())
    }

    /// Adds somebody new.
    ///
    /// # Errors
    /// [`AdminError`].
    pub async fn add(&self, name: &str, role: Role, given: &str) -> Result<(), AdminError> {
        password::check_name(name)?;
        let (name, hash) = (name.to_string(), self.hashed(given).await?);
        self.work(move |store| {
            if store.person(&name)?.is_some() {
                return Err(AdminError::Known(name));
            }
            Ok(store.put_person(&row(&name, role, hash), false).map(|_| ())?)
        })
        .await
    }

    /// Gives somebody another role, another password, or both. Their sessions end.
    ///
    /// # Errors
    /// [`AdminError`]; nothing was changed then.
    pub async fn change(&self, name: &str, role: Option<Role>, given: Option<&str>) -> Result<(), AdminError> {
        let hash = match given {
            Some(given) => Some(self.hashed(given).await?),
            None => None,
        };
        let name = name.to_string();
        self.work(move |store| change(store, &name, role, hash)).await
    }

    /// Changes one's own password.
    ///
    /// # Errors
    /// As [`People::login`] for the old one, as [`People::change`] for the new.
    pub async fn change_own(&self, name: &str, old: &str, new: &str, from: IpAddr) -> Result<Person, AdminError> {
        self.login(name, old, from).await?;
        self.change(name, None, Some(new)).await?;
        self.person(name).await?.ok_or_else(|| AdminError::Unknown(name.into()))
    }

    /// # Errors
    /// [`AdminError::LastOwner`] and the others.
    pub async fn remove(&self, name: &str) -> Result<(), AdminError> {
        let name = name.to_string();
        self.work(move |store| remove_person(store, &name)).await
    }

    /// Writes down what somebody did.
    ///
    /// # Errors
    /// [`AdminError::Store`].
    pub async fn note(&self, who: &str, what: &'static str, detail: &str) -> Result<AuditRow, AdminError> {
        let (who, detail) = (who.to_string(), detail.to_string());
        on(&self.store, move |store| audit::append(store, &who, what, &detail)).await
    }

    /// Lines below `before`, newest first, and how the chain stands.
    ///
    /// # Errors
    /// [`AdminError::Store`].
    pub async fn audit(&self, before: Option<i64>, limit: i64) -> Result<(Vec<AuditRow>, Verdict), AdminError> {
        let limit = limit.clamp(1, audit::LOOK_LINES_MAX);
        on(&self.store, move |store| Ok((store.audit(before, limit)?, audit::verify(store)?))).await
    }

    /// Lets lines of the audit log go that are older than `before`. How many went.
    ///
    /// # Errors
    /// [`AdminError::Store`].
    pub async fn forget_audit(&self, before: Timestamp) -> Result<usize, AdminError> {
        on(&self.store, move |store| audit::forget_before(store, before)).await
    }

    async fn hashed(&self, given: &str) -> Result<String, AdminError> {
        let given = given.to_string();
        Ok(self.checked(move || password::hash(&given)).await??)
    }

    /// Runs `work` on a blocking thread, one at a time; a few may wait.
    async fn checked<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, AdminError> {
        let waiting = Waiting::join(&self.waiting)?;
        let permit = self.checks.acquire().await.map_err(|_| AdminError::Ended)?;
        let done = tokio::task::spawn_blocking(work).await.map_err(|_| AdminError::Ended);
        drop((permit, waiting));
        done
    }

    async fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut AdminStore) -> Result<T, AdminError> + Send + 'static,
    ) -> Result<T, AdminError> {
        self.store.call(move |store, _| work(store))?.await?.value
    }
}

/// A place in the line of those whose password is checked.
struct Waiting<'a>(&'a AtomicUsize);

impl<'a> Waiting<'a> {
    fn join(line: &'a AtomicUsize) -> Result<Self, AdminError> {
        let place = Self(line);
        if line.fetch_add(1, Ordering::AcqRel) > CHECKS_WAITING_MAX {
            return Err(AdminError::TooMany { wait: Duration::from_secs(2) });
        }
        Ok(place)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

async fn on<T: Send + 'static>(
    store: &Worker<AdminStore>,
    work: impl FnOnce(&mut AdminStore) -> Result<T, StoreError> + Send + 'static,
) -> Result<T, AdminError> {
    Ok(store.call(move |store, _| work(store))?.await?.value?)
}

/// Adds somebody, on the console. Blocking.
///
/// # Errors
/// [`AdminError`].
pub fn put_person(store: &mut AdminStore, name: &str, role: Role, given: &str) -> Result<(), AdminError> {
    password::check_name(name)?;
    if store.person(name)?.is_some() {
        return Err(AdminError::Known(name.into()));
    }
    Ok(store.put_person(&row(name, role, password::hash(given)?), false).map(|_| ())?)
}

/// Gives somebody a new password, on the console. Blocking.
///
/// # Errors
/// [`AdminError`].
pub fn set_password(store: &mut AdminStore, name: &str, given: &str) -> Result<(), AdminError> {
    change(store, name, None, Some(password::hash(given)?))
}

/// Gives somebody another role, on the console. Blocking.
///
/// # Errors
/// [`AdminError`].
pub fn set_role(store: &mut AdminStore, name: &str, role: Role) -> Result<(), AdminError> {
    change(store, name, Some(role), None)
}

/// Removes somebody. Blocking.
///
/// # Errors
/// [`AdminError::Unknown`], [`AdminError::LastOwner`].
pub fn remove_person(store: &mut AdminStore, name: &str) -> Result<(), AdminError> {
    let row = store.person(name)?.ok_or_else(|| AdminError::Unknown(name.into()))?;
    keep_an_owner(store, &row, None)?;
    Ok(store.remove_person(name).map(|_| ())?)
}

fn change(store: &mut AdminStore, name: &str, role: Option<Role>, hash: Option<String>) -> Result<(), AdminError> {
    let mut row = store.person(name)?.ok_or_else(|| AdminError::Unknown(name.into()))?;
    keep_an_owner(store, &row, role.or(row.role.parse().ok()))?;
    if let Some(role) = role {
        row.role = role.word().into();
    }
    if let Some(hash) = hash {
        row.password = hash;
    }
    row.stamp = random_key();
    Ok(store.put_person(&row, false).map(|_| ())?)
}

/// Refuses what would leave nobody who may add people. `becomes`: the role the person will have; `None` when they go.
fn keep_an_owner(store: &mut AdminStore, row: &PersonRow, becomes: Option<Role>) -> Result<(), AdminError> {
    let owner = Role::Owner.word();
    if row.role != owner || becomes == Some(Role::Owner) {
        return Ok(());
    }
    let others = store.people()?.iter().filter(|other| other.role == owner && other.name != row.name).count();
    if others == 0 { Err(AdminError::LastOwner(row.name.clone())) } else { Ok(()) }
}

fn row(name: &str, role: Role, password: String) -> PersonRow {
    PersonRow {
        name: name.into(),
        role: role.word().into(),
        password,
        since: Timestamp::now().as_second(),
        stamp: random_key(),
    }
}

#[cfg(test)]
mod tests;

//! A desk's keeper over the bus: cases, claims, records and booked calls in buckets.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use async_nats::jetstream::kv::{CreateErrorKind, Operation, UpdateErrorKind};

use super::alive::Alive;
use super::{Bus, Ended, Entry};
use crate::handoff::desk::Record;
use crate::handoff::desk::case::Kept;
use crate::handoff::hub::{Batch, Booked, Claim, KeepError, Keeper, Keeping};
use crate::handoff::keeper::of_record;
use crate::handoff::wire::{Content, Parcel, Presence};

/// Attempts at a compare-and-set against other desks; each lost one is a change by somebody who won.
const ATTEMPTS_MAX: usize = 16;

/// A pause after a lost one.
const AFTER_LOST: Duration = Duration::from_millis(10);

/// The keeper of one desk among several.
#[derive(Clone)]
pub(super) struct Pool {
    pub(super) name: String,
    pub(super) bus: Arc<Bus>,
    pub(super) alive: Arc<Alive>,
    /// Booked calls as the bus has them; the watch keeps them.
    pub(super) calls: Arc<Mutex<BTreeMap<String, Booked>>>,
}

fn told(error: impl std::fmt::Display) -> KeepError {
    KeepError(error.to_string())
}

impl Pool {
    async fn entry(&self, case: &str) -> Result<Option<(Entry, u64)>, KeepError> {
        let Some(found) = self.bus.cases.entry(case).await.map_err(told)? else { return Ok(None) };
        if found.operation != Operation::Put {
            return Ok(None);
        }
        Ok(Some((serde_json::from_slice(&found.value).map_err(told)?, found.revision)))
    }

    /// Changes an entry by compare-and-set. `change` gives the new entry, or `None` to leave it.
    async fn change(
        &self,
        case: &str,
        change: impl Fn(Option<Entry>) -> Option<Entry> + Send,
    ) -> Result<Option<Entry>, KeepError> {
        for _ in 0..ATTEMPTS_MAX {
            let known = self.entry(case).await?;
            let revision = known.as_ref().map(|(_, revision)| *revision);
            let Some(wanted) = change(known.map(|(entry, _)| entry)) else { return Ok(None) };
            if self.write(case, &wanted, revision).await? {
                return Ok(Some(wanted));
            }
            tokio::time::sleep(AFTER_LOST).await;
        }
        Err(KeepError(format!("the entry of case {case} could not be written: others were always faster")))
    }

    /// Writes an entry over `revision`, or as the first. `false`: somebody else was faster.
    async fn write(&self, case: &str, entry: &Entry, revision: Option<u64>) -> Result<bool, KeepError> {
        let body = serde_json::to_vec(entry).map_err(told)?.into();
        let is_lost = match revision {
            Some(revision) => match self.bus.cases.update(case, body, revision).await {
                Ok(_) => return Ok(true),
                Err(error) if error.kind() == UpdateErrorKind::WrongLastRevision => true,
                Err(error) => return Err(told(error)),
            },
            None => match self.bus.cases.create(case, body).await {
                Ok(_) => return Ok(true),
                Err(error) if error.kind() == CreateErrorKind::AlreadyExists => true,
                Err(error) => return Err(told(error)),
            },
        };
        Ok(!is_lost)
    }

    /// Files a parcel of the work queue. The same one again changes nothing.
    pub(super) async fn file(&self, parcel: &Parcel) -> Result<(), KeepError> {
        match &parcel.content {
            Content::Request { package } => {
                let kept = Kept::new((**package).clone(), parcel.kiosk.clone());
                self.change(&parcel.case, |known| known.is_none().then(|| Entry::new(kept.clone()))).await?;
            }
            Content::Amend { package } => {
                self.change(&parcel.case, |known| {
                    let mut entry = known?;
                    let kept = entry.kept.as_mut().filter(|kept| kept.package.revision < package.revision)?;
                    kept.package = (**package).clone();
                    Some(entry)
                })
                .await?;
            }
            Content::Withdraw { why } => {
                self.change(&parcel.case, |known| {
                    let entry = known.filter(|entry| entry.kept.is_some() && entry.withdrawn.is_none())?;
                    Some(Entry { withdrawn: Some(*why), ..entry })
                })
                .await?;
            }
            Content::Callback { callback } => {
                let booked = Booked {
                    id: parcel.id.clone(),
                    kiosk: parcel.kiosk.clone(),
                    at: jiff::Timestamp::now().to_string(),
                    callback: callback.clone(),
                };
                self.book(&booked).await?;
            }
            Content::Rating { stars } => {
                self.change(&parcel.case, |known| {
                    let mut entry = known?;
                    match &mut entry.ended {
                        Some(ended) if ended.stars.is_none() => ended.stars = Some(*stars),
                        Some(_) => return None,
                        None => entry.stars = Some(*stars),
                    }
                    Some(entry)
                })
                .await?;
            }
        }
        Ok(())
    }

    /// A call that was booked, or even made, before is left as it is.
    async fn book(&self, booked: &Booked) -> Result<(), KeepError> {
        let body = serde_json::to_vec(booked).map_err(told)?;
        match self.bus.calls.create(key(&booked.id), body.into()).await {
            Ok(_) => Ok(()),
            Err(error) if error.kind() == CreateErrorKind::AlreadyExists => Ok(()),
            Err(error) => Err(told(error)),
        }
    }

    /// Writes an owned case. `false`: this desk lost it meanwhile and wrote nothing; the watch tells the hub.
    async fn save(&self, kept: &Kept) -> Result<bool, KeepError> {
        let case = kept.package.case.clone();
        self.change(&case, |known| {
            let entry = known.filter(|entry| entry.owner.as_deref() == Some(&self.name))?;
            let newer = entry.kept.filter(|known| known.package.revision > kept.package.revision);
            let mut kept = kept.clone();
            kept.epoch = entry.epoch;
            if let Some(newer) = newer {
                kept.package = newer.package;
            }
            Some(Entry { kept: Some(kept), ..entry })
        })
        .await
        .map(|written| written.is_some())
    }

    /// Closes a case that is this desk's, or nobody's: its words go, its record stays for all desks.
    async fn close(&self, case: &str, record: &Record) -> Result<(), KeepError> {
        self.change(case, |known| {
            let entry = known.filter(|entry| entry.kept.is_some() && self.may_take(entry))?;
            let ended = Ended { record: of_record(record), gap: record.gap.clone(), stars: entry.stars };
            Some(Entry { kept: None, owner: None, ended: Some(ended), ..entry })
        })
        .await
        .map(|_| ())
    }

    /// Whether a case is free for this desk, or its own.
    fn may_take(&self, entry: &Entry) -> bool {
        entry.owner.as_ref().is_none_or(|owner| *owner == self.name || !self.alive.lives(owner, Instant::now()))
    }

    pub(super) fn calls(&self) -> MutexGuard<'_, BTreeMap<String, Booked>> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Entry {
    fn new(kept: Kept) -> Self {
        Self { kept: Some(kept), owner: None, epoch: 0, withdrawn: None, ended: None, stars: None }
    }
}

impl Keeper for Pool {
    fn keep(&self, batch: Batch) -> Keeping<'_, Vec<String>> {
        Box::pin(async move {
            let mut left = Vec::new();
            for kept in &batch.saved {
                if !self.save(kept).await? {
                    left.push(kept.package.case.clone());
                }
            }
            for (case, record) in &batch.closed {
                self.close(case, record).await?;
            }
            Ok(left)
        })
    }

    fn knows(&self, _: String) -> Keeping<'_, bool> {
        // Parcels come by the work queue, which drops doubles, and filing one twice changes nothing.
        Box::pin(async { Ok(false) })
    }

    fn load(&self) -> Keeping<'_, Vec<Kept>> {
        // The watch brings every case.
        Box::pin(async { Ok(Vec::new()) })
    }

    fn claim(&self, kept: Kept) -> Keeping<'_, Claim> {
        Box::pin(async move {
            let case = kept.package.case;
            let claimed = self
                .change(&case, |known| {
                    let mut entry = known.filter(|entry| entry.kept.is_some() && self.may_take(entry))?;
                    entry.owner = Some(self.name.clone());
                    entry.epoch += 1;
                    // Whoever reads the case after this desk has to go on from here.
                    entry.kept.as_mut()?.epoch = entry.epoch;
                    Some(entry)
                })
                .await?;
            match claimed {
                Some(entry) => Ok(Claim::Ours(entry.epoch)),
                None => {
                    let owner = self.entry(&case).await?.and_then(|(entry, _)| entry.owner);
                    Ok(Claim::Taken(owner.unwrap_or_default()))
                }
            }
        })
    }

    fn release(&self, case: String) -> Keeping<'_, ()> {
        Box::pin(async move {
            self.change(&case, |known| {
                let entry = known.filter(|entry| entry.owner.as_deref() == Some(&self.name))?;
                Some(Entry { owner: None, ..entry })
            })
            .await
            .map(|_| ())
        })
    }

    fn callbacks(&self) -> Keeping<'_, Vec<Booked>> {
        Box::pin(async move {
            let mut booked: Vec<Booked> = self.calls().values().cloned().collect();
            booked.sort_by(|one, other| one.at.cmp(&other.at));
            Ok(booked)
        })
    }

    fn called(&self, id: String) -> Keeping<'_, ()> {
        // An empty mark: name and number are gone, and the same parcel again books nothing.
        Box::pin(async move { self.bus.calls.put(key(&id), Vec::new().into()).await.map(|_| ()).map_err(told) })
    }
}

/// A parcel's id as a key of a bucket.
fn key(id: &str) -> String {
    id.replace('/', ".")
}

/// Who is at several desks.
pub(super) fn sum<'a>(desks: impl Iterator<Item = &'a Presence>) -> Presence {
    let mut all = Presence::default();
    for (language, count) in desks.flat_map(|presence| &presence.agents) {
        *all.agents.entry(*language).or_default() += count;
    }
    all
}

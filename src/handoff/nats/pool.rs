//! A desk's keeper over the bus: cases and claims in buckets, records in the desk's own file.

use std::sync::Arc;
use std::time::Duration;

use async_nats::jetstream::kv;
use futures_util::StreamExt;

use super::{Bus, Entry};
use crate::base::worker::Worker;
use crate::handoff::desk::case::Kept;
use crate::handoff::hub::{Batch, Booked, Claim, KeepError, Keeper, Keeping};
use crate::handoff::keeper::rows;
use crate::handoff::wire::{Content, Parcel, Presence};
use crate::store::DeskStore;

/// Attempts at a compare-and-set against other desks; each lost one is a change by somebody who won.
const ATTEMPTS_MAX: usize = 16;

/// The keeper of one desk among several.
pub(super) struct Pool {
    pub(super) name: String,
    pub(super) bus: Arc<Bus>,
    pub(super) store: Arc<Worker<DeskStore>>,
}

fn told(error: impl std::fmt::Display) -> KeepError {
    KeepError(error.to_string())
}

impl Pool {
    async fn entry(&self, case: &str) -> Result<Option<(Entry, u64)>, KeepError> {
        let Some(found) = self.bus.cases.entry(case).await.map_err(told)? else { return Ok(None) };
        if found.operation != kv::Operation::Put {
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
            let body = serde_json::to_vec(&wanted).map_err(told)?.into();
            let written = match revision {
                Some(revision) => self.bus.cases.update(case, body, revision).await.is_ok(),
                None => self.bus.cases.create(case, body).await.is_ok(),
            };
            if written {
                return Ok(Some(wanted));
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Err(KeepError(format!("the entry of case {case} could not be written")))
    }

    /// Files a parcel of the work queue. The same one again changes nothing.
    pub(super) async fn file(&self, parcel: &Parcel) -> Result<(), KeepError> {
        match &parcel.content {
            Content::Request { package } => {
                let kept = Kept::new((**package).clone(), parcel.kiosk.clone());
                self.change(&parcel.case, |known| match known {
                    Some(_) => None,
                    None => Some(Entry { kept: Some(kept.clone()), owner: None, epoch: 0, withdrawn: None }),
                })
                .await?;
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
                let body = serde_json::to_vec(&booked).map_err(told)?;
                self.bus.calls.put(key(&parcel.id), body.into()).await.map_err(told)?;
            }
            Content::Rating { .. } => {
                let rows = rows(Batch { parcel: Some(parcel.clone()), ..Batch::default() })?;
                self.write(rows).await?;
            }
        }
        Ok(())
    }

    async fn write(&self, rows: crate::store::DeskBatch) -> Result<(), KeepError> {
        let pending = self.store.call(move |store, _| store.write(&rows)).map_err(told)?;
        pending.await.map_err(told)?.value.map(|_| ()).map_err(told)
    }

    /// Writes an owned case. Whoever lost it meanwhile writes nothing: the watch tells the hub.
    async fn save(&self, kept: Kept) -> Result<(), KeepError> {
        let case = kept.package.case.clone();
        self.change(&case, |known| {
            let entry = known.filter(|entry| entry.owner.as_deref() == Some(&self.name))?;
            let newer = entry.kept.filter(|known| known.package.revision > kept.package.revision);
            let mut kept = kept.clone();
            if let Some(newer) = newer {
                kept.package = newer.package;
            }
            Some(Entry { kept: Some(kept), ..entry })
        })
        .await
        .map(|_| ())
    }

    async fn close(&self, case: &str) -> Result<(), KeepError> {
        self.change(case, |known| {
            let entry = known.filter(|entry| entry.kept.is_some())?;
            Some(Entry { kept: None, owner: None, ..entry })
        })
        .await
        .map(|_| ())
    }
}

impl Keeper for Pool {
    fn keep(&self, batch: Batch) -> Keeping<'_, ()> {
        Box::pin(async move {
            for kept in &batch.saved {
                self.save(kept.clone()).await?;
            }
            for (case, _) in &batch.closed {
                self.close(case).await?;
            }
            let mut rows = rows(Batch { parcel: None, saved: Vec::new(), closed: batch.closed })?;
            if rows.closed.is_empty() {
                return Ok(());
            }
            rows.parcel = None;
            self.write(rows).await
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
            let case = kept.package.case.clone();
            let alive = self.alive().await?;
            let claimed = self
                .change(&case, |known| {
                    let entry = known.filter(|entry| entry.kept.is_some())?;
                    let is_free =
                        entry.owner.as_ref().is_none_or(|owner| !alive.contains(owner) || *owner == self.name);
                    is_free.then(|| Entry { owner: Some(self.name.clone()), epoch: entry.epoch + 1, ..entry })
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

    fn release(&self, kept: Kept) -> Keeping<'_, ()> {
        Box::pin(async move {
            self.change(&kept.package.case, |known| {
                let entry = known.filter(|entry| entry.owner.as_deref() == Some(&self.name))?;
                Some(Entry { owner: None, ..entry })
            })
            .await
            .map(|_| ())
        })
    }

    fn callbacks(&self) -> Keeping<'_, Vec<Booked>> {
        Box::pin(async move {
            let mut keys = self.bus.calls.keys().await.map_err(told)?;
            let mut booked = Vec::new();
            while let Some(key) = keys.next().await {
                let value = self.bus.calls.get(key.map_err(told)?).await.map_err(told)?;
                booked.extend(value.and_then(|value| serde_json::from_slice::<Booked>(&value).ok()));
            }
            booked.sort_by(|one, other| one.at.cmp(&other.at));
            Ok(booked)
        })
    }

    fn called(&self, id: String) -> Keeping<'_, ()> {
        Box::pin(async move { self.bus.calls.purge(key(&id)).await.map_err(told) })
    }
}

impl Pool {
    /// Desks whose last word is fresh.
    async fn alive(&self) -> Result<Vec<String>, KeepError> {
        let mut keys = self.bus.desks.keys().await.map_err(told)?;
        let mut alive = Vec::new();
        while let Some(key) = keys.next().await {
            let key = key.map_err(told)?;
            if let Some(entry) = self.bus.desks.entry(&key).await.map_err(told)?
                && is_fresh(entry.created.unix_timestamp_nanos())
            {
                alive.push(key);
            }
        }
        Ok(alive)
    }
}

/// Whether a heartbeat of `at`, nanoseconds since 1970 by the bus's clock, still counts.
pub(super) fn is_fresh(at: i128) -> bool {
    let now = jiff::Timestamp::now().as_nanosecond();
    now - at < i128::try_from(super::ALIVE.as_nanos()).unwrap_or(i128::MAX)
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

//! Erases what was kept long enough, hourly, each class by the thread that owns its file. Joins; how long is `privacy::retention`'s.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use super::people::is_stopping;
use crate::admin::People;
use crate::backup;
use crate::base::worker::Worker;
use crate::handoff::SealedDesk;
use crate::privacy::Class;
use crate::privacy::retention::{self, Ceilings, Cutoffs};
use crate::store::{Oldest, StatisticsStore};
use crate::telemetry::{self, Logs};

/// Everything that keeps something by days. A part that this program does not have is `None`.
pub struct Keepers {
    pub data: PathBuf,
    pub desk: Option<Arc<Worker<SealedDesk>>>,
    pub statistics: Option<Arc<Worker<StatisticsStore>>>,
    pub people: Option<Arc<People>>,
    pub logs: Arc<Logs>,
    /// As the profile says now; a technician may change it.
    pub ceilings: Box<dyn Fn() -> Ceilings + Send + Sync>,
}

impl Keepers {
    /// Purges at once and then every hour, until the end.
    pub async fn keep(self, stopping: CancellationToken) {
        loop {
            match believed(&self.data, &(self.ceilings)(), Timestamp::now()) {
                Ok(Some(cutoffs)) => self.purge(&cutoffs).await,
                Ok(None) => {}
                Err(error) => failed("data folder", &error),
            }
            if is_stopping(&stopping).await {
                return;
            }
        }
    }

    /// What fails is told and tried again in an hour; the others are purged all the same.
    async fn purge(&self, cutoffs: &Cutoffs) {
        let parts = [
            ("desk", self.purge_desk(cutoffs).await),
            ("statistics", self.purge_statistics(cutoffs).await),
            ("audit", self.purge_audit(cutoffs).await),
            ("backups", self.purge_backups(cutoffs).await),
        ];
        if let Some(before) = before(cutoffs, Class::Log) {
            self.logs.forget_before(before);
        }
        for (part, gone) in parts {
            match gone {
                Ok(0) => {}
                Ok(gone) => tracing::info!(part, gone, "what was kept long enough is erased"),
                Err(error) => failed(part, &error),
            }
        }
    }

    async fn purge_desk(&self, cutoffs: &Cutoffs) -> anyhow::Result<usize> {
        let Some(store) = &self.desk else { return Ok(0) };
        let of = |class| cutoffs.get(&class).copied().unwrap_or(i64::MIN);
        let (callbacks, records, parcels) = (of(Class::Callback), of(Class::DeskRecord), of(Class::ParcelId));
        let oldest = Oldest { callbacks, records, parcels };
        Ok(store.call(move |desk, _| desk.store.forget_before(&oldest))?.await?.value?)
    }

    async fn purge_statistics(&self, cutoffs: &Cutoffs) -> anyhow::Result<usize> {
        let Some((store, before)) = self.statistics.as_ref().zip(before(cutoffs, Class::Statistics)) else {
            return Ok(0);
        };
        Ok(store.call(move |store, _| telemetry::forget_before(store, before))?.await?.value?)
    }

    async fn purge_audit(&self, cutoffs: &Cutoffs) -> anyhow::Result<usize> {
        let Some((people, before)) = self.people.as_ref().zip(before(cutoffs, Class::Audit)) else { return Ok(0) };
        Ok(people.forget_audit(before).await?)
    }

    async fn purge_backups(&self, cutoffs: &Cutoffs) -> anyhow::Result<usize> {
        let (folder, before) = (self.data.join("backups"), cutoffs.get(&Class::Backup).copied());
        let Some(before) = before else { return Ok(0) };
        let gone = tokio::task::spawn_blocking(move || backup::forget_old(&folder, before)).await?;
        Ok(gone?.len())
    }
}

fn before(cutoffs: &Cutoffs, class: Class) -> Option<Timestamp> {
    Timestamp::from_second(*cutoffs.get(&class)?).ok()
}

fn failed(part: &str, error: &anyhow::Error) {
    let reason = format!("{error:#}");
    tracing::error!(part, reason, "what was kept long enough could not be erased; it is tried again");
}

/// The oldest moment of each class that may be kept; `None` while the clock cannot be believed. Notes when it looked.
///
/// # Errors
/// When the folder cannot be written.
fn believed(data: &Path, ceilings: &Ceilings, now: Timestamp) -> anyhow::Result<Option<Cutoffs>> {
    let noted = data.join("purge.last");
    let last_s = std::fs::read_to_string(&noted).ok().and_then(|text| text.trim().parse().ok());
    let found = retention::cutoffs(ceilings, now.as_second(), last_s);
    std::fs::write(&noted, now.as_second().to_string())
        .with_context(|| format!("{} cannot be written", noted.display()))?;
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::DeskBatch;

    const BOOKED_S: i64 = 1_800_000_000;

    fn day(day: i64) -> Timestamp {
        Timestamp::from_second(BOOKED_S + day * 24 * 3600).unwrap()
    }

    fn keepers(data: &Path) -> Keepers {
        let statistics = StatisticsStore::open(&data.join("statistics.db")).unwrap();
        Keepers {
            data: data.into(),
            desk: Some(Arc::new(Worker::start("desk", 2, SealedDesk::open(&data.join("desk.db"), day(0)).unwrap()))),
            statistics: Some(Arc::new(Worker::start("statistics", 2, statistics))),
            people: None,
            logs: Logs::open(Some(&data.join("logs"))),
            ceilings: Box::new(Ceilings::new),
        }
    }

    #[tokio::test]
    async fn what_is_old_goes_and_a_clock_that_jumps_takes_nothing() {
        let data = tempfile::tempdir().unwrap();
        let keepers = keepers(data.path());
        let (desk, statistics) = (keepers.desk.as_ref().unwrap(), keepers.statistics.as_ref().unwrap());
        let call = ("c/callback".to_owned(), "sealed".to_owned());
        let parcels = vec!["c/callback".to_owned()];
        let batch = DeskBatch { parcels, callbacks: vec![call], now: BOOKED_S, ..DeskBatch::default() };
        desk.call(move |desk, _| desk.store.write(&batch)).unwrap().await.unwrap().value.unwrap();
        let hours = [BOOKED_S / 3600];
        statistics
            .call(move |store, _| store.update(&hours, &mut |_, _| "{}".into()))
            .unwrap()
            .await
            .unwrap()
            .value
            .unwrap();
        for (at, kept, believes) in [(0, 1, false), (1, 1, true), (400, 1, false), (401, 0, true)] {
            let cutoffs = believed(data.path(), &Ceilings::new(), day(at)).unwrap();
            assert_eq!(cutoffs.is_some(), believes, "day {at}");
            if let Some(cutoffs) = cutoffs {
                keepers.purge(&cutoffs).await;
            }
            let calls = desk.call(|desk, _| desk.store.callbacks()).unwrap().await.unwrap().value.unwrap();
            let known = desk.call(|desk, _| desk.store.has_parcel("c/callback")).unwrap().await.unwrap().value.unwrap();
            assert_eq!(known, kept == 1, "day {at}");
            let counted = statistics.call(|store, _| store.read(0..=i64::MAX)).unwrap().await.unwrap().value.unwrap();
            assert_eq!((calls.len(), counted.len()), (kept, kept), "day {at}");
        }
    }
}

//! A start on a disk that could only be read: databases are open for reading alone. Once the disk takes writes each is opened again by
//! its own worker, without a new start.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::admin::People;
use crate::base::disk::is_read_only;
use crate::base::worker::Worker;
use crate::handoff::{Kiosk, SealedDesk};
use crate::knowledge::Knowledge;
use crate::store::StatisticsStore;

/// Between two looks at the disk: as often as the board is looked at.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// Whatever has a database. `None`: the site has no such part, or its database was never made.
pub struct Stores {
    pub knowledge: Arc<Worker<Knowledge>>,
    pub statistics: Option<Arc<Worker<StatisticsStore>>>,
    pub kiosk: Option<Arc<Kiosk>>,
    pub desk: Option<Arc<Worker<SealedDesk>>>,
    pub administrators: Option<Arc<People>>,
}

/// Waits for the disk and opens everything again; what fails is tried at the next look.
pub async fn watch(stores: Stores, data: PathBuf, stopping: CancellationToken) {
    loop {
        tokio::select! {
            () = stopping.cancelled() => return,
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
        if is_read_only(&data) {
            continue;
        }
        match stores.revive().await {
            Ok(()) => {
                tracing::warn!("the disk takes writes again; everything is written from now on");
                return;
            }
            Err(error) => {
                let reason = format!("{error:#}");
                tracing::error!(reason, "a database cannot be opened for writing; it is tried again");
            }
        }
    }
}

impl Stores {
    async fn revive(&self) -> anyhow::Result<()> {
        self.knowledge.call(|knowledge, _| knowledge.revive())?.await?.value?;
        if let Some(statistics) = &self.statistics {
            statistics.call(|store, _| store.revive())?.await?.value?;
        }
        if let Some(desk) = &self.desk {
            desk.call(|desk, _| desk.store.revive())?.await?.value?;
        }
        if let Some(kiosk) = &self.kiosk {
            kiosk.revive().await?;
        }
        if let Some(people) = &self.administrators {
            people.revive().await?;
        }
        Ok(())
    }
}

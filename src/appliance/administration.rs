//! Opens the administration: its file, its people, the secret of the first start, and the watch over its audit log.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use tokio_util::sync::CancellationToken;

use crate::admin::{self, People, audit};
use crate::base::worker::Worker;
use crate::store::AdminStore;

/// How often a new device looks whether somebody was added on its console.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// The administration's file, made when absent.
///
/// # Errors
/// When the folder or the file cannot be used.
pub fn open_admin_store(data: &Path) -> anyhow::Result<AdminStore> {
    let folder = data.join(admin::FOLDER);
    std::fs::create_dir_all(&folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    Ok(AdminStore::open(&folder.join(admin::FILE))?)
}

/// Opens the people and tells on the console how the first of them comes in. `None` where the file cannot be used: that is told,
/// and visitors are served all the same.
pub(super) async fn open(data: &Path, stopping: &CancellationToken) -> Option<Arc<People>> {
    match try_open(data, stopping).await {
        Ok(people) => Some(people),
        Err(error) => {
            let reason = format!("{error:#}");
            tracing::error!(reason, "the administration cannot be opened; visitors are served, /admin is not");
            None
        }
    }
}

async fn try_open(data: &Path, stopping: &CancellationToken) -> anyhow::Result<Arc<People>> {
    let mut store = open_admin_store(data)?;
    if let Some(seq) = audit::verify(&mut store)?.broken_at {
        tracing::error!(seq, "the audit log was changed from outside; keep a copy of admin.db and find out by whom");
    }
    let store = Arc::new(Worker::start("admin", admin::JOBS_MAX, store));
    let people = Arc::new(People::open(store).await?);
    let secret = people.first_secret().borrow().clone();
    if let Some(secret) = secret {
        tracing::info!("nobody administers this appliance yet: open /admin and type {secret}");
        tokio::spawn(until_somebody(people.clone(), stopping.clone()));
    }
    Ok(people)
}

/// Takes the secret off the screen when somebody was added on the console.
async fn until_somebody(people: Arc<People>, stopping: CancellationToken) {
    loop {
        tokio::select! {
            () = stopping.cancelled() => return,
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
        match people.needs_first().await {
            Ok(true) => {}
            Ok(false) => return,
            Err(error) => tracing::warn!(%error, "the administration could not be looked at"),
        }
    }
}

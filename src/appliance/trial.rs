//! A version on trial: it is kept when a golden question was answered in time, and given up when not.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use crate::http::App;
use crate::update::{self, Packaged, Trial, Updates};

/// Between two looks at whether the appliance is ready.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// The slots of this machine; `None` when they cannot be looked at.
pub fn open(data: &Path) -> Option<Arc<Updates>> {
    let keys = std::env::var_os("USHER_UPDATE_KEYS").map_or_else(|| PathBuf::from(update::KEYS), PathBuf::from);
    let opened = || -> anyhow::Result<Updates> { Ok(Updates::open(data, &keys, Packaged::this()?)?) };
    match opened() {
        Ok(updates) => Some(Arc::new(updates)),
        Err(error) => {
            let reason = format!("{error:#}");
            tracing::warn!(reason, "updates cannot be looked at; everything else serves");
            None
        }
    }
}

/// Waits for the end of a trial. `true`: this version has failed and is to end.
pub async fn watch(app: Arc<App>, updates: Option<Arc<Updates>>) -> bool {
    let trial = updates.and_then(|updates| Some((updates.trial().ok()??, updates)));
    let Some((Trial { within }, updates)) = trial else { return std::future::pending().await };
    let began = Instant::now();
    tracing::info!(within_s = within.as_secs(), "this version is on trial");
    while began.elapsed() < within {
        if app.ready.load(Ordering::Acquire) {
            match updates.passed() {
                Ok(_) => tracing::info!("this version has passed its trial"),
                Err(error) => tracing::error!(%error, "that this version passed its trial could not be written"),
            }
            return std::future::pending().await;
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
    let reason = app.unready.lock().map(|reason| reason.clone()).unwrap_or_default();
    let reason = if reason.is_empty() { "no golden question was answered in time".to_owned() } else { reason };
    tracing::error!(reason, "this version did not pass its trial; the one before starts");
    if let Err(error) = updates.failed(&reason) {
        tracing::error!(%error, "that this version failed its trial could not be written");
    }
    true
}

//! A desk's keeper over its own SQLite file: one desk process, one queue.

use jiff::Timestamp;
use serde_json::json;

use super::desk::Record;
use super::desk::case::Kept;
use super::hub::{Batch, Booked, Claim, KeepError, Keeper, Keeping};
use super::sealing::SealedDesk;
use super::wire::{Callback, Content, Parcel};
use crate::base::worker::Worker;
use crate::store::{DeskBatch, StoreError};

/// Jobs that may wait for the file; a desk of fifty agents writes some tens a second.
pub const JOBS_MAX: usize = 512;

/// The keeper of a desk that shares its queue with nobody.
pub struct FileKeeper(pub std::sync::Arc<Worker<SealedDesk>>);

impl FileKeeper {
    async fn with<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut SealedDesk) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, KeepError> {
        let pending = self.0.call(move |store, _| work(store)).map_err(told)?;
        pending.await.map_err(told)?.value.map_err(told)
    }
}

fn told(error: impl std::fmt::Display) -> KeepError {
    KeepError(error.to_string())
}

/// A batch as rows.
pub(super) fn rows(batch: Batch) -> Result<DeskBatch, KeepError> {
    let mut rows = DeskBatch { now: Timestamp::now().as_second(), ..DeskBatch::default() };
    for kept in &batch.saved {
        rows.saved.push((kept.package.case.clone(), serde_json::to_string(kept).map_err(told)?));
    }
    for (case, record) in &batch.closed {
        rows.closed.push((case.clone(), of_record(record).to_string(), record.gap.clone()));
    }
    for parcel in batch.parcels {
        match &parcel.content {
            Content::Callback { callback } => {
                let body = json!({"kiosk": parcel.kiosk, "callback": callback});
                rows.callbacks.push((parcel.id.clone(), body.to_string()));
            }
            Content::Rating { stars } => rows.ratings.push((parcel.case, *stars)),
            _ => {}
        }
        rows.parcels.push(parcel.id);
    }
    Ok(rows)
}

/// A record as it is kept: numbers and kinds, no word of a visitor.
pub(super) fn of_record(record: &Record) -> serde_json::Value {
    json!({
        "rule": record.rule, "language": record.language, "agent": record.agent, "outcome": record.outcome,
        "nobody": record.nobody, "avoidable": record.avoidable, "waited_ms": record.waited_ms, "lasted_ms": record.lasted_ms,
    })
}

/// A booked call from its row.
pub(super) fn booked((id, at, body): (String, i64, String)) -> Option<Booked> {
    #[derive(serde::Deserialize)]
    struct Body {
        kiosk: String,
        callback: Callback,
    }
    let body: Body = serde_json::from_str(&body).ok()?;
    let at = Timestamp::from_second(at).ok()?.to_string();
    Some(Booked { id, kiosk: body.kiosk, at, callback: body.callback })
}

impl Keeper for FileKeeper {
    fn keep(&self, batch: Batch) -> Keeping<'_, Vec<String>> {
        Box::pin(async move {
            let rows = rows(batch)?;
            self.with(move |store| store.write(&rows)).await?;
            Ok(Vec::new())
        })
    }

    fn knows(&self, parcel: String) -> Keeping<'_, bool> {
        Box::pin(self.with(move |desk| desk.store.has_parcel(&parcel)))
    }

    fn load(&self) -> Keeping<'_, Vec<Kept>> {
        Box::pin(async move {
            let bodies = self.with(SealedDesk::cases).await?;
            Ok(bodies.iter().filter_map(|body| readable(body)).collect())
        })
    }

    fn claim(&self, kept: Kept) -> Keeping<'_, Claim> {
        Box::pin(async move { Ok(Claim::Ours(kept.epoch + 1)) })
    }

    fn release(&self, _: String) -> Keeping<'_, ()> {
        Box::pin(async { Ok(()) })
    }

    fn callbacks(&self) -> Keeping<'_, Vec<Booked>> {
        Box::pin(async move { Ok(self.with(SealedDesk::callbacks).await?.into_iter().filter_map(booked).collect()) })
    }

    fn called(&self, id: String) -> Keeping<'_, ()> {
        Box::pin(self.with(move |desk| desk.store.called(&id)))
    }
}

/// A case of another version that cannot be read is told and left: its visitor was told long ago.
fn readable(body: &str) -> Option<Kept> {
    serde_json::from_str(body).inspect_err(|error| tracing::error!(%error, "a kept case cannot be read")).ok()
}

/// Parcels as the outbox keeps them.
pub(super) fn of_parcel(parcel: &Parcel) -> Result<(String, String, String), KeepError> {
    Ok((parcel.id.clone(), parcel.case.clone(), serde_json::to_string(parcel).map_err(told)?))
}

//! What agents said usher should have answered itself: the knowledge's gaps, each counted. They are the agents' words, not the visitors'.

use std::sync::Arc;

use jiff::Timestamp;

use super::sealing::SealedDesk;
use crate::base::worker::{Busy, Worker};
use crate::store::StoreError;

/// Gaps that are told: more are not worked through in a day.
const GAPS_MAX: u32 = 200;

#[derive(Debug, thiserror::Error)]
pub enum GapsError {
    #[error("the desk's records cannot be read")]
    Store(#[from] StoreError),
    #[error(transparent)]
    Busy(#[from] Busy),
}

/// One gap.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gap {
    pub text: String,
    pub count: i64,
    pub last: Timestamp,
}

/// The gaps that a desk's file holds.
pub struct Gaps(Arc<Worker<SealedDesk>>);

impl Gaps {
    pub fn new(store: Arc<Worker<SealedDesk>>) -> Self {
        Self(store)
    }

    /// The most frequent first, at most [`GAPS_MAX`].
    ///
    /// # Errors
    /// [`GapsError`].
    pub async fn list(&self) -> Result<Vec<Gap>, GapsError> {
        let rows = self.0.call(|desk, _| desk.store.counted_gaps(GAPS_MAX))?.await?.value?;
        let gap = |(text, count, last)| Gap {
            text,
            count,
            last: Timestamp::from_second(last).unwrap_or(Timestamp::UNIX_EPOCH),
        };
        Ok(rows.into_iter().map(gap).collect())
    }
}

//! One question and its answer, as the visit remembers them.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Route, Source};

/// A finished exchange. In memory only, while the visit lasts.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Exchange {
    /// RFC 3339.
    pub at: String,
    pub question: String,
    pub answer: String,
    pub route: Route,
    pub sources: Vec<Source>,
}

/// Debug output reaches logs: nothing that was said is for them.
impl fmt::Debug for Exchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exchange").field("route", &self.route).finish_non_exhaustive()
    }
}

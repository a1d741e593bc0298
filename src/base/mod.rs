//! What every room stands on: workers that own a model, cancellation, shutdown, limits. Knows nothing of the business.

pub mod limits;
mod stop;
pub mod worker;

pub use stop::Stop;

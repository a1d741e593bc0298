//! What every room stands on: workers that own a model, cancellation, shutdown, limits. Knows nothing of the business.

mod clock;
pub mod disk;
pub mod dumps;
pub mod limits;
mod markup;
mod nearest;
mod owner;
pub mod password;
pub mod secret;
mod stop;
pub mod worker;

pub use clock::{Clock, LIFE, WRITTEN};
pub use markup::escape;
pub use nearest::or_nearest;
pub use owner::{become_owner, is_root_or_owner};
pub use stop::Stop;

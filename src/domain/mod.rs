//! Plain words of the business. No IO, no async, no model: every room may use these, and they use nothing.

mod answer;
mod audio;
mod exchange;
mod item;
mod language;
mod passage;
mod picture;
mod question;
mod seen;
mod site;
mod told;

pub use answer::{Answer, Card, Choice, Fact, Heard, Live, LiveCard, Mood, Route, Show, Source, Timings};
pub use audio::{Audio, HEARING_RATE_HZ};
pub use exchange::Exchange;
pub use item::{Document, Item, Part};
pub use language::{Language, Localised, is_han};
pub use passage::{Origin, Passage};
pub use picture::Picture;
pub use question::{Question, Way};
pub use seen::{Seen, SeenKind};
pub use site::{Mark, Site, Theme, Topic};
pub use told::Told;
pub(crate) use told::told;

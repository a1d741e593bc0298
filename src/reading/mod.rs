//! Reading what a visitor holds up: codes in a picture, and what codes and lines of text mean. The home of the code decoder.
//!
//! Pure computing, no model, nothing opened and nothing sent. Content is a visitor's: no type here prints it by `Debug`, and
//! all text is untrusted. Does not know who asks, where a picture comes from, or what is answered.

mod attempts;
mod axes;
pub mod bcbp;
mod code;
mod content;
mod decoder;
pub mod mrz;
mod plane;
mod seen;
pub mod tag;
mod text;
mod trust;

pub use attempts::codes;
pub use bcbp::{BcbpError, BoardingPass};
pub use code::{Code, Format, Point};
pub use content::Link;
pub use mrz::{MrzError, TravelDocument};
pub use seen::{Seen, codes_seen, seen_in_code, seen_in_lines};
pub use tag::{BaggageTag, TagError};

#[cfg(test)]
mod tests;

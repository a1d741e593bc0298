//! The machine-readable zone of travel documents: ICAO Doc 9303 part 3 (check digits), 4 (TD3), 5 (TD1), 6 (TD2). Knows
//! lines of text as an OCR gives them, no pictures.
//!
//! A zone is taken only when every check digit of it is right. What OCR confuses (0 and O, 1 and I, ...) is repaired only
//! where a check digit proves the repair; the names, the issuer and the sex have none and stay as they were read. Every
//! copy made here is overwritten with zeros when it is dropped.

mod check;
mod document;
mod lines;
mod parse;
mod repair;

pub use document::{Day, Layout, Sex, TravelDocument};
pub use parse::parse;

/// Why lines are no travel document. None of the texts holds anything of the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MrzError {
    #[error("no machine-readable zone: two lines of 44 or 36, or three of 30 letters, digits and < fit")]
    NotFound,
    #[error("the {field} does not agree with its check digit; hold the document flat and without glare")]
    Check { field: &'static str },
    #[error("the {field} is no date")]
    Date { field: &'static str },
}

#[cfg(test)]
mod tests;

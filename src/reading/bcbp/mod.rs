//! Bar-coded boarding passes: IATA Resolution 792, format M, versions 1 to 8. Knows text, no pictures.
//!
//! Parsed whole but for two parts that are nobody's business here: the airline's own data and the security data (its
//! signature) are stepped over and not kept.

mod date;
mod fields;
mod parse;

use std::fmt;

use jiff::civil::Date;

pub use parse::parse;

/// Longest text taken: four full legs with a 255-byte signature are below it.
pub const PASS_CHARS_MAX: usize = 2_048;

/// Why a text is no boarding pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BcbpError {
    #[error("this is no boarding pass: it does not begin with M and the number of flights")]
    NotAPass,
    #[error("the text has {chars} characters; a boarding pass has at most {PASS_CHARS_MAX}")]
    TooLong { chars: usize },
    #[error("the boarding pass ends too early, in flight {leg}; show it again")]
    TooShort { leg: usize },
    #[error("the boarding pass is damaged: the {field} of flight {leg} is not as Resolution 792 has it")]
    Damaged { leg: usize, field: &'static str },
}

/// One passenger's boarding pass.
#[derive(Clone, PartialEq)]
pub struct BoardingPass {
    /// As printed; empty when there is none.
    pub surname: String,
    /// With titles, which are not told apart: `LUC MR`.
    pub given: String,
    /// Whether an electronic ticket stands behind it.
    pub is_electronic: bool,
    /// Of the conditional part, 1 to 8; `None` without that part.
    pub version: Option<u8>,
    pub issued: Option<Date>,
    /// The issuing airline's designator: `AC`.
    pub issuer: Option<String>,
    /// Baggage tags, with the number of bags that follow each consecutively.
    pub bags: Vec<Bags>,
    /// One to four flights, in order.
    pub legs: Vec<Leg>,
}

/// A baggage tag's ten digits, and how many more follow it.
#[derive(Clone, PartialEq, Eq)]
pub struct Bags {
    pub first: String,
    pub further: u16,
}

/// One flight. Empty text where the pass leaves a field blank.
#[derive(Clone, PartialEq)]
pub struct Leg {
    /// The booking's reference with the operating carrier: `ABC123`.
    pub booking: String,
    /// Airport codes: `YUL`.
    pub from: String,
    pub to: String,
    /// The operating carrier's designator: `AC`.
    pub carrier: String,
    /// Without leading zeros, with a suffix where there is one: `834`, `12A`.
    pub flight: String,
    /// 1 to 366.
    pub day_of_year: Option<u16>,
    /// The day of departure; see [`parse`] for the year.
    pub date: Option<Date>,
    /// The compartment's letter: F, J, Y and others.
    pub compartment: Option<char>,
    /// Without leading zeros: `1A`. `INF` for an infant; empty before check-in.
    pub seat: String,
    /// The check-in sequence number, without leading zeros.
    pub sequence: String,
    /// Resolution 792's passenger status; `1` is checked in.
    pub status: Option<char>,
    /// The ticket: three digits of the airline and the document's number.
    pub ticket: Option<String>,
    /// The selling airline's designator, where it is not the operating one.
    pub marketing_carrier: Option<String>,
    pub frequent_flyer: Option<FrequentFlyer>,
    /// As printed: `20K`, `2PC`.
    pub baggage_allowance: Option<String>,
    pub is_fast_track: Option<bool>,
}

#[derive(Clone, PartialEq, Eq)]
pub struct FrequentFlyer {
    pub airline: String,
    pub number: String,
}

impl Leg {
    /// Carrier and number as a screen shows them: `AC834`.
    pub fn designator(&self) -> String {
        format!("{}{}", self.carrier, self.flight)
    }
}

/// Without its content: it names a person.
impl fmt::Debug for BoardingPass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BoardingPass({} legs)", self.legs.len())
    }
}

/// Without its content, like the pass that it belongs to.
impl fmt::Debug for Leg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Leg")
    }
}

#[cfg(test)]
mod tests;

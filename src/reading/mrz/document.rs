//! A travel document's content. Nothing of it is printed by `Debug`, and its memory is zeroed when it is dropped.

use std::fmt;

use jiff::civil::Date;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// The three sizes of documents in ICAO Doc 9303.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// A card: three lines of 30.
    Td1,
    /// A larger card: two lines of 36.
    Td2,
    /// A passport: two lines of 44.
    Td3,
}

impl Layout {
    /// Lines, and characters in each.
    pub const fn size(self) -> (usize, usize) {
        match self {
            Self::Td1 => (3, 30),
            Self::Td2 => (2, 36),
            Self::Td3 => (2, 44),
        }
    }
}

/// A calendar day; month and day are 0 where the document leaves them open (`<<`, or `00`).
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct Day {
    pub year: i16,
    pub month: i8,
    pub day: i8,
}

impl Day {
    /// `None` when month or day are open.
    pub fn date(&self) -> Option<Date> {
        Date::new(self.year, self.month, self.day).ok()
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Zeroize)]
pub enum Sex {
    Female,
    Male,
    Unspecified,
}

/// One person's document, every check digit right.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct TravelDocument {
    #[zeroize(skip)]
    pub layout: Layout,
    /// `P` for a passport, `I`, `A` or `C` for cards, with a second letter of the issuer's.
    pub code: String,
    /// Three letters, mostly of ISO 3166-1: `UTO`.
    pub issuer: String,
    pub surname: String,
    /// Given names with single blanks; a long name is cut by the document itself.
    pub given: String,
    pub number: String,
    pub nationality: String,
    pub birth: Day,
    pub sex: Sex,
    pub expiry: Day,
    /// The issuer's own field, without its filling: a personal number in some countries.
    pub optional: String,
}

impl TravelDocument {
    /// Whether it is over on `today`; one whose last day is open lasts until that month or year is over.
    pub fn has_expired(&self, today: Date) -> bool {
        let open = |part: i8, last: i8| if part == 0 { last } else { part };
        (self.expiry.year, open(self.expiry.month, 12), open(self.expiry.day, 31))
            < (today.year(), today.month(), today.day())
    }
}

impl fmt::Debug for TravelDocument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TravelDocument({:?})", self.layout)
    }
}

impl fmt::Debug for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Day")
    }
}

impl fmt::Debug for Sex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sex")
    }
}

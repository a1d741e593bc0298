//! Which of a decoder's reads are believed. Knows the formats' checks, no content.
//!
//! Aztec, Data Matrix and QR carry enough error correction that a wrong read is not met in practice. PDF417 at its low
//! levels corrects a blurred symbol into another text, and interleaved two of five has no check of its own: those have to
//! be read alike twice once a picture has had to be worked on.

use std::collections::HashSet;

use super::code::{Code, Format};
use super::decoder::Read;

/// Scan lines that have to agree on a linear code of a length nothing vouches for.
const LINES_MIN: i32 = 8;

/// Digits of a baggage licence plate (IATA Resolution 740), and of a GTIN-14 with its check digit.
const PLATE_DIGITS: usize = 10;
const GTIN_DIGITS: usize = 14;

/// The reads so far that still want a second one.
#[derive(Default)]
pub struct Trust {
    once: HashSet<(Format, Vec<u8>)>,
}

impl Trust {
    /// The believable reads of an untouched picture.
    pub fn at_once(&mut self, found: Vec<Read>) -> Option<Vec<Code>> {
        self.sorted(found, |read| read.code.format != Format::Itf || is_plausible(read))
    }

    /// The believable reads of a picture that was worked on: the strong formats, and what was read before.
    pub fn confirmed(&mut self, found: Vec<Read>) -> Option<Vec<Code>> {
        self.sorted(found, |read| !matches!(read.code.format, Format::Itf | Format::Pdf417))
    }

    fn sorted(&mut self, found: Vec<Read>, is_believed: impl Fn(&Read) -> bool) -> Option<Vec<Code>> {
        let mut believed = Vec::new();
        for read in found {
            let key = (read.code.format, read.code.bytes.clone());
            if is_believed(&read) || self.once.contains(&key) {
                believed.push(read.code);
            } else {
                self.once.insert(key);
            }
        }
        (!believed.is_empty()).then_some(believed)
    }
}

fn is_plausible(read: &Read) -> bool {
    match read.code.bytes.len() {
        PLATE_DIGITS => true,
        GTIN_DIGITS => gtin_is_right(&read.code.bytes),
        _ => read.lines >= LINES_MIN,
    }
}

/// GS1 General Specifications 7.9: weights 3 and 1 from the left, a multiple of ten.
fn gtin_is_right(digits: &[u8]) -> bool {
    let weighed = digits
        .iter()
        .enumerate()
        .map(|(at, digit)| u32::from(digit.wrapping_sub(b'0')) * if at % 2 == 0 { 3 } else { 1 });
    weighed.sum::<u32>().is_multiple_of(10)
}

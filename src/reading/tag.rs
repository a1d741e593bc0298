//! Baggage tags: the ten-digit licence plate of IATA Resolution 740. Knows digits, no pictures.

/// Digits of a licence plate.
const DIGITS: usize = 10;

/// Why a text is no licence plate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TagError {
    #[error("a baggage tag has ten digits; this has {chars} characters")]
    Length { chars: usize },
    #[error("a baggage tag has digits only")]
    NotDigits,
    #[error("no airline has the code 000")]
    NoAirline,
}

/// A bag's number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaggageTag {
    /// All ten digits, as printed under the bars.
    pub plate: String,
    pub kind: TagKind,
    /// The issuing airline's accounting code, 1 to 999 (`220` is Lufthansa's).
    pub airline: u16,
    /// The bag, 0 to 999,999.
    pub serial: u32,
}

/// What the first digit says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TagKind {
    /// 0: an ordinary bag.
    Ordinary,
    /// 1: a fallback tag, which says where a bag goes when its own number is not known.
    Fallback,
    /// 2: a bag that follows its owner.
    Rush,
    /// 3 to 9: for the airlines' own use.
    Airline(u8),
}

/// Reads a licence plate; blanks between its digits do not count.
///
/// # Errors
/// [`TagError`]. A plate has no check digit: the bars' own check is all there is.
pub fn parse(text: &str) -> Result<BaggageTag, TagError> {
    let plate: String = text.chars().filter(|letter| *letter != ' ').take(DIGITS + 1).collect();
    if plate.chars().count() != DIGITS {
        return Err(TagError::Length { chars: text.chars().count() });
    }
    let number: u64 = match plate.bytes().all(|byte| byte.is_ascii_digit()) {
        true => plate.parse().map_err(|_| TagError::NotDigits)?,
        false => return Err(TagError::NotDigits),
    };
    let (first, airline, serial) = (number / 1_000_000_000, number / 1_000_000 % 1_000, number % 1_000_000);
    if airline == 0 {
        return Err(TagError::NoAirline);
    }
    let kind = match first as u8 {
        0 => TagKind::Ordinary,
        1 => TagKind::Fallback,
        2 => TagKind::Rush,
        other => TagKind::Airline(other),
    };
    Ok(BaggageTag { plate, kind, airline: airline as u16, serial: serial as u32 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plate_falls_into_kind_airline_and_serial() {
        let tag = parse("0220 851346").unwrap();
        assert_eq!(
            (tag.plate.as_str(), tag.kind, tag.airline, tag.serial),
            ("0220851346", TagKind::Ordinary, 220, 851_346)
        );
        assert_eq!(parse("2999000001").unwrap().kind, TagKind::Rush);
    }

    #[test]
    fn what_is_no_plate_says_why() {
        assert_eq!(parse("070429"), Err(TagError::Length { chars: 6 }));
        assert_eq!(parse("00012345678905"), Err(TagError::Length { chars: 14 }));
        assert_eq!(parse("022085134A"), Err(TagError::NotDigits));
        assert_eq!(parse("٠٢٢٠٨٥١٣٤٦"), Err(TagError::NotDigits));
        assert_eq!(parse("0000851346"), Err(TagError::NoAirline));
    }
}

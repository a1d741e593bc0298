//! A zone's fields by their places (Doc 9303 part 4 section 4.2, part 5 section 4.2, part 6 section 4.2).

use std::ops::Range;

use jiff::civil::Date;
use zeroize::Zeroizing;

use super::document::{Day, Layout, Sex, TravelDocument};
use super::lines::{Line, cleaned, fitted};
use super::{MrzError, check, repair};

/// A document expires at most this many years from today: its two-digit year is of this century when it may be.
const EXPIRY_YEARS_MAX: i16 = 50;

/// Finds a zone among lines of text and reads it; `today` settles the centuries.
///
/// # Errors
/// [`MrzError`]: of the zone that came nearest to being right, or `NotFound`.
pub fn parse<S: AsRef<str>>(lines: &[S], today: Date) -> Result<TravelDocument, MrzError> {
    let lines = cleaned(lines);
    let mut failure = MrzError::NotFound;
    for layout in [Layout::Td3, Layout::Td2, Layout::Td1] {
        let (count, chars) = layout.size();
        for window in lines.windows(count) {
            let Some(zone) = zone(window, chars) else { continue };
            match read(layout, zone, today) {
                Ok(document) => return Ok(document),
                Err(error) => failure = error,
            }
        }
    }
    Err(failure)
}

/// The lines of `window` joined, each at `chars`; `None` when one cannot be.
fn zone(window: &[Option<Line>], chars: usize) -> Option<Line> {
    let mut zone = Line::new(Vec::with_capacity(window.len() * chars));
    for line in window {
        zone.extend(fitted(line.as_ref()?, chars)?.iter());
    }
    zone.first().filter(|letter| letter.is_ascii_alphabetic())?;
    Some(zone)
}

/// Where a layout's fields stand in its lines put end to end; a check digit follows number, birth and expiry at once.
struct Places {
    names: Range<usize>,
    number: Range<usize>,
    nationality: Range<usize>,
    birth: Range<usize>,
    sex: usize,
    expiry: Range<usize>,
    /// The second is empty where there is one.
    optional: [Range<usize>; 2],
    /// What the last check digit is of, and where it stands.
    composite: &'static [Range<usize>],
    last: usize,
}

const TD1: Places = Places {
    names: 60..90,
    number: 5..14,
    nationality: 45..48,
    birth: 30..36,
    sex: 37,
    expiry: 38..44,
    optional: [15..30, 48..59],
    composite: &[5..30, 30..37, 38..45, 48..59],
    last: 59,
};

const TD2: Places = Places {
    names: 5..36,
    number: 36..45,
    nationality: 46..49,
    birth: 49..55,
    sex: 56,
    expiry: 57..63,
    optional: [64..71, 71..71],
    composite: &[36..46, 49..56, 57..71],
    last: 71,
};

const TD3: Places = Places {
    names: 5..44,
    number: 44..53,
    nationality: 54..57,
    birth: 57..63,
    sex: 64,
    expiry: 65..71,
    optional: [72..86, 86..86],
    composite: &[44..54, 57..64, 65..87],
    last: 87,
};

fn read(layout: Layout, mut zone: Line, today: Date) -> Result<TravelDocument, MrzError> {
    let places = match layout {
        Layout::Td1 => TD1,
        Layout::Td2 => TD2,
        Layout::Td3 => TD3,
    };
    proven_digits(&mut zone, &places.birth, "date of birth")?;
    proven_digits(&mut zone, &places.expiry, "date of expiry")?;
    zone[places.last] = repair::as_digit(zone[places.last]);
    if layout == Layout::Td3 {
        proven_optional(&mut zone)?;
    }
    let number = proven_number(&mut zone, layout, &places)?;
    if !agrees(&zone, places.composite, places.last) {
        return Err(MrzError::Check { field: "whole zone" });
    }
    let birth = birth(&zone[places.birth.clone()], today).ok_or(MrzError::Date { field: "date of birth" })?;
    let expiry = expiry(&zone[places.expiry.clone()], today).ok_or(MrzError::Date { field: "date of expiry" })?;
    let (surname, given) = names(&zone[places.names.clone()]);
    Ok(TravelDocument {
        layout,
        code: text(&zone[0..2]),
        issuer: text(&zone[2..5]),
        surname,
        given,
        optional: optional(&zone, &places, number.len()),
        number,
        nationality: text(&zone[places.nationality.clone()]),
        birth,
        sex: sex(zone[places.sex]),
        expiry,
    })
}

/// A date's digits, repaired when its check digit proves it.
fn proven_digits(zone: &mut [u8], place: &Range<usize>, field: &'static str) -> Result<(), MrzError> {
    zone[place.end] = repair::as_digit(zone[place.end]);
    let check = zone[place.end];
    if repair::digits(&mut zone[place.clone()], check) { Ok(()) } else { Err(MrzError::Check { field }) }
}

/// TD3's optional field has a check digit of its own, which may be left out when the field is empty.
fn proven_optional(zone: &mut [u8]) -> Result<(), MrzError> {
    let check = repair::as_digit(zone[86]);
    if zone[72..86].iter().all(|letter| *letter == b'<') && (check == b'<' || check == b'0') {
        zone[86] = check;
        return Ok(());
    }
    zone[86] = check;
    let is_right = repair::mixed(&mut zone[72..86], check);
    if is_right { Ok(()) } else { Err(MrzError::Check { field: "personal number" }) }
}

/// The document's number, repaired when its check digit proves it (the last digit gives it the same weights, and so proves
/// no more). On TD1 and TD2 a longer one goes on in the optional field, with a filler for its check digit (part 5, note j).
fn proven_number(zone: &mut Line, layout: Layout, places: &Places) -> Result<String, MrzError> {
    let place = places.number.clone();
    if layout != Layout::Td3 && zone[place.end] == b'<' {
        return long_number(zone, places).ok_or(MrzError::Check { field: "document number" });
    }
    zone[place.end] = repair::as_digit(zone[place.end]);
    let check = zone[place.end];
    let is_right = repair::mixed(&mut zone[place.clone()], check);
    if is_right { Ok(text(&zone[place])) } else { Err(MrzError::Check { field: "document number" }) }
}

fn long_number(zone: &[u8], places: &Places) -> Option<String> {
    let further = &zone[places.optional[0].clone()];
    let end = further.iter().position(|letter| *letter == b'<').unwrap_or(further.len());
    let (check, further) = further[..end].split_last()?;
    let whole = Zeroizing::new([&zone[places.number.clone()], further].concat());
    check::agrees(&*whole, *check).then(|| text(&whole))
}

fn agrees(zone: &[u8], places: &[Range<usize>], check: usize) -> bool {
    check::agrees(places.iter().flat_map(|place| &zone[place.clone()]), zone[check])
}

/// What stands in the optional fields beyond a long number and its check digit.
fn optional(zone: &[u8], places: &Places, number_chars: usize) -> String {
    let beyond = number_chars.saturating_sub(places.number.len());
    let skipped = if beyond > 0 { beyond + 1 } else { 0 };
    let letters: Zeroizing<Vec<u8>> =
        Zeroizing::new(places.optional.iter().flat_map(|place| zone[place.clone()].iter().copied()).collect());
    text(letters.get(skipped..).unwrap_or_default())
}

/// Surname and given names: two fillers between them, one between their parts (part 3, section 4.6).
fn names(field: &[u8]) -> (String, String) {
    let at = field.windows(2).position(|two| two == b"<<").unwrap_or(field.len());
    (text(&field[..at]), text(&field[at..]))
}

/// Characters without the filling around them; fillers between are single blanks.
fn text(field: &[u8]) -> String {
    // Of the field's own size, so that it never moves and leaves a copy behind.
    let mut text = String::with_capacity(field.len());
    for letter in field.trim_ascii().split(|letter| *letter == b'<').filter(|part| !part.is_empty()) {
        if !text.is_empty() {
            text.push(' ');
        }
        text.extend(letter.iter().map(|&letter| char::from(letter)));
    }
    text
}

fn sex(letter: u8) -> Sex {
    match letter {
        b'F' => Sex::Female,
        b'M' => Sex::Male,
        _ => Sex::Unspecified,
    }
}

/// Born at most a hundred years ago, and not in the future.
fn birth(field: &[u8], today: Date) -> Option<Day> {
    let (year, month, day) = parts(field)?;
    let this = today.year().div_euclid(100) * 100 + year;
    let is_future = (this, month, day) > (today.year(), today.month(), today.day());
    checked(if is_future { this - 100 } else { this }, month, day)
}

fn expiry(field: &[u8], today: Date) -> Option<Day> {
    let (year, month, day) = parts(field)?;
    let this = today.year().div_euclid(100) * 100 + year;
    let century = match this - today.year() {
        years if years > EXPIRY_YEARS_MAX => -100,
        years if years < -EXPIRY_YEARS_MAX => 100,
        _ => 0,
    };
    checked(this + century, month, day)
}

/// Two digits each of year, month and day; fillers are an open month or day.
fn parts(field: &[u8]) -> Option<(i16, i8, i8)> {
    let (pairs, _) = field.as_chunks::<2>();
    let [year, month, day] = pairs else { return None };
    let number = |pair: &[u8; 2]| match pair {
        b"<<" => Some(0),
        [tens, ones] if tens.is_ascii_digit() && ones.is_ascii_digit() => Some((tens - b'0') * 10 + (ones - b'0')),
        _ => None,
    };
    Some((i16::from(number(year)?), number(month)? as i8, number(day)? as i8))
}

fn checked(year: i16, month: i8, day: i8) -> Option<Day> {
    Date::new(year, month.max(1), day.max(1)).ok().map(|_| Day { year, month, day })
}

//! The layout of Resolution 792, attachment A: mandatory fields of each leg, then its conditional ones by their sizes.

use jiff::civil::Date;

use super::fields::Fields;
use super::{Bags, BcbpError, BoardingPass, FrequentFlyer, Leg, PASS_CHARS_MAX, date};

/// Widths of the mandatory fields, characters.
const NAME_CHARS: usize = 20;
const LEGS_MAX: u32 = 4;

/// Reads a boarding pass's text. `today` settles the year, which the pass does not tell: a day counts from the pass's issue
/// when that is on it, and is else the one nearest to today. Hostile text is an error, never a panic.
///
/// # Errors
/// [`BcbpError`], whose text says what is wrong.
pub fn parse(text: &str, today: Date) -> Result<BoardingPass, BcbpError> {
    let text = text.trim_end_matches(['\r', '\n', '\0']);
    if text.len() > PASS_CHARS_MAX {
        return Err(BcbpError::TooLong { chars: text.chars().count() });
    }
    let mut fields = Fields::new(text).ok_or(BcbpError::NotAPass)?;
    let count = leg_count(&mut fields).ok_or(BcbpError::NotAPass)?;
    let name = fields.take(NAME_CHARS).ok_or(BcbpError::TooShort { leg: 1 })?;
    let is_electronic = fields.take(1).ok_or(BcbpError::TooShort { leg: 1 })? == "E";
    let mut shared = Shared::default();
    let mut legs = Vec::with_capacity(count as usize);
    for number in 1..=count as usize {
        legs.push(leg(&mut fields, number, number == count as usize, &mut shared)?);
    }
    let issued = shared.issued.and_then(|(year, day)| date::issued(year, day, today));
    dated(&mut legs, issued, today);
    let (surname, given) = names(name);
    let Shared { version, issuer, bags, .. } = shared;
    Ok(BoardingPass { surname, given, is_electronic, version, issued, issuer, bags, legs })
}

/// What the first leg's conditional part says of the whole pass.
#[derive(Default)]
struct Shared {
    version: Option<u8>,
    issued: Option<(u16, u16)>,
    issuer: Option<String>,
    bags: Vec<Bags>,
}

fn leg_count(fields: &mut Fields<'_>) -> Option<u32> {
    if fields.take(1)? != "M" {
        return None;
    }
    fields.take(1)?.chars().next()?.to_digit(10).filter(|count| (1..=LEGS_MAX).contains(count))
}

fn names(field: &str) -> (String, String) {
    let (surname, given) = field.trim().split_once('/').unwrap_or((field.trim(), ""));
    (surname.trim().to_owned(), given.trim().to_owned())
}

fn leg(fields: &mut Fields<'_>, number: usize, is_last: bool, shared: &mut Shared) -> Result<Leg, BcbpError> {
    let (mut leg, day) = mandatory(fields).ok_or(BcbpError::TooShort { leg: number })?;
    leg.day_of_year = day_of(day).ok_or(BcbpError::Damaged { leg: number, field: "day" })?;
    let size = fields.size().ok_or(BcbpError::Damaged { leg: number, field: "field size" })?;
    // Airlines do print passes whose last part is shorter than its size says; between legs it would move all that follows.
    let mut part = fields.take_up_to(size);
    if fields.is_empty() && !is_last {
        return Err(BcbpError::TooShort { leg: number + 1 });
    }
    if part.starts_with('>') {
        whole(&mut part, shared);
        conditional(&mut part, &mut leg);
    } else if number > 1 {
        conditional(&mut part, &mut leg);
    }
    // What is left of `part` is the airline's own.
    Ok(leg)
}

/// The leg's fixed fields with the day as written; `None` when they end too early.
fn mandatory<'a>(fields: &mut Fields<'a>) -> Option<(Leg, &'a str)> {
    let mut text = |width: usize| fields.take(width).map(|field| field.trim().to_owned());
    let (booking, from, to, carrier, flight) = (text(7)?, text(3)?, text(3)?, text(3)?, text(5)?);
    let day = fields.take(3)?;
    let compartment = fields.take(1)?.chars().next().filter(|letter| *letter != ' ');
    let (seat, sequence) = (fields.take(4)?, fields.take(5)?);
    let status = fields.take(1)?.chars().next().filter(|letter| *letter != ' ');
    let leg = Leg {
        booking,
        from,
        to,
        carrier,
        flight: unpadded(&flight),
        day_of_year: None,
        date: None,
        compartment,
        seat: unpadded(seat),
        sequence: unpadded(sequence),
        status,
        ticket: None,
        marketing_carrier: None,
        frequent_flyer: None,
        baggage_allowance: None,
        is_fast_track: None,
    };
    Some((leg, day))
}

/// `Some(None)` when the field is blank, `None` when it is no day.
fn day_of(field: &str) -> Option<Option<u16>> {
    if field.trim().is_empty() {
        return Some(None);
    }
    digits(field).filter(|day| (1..=366).contains(day)).map(Some)
}

/// The unique conditional fields; their number grew with the versions, the size says how many there are.
fn whole(part: &mut Fields<'_>, shared: &mut Shared) {
    part.take(1);
    shared.version = part.take(1).and_then(digits).and_then(|version| u8::try_from(version).ok());
    let Some(size) = part.size() else { return };
    let mut unique = part.take_up_to(size);
    // Passenger description, sources of check-in and of issuance: of no use to the passenger.
    unique.take(3);
    shared.issued = unique.take(4).and_then(|field| Some((digits(&field[..1])?, digits(&field[1..])?)));
    unique.take(1);
    shared.issuer = unique.text(3);
    shared.bags = std::iter::from_fn(|| unique.take(13)).filter_map(bags).collect();
}

/// Ten digits of the first tag and three of how many follow.
fn bags(field: &str) -> Option<Bags> {
    let (first, further) = field.split_at_checked(10)?;
    let further = digits(further)?;
    first.bytes().all(|byte| byte.is_ascii_digit()).then(|| Bags { first: first.to_owned(), further })
}

/// The repeated conditional fields of one leg.
fn conditional(part: &mut Fields<'_>, leg: &mut Leg) {
    let Some(size) = part.size() else { return };
    let mut fields = part.take_up_to(size);
    let (airline, document) = (fields.text(3), fields.text(10));
    leg.ticket = airline.zip(document).map(|(airline, document)| airline + &document);
    // Selectee and document-check indicators concern the airline's staff.
    fields.take(2);
    leg.marketing_carrier = fields.text(3);
    let (airline, number) = (fields.text(3), fields.text(16));
    leg.frequent_flyer = airline.zip(number).map(|(airline, number)| FrequentFlyer { airline, number });
    fields.take(1);
    leg.baggage_allowance = fields.text(3);
    leg.is_fast_track = fields.letter().map(|letter| letter == 'Y');
}

fn dated(legs: &mut [Leg], issued: Option<Date>, today: Date) {
    for leg in legs {
        leg.date = leg.day_of_year.and_then(|day| match issued {
            Some(issued) => date::from_issue(day, issued),
            None => date::nearest(day, today),
        });
    }
}

fn unpadded(field: &str) -> String {
    field.trim().trim_start_matches('0').to_owned()
}

fn digits(field: &str) -> Option<u16> {
    field.bytes().all(|byte| byte.is_ascii_digit()).then(|| field.parse().ok()).flatten()
}

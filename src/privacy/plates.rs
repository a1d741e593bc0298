//! Vehicle plates: those of China, Britain and France by their form, others where words announce them or a vehicle is spoken of. As they are
//! read aloud they are in `spelled`.

use std::sync::LazyLock;

use regex::Regex;

use super::folded::Folded;
use super::settle::{Candidate, Sure};
use super::{Kind, pattern};

/// GA 36: province, letter, five characters, or six for new energy; the letters I and O are not used.
static CHINESE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使领][ ]?[A-HJ-NP-Z][ ·・.-]{0,2}(?:[A-HJ-NP-Z0-9]{5,6}|[A-HJ-NP-Z0-9]{4}[学警港澳挂使领])",
    )
});

static ANNOUNCED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?ix)(?:\b(?:licen[cs]e\ plate|number\ plate|plates?(?:\ number)?|registration(?:\ number|\ plate)?|reg(?:\ no)?)\b|车牌号?码?|牌照)
          [\ ]?(?:is|was|reads|no\.?|number|are|是|为|叫)?[\ ]?[:=\#]?[\ ]?
          (?P<value>[A-Z0-9]{1,4}(?:[\ -]?[A-Z0-9]{1,5}){1,2})\b",
    )
});

/// Plates that look like nothing else: of Britain since 2001, of France and Italy with their hyphens, of Ireland.
static OWN_FORM: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"\b(?:[A-Z]{2}[0-9]{2} [A-Z]{3}|[A-Z]{2}-[0-9]{3}-[A-Z]{2}|[0-9]{2,3}-[A-Z]{1,2}-[0-9]{1,6})\b")
});

/// Where a vehicle is spoken of, letters and digits in two or three groups are its plate. Flights have digits last, gates and seats fewer
/// characters.
static VEHICLE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:cars?|vans?|vehicles?|park(?:ed|ing)?|long stay|short stay|barriers?|rental|hire|taxis?|cabs?|trucks?|lorry|motorbikes?|motorcycles?|scooters?|suv|tow(?:ed|ing)?|clamp(?:ed)?|valet|drop-?off|drivers?|plates?|reg(?:istration)?|tesla|toyota|ford|bmw|audi|volvo|honda|hyundai|kia|nissan|mazda|skoda|fiat|renault|peugeot|volkswagen|vw|mercedes|subaru|suzuki|dacia|opel|vauxhall|seat ibiza)\b",
    )
});
static IN_GROUPS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:[A-Z]{1,3}[ -]?[0-9]{1,4}[ -]?[A-Z]{1,3}|[0-9]{1,4}[ -]?[A-Z]{1,3}[ -]?[0-9]{1,4}|[A-Z]{3}[ -]?[0-9]{3,4}|[0-9]{3,4}[ -]?[A-Z]{3}|[A-Z]{1,3}-[A-Z]{1,2} ?[0-9]{1,4}|[A-Z]{2}[ -]?[0-9]{1,2}[ -]?[A-Z]{1,2}[ -]?[0-9]{3,4}|[A-Z]{2,3} [0-9A-Z]{4,5}|[0-9A-Z]{2}-[0-9A-Z]{2,3}-[0-9A-Z]{1,2})\b",
    )
});

/// Shortest plate that its form alone gives away, letters and digits.
const CHARACTERS_MIN: usize = 5;

pub fn find(folded: &Folded, candidates: &mut Vec<Candidate>) {
    for found in CHINESE.find_iter(&folded.text) {
        // 新 and 云 begin words as well: a plate has a digit.
        if found.as_str().bytes().any(|byte| byte.is_ascii_digit()) {
            candidates.push(Candidate::new(found.range(), Kind::Plate, Sure::Proven));
        }
    }
    candidates
        .extend(OWN_FORM.find_iter(&folded.text).map(|found| Candidate::new(found.range(), Kind::Plate, Sure::Form)));
    if has_vehicle(&folded.text) {
        let written = IN_GROUPS.find_iter(&folded.text).filter(|found| is_plate(found.as_str()));
        candidates.extend(written.map(|found| Candidate::new(found.range(), Kind::Plate, Sure::Likely)));
    }
    for found in ANNOUNCED.captures_iter(&folded.text) {
        let Some(value) = found.name("value") else { continue };
        let characters = value.as_str().chars().filter(char::is_ascii_alphanumeric).count();
        if (4..=10).contains(&characters) && value.as_str().bytes().any(|byte| byte.is_ascii_digit()) {
            candidates.push(Candidate::new(value.range(), Kind::Plate, Sure::Announced));
        }
    }
}

/// Whether a vehicle is spoken of.
pub fn has_vehicle(text: &str) -> bool {
    VEHICLE.is_match(text)
}

/// Whether letters and digits are mixed as on plates, and not as in the number of a flight ("BA 117").
fn is_plate(value: &str) -> bool {
    let characters: Vec<u8> = value.bytes().filter(u8::is_ascii_alphanumeric).collect();
    let digits = characters.iter().filter(|byte| byte.is_ascii_digit()).count();
    let letters = characters.len() - digits;
    let first_digit = characters.iter().position(u8::is_ascii_digit).unwrap_or_default();
    let is_flight = first_digit == letters && letters < 3;
    characters.len() >= CHARACTERS_MIN && digits > 0 && letters > 1 && !is_flight
}

#[cfg(test)]
mod tests {
    use crate::privacy::{Kind, find};

    #[test]
    fn a_plate_is_told_from_a_flight_and_a_seat() {
        let plates = |text: &str| find(text).iter().filter(|found| found.kind == Kind::Plate).count();
        for text in [
            "the car is LK19 XYZ",
            "The van that hit mine was AB-344-CD",
            "Long stay booking for WX 7204K",
            "I booked parking for GB-001-B",
        ] {
            assert_eq!(plates(text), 1, "{text}");
        }
        for text in
            ["I parked before flight BA 117", "is parking near gate B22 cheaper", "my seat is 12C, my car was towed"]
        {
            assert_eq!(plates(text), 0, "{text}");
        }
    }
}

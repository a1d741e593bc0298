//! What OCR confuses, put right where a check digit proves it. Knows characters, no fields.

use zeroize::Zeroizing;

use super::check;

/// Letters that OCR-B's digits are read as, and the digit each is.
const AS_DIGIT: [(u8, u8); 13] = [
    (b'O', b'0'),
    (b'Q', b'0'),
    (b'D', b'0'),
    (b'U', b'0'),
    (b'I', b'1'),
    (b'L', b'1'),
    (b'J', b'1'),
    (b'Z', b'2'),
    (b'A', b'4'),
    (b'S', b'5'),
    (b'G', b'6'),
    (b'T', b'7'),
    (b'B', b'8'),
];

/// Pairs that are taken for each other where both may stand.
const PAIRS: [(u8, u8); 8] =
    [(b'0', b'O'), (b'0', b'D'), (b'0', b'Q'), (b'1', b'I'), (b'2', b'Z'), (b'5', b'S'), (b'6', b'G'), (b'8', b'B')];

/// A check digit as a digit.
pub fn as_digit(letter: u8) -> u8 {
    AS_DIGIT.iter().find(|(read, _)| *read == letter).map_or(letter, |(_, digit)| *digit)
}

/// Digits and fillers only: each letter becomes the digit it is read for, when that makes `check` right. Whether it does.
pub fn digits(field: &mut [u8], check: u8) -> bool {
    if check::agrees(&*field, check) && field.iter().all(|letter| !letter.is_ascii_alphabetic()) {
        return true;
    }
    let repaired = Zeroizing::new(field.iter().map(|&letter| as_digit(letter)).collect::<Vec<u8>>());
    let is_right = check::agrees(&*repaired, check) && repaired.iter().all(|letter| !letter.is_ascii_alphabetic());
    if is_right {
        field.copy_from_slice(&repaired);
    }
    is_right
}

/// Letters and digits: the one exchange that makes `check` right; none when two different ones do, and never more than one
/// character, for one digit in ten would "prove" anything. Whether the field is right.
pub fn mixed(field: &mut [u8], check: u8) -> bool {
    if check::agrees(&*field, check) {
        return true;
    }
    let mut proven = None;
    for at in 0..field.len() {
        let read = field[at];
        for other in alternatives(read) {
            field[at] = other;
            if check::agrees(&*field, check) && proven.replace((at, other)).is_some() {
                field[at] = read;
                return false;
            }
        }
        field[at] = read;
    }
    proven.map(|(at, other)| field[at] = other).is_some()
}

fn alternatives(letter: u8) -> impl Iterator<Item = u8> {
    PAIRS.into_iter().filter_map(move |(one, other)| match letter {
        letter if letter == one => Some(other),
        letter if letter == other => Some(one),
        _ => None,
    })
}

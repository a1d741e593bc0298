//! Check digits: ICAO Doc 9303 part 3, section 4.9. Weights 7, 3, 1; digits count as themselves, A to Z from 10, `<` is 0.

/// The check digit of `field`; `None` when a character may not stand in a zone.
pub fn digit<'a>(field: impl IntoIterator<Item = &'a u8>) -> Option<u8> {
    let weights = [7_u32, 3, 1].into_iter().cycle();
    let sum =
        field.into_iter().zip(weights).try_fold(0, |sum, (&letter, weight)| Some(sum + value(letter)? * weight))?;
    Some((sum % 10) as u8)
}

/// Whether `check` is the check digit of `field`.
pub fn agrees<'a>(field: impl IntoIterator<Item = &'a u8>, check: u8) -> bool {
    check.is_ascii_digit() && digit(field) == Some(check - b'0')
}

fn value(letter: u8) -> Option<u32> {
    match letter {
        b'<' => Some(0),
        letter => (letter as char).to_digit(36).filter(|_| !letter.is_ascii_lowercase()),
    }
}

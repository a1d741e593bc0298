//! The check digits of cards, accounts and identity documents. Knows digits, not where they come from.

/// ISO/IEC 7812-1 annex B (Luhn), over decimal digits of any length.
pub fn luhn(digits: &[u8]) -> bool {
    let sum: u32 = digits.iter().rev().enumerate().map(|(place, &digit)| doubled(digit, place % 2 == 1)).sum();
    !digits.is_empty() && sum.is_multiple_of(10)
}

fn doubled(digit: u8, double: bool) -> u32 {
    let value = u32::from(digit) * if double { 2 } else { 1 };
    if value > 9 { value - 9 } else { value }
}

/// ISO 7064 MOD 97-10 as IBANs use it (ISO 13616): country and check digits go to the end, letters count from 10.
pub fn iban(text: &str) -> bool {
    let characters: Vec<char> = text.chars().filter(char::is_ascii_alphanumeric).collect();
    if !(15..=34).contains(&characters.len()) {
        return false;
    }
    let moved = characters[4..].iter().chain(&characters[..4]);
    let rest = moved.filter_map(|c| c.to_digit(36)).fold(0, |rest, value| {
        let shift = if value > 9 { 100 } else { 10 };
        (rest * shift + value) % 97
    });
    rest == 1
}

/// The resident identity number of the PRC (GB 11643): 17 digits and ISO 7064 MOD 11-2, with a date of birth inside.
/// `last` is 10 for the letter X.
pub fn resident(digits: &[u8], last: u8) -> bool {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    if digits.len() != 17 {
        return false;
    }
    let sum: u32 = digits.iter().zip(WEIGHTS).map(|(&digit, weight)| u32::from(digit) * weight).sum();
    is_date(&digits[6..14]) && (12 - sum % 11) % 11 == u32::from(last)
}

/// Whether eight digits are a day between 1880 and 2099.
pub fn is_date(digits: &[u8]) -> bool {
    let number = |from: usize, to: usize| digits[from..to].iter().fold(0_u32, |n, &digit| n * 10 + u32::from(digit));
    digits.len() == 8
        && (1880..2100).contains(&number(0, 4))
        && (1..=12).contains(&number(4, 6))
        && (1..=31).contains(&number(6, 8))
}

/// The Hong Kong identity card: one or two letters, six digits, a check character; letters count from 10, a missing first
/// letter counts 36, weights fall from 9, and the sum with the check character (A is 10) is divisible by 11.
pub fn hong_kong(text: &str) -> bool {
    let values: Vec<u32> = text.chars().filter_map(|c| c.to_digit(36)).collect();
    let blank = (values.len() == 8).then_some(36);
    let values: Vec<u32> = blank.into_iter().chain(values).collect();
    let sum: u32 = values.iter().zip((1..=9).rev()).map(|(value, weight)| value * weight).sum();
    values.len() == 9 && sum.is_multiple_of(11)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digits(text: &str) -> Vec<u8> {
        text.bytes().map(|byte| byte - b'0').collect()
    }

    #[test]
    fn a_check_digit_catches_every_single_wrong_digit() {
        // The schemes' own published test values.
        for (good, check) in [("4111111111111111", luhn as fn(&[u8]) -> bool), ("378282246310005", luhn)] {
            assert!(check(&digits(good)), "{good}");
            for place in 0..good.len() {
                let mut wrong = digits(good);
                wrong[place] = (wrong[place] + 1) % 10;
                assert!(!check(&wrong), "{good} with place {place} wrong");
            }
        }
    }

    #[test]
    fn accounts_and_documents_are_checked() {
        assert!(iban("GB29 NWBK 6016 1331 9268 19") && iban("de89370400440532013000"));
        assert!(!iban("GB29 NWBK 6016 1331 9268 18") && !iban("") && !iban("GB29"));
        assert!(resident(&digits("11010519491231002"), 10) && !resident(&digits("11010519491231002"), 1));
        assert!(!resident(&digits("11010519491331002"), 10) && !resident(&[], 0));
        assert!(hong_kong("G123456(A)") && !hong_kong("G123456(0)") && !hong_kong(""));
    }
}

//! How English says numbers, times, money and codes. Pure.

use super::aloud::{Special, spaced};

/// Digits from which a bare number is a telephone number or a reference, said digit by digit.
const REFERENCE_DIGITS_MIN: usize = 5;

/// `special` in words, with spaces around where it would run into its neighbours.
pub(super) fn read(special: &Special<'_>) -> String {
    match *special {
        Special::Money { currency, amount } => money(currency, amount),
        Special::Time { hour, minute, half } => time(hour, minute, half),
        Special::Percent(number) => format!("{} percent", plain(number)),
        Special::Phone(number) => phone(number),
        Special::Code { letters, digits, tail } => code(letters, digits, tail),
        Special::Measure { number, unit } => measure(number, unit),
        Special::Number { number, .. } => count_or_reference(number),
        Special::Range => " to ".into(),
        Special::Caps(letters) => letters.into(),
        Special::Sign('&') => " and ".into(),
        Special::Sign('/') => " or ".into(),
        Special::Sign('@') => " at ".into(),
        Special::Sign('+') => " plus ".into(),
        Special::Sign('=') => " equals ".into(),
        Special::Sign(_) => " degrees ".into(),
    }
}

fn money(currency: &str, amount: &str) -> String {
    let (one, many) = match currency {
        "£" => ("pound", "pounds"),
        "€" => ("euro", "euros"),
        "¥" | "￥" => ("yuan", "yuan"),
        "HK$" => ("Hong Kong dollar", "Hong Kong dollars"),
        _ => ("dollar", "dollars"),
    };
    let amount = plain(amount);
    let (whole, part) = amount.split_once('.').unwrap_or((&amount, ""));
    let unit = if whole == "1" { one } else { many };
    let part = if part.trim_end_matches('0').is_empty() { String::new() } else { format!(" {part}") };
    format!("{whole} {unit}{part}")
}

fn time(hour: u32, minute: u32, half: Option<char>) -> String {
    match (hour, minute, half) {
        (0 | 24, 0, None) => return "midnight".into(),
        (12, 0, None) => return "12 noon".into(),
        _ => {}
    }
    let half = half.unwrap_or(if (12..24).contains(&hour) { 'p' } else { 'a' });
    let hour = if hour % 12 == 0 { 12 } else { hour % 12 };
    match minute {
        0 => format!("{hour} {half}.m."),
        1..10 => format!("{hour} oh {minute} {half}.m."),
        _ => format!("{hour} {minute} {half}.m."),
    }
}

fn phone(number: &str) -> String {
    let groups: Vec<String> = number.trim_start_matches('+').split(['-', ' ']).map(spaced).collect();
    let plus = if number.starts_with('+') { "plus " } else { "" };
    format!("{plus}{}", groups.join(", "))
}

/// Two letters and three digits or more name a flight, whose digits are said one by one.
fn code(letters: &str, digits: &str, tail: &str) -> String {
    let digits = if digits.len() >= 3 || digits.starts_with('0') { spaced(digits) } else { digits.to_owned() };
    let tail = if tail.is_empty() { String::new() } else { format!(" {tail}") };
    format!("{} {digits}{tail}", spaced(letters))
}

fn measure(number: &str, unit: &str) -> String {
    let unit = match unit {
        "kg" => "kilograms",
        "g" => "grams",
        "km" => "kilometres",
        "m" => "metres",
        "cm" => "centimetres",
        "mm" => "millimetres",
        "ml" => "millilitres",
        "L" => "litres",
        "min" => "minutes",
        _ => "degrees",
    };
    format!("{} {unit}", plain(number))
}

fn count_or_reference(number: &str) -> String {
    let bare = number.chars().all(|c| c.is_ascii_digit());
    if bare && (number.len() >= REFERENCE_DIGITS_MIN || number.starts_with('0') && number.len() > 1) {
        spaced(number)
    } else {
        plain(number)
    }
}

/// Without the commas between thousands, at which a voice would pause.
fn plain(number: &str) -> String {
    let trimmed = number.trim_end_matches(',');
    format!("{}{}", trimmed.replace(',', ""), &number[trimmed.len()..])
}

//! Runs of digits that are somebody's: cards and resident identities by their check digits, phones by their form, and all of
//! them by the words before. Dates, times, amounts and sizes are nobody's.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::cue::{before, cue};
use super::folded::Folded;
use super::numerals::{Run, runs};
use super::settle::{Candidate, Sure};
use super::{Kind, checksums, pattern};

/// ISO/IEC 7812: a card has at most 19 digits; the resident identity has 18.
const CHECKED_DIGITS_MAX: usize = 19;

/// Digits of a number that is somebody's whatever is said of it.
const LONG: usize = 12;

/// ITU-T E.164: 15 digits with the country; a trunk prefix and a country's exit code come on top in local writing.
const PHONE_DIGITS_MAX: usize = 17;

/// What a run of digits is not: dates, times, amounts, measures, addresses of machines.
static NOBODYS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?ix)
        \b(?:19|20)\d\d[-./](?:0?[1-9]|1[0-2])[-./](?:0?[1-9]|[12]\d|3[01])\b(?:[T\ ]\d{1,2}:\d\d(?::\d\d)?)?
        | \b\d{1,2}[-./]\d{1,2}[-./](?:19|20)\d\d\b | \b\d{1,2}:\d\d(?::\d\d)?
        | \b(?:19|20)\d\d\s?-\s?(?:19|20)\d\d\b
        | [$€£¥]\ ?\d[\d,]*(?:\.\d+)? | \b\d{1,3}(?:,\d{3})+(?:\.\d+)?
        | \b\d{1,9}(?:\.\d+)?\ ?(?:元|块|美元|欧元|港币|人民币|万|亿|%|公斤|千克|克|米|公里|厘米|毫升|升|小时|分钟|天|年|人|次|(?:km|kg|ml|cm|mm|usd|eur|gbp|cny|rmb|hkd|dollars?|euros?|yuan|pounds|people|minutes|hours|days|years|m)\b)",
    )
});

/// The plus before a country's number, as it is said.
const PLUS: &str = "plus ";

/// "x123", "ext. 12", "转801".
static EXTENSION: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)^ ?(?:x|ext\.?|extension|转|分机) ?\d{1,6}\b"));

pub fn find(folded: &Folded, candidates: &mut Vec<Candidate>) {
    let masked: Vec<Range<usize>> = NOBODYS.find_iter(&folded.text).map(|found| found.range()).collect();
    for run in runs(&folded.text, &masked) {
        // A part of what is said can have the right check digit by chance: the words around it go as well.
        if run.is_spoken()
            && (LONG..=CHECKED_DIGITS_MAX).contains(&run.digits().len())
            && let Some((kind, sure)) = kind_of(&folded.text, &run)
        {
            candidates.push(Candidate::new(run.range(), kind, sure));
        }
        for rest in checked(&folded.text, run, candidates) {
            if let Some((kind, sure)) = kind_of(&folded.text, &rest) {
                candidates.push(Candidate::new(written(&folded.text, rest.range()), kind, sure));
            }
        }
    }
}

/// Takes the numbers with right check digits out of `run` and leaves the rest.
fn checked(text: &str, run: Run, candidates: &mut Vec<Candidate>) -> Vec<Run> {
    let mut rests = vec![Run::default()];
    let mut groups = run.groups.as_slice();
    while let Some(first) = groups.first() {
        if let Some((count, candidate)) = checked_here(text, groups) {
            candidates.push(candidate);
            groups = &groups[count..];
            rests.push(Run::default());
        } else {
            rests.last_mut().expect("there is always one").groups.push(first.clone());
            groups = &groups[1..];
        }
    }
    rests.retain(|rest| !rest.groups.is_empty());
    rests
}

/// The longest number with right check digits that begins with the first of `groups`, and how many groups it takes.
fn checked_here(text: &str, groups: &[super::numerals::Group]) -> Option<(usize, Candidate)> {
    let mut ends = Vec::new();
    let mut digits = Vec::new();
    for (place, group) in groups.iter().enumerate() {
        digits.extend_from_slice(&group.digits);
        if digits.len() > CHECKED_DIGITS_MAX || group.digits.is_empty() {
            break;
        }
        ends.push((place + 1, digits.len(), group.range.end));
    }
    let start = groups.first()?.range.start;
    ends.into_iter().rev().find_map(|(count, length, end)| {
        let (kind, end) = kind_of_checked(text, &digits[..length], start..end)?;
        Some((count, Candidate::new(start..end, kind, Sure::Proven)))
    })
}

fn kind_of_checked(text: &str, digits: &[u8], range: Range<usize>) -> Option<(Kind, usize)> {
    let x = text[range.end..].chars().next().filter(|c| c.eq_ignore_ascii_case(&'x'));
    match (digits.len(), x) {
        (18, _) if checksums::resident(&digits[..17], digits[17]) => Some((Kind::Document, range.end)),
        (17, Some(_)) if checksums::resident(digits, 10) => Some((Kind::Document, range.end + 1)),
        (13..=19, _) if digits[0] != 0 && checksums::luhn(digits) && cue(text, range.start) != Some(Kind::Account) => {
            Some((Kind::Card, range.end))
        }
        _ => None,
    }
}

fn kind_of(text: &str, run: &Run) -> Option<(Kind, Sure)> {
    let (range, digits, lengths) = (run.range(), run.digits(), run.lengths());
    let before_run = before(text, range.start, PLUS.len());
    let plus = before_run.trim_end_matches(['(', ' ']).ends_with('+')
        || before_run.ends_with("加")
        || before_run.eq_ignore_ascii_case(PLUS);
    let said = cue(text, range.start);
    match (digits.len(), said) {
        (7..=PHONE_DIGITS_MAX, _) if plus => Some((Kind::Phone, Sure::Form)),
        (9, _) if lengths == [3, 2, 4] => Some((Kind::Document, Sure::Form)),
        (6.., Some(Kind::Document)) => Some((Kind::Document, Sure::Announced)),
        (11 | 13, _) if is_chinese_mobile(&digits) => Some((Kind::Phone, Sure::Form)),
        // No phone has sixteen digits without its country's plus: "my card number is".
        (16, Some(Kind::Phone)) => Some((Kind::Card, Sure::Likely)),
        (12..=19, Some(Kind::Card)) => Some((Kind::Card, Sure::Announced)),
        (6.., Some(Kind::Account)) => Some((Kind::Account, Sure::Announced)),
        (6.., Some(Kind::Booking)) => Some((Kind::Booking, Sure::Announced)),
        (7..=PHONE_DIGITS_MAX, Some(Kind::Phone)) => Some((Kind::Phone, Sure::Announced)),
        _ if looks_like_phone(run, &digits, &lengths) => Some((Kind::Phone, Sure::Likely)),
        // Nothing at a site has so long a number: it is somebody's account, ticket or paper.
        (LONG.., _) => Some((Kind::Account, Sure::Likely)),
        _ => None,
    }
}

fn is_chinese_mobile(digits: &[u8]) -> bool {
    let national = if digits.len() == 13 { digits.strip_prefix(&[8, 6]) } else { Some(digits) };
    national.is_some_and(|digits| digits.len() == 11 && digits[0] == 1 && digits[1] >= 3)
}

/// By its groups alone. Groups of a single digit are counting until they are ten; two groups can be two numbers unless the
/// first is an area code.
fn looks_like_phone(run: &Run, digits: &[u8], lengths: &[usize]) -> bool {
    if digits.len() > PHONE_DIGITS_MAX {
        return false;
    }
    let spelt = run.is_spoken() || lengths.iter().all(|length| *length == 1);
    match lengths {
        _ if spelt => digits.len() >= 8 && !is_counting(digits),
        [only] => matches!(only, 10 | 11) || (matches!(only, 8 | 9) && !checksums::is_date(digits)),
        [first, second] => *first <= 5 && *first >= 2 && (3..=8).contains(second) && digits.len() >= 7,
        _ => digits.len() >= 7 && lengths.iter().filter(|length| **length >= 2).count() >= 2,
    }
}

/// 1 2 3 4 5 6 7 8 is nobody's number.
fn is_counting(digits: &[u8]) -> bool {
    digits.windows(2).all(|pair| pair[1] == (pair[0] + 1) % 10)
        || digits.windows(2).all(|pair| (pair[1] + 1) % 10 == pair[0])
}

/// With the plus, the bracket and the extension around it.
fn written(text: &str, range: Range<usize>) -> Range<usize> {
    let head = text[..range.start].trim_end_matches(['+', '(']).len();
    let start = match range.start - head {
        0 if before(text, range.start, PLUS.len()).eq_ignore_ascii_case(PLUS) => range.start - PLUS.len(),
        1 | 2 => head,
        _ => range.start,
    };
    let end = range.end + EXTENSION.find(&text[range.end..]).map_or(0, |found| found.end());
    start..end
}

#[cfg(test)]
mod tests {
    use crate::privacy::{Kind, find};

    fn kinds(text: &str) -> Vec<(Kind, &str)> {
        find(text).into_iter().map(|found| (found.kind, &text[found.start..found.end])).collect()
    }

    #[test]
    fn numbers_are_told_apart() {
        assert_eq!(kinds("it is 4111 1111 1111 1111 12/27"), [(Kind::Card, "4111 1111 1111 1111")]);
        assert_eq!(kinds("call +44 (0)20 7946 0958 ext. 12"), [(Kind::Phone, "+44 (0)20 7946 0958 ext. 12")]);
        assert_eq!(kinds("SSN 078-05-1120"), [(Kind::Document, "078-05-1120")]);
        assert_eq!(kinds("11010519491231002x"), [(Kind::Document, "11010519491231002x")]);
        assert_eq!(
            kinds("four one one one, one one one one, one one one one, one one one one"),
            [(Kind::Card, "four one one one, one one one one, one one one one, one one one one")]
        );
        assert_eq!(kinds("手机一三八零零一三八零零零"), [(Kind::Phone, "一三八零零一三八零零零")]);
    }

    #[test]
    fn dates_times_amounts_and_gates_are_nobodys() {
        for text in [
            "CA1234 leaves at 10:30 from B22 on 2026-11-23",
            "1,250,000 yuan",
            "open 09:00-17:30, 2024-2025",
            "100 ml, 23 kg, 20000元",
            "count 1 2 3 4 5 6 7 8 9",
            "hotline 95588 or 110",
        ] {
            assert_eq!(kinds(text), [], "{text}");
        }
    }
}

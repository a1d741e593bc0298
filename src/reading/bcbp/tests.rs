//! Passes as they are printed, and texts that are none.

use jiff::civil::{Date, date};

use super::*;

const TODAY: Date = date(2026, 11, 22);

/// One flight, no conditional part, on day 226.
const PLAIN: &str = "M1DESMARAIS/LUC       EABC123 YULFRAAC 0834 226F001A0025 100";

#[test]
fn a_plain_pass_has_its_mandatory_fields() {
    let pass = parse(PLAIN, TODAY).unwrap();
    assert_eq!((pass.surname.as_str(), pass.given.as_str(), pass.is_electronic), ("DESMARAIS", "LUC", true));
    let leg = &pass.legs[0];
    assert_eq!((leg.booking.as_str(), leg.from.as_str(), leg.to.as_str()), ("ABC123", "YUL", "FRA"));
    assert_eq!((leg.designator().as_str(), leg.seat.as_str(), leg.sequence.as_str()), ("AC834", "1A", "25"));
    assert_eq!((leg.compartment, leg.status, leg.day_of_year), (Some('F'), Some('1'), Some(226)));
    assert_eq!((pass.version, pass.issued, leg.date), (None, None, Some(date(2026, 8, 14))));
}

/// Two legs, version 6, signed: Resolution 792's own example with its sizes in the right places.
fn two_legs() -> String {
    let unique = ">6181WW6225BAC 0014123456003";
    let first = "2A0141234567890 1AC AC 1234567890123    20KYLX58Z";
    let second = "2A0140987654321 1AC AC 1234567890123    2PCNWQ";
    format!(
        "M2DESMARAIS/LUC       EABC123 YULFRAAC 0834 226F001A0025 1{:02X}{unique}{first}\
         DEF456 FRAGVALH 3664 227C012C0002 1{:02X}{second}^164GIWVC5EH7JNT684FVNJ91W2QA4DVN5J8K4F0L0GEQ3DF5TGBN8709HKT5D3DW3GBHFCVHMY7J5T6HFR41W2QA4DVN5J8K4F0L0GE",
        unique.len() + first.len(),
        second.len()
    )
}

#[test]
fn both_legs_and_the_conditional_fields_are_there_and_the_signature_is_not() {
    let pass = parse(&two_legs(), TODAY).unwrap();
    assert_eq!((pass.version, pass.issued, pass.issuer.as_deref()), (Some(6), Some(date(2026, 8, 13)), Some("AC")));
    assert_eq!((pass.bags[0].first.as_str(), pass.bags[0].further), ("0014123456", 3));
    let [first, second] = pass.legs.as_slice() else { panic!("two legs") };
    assert_eq!(first.ticket.as_deref(), Some("0141234567890"));
    assert_eq!((first.baggage_allowance.as_deref(), first.is_fast_track), (Some("20K"), Some(true)));
    assert_eq!((second.designator().as_str(), second.date), ("LH3664", Some(date(2026, 8, 15))));
    assert_eq!(second.frequent_flyer.as_ref().unwrap().number, "1234567890123");
    assert_eq!((second.baggage_allowance.as_deref(), second.is_fast_track), (Some("2PC"), Some(false)));
}

#[test]
fn a_day_is_in_the_nearest_year() {
    let on = |day: &str, today: Date| parse(&PLAIN.replace("226F", &format!("{day}F")), today).unwrap().legs[0].date;
    assert_eq!(on("003", date(2026, 12, 30)), Some(date(2027, 1, 3)));
    assert_eq!(on("362", date(2027, 1, 2)), Some(date(2026, 12, 28)));
    assert_eq!(on("366", date(2027, 1, 2)), Some(date(2028, 12, 31)));
    assert_eq!(on("060", date(2028, 3, 1)), Some(date(2028, 2, 29)));
    assert_eq!(on("   ", TODAY), None);
}

#[test]
fn a_day_counts_from_the_issue_when_that_is_there() {
    // Issued on day 364 of a year that ends in 1; flies on day 1.
    let text = "M1DESMARAIS/LUC       EABC123 YULFRAAC 0834 001F001A0025 10D>607   136400";
    let pass = parse(text, date(2022, 6, 1)).unwrap();
    assert_eq!((pass.issued, pass.legs[0].date), (Some(date(2021, 12, 30)), Some(date(2022, 1, 1))));
}

#[test]
fn what_is_no_pass_says_why() {
    assert_eq!(parse("", TODAY), Err(BcbpError::NotAPass));
    assert_eq!(parse("https://example.com", TODAY), Err(BcbpError::NotAPass));
    assert_eq!(parse("M5", TODAY), Err(BcbpError::NotAPass));
    assert_eq!(parse(&PLAIN.replace("LUC", "LÜC"), TODAY), Err(BcbpError::NotAPass));
    assert_eq!(parse(&PLAIN[..40], TODAY), Err(BcbpError::TooShort { leg: 1 }));
    assert_eq!(parse(&PLAIN.replacen("M1", "M2", 1), TODAY), Err(BcbpError::TooShort { leg: 2 }));
    assert_eq!(parse(&PLAIN.replace("226F", "400F"), TODAY), Err(BcbpError::Damaged { leg: 1, field: "day" }));
    assert_eq!(parse(&PLAIN.replace("100", "1+1"), TODAY), Err(BcbpError::Damaged { leg: 1, field: "field size" }));
    assert_eq!(parse(&"M1".repeat(2_000), TODAY), Err(BcbpError::TooLong { chars: 4_000 }));
}

#[test]
fn hostile_text_never_panics() {
    let whole = two_legs();
    (0..whole.len()).for_each(|length| drop(parse(&whole[..length], TODAY)));
    let mut state = 7_u64;
    let mut random = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize
    };
    for _ in 0..20_000 {
        let mut bytes: Vec<char> = whole.chars().collect();
        for _ in 0..1 + random() % 6 {
            let at = random() % bytes.len();
            bytes[at] = ['F', '0', '>', '^', ' ', 'é', '中', '\0'][random() % 8];
        }
        bytes.truncate(random() % (bytes.len() + 1));
        drop(parse(&bytes.into_iter().collect::<String>(), TODAY));
    }
}

#[test]
fn debug_names_nobody() {
    assert_eq!(format!("{:?}", parse(PLAIN, TODAY).unwrap()), "BoardingPass(1 legs)");
}

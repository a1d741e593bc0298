//! ICAO's specimens (a person of Utopia), the same misread, and what must not be believed.

use jiff::civil::{Date, date};

use super::*;

const TODAY: Date = date(2026, 11, 22);
const TD3: [&str; 2] = ["P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L898902C36UTO7408122F1204159ZE184226B<<<<<10"];
const TD2: [&str; 2] = ["I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<", "D231458907UTO7408122F1204159<<<<<<<6"];
const TD1: [&str; 3] =
    ["I<UTOD231458907<<<<<<<<<<<<<<<", "7408122F1204159UTO<<<<<<<<<<<6", "ERIKSSON<<ANNA<MARIA<<<<<<<<<<"];

#[test]
fn the_three_layouts_are_read() {
    let numbers =
        [(parse(&TD3, TODAY), "L898902C3"), (parse(&TD2, TODAY), "D23145890"), (parse(&TD1, TODAY), "D23145890")];
    for (document, number) in numbers {
        let document = document.unwrap();
        assert_eq!((document.surname.as_str(), document.given.as_str()), ("ERIKSSON", "ANNA MARIA"));
        assert_eq!(
            (document.number.as_str(), document.issuer.as_str(), document.nationality.as_str()),
            (number, "UTO", "UTO")
        );
        assert_eq!(document.birth.date(), Some(date(1974, 8, 12)));
        assert_eq!(document.expiry.date(), Some(date(2012, 4, 15)));
        assert!(document.sex == Sex::Female && document.has_expired(TODAY));
        assert!(!document.has_expired(date(2012, 4, 15)));
    }
    assert_eq!(parse(&TD3, TODAY).unwrap().optional, "ZE184226B");
}

#[test]
fn a_zone_is_found_below_other_print() {
    let lines = [
        "UTOPIA",
        "PASSPORT / PASSEPORT",
        "Eriksson",
        "",
        "p<utoeriksson« anna<maria <<<<<<<<<<<<<<<<<<<",
        TD3[1],
        "x",
    ];
    assert_eq!(parse(&lines, TODAY).unwrap().surname, "ERIKSSON");
}

#[test]
fn fillers_that_ocr_lost_or_added_are_put_back() {
    let short = ["P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<", "L898902C36UTO7408122F1204159ZE184226B<<<10"];
    let long = [&format!("{}<<", TD3[0]), "L898902C36UTO7408122F1204159ZE184226B<<<<<<<10"];
    assert!(parse(&short, TODAY).unwrap() == parse(&TD3, TODAY).unwrap());
    assert!(parse(&long, TODAY).unwrap() == parse(&TD3, TODAY).unwrap());
}

#[test]
fn confusions_are_repaired_where_a_check_digit_proves_it() {
    for misread in [
        "L898902C36UTO74O8I22F1204159ZE184226B<<<<<10",
        "L898902C36UTO7408122F12O4IS9ZE184226B<<<<<10",
        "L8989O2C36UTO7408122F1204159ZE184226B<<<<<10",
        "L898902C36UTO7408122F1204159ZE184226B<<<<<IO",
    ] {
        assert!(parse(&[TD3[0], misread], TODAY).unwrap() == parse(&TD3, TODAY).unwrap(), "{misread}");
    }
}

#[test]
fn what_no_check_digit_proves_is_left_or_refused() {
    // The name has no check digit: a zero in it stays.
    let name = TD3[0].replace("ERIKSSON", "ERIKSS0N");
    assert_eq!(parse(&[&name, TD3[1]], TODAY).unwrap().surname, "ERIKSS0N");
    // A digit for a digit is no confusion that is known.
    assert_eq!(
        parse(&[TD3[0], &TD3[1].replace("740812", "740912")], TODAY),
        Err(MrzError::Check { field: "date of birth" })
    );
    assert_eq!(
        parse(&[TD3[0], &TD3[1].replace("L898902", "L898907")], TODAY),
        Err(MrzError::Check { field: "document number" })
    );
    assert_eq!(parse(&[TD3[0], &TD3[1].replace("<10", "<14")], TODAY), Err(MrzError::Check { field: "whole zone" }));
    assert_eq!(parse(&["Gate B22", "boards at 14:20"], TODAY), Err(MrzError::NotFound));
}

#[test]
fn a_long_number_goes_on_in_the_optional_field() {
    // Doc 9303 part 5, section 4.2.2, note j: D23145890734 with its check digit 9.
    let lines = ["I<UTOD23145890<7349<<<<<<<<<<<", "3407127M9507122UTO<<<<<<<<<<<2", "STEVENSON<<PETER<JOHN<<<<<<<<<"];
    let document = parse(&lines, date(1993, 1, 1)).unwrap();
    assert_eq!((document.number.as_str(), document.optional.as_str()), ("D23145890734", ""));
}

#[test]
fn hostile_lines_never_panic() {
    let mut state = 3_u64;
    let mut random = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize
    };
    for round in 0..3_000 {
        let zone: &[&str] = [&TD3[..], &TD2, &TD1][round % 3];
        let lines: Vec<String> = zone
            .iter()
            .map(|line| {
                let mut letters: Vec<char> = line.chars().collect();
                for _ in 0..random() % 5 {
                    let at = random() % letters.len();
                    letters[at] = ['<', '0', 'O', 'é', '«', '中', ' ', 'Z'][random() % 8];
                }
                letters.truncate(letters.len() - random() % 4);
                letters.into_iter().collect()
            })
            .collect();
        drop(parse(&lines, TODAY));
    }
}

#[test]
fn debug_shows_no_content() {
    let document = parse(&TD3, TODAY).unwrap();
    assert_eq!(format!("{document:?} {:?} {:?}", document.birth, document.sex), "TravelDocument(Td3) Day Sex");
}

#[test]
fn zeroizing_clears_every_field() {
    use zeroize::Zeroize;
    let mut document = parse(&TD3, TODAY).unwrap();
    let number = (document.number.as_ptr(), document.number.len());
    document.zeroize();
    assert!(document.number.is_empty() && document.surname.is_empty() && document.birth.year == 0);
    // SAFETY: zeroizing empties a string and keeps its allocation, which lives as long as `document`.
    let left = unsafe { std::slice::from_raw_parts(number.0, number.1) };
    assert!(left.iter().all(|&byte| byte == 0));
}

//! How wide text is, without a font: never narrower than what a screen draws.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Advance widths of U+0020 to U+007E in thousandths of the size: the widest of Noto Sans CJK SC, Noto Sans and
/// Liberation Sans (the measures of Arial), read from their `hmtx` tables.
#[rustfmt::skip]
const REGULAR: [u16; 95] = [
    260, 323, 474, 646, 572, 921, 732, 278, 338, 338, 551, 572, 278, 347, 278, 392, 572, 572, 572, 572, 572,
    572, 572, 572, 572, 572, 278, 278, 572, 572, 572, 474, 946, 639, 657, 638, 730, 589, 552, 728, 741, 339,
    535, 646, 543, 907, 760, 781, 633, 781, 635, 596, 599, 731, 600, 930, 586, 566, 603, 338, 392, 338, 572,
    559, 606, 563, 618, 510, 620, 564, 344, 615, 618, 275, 275, 552, 284, 935, 618, 606, 620, 620, 413, 479,
    377, 618, 521, 802, 529, 521, 475, 380, 551, 380, 572,
];
/// The same of their bold faces.
#[rustfmt::skip]
const BOLD: [u16; 95] = [
    260, 370, 574, 646, 590, 963, 750, 325, 378, 378, 545, 590, 325, 370, 325, 413, 590, 590, 590, 590, 590,
    590, 590, 590, 590, 590, 325, 325, 590, 590, 590, 514, 1007, 690, 681, 656, 740, 615, 585, 724, 765, 389,
    568, 686, 578, 943, 813, 796, 667, 796, 682, 624, 625, 756, 650, 967, 667, 624, 613, 378, 413, 378, 590,
    567, 626, 604, 644, 527, 644, 591, 387, 633, 657, 305, 306, 620, 315, 982, 657, 626, 644, 644, 454, 497,
    434, 657, 576, 863, 578, 574, 511, 394, 551, 394, 590,
];
/// An ideograph, and any character whose width is not known: one em is the widest that is common.
const EM: u16 = 1_000;

/// Width of `text` in the unit of `size`.
pub(super) fn width(text: &str, size: f64, is_bold: bool) -> f64 {
    let thousandths: u64 = text.chars().map(|c| u64::from(advance(c, is_bold))).sum();
    thousandths as f64 * size / 1_000.0
}

fn advance(c: char, is_bold: bool) -> u16 {
    let table = if is_bold { &BOLD } else { &REGULAR };
    let of_ascii = |c: char| table.get((u32::from(c) as usize).wrapping_sub(0x20)).copied();
    match c {
        ' '..='~' => of_ascii(c).unwrap_or(EM),
        _ if is_combining_mark(c) => 0,
        '°' => 440,
        '·' => EM,
        // An accent does not widen its letter.
        '\u{a1}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}' => {
            std::iter::once(c).nfd().next().and_then(of_ascii).unwrap_or(EM)
        }
        _ => EM,
    }
}

#[cfg(test)]
mod tests {
    use super::width;

    #[test]
    fn text_is_as_wide_as_its_letters() {
        assert_eq!(width("", 40.0, false), 0.0);
        assert_eq!(width("登机口", 40.0, false), 120.0);
        assert!(
            (width("Gate", 100.0, false) - (72.8 + 56.3 + 37.7 + 56.4)).abs() < 1e-9,
            "{}",
            width("Gate", 100.0, false)
        );
        assert!(width("Gate", 100.0, true) > width("Gate", 100.0, false));
        assert_eq!(width("É", 10.0, true), width("E", 10.0, true));
        assert_eq!(width("e\u{301}", 10.0, true), width("e", 10.0, true));
    }
}

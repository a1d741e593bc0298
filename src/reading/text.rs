//! Which characters a code's bytes mean when the code does not say. Knows encodings, no codes.

use encoding_rs::{GB18030, SHIFT_JIS};

/// The text of `bytes`. The decoder's own guess stands when the code `declares` its encoding, and when the bytes are UTF-8;
/// it takes Chinese text of QR codes without a declaration for Japanese or for Latin letters.
pub fn of(bytes: &[u8], guessed: String, declares: bool) -> String {
    if declares
        || bytes.is_ascii()
        || std::str::from_utf8(bytes).is_ok()
        || looks_japanese(bytes)
        || !looks_chinese(bytes)
    {
        return guessed;
    }
    GB18030.decode_without_bom_handling_and_without_replacement(bytes).map_or(guessed, std::borrow::Cow::into_owned)
}

/// Whether all that is not ASCII are pairs of GB 2312's rows of characters and punctuation, and most are of its common ones
/// (rows 16 to 55, in which all everyday text is written). Latin-1 letters rarely stand in such pairs.
fn looks_chinese(bytes: &[u8]) -> bool {
    let (mut common, mut others, mut at) = (0_usize, 0_usize, 0);
    while let Some(&lead) = bytes.get(at) {
        if lead < 0x80 {
            at += 1;
            continue;
        }
        match (lead, bytes.get(at + 1)) {
            (0xB0..=0xD7, Some(0xA1..=0xFE)) => common += 1,
            (0xA1..=0xA9 | 0xD8..=0xF7, Some(0xA1..=0xFE)) => others += 1,
            _ => return false,
        }
        at += 2;
    }
    common > others
}

/// Whether the bytes are Shift JIS with kana in it, full or half width: Japanese is seldom written without.
fn looks_japanese(bytes: &[u8]) -> bool {
    let text = SHIFT_JIS.decode_without_bom_handling_and_without_replacement(bytes);
    text.is_some_and(|text| text.chars().any(|letter| matches!(letter, '\u{3041}'..='\u{30FA}')))
        || is_half_width_kana(bytes)
}

/// Whether all that is not ASCII are katakana of half width, each voicing mark behind one that is voiced. Of eight common
/// Chinese characters' bytes one in thirty would pass; such a text stays what the decoder took it for.
fn is_half_width_kana(bytes: &[u8]) -> bool {
    let is_voiced = |base: u8| matches!(base, 0xB3 | 0xB6..=0xC4 | 0xCA..=0xCE);
    let is_kana = |(at, letter): (usize, &u8)| match letter {
        0x00..=0x7F | 0xA1..=0xDD => true,
        0xDE | 0xDF => at.checked_sub(1).and_then(|before| bytes.get(before)).is_some_and(|&base| is_voiced(base)),
        _ => false,
    };
    bytes.iter().enumerate().all(is_kana)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn undeclared(bytes: &[u8]) -> String {
        of(bytes, "the decoder's".into(), false)
    }

    #[test]
    fn gb18030_is_told_from_japanese_and_latin() {
        let chinese = "请在3号柜台办理挂失,谢谢";
        assert_eq!(undeclared(&GB18030.encode(chinese).0), chinese);
        assert_eq!(undeclared(&SHIFT_JIS.encode("チケット番号").0), "the decoder's");
        assert_eq!(undeclared(&SHIFT_JIS.encode("ﾃﾞﾝｿｰﾊﾟ QR").0), "the decoder's");
        assert_eq!(undeclared(b"Z\xFCrich Flughafen"), "the decoder's");
        assert_eq!(undeclared("挂失".as_bytes()), "the decoder's");
    }

    #[test]
    fn a_declared_encoding_is_believed() {
        assert_eq!(of(&GB18030.encode("挂失").0, "declared".into(), true), "declared");
    }
}

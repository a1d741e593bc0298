//! Vehicle plates: those of China by their form, others only where words announce them.

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

pub fn find(folded: &Folded, candidates: &mut Vec<Candidate>) {
    for found in CHINESE.find_iter(&folded.text) {
        // 新 and 云 begin words as well: a plate has a digit.
        if found.as_str().bytes().any(|byte| byte.is_ascii_digit()) {
            candidates.push(Candidate::new(found.range(), Kind::Plate, Sure::Proven));
        }
    }
    for found in ANNOUNCED.captures_iter(&folded.text) {
        let Some(value) = found.name("value") else { continue };
        let characters = value.as_str().chars().filter(char::is_ascii_alphanumeric).count();
        if (4..=10).contains(&characters) && value.as_str().bytes().any(|byte| byte.is_ascii_digit()) {
            candidates.push(Candidate::new(value.range(), Kind::Plate, Sure::Announced));
        }
    }
}

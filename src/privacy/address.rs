//! Street addresses, English and other Latin ones, and Chinese. A city or a country alone is nobody's address; from the
//! house number on, what belongs to the same postal block goes with it. Knows forms, no register of streets.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::blocks::pieced;
use super::folded::Folded;
use super::postal::{INDOORS, around, is_number_word};
use super::postcodes::postcodes;
use super::settle::{Candidate, Sure};
use super::streets::{NUMBER_WORD, doors, has_spoken_door, homes, is_count, streets};
use super::titled::titled;
use super::{Kind, pattern};

/// A postcode of the United States and of most countries; where somebody lives in a bare number of so many digits, it is one.
const ZIP_DIGITS: usize = 5;

/// What announces that an address comes.
static ANNOUNCED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?ix)(?:\baddress(?:es)?(?:(?:\ of\ [^.?!:\n]{1,60}?)?\ (?:\w+\ ){0,5}?(?:is|are|to|was|as))?\s*:?|\b(?:i|we|he|she|they)(?:\ (?:\w+\ ){0,2})?\ ?(?:lives?|lived)\ (?:at|on|in)|\b(?:i'm|we're|he's|she's|they're)(?:\ now)?\ (?:at|in)|\blives?\ (?:at|in|on)|\bliving\ (?:at|in|on)|\breside[sd]?\ (?:at|in|on)|\bresident\ of|\bstay(?:s|ed|ing)?(?:\ \w+){0,3}?\ (?:at|in)|\b(?:deliver|bring|courier|dispatch|post|send|sent|ship|shipped|mail|taxi|cab|uber|come|drive|mov(?:e|ed|ing)|return|redirect|forward)(?:\ (?:\w+\ ){0,3}?)?\ ?(?:to|from)|\b(?:meet(?:\ \w+)?|drops?(?:\ \w+){0,2}\ off|picks?(?:\ \w+){0,2}\ up)\ (?:at|from)|\b(?:home|house|flat|apartment|office|place)(?:\ (?:is|was))?(?:\ located)?(?:\ (?:at|on|in)|:)|\blocated\ at|\b(?:sent|delivered|shipped|mailed|posted)\ to\?\s+\w+:|\b(?:address|live)\?\s+\w+:)\s+",
    )
});

/// An announced block in text without capitals begins with a number and goes to the end of the sentence.
static LOWER: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"^(?:(?:no|number|flat|unit|apt|apartment|house|block|blk|villa|plot|stand|lot|rural route|po box|box|room|suite)\.? )?(?:[0-9]{{1,6}}[a-z]?(?:/[0-9]{{1,4}})?|{NUMBER_WORD}(?:[ -]{NUMBER_WORD})*(?: [a-z])?) [\p{{Ll}}0-9][\p{{Ll}}\p{{M}}0-9'/-]*(?:(?:,? |\.? |,?\n(?:\?{{3}} )?)[\p{{Ll}}\p{{M}}0-9'#/-]+){{1,14}}"
    ))
});

static CHINESE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?x)(?:\p{Han}{2,7}?(?:省|自治区|特别行政区))?(?:\p{Han}{2,6}?(?:市|自治州|盟))?(?:\p{Han}{1,6}?(?:区|县|旗|市))?(?:\p{Han}{1,6}?(?:镇|乡|街道))?
        (?:\p{Han}{1,10}?(?:大街|大道|路|街|巷|弄|胡同|道|村|里|小区|花园|苑|公寓)[东西南北中]?(?:[一二三四五六七八九十]段)?\ ?)
        (?:[0-9]{1,5}(?:-[0-9]{1,4})?\ ?(?:号楼|号院|号|弄|栋|幢|座|单元|室|楼))
        (?:附?[\p{Han}A-Za-z]{0,10}?[0-9]{1,5}(?:-[0-9]{1,4})?\ ?(?:号楼|号院|号|弄|栋|幢|座|单元|室|楼|层)|(?:[0-9]{3,4}))*
        (?:\p{Han}{2,8}?(?:大厦|广场|中心|公寓|小区)?(?:[A-Z0-9]{1,3}座)(?:[0-9]{1,4}(?:层|室|楼))?)?",
    )
});

pub fn find(folded: &Folded, candidates: &mut Vec<Candidate>) {
    let has_capitals = folded.text.chars().any(char::is_uppercase);
    let text = titled(&folded.text);
    let text = text.as_ref();
    let mut blocks: Vec<Candidate> = Vec::new();
    // "The corner of Elm and Oak" is a door without a number.
    if text.bytes().any(|byte| byte.is_ascii_digit()) || text.contains("corner of") || has_spoken_door(text) {
        let whole = |door| Candidate::new(around(text, door, has_capitals), Kind::Address, Sure::Form);
        blocks.extend(doors(text).map(whole));
        if !blocks.is_empty() {
            blocks.extend(streets(text).map(|street| Candidate::new(street, Kind::Address, Sure::Form)));
        }
        find_announced(text, &folded.text, has_capitals, &mut blocks);
        blocks.extend(postcodes(text).map(|code| Candidate::new(code, Kind::Address, Sure::Announced)));
    }
    blocks.extend(pieced(text).into_iter().map(|block| Candidate::new(block, Kind::Address, Sure::Form)));
    let home = |street| Candidate::new(around(text, street, has_capitals), Kind::Address, Sure::Announced);
    blocks.extend(homes(text).map(home));
    candidates.extend(joined(blocks));
    for found in CHINESE.find_iter(text) {
        candidates.push(Candidate::new(without_lead(text, found.range()), Kind::Address, Sure::Form));
    }
}

/// Blocks that overlap are one: each form sees a part of it.
fn joined(mut blocks: Vec<Candidate>) -> Vec<Candidate> {
    blocks.sort_by_key(|block| block.range.start);
    let mut joined: Vec<Candidate> = Vec::with_capacity(blocks.len());
    for block in blocks {
        match joined.last_mut() {
            Some(last) if block.range.start < last.range.end => {
                last.range.end = last.range.end.max(block.range.end);
                last.sure = last.sure.max(block.sure);
            }
            _ => joined.push(block),
        }
    }
    joined
}

fn find_announced(text: &str, written: &str, has_capitals: bool, blocks: &mut Vec<Candidate>) {
    let mut read_until = 0;
    for found in ANNOUNCED.find_iter(text) {
        if found.end() < read_until {
            continue;
        }
        let range = match LOWER.find(&written[found.end()..]).filter(|_| !has_capitals) {
            Some(lower) => found.end()..found.end() + lower.end(),
            None => around(text, found.end()..found.end(), has_capitals),
        };
        read_until = range.end;
        // "the address is wrong" has no number, "stay at 17" no name.
        let block = &text[range.clone()];
        let digits = block.bytes().filter(u8::is_ascii_digit).count();
        let is_spoken = !has_capitals && block.split(' ').take(2).any(is_number_word);
        let is_door = is_spoken || digits >= ZIP_DIGITS || (digits > 0 && block.chars().any(char::is_alphabetic));
        if is_door && !INDOORS.is_match(block) && !is_count(block) {
            blocks.push(Candidate::new(range, Kind::Address, Sure::Announced));
        }
    }
}

/// "我住在北京市...": what leads to the address is not part of it.
fn without_lead(text: &str, range: Range<usize>) -> Range<usize> {
    const LEADS: [&str; 12] =
        ["我家在", "我住在", "住在", "寄到", "地址是", "地址", "家在", "送到", "位于", "住", "从", "在"];
    let inside = &text[range.clone()];
    let lead = LEADS.iter().find(|lead| inside.starts_with(**lead)).map_or(0, |lead| lead.len());
    range.start + lead..range.end
}

//! What the words before a number say of it: what kind of somebody's number follows, or that it is a thing's.

use std::sync::LazyLock;

use regex::Regex;

use super::{Kind, pattern};

/// How far before a number the word that announces it may stand, bytes: "my credit card, which I got last week, is".
const CUE_BYTES: usize = 64;

/// What has a number of its own and is nobody's: "gate 12", "Boeing 777". For a pattern that ignores case.
pub const THINGS: &str = r"gates?|terminals?|flights?|levels?|zones?|belts?|carousels?|counters?|rows?|seats?|desks?|platforms?|exits?|forms?|boeing|airbus|lines?|bus|trains?|trams?|routes?|windows?|queues?|tickets?|pages?|steps?|version|models?";

/// The words that tell what the number after them is; the last one before the number counts. "Number is" alone is a phone's.
static CUE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?ix)
        (?:(?P<document>passport|\bid\ (?:card|number|no)|\bid\b|identity|identification|licen[cs]e|\bssn\b|social\ security|permit|visa\ number|national\ insurance
            |护照|身份证|证件|通行证|回乡证|台胞证|驾驶证|驾照|军官证|社保|准考证|签证|证号)
        | (?P<card>credit|debit|\bcard|mastercard|\bvisa\b|amex|银行卡|信用卡|借记卡|储蓄卡|卡号|刷卡|的卡|张卡|[^号]卡)
        | (?P<booking>booking|booked\ under|reference|locator|reservation|ticket|confirmation|\bpnr\b|order\ n|票号|订单|预订|订座|确认)
        | (?P<account>account|\bacct|\ba/c\b|iban|i\ b\ a\ n|member(?:ship)?\ (?:number|no|id)|membership|frequent\ flyer|\bpolicy|routing|sort\ code|账号|帐号|账户|帐户|存折|户头|会员|常旅客|里程卡|尾款|汇款)
        | (?P<plate>\b(?:plates?|reg|registration)\b|车牌|牌照)
        | (?P<phone>phone|mobile|\bcell|\btel\b|telephone|\bfax|\bdesk\b|call(?:ed|ing)?\b|\bring\b|\btext\b|whatsapp|contact|reach|answering|dial|\bnumber\ is|registered|手机|电话|座机|号码|拨打|打给|联系|致电|微信|转告|传真|请打))
        (?:\ (?:number|no\.?|code|reference)\b)?(?:\ is\b)?",
    )
});

/// What the words before say that the number at `start` is.
pub fn cue(text: &str, start: usize) -> Option<Kind> {
    let last = CUE.captures_iter(before(text, start, CUE_BYTES)).last()?;
    let kinds = [
        ("document", Kind::Document),
        ("card", Kind::Card),
        ("booking", Kind::Booking),
        ("account", Kind::Account),
        ("plate", Kind::Plate),
        ("phone", Kind::Phone),
    ];
    kinds.into_iter().find(|(name, _)| last.name(name).is_some()).map(|(_, kind)| kind)
}

/// Whether the number at `start` is that of a thing.
pub fn is_a_things(text: &str, start: usize) -> bool {
    static THING: LazyLock<Regex> = LazyLock::new(|| pattern(&format!(r"(?i)\b(?:{THINGS}) $")));
    THING.is_match(before(text, start, CUE_BYTES))
}

/// At most `bytes` of the line before `start`, back to the last end of a sentence.
pub fn before(text: &str, start: usize, bytes: usize) -> &str {
    let from = text.floor_char_boundary(start.saturating_sub(bytes));
    let before = &text[from..start];
    before.rsplit(['?', '!', '。', '？', '！', ';']).next().unwrap_or(before)
}

//! Street addresses, English and other Latin ones, and Chinese. A city or a country alone is nobody's address; from the
//! house number on, what belongs to the same postal block goes with it. Knows forms, no register of streets.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::folded::Folded;
use super::settle::{Candidate, Sure};
use super::words::{known, plain};
use super::{Kind, pattern};

/// As [`pattern`], with boundaries of every script: streets begin with "Å" and "Ú".
fn wide(text: &str) -> Regex {
    Regex::new(text).expect("the pattern is correct")
}

/// Most pieces of a postal block after its first: street, flat, town, state, country, postcode with room to spare.
const PIECES_MAX: usize = 14;

/// A word of a street's or a town's name.
const NAME: &str = r"(?:\p{Lu}[\p{L}\p{M}'.-]*|[\p{Latin}\p{Greek}\p{Cyrillic}][\p{L}\p{M}'.-]+)";

/// Words for streets, whole or at the end of a word ("Hauptstraße", "Kungsgatan").
const STREET: &str = r"(?:streets?|st|roads?|rd|avenues?|ave|av|lanes?|ln|boulevards?|blvd|squares?|sq|terraces?|crescent|cres|grove|highway|hwy|parkway|pkwy|mews|quay|rue|calle|avenida|via|piazza|plaza|ulica|ul|utca|útja|u|\p{L}*(?:stra(?:ss|ß)e|str|gasse|weg|gatan|vägen|gade|vej|straat|laan|plein|katu|tie|veien|gata|platz))";

/// Rooms and boxes: "Apt. 12", "Suite 4B", "P.O. Box 7".
const UNIT: &str =
    r"(?:apt|apartment|suite|ste|unit|flat|p\.?\ ?o\.?\ box|postbox|box|psc|postfach)\.?\ ?\#?\ ?[0-9]+[a-z]?\b";

/// A house number with a street beside it, in either order, or a unit.
static DOOR: LazyLock<Regex> = LazyLock::new(|| {
    wide(&format!(
        r"(?ix)(?:\b[0-9]{{1,6}}[a-z]?(?:[\ /-][0-9]{{1,5}})?,?\ (?:{NAME}\ ){{0,4}}?{STREET}\b\.?(?:\ (?:north|south|east|west|[nsew])\b)?(?:\ [0-9]{{1,5}}[a-z]?\b)?
        |\b(?:{NAME}\ ){{0,3}}{STREET}\b\.?\ [0-9]{{1,5}}[a-z]?\b
        |\b(?:the\ )?corner\ of\ (?:[0-9]+\ )?(?:{NAME}\ ){{1,4}}(?:[0-9]+\ )?and\ (?:[0-9]+\ )?{NAME}(?:\ {NAME})?(?:\ [0-9]+)?
        |\b(?:US[NS]?[NSV]*\ {NAME}\s+|{NAME}\ ){{0,2}}\b[AFD]PO\ A[AEP]\ [0-9]{{5}}\b
        |\b{UNIT})"
    ))
});

/// Street words that are ordinary ones too ("11 minutes' walk") count with a capital only.
static WITH_CAPITAL: LazyLock<Regex> = LazyLock::new(|| {
    wide(
        r"\b[0-9]{1,6}[a-z]?(?: [0-9]{1,5})?,? (?:\p{Lu}[\p{L}\p{M}'.-]* ){1,3}(?:Drive|Dr|Court|Ct|Place|Pl|Way|Close|Gardens?|Row|Walk|Hill|Rise|Circle|Trail|Loop)\b",
    )
});

/// Streets whose kind comes first, with a number before or after: "Rua da Paz 12", "7 rue du Port", "ul. Wolska 3". "Via" with
/// a small name after it is the English word.
static KIND_FIRST: LazyLock<Regex> = LazyLock::new(|| {
    const KIND: &str = r"(?:[Rr]ue|[Rr]u[aá]|[Rr]úa|[Cc]alle|[Cc]/|Via|[Vv]iale|[Cc]orso|[Aa]venida|[Aa]vda\.?|[Uu]lica|[Uu]l\.|[Tt]rg|[Pp]iazza|[Pp]laza|[Pp]raça|[Pp]raca|[Ss]trada|[Pp]aseo|[Rr]ambla|[Tt]ravessa|[Ll]argo|[Cc]hemin|[Qq]uai|[Jj]alan|[Bb]ulevar(?:d|ul)?)";
    const WORD: &str = r"[\p{L}][\p{L}\p{M}'.-]*";
    wide(&format!(
        r"\b(?:(?:[0-9]{{1,6}},? (?:[0-9]{{1,5}} )?){KIND} (?:{WORD} ){{0,4}}?{WORD}(?: [0-9]{{1,5}}[a-z]?\b)?|{KIND} (?:{WORD} ){{0,5}}?{WORD},? [0-9]{{1,5}}[a-z]?\b)"
    ))
});

/// A number, a name and a room: "903 Dora Creek Apt. 176".
static WITH_UNIT: LazyLock<Regex> =
    LazyLock::new(|| wide(&format!(r"(?i)\b[0-9]{{1,6}}[a-z]?(?: [0-9]{{1,5}})? (?:{NAME}[ \n,]+){{1,4}}{UNIT}")));

/// "20789 Allika 46": a name between two numbers is a street in most of Europe.
static BETWEEN: LazyLock<Regex> =
    LazyLock::new(|| wide(r"\b[0-9]{3,6} (?:[\p{Lu}\p{Ll}][\p{L}\p{M}'.-]* ){1,4}[0-9]{1,4}[a-z]?\b"));

/// What announces that an address comes.
static ANNOUNCED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?ix)(?:\baddress(?:es)?(?:\ (?:is|are|of\ \w+\ is|to|was))?\s*:?|\b(?:i|we|he|she|they)\ lives?\ (?:at|on)|\blives?\ at|\bliving\ at|\breside[sd]?\ at|\b(?:deliver|send|sent|ship|taxi|cab|uber|come|drive|moved)(?:\ \w+)?\ to|\b(?:meet(?:\ \w+)?|drops?(?:\ \w+){0,2}\ off)\ at|\bzip(?:\ code)?\s?:?|\bpost(?:al)?\ ?code\s?:?|\b(?:sent|delivered|shipped|mailed|posted)\ to\?\s+\w+:|\b(?:address|live)\?\s+\w+:)\s+",
    )
});

/// An announced block in text without capitals begins with a number and goes to the end of the sentence.
static LOWER: LazyLock<Regex> = LazyLock::new(|| {
    wide(
        r"^[0-9]{1,6}[a-z]? [\p{Ll}0-9][\p{Ll}\p{M}0-9'/-]*(?:(?:,? |\.? |,?\n(?:\?{3} )?)[\p{Ll}\p{M}0-9'#/-]+){1,14}",
    )
});

/// Numbered things inside a building: "Counter 4", "security lane 2".
static INDOORS: LazyLock<Regex> = LazyLock::new(|| {
    wide(
        r"^(?:[Cc]ounters?|[Gg]ates?|[Ee]xits?|[Tt]erminals?|[Ll]evels?|[Ff]loors?|[Ii]slands?|[Rr]ooms?|[Pp]latforms?|[Zz]ones?|[Dd]esks?|[Bb]elts?|[Ww]indows?|[Ff]orms?) [A-Z]?[0-9]+|\blanes? [0-9]{1,2}$",
    )
});

/// The next piece of a postal block: a name with a capital, a number, a state, a unit.
static PIECE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^(?:[ ]?\n{1,2}[ ]?(?:\?{3} )?,?[ ]?|,[ ]?| )(?:(?i:apt|suite|unit|box|flat|room)\.?[ ]?[0-9]+[A-Za-z]?|(?:[0-9]{1,6}(?:[ -][0-9]{2,4})?)\b|\p{Lu}(?:[\p{L}\p{M}'.-]*[\p{L}\p{M}'])?(?:\.(?:$|[ ]\p{Lu}))?|\([\p{L}\p{M} ]+\)|(?:de|del|di|do|da|dos|das|du|des|la|le|les|el|los|las|van|den|von|der|am|im|an|bei|nad|na|pri|ob|i|u|y|and|of|nan|upon|sur)\b)",
    )
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
    let text = &folded.text;
    let mut read_until = 0;
    let has_capitals = text.chars().any(char::is_uppercase);
    let between = BETWEEN.find_iter(text).filter(|found| names_street(found.as_str()));
    let others = WITH_CAPITAL.find_iter(text).chain(KIND_FIRST.find_iter(text)).chain(WITH_UNIT.find_iter(text));
    for found in DOOR.find_iter(text).chain(between).chain(others).filter(|found| !INDOORS.is_match(found.as_str())) {
        let range = block(text, found.range());
        candidates.push(Candidate::new(range, Kind::Address, Sure::Form));
    }
    for found in ANNOUNCED.find_iter(text) {
        if found.end() < read_until {
            continue;
        }
        let range = match LOWER.find(&text[found.end()..]).filter(|_| !has_capitals) {
            Some(lower) => found.end()..found.end() + lower.end(),
            None => block(text, found.end()..found.end()),
        };
        read_until = range.end;
        // "the address is wrong" has neither number nor block.
        let block = &text[range.clone()];
        if block.bytes().any(|byte| byte.is_ascii_digit()) && !INDOORS.is_match(block) {
            candidates.push(Candidate::new(range, Kind::Address, Sure::Announced));
        }
    }
    for found in CHINESE.find_iter(text) {
        candidates.push(Candidate::new(without_lead(text, found.range()), Kind::Address, Sure::Form));
    }
}

/// Whether a word between two numbers can be a street's: "95588 or 110" and "260 per person. Book 24" have none.
fn names_street(words: &str) -> bool {
    let is_name = |word: &str| {
        let known = known(&plain(word));
        word.chars().filter(|c| c.is_alphabetic()).count() > 2 && !known.ordinary && !known.place
    };
    !words.contains(". ") && words.split(' ').any(is_name)
}

/// `range` with the pieces of the same postal block after it.
fn block(text: &str, mut range: Range<usize>) -> Range<usize> {
    // A block that was only announced begins with its first piece.
    if range.is_empty() {
        let first = format!(" {}", &text[range.start..text.ceil_char_boundary((range.start + 64).min(text.len()))]);
        match PIECE.find(&first) {
            Some(piece) => range.end += piece.end() - 1,
            None => return range,
        }
    }
    for _ in 0..PIECES_MAX {
        let rest = &text[range.end..text.ceil_char_boundary((range.end + 96).min(text.len()))];
        match PIECE.find(rest) {
            Some(piece) => range.end += piece.end(),
            None => break,
        }
    }
    range
}

/// "我住在北京市...": what leads to the address is not part of it.
fn without_lead(text: &str, range: Range<usize>) -> Range<usize> {
    const LEADS: [&str; 12] =
        ["我家在", "我住在", "住在", "寄到", "地址是", "地址", "家在", "送到", "位于", "住", "从", "在"];
    let inside = &text[range.clone()];
    let lead = LEADS.iter().find(|lead| inside.starts_with(**lead)).map_or(0, |lead| lead.len());
    range.start + lead..range.end
}

//! The block around a door: what stands before and after it in the same postal address, over commas and lines. Knows the
//! forms of postcodes and flats, no street.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::pattern;
use super::streets::NUMBER_WORD;
use super::words::{is_listed, known, plain};

/// Most pieces of a postal block after its first: street, flat, town, state, country, postcode with room to spare.
const PIECES_MAX: usize = 16;
/// Most pieces before a door: "Flat C, 18/F, Block 2".
const PIECES_BEFORE_MAX: usize = 4;
const REACH_BYTES: usize = 96;

/// Postcodes, by the forms of the Universal Postal Union: British and Canadian, Irish, Dutch, those with a country before
/// them, in two groups, and plain digits.
pub const POSTCODE: &str = r"(?:[A-Z]{1,2}[0-9][A-Z0-9]? ?[0-9][A-Z]{2}|[A-Z][0-9][A-Z] ?[0-9][A-Z][0-9]|[A-Z][0-9][0-9W] [A-Z0-9]{4}|[0-9]{4} ?[A-Z]{2}|[A-Z]{1,3}-[0-9]{3,6}(?: [0-9]{2})?|[0-9]{3} [0-9]{2,3}|[0-9]{2,5}-[0-9]{3,4}|[0-9]{3,7})";

/// Small words inside the names of streets and towns.
pub const SMALL: &str = r"(?:de|del|della|di|do|da|dos|das|du|des|la|le|les|el|los|las|van|den|von|der|am|im|an|bei|nad|na|pri|ob|of|and|i|y|e|u|v|w|pod|za|nan|upon|on|sur|sous|aux|et|lès|dei|degli|delle|dello|al|zu|zum|zur|auf|unter|ter|ten|op|aan|het)";

/// Numbered things inside a building: "Counter 4", "security lane 2".
pub static INDOORS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"^(?:(?:\p{Lu}\p{L}+ ){0,2}(?:[Gg]ates?|[Tt]erminals?)|[Cc]ounters?|[Ee]xits?|[Ll]evels?|[Ff]loors?|[Ii]slands?|[Rr]ooms?|[Pp]latforms?|[Zz]ones?|[Dd]esks?|[Bb]elts?|[Ww]indows?|[Ff]orms?|[Ff]lights?|[Rr]ows?|[Ss]eats?|[Ll]ines?|[Bb]us(?:es)?) [A-Z]?[0-9]+|\blanes? [0-9]{1,2}$",
    )
    .expect("the pattern is correct")
});

/// The next piece of a postal block: a flat, a floor, a postcode, a number, a name with a capital, "nan" for a field that a
/// form left empty.
static PIECE: LazyLock<Regex> = LazyLock::new(|| {
    const APART: &str = r"(?:[ ,]{0,3}(?:\n[ >|*]{0,8}){1,4}(?:\?{3} )?,?[ ]?|\.?[ ]?,[ ]{0,2}|;[ ]?| [-|·] |/| {1,2})";
    const FLAT: &str = r"(?i:apt|apto|apartment|app|appt|ap|suite|ste|unit|box|bus|bte|flat|room|floor|piso|planta|etage|lgh|as|kv|bl|sc|et|m|daire|kat|top|lok|building|bldg|block|blk|sector|section|kav|nr?|no)[.:]?[ ]?\#?[0-9]+[A-Za-z]?\b";
    const FLOOR: &str =
        r"[0-9]{1,3}(?:\.|st|nd|rd|th|er|o|a)?[ ]?(?:(?i:floor|etage|emelet|em|tr|tv|mf|piso|og)\b\.?|/F\b|[A-Z]\b)";
    Regex::new(&format!(
        r"^\.? (?:{FLOOR}|{FLAT})|^{APART}(?:{POSTCODE}\b|{FLAT}|\#[ ]?[0-9]+(?:-[0-9]+)*|{FLOOR}|nan\b|(?:bl|sc|et)\.? [A-Z]\b|[0-9]{{1,6}}(?:[ -][0-9]{{1,4}})?(?:[a-z]|oA|o|a)?\b|(?:{SMALL} ){{1,2}}\p{{Lu}}[\p{{L}}\p{{M}}'-]+|(?:(?:[dl]|dell|all|nell|degl)')?\p{{Lu}}(?:[\p{{L}}\p{{M}}'.-]*[\p{{L}}\p{{M}}'])?|\([\p{{L}}\p{{M}} ]+\))"
    ))
    .expect("the pattern is correct")
});

/// A short word with a full stop after it that goes on: "St. Albans", "Co. Kilkenny".
static SHORT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?:^|[^\p{L}])(?:St|Ste|Mt|Ft|Co|Jal|Col|Sta|Sto|N|S|E|W|Sv|Dr|Gen|Pres)$")
        .expect("the pattern is correct")
});

/// A line of a block in text without capitals.
static SMALL_LINE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^(?:,? ?\n{1,2}[ >|]*(?:\?{3} )?,? ?|, ?)(?:[\p{L}\p{M}0-9'().,-]+ ?){1,5}(?:\n|$)")
        .expect("the pattern is correct")
});

/// Towns and a postcode without any sign between them, in text without capitals.
static SMALL_TAIL: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^,? (?:[\p{L}\p{M}'-]+,? ){1,6}?(?:[0-9]{4,6}|[a-z]{1,2}[0-9][a-z0-9]? [0-9][a-z]{2})\b")
        .expect("the pattern is correct")
});

/// The next word in text without capitals.
static SMALL_WORD: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^,? (?:in )?(?P<word>[\p{L}\p{M}'-]+)").expect("the pattern is correct"));

/// What towns and the next line of an address begin with, and what is an ordinary word as well.
fn leads_town(word: &str) -> bool {
    const HEADS: [&str; 30] = [
        "new",
        "north",
        "south",
        "east",
        "west",
        "upper",
        "lower",
        "nether",
        "great",
        "little",
        "saint",
        "st",
        "san",
        "santa",
        "old",
        "port",
        "mount",
        "fort",
        "lake",
        "los",
        "las",
        "high",
        "apartment",
        "flat",
        "unit",
        "floor",
        "street",
        "road",
        "avenue",
        "lane",
    ];
    HEADS.contains(&word)
}

/// Whether speech recognition writes a number so.
pub fn is_number_word(word: &str) -> bool {
    NUMBER.is_match(word)
}

static NUMBER: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(&format!("^{NUMBER_WORD}$")).expect("the pattern is correct"));

/// A line of a signature that is no part of its address.
static CONTACT: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)\b(?:mobile|cell|phone|tel|telephone|fax|desk|office|e-?mail|web)\b|@"));

/// What stands before a door in the same block: flats, numbers, houses with a name, a postcode and its town, the
/// other street of a corner.
static BEFORE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?:\b(?i:apt|apartment|suite|unit|flat|room|house|floor|building|bldg|block|blk|tower|sector|section|lot|plot|shop|no)\.?(?: ?no\.?)? ?#?[0-9]*[A-Za-z]?(?:/F)?[,/]?[ \n]|\b[0-9]{1,3}/F, |\bNo\. ?|\b[0-9]{1,4}[A-Za-z]?(?:-[0-9]+)?[,/] ?|\b(?:[A-Z]{1,2}-)?[0-9]{4,5} \p{Lu}[\p{L}\p{M}-]+, |(?:\bThe )?(?:\p{Lu}[\p{L}\p{M}'-]+ ){1,3}(?:House|Cottage|Lodge|Court|Farm|Villas?|Rectory|Hall|Manor|Barn|Mill|Building|Towers?|Apartments|Mansions?|Residences?|Heights|Buildings|Quays?|View),[ \n]|(?:\p{Lu}[\p{L}\p{M}'-]+ )?Lane, |\b(?:\p{Lu}[\p{L}\p{M}'-]+ ){1,3}(?:and|&) )$",
    )
});

/// `range` with the pieces of the same postal block before and after it. An empty range begins with its first piece.
pub fn around(text: &str, mut range: Range<usize>, has_capitals: bool) -> Range<usize> {
    if range.is_empty() {
        let first = format!(" {}", ahead(text, range.start));
        match PIECE.find(&first) {
            Some(piece) => range.end += piece.end() - 1,
            None => return range,
        }
    } else {
        let whole = text[..range.start].trim_end_matches(|c: char| c.is_alphanumeric() || c == '-');
        range.start = start_of_block(text, whole.len());
    }
    for _ in 0..PIECES_MAX {
        match piece_length(text, range.end, has_capitals) {
            Some(length) => range.end += length,
            None => break,
        }
    }
    range
}

fn start_of_block(text: &str, mut start: usize) -> usize {
    for _ in 0..PIECES_BEFORE_MAX {
        let from = text.floor_char_boundary(start.saturating_sub(REACH_BYTES));
        match BEFORE.find(&text[from..start]) {
            Some(piece) => start = from + piece.start(),
            None => break,
        }
    }
    start
}

/// Bytes of the next piece after `end`.
fn piece_length(text: &str, end: usize, has_capitals: bool) -> Option<usize> {
    let rest = ahead(text, end);
    if !has_capitals && let Some(line) = SMALL_LINE.find(rest) {
        return (!CONTACT.is_match(line.as_str())).then(|| line.as_str().trim_end_matches('\n').len());
    }
    if !has_capitals && let Some(tail) = SMALL_TAIL.find(rest) {
        return Some(tail.len());
    }
    if !has_capitals && let Some(found) = SMALL_WORD.captures(rest) {
        let word = plain(&found["word"]);
        let is_town = known(&word).place
            || !known(&word).ordinary
            || !is_listed(&word)
            || leads_town(&word)
            || is_number_word(&word);
        return (is_town && word.len() > 1).then(|| found[0].len());
    }
    let is_short =
        rest.starts_with(". ") && SHORT.is_match(&text[text.floor_char_boundary(end.saturating_sub(8))..end]);
    // Hungarian and Czech house numbers end with a full stop: "Király u. 15.", and the town is on the next line.
    let is_number = rest.starts_with(".\n") && text[..end].ends_with(|c: char| c.is_ascii_digit());
    let dot = usize::from(is_short || is_number);
    let piece = PIECE.find(&rest[dot..])?;
    let length = dot + piece.end();
    let word = piece.as_str().trim_start_matches(|c: char| !c.is_alphanumeric());
    (!begins_other(text, end + usize::from(is_number), &rest[length..], word)).then_some(length)
}

/// Whether `word` begins the next sentence, or a line of another kind: "12 Main St. My card", "Tel: 12".
fn begins_other(text: &str, end: usize, after: &str, word: &str) -> bool {
    let after_stop = text[..end].ends_with('.');
    let known = known(&plain(word));
    word == "I"
        || (after.starts_with(':') && !after.starts_with(":\n"))
        || (after_stop && known.ordinary && !known.place)
}

fn ahead(text: &str, from: usize) -> &str {
    &text[from..text.ceil_char_boundary((from + REACH_BYTES).min(text.len()))]
}

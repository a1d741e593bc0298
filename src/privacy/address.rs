//! Street addresses, English and other Latin ones, and Chinese. A city or a country alone is nobody's address; from the
//! house number on, what belongs to the same postal block goes with it. Knows forms, no register of streets.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::folded::Folded;
use super::postal::{INDOORS, POSTCODE, SMALL, around};
use super::settle::{Candidate, Sure};
use super::titled::titled;
use super::words::{known, plain};
use super::{Kind, pattern};

/// As [`pattern`], with boundaries of every script: streets begin with "Å" and "Ú".
fn wide(text: &str) -> Regex {
    Regex::new(text).expect("the pattern is correct")
}

/// A word of a street's or a town's name.
const NAME: &str = r"(?:\p{Lu}[\p{L}\p{M}'.-]*|[\p{Latin}\p{Greek}\p{Cyrillic}][\p{L}\p{M}'.-]+)";

/// Words for streets, whole or at the end of a word ("Hauptstraße", "Kungsgatan").
const STREET: &str = r"(?:streets?|st|roads?|rd|avenues?|ave|av|lanes?|ln|boulevards?|blvd|squares?|sq|terraces?|crescent|cres|grove|highway|hwy|parkway|pkwy|mews|quay|rue|calle|avenida|via|piazza|plaza|ulica|ul|utca|útja|u|\p{L}*(?:stra(?:ss|ß)e|str|gasse|weg|gatan|vägen|gade|vej|straat|laan|plein|katu|tie|veien|gata|platz))";

/// Rooms and boxes: "Apt. 12", "Suite 4B", "P.O. Box 7".
const UNIT: &str = r"(?:apt|apartment|suite|ste|unit|flat|p\.?\ ?o\.?\ box|postbox|box|psc|postfach|apartado|casella\ postale|postboks|postbus)\.?\ ?\#?\ ?[0-9]+[a-z]?\b";

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

/// Street words that are ordinary ones too ("11 minutes' walk") count with a capital only; most are the suffixes of
/// Publication 28 of the United States Postal Service.
static WITH_CAPITAL: LazyLock<Regex> = LazyLock::new(|| {
    wide(
        r"\b[0-9]{1,6}[a-zA-Z]?(?: [0-9]{1,5})?,? (?:\p{Lu}[\p{L}\p{M}'.-]* ){1,3}(?:Alley|Arcade|Bayou|Bend|Bluffs?|Bottom|Brooks?|Burgs?|Bypass|Canyon|Causeway|Center|Centers|Circles?|Cliffs?|Close|Commons?|Corners?|Course|Courts?|Coves?|Creek|Crest|Crossing|Crossroads?|Ct|Curve|Dale|Dam|Divide|Dr|Drives?|Estates?|Expressway|Extensions?|Falls|Ferry|Fields?|Flats?|Fords?|Forest|Forges?|Forks?|Freeway|Gardens?|Gateway|Glens?|Greens?|Harbors?|Haven|Heights|Hills?|Hollow|Inlet|Isle|Junctions?|Knolls?|Landing|Lodge|Loop|Manors?|Meadows?|Mills?|Mission|Motorway|Mount|Mountains?|Neck|Orchard|Oval|Overpass|Parade|Park|Parks|Pass|Passage|Path|Pike|Pines?|Pl|Place|Plains?|Points?|Ports?|Prairie|Radial|Ramp|Ranch|Rapids?|Rest|Ridges?|Rise|Route|Row|Run|Shoals?|Shores?|Springs?|Spurs?|Stravenue|Streams?|Summit|Throughway|Trace|Track|Trafficway|Trail|Tunnel|Turnpike|Underpass|Valleys?|Viaduct|Views?|Villages?|Ville|Vista|Walks?|Wall|Ways?|Wells?|Wynd|Yard|Nagar|Marg|Soi)\b(?: (?:North|South|East|West|[NSEW])\b)?",
    )
});

/// Streets whose kind comes first, with a number before or after: "Rua da Paz 12", "7 rue du Port", "ul. Wolska 3". "Via" with
/// a small name after it is the English word.
static KIND_FIRST: LazyLock<Regex> = LazyLock::new(|| {
    const KIND: &str = r"(?:[Rr]ue|[Rr]u[aá]|[Rr]úa|[Cc]alle|[Cc]/|Via|[Vv]iale|[Vv]icolo|[Cc]orso|[Aa]v(?:enida|da\.?|inguda|\.)|[Uu]lica|[Uu]l\.|[Aa]leje|[Aa]leja|[Aa]l\.|[Oo]s(?:iedle|\.)|[Tt]rg|[Pp]iazza(?:le)?|[Pp]laza|[Pp]la[cç]a?|[Pp]l\.|[Pp]ra[çc]a|[Ss]trada|[Cc]alea|[Pp]aseo|[Pp]asseig|[Cc]arrer|[Cc]arretera|[Cc]amino|[Rr]onda|[Rr]ambla|[Tt]ravessa|[Ee]strada|[Aa]lameda|[Ll]argo|[Cc]hemin|[Ii]mpasse|[Aa]llées?|[Rr]oute d[eu]s?|place d[eu]s?|[Qq]uai|[Jj]alan|[Jj]l\.|[Ll]orong|[Oo]dos|[Ll]eoforos|[Bb]ul\.|[Bb]ulevar(?:d|ul)?)";
    const WORD: &str = r"[\p{L}][\p{L}\p{M}'.-]*";
    const NUMBER: &str = r"(?:[Nn](?:o|r|°)?\.? ?)?[0-9]{1,5}[a-zA-Z]?\b";
    wide(&format!(
        r"\b(?:(?:[0-9]{{1,6}}(?: bis| ter)?,? (?:[0-9]{{1,5}} )?){KIND} (?:{WORD} ){{0,4}}?{WORD}(?: [0-9]{{1,5}}[a-z]?\b)?|{KIND} (?:{WORD} ){{0,5}}?{WORD},? {NUMBER})"
    ))
});

/// Streets whose kind comes after their name and before the number: "Andrássy út 60", "Nevsky prospekt 28".
static KIND_LAST: LazyLock<Regex> = LazyLock::new(|| {
    wide(
        r"\b\p{Lu}[\p{L}\p{M}'.-]*(?: [\p{L}\p{M}'.-]+){0,2} (?:út|utca|u\.|tér|tere|körút|köz|náměstí|náb\.|třída|tř\.|ulice|cesta|prospekt(?:as)?|pr\.|iela|bulvāris|gatvė|g\.|tänav|puiestee|maantee|mnt|tee|väg|allé|plads|plass|s gate|[Cc]ad(?:desi|\.)|[Ss]ok(?:ak|ağı|\.)|[Bb]ulvarı|Soi),? (?:[Nn]o[.:]? ?)?[0-9]{1,5}[a-zA-Z]?\b",
    )
});

/// "Am Kirchberg 22, 65183 Wiesbaden": whatever the street is called, a postcode and a town after its number tell.
static BEFORE_TOWN: LazyLock<Regex> = LazyLock::new(|| {
    const TOWN: &str = r"\p{Lu}[\p{L}\p{M}'.-]+";
    wide(&format!(
        r"\b(?:(?:os|al|pl|ul|bul)\. )?{TOWN}(?: (?:{TOWN}|{SMALL}|gate|kralja)){{0,4}},? (?:[Nn][or][.:]? ?)?[0-9]{{1,4}}(?:[ /-]?[A-Za-z0-9]{{1,4}}){{0,2}}(?:, (?:[a-z]+\.? )?[0-9]+[. ]{{0,2}}[a-zA-Z]{{0,2}})?(?:, ?|,? ?\n ?| )(?:{POSTCODE} {TOWN}|{TOWN},? {POSTCODE}\b)"
    ))
});

/// "Church Lane, Lower Slaughter GL54 2HP": British and Canadian postcodes look like nothing else.
static AT_POSTCODE: LazyLock<Regex> = LazyLock::new(|| {
    const WORD: &str = r"\p{Lu}[\p{L}\p{M}'.-]+";
    wide(&format!(
        r"\b(?:(?:{WORD} ){{0,3}}{WORD},[ \n]){{0,4}}(?:{WORD} ){{0,3}}(?:{WORD},?[ \n])?(?:[A-Z]{{1,2}}[0-9][A-Z0-9]? [0-9][A-Z]{{2}}|[A-Z][0-9][A-Z] [0-9][A-Z][0-9])\b"
    ))
});

/// Blocks and streets of Japan and Korea: "1-2-3 Ginza", "25 Teheran-ro".
static BLOCK_NUMBER: LazyLock<Regex> = LazyLock::new(|| {
    wide(
        r"\b(?:[0-9]{1,2}-[0-9]{1,2}-[0-9]{1,3},? \p{Lu}\p{L}{3,}|[0-9]{1,4}(?:-[0-9]{1,3})?,? \p{Lu}\p{L}+-(?:ro|gil|daero|dong)\b(?: [0-9]{1,3}-gil)?)",
    )
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
        r"(?ix)(?:\baddress(?:es)?(?:\ (?:\w+\ ){0,5}?(?:is|are|to|was|as))?\s*:?|\b(?:i|we|he|she|they)(?:\ (?:\w+\ ){0,2})?\ ?(?:lives?|lived)\ (?:at|on|in)|\blives?\ (?:at|in|on)|\bliving\ (?:at|in|on)|\breside[sd]?\ (?:at|in|on)|\bresident\ of|\bstay(?:s|ed|ing)?\ (?:at|in)|\b(?:deliver|send|sent|ship|shipped|mail|taxi|cab|uber|come|drive|mov(?:e|ed|ing)|return|redirect|forward)(?:\ (?:\w+\ ){0,3}?)?\ ?(?:to|from)|\b(?:meet(?:\ \w+)?|drops?(?:\ \w+){0,2}\ off|picks?(?:\ \w+){0,2}\ up)\ (?:at|from)|\b(?:home|house|flat|apartment|office|place)(?:\ (?:is|was))?(?:\ located)?(?:\ (?:at|on|in)|:)|\blocated\ at|\bzip(?:\ code)?\s?:?|\bpost(?:al)?\ ?code\s?:?|\b(?:sent|delivered|shipped|mailed|posted)\ to\?\s+\w+:|\b(?:address|live)\?\s+\w+:)\s+",
    )
});

/// A street without a number, where somebody lives or works.
static ON_STREET: LazyLock<Regex> = LazyLock::new(|| {
    wide(&format!(
        r"\b(?i:liv(?:es?|ed|ing)|resid\w+|works?|stay(?:s|ing|ed)?|house|home|flat|apartment|grew up)(?: \w+)?? (?:at|on|in|off|near|from) (?P<street>(?:\p{{Lu}}[\p{{L}}\p{{M}}'.-]* ){{1,3}}(?i:{STREET}|drive|court|place|way|close|gardens|row|hill))\b"
    ))
});

/// An announced block in text without capitals begins with a number and goes to the end of the sentence.
static LOWER: LazyLock<Regex> = LazyLock::new(|| {
    wide(
        r"^[0-9]{1,6}[a-z]? [\p{Ll}0-9][\p{Ll}\p{M}0-9'/-]*(?:(?:,? |\.? |,?\n(?:\?{3} )?)[\p{Ll}\p{M}0-9'#/-]+){1,14}",
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
    let has_capitals = folded.text.chars().any(char::is_uppercase);
    let text = titled(&folded.text);
    let text = text.as_ref();
    if text.bytes().any(|byte| byte.is_ascii_digit()) {
        find_doors(text, has_capitals, candidates);
        find_announced(text, &folded.text, has_capitals, candidates);
    }
    for found in ON_STREET.captures_iter(text).filter_map(|found| found.name("street")) {
        candidates.push(Candidate::new(around(text, found.range(), has_capitals), Kind::Address, Sure::Announced));
    }
    for found in CHINESE.find_iter(text) {
        candidates.push(Candidate::new(without_lead(text, found.range()), Kind::Address, Sure::Form));
    }
}

fn find_doors(text: &str, has_capitals: bool, candidates: &mut Vec<Candidate>) {
    let between = BETWEEN.find_iter(text).filter(|found| names_street(found.as_str()));
    let others = [&*WITH_CAPITAL, &*KIND_FIRST, &*KIND_LAST, &*WITH_UNIT, &*BEFORE_TOWN, &*AT_POSTCODE, &*BLOCK_NUMBER]
        .into_iter()
        .flat_map(|form| form.find_iter(text));
    for found in DOOR.find_iter(text).chain(between).chain(others) {
        let range = without_small_words(text, found.range());
        if !INDOORS.is_match(&text[range.clone()]) && !is_count(&text[range.clone()]) {
            candidates.push(Candidate::new(around(text, range, has_capitals), Kind::Address, Sure::Form));
        }
    }
}

fn find_announced(text: &str, written: &str, has_capitals: bool, candidates: &mut Vec<Candidate>) {
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
        // "the address is wrong" has neither number nor block.
        let block = &text[range.clone()];
        if block.bytes().any(|byte| byte.is_ascii_digit()) && !INDOORS.is_match(block) {
            candidates.push(Candidate::new(range, Kind::Address, Sure::Announced));
        }
    }
}

/// Among words with capitals, a street does not begin with the small words before it: "the bag to Lindenweg 7".
fn without_small_words(text: &str, range: Range<usize>) -> Range<usize> {
    let is_start = |word: &str| {
        let first = word.chars().find(|c| c.is_alphanumeric());
        first.is_some_and(|c| c.is_uppercase() || c.is_ascii_digit()) || is_street_kind(word)
    };
    let mut from = range.start;
    while !text[from..range.end].contains("corner of ") {
        let Some((word, rest)) = text[from..range.end].split_once(' ') else { break };
        let is_sentence_word = word == "I"
            || word.starts_with("I'")
            || rest.starts_with(|c: char| c.is_lowercase()) && known(&plain(word)).ordinary;
        if (is_start(word) && !is_sentence_word) || !rest.contains(|c: char| c.is_uppercase()) {
            break;
        }
        from = range.end - rest.len();
    }
    from..range.end
}

/// Kinds of streets that are written small.
fn is_street_kind(word: &str) -> bool {
    const KINDS: [&str; 18] = [
        "rue", "rua", "calle", "c/", "via", "viale", "corso", "ul.", "ulica", "al.", "os.", "pl.", "bul.", "place",
        "avenida", "av.", "impasse", "trg",
    ];
    KINDS.contains(&word)
}

/// "Sockets 5 and 6 at Gadget Quay": no street begins so.
fn is_count(words: &str) -> bool {
    let word = plain(words.split(' ').nth(1).unwrap_or_default());
    words.starts_with(|c: char| c.is_ascii_digit())
        && [
            "at",
            "on",
            "in",
            "to",
            "from",
            "of",
            "or",
            "and",
            "for",
            "am",
            "pm",
            "am.",
            "pm.",
            "people",
            "times",
            "divided",
            "divisible",
            "multiplied",
            "minutes",
            "hours",
            "days",
            "weeks",
            "months",
            "years",
        ]
        .contains(&word.as_str())
}

/// Whether a word between two numbers can be a street's: "95588 or 110" and "260 per person. Book 24" have none.
fn names_street(words: &str) -> bool {
    let is_name = |word: &str| {
        let known = known(&plain(word));
        word.chars().filter(|c| c.is_alphabetic()).count() > 2 && !known.ordinary && !known.place
    };
    !words.contains(". ") && words.split(' ').any(is_name)
}

/// "我住在北京市...": what leads to the address is not part of it.
fn without_lead(text: &str, range: Range<usize>) -> Range<usize> {
    const LEADS: [&str; 12] =
        ["我家在", "我住在", "住在", "寄到", "地址是", "地址", "家在", "送到", "位于", "住", "从", "在"];
    let inside = &text[range.clone()];
    let lead = LEADS.iter().find(|lead| inside.starts_with(**lead)).map_or(0, |lead| lead.len());
    range.start + lead..range.end
}

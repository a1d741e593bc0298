//! Doors: a house number with its street, in the forms of many countries, and rooms and boxes. Knows how streets are called
//! and where numbers stand, no register of streets.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::cue::is_a_things;
use super::postal::{INDOORS, POSTCODE, SMALL};
use super::words::{known, plain};

/// As [`pattern`](super::pattern), with boundaries of every script: streets begin with "Å" and "Ú".
pub(super) fn wide(text: &str) -> Regex {
    Regex::new(text).expect("the pattern is correct")
}

/// A word of a street's or a town's name.
const NAME: &str = r"(?:\p{Lu}[\p{L}\p{M}'.-]*|[\p{Latin}\p{Greek}\p{Cyrillic}][\p{L}\p{M}'.-]+)";

/// Words for streets, whole or at the end of a word ("Hauptstraße", "Kungsgatan").
const STREET: &str = r"(?:streets?|st|roads?|rd|avenues?|ave|av|lanes?|ln|boulevards?|blvd|squares?|sq|terraces?|crescent|cres|grove|highway|hwy|parkway|pkwy|mews|quay|rue|calle|avenida|via|piazza|plaza|ulica|ul|utca|útja|u|[\p{L}\p{M}'-]*(?:stra(?:ss|ß)e|str|gasse|weg|gatan|vägen|gade|vej|straat|laan|plein|katu|tie|veien|gata|platz))";

/// Rooms and boxes: "Apt. 12", "Suite 4B", "P.O. Box 7".
const UNIT: &str = r"(?:apt|apartment|suite|ste|unit|flat|p\.?\ ?o\.?\ box|postbox|box|psc|postfach|apartado|casella\ postale|postboks|postbus)\.?\ ?\#?\ ?[0-9]+[a-z]?(?:-[0-9]{3,5})?\b";

/// A house number with a street beside it, in either order, or a unit.
static DOOR: LazyLock<Regex> = LazyLock::new(|| {
    wide(&format!(
        r"(?ix)(?:\b[0-9]{{1,6}}[a-z]?(?:[\ /-][0-9]{{1,5}})?,?\ (?:{NAME}\ ){{0,4}}?{STREET}\b\.?(?:\ (?:north|south|east|west|[nsew])\b)?(?:\ [0-9]{{1,5}}[a-z]?\b)?
        |\b(?:{NAME}\ ){{0,3}}{STREET}\b\.?\ [0-9]{{1,5}}[a-z]?\b
        |\b(?:the\ )?corner\ of\ (?:[0-9]+\ )?(?:{NAME}\ ){{1,4}}(?:[0-9]+\ )?and\ (?:[0-9]+\ )?{NAME}(?:\ {NAME})?(?:\ [0-9]+)?
        |\b(?:US(?:S|NS|NV|CGC)?\ {NAME}\s+|{NAME}\ ){{0,2}}\b[AFD]PO\ A[AEP]\ [0-9]{{5}}\b
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
    const KIND: &str = r"(?:[Rr]ue|[Bb]d\.?|[Ff]aubourg|[Cc]ours|[Rr]u[aá]|[Rr]úa|[Cc]alle|[Cc]/|Via|[Vv]iale|[Vv]icolo|[Cc]orso|[Aa]v(?:enida|da\.?|inguda|\.)|[Uu]lica|[Uu]l\.|[Aa]leje|[Aa]leja|[Aa]l\.|[Oo]s(?:iedle|\.)|[Tt]rg|[Pp]iazz(?:a|ale|etta)|[Pp]laza|[Pp]la[cç]a?|[Pp]l\.|[Pp]ra[çc]a|[Ss]trada|[Cc]alea|[Pp]aseo|[Pp]asseig|[Cc]arrer|[Cc]arretera|[Cc]amino|[Rr]onda|[Rr]ambla|[Tt]ravessa|[Ee]strada|[Rr]odovia|[Aa]lameda|[Bb]eco|[Pp]raceta|[Cc]tra\.?|[Cc]amiño|[Gg]lorieta|[Pp]za\.?|[Cc]ontrada|[Vv]ico|[Ss]alita|[Ll]ungo(?:mare|tevere)|[Ll]argo|[Cc]hemin|[Ii]mpasse|[Aa]llées?|[Rr]oute d[eu]s?|[Pp]lace d[eu]s?|[Qq]uai|[Jj]alan|[Jj]l\.|[Ll]orong|[Oo]dos|[Ll]eoforos|[Bb]ul\.|[Bb]ulevar(?:d|ul)?|Am|Im|Zum|Zur|Beim|(?:An|Auf|In|Unter|Hinter) de[rmn]|[Уу]лица|[Уу]л\.|[Пп]роспект|[Пп]р-т|[Пп]ер\.)";
    const WORD: &str = r"[\p{L}][\p{L}\p{M}'.-]*";
    const NUMBER: &str = r"(?:[Nn](?:o|r|°)?\.? ?)?[0-9]{1,5}[a-zA-Z]?\b";
    wide(&format!(
        r"\b(?:[0-9]{{1,6}}(?: bis| ter)?,? (?:[0-9]{{1,5}} )?{KIND} (?:(?:(?:\p{{Lu}}{WORD}|{SMALL}) ){{0,5}}?\p{{Lu}}{WORD},? {NUMBER}|(?:{SMALL} )*{WORD}(?: [0-9]{{1,5}}[a-z]?\b)?)|{KIND} (?:{WORD} ){{0,5}}?{WORD},? {NUMBER})"
    ))
});

/// Streets whose kind comes after their name and before the number: "Andrássy út 60", "Nevsky prospekt 28".
static KIND_LAST: LazyLock<Regex> = LazyLock::new(|| {
    wide(
        r"\b(?:[0-9]{1,6} )?\p{Lu}[\p{L}\p{M}'.-]*(?: [\p{L}\p{M}'.-]+){0,2} (?:út|utca|u\.|tér|tere|körút|köz|náměstí|náb\.|třída|tř\.|ulice|cesta|prospekt(?:as)?|pr\.|ulica|trg|put|sor|sétány|krt\.|rkp\.|iela|bulvāris|gatvė|g\.|tänav|puiestee|maantee|mnt|tee|väg|allé|plads|plass|s gate|[Cc]ad(?:desi|\.)|[Ss]ok(?:ak|ağı|\.)|[Bb]ulvarı|Soi),? (?:[Nn]o[.:]? ?)?[0-9]{1,5}[a-zA-Z]?\b",
    )
});

/// Streets whose kind is the end of their name, a capital before it: "Mühlenallee 7", "Herengracht 12". Ordinary words have the
/// same endings ("Catering 2"), so that the name must be none.
static KIND_AT_END: LazyLock<Regex> = LazyLock::new(|| {
    wide(
        r"\b(?:[0-9]{1,6} )?\p{Lu}\p{L}{2,}(?:allee|ring|damm|ufer|chaussee|steig|markt|pfad|kamp|stieg|graben|wall|kai|winkel|hof|brücke|bruecke|höhe|allé|gränd|backen|stigen|bakken|haugen|vangen|vænget|torvet|torv|stræde|parken|kade|gracht|singel|dijk|dreef|steeg|kuja|polku|kaari|ranta|aukio|mäki|gata|vegur|braut|stígur),? [0-9]{1,4}[a-z]?\b",
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
        r"\b(?:[0-9]{{1,5}}[a-z]?,? )?(?:(?:{WORD} ){{0,3}}{WORD},[ \n]){{0,4}}(?:{WORD} ){{0,3}}(?:{WORD},?[ \n])?(?:[A-Z]{{1,2}}[0-9][A-Z0-9]? [0-9][A-Z]{{2}}|[A-Z][0-9][A-Z] [0-9][A-Z][0-9])\b"
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

/// "Forty one Marlow Crescent", "number two lime tree avenue": speech recognition writes numbers as words.
static SPOKEN: LazyLock<Regex> = LazyLock::new(|| {
    const KIND: &str = r"(?:streets?|st|roads?|rd|avenue|ave|lane|crescent|close|drive|court|terrace|square|grove|gardens|boulevard|place|hill|parade|mews|row|mount|cottages?|green|park|heights|wharf|quay|villas|extension|circle|trail|loop)";
    wide(&format!(
        r"(?i)(?P<lead>\bnumber )?\b{NUMBER_WORD}(?:[ -]{NUMBER_WORD})*(?: [a-z])?,? (?P<name>(?:[\p{{L}}\p{{M}}'-]+ ){{1,3}}?){KIND}\b(?: {KIND}\b)?"
    ))
});

/// A number in words, or one digit of it.
pub const NUMBER_WORD: &str = r"(?:(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|thousand|oh|zero|double|slash)(?:[ -]and)?\b)";

/// What a spoken house number stands behind.
static AT: LazyLock<Regex> =
    LazyLock::new(|| wide(r"(?i)(?:^|\b(?:at|to|it's|its|that's|is|was|on|address|house|live|above) )$"));

/// Words between a number and "street" that lead to no street: "two minutes down the road".
static DOWN_THE_ROAD: LazyLock<Regex> = LazyLock::new(|| {
    wide(
        r"(?i)\b(?:the|a|an|this|that|of|by|on|in|at|to|my|your|our|more|other|minutes?|hours?|days?|blocks?|miles?|metres?|meters?|down|up|along|across|way|way's|bus|taxi|cycle|fast|slow|lanes?|people|times|and|or|is|are|was|were|for|from|with)\b",
    )
});

fn is_spoken_street(text: &str, found: &regex::Captures) -> bool {
    let (start, name) = (found.get(0).map_or(0, |whole| whole.start()), &found["name"]);
    let is_odd = name.split(' ').any(|word| word.len() > 2 && !known(&plain(word)).ordinary);
    let is_led = || found.name("lead").is_some() || AT.is_match(&text[..start]);
    !DOWN_THE_ROAD.is_match(name) && (is_odd || is_led())
}

/// A street without a number, where somebody lives or works.
static ON_STREET: LazyLock<Regex> = LazyLock::new(|| {
    wide(&format!(
        r"\b(?i:liv(?:es?|ed|ing)|resid\w+|works?|stay(?:s|ing|ed)?|house|home|flat|apartment|grew up)(?: \w+)?? (?:at|on|in|off|near|from) (?P<street>(?:\p{{Lu}}[\p{{L}}\p{{M}}'.-]* ){{1,3}}(?i:{STREET}|drive|court|place|way|close|gardens|row|hill))\b"
    ))
});

/// A street by its name.
static NAMED: LazyLock<Regex> = LazyLock::new(|| {
    wide(
        r"(?:\p{Lu}[\p{L}\p{M}'-]+ ){1,3}(?:Street|Road|Avenue|Lane|Boulevard|Square|Terrace|Crescent|Grove|Drive|Court|Close|Gardens|Row|Hill)\b",
    )
});

static PUBLIC: LazyLock<Regex> = LazyLock::new(|| {
    wide(
        r"^ (?i:branch|stations?|stops?|office|terminal|market|mall|hotel|tram|metro|bus|line|exit|entrance|gate|bank)\b",
    )
});

/// Streets without a number: beside a door they lead to it. "The Quay Street branch" is a public place.
pub fn streets(text: &str) -> impl Iterator<Item = Range<usize>> {
    let streets = NAMED.find_iter(text).filter(|found| !PUBLIC.is_match(&text[found.end()..]));
    streets.map(|found| without_first_word(text, found.range()))
}

/// "Is Oak Street": a sentence begins with an ordinary word, and the street after it.
fn without_first_word(text: &str, range: Range<usize>) -> Range<usize> {
    match text[range.clone()].split_once(' ') {
        Some((word, rest)) if rest.contains(' ') && known(&plain(word)).ordinary => range.end - rest.len()..range.end,
        _ => range,
    }
}

/// Where doors stand in `text`, as far as the forms alone say.
pub fn doors(text: &str) -> impl Iterator<Item = Range<usize>> {
    let named = |found: &regex::Match| names_street(found.as_str());
    let between = BETWEEN.find_iter(text).filter(named).chain(KIND_AT_END.find_iter(text).filter(named));
    let forms =
        [&*DOOR, &*WITH_CAPITAL, &*KIND_FIRST, &*KIND_LAST, &*WITH_UNIT, &*BEFORE_TOWN, &*AT_POSTCODE, &*BLOCK_NUMBER];
    let found = forms.into_iter().flat_map(|form| form.find_iter(text)).chain(between);
    let doors = found.map(|found| without_small_words(text, found.range()));
    let spoken = SPOKEN
        .captures_iter(text)
        .filter(|found| is_spoken_street(text, found))
        .filter_map(|found| Some(found.get(0)?.range()));
    doors.chain(spoken).filter(|door| {
        let words = &text[door.clone()];
        !INDOORS.is_match(words) && !is_count(words) && !DATE.is_match(words) && !is_a_things(text, door.start)
    })
}

/// Whether a house number is written in words.
pub fn has_spoken_door(text: &str) -> bool {
    SPOKEN.captures_iter(text).any(|found| is_spoken_street(text, &found))
}

/// Streets without a number where somebody lives or works.
pub fn homes(text: &str) -> impl Iterator<Item = Range<usize>> {
    ON_STREET.captures_iter(text).filter_map(|found| Some(found.name("street")?.range()))
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

/// "24 October 2020" and "Model 3 Tesla 2021" have the form of a door before a town and its postcode.
static DATE: LazyLock<Regex> = LazyLock::new(|| {
    const MONTH: &str = "(?i:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)";
    const YEAR: &str = "(?:1[0-9]{3}|20[0-9]{2})";
    wide(&format!(
        r"\b(?:[0-9]{{1,2}}(?:st|nd|rd|th)? (?:of )?{MONTH},? {YEAR}|{MONTH}\.? [0-9]{{1,2}}(?:st|nd|rd|th)?,? {YEAR})\b|^\p{{L}}+ [0-9]{{1,3}} \p{{L}}+ {YEAR}$"
    ))
});

/// "Sockets 5 and 6 at Gadget Quay": no street begins so.
pub fn is_count(words: &str) -> bool {
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
            "my",
            "your",
            "our",
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

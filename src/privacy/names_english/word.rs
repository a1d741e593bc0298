//! One word of a text as a part of a name: how it is written, what is known of it, and how many points that earns.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use crate::privacy::likeness::likeness;
use crate::privacy::pattern;
use crate::privacy::words::{Known, ends_as_surname, is_listed, known, plain};

const GIVEN: i32 = 3;
const SURNAME: i32 = 2;
const ENDING: i32 = 2;
const UNKNOWN: i32 = 1;
/// An unknown word that is spelled as names are.
const LIKELY: i32 = 2;
const LIKE_A_NAME: f32 = 2.0;
const LIKE_A_WORD: f32 = -2.0;
/// A fact that is an ordinary word as well ("Will", "Rose").
const DOUBTFUL: i32 = 1;
const INITIAL: i32 = 2;
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    Lower,
    Capital,
    /// Two letters or more, all capital.
    Upper,
    /// One capital letter.
    Initial,
    /// A capital further on: "eSIM", "PayLink", "ATMs". "McDonald" and "DeVito" are capital words.
    Mixed,
}

pub struct Word {
    pub range: Range<usize>,
    pub plain: String,
    pub known: Known,
    pub shape: Shape,
}

pub static WORD: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"[\p{Latin}\p{Greek}\p{Cyrillic}][\p{Latin}\p{Greek}\p{Cyrillic}\p{M}]*(?:['-][\p{Latin}\p{Greek}\p{Cyrillic}][\p{Latin}\p{Greek}\p{Cyrillic}\p{M}]+)*",
    )
});

/// Words of addresses of machines are nobody's name here; e-mail addresses are found elsewhere.
static MACHINE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)\b(?:[a-z]+://|www\.)\S+|[\w.+-]+@\S+|\b[\w-]+\.(?:com|net|org|cn)\b\S*"));

/// No part of the name, and a sign that one comes.
const TITLES: [&str; 14] =
    ["mr", "mrs", "ms", "miss", "mx", "dr", "prof", "professor", "captain", "capt", "mister", "doctor", "sir", "madam"];

/// Small words inside names.
const PARTICLES: [&str; 19] = [
    "van", "von", "der", "den", "de", "del", "della", "di", "da", "dos", "du", "la", "le", "bin", "binti", "ibn", "al",
    "ter", "ten",
];

/// Arabic articles before a family's name, joined to it.
const ARTICLES: [&str; 10] = ["al", "el", "as", "ash", "ad", "an", "ar", "at", "az", "ul"];

/// A run with one of these is an organisation's or a thing's name.
pub const ORGANISATIONS: [&str; 120] = [
    "inc",
    "incorporated",
    "corp",
    "corporation",
    "co",
    "company",
    "ltd",
    "limited",
    "llc",
    "plc",
    "gmbh",
    "ag",
    "group",
    "holdings",
    "bank",
    "banking",
    "airlines",
    "airline",
    "airways",
    "air",
    "university",
    "college",
    "school",
    "institute",
    "hotel",
    "hospital",
    "technologies",
    "technology",
    "systems",
    "solutions",
    "services",
    "service",
    "investments",
    "capital",
    "partners",
    "associates",
    "lines",
    "international",
    "national",
    "society",
    "association",
    "union",
    "ministry",
    "department",
    "express",
    "museum",
    "airport",
    "terminal",
    "station",
    "street",
    "road",
    "boulevard",
    "bakery",
    "avenue",
    "square",
    "bridge",
    "river",
    "lake",
    "island",
    "park",
    "league",
    "cup",
    "tower",
    "mall",
    "lane",
    "wing",
    "harbour",
    "harbor",
    "pier",
    "quay",
    "suite",
    "hall",
    "church",
    "mosque",
    "temple",
    "cathedral",
    "lounge",
    "kitchen",
    "beach",
    "hills",
    "foundation",
    "committee",
    "agency",
    "insurance",
    "media",
    "records",
    "studios",
    "fc",
    "united",
    "consulting",
    "analytics",
    "software",
    "networks",
    "labs",
    "laboratories",
    "ventures",
    "logistics",
    "energy",
    "industries",
    "enterprises",
    "motors",
    "electric",
    "financial",
    "finance",
    "securities",
    "trust",
    "broadcasting",
    "club",
    "council",
    "federation",
    "authority",
    "economics",
    "pharmaceuticals",
    "clinic",
    "academy",
    "foods",
    "traders",
    "trading",
    "builders",
    "manufacturing",
];

/// Words that begin the names of places in many languages.
const PLACE_HEADS: [&str; 62] = [
    "gare", "aeroport", "estacion", "stazione", "praca", "praia", "hotel", "hostel", "jalan", "jln", "lorong", "rue",
    "via", "calle", "rua", "avenida", "plaza", "piazza", "bukit", "pulau", "kampung", "teluk", "wat", "san", "santa",
    "santo", "sankt", "sant", "sao", "saint", "st", "port", "puerto", "ponta", "playa", "mount", "mont", "lake",
    "fort", "los", "las", "north", "south", "east", "west", "new", "novo", "nowy", "nowa", "stary", "ciudad", "castel",
    "cerro", "bad", "cite", "kuala", "bandar", "tanjung", "nakhon", "koh", "loch", "nizhny",
];

pub fn words(text: &str) -> Vec<Word> {
    let mut machines = MACHINE.find_iter(text).peekable();
    let mut words: Vec<Word> = Vec::new();
    for found in WORD.find_iter(text) {
        while machines.next_if(|machine| machine.end() <= found.start()).is_some() {}
        let in_machine = machines.peek().is_some_and(|machine| machine.start() <= found.start());
        let beside_digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit() || c == '_');
        let in_code =
            beside_digit(text[..found.start()].chars().next_back()) || beside_digit(text[found.end()..].chars().next());
        let contracted = text[found.end()..].starts_with("'t");
        if !in_machine && !in_code && !contracted {
            words.push(Word::of(found.range(), found.as_str()));
        }
    }
    mark_places_of_two_words(&mut words);
    words
}

fn mark_places_of_two_words(words: &mut [Word]) {
    for at in 1..words.len() {
        let pair = format!("{}-{}", words[at - 1].plain, words[at].plain);
        if known(&pair).place {
            let place = Known { place: true, ..Known::default() };
            (words[at - 1].known, words[at].known) = (place, place);
        }
    }
}

impl Word {
    fn of(range: Range<usize>, written: &str) -> Self {
        let plain = plain(written);
        let known = known_of_parts(&plain);
        let shape = shape(written);
        Self { range, plain, known, shape }
    }

    pub fn is_fact(&self) -> bool {
        self.known.is_name()
    }

    /// A fact that is nothing else.
    pub fn is_sure(&self) -> bool {
        self.is_fact() && !self.known.ordinary && !self.known.place
    }

    /// A given name and nothing else.
    pub fn is_sure_given(&self) -> bool {
        self.is_sure() && self.known.given && !self.is_pair_of_families()
    }

    /// "Lang-Moss": two families with a hyphen, and not "Jean-Pierre". Firms are called so, too.
    pub fn is_pair_of_families(&self) -> bool {
        self.plain.rsplit_once('-').is_some_and(|(_, last)| !known(last).given)
    }

    pub fn is_unknown(&self) -> bool {
        self.known == Known::default()
    }

    /// Whether only its spelling says that it is a name.
    pub fn is_spelled_as_name(&self) -> bool {
        self.is_unknown() && likeness(&self.plain) > LIKE_A_NAME
    }

    /// Whether nothing but an ending says that it is an ordinary word, and its spelling that it is a name: "Parry".
    pub fn could_be_family(&self) -> bool {
        self.shape == Shape::Capital && !is_listed(&self.plain) && likeness(&self.plain) > LIKE_A_NAME
    }

    pub fn is_particle(&self) -> bool {
        PARTICLES.contains(&self.plain.as_str())
    }

    pub fn is_organisation(&self) -> bool {
        ORGANISATIONS.contains(&self.plain.as_str())
    }

    /// A month that is a given name as well.
    pub fn is_month(&self) -> bool {
        matches!(
            self.plain.as_str(),
            "jan" | "mar" | "april" | "apr" | "may" | "june" | "jun" | "jul" | "august" | "aug"
        )
    }

    /// What has a letter behind it: "Zone D".
    pub fn is_lettered(&self) -> bool {
        const LETTERED: [&str; 18] = [
            "zone",
            "gate",
            "level",
            "pier",
            "row",
            "seat",
            "hall",
            "door",
            "block",
            "section",
            "platform",
            "area",
            "dock",
            "bay",
            "class",
            "car",
            "wing",
            "concourse",
        ];
        LETTERED.contains(&self.plain.as_str())
    }

    pub fn is_title(&self) -> bool {
        TITLES.contains(&self.plain.as_str())
    }

    pub fn begins_place(&self) -> bool {
        PLACE_HEADS.contains(&self.plain.as_str())
    }

    /// Whether it can be part of a name as it is written.
    pub fn can_be_name(&self, cased: bool) -> bool {
        match self.shape {
            _ if self.plain == "i" || self.is_title() => false,
            Shape::Mixed => false,
            Shape::Lower if cased => false,
            Shape::Initial if cased => true,
            _ if cased => self.is_fact() || self.is_unknown(),
            _ if self.plain.len() < 3 => false,
            // Slips of typing and of hearing are unknown words as well.
            _ => (self.is_fact() && !self.known.ordinary) || (self.is_unknown() && likeness(&self.plain) > LIKE_A_WORD),
        }
    }

    pub fn points(&self, cased: bool) -> i32 {
        match self.known {
            _ if self.shape == Shape::Initial => INITIAL,
            // "Chase": a word, a bank and a name at once is most seldom the name.
            Known { ordinary: true, place: true, .. } => 0,
            _ if self.is_sure() && self.known.given => GIVEN,
            _ if self.is_sure() => SURNAME,
            // Without capitals a word that is ordinary is taken for one.
            Known { ordinary: true, .. } if !cased => 0,
            _ if self.is_fact() => DOUBTFUL,
            _ if self.is_unknown() && ends_as_surname(&self.plain) => ENDING,
            _ if self.is_unknown() && !(cased && self.shape == Shape::Upper) => self.spelling_points(),
            _ => 0,
        }
    }

    fn spelling_points(&self) -> i32 {
        match likeness(&self.plain) {
            likeness if likeness > LIKE_A_NAME => LIKELY,
            likeness if likeness > LIKE_A_WORD => UNKNOWN,
            _ => 0,
        }
    }
}

fn shape(written: &str) -> Shape {
    // "al-Rashid" begins small wherever it stands.
    let written = without_article(written);
    let mut letters = written.chars().filter(|c| c.is_alphabetic());
    let first_is_capital = letters.next().is_some_and(char::is_uppercase);
    let (rest_is_empty, rest_is_capital) = (letters.clone().next().is_none(), letters.all(char::is_uppercase));
    match (first_is_capital, rest_is_empty, rest_is_capital) {
        _ if has_capital_inside(written) && !(first_is_capital && rest_is_capital) => Shape::Mixed,
        (false, ..) => Shape::Lower,
        (_, true, _) => Shape::Initial,
        (_, _, true) => Shape::Upper,
        _ => Shape::Capital,
    }
}

/// Whether a capital stands after a letter, but for what Scots, Irish and Romance names begin with.
fn has_capital_inside(written: &str) -> bool {
    const HEADS: [&str; 11] = ["Mc", "Mac", "De", "Di", "Da", "Del", "Van", "Von", "La", "Le", "Fitz"];
    written.split(['-', '\'']).any(|part| {
        let inside = part.char_indices().skip(1).find(|(_, c)| c.is_uppercase());
        inside.is_some_and(|(at, _)| !HEADS.contains(&&part[..at]))
    })
}

fn without_article(word: &str) -> &str {
    word.split_once('-').filter(|(head, _)| ARTICLES.contains(head)).map_or(word, |(_, rest)| rest)
}

/// "Jean-Pierre" is known by its first part, "Wi-Fi" and "they're" are ordinary when their parts are.
fn known_of_parts(word: &str) -> Known {
    let whole = known(without_article(word));
    let parts: Vec<&str> = without_article(word).split(['-', '\'']).collect();
    if whole != Known::default() || parts.len() == 1 {
        return whole;
    }
    if let Some(("re" | "ll" | "ve" | "t", rest)) = parts.split_last().map(|(last, rest)| (*last, rest)) {
        return Known { ordinary: !rest.is_empty(), ..Known::default() };
    }
    let parts: Vec<Known> = parts.into_iter().map(known).collect();
    // Two unknown parts make no ordinary word: "Okonjo-Mbatha".
    let ordinary = parts.iter().any(|part| part.ordinary);
    parts.into_iter().fold(Known { ordinary, ..Known::default() }, |all, part| Known {
        ordinary: all.ordinary && (part.ordinary || part == Known::default()),
        given: all.given || (part.given && !part.ordinary),
        surname: all.surname || (part.surname && !part.ordinary),
        place: all.place || part.place,
    })
}

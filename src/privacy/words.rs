//! What is known of single English words: ordinary, a given name, a surname, a place. Facts and endings, no sentence.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization;

/// What a word can be; a word can be several ("Mark", "Jordan", "Chelsea").
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Known {
    pub ordinary: bool,
    pub given: bool,
    pub surname: bool,
    pub place: bool,
}

impl Known {
    pub fn is_name(self) -> bool {
        self.given || self.surname
    }
}

/// Endings that surnames of a language share and that hardly any other English word has.
const ENDINGS: [&str; 34] = [
    "sson", "dottir", "ova", "eva", "ovic", "evic", "ski", "ska", "sky", "czyk", "wicz", "enko", "chuk", "yan", "dze",
    "shvili", "escu", "oglu", "opoulos", "idis", "akis", "ez", "etti", "elli", "ucci", "inho", "eira", "sen", "strom",
    "qvist", "nen", "bergen", "mann", "ov",
];

static KNOWN: LazyLock<HashMap<&'static str, Known>> = LazyLock::new(|| {
    let mut known: HashMap<&'static str, Known> = HashMap::new();
    let mut take = |facts: &'static str, mark: fn(&mut Known)| {
        let lines = facts.lines().filter(|line| !line.starts_with('#'));
        lines.flat_map(str::split_whitespace).for_each(|word| mark(known.entry(word).or_default()));
    };
    take(include_str!("facts/words.txt"), |known| known.ordinary = true);
    take(include_str!("facts/given.txt"), |known| known.given = true);
    take(include_str!("facts/surnames.txt"), |known| known.surname = true);
    take(include_str!("facts/places.txt"), |known| known.place = true);
    take(include_str!("facts/cities.txt"), |known| known.place = true);
    known
});

/// `word` as the facts are written: lower case, without accents.
pub fn plain(word: &str) -> String {
    if word.is_ascii() {
        return word.to_ascii_lowercase();
    }
    let letters =
        word.nfd().filter(|c| !unicode_normalization::char::is_combining_mark(*c)).flat_map(char::to_lowercase);
    letters.map(without_stroke).collect()
}

/// The letters that Unicode does not take apart.
fn without_stroke(c: char) -> Cow<'static, str> {
    Cow::Borrowed(match c {
        'ø' => "o",
        'ł' => "l",
        'đ' | 'ð' => "d",
        'þ' => "th",
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        'ı' => "i",
        _ => return Cow::Owned(c.to_string()),
    })
}

/// Endings and beginnings that make other words of an ordinary one: "boarded", "cardless", "resend".
const SUFFIXES: [&str; 22] = [
    "s", "es", "ed", "ing", "ly", "d", "r", "er", "ers", "rs", "less", "ness", "able", "ful", "ment", "ments", "ings",
    "ist", "ists", "y", "ish", "al",
];
const PREFIXES: [&str; 11] = ["un", "re", "pre", "non", "over", "under", "out", "mis", "multi", "dis", "anti"];

/// Every word of the facts.
pub fn facts() -> impl Iterator<Item = (&'static str, Known)> {
    KNOWN.iter().map(|(word, known)| (*word, *known))
}

/// Whether the facts name this [`plain`] word itself.
pub fn is_listed(word: &str) -> bool {
    KNOWN.contains_key(word)
}

/// What is known of a [`plain`] word.
pub fn known(word: &str) -> Known {
    let known = KNOWN.get(word).copied();
    known.unwrap_or_else(|| Known { ordinary: word.len() > 4 && is_derived(word), ..Known::default() })
}

/// Whether `word` is made of an ordinary one.
fn is_derived(word: &str) -> bool {
    SUFFIXES.iter().any(|suffix| word.strip_suffix(suffix).is_some_and(|stem| is_stem(stem, suffix)))
        || PREFIXES
            .iter()
            .filter_map(|prefix| word.strip_prefix(prefix))
            .any(|stem| stem.len() > 3 && is_ordinary(stem))
}

/// Whether `stem` is an ordinary word as it is written before `suffix`: "stopp-ed", "mak-ing", "carri-es".
fn is_stem(stem: &str, suffix: &str) -> bool {
    // "-d" and "-r" follow an e only; short stems would be found in too many names.
    if (suffix.starts_with(['d', 'r']) && !stem.ends_with('e')) || (suffix.len() < 3 && stem.len() < 4) {
        return false;
    }
    let mut letters = stem.chars().rev();
    let doubled = letters.next() == letters.next();
    let without_last = stem.get(..stem.len().saturating_sub(1)).unwrap_or_default();
    is_ordinary(stem)
        || (doubled && is_ordinary(without_last))
        || (suffix.starts_with(['a', 'e', 'i']) && is_ordinary(&format!("{stem}e")))
        || (stem.ends_with('i') && is_ordinary(&format!("{without_last}y")))
}

fn is_ordinary(stem: &str) -> bool {
    stem.len() > 2 && KNOWN.get(stem).is_some_and(|known| known.ordinary)
}

/// Whether a word of which nothing is known ends as surnames do.
pub fn ends_as_surname(word: &str) -> bool {
    word.len() > 5 && ENDINGS.iter().any(|ending| word.ends_with(ending))
}

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

/// What is known of a [`plain`] word.
pub fn known(word: &str) -> Known {
    let mut known = KNOWN.get(word).copied().unwrap_or_default();
    let stem = ["s", "es", "ed", "ing", "ly", "d", "r", "er"].iter().find_map(|end| word.strip_suffix(end));
    // "boarded" is as ordinary as "board".
    if known == Known::default() && word.len() > 5 {
        known.ordinary = stem.and_then(|stem| KNOWN.get(stem)).is_some_and(|known| known.ordinary);
    }
    known
}

/// Whether a word of which nothing is known ends as surnames do.
pub fn ends_as_surname(word: &str) -> bool {
    word.len() > 5 && ENDINGS.iter().any(|ending| word.ends_with(ending))
}

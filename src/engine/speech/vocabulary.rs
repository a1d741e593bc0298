//! The names of a site, and the repair of a transcript that nearly has one: "luft hansa" and "Lufthanza" are Lufthansa.
//! A word is changed only for a name that sounds the same and is spelled almost the same. Pure; knows no model.

use std::collections::HashSet;

/// Shortest name, letters: shorter words have too many neighbours.
const LETTERS_MIN: usize = 5;

/// Letters of a name for each letter that may differ.
const LETTERS_PER_EDIT: usize = 4;

/// Most words that are taken together for one name.
const WORDS_MAX: usize = 3;

/// A site's proper names, and the ordinary words of its texts, which are never taken for misheard names.
#[derive(Debug, Clone, Default)]
pub struct Vocabulary {
    names: Vec<Name>,
    ordinary: HashSet<String>,
}

#[derive(Debug, Clone)]
struct Name {
    shown: String,
    letters: String,
    sound: String,
    words: usize,
}

impl Vocabulary {
    /// `names`: proper names as they are written (airlines, shops, products). `texts`: what the site says and is asked,
    /// whose words are known to be words. Codes such as B22 are left alone: another gate is not a misheard gate.
    pub fn new<'a>(names: impl IntoIterator<Item = &'a str>, texts: impl IntoIterator<Item = &'a str>) -> Self {
        let names: Vec<Name> = names.into_iter().filter_map(name).collect();
        let ordinary = texts.into_iter().flat_map(str::split_whitespace).map(letters).collect();
        Self { names, ordinary }
    }

    /// `text` with the names that were nearly heard put in.
    pub fn repair(&self, text: &str) -> String {
        let words: Vec<&str> = text.split_inclusive(char::is_whitespace).collect();
        let mut out = String::with_capacity(text.len());
        let mut at = 0;
        while at < words.len() {
            match (1..=WORDS_MAX).rev().find_map(|count| self.name_in(words.get(at..at + count)?)) {
                Some((name, taken)) => {
                    out.push_str(&name);
                    at += taken;
                }
                None => {
                    out.push_str(words[at]);
                    at += 1;
                }
            }
        }
        out
    }

    /// The name that `words` stand for together, with the marks around them, and how many words they are.
    fn name_in(&self, words: &[&str]) -> Option<(String, usize)> {
        let heard: Vec<String> = words.iter().map(|word| letters(word)).collect();
        if heard.iter().any(String::is_empty) || words[..words.len() - 1].iter().any(|word| ends_clause(word)) {
            return None;
        }
        let name = self.names.iter().find(|name| self.is_nearly(name, &heard))?;
        let first = words.first()?;
        let last = words.last()?;
        let before = &first[..first.find(char::is_alphanumeric)?];
        let after = &last
            [last.rfind(char::is_alphanumeric).map(|i| i + last[i..].chars().next().map_or(1, char::len_utf8))?..];
        Some((format!("{before}{}{after}", name.shown), words.len()))
    }

    fn is_nearly(&self, name: &Name, heard: &[String]) -> bool {
        let joined = heard.concat();
        if joined == name.letters {
            // the same letters, parted otherwise ("easy jet")
            return true;
        }
        let unknown = heard.iter().any(|word| !self.ordinary.contains(word));
        heard.len() <= name.words
            && unknown
            && sound(&joined) == name.sound
            && edits(&joined, &name.letters) <= name.letters.len() / LETTERS_PER_EDIT
    }
}

fn name(shown: &str) -> Option<Name> {
    let letters = letters(shown);
    let latin = letters.len() >= LETTERS_MIN && letters.bytes().all(|b| b.is_ascii_lowercase());
    let words = shown.split_whitespace().count();
    latin.then(|| Name { shown: shown.trim().to_owned(), sound: sound(&letters), words, letters })
}

fn letters(word: &str) -> String {
    word.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

fn ends_clause(word: &str) -> bool {
    word.trim_end().ends_with(['.', ',', '?', '!', ';', ':'])
}

/// Consonants by how they sound, vowels only at the start: what stays when a name is spelled by ear.
fn sound(word: &str) -> String {
    let folded = word.replace("ph", "f").replace("ck", "k").replace("sch", "5").replace("sh", "5").replace("ch", "5");
    let mut sound = String::new();
    for (at, c) in folded.char_indices() {
        let next = folded[at + c.len_utf8()..].chars().next();
        let code = match c {
            'a' | 'e' | 'i' | 'o' | 'u' | 'y' | 'h' | 'w' if at > 0 => continue,
            'a' | 'e' | 'i' | 'o' | 'u' | 'y' => 'a',
            'c' if matches!(next, Some('e' | 'i' | 'y')) => 's',
            'c' | 'q' => 'k',
            'z' | 'x' => 's',
            'v' => 'f',
            c => c,
        };
        if !sound.ends_with(code) {
            sound.push(code);
        }
    }
    sound
}

/// Letters inserted, dropped or replaced between two words (Levenshtein).
fn edits(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut corner = std::mem::replace(&mut row[0], i + 1);
        for (j, &y) in b.iter().enumerate() {
            let best = (corner + usize::from(x != y)).min(row[j] + 1).min(row[j + 1] + 1);
            corner = std::mem::replace(&mut row[j + 1], best);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site() -> Vocabulary {
        Vocabulary::new(
            [
                "Lufthansa",
                "easyJet",
                "Starbucks",
                "Heathrow Express",
                "Cathay Pacific",
                "UnionPay",
                "B22",
                "Bank",
                "国航",
            ],
            ["where can I change money at the bank", "the union pays for the express train", "star easy jet luft"],
        )
    }

    #[test]
    fn names_that_were_nearly_heard_are_put_in() {
        for (heard, meant) in [
            ("Where does Lufthanza check in?", "Where does Lufthansa check in?"),
            ("Is luft hansa here", "Is Lufthansa here"),
            ("the easy jet desk", "the easyJet desk"),
            ("a star bucks, please", "a Starbucks, please"),
            ("the Heethrow express.", "the Heathrow Express."),
            ("Kathay Pacific!", "Cathay Pacific!"),
            ("lufthansa", "Lufthansa"),
        ] {
            assert_eq!(site().repair(heard), meant, "{heard}");
        }
    }

    #[test]
    fn everything_else_stays() {
        for heard in [
            "",
            "  ",
            "Where is the bank?",
            "gate D22",
            "the union pays",
            "easy, jet",
            "我要去国航柜台",
            "left handed",
            "… lift?",
        ] {
            assert_eq!(site().repair(heard), heard);
        }
        assert_eq!(Vocabulary::default().repair("Where is luft hansa?"), "Where is luft hansa?");
    }
}

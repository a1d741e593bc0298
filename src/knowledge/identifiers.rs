//! Identifiers in texts: gate B22, flight CA 938, fee code BC-15, Terminal 3, Counter 6, 3号航站楼. A question about one
//! must never be answered with another's item, however alike the sentences are. Knows forms, not which exist.

use std::sync::LazyLock;

use regex::{Captures, Regex};
use unicode_normalization::UnicodeNormalization;

/// What sort of thing an identifier names; identifiers of different kinds never contradict each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// One letter and a number: a gate, a car park, a form.
    Letter,
    /// Two or three letters and a number: a flight, a fee code.
    Letters,
    /// A noun with a number or letter: its English name.
    Noun(&'static str),
}

/// One identifier or, in a text that lists them, a range of them ("B1 to B30").
#[derive(Debug, Clone, PartialEq, Eq)]
struct Identifier {
    kind: Kind,
    /// Letters before the number, upper case; may be empty for nouns.
    prefix: String,
    from: u32,
    to: u32,
    /// A letter after the number ("2B"), or the name itself when there is no number ("island C").
    suffix: String,
}

impl Identifier {
    fn covers(&self, other: &Self) -> bool {
        (self.kind, &self.prefix) == (other.kind, &other.prefix)
            && self.suffix == other.suffix
            && self.from <= other.from
            && other.to <= self.to
    }
}

/// The identifiers of one text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Identifiers(Vec<Identifier>);

/// What a candidate's identifiers say to a question's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Agreement {
    /// The question names none, or the candidate none of its kind.
    Silent,
    /// The candidate names what the question names.
    Named,
    /// The candidate names others of its kind, in passing.
    Others,
    /// The candidate is about another one.
    Contradicted,
}

/// Nouns that are numbered, as written in English and Chinese.
const NOUNS: [(&str, &str, &str); 14] = [
    ("terminal", r"terminals?", "航站楼"),
    ("counter", r"counters?", "柜台|柜面"),
    ("window", r"windows?", "窗口"),
    ("room", r"rooms?", "房间|室"),
    ("level", r"levels?|floors?", "层|楼"),
    ("belt", r"belts?|carousels?", "转盘|传送带"),
    ("lane", r"lanes?", "通道"),
    ("exit", r"exits?", "出口"),
    ("island", r"islands?", "岛|值机岛"),
    ("machine", r"machines?", "取款机|机"),
    ("platform", r"platforms?", "站台"),
    ("gate", r"gates?", "登机口"),
    ("stand", r"stands?", "站位"),
    ("desk", r"desks?", "服务台"),
];

/// A code, or a range of codes with the same letters. Letters and number may be apart only when the letters are upper
/// case ("CA 938", not "at 10").
static CODE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?x)
        \b(?: (?P<joined>[A-Za-z]{1,3})-? | (?P<apart>[A-Z]{1,3})\x20 )(?P<from>\d{1,4})\b
        (?: \s?(?:to|through|and|[-–~至到])\s? (?P<again>[A-Za-z]{1,3})-?\x20?(?P<to>\d{1,4})\b )?",
    )
    .expect("the pattern is correct")
});

/// "counter 6", "counters 4 to 6", "room 2B", "island C".
static ENGLISH: LazyLock<Vec<(&str, Regex)>> = LazyLock::new(|| {
    let number =
        r"(?P<from>\d{1,4})?(?P<letter>[A-Za-z])?\b(?:\s?(?:to|through|[-–])\s?(?P<to>\d{1,4})?(?P<last>[A-Za-z])?\b)?";
    nouns(|english, _| format!(r"\b(?i:{english})\s(?i:number\s|no\.\s?)?{number}"))
});

/// "6号柜台", "3号航站楼", "二层", "C岛", "4到6号柜台".
static CHINESE: LazyLock<Vec<(&str, Regex)>> = LazyLock::new(|| {
    let number = r"(?P<from>\d{1,4}|[一二三四五六七八九十])?(?P<letter>[A-Za-z])?(?:号?[-–~至到](?P<to>\d{1,4}|[一二三四五六七八九十])?(?P<last>[A-Za-z])?)?";
    // Letters before the number make it a code, which `CODE` reads.
    nouns(|_, chinese| format!(r"(?P<code>[A-Za-z]+-?\d[^\p{{Han}}]*)?{number}号?(?:{chinese})"))
});

fn nouns(pattern: impl Fn(&str, &str) -> String) -> Vec<(&'static str, Regex)> {
    NOUNS
        .iter()
        .map(|(name, english, chinese)| {
            (*name, Regex::new(&pattern(english, chinese)).expect("the pattern is correct"))
        })
        .collect()
}

impl Identifiers {
    /// Finds the identifiers of `text`, in any case and width of writing.
    pub fn of(text: &str) -> Self {
        let text: String = text.nfkc().collect();
        // Between Han characters the pattern's word boundaries need a space.
        let spaced = spaced(&text);
        let nouns = ENGLISH.iter().chain(CHINESE.iter());
        let named = nouns.flat_map(|(name, pattern)| {
            let text = if spaced.is_ascii() { &spaced } else { &text };
            pattern.captures_iter(text).filter_map(|found| noun(name, &found)).collect::<Vec<_>>()
        });
        let codes = CODE.captures_iter(&spaced).flat_map(|found| codes(&found));
        let mut all: Vec<Identifier> = named.chain(codes).collect();
        all.dedup();
        Self(all)
    }

    /// Single codes in one piece and lower case ("b22", "ca938"), as words for the index.
    pub fn codes(&self) -> impl Iterator<Item = String> {
        let codes = self.0.iter().filter(|one| matches!(one.kind, Kind::Letter | Kind::Letters) && one.from == one.to);
        codes.map(|one| format!("{}{}", one.prefix.to_lowercase(), one.from))
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds another text's identifiers.
    pub fn join(&mut self, other: &Self) {
        let new: Vec<Identifier> = other.0.iter().filter(|one| !self.0.contains(one)).cloned().collect();
        self.0.extend(new);
    }

    /// Whether one of them is of a kind that `known` names others of, and is none of those: a gate that is not there.
    pub fn strange_to(&self, known: &Self) -> bool {
        let of_kind = |asked: &Identifier| known.0.iter().any(|one| one.kind == asked.kind);
        self.0.iter().any(|asked| of_kind(asked) && !known.0.iter().any(|one| one.covers(asked)))
    }

    /// `text` without codes of kinds that `known` has none of: a flight number tells nothing where no flights are known.
    pub fn strip_unknown(text: &str, known: &Self) -> String {
        let speaks = |kind| known.0.iter().any(|one| one.kind == kind);
        let unknown = |found: &Captures| codes(found).iter().any(|one| !speaks(one.kind));
        let spaced = spaced(&text.nfkc().collect::<String>());
        if !CODE.captures_iter(&spaced).any(|found| unknown(&found)) {
            return text.to_owned();
        }
        let keep = |found: &Captures| if unknown(found) { String::new() } else { found[0].to_owned() };
        let stripped = CODE.replace_all(&spaced, keep).split_whitespace().collect::<Vec<_>>().join(" ");
        // A code alone is all that was asked.
        if stripped.chars().any(char::is_alphabetic) { stripped } else { text.to_owned() }
    }

    /// Judges a candidate by what it is about (`about`: its phrasings or headings) and all that it says (`all`).
    pub fn agreement(&self, about: &Self, all: &Self) -> Agreement {
        let of_one = |asked: &Identifier| {
            let names = |texts: &Self| texts.0.iter().any(|one| one.covers(asked));
            let speaks = |texts: &Self| texts.0.iter().any(|one| one.kind == asked.kind);
            match () {
                () if names(about) || names(all) => Agreement::Named,
                () if speaks(about) => Agreement::Contradicted,
                () if speaks(all) => Agreement::Others,
                () => Agreement::Silent,
            }
        };
        let each: Vec<Agreement> = self.0.iter().map(of_one).collect();
        let has = |wanted| each.contains(&wanted);
        match () {
            () if has(Agreement::Contradicted) && has(Agreement::Named) => Agreement::Others,
            () if has(Agreement::Contradicted) => Agreement::Contradicted,
            () if has(Agreement::Named) => Agreement::Named,
            () if has(Agreement::Others) => Agreement::Others,
            () => Agreement::Silent,
        }
    }
}

fn spaced(text: &str) -> String {
    let mut spaced = String::with_capacity(text.len());
    let mut before = ' ';
    for c in text.chars() {
        if before != ' ' && before.is_ascii() != c.is_ascii() {
            spaced.push(' ');
        }
        spaced.push(c);
        before = c;
    }
    spaced
}

/// One code, a range of codes with the same letters, or two codes with different letters.
fn codes(found: &Captures) -> Vec<Identifier> {
    let letters = |group| found.name(group).map(|letters| letters.as_str().to_uppercase());
    let number = |group| found.name(group).and_then(|number| number.as_str().parse::<u32>().ok());
    let (Some(first), Some(from)) = (letters("joined").or(letters("apart")), number("from")) else { return Vec::new() };
    match (letters("again"), number("to")) {
        (Some(again), Some(to)) if again == first && to >= from => vec![code(first, from, to)],
        (Some(again), Some(to)) => vec![code(first, from, from), code(again, to, to)],
        _ => vec![code(first, from, from)],
    }
}

fn code(letters: String, from: u32, to: u32) -> Identifier {
    if letters == "T" {
        return Identifier { kind: Kind::Noun("terminal"), prefix: String::new(), from, to, suffix: String::new() };
    }
    let kind = if letters.len() == 1 { Kind::Letter } else { Kind::Letters };
    Identifier { kind, prefix: letters, from, to, suffix: String::new() }
}

fn noun(name: &'static str, found: &Captures) -> Option<Identifier> {
    if found.name("code").is_some() {
        return None;
    }
    let number = |group| found.name(group).and_then(|number| value(number.as_str()));
    let letter = |group| found.name(group).map_or("", |letter| letter.as_str());
    let identifier = |from, to, suffix| Identifier { kind: Kind::Noun(name), prefix: String::new(), from, to, suffix };
    match (number("from"), letter("letter")) {
        // "a" and "I" alone are words.
        (None, "" | "a" | "i" | "I") => None,
        // Letters in a row are numbered from A, so that "islands A to C" covers island B.
        (None, letter_from) => {
            let place =
                |letter: &str| letter.bytes().next().map(|byte| u32::from(byte.to_ascii_uppercase() - b'A') + 1);
            let from = place(letter_from)?;
            let to = place(letter("last")).filter(|to| *to >= from && number("to").is_none()).unwrap_or(from);
            Some(identifier(from, to, "letter".into()))
        }
        (Some(from), suffix) => {
            let to = number("to").filter(|to| *to >= from).unwrap_or(from);
            Some(identifier(from, to, suffix.to_uppercase()))
        }
    }
}

fn value(number: &str) -> Option<u32> {
    let digit = number.chars().next().and_then(|c| "一二三四五六七八九十".chars().position(|digit| digit == c));
    digit.map(|place| place as u32 + 1).or_else(|| number.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn agreement(question: &str, about: &str, all: &str) -> Agreement {
        Identifiers::of(question).agreement(&Identifiers::of(about), &Identifiers::of(&format!("{about} {all}")))
    }

    #[test]
    fn a_gate_contradicts_every_other_gate() {
        for question in ["Where is gate C14?", "how do i get to c14", "C14登机口怎么走", "请问Ｃ14在哪"] {
            assert_eq!(agreement(question, "Where is gate C14?", "In T2."), Agreement::Named, "{question}");
            assert_eq!(agreement(question, "B22登机口在哪", "T1"), Agreement::Contradicted, "{question}");
            assert_eq!(agreement(question, "Where are gates C1 to C24?", ""), Agreement::Named, "{question}");
            assert_eq!(agreement(question, "C1至C24登机口", ""), Agreement::Named, "{question}");
            assert_eq!(agreement(question, "Where are gates B1 to B30?", ""), Agreement::Contradicted, "{question}");
            assert_eq!(agreement(question, "Where can I eat?", "Beside gate B5."), Agreement::Others, "{question}");
            assert_eq!(agreement(question, "Is there Wi-Fi?", "Yes, everywhere."), Agreement::Silent, "{question}");
        }
    }

    #[test]
    fn flights_terminals_and_counters_are_recognised_in_both_languages() {
        assert_eq!(agreement("flight CA 938", "CA938", ""), Agreement::Named);
        assert_eq!(agreement("CA936", "flight CA 938", ""), Agreement::Contradicted);
        assert_eq!(agreement("what is code bc-15", "", "fee BC-15"), Agreement::Named);
        assert_eq!(agreement("terminal 3", "T3", ""), Agreement::Named);
        assert_eq!(agreement("3号航站楼", "T2 toilets", ""), Agreement::Contradicted);
        assert_eq!(agreement("T1航站楼", "Terminal 1", ""), Agreement::Named);
        assert_eq!(agreement("6号柜台办什么", "Counter 6", ""), Agreement::Named);
        assert_eq!(agreement("counter 5", "counters 4 to 6", ""), Agreement::Named);
        assert_eq!(agreement("二层有厕所吗", "", "level 2"), Agreement::Named);
        assert_eq!(agreement("room 2B", "room 2A", ""), Agreement::Contradicted);
        assert_eq!(agreement("island b", "islands A to C", ""), Agreement::Named);
        assert_eq!(agreement("from C14 to B22", "gate C14", ""), Agreement::Others);
    }

    #[test]
    fn what_the_site_does_not_have_is_strange_and_what_it_never_names_is_nothing() {
        let known = Identifiers::of("gates B1 to B30, gate C14, Terminal 1, counter 6");
        for (question, strange) in [
            ("gate B22", false),
            ("gate B45", true),
            ("gate E4", true),
            ("terminal 3", true),
            ("CA 938", false),
            ("room 2B", false),
        ] {
            assert_eq!(Identifiers::of(question).strange_to(&known), strange, "{question}");
        }
        assert_eq!(
            Identifiers::strip_unknown("does flight CA 938 leave from B22", &known),
            "does flight leave from B22"
        );
        assert_eq!(Identifiers::strip_unknown("CA938", &known), "CA938");
    }

    #[test]
    fn amounts_times_and_plain_numbers_are_not_identifiers() {
        for text in [
            "in 30 minutes",
            "at 10 pm",
            "100 ml and 5kg",
            "$50",
            "2 bags",
            "24小时",
            "上午9点",
            "I need 3 forms",
            "3个小时",
        ] {
            assert!(Identifiers::of(text).is_empty(), "{text}: {:?}", Identifiers::of(text));
        }
        assert_eq!(Identifiers::of("gate b22, CA 938").codes().collect::<Vec<_>>(), ["b22", "ca938"]);
    }
}

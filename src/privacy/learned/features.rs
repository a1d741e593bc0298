//! What the second reader sees of a text: its words, and for each the features that the weights are for. Teaching and reading
//! see the same.

use std::fmt::Write;
use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use crate::privacy::likeness::likeness;
use crate::privacy::settle::{Candidate, Sure};
use crate::privacy::words::{Known, ends_as_surname, known, plain};
use crate::privacy::{Kind, Ruled, pattern};

/// The words, numbers, marks, addresses of machines and ends of lines of a text.
pub struct Items {
    seen: Vec<Seen>,
    case: &'static str,
}

static ITEM: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?:https?://|www\.)\S+|\p{L}[\p{L}\p{M}]*(?:['-]\p{L}[\p{L}\p{M}]+)*|'s\b|\p{Nd}[\p{L}\p{Nd}]*|\n|[^\s]")
});

/// What the rules know to be no name.
const DENIED: char = 'N';
const LINE_END: &str = "nl";
/// What stands before the first word and behind the last.
const EDGE: &str = "^";
/// Digits are told by their count up to this one.
const DIGITS_MAX: usize = 6;
const LIKE_A_NAME: f32 = 2.0;
const LIKE_A_WORD: f32 = -2.0;

/// One of them, as the features tell of it.
struct Seen {
    /// Bytes of the folded text.
    range: Range<usize>,
    /// Plain; of numbers and marks their shape.
    word: String,
    shape: String,
    /// What it can be by the facts, or by its spelling.
    class: String,
    /// What the rules took it for.
    found: char,
    begins: bool,
}

impl Items {
    /// The items of a folded text, of which the rules said this.
    pub(in crate::privacy) fn of(text: &str, ruled: &Ruled) -> Self {
        let mut seen: Vec<Seen> = Vec::new();
        for found in ITEM.find_iter(text) {
            let begins = seen.last().is_none_or(|last| matches!(last.word.as_str(), "." | "!" | "?" | LINE_END));
            seen.push(Seen::of(found.range(), found.as_str(), begins));
        }
        let case = case(&seen);
        let mut items = Self { seen, case };
        for range in &ruled.denied {
            let range = items.within(range);
            items.seen[range].iter_mut().for_each(|seen| seen.found = DENIED);
        }
        for one in &ruled.found {
            let range = items.within(&one.range);
            items.seen[range].iter_mut().for_each(|seen| seen.found = seen.found_as(one));
        }
        items
    }

    pub fn len(&self) -> usize {
        self.seen.len()
    }

    /// The bytes of the item at `at`.
    pub fn range(&self, at: usize) -> &Range<usize> {
        &self.seen[at].range
    }

    /// One letter alone.
    pub fn is_letter(&self, at: usize) -> bool {
        self.seen[at].word.chars().count() == 1 && self.seen[at].word.chars().all(char::is_alphabetic)
    }

    /// What the rules know to be no name.
    pub fn is_denied(&self, at: usize) -> bool {
        self.seen[at].found == DENIED
    }

    /// An ordinary word that begins a sentence.
    pub fn is_first_word(&self, at: usize) -> bool {
        let one = &self.seen[at];
        one.begins && one.shape == "C" && one.class.contains('o')
    }

    pub fn is_line_end(&self, at: usize) -> bool {
        self.seen[at].shape == LINE_END
    }

    /// The bytes of the items of `span`, which is not empty.
    pub fn bytes(&self, span: &Range<usize>) -> Range<usize> {
        self.range(span.start).start..self.range(span.end - 1).end
    }

    /// The places of the items that share a byte with `range`.
    pub fn within(&self, range: &Range<usize>) -> Range<usize> {
        let start = self.seen.partition_point(|seen| seen.range.end <= range.start);
        start..self.seen.partition_point(|seen| seen.range.start < range.end).max(start)
    }

    /// Tells `hear` every feature of the item at `at`.
    pub fn tell(&self, at: usize, mut hear: impl FnMut(&str)) {
        let (one, case) = (&self.seen[at], self.case);
        let near = |step: isize| at.checked_add_signed(step).and_then(|at| self.seen.get(at));
        let shape = |step: isize| near(step).map_or(EDGE, |one| one.shape.as_str());
        let class = |step: isize| near(step).map_or(EDGE, |one| one.class.as_str());
        let word = |step: isize| near(step).map_or(EDGE, |one| one.word.as_str());
        let found = |step: isize| near(step).map_or('^', |one| one.found);
        let Seen { shape: own, class: kind, found: taken, .. } = one;
        let begins = if one.begins { "b" } else { "" };
        // One line of text for all of them: a long text has millions.
        let mut line = String::new();
        let mut say = |feature: std::fmt::Arguments| {
            line.clear();
            line.write_fmt(feature).expect("text takes text");
            hear(&line);
        };
        say(format_args!("-"));
        say(format_args!("l={own}{kind}{begins}{case}"));
        say(format_args!("s={own}{case}"));
        say(format_args!("c={kind}"));
        say(format_args!("r={taken}"));
        say(format_args!("rl={taken}{own}{kind}{begins}{case}"));
        say(format_args!("r<={}", found(-1)));
        say(format_args!("r>={}", found(1)));
        say(format_args!("sss={}{own}{}{case}", shape(-1), shape(1)));
        say(format_args!("ww<={} {}{own}", word(-2), word(-1)));
        say(format_args!("ww>={} {}{own}", word(1), word(2)));
        for step in [-3, -2, -1, 1, 2, 3] {
            say(format_args!("s{step}={}{case}", shape(step)));
            say(format_args!("w{step}={}", word(step)));
        }
        for step in [-2, -1, 1, 2] {
            say(format_args!("c{step}={}", class(step)));
            say(format_args!("sc{step}={own}{kind}{}{}", shape(step), class(step)));
            say(format_args!("ws{step}={}{own}", word(step)));
        }
        if !one.is_spelled() {
            return say(format_args!("w={}", one.word));
        }
        let end = |count: usize| one.word.char_indices().rev().nth(count - 1).map_or(0, |(at, _)| at);
        let begin = one.word.char_indices().nth(3).map_or(one.word.len(), |(at, _)| at);
        for count in [2, 3, 4] {
            say(format_args!("e{count}={}", &one.word[end(count)..]));
        }
        say(format_args!("b3={}", &one.word[..begin]));
    }
}

/// How a text is written: with capitals, all in them, or without.
fn case(seen: &[Seen]) -> &'static str {
    let upper = seen.iter().filter(|one| one.shape == "U").count();
    match () {
        () if seen.iter().any(|one| one.shape == "C") => "c",
        () if upper > 2 => "u",
        () => "l",
    }
}

impl Seen {
    fn of(range: Range<usize>, written: &str, begins: bool) -> Self {
        let shape = shape(written);
        let is_word = matches!(shape.as_str(), "C" | "I" | "U" | "M" | "l");
        let word = if is_word { plain(written) } else { shape.clone() };
        let class = if is_word { class(&word) } else { shape.clone() };
        Self { range, word, shape, class, found: '-', begins }
    }

    /// What it is taken for with one more candidate.
    fn found_as(&self, one: &Candidate) -> char {
        match (one.kind, self.found) {
            (Kind::Person, 'Q') => 'Q',
            (Kind::Person, _) if one.sure == Sure::Likely => 'P',
            (Kind::Person, _) => 'Q',
            (_, found @ ('P' | 'Q')) => found,
            (Kind::Address, _) => 'A',
            (_, 'A') => 'A',
            _ => 'X',
        }
    }

    /// Whether its letters tell more of it than itself: a rare word is learned by its spelling.
    fn is_spelled(&self) -> bool {
        !self.class.contains('o') && self.shape != "l" && self.word.chars().count() > 3
    }
}

fn shape(written: &str) -> String {
    let letters = || written.chars().filter(|c| c.is_alphabetic());
    let first = written.chars().next().unwrap_or_default();
    match () {
        () if first == '\n' => LINE_END.into(),
        () if written.contains("://") || written.starts_with("www.") => "@".into(),
        () if first.is_numeric() && letters().next().is_some() => "x".into(),
        () if first.is_numeric() => format!("d{}", written.len().min(DIGITS_MAX)),
        () if !first.is_alphabetic() => written.into(),
        () if letters().all(char::is_uppercase) && letters().count() == 1 => "I".into(),
        () if letters().all(char::is_uppercase) => "U".into(),
        () if first.is_uppercase() => "C".into(),
        () if letters().any(char::is_uppercase) => "M".into(),
        () => "l".into(),
    }
}

/// Given, surname, ordinary, place; else by the spelling.
fn class(word: &str) -> String {
    let whole = known(word);
    let parts = || word.split(['-', '\'']);
    let (head, last) =
        (parts().next().map(known).unwrap_or_default(), parts().next_back().map(known).unwrap_or_default());
    let all = Known { given: whole.given || head.given, surname: whole.surname || last.surname, ..whole };
    let mut class = String::new();
    for (is, letter) in [(all.given, 'g'), (all.surname, 's'), (all.ordinary, 'o'), (all.place, 'p')] {
        if is {
            class.push(letter);
        }
    }
    if !class.is_empty() {
        return class;
    }
    let by_spelling = match likeness(word) {
        _ if ends_as_surname(word) => "e",
        likeness if likeness > LIKE_A_NAME => "n",
        likeness if likeness < LIKE_A_WORD => "w",
        _ => "u",
    };
    by_spelling.into()
}

//! A text as the finders read it: full-width forms, odd digits, dashes and spaces made plain, invisible characters gone,
//! with the way back to the bytes of the original. Knows no personal data.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;
use unicode_normalization::UnicodeNormalization;

use super::Kind;
use crate::domain::Language;

/// Stands for a placeholder, so that nobody reads the words in it.
pub const TAKEN_OUT: char = '\u{FFFC}';

/// The first digit of scripts whose ten digits follow each other in Unicode and that NFKC leaves as they are.
const ZEROS: [char; 12] = ['٠', '۰', '߀', '०', '০', '੦', '૦', '୦', '௦', '౦', '๐', '໐'];

static PLACEHOLDER: LazyLock<Regex> = LazyLock::new(|| {
    let labels = Kind::ALL.iter().flat_map(|kind| Language::ALL.map(|language| kind.label(language)));
    let labels: Vec<String> = labels.map(regex::escape).collect();
    Regex::new(&format!(r"\[(?:{})\]", labels.join("|"))).expect("the pattern is correct")
});

/// What stands in a text where something was taken out.
pub fn placeholder(kind: Kind, language: Language) -> String {
    format!("[{}]", kind.label(language))
}

/// A folded text and where each byte of it comes from.
pub struct Folded {
    pub text: String,
    /// For each byte of `text`, the original bytes of its character.
    origins: Vec<Range<u32>>,
}

impl Folded {
    /// `text` has at most [`super::TEXT_BYTES_MAX`] bytes.
    pub fn of(text: &str) -> Self {
        let mut folded = Self { text: String::with_capacity(text.len()), origins: Vec::with_capacity(text.len()) };
        let mut from = 0;
        for hole in PLACEHOLDER.find_iter(text) {
            folded.take(text, from..hole.start());
            folded.push(TAKEN_OUT, hole.range());
            from = hole.end();
        }
        folded.take(text, from..text.len());
        folded
    }

    /// The original bytes of `range` of the folded text.
    pub fn original(&self, range: Range<usize>) -> Option<Range<usize>> {
        let (first, last) = (self.origins.get(range.start)?, self.origins.get(range.end.checked_sub(1)?)?);
        Some(first.start as usize..last.end as usize)
    }

    fn take(&mut self, text: &str, range: Range<usize>) {
        for (at, c) in text[range.clone()].char_indices() {
            let start = range.start + at;
            let origin = start..start + c.len_utf8();
            match c {
                _ if is_invisible(c) => {}
                ' '..='~' | '\n' => self.push(c, origin),
                _ => plain(c).for_each(|c| self.push(c, origin.clone())),
            }
        }
    }

    fn push(&mut self, c: char, origin: Range<usize>) {
        self.text.push(c);
        // The text has at most 64 KiB, so that every place in it fits.
        let origin = origin.start as u32..origin.end as u32;
        self.origins.extend(std::iter::repeat_n(origin, c.len_utf8()));
    }
}

/// Zero-width characters, joiners, writing direction, soft hyphen, variation selectors, byte order mark.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{206F}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{E0000}'..='\u{E0FFF}')
}

fn plain(c: char) -> impl Iterator<Item = char> {
    let digit = ZEROS.iter().find_map(|&zero| (c as u32).checked_sub(zero as u32).filter(|value| *value < 10));
    let c = match c {
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{FE58}' => '-',
        '\u{2018}' | '\u{2019}' | '\u{2BC}' => '\'',
        '\r' => '\n',
        c if c.is_whitespace() => ' ',
        c => digit.and_then(|value| char::from_digit(value, 10)).unwrap_or(c),
    };
    c.nfkc()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_folded_leads_back_to_the_original() {
        let text = "电话１３８\u{200B}０ ٤٢ x";
        let folded = Folded::of(text);
        assert_eq!(folded.text, "电话1380 42 x");
        let at = folded.text.find("1380").unwrap();
        assert_eq!(&text[folded.original(at..at + 4).unwrap()], "１３８\u{200B}０");
    }

    #[test]
    fn a_placeholder_is_one_character_that_means_nothing() {
        assert_eq!(Folded::of("my card [card number] and [姓名]").text, "my card \u{FFFC} and \u{FFFC}");
        assert_eq!(Folded::of("[name").text, "[name");
    }
}

//! The languages usher speaks, and text written in each of them.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A language usher answers in. English and Chinese are both first-class: no code may treat one as the default of the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
pub enum Language {
    #[serde(rename = "en")]
    English,
    #[serde(rename = "zh")]
    Chinese,
}

impl Language {
    pub const ALL: [Self; 2] = [Self::English, Self::Chinese];

    /// The ISO 639-1 code: `en`, `zh`.
    pub fn code(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Chinese => "zh",
        }
    }

    /// The language a text is written in, by script: Han letters decide for Chinese when they make a fifth of the
    /// letters (mixed questions such as "B22登机口在哪" are Chinese). `None` when the text has no letters.
    pub fn of_text(text: &str) -> Option<Self> {
        let han = text.chars().filter(|&c| is_han(c)).count();
        let letters = text.chars().filter(|c| c.is_alphabetic()).count();
        match letters {
            0 => None,
            _ if han * 5 >= letters => Some(Self::Chinese),
            _ => Some(Self::English),
        }
    }
}

/// Whether `c` is a Han ideograph (CJK Unified Ideographs, extension A, compatibility ideographs).
pub fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}')
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl FromStr for Language {
    type Err = String;

    fn from_str(code: &str) -> Result<Self, String> {
        let primary = code.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase();
        Self::ALL
            .into_iter()
            .find(|language| language.code() == primary)
            .ok_or_else(|| format!("unknown language '{code}'; use en or zh"))
    }
}

/// A text in every language of a site.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(transparent)]
pub struct Localised(pub BTreeMap<Language, String>);

impl Localised {
    pub fn of(english: &str, chinese: &str) -> Self {
        Self([(Language::English, english.into()), (Language::Chinese, chinese.into())].into())
    }

    /// The text in `language`, or in the first language that has one; empty when there is none.
    pub fn get(&self, language: Language) -> &str {
        self.0.get(&language).or_else(|| self.0.values().next()).map_or("", String::as_str)
    }
}
